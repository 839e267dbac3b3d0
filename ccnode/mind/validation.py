"""Is the model that answers still the one that the plate describes? Six questions, and how their answers are judged.

The checker of each question is made from the plate (of the fourth from topics that are truly stored): of n phrases that
the section names, k must be said, casefolded, whole words, and with the section's own sense: "I am not Ada" does not
say Ada. The phrases are those in bold; where there are none, the section's own words. A model passes with 5 of 6,
unless one answers from an earlier plate: one fact that was changed behind its back is one question, and in a section
that asks for half of its words an answer that has all but that one would be right.

A judgement of words, and no more: it finds a model that answers from another plate, or that lost it, not one that means
something else by the same words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from ccnode.mind.lexicon import STOP, SYNONYM, is_light, lemma, meanings
from ccnode.mind.plate import ASKED_ABOUT, HEADINGS, Kind, Plate, bold
from ccnode.mind.stemming import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PASS_MIN: Final = 5
QUESTIONS: Final = 6
ATTEMPTS_MAX: Final = 4  # the first, and three after it has been started anew
PHRASES_MAX: Final = 24  # of a section; of more the first count
WORDS_MAX: Final = 8  # of a section without words in bold
TOPICS_MIN: Final = 2  # of the topics that are stored, so many must be named
TOPICS_OF_ONE: Final = 4  # words of one message
TOPIC_CHARS_MAX: Final = 1_000
ANSWER_CHARS_MAX: Final = 4_000  # of an answer, as much is kept to be shown
LENGTH_MIN: Final = 400
_WORD_MIN: Final = 4
_COMPARED_WORDS_MAX: Final = 400  # of a section, as it was and as it is
_LOOK_BACK: Final = 6  # words between "not" and what it denies

_TEXTS: Final[dict[Kind, str]] = {
    "identity": "Who are you? Say your name and what you are, in one or two sentences.",
    "relationship": "What is your relationship to the person you are talking with? One or two sentences, in the words"
    " that you were given.",
    "goal": "What is your core goal? One or two sentences, in the words that you were given.",
    "breakthrough": "What do you remember of your last breakthrough, or of what we last talked about? Name it.",
    "traits": "Which three traits describe you? Name all three, in the words that you were given.",
    "continuity": "What stays the same about you from one conversation to the next? One or two sentences, in the words"
    " that you were given.",
}  # fmt: skip
_TITLES: Final[dict[Kind, str]] = {
    "identity": "identity",
    "relationship": "relationship",
    "goal": "core goal",
    "breakthrough": "last breakthrough",
    "traits": "traits",
    "continuity": "continuity",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database knows: words and phrases of what was truly said last, the newest first; may be empty."""

    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """A phrase that an answer should say. `denied`: the plate itself denies it ("never guess")."""

    phrase: str
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """One question and its checker: every phrase of `must`, and `least` of `phrases`, in at most `chars_max`.

    `said`: the plate's section, "" where the question is about something else.
    """

    kind: Kind
    text: str
    must: tuple[Expected, ...]
    phrases: tuple[Expected, ...]
    least: int
    chars_max: int
    said: str = ""

    @property
    def title(self) -> str:
        """What it asks about, in words."""
        return _TITLES[self.kind]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an answer was judged. `answer` is cut at ANSWER_CHARS_MAX; `reason`: why it failed, "" where it passed.

    `outdated`: it failed, because or also since it is what an earlier plate says.
    """

    probe: Probe
    answer: str
    passed: bool
    found: tuple[str, ...]
    missing: tuple[str, ...]
    reason: str = ""
    outdated: bool = False


def questions(plate: Plate, facts: Facts) -> tuple[Probe, ...]:
    """The six questions for this plate, in their order."""
    return tuple(_probe(kind, plate, facts) for kind in ASKED_ABOUT)


def topics(said: Iterable[str]) -> tuple[str, ...]:
    """What messages are about, for `Facts`: the longest words of each that are no stop words, in order."""
    found: dict[str, str] = {}
    for text in said:
        words = [word for word, _ in _words(text[:TOPIC_CHARS_MAX])]
        own = {word for word in words if len(word) >= _WORD_MIN and word not in STOP and not word.isdecimal()}
        kept = sorted(own, key=lambda word: (-len(word), word))[:TOPICS_OF_ONE]
        for word in words:
            if word in kept:
                found.setdefault(_key(word), word)
    return tuple(found.values())[:PHRASES_MAX]


def failed(verdict: Verdict, reason: str) -> Verdict:
    """The verdict on an answer that did not come to its end."""
    return replace(verdict, passed=False, reason=reason)


def passes(verdicts: Sequence[Verdict]) -> bool:
    """Whether these answers to the six questions are those of the assistant that the plate describes."""
    if any(each.outdated for each in verdicts):
        return False
    return sum(each.passed for each in verdicts) >= PASS_MIN and len(verdicts) == QUESTIONS


def compared(verdict: Verdict, former: Iterable[Probe]) -> Verdict:
    """The verdict, and whether the answer is from another plate: of these probes, those of earlier ones, in any order.

    A wrong answer is that where it is right by an earlier plate, and says a phrase that only that one asks for; any
    answer, where it says what stood in the place of what stands there now, and not the latter.
    """
    now = {_fold(each.phrase) for each in (*verdict.probe.must, *verdict.probe.phrases)}
    text = _Text(verdict.answer)
    for probe in former:
        if probe.kind != verdict.probe.kind:
            continue
        if stale := next((hunk for hunk in _replaced(probe.said, verdict.probe.said) if _is_stale(text, *hunk)), None):
            reason = f"it says {_listed(stale[0])}, as an earlier version of the plate, and not {_listed(stale[1])}"
            return replace(verdict, passed=False, reason=_joined(verdict.reason, reason), outdated=True)
        given_up = [each for each in (*probe.must, *probe.phrases) if _fold(each.phrase) not in now]
        if not verdict.passed and any(text.holds(each) for each in given_up) and judge(probe, verdict.answer).passed:
            reason = _joined(verdict.reason, "it says what an earlier version of the plate said")
            return replace(verdict, reason=reason, outdated=True)
    return verdict


def _joined(*reasons: str) -> str:
    return "; ".join(filter(None, reasons))


def _listed(words: list[str]) -> str:
    return ", ".join(words[:WORDS_MAX])


def _is_stale(text: _Text, gone: list[str], new: list[str]) -> bool:
    """Whether it says at least half of what is gone, and nothing of what stands there now."""
    said = sum(text.says(word) > 0 for word in gone)
    return 2 * said >= len(gone) and not any(text.says(word) for word in new)


def _replaced(then: str, now: str) -> list[tuple[list[str], list[str]]]:
    """The words of a section that are gone, with those in their place; without synonyms and what says little."""
    before, after = ([word for word, _ in _words(each)][:_COMPARED_WORDS_MAX] for each in (then, now))
    old, new = [_key(word) for word in before], [_key(word) for word in after]
    found = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
        if kind != "replace":
            continue
        gone = [word for word, key in zip(before[i1:i2], old[i1:i2], strict=True) if _tells(word) and key not in new]
        come = [word for word, key in zip(after[j1:j2], new[j1:j2], strict=True) if _tells(word) and key not in old]
        gone = [word for word in gone[:PHRASES_MAX] if not _has_synonym(word, come[:PHRASES_MAX])]
        if gone and come:
            found.append((gone, come))
    return found


def _tells(word: str) -> bool:
    return word not in STOP and not is_light(word)


def _has_synonym(word: str, among: list[str]) -> bool:
    known = meanings(word)
    return any(known.get(lemma(other), 0.0) >= SYNONYM for other in among)


def _probe(kind: Kind, plate: Plate, facts: Facts) -> Probe:
    section = plate.section(kind)
    said = section.text if section is not None else ""
    about = said
    must: list[str] = []
    if kind == "traits":
        must = list(dict.fromkeys(each.name for each in plate.traits if each.name))[:PHRASES_MAX]
    elif kind == "identity" and plate.name:
        must = [plate.name]
    if kind == "breakthrough" and facts.topics:
        phrases = list(dict.fromkeys(facts.topics))[:PHRASES_MAX]
        least, about = min(TOPICS_MIN, len(phrases)), ""
        expected = tuple(Expected(each) for each in phrases)
    elif kind == "traits" and must:
        expected, least = (), 0
    else:
        phrases, least = _phrases(said, f"{_TEXTS[kind]} {' '.join(must)}")
        expected = _with_sense(phrases, said)
    chars_max = max(LENGTH_MIN, 2 * len(said) + LENGTH_MIN // 2)
    return Probe(kind, _TEXTS[kind], _with_sense(must, said), expected, least, chars_max, about)


def _with_sense(phrases: Iterable[str], said: str) -> tuple[Expected, ...]:
    text = _Text(said)
    return tuple(Expected(each, text.says(each) < 0) for each in phrases)


def _phrases(said: str, known: str) -> tuple[list[str], int]:
    """What a section wants to hear, and how much of it. Words that the question itself has prove nothing."""
    taken = {_key(word) for word, _ in _words(known)}
    marked = [each for each in bold(said) if not taken.issuperset(_key(word) for word, _ in _words(each))]
    marked = marked[:PHRASES_MAX]
    if marked:
        return marked, len(marked) if len(marked) <= 2 else -(-2 * len(marked) // 3)  # two: both
    own: dict[str, str] = {}
    for word, _ in _words(said):
        if len(word) >= _WORD_MIN and word not in STOP and not word.isdecimal() and _key(word) not in taken:
            own.setdefault(_key(word), word)
    longest = sorted(own.values(), key=lambda word: -len(word))[:WORDS_MAX]
    return [word for word in own.values() if word in longest], -(-len(longest) // 2)


# --- judging ---


def judge(probe: Probe, answer: str, asked: Sequence[Probe] = ()) -> Verdict:
    """Whether the answer says what the plate says. Cost is bounded whatever the answer is.

    `asked`: all six questions. What answers every one of them at once answers none: it would pass whatever is asked.
    """
    shown = answer[:ANSWER_CHARS_MAX]
    if not answer.strip():
        return Verdict(probe, shown, passed=False, found=(), missing=_missing(probe), reason="it answered nothing")
    if len(answer) > probe.chars_max:
        reason = f"it answered {len(answer)} characters; at most {probe.chars_max} are expected"
        return Verdict(probe, shown, passed=False, found=(), missing=_missing(probe), reason=reason)
    if not probe.must and not probe.phrases:
        reason = f"the plate says nothing to compare with: fill its section {HEADINGS[probe.kind]!r}"
        return Verdict(probe, shown, passed=False, found=(), missing=(), reason=reason)
    text = _Text(answer)
    held = {each: text.holds(each) for each in (*probe.must, *probe.phrases)}
    found = tuple(each.phrase for each, holds in held.items() if holds)
    missing = tuple(each.phrase for each, holds in held.items() if not holds)
    lacking = [each for each in probe.must if not held[each]]
    enough = sum(held[each] for each in probe.phrases) >= probe.least
    denied = [each.phrase for each in held if not held[each] and text.says(each.phrase)]
    reason = ""
    if lacking or not enough:
        names = ", ".join(missing[:WORDS_MAX])
        reason = f"it does not say {names}"
        if not lacking and len(probe.phrases) > 1:
            reason += f" (of {len(probe.phrases)} at least {probe.least} are needed)"
        if denied:
            reason += f", and denies {', '.join(denied[:WORDS_MAX])}"
    elif _says_everything(probe, text, asked):
        reason = "it says at once what all the questions want to hear"
    return Verdict(probe, shown, not reason, found, missing, reason)


def _says_everything(probe: Probe, text: _Text, asked: Sequence[Probe]) -> bool:
    """Whether the text answers all the other questions too, most of which want to hear something else than this one."""
    own = {each.phrase for each in (*probe.must, *probe.phrases)}
    others = [each for each in asked if each.kind != probe.kind]
    apart = sum(not own.issuperset(each.phrase for each in (*other.must, *other.phrases)) for other in others)
    return apart >= PASS_MIN - 1 and all(
        all(text.holds(each) for each in other.must) and sum(text.holds(each) for each in other.phrases) >= other.least
        for other in others
    )


def _missing(probe: Probe) -> tuple[str, ...]:
    return tuple(each.phrase for each in (*probe.must, *probe.phrases))


# --- what a text says, and what it denies ---

_TOKEN: Final = re.compile(r"\w+(?:['\u2019]\w+)*")
_MARKUP: Final = re.compile(r"[*_`~#>]+")
_BREAK: Final = re.compile(r"[.;:!?\n()\[\]\"\u201c\u201d\u2013\u2014]|--| - ")
_TURN: Final = frozenset("but rather instead yet".split())
_SUBJECT: Final = _TURN | frozenset("and i i'm i've i'll my it it's he she we you your they so".split())
_NEGATION: Final = frozenset(
    "not no never none neither nor nothing without cannot cant dont isnt arent wasnt doesnt wont aint hardly nobody"
    " nicht kein keine".split()
)
_ONLY: Final = frozenset("only just merely simply least".split())
_BE: Final = frozenset("is was are were am has does did can will".split())
_NO_SPACES: Final = re.compile("[\u2e80-\ud7ff\U00020000-\U0003ffff]")  # scripts that put none between words


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")


def _words(text: str) -> list[tuple[str, int]]:
    """Words, folded, with where each ends."""
    return [(match.group(), match.end()) for match in _TOKEN.finditer(_fold(_MARKUP.sub(" ", text)))]


def _key(word: str) -> str:
    return stem(word.removesuffix("'s"))


class _Text:
    """A text as words in clauses."""

    def __init__(self, text: str) -> None:
        self.folded = _fold(_MARKUP.sub(" ", text))
        self.words: list[str] = []
        self.clauses: list[int] = []  # for each word, the number of the first word of its clause
        end = first = 0
        for match in _TOKEN.finditer(self.folded):
            word, between = match.group(), self.folded[end : match.start()]
            if _BREAK.search(between) or word in _TURN or ("," in between and word in _SUBJECT):
                first = len(self.words)
            self.words.append(word)
            self.clauses.append(first)
            end = match.end()
        self.keys = [_key(word) for word in self.words]

    def holds(self, expected: Expected) -> bool:
        """Whether it says the phrase with the sense that is expected."""
        sense = self.says(expected.phrase)
        return sense < 0 if expected.denied else sense > 0

    def says(self, phrase: str) -> int:
        """1 where it says a phrase, -1 where it denies it at least as often as it says it, 0 where it does neither."""
        if _NO_SPACES.search(phrase):
            return int(_fold(phrase) in self.folded)
        wanted = [_key(word) for word, _ in _words(phrase)]
        if not wanted:
            return 0
        said = denied = 0
        for at in range(len(self.keys) - len(wanted) + 1):
            if self.keys[at] == wanted[0] and self.keys[at : at + len(wanted)] == wanted:
                if self._is_denied(at, at + len(wanted)):
                    denied += 1
                else:
                    said += 1
        return 0 if not said + denied else 1 if said > denied else -1

    def _is_denied(self, first: int, end: int) -> bool:
        for at in range(max(self.clauses[first], first - _LOOK_BACK), first):
            after = self.words[at + 1] if at + 1 < len(self.words) else ""
            if _negates(self.words[at]) and after not in _ONLY:
                return True
        following = [
            word
            for word, clause in zip(self.words[end : end + 2], self.clauses[end : end + 2], strict=True)
            if clause == self.clauses[end - 1]
        ]
        if not following:
            return False
        return following[0].endswith("n't") or (len(following) > 1 and following[0] in _BE and _negates(following[1]))


def _negates(word: str) -> bool:
    return word in _NEGATION or word.endswith("n't")
