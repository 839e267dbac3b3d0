"""What does one simulated node do? It runs the real machine of each link, and stores, loads and sends with delays."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ccnode_crypto import canonical
from ccnode_crypto.chain import EntryDraft
from ccnode_crypto.entry import ChainId
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import SigningKey
from ccnode_crypto.proof import ForkProof
from ccnode_protocol import frames, gossip_frames, records, tiers
from ccnode_protocol.effects import Close, Reason
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.quota import Quota
from ccnode_protocol.records import MessageMeta, Role
from ccnode_protocol.sync import Sync
from ccnode_protocol.sync_effects import Effect, Forked, Load, Restored, Say, Store
from ccnode_protocol.sync_index import Index
from ccnode_protocol.sync_values import Contents, Fork, SentRun
from ccnode_protocol.tiers import Tier
from tests.simulation.federation.store import Shelf
from tests.simulation.federation.teller import Teller, twisted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.simulation.federation.world import World

SESSION: Final = bytes(range(16))


class End:
    """A node's end of one link."""

    def __init__(self, node: Node, peer: bytes, peer_name: str) -> None:
        self.node = node
        self.peer = peer
        self.peer_name = peer_name
        self.other: End | None = None
        self.is_up = True
        self.has_heard = False  # what the peer knows of our chains
        self.orders: dict[ChainId, int] = {}  # up to where the peer's chains hold orders to forget
        self.wakes_ms: int | None = None
        self.arrives_ms = 0  # the last that was sent to the other end
        quota = node.shelf.quotas.setdefault(peer, Quota()) if node.tier_of(peer) is not Tier.CORE else None
        self.sync = Sync(node.index, peer, node.tier_of(peer), quota)


