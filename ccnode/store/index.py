"""What does the full-text index hold, and how far has it come? It follows the ledger in a file of its own.

Indexing inside the ledger's transaction would cost most of the append rate, and the index can be made again at any
time; so it trails behind with its own position, and a search also reads what is beyond that position (search.py).
The file is scratch: where it is damaged, of another version, or does not belong to this ledger, it is made anew.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ccnode.mind import recall
from ccnode.store.errors import translated
from ccnode.store.views import text_of
from ccnode_protocol.records import ROLE_NAMES, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

VERSION: Final = 1  # raise it when what the columns hold changes
BATCH_MESSAGES: Final = 500
IDS_MAX: Final = 500

_SCHEMA: Final = """
    CREATE VIRTUAL TABLE message_index USING fts5(text, context, tokenize = 'porter unicode61 remove_diacritics 2');
    CREATE TABLE state (version INTEGER NOT NULL, position INTEGER NOT NULL, digest BLOB NOT NULL);
    INSERT INTO state VALUES ({version}, 0, x'');
"""
# A message with the two turns before it.
_ROWS: Final = (
    "SELECT m.id, m.role, e.sealed, p.role, pe.sealed, g.role, ge.sealed"
    " FROM ledger.messages m JOIN ledger.entries e ON e.id = m.id"
    " LEFT JOIN ledger.messages p ON p.id = m.parent_id LEFT JOIN ledger.entries pe ON pe.id = p.id"
    " LEFT JOIN ledger.messages g ON g.id = p.parent_id LEFT JOIN ledger.entries ge ON ge.id = g.id"
)


@dataclass(frozen=True, slots=True)
class IndexRow:
    """What the index must hold of a message; `text` None where nothing of it may be found (its content is gone)."""

    id: int
    text: str | None
    context: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the index is: its position (a local entry number), and how many messages are beyond it."""

    position: int
    behind: int


def index_row(row: Sequence[Any]) -> IndexRow:
    """Make the index's row from a row of `_ROWS`."""
    identifier, role, sealed, *before = row
    previous: list[tuple[str, str]] = []
    for turn_role, turn_sealed in ((before[2], before[3]), (before[0], before[1])):
        text = text_of(turn_sealed, "text") if isinstance(turn_sealed, bytes) else None
        if turn_role is not None and text:
            previous.append((ROLE_NAMES[Role(turn_role)], text))
    own = text_of(sealed, "text") if isinstance(sealed, bytes) else None
    name = ROLE_NAMES[Role(role)]
    text = recall.index_text(name, own) if own is not None else None
    return IndexRow(identifier, text, recall.context_text(previous))


