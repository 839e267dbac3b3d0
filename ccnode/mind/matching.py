"""How well does a message account for a question? One number in [0, 1] and the sentences it rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from ccnode.mind import features, lexicon, phrases
from ccnode.mind.aliases import aliases
from ccnode.mind.once import once
from ccnode.mind.people import beings, people, persons
from ccnode.mind.reading import Reading, Sentence

if TYPE_CHECKING:
    from ccnode.mind.asking import Question, Unit

_FOUND = 0.5  # a unit is accounted for from this quality on
_SURE = 0.8
_STRONG = 0.5  # units of more weight carry what is asked
_SHOWN = 0.8  # quality of a fact that looks like what is asked for, without the word
_NEIGHBOUR = 0.8  # what a sentence beside the answering one adds
_CONTEXT_LEANING = 0.75  # what the turns before add, when the sentence leans on them ("she", "it", "there")
_CONTEXT = 0.3
_CONTEXT_CHARS_MAX = 1_000
_KEPT_CHARS_MAX = 1_000  # what was read of longer messages is not kept with their matches: there may be hundreds

# Factors on the score of a sentence.
_ASKS = 0.3  # it asks itself
_BESIDE_A_QUESTION = 0.85  # "somebody told me that ... Is that right?" tells less than it asks
_RIVAL = 0.5  # it speaks of the brother, not of the sister
_REQUIRED_MISSING = 0.6
_FOCUS_MISSING = 0.55
_FOCUS_MISSING_UNSURE = 0.7  # a verb, or a word the tables do not know
_ONLY_THE_KIND = 0.7  # asked which fish: told of the fish van
_WEAK_ALONE = 0.75  # one word asked, and only something like it told
_OTHER_MATTER = 0.7  # about the right person, but not about the matter
_ONLY_CONTEXT = 0.6  # "ok, I'll try that": the turns before it speak of the matter, not this one
_OTHER_PERSON = 0.55  # asked about the speaker, told about a relative
_OTHER_NAME = 0.75
_IMPERSONAL = 0.8  # a saying about the world at large
_ASSISTANT = 0.55
_OWN_REPLY = 0.2

_TITLED_NAME = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor)\.? {features.CAPITAL}")
_OWN_OPENING = re.compile("|".join(re.escape(opening) for opening in phrases.OPENINGS))


@dataclass(frozen=True, slots=True)
class Match:
    """`score` in [0, 1]; `quote` the sentences that answer; `covered` the question's words they account for."""

    score: float
    quote: str
    covered: frozenset[str]
    kind_found: bool
    kind_value: float = 1.0  # less than 1 where only something like the kind was found: a number without its unit
    qualities: tuple[float, ...] = field(default=(), repr=False)  # how well the whole accounts for each unit by itself
    reading: Reading | None = field(default=None, repr=False, compare=False)  # what was read, for who looks on


NO_MATCH = Match(score=0.0, quote="", covered=frozenset(), kind_found=False)


def match(question: Question, role: str, content: str, context: str = "") -> Match:
    """Compare a message (and, weaker, the turns before it) with a question."""
    if not question.units:
        return NO_MATCH
    reading = Reading(content, question.needles)
    told = _Told(question, reading.sentences, context)
    best, score = NO_MATCH, 0.0
    for at, sentence in enumerate(told.spoken):
        if max(told.qualities[at]) < _FOUND:
            continue
        found = _tally(question, told, at)
        if found.score <= score:
            continue
        factor = _ASKS if sentence.asks else _BESIDE_A_QUESTION if reading.asks else 1.0
        if found.score * factor > score:
            best, score = found, found.score * factor
    if not score:
        return NO_MATCH
    whole = tuple(map(max, zip(*told.qualities, strict=True)))
    score *= role_factor(question, role, content)
    kept = reading if len(content) <= _KEPT_CHARS_MAX else None
    return Match(score, best.quote, best.covered, best.kind_found, best.kind_value, whole, kept)


def role_factor(question: Question, role: str, content: str) -> float:
    """What a message counts for by who said it: a reply may be a guess, and one of this model's own quotes others."""
    if role == "user":
        return 0.6 if question.about_assistant and not question.about_self else 1.0
    if _OWN_OPENING.match(content.lstrip()):
        return _OWN_REPLY
    return 1.0 if question.about_assistant else _ASSISTANT


