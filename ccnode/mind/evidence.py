"""How likely is it that a message answers a question? Evidence, as numbers, and what each piece of it weighs.

To be about the same thing is not to answer: of a hundred questions about what was never told, most have some message
near them. So the rules of `matching` are one witness among several. What each is worth was learned from examples
(tests/memory/learn.py, logistic regression); the weights are in `words/weights.py`: one table for words alone, one for
words and how alike in meaning the texts are (`Likeness`), where something could compare them.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from ccnode.mind import lexicon
from ccnode.mind.matching import Match, match, needles, quality, role_factor, subject_factor
from ccnode.mind.people import beings, first_names
from ccnode.mind.reading import sentences
from ccnode.mind.stemming import family, stem
from ccnode.mind.words import weights

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode.mind.asking import Question, Unit
    from ccnode.mind.reading import Sentence

_STRONG: Final = 0.5  # units of more weight carry what is asked
_NAMED: Final = 0.3  # units of more weight may be what the question turns on
# How much a word tells: one that could stand in any message, one of everyday life, a rare one or a name.
_STOP_TELLS: Final = 1.0
_LIGHT_TELLS: Final = 3.0
_KNOWN_TELLS: Final = 5.0
_RARE_TELLS: Final = 7.0
KINDS: Final = (
    "age amount clock code count day duration how measure named price size titled what when where who why".split()
)
# Kinds of question whose answer looks like nothing else: without it there is none.
STRICT: Final = "age amount clock code count day duration measure price size titled when where who".split()
_NUMERIC: Final = frozenset("age amount code count duration measure price size distance height mass often".split())
_QUANTITY = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million|half|dozen|free)\b",
    re.IGNORECASE,
)
_TITLES: Final = frozenset("mr mrs ms miss dr prof professor sister father aunt uncle".split())

# What of a message is compared with the question in meaning: its beginning, and each of its first sentences.
_COMPARED_CHARS = 500
_COMPARED_SENTENCES = 6

# How alike in meaning a text is to the question (the cosine of their vectors, in [-1, 1]), for each text compared.
Likeness = Mapping[str, float]
_How = Literal["said", "meant", "hinted", "missing"]
_WORTH: Final[Mapping[_How, float]] = {"said": 1.0, "meant": 0.9, "hinted": 0.5, "missing": 0.0}
_LIKE_THE_KIND: Final = 0.75
_MEANT: Final = lexicon.INNER
_HINTED: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Covered:
    """One thing the question names, how much it tells, and how the message has it."""

    unit: Unit
    tells: float
    how: _How


def judged(question: Question, role: str, content: str, context: str = "", likeness: Likeness | None = None) -> Match:
    """The match of a message with a question, its score being how likely the message answers it, in [0, 1].

    `likeness` tells how alike the texts of `compared(question, content)` are to the question; without it, or where it
    lacks one of them, words alone decide. A text that asks nothing is compared by the rules of `matching` alone:
    nothing could answer it.
    """
    return weighed(question, role, content, match(question, role, content, context), likeness)


def weighed(question: Question, role: str, content: str, found: Match, likeness: Likeness | None = None) -> Match:
    """The same for a message whose match is known already."""
    if not question.asks or not found.score:
        return found
    values = evidence(question, role, content, found)
    worth = weights.WORDS
    alike = [] if likeness is None else [likeness.get(text) for text in compared(question, content)]
    near = [one for one in alike if one is not None]
    if near and len(near) == len(alike):
        values |= meaning(values, near)
        worth = weights.MEANING
    return replace(found, score=likelihood(values, worth) * role_factor(question, role, content))


def compared(question: Question, content: str) -> tuple[str, ...]:
    """The texts of a message whose likeness to the question tells whether it answers: the beginning, then sentences."""
    spoken = sentences(content, needles(question))[:_COMPARED_SENTENCES]
    return (content[:_COMPARED_CHARS], *(sentence.text[:_COMPARED_CHARS] for sentence in spoken))


def likelihood(values: Mapping[str, float], worth: Mapping[str, float]) -> float:
    """The logistic function of the weighted sum of the evidence: a number in (0, 1)."""
    total = worth["bias"] + sum(weight * values[name] for name, weight in worth.items() if name != "bias")
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def meaning(values: Mapping[str, float], near: Sequence[float]) -> dict[str, float]:
    """What the likeness says: of the whole (the first of `near`), and of the nearest sentence."""
    nearest = max(near[1:], default=near[0])
    return {
        "alike, whole": near[0],
        "alike": nearest,
        "alike, squared": nearest * nearest,
        "kind and alike": values["kind found"] * nearest,
        "kind wanted and alike": values["kind wanted and found"] * nearest,
    }


def evidence(question: Question, role: str, content: str, found: Match) -> dict[str, float]:
    """What speaks for and against the message, by name; `found` is what the rules say of it."""
    spoken = sentences(content, needles(question))
    keys = frozenset[str]().union(*(sentence.keys for sentence in spoken))
    found = replace(found, kind_found=found.kind_value >= _LIKE_THE_KIND)
    return {
        "score": found.score,
        "kind found": float(found.kind_found),
        "kind value": found.kind_value,
        "kind wanted": float(bool(question.wanted.features)),
        "kind wanted and found": float(bool(question.wanted.features) and found.kind_found),
        **{f"asked: {kind}": float(question.wanted.kind == kind) for kind in KINDS},
        **{f"{kind}, not found": float(question.wanted.kind == kind and not found.kind_found) for kind in STRICT},
        **_coverage(question, spoken, kind_found=found.kind_found),
        **_plain_words(question, content, kind_found=found.kind_found),
        **_asked_for(question, spoken),
        **_manner(question, role, spoken),
        "keys": float(len(keys)),
        "new keys": float(len(keys - question.keys)),
    }


def _coverage(question: Question, spoken: list[Sentence], *, kind_found: bool) -> dict[str, float]:
    """How the message has what the question names: in the same words, in others, by a hint, or not."""
    rows = [_covered(unit, spoken, question) for unit in question.units]
    strong = [row for row in rows if row.unit.weight > _STRONG]
    beside = [row for row in strong if not row.unit.focus]  # what is asked about, beside what is asked for
    required = [row for row in rows if row.unit.required]
    anchor = max((row for row in rows if row.unit.weight > _NAMED), key=lambda row: row.tells, default=None)
    total = sum(row.tells for row in rows) or 1.0
    found: dict[str, float] = {
        "focus": float(any(row.unit.focus for row in rows)),
        "strong": float(len(strong)),
        "required": float(bool(required)),
        "required said": float(sum(row.how == "said" for row in required)),
        "required missing": float(sum(row.how == "missing" for row in required)),
        "tells most, said": max((row.tells for row in rows if row.how == "said"), default=0.0),
        "tells most, said or meant": max((row.tells for row in rows if row.how in ("said", "meant")), default=0.0),
        "tells most, missing": max((row.tells for row in strong if row.how == "missing"), default=0.0),
    }
    for how in ("said", "meant", "hinted", "missing"):
        found[f"strong {how}"] = float(sum(row.how == how for row in strong))
        found[f"kind and anchor {how}"] = float(kind_found and anchor is not None and anchor.how == how)
    for name, how in (("said", "said"), ("missing", "missing")):
        found[f"kind and share {name}"] = kind_found * sum(row.tells for row in rows if row.how == how) / total
    found |= _shares(rows, strong, kind_found=kind_found, wanted=bool(question.wanted.features))
    found["kind and all beside said"] = float(kind_found and bool(beside) and all(row.how == "said" for row in beside))
    found["kind and all beside said or meant"] = float(
        kind_found and bool(beside) and all(row.how in ("said", "meant") for row in beside)
    )
    return found


def _shares(rows: list[_Covered], strong: list[_Covered], *, kind_found: bool, wanted: bool) -> dict[str, float]:
    """How much of it the message has, and whether it lacks what is asked for or only what is beside it."""
    share = sum(row.tells * _WORTH[row.how] for row in strong) / (sum(row.tells for row in strong) or 1.0)
    near = all(row.how != "missing" for row in strong)
    focus = [row for row in rows if row.unit.focus]
    beside = [row for row in strong if not row.unit.focus]
    beside_covered = bool(beside) and all(row.how in ("said", "meant") for row in beside)
    covered = any(row.how in ("said", "meant") for row in focus)
    return {
        "share covered": share,
        "share covered, squared": share * share,
        "kind and share covered": kind_found * share,
        "kind wanted and share covered": wanted * kind_found * share,
        "none missing": float(near),
        "none missing, kind found": float(near and kind_found),
        "beside covered, focus missing": float(beside_covered and any(row.how == "missing" for row in focus)),
        "beside covered, focus covered": float(beside_covered and covered),
        "beside missing, focus covered": float(covered and any(row.how == "missing" for row in beside)),
        "one strong": float(len(strong) <= 1),
        "one strong, covered": float(len(strong) <= 1) * share,
    }


def _asked_for(question: Question, spoken: list[Sentence]) -> dict[str, float]:
    """How the message has the very thing that is asked for: the word, one of its kind, a number, a person."""
    keys = frozenset[str]().union(*(sentence.keys for sentence in spoken))
    focus = [_covered(unit, spoken, question) for unit in question.units if unit.focus]
    kinds = [members for row in focus if not row.unit.required and (members := lexicon.members(row.unit.word))]
    titled_thing = question.wanted.kind == "titled" and not any(
        lexicon.lemma(row.unit.word) in beings() for row in focus
    )
    one_named = any(not members.isdisjoint(keys - question.keys) for members in kinds)
    new = {name for sentence in spoken for name in sentence.names if lexicon.lemma(name) not in question.keys}
    persons = {name for name in new if name in first_names()}
    titled = any(word in _TITLES for sentence in spoken for word in sentence.tokens)
    numeric = question.wanted.kind in _NUMERIC
    quantity = any(_QUANTITY.search(sentence.text) for sentence in spoken)
    pairs = _pairs(lexicon.content_words(question.text))
    return {
        **{
            f"focus {how}": float(any(row.how == how for row in focus))
            for how in ("said", "meant", "hinted", "missing")
        },
        "focus, one named": float(one_named),
        "focus, none named": float(bool(kinds) and not one_named),
        "quantity wanted and found": float(numeric and quantity),
        "quantity wanted, not found": float(numeric and not quantity),
        "who, person found": float(question.wanted.kind == "who" and (bool(persons) or titled)),
        "who, no person found": float(question.wanted.kind == "who" and not persons and not titled),
        "titled, only persons found": float(titled_thing and bool(new) and new == persons),
        "titled, other name found": float(titled_thing and new != persons),
        "pairs said": float(len(pairs & frozenset().union(*(_pairs(sentence.tokens) for sentence in spoken)))),
    }


def _pairs(words: Iterable[str]) -> frozenset[tuple[str, str]]:
    keys = [lexicon.lemma(word) for word in words if word not in lexicon.STOP]
    return frozenset(itertools.pairwise(keys))


def _covered(unit: Unit, spoken: list[Sentence], question: Question) -> _Covered:
    key, root = lexicon.lemma(unit.word), family(unit.word)
    if any(key in sentence.keys or root in sentence.families for sentence in spoken):
        return _Covered(unit, tells(unit.word), "said")
    best = max((quality(unit, sentence, question.keys) for sentence in spoken), default=0.0)
    how: _How = "meant" if best >= _MEANT else "hinted" if best >= _HINTED else "missing"
    return _Covered(unit, tells(unit.word), how)


def tells(word: str) -> float:
    """How much a word (folded) tells about what a text is about: a guess at its inverse document frequency."""
    if word in lexicon.STOP:
        return _STOP_TELLS
    if lexicon.is_light(word):
        return _LIGHT_TELLS
    return _KNOWN_TELLS if lexicon.is_known(word) and not word.isdigit() else _RARE_TELLS


def _plain_words(question: Question, content: str, *, kind_found: bool) -> dict[str, float]:
    """What plain word overlap says, whatever the tables think."""
    asked, told = _stems(lexicon.content_words(question.text)), _stems(lexicon.content_words(content))
    both = sum(asked[key] for key in asked.keys() & told.keys())
    share = both / (sum(asked.values()) or 1.0)
    return {
        "same words": float(len(asked.keys() & told.keys())),
        "same share of the question": share,
        "same share of the message": both / (sum(told.values()) or 1.0),
        "kind and same share": kind_found * share,
    }


def _stems(words: Iterable[str]) -> dict[str, float]:
    return {stem(word): tells(stem(word)) for word in words}


def _manner(question: Question, role: str, spoken: list[Sentence]) -> dict[str, float]:
    """Who speaks, of whom, and whether the message asks itself."""
    new_names = sum(lexicon.lemma(name) not in question.keys for sentence in spoken for name in sentence.names)
    return {
        "of the user": float(role == "user"),
        "asks": float(any(sentence.asks for sentence in spoken)),
        "only asks": float(bool(spoken) and all(sentence.asks for sentence in spoken)),
        "question on oneself": float(question.about_self),
        "message on oneself": float(any(sentence.has("self") for sentence in spoken)),
        "subject": max((subject_factor(question, sentence) for sentence in spoken), default=1.0),
        "new names": float(new_names),
        "digits": float(any(sentence.has("digits") or sentence.has("number") for sentence in spoken)),
    }
