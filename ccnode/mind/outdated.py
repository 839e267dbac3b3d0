"""Does an answer say what an earlier text said, where that was changed? Words and their neighbours, in small print too.

What is compared are the places in which the two texts differ:

- words that tell (a place, a year) and stand in the place of others: saying at least half of them, and none of the new
  ones, is enough, in whatever sentence;
- words that say little by themselves ("never leave", "she pays", "hide where it comes from") count with the words
  beside them, since any answer may have a "she" somewhere;
- a "not" that came or went counts by what it denies.

Left alone are other words for the same, articles and the like, and what was only added or left out: who says neither
the one nor the other was not asked for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from ccnode.mind.lexicon import STOP, SYNONYM, is_light, lemma, meanings
from ccnode.mind.saying import Text, fold, root_of, unwrapped, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WORDS_MAX: Final = 400  # that differ: of more the first are compared
PLACE_WORDS_MAX: Final = 24  # of one place
_BESIDE: Final = 3  # words on either side that belong to a small one
_DENIED_MAX: Final = 4  # words after a "not" by which it is known
_SHOWN: Final = 8
_WORD: Final = re.compile(r"\w+(?:'\w+)*")
_ENDINGS: Final = {"n't": "not", "'m": "are", "'re": "are", "'ve": "have", "'ll": "will"}
_WHOLE: Final = {"can't": "can not", "won't": "will not", "shan't": "shall not"}
# Who says "I am" says what the plate says by "you are".
_PERSON: Final = {"i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "am": "are"}
_NUMBERS: Final = tuple("one two three four five six seven eight nine ten eleven twelve".split())
_DIGITS: Final = {str(number): word for number, word in enumerate(_NUMBERS, 1)}
# Small words that deny one another: of each line, those of one group stand against those of the others.
_AGAINST: Final = tuple(
    tuple(frozenset(group.split()) for group in line.split("|"))
    for line in (
        "under below beneath underneath | above over",
        "in inside within into | out outside",
        "before until till by | after since",
        "up | down",
        "on | off",
        "with | without",
        "to toward towards | from",
        "for | against",
        "always | often usually | sometimes | seldom rarely | never",
        "now already | then once formerly",
        "is are be being | was were been",
        "he him his himself | she her hers herself | they them their theirs themselves | it its itself",
        "all every each both everything everyone everybody | some any someone anyone | none nothing nobody no",
        "more most | less least fewer",
        "same | other another different",
        " | ".join(_NUMBERS),
    )
)


@dataclass(frozen=True, slots=True)
class Stale:
    """What an answer says of an earlier text, and what stands there now ("" for nothing); as people are told it."""

    gone: str
    come: str


def stale(answer: str, then: str, now: str, asked: str = "", beside: str = "") -> Stale | None:
    """Where the answer says what `then` said and `now` does not, and not what stands in its place.

    `asked`: the question, whose words prove nothing. `beside`: what else the answer may have its words from.
    """
    known = frozenset(root_of(word) for word, _ in words_of(beside))
    said = Text(answer)
    for gone, come in _replaced(then, now):
        left = [word for word in gone if root_of(word) not in known]
        if left and _is_said(said, left, come):
            return Stale(_listed(left), _listed(come))
    changes = _Changes(_plain(then), _plain(now), frozenset(root_of(word) for word, _ in words_of(asked)))
    plain = _plain(answer)
    return next((each.stale for each in changes.found() if each.is_in(plain, known)), None)


# --- words that tell ---


def _is_said(text: Text, gone: list[str], new: list[str]) -> bool:
    """Whether it says at least half of what is gone, and nothing of what stands there now."""
    said = sum(text.says(word) > 0 for word in gone)
    return 2 * said >= len(gone) and not any(text.says(word) for word in new)


def _replaced(then: str, now: str) -> Iterator[tuple[list[str], list[str]]]:
    """The words of a text that are gone, with those in their place; without synonyms and what says little."""
    before, after = ([word for word, _ in words_of(each)] for each in (then, now))
    old, new = [root_of(word) for word in before], [root_of(word) for word in after]
    for i1, i2, j1, j2 in _places(old, new):
        gone, come = before[i1:i2], after[j1:j2]
        gone, come = _telling(gone, frozenset(new)), _telling(come, frozenset(old))
        gone = [word for word in gone if not _has_synonym(word, come)]
        if gone and come:
            yield gone, come


def _places(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Where two texts differ: from which word to which in the one and in the other."""
    first = shared(old, new)
    last = shared(old[first:][::-1], new[first:][::-1])
    before, after = (each[first : len(each) - last][:WORDS_MAX] for each in (old, new))
    found = SequenceMatcher(None, before, after).get_opcodes()
    return [(i1 + first, i2 + first, j1 + first, j2 + first) for kind, i1, i2, j1, j2 in found if kind != "equal"]


def shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How much of their beginning two texts have in common: characters, or words."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _telling(words: list[str], elsewhere: frozenset[str]) -> list[str]:
    found = [word for word in words if word not in STOP and not is_light(word) and root_of(word) not in elsewhere]
    return found[:PLACE_WORDS_MAX]


def _has_synonym(word: str, among: list[str]) -> bool:
    known = meanings(word)
    return any(known.get(lemma(other), 0.0) >= SYNONYM for other in among)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:_SHOWN])


# --- words that tell with those beside them ---


def _plain(text: str) -> Text:
    """A text with "you" for "I", "not" for "n't" and words for small numbers, so that its neighbours are alike."""
    return Text(_WORD.sub(_plain_word, fold(unwrapped(text))))


