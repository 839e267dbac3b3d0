"""How is what was ordered to be forgotten really gone? Contents, index and log, with a signed receipt.

Headers and metas stay, so the chain still verifies. After the transaction the bytes must also leave the log and the
index; copies in backups stay until these rotate, and are named.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.store import orders
from ccnode.store.backup_format import disk_error
from ccnode.store.backup_list import list_backups
from ccnode.store.errors import translated
from ccnode.store.ledger import connect
from ccnode.store.staging import clear_leftovers
from ccnode.store.transaction import TIME_STORED_MAX
from ccnode_protocol import records

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.home import Home
    from ccnode.store.ledger import Job
    from ccnode.store.orders import Order
    from ccnode.store.transaction import Appended, Transaction

# `sealed != x''`: an entry that never had a content is not made to look as if it had one.
_MESSAGES: Final = (
    "SELECT e.id FROM messages m JOIN entries e ON e.id = m.id"
    " WHERE m.session = ? AND e.time <= ? AND e.sealed IS NOT NULL AND e.sealed != x''"
)
_TITLES: Final = (
    "SELECT e.id FROM session_events s JOIN entries e ON e.id = s.id"
    " WHERE s.session = ? AND e.time <= ? AND s.kind IN (16, 18) AND e.sealed IS NOT NULL AND e.sealed != x''"
)
_DROP_MESSAGES: Final = f"UPDATE entries SET sealed = NULL WHERE id IN ({_MESSAGES})"  # both constant
_DROP_TITLES: Final = f"UPDATE entries SET sealed = NULL WHERE id IN ({_TITLES})"
_REINDEX: Final = f"INSERT OR IGNORE INTO reindex {_MESSAGES}"


@dataclass(frozen=True, slots=True)
class Remains:
    """Where erased text may still be read: in the log while readers hold it (`log`), and in these older copies."""

    log: bool
    copies: list[Path]


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased by one order. `receipt` is None where this node gave its receipt before."""

    order: bytes
    session: bytes
    bodies: int
    receipt: Appended | None


def due_orders(connection: sqlite3.Connection, now_ms: int) -> list[Order]:
    """The orders that are in force and due, oldest first. Raises sqlite3.Error."""
    return [order for order in orders.load_orders(connection.execute) if order.is_in_force(now_ms)]


def next_due(connection: sqlite3.Connection, now_ms: int) -> int | None:
    """When the next order becomes due that is not yet (milliseconds since 1970); None where there is none."""
    due: int | None = connection.execute("SELECT min(due_ms) FROM sessions WHERE due_ms > ?", (now_ms,)).fetchone()[0]
    return due


def _extent(order: Order) -> tuple[bytes, int]:
    return order.session, min(order.time, TIME_STORED_MAX)


def drop_contents(connection: sqlite3.Connection, now_ms: int) -> int:
    """Erase everything that orders in force cover, without receipts; return how many contents that were.

    For a database that no daemon has open, within the caller's transaction.
    """
    return sum(
        connection.execute(sql, _extent(order)).rowcount
        for order in due_orders(connection, now_ms)
        for sql in (_DROP_MESSAGES, _DROP_TITLES)
    )


def erase_due(now_ms: int) -> Job[list[Erased]]:
    """A ledger job: erase what is due, and give a receipt for each order that has none yet.

    Running it again changes nothing, except for contents that arrived since. Call `finish` once it is committed.
    """

    def job(tx: Transaction) -> list[Erased]:
        done = []
        for order in orders.load_orders(tx.query):
            if not order.is_in_force(now_ms):
                continue
            extent = _extent(order)
            tx.execute(_REINDEX, extent)
            bodies = tx.execute(_DROP_MESSAGES, extent) + tx.execute(_DROP_TITLES, extent)
            receipt = None if order.done else tx.append(records.erasure_done(order.digest, bodies))
            if bodies or receipt:
                done.append(Erased(order.digest, order.session, bodies, receipt))
        return done

    return job


def finish(home: Home) -> Remains:
    """After the commit: cut the log, so that it holds no erased page; say where the text may still be.

    The index takes the erased messages out at its next `catch_up`, and purges itself.

    Raises:
        StoreError: the database or the folder of backups cannot be used.
    """
    try:
        clear_leftovers(home.root)
        clear_leftovers(home.backups)
    except OSError as error:
        raise disk_error(error, "copies that a crash left behind cannot be removed") from error
    with contextlib.closing(connect(home.ledger, writable=True)) as connection:
        try:
            busy = bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        except sqlite3.Error as error:
            raise translated(error) from error
    return Remains(busy, [copy.path for copy in list_backups(home)])
