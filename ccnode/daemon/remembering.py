"""How is memory looked at and corrected in the running node? The API's `Memories`, made of ledger, search and views."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from ccnode import clock
from ccnode.later import later
from ccnode.store import views
from ccnode.store.ledger import connect
from ccnode_protocol.records import MARKS

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.api import events
    from ccnode.api.events import Order
    from ccnode.daemon.erasing import Erasing
    from ccnode.store import memory, memory_search, notes
    from ccnode.store.forgetting import Consent
    from ccnode.store.ledger import Job
    from ccnode.store.memory import Memory, Page, Wanted
    from ccnode.store.search import Searcher
    from ccnode.store.views import View
else:
    events = later("ccnode.api.events")
    memory = later("ccnode.store.memory")
    notes = later("ccnode.store.notes")
    memory_search = later("ccnode.store.memory_search")

T = TypeVar("T")


class Append(Protocol):
    """How a job is run by the ledger."""

    async def __call__(self, job: Job[T]) -> T:
        """Run it, and return its result once that is durable. Raises what the job raises, and StoreError."""


class Remembering:
    """One node's memory. Views that read many texts run in threads: the event loop must not wait for them."""

    def __init__(self, ledger: Path, searcher: Searcher, append: Append, erasing: Erasing) -> None:
        self._ledger = ledger
        self._searcher = searcher
        self._append = append
        self._erasing = erasing

    async def page(self, limit: int, *, before: str | None, wanted: Wanted | None) -> Page:
        """See api/ports.py."""
        return await asyncio.to_thread(self._page, limit, before, wanted)

    def _page(self, limit: int, before: str | None, wanted: Wanted | None) -> Page:
        with contextlib.closing(connect(self._ledger, writable=False)) as connection:
            after = views.run(connection, views.resolve_message(before)) if before is not None else None
            return views.run(connection, memory.page(limit, before=after, wanted=wanted))

    async def search(self, text: str, limit: int, *, before: str | None, wanted: Wanted | None) -> Page:
        """See api/ports.py."""
        return await asyncio.to_thread(self._search, text, limit, before, wanted)

    def _search(self, text: str, limit: int, before: str | None, wanted: Wanted | None) -> Page:
        with contextlib.closing(connect(self._ledger, writable=False)) as connection:
            after = views.run(connection, views.resolve_message(before)) if before is not None else None
            return memory_search.search(self._searcher, connection, text, limit, wanted=wanted, after=after)

    async def one(self, message_id: str) -> Memory:
        """See api/ports.py."""
        return await asyncio.to_thread(self._run, self._one(message_id))

    def _one(self, message_id: str) -> View[Memory]:
        digest = yield from notes.subject((yield from views.resolve_message(message_id)))
        return (yield from memory.one(digest))

    async def mark(self, message_id: str, mark: Literal["pinned", "disabled", "enabled", "none"]) -> Memory:
        """See api/ports.py."""
        digest = await self._subject(message_id)
        await self._append(memory.enable(digest) if mark == "enabled" else memory.mark(digest, MARKS[mark]))
        return await self.one(digest.hex())

    async def edit(self, message_id: str, text: str) -> Memory:
        """See api/ports.py."""
        digest = await self._subject(message_id)
        await self._append(notes.keep(digest, text))
        return await self.one(digest.hex())

    async def forget(self, message_id: str, consent: Consent) -> tuple[Memory, Order]:
        """See api/ports.py."""
        digest = await self._resolve(message_id)
        is_note = await asyncio.to_thread(self._run, notes.is_note(digest))
        now_ms, given = clock.now_ms(), (notes if is_note else memory).forget
        order, due_ms = await self._erasing.order(
            consent, lambda word: given(digest, now_ms, at_once=consent.at_once, word=word)
        )
        return await self.one(digest.hex()), events.Order(order.hex(), due_ms)

    async def undo_forget(self, message_id: str) -> Memory:
        """See api/ports.py."""
        digest = await self._resolve(message_id)
        is_note = await asyncio.to_thread(self._run, notes.is_note(digest))
        await self._append((notes if is_note else memory).undo_forget(digest, clock.now_ms()))
        return await self.one(digest.hex())

    async def _subject(self, message_id: str) -> bytes:
        return await asyncio.to_thread(self._run, notes.subject(await self._resolve(message_id)))

    async def _resolve(self, message_id: str) -> bytes:
        return await asyncio.to_thread(self._run, views.resolve_message(message_id))

    def _run(self, view: View[T]) -> T:
        with contextlib.closing(connect(self._ledger, writable=False)) as connection:
            return views.run(connection, view)
