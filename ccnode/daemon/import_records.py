"""Which imports are there, and how far were they when the node ended? One manifest each, in <data>/imports/."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from ccnode.store.errors import Conflict, NotFound, StoreError, StoreReadOnly
from ccnode.store.home import read_private, write_private

if TYPE_CHECKING:
    from pathlib import Path

Form = dict[str, Any]
State = Literal["waiting", "reading", "done", "failed", "stopped"]

KEPT_MAX: Final = 50
MANIFEST_BYTES_MAX: Final = 4 * 1024 * 1024
UPLOAD_SUFFIX: Final = ".upload"
OPEN: Final = frozenset({"waiting", "reading"})


@dataclass(slots=True)
class Record:
    """An import, as its manifest holds it. `format`: what was found; `result`: what came of it.

    `since`: the newest local entry number when it first began. `path`: of the file, which is ours where `uploaded`.
    """

    import_id: str
    name: str
    path: str
    format: str
    dry_run: bool
    uploaded: bool
    created_ms: int
    state: State = "waiting"
    finished_ms: int | None = None
    since: int | None = None
    bytes: int = 0
    error: dict[str, str] | None = None
    result: Form = field(default_factory=dict)

    @property
    def order(self) -> tuple[int, str]:
        """Imports are done and shown in the order in which they were asked for."""
        return self.created_ms, self.import_id


class Records:
    """All imports. What reads and writes files blocks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._records: dict[str, Record] = {}

    def listed(self) -> list[Record]:
        """All of them, the oldest first."""
        return sorted(self._records.values(), key=lambda one: one.order)

    def waiting(self) -> int:
        """How many have not begun."""
        return sum(1 for one in self._records.values() if one.state == "waiting")

    def next(self) -> Record | None:
        """The one to be done next, which may have been broken off before."""
        return next((one for one in self.listed() if one.state in OPEN), None)

    def named(self, import_id: str) -> Record:
        """One, by its id or a unique beginning of it. Raises NotFound, Conflict."""
        wanted = import_id.lower()
        found = [one for name, one in self._records.items() if wanted and name.startswith(wanted)]
        if not found:
            raise NotFound("there is no such import", remedy="see: ccnode import status")
        if len(found) > 1:
            raise Conflict(f"import {import_id} could mean several", remedy="give more of its characters")
        return found[0]

    def upload(self, import_id: str) -> Path:
        """Where an uploaded file lies until it is brought in."""
        return self.folder / f"{import_id}{UPLOAD_SUFFIX}"

    def load(self) -> None:
        """Read the manifests, and remove what a crash left behind in the middle of an upload. Raises StoreError."""
        try:
            files = list(self.folder.iterdir()) if self.folder.is_dir() else []
        except OSError as error:
            raise StoreReadOnly(f"{self.folder} cannot be read: {error.strerror}", remedy="check the disk") from error
        for path in files:
            if path.suffix == ".json":
                # One that is damaged is passed over: what it brought in is known by itself.
                with contextlib.suppress(StoreError, ValueError, TypeError, RecursionError):
                    record = Record(**json.loads(read_private(path, size_max=MANIFEST_BYTES_MAX)))
                    if record.state == "reading":
                        record.state = "waiting"  # for its turn, which comes again
                    if path.stem == record.import_id:
                        self._records[record.import_id] = record
        known = {record.path for record in self._records.values() if record.state in OPEN}
        for path in files:
            if path.suffix in {UPLOAD_SUFFIX, ".partial"} and str(path) not in known:
                with contextlib.suppress(OSError):
                    path.unlink()

    def make_folder(self) -> None:
        """Make the folder. Raises StoreReadOnly."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StoreReadOnly(f"{self.folder} cannot be made: {error.strerror}", remedy="check the disk") from error

    def add(self, record: Record) -> None:
        """Write a new one's manifest; only then is it there. Raises StoreError."""
        self.make_folder()
        self.write(record)
        self._records[record.import_id] = record

    def write(self, record: Record) -> None:
        """Write its manifest, whole or not at all. Raises StoreError."""
        write_private(self.folder / f"{record.import_id}.json", json.dumps(asdict(record)).encode("utf-8", "replace"))

    def forget_oldest(self) -> None:
        """Keep the newest of those that ended. Raises OSError."""
        ended = [one for one in self.listed() if one.state not in OPEN]
        for record in ended[:-KEPT_MAX]:
            self._records.pop(record.import_id, None)
            (self.folder / f"{record.import_id}.json").unlink(missing_ok=True)
