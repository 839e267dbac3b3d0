"""Nodes that gossip with each other, frame by frame, for the tests of the machine."""

from __future__ import annotations

from hashlib import sha256
from random import Random
from typing import Any

from ccnode_crypto.keys import SigningKey
from ccnode_protocol import frames, limits, tiers
from ccnode_protocol.gossip import CHANCE_MAX, Ask, Drop, Effect, Gossip, Keep, Leave, Renew, Say
from ccnode_protocol.reports import Place, Report, SignedReport, sign_report
from ccnode_protocol.tiers import Tier

NOW = 1_770_000_000_000
DAY_MS = 24 * 3_600_000


def key_of(name: str) -> SigningKey:
    """The same key for the same name."""
    return SigningKey(sha256(name.encode()).digest())


def report_of(key: SigningKey, counter: int = NOW, **changed: Any) -> SignedReport:
    """Some report of that node."""
    fields: dict[str, Any] = {
        "node": key.public.raw,
        "counter": counter,
        "time_ms": NOW,
        "expires_ms": NOW + DAY_MS,
        "spec": bytes(32),
        "vector": tuple(range(16)),
        "words": 2_000,
        "at": Place(bytes(16), 3, bytes(32)),
        "ccc": 990_000,
        "baseline": bytes(range(32)),
    }
    return sign_report(key, Report(**{**fields, **changed}))


class Party:
    """One node, and what became of it."""

    def __init__(self, name: str) -> None:
        self.key = key_of(name)
        self.node = self.key.public.raw
        self.gossip = Gossip(self.node)
        self.kept: list[Keep] = []
        self.dropped: list[bytes] = []
        self.asked: list[Ask] = []
        self.left: list[Leave] = []
        self.renewed: list[int] = []

    @property
    def held(self) -> dict[bytes, SignedReport]:
        """Reports of core nodes that are here."""
        return self.gossip.rumours.held

    @property
    def apart(self) -> dict[bytes, SignedReport]:
        """Reports of sandbox peers that are here."""
        return self.gossip.rumours.apart


class Circle:
    """Parties with links to each other. `lost`: which frames, counted from 0, never arrive."""

    def __init__(self, *names: str) -> None:
        self.parties = {name: Party(name) for name in names}
        self.random = Random(7)
        self.now_ms = NOW
        self.tiers: dict[tuple[str, str], Tier] = {}
        self.sent: list[tuple[str, str, frames.Frame]] = []
        for party in self.parties.values():
            party.gossip.stand([each.node for each in self.parties.values()], ())

    def __getitem__(self, name: str) -> Party:
        return self.parties[name]

    def name(self, node: bytes) -> str:
        """Whose key that is."""
        return next(name for name, party in self.parties.items() if party.node == node)

    def meet(self, one: str, other: str, tier: Tier = Tier.CORE, back: Tier | None = None) -> None:
        """A link. `tier`: what the other is to the one, `back`: the other way round."""
        ends = ((one, other, tier), (other, one, back or tier))
        self.tiers |= {(mine, theirs): what for mine, theirs, what in ends}
        for mine, theirs, what in ends:
            self.do(mine, self[mine].gossip.met(self[theirs].node, what, self.now_ms))

    def meet_all(self) -> None:
        """A link between any two."""
        names = list(self.parties)
        for at, one in enumerate(names):
            for other in names[at + 1 :]:
                self.meet(one, other)

    def do(self, name: str, effects: list[Effect]) -> None:
        """Let it happen; frames go through their bytes, and tiers are asked as a link asks them."""
        party = self[name]
        for effect in effects:
            match effect:
                case Say(peer=peer, message=message):
                    self.carry(name, self.name(peer), frames.encode(message.kind, message.body()))
                case Keep():
                    party.kept.append(effect)
                case Drop(nodes=nodes):
                    party.dropped += nodes
                case Ask():
                    party.asked.append(effect)
                case Renew(counter=counter):
                    party.renewed.append(counter)
                case Leave():
                    party.left.append(effect)

    def carry(self, name: str, other: str, data: bytes) -> None:
        """A frame on a link."""
        frame = frames.decode(data)
        self.sent.append((name, other, frame))
        assert tiers.may_send(self.tiers[name, other], frame.type)
        if tiers.may_receive(self.tiers[other, name], frame.type):
            heard = self[other].gossip.receive(self[name].node, frame, self.now_ms, self.now_ms)
            self.do(other, heard)

    def publish(self, name: str, counter: int = NOW, **changed: Any) -> SignedReport:
        """A node says what its character is."""
        made = report_of(self[name].key, counter, **changed)
        self.do(name, self[name].gossip.publish(made, self.now_ms))
        return made

    def round(self, count: int = 1) -> None:
        """Everybody's turn, so many times."""
        for _ in range(count):
            self.now_ms += limits.ROUND_MS
            for name, party in self.parties.items():
                self.do(name, party.gossip.tick(self.now_ms, self.now_ms, self.random.randrange(CHANCE_MAX)))
