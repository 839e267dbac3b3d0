"""By whose word is something to be forgotten? The table `order_terms`, made of orders that say more than what and when.

An order without a row there has the authority of the node key that recorded it, or, of before ccnode_crypto.erasure's
RULE_MS, of its voice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode_crypto.erasure import RULE_MS
from ccnode_protocol import hlc, records
from ccnode_protocol.errors import RemoteError

if TYPE_CHECKING:
    import sqlite3

    from ccnode_protocol.records import Forget

_INSERT: Final = "INSERT INTO order_terms VALUES (?, ?, ?)"
_SINCE: Final = (
    "SELECT e.id, e.digest, e.meta, c.node FROM entries e JOIN chains c ON c.id = e.chain"
    " WHERE e.kind = 20 AND e.time >= ? AND c.id NOT IN (SELECT chain FROM quarantine) ORDER BY e.id"
)
STATED: Final = "SELECT e.digest FROM order_terms o JOIN entries e ON e.id = o.id WHERE o.owner IS NOT NULL"


def insert(connection: sqlite3.Connection, entry: int, order: Forget) -> None:
    """Make the row of an order, where it has any. Raises sqlite3.Error."""
    if order.said is not None or order.bodies is not None:
        connection.execute(_INSERT, (entry, *(order.said or (None, None))))


def fill(connection: sqlite3.Connection) -> None:
    """After the migration: judge the orders that are here already, within the caller's transaction.

    Raises:
        sqlite3.Error: they cannot be read.
    """
    from ccnode.store.project import Projector  # it makes the rows of all entries

    projector = Projector(connection)
    for entry, digest, meta, node in connection.execute(_SINCE, (hlc.from_ms(RULE_MS),)).fetchall():
        try:
            insert(connection, entry, records.read_forget(meta, node))
            projector.fold_ordered(digest)
        except RemoteError:  # what this program understands, and does not hold, the one before it took for an order
            projector.fold_ordered(digest, void=True)
