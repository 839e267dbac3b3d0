"""What do the tests of the store share? A clock that is set by hand, seeded chance, small ledgers."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ccnode.store.ledger import Ledger, Ports, connect
from ccnode_crypto.certificate import certify
from ccnode_crypto.chain import Run
from ccnode_crypto.entry import ChainId
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import records
from ccnode_protocol.records import MessageMeta, Role

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from ccnode.store.audit import Report
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Appended, Transaction

START_MS = 1_770_000_000_000
DAY_MS = 24 * 3600 * 1000


@dataclass
class Clock:
    """Milliseconds since 1970; every reading takes one."""

    ms: int = START_MS
    step: int = 1

    def __call__(self) -> int:
        self.ms += self.step
        return self.ms


@dataclass
class Node:
    """A node's key, clock and chance, and the place of its database."""

    path: Path
    seed: int = 1
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.key = SigningKey(bytes([self.seed]) * 32)
        self.random = random.Random(self.seed)

    def open(self, backups: Path | None = None) -> Ledger:
        """Open the ledger; each opening draws another epoch."""
        return Ledger(self.path, self.key, Ports(self.clock, self.random.randbytes), backups=backups)


OWNER = SigningKey(b"owner" + bytes(27))


def introduce(node: Node, ledger: Ledger, owner: SigningKey = OWNER) -> None:
    """Let a node record its owner's certificate, as it does at its start."""
    paper = certify(owner, node.key.public.raw, START_MS)
    ledger.append_sync(lambda tx: tx.append(records.node_certified(paper.body, paper.signature)))


def session_id(number: int) -> bytes:
    return number.to_bytes(16, "big")


def say(
    tx: Transaction, session: int, text: str, parent: bytes | None = None, role: Role = Role.USER, **more: Any
) -> Appended:
    meta = MessageMeta(session_id(session), role, parent, **more)
    return tx.append(records.message(meta, text), meta)


def saying(session: int, text: str, parent: bytes | None = None) -> Job[Appended]:
    """The same as a job of its own."""
    return lambda tx: say(tx, session, text, parent)


def talk(ledger: Ledger, session: int, turns: int, text: str = "word", parent: bytes | None = None) -> bytes:
    """Open a session and let it have some turns, one commit each; return the digest of the newest message."""
    ledger.append_sync(lambda tx: tx.append(records.session_opened(session_id(session), f"title {session}", parent)))
    for turn in range(turns):
        parent = _exchange(ledger, session, f"{text} {session}", turn, parent)
    assert parent is not None
    return parent


def _exchange(ledger: Ledger, session: int, text: str, turn: int, parent: bytes | None) -> bytes:
    asked = ledger.append_sync(lambda tx: say(tx, session, f"{text} asks {turn}", parent))
    answer = ledger.append_sync(lambda tx: say(tx, session, f"{text} says {turn}", asked.digest, Role.ASSISTANT))
    return answer.digest


_READERS: list[sqlite3.Connection] = []


def reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads; it is closed after the test."""
    _READERS.append(connect(path, writable=False))
    return _READERS[-1]


def close_readers() -> None:
    """Close what `reader` opened."""
    while _READERS:
        _READERS.pop().close()


def fields(report: Report) -> list[tuple[int | None, str]]:
    """The (position, field) pairs of a report's problems."""
    return [(problem.seq, problem.field) for problem in report.problems]


def stored_runs(connection: sqlite3.Connection) -> dict[ChainId, list[Run]]:
    """Every chain with its runs, as a peer would send them."""
    chains: dict[ChainId, list[Run]] = {}
    for row, node, epoch, audience in connection.execute("SELECT id, node, epoch, audience FROM chains").fetchall():
        runs = chains.setdefault(ChainId(node, epoch, audience), [])
        for first, last, signature in connection.execute(
            "SELECT first_seq, last_seq, signature FROM runs WHERE chain = ? ORDER BY last_seq", (row,)
        ).fetchall():
            rows = connection.execute(
                "SELECT header, meta, sealed FROM entries WHERE chain = ? AND seq BETWEEN ? AND ? ORDER BY seq",
                (row, first, last),
            ).fetchall()
            headers, metas, sealed = (list(column) for column in zip(*rows, strict=True))
            runs.append(Run(first, headers, metas, sealed, signature))
    return chains
