"""What do the word tables hold? The literals of `ccnode.mind.words`, parsed once into look-ups by key.

A key is the stem of a word with irregular forms resolved; see `key_of`. All but the stop words are loaded at the first
look-up: they are half a megabyte, and who only indexes looks nothing up.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ccnode.mind.stemming import stem
from ccnode.mind.words import forms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STOP = frozenset(forms.STOP)
LIGHT = frozenset(forms.LIGHT)


class Forms(NamedTuple):
    """`lemmas`: irregular form -> base; `of`: key -> base and its irregular forms."""

    lemmas: Mapping[str, str]
    of: Mapping[str, tuple[str, ...]]


class Tables(NamedTuple):
    """What each table gives for a key.

    `groups`: its groups of synonyms; `members`: the things it is the kind of; `kinds`: what it is a kind of; `hints`:
    words by which it is told; `topics`: words of its topics; `rivals`: what denies it; `surface`: a written word,
    where the key is none.
    """

    groups: Mapping[str, tuple[tuple[str, ...], ...]]
    members: Mapping[str, frozenset[str]]
    kinds: Mapping[str, tuple[str, ...]]
    hints: Mapping[str, tuple[str, ...]]
    topics: Mapping[str, tuple[tuple[str, ...], ...]]
    rivals: Mapping[str, frozenset[str]]
    surface: Mapping[str, str]


class Phrases(NamedTuple):
    """`names`: phrase -> the word it is read as; `starts`: first two words; `spelled`: key of that word -> phrases."""

    names: Mapping[str, str]
    starts: frozenset[tuple[str, str]]
    spelled: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def irregular() -> Forms:
    """The irregular verbs and nouns, and number words."""
    from ccnode.mind.words import turns

    lemmas: dict[str, str] = {}
    of: dict[str, list[str]] = {}
    for base, *others in _entries(forms.IRREGULAR):
        for other in others:
            lemmas.setdefault(other, base)
        of.setdefault(stem(base), []).extend([base, *others])
    for base, *others in _entries(turns.SPELLINGS):
        for other in others:
            lemmas.setdefault(other, base)
        of.setdefault(stem(base), []).extend([base, *others])
    return Forms(lemmas, {key: tuple(dict.fromkeys(found)) for key, found in of.items()})


@lru_cache(maxsize=8192)
def key_of(word: str) -> str:
    """The key under which the tables know `word` (folded)."""
    return stem(irregular().lemmas.get(word, word))


@lru_cache(maxsize=1)
def light_keys() -> frozenset[str]:
    """Keys of the words that say little by themselves, in all their forms."""
    return frozenset(key_of(word) for word in LIGHT)


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    """The word pairs and triples that act as one word."""
    from ccnode.mind.words import doings, turns

    names: dict[str, str] = {}
    spelled: dict[str, list[str]] = {}
    for entry in (*forms.PHRASES.split("|"), *doings.PHRASES.split("|"), *turns.PHRASES.split("|")):
        phrase, _, name = " ".join(entry.split()).partition("=")
        if name:
            names[phrase] = name
            spelled.setdefault(stem(name), []).append(phrase)
    starts = frozenset((first, second) for first, second, *_ in (phrase.split(" ") for phrase in names))
    return Phrases(names, starts, {key: tuple(found) for key, found in spelled.items()})


@lru_cache(maxsize=1)
def tables() -> Tables:
    """All tables, parsed at the first call; a few megabytes."""
    from ccnode.mind.words import (
        daily_life,
        doings,
        hints_a_to_m,
        hints_n_to_z,
        kinds,
        more_kinds,
        outdoors,
        related,
        rivals,
        synonyms,
        turns,
        working_life,
    )

    themes = (daily_life, doings, working_life, outdoors)
    surface: dict[str, str] = {}

    def keys(words: list[str]) -> tuple[str, ...]:
        found = []
        for word in words:
            if word not in STOP:
                key = key_of(word)
                found.append(key)
                if key != word:
                    surface.setdefault(key, word)
        return tuple(dict.fromkeys(found))

    groups: dict[str, list[tuple[str, ...]]] = {}
    for entry in _entries(synonyms.SYNONYMS, turns.SYNONYMS, *(part.SYNONYMS for part in themes)):
        _share(groups, keys(entry))
    topics: dict[str, list[tuple[str, ...]]] = {}
    for entry in _entries(related.RELATED):
        _share(topics, keys(entry))
    members: dict[str, set[str]] = {}
    of_kind: dict[str, set[str]] = {}
    for heads, inside in _split_entries(kinds.KINDS, more_kinds.KINDS, *(part.KINDS for part in themes)):
        _relate(members, keys(heads), keys(inside))
        _relate(of_kind, keys(inside), keys(heads))
    hints: dict[str, set[str]] = {}
    for asked, told in _split_entries(hints_a_to_m.HINTS, hints_n_to_z.HINTS, *(part.HINTS for part in themes)):
        _relate(hints, keys(asked), keys(told))
    denied: dict[str, set[str]] = {}
    for entry in _entries(rivals.RIVALS):
        _relate(denied, keys(entry), keys(entry))
    return Tables(
        {key: tuple(found) for key, found in groups.items()},
        {key: frozenset(found) for key, found in members.items()},
        {key: tuple(sorted(found)) for key, found in of_kind.items()},
        {key: tuple(sorted(found)) for key, found in hints.items()},
        {key: tuple(found) for key, found in topics.items()},
        {key: frozenset(found) for key, found in denied.items()},
        surface,
    )


@lru_cache(maxsize=1)
def everyday() -> frozenset[str]:
    """Keys of the English words that the tables hold, names and stop words (which other languages share) left out."""
    held = tables()
    told = (key for found in held.hints.values() for key in found)
    return light_keys().union(held.groups, held.members, held.kinds, held.hints, told)


def _relate(table: dict[str, set[str]], heads: tuple[str, ...], others: tuple[str, ...]) -> None:
    for head in heads:
        table.setdefault(head, set()).update(other for other in others if other != head)


def _share(table: dict[str, list[tuple[str, ...]]], group: tuple[str, ...]) -> None:
    for key in group:
        table.setdefault(key, []).append(group)


def _entries(*literals: str) -> Iterator[list[str]]:
    for literal in literals:
        for entry in literal.split("|"):
            found = entry.replace("_", " ").replace("-", " ").split()
            if found:
                yield found


def _split_entries(*literals: str) -> Iterator[tuple[list[str], list[str]]]:
    for entry in _entries(*literals):
        left, _, right = " ".join(entry).partition(":")
        yield left.split(), right.split()
