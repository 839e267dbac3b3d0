"""When are two written words forms of one word? Folding, splitting and stemming, without a dictionary."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD_CHARS_MAX = 64
# A letter run, with one inner apostrophe ("sister's", "o'clock", "l'eau").
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)?")  # the same of a folded text that is ASCII, in less time
# Scripts written without spaces: a run of them is one "word" to any splitter, so it is cut into pairs.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_CLITICS = frozenset(("s", "m", "re", "ve", "ll", "d", "t"))
_VOWEL = re.compile(r"[aeiouy]")
# Longest first: endings that make another word of the same family (allergy, allergic; bake, baker; rent, rental).
_FAMILY = (
    "ization", "isation", "ication", "ations", "ation", "ments", "ment", "ness", "ities", "ity", "ings", "ing", "ions",
    "ion", "ists", "ist", "ians", "ian", "ical", "ance", "ence", "ants", "ant", "ers", "er", "ors", "or", "ies", "ied",
    "ive", "ous", "ful", "ics", "ic", "als", "al", "ily", "ly", "ed", "es", "y", "e", "s", "i",
)  # fmt: skip


def fold(text: str) -> str:
    """Lower case, without accents; same for every way of composing a letter."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    # Only the accents of European scripts: a voicing mark makes another Japanese letter.
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f"))


def word_list(text: str) -> list[str]:
    """The same as `words`, all at once, which takes half of the time."""
    folded = fold(text)
    if folded.isascii() and "'" not in folded:
        found: list[str] = _ASCII_WORD.findall(folded)
        if len(folded) <= WORD_CHARS_MAX or max(map(len, found), default=0) <= WORD_CHARS_MAX:
            return found
    return list(_words(folded))


def words(text: str) -> Iterator[str]:
    """The folded words of `text` in order, clitics apart dropped, overlong runs cut, unspaced scripts as pairs."""
    return _words(fold(text))


def _words(folded: str) -> Iterator[str]:
    for word in (_ASCII_WORD if folded.isascii() else _WORD).findall(folded):
        if word.isascii() and word.isalnum():
            yield word[:WORD_CHARS_MAX]
        else:
            yield from _parts(word)


def _parts(word: str) -> Iterator[str]:
    head, _, tail = word.replace("\u2019", "'").partition("'")
    if head == "can" and tail == "t":
        yield "cannot"  # the one clitic that turns the meaning round
        return
    if head == "won" and tail == "t":
        return  # "won't" wins nothing
    for part in (head, tail) if tail and tail not in _CLITICS else (head,):
        if part.isascii() or not _UNSPACED.search(part):
            yield part[:WORD_CHARS_MAX]
            continue
        start = 0
        for run in _UNSPACED.finditer(part):
            if run.start() > start:
                yield part[start : run.start()][:WORD_CHARS_MAX]
            chars = run.group()
            yield from (chars[i : i + 2] for i in range(max(1, len(chars) - 1)))
            start = run.end()
        if part[start:]:
            yield part[start:][:WORD_CHARS_MAX]


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """`word` (folded) without its inflection: plural, past tense, -ing. Irregular forms are the lexicon's business."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    word = _without_plural(word)
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 2 and _VOWEL.search(word[: -len(ending)]):
            if ending == "ed" and word.endswith("eed"):
                break
            word = _restored(word[: -len(ending)])
            break
    if len(word) > 4 and word[-1] == "e":
        word = word[:-1]
    if len(word) > 3 and word[-1] == "y" and word[-2] not in "aeiou":
        word = word[:-1] + "i"
    return word


def _without_plural(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if word.endswith("oes") and len(word) <= 5:
        return word[:-1]  # toes, shoes; not potatoes
    if word.endswith(("sses", "shes", "ches", "xes", "zes", "oes")):
        return word[:-2]
    if word[-1] == "s" and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _restored(rest: str) -> str:
    if len(rest) > 2 and rest[-1] == rest[-2] and rest[-1] not in "lsz":
        return rest[:-1]
    # "baking" and "hoped" lost an e: without one the consonant would be doubled.
    if len(rest) == 3 and rest[2] not in "aeiouwxy" and rest[1] in "aeiou" and rest[0] not in "aeiou":
        return rest + "e"
    return "use" if rest == "us" else rest


@lru_cache(maxsize=4096)
def family(word: str) -> str:
    """What a word shares with its relatives ("allergic", "allergies": "allerg"); at least four letters, or the stem."""
    short = stem(word)
    if len(short) < 5 or not short.isascii():
        return short
    for _ in range(3):
        for ending in _FAMILY:
            if short.endswith(ending) and len(short) - len(ending) >= 4:
                short = short[: -len(ending)]
                break
        else:
            break
    return short
