"""What was measured of replies, and of which replies is it still to be measured? Rows, and questions about them.

The order of measurements is that in which they were recorded; where two of our nodes measured one reply, the first
counts. Words that are erased or to be erased are not counted from then on, nor those of a reply in whose place another
stands; the figures of the past stay what they were.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.store.voices import OUR_NODES
from ccnode_crypto import canonical
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Kind, Role

if TYPE_CHECKING:
    import sqlite3

    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import Row, View
    from ccnode_protocol.records import Measurement

INSERT: Final = "INSERT INTO measurements VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_BASELINE: Final = "INSERT INTO baselines VALUES (?, ?, ?, ?)"
PAGE_IDS: Final = 20_000  # of so many entries at a time the replies are looked for
PHI: Final = "phi"
DIMENSIONS: Final = 16  # as mind/charvec.py has them, which is not loaded here

_OURS: Final = f"c.node IN ({OUR_NODES})"
_BY_THIS_NODE: Final = "c.node IN (SELECT node FROM own_keys)"
_IMPORTED: Final = "instr({}.meta, x'a66f726967696e')"  # the key "origin", as canonical msgpack has it
# Of a measured entry e: whether the vector of a window is there, by the key "closed" and its sixteen items.
_CLOSED: Final = f"instr(e.meta, x'a6636c6f736564dc{DIMENSIONS:04x}')"
# CROSS JOIN: from the rows that an index gives to their entries, not through every entry of our chains to them.
_FROM: Final = " FROM measurements x CROSS JOIN entries e ON e.id = x.id CROSS JOIN chains c ON c.id = e.chain"
_FIRST: Final = (
    "NOT EXISTS (SELECT 1 FROM measurements y CROSS JOIN entries f ON f.id = y.id CROSS JOIN chains d ON d.id = f.chain"
    f" WHERE y.reply = x.reply AND y.id < x.id AND d.node IN ({OUR_NODES}))"
)
# Of a message m with entry r: whether its words are there, and neither to be erased nor replaced by others.
_COUNTS: Final = (
    "r.sealed IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM marks k WHERE k.id = m.id AND k.due_ms IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.session = m.session AND s.due_ms IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM messages o WHERE o.replaces = m.id AND o.session = m.session)"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A reply that was measured: its digest, its words, its own vector, whether it completes a window of words.

    `phi`: whether that was measured with it. `counts`: whether its words still count.
    """

    id: int
    reply: bytes
    words: int
    own: tuple[int, ...] | None
    closes: bool
    phi: bool
    counts: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement as it was recorded: local number and digest of the entry, and when (hybrid logical clock).

    `session`: that of the reply, None where the reply is not here.
    """

    id: int
    digest: bytes
    time: int
    found: Measurement
    session: bytes | None


@dataclass(frozen=True, slots=True)
class Pending:
    """A reply that is to be measured: local number, digest, session."""

    id: int
    digest: bytes
    session: bytes


# --- rows ---


def row(entry: int, meta: bytes) -> Row:
    """The row of a measured entry. Raises RemoteError, also where it is of other dimensions than are known here."""
    found = records.read_measured(meta)
    for name, vector in (("own", found.own), ("vector", found.vector), ("closed", found.closed)):
        if vector is not None:
            _check(name, vector)
    has_phi = isinstance(found.figures.get(PHI), int | str)
    own = _packed(found.own) if found.own is not None else None
    return entry, found.reply, found.spec, found.words, own, int(found.closes > 0), int(has_phi), found.baseline


def baseline_row(entry: int, meta: bytes) -> Row:
    """The row of a baseline-set entry whose statement verifies. Raises RemoteError, as `row`."""
    said = records.read_baseline(meta)
    _check("values", said.values)
    return entry, said.spec, said.owner, said.issued_ms


def _check(name: str, vector: tuple[int, ...]) -> None:
    # Another program of ours may measure other dimensions; nothing here could be compared with them.
    if len(vector) != DIMENSIONS:
        raise RemoteError(f"meta.{name}: {DIMENSIONS} integers are expected")


def _packed(vector: tuple[int, ...]) -> bytes:
    return struct.pack(f">{len(vector)}I", *vector)


def _unpacked(packed: bytes | None) -> tuple[int, ...] | None:
    return None if packed is None else struct.unpack(f">{len(packed) // 4}I", packed)


def fill(connection: sqlite3.Connection) -> None:
    """After migration 7: make the rows of entries that were here before it. Raises sqlite3.Error."""
    makers = {Kind.BASELINE_SET: (INSERT_BASELINE, baseline_row), Kind.MEASURED: (INSERT, row)}
    sql = f"SELECT id, kind, meta FROM entries WHERE kind IN ({Kind.BASELINE_SET:d}, {Kind.MEASURED:d}) ORDER BY id"
    for entry, kind, meta in connection.execute(sql).fetchall():
        insert, make = makers[Kind(kind)]
        try:
            connection.execute(insert, make(entry, meta))
        except RemoteError:
            continue  # it means nothing


# --- what was measured ---


def known(limit: int) -> View[list[Known]]:
    """The replies that were measured last, newest first."""
    counts = f"SELECT count(*) FROM entries r JOIN messages m ON m.id = r.id WHERE r.digest = x.reply AND {_COUNTS}"
    columns = f"x.id, x.reply, x.words, x.own, x.closes, x.phi, ({counts})"
    rows = yield f"SELECT {columns} {_FROM} WHERE {_OURS} AND {_FIRST} ORDER BY x.id DESC LIMIT ?", (limit,)
    return [
        Known(number, reply, words, _unpacked(own), bool(closes), bool(phi), bool(count))
        for number, reply, words, own, closes, phi, count in rows
    ]


def counting(digest: bytes) -> View[str | None]:
    """The words of a reply that still count; None where there are none, or they are not those that were signed."""
    from ccnode.store import views

    rows = yield (f"SELECT 1 FROM entries r JOIN messages m ON m.id = r.id WHERE r.digest = ? AND {_COUNTS}", (digest,))
    return (yield from views.message(digest)).text if rows else None


def count() -> View[int]:
    """How many replies were measured."""
    rows = yield f"SELECT count(DISTINCT x.reply) {_FROM} WHERE {_OURS}", ()
    found: int = rows[0][0]
    return found


_MEASURED: Final = (
    "SELECT x.id, e.digest, e.time, e.meta, (SELECT m.session FROM entries r JOIN messages m ON m.id = r.id"
    f" WHERE r.digest = x.reply) {_FROM} WHERE {_OURS}"
)


def _read(rows: list[Row]) -> list[Measured]:
    found = []
    for number, digest, time, meta, session in rows:
        try:
            found.append(Measured(number, digest, time, records.read_measured(meta), session))
        except RemoteError:
            continue  # altered in the table: the audit names it
    return found


def history(limit: int, before: int | None = None, session: bytes | None = None) -> View[list[Measured]]:
    """Measurements, newest first; `before`: only those with a lower local number; `session`: only of its replies."""
    wanted, parameters = "", [before if before is not None else 2**62]
    if session is not None:
        wanted = "AND x.reply IN (SELECT r.digest FROM messages m JOIN entries r ON r.id = m.id WHERE m.session = ?)"
        parameters.append(session)  # type: ignore[arg-type]  # parameters are of any type
    rows = yield f"{_MEASURED} AND x.id < ? {wanted} AND {_FIRST} ORDER BY x.id DESC LIMIT ?", (*parameters, limit)
    return _read(rows)


def of_reply(digest: bytes) -> View[Measured | None]:
    """What was measured of one reply."""
    rows = yield f"{_MEASURED} AND x.reply = ? ORDER BY x.id LIMIT 1", (digest,)
    found = _read(rows)
    return found[0] if found else None


def windows(limit: int, baseline: bytes | None = None, *, newest: bool = False) -> View[list[Measured]]:
    """Measurements that completed a window whose vector is there, oldest first.

    Of all the first `limit` or (`newest`) the last; with a `baseline` only those compared with it.
    """
    wanted, parameters = ("AND x.baseline = ?", [baseline]) if baseline is not None else ("", [])
    order = "DESC" if newest else "ASC"
    sql = f"{_MEASURED} AND x.closes = 1 AND {_CLOSED} {wanted} AND {_FIRST} ORDER BY x.id {order} LIMIT ?"
    rows = yield sql, (*parameters, limit)
    found = _read(rows)
    return found[::-1] if newest else found


def windows_compared(baseline: bytes) -> View[int]:
    """How many such measurements were compared with a baseline."""
    rows = yield (
        f"SELECT count(*) {_FROM} WHERE {_OURS} AND x.closes = 1 AND {_CLOSED} AND x.baseline = ? AND {_FIRST}",
        (baseline,),
    )
    found: int = rows[0][0]
    return found


def last_with(figure: str, before: int) -> View[Measured | None]:
    """The newest measurement with a lower local number that completed a window and has this figure."""
    key = canonical.encode(figure)
    sql = f"{_MEASURED} AND x.closes = 1 AND x.id < ? AND instr(e.meta, ?) AND {_FIRST} ORDER BY x.id DESC LIMIT 1"
    rows = yield sql, (before, key)
    found = _read(rows)
    return found[0] if found else None


def latest(before: int) -> View[int | None]:
    """The latest time among measurements with a lower local number; other nodes' come in any order of time."""
    rows = yield f"SELECT max(e.time) {_FROM} WHERE {_OURS} AND x.id < ? AND {_FIRST}", (before,)
    found: int | None = rows[0][0]
    return found


