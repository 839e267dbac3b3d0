"""What does a stop leave on the disk? A fake disk under real SQLite files: it stops, tears, fills up and fails.

SQLite runs undisturbed on real files. What a stopped machine would find at its next start is a *picture*: the bytes of
its files at that moment, or, where the power was cut, any mixture of what was synced and what was written since.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

DATABASE: Final = "ledger.sqlite"
LOG: Final = "ledger.sqlite-wal"
MARKER: Final = "ledger.head"
KEY: Final = "node.key"
FILES: Final = (DATABASE, LOG, MARKER, KEY)  # not -shm, which is memory, and is made anew at the first opening
LOG_HEADER_BYTES: Final = 32
SECTOR_BYTES: Final = 512
SYNCHRONOUS_FULL: Final = 2

Picture = dict[str, bytes]
Point = Literal["statement", "before commit", "within commit", "after commit", "after marker"]
POINTS: Final[tuple[Point, ...]] = ("statement", "before commit", "within commit", "after commit", "after marker")


class Stopped(BaseException):
    """The process is gone; nothing of it goes on, so nothing may catch this but the simulation."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where in a transaction the process ends. `number`: at which statement; `power`: the machine ends with it."""

    point: Point
    number: int = 0
    power: bool = False


@dataclass(slots=True)
class Faults:
    """What the disk does to the next transaction; `full` and `dead` last until they are taken back."""

    stop: Stop | None = None
    fail_statement: int | None = None
    fail_commit: bool = False
    fail_marker: bool = False
    dead: bool = False


