"""How does a file leave while it is made? Piece by piece: a thread reads the database, the event loop sends."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import TYPE_CHECKING, Final, Literal

from ccnode import clock
from ccnode.later import later
from ccnode.store import views
from ccnode.store.errors import StoreBusy
from ccnode.store.ledger import connect

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncGenerator, Callable, Iterator

    from ccnode.api import events
    from ccnode.api.events import Download
    from ccnode.store import exports
    from ccnode.store.home import Home
    from ccnode.store.readers import Readers
else:
    events = later("ccnode.api.events")
    exports = later("ccnode.store.exports")

PIECE_BYTES: Final = 256 * 1024
AT_ONCE: Final = 4  # each holds the database as it was when it began
NAME_CHARS: Final = 8  # of a session's id, in the name of its file
TYPES: Final = {"json": "application/json", "md": "text/markdown", "bundle": "application/x-ndjson"}
SUFFIXES: Final = {"json": "json", "md": "md", "bundle": "jsonl"}


class Exporting:
    """The files that are on their way out."""

    def __init__(self, home: Home, readers: Readers) -> None:
        self._home = home
        self._readers = readers
        self._running = 0

    async def export(self, session_id: str | None, form: Literal["json", "md", "bundle"]) -> Download:
        """One session, or everything.

        Raises:
            NotFound, Conflict: no such session, or several. StoreBusy: too many are on their way.
        """
        if self._running >= AT_ONCE:
            raise StoreBusy("too many files are on their way out", remedy="wait until one is done")
        if session_id is None:
            name = f"ccnode-{clock.iso(clock.now_ms())[:10]}.{SUFFIXES[form]}"
            return events.Download(
                name, TYPES[form], self._pieces(lambda at: exports.of_everything(at, self._home, form))
            )
        identifier = await self._readers.run(views.resolve_session(session_id))
        session = await self._readers.run(views.session(identifier))
        name = f"conversation-{session.id[:NAME_CHARS]}.{SUFFIXES[form]}"
        pieces = self._pieces(lambda at: exports.of_session(at, self._home, identifier, form))
        return events.Download(name, TYPES[form], pieces)

    async def _pieces(self, make: Callable[[sqlite3.Connection], Iterator[bytes]]) -> AsyncGenerator[bytes]:
        self._running += 1
        connection: sqlite3.Connection | None = None
        source: Iterator[bytes] | None = None
        step: asyncio.Future[bytes] | None = None
        try:
            connection = await asyncio.to_thread(connect, self._home.ledger, writable=False)
            source = make(connection)
            while True:
                step = asyncio.ensure_future(asyncio.to_thread(_gathered, source))
                piece = await asyncio.shield(step)
                if not piece:
                    return
                yield piece
        finally:
            self._running -= 1
            if step is not None and not step.done():
                await asyncio.wait([step])  # whoever asked has gone; the thread must let the connection go first
            if isinstance(source, Generator):
                source.close()
            if connection is not None:
                connection.close()


def _gathered(source: Iterator[bytes]) -> bytes:
    """The next pieces, together; b"" at the end."""
    gathered = bytearray()
    for piece in source:
        gathered += piece
        if len(gathered) >= PIECE_BYTES:
            break
    return bytes(gathered)
