"""What does one message contribute to a character vector? Counts, taken once; windows add them up.

Counting is all that reads text. Measuring a window again after another reply sums the counts of its messages, each
taken once, and looks at no old text; only runs of words that reach over the border of two messages are seen then, for
which the first and last words of each message are kept.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from ccnode.mind import charvec_patterns as patterns
from ccnode.mind.charvec_data import LISTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccnode.mind.charvec_data import Reference

# What is counted, in this order, after one number for each list of words.
SUMS: Final = (
    *LISTS,
    "words", "letters", "sentences", "direct", "questions", "candid", "precise", "lines", "structured", "messages",
    "distinct", "runs", "english_words", "foreign_letters", "terse_words",
)  # fmt: skip
AT: Final = {name: number for number, name in enumerate(SUMS)}
NOTHING: Final = (0,) * len(SUMS)

WORD_CHARS_MAX: Final = 64  # longer words are the same word if they begin alike
VOCABULARY_MAX: Final = 2000  # words of a message that are kept for comparison with the reply
CONTENT_CHARS_MIN: Final = 3
SHORT_TIMES: Final = 8  # as many short messages are kept counted as others

# A text of at least so many words shows its language. Of the words in English manuals and documents, 7 to 25 % are such
# as only English has (fewest in tables of options); in manuals truly translated into 24 languages, at most 2 %.
LANGUAGE_WORDS_MIN: Final = 40
ENGLISH_PERCENT: Final = 5
# Lists, recipes and notes have hardly any of those. They are English where nearly all their words are everyday ones: of
# such texts 90 % and more are, of 10,000 pieces of manuals in other languages (option names and all) at most 58 %.
EVERYDAY_PERCENT: Final = 75
TERSE_PERCENT: Final = 10  # of the words of such a text are taken for words that only English has: as of other English
OTHER_PERCENT_MAX: Final = 25  # of the words of a window may be in messages that show another language
LETTERS_A_WORD: Final = 3  # of what is written without a-z, where words are not told apart


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted in one message.

    `sums`: see `SUMS`. `distinct`, `runs`: how many different words the runs of `mattr_window` words inside the message
    have, added up, and how many such runs there are. `head`, `tail`: its first and last words, one fewer than a run.
    `vocabulary`: its words that are no function words, the first `VOCABULARY_MAX` of them.
    """

    sums: tuple[int, ...]
    head: tuple[str, ...]
    tail: tuple[str, ...]
    vocabulary: frozenset[str]

    def __getitem__(self, name: str) -> int:
        """One of the sums by its name."""
        return self.sums[AT[name]]

    @property
    def words(self) -> int:
        """The words of the message, those of code fences left out."""
        return self.sums[_WORDS]


_WORDS: Final = AT["words"]
_DISTINCT: Final = AT["distinct"]
_RUNS: Final = AT["runs"]
_ENGLISH: Final = AT["english_words"]
_FOREIGN: Final = AT["foreign_letters"]
_TERSE: Final = AT["terse_words"]


