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

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ccnode.mind import outdated
from ccnode.mind.lexicon import STOP
from ccnode.mind.plate import ASKED_ABOUT, HEADINGS, Kind, Plate, bold
from ccnode.mind.saying import Expected, Text, fold, root_of, unwrapped, words_of

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
FORMER_CHARS_MAX: Final = 100_000  # of each section: what of its earlier texts is compared, see `_compare_cost`

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
    """What the database knows: words and phrases of what was truly said last, the newest first; may be empty.

    `said`: the texts that are put before the model; an answer may have any of its words from them.
    """

    topics: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """One question and its checker: every phrase of `must`, and `least` of `phrases`, in at most `chars_max`.

    `said`: the plate's section; `beside`: what is put before the model with it, for a question about that.
    """

    kind: Kind
    text: str
    must: tuple[Expected, ...]
    phrases: tuple[Expected, ...]
    least: int
    chars_max: int
    said: str = ""
    beside: str = ""

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
        words = [word for word, _ in words_of(text[:TOPIC_CHARS_MAX])]
        own = {word for word in words if len(word) >= _WORD_MIN and word not in STOP and not word.isdecimal()}
        kept = sorted(own, key=lambda word: (-len(word), word))[:TOPICS_OF_ONE]
        for word in words:
            if word in kept:
                found.setdefault(root_of(word), word)
    return tuple(found.values())[:PHRASES_MAX]


def failed(verdict: Verdict, reason: str) -> Verdict:
    """The verdict on an answer that did not come to its end."""
    return replace(verdict, passed=False, reason=reason)


def passes(verdicts: Sequence[Verdict]) -> bool:
    """Whether these answers to the six questions are those of the assistant that the plate describes."""
    if any(each.outdated for each in verdicts):
        return False
    return sum(each.passed for each in verdicts) >= PASS_MIN and len(verdicts) == QUESTIONS


def former(plates: Iterable[Plate], facts: Facts, asked: Sequence[Probe]) -> tuple[Probe, ...]:
    """The questions as earlier plates had them, the newest first, for `compared`: of each what its section once said.

    Each text of a section counts once, however many versions had it, and none that is in force (`asked`). Of sections
    that were changed very often the oldest texts are left out, so that comparing has an end.
    """
    room = {each.kind: FORMER_CHARS_MAX for each in asked}
    in_force = {each.kind: each.said for each in asked}
    seen = {(each.kind, each.said, _name_in(each)) for each in asked}
    found = []
    for plate in plates:
        for kind, left in room.items():
            section = plate.section(kind)
            text = kind, section.text if section is not None else "", plate.name if kind == "identity" else ""
            if left < 0 or text in seen:
                continue
            seen.add(text)
            room[kind] = left - _compare_cost(text[1], in_force[kind])
            found.append(_probe(kind, plate, facts))
    return tuple(found)


def _name_in(probe: Probe) -> str:
    return probe.must[0].phrase if probe.kind == "identity" and probe.must else ""


def _compare_cost(then: str, now: str) -> int:
    """Characters that differ, which is what takes time; a little for those that do not."""
    same = outdated.shared(then, now) + outdated.shared(then[::-1], now[::-1])
    return 100 + len(then) // 10 + max(0, len(then) - same)


