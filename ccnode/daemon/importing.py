"""What is being brought in? Imports, one at a time, in a thread beside the event loop; a restart goes on with them.

Each import has a manifest in <data>/imports/, written when its state changes. How far it is stands in no file: an
import that was broken off is made again from the beginning, and finds what it brought in already.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog

from ccnode import clock
from ccnode.daemon import memory
from ccnode.daemon.import_records import Record, Records
from ccnode.later import later
from ccnode.store.errors import Conflict, NotFound, StoreError, StoreFull, StoreReadOnly
from ccnode.store.ledger import cut_log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ccnode.daemon.import_records import State
    from ccnode.exchange import model
    from ccnode.exchange.model import ExchangeError
    from ccnode.store.home import Home
    from ccnode.store.import_source import Bringing
    from ccnode.store.ledger import Job, Ledger
else:
    model = later("ccnode.exchange.model")

log = structlog.get_logger()
T = TypeVar("T")
Form = dict[str, Any]

WAITING_MAX: Final = 16
ID_BYTES: Final = 6
TELL_S: Final = 0.5
PAUSE_S: Final = 0.002  # after each batch, so that whoever talks meanwhile gets to the ledger and the processor
LOG_BYTES: Final = 64 * 1024 * 1024
LOG_WAIT_MS: Final = 200
ROOM_BYTES: Final = 256 * 1024 * 1024  # what an upload must leave free
WRITE_BYTES: Final = 1024 * 1024
NAME_CHARS_MAX: Final = 200
LEFT_LISTED: Final = 10
_MENDED: Final = "import it again: what is here already is not brought in twice"


class Importing:
    """The imports of a running node. Lives on its event loop."""

    def __init__(self, home: Home, ledger: Ledger, upload_bytes_max: int) -> None:
        self.on_change: Callable[[str], None] = lambda _what: None
        self.on_done: Callable[[], None] = lambda: None
        self._home = home
        self._ledger = ledger
        self._upload_bytes_max = upload_bytes_max
        self._records = Records(home.root / "imports")
        self._current: tuple[str, Bringing] | None = None
        self._stop: set[str] = set()  # ids; the thread looks at each step whether its own is among them
        self._closing = threading.Event()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._uploads = 0
        self._ended = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether something is being brought in."""
        return self._current is not None

    async def start(self) -> None:
        """Read the manifests and go on with what was broken off."""
        try:
            await asyncio.to_thread(self._records.load)
        except StoreError as error:
            log.warning("imports_unknown", error=str(error))
        self._task = asyncio.create_task(self._work(), name="imports")

    async def close(self) -> None:
        """Leave off after the current step; the next start goes on."""
        self._closing.set()
        self._wake.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    # --- asking ---

    def listed(self) -> list[Form]:
        """All imports, the newest first, each with the beginning of the list of what was left."""
        forms = [self._form(one) for one in reversed(self._records.listed())]
        return [{**form, "left": form["left"][:LEFT_LISTED]} for form in forms]

    def get(self, import_id: str) -> Form:
        """One import, by its id or a unique beginning of it. Raises NotFound, Conflict."""
        return self._form(self._records.named(import_id))

    async def begin(self, path: str, wanted: str, *, dry_run: bool, name: str | None = None) -> Form:
        """Bring in what lies at an absolute path, as soon as nothing else is being brought in.

        Raises:
            NotFound: nothing is there. StoreReadOnly: this process may not read it. Conflict: too many wait.
            ExchangeError: it is nothing that can be brought in.
        """
        self._check_room_in_line()
        found = await asyncio.to_thread(_looked_at, Path(path), wanted)
        record = Record(
            clock.chance(ID_BYTES).hex(), _cleaned(name or Path(path).name), path, found, dry_run, uploaded=False,
            created_ms=clock.now_ms(),
        )  # fmt: skip
        await self._enter(record)
        return self._form(record)

    async def take_in(
        self, pieces: AsyncIterator[bytes], name: str, wanted: str, *, dry_run: bool, size: int | None
    ) -> Form:
        """Keep what is sent in a file of our own, then bring that in. `size`: how much it will be, where known.

        Raises:
            StoreFull: there is no room for it. Conflict: too many wait, or it is larger than the settings allow.
            ExchangeError: it is nothing that can be brought in. Whatever is wrong, the file is removed again.
        """
        self._check_room_in_line()
        self._check_size(size or 0)
        import_id = clock.chance(ID_BYTES).hex()
        path = self._records.upload(import_id)
        self._uploads += 1
        try:
            try:
                await self._receive(pieces, path, size)
                found = await asyncio.to_thread(_looked_at, path, wanted, _cleaned(name))
                record = Record(
                    import_id, _cleaned(name), str(path), found, dry_run, uploaded=True, created_ms=clock.now_ms()
                )
                await self._enter(record)
            except BaseException:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
                raise
        finally:
            self._uploads -= 1
        return self._form(record)

    async def stop(self, import_id: str) -> Form:
        """Stop an import; what it has brought in stays. One that has ended is left as it is. Raises NotFound."""
        record = self._records.named(import_id)
        if record.state == "waiting":
            await self._finish(record, "stopped")
        if record.state == "reading":
            self._stop.add(record.import_id)
            await self._ended.wait()
        return self._form(record)

    def _form(self, record: Record) -> Form:
        current = self._current[1] if self._current and self._current[0] == record.import_id else None
        result = current.form() if current is not None else record.result or _EMPTY
        form = {
            "import_id": record.import_id,
            "name": record.name,
            "format": record.format,
            "dry_run": record.dry_run,
            "state": record.state,
            "created": clock.iso(record.created_ms),
            "finished": clock.iso(record.finished_ms) if record.finished_ms is not None else None,
            "bytes": current.size if current is not None else record.bytes,
            "bytes_read": current.position if current is not None else record.bytes if record.finished_ms else 0,
            **result,
        }
        return form if record.error is None else {**form, "error": record.error}

    # --- taking in ---

    def _check_room_in_line(self) -> None:
        waiting = self._records.waiting() + self._uploads
        if waiting >= WAITING_MAX:
            raise Conflict(f"{waiting} imports are waiting already", remedy="wait until some of them are done")

    def _check_size(self, size: int) -> None:
        if size > self._upload_bytes_max:
            raise Conflict(
                f"the file is larger than {self._upload_bytes_max} bytes",
                remedy="import it from the command line by its path, or raise limits.upload_bytes_max",
            )

    async def _receive(self, pieces: AsyncIterator[bytes], path: Path, size: int | None) -> None:
        self._records.make_folder()
        try:
            self._check_free(size or 0)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                gathered, received = bytearray(), 0
                async for piece in pieces:
                    gathered += piece
                    received += len(piece)
                    self._check_size(received)
                    if len(gathered) >= WRITE_BYTES:
                        self._check_free(len(gathered))
                        await asyncio.to_thread(_write_all, file.fileno(), bytes(gathered))
                        gathered.clear()
                await asyncio.to_thread(_write_all, file.fileno(), bytes(gathered))
                await asyncio.to_thread(os.fsync, file.fileno())
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            raise StoreReadOnly(f"the file cannot be kept: {error.strerror}", remedy="check the disk") from error

    def _check_free(self, size: int) -> None:
        free = shutil.disk_usage(self._records.folder).free
        if free < size + ROOM_BYTES:
            raise StoreFull(
                f"there is no room for {size} bytes: {free} are free, and {ROOM_BYTES} must stay so",
                remedy="free some space, then try again",
            )

    async def _enter(self, record: Record) -> None:
        await asyncio.to_thread(self._records.add, record)
        self.on_change("imports")
        self._wake.set()

    async def _finish(self, record: Record, state: State, error: dict[str, str] | None = None) -> None:
        record.state, record.error, record.finished_ms = state, error, clock.now_ms()
        self._stop.discard(record.import_id)
        try:
            await asyncio.to_thread(self._records.write, record)
        except StoreError as problem:  # then the next start makes it again, which changes nothing
            log.warning("import_not_noted", error=str(problem))
        with contextlib.suppress(OSError):
            if record.uploaded:
                await asyncio.to_thread(Path(record.path).unlink, missing_ok=True)
            await asyncio.to_thread(self._records.forget_oldest)
        self.on_change("imports")

    # --- the work ---

    async def _work(self) -> None:
        """Bring in one after the other, until the node ends."""
        while not self._closing.is_set():
            self._wake.clear()
            record = self._records.next()
            if record is None:
                await self._wake.wait()
                continue
            self._ended.clear()
            try:
                await self._one(record)
            finally:
                self._ended.set()

    async def _one(self, record: Record) -> None:
        from ccnode.store.import_source import Stopped
        from ccnode.store.imports import newest_entry

        began = clock.elapsed_s()
        error: dict[str, str] | None = None
        state: State = "done"
        try:
            if record.since is None and not record.dry_run:
                record.since = await asyncio.to_thread(newest_entry, self._home.ledger)
            record.state = "reading"
            await asyncio.to_thread(self._records.write, record)
            self.on_change("imports")
            await _in_thread(lambda: self._bring(record))
        except Stopped:
            if self._closing.is_set() and record.import_id not in self._stop:
                self._current = None
                return  # the manifest says that it is being read: the next start goes on
            state = "stopped"
        except (model.ExchangeError, StoreError) as problem:
            state, error = "failed", _told(problem)
        except Exception as problem:  # noqa: BLE001  # one file that breaks us must not end all imports
            # Not the error's text, which could hold what somebody wrote.
            log.error("import_failed", kind=type(problem).__name__, where=_where(problem))  # noqa: TRY400
            message = f"something went wrong inside the node ({type(problem).__name__})"
            state, error = "failed", {"code": "internal", "message": message, "remedy": "look for it in the log"}
        if self._current is not None:
            record.result, record.bytes = self._current[1].form(), self._current[1].size
        self._current = None
        await self._finish(record, state, error)
        log.info("import_ended", state=state, format=record.format, seconds=round(clock.elapsed_s() - began, 1),
                 added=record.result.get("messages", {}).get("added"))  # fmt: skip
        if not record.dry_run:
            self.on_done()

    def _bring(self, record: Record) -> None:
        """The import itself; in its thread."""
        from ccnode.store.import_source import Bringing, Stopped, Target

        loop_told = 0.0

        def watch() -> None:
            nonlocal loop_told
            if self._closing.is_set() or record.import_id in self._stop:
                raise Stopped
            if clock.elapsed_s() - loop_told >= TELL_S:
                loop_told = clock.elapsed_s()
                self._tell()

        def append(job: Job[T]) -> T:
            done = self._ledger.append_sync(job)
            cut_log(self._home.ledger, LOG_BYTES, LOG_WAIT_MS)
            time.sleep(PAUSE_S)
            return done

        target = Target(self._home, None if record.dry_run else append, clock.now_ms(), record.since)
        bringing = Bringing(Path(record.path), record.format, target)
        self._current = (record.import_id, bringing)
        record.format = bringing.format
        watch()
        try:
            bringing.run(watch)
        finally:
            with contextlib.suppress(StoreError):  # whatever is wrong with the disk is told already
                self._ledger.append_sync(lambda tx: tx.execute("PRAGMA shrink_memory"))
            memory.give_back()

    def _tell(self) -> None:
        task = self._task
        if task is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closing: nobody listens any more
                task.get_loop().call_soon_threadsafe(self.on_change, "imports")