class SimConnection(sqlite3.Connection):
    """The ledger's connection, told to `disk` statement by statement."""

    disk: Disk | None = None

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if self.disk is None:
            return super().execute(sql, parameters)
        if sql == "COMMIT":
            return self.disk.commit(self)
        self.disk.statement(sql)
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        if self.disk is not None:
            self.disk.statement(sql)
        return super().executemany(sql, parameters)

    def plain(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """Execute without telling the disk: what the simulation asks for itself."""
        return super().execute(sql, parameters)


class Disk:
    """The disk of one machine between a start and its end."""

    def __init__(self, folder: Path, random: Random) -> None:
        self.folder = folder
        self.faults = Faults()
        self.left: Picture | None = None  # what a stopped machine leaves
        self.about_to_commit: Callable[[SimConnection], None] = lambda _: None
        self._random = random
        self._statements = 0
        self._opened: Picture = {}
        self._synced: Picture | None = None  # at the beginning of the transaction, where its end will ask for it
        self._phantom: Picture | None = None
        self._full_sync = True

    def attach(self, connection: SimConnection) -> None:
        """Watch this connection, which was just opened."""
        self._opened = self.picture()
        connection.disk = self

    def picture(self) -> Picture:
        """The bytes of all files as the operating system has them."""
        paths = ((name, self.folder / name) for name in FILES)
        return {name: path.read_bytes() for name, path in paths if path.exists()}

    # --- what the connection tells ---

    def statement(self, sql: str) -> None:
        """A statement is about to run: stop or fail here, if that is planned."""
        if self.left is not None:
            raise Stopped
        if self.faults.dead:
            raise io_error()
        if sql.startswith("BEGIN IMMEDIATE"):
            self._statements = 0
            stop = self.faults.stop
            self._synced = self.picture() if stop is not None and stop.power else None
        self._statements += 1
        stop = self.faults.stop
        if stop is not None and stop.point == "statement" and self._statements == stop.number:
            self.stop(power=stop.power)
        if self.faults.fail_statement == self._statements:
            self.faults.fail_statement = None
            raise io_error()

    def commit(self, connection: SimConnection) -> sqlite3.Cursor:
        """Commit, unless a stop or failure is planned for before, within or after it."""
        if self.left is not None:
            raise Stopped
        if self.faults.dead:
            raise io_error()
        self._full_sync = connection.plain("PRAGMA synchronous").fetchone()[0] >= SYNCHRONOUS_FULL
        self.about_to_commit(connection)
        stop = self.faults.stop
        if stop is not None and stop.point == "before commit":
            self.stop(power=stop.power)
        if self.faults.fail_commit:
            self.faults.fail_commit = False
            self._fail_commit(connection)
        cursor = connection.plain("COMMIT")
        self._phantom = None  # what a failed commit had left in the log is written over
        if stop is not None and stop.point == "within commit":
            self.left = self.torn(self._synced or self._opened, self.picture())
            raise Stopped
        if stop is not None and stop.point == "after commit":
            self._synced = self.picture()
            self.stop(power=stop.power)
        return cursor

    def _fail_commit(self, connection: SimConnection) -> None:
        """Let the sync of a commit fail: the caller hears of an error, yet until the next commit the log has it all."""
        before = sqlite3.connect(self.folder / "before.sqlite")
        try:
            clean = sqlite3.connect(self.folder / DATABASE)  # sees the state before this transaction
            clean.backup(before)
            clean.close()
            connection.plain("COMMIT")
            self._phantom = self.picture()
            before.backup(connection)
        finally:
            before.close()
        (self.folder / "before.sqlite").unlink()
        raise io_error()

    def marked(self, write: Callable[[], None]) -> None:
        """The marker is written, unless that fails; then, perhaps, the process ends."""
        if self.faults.fail_marker:
            self.faults.fail_marker = False
            raise OSError(5, "Input/output error")
        write()
        stop = self.faults.stop
        if stop is not None and stop.point == "after marker":
            self._synced = self.picture()
            self.stop(power=stop.power)

    def at_rest(self) -> None:
        """The transaction is over: what was planned for it is forgotten, whether it came to pass or not."""
        self.faults = replace(self.faults, stop=None, fail_statement=None, fail_commit=False, fail_marker=False)
        self._synced = None

    # --- the ends of a process ---

    def stop(self, *, power: bool = False) -> None:
        """End the process here (raises Stopped); with `power`, what was not synced may be lost or torn."""
        self.left = self.remains(power=power)
        raise Stopped

    def remains(self, *, power: bool) -> Picture:
        """What the next start would find, were the end now."""
        now = self.picture()
        if self._phantom is not None and self._random.random() < 0.5:
            return {**now, DATABASE: self._phantom[DATABASE], LOG: self._phantom[LOG]}
        if not power:
            return now
        if not self._full_sync:
            return self.torn(self._opened, now)
        left = self.torn(self._synced, now) if self._synced is not None else now
        return {**left, MARKER: self._stale_marker(now.get(MARKER, b""))}

    def torn(self, synced: Picture, now: Picture) -> Picture:
        """A mixture by sectors of what was synced and what was written since."""
        left = dict(now)
        if synced.get(DATABASE) != now.get(DATABASE):
            # A checkpoint: it begins only once the log is synced, so the log is whole.
            left[DATABASE] = self._mixed(synced.get(DATABASE, b""), now[DATABASE])
            return left
        old, new = synced.get(LOG, b""), now.get(LOG, b"")
        if old[:LOG_HEADER_BYTES] == new[:LOG_HEADER_BYTES]:
            left[LOG] = self._mixed(old, new)
        else:
            # A log that begins anew: SQLite syncs its header before it writes what follows.
            left[LOG] = new[:LOG_HEADER_BYTES] + self._mixed(old[LOG_HEADER_BYTES:], new[LOG_HEADER_BYTES:])
        return left

    def _mixed(self, old: bytes, new: bytes) -> bytes:
        random = self._random
        share = random.choice((0.0, 0.5, 0.9, 1.0))
        garbled = random.random() < 0.3
        end = random.choice((len(new), random.randint(min(len(old), len(new)), len(new))))
        out = bytearray(new[:end])
        for at in range(0, end, SECTOR_BYTES):
            before, after = old[at : at + SECTOR_BYTES], new[at : at + SECTOR_BYTES]
            if before == after or random.random() < share:
                continue
            lost = before.ljust(len(after), b"\0")
            if garbled:
                noise = random.randbytes(len(after))
                # Bytes that were not written keep their value (SQLite counts on that: "powersafe overwrite").
                lost = bytes(n if o != a else o for o, a, n in zip(lost, after, noise, strict=True))
            out[at : at + SECTOR_BYTES] = lost[: end - at]
        return bytes(out)

    def _stale_marker(self, now: bytes) -> bytes:
        """The marker is never synced: an older one, or one whose newest slot is torn, may be found."""
        return self._random.choice((now, self._opened.get(MARKER, b""), now[: len(now) // 2] + bytes(len(now) // 2)))


def cut_log(picture: Picture, random: Random) -> Picture:
    """What a disk leaves that lied about its syncs: the log ends somewhere before its end."""
    log = picture.get(LOG, b"")
    return {**picture, LOG: log[: random.randint(0, len(log))]}


def install(picture: Picture, folder: Path) -> None:
    """Write the files of a picture into an empty folder."""
    folder.mkdir(parents=True)
    for name, data in picture.items():
        (folder / name).write_bytes(data)


def io_error() -> sqlite3.OperationalError:
    """What SQLite raises when the disk reports an error."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    error.sqlite_errorname = "SQLITE_IOERR"
    return error
