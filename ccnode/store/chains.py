"""How do the sync machines meet the ledger? What is here, what grew, what answers a peer, what was received.

    fill(connection, index)              at the start
    read_growth(...), heed(index, ...)   after commits: read on a reader's thread, heeded on the machines'
    load(connection, load)               what answers a Load
    receive(item, ...)                   a ledger job that answers a Store; heed_received(index, ...) what it returns

The index is the machines', and is changed on their thread alone; nothing here keeps anything else.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode.store import apart, chain_loads, orders, peers, voices
from ccnode_crypto.chain import Run
from ccnode_crypto.entry import ZERO_DIGEST, ChainId, sealed_digest
from ccnode_protocol.records import Kind
from ccnode_protocol.sync_values import Contents, SentRun

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator

    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode_protocol.sync_index import Index, Ranges

load = chain_loads.load

AT_ONCE: Final = 4096  # entries in memory
_ORDERS: Final = "coalesce((SELECT max(e.seq) + 1 FROM entries e WHERE e.chain = c.id AND e.kind = 20), 0)"
_ROWS: Final = f"SELECT c.id, c.node, c.epoch, c.audience, c.length, c.head, {_ORDERS} FROM chains c"
_NEWEST: Final = "(SELECT r.id FROM runs r WHERE r.chain = c.id ORDER BY r.last_seq DESC LIMIT 1)"
# NOT INDEXED: by the number, from the last one on. Grouped by the index it went through all runs, after each commit.
_SINCE: Final = "SELECT chain, min(first_seq) FROM runs NOT INDEXED WHERE id > ? GROUP BY chain ORDER BY max(id)"
_MISSING: Final = "SELECT e.seq, e.kind, e.time, e.meta, e.digest FROM entries e WHERE e.chain = ? AND e.sealed IS NULL"
_FIND: Final = "SELECT id, length, head FROM chains WHERE node = ? AND epoch = ? AND audience = ?"
_ENTRY: Final = "SELECT id, seq, digest, kind, time, meta, header, sealed FROM entries WHERE chain = ? AND seq = ?"
_TURNING: Final = frozenset(
    {Kind.NODE_CERTIFIED, Kind.NODE_REVOKED, Kind.FORGET_ORDERED, Kind.FORGET_CANCELLED}
)  # what changes which contents may be missing, or who is one of ours
# Whether there is such an entry from a local number on. By what was made of it: to look at the entries themselves would
# cost a catch-up as much as to verify them. NOT INDEXED: by the number, not through all orders.
_TURNED: Final = (
    "SELECT EXISTS (SELECT 1 FROM certified WHERE id >= ?1) OR EXISTS (SELECT 1 FROM cancellations WHERE id >= ?1)"
    " OR EXISTS (SELECT 1 FROM session_events NOT INDEXED WHERE id >= ?1 AND kind = 20)"
    " OR EXISTS (SELECT 1 FROM message_events NOT INDEXED WHERE id >= ?1 AND kind = 20)"
    " OR EXISTS (SELECT 1 FROM entries WHERE kind = 3 AND id >= ?1)"
)
_NUMBER: Final = "SELECT id FROM entries WHERE chain = ? AND seq = ?"


class Grown(NamedTuple):
    """A chain that is longer. `run`: what was appended, where this node wrote it and it is small."""

    chain: ChainId
    length: int
    head: bytes
    orders: int
    run: SentRun | None


class Standing(NamedTuple):
    """What turns with orders and certificates: which contents are missing, and which node keys our owner certified.

    `lengths`: how far each chain went when that was read. `revoked`: of those certified, whom our owner stands behind
    no more; of what they wrote, the part that is good still flows.
    """

    missing: dict[ChainId, Ranges]
    lengths: dict[ChainId, int]
    certified: frozenset[bytes]
    revoked: frozenset[bytes]


class Growth(NamedTuple):
    """What was committed after a run. `last_run`: where to go on from. `standing`: None where it did not change."""

    last_run: int
    grown: tuple[Grown, ...]
    standing: Standing | None


class Received(NamedTuple):
    """What became of a Store, once it is committed.

    `new`: how many entries were stored, 0 where it was passed over; then `length`, `head`, `orders` are those of the
    chain from now on. `lacking`, `filled`: positions whose contents are missing now, or no longer. `kinds`: of what
    was stored, for changes.what_of. `turns`: orders or certificates are among it: wake whoever erases, and call
    `read_growth` with standing. `run`: its number, from which `read_growth` goes on where it follows the last.
    """

    chain: ChainId
    new: int = 0
    length: int = 0
    head: bytes = b""
    orders: int = 0
    lacking: tuple[int, ...] = ()
    filled: tuple[int, ...] = ()
    kinds: frozenset[int] = frozenset()
    turns: bool = False
    run: int = 0


# --- the index ---


def fill(connection: sqlite3.Connection, index: Index, now_ms: int) -> int:
    """Tell an empty index what is here; return the newest run, for `read_growth`.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    with _snapshot(connection):
        last_run: int = connection.execute("SELECT coalesce(max(id), 0) FROM runs").fetchone()[0]
        for _, node, epoch, audience, length, head, ordered in connection.execute(f"{_ROWS} ORDER BY {_NEWEST}"):
            if length:
                index.grow(ChainId(node, epoch, audience), length, head, ordered)
        for chain, found in peers.load_forks(connection).items():
            index.freeze(chain, found)
        _stand(index, read_standing(connection, now_ms))
    return last_run


