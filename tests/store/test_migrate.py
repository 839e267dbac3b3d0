"""Does a database get the newest schema, with a verified copy first, or stay exactly as it was?"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

import pytest

from ccnode.store import audit, migrate
from ccnode.store.errors import SchemaTooNew, StoreCorrupt
from ccnode.store.migrate import Migration
from tests.store.support import Node, reader, talk

if TYPE_CHECKING:
    from pathlib import Path

EXTRA = Migration(99, "0099_extra.sql", "CREATE TABLE extra (a); INSERT INTO extra SELECT length FROM chains;")
BROKEN = Migration(99, "0099_broken.sql", "CREATE TABLE extra (a); INSERT INTO nowhere VALUES (1);")


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = Node(tmp_path / "ledger.sqlite")
    ledger = made.open()
    talk(ledger, 1, 10)
    ledger.close()
    return made


def raw(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def dump(path: Path) -> list[str]:
    with contextlib.closing(raw(path)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()
        return [*connection.iterdump(), str(version)]


def test_numbers_are_in_order_without_gaps() -> None:
    numbers = [migration.number for migration in migrate.all_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_new_file_gets_all_and_no_copy(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    with contextlib.closing(raw(tmp_path / "new.sqlite")) as connection:
        taken = migrate.migrate(connection, backups, migrate.all_migrations())
        assert taken == migrate.all_migrations()
        assert migrate.migrate(connection, backups, migrate.all_migrations()) == []
    assert not backups.exists()


def test_a_verified_copy_comes_before_each_step(node: Node, tmp_path: Path) -> None:
    backups, before = tmp_path / "backups", dump(node.path)
    with contextlib.closing(raw(node.path)) as connection:
        assert migrate.migrate(connection, backups, [*migrate.all_migrations(), EXTRA]) == [EXTRA]
        assert migrate.version_of(connection) == 99
        assert connection.execute("SELECT a FROM extra").fetchall() == [(22,)]
    (copy,) = backups.iterdir()
    assert copy.name == "before-migration-0099.sqlite"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert backups.stat().st_mode & 0o777 == 0o700
    assert dump(copy) == before
    with contextlib.closing(reader(copy)) as connection:
        assert audit.verify(connection).ok


def test_a_step_that_fails_leaves_everything_as_it_was(node: Node, tmp_path: Path) -> None:
    before = dump(node.path)
    with contextlib.closing(raw(node.path)) as connection, pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate.migrate(connection, tmp_path / "backups", [*migrate.all_migrations(), BROKEN])
    assert dump(node.path) == before
    ledger = node.open()
    talk(ledger, 2, 1)
    ledger.close()


def test_a_copy_that_cannot_be_made_stops_the_step(node: Node, tmp_path: Path) -> None:
    before, backups = dump(node.path), tmp_path / "backups"
    backups.write_bytes(b"a file where the folder should be")
    with contextlib.closing(raw(node.path)) as connection, pytest.raises(FileExistsError):
        migrate.migrate(connection, backups, [*migrate.all_migrations(), EXTRA])
    assert dump(node.path) == before


def test_a_damaged_database_is_not_migrated(node: Node, tmp_path: Path) -> None:
    data = bytearray(node.path.read_bytes())
    for page in range(4, len(data) // 4096):
        data[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    node.path.write_bytes(data)
    backups = tmp_path / "backups"
    with contextlib.closing(raw(node.path)) as connection, pytest.raises((StoreCorrupt, sqlite3.DatabaseError)):
        migrate.migrate(connection, backups, [*migrate.all_migrations(), EXTRA])
    assert list(backups.iterdir()) == []
    assert node.path.read_bytes() == data


def test_a_newer_schema_is_refused(node: Node) -> None:
    with contextlib.closing(raw(node.path)) as connection:
        connection.execute("PRAGMA user_version = 1000")
    before = dump(node.path)
    with pytest.raises(SchemaTooNew, match="1000") as caught:
        node.open()
    assert caught.value.remedy
    assert dump(node.path) == before


@pytest.mark.parametrize("statement", ["CREATE TABLE theirs (a)", "PRAGMA application_id = 1234",
                                       "CREATE TABLE theirs (a); PRAGMA user_version = 1"])  # fmt: skip
def test_another_programs_database_is_refused(tmp_path: Path, statement: str) -> None:
    node = Node(tmp_path / "ledger.sqlite")
    with contextlib.closing(raw(node.path)) as connection:
        connection.executescript(statement)
    before = dump(node.path)
    with pytest.raises(StoreCorrupt, match="another program"):
        node.open()
    assert dump(node.path) == before


def test_no_database_at_all_is_refused(tmp_path: Path) -> None:
    node = Node(tmp_path / "ledger.sqlite")
    node.path.write_bytes(b"this is a letter to grandmother\n" * 200)
    with pytest.raises(StoreCorrupt):
        node.open()
    assert node.path.read_bytes().startswith(b"this is a letter")
