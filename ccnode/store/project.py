"""What do the entries amount to? Conversations as trees, sessions, orders: rows made from entries alone.

The result does not depend on the order in which entries arrived: a message whose parent is missing waits, and is placed
with all its descendants when the parent comes; a session is folded anew from its events, sorted by time and digest.
Rows for messages are gathered and written in batches, because one statement a message is half the cost of an append.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode_protocol import hlc, records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Kind, MessageMeta

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

TABLES: Final = ("messages", "session_events", "cancellations", "sessions")
PLACES_MAX: Final = 20_000  # parents remembered, so that an append need not look them up

_SESSION_KINDS: Final = frozenset({Kind.SESSION_OPENED, Kind.SESSION_TITLED, Kind.SESSION_ENDED, Kind.FORGET_ORDERED})
_INSERT_MESSAGE: Final = "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Projector:
    """Writes projection rows within the caller's transaction. One for each writing connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: list[tuple[object, ...]] = []
        self._places: dict[bytes, tuple[int, int | None]] = {}  # digest -> (id, depth)
        self._awaited: set[bytes] | None = self._read_awaited()
        self.before_lookup: Callable[[], None] = _nothing  # the caller writes entries that it still holds back

    def _read_awaited(self) -> set[bytes]:
        """The digests that stored messages wait for; empty unless other nodes' chains arrived in part."""
        rows = self._connection.execute(
            "SELECT awaits FROM messages WHERE awaits IS NOT NULL"
            " UNION SELECT awaits_replaced FROM messages WHERE awaits_replaced IS NOT NULL"
        )
        return {digest for (digest,) in rows}

    def apply(self, entry: int, digest: bytes, kind: int, time: int, meta: bytes, parsed: MessageMeta | None) -> None:
        """Project one entry. `parsed` is what `meta` says, where the caller has it already.

        Meta that breaks its kind's rules has no effect: the entry stays proven, it only means nothing.
        """
        try:
            if kind == Kind.MESSAGE:
                said = parsed or records.read_message(meta)
                self._message(entry, digest, said.time(time), said)
            elif kind in _SESSION_KINDS:
                self._session_event(entry, kind, time, meta)
            elif kind == Kind.FORGET_CANCELLED:
                self._cancellation(entry, time, meta)
        except RemoteError:
            return

    def flush(self) -> None:
        """Write the gathered rows; call it before reading projections and before the commit."""
        if self._rows:
            self._connection.executemany(_INSERT_MESSAGE, self._rows)
            self._rows.clear()

    def forget_unwritten(self) -> None:
        """After a rollback: drop what was gathered, and what was remembered of it. Asks the disk for nothing."""
        self._rows.clear()
        self._places.clear()
        self._awaited = None  # read again at the next message: what made the rollback necessary may go on failing

    def place_of(self, digest: bytes) -> tuple[int, int | None] | None:
        """The (id, depth) of a message by its digest; None where there is no such message."""
        place = self._places.get(digest)
        if place is None:
            self.before_lookup()
            self.flush()
            row = self._connection.execute(
                "SELECT m.id, m.depth FROM entries e JOIN messages m ON m.id = e.id WHERE e.digest = ?", (digest,)
            ).fetchone()
            if row is None:
                return None
            place = (row[0], row[1])
            self._remember(digest, place)
        return place

    def _remember(self, digest: bytes, place: tuple[int, int | None]) -> None:
        if len(self._places) >= PLACES_MAX:
            self._places.clear()
        self._places[digest] = place

    def _message(self, entry: int, digest: bytes, time: int, meta: MessageMeta) -> None:
        parent = self.place_of(meta.parent) if meta.parent else None
        replaced = self.place_of(meta.over) if meta.over else None
        awaits = meta.parent if meta.parent and not parent else None
        awaits_replaced = meta.over if meta.over and not replaced else None
        depth = 1 if not meta.parent else (parent[1] + 1 if parent and parent[1] is not None else None)
        self._remember(digest, (entry, depth))
        self._rows.append(
            (
                entry,
                meta.session,
                parent[0] if parent else None,
                depth,
                int(meta.role),
                time,
                meta.key,
                replaced[0] if replaced else None,
                awaits,
                awaits_replaced,
            )
        )
        if self._awaited is None:
            self._awaited = self._read_awaited()
        self._awaited.update(waited for waited in (awaits, awaits_replaced) if waited)
        if digest in self._awaited:
            self._arrived(entry, digest, depth)

    def _arrived(self, entry: int, digest: bytes, depth: int | None) -> None:
        """A digest that others waited for is here: place them and all their descendants."""
        self.flush()
        run = self._connection.execute
        run("UPDATE messages SET replaces = ?, awaits_replaced = NULL WHERE awaits_replaced = ?", (entry, digest))
        run("UPDATE messages SET parent_id = ?, awaits = NULL WHERE awaits = ?", (entry, digest))
        if self._awaited is not None:
            self._awaited.discard(digest)
        if depth is None:
            return
        placed = run(
            "WITH RECURSIVE below (id, depth) AS ("
            " SELECT id, ? + 1 FROM messages WHERE parent_id = ?"
            " UNION ALL SELECT m.id, b.depth + 1 FROM messages m JOIN below b ON m.parent_id = b.id)"
            " SELECT id, depth FROM below",
            (depth, entry),
        ).fetchall()
        self._connection.executemany("UPDATE messages SET depth = ? WHERE id = ?", [(d, i) for i, d in placed])
        self._connection.executemany("INSERT OR IGNORE INTO reindex VALUES (?)", [(i,) for i, _ in placed])
        self._places.clear()

    def _session_event(self, entry: int, kind: int, time: int, meta: bytes) -> None:
        due_ms = None
        if kind == Kind.FORGET_ORDERED:
            order = records.read_forget(meta)
            if order.session is None:
                return
            session, due_ms, parent = order.session, order.due_ms, None
        else:
            session, parent = records.read_session(meta)
            if kind == Kind.SESSION_OPENED:
                time = records.said_time(records.read_said(meta), time)
        self._connection.execute(
            "INSERT INTO session_events VALUES (?, ?, ?, ?, ?, ?)", (entry, session, kind, time, parent, due_ms)
        )
        self._fold(session)

    def _cancellation(self, entry: int, time: int, meta: bytes) -> None:
        order, _ = records.read_order(meta)
        self._connection.execute("INSERT INTO cancellations VALUES (?, ?, ?)", (entry, order, time))
        row = self._connection.execute(
            "SELECT s.session FROM entries e JOIN session_events s ON s.id = e.id WHERE e.digest = ?", (order,)
        ).fetchone()
        if row:
            self._fold(row[0])

    def _fold(self, session: bytes) -> None:
        """Make the session's row from all its events, whatever order they came in."""
        events = self._connection.execute(
            "SELECT s.id, s.kind, s.time, s.parent, s.due_ms, e.digest,"
            " (SELECT min(c.time) FROM cancellations c WHERE c.forget_order = e.digest)"
            " FROM session_events s JOIN entries e ON e.id = s.id WHERE s.session = ? ORDER BY s.time, e.digest",
            (session,),
        ).fetchall()
        opened = [event for event in events if event[1] == Kind.SESSION_OPENED]
        if not opened:
            return
        titles = [event[0] for event in events if event[1] in (Kind.SESSION_OPENED, Kind.SESSION_TITLED)]
        ends = [event[2] for event in events if event[1] == Kind.SESSION_ENDED]
        orders = [
            event for event in events if event[1] == Kind.FORGET_ORDERED and not _is_cancelled(event[4], event[6])
        ]
        entry, _, time, parent, *_ = opened[0]
        forget, due_ms = (orders[-1][0], orders[-1][4]) if orders else (None, None)
        self._connection.execute(
            "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (session, entry, time, parent, titles[-1], min(ends, default=None), forget, due_ms),
        )


def _nothing() -> None:
    """Nothing is held back."""


def _is_cancelled(due_ms: int, cancelled: int | None) -> bool:
    """A cancellation counts when it was recorded before the order was due."""
    return cancelled is not None and hlc.to_ms(cancelled) < due_ms
