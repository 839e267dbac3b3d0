"""Which words may stand for a word? Stop words, irregular forms and the everyday tables, as look-ups.

The tables (`ccnode.mind.words`) are literals, parsed at the first look-up, so importing this module costs little.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ccnode.mind.stemming import family, stem, words
from ccnode.mind.words import categories, forms, hints, related, synonyms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

STOP = frozenset(forms.STOP)
LIGHT = frozenset(forms.LIGHT)

SYNONYM = 0.92
MEMBER = 0.88  # the question names the kind, the message one of it
HINT = 0.75  # a word by which people tell what is asked for
DISTANT = 0.45  # a member of a kind that is only near what is asked
KIND = 0.4  # the message names the kind only
FAMILY = 0.85
RELATED = 0.3
_MEANINGS_MAX = 700
_WHOLE = ("inlaw", "laws", "wife", "husband")  # "sister-in-law" does not also speak of a sister
# Heads whose members' synonyms count too; for "job" they would not do ("teacher" -> "teach", "lesson").
_DEEP = frozenset(stem(word) for word in "pet animal relative family allergen medicine illness meal vehicle transport".split())


class _Tables(NamedTuple):
    lemmas: Mapping[str, str]
    forms_of: Mapping[str, tuple[str, ...]]
    surface: Mapping[str, str]
    groups: Mapping[str, tuple[tuple[str, ...], ...]]
    members: Mapping[str, frozenset[str]]
    kinds: Mapping[str, frozenset[str]]
    topics: Mapping[str, tuple[frozenset[str], ...]]
    hints: Mapping[str, frozenset[str]]
    exclusive: Mapping[str, tuple[frozenset[str], ...]]


def content_words(text: str) -> Iterator[str]:
    """The words of `text` that are not stop words, folded, in order."""
    return (word for word in words(text) if word not in STOP)


def lemma(word: str) -> str:
    """The key under which the tables know `word` (folded): irregular forms resolved, then stemmed."""
    return stem(_tables().lemmas.get(word, word))


def read_as(tokens: Iterable[str], *, keep: bool = True) -> list[str]:
    """The words with fixed phrases read as the one word they stand for ("grew up" -> "childhood").

    With `keep` the phrase's own words follow it, so nothing said is lost; without, it replaces them.
    """
    given = list(tokens)
    phrases = _phrases()
    result: list[str] = []
    at = 0
    while at < len(given):
        size = next((n for n in (4, 3, 2) if _phrase_at(given, at, n)), 0) if given[at] in phrases.starts else 0
        name = phrases.names[" ".join(given[at : at + size])] if size else ""
        if name:
            result.append(name)
        if not name or (keep and not name.endswith(_WHOLE)):
            result.append(given[at])
            at += 1 if keep or not name else size
        else:
            at += size
    return result


def _phrase_at(given: list[str], at: int, size: int) -> bool:
    return at + size <= len(given) and " ".join(given[at : at + size]) in _phrases().names


class _Phrases(NamedTuple):
    names: Mapping[str, str]
    starts: frozenset[str]
    spelled: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def _phrases() -> _Phrases:
    names: dict[str, str] = {}
    spelled: dict[str, list[str]] = {}
    for pair in forms.PHRASES.split("|"):
        left, _, right = pair.strip().partition("=")
        if right:
            names[left] = right
            spelled.setdefault(stem(right), []).append(left)
    starts = frozenset(left.split(" ", 1)[0] for left in names)
    return _Phrases(names, starts, {key: tuple(value) for key, value in spelled.items()})


def spellings(key: str) -> Iterator[str]:
    """The words to look up in the full-text index for a table key, irregular forms and phrase words included."""
    tables = _tables()
    # The index stems by its own rules, so it is asked for written words, never for our keys.
    yield tables.surface.get(key, key)
    yield from tables.forms_of.get(key, ())
    for phrase in _phrases().spelled.get(key, ()):
        yield from (word for word in phrase.split() if word not in STOP and word not in LIGHT)


def _lines(table: str) -> Iterator[list[str]]:
    # A line that begins with a blank continues the one before it.
    for line in re.sub(r"\n ", " ", table).splitlines():
        if line.strip():
            yield line.replace("_", " ").replace("-", " ").split()


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    lemmas: dict[str, str] = {}
    forms_of: dict[str, list[str]] = {}
    for entry in forms.IRREGULAR.split("|"):
        base, *others = entry.split() or [""]
        for other in others:
            lemmas.setdefault(other, base)
        forms_of.setdefault(stem(base), []).extend([base, *others])

    surface: dict[str, str] = {}

    def key(word: str) -> str:
        found = stem(lemmas.get(word, word))
        if found != word:
            surface.setdefault(found, word)
        return found

    groups: dict[str, list[tuple[str, ...]]] = {}
    for line in _lines(synonyms.SYNONYMS):
        group = tuple(dict.fromkeys(key(word) for word in line if word not in STOP))
        for word in group:
            groups.setdefault(word, []).append(group)
    members: dict[str, set[str]] = {}
    kinds: dict[str, set[str]] = {}
    for line in _lines(categories.CATEGORIES):
        colon = next(i for i, word in enumerate(line) if word.endswith(":"))
        heads = [key(word.rstrip(":")) for word in line[: colon + 1]]
        inside = {key(word) for word in line[colon + 1 :] if word not in STOP}
        for head in heads:
            members.setdefault(head, set()).update(inside - {head})
        for word in inside:
            kinds.setdefault(word, set()).update(heads)
    topics: dict[str, list[frozenset[str]]] = {}
    for line in _lines(related.RELATED):
        topic = frozenset(key(word) for word in line)
        for word in topic:
            topics.setdefault(word, []).append(topic)
    told_by: dict[str, set[str]] = {}
    for hint in hints.HINTS.strip().splitlines():
        asked, _, told = hint.partition(":")
        for word in asked.split():
            told_by.setdefault(key(word), set()).update(key(other) for other in told.split() if other not in STOP)
    exclusive: dict[str, list[frozenset[str]]] = {}
    for line in _lines(categories.EXCLUSIVE):
        rivals = frozenset(key(word) for word in line)
        for word in rivals:
            exclusive.setdefault(word, []).append(rivals)
    return _Tables(
        lemmas,
        {word: tuple(dict.fromkeys(found)) for word, found in forms_of.items()},
        surface,
        {word: tuple(found) for word, found in groups.items()},
        {word: frozenset(found) for word, found in members.items()},
        {word: frozenset(found) for word, found in kinds.items()},
        {word: tuple(found) for word, found in topics.items()},
        {word: frozenset(found) for word, found in told_by.items()},
        {word: tuple(found) for word, found in exclusive.items()},
    )


@lru_cache(maxsize=256)
def meanings(word: str) -> Mapping[str, float]:
    """Keys that may account for `word` (folded) in a message, each with how well, in (0, 1]. At most 700."""
    tables = _tables()
    key = lemma(word)
    denied = rivals(word)  # one group may hold "brother" and "sister": they share a topic, not a meaning
    found: dict[str, float] = {key: 1.0}

    def add(others: Iterable[str], quality: float) -> None:
        for other in others:
            if quality > found.get(other, 0.0) and other not in denied and len(found) < _MEANINGS_MAX:
                found[other] = quality

    near = [other for group in tables.groups.get(key, ()) for other in group]
    add(near, SYNONYM)
    add(sorted(tables.hints.get(key, ())), HINT)
    for member in sorted(tables.members.get(key, ())):
        add((member,), MEMBER)
        if key in _DEEP:
            for group in tables.groups.get(member, ()):
                if group[0] == member:  # a kind of kind: "pet" -> "dog" -> "puppy"
                    add(group, MEMBER * 0.9)
        add(sorted(tables.members.get(member, ())), MEMBER * 0.9)
    for other in near:
        inner = tables.members.get(other, frozenset())
        if key not in inner:  # "car" is near "vehicle", and still no tractor
            add(sorted(inner), DISTANT)
    add(sorted(tables.kinds.get(key, ())), KIND)
    for topic in tables.topics.get(key, ()):
        add(sorted(topic), RELATED)
    return found


def is_known(word: str) -> bool:
    """Whether the tables know `word` (folded): what they know and a message lacks is really missing there."""
    tables = _tables()
    key = lemma(word)
    return key in tables.groups or key in tables.members or key in tables.kinds or key in tables.hints


def members(word: str) -> frozenset[str]:
    """Keys of the things `word` (folded) is the kind of; empty if it names no kind."""
    return _tables().members.get(lemma(word), frozenset())


_CALENDAR_KINDS = frozenset(stem(word) for word in "holiday language month weekday nationality religion zodiac".split())


def is_calendar(word: str) -> bool:
    """Whether `word` (folded) is written with a capital though it names no one ("Easter", "English")."""
    return not _CALENDAR_KINDS.isdisjoint(_tables().kinds.get(lemma(word), ()))


def professions() -> frozenset[str]:
    """Keys of the words for people by their work."""
    return _tables().members[lemma("profession")]


def rivals(word: str) -> frozenset[str]:
    """Keys that deny `word` (folded) when named in its place ("sister": "brother", ...), the word itself left out."""
    key = lemma(word)
    return frozenset().union(*_tables().exclusive.get(key, ())) - {key}


__all__ = ["FAMILY", "LIGHT", "STOP", "content_words", "family", "is_known", "lemma", "meanings", "members",
           "read_as", "rivals", "spellings", "words"]  # fmt: skip
