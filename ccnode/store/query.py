"""What does somebody who searches ask for? Words, "phrases", words joined by AND, and -words to leave out.

Words are folded and cut as the index does it; stop words, which it does not hold, are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.mind import lexicon
from ccnode.mind.stemming import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHARS_MAX: Final = 2_000
WORDS_MAX: Final = 32
_PART: Final = re.compile(r'(-?)"([^"]*)(?:"|$)|(\S+)')


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for, in folded words. Only `words` may be empty while there is something to find (stop words).

    `words`: what ranks; `required`: those of them that must be there; `excluded`: what must not; `phrases`: what must
    be said word for word, stop words included; `said`: every word that was asked for.
    """

    words: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    phrases: tuple[tuple[str, ...], ...] = ()
    said: tuple[str, ...] = ()


def parse(text: str) -> Query:
    """Read a query of any size; only the first 2,000 characters and 32 words of it count."""
    found: dict[str, None] = {}
    required: set[str] = set()
    excluded: set[str] = set()
    phrases: list[tuple[str, ...]] = []
    said: list[str] = []
    for part in _joined(text[:CHARS_MAX].replace("\x00", " ")):
        parts = list(words(part.text))[:WORDS_MAX]
        telling = [word for word in parts if word not in lexicon.STOP]
        if part.denied:
            excluded.update(telling[:WORDS_MAX])
            continue
        room = WORDS_MAX - len(found)
        found.update(dict.fromkeys(telling[:room]))
        said += parts[: WORDS_MAX - len(said)]
        if part.needed:
            required.update(telling[:room])
        if part.phrase and len(parts) > 1:
            phrases.append(tuple(parts))
    return Query(tuple(found), frozenset(required), frozenset(excluded), tuple(phrases), tuple(said))


@dataclass(slots=True)
class _Part:
    text: str
    phrase: bool
    denied: bool
    needed: bool


def _joined(text: str) -> Iterator[_Part]:
    """The parts of a query, those beside an AND marked as needed."""
    parts: list[_Part] = []
    joining = False
    for found in _PART.finditer(text):
        minus, phrase, word = found.groups()
        if word == "AND" and parts and not parts[-1].denied and not joining:
            joining = True
            continue
        denied = bool(minus) or (word is not None and len(word) > 1 and word[0] == "-")
        part = _Part(phrase if word is None else word, word is None, denied, needed=word is None and not denied)
        if joining and not denied:
            parts[-1].needed = part.needed = True
        joining = False
        parts.append(part)
    yield from parts


def holds_phrase(said: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether these folded words hold that phrase, word for word."""
    first, size = phrase[0], len(phrase)
    return any(said[at] == first and list(said[at : at + size]) == list(phrase) for at in range(len(said) - size + 1))
