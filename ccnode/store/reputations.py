"""How far can a model, or a peer, be relied on? By what each did well and badly; see mind/trust.py.

A model's outcomes are the replies it was asked for: finished, or failed. A peer's are the signed runs that it brought:
verified, or not; and a fork of its own chain. What is replayed is refused before it is known who sends it, and is
nobody's. No tier changes by any of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeVar

from ccnode.mind.measured import FINE
from ccnode.mind.trust import Reputation

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import View

T = TypeVar("T")
Kind = Literal["model", "peer"]
KINDS: Final[tuple[Kind, ...]] = ("model", "peer")
KEPT_MAX: Final = 4_000_000 * FINE  # outcomes of a kind: more says no more, and an SQLite integer holds it
NAME_CHARS_MAX: Final = 200
SHOWN_MAX: Final = 1_000  # of each kind
_ALL: Final = (
    "SELECT r.name, p.node, p.name, r.good, r.bad, r.at_ms FROM reputations r"
    " LEFT JOIN peers p ON r.kind = 'peer' AND lower(hex(p.node)) = r.name"
    " WHERE r.kind = ? ORDER BY r.name LIMIT ?"
)


def note(kind: Kind, name: str, now_ms: int, *, good: int = 0, bad: int = 0) -> Job[None]:
    """A ledger job that adds outcomes."""

    def add(connection: sqlite3.Connection) -> None:
        known = name[:NAME_CHARS_MAX]
        row = connection.execute(
            "SELECT good, bad, at_ms FROM reputations WHERE kind = ? AND name = ?", (kind, known)
        ).fetchone()
        before = _read(row) if row is not None else None
        after = (before or Reputation()).after(now_ms, good=good, bad=bad)
        connection.execute(
            "INSERT OR REPLACE INTO reputations VALUES (?, ?, ?, ?, ?)",
            (kind, known, min(after.good, KEPT_MAX), min(after.bad, KEPT_MAX), after.at_ms),
        )

    return lambda tx: tx.with_connection(add)


def also(job: Job[T], noted: Job[None]) -> Job[T]:
    """Both in one transaction, so that nothing is committed for the second alone; what the first gives."""

    def both(tx: Transaction) -> T:
        result = job(tx)
        noted(tx)
        return result

    return both


class Relied(NamedTuple):
    """What is left by now of what is known of one: a peer's key and name, or a model's name."""

    name: str
    node: bytes | None
    reputation: Reputation


def of(kind: Kind, now_ms: int) -> View[list[Relied]]:
    """All of a kind, by name. A row that was damaged is left out."""
    rows = yield _ALL, (kind, SHOWN_MAX)
    found = []
    for name, node, told, *row in rows:
        if kind == "peer" and node is None:
            continue  # nobody was met by that key
        reputation = _read(row)
        if isinstance(name, str) and reputation is not None:
            found.append(Relied(str(told) if node is not None else name, node, reputation.at(now_ms)))
    return found


def _read(row: Sequence[object]) -> Reputation | None:
    good, bad, at_ms = row
    if type(good) is int and type(bad) is int and type(at_ms) is int and min(good, bad, at_ms) >= 0:
        return Reputation(good, bad, at_ms)
    return None
