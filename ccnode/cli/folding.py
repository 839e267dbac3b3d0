"""Where does a long line break on a terminal? Between words, and what goes on stands below where it began."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
import unicodedata
from typing import Final, TextIO

NARROWEST: Final = 20
_MARGIN: Final = re.compile(r"[ ]*(?:\| ?)?")  # what is quoted has a bar before it
_WIDE: Final = frozenset("WF")


def width_of_terminal(stream: TextIO | None = None) -> int | None:
    """The columns of the terminal that a stream (without one standard output) is; None where it is none."""
    stream = sys.stdout if stream is None else stream
    if not stream.isatty():
        return None
    return max(NARROWEST, shutil.get_terminal_size(os.get_terminal_size(stream.fileno())).columns)


def folded(text: str, width: int | None, hang: int = 0) -> str:
    """The text with each line that is longer than `width` broken between words; as it is without a width.

    What goes on stands under the line's own margin; where that has none, `hang` columns in. A word is never broken: a
    path, a command or an address can be copied whole.
    """
    if width is None:
        return text
    return "\n".join(_folded(line, width, hang) for line in text.split("\n"))


def _folded(line: str, width: int, hang: int) -> str:
    if columns(line) <= width:
        return line
    found = _MARGIN.match(line)
    margin = found.group() if found is not None else ""
    room = width - len(margin)
    if room < NARROWEST:
        return line
    parts = textwrap.wrap(
        line[len(margin) :],
        room,
        subsequent_indent="" if margin else " " * hang,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
        drop_whitespace=True,
    )
    return "\n".join(margin + part for part in parts)


def columns(text: str) -> int:
    """How many columns of a terminal the text takes, about."""
    return len(text) if text.isascii() else sum(_columns(one) for one in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


class Folder:
    """Folds a text that comes in pieces: a word is given once its end is known, so that it can stand on the next line.

    With no width everything passes as it is.
    """

    def __init__(self, width: int | None) -> None:
        self._width = width
        self._column = 0
        self._space = ""
        self._word = ""
        self._word_columns = 0

    def feed(self, text: str) -> str:
        """What can be shown now."""
        if self._width is None:
            return text
        out: list[str] = []
        for one in text:
            if one == "\n":
                out += [self._give(), "\n"]
                self._column, self._space = 0, ""
            elif one in " \t":
                out.append(self._give())
                self._space += one
            else:
                self._word += one
                self._word_columns += _columns(one)
                # Where a script has no spaces, a line breaks anywhere; and a word as wide as the line is never moved.
                if unicodedata.east_asian_width(one) in _WIDE or self._word_columns >= self._width:
                    out.append(self._give())
        return "".join(out)

    def rest(self) -> str:
        """What was held back. The column stays: more of the same line can follow."""
        return self._give()

    def _give(self) -> str:
        """The word that waits, on this line or the next."""
        word, width = self._word, self._width or 0
        if not word:
            return ""
        space = self._space
        taken = self._column + len(space) + self._word_columns
        before = space
        if taken > width and self._column:
            before, taken = "\n", self._word_columns
        self._column = taken % width if taken > width else taken
        self._word, self._word_columns, self._space = "", 0, ""
        return before + word
