"""What is a node's directory in these tests? A ledger, the index that follows it, and what is done with both."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from operator import methodcaller
from typing import TYPE_CHECKING, Any

from ccnode.store import audit, erase, views
from ccnode.store.home import Home
from ccnode.store.index import Index
from ccnode_protocol import records
from ccnode_protocol.records import Role
from tests.store.support import DAY_MS, Clock, Node, introduce, reader, say, session_id

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.audit import Report
    from ccnode.store.ledger import Ledger
    from ccnode.store.transaction import Appended, Transaction


@dataclass
class Place:
    home: Home
    node: Node
    ledger: Ledger
    index: Index

    def catch_up(self) -> None:
        while self.index.catch_up():
            pass

    def order(self, session: int, wait_ms: int = DAY_MS) -> Appended:
        due = self.node.clock.ms + wait_ms
        return self.ledger.append_sync(lambda tx: tx.append(records.forget_ordered(session_id(session), due)))

    def erase(self) -> list[erase.Erased]:
        return self.ledger.append_sync(erase.erase_due(self.node.clock.ms))

    def verify(self) -> Report:
        with contextlib.closing(reader(self.home.ledger)) as connection:
            return audit.verify(connection, self.home, now_ms=self.node.clock.ms)

    def still_in(self, text: str) -> list[str]:
        """The files of the data directory in whose raw bytes the text stands."""
        data = text.encode()
        return sorted(str(path.relative_to(self.home.root)) for path in self.home.root.rglob("*")
                      if path.is_file() and data in path.read_bytes())  # fmt: skip


def make(root: Path, seed: int = 1, clock: Clock | None = None) -> Place:
    home = Home(root)
    home.make()
    node = Node(home.ledger, seed, clock or Clock())
    ledger = node.open()
    introduce(node, ledger)

    def reindexed(ids: object) -> None:
        assert isinstance(ids, list)
        for number in ids:
            ledger.append_sync(methodcaller("execute", "DELETE FROM reindex WHERE id = ?", (number,)))

    return Place(home, node, ledger, Index(home.index, home.ledger, reindexed))


def ask(place: Place, view: views.View[Any]) -> Any:
    """What a view answers there."""
    with contextlib.closing(reader(place.home.ledger)) as connection:
        return views.run(connection, view)


def told(place: Place, *texts: str, session: int = 1) -> list[bytes]:
    """Things that were said in a new conversation, each with a reply; their digests."""

    def job(tx: Transaction) -> list[bytes]:
        tx.append(records.session_opened(session_id(session), "title"))
        parent, made = None, []
        for text in texts:
            made.append(say(tx, session, text, parent).digest)
            parent = say(tx, session, "Noted.", made[-1], Role.ASSISTANT).digest
        return made

    return place.ledger.append_sync(job)
