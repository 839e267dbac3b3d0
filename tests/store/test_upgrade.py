"""Does a database of an earlier program come to what this one would have made of the same entries, row for row?

The databases lie in `upgrades`, as the programs of their time wrote them (upgrades/make.py).
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import audit, index, migrate, project, rebuild, views
from ccnode.store.home import Home
from ccnode.store.index import Index
from tests.store.support import DAY_MS, OWNER, START_MS, Node, reader, saying, session_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.store.ledger import Ledger

UPGRADES = Path(__file__).parent / "upgrades"
EARLIER = sorted(path.stem for path in UPGRADES.glob("*.sql"))
Schema = list[tuple[Any, ...]]


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, exactly; the columns by name, for an upgrade may have added them in another order."""
    found = {}
    with contextlib.closing(reader(path)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
            columns = sorted(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))
            found[table] = sorted(connection.execute(f"SELECT {','.join(columns)} FROM {table}"), key=repr)
    return found


def schema(path: Path) -> Schema:
    sql = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
    with contextlib.closing(reader(path)) as connection:
        return [*connection.execute(sql), *connection.execute("PRAGMA user_version")]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


def old(home: Home, version: str) -> Node:
    with contextlib.closing(sqlite3.connect(home.ledger)) as connection:
        connection.executescript((UPGRADES / f"{version}.sql").read_text(encoding="utf-8"))
        assert migrate.version_of(connection) == int(version)
        assert connection.execute("SELECT count(*) FROM entries").fetchone()[0] > 40
    node = Node(home.ledger)
    node.clock.ms = START_MS + 20 * 3600 * 1000
    return node


def upgraded(node: Node, home: Home) -> Ledger:
    return node.open(home.backups)


@pytest.mark.parametrize("version", EARLIER)
def test_every_row_is_what_a_rebuild_makes(home: Home, tmp_path: Path, version: str) -> None:
    node = old(home, version)
    ledger = upgraded(node, home)
    ledger.close()
    Node(tmp_path / "new.sqlite").open().close()
    assert schema(home.ledger) == schema(tmp_path / "new.sqlite")
    before = rows(home.ledger)
    # Every kind of row is among them, or equality would say little.
    missing = {"message_events", "marks"} if int(version) < 3 else set()
    missing |= {"plates", "baselines", "measurements", "notes", "note_sources", "packets"}  # none of them knew these
    missing |= {"order_terms"}
    assert {table for table in project.TABLES if not before[table]} == missing
    rebuilt = rebuild.rebuild_file(home)
    assert rebuilt.entries == len(before["entries"])
    assert rows(home.ledger) == before
    with contextlib.closing(reader(home.ledger)) as connection:
        report = audit.verify(connection, now_ms=node.clock.ms)
    assert report.ok, report.problems


@pytest.mark.parametrize("version", EARLIER)
def test_what_was_said_is_there_and_goes_on(home: Home, version: str) -> None:
    node = old(home, version)
    ledger = upgraded(node, home)
    try:
        with contextlib.closing(reader(home.ledger)) as connection:
            shown = views.run(connection, views.branch(session_id(1)))
            assert [one.text for one in shown][:1] == ["What is in drawer 1?"]
            assert views.run(connection, views.session(session_id(1))).title == "Named by the other one"
            assert [one.text for one in views.run(connection, views.branch(session_id(4)))] == [None] * 3  # erased
            assert views.run(connection, views.session(session_id(5))).due_ms == START_MS + DAY_MS
            assert views.run(connection, views.session(session_id(7))).title == "Said at the other one"
        ledger.append_sync(saying(1, "We go on.", shown[-1].digest))

        def taken_off(numbers: Sequence[int]) -> None:
            marks = ",".join(map(str, numbers))
            ledger.append_sync(lambda tx: tx.execute(f"DELETE FROM reindex WHERE id IN ({marks})"))

        following = Index(home.index, home.ledger, taken_off)
        while following.catch_up():
            pass
        following.close()
    finally:
        ledger.close()
    with contextlib.closing(index.open_index(home.index, home.ledger, writable=False)) as connection:
        assert index.differences(connection) == []
    before = rows(home.ledger)
    rebuild.rebuild_file(home)
    assert rows(home.ledger) == before


def test_each_step_that_changes_a_table_has_its_database() -> None:
    """The newest needs none yet: it is what the others come to. OWNER is what the databases were made with."""
    newest = migrate.all_migrations()[-1].number
    assert [int(name) for name in EARLIER] == list(range(1, len(EARLIER) + 1))
    assert len(EARLIER) <= newest
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript((UPGRADES / f"{EARLIER[-1]}.sql").read_text(encoding="utf-8"))
        assert {row[0] for row in connection.execute("SELECT owner FROM certified")} == {OWNER.public.raw}
