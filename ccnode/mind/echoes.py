"""Does a reply say again what a message told, be it in other words? Judged by words alone, so that it is cheap.

A message that is disabled or to be forgotten must not come back in the mouth of the assistant. What a reply cites, or
takes word for word, is known when it is given (resting.py); this is about what it says in passing. `says_again` looks
at each sentence of the message: at what it tells beyond what the question, and whatever else was said, tells as well.
The reply says it again where it has

    a name, a number or a code of it, which nobody else told; or
    SHARE of what the sentence tells, by how much each word tells, and at least two words of it.

A word counts in full where the reply has it in any form, and less where it has one of its kin (allergic, allergy), a
word of the same meaning, or the kind of thing it is (shellfish, fish). What that finds, and what it takes wrongly, is
measured by tests/memory/test_echoes.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.mind import lexicon
from ccnode.mind.stemming import family, fold, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHARE: Final = 0.5
WORDS_MIN: Final = 2
CHARS_MAX: Final = 20_000  # of one text, so much is read
SENTENCES_MAX: Final = 60
_KIN: Final = 0.9
_SAME_MEANING: Final = 0.8
_KIND: Final = 0.5
_DIGITS_MIN: Final = 3  # a number of fewer digits may be anything
_SENTENCE: Final = re.compile(r"[.!?;\n]+(?:\s|$)")
_TOKEN: Final = re.compile(r"[^\W_]+(?:[-'\u2019.,:][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Heard:
    """The words of texts, in the forms in which they are compared."""

    stems: frozenset[str]
    families: frozenset[str]
    keys: frozenset[str]


def heard(texts: Iterable[str]) -> Heard:
    """The words of texts; of each its first CHARS_MAX characters."""
    said = {word for text in texts for word in words(text[:CHARS_MAX]) if word not in lexicon.STOP}
    return Heard(
        frozenset(map(stem, said)), frozenset(filter(None, map(_family, said))), frozenset(map(lexicon.lemma, said))
    )


def together(parts: Iterable[Heard]) -> Heard:
    """All that these say."""
    found = list(parts)
    return Heard(
        frozenset().union(*(one.stems for one in found)),
        frozenset().union(*(one.families for one in found)),
        frozenset().union(*(one.keys for one in found)),
    )


def says_again(told: str, reply: Heard, known: Heard) -> bool:
    """Whether a reply says what a message told, where `known` are the words that it may have from elsewhere."""
    return any(_again(sentence, reply, known) for sentence in _sentences(told))


def shared(told: str, reply: Heard, known: Heard) -> frozenset[str]:
    """The words of a text that a reply says in any form, or as something near, and that are not known from elsewhere.

    Stop words aside, and within its first CHARS_MAX characters.
    """
    given = (word for word in dict.fromkeys(words(told[:CHARS_MAX])) if word not in lexicon.STOP)
    return frozenset(word for word in given if not _is_in(word, known) and _match(word, reply, frozenset()))


def among(given: Iterable[str], texts: Heard) -> frozenset[str]:
    """Those of these words that texts have in any form, or something near."""
    return frozenset(word for word in given if _match(word, texts, frozenset()))


def _sentences(text: str) -> Iterator[str]:
    found = _SENTENCE.split(text[:CHARS_MAX])
    return (sentence for sentence in found[:SENTENCES_MAX] if sentence.strip())


def _again(sentence: str, reply: Heard, known: Heard) -> bool:
    names = {fold(name) for name in _names(sentence)}
    total = matched = 0.0
    count = 0
    told = [word for word in dict.fromkeys(words(sentence)) if word not in lexicon.STOP]
    own = frozenset(map(lexicon.lemma, told))  # no word stands for two: "met" is near "Monday", which is told itself
    for word in told:
        if _is_in(word, known):
            continue
        here = _match(word, reply, own - {lexicon.lemma(word)})
        if here == 1.0 and word in names:
            return True
        weight = lexicon.tells(word)
        total += weight
        matched += weight * here
        count += here > 0
    return count >= WORDS_MIN and matched >= SHARE * total


def _names(sentence: str) -> Iterator[str]:
    """What of a sentence stands for one thing alone: names, long numbers, codes."""
    for place, found in enumerate(_TOKEN.finditer(sentence)):
        for part in re.split(r"[-'\u2019.,:]", found[0]):
            digits = sum(map(str.isdecimal, part))
            is_code = digits >= _DIGITS_MIN or 0 < digits < len(part)
            if is_code or (place and len(part) > 2 and part[0].isupper() and _is_rare(fold(part))):
                yield part


def _is_rare(word: str) -> bool:
    """Whether a word with a capital stands for one thing: "Labour Day" is a name, and "day" is said of everything."""
    return not lexicon.is_calendar(word) and not lexicon.is_light(word)


def _is_in(word: str, known: Heard) -> bool:
    return stem(word) in known.stems or (_family(word) or "-") in known.families


def _family(word: str) -> str:
    root = family(word)
    return root if len(root) >= 5 else ""  # shorter ones are shared by strangers


def _match(word: str, reply: Heard, own: frozenset[str]) -> float:
    if stem(word) in reply.stems:
        return 1.0
    if (_family(word) or "-") in reply.families:
        return _KIN
    near = lexicon.meanings(word)
    best = max((near[key] for key in (near.keys() & reply.keys) - own), default=0.0)
    if best == 1.0:
        return _KIN  # another form of it: sold, sell
    return _SAME_MEANING if best >= lexicon.HINT else _KIND if best >= lexicon.KIND else 0.0
