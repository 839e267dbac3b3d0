"""Which messages are meant by what their notes say? The full-text index knows only the words that were said.

Notes are few beside messages: the newest are looked among one by one, and their words remembered between two looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.mind import lexicon
from ccnode.mind.stemming import words
from ccnode.store import notes

if TYPE_CHECKING:
    from ccnode.mind.recall import RecallPlan
    from ccnode.store.corpus import Moment

READ_CHARS_MAX: Final = 20_000  # of one note
FOUND_MAX: Final = 40  # those that say the most of what is looked for, the newest of equals


class NotedWords:
    """The words of the newest notes. Not for several threads at once."""

    def __init__(self) -> None:
        self._keys: dict[int, frozenset[str]] = {}  # a note's words never change: a new version is another entry

    def saying(self, moment: Moment, plan: RecallPlan) -> list[int]:
        """The local numbers of the messages whose note may say what the plan looks for. Raises sqlite3.Error."""
        numbers = moment.ask(notes.newest())
        if not numbers:
            return []
        unread = [number for number in numbers if number not in self._keys]
        read = moment.ask(notes.texts(unread)) if unread else {}
        kept = {number: self._keys[number] for number in numbers if number in self._keys}
        self._keys = kept | {number: _keys(text) for number, text in read.items()}
        shared = {number: len(plan.keys & self._keys.get(number, frozenset())) for number in numbers}
        best = sorted((number for number in numbers if shared[number]), key=lambda number: -shared[number])
        return moment.ask(notes.made_from(best[:FOUND_MAX])) if best else []


def _keys(text: str) -> frozenset[str]:
    return frozenset(lexicon.lemma(word) for word in words(text[:READ_CHARS_MAX]))
