"""How do entries leave the database with their proof? Chosen, put in order, and handed to the export format."""

from __future__ import annotations

import json
import time
from itertools import islice
from typing import TYPE_CHECKING, Final

from ccnode.store import voices
from ccnode.store.apart import NOT_APART
from ccnode.store.errors import StoreCorrupt, StoreReadOnly
from ccnode_crypto import bundle
from ccnode_crypto.chain import RUN_BYTES_MAX, RUN_ENTRIES_MAX
from ccnode_crypto.entry import ChainId
from ccnode_crypto.proof import SignedHead, path_positions

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from ccnode.store.home import Home
    from ccnode.store.views import Message
    from ccnode_crypto.certificate import Certificate

NUMBERS_AT_ONCE: Final = 500
PROFILE_BYTES_MAX: Final = 65_536
REMEDY: Final = "restore a backup: ccnode backup restore"
_HEADS: Final = (
    "SELECT c.id, c.node, c.epoch, c.audience, r.last_seq, e.digest, r.signature FROM chains c"
    " JOIN runs r ON r.chain = c.id AND r.last_seq = (SELECT max(last_seq) FROM runs WHERE chain = c.id)"
    " JOIN entries e ON e.chain = c.id AND e.seq = r.last_seq ORDER BY c.id"
)
_RUN_ENDS: Final = (
    "SELECT r.chain, c.node, c.epoch, c.audience, r.last_seq, e.digest, r.signature FROM runs r"
    " JOIN chains c ON c.id = r.chain JOIN entries e ON e.chain = r.chain AND e.seq = r.last_seq"
    f" WHERE r.chain {NOT_APART} ORDER BY r.chain, r.last_seq"
)
# What sandbox peers sent is in no export.
_IN_ORDER: Final = f"FROM entries WHERE chain {NOT_APART} ORDER BY chain, seq"
_SIZES: Final = f"SELECT 200 + length(meta) + length(coalesce(sealed, x'')) {_IN_ORDER}"
_ENTRIES: Final = "SELECT chain, seq, digest, meta, sealed FROM entries"
# Beside its messages, what opened, named, ended a session, marked its messages, ordered it or them to be forgotten, or
# took that back.
_EVENTS: Final = (
    "WITH events (id) AS (SELECT id FROM session_events WHERE session = ? UNION"
    " SELECT v.id FROM messages m JOIN message_events v ON v.target = m.id WHERE m.session = ?)"
    " SELECT id FROM events UNION SELECT c.id FROM events JOIN entries e ON e.id = events.id"
    " JOIN cancellations c ON c.forget_order = e.digest"
)


def owner_of(home: Home) -> str | None:
    """The owner that the profile names. Raises StoreCorrupt, StoreReadOnly where it cannot be read."""
    try:
        with home.profile.open("rb") as file:
            value = json.loads(file.read(PROFILE_BYTES_MAX))
    except OSError as error:
        reason = f"{home.profile} cannot be read: {error.strerror}"
        raise StoreReadOnly(reason, remedy="check the disk and the permissions") from error
    except ValueError as error:
        raise StoreCorrupt(f"{home.profile} is damaged: {error}", remedy=REMEDY) from error
    if not isinstance(value, dict):
        raise StoreCorrupt(f"{home.profile} is damaged", remedy=REMEDY)
    owner = value.get("owner_id")
    return owner if isinstance(owner, str) else None


def heads_of(connection: sqlite3.Connection) -> dict[int, SignedHead]:
    """The newest signed head of each chain, by the chain's local number."""
    return {
        number: SignedHead(ChainId(node, epoch, audience), seq, digest, signature)
        for number, node, epoch, audience, seq, digest, signature in connection.execute(_HEADS)
    }


