"""What does one simulated node tell of characters and forks? It runs the real machine of gossip over its links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode_crypto import canonical
from ccnode_protocol import frames, limits
from ccnode_protocol.gossip import CHANCE_MAX, Ask, Drop, Effect, Gossip, Keep, Leave, Renew, Say
from ccnode_protocol.gossip_frames import TELL, Hold, Tell
from ccnode_protocol.reports import Place, Report, sign_report
from ccnode_protocol.sync_values import WantFork
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode_crypto.entry import ChainId
    from tests.simulation.federation.node import End, Liar, Node

LATE_MS: Final = 5_000  # a timer may be late, and this one is
IDLE_MS: Final = 40_000  # the more so where there is nothing to tell


class Teller:
    """A node's part in gossip, for one life of it."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.gossip = Gossip(node.key.public.raw)
        self._wakes_ms: int | None = None
        self._last_ms = 0
        self.stand()
        self.gossip.load(node.shelf.reports.values(), node.now_ms)
        for chain, found in node.shelf.frozen.items():
            self.gossip.forked(chain, found.seq, node.now_ms, is_new=False)

    def stand(self) -> None:
        """Who counts is whom the owner certified, and whom we follow."""
        followed = [peer for peer, tier in self.node.tiers.items() if tier is Tier.SANDBOX_IN]
        members = self.node.world.certified - self.node.index.unheard if self.node.is_core else set[bytes]()
        self.perform(self.gossip.stand(members, followed))

    def met(self, end: End) -> None:
        """There is a link, or the peer's tier is another."""
        self.stand()  # others may have been certified meanwhile
        self.perform(self.gossip.met(end.peer, self.node.tier_of(end.peer), self.node.now_ms))

    def parted(self, end: End) -> None:
        """The link is gone."""
        self.gossip.parted(end.peer)

    def publish(self, above: int = 0) -> None:
        """Say what our character is."""
        node, random = self.node, self.node.world.random
        own = node.key.public.raw
        last = self.gossip.rumours.version(own)[0]
        counter = max(last + 1, above + 1, node.now_ms)
        place = Place(node.index.epoch, random.randrange(100), random.randbytes(32))
        vector = tuple(random.randrange(1_000_000) for _ in range(16))
        life = limits.REPORT_LIFE_MS
        said = Report(own, counter, node.now_ms, node.now_ms + life, bytes(32), vector, 2_000, place)
        signed = sign_report(node.key, said)
        node.world.judge.gossip.published(node, signed)
        self.perform(self.gossip.publish(signed, node.now_ms))

    def forked(self, chain: ChainId, seq: int) -> None:
        """A proof is kept."""
        self.perform(self.gossip.forked(chain, seq, self.node.now_ms))

    def hear(self, end: End, frame: frames.Frame) -> None:
        """A frame has come."""
        now_ms = self.node.now_ms
        self.perform(self.gossip.receive(end.peer, frame, now_ms, now_ms), end)

    def perform(self, effects: Iterable[Effect], heard: End | None = None) -> None:
        """Do what the machine asks for; `heard`: on which link that was said."""
        node = self.node
        for effect in effects:
            match effect:
                case Say(peer=peer, message=message):
                    self.send(peer, message)
                case Ask(peer=peer, chain=chain):
                    for end in self.ends(peer):
                        node.send(end, frames.encode(WantFork.kind, WantFork(chain).body()))
                case Keep(report=report):
                    node.world.judge.gossip.kept(node, heard, effect)
                    node.shelf.reports[report.report.node] = report
                case Drop(nodes=nodes):
                    for each in nodes:
                        node.shelf.reports.pop(each, None)
                case Renew(counter=counter):
                    self.publish(counter)
                case Leave(peer=peer, reason=reason, text=text):
                    for end in self.ends(peer):
                        node.leave(end, reason, text)
        self.wake()

    def ends(self, peer: bytes) -> list[End]:
        """The link with a peer, as a list of one or none; two nodes may have one key, after a copy."""
        return [end for end in self.node.links.values() if end.peer == peer][:1]

    def send(self, peer: bytes, message: Tell | Hold) -> None:
        """Put a frame on the link with a peer."""
        for end in self.ends(peer):
            self.node.send(end, frames.encode(message.kind, message.body()))

    def wake(self) -> None:
        """Have a round played when it is due."""
        node, due_ms = self.node, self.gossip.timer()
        if due_ms is None:
            return
        late_ms = LATE_MS if self.gossip.rumours.hot else IDLE_MS
        at_ms = max(due_ms - node.skew_ms, self._last_ms + late_ms, node.world.time_ms)
        if self._wakes_ms is not None and self._wakes_ms <= at_ms:
            return
        self._wakes_ms, life = at_ms, node.life

        def tick() -> None:
            if node.life == life and node.is_up:
                self._wakes_ms, self._last_ms = None, node.world.time_ms
                self.perform(self.gossip.tick(node.now_ms, node.now_ms, node.world.random.randrange(CHANCE_MAX)))

        node.world.later(at_ms - node.world.time_ms, tick)


def twisted(node: Liar, frame: frames.Frame) -> bytes:
    """What a liar tells in the place of a rumour: something forged, a stranger's, something old, or a fork."""
    random, body = node.world.random, dict(frame.body)
    others = sorted(node.shelf.reports.items())
    match random.randrange(4):
        case 0 if others:
            _, found = random.choice(others)
            forged = canonical.encode({**canonical.decode_map(found.body, size_max=4096), "counter": node.now_ms + 7})
            body["reports"] = [[forged, found.signature]]
        case 1:
            stranger = node.stranger()
            said = Report(
                stranger.public.raw, 5, node.world.time_ms, node.world.time_ms + 9_999_999, bytes(32), (1,), 1,
                Place(bytes(16), 0, bytes(32)),
            )  # fmt: skip
            signed = sign_report(stranger, said)
            body["reports"] = [[signed.body, signed.signature]]
        case 2 if node.told_reports:
            body["reports"] = [random.choice(node.told_reports)]
        case _:
            chain = random.choice(sorted(node.index.all()) or [None])
            if chain is not None:
                body["forks"] = [[chain.node, chain.epoch, chain.audience, random.randrange(5)]]
    return canonical.encode([TELL, body])
