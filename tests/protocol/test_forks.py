"""Is the first entry that differs found, and is only a proof about it a proof?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode_crypto.chain import append_run
from ccnode_crypto.entry import ChainId, header_digest
from ccnode_crypto.proof import ForkProof, ForkSide, SignedHead, path_positions
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.forks import PARTS, Hunt, proven
from tests.crypto.chains import KEY, draft, new_state

CHAIN = new_state().chain


def branch(common: int, length: int, words: bytes) -> list[bytes]:
    """The headers of a chain whose entries from position `common` on say something of their own."""
    state = new_state()
    drafts = [draft(at) if at < common else draft(at, content=words) for at in range(length)]
    return [*append_run(state, drafts, KEY)[0].headers] if drafts else []


def side(headers: list[bytes], seq: int) -> ForkSide:
    head = header_digest(headers[-1])
    message = CHAIN.prefix + (len(headers) - 1).to_bytes(8, "big") + head
    signed = SignedHead(CHAIN, len(headers) - 1, head, KEY.sign("head", message))
    return ForkSide(signed, tuple(headers[at] for at in path_positions(len(headers) - 1, seq)))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 200), st.data())
def test_the_first_difference_is_found_in_few_steps(length: int, data: st.DataObject) -> None:
    common = data.draw(st.integers(1, length))
    one, other = branch(common, length + 1, b"\x81\xa4text\xa1a"), branch(common, length + 1, b"\x81\xa4text\xa1b")
    hunt, steps = Hunt(CHAIN, length), 0
    while not hunt.is_narrow:
        asked = hunt.asking()
        assert 0 < len(asked) <= PARTS
        assert all(hunt.low < seq < hunt.high for seq in asked)
        assert not hunt.answered({seq: header_digest(one[seq]) for seq in asked}, ours=True)
        assert hunt.answered({seq: header_digest(other[seq]) for seq in asked}, ours=False)
        steps += 1
    assert hunt.high == common
    assert steps <= 3
    assert hunt.proof() is None
    hunt.our_side, hunt.their_side = side(one, common), side(other, common)
    proof = hunt.proof()
    assert proof is not None
    found = proven(CHAIN, proof)
    assert (found.seq, found.before) == (common, header_digest(one[common - 1]))


def test_a_peer_that_says_nothing_of_what_it_has_is_refused() -> None:
    with pytest.raises(RemoteError, match=r"digests\.found"):
        Hunt(CHAIN, 9).answered({1: bytes(32)}, ours=False)


ONE, OTHER = branch(5, 20, b"\x81\xa4text\xa1a"), branch(5, 18, b"\x81\xa4text\xa1b")
GOOD = ForkProof(side(ONE, 5), side(OTHER, 5))


def test_a_proof_says_how_far_the_chain_is_good() -> None:
    assert proven(CHAIN, GOOD).seq == 5
    assert proven(CHAIN, GOOD).before == header_digest(ONE[4]) == header_digest(OTHER[4])


@pytest.mark.parametrize(
    "proof",
    [
        ForkProof(side(ONE, 5), side(ONE, 5)),
        ForkProof(side(ONE, 4), side(OTHER, 4)),
        ForkProof(side(ONE, 6), side(OTHER, 6)),
        ForkProof(side(ONE, 5), side(OTHER, 6)),
        ForkProof(side(ONE, 5), replace(side(OTHER, 5), headers=())),
        ForkProof(side(ONE, 5), replace(side(OTHER, 5), headers=side(ONE, 5).headers)),
        ForkProof(side(ONE, 5), replace(side(OTHER, 5), head=replace(side(OTHER, 5).head, signature=bytes(64)))),
    ],
    ids=["one entry", "before the fork", "not the first", "two positions", "nothing", "of the other", "unsigned"],
)
def test_what_proves_no_fork_is_refused(proof: ForkProof) -> None:
    with pytest.raises(RemoteError, match=r"fork\.sides"):
        proven(CHAIN, proof)


def test_a_proof_about_another_chain_is_refused() -> None:
    with pytest.raises(RemoteError, match="another chain"):
        proven(ChainId(CHAIN.node, bytes(16), 0), GOOD)
