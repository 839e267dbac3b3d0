"""Does a disk that is full, read-only, locked or damaged cost anything but the write that met it?"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pyrage
import pytest

from ccnode.store import audit, backup, ledger, rebuild, views
from ccnode.store.errors import (
    DirectoryInUse,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreReadOnly,
    translated,
)
from ccnode.store.home import DirectoryLock, Home
from tests.store.support import Node, reader, say, saying, session_id, talk

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534
BIG = "x" * 100_000


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


@pytest.fixture
def node(home: Home) -> Node:
    made = Node(home.ledger)
    with contextlib.closing(made.open()) as open_ledger:
        talk(open_ledger, 1, 20)
    return made


def check(node: Node, entries: int | None = None) -> None:
    with contextlib.closing(reader(node.path)) as connection:
        report = audit.verify(connection)
    assert report.ok, report.problems
    if entries is not None:
        assert report.entries == entries


# --- full ---


def test_a_full_database_loses_nothing_and_goes_on_when_there_is_room(node: Node) -> None:
    with contextlib.closing(node.open()) as open_ledger:
        pages = open_ledger._connection.execute("PRAGMA page_count").fetchone()[0]
        open_ledger._connection.execute(f"PRAGMA max_page_count = {pages + 3}")
        receipt = open_ledger.append_sync(saying(2, "there is still room"))
        for _ in range(3):
            with pytest.raises(StoreFull, match="nothing was written") as caught:
                open_ledger.append_sync(saying(2, BIG, receipt.digest))
            assert caught.value.remedy
        epoch = open_ledger.chains.epoch
        open_ledger._connection.execute("PRAGMA max_page_count = 1000000")
        after = open_ledger.append_sync(saying(2, BIG, receipt.digest))
        assert (after.chain.epoch, after.seq) == (epoch, receipt.seq + 1)
    check(node, 42 + 3)


@contextlib.contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """A disk that takes no more: writing beyond `size` bytes of any file fails, as root too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_no_more(node: Node, home: Home) -> None:
    with contextlib.closing(node.open()) as open_ledger:
        first = open_ledger.append_sync(saying(2, "text"))
        done, refused = [first], []
        with files_at_most(600_000):
            for _ in range(20):
                try:
                    done.append(open_ledger.append_sync(saying(2, BIG, first.digest)))
                except StoreError as error:
                    refused.append(error)
        assert all(isinstance(error, StoreFull | StoreReadOnly) and error.remedy for error in refused)
        assert len(refused) > 10
        done.append(open_ledger.append_sync(saying(2, "room again", first.digest)))
    with contextlib.closing(reader(node.path)) as connection:
        present = {digest for (digest,) in connection.execute("SELECT digest FROM entries")}
    assert present.issuperset(receipt.digest for receipt in done)
    check(node)


def test_opening_and_migrating_on_a_full_disk(home: Home) -> None:
    node = Node(home.ledger)
    with files_at_most(2_000), pytest.raises(StoreError):
        node.open()
    with contextlib.closing(node.open()) as open_ledger:
        talk(open_ledger, 1, 1)
    check(node, 4)


def test_a_backup_on_a_full_disk_leaves_nothing_behind(node: Node, home: Home) -> None:
    recipients = [str(pyrage.x25519.Identity.generate().to_public())]
    with contextlib.closing(node.open()) as open_ledger:
        for _ in range(5):
            open_ledger.append_sync(saying(1, BIG))
        for size in (10_000, 300_000, home.ledger.stat().st_size + 100):
            with files_at_most(size), pytest.raises(StoreError) as caught:
                backup.create(home, recipients=recipients)
            assert isinstance(caught.value, StoreFull | StoreReadOnly)
            assert list(home.backups.iterdir()) == []
        open_ledger.append_sync(saying(1, "it writes on"))
    check(node)
    assert backup.create(home, recipients=recipients).entries


