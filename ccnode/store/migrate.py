"""Which schema has this database, and how does it get the newest? Numbered SQL files, a verified copy before each."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final

from ccnode.store.errors import SchemaTooNew, StoreCorrupt

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_ID: Final = 0x63636E31  # "ccn1": marks the file as ours


WHOSE_WORD_COUNTS: Final = 3  # these steps make rows for which signatures must be verified
PLATES: Final = 5
MEASUREMENTS: Final = 7
NOTES: Final = 9
KNOWLEDGE: Final = 13
ORDER_TERMS: Final = 15


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step; `sql` is a script that SQLite runs in one transaction."""

    number: int
    name: str
    sql: str


def all_migrations() -> list[Migration]:
    """Every migration that this program has, in order."""
    found = []
    for item in resources.files("ccnode.store").joinpath("migrations").iterdir():
        if item.name.endswith(".sql"):
            number = int(item.name.split("_")[0])
            found.append(Migration(number, item.name, item.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.number)


def version_of(connection: sqlite3.Connection) -> int:
    """The number of the newest migration that the database has had; 0 for an empty file."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def check_version(connection: sqlite3.Connection, newest: int) -> int:
    """Return the database's version.

    Raises:
        SchemaTooNew: a newer program wrote it.
        StoreCorrupt: the file is some other program's database.
    """
    version = version_of(connection)
    application: int = connection.execute("PRAGMA application_id").fetchone()[0]
    foreign = application != APPLICATION_ID if version else bool(application or _has_tables(connection))
    if foreign:
        raise StoreCorrupt("the file is another program's database", remedy="point --data-dir elsewhere")
    if version > newest:
        raise SchemaTooNew(
            f"the database has schema {version}, this program knows up to {newest}",
            remedy="install the newer ccnode again, or restore the backup made before its upgrade",
        )
    return version


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


def copy_verified(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the whole database to `target`, consistent while it is in use, and check the copy.

    Raises:
        StoreCorrupt: the copy does not pass SQLite's own check; it is removed.
        sqlite3.Error, OSError: the copy cannot be made; it is removed.
    """
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    try:
        partial.touch(mode=0o600)
        copy = sqlite3.connect(partial)
        try:
            connection.backup(copy)
            verdict = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        finally:
            copy.close()
        if verdict != "ok":
            raise StoreCorrupt(f"the copy made before migrating is damaged: {verdict}", remedy="restore a backup")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def migrate(connection: sqlite3.Connection, backups: Path | None, migrations: list[Migration]) -> list[Migration]:
    """Bring the database to the newest schema; return the steps taken.

    Before each step on a database that holds something, a verified copy goes to `backups`.
    A step that fails leaves the database as it was.

    Raises:
        SchemaTooNew, StoreCorrupt: see `check_version` and `copy_verified`.
        sqlite3.Error: a step failed.
    """
    newest = migrations[-1].number if migrations else 0
    version = check_version(connection, newest)
    held = version > 0  # a new file has nothing to be copied before its later steps either
    taken = []
    for migration in migrations:
        if migration.number <= version:
            continue
        if held and backups is not None:
            backups.mkdir(mode=0o700, parents=True, exist_ok=True)
            copy_verified(connection, backups / f"before-migration-{migration.number:04d}.sqlite")
        pragmas = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {migration.number};"
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {migration.sql}\n{pragmas}")
            _complete(connection, migration)
            connection.execute("COMMIT")
        except (sqlite3.Error, StoreCorrupt):
            if connection.in_transaction:
                connection.rollback()
            raise
        version = migration.number
        taken.append(migration)
    return taken


def _complete(connection: sqlite3.Connection, migration: Migration) -> None:
    """What a step has to do beside its SQL, in the same transaction."""
    if migration.number == WHOSE_WORD_COUNTS:
        from ccnode.store import voices  # only for this step: others know nothing of entries

        voices.fill(connection)
    elif migration.number == PLATES:
        from ccnode.store import plates

        plates.fill(connection)
    elif migration.number == MEASUREMENTS:
        from ccnode.store import measurements

        measurements.fill(connection)
    elif migration.number == NOTES:
        from ccnode.store import notes

        notes.fill(connection)
    elif migration.number == KNOWLEDGE:
        from ccnode.store import packets

        packets.fill(connection)
    elif migration.number == ORDER_TERMS:
        from ccnode.store import order_terms

        order_terms.fill(connection)
