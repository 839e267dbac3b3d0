"""How are projections made again from the chains? In one transaction, with a result that is equal row for row.

For a running daemon it is a ledger job; without one, `rebuild_file` does it on a connection of its own. The full-text
index is a file apart: `Index.make_anew` in the daemon, deletion without one (it is then made again by itself).
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from ccnode.store import apart, index, migrate, voices
from ccnode.store.errors import StoreCorrupt, translated
from ccnode.store.ledger import connect
from ccnode.store.project import TABLES, Projector
from ccnode_crypto.entry import NODE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.store.home import Home
    from ccnode.store.ledger import Job

    Progress = Callable[[int, int], None]

BATCH: Final = 1_000
NOBODY: Final = bytes(NODE_BYTES)  # who wrote an entry of no chain; the audit names such damage
_ENTRIES: Final = (
    "SELECT e.id, e.digest, e.kind, e.time, e.meta, c.node FROM entries e LEFT JOIN chains c ON c.id = e.chain"
)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild read: entries, and which tables it made with how many rows."""

    entries: int
    rows: dict[str, int]


def entries_of(connection: sqlite3.Connection) -> sqlite3.Cursor:
    """Every entry that something is made of, in the order of arrival. Raises sqlite3.Error."""
    wanted = f" WHERE e.chain {apart.NOT_APART}" if apart.exists(connection) else ""
    return connection.execute(f"{_ENTRIES}{wanted} ORDER BY e.id")


def rebuild_in(connection: sqlite3.Connection, progress: Progress | None = None) -> Rebuilt:
    """Make the projections again within the caller's transaction.

    Raises:
        StoreCorrupt: an entry's columns hold values of the wrong type.
        sqlite3.Error: the entries cannot be read, or the tables not written.
    """
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")
    total = connection.execute("SELECT count(*) FROM entries").fetchone()[0]
    known = voices.load(connection.execute, scan=True)
    # One of ours cannot be in quarantine; a node is let go when its certificate comes.
    connection.executemany(
        "DELETE FROM quarantine WHERE chain IN (SELECT id FROM chains WHERE node = ?)",
        [(node,) for node in sorted(known.ours)],
    )
    apart.make(connection)
    projector, done = Projector(connection, known), 0
    cursor = entries_of(connection)
    while rows := list(islice(cursor, BATCH)):
        for entry, digest, kind, time, meta, node in rows:
            if not (type(digest) is bytes and type(kind) is int and type(time) is int and type(meta) is bytes):
                raise StoreCorrupt(f"entry {entry} has a damaged column", remedy="run 'ccnode audit verify'")
            projector.apply(entry, digest, kind, time, meta, node if type(node) is bytes else NOBODY, None)
        done += len(rows)
        if progress:
            progress(done, total)
    projector.flush()
    counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
    return Rebuilt(done, counts)


def rebuild(progress: Progress | None = None) -> Job[Rebuilt]:
    """A ledger job that makes the projections again. `progress` is called on the writer's thread."""
    return lambda tx: tx.rebuild(lambda connection: rebuild_in(connection, progress))


def rebuild_file(home: Home, progress: Progress | None = None) -> Rebuilt:
    """The same without a daemon; the caller holds the directory's lock. The index is deleted, and made again later.

    Raises:
        StoreError: the database cannot be written, is damaged, or another program holds it; it is as it was before.
    """
    with contextlib.closing(connect(home.ledger, writable=True)) as connection:
        try:
            migrate.check_version(connection, migrate.all_migrations()[-1].number)
            connection.execute("BEGIN IMMEDIATE")
            try:
                rebuilt = rebuild_in(connection, progress)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.rollback()
                raise
        except sqlite3.Error as error:
            raise translated(error) from error
    index.remove(home.index)
    return rebuilt
