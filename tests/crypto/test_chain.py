"""Do runs verify that were written right, and no others? Is the first wrong entry named, and the state left alone?"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from ccnode_crypto import chain as room
from ccnode_crypto.chain import (
    RUN_BYTES_MAX,
    RUN_ENTRIES_MAX,
    ChainState,
    EntryDraft,
    Run,
    RunBuilder,
    append_run,
    head_message,
    verify_runs,
)
from ccnode_crypto.entry import CONTENT_BYTES_MAX, META_BYTES_MAX, ChainId, header_digest, read_header
from ccnode_crypto.errors import ChainError, EntryError, KeyFormatError
from tests.crypto.chains import EPOCH, KEY, OTHER, build, digests_of, draft, forged, header_of, new_state, snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode_crypto.keys import Purpose


def refused(state: ChainState, runs: Sequence[Run]) -> ChainError:
    """The error that the runs meet; the state must be as before."""
    before = snapshot(state)
    with pytest.raises(ChainError) as caught:
        verify_runs(state, runs)
    assert snapshot(state) == before
    return caught.value


def replaced(run: Run, column: str, values: Sequence[Any]) -> Run:
    """The run with one of its columns exchanged."""
    return Run(**{**run._asdict(), column: values})


def test_a_chain_that_was_built_verifies_to_the_same_state() -> None:
    built, runs = build([1, 2, 16, 1, 40, 600])
    state = new_state()
    assert verify_runs(state, runs) == digests_of(runs)
    assert snapshot(state) == snapshot(built)


@pytest.mark.parametrize("split", [1, 2, 3, 5, 6])
def test_where_runs_are_split_makes_no_difference(split: int) -> None:
    built, runs = build([3, 14, 1, 18, 2, 30])
    state = new_state()
    digests = verify_runs(state, runs[:split], KEY.public) + verify_runs(state, runs[split:], KEY.public)
    assert digests == digests_of(runs)
    assert snapshot(state) == snapshot(built)


def test_no_runs_change_nothing() -> None:
    state, _ = build([5])
    before = snapshot(state)
    assert verify_runs(state, []) == []
    assert snapshot(state) == before


def test_states_copied_go_their_own_way() -> None:
    state, _ = build([17])
    other = state.copy()
    append_run(other, [draft(17)], KEY)
    assert state.length == 17
    assert other.length == 18


@pytest.mark.parametrize("count", [1, 2, 16, 17, 511, 512, 513, 1024])
def test_missing_contents_verify(count: int) -> None:
    _, (run,) = build([count])
    bodies = [None if at % 3 == 1 else body for at, body in enumerate(run.sealed)]
    assert len(verify_runs(new_state(), [run._replace(sealed=bodies)])) == count


# --- what a writer may not do ---


def test_the_first_entry_and_only_it_opens_the_epoch() -> None:
    for state, plan in ((new_state(), draft(1)), (build([1])[0], draft(1, kind=1))):
        before = snapshot(state)
        with pytest.raises(ChainError, match="opens the epoch") as caught:
            append_run(state, [plan], KEY)
        assert (caught.value.field, caught.value.seq) == ("kind", state.length)
        assert snapshot(state) == before


def test_a_failed_append_leaves_the_state_alone() -> None:
    state, _ = build([15])
    before = snapshot(state)
    with pytest.raises(EntryError, match="meta of"):
        append_run(state, [draft(15), draft(16), EntryDraft(17, 0, b"m" * (META_BYTES_MAX + 1), b"", b"")], KEY)
    assert snapshot(state) == before
    with pytest.raises(EntryError, match="at least one"):
        append_run(state, [], KEY)


def test_a_run_takes_1024_entries_and_no_more() -> None:
    state = new_state()
    builder = RunBuilder(state)
    for at in range(RUN_ENTRIES_MAX):
        assert builder.has_room_for(b"", b"")
        builder.add(draft(at))
    assert not builder.has_room_for(b"", b"")
    with pytest.raises(EntryError, match="1024 entries"):
        builder.add(draft(RUN_ENTRIES_MAX))
    assert state.length == RUN_ENTRIES_MAX


def test_a_run_takes_a_mebibyte_unless_it_is_one_entry() -> None:
    state, _ = build([1])
    builder = RunBuilder(state)
    large = draft(1, content=b"c" * CONTENT_BYTES_MAX)
    assert builder.has_room_for(large.meta, large.content)
    builder.add(large)
    assert builder.size > RUN_BYTES_MAX
    assert not builder.has_room_for(b"", b"x")
    with pytest.raises(EntryError, match="bytes"):
        builder.add(draft(2))
    builder.finish(KEY)
    again = RunBuilder(state)
    again.add(draft(2))
    assert not again.has_room_for(large.meta, large.content)
    with pytest.raises(EntryError, match="bytes"):
        again.add(large)
    assert again.count == 1


@pytest.mark.parametrize("count", [1, 16, 20])
def test_undo_puts_the_state_back(count: int) -> None:
    state, _ = build([15])
    before = snapshot(state)
    builder = RunBuilder(state)
    for at in range(count):
        builder.add(draft(15 + at))
    builder.undo()
    assert snapshot(state) == before


# --- what a reader must refuse ---


def test_every_flipped_bit_is_named_by_position_and_field() -> None:
    _, (run,) = build([20])
    fields = [(50, "header"), (82, "previous"), (114, "skip"), (146, "meta"), (178, "content"), (186, "sequence")]
    for seq, header in enumerate(run.headers):
        for bit in range(len(header) * 8):
            wrong = bytearray(header)
            wrong[bit // 8] ^= 1 << bit % 8
            headers = [*run.headers[:seq], bytes(wrong), *run.headers[seq + 1 :]]
            error = refused(new_state(), [run._replace(headers=headers)])
            byte = bit // 8
            expected = next((name for end, name in fields if byte < end), "")
            if 1 <= byte < 50:
                assert error.field in {"chain", "header"}, bit
            elif expected and (seq or expected in {"meta", "sequence"}):
                assert error.field in {expected, "header"}, bit
            if 186 <= byte < 194:  # any time fits: only the next link, or the signature, shows that it is another
                assert (error.seq, error.field) == ((seq + 1, "previous") if seq < 19 else (19, "signature"))
            elif byte < 186:
                assert error.seq == seq
            else:  # a length or kind that this entry may not have, or a header that is another one
                assert error.seq in {seq, seq + 1} or (seq, error.field) == (19, "signature")


@pytest.mark.parametrize("part", ["metas", "sealed"])
def test_every_flipped_bit_of_a_body_is_named(part: str) -> None:
    _, (run,) = build([20])
    column = list(getattr(run, part))
    for seq, whole in enumerate(column):
        for bit in range(len(whole) * 8):
            wrong = bytearray(whole)
            wrong[bit // 8] ^= 1 << bit % 8
            error = refused(new_state(), [replaced(run, part, [*column[:seq], bytes(wrong), *column[seq + 1 :]])])
            assert (error.seq, error.field) == (seq, "meta" if part == "metas" else "content")


def test_every_flipped_bit_of_a_signature_is_named() -> None:
    _, runs = build([20, 3])
    for at, run in enumerate(runs):
        for bit in range(512):
            wrong = bytearray(run.signature)
            wrong[bit // 8] ^= 1 << bit % 8
            changed = [*runs]
            changed[at] = run._replace(signature=bytes(wrong))
            error = refused(new_state(), changed)
            assert (error.seq, error.field) == (19 if at == 0 else 22, "signature")


@pytest.mark.parametrize("signature", [b"", b"s", b"s" * 63, b"s" * 65, b"s" * 1000])
def test_a_signature_of_another_length_is_refused(signature: bytes) -> None:
    _, (run,) = build([2])
    assert refused(new_state(), [run._replace(signature=signature)]).field == "signature"


def test_a_signature_for_another_purpose_is_refused() -> None:
    state, (run,) = build([2])
    message = head_message(state.chain, 1, state.head)
    purposes: tuple[Purpose, ...] = ("owner-certificate", "owner-revocation")
    for purpose in purposes:
        signature = KEY.sign(purpose, message)
        assert refused(new_state(), [run._replace(signature=signature)]).field == "signature"


def test_another_keys_signature_is_refused() -> None:
    state, (run,) = build([2])
    signature = OTHER.sign("head", head_message(state.chain, 1, state.head))
    assert refused(new_state(), [run._replace(signature=signature)]).field == "signature"


@pytest.mark.parametrize("other", [ChainId(OTHER.public.raw, EPOCH, 0), ChainId(KEY.public.raw, b"e" * 16, 0)])
def test_entries_of_another_chain_are_refused(other: ChainId) -> None:
    _, runs = build([2])
    error = refused(ChainState(other), runs)
    assert (error.seq, error.field) == (0, "chain")


def test_entries_of_another_audience_are_refused() -> None:
    _, runs = build([2])
    assert refused(ChainState(ChainId(KEY.public.raw, EPOCH, 1)), runs).field == "chain"


def test_a_chain_whose_key_is_none_is_refused() -> None:
    with pytest.raises(KeyFormatError):
        verify_runs(ChainState(ChainId(b"short", EPOCH, 0)), [])


def moved(run: Run, order: Sequence[int]) -> Run:
    """The same run with its entries in another order, some left out or doubled."""
    return run._replace(
        headers=[run.headers[at] for at in order],
        metas=[run.metas[at] for at in order],
        sealed=[run.sealed[at] for at in order],
    )


@pytest.mark.parametrize(
    ("order", "seq"),
    [
        ([0, 1, 3, 2, 4, 5], 2),
        ([0, 1, 3, 4, 5], 2),
        ([0, 1, 2, 2, 3, 4, 5], 3),
        ([1, 2, 3, 4, 5], 0),
        ([5, 4, 3, 2, 1, 0], 0),
        ([0, 1, 2, 3, 4], 4),
    ],
)
def test_entries_out_of_order_are_refused(order: list[int], seq: int) -> None:
    _, (run,) = build([6])
    assert refused(new_state(), [moved(run, order)]).seq == seq


def test_bodies_that_changed_places_are_refused() -> None:
    _, (run,) = build([6])
    sealed = [*run.sealed]
    sealed[2], sealed[4] = sealed[4], sealed[2]
    assert refused(new_state(), [run._replace(sealed=sealed)]).seq == 2


def test_runs_out_of_order_are_refused() -> None:
    _, runs = build([3, 3, 3])
    for order, seq in (((0, 2, 1), 3), ((1, 0, 2), 0), ((0, 0, 1), 3), ((0, 2), 3)):
        assert refused(new_state(), [runs[at] for at in order]).seq == seq


def test_a_run_must_say_where_it_begins() -> None:
    _, runs = build([3, 3])
    error = refused(new_state(), [runs[0], runs[1]._replace(first_seq=4)])
    assert (error.seq, error.field) == (3, "sequence")


def test_runs_without_entries_or_with_too_many_are_refused() -> None:
    empty = Run(0, [], [], [], bytes(64))
    assert refused(new_state(), [empty]).field == "sequence"
    state, (first, second) = build([1024, 1])
    both = Run(
        0, [*first.headers, *second.headers], [*first.metas, *second.metas], [*first.sealed, *second.sealed], b""
    )
    signature = KEY.sign("head", head_message(state.chain, 1024, state.head))
    assert refused(new_state(), [both._replace(signature=signature)]).field == "sequence"


@pytest.mark.parametrize("column", ["headers", "metas", "sealed"])
def test_columns_of_unequal_length_are_refused(column: str) -> None:
    _, runs = build([2, 2])
    shorter = replaced(runs[0], column, getattr(runs[0], column)[:1])
    assert refused(new_state(), [shorter, runs[1]]).field in {"header", "sequence", "meta"}
    # As many in sum, so that only the borders between the runs are wrong.
    longer = replaced(runs[1], column, [getattr(runs[0], column)[1], *getattr(runs[1], column)])
    assert refused(new_state(), [shorter, longer]).field in {"header", "sequence"}


def test_a_problem_in_the_second_half_leaves_the_state_alone() -> None:
    _, runs = build([600, 600])
    state = new_state()
    wrong = [*runs[1].metas]
    wrong[-1] = b"another"
    error = refused(state, [runs[0], runs[1]._replace(metas=wrong)])
    assert (error.seq, error.field) == (1199, "meta")
    verify_runs(state, runs)
    assert state.length == 1200


# --- a writer who signs what is wrong: links and signatures fit, so only the rules stand against it ---


def test_what_is_forged_right_is_accepted() -> None:
    run = forged(20, lambda _seq, header, meta, sealed: (header, meta, sealed))
    assert len(verify_runs(new_state(), [run])) == 20


def test_headers_that_borrow_a_byte_from_the_next_are_refused() -> None:
    """199 and 201 bytes make 400 together: what is compared at once must not hide where a header ends."""

    def change(seq: int, header: bytes, meta: bytes, sealed: bytes | None) -> tuple[bytes, bytes, bytes | None]:
        if seq == 1:
            return header[:198] + b"\x01", meta, sealed  # kind 0x01 and the version of the next: not the opening one
        if seq == 2:
            return header[:178] + b"\x00" + header[178:], meta, sealed
        return header, meta, sealed

    error = refused(new_state(), [forged(4, change)])
    assert (error.seq, error.field) == (1, "header")


@pytest.mark.parametrize("length", [0, 1, 100, 178, 199, 201, 400])
def test_headers_of_another_length_are_refused(length: int) -> None:
    run = forged(4, lambda seq, header, meta, sealed: ((header * 2)[:length] if seq == 2 else header, meta, sealed))
    error = refused(new_state(), [run])
    assert (error.seq, error.field) == (2, "header")


def test_a_salt_without_content_is_refused() -> None:
    def change(seq: int, header: bytes, meta: bytes, sealed: bytes | None) -> tuple[bytes, bytes, bytes | None]:
        if seq != 1:
            return header, meta, sealed
        salt = b"s" * 32
        return header[:146] + sha256(salt).digest() + header[178:194] + bytes(4) + header[198:], meta, salt

    for with_none in (False, True):
        run = forged(3, change)
        bodies = [*run.sealed[:2], None] if with_none else run.sealed
        error = refused(new_state(), [run._replace(sealed=bodies)])
        assert (error.seq, error.field) == (1, "header")


@pytest.mark.parametrize("digest", [bytes(32), b"d" * 32])
def test_no_content_cannot_be_missing(digest: bytes) -> None:
    def change(seq: int, header: bytes, meta: bytes, sealed: bytes | None) -> tuple[bytes, bytes, bytes | None]:
        return (
            (header[:146] + digest + header[178:194] + bytes(4) + header[198:], meta, None)
            if seq
            else (
                header,
                meta,
                sealed,
            )
        )

    error = refused(new_state(), [forged(3, change)])
    assert error.seq == 1
    assert error.field in {"header", "content"}


def test_a_length_over_the_limit_is_refused_even_where_the_content_is_missing() -> None:
    def change(seq: int, header: bytes, meta: bytes, sealed: bytes | None) -> tuple[bytes, bytes, bytes | None]:
        over = (CONTENT_BYTES_MAX + 1).to_bytes(4, "big")
        return (header[:194] + over + header[198:], meta, None) if seq == 2 else (header, meta, sealed)

    error = refused(new_state(), [forged(3, change)])
    assert (error.seq, error.field) == (2, "header")


def test_a_meta_over_the_limit_is_refused() -> None:
    large = b"m" * (META_BYTES_MAX + 1)

    def change(seq: int, header: bytes, meta: bytes, sealed: bytes | None) -> tuple[bytes, bytes, bytes | None]:
        return (header[:114] + sha256(large).digest() + header[146:], large, sealed) if seq else (header, meta, sealed)

    error = refused(new_state(), [forged(3, change)])
    assert (error.seq, error.field) == (1, "meta")


@pytest.mark.parametrize(("seq", "kind"), [(0, 17), (0, 257), (2, 1)])
def test_a_kind_that_opens_no_epoch_or_one_too_many_is_refused(seq: int, kind: int) -> None:
    run = forged(
        4,
        lambda at, header, meta, sealed: (
            header[:198] + kind.to_bytes(2, "big") if at == seq else header,
            meta,
            sealed,
        ),
    )
    error = refused(new_state(), [run])
    assert (error.seq, error.field) == (seq, "kind")


def test_a_kind_that_only_looks_like_opening_is_accepted() -> None:
    run = forged(4, lambda at, header, meta, sealed: (header[:198] + b"\x01\x01" if at == 2 else header, meta, sealed))
    assert verify_runs(new_state(), [run])
    assert header_of(run, 2).kind == 257


@pytest.mark.parametrize("seq", [1, 15, 16, 17, 32, 48])
def test_a_skip_link_to_another_place_is_refused(seq: int) -> None:
    run = forged(
        50,
        lambda at, header, meta, sealed: (
            header[:82] + b"k" * 32 + header[114:] if at == seq else header,
            meta,
            sealed,
        ),
    )
    error = refused(new_state(), [run])
    assert (error.seq, error.field) == (seq, "skip")


def test_the_slow_way_and_the_fast_way_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the fast comparison takes, the entry by entry check takes as well."""
    _, runs = build([1, 30, 500])
    state = new_state()
    for run in runs:
        for header, meta, body in zip(run.headers, run.metas, run.sealed, strict=True):
            room._check_entry(state, header, meta, body)
    fast = new_state()
    verify_runs(fast, runs)
    assert snapshot(state) == snapshot(fast)


def test_an_entry_is_named_by_the_digest_of_its_header() -> None:
    state = new_state()
    run, digests = append_run(state, [draft(at) for at in range(3)], KEY)
    assert digests == [header_digest(header) for header in run.headers]
    assert [read_header(header).seq for header in run.headers] == [0, 1, 2]
    assert state.head == digests[-1]