def _plain_word(match: re.Match[str]) -> str:
    word = match.group()
    if "'" in word:
        if word in _WHOLE:
            return _WHOLE[word]
        for ending, full in _ENDINGS.items():
            if word.endswith(ending) and (rest := word.removesuffix(ending)):
                return f"{_PERSON.get(rest, rest)} {full}"
    return _PERSON.get(word) or _DIGITS.get(word, word)


@dataclass(frozen=True, slots=True)
class _Change:
    """`gone`: any of these phrases is the earlier text's; `come`: any of these is the one's in its place.

    `denied`: where only the sense of the phrase changed, the earlier one; `gone` is `come` then.
    """

    gone: tuple[str, ...]
    come: tuple[str, ...]
    stale: Stale
    denied: bool | None = None

    def is_in(self, answer: Text, known: frozenset[str]) -> bool:
        """Whether the answer says what is gone, but for words that are known from elsewhere, and not what came."""
        gone = [each for each in self.gone if not known.issuperset(_told_by(each))]
        if self.denied is None:
            return any(answer.says(each) > 0 for each in gone) and not any(map(answer.says, self.come))
        said, denied = answer.times(gone[0]) if gone else (0, 0)
        return denied > 0 == said if self.denied else said > 0 == denied


def _told_by(phrase: str) -> frozenset[str]:
    """The keys of the words in a phrase that say something."""
    return frozenset(root_of(word) for word, _ in words_of(phrase) if word not in STOP)


@dataclass(frozen=True, slots=True)
class _Changes:
    """Finds what was changed between two plain texts in small words."""

    then: Text
    now: Text
    asked: frozenset[str]

    def found(self) -> Iterator[_Change]:
        """Each change that an answer can be held against."""
        old, new = self.then.keys, self.now.keys
        for i1, i2, j1, j2 in _places(old, new):
            gone, come = self.then.words[i1:i2], self.now.words[j1:j2]
            if _denies(self.then, i1, i2) != _denies(self.now, j1, j2) and (turned := self._turned(j2)):
                yield turned
            elif gone and come and _differ(gone, come):
                yield from self._swapped(i1, i2, j1, j2)

    def _turned(self, at: int) -> _Change | None:
        """What is denied now and was not, or the other way round: the words that follow the "not"."""
        phrase: list[str] = []
        for place in range(at, min(at + _DENIED_MAX, len(self.now.words))):
            if self.now.clauses[place] != self.now.clauses[at]:
                break
            phrase.append(self.now.words[place])
            if not _is_small(phrase[-1]) and self.now.keys[place] not in self.asked:
                break
        text = " ".join(phrase)
        said, denied = self.then.times(text)
        says, denies = self.now.times(text)
        if all(word in STOP for word in phrase) or (said and denied) or (says and denies):
            return None
        if said and denies:
            return _Change((text,), (text,), Stale(text, f"not {text}"), denied=False)
        if denied and says:
            return _Change((text,), (text,), Stale(f"not {text}", text), denied=True)
        return None

    def _swapped(self, i1: int, i2: int, j1: int, j2: int) -> Iterator[_Change]:
        """Words that stand in the place of others, each with its neighbours; where the earlier still stands, none."""
        gone = [each for each in _with_neighbours(self.then, i1, i2) if not self.now.says(each)]
        if gone:
            new = [word for word in self.now.words[j1:j2] if root_of(word) not in self.then.places]
            come = (*_with_neighbours(self.now, j1, j2), *new)
            shown = Stale(" ".join(self.then.words[i1:i2][:_SHOWN]), " ".join(self.now.words[j1:j2][:_SHOWN]))
            yield _Change(tuple(gone), come, shown)


def _is_small(word: str) -> bool:
    return word in STOP or is_light(word)


def _denies(text: Text, first: int, end: int) -> bool:
    return any(text.negated_at(at) for at in range(first, end))


def _differ(gone: list[str], come: list[str]) -> bool:
    """Whether words stand in the place of others so that something else is said; articles and synonyms do not."""
    for line in _AGAINST:
        groups = [[each for each in line if not each.isdisjoint(words)] for words in (gone, come)]
        if groups[0] and groups[1] and not any(each in groups[1] for each in groups[0]):
            return True
    if any(word.isdecimal() for word in gone) and any(word.isdecimal() or word in _NUMBERS for word in come):
        return True
    after = [word for word in come if word not in STOP][:PLACE_WORDS_MAX]
    before = [word for word in gone if word not in STOP][:PLACE_WORDS_MAX]
    return bool(after) and any(not _has_synonym(word, after) for word in before)


def _with_neighbours(text: Text, first: int, end: int) -> list[str]:
    """The words of a place with those before them, and with those after them, as far as the next that says anything."""
    words = text.words[first:end]
    before: list[str] = []
    for at in range(first - 1, max(-1, first - 1 - _BESIDE), -1):
        if text.clauses[at] != text.clauses[first] or (before and before[0] not in STOP):
            break
        before.insert(0, text.words[at])
    after: list[str] = []
    for at in range(end, min(len(text.words), end + _BESIDE)):
        if text.clauses[at] != text.clauses[end - 1] or (after and after[-1] not in STOP):
            break
        after.append(text.words[at])
    found = [[*before, *words]] * bool(before) + [[*words, *after]] * bool(after)
    return [" ".join(each) for each in found if not all(word in STOP for word in each)]
