"""Which words may stand for a word, and how well? Look-ups in the hand-written tables; see `tables`."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING

from ccnode.mind.stemming import stem, word_list, words
from ccnode.mind.tables import LIGHT, STOP, irregular, key_of, light_keys, phrases, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SYNONYM = 0.92
MEMBER = 0.88  # the question names the kind, the message one of it
INNER = 0.79  # ... or a kind of one of it
FAMILY = 0.85
HINT = 0.75  # a word by which people tell what is asked for
DISTANT = 0.45  # a member of a kind that is only near what is asked
KIND = 0.4  # the message names the kind only
RELATED = 0.3
_MEANINGS_MAX = 700
# How much a word tells: one that could stand in any message, one of everyday life, a rare one or a name.
_STOP_TELLS = 1.0
_LIGHT_TELLS = 3.0
_KNOWN_TELLS = 5.0
_RARE_TELLS = 7.0
# Heads whose members' synonyms and kinds count too; for "job" they would not do ("teacher" -> "teach", "lesson").
_DEEP = frozenset(
    stem(word)
    for word in "pet animal relative family allergen medicine illness meal vehicle transport food plant drink".split()
)
_WHOLE = ("inlaw", "laws", "wife", "husband")  # "sister-in-law" does not also speak of a sister
_CALENDAR_KINDS = frozenset(stem(word) for word in "holiday language month weekday nationality religion zodiac".split())


def content_words(text: str) -> Iterator[str]:
    """The words of `text` that are not stop words, folded, in order."""
    return (word for word in words(text) if word not in STOP)


lemma = key_of


def read_as(tokens: Iterable[str], *, keep: bool = True) -> list[str]:
    """The words with fixed phrases read as the one word they stand for ("grew up" -> "childhood").

    With `keep` the phrase's own words follow it, so nothing said is lost; without, it replaces them.
    """
    given = list(tokens)
    known = phrases()
    if known.starts.isdisjoint(itertools.pairwise(given)):
        return given
    result: list[str] = []
    done = 0
    for at in [at for at, two in enumerate(itertools.pairwise(given)) if two in known.starts]:
        size = _phrase_size(given, at) if at >= done else 0
        if not size:
            continue
        name = known.names[" ".join(given[at : at + size])]
        result += given[done:at]
        result.append(name)
        done = at
        if not keep or name.endswith(_WHOLE):
            done += size
    return [*result, *given[done:]] if done or result else given


def _phrase_size(given: list[str], at: int) -> int:
    names = phrases().names
    return next((n for n in (4, 3, 2) if at + n <= len(given) and " ".join(given[at : at + n]) in names), 0)


def spellings(key: str) -> Iterator[str]:
    """The words to look up in the full-text index for a table key, irregular forms and phrase words included."""
    yield from inflections(key)
    for phrase in phrases().spelled.get(key, ()):
        yield from (word for word in phrase.split() if word not in STOP and word not in LIGHT)


def inflections(key: str) -> Iterator[str]:
    """The written word of a table key and its irregular forms."""
    # The index stems by its own rules, so it is asked for written words, never for our keys.
    yield tables().surface.get(key, key)
    yield from irregular().of.get(key, ())


@lru_cache(maxsize=64)
def meanings(word: str) -> Mapping[str, float]:
    """Keys that may account for `word` (folded) in a message, each with how well, in (0, 1]. At most 700."""
    known = tables()
    key = lemma(word)
    denied = rivals(word)  # one group may hold "brother" and "sister": they share a topic, not a meaning
    found: dict[str, float] = {key: 1.0}

    def add(others: Iterable[str], quality: float) -> None:
        for other in others:
            if quality > found.get(other, 0.0) and other not in denied and len(found) < _MEANINGS_MAX:
                found[other] = quality

    near = [other for group in known.groups.get(key, ()) for other in group]
    add(near, SYNONYM)
    add(known.hints.get(key, ()), HINT)
    inside = sorted(known.members.get(key, ()))
    add(inside, MEMBER)
    if key in _DEEP:
        for member in inside:  # a kind of kind: "pet" -> "dog" -> "puppy", "beagle"
            add((other for group in known.groups.get(member, ()) if group[0] == member for other in group), INNER)
            add(sorted(known.members.get(member, ())), INNER)
    for other in near:
        members_of_near = known.members.get(other, frozenset())
        if key not in members_of_near:  # "car" is near "vehicle", and still no tractor
            add(sorted(members_of_near), DISTANT)
    add(known.kinds.get(key, ()), KIND)
    for topic in known.topics.get(key, ()):
        add(topic, RELATED)
    return found


def is_known(word: str) -> bool:
    """Whether the tables know `word` (folded): what they know and a message lacks is really missing there."""
    known = tables()
    key = lemma(word)
    return key in known.groups or key in known.members or key in known.kinds or key in known.hints


def is_light(word: str) -> bool:
    """Whether `word` (folded), in any form, says little by itself."""
    return word in LIGHT or key_of(word) in light_keys()


@lru_cache(maxsize=8192)
def tells(word: str) -> float:
    """How much a word (folded) tells about what a text is about: a guess at its inverse document frequency."""
    if word in STOP:
        return _STOP_TELLS
    if is_light(word):
        return _LIGHT_TELLS
    return _KNOWN_TELLS if is_known(word) and not word.isdigit() else _RARE_TELLS


def members(word: str) -> frozenset[str]:
    """Keys of the things `word` (folded) is the kind of; empty if it names no kind."""
    return tables().members.get(lemma(word), frozenset())


def is_calendar(word: str) -> bool:
    """Whether `word` (folded) is written with a capital though it names no one ("Easter", "English")."""
    return not _CALENDAR_KINDS.isdisjoint(tables().kinds.get(lemma(word), ()))


def professions() -> frozenset[str]:
    """Keys of the words for people by their work."""
    return members("profession")


def rivals(word: str) -> frozenset[str]:
    """Keys that deny `word` (folded) when named in its place ("sister": "brother", ...), the word itself left out."""
    return tables().rivals.get(lemma(word), frozenset())


__all__ = ["LIGHT", "STOP", "content_words", "inflections", "is_known", "is_light", "lemma", "meanings", "members",
           "read_as", "rivals", "spellings", "word_list", "words"]  # fmt: skip