def test_restoring_on_a_full_disk_leaves_everything_as_it_was(node: Node, home: Home, tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    made = backup.create(home, recipients=[str(identity.to_public())])
    before = home.ledger.read_bytes()
    with files_at_most(30_000):
        with pytest.raises(StoreFull):
            backup.restore(made.path, str(identity), home, replace=True)
        with pytest.raises(StoreFull):
            backup.verify(made.path, str(identity))
    assert home.ledger.read_bytes() == before
    assert [item.name for item in home.root.iterdir() if item.name.startswith((".", "replaced"))] == []
    check(node)


def test_a_rebuild_on_a_full_disk_changes_nothing(node: Node, home: Home) -> None:
    with contextlib.closing(node.open()) as open_ledger:
        open_ledger.append_sync(lambda tx: [say(tx, 1, "text") for _ in range(3_000)])
    with files_at_most(100_000), pytest.raises(StoreError):
        rebuild.rebuild_file(home)
    check(node)


# --- read-only ---


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder with a closed ledger that this process, for now, may only read."""
    folder = Path(tempfile.mkdtemp(prefix="ccnode-ro-"))
    node = Node(folder / "ledger.sqlite")
    with contextlib.closing(node.open()) as open_ledger:
        talk(open_ledger, 1, 5)
    root = os.geteuid() == 0
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    if root:
        os.seteuid(NOBODY)  # permissions do not hold the superuser back
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_read_only_directory(read_only: Path) -> None:
    with pytest.raises(StoreReadOnly) as caught:
        Node(read_only / "ledger.sqlite").open()
    assert caught.value.remedy
    with pytest.raises(StoreReadOnly):
        Node(read_only / "new.sqlite").open()
    with pytest.raises(StoreReadOnly):
        DirectoryLock(Home(read_only))
    with pytest.raises(StoreReadOnly):
        Home(read_only / "new").make()
    recipients = [str(pyrage.x25519.Identity.generate().to_public())]
    with pytest.raises(StoreReadOnly):
        backup.create(Home(read_only), recipients=recipients)
    with pytest.raises(StoreError):
        rebuild.rebuild_file(Home(read_only))


def test_reading_from_a_read_only_directory(read_only: Path) -> None:
    with contextlib.closing(reader(read_only / "ledger.sqlite")) as connection:
        assert audit.verify(connection, Home(read_only)).ok
        assert views.run(connection, views.statistics()).messages == 10


# --- locked ---

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN " + sys.argv[2])
print("held", flush=True)
sys.stdin.readline()
"""


@contextlib.contextmanager
def held(path: Path, how: str) -> Iterator[None]:
    """Another process holds the database locked."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.stdin.write("\n")
            process.stdin.close()


def test_a_database_that_another_process_holds(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "BUSY_TIMEOUT_MS", 50)
    with contextlib.closing(node.open()) as open_ledger:
        first = open_ledger.append_sync(saying(2, "one"))
        with held(node.path, "IMMEDIATE"):
            with pytest.raises(StoreBusy) as caught:
                open_ledger.append_sync(saying(2, "two"))
            assert caught.value.remedy
            with contextlib.closing(reader(node.path)) as connection:
                assert audit.verify(connection).ok
        second = open_ledger.append_sync(saying(2, "two", first.digest))
        assert second.seq == first.seq + 1
    check(node, 45)


def test_waiting_for_a_short_lock(node: Node) -> None:
    with contextlib.closing(node.open()) as open_ledger, contextlib.ExitStack() as stack:
        stack.enter_context(held(node.path, "IMMEDIATE"))
        results: list[int] = []
        thread = threading.Thread(target=lambda: results.append(open_ledger.append_sync(saying(2, "text")).seq))
        thread.start()
        stack.close()
        thread.join()
        assert results == [1]
    check(node)


# --- two openers ---


def test_the_second_daemon_is_refused_and_told_who_holds_it(home: Home) -> None:
    lock = DirectoryLock(home)
    with pytest.raises(DirectoryInUse, match=str(os.getpid())) as caught:
        DirectoryLock(home)
    assert caught.value.pid == os.getpid()
    assert caught.value.remedy
    lock.release()
    DirectoryLock(home).release()


def test_two_ledgers_on_one_file_never_spoil_it(node: Node) -> None:
    """The lock of the directory prevents this; should it ever fail, a write may be refused, but never done wrong."""
    with contextlib.closing(node.open()) as one, contextlib.closing(node.open()) as two:
        refused = 0
        for number in range(20):
            for writer in (one, two):
                try:
                    writer.append_sync(saying(number, "text"))
                except StoreError:
                    refused += 1
        assert refused < 40
    check(node)


# --- damaged ---


def test_a_corrupt_page_is_said_and_others_can_be_read(node: Node) -> None:
    with contextlib.closing(sqlite3.connect(node.path)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'messages_session'").fetchone()[0]
    data = bytearray(node.path.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    node.path.write_bytes(data)
    with contextlib.closing(node.open()) as open_ledger:
        with pytest.raises(StoreCorrupt) as caught:
            open_ledger.append_sync(saying(1, "text"))
        assert "restore" in caught.value.remedy
        named = open_ledger.append_sync(lambda tx: tx.query("SELECT count(*) FROM entries"))
        assert named == [(42,)]
    with contextlib.closing(reader(node.path)) as connection:
        with pytest.raises(StoreCorrupt):
            views.run(connection, views.branch(session_id(1)))
        report = audit.verify(connection)
    assert not report.ok
    assert [chain["ok"] for chain in report.chains] == [True]


def test_errors_are_translated() -> None:
    for code, wanted in (
        (sqlite3.SQLITE_BUSY, StoreBusy),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreBusy),
        (sqlite3.SQLITE_LOCKED, StoreBusy),
        (sqlite3.SQLITE_FULL, StoreFull),
        (sqlite3.SQLITE_READONLY, StoreReadOnly),
        (sqlite3.SQLITE_CANTOPEN, StoreReadOnly),
        (sqlite3.SQLITE_IOERR_FSYNC, StoreReadOnly),
        (sqlite3.SQLITE_CORRUPT, StoreCorrupt),
        (sqlite3.SQLITE_NOTADB, StoreCorrupt),
        (sqlite3.SQLITE_CONSTRAINT, StoreError),
    ):
        error = sqlite3.OperationalError("words")
        error.sqlite_errorcode = code
        assert type(translated(error)) is wanted
    assert type(translated(sqlite3.ProgrammingError("closed"))) is StoreError
