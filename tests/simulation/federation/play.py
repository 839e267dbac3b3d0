"""What does a seed choose? Who there is, what they write, and what goes wrong in one federation."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Final

from ccnode_protocol.tiers import Tier
from tests.simulation.checks import Violation, told
from tests.simulation.federation.node import Node
from tests.simulation.federation.world import REPLAY, World, liar

if TYPE_CHECKING:
    from tests.simulation.federation.store import Shelf

STEPS: Final = (20, 50)
WEIGHTS: Final = {
    "say": 20, "talk": 2, "order": 4, "connect": 12, "wait": 12, "cut": 3, "partition": 2, "heal": 3, "crash": 3,
    "back_up": 3, "put_back": 2, "resume": 3, "clone": 1, "retier": 2, "report": 6,
    "let_down": 3, "take_back": 3,
}  # fmt: skip


def play(seed: int) -> World:
    """Let the seed's federation run to its end; return it, for its trace.

    Raises:
        Violation: with the last steps, and the command that plays this seed again.
    """
    world = World(seed)
    try:
        Player(world).run()
    except Violation as violation:
        raise told(violation, world.seed, world.trace, REPLAY) from violation.__cause__
    except Exception as error:  # whatever the machines raise is a finding
        where = "".join(traceback.format_exception(error)[-6:])
        wrong = Violation("unexpected", f"{error!r}\n{where}")
        raise told(wrong, world.seed, world.trace, REPLAY) from error
    return world


class Player:
    """Chooses and does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.random = world.random
        self.said: list[bytes] = []
        self.backups: list[tuple[Node, Shelf, bytes]] = []
        self.has_clone = False

    def run(self) -> None:
        """Set the stage, play, mend, judge."""
        world, random = self.world, self.random
        for at in range(random.randint(2, 4)):
            world.add("abcd"[at], is_core=True)
        if random.random() < 0.5:
            self.add_guest(world.add("guest", is_core=False))
        if random.random() < 0.5:
            one = liar(world, "liar", is_core=random.random() < 0.5)
            if not one.is_core:
                self.add_guest(one)
        weights = {name: weight * random.choice((0, 1, 1, 3)) for name, weight in WEIGHTS.items()} | {"say": 20}
        for step in range(random.randint(*STEPS)):
            name = random.choices(list(weights), list(weights.values()))[0]
            node = random.choice(world.nodes)
            world.note(f"{step}: {name} {node.name}")
            getattr(self, "do_" + name)(node)
            world.sleep(random.choice((0, 1, 50, 2000)))
        world.note("settle")
        world.settle()

    def add_guest(self, guest: Node) -> None:
        """Somebody of another owner, whom one of us follows or who follows one of us, or both by different ones."""
        for host in self.random.sample([node for node in self.world.nodes if node.is_core], self.random.randint(1, 2)):
            tiers = [Tier.SANDBOX_IN, Tier.SANDBOX_OUT]
            self.random.shuffle(tiers)
            host.tiers[guest.key.public.raw] = tiers[0]
            guest.tiers[host.key.public.raw] = tiers[1]

    def do_say(self, node: Node) -> None:
        if node.is_up:
            self.said += node.say(self.random.choice((0, 0, 1, 2)), self.random.randint(1, 4))

    def do_talk(self, node: Node) -> None:
        for _ in range(30 if node.is_up else 0):
            self.said += node.say(self.random.choice((0, 1)), self.random.randint(1, 30))

    def do_order(self, node: Node) -> None:
        if node.is_up and node.is_core and self.said:
            node.order(self.random.choice(self.said))

    def do_report(self, node: Node) -> None:
        if node.is_up:
            node.teller.publish()

    def do_connect(self, _: Node) -> None:
        self.world.connect_all()

    def do_wait(self, _: Node) -> None:
        self.world.sleep(self.random.choice((200, 3_000, 70_000)))

    def do_cut(self, node: Node) -> None:
        for end in list(node.links.values())[:1]:
            self.world.cut(end)

    def do_partition(self, _: Node) -> None:
        for node in self.world.nodes:
            self.world.sides[node.name] = self.random.randint(0, 1)
        for node in self.world.nodes:
            for end in list(node.links.values()):
                if end.other and self.world.sides[node.name] != self.world.sides[end.other.node.name]:
                    self.world.cut(end)

    def do_heal(self, _: Node) -> None:
        self.world.sides.clear()
        for node in self.world.nodes:
            if not node.is_up:
                node.start()
        self.world.connect_all()

    def do_crash(self, node: Node) -> None:
        if node.is_up:
            node.crash()
        else:
            node.start()

    def do_back_up(self, node: Node) -> None:
        if node.is_up:
            self.backups.append((node, node.shelf.copied(), node.index.epoch))

    def do_put_back(self, node: Node) -> None:
        mine = [shelf for owner, shelf, _ in self.backups if owner is node]
        if mine and not self.is_clone(node):
            self.world.put_back(node, self.random.choice(mine))

    def do_resume(self, node: Node) -> None:
        mine = [(shelf, epoch) for owner, shelf, epoch in self.backups if owner is node]
        if not (mine and node.is_up and node.is_honest) or self.is_clone(node) or node.index.epoch != mine[-1][1]:
            return
        live = [chain for chain in node.index.chains_of(node.key.public.raw) if chain.epoch == node.index.epoch]
        for other in self.world.nodes:
            knows = all(other.index.length(chain) >= node.index.length(chain) for chain in live)
            trusted = Tier.CORE is node.tier_of(other.key.public.raw) is other.tier_of(node.key.public.raw)
            if other.is_up and other.is_honest and trusted and other is not node and knows:
                self.world.sides.clear()
                self.world.resume(node, *mine[-1], other)
                break

    def is_clone(self, node: Node) -> bool:
        """Whether there are two of it."""
        return node.key.public.raw in self.world.judge.forked

    def do_clone(self, node: Node) -> None:
        """A machine goes on twice, in one epoch: from now on it is a liar, whether it wants or not."""
        if self.has_clone or not (node.is_up and node.is_core and node.is_honest) or len(self.world.nodes) < 3:
            return
        self.has_clone = True
        self.world.judge.forked.add(node.key.public.raw)
        self.world.judge.honest.discard(node.key.public.raw)
        twin = Node(self.world, node.name + "2", node.name.encode(), is_core=True)
        twin.shelf, twin.tiers = node.shelf.copied(), dict(node.tiers)
        twin.start()
        twin.index.epoch = node.index.epoch
        self.world.nodes.append(twin)
        for each in (node, twin) if self.random.random() < 0.7 else ():
            each.say(0, self.random.randint(1, 40))

    def do_let_down(self, node: Node) -> None:
        """A node of ours is removed on one of the others, or may only be in its sandbox."""
        own = node.key.public.raw
        others = sorted(peer for peer, tier in node.tiers.items() if tier is Tier.CORE and peer != own)
        if node.is_core and node.is_honest and others:
            tier = self.random.choice((Tier.UNKNOWN, Tier.SANDBOX_IN, Tier.SANDBOX_OUT))
            node.let_down(self.random.choice(others), tier)

    def do_take_back(self, node: Node) -> None:
        """All that was let down is core again."""
        for peer in sorted(peer for peer in node.tiers if node.has_let_down(peer)):
            node.let_down(peer, Tier.CORE)

    def do_retier(self, _: Node) -> None:
        """Follow a guest no more, or again."""
        for node in self.world.nodes:
            for peer, tier in list(node.tiers.items()):
                if tier is Tier.SANDBOX_IN and not node.has_let_down(peer) and self.random.random() < 0.5:
                    node.retier(peer, Tier.SANDBOX_OUT)
                    node.world.sleep(self.random.choice((0, 10, 500)))
                    node.retier(peer, Tier.SANDBOX_IN)
