"""Which messages are searched? Made ones: a Zipf vocabulary with stop words between, lengths as in chats.

Some words of each conversation are said again and again. They go through the ledger's own jobs. The yardstick beside
them is FTS5 as it comes, with the same messages.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SEED = 7
VOCABULARY = 200_000
SESSION_MESSAGES = 40
SESSIONS_A_COMMIT = 24
TOPIC_WORDS = 25
START_MS = 1_700_000_000_000
COMMIT_MS = 600_000  # between two commits, by the clock that is given
PLAIN = "SELECT rowid, text, bm25(plain) AS score FROM plain WHERE plain MATCH ? ORDER BY score LIMIT 10"
PLAIN_NUMBERS = "SELECT rowid, bm25(plain) AS score FROM plain WHERE plain MATCH ? ORDER BY score LIMIT 10"


def vocabulary(size: int) -> list[str]:
    """Made words, none of them a stop word."""
    from ccnode.mind import lexicon

    chance = random.Random(SEED)
    onsets = "b c d f g h j k l m n p r s t v w z br cr dr fl gr pl st tr sh ch th".split()
    vowels, codas = "a e i o u ai ea ou".split(), ["", "", "n", "r", "s", "l", "t", "m", "nd", "ck"]
    words: dict[str, None] = {}
    while len(words) < size:
        syllables = chance.choice((1, 2, 2, 3, 3, 4))
        word = "".join(chance.choice(onsets) + chance.choice(vowels) + chance.choice(codas) for _ in range(syllables))
        if word not in lexicon.STOP:
            words[word] = None
    return list(words)


def conversations(count: int) -> Iterator[list[str]]:
    """Conversations of 40 messages, question and reply in turn, `count` messages in all."""
    import numpy as np

    from ccnode.mind import lexicon

    chance = np.random.default_rng(SEED)
    content = np.array(vocabulary(VOCABULARY), dtype=object)
    stop = np.array(sorted(lexicon.STOP), dtype=object)
    chance.shuffle(stop)
    shares = [np.cumsum(1 / np.arange(1, len(words) + 1) ** power) for words, power in ((content, 1.0), (stop, 0.9))]
    content_shares, stop_shares = (share / share[-1] for share in shares)

    def draw(words: Any, share: Any, number: int) -> Any:
        return words[np.searchsorted(share, chance.random(number)).clip(0, len(words) - 1)]

    for first in range(0, count, SESSION_MESSAGES):
        size = min(SESSION_MESSAGES, count - first)
        medians = np.where(np.arange(size) % 2 == 0, 12, 45)
        lengths = np.clip(np.exp(chance.normal(np.log(medians), 0.85)).astype(int), 1, 2000)
        total = int(lengths.sum())
        words = draw(content, content_shares, total)
        topic = draw(content, content_shares, TOPIC_WORDS)
        kinds = chance.random(total)
        words[kinds < 0.12] = topic[chance.integers(0, TOPIC_WORDS, int((kinds < 0.12).sum()))]
        words[kinds > 0.55] = draw(stop, stop_shares, int((kinds > 0.55).sum()))
        ends = np.cumsum(lengths).tolist()
        yield [" ".join(words[end - length : end]) for length, end in zip(lengths.tolist(), ends, strict=True)]


@dataclass
class Made:
    """A ledger in a folder, and what it cost to index it."""

    folder: Path
    messages: int
    notes: dict[str, Any]

    @property
    def ledger(self) -> Path:
        """The ledger."""
        return self.folder / "ledger.sqlite"

    @property
    def index(self) -> Path:
        """Its index."""
        return self.folder / "index.sqlite"

    @property
    def plain(self) -> Path:
        """The yardstick: the same messages in FTS5 as it comes."""
        return self.folder / "plain.sqlite"


def write_ledger(path: Path, spoken: Iterator[list[str]]) -> None:
    """Put conversations into a new ledger, in big commits."""
    from ccnode.store.ledger import Ledger, Ports
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol import records

    chance, now = random.Random(SEED), [START_MS]

    def clock() -> int:
        now[0] += 1
        return now[0]

    ledger = Ledger(path, SigningKey(bytes(32)), Ports(clock, chance.randbytes))

    def job(tx: Any, some: list[list[str]]) -> None:
        for texts in some:
            session, parent = chance.randbytes(16), None
            tx.append(records.session_opened(session, None, None))
            for at, text in enumerate(texts):
                meta = records.MessageMeta(session, records.Role(at % 2), parent=parent)
                parent = tx.append(records.message(meta, text), meta).digest

    while some := [texts for _, texts in zip(range(SESSIONS_A_COMMIT), spoken, strict=False)]:
        ledger.append_sync(lambda tx, some=some: job(tx, some))  # type: ignore[misc]
        now[0] += COMMIT_MS
    ledger.close()


def write_plain(made: Made) -> None:
    """The yardstick: the same messages in FTS5 as it comes."""
    from ccnode.store.views import text_of

    with (
        contextlib.closing(sqlite3.connect(made.ledger)) as source,
        contextlib.closing(open_plain(made.plain)) as plain,
    ):
        plain.execute("CREATE VIRTUAL TABLE plain USING fts5(text)")
        rows = source.execute("SELECT m.id, e.sealed FROM messages m JOIN entries e ON e.id = m.id ORDER BY m.id")
        while some := rows.fetchmany(5_000):
            plain.execute("BEGIN")
            plain.executemany(
                "INSERT INTO plain (rowid, text) VALUES (?, ?)",
                [(number, text_of(sealed, "text")) for number, sealed in some],
            )
            plain.execute("COMMIT")


def open_plain(path: Path) -> sqlite3.Connection:
    """A connection to the yardstick."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def match(words: Sequence[str], joined: str) -> str:
    """An FTS5 expression of these words."""
    return joined.join(f'"{word}"' for word in words)
