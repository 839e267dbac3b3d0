"""What does a text say, and what does it deny? Phrases as whole words, folded, in clauses.

A judgement of words, and no more: "I am not Ada" denies Ada, "not only Ada" says it, and irony is not heard.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from ccnode.mind.stemming import stem

_LOOK_BACK: Final = 6  # words between "not" and what it denies


@dataclass(frozen=True, slots=True)
class Expected:
    """A phrase that an answer should say. `denied`: the plate itself denies it ("never guess")."""

    phrase: str
    denied: bool = False


_TOKEN: Final = re.compile(r"\w+(?:['\u2019]\w+)*")
_MARKUP: Final = re.compile(r"[*_`~#>]+")
_BREAK: Final = re.compile(r"[.;:!?\n()\[\]\"\u201c\u201d\u2013\u2014]|--| - ")
_WRAP: Final = re.compile(r"(?<!\n)\n(?![ \t]*(?:\n|[-*+>|#]|\d{1,3}[.)]))")
_TURN: Final = frozenset("but rather instead yet".split())
_SUBJECT: Final = _TURN | frozenset("and i i'm i've i'll my it it's he she we you your they so".split())
_NEGATION: Final = frozenset(
    "not no never none neither nor nothing without cannot cant dont isnt arent wasnt doesnt wont aint hardly nobody"
    " nicht kein keine".split()
)
_ONLY: Final = frozenset("only just merely simply least".split())
_BE: Final = frozenset("is was are were am has does did can will".split())
_NO_SPACES: Final = re.compile("[\u2e80-\ud7ff\U00020000-\U0003ffff]")  # scripts that put none between words


def fold(text: str) -> str:
    """A text as it is compared: one form of each character, no capitals, plain apostrophes."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")


def words_of(text: str) -> list[tuple[str, int]]:
    """Words, folded, with where each ends."""
    return [(match.group(), match.end()) for match in _TOKEN.finditer(fold(_MARKUP.sub(" ", text)))]


def root_of(word: str) -> str:
    """What the forms of a word have in common."""
    return stem(word.removesuffix("'s"))


def unwrapped(text: str) -> str:
    """A text with each paragraph and list item in one line: where a line is wrapped, no clause ends."""
    return _WRAP.sub(" ", text)


class Text:
    """A text as words in clauses."""

    def __init__(self, text: str) -> None:
        self.folded = fold(_MARKUP.sub(" ", text))
        self.words: list[str] = []
        self.clauses: list[int] = []  # for each word, the number of the first word of its clause
        end = first = 0
        for match in _TOKEN.finditer(self.folded):
            word, between = match.group(), self.folded[end : match.start()]
            if _BREAK.search(between) or word in _TURN or ("," in between and word in _SUBJECT):
                first = len(self.words)
            self.words.append(word)
            self.clauses.append(first)
            end = match.end()
        self.keys = [root_of(word) for word in self.words]
        self.places: dict[str, list[int]] = {}  # where each key stands
        for at, key in enumerate(self.keys):
            self.places.setdefault(key, []).append(at)

    def holds(self, expected: Expected) -> bool:
        """Whether it says the phrase with the sense that is expected."""
        sense = self.says(expected.phrase)
        return sense < 0 if expected.denied else sense > 0

    def says(self, phrase: str) -> int:
        """1 where it says a phrase, -1 where it denies it at least as often as it says it, 0 where it does neither."""
        said, denied = self.times(phrase)
        return 0 if not said + denied else 1 if said > denied else -1

    def times(self, phrase: str) -> tuple[int, int]:
        """How often it says a phrase, and how often it denies it."""
        if _NO_SPACES.search(phrase):
            return int(fold(phrase) in self.folded), 0
        wanted = [root_of(word) for word, _ in words_of(phrase)]
        said = denied = 0
        if not wanted:
            return 0, 0
        for at in self.places.get(wanted[0], ()):
            if self.keys[at : at + len(wanted)] == wanted:
                if self._is_denied(at, at + len(wanted)):
                    denied += 1
                else:
                    said += 1
        return said, denied

    def negated_at(self, at: int) -> bool:
        """Whether the word there denies what follows: "not only" does not."""
        after = self.words[at + 1] if at + 1 < len(self.words) else ""
        return negates(self.words[at]) and after not in _ONLY

    def _is_denied(self, first: int, end: int) -> bool:
        for at in range(max(self.clauses[first], first - _LOOK_BACK), first):
            if self.negated_at(at):
                return True
        following = [
            word
            for word, clause in zip(self.words[end : end + 2], self.clauses[end : end + 2], strict=True)
            if clause == self.clauses[end - 1]
        ]
        if not following:
            return False
        return following[0].endswith("n't") or (len(following) > 1 and following[0] in _BE and negates(following[1]))


def negates(word: str) -> bool:
    """Whether a word denies what follows it."""
    return word in _NEGATION or word.endswith("n't")
