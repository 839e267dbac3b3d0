"""How were the databases in this folder made? By the program as it was when a migration was its newest one.

    git archive COMMIT | tar -x -C OLD; PYTHONPATH=OLD:OLD/crypto:OLD/protocol python make.py OLD/0001.sql

Only what that program knew is written: each kind of record that it had, by the node itself and by another one of the
same owner. Migration 1 was the newest until 5291058^, 2 until 2bfa464^, 3 until 2fa4e10^.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccnode.store import erase
from ccnode.store.ledger import Ledger, Ports
from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import records
from ccnode_protocol.records import MessageMeta, Role

if TYPE_CHECKING:
    from ccnode.store.transaction import Transaction
    from ccnode_crypto.chain import Run

START_MS = 1_770_000_000_000
DAY_MS = 24 * 3600 * 1000
PRAGMAS = ("application_id", "user_version")
OWNER = SigningKey(b"owner" + bytes(27))


class Node:
    """A node whose clock and chance are always the same."""

    def __init__(self, path: Path, seed: int, chance: int = 0) -> None:
        self.ms = START_MS + seed + 10_000 * chance
        self.key = SigningKey(bytes([seed]) * 32)
        self.ledger = Ledger(path, self.key, Ports(self._now, random.Random(f"{seed}/{chance}").randbytes))
        paper = certify(OWNER, self.key.public.raw, START_MS)
        self.ledger.append_sync(lambda tx: tx.append(records.node_certified(paper.body, paper.signature)))

    def _now(self) -> int:
        self.ms += 1
        return self.ms

    def append(self, record: records.Record) -> bytes:
        digest: bytes = self.ledger.append_sync(lambda tx: tx.append(record)).digest
        return digest

    def say(self, session: int, text: str, parent: bytes | None, role: Role = Role.USER, **more: Any) -> bytes:
        meta = MessageMeta(session_id(session), role, parent, **more)
        digest: bytes = self.ledger.append_sync(lambda tx: tx.append(records.message(meta, text), meta)).digest
        return digest


def session_id(number: int) -> bytes:
    return number.to_bytes(16, "big")


def talk(node: Node, session: int, title: str | None) -> list[bytes]:
    """A conversation with a reply that was made again, and a branch."""
    node.append(records.session_opened(session_id(session), title))
    first = node.say(session, f"What is in drawer {session}?", None, key=bytes([session]) * 16)
    reply = node.say(session, "Scissors, I think.", first, Role.ASSISTANT, model="test/1")
    again = node.say(session, "Scissors and tape.", first, Role.ASSISTANT, over=reply, state=records.State.INTERRUPTED)
    second = node.say(session, "And under it?", again)
    node.append(records.session_opened(session_id(session + 100), None, first))
    other = node.say(session + 100, "No, look again.", first, Role.ASSISTANT)
    return [first, reply, again, second, other]


def write(node: Node) -> None:
    """One of each."""
    said = talk(node, 1, "The drawers")
    node.append(records.session_titled(session_id(1), "The drawers of the kitchen"))
    talk(node, 2, None)
    node.append(records.session_ended(session_id(2)))
    talk(node, 3, "To be forgotten, and then not")
    order = node.append(records.forget_ordered(session_id(3), START_MS + DAY_MS))
    node.append(records.forget_cancelled(order))
    talk(node, 4, "To be forgotten")
    node.append(records.forget_ordered(session_id(4), START_MS + 5))
    talk(node, 5, "To be forgotten tomorrow")
    node.append(records.forget_ordered(session_id(5), START_MS + DAY_MS))
    node.append(records.node_named("box"))
    node.append(records.Record(999, b"\x81\xa1x\x01", b"from a later program"))
    said_before = MessageMeta(session_id(6), Role.USER, None, said_ms=START_MS - DAY_MS, origin="chatgpt")
    node.append(records.session_opened(session_id(6), "Brought in", None, START_MS - DAY_MS, "chatgpt"))
    node.ledger.append_sync(lambda tx: tx.append(records.message(said_before, "Said long ago."), said_before))
    if hasattr(records, "memory_marked") and "marks" in tables(node):
        node.append(records.memory_marked(said[0], records.Mark(1)))
        node.append(records.memory_marked(said[1], records.Mark(2)))
        node.append(records.message_forget_ordered(said[3], START_MS + DAY_MS))
        node.append(records.message_forget_ordered(said[4], START_MS + 5))
    node.ledger.append_sync(erase.erase_due(START_MS + 3600_000))


def tables(node: Node) -> set[str]:
    with contextlib.closing(sqlite3.connect(node.ledger.path)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}


def pass_on(source: Path, node: Node) -> None:
    """Give a node what another one has written."""
    from tests.store.support import stored_runs  # of that time

    with contextlib.closing(sqlite3.connect(source)) as connection:
        chains: dict[Any, list[Run]] = stored_runs(connection)
    for chain, runs in chains.items():
        node.ledger.append_sync(partial(_receive, chain, runs))


def _receive(chain: Any, runs: list[Run], tx: Transaction) -> None:
    tx.receive(chain, runs)


def main() -> None:
    """Write the database as SQL."""
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder, "one.sqlite"), Path(folder, "two.sqlite")
        other = Node(two, 2)
        talk(other, 7, "Said at the other one")
        other.append(records.session_titled(session_id(1), "Named by the other one"))
        other.ledger.close()
        node = Node(one, 1)
        write(node)
        pass_on(two, node)
        node.ledger.close()
        node = Node(one, 1, 1)  # another epoch
        node.say(8, "Here I am again.", None)
        node.ledger.close()
        with contextlib.closing(sqlite3.connect(one)) as connection:
            pragmas = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}
            lines = [*connection.iterdump(), *(f"PRAGMA {name} = {value};" for name, value in pragmas.items())]
    Path(sys.argv[1]).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
