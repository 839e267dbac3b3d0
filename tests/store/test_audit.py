"""Does an audit name every damage, by chain and position, and nothing where nothing is damaged?"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import sqlite3
import tracemalloc
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import audit, findings
from ccnode.store.errors import StoreError
from ccnode.store.home import Home
from ccnode.store.index import Index
from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import SigningKey, node_id, owner_id
from ccnode_protocol import records
from tests.store.support import START_MS, Node, fields, reader, say, session_id, stored_runs, talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.store.audit import Report
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Appended

MODES = [1, 7, 40]  # messages a commit, so that runs of all sizes occur


def several(count: int, session: int, text: str, parent: bytes) -> Job[list[Appended]]:
    """Say the same several times in one commit."""
    return lambda tx: [say(tx, session, text, parent) for _ in range(count)]


def fill(node: Node) -> None:
    """Three epochs with runs of several sizes, and another node's chain."""
    for epoch, size in enumerate(MODES):
        ledger = node.open()
        leaf = talk(ledger, epoch, 8)
        for part in range(3):
            ledger.append_sync(several(size, epoch, f"m {part}", leaf))
        ledger.append_sync(methodcaller("append", records.session_ended(session_id(epoch))))
        ledger.close()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed database, made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("original")
    other = Node(folder / "other.sqlite", seed=2)
    ledger = other.open()
    talk(ledger, 9, 12)
    ledger.close()
    node = Node(folder / "ledger.sqlite")
    fill(node)
    with contextlib.closing(reader(other.path)) as connection:
        chains = stored_runs(connection)
    ledger = node.open()
    for chain, runs in chains.items():
        ledger.append_sync(methodcaller("receive", chain, runs))
    ledger.close()
    return folder


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    for name in ("ledger.sqlite", "ledger.head"):
        shutil.copy(original / name, tmp_path / name)
    return tmp_path / "ledger.sqlite"


@contextlib.contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        yield connection
        connection.commit()


def verify(path: Path, **more: Any) -> Report:
    with contextlib.closing(reader(path)) as connection:
        return audit.verify(connection, **more)


def entry_of(path: Path, epoch: int, seq: int) -> tuple[int, str]:
    """The local number of an entry, and its chain's name."""
    with contextlib.closing(reader(path)) as connection:
        row, node, name = connection.execute(
            "SELECT id, node, epoch FROM chains ORDER BY id LIMIT 1 OFFSET ?", (epoch,)
        ).fetchone()
        found = connection.execute("SELECT id FROM entries WHERE chain = ? AND seq = ?", (row, seq)).fetchone()
    return found[0], f"{node.hex()[:12]}/{name.hex()[:12]}/0"


def flip(path: Path, table: str, column: str, identifier: int, at: int, bit: int = 0) -> None:
    with writing(path) as connection:
        value = connection.execute(f"SELECT {column} FROM {table} WHERE id = ?", (identifier,)).fetchone()[0]
        changed = bytearray(value)
        changed[at] ^= 1 << bit
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (bytes(changed), identifier))


def test_nothing_is_wrong(path: Path) -> None:
    steps: list[tuple[int, int]] = []
    report = verify(path, progress=lambda done, total: steps.append((done, total)))
    assert report == audit.Report(True, report.entries, report.chains)
    assert [chain["ok"] for chain in report.chains] == [True] * 4
    assert sum(chain["length"] for chain in report.chains) == report.entries
    assert steps[-1] == (report.entries, report.entries)
    json.dumps(report.chains)


def test_an_empty_database(tmp_path: Path) -> None:
    node = Node(tmp_path / "ledger.sqlite")
    node.open().close()
    assert verify(node.path) == audit.Report(True, 0)


