"""Are the question sets and the filler fit to judge a memory with?"""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, pairwise

import pytest

from tests.memory import facts
from tests.memory.facts import SetName, content_words

every_set = pytest.mark.parametrize("name", facts.SETS + facts.SETS_MORE)
each_set = pytest.mark.parametrize("name", facts.SETS)
# Written under the stricter rules of README.md; the others as their authors pleased, who knew nothing of this project.
ruled_set = pytest.mark.parametrize("name", ["a", "b", "c"])
graded_set = pytest.mark.parametrize("name", ["a", "b"])
SEEDS = (1, 2, 3)
QUESTIONS_SHARED_MAX = 15  # "What's my shoe size?" is asked by everybody


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def _mentions(text: str, answer: str) -> bool:
    """Whether the answer occurs as whole words, so that "65" is not found in "1650"."""
    return re.search(rf"(?<!\w){re.escape(answer.lower())}(?!\w)", text.lower()) is not None


@every_set
def test_counts(name: SetName) -> None:
    told = facts.load_facts(name)
    assert len(told) == 200
    assert len(facts.load_unknowns(name)) == 100
    assert len({fact.id for fact in told}) == 200
    near = [unknown for unknown in facts.load_unknowns(name) if unknown.kind == "near"]
    assert len(near) >= 60


@graded_set
def test_graded_sets_have_as_many_of_each_level(name: SetName) -> None:
    assert Counter(fact.level for fact in facts.load_facts(name)) == {1: 67, 2: 67, 3: 66}


def test_levels_of_the_natural_set_are_counted() -> None:
    """Level 1 shares two or more content words, 2 one, 3 none; about one question in ten is indirect."""
    told = facts.load_facts("c")
    for fact in told:
        shared = len(content_words(fact.asked) & content_words(fact.told))
        assert fact.level == 3 - min(shared, 2), (fact.id, shared)
    levels = Counter(fact.level for fact in told)
    assert 10 <= levels[3] <= 30
    assert min(levels[1], levels[2]) >= 60


@every_set
def test_nothing_is_told_or_asked_twice(name: SetName) -> None:
    told = facts.load_facts(name)
    assert len({_plain(fact.told) for fact in told}) == 200
    asked = [_plain(fact.asked) for fact in told] + [_plain(u.asked) for u in facts.load_unknowns(name)]
    assert [text for text, count in Counter(asked).items() if count > 1] == []


def test_the_sets_have_nothing_in_common() -> None:
    read = [
        (
            {_plain(fact.told) for fact in facts.load_facts(name)},
            _questions(name),
            {f.id for f in facts.load_facts(name)},
        )
        for name in facts.SETS + facts.SETS_MORE
    ]
    for (told, asked, ids), (other_told, other_asked, other_ids) in combinations(read, 2):
        assert len(told & other_told) <= 1
        assert len(asked & other_asked) <= QUESTIONS_SHARED_MAX
        assert ids & other_ids == set()


def _questions(name: SetName) -> set[str]:
    return {_plain(fact.asked) for fact in facts.load_facts(name)} | {
        _plain(unknown.asked) for unknown in facts.load_unknowns(name)
    }


@every_set
def test_no_question_repeats_its_sentence(name: SetName) -> None:
    sentences = {_plain(fact.told) for fact in facts.load_facts(name)}
    for fact in facts.load_facts(name):
        assert _plain(fact.asked) not in sentences, fact.id
        assert _plain(fact.asked) not in _plain(fact.told), fact.id


@every_set
def test_answers_occur_in_what_was_told_and_not_in_the_question(name: SetName) -> None:
    for fact in facts.load_facts(name):
        assert fact.answer, fact.id
        for answer in fact.answer:
            assert answer.lower() in fact.told.lower(), (fact.id, answer)
            assert answer.lower() not in fact.asked.lower(), (fact.id, answer)


@ruled_set
def test_sentence_patterns_are_not_repeated(name: SetName) -> None:
    """At most three sentences open with the same three words, and few questions with the same four."""
    told = Counter(" ".join(_plain(fact.told).split()[:3]) for fact in facts.load_facts(name))
    assert {opening: n for opening, n in told.items() if n > 3} == {}
    asked = Counter(" ".join(_plain(fact.asked).split()[:4]) for fact in facts.load_facts(name))
    assert {opening: n for opening, n in asked.items() if n > 8} == {}


