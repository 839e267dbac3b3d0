"""Which chains does this node hold, how far, and which of them may a peer of some tier follow or bring?

One `Index` serves the sync machines of all links. Whoever runs them fills it when the node starts and keeps it: after
each commit that made chains longer, and not before it (law 1: what the index says may be told).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from ccnode_crypto.entry import DIGEST_BYTES
from ccnode_protocol import limits, tiers
from ccnode_protocol.sync_values import Contents, Digests, Fork, Heads, Known, Listed, Path, Rest, Row, SentRun
from ccnode_protocol.tiers import Rule, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode_crypto.entry import ChainId
    from ccnode_crypto.proof import ForkProof
    from ccnode_protocol.sync_values import Message

Ranges = tuple[tuple[int, int], ...]


class Frozen(NamedTuple):
    """Where a chain was written twice: the first such position, the digest of the entry before it, and the proof."""

    seq: int
    before: bytes
    proof: ForkProof


@dataclass(slots=True)
class _Held:
    """What is stored of a chain; `touched` counts up with each growth of any chain."""

    length: int
    head: bytes
    orders: int
    touched: int


@dataclass(slots=True)
class Index:
    """What this node holds. `own`: its node key; `epoch`: the one it writes now; `certified`: our owner's other nodes.

    `revoked`: of these, whom our owner stands behind no more. What it wrote before that still flows, so they stay.
    `unheard`: nodes of which nothing more is taken here, whoever brings it, for this node's owner removed them or gave
    them another tier than core. What was taken before stays, and flows.
    `missing`: contents that are neither here nor covered by an order, by chain, as ranges (first, count), ascending;
    chains that lack none are best left out.
    `claimed`: chains that are being fetched, and by which link, so that no two fetch the same.
    """

    own: bytes
    epoch: bytes
    certified: set[bytes] = field(default_factory=set)
    missing: dict[ChainId, Ranges] = field(default_factory=dict)
    frozen: dict[ChainId, Frozen] = field(default_factory=dict)
    claimed: dict[ChainId, object] = field(default_factory=dict)
    revoked: set[bytes] = field(default_factory=set)
    unheard: set[bytes] = field(default_factory=set)
    _held: dict[ChainId, _Held] = field(default_factory=dict)
    _nodes: dict[bytes, set[ChainId]] = field(default_factory=dict)
    _touched: int = 0

    def copy(self) -> Index:
        """The same, to try something out on. Who fetches what is left out."""
        nodes = {node: set(chains) for node, chains in self._nodes.items()}
        missing, frozen = dict(self.missing), dict(self.frozen)
        held, certified, revoked, unheard = dict(self._held), set(self.certified), set(self.revoked), set(self.unheard)
        return Index(self.own, self.epoch, certified, missing, frozen, {}, revoked, unheard, held, nodes, self._touched)

    @property
    def heard(self) -> set[bytes]:
        """Our owner's other nodes whose word is taken, by whatever way it comes."""
        return self.certified - self.unheard

    def hears(self, node: bytes) -> bool:
        """Whether a node is one of these."""
        return node in self.certified and node not in self.unheard

    def grow(self, chain: ChainId, length: int, head: bytes, orders: int = 0) -> None:
        """A chain is stored up to `length`; `orders`: the position after its last order to forget, 0 for none."""
        self._touched += 1
        self._held[chain] = _Held(length, head, orders, self._touched)
        self._nodes.setdefault(chain.node, set()).add(chain)

    @property
    def state(self) -> tuple[int, int]:
        """Changes with each growth, and where a chain begins or ends to lack contents."""
        return self._touched, len(self.missing)

    def touch(self) -> None:
        """Other contents are missing than before, though no chain is longer."""
        self._touched += 1

    def freeze(self, chain: ChainId, found: Frozen) -> None:
        """A fork is proven and the proof is kept; of several forks the first position counts.

        A chain of which nothing is here is told of too, as one of length 0, so that the proof gets around.
        """
        if chain not in self._held:
            self._held[chain] = _Held(0, bytes(DIGEST_BYTES), 0, 0)
            self._nodes.setdefault(chain.node, set()).add(chain)
        if chain not in self.frozen or found.seq < self.frozen[chain].seq:
            self.frozen[chain] = found

    def length(self, chain: ChainId) -> int:
        """How many of its entries are stored, whether or not they come after a fork."""
        held = self._held.get(chain)
        return held.length if held else 0

    def head(self, chain: ChainId) -> bytes:
        """The digest of the last stored header; zeros where there is none."""
        held = self._held.get(chain)
        return held.head if held else bytes(DIGEST_BYTES)

    def may_grow(self, chain: ChainId) -> bool:
        """Whether more of it is taken: up to where it forks, and never of the epoch that this node writes itself."""
        frozen = self.frozen.get(chain)
        is_live = chain.node == self.own and chain.epoch == self.epoch
        return not is_live and (frozen is None or self.length(chain) < frozen.seq)

    def row(self, chain: ChainId) -> Row | None:
        """How far the chain goes, up to its fork where it has one; None where nothing of it is here."""
        held, frozen = self._held.get(chain), self.frozen.get(chain)
        if held is None:
            return None
        if frozen is not None and held.length >= frozen.seq:
            return Row(chain, frozen.seq, frozen.before, min(held.orders, frozen.seq), frozen=True)
        return Row(chain, held.length, held.head, held.orders, frozen=frozen is not None)

    def rows(self, chains: Iterable[ChainId]) -> list[Row]:
        """The rows of those chains, in the order of node, epoch and audience."""
        return [row for chain in sorted(chains) if (row := self.row(chain)) is not None]

    def chains_of(self, node: bytes) -> set[ChainId]:
        """All the chains that a node key wrote, as far as they are here."""
        return self._nodes.get(node, set())

    def all(self) -> Iterable[ChainId]:
        """All chains that are here."""
        return self._held.keys()

    def newest(self, chains: Iterable[ChainId]) -> set[ChainId]:
        """Of one node's chains, those of the epoch that grew last: what is most likely to be news."""
        held = [(self._held[chain].touched, chain.epoch, chain) for chain in chains if chain in self._held]
        last = max(held, default=None)
        return {chain for _, epoch, chain in held if last and epoch == last[1]}


