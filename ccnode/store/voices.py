"""Whose word counts? Which node keys speak with our voice; every other one is a stranger, and speaks for itself alone.

The rule is that of protocol/README.md, "Whose word counts". What a stranger says of a session is kept under another id
than what we say of it, so that nothing that asks for a session ever meets both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ccnode_crypto.certificate import Certificate, Revocation, read_certificate, read_revocation
from ccnode_crypto.errors import CryptoError
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    Query = Callable[[str, Sequence[object]], Iterable[Sequence[Any]]]
    Holds = Callable[[int | None, bytes, bytes], bool]

OURS: Final = b""
_SESSION_DOMAIN: Final = b"ccnode session of\0"
_OWN: Final = "SELECT node FROM own_keys"
_STORED: Final = (
    "SELECT k.id, c.node, k.node, k.owner FROM certified k"
    " JOIN entries e ON e.id = k.id JOIN chains c ON c.id = e.chain"
)
_META: Final = "SELECT meta FROM entries WHERE id = ?"
_ALL: Final = "SELECT e.meta, c.node FROM entries e JOIN chains c ON c.id = e.chain WHERE e.kind = 2"
# The kind is written out, or the index on just these rows would not serve.
_REVOKED: Final = "SELECT meta FROM entries WHERE kind = 3 AND chain NOT IN (SELECT chain FROM quarantine)"
_QUARANTINE: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'quarantine'"


# The same as `load` in SQL, for those who only show: here the table is believed. CROSS JOIN: from the few rows to their
# entries. Left to itself SQLite goes through every entry of our chains to find them.
OUR_OWNERS: Final = (
    "SELECT k.owner FROM certified k CROSS JOIN entries e ON e.id = k.id CROSS JOIN chains c ON c.id = e.chain"
    " WHERE c.node IN (SELECT node FROM own_keys) AND k.node IN (SELECT node FROM own_keys)"
)
OUR_NODES: Final = f"SELECT node FROM own_keys UNION ALL SELECT node FROM certified WHERE owner IN ({OUR_OWNERS})"


@dataclass(frozen=True, slots=True)
class Voices:
    """The node keys that speak with our voice, and the owners who say so, whose statements count."""

    ours: frozenset[bytes] = frozenset()
    owners: frozenset[bytes] = frozenset()

    def of(self, node: bytes) -> bytes:
        """Who speaks through a node key: we (OURS), or that key."""
        return OURS if node in self.ours else node

    def session(self, node: bytes, session: bytes) -> bytes:
        """The id under which the tables keep what a node key says of a session."""
        return session_of(self.of(node), session)


def session_of(voice: bytes, session: bytes) -> bytes:
    """The id under which the tables keep a voice's session: its own where it is ours, one made of both where not."""
    return session if voice == OURS else sha256(_SESSION_DOMAIN + voice + session).digest()[: records.SESSION_BYTES]


def load(run: Query, *, scan: bool = False) -> Voices:
    """Our voice, by the keys that this directory has written with and the certificates that are stored.

    `run`: how to ask, Connection.execute or Transaction.query. Certificates are verified again: the table `certified`
    only tells where they stand, and with `scan` not even that, but every entry is looked at.

    Raises:
        sqlite3.Error: they cannot be read.
    """
    own = {node for (node,) in run(_OWN, ()) if isinstance(node, bytes)}
    certified_keys, owners = _certified(run, own, scan=scan)
    return Voices(frozenset(own | certified_keys), frozenset(owners))


def certified(run: Query) -> frozenset[bytes]:
    """The node keys that our owner certified, this one among them; `run` as for `load`. Raises sqlite3.Error."""
    return frozenset(_certified(run, {node for (node,) in run(_OWN, ()) if isinstance(node, bytes)})[0])