class Node:
    """One machine: a disk that stays, and all else that a crash takes."""

    is_honest = True

    def __init__(self, world: World, name: str, seed: bytes, *, is_core: bool) -> None:
        self.world = world
        self.name = name
        self.key = SigningKey(sha256(b"federation " + seed).digest())
        self.is_core = is_core
        self.shelf = Shelf()
        self.is_up = False
        self.links: dict[str, End] = {}
        self.tiers: dict[bytes, Tier] = {}
        self.busy_ms = 0  # until when the disk is
        self.skew_ms = world.random.choice((0, 0, 40, -3_600_000, 10**11))
        self.life = 0  # what was planned in an earlier life does not happen

    @property
    def now_ms(self) -> int:
        """What its clock says."""
        return self.world.time_ms + self.skew_ms

    def tier_of(self, peer: bytes) -> Tier:
        """What a peer is to this node."""
        return self.tiers.get(peer, Tier.UNKNOWN)

    def has_let_down(self, peer: bytes) -> bool:
        """Whether this node's owner let a node of ours down, or removed it."""
        return self.is_core and peer in self.world.certified and self.tiers.get(peer, Tier.CORE) is not Tier.CORE

    # --- living ---

    def start(self) -> None:
        """Begin with what is on the disk, in an epoch of its own."""
        self.life += 1
        self.is_up = True
        # Who is of another owner knows of nobody whom its own certified.
        certified = self.world.certified if self.is_core else set[bytes]()
        self.index = Index(self.key.public.raw, self.world.random.randbytes(16), certified)
        self.index.unheard = {peer for peer in certified if self.has_let_down(peer)}
        self.shelf.fill(self.index)
        self.teller = Teller(self)

    def crash(self) -> None:
        """Everything but the disk is gone."""
        for end in list(self.links.values()):
            self.world.cut(end)
        self.life += 1
        self.is_up = False

    def soon(self, what: Callable[[], None]) -> None:
        """Do that later, unless this life ends before; one thing after the other, as one writer does."""
        life = self.life
        self.busy_ms = max(self.busy_ms, self.world.time_ms + self.world.random.randint(0, self.world.disk_ms))

        def act() -> None:
            if self.life == life:
                what()

        self.world.later(self.busy_ms - self.world.time_ms, act)

    # --- writing ---

    def write(self, audience: int, records_: Iterable[records.Record]) -> list[bytes]:
        """Append entries in one run and tell all links; return their digests."""
        chain = ChainId(self.key.public.raw, self.index.epoch, audience)
        time = max(self.now_ms << 16, 1)
        drafts = [] if chain in self.shelf.chains else [self._draft(records.epoch_opened(None), time)]
        drafts += [self._draft(record, time) for record in records_]
        sent = self.shelf.append(chain, drafts, self.key)
        self.world.judge.wrote(self, sent)
        self.shelf.tell(self.index, chain)
        for end in list(self.links.values()):
            self.perform(end, end.sync.grew(chain, sent, self.now_ms))
        return self.shelf.chains[chain].digests[sent.first : sent.end]

    def say(self, audience: int, count: int) -> list[bytes]:
        """Write some messages."""
        meta = MessageMeta(SESSION, Role.USER)
        words = [f"{self.name} {self.world.random.random()}" for _ in range(count)]
        return self.write(audience, [records.message(meta, text) for text in words])

    def order(self, digest: bytes) -> None:
        """Order the content of a message to be forgotten."""
        self.write(0, [records.message_forget_ordered(digest, 0)])

    def _draft(self, record: records.Record, time: int) -> EntryDraft:
        return EntryDraft(record.kind, time, record.meta, record.content, self.world.random.randbytes(32))

    # --- links ---

    def hear(self, end: End, data: bytes) -> None:
        """A frame has arrived."""
        try:
            frame = frames.decode(data)
            if not tiers.may_receive(self.tier_of(end.peer), frame.type):
                return  # the peer may think of us what it likes
        except RemoteError as error:
            self.perform(end, [Close(Reason.MALFORMED, str(error))])
            return
        end.has_heard |= frame.name == "known"
        if frame.type in gossip_frames.FORMS:
            self.teller.hear(end, frame)
            return
        if frame.name in {"heads", "listed"}:
            end.orders |= {ChainId(*row[:3]): row[5] for row in frame.body["rows"]}  # type: ignore[union-attr,misc,index]
        self.perform(end, end.sync.receive(frame, self.now_ms))

    def perform(self, end: End, effects: Iterable[Effect]) -> None:
        """Do what a machine asks for."""
        for effect in effects:
            match effect:
                case Say(message=message):
                    self.send(end, frames.encode(message.kind, message.body()))
                case Close(reason=reason, text=text):
                    self.leave(end, reason, text)
                case Load():
                    self.soon(lambda load=effect: self._load(end, load))  # type: ignore[misc]  # bound now
                case Store():
                    self.soon(lambda store=effect: self._store(end, store))  # type: ignore[misc]
                case Restored():
                    self._restored(end, effect)
                case Forked():
                    self._forked(effect)
        self.world.wake(end)

    def leave(self, end: End, reason: Reason, text: str) -> None:
        """End a link."""
        self.world.judge.closed(end, Close(reason, text))
        self.world.note(f"  {self.name} closes {end.peer_name}: {text}")
        self.world.cut(end)

    def send(self, end: End, data: bytes) -> None:
        """Put a frame on the link."""
        if end.is_up:
            self.world.judge.sent(end, frames.decode(data))
            self.world.carry(end, data)

    def _load(self, end: End, load: Load) -> None:
        self.perform(end, end.sync.loaded(load, self.shelf.load(load), self.now_ms))

    def _store(self, end: End, store: Store) -> None:
        item, error, grown = store.item, "", False
        if end.sync.state == "closed" or not end.sync.flow.takes(item.chain):
            return  # the link is gone, as ccnode.net drops it then, or the peer's tier has changed since
        try:
            if isinstance(item, SentRun):
                grown = self.shelf.receive(item)
            else:
                self.shelf.receive_contents(item)
        except (CryptoError, RemoteError) as problem:
            error = str(problem)
        else:
            self.world.judge.stored(self, end.peer, item)
        if grown:
            self.shelf.tell(self.index, item.chain)
            for each in list(self.links.values()):
                self.perform(each, each.sync.grew(item.chain, None, self.now_ms))
        elif isinstance(item, Contents):
            self.shelf.tell_missing(self.index)
        self.perform(end, end.sync.settled(store, self.now_ms, error))

    def _restored(self, end: End, effect: Restored) -> None:
        self.world.note(f"  {self.name} learns from {end.peer_name} that it wrote {effect.length} of {effect.chain}")
        if effect.is_live and self.index.epoch == effect.chain.epoch:
            self.index.epoch = self.world.random.randbytes(16)
        self.perform(end, end.sync.guarded(self.now_ms))

    def _forked(self, effect: Forked) -> None:
        self.world.judge.accused(self, effect.chain)
        self.world.note(f"  {self.name} holds a proof against {effect.chain} at {effect.found.seq}")
        known = self.shelf.frozen.get(effect.chain)
        if known is not None and known.seq <= effect.found.seq:
            return
        self.shelf.frozen[effect.chain] = effect.found
        self.index.freeze(effect.chain, effect.found)
        self.teller.forked(effect.chain, effect.found.seq)
        for each in list(self.links.values()):
            self.perform(each, each.sync.forked(effect.chain))

    def retier(self, peer: bytes, tier: Tier) -> None:
        """The owner decides anew about a peer; open links heed it at once."""
        self.tiers[peer] = tier
        for end in [end for end in self.links.values() if end.peer == peer]:
            self.perform(end, end.sync.retier(tier, self.now_ms))
            if end.is_up:
                self.teller.met(end)
        self.teller.stand()

    def let_down(self, peer: bytes, tier: Tier) -> None:
        """A node of ours is less than core from now on, or again core; the link with it begins anew."""
        self.tiers[peer] = tier
        for end in [end for end in self.links.values() if end.peer == peer]:
            self.world.cut(end)
        if self.is_up:
            (self.index.unheard.add if self.has_let_down(peer) else self.index.unheard.discard)(peer)
            for end in list(self.links.values()):
                # What was offered of it meanwhile was passed over, and is offered anew.
                end.orders = {chain: orders for chain, orders in end.orders.items() if chain.node != peer}
                self.perform(end, end.sync.look(self.now_ms))