@pytest.mark.parametrize("epoch", range(4))
@pytest.mark.parametrize("at", [0, 1, 5, 20, 60, 90, 120, 150, 180, 188, 195, 199])
def test_a_flipped_bit_in_a_header(path: Path, epoch: int, at: int) -> None:
    for seq in (0, 1, 9, 16):
        identifier, chain = entry_of(path, epoch, seq)
        flip(path, "entries", "header", identifier, at)
        report = verify(path)
        assert not report.ok
        assert [(problem.chain, problem.seq, problem.field) for problem in report.problems] == [(chain, seq, "header")]
        assert [one["chain"] for one in report.chains if not one["ok"]] == [chain]
        flip(path, "entries", "header", identifier, at)
    assert verify(path).ok


@pytest.mark.parametrize("column", ["meta", "sealed"])
def test_a_flipped_bit_in_a_body(path: Path, column: str) -> None:
    for epoch, seq in ((0, 1), (1, 4), (2, 30), (3, 7)):
        identifier, chain = entry_of(path, epoch, seq)
        flip(path, "entries", column, identifier, 5)
        report = verify(path, projections=False)
        field = {"meta": "meta", "sealed": "content"}[column]
        assert [(problem.chain, problem.seq, problem.field) for problem in report.problems] == [(chain, seq, field)]
        flip(path, "entries", column, identifier, 5)
    assert verify(path).ok


def test_a_flipped_bit_in_each_signature(path: Path) -> None:
    with contextlib.closing(reader(path)) as connection:
        runs = connection.execute("SELECT id, chain, last_seq FROM runs").fetchall()
    for run, _, last in random.Random(1).sample(runs, 12):
        flip(path, "runs", "signature", run, run % 64, run % 8)
        report = verify(path, projections=False)
        assert fields(report) == [(last, "signature")]
        flip(path, "runs", "signature", run, run % 64, run % 8)
    assert verify(path).ok


def test_every_damage_is_named_not_only_the_first(path: Path) -> None:
    expected = set()
    for epoch, seq, column, at in ((0, 2, "header", 60), (0, 3, "header", 185), (0, 9, "meta", 2), (1, 0, "header", 3),
                                   (1, 16, "header", 100), (2, 50, "sealed", 40), (2, 51, "digest", 4),
                                   (3, 5, "sealed", 0)):  # fmt: skip
        identifier, chain = entry_of(path, epoch, seq)
        flip(path, "entries", column, identifier, at)
        expected.add((chain, seq, {"sealed": "content"}.get(column, column)))
    with contextlib.closing(reader(path)) as connection:
        run, last = connection.execute("SELECT id, last_seq FROM runs WHERE chain = 3 AND last_seq > 60").fetchone()
    flip(path, "runs", "signature", run, 1)
    expected.add((entry_of(path, 2, 0)[1], last, "signature"))
    report = verify(path, projections=False)
    found = {(problem.chain, problem.seq, problem.field) for problem in report.problems if problem.chain}
    assert found == expected


def test_deleted_and_added_entries(path: Path) -> None:
    identifier, chain = entry_of(path, 1, 5)
    with writing(path) as connection:
        connection.execute("DELETE FROM entries WHERE id = ?", (identifier,))
    assert (5, "sequence") in fields(verify(path))
    identifier, chain = entry_of(path, 0, 0)
    with writing(path) as connection:
        connection.execute("DELETE FROM entries WHERE id = ?", (identifier,))
        connection.execute("INSERT INTO entries VALUES (9999, 77, 0, 17, 1, x'01', x'02', x'03', NULL)")
    report = verify(path)
    assert {(chain, 0, "sequence"), ("", None, "entries")} <= {(p.chain, p.seq, p.field) for p in report.problems}