def open_index(path: Path, ledger: Path, *, writable: bool) -> sqlite3.Connection:
    """Connect to the index, with the ledger attached read-only as `ledger`.

    Raises:
        sqlite3.Error: it is missing or damaged.
    """
    mode = "rwc" if writable else "ro"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        if writable:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
        connection.execute("ATTACH ? AS ledger", (f"{ledger.absolute().as_uri()}?mode=ro",))
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class Index:
    """The index's only writer. Its calls block, so the daemon makes them in a thread, one at a time."""

    def __init__(self, path: Path, ledger: Path, on_reindexed: Callable[[Sequence[int]], None]) -> None:
        """`on_reindexed(ids)` takes messages off the ledger's list of those to be indexed anew.

        Raises:
            StoreError: the ledger or the disk cannot be used; a damaged index is made anew instead.
        """
        self._path = path
        self._ledger = ledger
        self._on_reindexed = on_reindexed
        self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._checked()
        except sqlite3.DatabaseError:
            remove(self._path)
        try:
            return self._checked()
        except sqlite3.Error as error:
            raise translated(error) from error

    def _checked(self) -> sqlite3.Connection:
        """Open, make the schema where there is none, and check that the index is of this version and this ledger."""
        connection = open_index(self._path, self._ledger, writable=True)
        try:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchone():
                connection.executescript(f"BEGIN; {_SCHEMA.format(version=VERSION)} COMMIT;")
            version, position, digest = connection.execute("SELECT version, position, digest FROM state").fetchone()
            known = connection.execute("SELECT digest FROM ledger.entries WHERE id = ?", (position,)).fetchone()
            if version != VERSION or (position and (known is None or known[0] != digest)):
                raise sqlite3.DatabaseError("the index is of another version, or of another ledger")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def catch_up(self, *, messages_max: int = BATCH_MESSAGES) -> int:
        """Index up to `messages_max` messages; return how many were done, 0 when there is nothing left.

        Raises:
            StoreError: the disk is full or cannot be written; the position stays where it was.
        """
        try:
            done = self._reindex(messages_max)
            return done or self._advance(messages_max)
        except sqlite3.Error as error:
            if error.__class__ is sqlite3.DatabaseError:  # damaged: make it anew, from nothing
                self.make_anew()
                return 1
            if self._connection.in_transaction:
                self._connection.rollback()
            raise translated(error) from error

    def make_anew(self) -> None:
        """Begin again from nothing; `catch_up` then indexes everything. Raises StoreError."""
        self._connection.close()
        remove(self._path)
        self._connection = self._open()

    def _advance(self, messages_max: int) -> int:
        run = self._connection.execute
        position = run("SELECT position FROM state").fetchone()[0]
        newest = run("SELECT id, digest FROM ledger.entries ORDER BY id DESC LIMIT 1").fetchone()
        if newest is None or newest[0] == position:
            return 0
        rows = run(f"{_ROWS} WHERE m.id > ? ORDER BY m.id LIMIT ?", (position, messages_max)).fetchall()
        if len(rows) == messages_max:
            newest = run("SELECT id, digest FROM ledger.entries WHERE id = ?", (rows[-1][0],)).fetchone()
        run("BEGIN IMMEDIATE")
        self._put(map(index_row, rows))
        run("UPDATE state SET position = ?, digest = ?", newest)
        run("COMMIT")
        return max(len(rows), 1)

    def _reindex(self, messages_max: int) -> int:
        """Index anew what the ledger asks for, and the two turns after each, whose context it is."""
        run = self._connection.execute
        wanted = [row[0] for row in run("SELECT id FROM ledger.reindex LIMIT ?", (min(messages_max, IDS_MAX),))]
        if not wanted:
            return 0
        marks = ",".join("?" * len(wanted))
        children = f"SELECT id FROM ledger.messages WHERE parent_id IN ({marks})"
        affected = (
            f"SELECT id FROM ledger.messages WHERE id IN ({marks}) OR id IN ({children}) OR parent_id IN ({children})"
        )
        rows = [index_row(row) for row in run(f"{_ROWS} WHERE m.id IN ({affected})", tuple(wanted) * 3)]
        position = run("SELECT position FROM state").fetchone()[0]
        rows = [row for row in rows if row.id <= position]
        run("BEGIN IMMEDIATE")
        self._connection.executemany("DELETE FROM message_index WHERE rowid = ?", [(row.id,) for row in rows])
        self._put(rows)
        run("COMMIT")
        if any(row.text is None for row in rows):
            self.purge()
        self._on_reindexed(wanted)
        return len(wanted)

    def _put(self, rows: Iterable[IndexRow]) -> None:
        self._connection.executemany(
            "INSERT INTO message_index (rowid, text, context) VALUES (?, ?, ?)",
            [(row.id, row.text, row.context) for row in rows if row.text is not None],
        )

    def purge(self) -> None:
        """Make deleted text unreadable: FTS5 keeps it in old segments until these are merged, the log in its pages."""
        self._connection.execute("INSERT INTO message_index (message_index) VALUES ('optimize')")
        # "main": the ledger is attached too, but only to be read.
        self._connection.execute("PRAGMA main.wal_checkpoint(TRUNCATE)")

    def progress(self) -> Progress:
        """How far the index is."""
        return progress(self._connection)

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._connection.close()


def progress(connection: sqlite3.Connection) -> Progress:
    """How far the index behind this connection is."""
    position = connection.execute("SELECT position FROM state").fetchone()[0]
    behind = connection.execute("SELECT count(*) FROM ledger.messages WHERE id > ?", (position,)).fetchone()[0]
    return Progress(position, behind)


def remove(path: Path) -> None:
    """Delete the index's files; it is made again from the ledger."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


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
        rows = run(f"{_ROWS} WHERE m.id <= ? ORDER BY m.id", (position,))
        return found + _row_differences(held, map(index_row, rows), due, limit)
    finally:
        connection.rollback()


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