class Liar(Node):
    """A node that holds an honest disk and says other things than are there, in the ways that `habits` names."""

    is_honest = False
    habits: frozenset[str] = frozenset()

    def __init__(self, world: World, name: str, seed: bytes, *, is_core: bool) -> None:
        super().__init__(world, name, seed, is_core=is_core)
        self.told_reports: list[canonical.Value] = []  # of anybody, to be told again when they are old

    def send(self, end: End, data: bytes) -> None:
        """Now and then, put something else on the link."""
        if not end.is_up:
            return
        frame = frames.decode(data)
        if frame.type in gossip_frames.FORMS:
            self.world.carry(end, self._rumoured(frame, data))
            return
        for packed in self._twisted(frame) if self.world.random.random() < 0.4 else (data,):
            self.world.carry(end, packed)

    def _twisted(self, frame: frames.Frame) -> list[bytes]:
        random, habit = self.world.random, self.world.random.choice(sorted(self.habits - {"rumour"}) or [""])
        data = canonical.encode(list(frame))
        body = dict(frame.body)
        if habit == "tamper" and frame.name in {"run", "contents", "path", "digests"}:
            at = random.randrange(2, len(data))
            return [data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]]
        if habit == "mute" and frame.name in {"run", "end", "listed", "digests"}:
            return []
        if habit == "flood" and frame.name == "run":
            return [data] * 40
        if habit == "boast" and frame.name in {"known", "heads"} and body["rows"]:
            rows = [[*row[:3], row[3] + 7, bytes(32), *row[5:]] for row in body["rows"]]  # type: ignore[index,misc,union-attr,operator]
            return [canonical.encode([frame.type, {**body, "rows": rows}])]
        if habit == "intrude" and frame.name in {"run", "heads"}:
            return [data, *self._intrusion()]
        if habit == "slander" and frame.name in {"run", "heads"}:
            return [data, *self._slander()]
        if habit == "skip" and frame.name == "run" and self.last_run:
            return [canonical.encode([frame.type, self.last_run])]
        if frame.name == "run":
            self.last_run = body
        return [data]

    def _rumoured(self, frame: frames.Frame, data: bytes) -> bytes:
        if frame.name != "tell":
            return data
        self.told_reports += frame.body.get("reports", ())  # type: ignore[arg-type]  # of its form
        return twisted(self, frame) if "rumour" in self.habits and self.world.random.random() < 0.1 else data

    def _slander(self) -> list[bytes]:
        """A proof against somebody's chain in which one side is made up."""
        chains = [chain for chain in self.shelf.chains if chain.node != self.key.public.raw]
        if not chains:
            return []
        chain = self.world.random.choice(chains)
        side = self.shelf.side(chain, self.world.random.randrange(self.shelf.chains[chain].state.length))
        assert side is not None
        header = side.headers[-1]
        other = replace(side, headers=(*side.headers[:-1], header[:146] + bytes(32) + header[178:]))
        made_up = Fork(chain, ForkProof(side, other))
        return [frames.encode(made_up.kind, made_up.body())]

    def stranger(self) -> SigningKey:
        """The key of a node that nobody knows."""
        return SigningKey(sha256(b"stranger " + self.world.random.randbytes(4)).digest())

    last_run: dict[str, canonical.Value] | None = None

    def _intrusion(self) -> list[bytes]:
        """A whole chain, well signed, of an audience or author that nobody takes from us."""
        key = SigningKey(sha256(b"intruder " + self.world.random.randbytes(4)).digest())
        writer = self.world.random.choice((key, self.key))
        chain = ChainId(writer.public.raw, self.world.random.randbytes(16), 0)
        sent = Shelf().append(chain, [self._draft(records.epoch_opened(None), 1)], writer)
        return [frames.encode(sent.kind, sent.body())]