@graded_set
def test_levels_differ_in_shared_words(name: SetName) -> None:
    told = facts.load_facts(name)
    means = {}
    for level in (1, 2, 3):
        shares = [facts.overlap(fact) for fact in told if fact.level == level]
        means[level] = sum(shares) / len(shares)
    assert means[1] >= 0.6 > means[2] >= 0.25 > means[3]


@ruled_set
def test_no_fact_answers_an_unknown(name: SetName) -> None:
    """No sentence contains every content word of an unanswerable question.

    A question of one or two words ("What's the name of mum's terrier?") names its subject only; those were read.
    """
    for unknown in facts.load_unknowns(name):
        words = content_words(unknown.asked)
        assert words, unknown.asked
        if len(words) <= 2:
            continue
        for fact in facts.load_facts(name):
            assert not words <= content_words(fact.told), (unknown.asked, fact.told)


@pytest.mark.parametrize("seed", SEEDS)
def test_filler_is_deterministic_and_varied(seed: int) -> None:
    messages = facts.filler(seed)
    assert messages == facts.filler(seed)
    assert messages != facts.filler(seed + 100)
    assert len(messages) == facts.FILLER_MESSAGES
    assert 130 <= messages[-1]["session"] + 1 <= 170
    assert {message["session"] for message in messages} == set(range(messages[-1]["session"] + 1))
    counts = Counter(message["content"] for message in messages)
    assert len(counts) >= 1600
    assert counts.most_common(1)[0][1] <= 20


@pytest.mark.parametrize("n", [0, 1, 2, 13, 400])
def test_filler_has_exactly_the_length_asked_for(n: int) -> None:
    messages = facts.filler(7, n)
    assert len(messages) == n
    for message, following in pairwise(messages):
        if message["session"] == following["session"]:
            assert message["role"] != following["role"]
        else:
            assert following["role"] == "user"


@pytest.mark.parametrize("seed", SEEDS)
def test_filler_states_nothing_about_the_user(seed: int) -> None:
    possessive = re.compile(r"\b(my|our|mine|ours|we|us)\b", re.IGNORECASE)
    first_person = re.compile(r"\bI(?:'m|'ve|'d)?\s+(\w+)", re.IGNORECASE)
    harmless = {"was", "read", "found"}
    for message in facts.filler(seed):
        if message["role"] == "user":
            assert possessive.search(message["content"]) is None, message
            statement = re.sub(r"\bhow do I\b", "", message["content"], flags=re.IGNORECASE)
            verbs = {verb.lower() for verb in first_person.findall(statement)}
            assert verbs <= harmless, message


@ruled_set
@pytest.mark.parametrize("seed", SEEDS)
def test_filler_never_answers_a_question(name: SetName, seed: int) -> None:
    """No filler message has an answer beside half the words of its question.

    Unknowns need no such check: they ask about the user, of whom the filler says nothing (the test above).
    """
    told = facts.load_facts(name)
    words = {fact.id: content_words(fact.asked) for fact in told}
    for content in {message["content"] for message in facts.filler(seed)}:
        present = content_words(content)
        for fact in told:
            if 2 * len(words[fact.id] & present) >= len(words[fact.id]):
                assert not any(_mentions(content, answer) for answer in fact.answer), (fact.asked, content)


@each_set
def test_script_plants_every_fact_once(name: SetName) -> None:
    script = facts.script(name, 5)
    assert script == facts.script(name, 5)
    assert script != facts.script(name, 6)
    told = {fact.id: fact for fact in facts.load_facts(name)}
    known = [question for question in script.questions if question.known]
    assert len(script.questions) == 300
    assert {question.fact_id for question in known} == set(told)
    for question in known:
        assert question.fact_id is not None
        assert question.session is not None
        assert question.index is not None
        session = script.sessions[question.session]
        assert session[question.index] == ("user", told[question.fact_id].told)
        role, acknowledgment = session[question.index + 1]
        assert role == "assistant"
        assert not any(_mentions(acknowledgment, answer) for answer in question.answer)
    assert sum(len(session) for session in script.sessions) == facts.FILLER_MESSAGES + 2 * 200
    for session in script.sessions:
        assert [role for role, _ in session] == ["user", "assistant"] * (len(session) // 2)
