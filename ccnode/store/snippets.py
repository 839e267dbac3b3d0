"""Which piece of a found message is shown, and which parts of it are marked? The piece with most of what was asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode.mind.stemming import WORD_CHARS_MAX, fold, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ccnode.store.terms import Tokenizer

CHARS: Final = 160
LOOKED_AT_MAX: Final = 20_000  # characters of a message; further ones are only looked at where none of these tells
MARKS_MAX: Final = 32
STEMMED_CHARS: Final = 2  # at the end of a term that may be of no form of it: "sensibl" of "sensibility"
LINKS_MAX: Final = 8  # words with apostrophes between them that are followed back
MORE: Final = "..."
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_UNSPACED: Final = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_BLANKS: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a message, on one line, and where in it the words are: (start, end) in characters, in order."""

    text: str
    highlights: tuple[tuple[int, int], ...]


class _Found(NamedTuple):
    start: int
    end: int
    term: str


def snippet(text: str, weights: Mapping[str, float], tokenizer: Tokenizer) -> Snippet:
    """Cut the piece of `text` that holds most of these terms, by their weights. Raises sqlite3.Error."""
    start = _where_to_look(text, weights)
    looked_at = text[start : start + LOOKED_AT_MAX]
    found = [
        _Found(one.start + start, one.end + start, one.term) for one in _occurrences(looked_at, weights, tokenizer)
    ]
    first = _best_start(found, weights)
    begin = _word_start(text, max(0, first - CHARS // 4)) if first + CHARS // 2 > CHARS else 0
    return _piece(text, begin, found)


def _where_to_look(text: str, weights: Mapping[str, float]) -> int:
    if len(text) <= LOOKED_AT_MAX:
        return 0
    folded = text.lower()
    if len(folded) != len(text):  # "\u0130" and its like: places would not be the same
        return 0
    places = [at for term in weights if (at := folded.find(term)) >= 0]
    return max(0, min(places, default=0) - CHARS)


def _occurrences(text: str, weights: Mapping[str, float], tokenizer: Tokenizer) -> Iterator[_Found]:
    """Where the terms occur, in order."""
    if text.isascii():
        found_words = _beginning_so(text, weights)
    else:
        found_words = [(*found.span(), found.group()) for found in _WORD.finditer(text)]
    beginnings = {term[0] for term in weights}  # stemming alters ends
    spelled = {
        word: _folded(word)
        for word in {word for _, _, word in found_words}
        if word[0].lower() in beginnings or not (word.isascii() and word.isalnum())
    }
    known = tokenizer.of(part for parts in spelled.values() for part in parts)
    telling = {
        word: parts
        for word, parts in spelled.items()
        if any(not weights.keys().isdisjoint(known[one]) for one in parts)
    }
    for start, end, word in found_words:
        if (parts := telling.get(word)) is None:
            continue
        terms = [term for part in parts for term in known[part] if term in weights]
        if _UNSPACED.search(text, start, end):
            yield from _pairs(text, start, end, set(terms))
        else:
            yield _Found(start, end, terms[0])


def _beginning_so(text: str, terms: Iterable[str]) -> list[tuple[int, int, str]]:
    """The words of an ASCII text that may be forms of these terms, in order: where they start and end, and the word."""
    folded = text.lower()
    starts: set[int] = set()
    for beginning in {term[: max(1, len(term) - STEMMED_CHARS)] for term in terms}:
        at = folded.find(beginning)
        while at >= 0:
            if not at or not folded[at - 1].isalnum():
                starts.add(_head(folded, at))
            at = folded.find(beginning, at + 1)
    found = (_WORD.match(text, at) for at in sorted(starts))
    return [(*one.span(), one.group()) for one in found if one]


def _head(text: str, at: int) -> int:
    """Where the word begins that has a part at a place: "o'clock" is one, "a'b'c" is two."""
    start = at
    for _ in range(LINKS_MAX):
        if start < 2 or text[start - 1] != "'" or not text[start - 2].isalnum():  # noqa: PLR2004  # both characters
            break
        start -= 2
        while start and text[start - 1].isalnum():
            start -= 1
    if start == at:
        return at
    return next(one.start() for one in _WORD.finditer(text, start) if one.end() > at)


def _folded(word: str) -> tuple[str, ...]:
    """The words that are indexed of a word as it is written."""
    return (word.lower()[:WORD_CHARS_MAX],) if word.isascii() and word.isalnum() else tuple(words(word))


def _pairs(text: str, start: int, end: int, terms: set[str]) -> Iterator[_Found]:
    """Where the terms are within a run without spaces, which is indexed in pairs."""
    for at in range(start, end):
        for size in (2, 1):
            if at + size <= end and (piece := fold(text[at : at + size])) in terms:
                yield _Found(at, at + size, piece)
                break


def _best_start(found: list[_Found], weights: Mapping[str, float]) -> int:
    """Where the window begins that holds the most different terms, by weight; of equals the first."""
    best, best_at = 0.0, found[0].start if found else 0
    for at, first in enumerate(found):
        inside: dict[str, None] = {}
        for other in found[at : at + MARKS_MAX]:
            if other.end > first.start + CHARS * 3 // 4:
                break
            inside[other.term] = None
        gain = sum(weights.get(term, 0.0) for term in inside)
        if gain > best + 1e-12:
            best, best_at = gain, first.start
    return best_at


def _word_start(text: str, at: int) -> int:
    """The next beginning of a word, where one is near."""
    blank = _BLANKS.search(text, at, min(len(text), at + CHARS // 8))
    return blank.end() if at and blank else at


def _piece(text: str, begin: int, found: list[_Found]) -> Snippet:
    end = min(len(text), begin + CHARS)
    while begin < end and text[begin].isspace():
        begin += 1
    before = MORE if begin else ""

    def place(at: int) -> int:
        return len(before) + len(_BLANKS.sub(" ", text[begin:at]))

    marks: list[tuple[int, int]] = []
    for one in found:
        if begin <= one.start and one.end <= end and len(marks) < MARKS_MAX:
            start, stop = place(one.start), place(one.end)
            if marks and start < marks[-1][1]:  # pairs overlap
                marks[-1] = (marks[-1][0], max(stop, marks[-1][1]))
            else:
                marks.append((start, stop))
    piece = _BLANKS.sub(" ", text[begin:end]).rstrip()
    return Snippet(before + piece + (MORE if end < len(text) else ""), tuple(marks))
