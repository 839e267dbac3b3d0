"""Do projections depend on the order in which entries arrived? And does a rebuild give the same rows?"""

from __future__ import annotations

import contextlib
import random
import sqlite3
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import audit, rebuild
from ccnode.store.errors import StoreBusy, StoreCorrupt
from ccnode.store.home import Home
from ccnode.store.index import Index, differences, open_index
from ccnode.store.project import TABLES
from ccnode_crypto.chain import Run
from ccnode_crypto.entry import ChainId
from ccnode_protocol import records
from ccnode_protocol.records import Role, State
from tests.store.support import DAY_MS, START_MS, Clock, Node, reader, say, session_id, stored_runs, talk

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.ledger import Ledger
    from ccnode.store.transaction import Transaction

SESSIONS = 6
Runs = dict[ChainId, list[Run]]


def rows(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every projection row, exactly."""
    return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in TABLES}


def meanings(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every projection row, with digests in the place of local numbers."""
    queries = {
        "messages": "SELECT e.digest, m.session, (SELECT digest FROM entries WHERE id = m.parent_id), m.depth, m.role,"
        " m.time, m.key, (SELECT digest FROM entries WHERE id = m.replaces), m.awaits, m.awaits_replaced"
        " FROM messages m JOIN entries e ON e.id = m.id",
        "session_events": "SELECT e.digest, s.session, s.kind, s.time, s.parent, s.due_ms"
        " FROM session_events s JOIN entries e ON e.id = s.id",
        "cancellations": "SELECT e.digest, c.forget_order, c.time FROM cancellations c JOIN entries e ON e.id = c.id",
        "sessions": "SELECT s.session, (SELECT digest FROM entries WHERE id = s.opened), s.time, s.parent,"
        " (SELECT digest FROM entries WHERE id = s.titled), s.ended,"
        " (SELECT digest FROM entries WHERE id = s.forget), s.due_ms FROM sessions s",
    }
    return {table: sorted(connection.execute(sql).fetchall(), key=repr) for table, sql in queries.items()}


class Author:
    """Does random things at a node: talks, branches, regenerates, titles, ends, forgets, takes back."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.messages: list[tuple[bytes, int, bool]] = []  # digest, session, is a reply
        self.orders: list[bytes] = []
        self.parents: dict[bytes, bytes | None] = {}

    def act(self, tx: Transaction, count: int) -> None:
        for _ in range(count):
            self.act_once(tx)

    def act_once(self, tx: Transaction) -> None:
        chance, session = self.chance, self.chance.randrange(SESSIONS)
        parent = chance.choice(self.messages)[0] if self.messages and chance.random() < 0.9 else None
        action = chance.choices(
            ["say", "again", "open", "title", "end", "forget", "cancel", "odd", "note"], [30, 8, 4, 4, 2, 2, 2, 2, 3]
        )[0]
        if action == "say":
            role = chance.choice([Role.USER, Role.ASSISTANT])
            key = chance.randbytes(16) if chance.random() < 0.3 else None
            made = say(tx, session, f"word {chance.random()}", parent, role, key=key)
            self.messages.append((made.digest, session, role == Role.ASSISTANT))
            self.parents[made.digest] = parent
        elif action == "again":
            replies = [digest for digest, _, reply in self.messages if reply]
            if replies:
                over = chance.choice(replies)
                made = say(tx, session, "again", self.parents[over], Role.ASSISTANT, over=over, state=State.INTERRUPTED)
                self.messages.append((made.digest, session, True))
                self.parents[made.digest] = self.parents[over]
        elif action == "open":
            tx.append(records.session_opened(session_id(session), chance.choice([None, "a title"]), parent))
        elif action == "title":
            tx.append(records.session_titled(session_id(session), f"title {chance.random()}"))
        elif action == "end":
            tx.append(records.session_ended(session_id(session)))
        elif action == "forget":
            due = tx._chains.now_ms() + chance.choice([3, 20, DAY_MS])
            self.orders.append(tx.append(records.forget_ordered(session_id(session), due)).digest)
        elif action == "cancel" and self.orders:
            tx.append(records.forget_cancelled(chance.choice(self.orders)))
        elif action == "note" and self.messages:
            sources = [chance.choice(self.messages)[0] for _ in range(chance.choice([1, 1, 2]))]
            self.orders.append(tx.append(records.note_kept(list(dict.fromkeys(sources)), "in other words")).digest)
        elif action == "odd":
            kind = chance.choice([records.Kind.MESSAGE, records.Kind.SESSION_TITLED, 999])
            tx.append(records.Record(int(kind), b"\x81\xa1x\x01", b"odd"))


def write_histories(folder: Path, chance: random.Random) -> Runs:
    """Let three nodes write, each sometimes taking in what the others wrote so far; return every chain."""
    nodes = [Node(folder / f"node{number}.sqlite", seed=number) for number in (1, 2, 3)]
    ledgers = [node.open() for node in nodes]
    author = Author(chance)
    for _ in range(chance.randrange(20, 60)):
        at = chance.randrange(3)
        count = chance.choice([1, 1, 2, 5])
        ledgers[at].append_sync(partial(author.act, count=count))
        if chance.random() < 0.1:
            ledgers[at].close()
            nodes[at].clock.ms += chance.choice([0, 1000, -90_000])
            ledgers[at] = nodes[at].open()
    chains: Runs = {}
    for node, ledger in zip(nodes, ledgers, strict=True):
        ledger.close()
        with contextlib.closing(reader(node.path)) as connection:
            chains.update(stored_runs(connection))
            assert audit.verify(connection).ok
    return chains


def deliver(ledger: Ledger, chains: Runs, chance: random.Random) -> None:
    """Give every run to the ledger: each chain in its order, the chains mixed at random."""
    left = {chain: list(runs) for chain, runs in chains.items()}
    while left:
        chain = chance.choice(sorted(left))
        count = chance.randrange(1, 4)
        given, left[chain] = left[chain][:count], left[chain][count:]
        ledger.append_sync(methodcaller("receive", chain, given))
        if not left[chain]:
            del left[chain]


@pytest.mark.parametrize("seed", range(30))
def test_any_order_of_arrival_gives_the_same_rows(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    chains = write_histories(tmp_path, chance)
    found = []
    for delivery in range(3):
        home = Home(tmp_path / f"third{delivery}")
        home.make()
        ledger = Node(home.ledger, seed=9, clock=Clock(START_MS - DAY_MS)).open()  # no order is due yet
        deliver(ledger, chains, chance)
        ledger.close()
        with contextlib.closing(reader(home.ledger)) as connection:
            incremental = rows(connection)
            found.append(meanings(connection))
            report = audit.verify(connection)
            assert report.ok, report.problems
        rebuild.rebuild_file(home)
        with contextlib.closing(reader(home.ledger)) as connection:
            assert rows(connection) == incremental
    assert found[0] == found[1] == found[2]
    assert found[0]["messages"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


def spoil(path: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_rebuild_mends_every_table(home: Home) -> None:
    ledger = Node(home.ledger).open()
    leaf = talk(ledger, 1, 5)
    talk(ledger, 2, 3, parent=leaf)
    order = ledger.append_sync(lambda tx: tx.append(records.forget_ordered(session_id(1), 10**15)))
    ledger.append_sync(lambda tx: tx.append(records.forget_cancelled(order.digest)))
    ledger.close()
    before = rows(reader(home.ledger))
    spoil(
        home.ledger,
        "DELETE FROM messages WHERE id % 3 = 0",
        "UPDATE messages SET depth = 77",
        "UPDATE sessions SET ended = 1",
        "DELETE FROM session_events",
        "INSERT INTO cancellations VALUES (9999, x'00', 1)",
    )
    assert not audit.verify(reader(home.ledger)).ok
    steps: list[tuple[int, int]] = []
    rebuilt = rebuild.rebuild_file(home, lambda done, total: steps.append((done, total)))
    assert rows(reader(home.ledger)) == before
    assert rebuilt.rows == {table: len(found) for table, found in before.items()}
    assert steps == [(rebuilt.entries, rebuilt.entries)]
    assert audit.verify(reader(home.ledger)).ok


def test_rebuild_in_the_running_ledger(home: Home) -> None:
    ledger = Node(home.ledger).open()
    leaf = talk(ledger, 1, 5)
    before = rows(reader(home.ledger))
    index = Index(home.index, home.ledger, lambda ids: None)
    while index.catch_up():
        pass

    def spoil_rows(tx: Transaction) -> None:
        tx.execute("UPDATE messages SET depth = 77, parent_id = NULL")
        tx.execute("DELETE FROM sessions")

    ledger.append_sync(spoil_rows)
    ledger.append_sync(rebuild.rebuild())
    assert rows(reader(home.ledger)) == before
    index.make_anew()
    while index.catch_up():
        pass
    index.close()
    with contextlib.closing(open_index(home.index, home.ledger, writable=True)) as connection:
        assert differences(connection) == []
    follow = ledger.append_sync(lambda tx: say(tx, 1, "after", leaf))
    ledger.close()
    with contextlib.closing(reader(home.ledger)) as connection:
        assert connection.execute("SELECT depth FROM messages WHERE id = ?", (follow.entry,)).fetchone() == (11,)
        assert audit.verify(connection, home).ok


def test_rebuild_beside_other_jobs_of_one_transaction(home: Home) -> None:
    ledger = Node(home.ledger).open()

    def job(tx: Transaction) -> bytes:
        first = say(tx, 1, "one")
        rebuild.rebuild()(tx)
        second = say(tx, 1, "two", first.digest)
        rebuild.rebuild()(tx)
        return say(tx, 1, "three", second.digest).digest

    last = ledger.append_sync(job)
    ledger.close()
    with contextlib.closing(reader(home.ledger)) as connection:
        sql = "SELECT m.depth FROM messages m JOIN entries e ON e.id = m.id WHERE e.digest = ?"
        assert connection.execute(sql, (last,)).fetchone() == (3,)
        assert audit.verify(connection).ok


def test_a_rebuild_that_fails_changes_nothing(home: Home) -> None:
    ledger = Node(home.ledger).open()
    talk(ledger, 1, 5)
    ledger.close()
    spoil(home.ledger, "UPDATE entries SET meta = 'text' WHERE id = 5")
    before = rows(reader(home.ledger))
    with pytest.raises(StoreCorrupt, match="entry 5"):
        rebuild.rebuild_file(home)
    assert rows(reader(home.ledger)) == before


def test_rebuild_waits_for_no_other_writer_for_ever(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccnode.store.ledger.BUSY_TIMEOUT_MS", 50)
    ledger = Node(home.ledger).open()
    talk(ledger, 1, 1)
    ledger.close()
    with contextlib.closing(sqlite3.connect(home.ledger, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            rebuild.rebuild_file(home)


def test_parents_are_found_in_one_large_transaction(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccnode.store.project.PLACES_MAX", 10)
    ledger = Node(home.ledger).open()

    def job(tx: Transaction) -> None:
        parents: list[bytes | None] = [None]
        for number in range(60):
            parents.append(say(tx, 1, "text", parents[number // 2]).digest)

    ledger.append_sync(job)
    ledger.close()
    with contextlib.closing(reader(home.ledger)) as connection:
        assert connection.execute("SELECT count(*) FROM messages WHERE depth IS NULL").fetchone() == (0,)
        assert audit.verify(connection).ok
