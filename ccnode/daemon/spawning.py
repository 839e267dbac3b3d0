"""Which instance answers in a session? One for a session, a plate and a model; asked the six questions where wanted."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import structlog

from ccnode import clock
from ccnode.api.events import Failed, Waiting
from ccnode.models.base import ModelError
from ccnode.store import instances
from ccnode.store.errors import StoreError
from ccnode.store.instances import INSTANCE_BYTES, Instance, Validation

if TYPE_CHECKING:
    from ccnode.daemon.live import LiveTurn
    from ccnode.daemon.validating import Validating
    from ccnode.models.base import ModelAdapter
    from ccnode.store.ledger import Ledger
    from ccnode.store.plates import Version
    from ccnode.store.readers import Readers

log = structlog.get_logger()

LIVING_MAX: Final = 10_000  # known at once; of a session beyond that the next turn spawns another
KEPT: Final = "the question is kept: resume it"
CHECKING: Final = Waiting("asking the model the six questions of the plate first", "validation")


class Spawning:
    """The instances that live in this process. What becomes of them is written down beside the turns, not before."""

    def __init__(self, ledger: Ledger, readers: Readers, validating: Validating, *, validate: bool = False) -> None:
        self.validating = validating
        self._ledger = ledger
        self._readers = readers
        self._validate = validate
        self._living: OrderedDict[bytes, Instance] = OrderedDict()
        self._writing: set[asyncio.Task[None]] = set()

    async def instance(
        self, session: bytes, plate: Version | None, model: ModelAdapter, live: LiveTurn
    ) -> Instance | Failed:
        """The instance that is to answer: the session's own, or a fresh one; Failed where that does not pass.

        Raises:
            StoreError: what the six questions are compared with cannot be read.
        """
        digest = plate.plate if plate is not None else None
        known = self._living.get(session)
        if known is not None and (known.plate, known.model) == (digest, model.name):
            self._living.move_to_end(session)
            return known
        now_ms = clock.now_ms()
        fresh = Instance(clock.chance(INSTANCE_BYTES), session, digest, model.name, now_ms, now_ms)
        found = await self._checked(model, live) if self._validate and plate is not None else None
        judged = _judged(found) if isinstance(found, dict) else None
        if isinstance(found, Failed):
            return found
        if found is not None and not found["passed"]:
            dead = replace(fresh, ended_ms=clock.now_ms(), why="failed", validation=judged)
            self._living.pop(session, None)
            self._write(dead)
            error = found["error"]
            return Failed(error["code"], error["message"], f"{error['remedy']}; {KEPT}")
        born = replace(fresh, validation=judged)
        self._living[session] = born
        if len(self._living) > LIVING_MAX:
            self._living.popitem(last=False)
        self._write(born)
        return born

    async def _checked(self, model: ModelAdapter, live: LiveTurn) -> dict[str, Any] | Failed:
        live.tell(CHECKING)
        try:
            found: dict[str, Any] = await live.unless_stopped(self.validating.check(model))
        except ModelError as error:
            return Failed(error.kind, str(error), error.remedy or KEPT)
        return found

    def ended(self, session: bytes) -> None:
        """The session has ended, or is to be forgotten: the next turn there, if ever, spawns another."""
        self._living.pop(session, None)

    def _write(self, one: Instance) -> None:
        task = asyncio.get_running_loop().create_task(self._written(one))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _written(self, one: Instance) -> None:
        try:
            await self._ledger.append(instances.spawn(one))
        except StoreError as error:
            log.warning("instance_not_written", error=str(error))

    async def settled(self) -> None:
        """Wait until what is known is written."""
        while self._writing:
            await asyncio.wait(set(self._writing), timeout=10)

    async def close(self) -> None:
        """The node stops, and with it every instance."""
        await self.settled()
        if not self._living:
            return
        self._living.clear()
        try:
            await self._ledger.append(instances.end_all("stopped", clock.now_ms()))
        except StoreError as error:
            log.warning("instances_not_ended", error=str(error))


def _judged(found: dict[str, Any]) -> Validation:
    last = found["attempts"][-1]
    return Validation(last["right"], len(found["attempts"]), bool(found["passed"]))
