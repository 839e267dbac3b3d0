"""Does recall write sound queries, bound its cost, and tell an answer from a near miss?"""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.mind import indexing, recall
from ccnode.mind.answering import ANSWER_MIN
from ccnode.mind.prompt_types import PromptMessage
from ccnode.mind.recall import Candidate

ANSWERED = [
    ("My sister Nora lives in Lisbon.", "Where does my sister live?"),
    ("My aunt Greta runs a flower stall in Ghent.", "What does my aunt do for work?"),
    ("Our wifi password is bluewhale77.", "What's the passphrase for our internet?"),
    ("My dentist moved my appointment to 9 May at 14:15.", "When do I have to go to the dentist?"),
    ("I'm 1.84 m tall.", "What's my height?"),
    ("I can't eat walnuts, my throat swells up.", "Which food am I allergic to?"),
    ("We adopted a grey kitten and named her Pebble.", "What is our cat called?"),
    ("I take the 7:42 train to work every morning.", "Which train do I commute with?"),
    ("My husband Leon works as a paramedic.", "What's my husband's profession?"),
    ("I've been taking Dutch classes since January.", "Which language am I studying?"),
    ("My passport runs out on 3 August 2027.", "When does my passport expire?"),
    ("We got married in a lighthouse in 2014.", "What year was my wedding?"),
    ("I lent my ladder to Piotr next door.", "Who borrowed my ladder?"),
    ("My favourite dessert is lemon tart.", "Which dessert do I like most?"),
    ("I owe Hannah 45 euros for the concert tickets.", "How much money do I owe Hannah?"),
    ("My son plays the trombone in the school band.", "Which instrument does my son play?"),
    ("I quit smoking two years ago.", "When did I give up cigarettes?"),
    ("I drive a red Mazda from 2012.", "What car do I have?"),
    ("My flight to Madrid leaves at 6:05 from gate B12.", "What time does my plane to Madrid take off?"),
    ("I grew up on a sheep farm in Wales.", "Where did I spend my childhood?"),
    ("My blood type is O negative.", "Which blood group do I have?"),
    ("My wife's name is Sanna.", "What's my spouse called?"),
    ("Did I tell you my nephew won the spelling bee?", "What did my nephew win?"),
    ("Meine Schwester wohnt in Lissabon.", "Wo wohnt meine Schwester?"),
    ("私の妹はリスボンに住んでいます。", "妹はリスボンに住んでいますか?"),
]
NOT_ANSWERED = [
    ("My sister Nora lives in Lisbon.", "What is my sister's shoe size?"),
    ("My sister Nora lives in Lisbon.", "Where does my brother live?"),
    ("My sister Nora lives in Lisbon.", "Where do I live?"),
    ("My aunt Greta runs a flower stall in Ghent.", "How old is my aunt?"),
    ("Our wifi password is bluewhale77.", "What's the password of my email account?"),
    ("The plumber charged me 180 euros to unclog the sink.", "How much did I pay the electrician?"),
    ("My dentist moved my appointment to 9 May at 14:15.", "What's the name of my dentist?"),
    ("My grandfather was born in Krakow in 1931.", "Where was my grandmother born?"),
    ("We adopted a grey kitten and named her Pebble.", "What is our dog called?"),
    ("My passport runs out on 3 August 2027.", "What is my passport number?"),
    ("My favourite dessert is lemon tart.", "What's my favourite film?"),
    ("I drive a red Mazda from 2012.", "What is the licence plate of my car?"),
    ("My flight to Madrid leaves at 6:05 from gate B12.", "Which hotel am I staying at in Madrid?"),
    ("I go to yoga on Tuesdays and Thursdays.", "Who is my yoga teacher?"),
    ("My wife's name is Sanna.", "Where does Sanna work?"),
    ("My laptop is a ThinkPad X1.", "How much did my laptop cost?"),
    ("Write a poem about my sister who lives in Lisbon.", "Where does my sister live?"),
    ("Does my sister live in Lisbon or in Porto?", "Where does my sister live?"),
]


