"""How likely is it that a message answers a question? Evidence, as numbers, and what each piece of it weighs.

To be about the same thing is not to answer: of a hundred questions about what was never told, most have some message
near them. So the rules of `matching` are one witness among several. What each is worth was learned from examples
(tests/memory/learn.py, logistic regression); the weights are in `words/weights.py`: one table for words alone, one for
words and how alike in meaning the texts are (`Likeness`), where something could compare them.
"""

from __future__ import annotations

import itertools
import math
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ccnode.mind import lexicon
from ccnode.mind.likeness import Likeness, answers
from ccnode.mind.matching import Match, match, role_factor, subject_factor
from ccnode.mind.people import beings, first_names
from ccnode.mind.reading import Reading
from ccnode.mind.words import weights

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ccnode.mind.asking import Question, Unit

_STRONG: Final = 0.5  # units of more weight carry what is asked
_NAMED: Final = 0.3  # units of more weight may be what the question turns on
KINDS: Final = (
    "age amount clock code count day duration how measure named price size titled what when where who why".split()
)
# Kinds of question whose answer looks like nothing else: without it there is none.
STRICT: Final = "age amount clock code count day duration measure price size titled when where who".split()
_KIND_NAMES: Final = {
    **{f"asked: {kind}": 0.0 for kind in KINDS},
    **{f"{kind}, not found": 0.0 for kind in STRICT},
}
_NUMERIC: Final = frozenset("age amount code count duration measure price size distance height mass often".split())
_QUANTITY = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million|half|dozen|free)\b",
    re.IGNORECASE,
)
# What a message of questions alone counts for: asked a second time in other words, its first asking is most like it,
# and is no answer. Less than `answering.ANSWER_MIN`, and little beside the message that was quoted then.
_ONLY_ASKS: Final = 0.1
_TITLES: Final = frozenset("mr mrs ms miss dr prof professor sister father aunt uncle".split())

# What of a message is compared with the question in meaning: its beginning, and each of its first sentences.
_COMPARED_CHARS = 500
_COMPARED_SENTENCES = 6

_How = Literal["said", "meant", "hinted", "missing"]
_WORTH: Final[Mapping[_How, float]] = {"said": 1.0, "meant": 0.9, "hinted": 0.5, "missing": 0.0}
_STRONG_NAMES: Final = {how: (f"strong {how}", f"kind and anchor {how}") for how in _WORTH}
_FOCUS_NAMES: Final = {how: f"focus {how}" for how in _WORTH}
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
    worth = _WORDS
    alike = [] if likeness is None else [likeness.get(text) for text in compared(question, content, found)]
    near = [one for one in alike if one is not None]
    if near and len(near) == len(alike):
        values |= meaning(values, near)
        worth = _MEANING
    score = likelihood(values, worth) * role_factor(question, role, content)
    if values["only asks"]:
        score *= _ONLY_ASKS
    return Match(score, found.quote, found.covered, found.kind_found, found.kind_value, found.qualities)


def compared(question: Question, content: str, found: Match | None = None) -> tuple[str, ...]:
    """The texts of a message whose likeness to the question tells whether it answers: the beginning, then sentences.

    `found`: its match, where that is known.
    """
    spoken = _reading(question, content, found).sentences[:_COMPARED_SENTENCES]
    return (content[:_COMPARED_CHARS], *(sentence.text[:_COMPARED_CHARS] for sentence in spoken))


class _Worth:
    """What each piece of evidence is worth, ready to be summed up."""

    def __init__(self, table: Mapping[str, float]) -> None:
        self.bias = table["bias"]
        self.each = [weight for name, weight in table.items() if name != "bias"]
        self.of: Callable[[Mapping[str, float]], tuple[float, ...]]
        self.of = operator.itemgetter(*(name for name in table if name != "bias"))


_WORDS: Final = _Worth(weights.WORDS)
_MEANING: Final = _Worth(weights.MEANING)


def _reading(question: Question, content: str, found: Match | None) -> Reading:
    return (found and found.reading) or Reading(content, question.needles)


