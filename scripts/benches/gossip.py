"""In how many rounds has everybody heard, and how many bytes does a node send for it? The real machine, no network.

Each of n nodes runs ccnode_protocol.gossip, with a link to each other. One says something new; then round after round
is played, all nodes' at one moment, and every frame, answers too, is lost with a chance of one in five. Links of a real
federation lose nothing: this is how gossip fares where they do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Final

from benches.figures import figure, quantile
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import frames, gossip, limits
from ccnode_protocol.gossip import CHANCE_MAX, Gossip, Say
from ccnode_protocol.reports import Place, Report, sign_report
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benches.figures import Figure

LOSS: Final = 0.2
START_MS: Final = 1_770_000_000_000
ROUNDS_MAX: Final = 60
AFTER: Final = 5  # rounds that are played after all have heard, for what is still sent then
WALL_MS: Final = START_MS
SEEDS_30: Final = 300
SEEDS_1000: Final = 3
RUMOURS_1000: Final = 6  # of different nodes in each of these, one after another: making a thousand nodes takes long


@dataclass(slots=True)
class Federation:
    """Nodes that all have links with each other. `loss`: of each frame. `sent`: bytes of each node in this round."""

    count: int
    random: Random
    loss: float = LOSS
    sent: list[int] = field(default_factory=list)
    nodes: dict[bytes, Gossip] = field(default_factory=dict)
    keys: list[SigningKey] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = [SigningKey(self.random.randbytes(32)) for _ in range(self.count)]
        names = [key.public.raw for key in self.keys]
        for own in names:
            node = self.nodes[own] = Gossip(own)
            node.stand(names, ())
            for peer in names:
                if peer != own:
                    node.met(peer, Tier.CORE, START_MS)
        self.sent = [0] * self.count

    def settle(self) -> None:
        """Have links been there for a while: nobody has just met anybody."""
        for node in self.nodes.values():
            for peer in node._peers.values():
                peer.is_fresh = False

    def publish(self, at: int, now_ms: int) -> bytes:
        """A node says what its character is; return its key."""
        key = self.keys[at]
        said = Report(
            key.public.raw, now_ms, WALL_MS, WALL_MS + limits.REPORT_LIFE_MS, bytes(32),
            tuple(self.random.randrange(1_000_000) for _ in range(16)), 2_000, Place(bytes(16), 7, bytes(32)),
            950_000, bytes(32),
        )  # fmt: skip
        self.nodes[key.public.raw].publish(sign_report(key, said), now_ms)
        return key.public.raw

    def round(self, now_ms: int) -> None:
        """All nodes' turns at one moment, so that a rumour takes no second step in the turn of who just heard it."""
        under_way: list[tuple[bytes, Say]] = []
        for own, node in self.nodes.items():
            under_way += self.say(own, node.tick(now_ms, WALL_MS, self.random.randrange(CHANCE_MAX)))
        while under_way:  # then what is said to that, and to that
            self.random.shuffle(under_way)
            answers: list[tuple[bytes, Say]] = []
            for own, (peer, message) in under_way:
                data = frames.encode(message.kind, message.body())
                self.sent[self.index[own]] += len(data)
                if self.random.random() >= self.loss:
                    heard = self.nodes[peer].receive(own, frames.decode(data), now_ms, WALL_MS)
                    answers += self.say(peer, heard)
            under_way = answers

    def say(self, own: bytes, effects: Iterable[gossip.Effect]) -> list[tuple[bytes, Say]]:
        """What a node wants to say, by whom."""
        return [(own, effect) for effect in effects if isinstance(effect, Say)]

    @property
    def index(self) -> dict[bytes, int]:
        """Where each key is in `sent`."""
        if not self._index:
            self._index = {own: at for at, own in enumerate(self.nodes)}
        return self._index

    _index: dict[bytes, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spread:
    """How rumours went: rounds until all had each; bytes a node and round, at most and in the mean; and when quiet."""

    rounds: tuple[int, ...]
    most: int
    mean: float
    quiet: float


def spread(count: int, seed: int, rumours: int = 1) -> Spread:
    """Let nodes of so many say something, one after another, and see."""
    world = Federation(count, Random(seed))
    world.settle()
    now_ms = START_MS
    sent: list[list[int]] = []

    def play() -> None:
        nonlocal now_ms
        now_ms += limits.ROUND_MS
        world.sent = [0] * count
        world.round(now_ms)
        sent.append(world.sent)

    for _ in range(2):  # what is sent when there is nothing new
        play()
    quiet = sum(sent[-1]) / count
    sent.clear()
    rounds: list[int] = []
    for one in range(rumours):
        key = world.publish(one * count // rumours, now_ms)
        heard = 0
        while heard < ROUNDS_MAX and not all(key in node.rumours.held for node in world.nodes.values()):
            play()
            heard += 1
        rounds.append(heard)
    for _ in range(AFTER):
        play()
    mean = sum(map(sum, sent)) / len(sent) / count
    return Spread(tuple(rounds), max(map(max, sent)), mean, quiet)


def bench_gossip() -> list[Figure]:
    """Rounds until all have heard, at the 99th percentile, against what is promised; bytes of a node in a round."""
    found = []
    for count, seeds, rumours, most in (
        (30, SEEDS_30, 1, 5),
        (1_000, SEEDS_1000, RUMOURS_1000, 2 * math.log2(1_000)),
    ):
        runs = [spread(count, seed, rumours) for seed in range(seeds)]
        rounds = [float(one) for run in runs for one in run.rounds]
        found.append(
            figure(
                f"gossip: rounds to {count:,} nodes, p99, {LOSS:.0%} lost", quantile(rounds, 0.99), most, "rounds", 1.0,
                at_most=True, federations=seeds, rumours=len(rounds), median=quantile(rounds, 0.5), worst=max(rounds),
            )
        )  # fmt: skip
        bound = limits.FANOUT * limits.TELL.bytes_max
        found.append(
            figure(
                f"gossip: bytes a node a round, {count:,} nodes", float(max(run.most for run in runs)), bound, "bytes",
                1.0, at_most=True, beside=f"{limits.FANOUT} of the largest frames",
                mean=round(sum(run.mean for run in runs) / seeds),
                with_nothing_new=round(sum(run.quiet for run in runs) / seeds),
            )
        )  # fmt: skip
    return found