def last_phi() -> View[Measured | None]:
    """The newest measurement that has phi."""
    rows = yield f"{_MEASURED} AND x.phi = 1 ORDER BY x.id DESC LIMIT 1", ()
    found = _read(rows)
    return found[0] if found else None


def last_in(session: bytes, known: Measured | None = None) -> View[Measured | None]:
    """The measurement of the newest reply of a session's branch that has one, among its last hundred messages.

    `known`: one that `history` gave, which is mostly that, and need not be asked for again.
    """
    from ccnode.store import views

    for reply in (yield from views.replies(session, among=100)):
        found = known if known is not None and known.found.reply == reply else (yield from of_reply(reply))
        if found is not None:
            return found
    return None


# --- what is to be measured ---


def newest_measured() -> View[int]:
    """The local number of the newest reply that this node measured; 0 where it measured none."""
    rows = yield (
        f"SELECT x.reply {_FROM} WHERE {_BY_THIS_NODE} ORDER BY x.id DESC LIMIT 1",
        (),
    )
    if not rows:
        return 0
    found = yield "SELECT id FROM entries WHERE digest = ?", (rows[0][0],)
    return found[0][0] if found else 0


def exist() -> View[bool]:
    """Whether there are any, of whichever node."""
    rows = yield "SELECT EXISTS (SELECT 1 FROM measurements)", ()
    return bool(rows[0][0])


