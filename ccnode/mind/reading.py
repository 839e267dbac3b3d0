"""What does a message say, in terms a question can be compared with?

Its sentences, their words, and what kinds of fact they hold (a date, a place, a name, a number).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ccnode.mind import features, lexicon, speech
from ccnode.mind.once import once
from ccnode.mind.stemming import family, fold, stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

READ_CHARS_MAX = 8_000
_WINDOW_CHARS = 400
_NEEDLES_MAX = 24
_HITS_MAX = 6
_SENTENCES_MAX = 120
_SENTENCE_CHARS_MAX = 600

_END = re.compile("(?<=[.!?;\u3002\uff01\uff1f\u2026])[\"')\\]\u201d]*\\s+|(?<=[\u3002\uff01\uff1f])|[\r\n]+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:dr|mr|mrs|ms|prof|st|no|vs|etc|e\.g|i\.e|a\.m|p\.m|approx|[a-z])\.$", re.IGNORECASE
)
_ABBREVIATION_CHARS_MAX = len("(approx.")
_NAME = re.compile(features.CAPITAL)
_NOT_NAMES = frozenset(
    f"{features.MONTHS}|{features.DAYS}|{features.DAYS.replace('|', 's|')}s".split("|")
    + "i may ok tv mr mrs ms dr fyi btw note".split()
)


@lru_cache(maxsize=256)
def _placed(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:in|at|near|around|outside|towards|into|on)(?: the)?(?: \w+)? {re.escape(name)}\b")


@dataclass(frozen=True)
class Sentence:
    """One sentence of a message: its text, and on demand its keys (see `lexicon.lemma`) and kinds of fact."""

    text: str

    @once
    def words(self) -> list[str]:
        """The folded words."""
        return lexicon.word_list(self.text)

    @once
    def tokens(self) -> list[str]:
        """The same, fixed phrases named."""
        return lexicon.read_as(self.words)

    @once
    def _told(self) -> list[str]:
        return [word for word in self.tokens if word not in lexicon.STOP]

    @once
    def keys(self) -> frozenset[str]:
        """What the tables know its content words by."""
        return frozenset(map(lexicon.lemma, self._told))

    @once
    def families(self) -> frozenset[str]:
        """Its content words without the endings that make relatives ("allergic", "allergies")."""
        return frozenset(map(family, self._told))

    @once
    def pairs(self) -> frozenset[tuple[str, str]]:
        """The keys of its content words that stand beside each other."""
        return pairs(self.tokens)

    @once
    def asks(self) -> bool:
        """Whether it asks something or for something, so that it tells nothing."""
        return speech.asks(self.text, self._runs)

    @once
    def names(self) -> tuple[str, ...]:
        """Capitalised words that are names as far as can be told, folded."""
        found = []
        for match in _NAME.finditer(self.text):
            word = fold(match.group().strip(".'-\u2019"))
            word = word.removesuffix("'s").removesuffix("\u2019s")
            if word in _NOT_NAMES or len(word) < 2 or word.startswith(("i'", "i\u2019")):
                continue
            opens = not self.text[: match.start()].strip(" \"'(\u201c\u2018-*")
            if lexicon.is_calendar(word):
                continue
            if opens and (word in lexicon.STOP or word in lexicon.LIGHT or lexicon.is_known(word)):
                continue
            found.append(word)
        return tuple(found)

    @once
    def leans(self) -> bool:
        """Whether it is about something named before it ("she moved there", "in May")."""
        opening = re.match(
            r"\W*(?:and |but |so |yes,? |no,? )*(?:she|he|it|they|that|this|her|his|its|their|there)\b", self.text, re.I
        )
        return bool(opening) or len(self.keys) <= 2

    @once
    def beings(self) -> tuple[str, ...]:
        """Names that do not stand where a place stands ("in Whitby", "at the Wavepool")."""
        return tuple(name for name in self.names if not _placed(name).search(fold(self.text)))

    @once
    def _runs(self) -> frozenset[str] | None:
        return features.runs(self.text)

    @once
    def _shown(self) -> dict[str, bool]:
        return {}

    def has(self, feature: str) -> bool:
        """Whether the sentence holds a fact of this kind: "name", or a kind of `features`."""
        found = self._shown.get(feature)
        if found is None:
            found = self._shown[feature] = self._shows(feature)
        return found

    def _shows(self, feature: str) -> bool:
        if feature == "name":
            return bool(self.names) or self.has("named")
        return features.shows_among(self.text, feature, self._runs)

    def finds(self, feature: str) -> Iterator[str]:
        """The parts of the sentence in which a fact of this kind shows."""
        return features.stretches(self.text, feature)


def pairs(words: Iterable[str]) -> frozenset[tuple[str, str]]:
    """The keys of the words (folded) that stand beside each other, stop words left out."""
    keys = [lexicon.lemma(word) for word in words if word not in lexicon.STOP]
    return frozenset(itertools.pairwise(keys))


class Reading:
    """A message, and on demand what is found in it: some hundred bytes for each character."""

    def __init__(self, content: str, needles: Sequence[str] = ()) -> None:
        """Read a message. Of a long one that is what stands around the needles (folded words)."""
        self._content = content
        self.sentences = sentences(content, needles)

    @once
    def keys(self) -> frozenset[str]:
        """The keys of all its sentences."""
        return frozenset[str]().union(*(sentence.keys for sentence in self.sentences))

    @once
    def families(self) -> frozenset[str]:
        """The families of all its sentences."""
        return frozenset[str]().union(*(sentence.families for sentence in self.sentences))

    @once
    def asks(self) -> bool:
        """Whether any of its sentences asks."""
        return any(sentence.asks for sentence in self.sentences)

    @once
    def stems(self) -> frozenset[str]:
        """The stems of all its content words, of a long one too."""
        small = len(self._content) <= _SENTENCE_CHARS_MAX and len(self.sentences) < _SENTENCES_MAX
        if small and self._content.isascii():  # its sentences hold all its words, none of them cut
            said: Iterable[str] = itertools.chain.from_iterable(sentence.words for sentence in self.sentences)
        else:
            said = lexicon.words(self._content)
        return frozenset(stem(word) for word in said if word not in lexicon.STOP)

    @once
    def told(self) -> float:
        """How much its words tell together, each counted once."""
        return sum(map(lexicon.tells, self.stems))


def sentences(content: str, needles: Sequence[str] = ()) -> list[Sentence]:
    """The sentences of a message, at most 120, in order. Of a long one, those around the needles (folded words)."""
    result: list[Sentence] = []
    for piece in _split(excerpt(content, needles)):
        result.append(Sentence(piece))
        if len(result) >= _SENTENCES_MAX:
            break
    return result


def _split(content: str) -> Iterator[str]:
    pending = ""
    for piece in _END.split(content):
        if not piece or not piece.strip():
            continue
        joined = f"{pending} {piece.strip()}" if pending else piece.strip()
        abbreviated = joined[-1] == "." and _ABBREVIATION.search(joined, max(0, len(joined) - _ABBREVIATION_CHARS_MAX))
        if abbreviated and len(joined) < 400:
            pending = joined
            continue
        yield from _cut(joined)
        pending = ""
    if pending:
        yield from _cut(pending)


def _cut(text: str) -> Iterator[str]:
    # The patterns run over one sentence; without an end to it, their cost would grow with the square of its length.
    while len(text) > _SENTENCE_CHARS_MAX:
        at = text.rfind(" ", 1, _SENTENCE_CHARS_MAX)
        at = at if at > 0 else _SENTENCE_CHARS_MAX
        yield text[:at]
        text = text[at:].lstrip()
    if text:
        yield text


def excerpt(content: str, needles: Sequence[str] = ()) -> str:
    """What of a message is read: all, or of a long one what stands around the needles (folded words), a part a line."""
    return content if len(content) <= READ_CHARS_MAX else "\n".join(_excerpts(content, needles))


def _excerpts(content: str, needles: Sequence[str]) -> Iterator[str]:
    # str.find on the whole message runs at memory speed, so a fact late in a megabyte is still found.
    lowered = content.lower()
    spans = [(0, 2 * _WINDOW_CHARS)]
    for needle in needles[:_NEEDLES_MAX]:
        at = lowered.find(needle)
        for _ in range(_HITS_MAX):
            if at < 0:
                break
            spans.append((max(0, at - _WINDOW_CHARS), at + _WINDOW_CHARS))
            at = lowered.find(needle, at + _WINDOW_CHARS)
    spans.append((max(0, len(content) - 2 * _WINDOW_CHARS), len(content)))
    spent, end_before = 0, 0
    for start, end in sorted(spans):
        begin = max(start, end_before)
        if begin < end and spent < 3 * READ_CHARS_MAX:
            yield content[begin:end]
            spent += end - begin
            end_before = end
