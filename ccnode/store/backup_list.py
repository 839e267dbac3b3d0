"""Which copies of the ledger lie in the data directory, and which automatic ones are old enough to go?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

from ccnode.store.errors import disk_error

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.home import Home

KEEP: Final = 7
AUTOMATIC_END: Final = ".auto.age"
TIME_FORMAT: Final = "%Y%m%dT%H%M%SZ"
_NAME: Final = re.compile(r"ccnode-.+-(\d{8}T\d{6}Z)(?:-(\d+))?(\.auto)?\.age")

BackupKind = Literal["manual", "automatic", "before-migration", "replaced"]


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A copy of the ledger that lies in the data directory. `created_ms`: milliseconds since 1970.

    Besides backups these are the copies made before a migration and the databases that a restore replaced (a folder);
    only backups are encrypted.
    """

    path: Path
    bytes: int
    created_ms: int
    kind: BackupKind


def list_backups(home: Home) -> list[BackupFile]:
    """Every copy of the ledger that lies in the data directory, newest first. Raises StoreReadOnly."""
    found = []
    try:
        for path in home.backups.iterdir() if home.backups.is_dir() else ():
            if (match := _NAME.fullmatch(path.name)) and path.is_file():
                created = datetime.strptime(match[1], TIME_FORMAT).replace(tzinfo=UTC)
                kind: BackupKind = "automatic" if match[3] else "manual"
                found.append(BackupFile(path, path.stat().st_size, int(created.timestamp() * 1000), kind))
            elif path.name.startswith("before-migration-") and path.suffix == ".sqlite":
                stat = path.stat()
                found.append(BackupFile(path, stat.st_size, int(stat.st_mtime * 1000), "before-migration"))
        for folder in home.root.glob("replaced-*"):
            files = [path.stat() for path in folder.iterdir()]
            made = max((stat.st_mtime for stat in files), default=0)
            found.append(BackupFile(folder, sum(stat.st_size for stat in files), int(made * 1000), "replaced"))
    except OSError as error:
        raise disk_error(error, "the backups cannot be listed") from error
    return sorted(found, key=lambda one: (one.created_ms, _number(one.path.name), one.path.name), reverse=True)


def _number(name: str) -> int:
    """Which one of its second a backup is."""
    match = _NAME.fullmatch(name)
    return int(match[2] or 1) if match else 0


def rotate(home: Home, keep: int = KEEP) -> list[Path]:
    """Remove all automatic backups but the newest `keep`; return those removed. Raises StoreReadOnly."""
    automatic = [backup for backup in list_backups(home) if backup.kind == "automatic"]
    removed = []
    for backup in automatic[max(keep, 1) :]:
        try:
            backup.path.unlink(missing_ok=True)
        except OSError as error:
            raise disk_error(error, f"{backup.path.name} cannot be removed") from error
        removed.append(backup.path)
    return removed
