"""How do runs of another epoch or node get into the tables? Verified whole, orders before bodies, many rows at a time.

A node that catches up takes in a hundred thousand entries, so nothing here asks the database for each of them.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode.store import apart
from ccnode_crypto.chain import ChainState, verify_runs
from ccnode_crypto.entry import SKIP_BLOCK, TAIL, TAIL_OFFSET, ZERO_DIGEST
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from ccnode.store.project import Projector
    from ccnode_crypto.chain import Run
    from ccnode_crypto.entry import ChainId

    Missing = tuple[
        int, int, bytes, int, int, bytes, bytes, bytes
    ]  # number, seq, digest, kind, time, meta, header, sealed
    Row = tuple[int, int, int, int, int, bytes, bytes, bytes, bytes | None]  # of `entries`

STATES_MAX: Final = 16
TIME_STORED_MAX: Final = 2**63 - 1  # what an SQLite integer holds; the header keeps any later time as it is
INSERT_ENTRY: Final = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_RUN: Final = "INSERT INTO runs (chain, first_seq, last_seq, signature) VALUES (?, ?, ?, ?)"
_INSERT_CHAIN: Final = "INSERT INTO chains (node, epoch, audience, length, head) VALUES (?, ?, ?, 0, ?)"
_EARLY: Final[frozenset[int]] = frozenset({Kind.NODE_CERTIFIED, Kind.FORGET_ORDERED, Kind.FORGET_CANCELLED})


class Stored(NamedTuple):
    """What was stored of a chain (chains.id `row`): the numbers of its new entries, and its newest run.

    `digest`: of the last entry; `time`: the latest of any. `lacking`: positions of contents that are missing without an
    order. `kinds`: of the new entries.
    """

    row: int
    entries: range
    digest: bytes
    time: int
    run: int
    length: int
    lacking: tuple[int, ...]
    kinds: frozenset[int]


class States:
    """The ends of the chains that grew last, so that the next run need not read a chain's block starts again."""

    def __init__(self) -> None:
        self._states: OrderedDict[ChainId, ChainState] = OrderedDict()

    def of(self, connection: sqlite3.Connection, chain: ChainId) -> tuple[int | None, ChainState]:
        """As `load_state`; the state is the caller's to extend. One that a rollback made void is read anew."""
        known = self._states.pop(chain, None)
        row = find(connection, chain)
        if row is None or known is None or (known.length, known.head) != row[1:]:
            found, known = load_state(connection, chain)
        else:
            found = row[0]
        while len(self._states) >= STATES_MAX:
            self._states.popitem(last=False)
        self._states[chain] = known
        return found, known


def find(connection: sqlite3.Connection, chain: ChainId) -> tuple[int, int, bytes] | None:
    """chains.id, length and head of a chain; None where nothing of it is here."""
    row: tuple[int, int, bytes] | None = connection.execute(
        "SELECT id, length, head FROM chains WHERE node = ? AND epoch = ? AND audience = ?",
        (chain.node, chain.epoch, chain.audience),
    ).fetchone()
    return row


def load_state(connection: sqlite3.Connection, chain: ChainId) -> tuple[int | None, ChainState]:
    """What is stored of a chain, so that more of it can be verified; (None, empty) for a chain not known."""
    state, row = ChainState(chain), find(connection, chain)
    if row is None:
        return None, state
    starts = connection.execute(
        f"SELECT digest FROM entries WHERE chain = ? AND seq % {SKIP_BLOCK} = 0 ORDER BY seq", (row[0],)
    )
    state.length, state.head, state.block_starts = row[1], row[2], [digest for (digest,) in starts]
    return row[0], state


def insert_chain(connection: sqlite3.Connection, chain: ChainId) -> int:
    """Make the row of a chain of which nothing is here yet."""
    return connection.execute(_INSERT_CHAIN, (chain.node, chain.epoch, chain.audience, ZERO_DIGEST)).lastrowid or 0


class Place(NamedTuple):
    """Where received entries go: the caller's connection and projector, the next entry's number, and the time."""

    connection: sqlite3.Connection
    projector: Projector
    next_entry: int
    now_ms: int


def store(
    place: Place, states: States, chain: ChainId, runs: Sequence[Run], *, quarantined: bool, is_synced: bool
) -> Stored:
    """Verify runs that continue a chain, and write them. `quarantined`: where the chain is new, it is kept apart.

    `is_synced`: they come from a peer, and are searched for orders to forget before any content is stored. What is
    brought in by hand is held against the orders that were known before, and then erased with a receipt that counts it.

    Raises:
        ChainError: they do not continue what is stored; nothing is written.
    """
    connection = place.connection
    row, state = states.of(connection, chain)
    first = state.length
    digests = verify_runs(state, runs)
    if row is None:
        row = insert_chain(connection, chain)
        if quarantined and chain.node not in place.projector.voices.ours:
            connection.execute("INSERT INTO quarantine VALUES (?, ?)", (row, place.now_ms))
    rows = _rows(place.next_entry, row, digests, runs)
    if apart.is_apart(connection, row):
        rows = _write_apart(place, chain, rows)
    else:
        rows = _write(place, chain, rows, _EARLY if is_synced else frozenset())
    last_run = 0
    for run in runs:
        last_seq = run.first_seq + len(run.headers) - 1
        last_run = connection.execute(INSERT_RUN, (row, run.first_seq, last_seq, run.signature)).lastrowid or 0
    connection.execute("UPDATE chains SET length = ?, head = ? WHERE id = ?", (state.length, state.head, row))
    numbers = range(place.next_entry, place.next_entry + state.length - first)
    kinds = frozenset(each[3] for each in rows)
    time = max(each[4] for each in rows)
    return Stored(row, numbers, digests[-1], time, last_run, state.length, _lacking(place, chain, rows), kinds)