def summed(rows: Iterable[Row]) -> bytes:
    """One hash over rows: SHA-256 of them, packed, in ascending order of their bytes."""
    return sha256(b"".join(sorted(row.packed for row in rows))).digest()


class Flow:
    """What flows between this node and one peer, by the peer's tier (tiers.py) and by who wrote it.

    Among our owner's nodes everything flows that they wrote, by whatever way (law 8). But trust is local: of a node
    that this one's owner removed or let down nothing more is taken, also where it is core to the peer that brings it.
    With a sandbox peer only what the one itself wrote goes to the other: trust is not transitive.
    """

    def __init__(self, index: Index, peer: bytes, tier: Tier) -> None:
        self.index = index
        self.peer = peer
        self.set_tier(tier)

    def set_tier(self, tier: Tier) -> None:
        """The owner's decision about the peer, from now on."""
        self.tier = tier
        self._given = tiers.audiences_given(tier)
        self._taken = tiers.audiences_taken(tier)
        self.is_quarantined = Rule.QUARANTINE in self._taken.values()

    @property
    def is_open(self) -> bool:
        """Whether anything at all flows."""
        return bool(self._given or self._taken)

    def gives(self, chain: ChainId) -> bool:
        """Whether the peer may follow this chain."""
        if chain.audience not in self._given:
            return False
        return chain.node == self.index.own or (self.tier is Tier.CORE and chain.node in self.index.certified)

    def takes(self, chain: ChainId) -> bool:
        """Whether entries of this chain are taken from the peer.

        Of a node key that our owner certified nothing can be kept apart: what it writes is our own word. So where this
        node's owner lets such a one into the sandbox only, nothing of it is taken.
        """
        if chain.audience not in self._taken:
            return False
        if self.tier is Tier.CORE:
            return chain.node == self.index.own or self.index.hears(chain.node)
        if chain.node != self.peer or self.peer in self.index.certified:
            return False
        held = self.index.chains_of(self.peer)
        return chain in held or len(held) < limits.SANDBOX_CHAINS_MAX

    def forks(self, chain: ChainId, *, giving: bool) -> bool:
        """Whether a fork proof about this chain goes to (`giving`) or is taken from the peer."""
        rule = (tiers.given if giving else tiers.taken)(self.tier, tiers.Kind.FORKS)
        return rule is not Rule.NO and (self.gives(chain) or self.takes(chain))

    def still(self, message: Message) -> Message | None:
        """What of a message that waited the peer may have, by its tier now; None where that is nothing of it.

        Frames are judged by their types when they leave (tiers.py); a run of a chain for core has the same as one of a
        shared chain, which a peer that was core a moment ago may still follow.
        """
        match message:
            case SentRun(chain=chain) | Contents(chain=chain):
                may = self.gives(chain)
            case Path(chain=chain) | Digests(chain=chain):
                may = self.gives(chain) or chain.node == self.peer
            case Fork(chain=chain):
                may = self.forks(chain, giving=True)
            case Heads(rows=rows) if not all(self.gives(row.chain) for row in rows):
                return Heads(tuple(row for row in rows if self.gives(row.chain)))
            case Listed(node=node, rows=rows) if node != self.peer and not all(self.gives(row.chain) for row in rows):
                return Listed(node, tuple(row for row in rows if self.gives(row.chain)), more=False)
            case _:
                may = True
        return message if may else None

    def _common(self) -> list[Row]:
        return self.index.rows(chain for chain in self.index.all() if self.gives(chain) or self.takes(chain))

    def known(self) -> Known:
        """What we know of the peer's own chains, and one hash over all that both of us may hold."""
        chains = self.index.chains_of(self.peer)
        named = self.index.rows(self.index.newest(chains))[: limits.ROWS_MAX]
        others = self.index.rows(chains - {row.chain for row in named})
        return Known(tuple(named), len(others), summed(others), self.common())

    def common(self) -> bytes:
        """One hash over all that both may hold: equal where there is nothing new on either side."""
        return summed(self._common())

    def offer(self) -> Heads:
        """All that the peer may follow: each node's newest chains one by one, its others in one hash."""
        rows: list[Row] = []
        rests: list[Rest] = []
        for node in sorted({self.index.own, *self.index.certified}):
            chains = {chain for chain in self.index.chains_of(node) if self.gives(chain)}
            room = limits.ROWS_MAX - len(rows)
            named = self.index.rows(self.index.newest(chains))[:room]
            others = self.index.rows(chains - {row.chain for row in named})
            rows += named
            if others and len(rests) < limits.NODES_MAX:
                rests.append(Rest(node, len(others), summed(others)))
        return Heads(tuple(rows), tuple(rests))

    def differs(self, node: bytes, named: Iterable[Row], count: int, rest: bytes) -> bool:
        """Whether the peer, who sums up a node's other chains so, may hold something of them that we do not."""
        return count > 0 and node not in self.index.unheard and rest != summed(self.others(node, named))

    def others(self, node: bytes, named: Iterable[Row]) -> list[Row]:
        """A node's chains as far as they are here, without those that are named one by one."""
        chains = self.index.chains_of(node) - {row.chain for row in named}
        may = self.gives if node == self.index.own else self.takes
        return self.index.rows(chain for chain in chains if may(chain))
