"""Can the ledger be read at all? A look at the first and the last of every table, before anybody is told that it can.

It takes a millisecond whatever the size, and so finds only damage that lies where it looks. All of it is looked at by
the audit, and page by page with each backup.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Final

from ccnode.store.errors import translated
from ccnode.store.ledger import connect

if TYPE_CHECKING:
    from pathlib import Path

_TABLES: Final = "SELECT name, sql LIKE '%WITHOUT ROWID%' FROM sqlite_master WHERE type = 'table'"


def probe(path: Path) -> None:
    """Look. Raises StoreError: what is wrong, with the remedy."""
    with contextlib.closing(connect(path, writable=False)) as connection:
        try:
            for name, is_tree in connection.execute(_TABLES).fetchall():
                quoted = '"' + name.replace('"', '""') + '"'
                connection.execute(f"SELECT * FROM {quoted} LIMIT 1").fetchall()  # its own names
                if not is_tree:
                    connection.execute(f"SELECT * FROM {quoted} ORDER BY rowid DESC LIMIT 1").fetchall()
        except sqlite3.Error as error:
            raise translated(error) from error
