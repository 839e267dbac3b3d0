"""What is put before a model that weighs for itself: more than what the evidence speaks for, and nothing beside it?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ccnode.mind import offering, recall
from ccnode.mind.recall import Candidate


def _said(text: str, number: int = 0, role: str = "user", *, pinned: bool = False) -> Candidate:
    return Candidate(f"{number:064x}", "s", role, text, number, pinned=pinned)  # type: ignore[arg-type]


FILLER = [
    _said(f"The {thing} was fine today.", 100 + at) for at, thing in enumerate("soup walk tram film rain".split())
]


def _offered(asked: str, told: list[Candidate], limit: int = 6) -> list[str]:
    return [one.content for one in offering.offered(recall.plan(asked, brief=True), told, limit)]


def test_what_answers_comes_first() -> None:
    told = [*FILLER, _said("My brother lives in Porto."), _said("My sister Nora lives in Lisbon.", 1)]
    assert _offered("Where does my sister live?", told)[0] == "My sister Nora lives in Lisbon."


def test_what_has_half_of_what_is_asked_is_offered_though_the_evidence_is_against_it() -> None:
    half = "The boiler was loud."
    told = [*FILLER, _said(half, 1)]
    plan = recall.plan("Who repaired the boiler?")
    assert half not in [one.content for one in recall.rank(plan, told)]
    found = offering.offered(recall.plan(plan.question.text, brief=True), told)
    assert [one.content for one in found] == [half]
    assert found[0].score == 0.0


def test_what_is_beside_the_question_is_not_offered() -> None:
    assert not _offered("Where does my sister live?", FILLER)


def test_the_same_words_are_offered_once_and_no_more_than_asked_for() -> None:
    told = [_said(f"The locksmith came by again{'!' * (number // 2)}", number) for number in range(12)]
    found = _offered("What is the phone number of the locksmith?", told)
    assert len(found) == len(set(found)) == 6
    assert len(_offered("What is the phone number of the locksmith?", told, 2)) == 2


def test_a_pinned_message_is_read_however_little_it_looks_like_it() -> None:
    told = [_said(f"My sister Nora called, {number}.", number) for number in range(offering.READ + 4)]
    told.append(_said("Nora is in Lisbon now.", 99, pinned=True))
    looks = offering.glance(recall.plan("Where does my sister Nora live?", brief=True).question, told)
    assert looks[-1] < max(looks)
    assert "Nora is in Lisbon now." in _offered("Where does my sister Nora live?", told)


def test_many_pinned_messages_do_not_take_the_place_of_what_answers() -> None:
    told = [_said(f"The sister of the baker, number {number}.", number, pinned=True) for number in range(40)]
    told.append(_said("My sister Nora lives in Lisbon.", 99))
    assert "My sister Nora lives in Lisbon." in _offered("Where does my sister Nora live?", told)


def test_a_text_that_asks_nothing_is_offered_what_it_is_about() -> None:
    told = [*FILLER, _said("My sister Nora lives in Lisbon.", 1)]
    assert _offered("My sister Nora is moving again.", told)[:1] == ["My sister Nora lives in Lisbon."]


def test_names_that_others_tell_count_for_what_is_read() -> None:
    told = [*FILLER, _said("My son Jonas starts school.", 1), _said("Jonas can't eat peanuts, he swells up.", 2)]
    assert "Jonas can't eat peanuts, he swells up." in _offered("What is my son allergic to?", told)


def test_in_a_long_message_the_fact_is_seen_wherever_it_stands() -> None:
    long = "nothing of note happened here. " * 4_000 + "My umbrella is at the bakery. " + "and so it went on. " * 4_000
    (look,) = offering.glance(recall.plan("Where is my umbrella?", brief=True).question, [_said(long)])
    assert look == 1.0


@given(st.text(max_size=120), st.lists(st.text(max_size=200), max_size=5))
def test_any_texts_are_looked_at(asked: str, told: list[str]) -> None:
    plan = recall.plan(asked, brief=True)
    candidates = [_said(text, number) for number, text in enumerate(told)]
    looks = offering.glance(plan.question, candidates)
    assert all(0.0 <= look <= 1.0 + 1e-9 for look in looks)
    found = offering.offered(plan, candidates, 3)
    assert len(found) <= 3
    assert len({one.message_id for one in found}) == len(found)
