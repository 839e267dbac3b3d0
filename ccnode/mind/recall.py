"""Which stored messages account for a question?

Pure: the store runs the full-text query, this module writes it and judges what came back.

    plan                       a question -> RecallPlan with the MATCH expression
    matches                    whether a message that is not indexed yet is worth ranking
    refine                     the plan again, once the first candidates tell who is who ("my son Jonas")
    to_compare                 the texts whose meaning is worth comparing with the question, where that can be done
    rank                       candidates -> the best of them, as Recalled
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from ccnode.mind import lexicon
from ccnode.mind.aliases import aliases
from ccnode.mind.asking import Question, read_question, with_aliases
from ccnode.mind.evidence import compared, weighed
from ccnode.mind.likeness import Likeness
from ccnode.mind.matching import Match, match
from ccnode.mind.people import beings
from ccnode.mind.prompt_types import Recalled
from ccnode.mind.stemming import family, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccnode.mind.prompt_types import PromptMessage, Role

CANDIDATES = 110  # rows to fetch for the first query of a plan,
CANDIDATES_BRIEF = 64  # and of a brief one
CANDIDATES_MORE = 20  # rows to fetch for each query after it
PINNED_BONUS = 0.15  # what a pinned message may be behind in score and still come first
TERMS_MAX = 240
_TERMS_PER_UNIT = 100
_BRIEF_MIN = 0.5  # how well a word must account for one that is asked, to be looked for by a brief plan
_SCORE_MIN = 0.01
JUDGED_MAX = 48  # messages whose evidence is weighed: those that the rules of `matching`, which are quicker, put first
COMPARED_MAX = 24  # messages compared in meaning: those that words put first
_ALIASES_MAX = 12
# How alike in meaning each of the texts is to the question; None where that cannot be told.
Compare = Callable[[str, Sequence[str]], Likeness | None]
_MATCH_CHARS_MAX = 20_000


class Candidate(NamedTuple):
    """A stored message that may account for a question.

    `context` is the plain text of the two turns before it (or ""), `said_at_ms` milliseconds since 1970 UTC.
    `pinned`: its owner wants it preferred. `told_by`: see Recalled.
    """

    message_id: str
    session_id: str
    role: Role
    content: str
    said_at_ms: int
    context: str = ""
    pinned: bool = False
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class Sought:
    """A folded word to look for (`prefix`: all that begin so), and how many times it counts in the ranking."""

    word: str
    times: int = 1
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class RecallPlan:
    """How to look a question up: `sought` ranks the messages, by bm25; it is empty if nothing is to be found.

    The store makes the `lists`, which put what the user said first; `queries` say the same to FTS5.
    `terms` are the folded words it looks for, without repetition; `question` is what `rank` compares with; `brief`: see
    `plan`.
    """

    question: Question
    sought: tuple[Sought, ...]
    terms: tuple[str, ...]
    keys: frozenset[str]
    brief: bool = False

    @property
    def _most(self) -> int:
        """How many rows the first query is to find."""
        return CANDIDATES_BRIEF if self.brief else CANDIDATES

    @property
    def match(self) -> str | None:
        """An FTS5 MATCH expression over all messages; None if nothing is to be found."""
        # bm25 counts every phrase of the expression: a word that is given twice weighs twice.
        parts = [_quoted(one.word) + "*" * one.prefix for one in self.sought for _ in range(one.times)]
        return " OR ".join(parts) if parts else None

    @property
    def lists(self) -> tuple[tuple[Role | None, int], ...]:
        """(whose messages, or None for all; how many of the best): together they are the candidates."""
        if self.question.about_assistant:
            return ((None, self._most + CANDIDATES_MORE),)
        return (("user", self._most), (None, CANDIDATES_MORE))

    @property
    def queries(self) -> tuple[tuple[str, int], ...]:
        """(MATCH expression, rows to fetch), to be run one after the other; together they find the candidates.

        What the user said comes first: replies are longer and many, and would crowd it out. A question about what
        the assistant said is looked up among all messages alike.
        """
        if self.match is None:
            return ()
        if self.question.about_assistant:
            return ((self.match, self._most + CANDIDATES_MORE),)
        return ((f'text : "user" AND ({self.match})', self._most), (self.match, CANDIDATES_MORE))


def plan(question: str, conversation: Sequence[PromptMessage] = (), *, brief: bool = False) -> RecallPlan:
    """Read a question (of any size; only its first and last 2,000 characters count) and write its MATCH expression.

    `conversation` is the branch so far, oldest first: a question that leans on the one before it borrows its words.
    `brief`: look for fewer words, and find fewer messages, in half of the time (see offering.py).
    """
    read = read_question(question, conversation)
    strong = [unit for unit in read.units if unit.weight > 0.3] or list(read.units)
    asked: list[str] = []
    weak: set[str] = set()
    for unit in read.units:
        spelled_out = dict.fromkeys([unit.word, *lexicon.inflections(lexicon.lemma(unit.word))])
        asked.extend(spelled_out)
        if unit not in strong:
            weak.update(spelled_out)
    near: list[list[str]] = []
    least = _BRIEF_MIN if brief else lexicon.RELATED
    for unit in strong:
        ordered = sorted(unit.accepts.items(), key=lambda item: -item[1])
        spelled: list[str] = []
        for key, quality in ordered:
            if quality >= least:
                spelled.extend(lexicon.spellings(key))
        near.append(list(dict.fromkeys(spelled))[:_TERMS_PER_UNIT])
    expanded = [word for row in _round_robin(near) for word in row]
    terms = tuple(dict.fromkeys(asked))
    others = tuple(word for word in dict.fromkeys(expanded) if word not in set(terms))[: max(0, TERMS_MAX - len(terms))]
    prefixes = [root for unit in strong if len(root := family(unit.word)) >= 5]
    sought = (
        *(Sought(word, times=1 if word in weak else 2) for word in terms),
        *(Sought(root, prefix=True) for root in dict.fromkeys(prefixes)),
        *(Sought(word) for word in others),
    )
    keys = frozenset(lexicon.lemma(word) for word in (*terms, *others))
    return RecallPlan(read, sought, terms + others, keys, brief)


def refine(plan: RecallPlan, candidates: Sequence[Candidate]) -> RecallPlan:
    """The plan widened by who is who in the candidates ("my son Jonas"): run its `match` too if it is another object.

    Returns `plan` itself when the candidates add nothing; then a second query is needless.
    """
    known = who_is_who(plan.question, candidates)
    named = [name for unit in plan.question.units for name in sorted(known.get(lexicon.lemma(unit.word), ()))]
    added = tuple(name for name in dict.fromkeys(named) if lexicon.lemma(name) not in plan.keys)[:_ALIASES_MAX]
    if not added or not plan.sought:
        return plan
    return RecallPlan(
        with_aliases(plan.question, known),
        (*(Sought(word, times=2) for word in added), *plan.sought),
        (*added, *plan.terms),
        plan.keys | {lexicon.lemma(word) for word in added},
        plan.brief,
    )


def _round_robin(rows: Sequence[Sequence[str]]) -> Iterable[tuple[str, ...]]:
    for at in range(max((len(row) for row in rows), default=0)):
        yield tuple(row[at] for row in rows if at < len(row))


def _quoted(word: str) -> str:
    # Inside double quotes FTS5 knows no operator; a quote is doubled, a NUL would end the expression.
    return '"' + word.replace('"', '""').replace("\x00", "") + '"'


def matches(plan: RecallPlan, content: str) -> bool:
    """Whether a message holds any word the plan looks for; reads at most 20,000 characters."""
    return any(lexicon.lemma(word) in plan.keys for word in words(content[:_MATCH_CHARS_MAX]))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A question, and the texts that are to be compared with it in meaning."""

    question: str
    texts: tuple[str, ...] = ()


