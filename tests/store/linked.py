"""What do tests of chains share? Nodes with real ledgers, and links that run the real machines between them."""

from __future__ import annotations

import contextlib
from collections import deque
from operator import methodcaller
from typing import TYPE_CHECKING

from ccnode.store import chains, peers
from ccnode.store.index import Index as TextIndex
from ccnode_crypto.certificate import certify
from ccnode_crypto.errors import CryptoError
from ccnode_protocol import frames, records, tiers
from ccnode_protocol.effects import Close
from ccnode_protocol.quota import Quota
from ccnode_protocol.sync import Sync
from ccnode_protocol.sync_effects import Effect, Forked, Load, Restored, Say, Store
from ccnode_protocol.sync_index import Index
from ccnode_protocol.tiers import Tier
from tests.store.support import OWNER, START_MS, Clock, Node, introduce, reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ccnode.store.ledger import Ledger
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.sync_values import SentRun


class Side:
    """A node as its daemon runs it: a ledger, an index of chains, and a machine for each link."""

    def __init__(self, root: Path, name: str, seed: int, *, is_ours: bool = True, clock_ms: int = START_MS) -> None:
        self.name = name
        self.node = Node(root / f"{name}.sqlite", seed, Clock(clock_ms))
        self.key = self.node.key.public.raw
        self.ledger: Ledger = self.node.open()
        if is_ours:
            introduce(self.node, self.ledger)
        self.closed: list[Close] = []
        self.proofs: list[Forked] = []
        self.start()

    def start(self) -> None:
        """Read what is here."""
        self.connection = reader(self.node.path)
        self.index = Index(self.key, self.ledger.chains.epoch)
        self.last_run = chains.fill(self.connection, self.index, self.node.clock.ms)
        self.links: list[End] = []

    def stop(self) -> None:
        """Close everything."""
        self.connection.close()
        self.ledger.close()

    def trust(self, *others: Side) -> None:
        """Let our owner certify others, as this node hears of it."""
        for other in others:
            paper = certify(OWNER, other.key, START_MS)
            self.ledger.append_sync(methodcaller("append", records.node_certified(paper.body, paper.signature)))
        self.follow()

    def follow(self) -> None:
        """What a commit wakes."""
        self.last_run, grown = chains.after_commit(self.connection, self.index, self.last_run, self.node.clock.ms)
        self.tell(grown)

    def tell(self, grown: Iterable[tuple[ChainId, SentRun | None]]) -> None:
        for chain, run in grown:
            for end in list(self.links):
                end.perform(end.sync.grew(chain, run, end.now_ms))

    def texts(self) -> set[str]:
        """What can be found by its words, whoever said it."""
        path = self.node.path.with_suffix(".index")

        def taken_off(numbers: Sequence[int]) -> None:
            self.ledger.append_sync(
                lambda tx: [tx.execute("DELETE FROM reindex WHERE id = ?", (number,)) for number in numbers]
            )

        with contextlib.closing(TextIndex(path, self.node.path, taken_off)) as index:
            while index.catch_up():
                pass
        with contextlib.closing(reader(path)) as connection:
            return {text for (text,) in connection.execute("SELECT text FROM message_index")}

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.connection.execute(sql).fetchall()


class End:
    """A side's end of a link."""

    def __init__(self, side: Side, peer: bytes, tier: Tier, quota: Quota | None = None) -> None:
        self.side = side
        self.tier = tier
        self.now_ms = 1
        self.inbox: deque[bytes] = deque()
        self.other: End | None = None
        self.is_up = True
        self.stored = 0
        self.stores_left: int | None = None  # after so many the link breaks
        quota = quota if quota is not None or tier is Tier.CORE else Quota()
        self.sync = Sync(side.index, peer, tier, quota)
        side.links.append(self)

    def perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Say(message=message):
                    if self.other is not None and self.is_up and tiers.may_send(self.tier, message.kind):
                        self.other.inbox.append(frames.encode(message.kind, message.body()))
                case Close():
                    self.side.closed.append(effect)
                    self.cut()
                case Load():
                    answer = chains.load(self.side.connection, effect)
                    self.perform(self.sync.loaded(effect, answer, self.now_ms))
                case Store():
                    self.store(effect)
                case Restored():
                    if effect.is_live:
                        self.side.ledger.append_sync(lambda tx: tx.fresh_epoch())
                        self.side.index.epoch = self.side.ledger.chains.epoch
                    self.perform(self.sync.guarded(self.now_ms))
                case Forked(chain=chain, found=found):
                    self.side.proofs.append(effect)
                    if self.side.ledger.append_sync(peers.keep_fork(chain, found)):
                        self.side.index.freeze(chain, found)
                        for each in list(self.side.links):
                            each.perform(each.sync.forked(chain))

    def store(self, store: Store) -> None:
        if self.stores_left == 0:
            self.cut()
            return
        side, error = self.side, ""
        job = chains.receive(store.item, side.node.clock.ms, quarantined=store.is_quarantined, may=self.sync.flow.takes)
        try:
            received = side.ledger.append_sync(job)
        except CryptoError as problem:
            error = str(problem)
        else:
            self.stored += 1
            self.stores_left = None if self.stores_left is None else self.stores_left - 1
            side.tell(chains.heed_received(side.index, received))
            if received.turns:
                side.follow()
        self.perform(self.sync.settled(store, self.now_ms, error))

    def cut(self) -> None:
        for end in (self, self.other):
            if end is not None and end.is_up:
                end.is_up = False
                end.inbox.clear()
                end.sync.stop()
                end.side.links.remove(end)


def link(one: Side, other: Side, tier: Tier = Tier.CORE, back: Tier | None = None) -> tuple[End, End]:
    """A link whose handshake is done; `tier`: what the other is to the one, `back` the reverse."""
    ends = End(one, other.key, tier), End(other, one.key, tier if back is None else back)
    ends[0].other, ends[1].other = ends[1], ends[0]
    for end in ends:
        end.perform(end.sync.start(end.now_ms))
    return ends


def run(ends: tuple[End, End], hear: Callable[[End, bytes], bytes | None] = lambda _, data: data) -> None:
    """Let frames go back and forth until there are none; `hear` may change or lose one on its way."""
    for _ in range(100_000):
        end = next((end for end in ends if end.inbox), None)
        if end is None:
            due = [end for end in ends if end.is_up and end.sync.timer() is not None]
            news = [end for end in due if (end.sync.timer() or 0) < end.now_ms + 1_000]
            if not news:
                return
            for end in news:
                end.now_ms = end.sync.timer() or end.now_ms
                end.perform(end.sync.tick(end.now_ms))
            continue
        data = hear(end, end.inbox.popleft())
        if data is not None:
            frame = frames.decode(data)
            if tiers.may_receive(end.tier, frame.type):
                end.perform(end.sync.receive(frame, end.now_ms))
    raise AssertionError("the link never comes to rest")


def sync(one: Side, other: Side, tier: Tier = Tier.CORE, back: Tier | None = None) -> None:
    """Meet once, until both have what they may have."""
    ends = link(one, other, tier, back)
    run(ends)
    ends[0].cut()
