"""What chains does this node hold, as links ask for them? ccnode.net's `Chains`, over the ledger and one reader thread.

What the index says may be told to others, so it grows after commits only (law 1): after our own, which the ledger tells
of, and after those that store what a peer sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

import structlog

from ccnode import clock
from ccnode.daemon.unable import unable
from ccnode.store import chains, peers, reputations, trusting
from ccnode.store.errors import StoreError, translated
from ccnode.store.ledger import connect
from ccnode_crypto.errors import CryptoError
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.quota import Quota
from ccnode_protocol.sync_index import Index
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ccnode.daemon.peerbook import Append
    from ccnode.store.ledger import Ledger
    from ccnode.store.transaction import Transaction
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.sync_effects import Forked, Load, Restored, Store
    from ccnode_protocol.sync_values import Message, SentRun

T = TypeVar("T")
log = structlog.get_logger()
STANDING_S = 60.0  # orders become due without an entry
FOLLOW_S = 0.005  # while links store: what theirs was is known without reading, and our own waits so long
APART_S = 5.0  # a sandbox peer can order as much as it likes: what that takes is done for all at once


class Told(Protocol):
    """Who hears what became of chains."""

    def grew(self, grown: Iterable[tuple[ChainId, SentRun | None]]) -> None:
        """These chains are longer."""

    def froze(self, chain: ChainId) -> None:
        """A fork of it is proven."""

    def stood(self) -> None:
        """Who is certified may have changed."""

    def received(self, kinds: frozenset[int], *, turns: bool) -> None:
        """A peer's entries of these kinds are stored; `turns`: orders or certificates among them."""

    def was_restored(self, chain: ChainId, length: int) -> None:
        """A peer has proven that this directory is an old copy."""


