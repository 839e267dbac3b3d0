"""How is the database, how is it made again from the chains, and how does it get the newest schema?"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import click

from ccnode.cli.errors import DEGRADED, NOT_FOUND, CliError
from ccnode.cli.params import Group, pass_state
from ccnode.cli.text import clean, count, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccnode.cli.state import State
    from ccnode.store.home import Home


@click.group("db", cls=Group, short_help="Look after the database.")
def command() -> None:
    """Look after the database. The chains in it are the record; everything else can be made again from them."""


@command.command("status")
@pass_state
def status(state: State) -> int:
    """Show schema, sizes, counts and how far the search index is. Ends with 6 where something is wrong."""
    from ccnode.store import migrate, views
    from ccnode.store.ledger import connect, lost_end

    home = state.node()
    newest = max(step.number for step in migrate.all_migrations())
    problems: list[str] = []
    facts: dict[str, Any] = {"path": str(home.ledger), "bytes": _size(home), "schema": None, "newest_schema": newest}
    with contextlib.closing(connect(home.ledger, writable=False)) as connection:
        facts["schema"] = migrate.check_version(connection, newest)
        if facts["schema"] < newest:
            problems.append("the schema is older than this program: ccnode db migrate")
        else:
            counts = views.run(connection, views.statistics())
            facts |= {name: getattr(counts, name) for name in ("entries", "chains", "sessions", "messages")}
            facts["index"] = index_progress(home)
            if lost := lost_end(home.ledger, connection):
                problems.append(lost)
    facts["problems"] = problems
    index = facts.get("index") or {}
    rows = [
        ("file", f"{home.ledger}  {size(int(facts['bytes']))}"),
        ("schema", f"{facts['schema']} of {newest}"),
        (
            "holds",
            f"{count(facts.get('entries', 0), 'entry', 'entries')}, {count(facts.get('messages', 0), 'message')}",
        ),
        ("index", f"{count(index['behind'], 'message')} behind" if index.get("behind") is not None else "is made anew"),
        *(("problem", text) for text in problems),
    ]
    state.emit(facts, "\n".join(f"{name:8} {clean(text)}" for name, text in rows))
    return DEGRADED if problems else 0


def _size(home: Home) -> int:
    files = (home.ledger.with_name(home.ledger.name + end) for end in ("", "-wal"))
    return sum(path.stat().st_size for path in files if path.exists())


def index_progress(home: Home) -> dict[str, int] | None:
    """The index's position and how many messages it lacks; None where it has to be made anew."""
    from ccnode.store.index import open_index

    try:
        with contextlib.closing(open_index(home.index, home.ledger, writable=False)) as connection:
            position = connection.execute("SELECT position FROM state").fetchone()[0]
            sql = "SELECT count(*) FROM ledger.messages WHERE id > ?"
            return {"position": position, "behind": connection.execute(sql, (position,)).fetchone()[0]}
    except (sqlite3.Error, TypeError):
        return None


@contextlib.contextmanager
def _held(home: Home) -> Iterator[None]:
    """The directory, held as a daemon holds it."""
    from ccnode.store.home import DirectoryLock, is_held

    if is_held(home):
        raise CliError(f"the daemon runs in {home.root}", code="in_use", remedy="stop it first: ccnode stop",
                       exit_code=NOT_FOUND)  # fmt: skip
    lock = DirectoryLock(home)
    try:
        yield
    finally:
        lock.release()


@command.command("rebuild", short_help="Make all tables again from the chains.")
@pass_state
def rebuild(state: State) -> None:
    """Make all tables again from the chains; the search index follows when the daemon starts."""
    from ccnode.cli.progress import bar
    from ccnode.store import rebuild as maker

    home = state.node()
    with _held(home), bar(state, "rebuilding") as move:
        made = maker.rebuild_file(home, move)
    state.emit(
        {"entries": made.entries, "rows": made.rows},
        f"made again from {count(made.entries, 'entry', 'entries')}: {count(sum(made.rows.values()), 'row')}",
    )


@command.command("migrate", short_help="Bring the database to this program's schema.")
@pass_state
def migrate_database(state: State) -> None:
    """Bring the database to this program's schema, after a checked copy. The daemon does so at its start."""
    from ccnode.store import migrate
    from ccnode.store.errors import translated
    from ccnode.store.ledger import connect

    home = state.node()
    steps = migrate.all_migrations()
    with _held(home), contextlib.closing(connect(home.ledger, writable=True)) as connection:
        try:
            taken = migrate.migrate(connection, home.backups, steps)
        except sqlite3.Error as error:
            raise translated(error) from error
        version = migrate.version_of(connection)
    data = {"schema": version, "steps": [step.name for step in taken]}
    done = ", ".join(step.name for step in taken)
    state.emit(data, f"schema {version}: {done}" if taken else f"schema {version}: nothing to do")
