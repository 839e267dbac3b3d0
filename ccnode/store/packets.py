"""Where do entries about packets stand? Rows made from entries alone; what they amount to: knowledge.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.store import apart
from ccnode.store.notes import SOURCE_BITS
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    import sqlite3

_BEFORE: Final = (  # kinds are written out: those of after the program that stored them
    f"SELECT id, kind, time, meta FROM entries WHERE kind IN (48, 49) AND chain {apart.NOT_APART} ORDER BY id"
)


def insert_rejected(connection: sqlite3.Connection, entry: int, time: int, meta: bytes) -> None:
    """Make the row of a packet-rejected entry. Raises RemoteError where its meta is none."""
    connection.execute("INSERT INTO packets VALUES (?, ?, 1, ?)", (entry, records.read_packet_rejected(meta), time))


def insert_kept(connection: sqlite3.Connection, entry: int, time: int, meta: bytes) -> None:
    """Make the rows of a packet-kept entry. Raises RemoteError where its meta is none."""
    packet, sources = records.read_packet_kept(meta)
    connection.execute("INSERT INTO packets VALUES (?, ?, 0, ?)", (entry, packet, time))
    rows = [(entry << SOURCE_BITS | place, source) for place, source in enumerate(sources)]
    connection.executemany("INSERT INTO note_sources VALUES (?, ?)", rows)


def fill(connection: sqlite3.Connection) -> None:
    """After the migration: make the rows of entries that were here before it. Raises sqlite3.Error."""
    for entry, kind, time, meta in connection.execute(_BEFORE):
        try:
            (insert_kept if kind == Kind.PACKET_KEPT else insert_rejected)(connection, entry, time, meta)
        except RemoteError:
            continue  # it means nothing
    apart.make(connection)
