"""What does the full-text index hold, and how far has it come? It follows the ledger in a file of its own.

Indexing inside the ledger's transaction would cost most of the append rate, and the index can be made again at any
time; so it trails behind with its own position, and a search also reads what is beyond that position (search.py).
The file is scratch: where it is damaged, of another version, or does not belong to this ledger, it is made anew.
It holds FTS5's table, and beside it the impact index (impact.py), which ranks.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from ccnode.mind import lexicon
from ccnode.store import impact_form
from ccnode.store.errors import translated
from ccnode.store.index_rows import ROWS, IndexRow, Texts
from ccnode.store.terms import TOKENIZER, Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

_FORM: Final = 5  # raise it when what the tables hold changes
_STOP: Final = crc32(" ".join(sorted(lexicon.STOP)).encode())  # they are left out of the texts
VERSION: Final = _FORM << 32 | _STOP
UNMERGED: Final = 4 << 32 | _STOP  # the version before, which had no parts
BATCH_MESSAGES: Final = 500
IDS_MAX: Final = 500
BYTES_AT_ONCE: Final = 8 * 1024 * 1024  # of texts: a message may have 1 MiB, and comes with the two before it

# state: `position` is how far FTS5's table is, `sealed` the impact index (the first entry number that it lacks), with
# how many messages and terms it holds, and `parts` what of it is merged (impact_form.Part); `changes` counts what was
# not just added, so that readers forget what they know; `purge` says that deleted text may still be read in the file
# (1), or in the log (2).
_SCHEMA: Final = f"""
    CREATE VIRTUAL TABLE message_index USING fts5(text, context, tokenize = '{TOKENIZER}');
    CREATE TABLE state (
        version INTEGER NOT NULL, position INTEGER NOT NULL, digest BLOB NOT NULL, sealed INTEGER NOT NULL,
        messages INTEGER NOT NULL, tokens INTEGER NOT NULL, changes INTEGER NOT NULL, purge INTEGER NOT NULL,
        parts BLOB NOT NULL DEFAULT x''
    );
    INSERT INTO state VALUES ({VERSION}, 0, x'', 0, 0, 0, 0, 0, x'');
    {impact_form.SCHEMA}
"""
_UPGRADE: Final = f"""
    ALTER TABLE state ADD COLUMN parts BLOB NOT NULL DEFAULT x'';
    {impact_form.MERGED_SCHEMA}
    UPDATE state SET version = {VERSION};
