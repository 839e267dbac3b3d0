"""What is read of a message fast is what is read of it slowly."""

from __future__ import annotations

import re
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.mind import features, lexicon, matching, reading, speech
from ccnode.mind.asking import read_question, with_aliases
from ccnode.mind.evidence import compared, evidence, weighed
from ccnode.mind.reading import Reading, Sentence
from ccnode.mind.stemming import stem, words
from tests.memory import facts

WORDS = (
    "I i'm we Me MINE us im one two ninety No none once never please now then write summarise analyze give me a the"
    " told know wondering curious understand can't won't o'clock sister's 5 12 3rd May 2019 12:30 _\u0131 \u0130s"
    " \u017fix \u212a \u79c1\u306e\u72ac \u00e9 e\u0301 \u2019s Dr. e.g. approx. grew up sister in law looking after"
    " ? ! . ; , : ' \" ( ) \n"
).split(" ")
texts = st.lists(st.sampled_from([*WORDS, " "]) | st.text(max_size=4), max_size=30).map(" ".join)
TOLD = [fact.told for fact in facts.load_facts("a")] + [message["content"] for message in facts.filler(2, 200)]
FEATURES = ("self", "number", "digits", "actor", "named", "clock", "place", "age")


def _agrees(text: str) -> None:
    for feature in FEATURES:
        assert Sentence(text).has(feature) == features.shows(text, feature), feature
    assert Sentence(text).asks == (speech.is_question(text) or speech.is_request(text))


@given(texts)
def test_what_shows_is_what_the_patterns_find(text: str) -> None:
    _agrees(text)


def test_what_shows_in_what_people_say_is_what_the_patterns_find() -> None:
    for text in TOLD:
        for sentence in reading.sentences(text):
            _agrees(sentence.text)
    for fact in facts.load_facts("a"):
        _agrees(fact.asked)


def test_no_other_letter_passes_for_one_of_ascii() -> None:
    every = re.compile("[a-z0-9]", re.IGNORECASE)
    for code in range(128, sys.maxunicode + 1):
        char = chr(code)
        if every.match(char):
            assert features.runs(char) is None, hex(code)
        else:
            assert len(char.lower()) == 1 or features.runs(char) is None, hex(code)


@given(texts)
def test_the_words_of_ascii_are_split_like_those_of_any_text(text: str) -> None:
    beside = "\u00b1"  # a sign, no part of a word
    assert list(words(text)) == list(words(text + beside))


@given(texts)
def test_the_stems_of_a_message_are_those_of_its_words(text: str) -> None:
    assert Reading(text).stems == {stem(word) for word in lexicon.content_words(text)}


def test_no_word_is_lost_where_sentences_are_many_or_long() -> None:
    for text in ("5! 6! " * 99 + "cello", "a" * 700 + " cello", "cello " * 2_000 + "violin"):
        assert Reading(text).stems == {stem(word) for word in lexicon.content_words(text)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I saw Dr. Ames. He is kind.", ["I saw Dr. Ames.", "He is kind."]),
        ("It opens at 5 p.m. on Sundays.", ["It opens at 5 p.m. on Sundays."]),
        ("A shop (approx. ten steps) is near.", ["A shop (approx. ten steps) is near."]),
        ("He came first.\nThen we ate.", ["He came first.", "Then we ate."]),
        ("I like best. You know.", ["I like best.", "You know."]),
    ],
)
def test_sentences_end_where_no_abbreviation_does(text: str, found: list[str]) -> None:
    assert [sentence.text for sentence in reading.sentences(text)] == found


def test_a_phrase_is_read_as_the_word_it_stands_for() -> None:
    said = "we grew up beside my sister in law".split()
    assert lexicon.read_as(said) == ("we childhood grew up beside my sisterinlaw".split())
    assert lexicon.read_as(["nothing", "here"]) == ["nothing", "here"]
    assert lexicon.read_as([]) == []


def test_what_is_kept_with_a_match_changes_no_judgement() -> None:
    for fact in facts.load_facts("a")[:20]:
        question = read_question(fact.asked)
        for text in TOLD[:150]:
            found = matching.match(question, "user", text)
            alone = replace(found, reading=None)
            assert alone == found
            assert weighed(question, "user", text, alone) == weighed(question, "user", text, found)
            assert compared(question, text, found) == compared(question, text)


def test_what_was_read_of_a_long_message_is_not_kept() -> None:
    question = read_question("Where does my sister live?")
    told = "My sister lives in Lisbon. "
    assert matching.match(question, "user", told).reading is not None
    long = matching.match(question, "user", told * 100)
    assert long.score > 0
    assert long.reading is None
    assert weighed(question, "user", told * 100, long).score > 0


def test_what_was_worked_out_for_one_message_holds_for_the_next() -> None:
    for fact in facts.load_facts("g")[::10]:
        question = read_question(fact.asked)
        for text in [fact.told, *TOLD[::20], fact.told]:
            found = matching.match(question, "user", text)
            afresh = read_question(fact.asked)
            assert evidence(question, "user", text, found) == evidence(afresh, "user", text, found)


def test_a_message_of_nothing_is_no_evidence() -> None:
    question = read_question("Where does my sister live?")
    for text in ("", " ", "\n"):
        found = matching.match(question, "user", text)
        assert found is matching.NO_MATCH
        assert evidence(question, "user", text, found)["keys"] == 0.0


def test_names_that_memory_tells_account_for_what_they_name() -> None:
    question = read_question("Where does my son live?")
    assert with_aliases(question, {}) is question
    named = with_aliases(question, {"son": frozenset({"jonas"})})
    assert matching.match(named, "user", "Jonas lives in Whitby.").score > 0
    assert matching.match(question, "user", "Jonas lives in Whitby.").score < (
        matching.match(named, "user", "Jonas lives in Whitby.").score
    )
