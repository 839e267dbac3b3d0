"""What happens in one simulated federation? Nodes, links that come and go, disks that are put back; a seed decides.

A link carries frames whole and in order, as TLS and WebSocket do, or is cut with all that was on its way; frames of
different links overtake each other. Nothing but the seed is read, so a seed replays its world.
"""

from __future__ import annotations

import heapq
from random import Random
from typing import TYPE_CHECKING, Final

from ccnode_protocol.tiers import Tier
from tests.simulation.checks import Violation
from tests.simulation.federation.judge import Judge
from tests.simulation.federation.node import End, Liar, Node

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode_crypto.entry import ChainId
    from tests.simulation.federation.store import Shelf

START_MS: Final = 1_770_000_000_000
SETTLE_MS: Final = 400_000  # several periodic looks at all
EVENTS_MAX: Final = 60_000
HABITS: Final = ("tamper", "mute", "flood", "boast", "intrude", "skip", "slander", "rumour")
REPLAY: Final = "python3 scripts/try.py test tests/simulation/federation/test_federation.py --seed {seed}"


class World:
    """A stage: nodes, time, chance, the network, and a judge."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.time_ms = START_MS
        self.judge = Judge()
        self.nodes: list[Node] = []
        self.certified: set[bytes] = set()
        self.trace: list[str] = []
        self.delay_ms = self.random.choice((1, 30, 400))
        self.disk_ms = self.random.choice((0, 5, 300))
        self.sides: dict[str, int] = {}  # of a partition
        self.bytes_sent = 0
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def note(self, text: str) -> None:
        """A line for whoever replays the seed."""
        self.trace.append(text)

    def add(self, name: str, *, is_core: bool, kind: type[Node] = Node, seed: bytes = b"") -> Node:
        """Another node, running. All core nodes are certified by one owner, and know it."""
        node = kind(self, name, seed or name.encode(), is_core=is_core)
        self.nodes.append(node)
        key = node.key.public.raw
        if node.is_honest:
            self.judge.honest.add(key)
        if is_core:
            self.certified.add(key)
            for other in self.nodes:
                if other.is_core and other is not node:
                    other.tiers[key] = Tier.CORE
                    node.tiers[other.key.public.raw] = Tier.CORE
        node.start()
        return node

    # --- time ---

    def later(self, delay_ms: int, what: Callable[[], None]) -> None:
        """Plan something."""
        self._count += 1
        heapq.heappush(self._events, (self.time_ms + delay_ms, self._count, what))

    def run(self, until_ms: int) -> None:
        """Let everything happen that is planned up to then."""
        budget = EVENTS_MAX
        while self._events and self._events[0][0] <= until_ms:
            self.time_ms, _, what = heapq.heappop(self._events)
            what()
            budget -= 1
            if not budget:
                raise Violation("endless", f"more than {EVENTS_MAX} events before time {until_ms - START_MS}")
        self.time_ms = until_ms

    def sleep(self, ms: int) -> None:
        """Let time pass."""
        self.run(self.time_ms + ms)

    def wake(self, end: End) -> None:
        """Call the machine of this end when it wants to be called."""
        due = end.sync.timer()
        if due is None or not end.is_up:
            return
        due -= end.node.skew_ms
        if end.wakes_ms is not None and end.wakes_ms <= due:
            return
        end.wakes_ms = max(due, self.time_ms)

        def tick() -> None:
            end.wakes_ms = None
            if end.is_up:
                end.node.perform(end, end.sync.tick(end.node.now_ms))

        self.later(max(0, due - self.time_ms), tick)

    # --- the network ---

    def connect(self, one: Node, other: Node) -> None:
        """A link, its handshake done, if there is none and nothing is in its way."""
        keys = (one.key.public.raw, other.key.public.raw)
        apart = self.sides.get(one.name, 0) != self.sides.get(other.name, 0)
        known = one.tier_of(keys[1]) is not Tier.UNKNOWN and other.tier_of(keys[0]) is not Tier.UNKNOWN
        if one.name in other.links or not (one.is_up and other.is_up) or keys[0] == keys[1] or apart or not known:
            return
        ends = End(one, keys[1], other.name), End(other, keys[0], one.name)
        ends[0].other, ends[1].other = ends[1], ends[0]
        one.links[other.name], other.links[one.name] = ends
        for end in ends:
            end.node.perform(end, end.sync.start(end.node.now_ms))
        for end in ends:
            if end.is_up:
                end.node.teller.met(end)

    def connect_all(self) -> None:
        """Whoever can, meets."""
        pairs = [(one, other) for at, one in enumerate(self.nodes) for other in self.nodes[at + 1 :]]
        self.random.shuffle(pairs)
        for one, other in pairs:
            self.connect(one, other)

    def carry(self, end: End, data: bytes) -> None:
        """A frame goes from this end to the other."""
        other = end.other
        assert other is not None
        self.bytes_sent += len(data)
        end.arrives_ms = max(end.arrives_ms, self.time_ms + self.random.randint(0, self.delay_ms))

        def arrive() -> None:
            if other.is_up:
                other.node.hear(other, data)

        self.later(end.arrives_ms - self.time_ms, arrive)

    def cut(self, end: End) -> None:
        """The link is gone, with all that was on its way."""
        for each in (end, end.other):
            if each is not None and each.is_up:
                each.is_up = False
                each.sync.stop()
                each.node.links.pop(each.peer_name, None)
                each.node.teller.parted(each)
                for other in list(each.node.links.values()):  # they may fetch what it did; real links look each second
                    self.later(1_000, lambda other=other: self._look_after(other))  # type: ignore[misc]

    def _look_after(self, end: End) -> None:
        if end.is_up:
            end.node.perform(end, end.sync.tick(end.node.now_ms))

    # --- accidents ---

    def put_back(self, node: Node, shelf: Shelf) -> None:
        """An old copy of the disk, and a new start."""
        node.crash()
        self.judge.gossip.forgot(node)
        node.shelf = shelf.copied()
        node.start()

    def resume(self, node: Node, shelf: Shelf, epoch: bytes, witness: Node) -> None:
        """The whole machine goes back to a moment, as a virtual machine does, and goes on in the same epoch.

        That cannot be noticed alone (DESIGN.md, law 5), so the first that it does is to meet one who knows better.
        """
        self.put_back(node, shelf)
        node.index.epoch = epoch
        self.connect(node, witness)
        for _ in range(200):
            if witness.name not in node.links or node.links[witness.name].sync.state == "open":
                break
            self.sleep(50)

    def settle(self) -> None:
        """All is mended and everybody meets; then all must hold."""
        honest_core = [node for node in self.nodes if node.is_honest and node.is_core]
        self.sides.clear()
        for node in self.nodes:
            for peer in [peer for peer in node.tiers if node.has_let_down(peer)]:
                node.let_down(peer, Tier.CORE)
            if not node.is_up:
                node.start()
        expected: dict[ChainId, int] = {}
        for node in honest_core:
            for chain in node.shelf.chains:
                if chain.node in self.certified:
                    expected[chain] = max(expected.get(chain, 0), node.index.length(chain))
        end_ms = self.time_ms + SETTLE_MS
        while self.time_ms < end_ms:
            self.connect_all()
            self.sleep(5_000)
        self.judge.settled(self.nodes, expected)


def liar(world: World, name: str, *, is_core: bool) -> Liar:
    """A node with some bad habits."""
    node = world.add(name, is_core=is_core, kind=Liar)
    assert isinstance(node, Liar)
    node.habits = frozenset(world.random.sample(HABITS, world.random.randint(1, len(HABITS))))
    return node
