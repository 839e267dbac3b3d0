"""What becomes of entries from sandbox peers? They are kept and proven, and nothing is made of them: quarantine.

No projection but those here knows of them, so they are in no list, search, recall, prompt, count or export, whatever
they say, and cost no reader anything. Only one thing of theirs is obeyed: their writer's orders to forget what that
writer said. For that `apart` says to which session a content belongs that is here, and `apart_orders` who ordered what.
`apart_packets` says where packets stand that the owner may promote (knowledge.py), which takes an entry of our own.

A node key that our owner certifies is a stranger no more: its chains leave quarantine as if they had come from one of
ours (`release`). The marks are decisions and are kept; the other tables are made again from entries (`make`).
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from ccnode.store import voices
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Kind, quick

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    Entry = tuple[int, bytes, int, int, bytes, bytes | None]  # number, digest, kind, time, meta, sealed

TABLES: Final = ("apart", "apart_orders", "apart_packets")
AT_ONCE: Final = 500
NOT_APART: Final = "NOT IN (SELECT chain FROM quarantine)"
_NAMING: Final = frozenset({Kind.SESSION_OPENED, Kind.MESSAGE, Kind.SESSION_TITLED})
_BY_NAME: Final = frozenset({Kind.MESSAGE, Kind.NOTE_KEPT, Kind.PACKET_KEPT})
_HELD: Final = (
    "SELECT e.id, e.digest, e.kind, e.time, e.meta, e.sealed, c.node FROM quarantine q"
    " CROSS JOIN chains c ON c.id = q.chain CROSS JOIN entries e ON e.chain = c.id ORDER BY e.id"
)
# An order is void where its own voice took it back, recorded before it was due.
STANDS: Final = (
    "o.kind = 20 AND o.due_ms <= ? AND NOT EXISTS (SELECT 1 FROM apart_orders x JOIN entries e ON e.id = o.id"
    " WHERE x.voice = o.voice AND x.what = e.digest AND x.kind = 21 AND x.time >> 16 < o.due_ms)"
)
_DROP: Final = "UPDATE entries SET sealed = NULL WHERE id = ? AND sealed IS NOT NULL AND sealed != x''"


def is_apart(connection: sqlite3.Connection, row: int) -> bool:
    """Whether a chain (chains.id) is in quarantine."""
    return connection.execute("SELECT 1 FROM quarantine WHERE chain = ?", (row,)).fetchone() is not None


def exists(connection: sqlite3.Connection) -> bool:
    """Whether this database is of a version that knows quarantine."""
    sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'quarantine'"
    return connection.execute(sql).fetchone() is not None


def keep(connection: sqlite3.Connection, node: bytes, entries: Iterable[Entry]) -> None:
    """Note what entries of a node say that counts in quarantine, as far as their contents are here."""
    held: list[tuple[int, bytes]] = []
    ordered: list[tuple[object, ...]] = []
    packets: list[tuple[int, bytes]] = []
    for entry, _, kind, time, meta, sealed in entries:
        try:
            if kind in _NAMING and sealed:
                held.append((entry, voices.session_of(node, _session(kind, meta))))
            elif kind == Kind.FORGET_ORDERED:
                order = records.read_forget(meta, node)
                what = order.message or voices.session_of(node, order.session or b"")
                ordered.append((entry, node, what, kind, time, order.due_ms))
            elif kind == Kind.FORGET_CANCELLED:
                ordered.append((entry, node, records.read_order(meta)[0], kind, time, 0))
            elif kind == Kind.PACKET_KEPT and sealed:
                packets.append((entry, records.read_packet_kept(meta)[0]))
        except RemoteError:
            continue  # it means nothing
    connection.executemany("INSERT OR IGNORE INTO apart VALUES (?, ?)", held)
    connection.executemany("INSERT OR IGNORE INTO apart_orders VALUES (?, ?, ?, ?, ?, ?)", ordered)
    connection.executemany("INSERT OR IGNORE INTO apart_packets VALUES (?, ?)", packets)


def _session(kind: int, meta: bytes) -> bytes:
    return quick.read_placed(meta)[0] if kind == Kind.MESSAGE else records.read_session(meta)[0]


def covered(connection: sqlite3.Connection, node: bytes, entries: Sequence[Entry], now_ms: int) -> set[int]:
    """Which of these entries of a node its own orders in force cover. Raises sqlite3.Error."""
    if not connection.execute("SELECT 1 FROM apart_orders WHERE voice = ? LIMIT 1", (node,)).fetchone():
        return set()
    names: dict[int, tuple[bytes, ...]] = {}
    for entry, digest, kind, _, meta, _ in entries:
        said = (digest,) if kind in _BY_NAME else ()
        if kind in _NAMING:
            with contextlib.suppress(RemoteError):  # it belongs to no session, and can still be named itself
                said = (*said, voices.session_of(node, _session(kind, meta)))
        if said:
            names[entry] = said
    until = _until(connection, node, {name for said in names.values() for name in said}, now_ms)
    return {entry for entry, _, _, time, _, _ in entries if any(time <= until.get(n, -1) for n in names.get(entry, ()))}


def _until(connection: sqlite3.Connection, node: bytes, names: set[bytes], now_ms: int) -> dict[bytes, int]:
    wanted, found = sorted(names), dict[bytes, int]()
    for at in range(0, len(wanted), AT_ONCE):
        some = wanted[at : at + AT_ONCE]
        sql = (
            f"SELECT o.what, max(o.time) FROM apart_orders o WHERE o.voice = ? AND o.what IN"
            f" ({','.join('?' * len(some))}) AND {STANDS} GROUP BY o.what"
        )
        found |= dict(connection.execute(sql, (node, *some, now_ms)).fetchall())
    return found


def carry_out(connection: sqlite3.Connection, now_ms: int, *, all_of_them: bool = False) -> int:
    """Erase what orders in force cover; return how many contents that were.

    Only orders that came, or became due, since the last time; else a peer could make each time as dear as it likes.
    `all_of_them`: whatever was done before.

    Raises:
        sqlite3.Error: nothing can be changed.
    """
    done = dict(connection.execute("SELECT name, value FROM positions WHERE name IN ('apart', 'apart-due')").fetchall())
    after, since_ms = (0, -1) if all_of_them else (done.get("apart", 0), done.get("apart-due", -1))
    newest = connection.execute("SELECT coalesce(max(id), 0) FROM apart_orders").fetchone()[0]
    if newest == 0:
        return 0
    erased = 0
    for chosen in ("o.id > ?", "o.due_ms > ?"):
        sql = (
            f"SELECT o.voice, o.what, max(o.time) FROM apart_orders o WHERE {chosen} AND {STANDS}"
            " GROUP BY o.voice, o.what"
        )
        first = after if chosen.startswith("o.id") else since_ms
        for voice, what, time in connection.execute(sql, (first, now_ms)).fetchall():
            erased += _erase(connection, voice, what, time)
    places = [("apart", newest), ("apart-due", now_ms)]
    connection.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?)", places)
    return erased


def _erase(connection: sqlite3.Connection, voice: bytes, what: bytes, time: int) -> int:
    rows = connection.execute(
        "SELECT a.id FROM apart a JOIN entries e ON e.id = a.id WHERE a.session = ? AND e.time <= ?"
        " UNION SELECT e.id FROM entries e JOIN chains c ON c.id = e.chain JOIN quarantine q ON q.chain = c.id"
        " WHERE e.digest = ? AND e.kind IN (17, 29, 48) AND e.time <= ? AND c.node = ?",
        (what, time, what, time, voice),
    ).fetchall()
    for table in ("apart", "apart_packets"):
        connection.executemany(f"DELETE FROM {table} WHERE id = ?", rows)
    return sum(connection.execute(_DROP, row).rowcount for row in rows)


def make(connection: sqlite3.Connection) -> None:
    """Make both tables again, within the caller's transaction. Raises sqlite3.Error."""
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")  # names from TABLES
    for *entry, node in connection.execute(_HELD):
        keep(connection, node, [tuple(entry)])


def release(connection: sqlite3.Connection, node: bytes) -> list[tuple[Any, ...]]:
    """A node key is one of ours from now on: let go of its chains, and return their entries, to be projected.

    Each as (number, digest, kind, time, meta), in the order of arrival. Raises sqlite3.Error.
    """
    chains = "SELECT q.chain FROM quarantine q JOIN chains c ON c.id = q.chain WHERE c.node = ?"
    rows = connection.execute(
        f"SELECT id, digest, kind, time, meta FROM entries WHERE chain IN ({chains}) ORDER BY id", (node,)
    ).fetchall()
    for table in ("apart", "apart_packets"):
        connection.execute(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM entries WHERE chain IN ({chains}))", (node,)
        )
    connection.execute("DELETE FROM apart_orders WHERE voice = ?", (node,))
    connection.execute(f"DELETE FROM quarantine WHERE chain IN ({chains})", (node,))
    return rows