def likelihood(values: Mapping[str, float], worth: _Worth) -> float:
    """The logistic function of the weighted sum of the evidence: a number in (0, 1)."""
    total = worth.bias + sum(map(operator.mul, worth.each, worth.of(values)))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def meaning(values: Mapping[str, float], near: Sequence[float]) -> dict[str, float]:
    """What the likeness says: of the whole (the first of `near`), of the nearest sentence, and of answering."""
    nearest = max(near[1:], default=near[0])
    return {
        "alike, whole": near[0],
        "alike": nearest,
        "alike, squared": nearest * nearest,
        "kind and alike": values["kind found"] * nearest,
        "kind wanted and alike": values["kind wanted and found"] * nearest,
        "answers": answers(near[0]),
    }


def evidence(question: Question, role: str, content: str, found: Match) -> dict[str, float]:
    """What speaks for and against the message, by name; `found` is what the rules say of it."""
    reading = _reading(question, content, found)
    kind_found = found.kind_value >= _LIKE_THE_KIND
    hows = _hows(question, reading, found.qualities)
    fresh = reading.keys - question.keys
    return {
        "score": found.score,
        "kind value": found.kind_value,
        **_of_units(question, hows, kind_found=kind_found),
        **_plain_words(question, reading, kind_found=kind_found),
        **_asked_for(question, fresh, reading),
        **_manner(question, role, reading),
        "keys": float(len(reading.keys)),
        "new keys": float(len(fresh)),
    }


def _of_units(question: Question, hows: tuple[_How, ...], *, kind_found: bool) -> Mapping[str, float]:
    """What says how a message has the things a question names; the same for many messages, so worked out once."""
    found = question.told_by_units.get((hows, kind_found))
    if found is None:
        rows = list(map(_Covered, question.units, [unit.tells for unit in question.units], hows))
        focus = {row.how for row in rows if row.unit.focus}
        found = question.told_by_units[hows, kind_found] = {
            "kind found": float(kind_found),
            "kind wanted": float(bool(question.wanted.features)),
            "kind wanted and found": float(bool(question.wanted.features) and kind_found),
            **_kind(question, kind_found=kind_found),
            **_coverage(question, rows, kind_found=kind_found),
            **{name: float(how in focus) for how, name in _FOCUS_NAMES.items()},
        }
    return found


def _kind(question: Question, *, kind_found: bool) -> dict[str, float]:
    """Which kind of fact is asked for, and whether it is missing."""
    found, kind = dict(_KIND_NAMES), question.wanted.kind
    if kind in KINDS:
        found[f"asked: {kind}"] = 1.0
    if kind in STRICT:
        found[f"{kind}, not found"] = float(not kind_found)
    return found


def _coverage(question: Question, rows: list[_Covered], *, kind_found: bool) -> dict[str, float]:
    """How the message has what the question names: in the same words, in others, by a hint, or not."""
    strong = [row for row in rows if row.unit.weight > _STRONG]
    hows = [row.how for row in strong]
    beside = [row.how for row in strong if not row.unit.focus]  # what is asked about, beside what is asked for
    required = [row.how for row in rows if row.unit.required]
    anchor = max((row for row in rows if row.unit.weight > _NAMED), key=lambda row: row.tells, default=None)
    total = sum([row.tells for row in rows]) or 1.0
    said = [row.tells for row in rows if row.how == "said"]
    meant = [row.tells for row in rows if row.how == "meant"]
    found: dict[str, float] = {
        "focus": float(any(row.unit.focus for row in rows)),
        "strong": float(len(strong)),
        "required": float(bool(required)),
        "required said": float(required.count("said")),
        "required missing": float(required.count("missing")),
        "tells most, said": max(said, default=0.0),
        "tells most, said or meant": max([*said, *meant], default=0.0),
        "tells most, missing": max([row.tells for row in strong if row.how == "missing"], default=0.0),
    }
    for how, (amount, anchored) in _STRONG_NAMES.items():
        found[amount] = float(hows.count(how))
        found[anchored] = float(kind_found and anchor is not None and anchor.how == how)
    found["kind and share said"] = kind_found * sum(said) / total
    found["kind and share missing"] = kind_found * sum([row.tells for row in rows if row.how == "missing"]) / total
    found |= _shares(rows, strong, kind_found=kind_found, wanted=bool(question.wanted.features))
    both = beside.count("said") + beside.count("meant")
    found["kind and all beside said"] = float(kind_found and bool(beside) and beside.count("said") == len(beside))
    found["kind and all beside said or meant"] = float(kind_found and bool(beside) and both == len(beside))
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