@contextlib.contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Read everything from one state of the database."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.rollback()


def read_standing(connection: sqlite3.Connection, now_ms: int) -> Standing:
    """Which contents are missing without an order, and whom our owner certified; from any thread.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    with _snapshot(connection):
        gone = orders.coverage(connection.execute, now_ms)
        missing: dict[ChainId, Ranges] = {}
        lengths: dict[ChainId, int] = {}
        for row, node, epoch, audience, length, _, _ in connection.execute(_ROWS).fetchall():
            chain = ChainId(node, epoch, audience)
            lengths[chain] = length
            if found := ranged(_missing(connection, row, node, gone, now_ms)):
                missing[chain] = found
        return Standing(missing, lengths, voices.certified(connection.execute), voices.revoked(connection.execute))


def _missing(
    connection: sqlite3.Connection, row: int, node: bytes, gone: orders.Coverage, now_ms: int
) -> Iterator[int]:
    """Positions of a chain whose contents are missing without an order; a stranger's chain can lack all of them."""
    cursor = connection.execute(f"{_MISSING} ORDER BY e.seq", (row,))
    while some := cursor.fetchmany(AT_ONCE):
        if apart.is_apart(connection, row):
            entries = [(seq, digest, kind, time, meta, None) for seq, kind, time, meta, digest in some]
            dropped = apart.covered(connection, node, entries, now_ms)
        else:
            dropped = {seq for seq, kind, time, meta, digest in some if gone.covers(kind, time, meta, digest, node)}
        yield from (seq for seq, *_ in some if seq not in dropped)


def _stand(index: Index, standing: Standing) -> None:
    later: dict[ChainId, Ranges] = {}  # what arrived after that was read
    for chain, before in index.missing.items():
        length = standing.lengths.get(chain, 0)
        clipped = [(max(first, length), first + count) for first, count in before if first + count > length]
        if clipped:
            later[chain] = tuple((first, end - first) for first, end in clipped)
    if index.missing != standing.missing:
        index.touch()
    index.missing.clear()
    index.missing.update(standing.missing)
    for chain, ranges in later.items():
        index.missing[chain] = (*index.missing.get(chain, ()), *ranges)
    index.certified.clear()
    index.certified.update(standing.certified - {index.own})
    index.revoked.clear()
    index.revoked.update(standing.revoked)


def read_growth(
    connection: sqlite3.Connection, last_run: int, own: bytes, now_ms: int, *, standing: bool = False
) -> Growth:
    """What was committed after a run; from any thread. `own`: this node's key, whose small runs are read whole.

    `standing`: read that too, even where no entry says that it changed (an order has become due).

    Raises:
        sqlite3.Error: it cannot be read.
    """
    grown = []
    with _snapshot(connection):
        newest: int = connection.execute("SELECT coalesce(max(id), 0) FROM runs").fetchone()[0]
        for row, first in connection.execute(_SINCE, (last_run,)).fetchall():
            _, node, epoch, audience, length, head, ordered = connection.execute(
                f"{_ROWS} WHERE c.id = ?", (row,)
            ).fetchone()
            chain = ChainId(node, epoch, audience)
            run = chain_loads.whole(connection, row, chain, first) if node == own else None
            grown.append(Grown(chain, length, head, ordered, run))
            number = connection.execute(_NUMBER, (row, first)).fetchone()[0]
            standing = standing or bool(connection.execute(_TURNED, (number,)).fetchone()[0])
        return Growth(newest, tuple(grown), read_standing(connection, now_ms) if standing else None)


def heed(index: Index, growth: Growth) -> list[tuple[ChainId, SentRun | None]]:
    """Keep the index at what was committed; return what to give to each link's `Sync.grew`."""
    told: list[tuple[ChainId, SentRun | None]] = []
    for chain, length, head, ordered, run in growth.grown:
        if length > index.length(chain):
            index.grow(chain, length, head, ordered)
            told.append((chain, run))
    if growth.standing is not None:
        _stand(index, growth.standing)
    return told


def after_commit(
    connection: sqlite3.Connection, index: Index, last_run: int, now_ms: int
) -> tuple[int, list[tuple[ChainId, SentRun | None]]]:
    """`read_growth` and `heed` in one, for whoever may wait; the newest run, and what grew. Raises sqlite3.Error."""
    growth = read_growth(connection, last_run, index.own, now_ms)
    return growth.last_run, heed(index, growth)


