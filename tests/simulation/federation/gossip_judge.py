"""What must hold of gossip in every federation? What is kept was said, by whom it may be; all hear what is for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode_protocol import gossip_frames
from ccnode_protocol.gossip_frames import Tell
from ccnode_protocol.reports import read_report
from ccnode_protocol.tiers import Tier
from tests.simulation.checks import Violation

if TYPE_CHECKING:
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.gossip import Keep
    from ccnode_protocol.reports import SignedReport
    from tests.simulation.federation.node import End, Node

CLOSE_MS: Final = 60_000  # clocks that differ by less believe each other's reports


class GossipJudge:
    """Knows what was said by whom."""

    def __init__(self) -> None:
        self.said: dict[bytes, set[bytes]] = {}  # bodies of reports, by node key
        self.newest: dict[bytes, SignedReport] = {}

    def published(self, node: Node, signed: SignedReport) -> None:
        """A node says what its character is."""
        own = node.key.public.raw
        self.said.setdefault(own, set()).add(signed.body)
        if own not in self.newest or signed.version > self.newest[own].version:
            self.newest[own] = signed

    def forgot(self, node: Node) -> None:
        """An old disk is put back: the last that this node said is the last that anybody heard."""
        self.newest.pop(node.key.public.raw, None)

    def sent(self, end: End, frame: Frame) -> None:
        """An honest node says something on a link."""
        message = gossip_frames.read(*frame)
        node, tier, own = end.node, end.node.tier_of(end.peer), end.node.key.public.raw
        if not isinstance(message, Tell):
            nodes = [each for each, _ in message.rows]
        else:
            nodes = [read_report(*packed).report.node for packed in message.reports]
            nodes += [chain.node for chain, _ in message.forks]
        may = node.world.certified if tier is Tier.CORE else {own} if tier is Tier.SANDBOX_OUT else set()
        if tier is Tier.SANDBOX_IN and not isinstance(message, Tell):
            may = {end.peer}  # asks for what the peer itself said
        if not set(nodes) <= may:
            raise Violation("leak", f"{node.name} tells a peer of tier {tier.name} of others' reports or forks")
        if isinstance(message, Tell) and tier is not Tier.CORE:
            if any(chain.audience == 0 for chain, _ in message.forks):
                raise Violation("leak", f"{node.name} tells a guest of its core chains")
            if message.sum is not None:
                raise Violation("leak", f"{node.name} tells a guest what it holds")

    def kept(self, node: Node, heard: End | None, keep: Keep) -> None:
        """A node keeps a report."""
        said = keep.report.report
        if not node.is_honest or heard is None:
            return
        tier = node.tier_of(heard.peer)
        takes = said.node in node.world.certified if tier is Tier.CORE else said.node == heard.peer
        if not takes or tier not in {Tier.CORE, Tier.SANDBOX_IN} or keep.is_apart is not (tier is Tier.SANDBOX_IN):
            raise Violation("tier", f"{node.name} keeps a report that its peer of tier {tier.name} may not bring")
        if said.node in node.world.judge.honest and keep.report.body not in self.said.get(said.node, ()):
            raise Violation("forged", f"{node.name} keeps a report that its node never made")

    def settled(self, honest: list[Node]) -> None:
        """All has healed: everybody has heard what is for them, of those whose clocks are not elsewhere.

        A machine that goes on twice has one key and so one link at a time: which of the two hears, nobody can say.
        """
        single = [node for node in honest if node.key.public.raw in node.world.judge.honest]
        for node in single:
            rumours = node.teller.gossip.rumours
            for peer in single:
                key = peer.key.public.raw
                near = [each for each in single if abs(each.skew_ms - peer.skew_ms) < CLOSE_MS]
                newest = max(self._known(key, near), key=lambda found: found.version, default=None)
                if newest is None or node not in near:
                    continue
                ours, theirs = node.tier_of(key), peer.tier_of(node.key.public.raw)
                if node.is_core and peer.is_core and rumours.held.get(key) != newest:
                    raise Violation("unheard", f"{node.name} has not heard the last that {peer.name} said")
                follows = (ours, theirs) == (Tier.SANDBOX_IN, Tier.SANDBOX_OUT)
                # After an old disk was put back there, it may have heard a later one than anybody there knows of.
                if follows and rumours.version(key) < newest.version:
                    raise Violation("unheard", f"{node.name} has not heard the last of {peer.name}, whom it follows")

    def _known(self, key: bytes, nodes: list[Node]) -> list[SignedReport]:
        """The reports of a node that anybody holds, and the last that it said."""
        shelves = [node.teller.gossip.rumours.held for node in nodes if node.is_core]
        found = [self.newest.get(key), *(shelf.get(key) for shelf in shelves)]
        return [each for each in found if each is not None]