def to_compare(plan: RecallPlan, candidates: Sequence[Candidate]) -> Comparison:
    """What to compare in meaning before `rank`: the texts of the COMPARED_MAX candidates that words put first.

    Nothing where the text asks nothing: nothing could answer it.
    """
    question = with_aliases(plan.question, who_is_who(plan.question, candidates))
    return compare_best(question, candidates)


def compare_best(question: Question, candidates: Iterable[Candidate]) -> Comparison:
    """The same for a question that was read already."""
    if not question.asks:
        return Comparison(question.text)
    promising = _promising(question, candidates)
    scored = [
        (weighed(question, judged_as(question, one), one.content, found).score, one.content, found)
        for one, found in promising
    ]
    best = sorted(scored, key=lambda each: -each[0])[:COMPARED_MAX]
    texts = (text for _, content, found in best for text in compared(question, content, found))
    return Comparison(question.text, tuple(dict.fromkeys(texts)))


def judged_as(question: Question, one: Candidate | Recalled) -> Role:
    """Whose words these are judged as: knowledge that the owner promoted as what a person states.

    But not where the question is about the person who asks: "my sister" is another's there.
    """
    return "user" if one.told_by and not question.about_self else one.role


def _promising(question: Question, candidates: Iterable[Candidate]) -> list[tuple[Candidate, Match]]:
    """Those worth weighing, each with its match: for a text that asks nothing all that match at all."""
    matched = [(one, match(question, judged_as(question, one), one.content, one.context)) for one in candidates]
    found = [each for each in matched if each[1].score > 0]
    if question.asks and len(found) > JUDGED_MAX:
        found.sort(key=lambda each: (not each[0].pinned, -each[1].score))
        del found[JUDGED_MAX:]
    return found