def heed_received(index: Index, received: Received) -> list[tuple[ChainId, SentRun | None]]:
    """Keep the index at what a Store brought, before `Sync.settled`; return what to give to `Sync.grew`."""
    chain, before = received.chain, index.missing.get(received.chain, ())
    if received.lacking or received.filled:
        after = _changed(before, received.lacking, received.filled)
        if after:
            index.missing[chain] = after
        else:
            index.missing.pop(chain, None)
    if not received.new or received.length <= index.length(chain):
        return []
    index.grow(chain, received.length, received.head, received.orders)
    return [(chain, None)]


def _changed(before: Ranges, lacking: tuple[int, ...], filled: tuple[int, ...]) -> Ranges:
    found = list(before)
    if lacking:
        more = ranged(lacking)
        if found and sum(found[-1]) == more[0][0]:  # the usual case: a run that goes on
            found[-1] = (found[-1][0], found[-1][1] + more[0][1])
            more = more[1:]
        found += more
    if not filled:
        return tuple(found)
    gone, least, most = set(filled), min(filled), max(filled)
    after: list[tuple[int, int]] = []
    for first, count in found:
        if first > most or first + count <= least:
            after.append((first, count))
        else:
            after += ranged(seq for seq in range(first, first + count) if seq not in gone)
    return tuple(after)


def ranged(positions: Iterable[int]) -> Ranges:
    """Ascending positions as ranges (first, count)."""
    found: list[tuple[int, int]] = []
    for seq in positions:
        if found and found[-1][0] + found[-1][1] == seq:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((seq, 1))
    return tuple(found)


# --- receiving ---


def receive(
    item: SentRun | Contents,
    now_ms: int,
    *,
    quarantined: bool = False,
    may: Callable[[ChainId], bool] | None = None,
) -> Job[Received]:
    """A ledger job: verify and store what a peer sent.

    `now_ms`: by which orders are due. `may`: asked in the writer's thread whether the peer's tier still lets it in.

    Passed over without an error: a run that does not follow what is stored by now, one that begins at or after a fork
    or our owner's last good head of a revoked node, contents that are here or that the headers do not name.

    Raises:
        CryptoError: the run is forged; nothing of it is stored.
    """

    def job(tx: Transaction) -> Received:
        if may is not None and not may(item.chain):
            return Received(item.chain)
        if isinstance(item, SentRun):
            return _receive_run(tx, item, now_ms, quarantined=quarantined)
        return _receive_contents(tx, item, now_ms)

    return job


def _receive_run(tx: Transaction, sent: SentRun, now_ms: int, *, quarantined: bool) -> Received:
    chain = sent.chain
    rows = tx.query(_FIND, (chain.node, chain.epoch, chain.audience))
    length, head = rows[0][1:] if rows else (0, ZERO_DIGEST)
    follows = sent.first == length and sent.previous == head
    if not follows or tx.writes(chain) or not _may_grow(tx, sent):
        return Received(chain)
    run = Run(sent.first, sent.headers, sent.metas, sent.sealed, sent.signature)
    stored = tx.take(chain, [run], now_ms, quarantined=quarantined)
    if stored is None:
        return Received(chain)
    ordered = tx.query(f"SELECT {_ORDERS} FROM chains c WHERE c.id = ?", (stored.row,))[0][0]
    turns = bool(stored.kinds & _TURNING)
    new = len(stored.entries)
    lacking, kinds = stored.lacking, stored.kinds
    return Received(chain, new, stored.length, stored.digest, ordered, lacking, (), kinds, turns, stored.run)


def _may_grow(tx: Transaction, sent: SentRun) -> bool:
    """Whether a run is not after a fork, and not after what our owner still vouches for of a revoked key.

    A run that begins before a fork is taken whole, so that everybody has the prefix.
    """
    chain = sent.chain
    sql = "SELECT seq FROM fork_proofs WHERE node = ? AND epoch = ? AND audience = ?"
    if any(seq <= sent.first for (seq,) in tx.query(sql, (chain.node, chain.epoch, chain.audience))):
        return False
    for paper in voices.revocations(tx.query, chain.node):
        good = {(one.epoch, one.audience): one.seq + 1 for one in paper.last_good}
        if sent.end > good.get((chain.epoch, chain.audience), 0):
            return False
    return True


def _receive_contents(tx: Transaction, contents: Contents, now_ms: int) -> Received:
    """Store what the headers name; what is here already counts as filled, so that nobody asks for it again."""
    chain = contents.chain
    rows = tx.query(_FIND, (chain.node, chain.epoch, chain.audience))
    found = [
        (entry, sealed)
        for seq, sealed in contents.items
        if rows and seq < rows[0][1]
        for entry in tx.query(_ENTRY, (rows[0][0], seq))
    ]
    there = tuple(entry[1] for entry, _ in found if entry[-1] is not None)
    named = [
        (*entry[:-1], sealed)
        for entry, sealed in found
        if entry[-1] is None and sealed and sealed_digest(sealed) == entry[-2][146:178]
    ]
    filled = tx.fill(chain.node, named, now_ms) if named else []
    kinds = frozenset(entry[3] for entry in filled)
    return Received(chain, filled=(*there, *(entry[1] for entry in filled)), kinds=kinds)
