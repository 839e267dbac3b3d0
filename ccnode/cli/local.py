"""What does the database say, whether or not a daemon runs? Reading only, on a connection of this process."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from ccnode.cli.errors import NOT_FOUND, CliError
from ccnode.store import migrate, views
from ccnode.store.errors import translated
from ccnode.store.ledger import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccnode.store.home import Home
    from ccnode.store.views import View

T = TypeVar("T")


@contextmanager
def opened(home: Home) -> Iterator[sqlite3.Connection]:
    """A reading connection to the ledger.

    Raises:
        CliError: there is no ledger. StoreError: it cannot be read, or is of a newer program.
    """
    if not home.ledger.exists():
        raise CliError(
            f"there is no database in {home.root}",
            code="no_node",
            remedy="make a node: ccnode init",
            exit_code=NOT_FOUND,
        )
    connection = connect(home.ledger, writable=False)
    try:
        newest = max(step.number for step in migrate.all_migrations())
        version = migrate.check_version(connection, newest)
        if version < newest:
            raise CliError(
                f"the database has schema {version}, this program wants {newest}",
                code="schema_too_old",
                remedy="run: ccnode db migrate",
            )
        yield connection
    except sqlite3.Error as error:
        raise translated(error) from error
    finally:
        connection.close()


def ask(home: Home, view: View[T]) -> T:
    """Answer one view."""
    with opened(home) as connection:
        return views.run(connection, view)


def facts(home: Home, *wanted: View[Any]) -> list[Any]:
    """Answer several views on one connection."""
    with opened(home) as connection:
        return [views.run(connection, view) for view in wanted]
