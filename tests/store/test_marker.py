"""Does the marker tell a database that lost its end from one that did not, and never accuse wrongly?"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest

from ccnode.store import audit
from ccnode.store.ledger import lost_end, marker_path
from ccnode.store.marker import SLOT_BYTES, Mark, Marker, read_marker
from tests.store.support import Node, fields, reader, talk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.head"


def write(path: Path, *marks: tuple[int, bytes]) -> None:
    marker = Marker(path)
    for entry, digest in marks:
        marker.write(entry, digest)
    marker.close()


def test_the_newest_mark_is_read(path: Path) -> None:
    assert read_marker(path) is None
    write(path)
    assert read_marker(path) is None
    write(path, (1, b"a" * 32))
    assert read_marker(path) == Mark(1, 1, b"a" * 32)
    write(path, (2, b"b" * 32), (5, b"c" * 32))
    assert read_marker(path) == Mark(3, 5, b"c" * 32)
    assert path.stat().st_size == 2 * SLOT_BYTES
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_torn_write_costs_one_slot(path: Path) -> None:
    write(path, *((number, bytes([number]) * 32) for number in range(1, 6)))
    whole = path.read_bytes()
    newest = read_marker(path)
    assert newest is not None
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        mark = read_marker(path)
        assert mark is not None
        assert mark.entry in (4, 5)
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        mark = read_marker(path)
        assert mark is None or mark.entry in (4, 5)


@pytest.mark.parametrize("data", [b"", b"\0" * 128, b"ccn-head" * 40, bytes(range(256)) * 100])
def test_any_bytes_give_a_mark_or_none(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    assert read_marker(path) is None
    write(path, (7, b"x" * 32))
    assert read_marker(path) == Mark(1, 7, b"x" * 32)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = Node(tmp_path / "ledger.sqlite")
    ledger = made.open()
    talk(ledger, 1, 20)
    ledger.close()
    return made


def found(node: Node) -> str | None:
    with contextlib.closing(reader(node.path)) as connection:
        return lost_end(node.path, connection)


def test_nothing_is_lost(node: Node) -> None:
    assert found(node) is None
    marker_path(node.path).unlink()
    assert found(node) is None


def test_a_marker_left_behind_accuses_nobody(node: Node) -> None:
    old = marker_path(node.path).read_bytes()
    ledger = node.open()
    talk(ledger, 2, 3)
    ledger.close()
    marker_path(node.path).write_bytes(old)
    assert found(node) is None


def test_an_old_database_put_back_is_told(node: Node, tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    shutil.copy(node.path, old)
    ledger = node.open()
    talk(ledger, 2, 3)
    ledger.close()
    shutil.copy(old, node.path)
    message = found(node)
    assert message is not None
    assert "ends at entry 42" in message
    with contextlib.closing(reader(node.path)) as connection:
        assert fields(audit.verify(connection)) == [(None, "end")]


def test_another_database_is_told(node: Node, tmp_path: Path) -> None:
    other = Node(tmp_path / "other" / "ledger.sqlite", seed=2)
    other.path.parent.mkdir()
    ledger = other.open()
    talk(ledger, 1, 40)
    ledger.close()
    shutil.copy(other.path, node.path)
    message = found(node)
    assert message is not None
    assert "not the one that was committed" in message


def test_a_log_cut_short_is_told(node: Node) -> None:
    """SQLite drops an incomplete end of its log without a word; the marker, outside it, tells."""
    ledger = node.open()
    talk(ledger, 2, 5)
    log = node.path.with_name(node.path.name + "-wal")
    data, saved = log.read_bytes(), node.path.read_bytes()
    ledger.close()
    node.path.write_bytes(saved)
    for length in (len(data) - 1, len(data) // 2, 32, 0):
        log.write_bytes(data[:length])
        node.path.with_name(node.path.name + "-shm").unlink(missing_ok=True)
        with contextlib.closing(reader(node.path)) as connection:
            report = audit.verify(connection)
        assert (None, "end") in fields(report), length
        node.path.write_bytes(saved)
    log.write_bytes(data)
    node.path.with_name(node.path.name + "-shm").unlink(missing_ok=True)
    with contextlib.closing(reader(node.path)) as connection:
        assert audit.verify(connection).ok


def test_a_flipped_bit_in_the_log_is_told(node: Node) -> None:
    ledger = node.open()
    talk(ledger, 2, 5)
    log = node.path.with_name(node.path.name + "-wal")
    data, saved = log.read_bytes(), node.path.read_bytes()
    ledger.close()
    for at in (5, 40, len(data) // 3, len(data) // 2, len(data) - 3000):
        node.path.write_bytes(saved)
        log.write_bytes(data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :])
        node.path.with_name(node.path.name + "-shm").unlink(missing_ok=True)
        try:
            with contextlib.closing(reader(node.path)) as connection:
                report = audit.verify(connection)
        except sqlite3.Error:
            continue
        assert not report.ok, at
