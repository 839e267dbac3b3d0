"""What character does a text show? charvec/1: sixteen measures of style, each in [0, 1].

The measures are published ones (METRIC_HELP in `metric_help` names each), over the prose of the assistant's messages
in a window; code fences count only as structure. Each is a quotient of whole numbers, compared with a frozen reference:
score = clip(0.5 + z/8, 0, 1), z = (raw - mean) / deviation, rounded once, to millionths. So it is the same everywhere.

    counts = [cache.of(digest, text) for digest, text in replies]     each message is read once
    vector = measure_counts(last_words(counts), reference)            Vector, TooLittle or Unsupported
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccnode.mind import charvec_count
from ccnode.mind.charvec_count import AT, CountCache, Counts, count
from ccnode.mind.charvec_data import NAMES, PLACES, Reference, ReferenceDamaged
from ccnode.mind.measured import FINE, MILLION, TooLittle, Unsupported, log10, millionths, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "NAMES",
    "WINDOW_WORDS",
    "WORDS_MIN",
    "CountCache",
    "Counts",
    "Reference",
    "ReferenceDamaged",
    "TooLittle",
    "Unsupported",
    "Vector",
    "count",
    "last_words",
    "measure",
    "measure_counts",
    "measure_one",
    "windows",
]

WORDS_MIN: Final = 1000
WINDOW_WORDS: Final = 2000


@dataclass(frozen=True, slots=True)
class Vector:
    """A character vector: `values` in millionths, in the order of `NAMES`, over so many words.

    `raw`: the measures themselves in millionths of their units (see `metric_help`), before they are compared.
    """

    values: tuple[int, ...]
    words: int
    raw: tuple[int, ...] = field(compare=False)

    def named(self) -> dict[str, int]:
        """Each dimension's value in millionths."""
        return dict(zip(NAMES, self.values, strict=True))


def measure(
    messages: Sequence[str], reference: Reference, *, words_min: int = WORDS_MIN
) -> Vector | TooLittle | Unsupported:
    """Measure the assistant's messages of one window, oldest first; each is counted anew (see `measure_counts`)."""
    return measure_counts([count(text, reference) for text in messages], reference, words_min=words_min)


def measure_one(counts: Counts, reference: Reference) -> Vector | TooLittle | Unsupported:
    """Measure one message by itself, however short, as phi and step drift take it; TooLittle only without a word."""
    return measure_counts((counts,), reference, words_min=1)


def measure_counts(
    counts: Sequence[Counts], reference: Reference, *, words_min: int = WORDS_MIN
) -> Vector | TooLittle | Unsupported:
    """Measure a window of messages, oldest first, from their counts.

    Unsupported where it is long enough to show that it is not English; TooLittle where it has fewer than `words_min`
    words of prose. Messages without a word (empty, or code alone) count only as structure.
    """
    if not charvec_count.all_english(counts):
        return Unsupported()
    sums = charvec_count.total(counts, reference.mattr_window)
    words = sums[AT["words"]]
    if words < max(1, words_min):
        return TooLittle(words, max(1, words_min))
    if not sums[AT["runs"]]:
        sums = _as_one_run(sums, charvec_count.distinct_words(counts), words, reference.mattr_window)
    quotients = _raw(dict(zip(charvec_count.SUMS, sums, strict=True)), reference.mattr_window)
    values = tuple(
        _score(numerator, denominator, mean, deviation)
        for (numerator, denominator), mean, deviation in zip(
            quotients, reference.means, reference.deviations, strict=True
        )
    )
    return Vector(values, words, tuple(millionths(*quotient) for quotient in quotients))


def last_words(counts: Sequence[Counts], words: int = WINDOW_WORDS) -> Sequence[Counts]:
    """The newest messages that together have so many words, as few as that takes; all where they have fewer."""
    have = 0
    for at in range(len(counts) - 1, -1, -1):
        have += counts[at].words
        if have >= words:
            return counts[at:]
    return counts


def windows(counts: Iterable[Counts], words: int = WINDOW_WORDS) -> list[list[Counts]]:
    """The messages cut into windows of so many words or more that share none, oldest first; no unfinished one."""
    found: list[list[Counts]] = []
    current: list[Counts] = []
    have = 0
    for each in counts:
        current.append(each)
        have += each.words
        if have >= words:
            found.append(current)
            current, have = [], 0
    return found


def _as_one_run(sums: tuple[int, ...], distinct: int, words: int, window: int) -> tuple[int, ...]:
    """Sums whose diversity is distinct/words, for a text shorter than one run: as if it were repeated to fill runs."""
    changed = list(sums)
    changed[AT["distinct"]] = distinct * window
    changed[AT["runs"]] = words
    return tuple(changed)


def _raw(of: dict[str, int], window: int) -> tuple[tuple[int, int], ...]:
    """The sixteen measures as quotients (numerator, denominator > 0), in the order of `NAMES`."""
    words, sentences = of["words"], of["sentences"]

    def rate(times: int, each: int = 100) -> tuple[int, int]:
        return each * times, words

    # Categorical-dynamic index: Pennebaker et al. 2014, PLoS ONE 9:e115844.
    told = of["personal_pronouns"] + of["impersonal_pronouns"] + of["auxiliaries"] + of["conjunctions"]
    analytic = of["articles"] + of["prepositions"] - told - of["adverbs"] - of["negations"]
    # Automated readability index, Smith & Senter 1967: 4.71 strokes/word + 0.5 words/sentence - 21.43.
    readability = 471 * of["letters"] * sentences + 50 * words * words - 2143 * words * sentences
    tone = of["positive"] - of["negative"]
    return (
        (30 * words + 100 * analytic, words),
        (readability, 100 * words * sentences),
        # Moving-average type-token ratio, Covington & McFall 2010.
        (of["distinct"], window * of["runs"]),
        (log10(words + of["messages"], of["messages"]), FINE),
        (of["structured"], of["lines"]),
        rate(of["precise"]),
        # Hedges and boosters: Hyland 2005.
        rate(of["hedges"]),
        rate(of["boosters"]),
        rate(of["candid"], 1000),
        (100 * of["direct"], sentences),
        (100 * of["questions"], sentences),
        rate(of["causal"]),
        (2 * tone, 2 * (of["positive"] + of["negative"]) + 1),
        # Politeness markers: Danescu-Niculescu-Mizil et al. 2013.
        rate(of["politeness"]),
        rate(of["self"]),
        rate(of["user"]),
    )


def _score(numerator: int, denominator: int, mean: int, deviation: int) -> int:
    """clip(0.5 + z/8, 0, 1) in millionths; mean and deviation in units of 1/PLACES."""
    above = PLACES * numerator - mean * denominator
    score = MILLION // 2 + nearest(MILLION * above, 8 * deviation * denominator)
    return min(max(score, 0), MILLION)