def rank(
    plan: RecallPlan,
    candidates: Sequence[Candidate],
    limit: int = 6,
    likeness: Likeness | None = None,
    *,
    question: Question | None = None,
) -> list[Recalled]:
    """The candidates that account best for the question, best first, at most `limit`; newer first among equals.

    `likeness` is what comparing the texts of `to_compare` gave; then only the candidates compared are ranked.
    A pinned one comes before others that are better by no more than PINNED_BONUS.
    Messages of one speaker with the same words count once (the newest stays). The score is in [0, 1]; those of
    the answers to a question add up to less than 1.
    `question`: the plan's, with the names that more candidates tell than these.
    """
    found: dict[tuple[str, str], Recalled] = {}
    question = question or with_aliases(plan.question, who_is_who(plan.question, candidates))
    by_meaning = likeness is not None and question.asks
    for candidate, matched in _promising(question, candidates):
        if (
            by_meaning
            and likeness
            and any(text not in likeness for text in compared(question, candidate.content, matched))
        ):
            continue
        score = weighed(question, judged_as(question, candidate), candidate.content, matched, likeness).score
        if score < _SCORE_MIN:
            continue
        recalled, said = as_recalled(candidate, round(score, 4)), same_words(candidate)
        other = found.get(said)
        if other is None:
            found[said] = recalled
        else:
            newest = recalled if _newer(recalled) < _newer(other) else other
            pinned = recalled.pinned or other.pinned
            found[said] = replace(newest, score=max(recalled.score, other.score), pinned=pinned)
    ranked = _compared(list(found.values())) if question.asks else found.values()
    return sorted(ranked, key=_order)[: max(0, limit)]


def as_recalled(one: Candidate, score: float) -> Recalled:
    """A candidate as it is recalled."""
    return Recalled(
        one.message_id, one.session_id, one.role, one.content, one.said_at_ms, score, one.pinned, one.told_by
    )


def same_words(one: Candidate | Recalled) -> tuple[str, str]:
    """What is alike of messages of one speaker with the same words."""
    return one.role, " ".join(one.content.split()).casefold()


def _compared(found: Sequence[Recalled]) -> list[Recalled]:
    """The likelihoods, as one among all of them: where many messages may answer, each is less likely to be the one."""
    odds = [one.score / (1.0 - min(one.score, 0.999)) for one in found]
    total = 1.0 + sum(odds)
    return [replace(one, score=round(each / total, 4)) for one, each in zip(found, odds, strict=True)]


def who_is_who(question: Question, candidates: Sequence[Candidate]) -> Mapping[str, frozenset[str]]:
    """Other names of those the question asks about, by what the candidates tell; see `aliases`."""
    if not any(unit.required or unit.key in beings() for unit in question.units):
        return {}  # it asks about nobody who has a name
    return aliases(candidate.content for candidate in candidates if candidate.role == "user")


def _newer(recalled: Recalled) -> tuple[int, str]:
    return (-recalled.said_at_ms, recalled.message_id)


def _order(recalled: Recalled) -> tuple[float, int, str]:
    return (-recalled.score - PINNED_BONUS * recalled.pinned, -recalled.said_at_ms, recalled.message_id)


__all__ = [
    "CANDIDATES",
    "Candidate",
    "RecallPlan",
    "Sought",
    "matches",
    "plan",
    "rank",
    "refine",
]
