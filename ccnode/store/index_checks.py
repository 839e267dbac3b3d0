"""Is the index right? A look that finds damage, and one that finds whatever is not as the ledger has it."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Final

from ccnode.store import impact_form
from ccnode.store.index import TABLES, TABLES_SQL, open_index
from ccnode.store.index_rows import ROWS, IndexRow, Texts
from ccnode.store.terms import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_DAMAGED: Final = (
    "SELECT 1 FROM postings WHERE length(docs) <> 2 * length(counts)",
    "SELECT 1 FROM chunks WHERE length(docs) <> 2 * length(counts)",
    "SELECT 1 FROM terms WHERE length(docs) <> 4 * length(counts) OR (chunks = x'') = (counts = x'')",
)
_CHUNKS: Final = "SELECT (SELECT coalesce(sum(length(chunks)), 0) / 12 FROM terms) <> (SELECT count(*) FROM chunks)"


def is_wrong(path: Path, ledger: Path) -> bool:
    """Whether a fresh look at all of the file finds damage; `differences` finds more, and takes as long as indexing."""
    try:
        with contextlib.closing(open_index(path, ledger, writable=False)) as connection:
            run = connection.execute
            sealed, parts = run("SELECT sealed, parts FROM state").fetchone()
            impact_form.parts_of(parts)
            return bool(
                run("PRAGMA main.quick_check(1)").fetchone()[0] != "ok"
                or run(TABLES_SQL).fetchone()[0] != TABLES
                or run("SELECT count(*) FROM blocks").fetchone()[0] != sealed >> impact_form.BLOCK_BITS
                or any(run(f"{sql} LIMIT 1").fetchone() for sql in _DAMAGED)
                or run(_CHUNKS).fetchone()[0]
            )
    except (sqlite3.Error, TypeError):  # TypeError: there is no state
        return True


def differences(connection: sqlite3.Connection, *, limit: int = 20) -> list[str]:
    """What is wrong with the index up to its position, in words; empty where it is right.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    found: list[str] = []
    try:
        connection.execute("INSERT INTO message_index (message_index) VALUES ('integrity-check')")
    except sqlite3.DatabaseError as error:
        if "readonly" not in str(error):
            found.append(f"the index fails its integrity check: {error}")
    run = connection.execute
    run("BEGIN")  # one state of the ledger, then one of the index that is not older
    try:
        due = _outdated(connection)
        position = run("SELECT position FROM state").fetchone()[0]
        held = run("SELECT rowid, text, context FROM message_index ORDER BY rowid")
        rows = run(f"{ROWS} WHERE m.id <= ? ORDER BY m.id", (position,))
        found += _row_differences(held, map(Texts().row, rows), due, limit)
        return found or _impact_differences(connection, limit)
    finally:
        connection.rollback()


def _impact_differences(connection: sqlite3.Connection, limit: int) -> list[str]:
    """What is wrong with the impact index, which says the same as FTS5's table."""
    if not connection.execute("SELECT sealed FROM state").fetchone()[0]:
        return []
    from ccnode.store import impact_checks

    tokenizer = Tokenizer()
    try:
        return list(impact_checks.differences(connection, tokenizer, limit))
    finally:
        tokenizer.close()


def _outdated(connection: sqlite3.Connection) -> set[int]:
    """The messages that are still to be indexed anew: those asked for, and the two turns after each."""
    level = {row[0] for row in connection.execute("SELECT id FROM ledger.reindex")}
    outdated = set(level)
    for _ in range(2):
        level = {
            child[0]
            for identifier in level
            for child in connection.execute("SELECT id FROM ledger.messages WHERE parent_id = ?", (identifier,))
        }
        outdated |= level
    return outdated


def _row_differences(held: sqlite3.Cursor, rows: Iterable[IndexRow], outdated: set[int], limit: int) -> list[str]:
    found: list[str] = []
    have = held.fetchone()
    for expected in rows:
        while have is not None and have[0] < expected.id:
            found.append(f"the index holds a row {have[0]} that no message has")
            have = held.fetchone()
        same = have is not None and have[0] == expected.id
        if expected.id in outdated:
            pass
        elif expected.text is None:
            if same:
                found.append(f"the index still holds the erased message {expected.id}")
        elif not same or have[1:] != (expected.text, expected.context):
            found.append(f"the index row of message {expected.id} is not what the ledger says")
        if same:
            have = held.fetchone()
        if len(found) >= limit:
            break
    return found
