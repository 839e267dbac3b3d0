"""How well does a message account for a question? One number in [0, 1] and the sentences it rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from ccnode.mind import lexicon, phrases
from ccnode.mind.aliases import aliases, beings
from ccnode.mind.asking import anybody, helpers, persons
from ccnode.mind.reading import Sentence, sentences
from ccnode.mind.stemming import family

if TYPE_CHECKING:
    from ccnode.mind.asking import Question, Unit

_ONLY_THE_KIND = 0.7
_SURE = 0.8
_WEAK_ALONE = 0.75  # one word asked, and only something like it told
_NEIGHBOUR = 0.8  # what a sentence beside the answering one adds
_CONTEXT_LEANING = 0.75  # what the turns before add, when the sentence leans on them ("she", "it", "there")
_CONTEXT = 0.3
_TAKEN = 0.65
_CONTEXT_CHARS_MAX = 1_000
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
    told = _Told(question, sentences(content, needles(question)), context)
    best = NO_MATCH
    asks = any(sentence.asks for sentence in told.spoken)
    for at, sentence in enumerate(told.spoken):
        if max(told.qualities[at]) < _FOUND:
            continue
        found = _at(question, told, at)
        if sentence.asks:
            found = _scaled(found, 0.3)
        elif asks:
            found = _scaled(found, 0.85)  # "somebody told me that ... Is that right?" tells less than it asks
        if found.score > best.score:
            best = found
    return _scaled(best, _role_factor(question, role, content))


class _Told:
    """The sentences of one message and how well each accounts for each unit of the question."""

    def __init__(self, question: Question, spoken: list[Sentence], context: str) -> None:
        self.spoken = spoken
        self.qualities = [[quality(unit, sentence, question.keys) for unit in question.units] for sentence in spoken]
        self._question = question
        self._context = context

    @cached_property
    def before(self) -> list[float]:
        """The same for the turns before, taken as one."""
        if not self._context:
            return [0.0] * len(self._question.units)
        sentence = Sentence(self._context[-_CONTEXT_CHARS_MAX:])
        return [quality(unit, sentence, self._question.keys) for unit in self._question.units]


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
    if not unit.rivals.isdisjoint(sentence.keys) and lexicon.lemma(unit.word) not in sentence.keys:
        return 0.0  # "boy" is near "baby", but not where a girl is spoken of
    for key in unit.accepts.keys() & sentence.keys:
        found = unit.accepts[key]
        if found < 1.0 and key in taken:
            found *= _TAKEN
        best = max(best, found)
    if best < lexicon.FAMILY and unit.families:
        for root in unit.families.keys() & sentence.families:
            taken_by_other = root in taken and root != family(unit.word)
            best = max(best, unit.families[root] * (_TAKEN if taken_by_other else 1.0))
    if best < _FOUND and any(_shows(sentence, feature, taken) for feature in unit.features):
        best = 0.8
    return best


@lru_cache(maxsize=256)
def _possessive(word: str) -> re.Pattern[str]:
    # "the neighbours' dog is called Gus" names no neighbour
    return re.compile(rf"\b{re.escape(word.removesuffix('s'))}s?['\u2019]s? (?!name)\w+", re.I)


def _shows(sentence: Sentence, feature: str, taken: frozenset[str]) -> bool:
    if feature == "being":
        return sentence.has("named") or any(lexicon.lemma(name) not in taken for name in sentence.beings)
    if feature in ("date", "day", "clock"):
        # "since that night in the tent" does not tell when that night was
        return any(lexicon.lemma(word) not in taken for found in sentence.finds(feature) for word in lexicon.words(found))
    if feature == "name":
        return sentence.has("named") or any(lexicon.lemma(name) not in taken for name in sentence.names)
    return sentence.has(feature)


def _at(question: Question, told: _Told, at: int) -> Match:
    spoken = told.spoken
    sentence = spoken[at]
    near = [n for n in range(max(0, at - 2), min(len(spoken), at + 2)) if n != at and not spoken[n].asks]
    context_value = _CONTEXT_LEANING if sentence.leans else _CONTEXT
    total = gained = said = things = things_gained = 0.0
    factor = 1.0
    single = sum(unit.weight > 0.5 for unit in question.units) == 1
    weak = False
    covered: list[str] = []
    helpers: list[Sentence] = []
    extra = 0
    for i, unit in enumerate(question.units):
        total += unit.weight
        own = value = told.qualities[at][i]
        if own < _FOUND:
            for n in near:
                beside = _NEIGHBOUR * told.qualities[n][i]
                if beside > value:
                    value = beside
                    if beside >= _FOUND and spoken[n] not in helpers:
                        helpers.append(spoken[n])
            value = max(value, context_value * told.before[i])
        gained += unit.weight * value
        said += unit.weight * own
        if not unit.required:
            things += unit.weight
            things_gained += unit.weight * value
        if value >= _FOUND:
            covered.append(unit.word)
            weak |= unit.weight > 0.5 and value < _SURE
            if unit.kind_asked and own == 1.0 and not _names_one(question, unit, sentence):
                factor *= _ONLY_THE_KIND
            extra += sum(1 for key in sentence.keys if unit.accepts.get(key, 0.0) >= lexicon.KIND) > 1
        elif unit.weight > 0.3:
            if unit.rivals and not unit.rivals.isdisjoint(sentence.keys):
                factor *= 0.5
            elif unit.required:
                factor *= 0.6
            elif unit.focus:
                factor *= 0.7 if unit.weight < 1.0 or not lexicon.is_known(unit.word) else 0.55
    if not covered:
        return NO_MATCH
    kind_value = _kind_value(question, [sentence, *helpers])
    factor *= kind_value
    factor *= _subject_factor(question, sentence)
    if things > 0.5 and things_gained < 0.4 * things:
        factor *= 0.7  # about the right person, but not about the matter
    if said < 0.3 * gained:
        factor *= 0.6  # "ok, I'll try that": the turns before it speak of the matter, not this one
    if factor == 1.0 and weak and single:
        factor = _WEAK_ALONE
    share = gained / total
    bonus = 0.35 * min(1, extra) + 0.3 * bool(sentence.has("self")) + 0.35 * bool(sentence.names or sentence.has("number"))
    quote = " ".join(part.text for part in spoken if part is sentence or part in helpers)
    return Match(min(1.0, share * factor * (0.93 + 0.07 * bonus)), quote, frozenset(covered), kind_value == 1.0)


def _bare_number(question: Question) -> float:
    """A number without its unit: "1,250 a month" may be a price, but any number may stand in a sentence about a room."""
    if question.kind in ("size", "mass"):
        return 0.6 if sum(unit.weight > 0.5 for unit in question.units) == 1 else 0.8
    return 0.75 if question.kind == "amount" else 0.85


def _names_one(question: Question, unit: Unit, sentence: Sentence) -> bool:
    """Asked which fish: is there a cod in the sentence, or a name, a number, anything said of *the* fish?"""
    key = lexicon.lemma(unit.word)
    members = lexicon.members(unit.word)
    return (
        not members.isdisjoint(sentence.keys - {key})
        or any(lexicon.lemma(name) not in question.keys for name in sentence.names)
        or sentence.has("digits") or sentence.has("quoted")
        or bool(re.search(rf"\b{re.escape(unit.word)}s? (?:is|was|are|were|called|named)\b|\b(?:called|named|an?) (?:\w+ )?{re.escape(unit.word)}", sentence.text, re.I))
    )  # fmt: skip


def _kind_value(question: Question, told: list[Sentence]) -> float:
    """1 if the sentences hold the kind of fact that is asked for; less if they hold some other number, or nothing."""
    if not question.wanted:
        return 1.0
    people = persons() | helpers() | anybody()
    if question.kind == "named":
        who = [unit for unit in question.units if unit.focus and lexicon.lemma(unit.word) in beings()]
        if who:
            known = [aliases((sentence.text,)) for sentence in told]
            whose = any(_possessive(unit.word).search(sentence.text) for unit in who for sentence in told)
            fits = not whose and any(sentence.has("named") for sentence in told)
            fits |= any(unit.accepts.get(key, 0.0) > _FOUND for found in known for key in found for unit in who)
            return 1.0 if fits else question.unwanted_factor
    best = question.unwanted_factor
    for sentence in told:
        for feature in question.wanted:
            if feature == "person":
                found = any(key in people and key not in question.persons for key in sentence.keys)
            else:
                found = _shows(sentence, feature, question.keys)
            if found:
                bare = feature == "number" and len(question.wanted) > 1
                best = max(best, _bare_number(question) if bare else 1.0)
    return best


def _subject_factor(question: Question, sentence: Sentence) -> float:
    """Asked about the speaker, told about somebody else: no answer."""
    if not question.asks or question.persons or not question.about_self or any(unit.required for unit in question.units):
        return 1.0
    if sentence.has("actor"):
        return 1.0
    others = persons()
    if any(key in others for key in sentence.keys) and question.kind != "who":
        return 0.55
    if not sentence.has("self") and not sentence.names and not sentence.has("number") and not sentence.has("clock"):
        return 0.8  # a saying about the world at large
    if not sentence.has("self") and sentence.names:
        at = sentence.text.casefold().find(sentence.names[0])
        if at < 0.4 * len(sentence.text):
            return 0.75  # somebody with a name is spoken of
    return 1.0