def _rows(entry: int, row: int, digests: Sequence[bytes], runs: Sequence[Run]) -> list[Row]:
    unpack, number = TAIL.unpack_from, iter(digests)
    found: list[Row] = []
    for run in runs:
        for header, meta, body in zip(run.headers, run.metas, run.sealed, strict=True):
            seq, time, _, kind = unpack(header, TAIL_OFFSET)
            stored = min(time, TIME_STORED_MAX)
            found.append((entry, row, seq, kind, stored, next(number), header, meta, body))
            entry += 1
    return found


def _write(place: Place, chain: ChainId, rows: list[Row], first: frozenset[int]) -> list[Row]:
    """Write rows and what they amount to; return them as they are stored.

    Orders apply before bodies: what is to be gone by now is not even stored.
    """
    connection, projector, node = place.connection, place.projector, chain.node
    early = [row for row in rows if row[3] in first] if first else []
    if early:
        connection.executemany(INSERT_ENTRY, early)
        projector.apply_all(node, [(row[0], row[5], row[3], row[4], row[7]) for row in early])
        rows = [row for row in rows if row[3] not in first]
    gone = projector.coverage(place.now_ms)
    if gone:
        covers = gone.covers
        rows = [(*row[:8], None) if row[8] and covers(row[3], row[4], row[7], row[5], node) else row for row in rows]
    connection.executemany(INSERT_ENTRY, rows)
    projector.apply_all(
        node, [(entry, digest, kind, time, meta) for entry, _, _, kind, time, digest, _, meta, _ in rows]
    )
    return early + rows


def _write_apart(place: Place, chain: ChainId, rows: list[Row]) -> list[Row]:
    connection = place.connection
    entries = [(row[0], row[5], row[3], row[4], row[7], row[8]) for row in rows]
    apart.keep(connection, chain.node, [each for each in entries if each[2] in _EARLY])
    connection.executemany(INSERT_ENTRY, [row for row in rows if row[3] in _EARLY])
    gone = apart.covered(connection, chain.node, entries, place.now_ms)
    rows = [(*row[:8], None) if row[8] and row[0] in gone else row for row in rows] if gone else rows
    connection.executemany(INSERT_ENTRY, [row for row in rows if row[3] not in _EARLY])
    apart.keep(connection, chain.node, [each for each in entries if each[2] not in _EARLY and each[0] not in gone])
    return rows


def _lacking(place: Place, chain: ChainId, rows: Sequence[Row]) -> tuple[int, ...]:
    without = [row for row in rows if row[8] is None]
    if not without:
        return ()
    entries = [(row[0], row[5], row[3], row[4], row[7], row[8]) for row in without]
    gone = _gone(place, chain.node, entries, is_apart=apart.is_apart(place.connection, without[0][1]))
    return tuple(row[2] for row in without if row[0] not in gone)


def _gone(place: Place, node: bytes, entries: Sequence[apart.Entry], *, is_apart: bool) -> set[int]:
    """Which of these entries of a node are to be gone by now."""
    if is_apart:
        return apart.covered(place.connection, node, entries, place.now_ms)
    covers = place.projector.coverage(place.now_ms).covers
    return {entry for entry, digest, kind, time, meta, _ in entries if covers(kind, time, meta, digest, node)}


def fill(place: Place, node: bytes, missing: Sequence[Missing]) -> list[Missing]:
    """Write contents that were missing, all of one chain of a node; return those that were not to be gone by now."""
    connection = place.connection
    (row,) = connection.execute("SELECT chain FROM entries WHERE id = ?", (missing[0][0],)).fetchone()
    is_apart = apart.is_apart(connection, row)
    entries = [(entry, digest, kind, time, meta, sealed) for entry, _, digest, kind, time, meta, _, sealed in missing]
    gone = _gone(place, node, entries, is_apart=is_apart)
    kept = [each for each in missing if each[0] not in gone]
    connection.executemany("UPDATE entries SET sealed = ? WHERE id = ?", [(each[-1], each[0]) for each in kept])
    if is_apart:
        apart.keep(connection, node, [each for each in entries if each[0] not in gone])
    else:  # to be found by their words from now on
        said = [(each[0],) for each in kept if each[3] == Kind.MESSAGE]
        connection.executemany("INSERT OR IGNORE INTO reindex VALUES (?)", said)
    return kept
