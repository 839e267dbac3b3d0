"""Do paths prove what they lead to, in few headers? Are real forks shown, and nothing else taken for one?"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode_crypto.chain import append_run
from ccnode_crypto.entry import ChainId, header_digest, read_header, skip_position
from ccnode_crypto.errors import CryptoError, ProofError
from ccnode_crypto.proof import (
    PATH_HEADERS_MAX,
    ForkProof,
    ForkSide,
    SignedHead,
    is_proven_fork,
    named_by,
    path_positions,
    proven,
    verify_path,
)
from tests.crypto.chains import KEY, OTHER, build, draft, new_state

if TYPE_CHECKING:
    from ccnode_crypto.chain import ChainState, Run

STATE, RUNS = build([300])
HEADERS = RUNS[0].headers


def head_of(state: ChainState, run: Run) -> SignedHead:
    return SignedHead(state.chain, state.length - 1, state.head, run.signature)


HEAD = head_of(STATE, RUNS[0])


def path(target: int) -> list[bytes]:
    return [HEADERS[at] for at in path_positions(299, target)]


@given(st.integers(0, 299))
def test_a_path_proves_its_last_header(target: int) -> None:
    assert verify_path(HEAD, path(target)) == read_header(HEADERS[target])


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_paths_are_logarithmic(one: int, other: int) -> None:
    head, target = max(one, other), min(one, other)
    positions = path_positions(head, target)
    assert len(positions) <= 2 * 2 * max(1, head.bit_length()) + 17 < PATH_HEADERS_MAX
    assert (positions[0], positions[-1]) == (head, target)
    for at, following in itertools.pairwise(positions):
        assert following in {at - 1, skip_position(at)}


def test_a_path_leads_back_only() -> None:
    for head, target in ((3, 4), (3, -1)):
        with pytest.raises(ProofError, match="not before"):
            path_positions(head, target)


@settings(max_examples=50)
@given(st.integers(0, 298), st.data())
def test_a_path_with_a_fault_is_refused(target: int, data: st.DataObject) -> None:
    headers = path(target)
    at = data.draw(st.integers(0, len(headers) - 1))
    wrong = bytearray(headers[at])
    wrong[data.draw(st.integers(0, 199))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CryptoError):
        verify_path(HEAD, [*headers[:at], bytes(wrong), *headers[at + 1 :]])
    if at < len(headers) - 1:
        with pytest.raises(ProofError, match="does not follow"):
            verify_path(HEAD, [*headers[:at], *headers[at + 1 :]])
    with pytest.raises(ProofError):
        verify_path(HEAD, [*headers[:at], headers[at], *headers[at:]])


def test_paths_too_short_or_too_long_are_refused() -> None:
    for headers in ([], [HEADERS[299]] * (PATH_HEADERS_MAX + 1)):
        with pytest.raises(ProofError, match="a path has"):
            verify_path(HEAD, headers)


def test_a_head_by_another_key_proves_nothing() -> None:
    stranger = replace(HEAD, signature=OTHER.sign("head", b"x"))
    with pytest.raises(CryptoError):
        verify_path(stranger, path(5))
    with pytest.raises(CryptoError):
        verify_path(replace(HEAD, seq=298), path(5))


def test_the_first_header_names_nothing() -> None:
    assert list(named_by(read_header(HEADERS[0]))) == []
    assert len(list(named_by(read_header(HEADERS[40])))) == 2


def test_a_pool_of_headers_is_proven_by_links() -> None:
    pool = {header_digest(data): read_header(data) for data in path(7) + path(150)}
    assert proven([HEAD], pool) == set(pool)
    loose = {header_digest(data): read_header(data) for data in HEADERS[:5]}
    assert proven([HEAD], loose) == set()
    assert proven([], pool) == set()


def fork_side(count: int, text: bytes | None = None, at: int = 0) -> ForkSide:
    """A history whose entry `at` says something else, and the path from its head down to there."""
    state = new_state()
    drafts = [draft(number, content=text if number == at else None) for number in range(count)]
    run, _ = append_run(state, drafts, KEY)
    positions = path_positions(count - 1, at)
    return ForkSide(head_of(state, run), tuple(run.headers[position] for position in positions))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.integers(0, 40), st.integers(0, 40))
def test_a_fork_is_proven(at: int, more: int, others: int) -> None:
    proof = ForkProof(fork_side(at + 1 + more, None, at), fork_side(at + 1 + others, b"another", at))
    assert proof.verify() == (STATE.chain, at)
    assert is_proven_fork(proof)
    assert is_proven_fork(ForkProof(proof.other, proof.one))


def test_equal_entries_are_no_fork() -> None:
    for more in (0, 5):
        proof = ForkProof(fork_side(20, None, 7), fork_side(20 + more, None, 7))
        with pytest.raises(ProofError, match="same entry"):
            proof.verify()
        assert not is_proven_fork(proof)


def test_two_positions_or_chains_are_no_fork() -> None:
    one = fork_side(20, None, 7)
    with pytest.raises(ProofError, match="same position"):
        ForkProof(one, fork_side(20, b"another", 8)).verify()
    state = new_state(OTHER)
    run, _ = append_run(state, [draft(number) for number in range(8)], OTHER)
    with pytest.raises(ProofError, match="same position"):
        ForkProof(one, ForkSide(head_of(state, run), (run.headers[7],))).verify()


def test_a_fork_that_is_made_up_is_none() -> None:
    real = fork_side(20, None, 7)
    for side in (
        ForkSide(real.head, ()),
        ForkSide(real.head, (b"x",)),
        ForkSide(replace(real.head, digest=b"x" * 32), real.headers),
        ForkSide(replace(real.head, signature=b""), real.headers),
        ForkSide(replace(real.head, chain=replace(real.head.chain, node=b"")), real.headers),
    ):
        assert not is_proven_fork(ForkProof(real, side))


@pytest.mark.parametrize(("audience", "seq"), [(300, 0), (3, 0), (0, -1), (0, 2**64)])
def test_a_head_of_no_chain_that_can_be_proves_nothing(audience: int, seq: int) -> None:
    head = SignedHead(ChainId(bytes(32), bytes(16), audience), seq, bytes(32), bytes(64))
    with pytest.raises(ProofError, match="names no chain"):
        head.verify()
    side = ForkSide(head, ())
    assert not is_proven_fork(ForkProof(side, side))
