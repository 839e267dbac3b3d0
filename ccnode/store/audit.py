"""Is everything here as it was recorded? One pass over chains, tables and files that names every damage it finds.

It reads one snapshot, beside a running daemon, needs little memory, and goes on after each problem.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ccnode.store import audit_tables, ledger, orders, voices
from ccnode.store.audit_chain import ChainAudit, Context
from ccnode.store.findings import UNREADABLE, Findings, Problem
from ccnode.store.voices import Voices
from ccnode_crypto.certificate import read_certificate
from ccnode_crypto.entry import AUDIENCES, EPOCH_BYTES, NODE_BYTES, ChainId
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import from_text, node_id

if TYPE_CHECKING:
    import sqlite3

    from ccnode.store.home import Home

__all__ = ["Problem", "Report", "verify"]

PROFILE_BYTES_MAX: Final = 65_536
_AUDIENCE_NAMES: Final = {number: name for name, number in AUDIENCES.items()}

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found.

    `chains`: a dict each with chain, node_id, epoch, audience, length, head (hex) and ok. `erased`: contents that are
    gone by an order. `withheld`: contents that are missing without one; each is a problem too.
    """

    ok: bool
    entries: int
    chains: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    erased: int = 0
    withheld: int = 0


def verify(
    connection: sqlite3.Connection,
    home: Home | None = None,
    *,
    projections: bool = True,
    progress: Progress | None = None,
    now_ms: int | None = None,
) -> Report:
    """Verify a database, and with `home` also the files beside it. Damage gives problems, never an exception.

    `connection` is used by nobody else meanwhile. `progress(done, total)` is called now and then, in entries.
    `projections`: whether the tables made from entries, and the index, are compared too. `now_ms`: the wall clock.
    """
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    findings = Findings()
    path = home.ledger if home else _path_of(connection)
    text_factory = connection.text_factory
    connection.text_factory = _any_text
    try:
        if path is not None:
            _check_end(path, connection, findings)  # before the snapshot: the marker may only be behind it
        with _snapshot(connection, findings):
            own = _check_profile(home, findings) if home else None
            audit_tables.check_file(connection, findings)
            count = _counter(connection, progress, passes=2 if projections else 1)
            with contextlib.closing(audit_tables.new_scratch()) as scratch:
                audit_tables.check_schema(connection, scratch, findings)
                audit_tables.check_record(connection, own, findings)
                chains = _verify_chains(connection, findings, count, now_ms)
                if projections:
                    audit_tables.check_projections(connection, scratch, findings, count)
    finally:
        connection.text_factory = text_factory
    if home and projections:
        audit_tables.check_index(home.index, home.ledger, findings)
    problems = list(findings.problems)
    if findings.left_out:
        problems.append(Problem("", None, "report", f"{findings.left_out} more problems are not listed"))
    return Report(not problems, findings.entries, chains, problems, findings.erased, findings.withheld)


def _verify_chains(
    connection: sqlite3.Connection, findings: Findings, count: Callable[[int], None], now_ms: int
) -> list[dict[str, Any]]:
    try:
        known = voices.load(connection.execute, scan=True)
        given = orders.load_orders(connection.execute, known)
        standing = (order for order in given if order.done or order.is_in_force(now_ms))
        covered = orders.covering(connection.execute, standing, known, now_ms)
    except UNREADABLE as error:
        findings.add("", None, "session_events", f"orders to forget cannot be read: {error}")
        covered = orders.Coverage((), Voices())
    own_keys: frozenset[bytes] = frozenset()
    with contextlib.suppress(*UNREADABLE):  # named by check_record
        own_keys = frozenset(node for (node,) in connection.execute("SELECT node FROM own_keys"))
    context = Context(connection, findings, covered, own_keys, count)
    chains = []
    for row, node, epoch, audience, length, head in _chain_rows(connection, findings):
        chain = ChainId(node, epoch, audience)
        ok = ChainAudit(context, row, chain, length, head).run()
        named = _AUDIENCE_NAMES.get(audience, str(audience))
        chains.append({"chain": str(chain), "node_id": node_id(node), "epoch": epoch.hex(), "audience": named,
                       "length": length, "head": head.hex(), "ok": ok})  # fmt: skip
    return chains


