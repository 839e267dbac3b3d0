"""Whatever is done to a run, is it accepted whole and only if the entry by entry check accepts it, or not at all?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode_crypto import chain as room
from ccnode_crypto.chain import ChainState, Run, verify_runs
from ccnode_crypto.errors import ChainError
from ccnode_crypto.keys import PublicKey
from tests.crypto.chains import build, digests_of, new_state, snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=6)


def slowly(state: ChainState, runs: Sequence[Run]) -> list[bytes] | None:
    """What the check of one entry after the other, and the signatures, say: digests, or None."""
    copy = state.copy()
    key = PublicKey(state.chain.node)
    digests: list[bytes] = []
    for run in runs:
        columns = (run.headers, run.metas, run.sealed)
        if not 0 < len(run.headers) <= room.RUN_ENTRIES_MAX or len({len(column) for column in columns}) > 1:
            return None
        if run.first_seq != copy.length:
            return None
        for header, meta, body in zip(*columns, strict=True):
            try:
                room._check_entry(copy, header, meta, body)
            except ChainError:
                return None
            digests.append(copy.head)
        message = room.head_message(copy.chain, copy.length - 1, copy.head)
        if not key.verifier("head")(message, run.signature):
            return None
    return digests


def both(state: ChainState, runs: Sequence[Run]) -> list[bytes] | None:
    """The fast way must say the same, and leave the state alone where it refuses."""
    expected, before = slowly(state, runs), snapshot(state)
    try:
        digests = verify_runs(state, runs)
    except ChainError:
        assert snapshot(state) == before
        assert expected is None
        return None
    assert digests == expected
    return digests


@settings(deadline=None)
@given(LENGTHS, st.data())
def test_any_split_gives_the_same(lengths: list[int], data: st.DataObject) -> None:
    built, runs = build(lengths)
    state, at = new_state(), 0
    while at < len(runs):
        step = data.draw(st.integers(1, len(runs) - at))
        assert both(state, runs[at : at + step]) is not None
        at += step
    assert snapshot(state) == snapshot(built)
    assert digests_of(runs)[-1] == state.head


def mutated(data: st.DataObject, runs: list[Run]) -> list[Run]:
    """The runs with one thing done to them."""
    at = data.draw(st.integers(0, len(runs) - 1))
    run = runs[at]
    columns: dict[str, list[Any]] = {"headers": [*run.headers], "metas": [*run.metas], "sealed": [*run.sealed]}
    name = data.draw(st.sampled_from(["headers", "metas", "sealed", "signature", "first_seq", "runs"]))
    if name == "signature":
        run = run._replace(signature=flipped(data, run.signature))
    elif name == "first_seq":
        run = run._replace(first_seq=data.draw(st.integers(-1, 300)))
    elif name == "runs":
        return list(data.draw(st.permutations(runs)))[: data.draw(st.integers(0, len(runs)))]
    else:
        if not columns[name]:
            return []
        change(data, columns[name], may_be_none=name == "sealed")
        run = Run(run.first_seq, **columns, signature=run.signature)
    return [*runs[:at], run, *runs[at + 1 :]]


def change(data: st.DataObject, column: list[Any], *, may_be_none: bool) -> None:
    """Do one thing to one column of a run."""
    spot, other = (data.draw(st.integers(0, len(column) - 1)) for _ in range(2))
    match data.draw(st.sampled_from(["flip", "drop", "double", "swap", "cut", "grow", "none"])):
        case "flip":
            column[spot] = flipped(data, column[spot] or b"")
        case "drop":
            del column[spot]
        case "double":
            column.insert(spot, column[spot])
        case "swap":
            column[spot], column[other] = column[other], column[spot]
        case "cut":
            column[spot] = (column[spot] or b"")[: data.draw(st.integers(0, 210))]
        case "grow":
            column[spot] = (column[spot] or b"") + data.draw(st.binary(min_size=1, max_size=40))
        case _ if may_be_none:
            column[spot] = None


def flipped(data: st.DataObject, whole: bytes) -> bytes:
    if not whole:
        return b"x"
    wrong = bytearray(whole)
    wrong[data.draw(st.integers(0, len(wrong) - 1))] ^= data.draw(st.integers(1, 255))
    return bytes(wrong)


@settings(deadline=None, max_examples=300)
@given(LENGTHS, st.integers(1, 3), st.data())
def test_the_fast_way_and_the_slow_way_agree(lengths: list[int], times: int, data: st.DataObject) -> None:
    _, runs = build(lengths)
    for _ in range(times):
        if runs:
            runs = mutated(data, runs)
    both(new_state(), runs)
