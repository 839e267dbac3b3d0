"""When is which peer called? One that was added is called for ever, with pauses that grow and are half chance."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccnode.later import later
from ccnode.net.errors import CallError
from ccnode_protocol import limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ccnode.net import ports
    from ccnode.net.ports import CallState
    from ccnode_protocol import link as machines
    from ccnode_protocol.effects import Reason
else:
    ports = later("ccnode.net.ports")
    machines = later("ccnode_protocol.link")  # a node alone has nobody to call

CALLS_MAX: Final = 16  # at once
HINTS_MAX: Final = limits.ADDRESSES_MAX
LASTING_MS: Final = 5_000  # a link that was there for so long was a success


@dataclass(slots=True)
class _Kept:
    """A peer that is to have a link. `is_linked`: whether it has one, whoever called."""

    node: bytes
    addresses: tuple[str, ...]
    hints: tuple[str, ...] = ()
    is_linked: bool = False
    attempts: int = 0
    next_ms: int = 0
    address: str = ""
    error: str = ""
    reason: Reason | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Dialer:
    """Calls the peers that are kept. `call` raises CallError where a call comes to nothing."""

    def __init__(self, call: Callable[[bytes, str], Awaitable[None]], now_ms: Callable[[], int]) -> None:
        self._call = call
        self._now_ms = now_ms
        self._kept: dict[bytes, _Kept] = {}
        self._linked: set[bytes] = set()
        self._turns = asyncio.Semaphore(CALLS_MAX)
        self._is_running = False

    def start(self) -> None:
        """Begin calling."""
        self._is_running = True
        for kept in self._kept.values():
            self._begin(kept)

    async def stop(self) -> None:
        """Call no more."""
        self._is_running = False
        tasks = [kept.task for kept in self._kept.values() if kept.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def states(self) -> list[CallState]:
        """Those that have no link."""
        return [
            ports.CallState(kept.node, kept.attempts, kept.next_ms, kept.address, kept.error, kept.reason)
            for kept in self._kept.values()
            if not kept.is_linked
        ]

    def keep(self, node: bytes, addresses: Sequence[str]) -> None:
        """Call this peer whenever it has no link."""
        known = self._kept.get(node)
        wanted = tuple(dict.fromkeys(addresses))
        if known is not None:
            if wanted != known.addresses:
                known.addresses = wanted
                self.call_now(node)
            return
        self._kept[node] = kept = _Kept(node, wanted, is_linked=node in self._linked)
        if self._is_running:
            self._begin(kept)

    def hint(self, node: bytes, addresses: Sequence[str]) -> None:
        """Addresses to try as well; new ones at once."""
        kept = self._kept.get(node)
        if kept is None:
            return
        hints = tuple(dict.fromkeys(addresses))[:HINTS_MAX]
        is_new = not set(hints) <= {*kept.hints, *kept.addresses}
        kept.hints = hints
        if is_new:
            self.call_now(node)

    def forget(self, node: bytes) -> None:
        """Call it no more."""
        kept = self._kept.pop(node, None)
        if kept is not None and kept.task is not None:
            kept.task.cancel()

    def call_now(self, node: bytes) -> None:
        """Do not wait."""
        kept = self._kept.get(node)
        if kept is not None:
            kept.attempts, kept.reason = 0, None
            kept.changed.set()

    def linked(self, node: bytes) -> None:
        """There is a link."""
        self._linked.add(node)
        kept = self._kept.get(node)
        if kept is not None:
            kept.is_linked = True

    def ended(self, node: bytes, lasted_ms: int, reason: Reason | None, *, is_linked: bool = False) -> None:
        """A link is gone; `is_linked`: another took its place."""
        if is_linked:
            return
        self._linked.discard(node)
        kept = self._kept.get(node)
        if kept is None:
            return
        kept.is_linked = False
        kept.reason = reason
        kept.attempts = 0 if lasted_ms >= LASTING_MS else kept.attempts + 1
        kept.changed.set()

    def _begin(self, kept: _Kept) -> None:
        kept.task = asyncio.get_running_loop().create_task(self._keep(kept))

    async def _keep(self, kept: _Kept) -> None:
        """Call until there is a link, wait until it is gone, and begin again."""
        while True:
            kept.changed.clear()
            if kept.is_linked or not (kept.addresses or kept.hints):
                await kept.changed.wait()
                continue
            delay_ms = 0
            if kept.attempts or kept.reason is not None:
                chance = secrets.randbelow(machines.CHANCE_MAX)
                delay_ms = machines.retry_delay_ms(max(0, kept.attempts - 1), chance, kept.reason)
            kept.next_ms = self._now_ms() + delay_ms
            if delay_ms and await self._is_stirred(kept, delay_ms):
                continue
            await self._try(kept)

    async def _is_stirred(self, kept: _Kept, delay_ms: int) -> bool:
        """Wait so long; whether something changed before."""
        try:
            async with asyncio.timeout(delay_ms / 1000):
                await kept.changed.wait()
        except TimeoutError:
            return False
        return True

    async def _try(self, kept: _Kept) -> None:
        """Call each address once, until one answers."""
        own = frozenset(kept.addresses)
        for address in dict.fromkeys((*kept.addresses, *kept.hints)):
            if kept.is_linked:
                return
            try:
                async with self._turns:
                    await self._call(kept.node, address)
            except CallError as error:
                if address in own or not own:  # anybody may announce an address, and be somebody else there
                    kept.address, kept.error, kept.reason = address, str(error), error.reason
            else:
                kept.attempts, kept.error, kept.reason = 0, "", None
                return
        kept.attempts += 1