def test_a_tail_cut_off_with_everything_made_to_fit(path: Path) -> None:
    """Somebody removes the end of an older epoch, runs, length, head and all: the next epoch names what was there."""
    with writing(path) as connection:
        newest = "SELECT first_seq, last_seq FROM runs WHERE chain = 1 ORDER BY id DESC"
        first, last = connection.execute(newest).fetchone()
        connection.execute("DELETE FROM runs WHERE chain = 1 AND last_seq = ?", (last,))
        connection.execute("DELETE FROM entries WHERE chain = 1 AND seq >= ?", (first,))
        head = connection.execute("SELECT digest FROM entries WHERE chain = 1 ORDER BY seq DESC").fetchone()[0]
        connection.execute("UPDATE chains SET length = ?, head = ? WHERE id = 1", (first, head))
    report = verify(path, projections=False)
    assert fields(report) == [(0, "predecessor")]
    assert report.problems[0].chain == entry_of(path, 1, 0)[1]
    with writing(path) as connection:
        connection.execute("DELETE FROM runs WHERE chain = 1")
        connection.execute("DELETE FROM entries WHERE chain = 1")
        connection.execute("DELETE FROM chains WHERE id = 1")
    assert fields(verify(path, projections=False)) == [(0, "predecessor")]


CHANGES = {
    "chains": ["node = zeroblob(32)", "epoch = zeroblob(16)", "audience = 1", "length = length + 1", "head = x'00'",
               "length = 'many'", "node = 'text'", "audience = 9"],
    "entries": ["seq = seq + 1000", "kind = 18", "time = time + 1", "digest = zeroblob(32)", "sealed = NULL",
                "sealed = x''", "header = 'text'", "meta = 'text'", "time = 'text'", "digest = 'x'", "header = x''",
                "sealed = 'text'", "chain = 2, seq = 5000", "chain = 77"],
    "runs": ["first_seq = first_seq - 1", "first_seq = first_seq + 1", "last_seq = last_seq + 5000",
             "signature = x'00'", "chain = 2, last_seq = 5000", "chain = 88",
             "first_seq = 'x'", "signature = 'x'", "last_seq = -4"],
}  # fmt: skip


@pytest.mark.parametrize(("table", "change"), [(table, change) for table in CHANGES for change in CHANGES[table]])
def test_changed_columns_of_the_record(path: Path, table: str, change: str) -> None:
    row = {"chains": 1, "entries": entry_of(path, 0, 12)[0], "runs": 7}[table]
    with writing(path) as connection:
        connection.execute(f"UPDATE {table} SET {change} WHERE id = {row}")
    report = verify(path)
    assert not report.ok
    assert len(report.problems) < 60


OTHER_CHANGES = [
    "UPDATE messages SET depth = depth + 1 WHERE id = 12",
    "UPDATE messages SET parent_id = NULL WHERE id = 12",
    "UPDATE messages SET role = 2 WHERE id = 12",
    "UPDATE messages SET role = role + 0.5 WHERE id = 12",
    "UPDATE messages SET key = x'00' WHERE id = 12",
    "DELETE FROM messages WHERE id = 12",
    "INSERT INTO messages SELECT 88888, session, 5, 5, role, time, key, NULL, NULL, NULL FROM messages WHERE id = 12",
    "UPDATE session_events SET due_ms = 1",
    "DELETE FROM session_events",
    "INSERT INTO cancellations VALUES (5, x'00', 5)",
    "UPDATE sessions SET ended = NULL",
    "UPDATE sessions SET titled = titled + 1",
    "DELETE FROM sessions WHERE time = (SELECT min(time) FROM sessions)",
    "INSERT INTO sessions VALUES (x'00', 1, 1, NULL, 1, NULL, NULL, NULL, NULL)",
    "DELETE FROM own_keys",
    "INSERT INTO own_keys VALUES (x'00')",
    "UPDATE positions SET value = 99999",
    "DELETE FROM positions",
    "DROP INDEX messages_parent",
    "DROP VIEW outbox",
    "CREATE TABLE more (a)",
    "CREATE TRIGGER more AFTER INSERT ON entries BEGIN DELETE FROM messages; END",
    "CREATE TRIGGER sqliteXmore AFTER INSERT ON entries BEGIN DELETE FROM messages; END",
    "PRAGMA user_version = 77",
    "PRAGMA application_id = 77",
    "UPDATE entries SET digest = x'00' WHERE id = 1",
]


