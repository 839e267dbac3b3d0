"""Was a position of a chain written twice, and which is the first? The search for it, and the proof that is kept.

Two nodes whose copies of a chain differ look for the first entry that differs by asking for digests at positions
between one where they agree and one where they do not, sixteen at a time. Then each side shows a signed head and the
headers from it down to that position. Both headers there name the same entry before them, so the proof says also how
far the chain is good.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccnode_crypto.entry import read_header
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.proof import ForkProof
from ccnode_protocol import limits
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.sync_effects import Effect, Forked, Load, Say
from ccnode_protocol.sync_index import Flow, Frozen
from ccnode_protocol.sync_values import Digests, Path, WantDigests, WantPath

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccnode_crypto.entry import ChainId
    from ccnode_crypto.proof import ForkSide

PARTS: Final = 16  # positions that are asked for at once


def proven(chain: ChainId, proof: ForkProof) -> Frozen:
    """Where the proof shows the chain to be forked.

    Raises:
        RemoteError: it does not prove that, is about another chain, or not about the first entry that differs: then
            the headers do not name the same entry before them.
    """
    try:
        found, seq = proof.verify()
        one, other = (read_header(side.headers[-1]) for side in (proof.one, proof.other))
    except CryptoError as error:
        raise RemoteError(f"fork.sides: {error}") from error
    if found != chain:
        raise RemoteError("fork.sides: they are about another chain")
    if one.previous != other.previous:
        raise RemoteError("fork.sides: the entries before differ too; the first that differs is expected")
    return Frozen(seq, one.previous, proof)


@dataclass(slots=True)
class Hunt:
    """Looks for the first entry that differs: `high` does, `low` does not (-1: the beginning).

    The steps, each with what both sides' answers lead to:

        narrow   high - low > 1: digests at `asking()`     -> narrow, or path
        path     high - low = 1: a path from each side     -> the proof
    """

    chain: ChainId
    high: int
    low: int = -1
    ours: dict[int, bytes] = field(default_factory=dict)
    theirs: dict[int, bytes] = field(default_factory=dict)
    our_side: ForkSide | None = None
    their_side: ForkSide | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether the first entry that differs is found: it is at `high`."""
        return self.high - self.low == 1

    def asking(self) -> tuple[int, ...]:
        """At most sixteen positions between `low` and `high`, evenly apart."""
        between = self.high - self.low - 1
        parts = min(PARTS, between)
        return tuple(self.low + (between + 1) * part // (parts + 1) for part in range(1, parts + 1))

    def answered(self, found: Mapping[int, bytes], *, ours: bool) -> bool:
        """Take in digests that were asked for; return whether both sides have answered, and narrow then.

        Raises:
            RemoteError: the peer does not say what it has at a position before one that it has.
        """
        asked = set(self.asking())
        if not asked <= found.keys():
            raise RemoteError("digests.found: not all positions that were asked for, though they come before its head")
        (self.ours if ours else self.theirs).update((seq, found[seq]) for seq in asked)
        if not (asked <= self.ours.keys() and asked <= self.theirs.keys()):
            return False
        for seq in sorted(asked):
            if self.ours[seq] != self.theirs[seq]:
                self.high = seq
                break
            self.low = seq
        self.ours.clear()
        self.theirs.clear()
        return True

    def proof(self) -> ForkProof | None:
        """The proof, once both sides are there."""
        if self.our_side is None or self.their_side is None:
            return None
        return ForkProof(self.our_side, self.their_side)


class Hunts:
    """The searches of one link. Each has a deadline: a peer that does not answer is no longer waited for."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._hunts: dict[ChainId, Hunt] = {}
        self._deadlines: dict[ChainId, int] = {}

    def __contains__(self, chain: ChainId) -> bool:
        return chain in self._hunts

    @property
    def deadline_ms(self) -> int | None:
        """When the first search is given up."""
        return min(self._deadlines.values(), default=None)

    def begin(self, chain: ChainId, seq: int, now_ms: int) -> list[Effect]:
        """The peer has another entry than we at `seq`: look for the first that differs."""
        if chain in self._hunts or len(self._hunts) >= limits.HUNTS_MAX:
            return []
        self._hunts[chain] = hunt = Hunt(chain, seq)
        return self._ask(hunt, now_ms)

    def digests(self, message: Digests, now_ms: int, *, ours: bool) -> list[Effect]:
        """Either side's answer. Raises RemoteError."""
        hunt = self._hunts.get(message.chain)
        if hunt is None or hunt.is_narrow:
            return []
        return self._ask(hunt, now_ms) if hunt.answered(dict(message.found), ours=ours) else []

    def path(self, message: Path, *, ours: bool) -> list[Effect]:
        """Either side's answer; with both there is a proof. Raises RemoteError where the peer proves nothing."""
        hunt = self._hunts.get(message.chain)
        if hunt is None or not hunt.is_narrow or message.seq != hunt.high:
            return []
        if message.side is None and not ours:
            raise RemoteError("path.side: it is not shown, though digests told of another entry there")
        if ours:
            hunt.our_side = message.side
        else:
            hunt.their_side = message.side
        proof = hunt.proof()
        if proof is None:
            return []
        self.drop(hunt.chain)
        return [Forked(hunt.chain, proven(hunt.chain, proof))]

    def drop(self, chain: ChainId) -> None:
        """Look no further."""
        self._hunts.pop(chain, None)
        self._deadlines.pop(chain, None)

    def tick(self, now_ms: int) -> None:
        """Give up what was not answered."""
        for chain in [chain for chain, deadline in self._deadlines.items() if deadline <= now_ms]:
            self.drop(chain)

    def _ask(self, hunt: Hunt, now_ms: int) -> list[Effect]:
        self._deadlines[hunt.chain] = now_ms + limits.SYNC_ANSWER_MS
        narrow, chain = hunt.is_narrow, hunt.chain
        question = WantPath(chain, hunt.high) if narrow else WantDigests(chain, hunt.asking())
        return [Say(question), Load(question, is_own=True, bytes_max=limits.RUN_WEIGHT_MAX)]
