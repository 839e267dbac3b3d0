"""What changed with a commit? The kinds of its entries, in the words of the pages."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import structlog

from ccnode.daemon.precedence import Precedence
from ccnode.store.errors import StoreError
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.store.readers import Readers
    from ccnode.store.views import View

log = structlog.get_logger()

GATHER_S: Final = 0.1
WHAT: Final[dict[int, tuple[str, ...]]] = {
    Kind.SESSION_OPENED: ("sessions",),
    Kind.MESSAGE: ("messages", "sessions", "memory"),
    Kind.SESSION_TITLED: ("sessions",),
    Kind.SESSION_ENDED: ("sessions",),
    Kind.FORGET_ORDERED: ("sessions", "memory"),
    Kind.FORGET_CANCELLED: ("sessions", "memory"),
    Kind.ERASURE_DONE: ("sessions", "messages", "memory"),
    Kind.MEMORY_MARKED: ("memory", "messages"),
    Kind.CARD_KEPT: ("cards",),
    Kind.PLATE_KEPT: ("plate",),
    Kind.BASELINE_SET: ("character",),
    Kind.MEASURED: ("character",),
    Kind.NOTE_KEPT: ("memory",),
    Kind.PACKET_KEPT: ("memory",),
    Kind.PACKET_REJECTED: ("memory",),
}


def _kinds(after: int) -> View[tuple[int, list[int]]]:
    rows = yield "SELECT coalesce(max(id), 0) FROM entries", ()
    newest = rows[0][0]
    found = yield "SELECT DISTINCT kind FROM entries WHERE id > ? AND id <= ?", (after, newest)
    return newest, [row[0] for row in found]


def what_of(kinds: list[int]) -> list[str]:
    """The names for what entries of these kinds change; "chains" for every kind, as each lengthens one."""
    return sorted({"chains"}.union(*(WHAT.get(kind, ()) for kind in kinds)))


class Changes:
    """Tells listeners on the event loop what commits changed."""

    def __init__(self, readers: Readers, precedence: Precedence | None = None) -> None:
        self._readers = readers
        self._precedence = precedence or Precedence()
        self._listeners: list[Callable[..., None]] = []
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def listen(self, listener: Callable[..., None]) -> None:
        """Call `listener("sessions", ...)` after each few commits."""
        self._listeners.append(listener)

    def tell(self, *what: str) -> None:
        """Tell the listeners of something that is no entry, such as how far an import is. From the event loop."""
        for listener in self._listeners:
            listener(*what)

    def committed(self, _run: int) -> None:
        """There was a commit; from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closing: nobody listens any more
            self._loop.call_soon_threadsafe(self._woken.set)

    async def follow(self) -> None:
        """Look up what was committed; runs until cancelled."""
        seen, _ = await self._readers.run(_kinds(2**62))
        while True:
            await self._woken.wait()
            await asyncio.sleep(GATHER_S)
            await self._precedence.given()
            self._woken.clear()
            try:
                seen, kinds = await self._readers.run(_kinds(seen))
            except StoreError as error:
                log.warning("changes_unknown", error=str(error))
                continue
            if kinds:
                self.tell(*what_of(kinds))
