"""How does a running node keep its plate? The API's `Plates`: versions, the file that people edit, the owner's word."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import structlog

from ccnode import clock
from ccnode.later import later
from ccnode.store import plates, views
from ccnode.store.errors import Conflict, StoreError
from ccnode.store.ledger import connect
from ccnode_crypto.errors import CryptoError

if TYPE_CHECKING:
    from ccnode.daemon.validating import Validating
    from ccnode.mind import plate as minds
    from ccnode.mind import plate_diff
    from ccnode.store import owner, plate_shapes, platefile
    from ccnode.store.home import Home
    from ccnode.store.ledger import Job
    from ccnode.store.plates import Version
    from ccnode.store.views import View
    from ccnode_crypto.statements import PlateStatement
else:
    owner = later("ccnode.store.owner")
    minds = later("ccnode.mind.plate")
    plate_diff = later("ccnode.mind.plate_diff")
    plate_shapes = later("ccnode.store.plate_shapes")
    platefile = later("ccnode.store.platefile")

T = TypeVar("T")
log = structlog.get_logger()


class Append(Protocol):
    """How a job is run by the ledger."""

    async def __call__(self, job: Job[T]) -> T:
        """Run it, and return its result once that is durable. Raises what the job raises, and StoreError."""


class BadPlate(Conflict):
    """A text that cannot be kept as a plate."""

    code = "bad_plate"


class Plating:
    """One node's plate. What reads texts or keys runs in threads: the event loop must not wait for them."""

    def __init__(self, home: Home, append: Append, validating: Validating) -> None:
        self._home = home
        self._append = append
        self._validating = validating
        self._in_force: bytes | None = None
        self._looked: tuple[object, ...] = ()
        self._problem = ""
        self._one_at_a_time = asyncio.Lock()
        self._following: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """At the start: learn which plate is in force; write the file where there is none. Raises StoreError."""
        current = await asyncio.to_thread(self._run, plates.plate_in_force())
        await self._follow(current)

    @property
    def problem(self) -> str:
        """What a person should know of the file: that it is not the plate in force. "" for nothing."""
        try:
            facts = self._home.plate.stat()
            looked: tuple[object, ...] = (self._in_force, facts.st_mtime_ns, facts.st_size, facts.st_ino)
        except OSError as error:
            looked = (self._in_force, error.errno)
        if looked != self._looked:
            found = platefile.read(self._home, self._in_force)
            self._looked, self._problem = looked, _problem(self._home, found, self._in_force)
        return self._problem

    async def describe(self, wanted: str | None) -> dict[str, Any]:
        """See api/ports.py."""
        return await asyncio.to_thread(self._describe, wanted)

    def _describe(self, wanted: str | None) -> dict[str, Any]:
        current = self._run(plates.plate_in_force())
        shown = self._run(plates.version(wanted)) if wanted is not None else current
        in_force = current.plate if current is not None else None
        found = platefile.read(self._home, in_force)
        return {
            "plate": plate_shapes.version(shown) if shown is not None else None,
            "file": plate_shapes.file(found, str(self._home.plate)),
            "owner_key": owner.guard(self._home),
        }

    async def history(self, *, with_diff: bool) -> list[dict[str, Any]]:
        """See api/ports.py."""
        return await asyncio.to_thread(self._history, with_diff)

    def _history(self, with_diff: bool) -> list[dict[str, Any]]:  # noqa: FBT001  # handed on to a thread
        listed = self._run(plates.versions())
        forms = [plate_shapes.version(one) for one in listed]
        if with_diff:
            after = ""
            for one, form in zip(reversed(listed), reversed(forms), strict=True):
                text = self._run(plates.with_text(one)).text
                names = ("before", f"version {one.version}")
                form["diff"] = None if text is None else plate_diff.diff(after, text, names)
                after = after if text is None else text
        return forms

    async def lint(self, text: str) -> dict[str, Any]:
        """See api/ports.py."""
        return await asyncio.to_thread(plate_shapes.facts, text)

    async def keep(self, text: str, statement: PlateStatement | None, passphrase: str | None) -> dict[str, Any]:
        """See api/ports.py."""
        wrong = minds.errors(await asyncio.to_thread(minds.lint, text))
        if wrong:
            where = f"line {wrong[0].line}: " if wrong[0].line else ""
            raise BadPlate(f"the plate cannot be kept: {where}{wrong[0].message}", remedy=wrong[0].remedy)
        async with self._one_at_a_time:
            if statement is None:
                statement = await asyncio.to_thread(self._state, text, passphrase)
            if statement is None:
                kept = await self._current()
            else:
                try:
                    kept = await self._append(plates.keep(statement, text))
                except CryptoError as error:
                    raise BadPlate(f"the statement is wrong: {error}", remedy="sign it anew") from error
            await self._follow(kept.version)
        return {"plate": plate_shapes.version(kept.version), "fresh": kept.fresh, "file": await self._file()}

    def _state(self, text: str, passphrase: str | None) -> PlateStatement | None:
        """The owner's statement, by the owner key of this machine; None where the text is in force already."""
        current = self._run(plates.plate_in_force())
        if current is not None and current.text == text:
            return None
        last = self._run(plates.last_issued())
        return plates.stated(owner.key(self._home, passphrase), text, current, last, clock.now_ms())

    async def _current(self) -> plates.Keeping:
        current = await asyncio.to_thread(self._run, plates.plate_in_force())
        if current is None:
            raise Conflict("another plate was kept meanwhile", remedy="try again")
        return plates.Keeping(current, fresh=False)

    async def validate(self) -> dict[str, Any]:
        """See api/ports.py."""
        return await self._validating.run()

    async def last_validation(self) -> dict[str, Any] | None:
        """See api/ports.py."""
        return await self._validating.last()

    async def _file(self) -> dict[str, Any]:
        found = await asyncio.to_thread(platefile.read, self._home, self._in_force)
        return plate_shapes.file(found, str(self._home.plate))

    def changed(self, *what: str) -> None:
        """After commits: another plate may be in force. From the event loop."""
        if "plate" in what:
            task = asyncio.get_running_loop().create_task(self._look_again())
            self._following.add(task)
            task.add_done_callback(self._following.discard)

    async def _look_again(self) -> None:
        try:
            current = await asyncio.to_thread(self._run, plates.plate_in_force())
        except StoreError as error:
            log.warning("plate_unknown", error=str(error))
            return
        async with self._one_at_a_time:
            await self._follow(current)

    async def _follow(self, current: Version | None) -> None:
        """Have the file say what is in force, unless it holds something that no version does: that is not lost."""
        self._in_force = current.plate if current is not None else None
        if current is None:
            return
        try:
            await asyncio.to_thread(platefile.follow, self._home, current, self._is_version)
        except StoreError as error:
            log.warning("plate_file_not_written", error=str(error))

    def _is_version(self, plate: bytes) -> bool:
        return bool(self._run(plates.numbers({plate})))

    def _run(self, view: View[T]) -> T:
        with contextlib.closing(connect(self._home.ledger, writable=False)) as connection:
            return views.run(connection, view)


def _problem(home: Home, found: platefile.PlateFile, in_force: bytes | None) -> str:
    if found.standing == "unreadable":
        return f"{home.plate.name} cannot be taken: {found.problem}"
    if found.standing == "differs" and in_force is not None:
        return f"{home.plate.name} is not the plate in force: {plate_shapes.FILE_REMEDY}"
    return ""
