"""What must hold in every federation, whatever happens? The judge sees all nodes, all frames and all commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode_crypto.chain import ChainState, Run, verify_runs
from ccnode_crypto.entry import header_digest
from ccnode_crypto.errors import CryptoError
from ccnode_protocol import gossip_frames, limits, sync_frames, tiers
from ccnode_protocol.effects import Reason
from ccnode_protocol.sync_values import Contents, Fork, Heads, Listed, SentRun, Want, WantContents
from ccnode_protocol.tiers import Tier
from tests.simulation.checks import Violation
from tests.simulation.federation.gossip_judge import GossipJudge

if TYPE_CHECKING:
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.effects import Close
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.sync_values import Message
    from tests.simulation.federation.node import End, Node

# Written once more and by hand: the audiences that a peer of a tier gets from us, and that are taken from it.
GIVEN = {Tier.CORE: {0, 1, 2}, Tier.SANDBOX_OUT: {1, 2}}
TAKEN = {Tier.CORE: {0, 1, 2}, Tier.SANDBOX_IN: {1, 2}}


class Judge:
    """Knows what was written by whom."""

    def __init__(self) -> None:
        self.written: dict[tuple[ChainId, int], bytes] = {}
        self.forked: set[bytes] = set()  # node keys that really write positions twice
        self.honest: set[bytes] = set()  # node keys that write nothing but what the judge sees, and nothing twice
        self.quarrels = 0
        self.brought: dict[tuple[str, ChainId, int], int] = {}  # when a node got a content that it lacked
        self.gossip = GossipJudge()

    def wrote(self, node: Node, sent: SentRun) -> None:
        """A node has appended and committed."""
        for seq, header in enumerate(sent.headers, sent.first):
            digest = header_digest(header)
            before = self.written.setdefault((sent.chain, seq), digest)
            if before != digest and node.key.public.raw not in self.forked:
                raise Violation("self-fork", f"{node.name} writes position {seq} of {sent.chain} twice")

    def stored(self, node: Node, peer: bytes, item: SentRun | Contents) -> None:
        """A node is about to commit what came from a peer."""
        tier, chain = node.tier_of(peer), item.chain
        own = node.key.public.raw
        allowed = chain.audience in TAKEN.get(tier, set()) and (
            chain.node in node.world.certified if tier is Tier.CORE else chain.node == peer
        )
        if node.is_honest and not allowed:
            raise Violation("tier", f"{node.name} takes {chain} from a peer of tier {tier.name}")
        if node.is_honest and chain.node != own and node.has_let_down(chain.node):
            raise Violation("let down", f"{node.name} takes {chain}, of a node that its owner let down, from a peer")
        if node.is_honest and chain.node == own and chain.epoch == node.index.epoch:
            raise Violation("self-fork", f"{node.name} takes entries of its live epoch from a peer")
        for seq, sealed in item.items if isinstance(item, Contents) else ():
            if sealed:
                self.brought[node.name, chain, seq] = node.world.time_ms

    def sent(self, end: End, frame: Frame) -> None:
        """A node says something on a link."""
        if not end.node.is_honest:
            return
        if not tiers.may_send(end.node.tier_of(end.peer), frame.type):
            raise Violation("leak", f"{end.node.name} says {frame.name} to a peer that may not hear it")
        if frame.type in gossip_frames.FORMS:
            self.gossip.sent(end, frame)
            return
        message = sync_frames.read(*frame)
        if isinstance(message, WantContents) or (isinstance(message, Want) and not message.bare):
            self._orders_first(end)
        for chain in self._named(end, message):
            if not end.has_heard:
                raise Violation("law 5", f"{end.node.name} offers {chain} before it knows what the peer knows of it")
            tier, author = end.node.tier_of(end.peer), chain.node
            whose = author in end.node.world.certified if tier is Tier.CORE else author == end.node.key.public.raw
            if isinstance(message, Fork) and author == end.peer:
                continue
            if chain.audience not in GIVEN.get(tier, set()) or not whose:
                raise Violation("leak", f"{end.node.name} tells a peer of tier {tier.name} of {chain}")

    def _named(self, end: End, message: Message) -> list[ChainId]:
        """The chains that a message tells of."""
        match message:
            case Heads(rows=rows):
                return [row.chain for row in rows]
            case Listed(rows=rows):
                return [row.chain for row in rows if row.chain.node != end.peer]
            case Contents(items=()):
                return []
            case SentRun(chain=chain) | Contents(chain=chain) | Fork(chain=chain):
                return [chain]
        return []

    def _orders_first(self, end: End) -> None:
        """Bodies are wanted of an honest peer only when all orders that it offers are here."""
        node, peer = end.node, end.other.node if end.other else end.node
        if not (peer.is_honest and peer.is_core and node.is_core):
            return
        for chain, orders in end.orders.items():
            lacks = orders > node.index.length(chain) and node.index.may_grow(chain)
            is_heard = chain.node in node.world.certified and not node.has_let_down(chain.node)
            if lacks and chain.node in self.honest and is_heard:
                raise Violation("orders", f"{node.name} wants bodies before the orders in {chain}")

    def accused(self, node: Node, chain: ChainId) -> None:
        """A node holds a proof against a chain."""
        if node.is_honest and chain.node not in self.forked:
            raise Violation("accused", f"{node.name} holds a fork proof against {chain}, which has none")

    def closed(self, end: End, close: Close) -> None:
        """A node ends a link for what it heard there."""
        honest = end.node.is_honest and end.other is not None and end.other.node.is_honest
        # Who did not answer was perhaps cut off or stopped while the link seemed to stand.
        if honest and close.reason is not Reason.TIMEOUT:
            raise Violation("quarrel", f"{end.node.name} leaves an honest peer: {close.text}")
        self.quarrels += 1

    # --- in the end ---

    def settled(self, nodes: list[Node], expected: dict[ChainId, int]) -> None:
        """All has healed: everybody has everything that is for them."""
        honest = [node for node in nodes if node.is_honest]
        for node in honest:
            self._whole(node)
        core = [node for node in honest if node.is_core]
        rows = [self._rows(node) for node in core]
        for node, found in zip(core, rows, strict=True):
            if found != rows[0]:
                different = [
                    str(chain) for chain in found.keys() | rows[0].keys() if found.get(chain) != rows[0].get(chain)
                ]
                raise Violation("not converged", f"{core[0].name} and {node.name} differ in {sorted(different)[:4]}")
            for chain, length in expected.items():
                if chain not in node.shelf.frozen and node.index.length(chain) < length:
                    raise Violation("lost", f"{node.name} has {node.index.length(chain)} of {length} of {chain}")
            self._nothing_held_back(node, core)
        for node in honest:
            for peer in honest:
                ours, theirs = node.tier_of(peer.key.public.raw), peer.tier_of(node.key.public.raw)
                if (ours, theirs) == (Tier.SANDBOX_IN, Tier.SANDBOX_OUT):
                    self._followed(node, peer)
        self.gossip.settled(honest)

    def _nothing_held_back(self, node: Node, core: list[Node]) -> None:
        # Who is asked once more may have got it since, from a liar that goes on until the end.
        asked_ms = node.world.time_ms - limits.PULL_MS - limits.SYNC_ANSWER_MS
        for chain, ranges in node.index.missing.items():
            for first, _ in ranges if chain.node in node.world.certified and chain not in node.shelf.frozen else ():
                if any(
                    other.shelf.chains[chain].sealed[first]
                    and self.brought.get((other.name, chain, first), 0) <= asked_ms
                    for other in core
                ):
                    raise Violation("not converged", f"{node.name} lacks content {first} of {chain}, others have it")

    def _rows(self, node: Node) -> dict[ChainId, bytes]:
        """How far each chain goes; where its orders are may differ beyond a fork."""
        rows = node.index.rows(node.index.all())
        return {row.chain: row.packed for row in rows if row.chain.node in node.world.certified}

    def _followed(self, node: Node, peer: Node) -> None:
        for chain in peer.index.chains_of(peer.key.public.raw):
            mine, theirs = node.index.row(chain), peer.index.row(chain)
            # What an old disk lost, its node takes back from nodes of its own owner alone: who follows may hold more.
            has_more = mine is not None and theirs is not None and mine.length > theirs.length
            if chain.audience in GIVEN[Tier.SANDBOX_OUT] and mine != theirs and not has_more:
                raise Violation("not converged", f"{node.name} does not have what it follows of {peer.name}: {chain}")

    def _whole(self, node: Node) -> None:
        for chain, stored in node.shelf.chains.items():
            state, at, runs = ChainState(chain), 0, []
            for end, signature in stored.heads:
                part = slice(at, end)
                runs.append(Run(at, stored.headers[part], stored.metas[part], stored.sealed[part], signature))
                at = end
            try:
                digests = verify_runs(state, runs)
            except CryptoError as error:
                raise Violation("chain", f"{node.name}: {error}") from error
            for seq, digest in enumerate(digests):
                if stored.sealed[seq] and digest in node.shelf.covered:
                    raise Violation("came back", f"{node.name} has a content of {chain} that is to be gone")
                is_known = self.written.get((chain, seq)) == digest or chain.node not in self.honest
                if not is_known:
                    raise Violation("chain", f"{node.name} has an entry of {chain} that nobody wrote")
