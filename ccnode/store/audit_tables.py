"""Are the tables beside the chains what the chains make of them? Schema, own keys, projections and the index."""

from __future__ import annotations

import contextlib
import sqlite3
from itertools import islice
from typing import TYPE_CHECKING, Final

from ccnode.store import index, migrate, voices
from ccnode.store.findings import UNREADABLE
from ccnode.store.project import TABLES, Projector
from ccnode.store.rebuild import NOBODY, entries_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ccnode.store.findings import Findings

BATCH: Final = 1_000
DIFFERENCES_MAX: Final = 50  # of one table; more of the same helps nobody
_KEYS: Final = dict.fromkeys(TABLES, "id") | {"sessions": "session", "activity": "session"}
# Nothing is left out by its name: a trigger may be called sqlite_anything, and would run at our next write.
_SCHEMA: Final = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master"
    " WHERE NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4')) ORDER BY type, name, sql"
)


def new_scratch() -> sqlite3.Connection:
    """An empty database of the newest schema in a temporary file of SQLite's own, gone when it is closed."""
    scratch = sqlite3.connect("", isolation_level=None)
    scratch.execute("PRAGMA journal_mode = OFF")
    scratch.execute("PRAGMA synchronous = OFF")
    migrate.migrate(scratch, None, migrate.all_migrations())
    return scratch


def check_file(connection: sqlite3.Connection, findings: Findings) -> None:
    """SQLite's own check of pages and indexes."""
    try:
        for (line,) in connection.execute("PRAGMA integrity_check"):
            if line != "ok":
                findings.add("", None, "file", str(line))
    except UNREADABLE as error:
        findings.add("", None, "file", f"SQLite's integrity check cannot go on: {error}")


def check_schema(connection: sqlite3.Connection, scratch: sqlite3.Connection, findings: Findings) -> None:
    """Tables, indexes and views are those that the migrations make."""
    try:
        version, newest = migrate.version_of(connection), migrate.version_of(scratch)
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        if version < newest and application == migrate.APPLICATION_ID:
            findings.add("", None, "schema", f"schema {version} is older than {newest}: run 'ccnode db migrate'")
        elif version != newest or application != migrate.APPLICATION_ID:
            findings.add("", None, "schema", f"the file says schema {version} of application {application:#x}")
        elif connection.execute(_SCHEMA).fetchall() != scratch.execute(_SCHEMA).fetchall():
            findings.add("", None, "schema", "tables, indexes or views are not those that this version makes")
    except UNREADABLE as error:
        findings.add("", None, "schema", f"cannot be read: {error}")


def check_record(connection: sqlite3.Connection, own: bytes | None, findings: Findings) -> None:
    """Rows that belong to no chain, and keys that wrote none. `own`: this node's key, where known."""
    checks = {
        "entries": "SELECT count(*) FROM entries WHERE chain NOT IN (SELECT id FROM chains)",
        "runs": "SELECT count(*) FROM runs WHERE chain NOT IN (SELECT id FROM chains)",
        "own_keys": "SELECT count(*) FROM own_keys WHERE node NOT IN (SELECT node FROM chains)",
    }
    for table, sql in checks.items():
        try:
            count = connection.execute(sql).fetchone()[0]
        except UNREADABLE as error:
            findings.add("", None, table, f"cannot be read: {error}")
            continue
        if count:
            findings.add("", None, table, f"{count} rows belong to no chain")
    try:
        wrote = "SELECT 1 FROM chains WHERE node = ? AND node NOT IN (SELECT node FROM own_keys)"
        if own is not None and connection.execute(wrote, (own,)).fetchone():
            findings.add("", None, "own_keys", "this node's key is not among the keys that this directory wrote with")
        published, newest = connection.execute(
            "SELECT (SELECT value FROM positions WHERE name = 'published'), (SELECT max(id) FROM runs)"
        ).fetchone()
        if type(published) is not int or not 0 <= published <= (newest or 0):
            findings.add("", None, "positions", f"the outbox stands at {published!r}, the newest run is {newest}")
    except UNREADABLE as error:
        findings.add("", None, "positions", f"cannot be read: {error}")


