"""How is what was ordered to be forgotten really gone? Contents, index and log, with a signed receipt.

Headers and metas stay, so the chain still verifies. After the transaction the bytes must also leave the log and the
index; copies in backups stay until these rotate, and are named.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.later import later
from ccnode.store import apart, orders, voices
from ccnode.store.backup_list import list_backups
from ccnode.store.errors import disk_error, translated
from ccnode.store.ledger import connect
from ccnode.store.receiving import TIME_STORED_MAX
from ccnode.store.staging import clear_leftovers
from ccnode_protocol import records
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path
    from typing import Any

    from ccnode.store import echoes, knowledge_acts, notes
    from ccnode.store.home import Home
    from ccnode.store.ledger import Job
    from ccnode.store.orders import Derived, Order
    from ccnode.store.transaction import Appended, Transaction
    from ccnode.store.voices import Voices

    Query = Callable[[str, Sequence[object]], Iterable[tuple[Any, ...]]]
else:
    echoes = later("ccnode.store.echoes")
    knowledge_acts = later("ccnode.store.knowledge_acts")
    notes = later("ccnode.store.notes")

# `sealed != x''`: an entry that never had a content is not made to look as if it had one.
_WITH_CONTENT: Final = "e.time <= ? AND e.sealed IS NOT NULL AND e.sealed != x''"
_OF_SESSION: Final = (
    "SELECT e.id, c.node, e.kind, e.time, e.digest FROM (SELECT id FROM messages WHERE session = ?1 UNION ALL"
    " SELECT id FROM session_events WHERE session = ?1 AND kind IN (16, 18)) s JOIN entries e ON e.id = s.id"
    f" JOIN chains c ON c.id = e.chain WHERE {_WITH_CONTENT.replace('?', '?2')}"  # both constant
)
_OF_MESSAGE: Final = (
    "SELECT e.id, c.node, e.kind, e.time, e.digest FROM entries e JOIN chains c ON c.id = e.chain"
    f" WHERE e.digest = ? AND e.kind IN (17, 29, 48) AND {_WITH_CONTENT}"
)
_DROP: Final = "UPDATE entries SET sealed = NULL WHERE id = ?"
_REINDEX: Final = "INSERT OR IGNORE INTO reindex VALUES (?)"


@dataclass(frozen=True, slots=True)
class Remains:
    """Where erased text may still be read: in the log while readers hold it (`log`), and in these older copies."""

    log: bool
    copies: list[Path]


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased by one order for a session or a message. `receipt`: None where this node gave it before.

    `order` b"": all that orders of strangers in quarantine took of their own, or a note that went with its source; for
    those nobody gets a receipt.
    """

    order: bytes
    session: bytes | None
    message: bytes | None
    bodies: int
    receipt: Appended | None


def due_orders(connection: sqlite3.Connection, now_ms: int) -> list[Order]:
    """The orders that are in force and due, oldest first. Raises sqlite3.Error."""
    return [order for order in orders.load_orders(connection.execute) if order.is_in_force(now_ms)]


def next_due(connection: sqlite3.Connection, now_ms: int) -> int | None:
    """When the next order becomes due that is not yet (milliseconds since 1970); None where there is none."""
    due: int | None = connection.execute(
        "SELECT min(due_ms) FROM (SELECT due_ms FROM sessions WHERE due_ms > :now"
        " UNION ALL SELECT value FROM message_events WHERE kind = 20 AND target IS NULL AND value > :now"  # of notes
        " UNION ALL SELECT due_ms FROM marks WHERE due_ms > :now)",
        {"now": now_ms},
    ).fetchone()[0]
    return due


def _covered(run: Query, order: Order, known: Voices) -> list[tuple[int, bool]]:
    """The local numbers of the contents that an order covers and that are there, each with whether it is a message."""
    reach = order.reach
    if reach is None:
        return []
    sql, what = (_OF_SESSION, order.kept_as) if order.message is None else (_OF_MESSAGE, order.message)
    return [
        (entry, kind == Kind.MESSAGE)
        for entry, node, kind, time, digest in run(sql, (what, min(reach.until, TIME_STORED_MAX)))
        if known.of(node) == order.voice and reach.holds(node, time, digest)
    ]


def drop_contents(connection: sqlite3.Connection, now_ms: int) -> int:
    """Erase everything that orders in force cover, without receipts; return how many contents that were.

    For a database that no daemon has open, within the caller's transaction.
    """
    known = voices.load(connection.execute)
    standing = [order for order in orders.load_orders(connection.execute, known) if order.is_in_force(now_ms)]
    gone = {entry for order in standing for entry, _ in _covered(connection.execute, order, known)}
    derived = orders.derived(connection.execute, orders.Coverage(standing, known), known, now_ms)
    gone |= {made.entry for made in derived}
    sql = f"{_DROP} AND sealed IS NOT NULL AND sealed != x''"
    dropped = apart.carry_out(connection, now_ms, all_of_them=True) if apart.exists(connection) else 0
    return dropped + sum(connection.execute(sql, (entry,)).rowcount for entry in sorted(gone))


def erase_due(now_ms: int) -> Job[list[Erased]]:
    """A ledger job: erase what is due, and give a receipt for each order that has none yet.

    Running it again changes nothing, except for contents that arrived since. Call `finish` once it is committed.
    """

    def job(tx: Transaction) -> list[Erased]:
        known = voices.load(tx.query)
        standing = [order for order in orders.load_orders(tx.query, known) if order.is_in_force(now_ms)]
        done = [_carry_out(tx, order, known) for order in standing]
        gone = orders.Coverage(standing, known)
        new = set(notes.orders_for(tx, gone, known, now_ms)) if standing else set()
        if tx.query("SELECT 1 FROM packets LIMIT 1"):
            new |= set(knowledge_acts.orders_for(tx, gone, known, now_ms))
        if new:  # what was made from what is erased goes with it
            more = [order for order in orders.load_orders(tx.query, known) if order.digest in new]
            done += [_carry_out(tx, order, known) for order in more if order.reach is not None]
        done += [_drop_derived(tx, made) for made in orders.derived(tx.query, gone, known, now_ms)]
        done.append(Erased(b"", None, None, tx.with_connection(lambda one: apart.carry_out(one, now_ms)), None))
        return [erased for erased in done if erased.bodies or erased.receipt]

    return job


def _carry_out(tx: Transaction, order: Order, known: Voices) -> Erased:
    bodies = _covered(tx.query, order, known)
    if order.voice == voices.OURS:
        echoes.disable_before_erasing(tx, [entry for entry, is_message in bodies if is_message])
    for entry, is_message in bodies:
        tx.execute(_DROP, (entry,))
        if is_message:
            tx.execute(_REINDEX, (entry,))
    receipt = None if order.done else tx.append(records.erasure_done(order.digest, len(bodies)))
    return Erased(order.digest, order.session, order.message, len(bodies), receipt)


def _drop_derived(tx: Transaction, made: Derived) -> Erased:
    """What no order of this node's own reaches, as a note that another one kept, goes with its source all the same."""
    bodies = tx.execute(f"{_DROP} AND sealed IS NOT NULL AND sealed != x''", (made.entry,))
    return Erased(b"", None, made.digest, bodies, None)


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
