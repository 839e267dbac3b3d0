"""How well does a message account for a question? One number in [0, 1] and the sentences it rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccnode.mind import lexicon, phrases
from ccnode.mind.asking import helpers, persons
from ccnode.mind.reading import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.mind.asking import Question, Unit
    from ccnode.mind.reading import Sentence

_NEIGHBOUR = 0.8  # what a sentence beside the answering one adds
_CONTEXT_LEANING = 0.75  # what the turns before add, when the sentence leans on them ("she", "it", "there")
_CONTEXT = 0.3
_FOUND = 0.5  # a unit is accounted for from this quality on

_OWN_REPLY = re.compile("|".join(re.escape(opening) for opening in phrases.OPENINGS))


@dataclass(frozen=True, slots=True)
class Match:
    """`score` in [0, 1]; `quote` the sentences that answer; `covered` the question's words they account for."""

    score: float
    quote: str
    covered: frozenset[str]
    kind_found: bool


NO_MATCH = Match(0.0, "", frozenset(), False)


def match(question: Question, role: str, content: str, context: str = "") -> Match:
    """Compare a message (and, weaker, the turns before it) with a question."""
    if not question.units:
        return NO_MATCH
    spoken = sentences(content, needles(question))
    if not spoken:
        return NO_MATCH
    before = sentences(context[-2000:]) if context else []
    best = NO_MATCH
    for at, sentence in enumerate(spoken):
        found = _at(question, spoken, at, before)
        if sentence.asks:
            found = _scaled(found, 0.3)
        elif any(other.asks for other in spoken):
            found = _scaled(found, 0.85)  # "somebody told me that ... Is that right?" tells less than it asks
        if found.score > best.score:
            best = found
    return _scaled(best, _role_factor(question, role, content))


def needles(question: Question) -> list[str]:
    """Folded words worth a plain search in a very long message, the most telling first."""
    ordered = sorted(question.units, key=lambda unit: -unit.weight)
    return list(dict.fromkeys([unit.word[:12] for unit in ordered] + [key for unit in ordered for key in list(unit.accepts)[:6]]))


def _scaled(found: Match, factor: float) -> Match:
    return Match(found.score * factor, found.quote, found.covered, found.kind_found) if factor != 1.0 else found


def _role_factor(question: Question, role: str, content: str) -> float:
    if role == "user":
        return 0.6 if question.about_assistant and not question.about_self else 1.0
    if _OWN_REPLY.match(content.lstrip()):
        return 0.2
    return 1.0 if question.about_assistant else 0.55


def quality(unit: Unit, sentence: Sentence, taken: frozenset[str]) -> float:
    """How well one sentence accounts for one thing a question names, in [0, 1].

    `taken` are the keys of the question's own words: one said again accounts for itself and for no other.
    """
    best = 0.0
    for key in sentence.keys:
        found = unit.accepts.get(key, 0.0)
        if found > best and (found == 1.0 or key not in taken):
            best = found
    if best < lexicon.FAMILY and unit.families:
        for root in sentence.families:
            best = max(best, unit.families.get(root, 0.0))
    if best < _FOUND and any(sentence.has(feature) for feature in unit.features):
        best = 0.8
    return best


def _at(question: Question, spoken: Sequence[Sentence], at: int, before: Sequence[Sentence]) -> Match:
    sentence = spoken[at]
    near = [other for other in spoken[max(0, at - 2) : at + 2] if other is not sentence and not other.asks]
    context_value = _CONTEXT_LEANING if sentence.leans else _CONTEXT
    taken = question.keys
    total = gained = said = things = things_gained = 0.0
    factor = 1.0
    covered: list[str] = []
    helpers: list[Sentence] = []
    extra = 0
    for unit in question.units:
        total += unit.weight
        own = quality(unit, sentence, taken)
        value = own
        if own < _FOUND:
            for other in near:
                beside = _NEIGHBOUR * quality(unit, other, taken)
                if beside > value:
                    value = beside
                    if beside >= _FOUND and other not in helpers:
                        helpers.append(other)
            for other in before:
                value = max(value, context_value * quality(unit, other, taken))
        gained += unit.weight * value
        said += unit.weight * max(own, 0.0)
        if not unit.required:
            things += unit.weight
            things_gained += unit.weight * value
        if value >= _FOUND:
            covered.append(unit.word)
            extra += sum(1 for key in sentence.keys if unit.accepts.get(key, 0.0) >= lexicon.KIND) > 1
        elif unit.weight > 0.3:
            if unit.rivals and any(key in unit.rivals for key in sentence.keys):
                factor *= 0.5
            elif unit.required:
                factor *= 0.6
            elif unit.focus:
                factor *= 0.55 if lexicon.is_known(unit.word) else 0.7
    if not covered:
        return NO_MATCH
    kind_found = _kind_found(question, [sentence, *helpers])
    if not kind_found:
        factor *= question.unwanted_factor
    factor *= _subject_factor(question, sentence)
    if things > 0.3 and things_gained < 0.4 * things:
        factor *= 0.7  # about the right person, but not about the matter
    if said < 0.3 * gained:
        factor *= 0.6  # "ok, I'll try that": the turns before it speak of the matter, not this one
    share = gained / total
    bonus = 0.35 * min(1, extra) + 0.3 * bool(sentence.has("self")) + 0.35 * bool(sentence.names or sentence.has("number"))
    quote = " ".join(part.text for part in spoken if part is sentence or part in helpers)
    return Match(min(1.0, share * factor * (0.93 + 0.07 * bonus)), quote, frozenset(covered), kind_found)


def _kind_found(question: Question, told: Sequence[Sentence]) -> bool:
    if not question.wanted:
        return True
    people = persons() | helpers()
    given = {unit.word for unit in question.units}
    for sentence in told:
        for feature in question.wanted:
            if feature == "name":
                if sentence.has("named") or any(name not in given for name in sentence.names):
                    return True
            elif feature == "person":
                if any(key in people and key not in question.persons for key in sentence.keys):
                    return True
            elif sentence.has(feature):
                return True
    return False


def _subject_factor(question: Question, sentence: Sentence) -> float:
    """Asked about the speaker, told about somebody else: no answer."""
    if not question.asks or question.persons or not question.about_self or any(unit.required for unit in question.units):
        return 1.0
    if sentence.has("actor"):
        return 1.0
    others = persons()
    if any(key in others for key in sentence.keys) and question.kind != "who":
        return 0.6
    if not sentence.has("self") and not sentence.names and not sentence.has("number") and not sentence.has("clock"):
        return 0.85  # a saying about the world at large
    if not sentence.has("self") and sentence.names and sentence.text.lower().startswith(sentence.names[0]):
        return 0.7
    return 1.0
