"""Does this message stand in that chain? Paths of headers from a signed head, fork proofs, and pools of headers.

A path starts with the header that a signed head names; each next header is the one that the header before names as its
previous or its skip link. The last header is the one proven. Skip links keep a path logarithmic.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ccnode_crypto.chain import head_message
from ccnode_crypto.entry import DIGEST_BYTES, ChainId, Header, read_header, skip_position
from ccnode_crypto.errors import CryptoError, ProofError
from ccnode_crypto.keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SEQ_END: Final = 2**64
PATH_HEADERS_MAX: Final = 512  # far above the longest path to any 64-bit position


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A chain's signed word that its entry at `seq` has this digest, and so, by links, all before it."""

    chain: ChainId
    seq: int
    digest: bytes
    signature: bytes

    def verify(self) -> None:
        """Raises ProofError, SignatureError or KeyFormatError unless the chain's node key signed it."""
        if not self.chain.is_well_formed or not 0 <= self.seq < SEQ_END or len(self.digest) != DIGEST_BYTES:
            raise ProofError("the head names no chain, position or digest that can be")
        PublicKey(self.chain.node).verify("head", head_message(self.chain, self.seq, self.digest), self.signature)


def path_positions(head: int, target: int) -> list[int]:
    """The positions of the headers that lead from `head` down to `target`, both included.

    Raises:
        ProofError: the target lies after the head.
    """
    if not 0 <= target <= head:
        raise ProofError(f"position {target} is not before the head at {head}")
    positions = [head]
    while (at := positions[-1]) > target:
        skip = skip_position(at)
        positions.append(skip if skip >= target else at - 1)
    return positions


def verify_path(head: SignedHead, headers: Sequence[bytes]) -> Header:
    """Check that the headers lead from the signed head to the last of them; return that one.

    Raises:
        ProofError: a header does not follow from the one before, or the path is empty or too long.
        CryptoError: the head's signature or a header is malformed.
    """
    head.verify()
    if not 0 < len(headers) <= PATH_HEADERS_MAX:
        raise ProofError(f"a path has 1 to {PATH_HEADERS_MAX} headers, this has {len(headers)}")
    allowed = {(head.seq, head.digest)}
    header = None
    for data in headers:
        header = read_header(data)
        if (header.seq, sha256(data).digest()) not in allowed or header.chain != head.chain:
            raise ProofError(f"the header at position {header.seq} does not follow from the one before")
        allowed = set(named_by(header))
    if header is None:
        raise ProofError("the path is empty")
    return header


def named_by(header: Header) -> Iterable[tuple[int, bytes]]:
    """The (position, digest) pairs that a header vouches for: the one before it, and the one its skip link names."""
    if header.seq == 0:
        return ()
    return ((header.seq - 1, header.previous), (skip_position(header.seq), header.skip))


def proven(heads: Iterable[SignedHead], headers: Mapping[bytes, Header]) -> set[bytes]:
    """Which of the headers (by their digests) do the signed heads vouch for?

    Raises:
        CryptoError: a head's signature does not verify, or two headers claim one position of one chain by links.
    """
    reached: set[bytes] = set()
    pending: list[tuple[ChainId, int, bytes]] = []
    for head in heads:
        head.verify()
        pending.append((head.chain, head.seq, head.digest))
    while pending:
        chain, seq, digest = pending.pop()
        header = headers.get(digest)
        if digest in reached or header is None:
            continue
        if header.chain != chain or header.seq != seq:
            raise ProofError(f"a link names position {seq} of chain {chain}, but the header there says otherwise")
        reached.add(digest)
        pending.extend((chain, at, link) for at, link in named_by(header))
    return reached


@dataclass(frozen=True, slots=True)
class ForkSide:
    """One of two histories: a signed head and the path from it down to the position in question."""

    head: SignedHead
    headers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ForkProof:
    """Two different entries at one position of one chain, each vouched for by the chain's own key."""

    one: ForkSide
    other: ForkSide

    def verify(self) -> tuple[ChainId, int]:
        """Return the chain and the position that were written twice.

        Raises:
            ProofError: the sides do not show two different entries at one position of one chain.
            CryptoError: a signature or header is malformed.
        """
        first = verify_path(self.one.head, self.one.headers)
        second = verify_path(self.other.head, self.other.headers)
        if first.chain != second.chain or first.seq != second.seq:
            raise ProofError("the two sides are not about the same position of the same chain")
        if first == second:
            raise ProofError("both sides show the same entry: no fork")
        return first.chain, first.seq


def is_proven_fork(proof: ForkProof) -> bool:
    """Whether the proof holds; any malformed bytes in it make it not hold."""
    try:
        proof.verify()
    except CryptoError:
        return False
    return True