def _said(content: str, *, role: str = "user", number: int = 1, at: int = 0, context: str = "") -> Candidate:
    return Candidate(f"{number:064x}", "s", role, content, at, context)  # type: ignore[arg-type]


def _score(told: str, asked: str, role: str = "user") -> float:
    found = recall.rank(recall.plan(asked), [_said(told, role=role)])
    return found[0].score if found else 0.0


@pytest.mark.parametrize(("told", "asked"), ANSWERED)
def test_a_fact_asked_in_other_words_is_accounted_for(told: str, asked: str) -> None:
    assert _score(told, asked) >= ANSWER_MIN


@pytest.mark.parametrize(("told", "asked"), NOT_ANSWERED)
def test_a_near_miss_stays_below_what_is_answered(told: str, asked: str) -> None:
    assert _score(told, asked) < ANSWER_MIN


def _fts(match: str, texts: list[str]) -> list[int]:
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE message_index USING fts5(text, context, tokenize='porter unicode61 remove_diacritics 2')"
    )
    for text in texts:
        database.execute(
            "INSERT INTO message_index(text, context) VALUES (?, '')", (indexing.index_text("user", text),)
        )
    sql = "SELECT rowid FROM message_index WHERE message_index MATCH ? ORDER BY bm25(message_index, 1.0, 0.7)"
    found = [row for (row,) in database.execute(sql, (match,))]
    database.close()
    return found


@given(st.text(max_size=300))
def test_any_question_gives_a_query_that_sqlite_accepts(asked: str) -> None:
    plan = recall.plan(asked)
    for expression, limit in plan.queries:
        _fts(expression, ["a message", asked])
        assert limit > 0


@given(st.text(max_size=200), st.text(max_size=200))
def test_scores_stay_between_nothing_and_one(told: str, asked: str) -> None:
    for found in recall.rank(recall.plan(asked), [_said(told)]):
        assert 0.0 < found.score <= 1.0


def test_operators_in_a_question_are_only_words() -> None:
    plan = recall.plan('where is "NEAR" OR text:secret* NOT (my key) -"')
    assert plan.match is not None
    assert _fts(plan.match, ["the key is in the drawer"]) == [1]


def test_irregular_forms_and_synonyms_are_looked_up() -> None:
    plan = recall.plan("Which physician did I buy it from?")
    assert plan.match is not None
    assert _fts(plan.match, ["we bought a lamp", "nothing here", "my doctor is kind"]) == [1, 3] or _fts(
        plan.match, ["we bought a lamp", "nothing here", "my doctor is kind"]
    ) == [3, 1]


def test_nothing_to_look_for_gives_no_query() -> None:
    for asked in ("", "   ", "?!", "\x00\x01", "what is it?"):
        plan = recall.plan(asked)
        assert plan.match is None, asked
        assert plan.queries == ()
        assert not recall.matches(plan, "anything")


def test_a_huge_question_is_bounded() -> None:
    plan = recall.plan("lighthouse zebra " * 60_000 + "where is my umbrella?")
    assert plan.match is not None
    assert len(plan.match) < 20_000
    assert len(plan.terms) <= recall.TERMS_MAX + 50
    assert "umbrella" in plan.terms


def test_a_fact_late_in_a_huge_message_is_found() -> None:
    told = "blah blah filler. " * 60_000 + "My umbrella is in the cellar. " + "more of the same. " * 1_000
    found = recall.rank(recall.plan("Where is my umbrella?"), [_said(told)])
    assert found[0].score >= ANSWER_MIN


def test_index_text_names_the_speaker_and_drops_stop_words() -> None:
    assert indexing.index_text("user", "My sister's in São Paulo, isn't she?") == "user sister sao paulo"
    assert indexing.context_text([("user", "one lamp"), ("assistant", "Noted."), ("user", "a key")]) == (
        "assistant noted user key"
    )
    assert indexing.context_text([]) == ""


def test_unspaced_scripts_are_indexed_in_pairs() -> None:
    assert indexing.index_text("user", "妹はリスボン") == "user 妹は はリ リス スボ ボン"


