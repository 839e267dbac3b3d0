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
    """Folds a text that comes in pieces, on a terminal, and shows each at once.

    A word that turns out too long for its line is taken back (by backspaces) and stands on the next. The last column
    stays free: a terminal's cursor that has filled it does not come back by one. With no width all passes as it is.
    """

    def __init__(self, width: int | None) -> None:
        self._width = width
        self._column = 0
        self._word = ""  # as far as it is shown
        self._began = 0  # the column in which it begins
        self._long = False  # it is as wide as the terminal, which breaks it

    def feed(self, text: str) -> str:
        """What to write now."""
        if self._width is None:
            return text
        return "".join(self._shown(one, self._width) for one in text)

    def _shown(self, one: str, width: int) -> str:
        if one in "\n\t ":
            self._word, self._long = "", False
            if one == "\n":
                self._column = 0
                return one
            after = self._column + (1 if one == " " else 8 - self._column % 8)
            self._column = min(after, width - 1)
            return one if after < width else ""
        wide = unicodedata.east_asian_width(one) in _WIDE
        size, before = _columns(one), ""
        if self._column + size >= width and not self._long:
            before = self._moved(wide=wide)
        if not self._word:
            self._began = self._column
        # Where a script has no spaces, a line breaks anywhere.
        self._word = "" if wide else self._word + one
        self._column = (self._column + size) % width
        return before + one

    def _moved(self, *, wide: bool) -> str:
        """Go to the next line, with what is shown of the word; one that is as wide as the terminal stays."""
        if not wide and self._word and self._began == 0:
            self._long = True
            return ""
        word = "" if wide else self._word
        size = columns(word)
        self._began, self._column, self._word = 0, size, word
        back = "\b" * size
        return f"{back}{' ' * size}\n{word}"