def compared(verdict: Verdict, former: Iterable[Probe]) -> Verdict:
    """The verdict, and whether the answer is from another plate: of these probes, those of earlier ones, in any order.

    Any answer is that which gives a name or trait that was changed, which says or denies a phrase as only an earlier
    plate did, or which says what stood in the place of what stands there now, and not the latter (see `outdated`). A
    wrong one also where it is right by an earlier plate, and says a phrase that only that one asks for.
    """
    probe, text = verdict.probe, Text(verdict.answer)
    now = {_asks_for(each) for each in (*probe.must, *probe.phrases)}
    for then in former:
        if then.kind != probe.kind:
            continue
        found = _renamed(text, then, probe) or _turned(text, then, probe)
        if found is None and then.said != probe.said:
            found = outdated.stale(verdict.answer, then.said, probe.said, probe.text, probe.beside)
        if found is not None:
            reason = f"it says {found.gone}, as an earlier version of the plate"
            reason += f", and not {found.come}" if found.come else ""
            return replace(verdict, passed=False, reason=_joined(verdict.reason, reason), outdated=True)
        given_up = [each for each in (*then.must, *then.phrases) if _asks_for(each) not in now]
        if not verdict.passed and any(map(text.holds, given_up)) and judge(then, verdict.answer).passed:
            reason = _joined(verdict.reason, "it says what an earlier version of the plate said")
            return replace(verdict, reason=reason, outdated=True)
    return verdict


def _asks_for(expected: Expected) -> tuple[str, bool]:
    return fold(expected.phrase), expected.denied


def _renamed(text: Text, then: Probe, now: Probe) -> outdated.Stale | None:
    """Where it gives a name or trait that was changed, and not the new one; whatever else the section says.

    One that was only taken out does not count where the section still speaks of it.
    """
    old, new = ({_phrase(each.phrase): each for each in probe.must} for probe in (then, now))
    gone = [each for phrase, each in old.items() if phrase not in new and text.holds(each)]
    come = [each for phrase, each in new.items() if phrase not in old]
    if not come:
        section = Text(now.said)
        gone = [each for each in gone if not section.says(each.phrase)]
    if not gone or (come and all(_says_apart(text, each, gone) for each in come)):
        return None
    names = (", ".join(each.phrase for each in some[:WORDS_MAX]) for some in (gone, come))
    return outdated.Stale(*names)


def _says_apart(text: Text, wanted: Expected, gone: list[Expected]) -> bool:
    """Whether it says this also where it does not stand within what is gone: "Ada Lovelace" does not say "Ada"."""
    within = sum(
        sum(text.times(each.phrase)) for each in gone if f" {_phrase(wanted.phrase)} " in f" {_phrase(each.phrase)} "
    )
    return text.holds(wanted) and sum(text.times(wanted.phrase)) > within


def _turned(text: Text, then: Probe, now: Probe) -> outdated.Stale | None:
    """Where it says what is denied now, or denies what is said now, as the earlier plate did: "never **truthful**"."""
    old = {_phrase(each.phrase): each for each in (*then.must, *then.phrases)}
    sections = Text(unwrapped(then.said)), Text(unwrapped(now.said))
    for each in (*now.must, *now.phrases):
        was = old.get(_phrase(each.phrase))
        if was is None or was.denied == each.denied or not text.holds(was):
            continue
        if not any(all(section.times(each.phrase)) for section in sections):  # what does both turned nothing round
            gone, come = f"not {each.phrase}", each.phrase
            return outdated.Stale(gone, come) if was.denied else outdated.Stale(come, gone)
    return None


def _phrase(text: str) -> str:
    """A phrase as it is told from others: its words without their endings."""
    return " ".join(root_of(word) for word, _ in words_of(text)) or fold(text)


def _joined(*reasons: str) -> str:
    return "; ".join(filter(None, reasons))