class Holdings:
    """The index, and what is loaded and stored for links. Lives on one event loop."""

    def __init__(self, ledger: Ledger, append: Append, told: Told, tier_of: Callable[[bytes], Tier]) -> None:
        self._ledger = ledger
        self._append = append
        self._told = told
        self._tier_of = tier_of
        self._index = Index(ledger.chains.key.public.raw, ledger.chains.epoch)
        self._thread = ThreadPoolExecutor(1, "federation")
        self._connection: sqlite3.Connection | None = None
        self._last_run = 0
        self._newest_run = 0
        self._storing = 0
        self._quotas: dict[bytes, Quota] = {}
        self._is_apart_due = False
        self._disproved: set[bytes] = set()
        self._woken = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._loop = asyncio.get_running_loop()

    @property
    def index(self) -> Index:
        """What is here."""
        return self._index

    async def open(self, fill: Callable[[sqlite3.Connection], None]) -> None:
        """Read what is here, and let others read what they keep. Raises StoreError."""

        def read(connection: sqlite3.Connection) -> None:
            self._last_run = chains.fill(connection, self._index, clock.now_ms())
            fill(connection)

        self._ledger.on_commit(self._committed)
        await self._run(read)

    async def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            await self._run(lambda connection: connection.close())
        self._thread.shutdown(wait=False)

    def set_quota(self, peer: bytes, quota: Quota) -> None:
        """Go on counting from there."""
        self._quotas[peer] = quota

    # --- what links ask (net/ports.py) ---

    def quota(self, peer: bytes) -> Quota | None:
        """How much is taken from a peer; None for one that is core."""
        if self._tier_of(peer) is Tier.CORE:
            return None
        return self._quotas.setdefault(peer, Quota())

    async def load(self, load: Load) -> tuple[Message, ...]:
        """What answers a question. Raises UnableError."""
        with unable():
            return await self._run(lambda connection: chains.load(connection, load))

    async def store(self, peer: bytes, store: Store, may: Callable[[], bool]) -> str:
        """Verify and store; "" or why it is forged. Raises UnableError."""
        with unable():
            return await self._store(peer, store, may)

    async def _store(self, peer: bytes, store: Store, may: Callable[[], bool]) -> str:
        now_ms = clock.now_ms()
        job = chains.receive(store.item, now_ms, quarantined=store.is_quarantined, may=lambda _: may())
        verified = reputations.note("peer", peer.hex(), now_ms, good=1)
        self._storing += 1
        try:
            received = await self._append(reputations.also(job, verified))
        except (CryptoError, RemoteError) as error:
            self._disproved.add(peer)
            await self._note_against(peer)
            return str(error) or type(error).__name__
        finally:
            self._storing -= 1
        if received.run == self._last_run + 1 and not received.turns:
            self._last_run = received.run  # nothing came between: there is nothing to be read of it
            self._index.epoch = self._ledger.chains.epoch
        if grown := chains.heed_received(self._index, received):
            self._told.grew(grown)
        if store.is_quarantined and peer in self._quotas:
            await self._append(peers.keep_used(peer, self._quotas[peer]))
        turns = received.turns and not store.is_quarantined
        if turns:
            await self.follow(standing=True)
        elif received.turns:
            self._is_apart_due = True
        if received.kinds:
            self._told.received(received.kinds, turns=turns)
        return ""

    async def _note_against(self, peer: bytes) -> None:
        """Something that a peer signed, or brought as signed, does not verify, or is not all that it signed."""
        try:
            await self._append(reputations.note("peer", peer.hex(), clock.now_ms(), bad=1))
        except StoreError as error:  # what it brought is refused all the same
            log.warning("outcome_not_written", error=str(error))

    async def link_disproved(self, peer: bytes) -> None:
        """A link ended because something did not verify: a run, which is noted already, or a report."""
        if peer not in self._disproved:
            await self._note_against(peer)
        self._disproved.discard(peer)

    async def restored(self, _peer: bytes, restored: Restored) -> None:
        """Our directory is an old copy: where that is about the epoch in use, begin another. Raises UnableError."""
        is_live, now_ms = restored.is_live and self._index.epoch == restored.chain.epoch, clock.now_ms()

        def heed(tx: Transaction) -> None:
            tx.with_connection(lambda one: trusting.mark_restored(one, now_ms))
            if is_live:
                tx.fresh_epoch()

        with unable():
            await self._append(heed)
        if is_live:
            self._index.epoch = self._ledger.chains.epoch
        self._told.was_restored(restored.chain, restored.length)

    async def forked(self, _peer: bytes, forked: Forked) -> None:
        """Keep the proof, and let all know. Raises UnableError."""
        chain, found = forked
        is_ours = chain.node == self._index.own or self._index.hears(chain.node)
        with unable():
            is_new = await self._append(peers.keep_fork(chain, found, is_ours=is_ours))
        if is_new:
            if chain.node != self._index.own:
                await self._note_against(chain.node)
            self._index.freeze(chain, found)
            self._told.froze(chain)

    # --- following our own commits ---

    def _committed(self, run: int) -> None:
        self._newest_run = max(run, self._newest_run)
        with contextlib.suppress(RuntimeError):  # the loop is closing: nobody waits any more
            self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Keep the index at what is committed; runs until cancelled."""
        stood_s = self._loop.time()
        while True:
            due = False
            try:
                async with asyncio.timeout_at(stood_s + (APART_S if self._is_apart_due else STANDING_S)):
                    await self._woken.wait()
            except TimeoutError:
                due, stood_s = True, self._loop.time()
            self._woken.clear()
            if self._storing:
                await asyncio.sleep(FOLLOW_S)
            if self._newest_run <= self._last_run and not due:
                continue
            try:
                is_apart_due, self._is_apart_due = self._is_apart_due and due, self._is_apart_due and not due
                await self.follow(standing=due)
                if is_apart_due:
                    self._told.received(frozenset(), turns=True)
            except StoreError as error:
                log.warning("chains_unknown", error=str(error))

    async def follow(self, *, standing: bool = False) -> None:
        """Bring the index up to what is committed. Raises StoreError."""
        async with self._one_at_a_time:
            own, last, now_ms = self._index.own, self._last_run, clock.now_ms()
            growth = await self._run(lambda one: chains.read_growth(one, last, own, now_ms, standing=standing))
            self._last_run = max(growth.last_run, self._last_run)  # meanwhile a link may have stored more
            self._index.epoch = self._ledger.chains.epoch
            grown = chains.heed(self._index, growth)
            if growth.standing is not None:
                self._told.stood()
            if grown:
                self._told.grew(grown)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Something else that is read beside. Raises StoreError."""
        return await self._run(work)

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def run() -> T:
            try:
                if self._connection is None:
                    self._connection = connect(self._ledger.path, writable=False)
                return work(self._connection)
            except sqlite3.Error as error:
                raise translated(error) from error

        try:
            return await self._loop.run_in_executor(self._thread, run)
        except RuntimeError as error:  # the thread is gone: a link asked in its last moment
            raise StoreError("this node stops") from error
