"""What do nodes say of their characters, and what does this one have to say? Reports, and how they are shown.

Reports are kept for the next start alone: a plain table that no entry makes and no rebuild touches. A backup that is
put back brings none of them, for who counts is decided anew there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ccnode.clock import iso
from ccnode.store import measurements
from ccnode_crypto.keys import node_id
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.reports import Place, read_report

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import View
    from ccnode_protocol.records import Measurement
    from ccnode_protocol.reports import Report, SignedReport

Form = dict[str, Any]
MILLION: Final = 1_000_000  # what measures is loaded where something is shown, which most of a daemon's life it is not
LOOKED_AT: Final = 50  # the newest measurements of a node; one with too little text has no vector


@dataclass(frozen=True, slots=True)
class Ground:
    """What a report of this node rests on: a measurement, and where it stands on the node's core chain."""

    found: Measurement
    at: Place


@dataclass(frozen=True, slots=True)
class Kept:
    """A report that is kept; `is_apart`: a sandbox peer's."""

    report: SignedReport
    is_apart: bool


def ground(node: bytes) -> View[Ground | None]:
    """The newest measurement with a vector that this node itself recorded; None where there is none."""
    rows = yield (
        (
            "SELECT c.epoch, e.seq, e.digest, e.meta FROM measurements x CROSS JOIN entries e ON e.id = x.id"
            " CROSS JOIN chains c ON c.id = e.chain WHERE c.node = ? AND c.audience = 0 ORDER BY x.id DESC LIMIT ?"
        ),
        (node, LOOKED_AT),
    )
    for epoch, seq, digest, meta in rows:
        try:
            found = records.read_measured(meta)
        except RemoteError:
            continue  # altered in the table: the audit names it
        if found.vector is not None and len(found.vector) == measurements.DIMENSIONS:
            return Ground(found, Place(epoch, seq, digest))
    return None


def keep(kept: Iterable[Kept], gone: Iterable[bytes] = ()) -> Job[None]:
    """A ledger job: keep these reports, and forget those of the nodes that are gone."""

    def job(tx: Transaction) -> None:
        for node in gone:
            tx.execute("DELETE FROM reports WHERE node = ?", (node,))
        for each in kept:
            row = (each.report.report.node, int(each.is_apart), each.report.body, each.report.signature)
            tx.execute("INSERT OR REPLACE INTO reports (node, apart, body, signature) VALUES (?, ?, ?, ?)", row)

    return job


def load(connection: sqlite3.Connection) -> list[Kept]:
    """All that are kept; their signatures are for others to verify. Raises sqlite3.Error."""
    return _read(connection.execute("SELECT apart, body, signature FROM reports ORDER BY node").fetchall())


def listed() -> View[list[Kept]]:
    """The same, as a view."""
    rows = yield "SELECT apart, body, signature FROM reports ORDER BY node", ()
    return _read(rows)


def _read(rows: Iterable[tuple[Any, ...]]) -> list[Kept]:
    found = []
    for apart, body, signature in rows:
        try:
            found.append(Kept(read_report(body, signature), bool(apart)))
        except (RemoteError, TypeError):
            continue  # altered in the table
    return found


def clear(connection: sqlite3.Connection) -> None:
    """Where a backup is put back: forget them all. Within the caller's transaction. Raises sqlite3.Error."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'reports'").fetchone():
        connection.execute("DELETE FROM reports")


# --- how they are shown ---


def names() -> View[dict[bytes, str]]:
    """What peers call themselves, by node key."""
    rows = yield "SELECT node, name FROM peers", ()
    return dict(rows)


def shown(kept: Iterable[Kept], own: bytes, called: Mapping[bytes, str], now_ms: int) -> list[Form]:
    """Reports in JSON, as docs/API.md has them: this node's first, then our owner's, then those kept apart.

    `called`: names of nodes. What has expired is left out.
    """
    alive = [each for each in kept if each.report.report.expires_ms > now_ms]
    mine = next((each.report.report for each in alive if each.report.report.node == own), None)
    alive.sort(key=lambda each: (each.is_apart, each.report.report.node != own, each.report.report.node))
    return [_form(each, mine, own, called, now_ms) for each in alive]


def _form(kept: Kept, mine: Report | None, own: bytes, called: Mapping[bytes, str], now_ms: int) -> Form:
    from ccnode.mind.charvec import NAMES

    said = kept.report.report
    return {
        "node_id": node_id(said.node),
        "name": called.get(said.node, ""),
        "is_own": said.node == own,
        "apart": kept.is_apart,
        "time": iso(said.time_ms),
        "age_s": max(0, now_ms - said.time_ms) // 1000,
        "expires": iso(said.expires_ms),
        "words": said.words,
        "vector": [value / MILLION for value in said.vector],
        "dimensions": list(NAMES) if len(said.vector) == len(NAMES) else None,
        "spec": said.spec.hex(),
        "ccc": said.ccc / MILLION if said.ccc is not None else None,
        "baseline": said.baseline.hex() if said.baseline is not None else None,
        "drift": _drift(said, mine),
        "at": {"epoch": said.at.epoch.hex(), "seq": said.at.seq, "digest": said.at.digest.hex()},
    }


def _drift(said: Report, mine: Report | None) -> float | None:
    """How far it is from this node's own, as drift is measured; None where the two cannot be compared."""
    if mine is None or mine.spec != said.spec or len(mine.vector) != len(said.vector):
        return None
    from ccnode.mind import drift

    return drift.rms(said.vector, mine.vector) / MILLION