def count(text: str, reference: Reference) -> Counts:
    """Count one message; time linear in its length. Any text has counts: empty text has none above 0."""
    plain = patterns.plain(text)
    prose, lines, structured = _structure(plain)
    lower = prose.lower()
    sentences, direct, words = _sentences(lower, reference)
    letters = sum(map(len, words))
    if words and letters > WORD_CHARS_MAX:
        words = [word[:WORD_CHARS_MAX] for word in words]
    each = Counter(words)
    members, english, vocabulary = _members(each, reference)
    foreign = sum(len(found.group()) for found in patterns.FOREIGN.finditer(prose))
    distinct, runs = runs_of(words, reference.mattr_window)
    edge = reference.mattr_window - 1
    measured = (
        len(words),
        letters,
        sentences,
        direct,
        prose.count("?") if words else 0,
        sum(1 for _ in patterns.CANDOR.finditer(lower)),
        sum(sum(1 for _ in each.finditer(prose)) for each in (patterns.NUMBER, patterns.CAPITAL, patterns.CODE)),
        lines,
        structured,
        1 if words else 0,
        distinct,
        runs,
        english,
        foreign,
        len(words) if _is_terse(each, len(words) + foreign // LETTERS_A_WORD, english, reference) else 0,
    )
    return Counts((*members, *measured), tuple(words[:edge]), tuple(words[-edge:]), vocabulary)


def _structure(plain: str) -> tuple[str, int, int]:
    """The text without code fences; how many lines are not blank; how many of those are list, heading, table, code."""
    lines = plain.split("\n")
    inside = patterns.fenced(lines) if any(fence in plain for fence in patterns.FENCES) else [False] * len(lines)
    match = patterns.STRUCTURE.match
    filled = structured = 0
    for line, code in zip(lines, inside, strict=True):
        if line and not line.isspace():
            filled += 1
            structured += code or match(line) is not None
    prose = plain if not any(inside) else "\n".join(line for line, code in zip(lines, inside, strict=True) if not code)
    return prose, filled, structured


def _sentences(lower: str, reference: Reference) -> tuple[int, int, list[str]]:
    """How many sentences have a word; how many of them tell the reader what to do; all words in order."""
    words: list[str] = []
    sentences = direct = 0
    for piece in patterns.SENTENCE.split(lower):
        found = patterns.TOKEN.findall(piece)
        if found:
            sentences += 1
            direct += found[0] in reference.directives or patterns.DIRECT.search(piece) is not None
            words += found
    return sentences, direct, words


def _members(each: Counter[str], reference: Reference) -> tuple[list[int], int, frozenset[str]]:
    """How many words each list has; how many only English has; the words that are no function words."""
    members = [0] * len(LISTS)
    english = 0
    for word, times in each.items():
        for number in reference.lists.get(word, ()):
            members[number] += times
        if word in reference.english:
            english += times
    content = (word for word in each if len(word) >= CONTENT_CHARS_MIN and word not in reference.function_words)
    return members, english, frozenset(islice(content, VOCABULARY_MAX))


def _is_terse(each: Counter[str], weight: int, english: int, reference: Reference) -> bool:
    """Whether a text that does not show its language by the words that only English has is English all the same."""
    if not each or 100 * english >= ENGLISH_PERCENT * weight:
        return False
    from ccnode.mind.tables import everyday, key_of  # half a megabyte, which most texts never need

    known, looked_at = everyday(), list(islice(each.items(), VOCABULARY_MAX))
    found = sum(times for word, times in looked_at if word in reference.lists or key_of(word) in known)
    others = weight - each.total()  # those in other letters
    return 100 * found >= EVERYDAY_PERCENT * (sum(times for _, times in looked_at) + others)


def runs_of(words: Sequence[str], length: int) -> tuple[int, int]:
    """How many different words all runs of so many words have, added up, and how many runs there are."""
    if len(words) < length:
        return 0, 0
    times: dict[str, int] = {}
    for word in words[:length]:
        times[word] = times.get(word, 0) + 1
    different = total = len(times)
    for leaving, coming in zip(words, words[length:], strict=False):
        if leaving != coming:
            left = times[leaving] = times[leaving] - 1
            if not left:
                different -= 1
            before = times.get(coming, 0)
            times[coming] = before + 1
            if not before:
                different += 1
        total += different
    return total, len(words) - length + 1


def total(counts: Iterable[Counts], window: int) -> tuple[int, ...]:
    """The sums of a window of messages in order, with the runs that reach over the borders of messages.

    Where all of it is shorter than one run, the whole is taken as one: `distinct` of `runs` = its words.
    """
    rows = [each for each in counts if each.sums != NOTHING]
    if not rows:
        return NOTHING
    sums = [sum(column) for column in zip(*(each.sums for each in rows), strict=True)]
    before: tuple[str, ...] = ()
    for each in rows:
        if before and each.head:
            distinct, runs = runs_of((*before, *each.head), window)
            sums[_DISTINCT] += distinct
            sums[_RUNS] += runs
        before = each.tail if len(each.tail) >= window - 1 else (*before, *each.tail)[-(window - 1) :]
    return tuple(sums)


def weight(sums: Sequence[int]) -> int:
    """About how many words a text has, those written in other letters included."""
    return sums[_WORDS] + sums[_FOREIGN] // LETTERS_A_WORD


def shows_other_language(sums: Sequence[int]) -> bool:
    """Whether the text with these sums is long enough to show its language, and that is not English."""
    words = weight(sums)
    shown = 100 * sums[_ENGLISH] + TERSE_PERCENT * sums[_TERSE]
    return words >= LANGUAGE_WORDS_MIN and shown < ENGLISH_PERCENT * words


def all_english(counts: Sequence[Counts]) -> bool:
    """Whether messages may be measured: neither the whole nor too great a part of it shows another language."""
    whole = [sum(column) for column in zip(*(each.sums for each in counts), strict=True)] if counts else NOTHING
    other = sum(weight(each.sums) for each in counts if shows_other_language(each.sums))
    return not shows_other_language(whole) and 100 * other <= OTHER_PERCENT_MAX * weight(whole)


def distinct_words(counts: Iterable[Counts]) -> int:
    """How many different words there are in messages that are each shorter than a run."""
    return len({word for each in counts for word in each.head})


class CountCache:
    """Counts of the messages last asked for, each taken once; `key` is what names a message (its digest)."""

    def __init__(self, reference: Reference, messages_max: int = 512, *, words_kept: int = 0) -> None:
        """Keep those of `messages_max` messages, about 20 KiB each at 500 words.

        Where they are so short that they have fewer than `words_kept` words together, more of them, up to eight times.
        """
        self._reference = reference
        self._max, self._words_kept = messages_max, words_kept
        self._words = 0
        self._kept: OrderedDict[bytes, Counts] = OrderedDict()

    def of(self, key: bytes, text: str) -> Counts:
        """The counts of that message; its text is read only where they are not kept."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = count(text, self._reference)
            self._words += found.words
            while len(self._kept) > self._max and (
                self._words >= self._words_kept or len(self._kept) > SHORT_TIMES * self._max
            ):
                self._words -= self._kept.popitem(last=False)[1].words
        else:
            self._kept.move_to_end(key)
        return found

    def known(self, key: bytes) -> Counts | None:
        """The counts of that message if they are kept, so that its text need not be fetched."""
        return self._kept.get(key)

    def forget(self, key: bytes) -> None:
        """Drop what is kept of a message that was erased: its words are among it."""
        dropped = self._kept.pop(key, None)
        self._words -= dropped.words if dropped is not None else 0
