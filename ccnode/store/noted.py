"""What is remembered in other words than those that were said here? Notes, and packets that were promoted.

The full-text index knows only the words that were said. Notes and packets are few beside messages: the newest are
looked among one by one, and their words remembered between two looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.mind import lexicon
from ccnode.mind.stemming import words
from ccnode.store import knowledge, notes

if TYPE_CHECKING:
    from ccnode.mind.recall import RecallPlan
    from ccnode.store.corpus import Moment
    from ccnode.store.knowledge import Known

READ_CHARS_MAX: Final = 20_000  # of one note
FOUND_MAX: Final = 40  # those that say the most of what is looked for, the newest of equals


class NotedWords:
    """The words of the newest notes, and of the newest promoted packets. Not for several threads at once."""

    def __init__(self) -> None:
        # Words of an entry never change: a new version is another entry.
        self._notes: dict[int, frozenset[str]] = {}
        self._packets: dict[int, frozenset[str]] = {}

    def saying(self, moment: Moment, plan: RecallPlan) -> list[int]:
        """The local numbers of the messages whose note may say what the plan looks for. Raises sqlite3.Error."""
        numbers = moment.ask(notes.newest())
        unread = [number for number in numbers if number not in self._notes]
        self._notes = _read(numbers, self._notes, moment.ask(notes.texts(unread)) if unread else {})
        best = _best(numbers, self._notes, plan)
        return moment.ask(notes.made_from(best)) if best else []

    def claiming(self, moment: Moment, plan: RecallPlan) -> list[Known]:
        """The packets that are known and may say what the plan looks for. Raises sqlite3.Error."""
        numbers = moment.ask(knowledge.newest())
        unread = [number for number in numbers if number not in self._packets]
        self._packets = _read(numbers, self._packets, moment.ask(knowledge.texts(unread)) if unread else {})
        best = _best(numbers, self._packets, plan)
        return moment.ask(knowledge.standing(best)) if best else []


def _read(numbers: list[int], known: dict[int, frozenset[str]], texts: dict[int, str]) -> dict[int, frozenset[str]]:
    kept = {number: known[number] for number in numbers if number in known}
    return kept | {number: _keys(text) for number, text in texts.items()}


def _best(numbers: list[int], known: dict[int, frozenset[str]], plan: RecallPlan) -> list[int]:
    shared = {number: len(plan.keys & known.get(number, frozenset())) for number in numbers}
    return sorted((number for number in numbers if shared[number]), key=lambda number: -shared[number])[:FOUND_MAX]


def _keys(text: str) -> frozenset[str]:
    return frozenset(lexicon.lemma(word) for word in words(text[:READ_CHARS_MAX]))
