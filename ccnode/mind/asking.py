"""What does a question ask for? Its weighted words, the kind of answer it wants, and whom it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ccnode.mind import lexicon
from ccnode.mind.reading import Sentence, is_question
from ccnode.mind.stemming import family, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ccnode.mind.prompt_types import PromptMessage

QUESTION_CHARS_MAX = 4_000
UNITS_MAX = 24
_NAME_WEIGHT = 1.5

# Which of these is asked for is answered by a proper name.
_NAMEABLE = (
    "airline|bank|hotel|restaurant|cafe|pub|company|firm|city|town|village|street|film|movie|novel|book|band|song|album|brand|shop|store|"
    "gym|hospital|airport|theatre|theater|museum|newspaper|magazine|provider|optician|title|surname|station|club|university|school|"
    "supermarket|magazine|neighbourhood|district|phone|laptop|computer|camera|surgeon|doctor|dentist|teacher|nurse|author|artist|singer|actor|composer|character|show|series|podcast|operator"
)
_KINDS: tuple[tuple[str, re.Pattern[str], tuple[str, ...], float], ...] = tuple(
    (name, re.compile(pattern, re.I), features, factor)
    for name, pattern, features, factor in (
        # name, pattern, features of which the answer holds one, factor if it holds none
        ("result", r"\b(?:finishing|winning|best|race) time\b", ("clock", "duration"), 0.5),
        ("clock", r"\b(?:what|which) (?:exact )?time\b|\bat what (?:time|hour)\b", ("clock",), 0.55),
        ("day", r"\b(?:what|which) (?:day|weekday|days|evening|night)\b", ("day", "date"), 0.55),
        ("month", r"\b(?:what|which) month\b", ("month",), 0.5),
        ("year", r"\b(?:what|which) year\b|\bwhat(?:'s| is| was) (?:\w+ |\w+'s ){1,3}year\b", ("year",), 0.5),
        ("plate", r"\b(?:licen[cs]e|number|registration) plate\b|\bregistration\b", ("code",), 0.5),
        ("titled", r"\b(?:what|which)(?:'s| is| was)?(?: the)? (?:\w+ )?(?:" + _NAMEABLE + r")\b(?! of (?!the|my|our))(?! (?:number|book|password|code|bill)\b)", ("name", "quoted"), 0.62),
        ("birthday", r"\bwhat(?:'s| is| was)(?: \w+| \w+'s){0,3} (?:birthday|birth date|date of birth)\b(?! (?:party|cake|gift|present|card|dinner))", ("date", "day", "clock"), 0.6),
        ("address", r"\baddress\b", ("address", "email", "code"), 0.6),
        ("code", r"\b(?:number|code|pin|extension|port|postcode)\b", ("digits", "email"), 0.55),
        ("price", r"\bhow expensive\b|\b(?:price|cost|fee|rate|salary|wage|rent|budget|deposit|amount|sum)\b(?! to\b)", ("money", "number"), 0.6),
        ("measure", r"\b(?:weight|height|temperature|speed|score|rating|size)\b", ("length", "mass", "heat", "money", "dose", "size", "number"), 0.55),
        ("when", r"\bwhen\b|\b(?:what|which) date\b|\bhow (?:long ago|soon)\b|\bsince when\b", ("date", "clock"), 0.55),
        ("count", r"\bhow many\b|\bnumber of\b", ("number",), 0.5),
        ("age", r"\bhow old\b|\bwhat age\b|\bage of\b|\bmy age\b", ("age",), 0.45),
        ("often", r"\bhow (?:often|frequently|regularly)\b", ("frequency",), 0.55),
        ("duration", r"\bhow long\b", ("duration", "length", "date"), 0.55),
        ("height", r"\bhow (?:tall|high|wide|deep)\b", ("length",), 0.5),
        ("size", r"\bhow (?:big|large|small|fast|slow|quick|warm|cold|hot|strong|loud)\b|\bwhat size\b", ("length", "mass", "heat", "money", "number"), 0.5),
        ("distance", r"\bhow far\b", ("distance",), 0.5),
        ("mass", r"\bhow heavy\b|\bhow much do(?:es)? .* weigh\b", ("mass", "number"), 0.5),
        ("amount", r"\bhow much\b", ("money", "number"), 0.55),
        ("who", r"\bwho(?:'s| is| was| are|'re) (?:my|our|the|his|her|their)\b", ("being",), 0.58),
        ("who", r"\bwho\b|\bwhom\b|\bwhose\b|\bwho's\b", ("being", "person"), 0.58),
        ("where", r"\bwhere\b|\bwhere's\b|\bwhereabouts\b|\b(?:what|which) (?:place|location|spot)\b", ("place", "name"), 0.7),
        ("named", r"\b(?:called|name|named|names)\b", ("name",), 0.6),
        ("why", r"\bwhy\b|\bwhat reason\b", (), 1.0),
        ("how", r"\bhow\b", (), 1.0),
        ("what", r"\b(?:what|which|what's)\b", (), 1.0),
    )
)
# What a word asked for looks like when it is told without being named.
_LOOKS_LIKE: dict[str, tuple[str, ...]] = {
    "brand": ("name",), "model": ("name", "code"), "mak": ("name",), "titl": ("name",), "job": ("predicate",), "trad": ("predicate",), "vocation": ("predicate",), "career": ("predicate",), "profession": ("predicate",), "occupation": ("predicate",), "dos": ("dose",), "subject": ("about",), "topic": ("about",), "theme": ("about",), "age": ("age",), "name": ("named",), "nicknam": ("named",), "surnam": ("fullname",), "call": ("named",), "email": ("email",), "phonenumber": ("phone",),
    "cost": ("money",), "price": ("money",), "pai": ("money",), "spend": ("money",), "salari": ("money",), "rent": ("money",),
    "height": ("length",), "tall": ("length",), "weight": ("mass",), "weigh": ("mass",),
    "temperatur": ("heat",), "ag": ("age",), "distanc": ("distance",), "budget": ("money",),
    "pric": ("money",), "wag": ("money",), "fee": ("money",), "worth": ("money",), "charg": ("money",), "expensiv": ("money",), "pay": ("money",),
}  # fmt: skip
_QUESTION_WORD = re.compile(r"\b(?:what|which|who|whom|whose|when|where|why|how)(?:'s|'re|'d)?\b", re.I)
_ANSWERED_BY_KIND = frozenset(
    "date time day days weekday month year years many much often frequently regularly long far tall high hour old age place many "
    "location spot whereabouts name names called named".split()
)
_TEMPORAL = frozenset(
    "today tomorrow yesterday tonight now night nights morning mornings evening evenings afternoon week weeks weekend weekends summer "
    "winter spring autumn currently recently soon later annually moment nowadays early late end beginning first last next previous "
    "other else person per since during case order top".split()
)
# The noun phrase a question asks for: "which (streaming service) do we ...", "what's (the hourly rate) of ...".
_OPEN = (
    r"(?:do|does|did|is|are|was|were|am|has|have|had|can|could|will|would|should|may|might|must|i|we|you|he|she|it|they|"
    r"of|for|in|at|on|to|from|with|that|when|where|while|by|about|before|after|under|into|over|during|according|if|who|which|s)"
)
# "my wife and I", "Leon and I": who else was there is not what is asked.
_BESIDE = re.compile(r"\b(\w+) and i\b|\bi and my (\w+)\b", re.I)
_KIND_ASKED = re.compile(
    r"\b(?:what|which)\s+(?:(?:kind|sort|type|brand|make|variety|style) of )?(?:[\w-]+ )?([\w-]+) "
    r"(?:do|does|did|is|are|was|were|am|has|have|had|can|should|must|will|would|i|we|my)\b",
    re.I,
)
_OF_A_KIND = re.compile(r"\b(?:piece|part|kind|sort|type|variety|style|form|item|pair|brand|make)\s*$", re.I)
_ASKED_FOR = re.compile(
    r"\b(?:what|which|whose|how many|how much)(?:'s|'re| is| are| was| were)?\s+((?:(?!" + _OPEN + r"\b)[^\s,?.!]+\s*)+)(?:of\s+((?:(?!" + _OPEN + r"\b)[^\s,?.!]+\s*)+))?",
    re.I,
)
_PERSONS = """
mother father brother sister son daughter uncle aunt cousin niece nephew grandmother grandfather grandson granddaughter wife
husband girlfriend boyfriend fiance fiancee spouse partner bestfriend friend flatmate neighbour neighbor boss manager colleague
coworker landlord landlady stepmother stepfather stepson stepdaughter motherinlaw fatherinlaw sisterinlaw brotherinlaw godmother
godfather parent grandparent sibling child kid baby mum mom dad grandma grandpa granny gran nan nana mummy daddy ex exwife exhusband
halfsister halfbrother godson goddaughter inlaws twin roommate housemate buddy pal mate
soninlaw daughterinlaw bestman granddad grandad auntie aunty supervisor workmate classmate
""".split()
_HELPERS = """
dentist doctor gp therapist teacher hairdresser accountant lawyer plumber mechanic vet nanny babysitter physio cleaner optician
physician barber coach tutor electrician gardener surgeon specialist
""".split()
_ELLIPSIS = re.compile(r"^(?:and|or|but)?[\s,]*(?:what|how) about\b|^(?:and|or)\b", re.I)


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Question:
    """A text, read as a question (a statement is read the same way, to find what is related to it)."""

    text: str
    asks: bool
    kind: str
    wanted: tuple[str, ...]
    unwanted_factor: float
    units: tuple[Unit, ...]
    persons: frozenset[str]
    about_self: bool
    about_assistant: bool
    keys: frozenset[str]


@lru_cache(maxsize=1)
def persons() -> frozenset[str]:
    """Keys of the words for people, by their relation to the speaker."""
    return frozenset(lexicon.lemma(word) for word in _PERSONS)


@lru_cache(maxsize=1)
def anybody() -> frozenset[str]:
    """Keys of the words for people of whom no relation is told."""
    return frozenset(lexicon.lemma(word) for word in "lady man woman guy girl boy gentleman colleague caretaker clerk nurse".split())


@lru_cache(maxsize=1)
def helpers() -> frozenset[str]:
    """Keys of the words for people by what they do for the speaker."""
    return frozenset(lexicon.lemma(word) for word in _HELPERS)


def read_question(text: str, conversation: Sequence[PromptMessage] = ()) -> Question:
    """Read `text`; a question that leans on the one before it ("and my brother?", "when does she ...") borrows from it."""
    trimmed = text if len(text) <= QUESTION_CHARS_MAX else f"{text[: QUESTION_CHARS_MAX // 2]}\n{text[-QUESTION_CHARS_MAX // 2 :]}"
    trimmed = trimmed.replace("\u2019", "'")
    kind, wanted, factor = "statement", tuple[str, ...](), 1.0
    asks = any(is_question(line) for line in re.split(r"(?<=[.!?])\s+|\n", trimmed.strip())[:40])
    if asks:
        kind, wanted, factor = "what", (), 1.0
        kind, wanted, factor = _kind(trimmed)
    units = _units(trimmed)
    sentence = Sentence(trimmed)
    if asks:
        units = _borrowed(trimmed, units, conversation, leans=sentence.has("other"))
    named = frozenset(key for unit in units if (key := lexicon.lemma(unit.word)) in persons() | helpers())
    about_assistant = bool(re.search(r"\b(?:did|have|had|do|are|were|would|was it) you\b|\byou(?:'ve)? (?:said|say|suggest|recommend|"
                                     r"wrote|answer|propos|advis|told|list)|\byour (?:advice|suggestion|answer|recommendation)", trimmed, re.I))  # fmt: skip
    return Question(trimmed, asks, kind, wanted, factor, units, named, sentence.has("self"), about_assistant,
                    frozenset(form for unit in units for form in (lexicon.lemma(unit.word), family(unit.word))))  # fmt: skip


def _kind(text: str) -> tuple[str, tuple[str, ...], float]:
    """What is asked for, by the first question word ("what do I do when ..." does not ask when)."""
    asked = _QUESTION_WORD.search(text)
    start = asked.start() if asked else 0
    clause = text[start:]
    later = _QUESTION_WORD.search(clause, asked.end() - start if asked else 0)
    if later is not None and later.start() > 12:
        clause = clause[: later.start()]
    clause = text[max(0, start - 6) : start] + clause if asked else clause
    for name, pattern, features, without in _KINDS:
        if pattern.search(clause):
            return name, features, without
    return "what", (), 1.0


def _units(text: str) -> tuple[Unit, ...]:
    names = set(Sentence(text).names)
    if sum(word[:1].isupper() for word in text.split()) > max(3, len(text.split()) // 2):
        names = set()  # Title Case or capitals throughout tell nothing
    verb = _verb(text)
    focus = _focus(text)
    doer = re.search(r"\bwho (?!is\b|are\b|was\b|were\b|do\b|does\b|did\b|am\b|'s\b)(\w+)", text, re.I)
    if doer:
        verb = doer.group(1).lower()
        focus |= {verb}
    units: dict[str, Unit] = {}
    beside = {(found.group(1) or found.group(2)).lower() for found in _BESIDE.finditer(text)}
    for word in lexicon.read_as(lexicon.words(text), keep=False):
        if word in lexicon.STOP or (len(word) == 1 and word.isascii() and not word.isdigit()):
            continue
        key = lexicon.lemma(word)
        if word in beside:
            continue
        if key not in units and len(units) < UNITS_MAX:
            units[key] = _unit(word, name=word in names, verb=word == verb, focus=word in focus)
    kinds = {fold(found.group(1)) for found in _KIND_ASKED.finditer(text)}
    found = tuple(replace(unit, kind_asked=unit.focus and unit.word in kinds) for unit in _without_double_naming(text, units))
    if found and all(unit.weight < 0.5 for unit in found):
        found = tuple(replace(unit, weight=1.0) for unit in found)  # "how old am I": little is said, so it counts
    if found and not any(unit.focus and unit.weight > 0.3 for unit in found):
        # Nothing is named that is asked for ("where does Femke live"): then the verb is the matter.
        things = sum(unit.weight > 0.5 and not unit.required and unit.word != verb for unit in found)
        alone = things == 0 or bool(re.match(r"\s*what (?:do|does|did|have|has|should|must|will|can) ", text, re.I)) or text.lower().startswith("who ")
        alone |= bool(re.match(r"\s*(?:where|when|how) ", text, re.I)) and lexicon.is_known(verb)
        found = tuple(replace(unit, focus=alone and unit.word == verb and unit.weight > 0.5) for unit in found)
    return found


def _without_double_naming(text: str, units: Mapping[str, Unit]) -> Iterator[Unit]:
    """ "My brother Anton" is one person: the name must be met, the relation need not be said again."""
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
            heads = [word for word in lexicon.read_as(lexicon.words(part or ""), keep=False) if word not in lexicon.STOP]
            named = [word for word in heads if word not in _ANSWERED_BY_KIND and word not in lexicon.LIGHT]
            result.extend(named[-1:])
            if named:
                break
    return frozenset(result)


def _unit(word: str, *, name: bool, verb: bool, focus: bool) -> Unit:
    key = lexicon.lemma(word)
    accepts = lexicon.meanings(word)
    light = word in lexicon.LIGHT or key in lexicon.LIGHT
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
    return Unit(word, weight, accepts, families, _LOOKS_LIKE.get(key, ()), lexicon.rivals(word), person or (name and not known) or word.isdigit(), focus and weight > 0.3)


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
    found = re.search(r"\b(?:do|does|did|can|could|will|would|should|have|has|had)(?:n't)? (?:i|we|you|he|she|it|they)(?: \w+ly| ever| usually| just)? (\w+)", text, re.I)
    if found is None:
        found = re.search(r"\b(?:do|does|did)(?:n't)? (?:my|our) \w+(?:'s \w+)? (\w+)", text, re.I)
    return found.group(1).lower() if found else ""


def _borrowed(text: str, units: tuple[Unit, ...], conversation: Sequence[PromptMessage], *, leans: bool) -> tuple[Unit, ...]:
    elliptic = bool(_ELLIPSIS.search(text.strip())) and len(units) <= 3
    strong = [unit for unit in units if unit.weight > 0.5]
    names_someone = any(unit.required for unit in units)
    if not (elliptic or (leans and not names_someone and len(strong) <= 3) or not strong):
        return units
    before = [message.content for message in conversation if message.role == "user" and message.content.strip() != text.strip()]
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