_NOTHING: Final = {"found": 0, "added": 0, "known": 0, "left": 0}
_EMPTY: Final[Form] = {"conversations": _NOTHING, "messages": _NOTHING, "left": [], "left_total": 0}


def _looked_at(path: Path, wanted: str, name: str | None = None) -> str:
    """What lies there. `name`: what to call it, where its path tells nobody anything."""
    from ccnode.store.import_source import format_of

    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"there is no file {path}", remedy="check the path") from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
        raise _unreadable(path, PermissionError(13, "Permission denied"))
    try:
        return format_of(path, wanted)
    except model.ExchangeError as error:
        if name is None:
            raise
        raise model.ExchangeError(str(error).replace(str(path), name).replace(path.name, name), error.remedy) from error


def _unreadable(path: Path, error: Exception) -> StoreReadOnly:
    told = error.strerror if isinstance(error, OSError) else str(error)
    unreadable = StoreReadOnly(f"{path} cannot be read by the daemon: {told}", remedy="mend its permissions")
    unreadable.code = "unreadable"
    return unreadable


def _cleaned(name: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in name)[-NAME_CHARS_MAX:] or "upload"


def _told(problem: ExchangeError | StoreError) -> dict[str, str]:
    code = problem.code if isinstance(problem, StoreError) else "not_importable"
    return {"code": code, "message": str(problem), "remedy": problem.remedy or _MENDED}


def _where(problem: BaseException) -> str:
    """The place in our own code; no text of the error, which could hold what somebody wrote."""
    frames = []
    step = problem.__traceback__
    while step is not None:
        frames.append(f"{Path(step.tb_frame.f_code.co_filename).name}:{step.tb_lineno}")
        step = step.tb_next
    return " ".join(frames[-6:])


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


async def _in_thread(work: Callable[[], None]) -> None:
    """Run it in a thread of its own: the shared ones are for what is over soon."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def settle(error: BaseException | None) -> None:
        if not done.done():
            done.set_exception(error) if error is not None else done.set_result(None)

    def run() -> None:
        error: BaseException | None = None
        try:
            work()
        except BaseException as problem:  # noqa: BLE001  # it belongs to whoever waits
            error = problem
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, error)

    threading.Thread(target=run, name="import", daemon=True).start()
    await done
