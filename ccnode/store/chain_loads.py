"""What answers a peer's questions about a chain? Runs, contents, digests and paths, read as they are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode_crypto.chain import RUN_ENTRIES_MAX
from ccnode_crypto.proof import ForkSide, SignedHead, path_positions
from ccnode_protocol.sync_values import (
    Contents,
    Digests,
    Message,
    Path,
    SentRun,
    Want,
    WantContents,
    WantDigests,
    WantPath,
)

if TYPE_CHECKING:
    import sqlite3

    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.sync_effects import Load

POSITION_MAX: Final = 2**63 - 1  # what an SQLite integer holds
PUSHED_BYTES_MAX: Final = 256 * 1024  # of what we wrote ourselves, read whole after a commit
_CHAIN: Final = "SELECT id, length FROM chains WHERE node = ? AND epoch = ? AND audience = ?"
_RUNS: Final = "SELECT last_seq, signature FROM runs WHERE chain = ? AND last_seq >= ? ORDER BY last_seq LIMIT ?"
_ENTRIES: Final = "SELECT seq, header, meta, sealed FROM entries WHERE chain = ? AND seq BETWEEN ? AND ? ORDER BY seq"
_WEIGHTS: Final = (
    "SELECT seq, 200 + length(meta) + coalesce(length(sealed), 0) FROM entries"
    " WHERE chain = ? AND seq BETWEEN ? AND ? ORDER BY seq"
)
_HEADER: Final = "SELECT header FROM entries WHERE chain = ? AND seq = ?"


def load(connection: sqlite3.Connection, load: Load) -> tuple[Message, ...]:
    """What a machine asks the store for; see ccnode_protocol.sync_effects.Load.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    question = load.question
    match question:
        case Want():
            return tuple(_runs(connection, question, load.bytes_max))
        case WantContents():
            return (_contents(connection, question, load.bytes_max),)
        case WantDigests(chain=chain, at=at):
            row, length = _chain(connection, chain)
            sql = "SELECT digest FROM entries WHERE chain = ? AND seq = ?"
            found = {seq: connection.execute(sql, (row, seq)).fetchone() for seq in at if seq < length}
            return (Digests(chain, tuple((seq, digest[0]) for seq, digest in found.items() if digest)),)
        case WantPath(chain=chain, seq=seq):
            return (Path(chain, seq, side(connection, chain, seq)),)
    raise AssertionError(question)


def _chain(connection: sqlite3.Connection, chain: ChainId) -> tuple[int, int]:
    found = connection.execute(_CHAIN, (chain.node, chain.epoch, chain.audience)).fetchone()
    return (found[0], found[1]) if found else (0, 0)


def side(connection: sqlite3.Connection, chain: ChainId, seq: int) -> ForkSide | None:
    """The newest signed head, and the headers from it down to a position; None where the chain is shorter."""
    row, length = _chain(connection, chain)
    newest = connection.execute(
        "SELECT last_seq, signature FROM runs WHERE chain = ? ORDER BY last_seq DESC LIMIT 1", (row,)
    ).fetchone()
    if seq >= length or newest is None or newest[0] < seq:
        return None
    end, signature = newest
    headers = []
    for at in path_positions(end, seq):
        found = connection.execute(_HEADER, (row, at)).fetchone()
        if found is None:
            return None
        headers.append(found[0])
    digest = connection.execute("SELECT digest FROM entries WHERE chain = ? AND seq = ?", (row, end)).fetchone()[0]
    return ForkSide(SignedHead(chain, end, digest, signature), tuple(headers))


def _contents(connection: sqlite3.Connection, want: WantContents, bytes_max: int) -> Contents:
    row, length = _chain(connection, want.chain)
    items: list[tuple[int, bytes | None]] = []
    weight = 0
    for first, count in want.ranges:
        last = min(first + count, length) - 1
        sql = "SELECT seq, sealed FROM entries WHERE chain = ? AND seq BETWEEN ? AND ? ORDER BY seq"
        for seq, sealed in connection.execute(sql, (row, min(first, POSITION_MAX), min(last, POSITION_MAX))):
            weight += len(sealed or b"")
            if weight > bytes_max:
                return Contents(want.chain, tuple(items))
            items.append((seq, sealed or None))
    return Contents(want.chain, tuple(items))


def _runs(connection: sqlite3.Connection, want: Want, bytes_max: int) -> list[SentRun]:
    """Runs from `first` on. Those that follow each other are joined as far as one frame may hold them."""
    row, length = _chain(connection, want.chain)
    if want.first >= length:
        return []
    ends = connection.execute(_RUNS, (row, want.first, RUN_ENTRIES_MAX)).fetchall()
    last = min(want.first + RUN_ENTRIES_MAX, length) - 1
    weights = _weights(connection, row, want.first, last, bare=want.bare)
    # The runs that hold `upto` - 1 and what comes before, as many as one frame may hold, and at least one.
    chosen = None
    for end, signature in ends:
        fits = end <= last and sum(weights[: end - want.first + 1]) <= bytes_max
        if chosen is not None and (not fits or chosen[0] + 1 >= want.upto):
            break
        chosen = (end, signature)
    if chosen is None:
        return []
    return [_run(connection, row, want.chain, want.first, *chosen, bare=want.bare)]


def _weights(connection: sqlite3.Connection, row: int, first: int, last: int, *, bare: bool) -> list[int]:
    if bare:
        sql = "SELECT seq, 200 + length(meta) FROM entries WHERE chain = ? AND seq BETWEEN ? AND ? ORDER BY seq"
        return [weight for _, weight in connection.execute(sql, (row, first, last))]
    return [weight for _, weight in connection.execute(_WEIGHTS, (row, first, last))]


def _run(
    connection: sqlite3.Connection, row: int, chain: ChainId, first: int, last: int, signature: bytes, *, bare: bool
) -> SentRun:
    rows = connection.execute(_ENTRIES, (row, first, last)).fetchall()
    _, headers, metas, sealed = zip(*rows, strict=True)
    if bare:
        sealed = tuple(None if body else body for body in sealed)
    return SentRun(chain, first, headers, metas, sealed, signature)


def whole(connection: sqlite3.Connection, row: int, chain: ChainId, first: int) -> SentRun | None:
    """All of a chain from a position on as one run; None where that is not small."""
    newest = connection.execute(
        "SELECT last_seq, signature FROM runs WHERE chain = ? ORDER BY last_seq DESC LIMIT 1", (row,)
    ).fetchone()
    if newest is None or newest[0] < first or newest[0] - first >= RUN_ENTRIES_MAX:
        return None
    if sum(_weights(connection, row, first, newest[0], bare=False)) > PUSHED_BYTES_MAX:
        return None
    return _run(connection, row, chain, first, *newest, bare=False)
