"""Who may write? One writer at a time, which appends entries, projections and outbox in one transaction.

Callers hand in jobs: functions that get a `Transaction`. Jobs that wait together share one transaction, one signature
for each chain, and one sync of the disk. Nothing is acknowledged, and nothing may leave the node, before the commit.

The ledger's own thread writes for the event loop, which must never wait for a disk. A thread that may wait becomes the
writer itself when nobody else is (handing a job over and back costs 70 us, a third of a commit), and then writes for
everyone who waits. The role is a lock, so there is one writing connection and one writer at any moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from ccnode.store import migrate
from ccnode.store.errors import StoreBusy, StoreCorrupt, StoreError, StoreReadOnly, translated
from ccnode.store.marker import Marker, read_marker
from ccnode.store.project import Projector
from ccnode.store.transaction import Committed, OwnChains, Transaction

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode_crypto.keys import SigningKey

T = TypeVar("T")
Job = Callable[[Transaction], T]

BATCH_JOBS_MAX: Final = 512
QUEUE_JOBS_MAX: Final = 10_000
BUSY_TIMEOUT_MS: Final = 5_000
CACHE_KIB: Final = 16_384


@dataclass(frozen=True, slots=True)
class Ports:
    """What the ledger takes from the world. `now_ms`: milliseconds since 1970; `chance(n)`: n random bytes."""

    now_ms: Callable[[], int]
    chance: Callable[[int], bytes]


class _Pending(Generic[T]):
    """A job on its way, and how its caller is told: a future of an event loop, or a lock that is released."""

    __slots__ = ("done", "error", "future", "job", "loop", "result")

    def __init__(self, job: Job[T], loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.job = job
        self.loop = loop
        self.future: asyncio.Future[T] | None = loop.create_future() if loop else None
        self.done: threading.Lock | None = None
        self.result: T | None = None
        self.error: BaseException | None = None


def connect(path: Path, *, writable: bool) -> sqlite3.Connection:
    """Open the database with the settings that every connection of ours has.

    Raises:
        StoreError: the file cannot be opened.
    """
    try:
        return _connect_writable(path) if writable else _connect_readable(path)
    except sqlite3.Error as error:
        raise translated(error) from error
    except UnicodeDecodeError as error:  # SQLite quotes what it cannot parse
        raise StoreCorrupt("the database is damaged: its schema is not text", remedy="restore a backup") from error


def _connect_writable(path: Path) -> sqlite3.Connection:
    timeout = BUSY_TIMEOUT_MS / 1000
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=256, timeout=timeout
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = OFF")  # checked by verification, which also covers what SQL cannot
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    except (sqlite3.Error, UnicodeDecodeError):
        connection.close()
        raise
    return connection


def _connect_readable(path: Path) -> sqlite3.Connection:
    timeout, uri = BUSY_TIMEOUT_MS / 1000, path.absolute().as_uri()
    connection = sqlite3.connect(
        f"{uri}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=timeout
    )
    connection.execute("PRAGMA query_only = ON")
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except UnicodeDecodeError:
        return connection  # damage is for whoever reads to find
    except sqlite3.Error as error:
        # Even a reader makes files beside the database. Where it may not, and there is no log, nobody writes either.
        log = path.with_name(path.name + "-wal")
        refused = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        if refused and path.exists() and not log.exists():
            connection.close()
            return sqlite3.connect(f"{uri}?immutable=1", uri=True, isolation_level=None, check_same_thread=False)
    return connection


class Ledger:
    """The open ledger. `append` from the event loop, `append_sync` from any other thread."""

    def __init__(self, path: Path, key: SigningKey, ports: Ports, *, backups: Path | None = None) -> None:
        """Open or create the database at `path`, migrating it first.

        Raises:
            StoreError: it cannot be opened, is damaged, or was written by a newer program.
        """
        self.path = path
        self._ports = ports
        self._connection = connect(path, writable=True)
        try:
            migrate.migrate(self._connection, backups, migrate.all_migrations())
            self._marker = Marker(marker_path(path))
            self._projector = Projector(self._connection)
            self.chains = OwnChains(self._connection, key, ports.now_ms, ports.chance)
        except sqlite3.Error as error:
            self._connection.close()
            raise translated(error) from error
        except OSError as error:
            self._connection.close()
            what = f"{path.parent} cannot be written: {error.strerror}"
            raise StoreReadOnly(what, remedy="check the disk and the permissions") from error
        except StoreError:
            self._connection.close()
            raise
        self._role = threading.Lock()
        self._jobs: deque[_Pending[Any]] = deque()
        self._wake: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._closed = False
        self._listeners: list[Callable[[int], None]] = []
        self._thread = threading.Thread(target=self._serve, name="ledger", daemon=True)
        self._thread.start()

    def on_commit(self, listener: Callable[[int], None]) -> None:
        """Call `listener(newest run's id)` on the writer thread after each commit that appended; it must not block."""
        self._listeners.append(listener)

    def _submit(self, pending: _Pending[T]) -> None:
        if len(self._jobs) >= QUEUE_JOBS_MAX:
            raise StoreBusy("too many writes are waiting", remedy="try again in a moment")
        self._jobs.append(pending)
        self._wake.put(True)  # noqa: FBT003  # there is something to do; False: nothing more will come
        if self._closed:  # meanwhile: the writer may be gone, and then nobody would ever answer
            with contextlib.suppress(ValueError):  # the writer has taken it after all
                self._jobs.remove(pending)
                raise StoreError("the ledger is closed")

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError("the ledger is closed")

    async def append(self, job: Job[T]) -> T:
        """Run the job in a transaction; return its result once that is durable.

        A job may be run again when a job beside it fails, so it must have no effect but on its Transaction.

        Raises:
            StoreError: nothing of the job was written.
            whatever the job raises: likewise.
        """
        self._check_open()
        pending = _Pending(job, asyncio.get_running_loop())
        self._submit(pending)
        return await asyncio.shield(pending.future)  # type: ignore[arg-type]  # made with the loop

    def append_sync(self, job: Job[T]) -> T:
        """The same for threads without an event loop; blocks."""
        self._check_open()
        pending = _Pending(job)
        if self._role.acquire(blocking=False):
            try:
                self._check_open()  # `close` closes the files in this role
                self._write_batch([pending, *self._take()])
            finally:
                self._role.release()
        else:
            pending.done = threading.Lock()
            pending.done.acquire()
            self._submit(pending)
            pending.done.acquire()
        if pending.error is not None:
            raise pending.error
        return pending.result  # type: ignore[return-value]  # set by the writer

    def close(self) -> None:
        """Finish what is queued, then close the files. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self._wake.put(False)  # noqa: FBT003  # see _submit
        self._thread.join()
        with self._role:
            self._marker.close()
            self._connection.close()

    # --- the writer, whichever thread has the role ---

    def _take(self) -> list[_Pending[Any]]:
        """The jobs that wait, as many as one transaction takes."""
        taken: list[_Pending[Any]] = []
        while len(taken) < BATCH_JOBS_MAX:
            try:
                taken.append(self._jobs.popleft())
            except IndexError:
                break
        return taken

    def _serve(self) -> None:
        """Write for those who cannot wait, until the ledger is closed and nothing is queued."""
        while self._wake.get() or self._jobs:
            with self._role:
                batch = self._take()
                if batch:
                    self._write_batch(batch)

    def _write_batch(self, batch: Sequence[_Pending[Any]]) -> None:
        """Commit the jobs together, or, when one of them fails, each on its own."""
        error, last = self._commit(batch)
        if error is not None and len(batch) > 1:
            for pending in batch:
                self._write_batch([pending])
            return
        for pending in batch:
            pending.error = error
        _resolve(batch)
        if last is not None:
            with contextlib.suppress(OSError):  # what is committed stays so; a marker left behind accuses nobody
                self._marker.write(last.entry, last.digest)
            for listener in self._listeners:
                listener(last.run)

    def _commit(self, batch: Sequence[_Pending[Any]]) -> tuple[BaseException | None, Committed | None]:
        """Run the jobs in one transaction; return what went wrong, after undoing all of it, or what was committed."""
        connection, transaction, doubtful = self._connection, None, False
        try:
            connection.execute("BEGIN IMMEDIATE")
            transaction = Transaction(connection, self._projector, self.chains)
            for pending in batch:
                pending.result = pending.job(transaction)
            last = transaction.finish()
            doubtful = True
            connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001  # whatever a job raises belongs to its caller, not to this thread
            self._undo(transaction, doubtful=doubtful)
            return (translated(error) if isinstance(error, sqlite3.Error) else error), None
        return None, last

    def _undo(self, transaction: Transaction | None, *, doubtful: bool) -> None:
        if self._connection.in_transaction:
            # Where even that fails, the transaction is lost all the same, and the next BEGIN says what is wrong.
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
        if transaction is not None:
            transaction.undo(doubtful=doubtful)
        self._projector.forget_unwritten()


