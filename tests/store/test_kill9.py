"""Is every acknowledged entry there after kill -9, at any moment, under load, again and again?"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccnode.store import audit, rebuild
from ccnode.store.home import Home
from ccnode.store.project import TABLES
from tests.store.support import reader

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

WRITER = Path(__file__).with_name("kill9_writer.py")
KILLS_A_DATABASE = 25
NOTE_BYTES = 65  # 64 hex digits and a line end
WAIT_S = 30


class Nursery:
    """Starts writers and kills them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def kill_one(self, database: Path, notes: Path, acknowledged: int, delay_s: float) -> None:
        """Start a writer; kill it a moment after it noted that many acknowledgements."""
        assert self._process.stdin
        self._process.stdin.write(f"{database}\t{notes}\n")
        self._process.stdin.flush()
        child, before = int(self._read()), notes.stat().st_size if notes.exists() else 0
        deadline = time.monotonic() + WAIT_S
        while acknowledged and time.monotonic() < deadline:
            if notes.exists() and notes.stat().st_size >= before + acknowledged * NOTE_BYTES:
                break
            time.sleep(0.0005)
        time.sleep(delay_s)
        os.kill(child, signal.SIGKILL)
        assert self._read() == "gone"


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    command = [sys.executable, str(WRITER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Nursery(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait(WAIT_S) == 0


def acknowledged(notes: Path) -> list[bytes]:
    lines = notes.read_bytes().split(b"\n") if notes.exists() else []
    return [bytes.fromhex(line.decode()) for line in lines if len(line) == NOTE_BYTES - 1]


def rows(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in TABLES}


@pytest.mark.parametrize("group", range(8))
def test_two_hundred_kills(nursery: Nursery, tmp_path: Path, group: int) -> None:
    chance, home, notes = random.Random(group), Home(tmp_path / "home"), tmp_path / "notes"
    home.make()
    for kill in range(KILLS_A_DATABASE):
        wanted = chance.choice([0, 1, 5, 20, 60])  # 0: while it opens, or makes the database
        nursery.kill_one(home.ledger, notes, wanted, chance.random() * (0.04 if not wanted else 0.004))
        if not home.ledger.exists():
            assert not acknowledged(notes)
            continue
        with contextlib.closing(reader(home.ledger)) as connection:
            if not acknowledged(notes) and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                continue  # killed before the schema was there
            present = {digest for (digest,) in connection.execute("SELECT digest FROM entries")}
            assert present.issuperset(acknowledged(notes)), kill
            report = audit.verify(connection, home)
        assert report.ok, report.problems
    with contextlib.closing(reader(home.ledger)) as connection:
        incremental = rows(connection)
    rebuild.rebuild_file(home)
    with contextlib.closing(reader(home.ledger)) as connection:
        assert rows(connection) == incremental
    assert len(acknowledged(notes)) > KILLS_A_DATABASE
