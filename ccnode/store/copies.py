"""What went to and fro with a peer on sticks, and how far do its copies go by its last word? The tables of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccnode_crypto.entry import ChainId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction

_HEADS: Final = "SELECT node, epoch, audience, length FROM peer_heads WHERE peer = ?"


@dataclass(frozen=True, slots=True)
class Carried:
    """What went to and fro with one peer. Numbers are 0 where there was none; times in milliseconds since 1970.

    `heads`: how far its copies go of what it may follow here, by its last word; None where it has said nothing.
    """

    made: int = 0
    made_ms: int = 0
    applied: int = 0
    applied_ms: int = 0
    heads: Mapping[ChainId, int] | None = field(default=None, repr=False)


def load(connection: sqlite3.Connection) -> dict[bytes, Carried]:
    """What is known, by peer. Raises sqlite3.Error."""
    heads: dict[bytes, dict[ChainId, int]] = {}
    for peer, node, epoch, audience, length in connection.execute("SELECT * FROM peer_heads"):
        heads.setdefault(peer, {})[ChainId(node, epoch, audience)] = length
    rows = connection.execute("SELECT peer, made, made_ms, applied, applied_ms FROM parcels")
    return {
        peer: Carried(made, made_ms, applied, applied_ms, heads.get(peer, {} if applied else None))
        for peer, made, made_ms, applied, applied_ms in rows
    }


def keep(peer: bytes, carried: Carried) -> Job[None]:
    """A ledger job: keep what is known about one peer's parcels, in place of what was."""

    def job(tx: Transaction) -> None:
        row = (peer, carried.made, carried.made_ms, carried.applied, carried.applied_ms)
        tx.execute("INSERT OR REPLACE INTO parcels VALUES (?, ?, ?, ?, ?)", row)
        if carried.heads is None:
            return
        kept = {(one[0], one[1], one[2]): one[3] for one in tx.query(_HEADS, (peer,))}
        for chain, length in carried.heads.items():
            if kept.pop((chain.node, chain.epoch, chain.audience), None) != length:
                head = (peer, chain.node, chain.epoch, chain.audience, length)
                tx.execute("INSERT OR REPLACE INTO peer_heads VALUES (?, ?, ?, ?, ?)", head)
        for gone in kept:
            tx.execute(
                "DELETE FROM peer_heads WHERE peer = ? AND node = ? AND epoch = ? AND audience = ?", (peer, *gone)
            )

    return job
