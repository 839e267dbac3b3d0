"""How is each reply measured, once, without holding up anybody? A task that follows the ledger, beside everything else.

A reply is recorded and told before this looks at it. What a crash left unmeasured is found at the next start, from
the last reply that was measured on. Reading and counting (measurer.py) are done in a thread, once there is a reply.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections import deque
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import structlog

from ccnode import clock
from ccnode.daemon.precedence import Precedence
from ccnode.later import later
from ccnode.store import measurements, views
from ccnode.store.errors import StoreError
from ccnode.store.ledger import connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ccnode import reference
    from ccnode.daemon import measurer
    from ccnode.daemon.measurer import Measurer
    from ccnode.daemon.plating import Append
    from ccnode.store import measure_shapes
    from ccnode.store.measurements import Pending
    from ccnode.store.views import View
    from ccnode_protocol.records import Measurement
else:
    measurer = later("ccnode.daemon.measurer")
    measure_shapes = later("ccnode.store.measure_shapes")
    reference = later("ccnode.reference")

T = TypeVar("T")
P = ParamSpec("P")
log = structlog.get_logger()

CATCH_UP_MAX: Final = 1_000  # replies that were recorded while nothing measured; older ones stay unmeasured
RETRY_S: Final = 30.0
PAUSE_S_MAX: Final = 0.05
START_PAUSE_S: Final = 2.0  # before what waited for a start is measured, so that it takes no time from the start


class Measuring:
    """Follows the ledger of a running node. Lives on its event loop."""

    def __init__(self, ledger: Path, append: Append, precedence: Precedence | None = None) -> None:
        self._ledger = ledger
        self._append = append
        self._precedence = precedence or Precedence()
        self._measurer: Measurer | None = None
        self._waiting: deque[Pending] = deque(maxlen=CATCH_UP_MAX)
        self._looked: int | None = None
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._listeners: list[Callable[[str, dict[str, Any]], None]] = []
        self.problem = ""  # what a person should know; "" for nothing
        self.alarm = ""

    @property
    def waiting(self) -> int:
        """How many replies are known to wait for being measured."""
        return len(self._waiting)

    def changed(self, *what: str) -> None:
        """After commits; from the event loop."""
        if {"messages", "character"} & set(what):  # another baseline may ring, or cease to
            self._idle.clear()
            self._woken.set()

    def listen(self, listener: Callable[[str, dict[str, Any]], None]) -> None:
        """Call `listener(session_id, form)` when a reply was measured."""
        self._listeners.append(listener)

    async def settled(self) -> None:
        """Wait until everything that is known to wait was measured."""
        await self._idle.wait()

    async def run(self) -> None:
        """Measure what is there and what comes; runs until cancelled."""
        while True:
            self._woken.clear()
            try:
                await self._catch_up()
                self.problem = ""
            except StoreError as error:
                self.problem = f"replies are not measured: {error}. {error.remedy}"
                log.warning("not_measured", error=str(error))
                await asyncio.sleep(RETRY_S)
                continue
            if not self._woken.is_set():
                self._idle.set()
            await self._woken.wait()

    async def _catch_up(self) -> None:
        at_start = self._looked is None
        await self._look()
        if at_start and self._waiting:
            await asyncio.sleep(START_PAUSE_S)
        while self._waiting:
            began, reply = clock.elapsed_s(), self._waiting[0]
            found = await self._measure(reply)
            if found is not None and await self._append(measurements.record(found)) is not None:
                self._tell(reply, found)
            self._waiting.popleft()
            if self._waiting:  # a backlog: half of the time is left to those who talk
                await asyncio.sleep(min(PAUSE_S_MAX, clock.elapsed_s() - began))
        self.alarm = await self._aside(self._ringing)

    def _ringing(self) -> str:
        if not self._ask(measurements.exist()):
            return ""
        return self._ask(measure_shapes.alarm_text(reference.charvec1().spec))

    async def _measure(self, reply: Pending) -> Measurement | None:
        if self._measurer is None:
            self._measurer = await self._aside(lambda: measurer.Measurer(self._ledger))
        try:
            return await self._aside(self._measurer.measure, reply)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  # a defect: one reply must not keep all later ones from being measured
            log.warning("reply_not_measured", reply=reply.digest.hex(), error=type(error).__name__)
            return None

    async def _look(self) -> None:
        """Find the replies that came since it looked last."""
        if self._looked is None:
            self._looked = await self._aside(self._ask, measurements.newest_measured())
        while True:
            found, until = await self._aside(self._ask, measurements.pending(self._looked))
            self._waiting.extend(found)
            if until == self._looked:
                return
            self._looked = until

    def _tell(self, reply: Pending, found: Measurement) -> None:
        session_id = str(uuid.UUID(bytes=reply.session))
        form = measure_shapes.live_form(session_id, found)
        for listener in self._listeners:
            listener(session_id, form)

    async def _aside(self, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """Do a piece of the work in a thread, once nobody has just asked."""
        await self._precedence.given()
        return await asyncio.to_thread(work, *given, **named)

    def _ask(self, view: View[T]) -> T:
        with contextlib.closing(connect(self._ledger, writable=False)) as connection:
            return views.run(connection, view)