@pytest.mark.parametrize("change", OTHER_CHANGES)
def test_changes_beside_the_chains(path: Path, change: str) -> None:
    home = Home(path.parent)
    with_profile(home)
    assert verify(path, home=home).ok
    with writing(path) as connection:
        connection.execute(change)
    report = verify(path, home=home)
    assert not report.ok, change


def test_a_trigger_under_a_name_of_sqlites_own(path: Path) -> None:
    sql = "CREATE TRIGGER sqlite_more AFTER INSERT ON entries BEGIN DELETE FROM messages; END"
    with writing(path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_master VALUES ('trigger', 'sqlite_more', 'entries', 0, ?)", (sql,))
    assert [problem.field for problem in verify(path).problems] == ["schema"]


def test_statistics_of_the_query_planner_are_no_damage(path: Path) -> None:
    with writing(path) as connection:
        connection.execute("ANALYZE")
    assert verify(path).ok


def with_profile(home: Home, node: bytes | None = None) -> None:
    key, owner = node or Node(home.ledger).key.public.raw, SigningKey(b"o" * 32)
    certificate = certify(owner, key, START_MS)
    facts = {
        "node_id": node_id(key),
        "owner_id": owner_id(owner.public.raw),
        "certificate": {"body": certificate.body.hex(), "signature": certificate.signature.hex()},
    }
    home.profile.write_text(json.dumps(facts))


def test_the_certificate(path: Path) -> None:
    home = Home(path.parent)
    with_profile(home)
    whole = home.profile.read_bytes()
    assert verify(path, home=home).ok
    good = json.loads(whole)
    for data in (
        b"",
        b"[]",
        b"{" * 100_000,
        b"[" * 60_000,
        b'{"node_id": 5}',
        whole.replace(b'"signature": "', b'"signature": "00'),
        whole.replace(good["node_id"].encode(), node_id(b"n" * 32).encode()),
        whole.replace(good["owner_id"].encode(), owner_id(b"n" * 32).encode()),
    ):
        home.profile.write_bytes(data)
        assert fields(verify(path, home=home)) == [(None, "certificate")]
    with_profile(home, SigningKey(b"z" * 32).public.raw)  # a key that wrote nothing here yet
    assert verify(path, home=home).ok


def test_the_index(path: Path) -> None:
    home = Home(path.parent)
    index = Index(home.index, home.ledger, lambda ids: None)
    while index.catch_up():
        pass
    index.close()
    assert verify(path, home=home).ok
    with writing(home.index) as connection:
        connection.execute("UPDATE message_index SET text = 'forged' WHERE rowid = 12")
    assert fields(verify(path, home=home)) == [(None, "index")]
    index = Index(home.index, home.ledger, lambda ids: None)
    index.make_anew()
    while index.catch_up():
        pass
    index.close()
    assert verify(path, home=home).ok
    with writing(home.index) as connection:  # the words in it are damaged, the texts are not
        block = "SELECT id, block FROM message_index_data ORDER BY length(block) DESC"
        row, data = connection.execute(block).fetchone()
        at = data.rindex(b"says") if b"says" in data else len(data) // 2
        forged = data[:at] + b"z" + data[at + 1 :]
        connection.execute("UPDATE message_index_data SET block = ? WHERE id = ?", (forged, row))
    assert {field for _, field in fields(verify(path, home=home))} == {"index"}
    home.index.write_bytes(b"\0" * 5000)
    assert fields(verify(path, home=home)) == [(None, "index")]


def snapshot(path: Path) -> dict[str, list[tuple[Any, ...]]] | None:
    """All that can be read from a database; None where it cannot be read to its end."""
    tables = ("chains", "entries", "own_keys", "runs", "positions", "messages", "session_events", "cancellations",
              "sessions", "outbox")  # fmt: skip
    try:
        with contextlib.closing(reader(path)) as connection:
            found = {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables}
            for column in ("session, time", "parent_id", "key"):  # by the indexes, too
                by_index = f"SELECT {column}, id FROM messages ORDER BY {column}, id"
                found[column] = connection.execute(by_index).fetchall()
            return found
    except (sqlite3.Error, ValueError):
        return None


@pytest.mark.parametrize("part", range(8))
def test_bits_flipped_anywhere_in_the_file(path: Path, part: int) -> None:
    """Each is either found, or changes nothing that can be read."""
    chance, whole, expected, found = random.Random(part), path.read_bytes(), snapshot(path), 0
    said = [at for at, byte in enumerate(whole) if byte]  # every other one falls there: much of the file is empty
    for turn in range(25):
        at, bit = chance.choice(said) if turn % 2 else chance.randrange(len(whole)), chance.randrange(8)
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        try:
            ok = verify(path).ok
        except sqlite3.Error:  # it does not even open
            ok = False
        found += not ok
        if ok:
            assert snapshot(path) == expected, (at, bit)
    assert found > 5  # of 25: the rest falls on what is empty


def test_bits_flipped_in_the_file_header(path: Path) -> None:
    whole, expected = path.read_bytes(), snapshot(path)
    for at in range(100):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        try:
            ok = verify(path).ok
        except (sqlite3.Error, StoreError):
            ok = False
        if ok:
            assert snapshot(path) == expected, at


def test_damaged_pages_are_named_and_the_rest_is_verified(path: Path) -> None:
    whole = path.read_bytes()
    verified = 0
    for page in range(1, len(whole) // 4096):
        path.write_bytes(whole[: page * 4096] + b"\xa5" * 4096 + whole[(page + 1) * 4096 :])
        report = verify(path)
        assert not report.ok, page
        assert len(report.problems) <= findings.PROBLEMS_MAX + 1
        verified += any(chain["ok"] for chain in report.chains)
    assert verified > 10


def test_a_truncated_database(path: Path) -> None:
    whole = path.read_bytes()
    for share in (0.2, 0.5, 0.9, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        try:
            report = verify(path)
        except sqlite3.Error:
            continue
        assert not report.ok
        assert any(problem.field in {"file", "end", "page"} for problem in report.problems)
    path.write_bytes(b"")  # an empty database is a sound one, but not the one that was here
    report = verify(path)
    assert not report.ok


def test_problems_are_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "PROBLEMS_MAX", 20)
    with writing(path) as connection:
        connection.execute("UPDATE entries SET meta = x'00'")
    report = verify(path)
    assert len(report.problems) == 21
    assert "more problems" in report.problems[-1].message


def test_memory_stays_small_whatever_the_size_of_runs(tmp_path: Path) -> None:
    node = Node(tmp_path / "ledger.sqlite")
    ledger = node.open()
    for _ in range(40):
        ledger.append_sync(lambda tx: say(tx, 1, "x" * 1_000_000))
    ledger.append_sync(lambda tx: [say(tx, 1, "x") for _ in range(5_000)])
    ledger.close()
    tracemalloc.start()
    report = verify(node.path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.ok
    assert peak < 24 * 1024 * 1024


def test_withheld_content(path: Path) -> None:
    identifier, chain = entry_of(path, 1, 6)
    with writing(path) as connection:
        connection.execute("UPDATE entries SET sealed = NULL WHERE id = ?", (identifier,))
    report = verify(path)
    assert [(problem.chain, problem.seq, problem.field) for problem in report.problems] == [(chain, 6, "withheld")]
    assert (report.erased, report.withheld) == (0, 1)


def test_it_runs_beside_the_writer(path: Path) -> None:
    node = Node(path, seed=1)
    node.random.seed("later")
    ledger = node.open()
    talk(ledger, 50, 3)
    with contextlib.closing(reader(path)) as connection:
        done: list[int] = []

        def write_on(position: int, _: int) -> None:
            done.append(position)
            talk(ledger, 60 + len(done), 1)

        report = audit.verify(connection, progress=write_on)
        assert report.ok, report.problems
        assert audit.verify(connection).entries > report.entries
    ledger.close()
