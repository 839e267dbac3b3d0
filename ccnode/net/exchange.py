"""How do chains come up to date over one link? Runs the machine of sync: loads beside, stores one after the other.

What waits to be stored is handed on together, so that the ledger can write it in one transaction: a catch-up writes
each page of its indexes once for several runs.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode_protocol import sync_values
from ccnode_protocol.effects import Close
from ccnode_protocol.sync import Sync
from ccnode_protocol.sync_effects import Forked, Load, Restored, Say, Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from ccnode.net.outbox import Outbox
    from ccnode.net.ports import Chains
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.effects import Reason
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.sync_effects import Effect
    from ccnode_protocol.sync_values import SentRun
    from ccnode_protocol.tiers import Tier

# What a peer says as long as it fetches something here. One that says nothing of this for so long has what it lacked by
# its last word from another node: it does not tell us before the next minute's look.
FETCHES: Final = frozenset({sync_values.WANT, sync_values.WANT_CONTENTS, sync_values.CREDIT, sync_values.LIST})
FETCHES_MS: Final = 5_000
WORK_MAX: Final = 256  # things to do that wait; more, and nothing is read meanwhile
TOGETHER_MAX: Final = 32  # things that are stored together; credit bounds their bytes


class Work:
    """What one link has to do in order: store, and tell the daemon. `done` is called after each."""

    def __init__(self, done: Callable[[], None]) -> None:
        self._waiting: deque[Callable[[], Awaitable[None]] | Storing] = deque()
        self._has_some = asyncio.Event()
        self._done = done

    @property
    def is_full(self) -> bool:
        """Whether so much waits that nothing more is to be read."""
        return len(self._waiting) > WORK_MAX

    def add(self, what: Callable[[], Awaitable[None]] | Storing) -> None:
        """Do this after all that was added before."""
        self._waiting.append(what)
        self._has_some.set()

    async def run(self) -> None:
        """Do it, for as long as the link lives."""
        while True:
            if self._waiting:
                first = self._waiting.popleft()
                if isinstance(first, Storing):
                    await first.exchange.store(self._together(first))
                else:
                    await first()
                self._done()
            else:
                self._has_some.clear()
                await self._has_some.wait()

    def _together(self, first: Storing) -> list[Store]:
        """What is to be stored, with that which follows and is to be stored too."""
        stores, waiting = [first.item], self._waiting
        while waiting and len(stores) < TOGETHER_MAX:
            following = waiting[0]
            if not isinstance(following, Storing) or following.exchange is not first.exchange:
                break
            stores.append(following.item)
            waiting.popleft()
        return stores


class Exchange:
    """Sync on one link. `end` is told why, where the machine ends the link; `stir` when its timer may have changed."""

    def __init__(
        self,
        chains: Chains,
        peer: bytes,
        tier: Tier,
        outbox: Outbox,
        work: Work,
        now_ms: Callable[[], int],
        end: Callable[[Reason, str], None],
        stir: Callable[[], None],
    ) -> None:
        self.sync = Sync(chains.index, peer, tier, chains.quota(peer))
        self._chains = chains
        self._peer = peer
        self._outbox = outbox
        self._work = work
        self._now_ms = now_ms
        self._end = end
        self._stir = stir
        self._loads: set[asyncio.Task[None]] = set()
        self._fetched_ms = now_ms()

    @property
    def is_busy(self) -> bool:
        """Whether chains are being brought up to date, or it is not known yet that they are."""
        is_fetched = self._now_ms() - self._fetched_ms < FETCHES_MS
        return self.sync.state != "open" or self.sync.entries_left > 0 or (is_fetched and self.sync.entries_owed > 0)

    @property
    def is_giving(self) -> bool:
        """Whether something was read from the store, or is being read, that did not leave yet."""
        return bool(self._loads) or self._outbox.holds_bodies

    def start(self) -> None:
        """Both sides have said what the other may do."""
        self._perform(self.sync.start(self._now_ms()))

    async def stop(self) -> None:
        """The link is over."""
        self.sync.stop()
        for load in self._loads:
            load.cancel()
        await asyncio.gather(*self._loads, return_exceptions=True)

    def receive(self, frame: Frame) -> None:
        """A frame of sync has come."""
        if frame.type in FETCHES:
            self._fetched_ms = self._now_ms()
        self._perform(self.sync.receive(frame, self._now_ms()))

    def tick(self) -> None:
        """Time has passed."""
        self._perform(self.sync.tick(self._now_ms()))

    def grew(self, chain: ChainId, run: SentRun | None) -> None:
        """A chain is longer, committed, and the index knows."""
        self._perform(self.sync.grew(chain, run, self._now_ms()))

    def forked(self, chain: ChainId) -> None:
        """A fork is proven and kept."""
        self._perform(self.sync.forked(chain))

    def retier(self, tier: Tier) -> None:
        """The owner decided anew about the peer."""
        self._perform(self.sync.retier(tier, self._now_ms()))

    def look(self) -> None:
        """More chains flow than before: say anew what is here, so that the peer offers what is not."""
        self._perform(self.sync.look(self._now_ms()))

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Say(message=message):
                    self._outbox.add(message)
                case Close(reason=reason, text=text):
                    self._end(reason, text)
                case Load():
                    self._begin(effect)
                case Store():
                    self._work.add(Storing(self, effect))
                case Restored():
                    self._work.add(partial(self._restored, effect))
                case Forked():
                    self._work.add(partial(self._chains.forked, self._peer, effect))
        self._stir()

    def _begin(self, load: Load) -> None:
        task = asyncio.get_running_loop().create_task(self._load(load))
        self._loads.add(task)
        task.add_done_callback(self._loaded)

    def _loaded(self, task: asyncio.Task[None]) -> None:
        self._loads.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._work.add(partial(_raise, task.exception()))  # the link's tasks end by it, and it is logged

    async def _load(self, load: Load) -> None:
        answer = await self._chains.load(load)
        self._perform(self.sync.loaded(load, answer, self._now_ms()))

    async def store(self, stores: Sequence[Store]) -> None:
        """Have these stored, in this order."""
        if len(stores) == 1:
            errors = [await self._store(stores[0])]
        else:
            errors = await asyncio.gather(*map(self._store, stores))
        for store, error in zip(stores, errors, strict=True):
            self._perform(self.sync.settled(store, self._now_ms(), error))

    async def _store(self, store: Store) -> str:
        return await self._chains.store(self._peer, store, partial(self._may, store)) if self._may(store) else ""

    def _may(self, store: Store) -> bool:
        """Whether the peer's tier lets that in, now; asked on the thread that stores."""
        return self.sync.state != "closed" and self.sync.flow.takes(store.item.chain)

    async def _restored(self, restored: Restored) -> None:
        await self._chains.restored(self._peer, restored)
        self._perform(self.sync.guarded(self._now_ms()))


class Storing(NamedTuple):
    """Something that a link brought, to be stored."""

    exchange: Exchange
    item: Store


async def _raise(error: BaseException | None) -> None:
    if error is not None:
        raise error