def _chain_rows(connection: sqlite3.Connection, findings: Findings) -> list[tuple[int, bytes, bytes, int, int, bytes]]:
    """The rows that name chains; a malformed value is named and replaced, so that the entries are still verified."""
    rows = []
    try:
        for raw in connection.execute("SELECT id, node, epoch, audience, length, head FROM chains ORDER BY id"):
            row, node, epoch, audience, length, head = raw
            kept = (
                row,
                node if type(node) is bytes and len(node) == NODE_BYTES else bytes(NODE_BYTES),
                epoch if type(epoch) is bytes and len(epoch) == EPOCH_BYTES else bytes(EPOCH_BYTES),
                audience if audience in _AUDIENCE_NAMES else 0,
                length if type(length) is int else 0,
                head if type(head) is bytes else b"",
            )
            if kept != raw:
                findings.add("", None, "chains", f"row {row} has a malformed column")
            rows.append(kept)
    except UNREADABLE as error:
        findings.add("", None, "chains", f"the list of chains cannot be read to its end: {error}")
    return rows


def _check_end(path: Path, connection: sqlite3.Connection, findings: Findings) -> None:
    try:
        lost = ledger.lost_end(path, connection)
    except UNREADABLE as error:
        lost = f"the newest entries cannot be read: {error}"
    except OSError as error:
        lost = f"the head marker cannot be read: {error.strerror}"
    if lost:
        findings.add("", None, "end", lost)


def _check_profile(home: Home, findings: Findings) -> bytes | None:
    """The node's key by its profile, whose certificate must hold; None where there is no profile."""
    try:
        data = home.profile.read_bytes()[:PROFILE_BYTES_MAX]
    except FileNotFoundError:
        return None
    except OSError as error:
        findings.add("", None, "certificate", f"{home.profile.name} cannot be read: {error.strerror}")
        return None
    try:
        profile = json.loads(data)
        node, owner = from_text("node", profile["node_id"]), from_text("owner", profile["owner_id"])
        given = profile["certificate"]
        if given is None:
            return node  # a copy or a restored node, which the owner has yet to stand behind: `doctor` says so
        certificate = read_certificate(bytes.fromhex(given["body"]), bytes.fromhex(given["signature"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, CryptoError) as error:
        findings.add("", None, "certificate", f"{home.profile.name} does not hold a valid certificate: {error}")
        return None
    if (certificate.node, certificate.owner) != (node, owner):
        findings.add("", None, "certificate", "the certificate is for another node or of another owner")
    return node


@contextlib.contextmanager
def _snapshot(connection: sqlite3.Connection, findings: Findings) -> Iterator[None]:
    """Hold one state of the database for the time of the audit, unless the caller's transaction does so already."""
    ours = not connection.in_transaction
    if ours:
        try:
            connection.execute("BEGIN")
        except UNREADABLE as error:
            findings.add("", None, "file", f"the database cannot be read: {error}")
    try:
        yield
    finally:
        if ours and connection.in_transaction:
            connection.rollback()


def _counter(connection: sqlite3.Connection, progress: Progress | None, *, passes: int) -> Callable[[int], None]:
    """Turn the passes' steps into calls of `progress(done, total)`."""
    if progress is None:
        return lambda _: None
    total = done = 0
    with contextlib.suppress(*UNREADABLE):
        total = connection.execute("SELECT sum(length) FROM chains").fetchone()[0] or 0

    def step(entries: int) -> None:
        nonlocal done
        done += entries
        progress(min(done // passes, total), total)

    return step


def _path_of(connection: sqlite3.Connection) -> Path | None:
    try:
        name = connection.execute("PRAGMA database_list").fetchone()[2]
    except UNREADABLE:
        return None
    return Path(name) if name else None


def _any_text(data: bytes) -> str:
    """Text as it is stored, whatever its bytes: damage is found by comparing, not by failing to decode."""
    return data.decode("utf-8", "surrogateescape")
