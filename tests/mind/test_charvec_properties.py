"""What holds of the character vector of any text? And is it what the file says, written down a second time, slowly?"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from importlib.resources import files
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.mind import charvec
from ccnode.mind.charvec import TooLittle, Unsupported, Vector
from ccnode.mind.charvec_count import AT, runs_of, total
from ccnode.reference import charvec1

UNTIMED = settings(deadline=None)  # a busy machine is no failure

FIELDS = json.loads((files("ccnode") / "data" / "charvec1.json").read_text("utf-8"))
REFERENCE = charvec1()
LISTS: dict[str, list[str]] = FIELDS["word_lists"]

_WORDS = [word for words in LISTS.values() for word in words] + "cat house walk blue Berlin Mr 12 3.5 `x` isn't".split()
_MARKS = [". ", "! ", "? ", "... ", ".\n", "\n", "\n- ", "\n# ", "\n1. ", ", ", " ", " ", " ", " "]
ENGLISH = st.lists(st.tuples(st.sampled_from(_WORDS), st.sampled_from(_MARKS)), max_size=120).map(
    lambda pairs: "".join(word + mark for word, mark in pairs)
)
ANY = st.text(max_size=200) | ENGLISH
MESSAGES = st.lists(ANY, max_size=6)


def _slowly(messages: list[str]) -> dict[str, float]:
    """The raw measures in floats, each message by the patterns as they stand in the file; English without fences."""
    words: list[str] = []
    sentences = direct = questions = candid = precise = lines = structured = spoken = 0
    for text in messages:
        lower = text.lower()
        own = re.findall(FIELDS["token_regex"], lower)
        filled = [line for line in text.split("\n") if line.strip()]
        lines += len(filled)
        structured += sum(bool(re.match(FIELDS["structure_line_regex"], line)) for line in filled)
        for piece in re.split(FIELDS["sentence_split_regex"], lower):
            found = re.findall(FIELDS["token_regex"], piece)
            sentences += bool(found)
            said = " ".join(found)
            direct += bool(found) and (
                found[0] in LISTS["directives"]
                or any(f" you {what} " in f" {said} " for what in ("should", "must", "need to", "can", "could"))
            )
        questions += text.count("?") if own else 0
        candid += len(re.findall(FIELDS["candor_regex"], lower))
        precise += sum(len(re.findall(pattern, text)) for pattern in FIELDS["precision_regexes"])
        spoken += bool(own)
        words += own
    times = {name: sum(map(words.count, set(listed))) for name, listed in LISTS.items()}
    size = FIELDS["mattr_window"]
    runs = [words[at : at + size] for at in range(len(words) - size + 1)] or [words]
    against = "personal_pronouns impersonal_pronouns auxiliaries conjunctions adverbs negations".split()
    rate = {name: 100 * count / len(words) for name, count in times.items()}
    return {
        "analytic": 30 + rate["articles"] + rate["prepositions"] - sum(rate[name] for name in against),
        "complexity": 4.71 * sum(map(len, words)) / len(words) + 0.5 * len(words) / sentences - 21.43,
        "diversity": sum(len(set(run)) / len(run) for run in runs) / len(runs),
        "verbosity": math.log10(1 + len(words) / spoken),
        "structure": structured / lines,
        "precision": 100 * precise / len(words),
        "hedging": rate["hedges"],
        "assertiveness": rate["boosters"],
        "candor": 1000 * candid / len(words),
        "directness": 100 * direct / sentences,
        "inquiry": 100 * questions / sentences,
        "causality": rate["causal"],
        "valence": (times["positive"] - times["negative"]) / (times["positive"] + times["negative"] + 0.5),
        "politeness": rate["politeness"],
        "self_focus": rate["self"],
        "user_focus": rate["user"],
    }


def _measured(messages: list[str]) -> Vector | TooLittle | Unsupported:
    return charvec.measure(messages, REFERENCE, words_min=1)


@settings(max_examples=150, deadline=None)
@given(st.lists(ENGLISH, min_size=1, max_size=5))
def test_it_is_what_the_file_says(messages: list[str]) -> None:
    # "you, can" is advice to the slow way, which looks at words alone; and "`" pairs up differently there with "\n".
    messages = [re.sub(r"\b(you)[^a-z' \n]+ ?", r"\1 ", text) for text in messages]
    vector = _measured(messages)
    if not isinstance(vector, Vector):
        return
    slow = _slowly(messages)
    for name, raw in zip(charvec.NAMES, vector.raw, strict=True):
        assert math.isclose(raw, 1e6 * slow[name], rel_tol=1e-9, abs_tol=1), name


@UNTIMED
@given(MESSAGES)
def test_every_value_is_within_its_range(messages: list[str]) -> None:
    vector = _measured(messages)
    if isinstance(vector, Vector):
        assert len(vector.values) == 16
        assert all(type(value) is int and 0 <= value <= 1_000_000 for value in vector.values)
        assert vector.words > 0
        assert vector == _measured(messages)
    elif isinstance(vector, TooLittle):
        assert vector.have < vector.need


@UNTIMED
@given(MESSAGES)
def test_counts_taken_once_measure_the_same(messages: list[str]) -> None:
    cache = charvec.CountCache(REFERENCE, messages_max=3)
    keys = [text.encode("utf-8", "surrogatepass") for text in messages]
    counts = [cache.of(key, text) for key, text in zip(keys, messages, strict=True)]
    again = [cache.of(key, text) for key, text in zip(keys, messages, strict=True)]
    assert counts == again
    assert charvec.measure_counts(counts, REFERENCE, words_min=1) == _measured(messages)


SENTENCES = st.lists(
    st.lists(st.sampled_from([word for word in _WORDS if word.islower()]), min_size=1, max_size=30).map(
        lambda words: " ".join(words) + ".\n"
    ),
    min_size=2,
    max_size=12,
)


@UNTIMED
@given(SENTENCES, st.integers(1, 11))
def test_where_a_text_is_cut_into_messages_changes_only_verbosity(sentences: list[str], at: int) -> None:
    whole, cut = _measured(["".join(sentences)]), _measured(["".join(sentences[:at]), "".join(sentences[at:])])
    one_each = _measured(sentences)
    if isinstance(whole, Vector) and isinstance(cut, Vector) and isinstance(one_each, Vector):
        for other in (cut, one_each):
            assert {name for name in charvec.NAMES if whole.named()[name] != other.named()[name]} <= {"verbosity"}


@UNTIMED
@given(SENTENCES, st.randoms(use_true_random=False))
def test_the_order_of_messages_changes_only_diversity(sentences: list[str], chance: Any) -> None:
    shuffled = sentences[:]
    chance.shuffle(shuffled)
    first, second = _measured(sentences), _measured(shuffled)
    if isinstance(first, Vector) and isinstance(second, Vector):
        assert {name for name in charvec.NAMES if first.named()[name] != second.named()[name]} <= {"diversity"}


@UNTIMED
@given(st.lists(st.lists(st.sampled_from("a b c d e".split()), max_size=12), max_size=8), st.integers(2, 9))
def test_runs_reach_over_messages(messages: list[list[str]], window: int) -> None:
    counts = []
    for words in messages:
        made = charvec.count("", REFERENCE)
        sums = list(made.sums)
        sums[AT["words"]] = len(words)
        sums[AT["distinct"]], sums[AT["runs"]] = runs_of(words, window)
        edge = window - 1
        counts.append(charvec.Counts(tuple(sums), tuple(words[:edge]), tuple(words[-edge:]), frozenset()))
    joined = [word for words in messages for word in words]
    slowly = [len(set(joined[at : at + window])) for at in range(len(joined) - window + 1)]
    sums = list(total(counts, window))
    assert (sums[AT["distinct"]], sums[AT["runs"]]) == (sum(slowly), len(slowly))
    assert runs_of(joined, window) == (sum(slowly), len(slowly))


@UNTIMED
@given(st.lists(st.integers(0, 3000), max_size=12), st.integers(1, 4000))
def test_windows_are_consecutive_and_full(sizes: list[int], words: int) -> None:
    empty = charvec.count("", REFERENCE)
    counts = []
    for size in sizes:
        sums = list(empty.sums)
        sums[AT["words"]] = size
        counts.append(charvec.Counts(tuple(sums), (), (), frozenset()))
    found = charvec.windows(counts, words)
    assert [each for window in found for each in window] == counts[: sum(map(len, found))]
    for window in found:
        assert sum(each.words for each in window) >= words > sum(each.words for each in window[:-1])
    last = charvec.last_words(counts, words)
    assert list(last) == counts[len(counts) - len(last) :]
    assert sum(each.words for each in last) >= words or len(last) == len(counts)


@UNTIMED
@given(ANY)
def test_the_words_kept_for_comparison_are_no_function_words(text: str) -> None:
    counts = charvec.count(text, REFERENCE)
    found = Counter(re.findall(FIELDS["token_regex"], text.lower()))
    assert not counts.vocabulary & REFERENCE.function_words
    if text.isascii() and text.isprintable():
        assert counts.vocabulary <= set(found)
        assert counts.words == found.total()
