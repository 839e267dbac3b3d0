"""Which terms does the full-text index make of a word? FTS5 itself is asked, so that both agree.

What is indexed is words with spaces between (mind/indexing.py, `index_text`), and the tokenizer looks at no neighbour:
the terms of a text are the terms of its words, one after the other. A word may give none, or several.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TOKENIZER: Final = "porter unicode61 remove_diacritics 2"
KNOWN_MAX: Final = 50_000  # words remembered, some 9 MB

_SCHEMA: Final = f"""
    CREATE VIRTUAL TABLE words USING fts5(word, content = '', tokenize = '{TOKENIZER}');
    CREATE VIRTUAL TABLE terms USING fts5vocab(words, 'instance');
"""


class Tokenizer:
    """Tells the terms of words, and remembers them. Not for several threads at once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, ...]] = {}
        self._connection: sqlite3.Connection | None = None

    def of(self, words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """The terms of each of these words, and of others that were asked for before.

        Raises:
            sqlite3.Error: SQLite has no FTS5.
        """
        asked = set(words)
        unknown = asked.difference(self._known)
        if unknown and len(self._known) + len(unknown) > KNOWN_MAX:
            self._known.clear()
            unknown = asked
        if unknown:
            self._learn(list(unknown))
        return self._known

    def terms(self, words: Iterable[str]) -> list[str]:
        """The terms of a text whose words these are, in order. Raises sqlite3.Error."""
        said = list(words)
        known = self.of(said)
        return [term for word in said for term in known[word]]

    def _learn(self, words: list[str]) -> None:
        if self._connection is None:
            self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            self._connection.executescript(_SCHEMA)
        run = self._connection.execute
        found: list[list[str]] = [[] for _ in words]
        run("BEGIN")
        try:
            self._connection.executemany("INSERT INTO words (rowid, word) VALUES (?, ?)", enumerate(words))
            for number, term in run("SELECT doc, term FROM terms ORDER BY doc, offset"):
                found[number].append(term)
        finally:
            run("ROLLBACK")
        self._known.update(zip(words, map(tuple, found), strict=True))

    def close(self) -> None:
        """Close what was opened. Idempotent."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
