"""What do the tests of sync build on? Two nodes with a link between them, without time or chance."""

from __future__ import annotations

from collections import deque
from hashlib import sha256
from typing import TYPE_CHECKING

from ccnode_crypto.entry import ChainId
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import frames, sync_frames
from ccnode_protocol.effects import Close
from ccnode_protocol.sync import Sync
from ccnode_protocol.sync_effects import Effect, Forked, Load, Restored, Say, Store
from ccnode_protocol.sync_index import Index
from ccnode_protocol.sync_values import Message, SentRun
from ccnode_protocol.tiers import Tier
from tests.crypto.chains import draft
from tests.simulation.federation.store import Shelf

if TYPE_CHECKING:
    from ccnode_protocol.quota import Quota


class Party:
    """A node: its disk, its index, and the machine of its one link."""

    def __init__(self, name: str) -> None:
        self.key = SigningKey(sha256(name.encode()).digest())
        self.shelf = Shelf()
        self.index = Index(self.key.public.raw, sha256(b"live " + name.encode()).digest()[:16])
        self.said: list[Message] = []
        self.effects: list[Effect] = []
        self.outbox: deque[bytes] = deque()
        self.now_ms = 0
        self.holds = False  # whether what is to be stored waits
        self.waiting: list[Store] = []

    @property
    def node(self) -> bytes:
        return self.key.public.raw

    def chain(self, number: int = 0, audience: int = 0) -> ChainId:
        return ChainId(self.node, sha256(b"epoch %d" % number).digest()[:16], audience)

    def write(self, chain: ChainId, *lengths: int, words: bytes | None = None) -> SentRun:
        """Append runs of these lengths; return the last."""
        for length in lengths:
            at = self.shelf.chains[chain].state.length if chain in self.shelf.chains else 0
            content = None if not at else words
            sent = self.shelf.append(chain, [draft(at + each, content=content) for each in range(length)], self.key)
        self.shelf.tell(self.index, chain)
        return sent

    def grow(self, chain: ChainId, *lengths: int) -> None:
        """Append runs and tell the link of each."""
        for length in lengths:
            self.do(self.sync.grew(chain, self.write(chain, length), self.now_ms))

    def meet(self, peer: bytes, tier: Tier = Tier.CORE, quota: Quota | None = None) -> None:
        if tier is Tier.CORE:
            self.index.certified |= {peer, self.node}
        self.sync = Sync(self.index, peer, tier, quota)

    def do(self, effects: list[Effect]) -> None:
        """Do at once what the machine asks for."""
        for effect in effects:
            self.effects.append(effect)
            match effect:
                case Say(message=message):
                    self.say(message)
                case Load():
                    self.do(self.sync.loaded(effect, self.shelf.load(effect), self.now_ms))
                case Store() if self.holds:
                    self.waiting.append(effect)
                case Store():
                    self.store(effect)
                case Restored(is_live=True):
                    self.index.epoch = sha256(self.index.epoch).digest()[:16]
                    self.do(self.sync.guarded(self.now_ms))
                case Restored():
                    self.do(self.sync.guarded(self.now_ms))
                case Forked(chain=chain, found=found):
                    self.index.freeze(chain, found)
                    self.shelf.frozen[chain] = found
                    self.do(self.sync.forked(chain))

    def say(self, message: Message) -> None:
        data = frames.encode(message.kind, message.body())
        self.said.append(sync_frames.read(*frames.decode(data)))
        self.outbox.append(data)

    def store(self, store: Store) -> None:
        if isinstance(store.item, SentRun):
            grown = self.shelf.receive(store.item)
            self.shelf.tell(self.index, store.item.chain)
            if grown:
                self.do(self.sync.grew(store.item.chain, None, self.now_ms))
        else:
            self.shelf.receive_contents(store.item)
            self.shelf.tell_missing(self.index)
        self.do(self.sync.settled(store, self.now_ms))

    def hear(self, data: bytes) -> None:
        self.do(self.sync.receive(frames.decode(data), self.now_ms))

    def tell(self, message: Message) -> None:
        """Hear this as if the peer had said it."""
        self.hear(frames.encode(message.kind, message.body()))

    @property
    def closed(self) -> str:
        return next((effect.text for effect in self.effects if isinstance(effect, Close)), "")

    def names(self) -> list[str]:
        return [type(message).__name__ for message in self.said]

    def rows(self) -> dict[ChainId, tuple[int, bytes]]:
        return {row.chain: (row.length, row.head) for row in self.index.rows(self.index.all())}


class Pair:
    """Two parties that meet. `trips`: how often frames crossed before there were none any more."""

    def __init__(
        self, tier: Tier = Tier.CORE, other: Tier = Tier.CORE, quota: Quota | None = None, name: str = "b"
    ) -> None:
        self.a, self.b = Party("a"), Party(name)
        self.tiers = (tier, other)
        self.quota = quota
        self.bytes = 0
        self.trips = 0

    def meet(self) -> None:
        """A new link: both start."""
        for party in (self.a, self.b):
            party.said.clear()
            party.effects.clear()
            party.outbox.clear()
        self.bytes = self.trips = 0
        self.a.meet(self.b.node, self.tiers[0])
        self.b.meet(self.a.node, self.tiers[1], self.quota)
        for party in (self.a, self.b):
            party.do(party.sync.start(party.now_ms))

    def cross(self) -> bool:
        """What is on the way arrives, both ways at once; False where nothing was."""
        ways = [(self.b, list(self.a.outbox)), (self.a, list(self.b.outbox))]
        self.a.outbox.clear()
        self.b.outbox.clear()
        for party, batch in ways:
            for data in batch:
                self.bytes += len(data)
                party.hear(data)
        self.trips += any(batch for _, batch in ways)
        return any(batch for _, batch in ways)

    def run(self, crossings: int = 2000) -> None:
        """Until nobody says anything any more, news included."""
        for _ in range(crossings):
            if not self.cross():
                for party in (self.a, self.b):
                    party.now_ms += 250
                    party.do(party.sync.tick(party.now_ms))
                if not (self.a.outbox or self.b.outbox):
                    return
        raise AssertionError("they never come to an end")

    def pull(self) -> None:
        """The time of a periodic look at all has come."""
        for party in (self.a, self.b):
            party.now_ms += 70_000
            party.do(party.sync.tick(party.now_ms))
        self.run()


def caught_up() -> Pair:
    """Two nodes that have written a little and hold the same."""
    pair = Pair()
    pair.a.write(pair.a.chain(), 3, 2)
    pair.b.write(pair.b.chain(), 4)
    pair.meet()
    pair.run()
    return pair