def check_projections(
    connection: sqlite3.Connection, scratch: sqlite3.Connection, findings: Findings, progress: Callable[[int], None]
) -> None:
    """Make the projections again from the entries, in `scratch`, and compare them row by row."""
    try:
        make_projections(connection, scratch, progress)
    except (*UNREADABLE, TypeError) as error:
        findings.add("", None, "projections", f"cannot be compared before the entries are mended: {error}")
        return
    for table in TABLES:
        key = _KEYS[table]
        sql = f"SELECT * FROM {table} ORDER BY {key}"  # names from TABLES
        column = [name for _, name, *_ in scratch.execute(f"PRAGMA table_info({table})")].index(key)
        try:
            pairs = _differences(connection.execute(sql), scratch.execute(sql), column)
            for found, (identifier, what) in enumerate(pairs):
                if found == DIFFERENCES_MAX:
                    findings.add("", None, table, "and more rows of this table")
                    break
                name = identifier.hex() if isinstance(identifier, bytes) else identifier
                findings.add("", None, table, f"row {name} {what}: run 'ccnode db rebuild'")
        except UNREADABLE as error:
            findings.add("", None, table, f"cannot be read: {error}")


def make_projections(source: sqlite3.Connection, target: sqlite3.Connection, progress: Callable[[int], None]) -> None:
    """Project every entry of `source` into `target`, a database of its own that is empty so far.

    Raises:
        sqlite3.Error: the entries cannot be read.
        TypeError: an entry's columns hold values of the wrong type.
    """
    target.execute("DROP INDEX entries_position")  # nothing here asks for positions
    target.execute("BEGIN")
    projector = Projector(target, voices.load(source.execute, scan=True))
    nodes: dict[bytes, int] = {}  # who wrote, by a number that stands for all chains of theirs
    cursor = entries_of(source)
    while rows := list(islice(cursor, BATCH)):
        for at, (entry, digest, kind, time, meta, written_by) in enumerate(rows):
            if not (type(digest) is bytes and type(kind) is int and type(time) is int and type(meta) is bytes):
                raise TypeError("an entry has a column of the wrong type")
            node = written_by if type(written_by) is bytes else NOBODY
            if node not in nodes:
                nodes[node] = len(nodes) + 1
                target.execute("INSERT INTO chains VALUES (?, ?, x'', 0, 0, x'')", (nodes[node], node))
            rows[at] = (entry, digest, kind, time, meta, node)
        target.executemany(
            "INSERT INTO entries VALUES (?, ?, 0, ?, ?, ?, x'', x'', NULL)",
            [(entry, nodes[node], kind, time, digest) for entry, digest, kind, time, _, node in rows],
        )
        for entry, digest, kind, time, meta, node in rows:
            projector.apply(entry, digest, kind, time, meta, node, None)
        progress(len(rows))
    projector.flush()
    target.execute("COMMIT")


def _differences(
    stored: Iterator[tuple[object, ...]], made: Iterator[tuple[object, ...]], key: int
) -> Iterator[tuple[object, str]]:
    """The keys of rows that differ, with how; both sides are sorted by the column `key`."""
    have, want = next(stored, None), next(made, None)
    while have is not None or want is not None:
        if want is None or (have is not None and _order(have[key]) < _order(want[key])):
            if have is not None:
                yield have[key], "has no entry behind it"
            have = next(stored, None)
        elif have is None or _order(have[key]) > _order(want[key]):
            yield want[key], "is missing"
            want = next(made, None)
        else:
            if have != want or list(map(type, have)) != list(map(type, want)):
                yield want[key], "is not what the entries say"
            have, want = next(stored, None), next(made, None)


def _order(value: object) -> tuple[int, object]:
    """SQLite's order of values of mixed types."""
    return (0, value) if isinstance(value, int | float) else (2, value) if isinstance(value, bytes) else (1, str(value))


def check_index(path: Path, ledger: Path, findings: Findings) -> None:
    """The full-text index holds what the ledger says, as far as it has come; a missing one is made by the daemon."""
    if not path.exists():
        return
    try:
        with contextlib.closing(_open_index(path, ledger)) as connection:
            lines = [line for (line,) in connection.execute("PRAGMA main.quick_check(5)") if line != "ok"]
            for line in lines or index.differences(connection):
                findings.add("", None, "index", f"{line}: run 'ccnode db rebuild'")
    except (*UNREADABLE, ValueError, TypeError) as error:
        findings.add("", None, "index", f"cannot be read: {error}: run 'ccnode db rebuild'")


def _open_index(path: Path, ledger: Path) -> sqlite3.Connection:
    """Writable, because FTS5 takes its check for a statement that writes; where the disk is read-only, without it."""
    try:
        return index.open_index(path, ledger, writable=True)
    except sqlite3.OperationalError:
        return index.open_index(path, ledger, writable=False)
