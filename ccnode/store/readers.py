"""Who reads while the daemon runs? A few aiosqlite connections, read-only, which never hold up the writer.

And one that answers, in a thread, what needs many small queries: there they do not wait for the event loop in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from typing import TYPE_CHECKING, Final, TypeVar

import aiosqlite

from ccnode.store import views
from ccnode.store.errors import translated
from ccnode.store.ledger import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ccnode.store.views import Row, View

T = TypeVar("T")
CONNECTIONS: Final = 3
BUSY_TIMEOUT_S: Final = 5.0
PATIENCE_S: Final = 0.02  # most views are answered sooner than another connection, with its thread, is opened


class Readers:
    """A small pool of reading connections; each view gets one for itself and sees one consistent state."""

    def __init__(self, path: Path, count: int = CONNECTIONS) -> None:
        self._path = path
        self._count = count
        self._free: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        self._all: list[aiosqlite.Connection] = []

    async def _take(self) -> aiosqlite.Connection:
        """A free connection; another one is opened only where none becomes free for a moment: each takes 200 KiB."""
        if self._free.empty() and self._all:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    return await self._free.get()
        if self._free.empty() and len(self._all) < self._count:
            uri = f"{self._path.absolute().as_uri()}?mode=ro"
            connection = aiosqlite.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_S)
            self._all.append(connection)
            try:
                await connection
                await connection.execute("PRAGMA query_only = ON")
            except sqlite3.Error:
                self._all.remove(connection)
                raise
            return connection
        return await self._free.get()

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiosqlite.Connection]:
        connection = await self._take()
        try:
            yield connection
        finally:
            self._free.put_nowait(connection)

    async def run(self, view: View[T]) -> T:
        """Answer a view.

        Raises:
            StoreError: the view's own (NotFound, Conflict), or SQLite's, translated.
        """
        try:
            async with self._connection() as connection:
                await connection.execute("BEGIN")
                try:
                    rows: list[Row] | None = None
                    while True:
                        sql, parameters = view.send(rows) if rows is not None else next(view)
                        rows = [tuple(row) for row in await connection.execute_fetchall(sql, parameters)]
                except StopIteration as stop:
                    result: T = stop.value
                    return result
                finally:
                    await connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise translated(error) from error

    async def close(self) -> None:
        """Close the connections. Idempotent."""
        while self._all:
            await self._all.pop().close()


class ThreadReader:
    """One connection; one view at a time, from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def ask(self, view: View[T]) -> T:
        """Answer a view here. Raises StoreError: the view's own, or SQLite's, translated."""
        with self._turn:
            if self._connection is None:
                self._connection = connect(self._path, writable=False)
            return views.run(self._connection, view)

    def close(self) -> None:
        """Close the connection. Idempotent."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