def heads_of_runs(connection: sqlite3.Connection) -> Iterator[SignedHead]:
    """Heads of every chain, the newest among them, as few as leave no more than one run between two (crypto, 7).

    So whoever trusts the writer can take the chain in, run by run.
    """
    sizes = connection.execute(_SIZES)
    last: SignedHead | None = None
    entries = held = 0  # since the last head that was given, up to `last`
    for _, node, epoch, audience, seq, digest, signature in connection.execute(_RUN_ENDS):
        head = SignedHead(ChainId(node, epoch, audience), seq, digest, signature)
        same = last is not None and last.chain == head.chain
        count = seq - last.seq if last is not None and same else seq + 1
        size = sum(row[0] for row in islice(sizes, count))
        if last is not None and not (same and entries + count <= RUN_ENTRIES_MAX and held + size <= RUN_BYTES_MAX):
            yield last
            entries = held = 0
        last, entries, held = head, entries + count, held + size
    if last is not None:
        yield last


def certificates_of(connection: sqlite3.Connection) -> list[Certificate]:
    """Every certificate that is recorded and verifies."""
    sql = "SELECT e.meta FROM certified k JOIN entries e ON e.id = k.id ORDER BY k.id"
    papers = (voices.read(meta) for (meta,) in connection.execute(sql))
    return list({paper.body: paper for paper in papers if paper}.values())


def _lines(
    connection: sqlite3.Connection,
    home: Home,
    what: str,
    heads: Iterable[SignedHead],
    headers: Iterable[bytes],
    bodies: Iterable[bundle.Body],
) -> Iterator[bytes]:
    for line in bundle.lines(
        what,
        created_ms=time.time_ns() // 1_000_000,
        complete=what == "all",
        owner=owner_of(home),
        certificates=certificates_of(connection),
        heads=heads,
        headers=headers,
        bodies=bodies,
    ):
        yield line.encode("utf-8")


def everything(connection: sqlite3.Connection, home: Home) -> Iterator[bytes]:
    """All chains whole, but those in quarantine. The connection stays in one transaction until the last line."""
    connection.execute("BEGIN")
    try:
        heads = heads_of_runs(connection)
        headers = (header for (header,) in connection.execute(f"SELECT header {_IN_ORDER}"))
        bodies = iter(connection.execute(f"SELECT digest, meta, sealed {_IN_ORDER}"))
        yield from _lines(connection, home, "all", heads, headers, bodies)
    finally:
        connection.execute("ROLLBACK")


def of_messages(connection: sqlite3.Connection, home: Home, what: str, messages: list[Message]) -> Iterator[bytes]:
    """Some messages, with just the headers that lead to them from the newest signed heads.

    `what`: "session" takes what else is recorded of their sessions; "message" does so only where a content is missing,
    since then an order to forget it may have to be shown.
    """
    connection.execute("BEGIN")
    try:
        numbers = {one.id for one in messages}
        for session in {one.session for one in messages if what == "session" or one.text is None}:
            numbers |= {number for (number,) in connection.execute(_EVENTS, (session, session))}
        rows = sorted(_rows(connection, numbers))
        heads = heads_of(connection)
        positions: dict[int, set[int]] = {}
        for chain, seq, *_ in rows:
            positions.setdefault(chain, set()).update(path_positions(heads[chain].seq, seq))
        headers = (
            header for chain, wanted in sorted(positions.items()) for header in _headers(connection, chain, wanted)
        )
        bodies = ((digest, meta, sealed) for _, _, digest, meta, sealed in rows)
        yield from _lines(connection, home, what, [heads[chain] for chain in sorted(positions)], headers, bodies)
    finally:
        connection.execute("ROLLBACK")


_EntryRow = tuple[int, int, bytes, bytes, bytes | None]


def _rows(connection: sqlite3.Connection, numbers: set[int]) -> Iterator[_EntryRow]:
    """Chain, position, digest, meta and sealed content of entries by their local numbers."""
    ordered = sorted(numbers)
    for at in range(0, len(ordered), NUMBERS_AT_ONCE):
        some = ordered[at : at + NUMBERS_AT_ONCE]
        marks = ",".join("?" * len(some))
        yield from connection.execute(f"{_ENTRIES} WHERE id IN ({marks})", some)


def _headers(connection: sqlite3.Connection, chain: int, positions: set[int]) -> Iterator[bytes]:
    for seq in sorted(positions):
        row = connection.execute("SELECT header FROM entries WHERE chain = ? AND seq = ?", (chain, seq)).fetchone()
        yield row[0]