def qualities(question: Question, sentence: Sentence) -> list[float]:
    """How well one sentence accounts for each of the things a question names, in [0, 1]."""
    best, accounts = [0.0] * len(question.units), question.by_word
    for word in sentence.tokens:
        for at, quality in accounts[word]:
            if quality > best[at]:  # noqa: PLR1730 (in half of the time of a call)
                best[at] = quality
    for at, unit in question.apart:
        if unit.rivals and not unit.rivals.isdisjoint(sentence.keys) and unit.key not in sentence.keys:
            best[at] = 0.0  # "boy" is near "baby", but not where a girl is spoken of
        elif best[at] < _SHOWN and any(_shows(sentence, feature, question.keys) for feature in unit.features):
            best[at] = _SHOWN
    return best


class _Told:
    """The sentences of one message and how well each accounts for each unit of the question."""

    def __init__(self, question: Question, spoken: list[Sentence], context: str) -> None:
        self.spoken = spoken
        self.qualities = [qualities(question, sentence) for sentence in spoken]
        self._question = question
        self._context = context

    @once
    def before(self) -> list[float]:
        """The same for the turns before, taken as one."""
        return qualities(self._question, Sentence(self._context[-_CONTEXT_CHARS_MAX:]))

    def helped(self, index: int, at: int, helping: list[Sentence]) -> float:
        """What the sentences beside one, and the turns before the message, add to its own quality.

        Sentences that help are added to `helping`.
        """
        spoken, value = self.spoken, self.qualities[at][index]
        for beside in range(max(0, at - 2), min(len(spoken), at + 2)):
            added = _NEIGHBOUR * self.qualities[beside][index]
            if beside == at or added <= value or spoken[beside].asks:
                continue
            value = added
            if added >= _FOUND and spoken[beside] not in helping:
                helping.append(spoken[beside])
        before = self.before[index] if self._context else 0.0
        return max(value, (_CONTEXT_LEANING if spoken[at].leans else _CONTEXT) * before) if before else value


def _tally(question: Question, told: _Told, at: int) -> Match:
    """The sum over the units of a question for one sentence, helped by those beside it."""
    sentence = told.spoken[at]
    factor, gained = 1.0, 0.0
    said = 0.0  # of what is gained, the part this sentence says itself
    things = things_gained = 0.0  # weight of the units that are no persons or names
    weak = richer = False  # richer: some unit is accounted for by more than one word
    covered: list[str] = []
    helping: list[Sentence] = []
    for index, unit in enumerate(question.units):
        own, weight = told.qualities[at][index], unit.weight
        value = own if own >= _FOUND else told.helped(index, at, helping)
        gained += weight * value
        said += weight * own
        if not unit.required:
            things += weight
            things_gained += weight * value
        if value >= _FOUND:
            covered.append(unit.word)
            weak |= weight > _STRONG and value < _SURE
            if not richer:
                accepts = unit.accepts
                richer = sum([accepts[key] >= lexicon.KIND for key in sentence.keys & accepts.keys()]) > 1
            if unit.kind_asked and own == 1.0 and not _names_one(question, unit, sentence):
                factor *= _ONLY_THE_KIND
        elif weight > 0.3:
            factor *= _missing_factor(unit, sentence)
    if not covered:
        return NO_MATCH
    kind_value = _kind_value(question, [sentence, *helping])
    factor *= kind_value * subject_factor(question, sentence)
    if things > _STRONG and things_gained < 0.4 * things:
        factor *= _OTHER_MATTER
    if said < 0.3 * gained:
        factor *= _ONLY_CONTEXT
    if factor == 1.0 and weak and _only_one(question):
        factor = _WEAK_ALONE
    telling = bool(sentence.names) or sentence.has("number")
    bonus = 0.35 * richer + 0.3 * sentence.has("self") + 0.35 * telling
    share = gained / question.weight
    quote = sentence.text
    if helping:
        quote = " ".join(part.text for part in told.spoken if part is sentence or part in helping)
    score = min(1.0, share * factor * (0.93 + 0.07 * bonus))
    return Match(score, quote, frozenset(covered), kind_value == 1.0, kind_value)