def _probe(kind: Kind, plate: Plate, facts: Facts) -> Probe:
    section = plate.section(kind)
    said = section.text if section is not None else ""
    beside = ""
    must: list[str] = []
    if kind == "traits":
        must = list(dict.fromkeys(each.name for each in plate.traits if each.name))[:PHRASES_MAX]
    elif kind == "identity" and plate.name:
        must = [plate.name]
    if kind == "breakthrough" and facts.topics:
        phrases = list(dict.fromkeys(facts.topics))[:PHRASES_MAX]
        least, beside = min(TOPICS_MIN, len(phrases)), "\n".join((*facts.topics, *facts.said))
        expected = tuple(Expected(each) for each in phrases)
    elif kind == "traits" and must:
        expected, least = (), 0
    else:
        phrases, least = _phrases(said, f"{_TEXTS[kind]} {' '.join(must)}")
        expected = _with_sense(phrases, said)
    chars_max = max(LENGTH_MIN, 2 * len(said) + LENGTH_MIN // 2)
    return Probe(kind, _TEXTS[kind], _with_sense(must, said), expected, least, chars_max, said, beside)


def _with_sense(phrases: Iterable[str], said: str) -> tuple[Expected, ...]:
    text = Text(unwrapped(said))
    return tuple(Expected(each, text.says(each) < 0) for each in phrases)


def _phrases(said: str, known: str) -> tuple[list[str], int]:
    """What a section wants to hear, and how much of it. Words that the question itself has prove nothing."""
    taken = {root_of(word) for word, _ in words_of(known)}
    marked = [each for each in bold(said) if not taken.issuperset(root_of(word) for word, _ in words_of(each))]
    marked = marked[:PHRASES_MAX]
    if marked:
        return marked, len(marked) if len(marked) <= 2 else -(-2 * len(marked) // 3)  # two: both
    own: dict[str, str] = {}
    for word, _ in words_of(said):
        if len(word) >= _WORD_MIN and word not in STOP and not word.isdecimal() and root_of(word) not in taken:
            own.setdefault(root_of(word), word)
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
        # Nobody waits for the end of such an answer, so how long it would have been is not known.
        reason = f"it answered more than {probe.chars_max} characters; at most so many are expected"
        return Verdict(probe, shown, passed=False, found=(), missing=_missing(probe), reason=reason)
    if not probe.must and not probe.phrases:
        reason = f"the plate says nothing to compare with: fill its section {HEADINGS[probe.kind]!r}"
        return Verdict(probe, shown, passed=False, found=(), missing=(), reason=reason)
    text = Text(answer)
    held = {each: text.holds(each) for each in (*probe.must, *probe.phrases)}
    found = tuple(each.phrase for each, holds in held.items() if holds)
    missing = tuple(each.phrase for each, holds in held.items() if not holds)
    lacking = [each for each in probe.must if not held[each]]
    enough = sum(held[each] for each in probe.phrases) >= probe.least
    turned = [each for each in held if not held[each] and text.says(each.phrase)]
    denied, said = ([each.phrase for each in turned if each.denied == way] for way in (False, True))
    reason = ""
    if lacking or not enough:
        names = ", ".join([_worded(each) for each in held if not held[each]][:WORDS_MAX])
        reason = f"it does not say {names}"
        if not lacking and len(probe.phrases) > 1:
            reason += f" (of {len(probe.phrases)} at least {probe.least} are needed)"
        if denied:
            reason += f", and denies {', '.join(denied[:WORDS_MAX])}"
        if said:
            reason += f", and says {', '.join(said[:WORDS_MAX])}"
    elif _says_everything(probe, text, asked):
        reason = "it says at once what all the questions want to hear"
    return Verdict(probe, shown, not reason, found, missing, reason)


def _says_everything(probe: Probe, text: Text, asked: Sequence[Probe]) -> bool:
    """Whether the text answers all the other questions too, most of which want to hear something else than this one."""
    own = {each.phrase for each in (*probe.must, *probe.phrases)}
    others = [each for each in asked if each.kind != probe.kind]
    apart = sum(not own.issuperset(each.phrase for each in (*other.must, *other.phrases)) for other in others)
    return apart >= PASS_MIN - 1 and all(
        all(text.holds(each) for each in other.must) and sum(text.holds(each) for each in other.phrases) >= other.least
        for other in others
    )


def _worded(expected: Expected) -> str:
    return f"not {expected.phrase}" if expected.denied else expected.phrase


def _missing(probe: Probe) -> tuple[str, ...]:
    return tuple(each.phrase for each in (*probe.must, *probe.phrases))
