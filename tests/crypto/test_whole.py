"""Is a complete export judged without keeping it, as the reader that keeps all judges it? See test_bundle.py too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode_crypto import bundle, whole
from ccnode_crypto.errors import ProofError
from tests.crypto.chains import EPOCH, KEY, OTHER
from tests.crypto.exports import CREATED_MS, Writer, changed, export, one_message, sealed_again, talk

if TYPE_CHECKING:
    from collections.abc import Sequence

TALK = talk(240)
SECOND = Writer(OTHER)
for number in range(20):
    SECOND.say(f"other {number}", 2000 + number)
GOOD = export(TALK, SECOND)


def read(lines: Sequence[str]) -> tuple[whole.Whole, list[bundle.Entry]]:
    seen: list[bundle.Entry] = []
    return whole.read(lines, iter(lines), seen.append), seen


def test_what_it_says_of_a_good_export() -> None:
    found, seen = read(GOOD)
    assert [entry.digest for entry in seen] == [*TALK.digests, *SECOND.digests]
    assert found.chains == {TALK.state.chain: 240, SECOND.state.chain: 21}
    assert {chain: sorted(heads) for chain, heads in found.heads.items()} == {
        TALK.state.chain: [239],
        SECOND.state.chain: [20],
    }
    assert (found.what, found.created_ms, found.missing, found.ignored) == ("all", CREATED_MS, 0, 0)


def test_chains_may_alternate_and_have_many_heads() -> None:
    first, second = talk(40), Writer(KEY, EPOCH[::-1])
    second.say("a", 5)
    mixed = [*first.headers[:7], *second.headers, *first.headers[7:]]
    bodies = [*first.bodies()[:7], *second.bodies(), *first.bodies()[7:]]
    lines = export(first, second, heads=[*first.heads, *second.heads], headers=mixed, bodies=bodies)
    assert read(lines)[1] == bundle.read(lines).entries
    assert len(read(lines)[0].heads[first.state.chain]) == 40


def test_what_it_cannot_judge_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    backwards = export(TALK, bodies=list(reversed(TALK.bodies())))
    assert len(bundle.read(backwards).entries) == 240
    for lines in (backwards, one_message(TALK, 7), export(TALK, complete=False)):
        with pytest.raises(whole.NotInOrderError):
            read(lines)
    monkeypatch.setattr(whole, "HELD_MAX", 10)
    with pytest.raises(whole.NotInOrderError, match="more than 10"):
        read(export(TALK, heads=TALK.heads))


def test_a_file_that_changes_while_it_is_read_is_refused() -> None:
    writer, other = talk(5), Writer(OTHER)
    for at in range(1, 5):
        other.say(f"message {at}", 1000 + at)
    mine, theirs = export(writer), export(other)
    bodies = [line for line in theirs if json.loads(line)["type"] == "body"]
    swapped = sealed_again([line for line in mine if json.loads(line)["type"] != "body"] + bodies)
    with pytest.raises(ProofError, match="changed while"):
        whole.read(swapped, theirs, lambda _entry: None)
    short = [line for line in mine if json.loads(line)["type"] != "header"]
    with pytest.raises(whole.NotInOrderError):
        whole.read(mine, short, lambda _entry: None)


@pytest.mark.parametrize("gone", ["header", "body", "head"])
@pytest.mark.parametrize("nth", [0, 1, 16, 238, 239, 260])
def test_a_missing_line_is_found(gone: str, nth: int) -> None:
    places = [at for at, line in enumerate(GOOD) if json.loads(line)["type"] == gone]
    at = places[min(nth, len(places) - 1)]
    with pytest.raises(ProofError):
        read(sealed_again(GOOD[:at] + GOOD[at + 1 :]))


def test_a_cut_file_is_refused() -> None:
    for end in range(0, len(GOOD), 9):
        with pytest.raises(ProofError):
            read(GOOD[:end])
    with pytest.raises(ProofError, match=f"line {len(GOOD)}: "):
        read([*GOOD[:-1], GOOD[-1][:-30]])


@settings(max_examples=300)
@given(st.data())
def test_of_lines_changed_dropped_doubled_or_moved_both_readers_judge_alike(data: st.DataObject) -> None:
    small = export(
        TALK_SMALL, SECOND_SMALL, heads=[*TALK_SMALL.heads[::5], TALK_SMALL.heads[-1], SECOND_SMALL.heads[-1]]
    )
    lines = list(small)
    for _ in range(data.draw(st.integers(1, 3))):
        at, to = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "double", "move", "byte"])):
            case "drop":
                lines[at : at + 1] = [] if len(lines) > 1 else lines
            case "double":
                lines.insert(to, lines[at])
            case "move":
                lines.insert(to, lines.pop(at))
            case _:
                spot = data.draw(st.integers(0, len(lines[at]) - 1))
                lines[at] = lines[at][:spot] + data.draw(st.sampled_from('0aZ"{}:,\n')) + lines[at][spot + 1 :]
    try:
        resealed = sealed_again(lines)
    except (ValueError, AttributeError):
        resealed = lines
    try:
        found = bundle.read(resealed)
    except ProofError:
        with pytest.raises(ProofError):
            read(resealed)
        return
    try:
        same, seen = read(resealed)
    except whole.NotInOrderError:
        return
    assert (seen, same.chains) == (found.entries, found.chains)


TALK_SMALL, SECOND_SMALL = talk(24), Writer(OTHER)
SECOND_SMALL.say("x", 3)


def test_a_claim_of_completeness_counts_for_nothing_by_itself() -> None:
    lines = changed(one_message(TALK, 7), "ccnode-export", complete=True)
    with pytest.raises(ProofError, match="is missing"):
        read(lines)
