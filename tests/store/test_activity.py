"""Does what is counted as messages come stay equal to what can be counted? And are lists made from it right?"""

from __future__ import annotations

import contextlib
import random
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import migrate, rebuild, views
from ccnode.store.home import Home
from ccnode.store.imports import Importer
from ccnode_protocol import records
from ccnode_protocol.records import Role
from tests.store.conversations import grown
from tests.store.support import START_MS, Node, reader, say, saying, session_id, talk

if TYPE_CHECKING:
    from ccnode.store.transaction import Transaction

COUNTED = (
    "SELECT session, count(*), sum(role = 0), min(time), max(time) FROM messages GROUP BY session ORDER BY session"
)


def both(connection: sqlite3.Connection) -> tuple[list[Any], list[Any]]:
    """What is kept, and what is counted now."""
    return connection.execute("SELECT * FROM activity ORDER BY session").fetchall(), connection.execute(
        COUNTED
    ).fetchall()


@pytest.fixture
def home(tmp_path: Any) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


def test_it_is_counted_as_messages_come(home: Home) -> None:
    ledger, chance = Node(home.ledger).open(), random.Random(1)
    talk(ledger, 1, 3)
    importer = Importer(home.ledger, ledger.append_sync, "chatgpt")
    for number in range(5):
        importer.take(grown(chance, f"c{number}", 40))  # said years before it is recorded
    importer.flush()
    importer.close()

    def several(tx: Transaction) -> None:
        for number in range(50):
            role = Role.USER if number % 3 else Role.ASSISTANT
            say(tx, number % 4, f"text {number}", role=role, said_ms=START_MS - chance.randrange(10**6))

    ledger.append_sync(several)  # of sessions that nobody opened, too

    def failing(tx: Transaction) -> None:
        several(tx)
        raise ZeroDivisionError

    with contextlib.suppress(ZeroDivisionError):
        ledger.append_sync(failing)
    ledger.close()
    with contextlib.closing(reader(home.ledger)) as connection:
        kept, counted = both(connection)
        assert kept == counted
        statistics = views.run(connection, views.statistics())
        messages = connection.execute("SELECT count(*), sum(role = 0), min(time), max(time) FROM messages").fetchone()
        assert (statistics.messages, statistics.user_messages, statistics.first, statistics.last) == messages
        listed = views.run(connection, views.sessions(10_000, branches=True))
        assert statistics.sessions == sum(one.parent is None for one in listed) < len(listed)
    rebuild.rebuild_file(home)
    with contextlib.closing(reader(home.ledger)) as connection:
        assert both(connection) == (kept, counted)


def test_an_empty_ledger_counts_nothing(home: Home) -> None:
    Node(home.ledger).open().close()
    with contextlib.closing(reader(home.ledger)) as connection:
        statistics = views.run(connection, views.statistics())
    assert (statistics.messages, statistics.user_messages, statistics.first) == (0, 0, None)


def test_an_older_database_is_counted_when_it_is_migrated(home: Home) -> None:
    ledger = Node(home.ledger).open()
    talk(ledger, 1, 3)
    talk(ledger, 2, 2)
    ledger.close()
    step = next(step for step in migrate.all_migrations() if step.name == "0004_activity.sql")
    with contextlib.closing(sqlite3.connect(home.ledger)) as connection:
        kept, _ = both(connection)
        connection.execute("DROP TABLE activity")
        connection.executescript(step.sql)
        assert both(connection) == (kept, kept)


def test_lists_go_by_what_was_said_last(home: Home) -> None:
    ledger = Node(home.ledger).open()

    def open_six(tx: Transaction) -> None:
        for number in range(6):
            tx.append(records.session_opened(session_id(number), f"title {number}"))

    ledger.append_sync(open_six)
    for number in (4, 1, 3):
        ledger.append_sync(saying(number, "text"))
    ledger.append_sync(lambda tx: say(tx, 0, "long ago", said_ms=1000))  # said before it was opened here
    ledger.close()
    with contextlib.closing(reader(home.ledger)) as connection:
        listed = views.run(connection, views.sessions())
        assert [one.title for one in listed] == [f"title {n}" for n in (3, 1, 4, 5, 2, 0)]
        assert [one.messages for one in listed] == [1, 1, 1, 0, 0, 1]
        assert [one.title for one in views.run(connection, views.sessions(2, 3))] == ["title 5", "title 2"]
        assert listed[-1].last < listed[-1].opened


def test_the_end_of_a_long_conversation_is_found_without_reading_it(home: Home) -> None:
    ledger = Node(home.ledger).open()

    def job(tx: Transaction) -> None:
        parent = None
        for number in range(3000):
            parent = say(tx, 1, f"text {number}", parent).digest

    ledger.append_sync(job)
    ledger.close()
    with contextlib.closing(reader(home.ledger)) as connection:
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        connection.set_progress_handler(count, 100)  # of the instructions of SQLite's machine
        leaf = views.run(connection, views.leaf_of(session_id(1)))
        assert leaf is not None
        assert leaf[2] == 3000
        assert steps < 10  # at each of 3,000 messages only one, it would be 30
