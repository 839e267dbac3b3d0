"""What does a question ask for? Its weighted words, the kind of answer it wants, and whom it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ccnode.mind import lexicon
from ccnode.mind.people import helpers, persons
from ccnode.mind.reading import Sentence, pairs
from ccnode.mind.speech import is_question
from ccnode.mind.stemming import family, fold, stem
from ccnode.mind.wanted import STATEMENT, Wanted, looks_like, wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ccnode.mind.prompt_types import PromptMessage

QUESTION_CHARS_MAX = 4_000
UNITS_MAX = 24
_NAME_WEIGHT = 1.5
_STRONG = 0.5  # units of more weight carry what is asked

_LINES_MAX = 40
_NEEDLE_CHARS = 12
TAKEN = 0.65  # a word of the question, said again, accounts for itself; for its neighbours only this much
# The wanted kind of fact stands for these; nobody says "the place is ..." where one can say "in Oslo".
_ANSWERED_BY_KIND = frozenset(
    "date time day days weekday month year years many much often frequently regularly long far tall high hour old age "
    "place location spot whereabouts name names called named".split()
)
_TEMPORAL = frozenset(
    "today tomorrow yesterday tonight now night nights morning mornings evening evenings afternoon week weeks weekend "
    "weekends summer winter spring autumn currently recently soon later annually moment nowadays early late end "
    "beginning first last next previous other else person per since during case order top".split()
)
# Words that cannot stand inside the noun phrase a question asks for.
_OPEN = (
    r"(?:do|does|did|is|are|was|were|am|has|have|had|can|could|will|would|should|may|might|must|i|we|you|he|she|it|"
    r"they|of|for|in|at|on|to|from|with|that|when|where|while|by|about|before|after|under|into|over|during|according|"
    r"if|who|which|s)"
)
_PHRASE = rf"((?:(?!{_OPEN}\b)[^\s,?.!]++\s*+)+)"
# As in: which streaming service do we have, what is the hourly rate of the babysitter.
_ASKED_FOR = re.compile(
    rf"\b(?:what|which|whose|how many|how much)(?:'s|'re| is| are| was| were)?\s+{_PHRASE}(?:of\s+{_PHRASE})?",
    re.IGNORECASE,
)
_OF_A_KIND = re.compile(r"\b(?:piece|part|kind|sort|type|variety|style|form|item|pair|brand|make)\s*$", re.IGNORECASE)
_KIND_ASKED = re.compile(
    r"\b(?:what|which)\s+(?:(?:kind|sort|type|brand|make|variety|style) of )?(?:[\w-]+ )?([\w-]+) "
    r"(?:do|does|did|is|are|was|were|am|has|have|had|can|should|must|will|would|i|we|my)\b",
    re.IGNORECASE,
)
# "my wife and I", "Leon and I": who else was there is not what is asked.
_BESIDE = re.compile(r"\b(\w+) and i\b|\bi and my (\w+)\b", re.IGNORECASE)
_DOER = re.compile(r"\bwho (?!is\b|are\b|was\b|were\b|do\b|does\b|did\b|am\b|'s\b)(\w+)", re.IGNORECASE)
_VERBS = (
    re.compile(
        r"\b(?:do|does|did|can|could|will|would|should|have|has|had)(?:n't)? (?:i|we|you|he|she|it|they)"
        r"(?: \w+ly| ever| usually| just)? (\w+)",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:do|does|did)(?:n't)? (?:my|our) \w+(?:'s \w+)? (\w+)", re.IGNORECASE),
)
_BARE_WHAT = re.compile(r"\s*what (?:do|does|did|have|has|should|must|will|can) |\s*who ", re.IGNORECASE)
_BARE_ADVERB = re.compile(r"\s*(?:where|when|how) ", re.IGNORECASE)
_ASSISTANT = re.compile(
    r"\b(?:did|have|had|do|are|were|would|was it) you\b|\byou(?:'ve)? (?:said|say|suggest|recommend|wrote|answer|"
    r"propos|advis|told|list)|\byour (?:advice|suggestion|answer|recommendation)",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"^(?:and|or|but)?[\s,]*(?:what|how) about\b|^(?:and|or)\b", re.I)


@dataclass(frozen=True)
class Unit:
    """One thing a question names. `accepts` and `families` say which words account for it, and how well."""

    word: str
    weight: float
    accepts: Mapping[str, float]
    families: Mapping[str, float]
    features: tuple[str, ...]
    rivals: frozenset[str]
    required: bool
    focus: bool
    kind_asked: bool = False  # "which fish": one of a kind is asked for

    # What follows is the same for every message that the question is compared with.

    @cached_property
    def key(self) -> str:
        """What the tables know its word by."""
        return lexicon.lemma(self.word)

    @cached_property
    def root(self) -> str:
        """Its word without the ending that makes relatives."""
        return family(self.word)

    @cached_property
    def tells(self) -> float:
        """How much its word tells about what a text is about."""
        return lexicon.tells(self.word)

    @cached_property
    def members(self) -> frozenset[str]:
        """Keys of the things its word is the kind of."""
        return lexicon.members(self.word)


@dataclass(frozen=True)
class Question:
    """A text, read as a question (a statement is read the same way, to find what is related to it).

    `persons` are keys of the people it names by relation, `keys` and families of all its units.
    """

    text: str
    asks: bool
    wanted: Wanted
    units: tuple[Unit, ...]
    persons: frozenset[str]
    about_self: bool
    about_assistant: bool
    keys: frozenset[str]

    @cached_property
    def needles(self) -> list[str]:
        """Folded words worth a plain search in a very long message, the most telling first."""
        ordered = sorted(self.units, key=lambda unit: -unit.weight)
        near = [key for unit in ordered for key in list(unit.accepts)[:6]]
        return list(dict.fromkeys([*(unit.word[:_NEEDLE_CHARS] for unit in ordered), *near]))

    @cached_property
    def by_key(self) -> Mapping[str, Sequence[tuple[int, float]]]:
        """Key -> which of the units (by place) a word of that key accounts for, and how well.

        A word of the question said again accounts for itself, and less for the others.
        """
        found: dict[str, list[tuple[int, float]]] = {}
        for at, unit in enumerate(self.units):
            for key, quality in unit.accepts.items():
                taken = quality < 1.0 and key in self.keys
                found.setdefault(key, []).append((at, quality * TAKEN if taken else quality))
        return found

    @cached_property
    def by_family(self) -> Mapping[str, Sequence[tuple[int, float]]]:
        """The same for the families of words."""
        found: dict[str, list[tuple[int, float]]] = {}
        for at, unit in enumerate(self.units):
            for root, quality in unit.families.items():
                taken = root in self.keys and root != unit.root
                found.setdefault(root, []).append((at, quality * TAKEN if taken else quality))
        return found

    @cached_property
    def by_word(self) -> Mapping[str, Sequence[tuple[int, float]]]:
        """The same for the words of a message, as `Sentence.tokens` has them: what their key and their family give."""
        return _ByWord(self.by_key, self.by_family)

    @cached_property
    def apart(self) -> Sequence[tuple[int, Unit]]:
        """The units (with their places) for which more counts than words that account for them."""
        return [(at, unit) for at, unit in enumerate(self.units) if unit.rivals or unit.features]

    @cached_property
    def of_oneself(self) -> bool:
        """Whether it asks about the speaker, and about nobody else."""
        somebody = self.persons or any(unit.required for unit in self.units)
        return self.asks and self.about_self and not somebody

    @cached_property
    def weight(self) -> float:
        """That of all its units."""
        return sum(unit.weight for unit in self.units)

    @cached_property
    def stems(self) -> Mapping[str, float]:
        """The stems of its content words, each with how much it tells."""
        return {one: lexicon.tells(one) for one in map(stem, lexicon.content_words(self.text))}

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """The keys of its content words that stand beside each other."""
        return pairs(lexicon.content_words(self.text))

    @cached_property
    def told_by_units(self) -> dict[object, Mapping[str, float]]:
        """What is worked out of it as it is compared (evidence.py), by how a message has each of its units."""
        return {}


class _ByWord(dict[str, "tuple[tuple[int, float], ...]"]):
    """Looks each word up once: a question meets the same words in message after message."""

    def __init__(self, *known: Mapping[str, Sequence[tuple[int, float]]]) -> None:
        super().__init__()
        self._by_key, self._by_family = known

    def __missing__(self, word: str) -> tuple[tuple[int, float], ...]:
        found: tuple[tuple[int, float], ...] = ()
        if word not in lexicon.STOP:
            found = (*self._by_key.get(lexicon.lemma(word), ()), *self._by_family.get(family(word), ()))
        self[word] = found
        return found


def read_question(text: str, conversation: Sequence[PromptMessage] = ()) -> Question:
    """Read `text`, of any size; one that leans on the question before it ("and my brother?") borrows from it."""
    if len(text) > QUESTION_CHARS_MAX:
        text = f"{text[: QUESTION_CHARS_MAX // 2]}\n{text[-QUESTION_CHARS_MAX // 2 :]}"
    text = text.replace("\u2019", "'")
    asks = any(is_question(line) for line in re.split(r"(?<=[.!?])\s+|\n", text.strip())[:_LINES_MAX])
    sentence = Sentence(text)
    units = _units(text)
    if asks:
        units = _borrowed(text, units, conversation, leans=sentence.has("other"))
    keys = {unit.word: lexicon.lemma(unit.word) for unit in units}
    return Question(
        text=text,
        asks=asks,
        wanted=wanted(text) if asks else STATEMENT,
        units=units,
        persons=frozenset(key for key in keys.values() if key in persons() or key in helpers()),
        about_self=sentence.has("self"),
        about_assistant=bool(_ASSISTANT.search(text)),
        keys=frozenset(form for word, key in keys.items() for form in (key, family(word))),
    )


def _units(text: str) -> tuple[Unit, ...]:
    capitals = sum(word[:1].isupper() for word in text.split())
    # Title Case or capitals throughout tell nothing about names.
    names = set(Sentence(text).names) if capitals <= max(3, len(text.split()) // 2) else set()
    verb, focus = _verb(text), _focus(text)
    if doer := _DOER.search(text):
        verb = doer.group(1).lower()
        focus |= {verb}
    left_out = {(found.group(1) or found.group(2)).lower() for found in _BESIDE.finditer(text)}
    units: dict[str, Unit] = {}
    for word in lexicon.read_as(lexicon.words(text), keep=False):
        if word in lexicon.STOP or word in left_out or (len(word) == 1 and word.isascii() and not word.isdigit()):
            continue
        key = lexicon.lemma(word)
        if key not in units and len(units) < UNITS_MAX:
            units[key] = _unit(word, name=word in names, verb=word == verb, focus=word in focus)
    kinds = {fold(found.group(1)) for found in _KIND_ASKED.finditer(text)}
    found = tuple(
        replace(unit, kind_asked=unit.focus and unit.word in kinds) for unit in _without_double_naming(text, units)
    )
    if all(unit.weight < _STRONG for unit in found):
        found = tuple(replace(unit, weight=1.0) for unit in found)  # "how old am I": little is said, so it counts
    return found if any(unit.focus for unit in found) else _verb_as_focus(text, found, verb)


def _verb_as_focus(text: str, units: tuple[Unit, ...], verb: str) -> tuple[Unit, ...]:
    """Where nothing is named that is asked for ("where does Femke live"), the verb is the matter."""
    others = any(unit.weight > _STRONG and not unit.required and unit.word != verb for unit in units)
    matters = not others or _BARE_WHAT.match(text) or (_BARE_ADVERB.match(text) and lexicon.is_known(verb))
    return tuple(replace(unit, focus=bool(matters) and unit.word == verb and unit.weight > _STRONG) for unit in units)


def _without_double_naming(text: str, units: Mapping[str, Unit]) -> Iterator[Unit]:
    """Take the weight off a relation that a name follows: "my brother Anton" is one person, met by the name."""
    said = list(lexicon.read_as(lexicon.words(text), keep=False))
    for unit in units.values():
        at = said.index(unit.word)
        after = units.get(lexicon.lemma(said[at + 1])) if at + 1 < len(said) else None
        if unit.required and unit.weight == 1.0 and after and after.weight == _NAME_WEIGHT:
            yield replace(unit, weight=0.3, required=False)
        else:
            yield unit


def with_aliases(question: Question, aliases: Mapping[str, frozenset[str]]) -> Question:
    """The question with what memory tells about who is who: `aliases` maps a key to words that name the same one."""
    if not aliases:
        return question
    units = []
    for unit in question.units:
        names = {lexicon.lemma(word): lexicon.SYNONYM for word in aliases.get(lexicon.lemma(unit.word), ())}
        units.append(replace(unit, accepts={**names, **unit.accepts}) if names else unit)
    return replace(question, units=tuple(units))


def _focus(text: str) -> frozenset[str]:
    """Folded words that name what is asked for, phrases read as one; empty if only a question word does."""
    result: list[str] = []
    for found in list(_ASKED_FOR.finditer(text))[:2]:
        for part in found.groups() if not _OF_A_KIND.search(found.group(1)) else found.groups()[::-1]:
            heads = [
                word for word in lexicon.read_as(lexicon.words(part or ""), keep=False) if word not in lexicon.STOP
            ]
            named = [word for word in heads if word not in _ANSWERED_BY_KIND and word not in lexicon.LIGHT]
            result.extend(named[-1:])
            if named:
                break
    return frozenset(result)


def _unit(word: str, *, name: bool, verb: bool, focus: bool) -> Unit:
    key = lexicon.lemma(word)
    accepts = lexicon.meanings(word)
    light = lexicon.is_light(word)
    known = lexicon.is_known(word)
    person = key in persons() or key in helpers()
    if name and not known:
        weight = _NAME_WEIGHT
    elif word in _TEMPORAL:
        weight = 0.3
    elif word in _ANSWERED_BY_KIND:
        weight = 0.1  # the wanted kind of fact stands for it
    elif light:
        weight = 0.25
    elif verb and not known and not focus:
        weight = 0.35
    elif verb:
        weight = 0.7
    elif focus:
        weight = 1.2
    elif not known:
        weight = 0.8  # a rare word may be said in another way that the tables do not know
    else:
        weight = 1.0
    families = {} if name and not known else _family_map(accepts)
    return Unit(
        word,
        weight,
        accepts,
        families,
        looks_like(key),
        lexicon.rivals(word),
        person or (name and not known) or word.isdigit(),
        focus and weight > 0.3,
    )


def _family_map(accepts: Mapping[str, float]) -> Mapping[str, float]:
    # Only what the question says itself or nearly so: relatives of distant words mean nothing any more.
    result: dict[str, float] = {}
    for key, quality in accepts.items():
        if quality >= lexicon.SYNONYM and len(key) >= 4:
            root = family(key)
            result[root] = max(result.get(root, 0.0), quality * lexicon.FAMILY)
    return result


def _verb(text: str) -> str:
    """The verb of a question formed with an auxiliary ("where did I stash the key"), folded; or ""."""
    return next((found.group(1).lower() for pattern in _VERBS if (found := pattern.search(text))), "")


def _borrowed(
    text: str, units: tuple[Unit, ...], conversation: Sequence[PromptMessage], *, leans: bool
) -> tuple[Unit, ...]:
    elliptic = bool(_ELLIPSIS.search(text.strip())) and len(units) <= 3
    strong = [unit for unit in units if unit.weight > _STRONG]
    names_someone = any(unit.required for unit in units)
    if not (elliptic or (leans and not names_someone and len(strong) <= 3) or not strong):
        return units
    before = [
        message.content
        for message in conversation
        if message.role == "user" and message.content.strip() != text.strip()
    ]
    if not before:
        return units
    own = {lexicon.lemma(unit.word) for unit in units}
    denied = frozenset().union(*(unit.rivals for unit in units)) if units else frozenset()
    result = list(units)
    for unit in _units(before[-1][-500:]):
        key = lexicon.lemma(unit.word)
        if key in own or key in denied or len(result) >= UNITS_MAX:
            continue
        if elliptic or not strong or unit.required:
            result.append(unit)
    return tuple(result)