def newest_entry() -> View[int]:
    """The local number of the newest entry."""
    rows = yield "SELECT coalesce(max(id), 0) FROM entries", ()
    found: int = rows[0][0]
    return found


def pending(after: int) -> View[tuple[list[Pending], int]]:
    """Replies of this node after an entry that were not measured, oldest first; and how far it looked.

    What was brought in is none of them, nor is another node's. It looks at `PAGE_IDS` entries.
    """
    until = min(after + PAGE_IDS, (yield from newest_entry()))
    rows = yield (
        (
            "SELECT m.id, e.digest, m.session FROM messages m CROSS JOIN entries e ON e.id = m.id CROSS JOIN chains c"
            f" ON c.id = e.chain WHERE m.id > ? AND m.id <= ? AND m.role = {Role.ASSISTANT:d} AND {_BY_THIS_NODE}"
            f" AND NOT {_IMPORTED.format('e')} AND NOT EXISTS (SELECT 1 FROM measurements x JOIN entries f"
            " ON f.id = x.id JOIN chains d ON d.id = f.chain WHERE x.reply = e.digest"
            f" AND d.node IN ({OUR_NODES})) ORDER BY m.id"
        ),
        (after, until),
    )
    return [Pending(*row) for row in rows], until


@dataclass(frozen=True, slots=True)
class Said:
    """A message on the way to a reply; `time` is a hybrid logical clock value."""

    id: int
    parent: int | None
    digest: bytes
    role: int
    time: int


def conversation(reply: int, limit: int) -> View[list[Said]]:
    """The way to a reply, oldest first, at most the last `limit` messages.

    What does not count is left out, and what was brought in or is a stranger's.
    """
    rows = yield (
        (
            "WITH RECURSIVE up (id, parent_id, depth) AS (SELECT id, parent_id, depth FROM messages WHERE id = ?"
            " UNION ALL SELECT m.id, m.parent_id, m.depth FROM messages m JOIN up ON m.id = up.parent_id LIMIT ?)"
            " SELECT m.id, m.parent_id, r.digest, m.role, m.time FROM up CROSS JOIN messages m ON m.id = up.id"
            " CROSS JOIN entries r ON r.id = m.id CROSS JOIN chains c ON c.id = r.chain"
            f" WHERE {_OURS} AND NOT {_IMPORTED.format('r')} AND {_COUNTS} ORDER BY m.depth"
        ),
        (reply, limit),
    )
    return [Said(*row) for row in rows]


def orders() -> View[tuple[int, ...]]:
    """What changes whenever words are to be forgotten, or no longer to be: then nothing that was kept of them holds."""
    rows = yield (
        (
            f"SELECT (SELECT count(*) FROM session_events WHERE kind = {Kind.FORGET_ORDERED:d}),"
            f" (SELECT count(*) FROM message_events WHERE kind = {Kind.FORGET_ORDERED:d}),"
            " (SELECT count(*) FROM cancellations)"
        ),
        (),
    )
    found: tuple[int, ...] = rows[0]
    return found


def depth(reply: int) -> View[int]:
    """How far a message is from the root of its conversation, from 1; 0 where that is not known."""
    rows = yield "SELECT coalesce(depth, 0) FROM messages WHERE id = ?", (reply,)
    return rows[0][0] if rows else 0


def record(found: Measurement) -> Job[bytes | None]:
    """A ledger job: record a measurement once; None where its reply was measured already.

    Raises LocalError where it is over the limits.
    """
    made = records.measured(found)

    def job(tx: Transaction) -> bytes | None:
        if tx.query(f"SELECT 1 {_FROM} WHERE x.reply = ? AND {_OURS}", (found.reply,)):
            return None
        return tx.append(made).digest

    return job