"""
_MERGE_DUE, _CUT_DUE = 1, 2
TABLES: Final = 6
TABLES_SQL: Final = (
    "SELECT count(*) FROM sqlite_master"
    " WHERE name IN ('message_index', 'state', 'blocks', 'postings', 'terms', 'chunks')"
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the index is: its position (a local entry number), and how many messages are beyond it."""

    position: int
    behind: int


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
    """The index's only writer. Its calls block, so the daemon makes them in threads; one waits for the other.

    Also the last: who stops while a batch is written closes after it. SQLite does not survive it otherwise.
    """

    def __init__(
        self,
        path: Path,
        ledger: Path,
        on_reindexed: Callable[[Sequence[int]], None],
        found_damage: Callable[[], bool] = lambda: False,
    ) -> None:
        """`on_reindexed(ids)` takes messages off the ledger's list of those to be indexed anew.

        `found_damage()`: whether a reader found the index damaged since it was asked last.

        Raises:
            StoreError: the ledger or the disk cannot be used; a damaged index is made anew instead.
        """
        self._path = path
        self._ledger = ledger
        self._on_reindexed = on_reindexed
        self._found_damage = found_damage
        self._made_anew = False
        self._turn = threading.Lock()
        self._file: tuple[int, int] | None = None
        self._texts = Texts()
        self._tokenizer = Tokenizer()
        self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            connection = self._checked()
        except sqlite3.DatabaseError:
            remove(self._path)
            try:
                connection = self._checked()
            except sqlite3.Error as error:
                raise translated(error) from error
        self._file = _file_of(self._path)
        return connection

    def _checked(self) -> sqlite3.Connection:
        """Open, make the schema where there is none, and check that the index is of this version and this ledger."""
        connection = open_index(self._path, self._ledger, writable=True)
        try:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchone():
                connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
            elif connection.execute("SELECT version FROM state").fetchone()[0] == UNMERGED:
                connection.executescript(f"BEGIN; {_UPGRADE} COMMIT;")
            if connection.execute(TABLES_SQL).fetchone()[0] != TABLES:
                raise sqlite3.DatabaseError("the index lacks a table")
            version, position, digest = connection.execute("SELECT version, position, digest FROM state").fetchone()
            known = connection.execute("SELECT digest FROM ledger.entries WHERE id = ?", (position,)).fetchone()
            if version != VERSION or (position and (known is None or known[0] != digest)):
                raise sqlite3.DatabaseError("the index is of another version, or of another ledger")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def catch_up(self, *, messages_max: int = BATCH_MESSAGES) -> int:
        """Index up to `messages_max` messages, rank up to 4,096, or merge; return how much, 0 when nothing is left.

        Raises:
            StoreError: the disk is full or cannot be written; the position stays where it was.
        """
        with self._turn:
            return self._catch_up(messages_max)

    def _catch_up(self, messages_max: int) -> int:
        if self._is_lost():
            self.make_anew()
        try:
            return (
                self._reindex(messages_max)
                or self._purge()
                or self._seal()
                or self._merge(after=impact_form.PART_MAX)
                or self._advance(messages_max)
                or self._merge()
            )
        except sqlite3.Error as error:
            if is_damage(error):
                self.make_anew()
                return 1
            if self._connection.in_transaction:
                self._connection.rollback()
            raise translated(error) from error

    def _is_lost(self) -> bool:
        """Whether the file is gone, or a reader found it damaged."""
        if self._file != _file_of(self._path):  # what is written into a deleted file nobody reads
            return True
        if not self._found_damage():
            return False
        # What a reader finds damaged again may not be the index: before all is done once more, it is looked at.
        if self._made_anew:
            from ccnode.store import index_checks

            return index_checks.is_wrong(self._path, self._ledger)
        self._made_anew = True
        return True

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
        rows, whole = _up_to(run(f"{ROWS} WHERE m.id > ? ORDER BY m.id LIMIT ?", (position, messages_max)))
        if len(rows) == messages_max or not whole:
            newest = run("SELECT id, digest FROM ledger.entries WHERE id = ?", (rows[-1][0],)).fetchone()
        run("BEGIN IMMEDIATE")
        self._put(map(self._texts.row, rows))
        run("UPDATE state SET position = ?, digest = ?", newest)
        run("COMMIT")
        return max(len(rows), 1)

    def _seal(self) -> int:
        """Add the next block to the impact index, where the full-text table is beyond it."""
        run = self._connection.execute
        position, sealed = run("SELECT position, sealed FROM state").fetchone()
        if position < sealed + impact_form.BLOCK_SIZE - 1:
            return 0
        from ccnode.store import impact  # it loads numpy, which a young node needs not

        run("BEGIN IMMEDIATE")
        impact.add_block(self._connection, sealed >> impact_form.BLOCK_BITS, self._tokenizer)
        run("COMMIT")
        return impact_form.BLOCK_SIZE

    def _merge(self, *, after: int = 0) -> int:
        """Merge some of what the impact index has in many places, where so many segments are to be merged.

        It waits until all messages are indexed, but not for ever: a search looks into each segment.
        """
        run = self._connection.execute
        sealed, packed = run("SELECT sealed, parts FROM state").fetchone()
        parts = impact_form.parts_of(packed)
        full = sealed >> impact_form.SEGMENT_BITS
        if full - impact_form.unmerged(parts) < after or impact_form.next_part(parts, sealed) is None:
            return 0
        from ccnode.store import merging

        run("BEGIN IMMEDIATE")
        done = merging.step(self._connection)
        run("COMMIT")
        return done

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
        read = run(f"{ROWS} WHERE m.id IN ({affected}) ORDER BY m.id", tuple(wanted) * 3).fetchall()
        position, sealed = run("SELECT position, sealed FROM state").fetchone()
        rows = [self._texts.row(row) for row in read if row[0] <= position]
        run("BEGIN IMMEDIATE")
        self._amend([row for row in rows if row.id < sealed])
        self._connection.executemany("DELETE FROM message_index WHERE rowid = ?", [(row.id,) for row in rows])
        self._put(rows)
        gone = any(row.text is None for row in rows)
        run("UPDATE state SET changes = changes + 1, purge = CASE WHEN ? THEN 1 ELSE purge END", (gone,))
        run("COMMIT")
        self._checkpoint()  # on the disk before the ledger no longer asks for it
        self._on_reindexed(wanted)
        return len(wanted)

    def _amend(self, rows: Sequence[IndexRow]) -> None:
        """Put finished blocks of the impact index right, before FTS5's table changes."""
        if not rows:
            return
        from ccnode.store import impact

        sql = "SELECT rowid, text, context FROM message_index WHERE rowid = ?"
        before = [held for row in rows if (held := self._connection.execute(sql, (row.id,)).fetchone())]
        after = [(row.id, row.text, row.context) for row in rows if row.text is not None]
        impact.amend(self._connection, before, after, self._tokenizer)

    def _put(self, rows: Iterable[IndexRow]) -> None:
        self._connection.executemany(
            "INSERT INTO message_index (rowid, text, context) VALUES (?, ?, ?)",
            [(row.id, row.text, row.context) for row in rows if row.text is not None],
        )

    def _purge(self) -> int:
        """Make deleted text unreadable, once for all that was erased together; return whether that is done now.

        FTS5 keeps it in old segments until these are merged, the log in its pages.
        """
        run = self._connection.execute
        due = run("SELECT purge FROM state").fetchone()[0]
        if due == _MERGE_DUE:
            run("INSERT INTO message_index (message_index) VALUES ('optimize')")
            run("UPDATE state SET purge = ?", (_CUT_DUE,))
        if not due or not self._checkpoint():
            return 0  # with a reader in the way: at the next commit
        run("UPDATE state SET purge = 0")
        return 1

    def _checkpoint(self) -> bool:
        """Move the log into the file, and cut it; return whether no reader was in the way."""
        # "main": the ledger is attached too, but only to be read.
        return not self._connection.execute("PRAGMA main.wal_checkpoint(TRUNCATE)").fetchone()[0]

    def progress(self) -> Progress:
        """How far the index is."""
        with self._turn:
            return progress(self._connection)

    def close(self) -> None:
        """Close the file. Idempotent."""
        with self._turn:
            self._connection.close()
            self._tokenizer.close()


def _up_to(rows: sqlite3.Cursor) -> tuple[list[Any], bool]:
    """The first rows, as far as BYTES_AT_ONCE go but one at least, and whether they are all."""
    taken: list[Any] = []
    size = 0
    for row in rows:
        taken.append(row)
        size += sum(len(each) for each in row if isinstance(each, bytes | str))
        if size >= BYTES_AT_ONCE:
            rows.close()
            return taken, False
    return taken, True


def _file_of(path: Path) -> tuple[int, int] | None:
    """Which file a path leads to; None where it leads to none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file must be damaged: not a database, cut, a row of the wrong size, or one that is there already."""
    damage = (impact_form.Damaged, sqlite3.IntegrityError)
    return isinstance(error, damage) or error.__class__ is sqlite3.DatabaseError


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
    from ccnode.store import index_checks

    return index_checks.differences(connection, limit=limit)
