"""What did this node's owner decide about nodes of ours? As our core chain has it, which core peers hold and give back.

The table of peers says what holds (peers.py). But a backup that is put back, or an old copy, has the table of then, so
who was removed or let down since would be what it was. What was decided about a node of ours is therefore recorded with
it, and heeded again when it comes back. No other node's decisions count here: trust is local.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    import sqlite3

    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction

T = TypeVar("T")
RESTORED: Final = "restored"
# The kind is written out, or the index on just these rows would not serve.
_SAID: Final = (
    "SELECT e.meta FROM entries e CROSS JOIN chains c ON c.id = e.chain WHERE e.kind = 5 AND c.audience = 0"
    " AND c.node IN (SELECT node FROM own_keys) ORDER BY e.time, e.digest"
)
_MARK: Final = "INSERT OR REPLACE INTO positions VALUES (?, ?)"


def load(connection: sqlite3.Connection) -> dict[bytes, Tier]:
    """What was decided last about each node, unknown for one that was removed. Raises sqlite3.Error."""
    found: dict[bytes, Tier] = {}
    for (meta,) in connection.execute(_SAID):
        try:
            node, tier = records.read_node_trusted(meta)
            found[node] = Tier(tier)
        except (RemoteError, ValueError):
            continue  # a newer program may know more tiers
    return found


def recorded(node: bytes, tier: Tier, job: Job[T]) -> Job[T]:
    """A ledger job: do `job`, which keeps the decision, and record it in the same transaction."""

    def both(tx: Transaction) -> T:
        done = job(tx)
        tx.append(records.node_trusted(node, int(tier)))
        return done

    return both


def mark_restored(connection: sqlite3.Connection, now_ms: int) -> None:
    """What was decided up to now may be lost: within the caller's transaction. Raises sqlite3.Error."""
    connection.execute(_MARK, (RESTORED, now_ms))


def restored_ms(connection: sqlite3.Connection) -> int:
    """When that happened last (milliseconds since 1970); 0 where it never did. Raises sqlite3.Error."""
    row = connection.execute("SELECT value FROM positions WHERE name = ?", (RESTORED,)).fetchone()
    return int(row[0]) if row is not None else 0