def _missing_factor(unit: Unit, sentence: Sentence) -> float:
    if not unit.rivals.isdisjoint(sentence.keys):
        return _RIVAL
    if unit.required:
        return _REQUIRED_MISSING
    if unit.focus:
        return _FOCUS_MISSING if unit.weight >= 1.0 and lexicon.is_known(unit.word) else _FOCUS_MISSING_UNSURE
    return 1.0


def _only_one(question: Question) -> bool:
    return sum(unit.weight > _STRONG for unit in question.units) == 1


def _shows(sentence: Sentence, feature: str, taken: frozenset[str]) -> bool:
    """Whether the sentence holds a fact of this kind that the question does not already hold."""
    if feature in {"date", "day", "clock"}:
        # "since that night in the tent" does not tell when that night was
        words = (word for found in sentence.finds(feature) for word in lexicon.words(found))
        return any(lexicon.lemma(word) not in taken for word in words)
    if feature in {"name", "being"}:
        names = sentence.names if feature == "name" else sentence.beings
        return sentence.has("named") or any(lexicon.lemma(name) not in taken for name in names)
    return sentence.has(feature)


def _names_one(question: Question, unit: Unit, sentence: Sentence) -> bool:
    """Asked which fish: is there a cod in the sentence, or a name, a number, anything said of *the* fish?"""
    if not unit.members.isdisjoint(sentence.keys - {unit.key}):
        return True
    if sentence.has("digits") or sentence.has("quoted"):
        return True
    new_name = any(lexicon.lemma(name) not in question.keys for name in sentence.names)
    return new_name or bool(_said_of(unit.word).search(sentence.text))


@lru_cache(maxsize=64)
def _said_of(word: str) -> re.Pattern[str]:
    word = re.escape(word)
    return re.compile(
        rf"\b{word}s? (?:is|was|are|were|called|named)\b|\b(?:called|named|an?) (?:\w+ )?{word}", re.IGNORECASE
    )


@lru_cache(maxsize=64)
def _possessive(word: str) -> re.Pattern[str]:
    # "the neighbours' dog is called Gus" names no neighbour
    return re.compile(rf"\b{re.escape(word.removesuffix('s'))}s?['\u2019]s? (?!name)\w+", re.IGNORECASE)


def _kind_value(question: Question, told: list[Sentence]) -> float:
    """1 if the sentences hold the kind of fact that is asked for; less if they hold some other number, or nothing."""
    wanted = question.wanted
    if not wanted.features:
        return 1.0
    if wanted.kind == "named":
        who = [unit for unit in question.units if unit.focus and unit.key in beings()]
        if who:
            return 1.0 if any(_named(unit, told) for unit in who) else wanted.without
    best = wanted.without
    for sentence in told:
        for feature in wanted.features:
            if feature == "person":
                found = any(key in people() and key not in question.persons for key in sentence.keys)
            else:
                found = _shows(sentence, feature, question.keys)
            if found:
                bare = feature == "number" and len(wanted.features) > 1
                best = max(best, _bare_number(question) if bare else 1.0)
    return best


def _named(unit: Unit, told: list[Sentence]) -> bool:
    """Whether the being that is asked for is the one that a sentence names."""
    for sentence in told:
        if any(unit.accepts.get(key, 0.0) > _FOUND for key in aliases((sentence.text,))):
            return True
    whose = any(_possessive(unit.word).search(sentence.text) for sentence in told)
    if not whose and any(_TITLED_NAME.search(sentence.text) for sentence in told):
        return True
    return not whose and any(sentence.has("named") for sentence in told)


def _bare_number(question: Question) -> float:
    """A number without its unit: "1,250 a month" may be a price, but any number may stand in a sentence about rooms."""
    if question.wanted.kind in {"size", "mass"}:
        return 0.6 if _only_one(question) else 0.8
    return 0.75 if question.wanted.kind == "amount" else 0.85


def subject_factor(question: Question, sentence: Sentence) -> float:
    """Asked about the speaker, told about somebody else: hardly an answer."""
    if not question.of_oneself or sentence.has("actor"):
        return 1.0
    if question.wanted.kind != "who" and not persons().isdisjoint(sentence.keys):
        return _OTHER_PERSON
    if sentence.has("self"):
        return 1.0
    if not sentence.names:
        return 1.0 if sentence.has("number") or sentence.has("clock") else _IMPERSONAL
    opens = sentence.text.casefold().find(sentence.names[0]) < 0.4 * len(sentence.text)
    return _OTHER_NAME if opens else 1.0
