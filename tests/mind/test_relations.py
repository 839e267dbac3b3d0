"""Are the seven relational measures their papers' formulas, and do they say when there is too little to go by?"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.mind import relations
from ccnode.mind.charvec import TooLittle, Unsupported, count
from ccnode.mind.relations import Pair, Relations, Tally
from ccnode.reference import charvec1

UNTIMED = settings(deadline=None)  # a busy machine is no failure

REFERENCE = charvec1()
FRENCH = json.loads(Path(__file__).with_name("languages.json").read_text("utf-8"))["French"]


def _pair(user: str, reply: str, *, corrects: bool = False, grounded: bool = False) -> Pair:
    return Pair(count(user, REFERENCE), count(reply, REFERENCE), corrects, grounded)


def _related(*pairs: tuple[str, str]) -> Relations:
    return relations.relate(_pair(*pair) for pair in pairs)


# --- known answers ---


def test_lsm_is_the_formula_of_ireland() -> None:
    # User: 10 % articles, reply: 30 %; prepositions 20 % and 20 %; nothing else from the lists.
    user, reply = "the in on " + "cat " * 7, "the a an in on " + "dog " * 5
    expected = [1 - 20 / (40 + 0.0001), 1, 1, 1, 1, 1, 1, 1]
    found = _related(*[(user, reply)] * 10).lsm
    assert found == pytest.approx(1e6 * sum(expected) / 8, abs=1)


def test_lsm_of_the_same_text_is_one_and_of_no_shared_list_is_nearly_nothing() -> None:
    text = "the cat and I was never there without it"
    assert _related(*[(text, text)] * 20).lsm == 1_000_000
    some, others = "the it and", "in i was never"  # each list has words on one side only ("never" is of two)
    alone = _related(*[(some, others)] * 60).lsm
    assert isinstance(alone, int)
    assert alone < 20


def test_coordination_is_the_difference_of_danescu() -> None:
    # Articles: the user has one in 4 of 10 messages; of the replies 3 of those 4 do, and 5 of all 10: 0.75 - 0.5.
    pairs = [
        *[("the cat", "the dog")] * 3,
        ("the cat", "dogs"),
        *[("cats", "the dog")] * 2,
        *[("cats", "dogs")] * 4,
    ]
    assert _related(*pairs).coordination == 250_000


def test_coordination_averages_over_the_markers_that_came_up() -> None:
    pairs = [("the cat", "the dog"), ("in cats", "dogs")] * 5
    # Articles give a half, prepositions nothing.
    assert _related(*pairs).coordination == 250_000


def test_balance_is_one_at_half_each() -> None:
    assert _related(*[("and the", "this that")] * 25).balance == 1_000_000
    assert _related(*[("and", "the cat this")] * 25).balance == 750_000
    assert _related(*[("", "and the cat this")] * 25).balance == 0


def test_responsiveness_weighs_rare_words_more() -> None:
    # "cat" is in every message of the user, each other word in one; the reply takes up only one of the two.
    others = ["apple", "bread", "cloud", "dream", "eagle"]
    common = _related(*[(f"cat {other}", "cat") for other in others]).responsiveness
    rare = _related(*[(f"cat {other}", other) for other in others]).responsiveness
    shares = [math.log((n + 1) / n) / (math.log((n + 1) / n) + math.log(n + 1)) for n in range(1, 6)]
    assert common == pytest.approx(1e6 * sum(shares) / 5, abs=1)
    assert rare == pytest.approx(1e6 * (1 - sum(shares) / 5), abs=1)
    assert _related(*[(f"cat {other}", f"the {other} and the cat") for other in others]).responsiveness == 1_000_000


def test_affect_alignment_is_pearsons_r() -> None:
    tones = {"good": 1 / 1.5, "bad": -1 / 1.5, "plain": 0.0}
    said = ["good", "bad", "plain", "good", "good", "bad", "plain", "bad", "good", "plain"]
    answered = ["good", "plain", "plain", "bad", "good", "bad", "good", "bad", "good", "bad"]
    x, y = [tones[word] for word in said], [tones[word] for word in answered]
    mx, my = sum(x) / 10, sum(y) / 10
    r = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / math.sqrt(
        sum((a - mx) ** 2 for a in x) * sum((b - my) ** 2 for b in y)
    )
    assert _related(*zip(said, answered, strict=True)).affect_alignment == pytest.approx(1e6 * r, abs=3)
    assert _related(*zip(said, said, strict=True)).affect_alignment == 1_000_000
    opposite = {"good": "bad", "bad": "good", "plain": "plain"}
    assert _related(*[(word, opposite[word]) for word in said]).affect_alignment == -1_000_000


def test_common_ground_and_repairs_are_shares() -> None:
    pairs = [_pair("a", "b", grounded=number in {1, 4}, corrects=number in {0, 3}) for number in range(8)]
    found = relations.relate(pairs)
    assert found.common_ground == 250_000
    assert found.repair_free == round(1e6 * 6 / 7)  # the first message corrects nothing: there is no reply before it


# --- too little, another language ---


def test_without_pairs_there_is_no_number() -> None:
    assert all(isinstance(value, TooLittle) for value in relations.relate([]).named().values())
    assert list(relations.relate([]).named()) == list(relations.NAMES)


def test_each_says_what_it_lacks() -> None:
    found = _related(*[("hello there", "hi")] * 4)
    assert found.lsm == TooLittle(4, 100)
    assert found.balance == TooLittle(12, 100)
    assert found.coordination == TooLittle(4, 10, "turn pairs")
    assert found.responsiveness == TooLittle(4, 5, "turn pairs")
    assert found.common_ground == TooLittle(4, 5, "turn pairs")
    assert found.repair_free == TooLittle(3, 5, "turn pairs")
    flat = _related(*[("hello cat", "dogs")] * 10)
    assert flat.affect_alignment == TooLittle(1, 2, "different valences on each side")
    assert flat.coordination == TooLittle(0, 3, "messages with a marker")


def test_another_language_gets_no_number_but_for_what_reads_no_words() -> None:
    talk = "I think that this is how it was, and you know it."
    for pairs in ([(FRENCH, FRENCH)] * 12, [(FRENCH, talk)] * 12, [(talk, FRENCH)] * 12):
        found = _related(*pairs)
        assert found.common_ground == 0
        assert {name for name, value in found.named().items() if value == Unsupported()} == {*relations.NAMES} - {
            "common_ground"
        }


# --- corrections ---


@pytest.mark.parametrize(
    "text",
    [
        "No, that's wrong.",
        "That\u2019s not right, I live in Oslo",
        "that is not what I meant",
        "You misunderstood me",
        "nope",
        "Wrong. It was Tuesday.",
        "I meant the other one",
        "Sorry, I said Tuesday, not Thursday",
        "you got it wrong",
        "I never said that",
        "this isn't what I asked for",
        "Not quite, the second one",
        "You're mistaken about the date",
    ],
)
def test_corrections_are_found(text: str) -> None:
    assert relations.corrects(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No, thanks.",
        "no",
        "No, it's in the kitchen",
        "What went wrong with the engine?",
        "My brother said I was right",
        "I meant to call my mother yesterday",
        "I didn't mean to wake you",
        "Is this the right way?",
        "Thanks, that's correct.",
        "I think stealing is wrong",
        "this is not right now what matters",
    ],
)
def test_what_is_no_correction_is_left_alone(text: str) -> None:
    assert not relations.corrects(text)


@pytest.mark.parametrize("piece", ["no, ", "that's ", "i never ", "you got ", " ", "it is not ", "\ud800", "sorry, i "])
def test_only_the_beginning_is_read_for_a_correction(piece: str) -> None:
    assert not relations.corrects(piece * (1 << 20))
    assert not relations.corrects("x " * 1000 + "that's wrong")


# --- properties ---

_SAID = st.lists(
    st.sampled_from("the in I it was and never not good bad cat dog sun rain you because".split()), max_size=30
).map(" ".join)
PAIRS = st.lists(st.builds(_pair, _SAID, _SAID, corrects=st.booleans(), grounded=st.booleans()), max_size=25)


@UNTIMED
@given(PAIRS)
def test_every_measure_is_within_its_range(pairs: list[Pair]) -> None:
    found = relations.relate(pairs)
    for name, value in found.named().items():
        if isinstance(value, int):
            assert (-1_000_000 if name in {"coordination", "affect_alignment"} else 0) <= value <= 1_000_000
    assert found == relations.relate(pairs)


@UNTIMED
@given(PAIRS, st.integers(0, 25))
def test_a_tally_goes_on_where_it_was(pairs: list[Pair], at: int) -> None:
    tally = Tally()
    for pair in pairs[:at]:
        tally.add(pair)
    tally.measure()
    branch = tally.copy()
    for pair in pairs[at:]:
        branch.add(pair)
    assert branch.measure() == relations.relate(pairs)
    assert tally.measure() == relations.relate(pairs[:at])


@UNTIMED
@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_pairs_matters_only_to_what_looks_back(pairs: list[Pair], chance: object) -> None:
    shuffled = pairs[:]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = relations.relate(pairs).named(), relations.relate(shuffled).named()
    assert {name for name in first if first[name] != second[name]} <= {"responsiveness", "repair_free"}


@UNTIMED
@given(PAIRS)
def test_style_matching_and_balance_are_symmetric(pairs: list[Pair]) -> None:
    swapped = [Pair(pair.reply, pair.user) for pair in pairs]
    one, two = relations.relate(pairs), relations.relate(swapped)
    assert (one.lsm, one.balance) == (two.lsm, two.balance)
    if isinstance(one.affect_alignment, int):
        assert one.affect_alignment == two.affect_alignment


def test_the_words_remembered_of_a_session_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relations, "WORDS_KEPT_MAX", 10)
    tally = Tally()
    for number in range(30):
        tally.add(_pair(" ".join(f"and word{'x' * (number * 3 + at)}" for at in range(3)), "and wordx"))
    assert len(tally.messages_with) == 10
    assert isinstance(tally.measure().responsiveness, int)