def _resolve(batch: Sequence[_Pending[Any]]) -> None:
    """Wake those who wait: threads one by one, an event loop once for all its jobs."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Pending[Any]]] = {}
    for pending in batch:
        if pending.loop is not None:
            by_loop.setdefault(pending.loop, []).append(pending)
        elif pending.done is not None:
            pending.done.release()
    for loop, group in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, group)


def _settle(group: Sequence[_Pending[Any]]) -> None:
    for pending in group:
        future = pending.future
        if future is None or future.done():
            continue
        if pending.error is not None:
            future.set_exception(pending.error)
        else:
            future.set_result(pending.result)


def cut_log(path: Path, log_bytes_max: int, wait_ms: int) -> None:
    """Put what the log of the database holds into the database, where it has grown beyond `log_bytes_max`.

    SQLite begins the log anew only when nobody reads from it; under readers without a pause it would grow without end.
    Waits for them at most `wait_ms`, and holds up writers meanwhile. Without success, nothing is lost by that.
    """
    try:
        if path.with_name(path.name + "-wal").stat().st_size <= log_bytes_max:
            return
        with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=wait_ms / 1000)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (OSError, sqlite3.Error):
        return  # the next one who writes meets the same trouble, and says so


def marker_path(path: Path) -> Path:
    """Where the head marker of a database lies: beside it."""
    return path.with_suffix(".head")


def lost_end(path: Path, connection: sqlite3.Connection) -> str | None:
    """What the head marker remembers and the database does not have, in words; None where nothing is missing."""
    mark = read_marker(marker_path(path))
    if mark is None:
        return None
    row = connection.execute("SELECT digest FROM entries WHERE id = ?", (mark.entry,)).fetchone()
    if row is not None and row[0] == mark.digest:
        return None
    newest = connection.execute("SELECT max(id) FROM entries").fetchone()[0] or 0
    if row is not None:
        return f"entry {mark.entry} is not the one that was committed ({mark.digest.hex()[:16]})"
    return f"the database ends at entry {newest}, but entry {mark.entry} ({mark.digest.hex()[:16]}) was committed"
