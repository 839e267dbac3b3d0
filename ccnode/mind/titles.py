"""Does a title say what a message says? Then it stays behind when that message alone is forgotten."""

from __future__ import annotations

import re
from typing import Final

from ccnode.mind.tables import STOP

_WORD: Final = re.compile(r"\w+")


def repeats(title: str, text: str) -> bool:
    """Whether at least half of the title's words, but for those of every text, stand in the text."""
    said = set(_WORD.findall(title.casefold())) - STOP
    return bool(said) and 2 * len(said & set(_WORD.findall(text.casefold()))) >= len(said)
