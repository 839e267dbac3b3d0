"""What do the entries amount to? Conversations as trees, sessions, orders, marks: rows made from entries alone.

The result does not depend on the order in which entries arrived: a message whose parent is missing waits, and is placed
with all its descendants when the parent comes; a session is folded anew from its events, sorted by time and digest; and
what a node wrote before it was known to be one of ours is gone through again (voices.py says whose word counts).
Rows for messages are gathered and written in batches, because one statement a message is half the cost of an append.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.later import later
from ccnode.store import activity, apart, order_terms, orders, voices
from ccnode.store.marks import Marks
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Kind, MessageMeta, quick, said_time

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from ccnode.store import measurements, notes, packets
    from ccnode.store.orders import Coverage
    from ccnode.store.voices import Voices
    from ccnode_crypto.statements import PlateStatement
    from ccnode_protocol.records.quick import Placed
else:
    measurements = later("ccnode.store.measurements")
    notes = later("ccnode.store.notes")
    packets = later("ccnode.store.packets")

TABLES: Final = (
    "messages",
    "session_events",
    "cancellations",
    "sessions",
    "certified",
    "message_events",
    "order_terms",
    "marks",
    "activity",
    "plates",
    "baselines",
    "measurements",
    "notes",
    "note_sources",
    "packets",
)
_TURNING: Final = frozenset(
    {Kind.NODE_CERTIFIED, Kind.FORGET_ORDERED, Kind.FORGET_CANCELLED, Kind.NOTE_KEPT, Kind.PACKET_KEPT}
)
PLACES_MAX: Final = 20_000  # parents remembered, so that an append need not look them up

_SESSION_KINDS: Final = frozenset({Kind.SESSION_OPENED, Kind.SESSION_TITLED, Kind.SESSION_ENDED, Kind.FORGET_ORDERED})
_INSERT_SESSION: Final = "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_WRITTEN: Final = (
    "SELECT e.id, e.kind, e.meta FROM entries e JOIN chains c ON c.id = e.chain"
    " WHERE c.node = ? AND e.kind BETWEEN 16 AND 23 ORDER BY e.id"
)
_NUMBER: Final = "SELECT id FROM entries WHERE digest = ?"
_INSERT_MESSAGE: Final = "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _insert_of(kind: int) -> Callable[[sqlite3.Connection, int, int, bytes], None] | None:
    """What makes the rows of an entry about a note or packet; None for other kinds."""
    if kind == Kind.NOTE_KEPT:
        return notes.insert
    if kind == Kind.PACKET_KEPT:
        return packets.insert_kept
    return packets.insert_rejected if kind == Kind.PACKET_REJECTED else None


class Projector:
    """Writes projection rows within the caller's transaction. One for each writing connection."""

    def __init__(self, connection: sqlite3.Connection, known: Voices | None = None) -> None:
        """`known`: whose word counts, where all entries are there to tell; else it is learned as they arrive."""
        self._connection = connection
        self._known = known
        self._voices = known
        self._marks = Marks(connection)
        self._rows: list[tuple[object, ...]] = []
        self._places: dict[bytes, tuple[int, int | None]] = {}  # digest -> (id, depth)
        self._gone: tuple[Coverage, int, int] | None = None  # from when until when (milliseconds) it holds
        self._awaited: set[bytes] | None = self._read_awaited()
        self.before_lookup: Callable[[], None] = _nothing  # the caller writes entries that it still holds back

    def _read_awaited(self) -> set[bytes]:
        """The digests that stored messages wait for; empty unless other nodes' chains arrived in part."""
        rows = self._connection.execute(
            "SELECT awaits FROM messages WHERE awaits IS NOT NULL"
            " UNION SELECT awaits_replaced FROM messages WHERE awaits_replaced IS NOT NULL"
            " UNION SELECT message FROM message_events WHERE target IS NULL"
        )
        return {digest for (digest,) in rows}

    @property
    def voices(self) -> Voices:
        """Whose word counts, as far as is known."""
        if self._voices is None:
            self.before_lookup()
            self._voices = voices.load(self._connection.execute)
        return self._voices

    def apply(
        self, entry: int, digest: bytes, kind: int, time: int, meta: bytes, node: bytes, parsed: MessageMeta | None
    ) -> None:
        """Project one entry that `node` wrote. `parsed` is what `meta` says, where the caller has it already.

        Meta that breaks its kind's rules has no effect: the entry stays proven, it only means nothing.
        """
        if kind in _TURNING:
            self._gone = None
        try:
            if kind == Kind.MESSAGE:
                said = quick.placed(parsed) if parsed else quick.read_placed(meta)
                self._message(entry, digest, self.voices.session(node, said[0]), time, said)
            elif kind in _SESSION_KINDS:
                self._event(entry, kind, time, meta, node)
            elif kind == Kind.MEMORY_MARKED:
                message, mark = records.read_mark(meta)
                self._message_event(entry, message, kind, time, int(mark))
            elif kind == Kind.FORGET_CANCELLED:
                self._cancellation(entry, time, meta)
            elif kind == Kind.NODE_CERTIFIED:
                self._certificate(entry, meta)
            elif kind == Kind.PLATE_KEPT:
                self._plate(entry, records.read_plate(meta))
            elif kind == Kind.BASELINE_SET:
                self._connection.execute(measurements.INSERT_BASELINE, measurements.baseline_row(entry, meta))
            elif kind == Kind.MEASURED:
                self._connection.execute(measurements.INSERT, measurements.row(entry, meta))
            elif insert := _insert_of(kind):
                insert(self._connection, entry, time, meta)
        except RemoteError:
            return

    def apply_all(self, node: bytes, entries: Iterable[tuple[int, bytes, int, int, bytes]]) -> None:
        """Project entries that `node` wrote: (number, digest, kind, time, meta). They are in the table already."""
        is_ours = self.voices.of(node) == voices.OURS
        read, message, places, rows = quick.read_placed, self._message, self._places, self._rows
        for entry, digest, kind, time, meta in entries:
            if kind != Kind.MESSAGE or not is_ours:
                self.apply(entry, digest, kind, time, meta, node, None)
                is_ours = self.voices.of(node) == voices.OURS
                continue
            try:
                said = read(meta)
            except RemoteError:
                continue  # it means nothing
            session, role, parent, key, over, said_ms = said
            place = places.get(parent) if parent else None
            awaited = self._awaited
            is_plain = over is None and said_ms is None and awaited is not None and digest not in awaited
            if place is None or place[1] is None or not is_plain or len(places) >= PLACES_MAX:
                message(entry, digest, session, time, said)
                continue
            # As `_message` does what is said in answer to something that was just read: nearly all of a long chain.
            depth = place[1] + 1
            places[digest] = (entry, depth)
            rows.append((entry, session, place[0], depth, role, time, key, None, None, None))

    def coverage(self, now_ms: int) -> Coverage:
        """Which contents the orders in force cover; kept until an order, note or certificate comes, or one is due."""
        if self._gone is None or not self._gone[1] <= now_ms < self._gone[2]:
            self.before_lookup()
            self.flush()
            self._gone = orders.coverage_until(self._connection.execute, now_ms, self.voices)
        return self._gone[0]

    def own_key(self, node: bytes) -> None:
        """Begin to write with a node key: what that key wrote before is ours as well."""
        self._gone = None
        before = self.voices
        if self._connection.execute("INSERT OR IGNORE INTO own_keys VALUES (?)", (node,)).rowcount:
            self._listen_anew(before)

    def flush(self) -> None:
        """Write the gathered rows; call it before reading projections and before the commit."""
        if self._rows:
            self._connection.executemany(_INSERT_MESSAGE, self._rows)
            activity.add(self._connection, self._rows)
            self._rows.clear()

    def forget_unwritten(self) -> None:
        """After a rollback: drop what was gathered, and what was remembered of it. Asks the disk for nothing."""
        self._rows.clear()
        self._places.clear()
        self._gone = None
        self._awaited = None  # read again at the next message: what made the rollback necessary may go on failing
        self._voices = self._known

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

    def _message(self, entry: int, digest: bytes, session: bytes, recorded: int, said: Placed) -> None:
        _, role, its_parent, key, over, said_ms = said
        time = recorded if said_ms is None else said_time(said_ms, recorded)
        parent = self._places.get(its_parent) or self.place_of(its_parent) if its_parent else None
        replaced = self.place_of(over) if over else None
        awaits = its_parent if its_parent and not parent else None
        awaits_replaced = over if over and not replaced else None
        depth = 1 if not its_parent else (parent[1] + 1 if parent and parent[1] is not None else None)
        self._remember(digest, (entry, depth))
        self._rows.append(
            (
                entry,
                session,
                parent[0] if parent else None,
                depth,
                role,
                time,
                key,
                replaced[0] if replaced else None,
                awaits,
                awaits_replaced,
            )
        )
        if self._awaited is None:
            self._awaited = self._read_awaited()
        if awaits or awaits_replaced:
            self._awaited.update(waited for waited in (awaits, awaits_replaced) if waited)
        if digest in self._awaited:
            self._arrived(entry, digest, depth)

    def _arrived(self, entry: int, digest: bytes, depth: int | None) -> None:
        """A digest that others waited for is here: place them and all their descendants."""
        self.flush()
        run = self._connection.execute
        run("UPDATE messages SET replaces = ?, awaits_replaced = NULL WHERE awaits_replaced = ?", (entry, digest))
        run("UPDATE messages SET parent_id = ?, awaits = NULL WHERE awaits = ?", (entry, digest))
        if self._marks.arrived(entry, digest):
            self.before_lookup()
            self._marks.fold(entry, self.voices)
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

    def _event(self, entry: int, kind: int, time: int, meta: bytes, node: bytes) -> None:
        due_ms = None
        if kind == Kind.FORGET_ORDERED:
            order = records.read_forget(meta, node)
            order_terms.insert(self._connection, entry, order)
            if order.message is not None:
                self._message_event(entry, order.message, kind, time, order.due_ms)
                return
            session, parent, due_ms = order.session or b"", None, order.due_ms
        else:
            session, parent = records.read_session(meta)
            if kind == Kind.SESSION_OPENED:
                time = records.said_time(records.read_said(meta), time)
        session = self.voices.session(node, session)
        self._connection.execute(
            "INSERT INTO session_events VALUES (?, ?, ?, ?, ?, ?)", (entry, session, kind, time, parent, due_ms)
        )
        self._fold(session)

    def _plate(self, entry: int, said: PlateStatement) -> None:
        """Whose word it is, those ask who read it: an owner or node may become one of ours later."""
        row = (entry, said.plate, said.previous, said.owner, said.issued_ms)
        self._connection.execute("INSERT INTO plates VALUES (?, ?, ?, ?, ?)", row)

    def _message_event(self, entry: int, message: bytes, kind: int, time: int, value: int) -> None:
        place = self.place_of(message)
        self._marks.add(entry, message, place[0] if place else None, kind, time, value)
        if place:
            self.flush()
            self._marks.fold(place[0], self.voices)
        elif self._awaited is not None:
            self._awaited.add(message)

    def _cancellation(self, entry: int, time: int, meta: bytes) -> None:
        order, _ = records.read_order(meta)
        self._connection.execute("INSERT INTO cancellations VALUES (?, ?, ?)", (entry, order, time))
        self.fold_ordered(order)

    def fold_ordered(self, order: bytes, *, void: bool = False) -> None:
        """Fold again what the order with this digest is about, where it is here. `void`: it means nothing after all."""
        row = self._connection.execute(
            "SELECT s.session, v.target FROM entries e LEFT JOIN session_events s ON s.id = e.id"
            " LEFT JOIN message_events v ON v.id = e.id WHERE e.digest = ?",
            (order,),
        ).fetchone()
        if void:
            for table in ("session_events", "message_events"):
                self._connection.execute(f"DELETE FROM {table} WHERE id IN ({_NUMBER})", (order,))
        if row and row[0] is not None:
            self._fold(row[0])
        elif row and row[1] is not None:
            self.flush()
            self._marks.fold(row[1], self.voices)

    def _fold(self, session: bytes) -> None:
        """Make the session's row from all its events, whatever order they came in."""
        events = self._connection.execute(
            "SELECT s.id, s.kind, s.time, s.parent, s.due_ms, e.digest, c.node, e.time FROM session_events s"
            " JOIN entries e ON e.id = s.id JOIN chains c ON c.id = e.chain WHERE s.session = ?"
            " ORDER BY s.time, e.digest",
            (session,),
        ).fetchall()
        opened = [event for event in events if event[1] == Kind.SESSION_OPENED]
        if not opened:
            self._connection.execute("DELETE FROM sessions WHERE session = ?", (session,))
            return
        # Only we could speak of a stranger's session by the id it has here, and have no say in it either.
        whose, void = self.voices, self._marks.is_cancelled
        voice = min(whose.of(event[6]) for event in opened)
        events = [event for event in events if whose.of(event[6]) == voice]
        opening = next(event for event in events if event[1] == Kind.SESSION_OPENED)
        entry, time, parent = opening[0], opening[2], opening[3]
        titles = [event[0] for event in events if event[1] in (Kind.SESSION_OPENED, Kind.SESSION_TITLED)]
        ends = [event[2] for event in events if event[1] == Kind.SESSION_ENDED]
        orders = [
            (entry, due_ms)
            for entry, kind, _, _, due_ms, digest, node, at in events
            if kind == Kind.FORGET_ORDERED
            and not void(digest, node, due_ms, whose)
            and self._marks.may(entry, node, at, whose, (opening[6], opening[7]))
        ]
        forget, due_ms = orders[-1] if orders else (None, None)
        row = (session, entry, time, parent, titles[-1], min(ends, default=None), forget, due_ms, voice or None)
        self._connection.execute(_INSERT_SESSION, row)

    # --- who is one of ours ---

    def _certificate(self, entry: int, meta: bytes) -> None:
        paper = voices.read(meta)
        if paper is None:
            return
        before = self.voices
        self._connection.execute("INSERT INTO certified VALUES (?, ?, ?)", (entry, paper.node, paper.owner))
        self._listen_anew(before)

    def _listen_anew(self, before: Voices) -> None:
        """Somebody may have become one of ours: then what they wrote before is gone through again."""
        if self._known is not None:
            return
        self.before_lookup()
        self._voices = voices.load(self._connection.execute)
        for node in sorted(self._voices.ours - before.ours):
            self._adopt(node, before)
        if self._voices.owners != before.owners:  # what they stated counts from now on
            for (order,) in self._connection.execute(order_terms.STATED).fetchall():
                self.fold_ordered(order)

    def _adopt(self, node: bytes, before: Voices) -> None:
        """Put what a node wrote while it was a stranger where it belongs now."""
        self.flush()
        self._gone = None
        run, now = self._connection.execute, self.voices
        sessions: set[bytes] = set()
        orders: set[bytes] = set()
        moved: set[bytes] = set()
        for entry, kind, meta in run(_WRITTEN, (node,)):
            try:
                if kind == Kind.MESSAGE:
                    session = records.read_message(meta).session
                    run("UPDATE messages SET session = ? WHERE id = ?", (now.session(node, session), entry))
                    moved |= {now.session(node, session), before.session(node, session)}
                elif kind == Kind.FORGET_CANCELLED:
                    orders.add(records.read_order(meta)[0])
                elif kind in _SESSION_KINDS and (named := _session_named(kind, meta, node)):
                    session = now.session(node, named)
                    run("UPDATE session_events SET session = ? WHERE id = ?", (session, entry))
                    sessions |= {session, before.session(node, named)}
            except RemoteError:
                continue  # it means nothing
        activity.recount(self._connection, moved)
        self._release(node)
        for session in sessions:
            self._fold(session)
        for target in self._marks.touched(node):
            self._marks.fold(target, now)
        for order in orders:
            self.fold_ordered(order)

    def _release(self, node: bytes) -> None:
        """What was in quarantine of a node that is one of ours now is made into rows like all else."""
        released = apart.release(self._connection, node)
        for entry, digest, kind, time, meta in released:
            self.apply(entry, digest, kind, time, meta, node, None)
        self.flush()


def _session_named(kind: int, meta: bytes, node: bytes) -> bytes | None:
    """The session that an event is about; None for an order about one message."""
    if kind == Kind.FORGET_ORDERED:
        return records.read_forget(meta, node).session
    return records.read_session(meta)[0]


def _nothing() -> None:
    """Nothing is held back."""