def test_the_unindexed_tail_is_matched_by_word() -> None:
    plan = recall.plan("Where does my brother live?")
    assert recall.matches(plan, "My brother is in Oslo")
    assert recall.matches(plan, "we moved house")
    assert not recall.matches(plan, "the soup was cold")


def test_what_the_user_stated_comes_before_replies_questions_and_own_answers() -> None:
    told = "My sister Nora lives in Lisbon."
    candidates = [
        _said("Where does my sister Nora live?", number=1, at=9),
        _said(told, role="assistant", number=2, at=8),
        _said(f'You told me on 2026-01-01: "{told}"', role="assistant", number=3, at=7),
        _said(told, number=4, at=1),
    ]
    found = recall.rank(recall.plan("Where does my sister live?"), candidates)
    assert int(found[0].message_id, 16) == 4
    assert all(other.score < ANSWER_MIN for other in found[1:])


def test_same_words_count_once_and_the_newest_stays() -> None:
    told = "My locker is number 12."
    found = recall.rank(
        recall.plan("Which locker is mine?"), [_said(told, number=1, at=1), _said(told.upper(), number=2, at=2)]
    )
    assert [int(item.message_id, 16) for item in found] == [2]


def test_newer_first_among_equals_and_never_more_than_the_limit() -> None:
    candidates = [_said(f"My cat sleeps on chair {n}.", number=n, at=n) for n in range(1, 9)]
    found = recall.rank(recall.plan("Where does my cat sleep?"), candidates, limit=3)
    assert [item.said_at_ms for item in found] == [8, 7, 6]


def test_who_is_who_is_learned_from_other_messages() -> None:
    candidates = [
        _said("My son Jonas plays goalkeeper at the club.", number=1),
        _said("Jonas can't eat peanuts.", number=2),
    ]
    plan = recall.plan("What is my son allergic to?")
    wider = recall.refine(plan, candidates)
    assert "jonas" in wider.terms
    assert int(recall.rank(wider, candidates)[0].message_id, 16) == 2
    assert recall.refine(wider, candidates) is wider


def test_nothing_new_leaves_the_plan_alone() -> None:
    plan = recall.plan("Where is my umbrella?")
    assert recall.refine(plan, [_said("My umbrella is in the hall.")]) is plan


def test_a_question_that_leans_on_the_one_before_borrows_its_words() -> None:
    before = [PromptMessage("user", "When is my sister's birthday?"), PromptMessage("assistant", "I don't know.")]
    plan = recall.plan("And my brother's?", before)
    assert "birthday" in plan.terms
    assert _only(plan, "My brother's birthday is on 3 May.") >= ANSWER_MIN
    assert _only(plan, "My sister's birthday is on 3 May.") < ANSWER_MIN


def _only(plan: recall.RecallPlan, told: str) -> float:
    found = recall.rank(plan, [_said(told)])
    return found[0].score if found else 0.0


def test_the_turns_before_help_a_sentence_that_leans_on_them() -> None:
    plan = recall.plan("Where does my sister Nora live?")
    alone = recall.rank(plan, [_said("She lives in Lisbon now.")])
    after = recall.rank(plan, [_said("She lives in Lisbon now.", context="My sister Nora called.")])
    assert after[0].score > alone[0].score


def test_what_is_pinned_comes_first_where_it_is_hardly_worse() -> None:
    question = recall.plan("Where does my sister live?")
    fits = Candidate("a" * 64, "s", "user", "My sister lives in Porto.", 2)
    same = Candidate("b" * 64, "s", "user", "My sister lives in Lisbon.", 1, pinned=True)
    else_ = Candidate("c" * 64, "s", "user", "My sister hates Lisbon.", 3, pinned=True)
    assert [one.content for one in recall.rank(question, [fits, same, else_])][:2] == [same.content, fits.content]
    assert not recall.rank(recall.plan("What does my brother drive?"), [same])
    twice = recall.rank(question, [same, Candidate("d" * 64, "s", "user", same.content, 5)])
    assert [(one.message_id, one.pinned) for one in twice] == [("d" * 64, True)]