def revocations(run: Query, node: bytes) -> list[Revocation]:
    """Our owner's revocations of a node key, whoever recorded them; `run` as for `load`. Raises sqlite3.Error."""
    said = [paper for (meta,) in run(_REVOKED, ()) if (paper := _read_revocation(meta, node)) is not None]
    if not said:
        return []
    owners = _owners(list(run(_STORED, ())), {node for (node,) in run(_OWN, ())}, _holding(run))
    return [paper for paper in said if paper.owner in owners]


def revoked(run: Query) -> frozenset[bytes]:
    """The node keys that our owner stands behind no more; `run` as for `load`. Raises sqlite3.Error."""
    said = [paper for (meta,) in run(_REVOKED, ()) if (paper := _read_revocation(meta)) is not None]
    if not said:
        return frozenset()
    owners = _owners(list(run(_STORED, ())), {node for (node,) in run(_OWN, ())}, _holding(run))
    return frozenset(paper.node for paper in said if paper.owner in owners)


def _read_revocation(meta: bytes, node: bytes = b"") -> Revocation | None:
    try:
        body, signature = records.read_signed(meta, "revocation")
        # Verifying takes a while, and most are of others.
        return read_revocation(body, signature) if node in body else None
    except (CryptoError, RemoteError):
        return None


def _holding(run: Query) -> Holds:
    def holds(entry: int | None, node: bytes, owner: bytes) -> bool:
        if entry is None:
            return True  # it was just verified
        paper = next((read(meta) for (meta,) in run(_META, (entry,)) if isinstance(meta, bytes)), None)
        return paper is not None and (paper.node, paper.owner) == (node, owner)

    return holds


def _owners(said: Iterable[Sequence[Any]], own: set[bytes], holds: Holds) -> set[bytes]:
    """Whose certificates count: who certified one of this directory's keys, in a chain that one of these wrote."""
    owners: set[bytes] = set()
    for entry, recorder, node, owner in said:
        if recorder in own and node in own and owner not in owners and holds(entry, node, owner):
            owners.add(owner)
    return owners


def _certified(run: Query, own: set[bytes], *, scan: bool = False) -> tuple[set[bytes], set[bytes]]:
    """The node keys that our owners certified, and these owners."""
    said = _scanned(run) if scan else list(run(_STORED, ()))
    holds = _holding(run)
    owners = _owners(said, own, holds)
    found: set[bytes] = set()
    for entry, _, node, owner in said:  # strangers may pass on any number: one that holds is enough
        if owner in owners and node not in found and holds(entry, node, owner):
            found.add(node)
    return found, owners


def _scanned(run: Query) -> list[tuple[None, object, bytes, bytes]]:
    found = []
    knows_quarantine = list(run(_QUARANTINE, ()))  # a database of an older version has none
    for meta, recorder in run(
        f"{_ALL} AND c.id NOT IN (SELECT chain FROM quarantine)" if knows_quarantine else _ALL, ()
    ):
        paper = read(meta) if isinstance(meta, bytes) else None
        if paper is not None:
            found.append((None, recorder, paper.node, paper.owner))
    return found


@lru_cache(maxsize=64)
def read(meta: bytes) -> Certificate | None:
    """The certificate in the meta of a node-certified entry; None where it does not verify."""
    # Which plate is in force is asked for every prompt, and the same bytes verify or not whenever they are read.
    try:
        return read_certificate(*records.read_signed(meta, "certificate"))
    except (CryptoError, RemoteError):
        return None


def fill(connection: sqlite3.Connection) -> None:
    """After migration 3: make the rows that SQL cannot make, within the caller's transaction.

    Where a database holds chains of strangers already, their sessions stay where they were until `ccnode db rebuild`.

    Raises:
        sqlite3.Error: the entries cannot be read.
    """
    for entry, meta in connection.execute("SELECT id, meta FROM entries WHERE kind = 2 ORDER BY id").fetchall():
        if paper := read(meta):
            connection.execute("INSERT INTO certified VALUES (?, ?, ?)", (entry, paper.node, paper.owner))