def _asked_for(question: Question, fresh: frozenset[str], reading: Reading) -> dict[str, float]:
    """How the message has the very thing that is asked for: one of its kind, a number, a person.

    `fresh`: the keys that it says beside those of the question.
    """
    spoken, kind = reading.sentences, question.wanted.kind
    focus = [unit for unit in question.units if unit.focus]
    kinds = [unit.members for unit in focus if not unit.required and unit.members]
    titled_thing = kind == "titled" and not any(unit.key in beings() for unit in focus)
    one_named = any(not members.isdisjoint(fresh) for members in kinds)
    new: set[str] = set()
    if kind in {"who", "titled"}:
        new = {name for sentence in spoken for name in sentence.names if lexicon.lemma(name) not in question.keys}
    persons = new & first_names()
    titled = kind == "who" and any(word in _TITLES for sentence in spoken for word in sentence.tokens)
    numeric = kind in _NUMERIC
    quantity = numeric and any(_QUANTITY.search(sentence.text) for sentence in spoken)
    return {
        "focus, one named": float(one_named),
        "focus, none named": float(bool(kinds) and not one_named),
        "quantity wanted and found": float(numeric and quantity),
        "quantity wanted, not found": float(numeric and not quantity),
        "who, person found": float(kind == "who" and (bool(persons) or titled)),
        "who, no person found": float(kind == "who" and not persons and not titled),
        "titled, only persons found": float(titled_thing and bool(new) and new == persons),
        "titled, other name found": float(titled_thing and new != persons),
        "pairs said": float(sum(_says(reading, two) for two in question.pairs)),
    }


def _says(reading: Reading, two: tuple[str, str]) -> bool:
    """Whether words of these keys stand beside each other in a sentence."""
    return reading.keys.issuperset(two) and any(two in sentence.pairs for sentence in reading.sentences)


def _hows(question: Question, reading: Reading, qualities: Sequence[float]) -> tuple[_How, ...]:
    """For each thing the question names, in order: how the message has it."""
    keys, families = reading.keys, reading.families
    return tuple(
        "said"
        if unit.key in keys or unit.root in families
        else "meant"
        if value >= _MEANT
        else "hinted"
        if value >= _HINTED
        else "missing"
        for unit, value in zip(question.units, qualities or itertools.repeat(0.0), strict=False)
    )


def _plain_words(question: Question, reading: Reading, *, kind_found: bool) -> dict[str, float]:
    """What plain word overlap says, whatever the tables think."""
    asked = question.stems
    same = [one for one in asked if one in reading.stems]
    both = sum(asked[one] for one in same)  # whole numbers, so in any order
    share = both / (sum(asked.values()) or 1.0)
    return {
        "same words": float(len(same)),
        "same share of the question": share,
        "same share of the message": both / (reading.told or 1.0),
        "kind and same share": kind_found * share,
    }


def _manner(question: Question, role: str, reading: Reading) -> dict[str, float]:
    """Who speaks, of whom, and whether the message asks itself."""
    spoken = reading.sentences
    new_names = sum(lexicon.lemma(name) not in question.keys for sentence in spoken for name in sentence.names)
    return {
        "of the user": float(role == "user"),
        "asks": float(reading.asks),
        "only asks": float(reading.asks and all(sentence.asks for sentence in spoken)),
        "question on oneself": float(question.about_self),
        "message on oneself": float(any(sentence.has("self") for sentence in spoken)),
        "subject": max((subject_factor(question, sentence) for sentence in spoken), default=1.0),
        "new names": float(new_names),
        "digits": float(any(sentence.has("number") for sentence in spoken)),
    }
