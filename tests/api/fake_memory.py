"""What does the API's memory speak to in these tests? Marks on the fake node's messages, in memory only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from ccnode.api.events import Order
from ccnode.mind.titles import repeats
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.memory import Memory, Page
from ccnode.store.notes import Note
from ccnode.store.titles import Title

if TYPE_CHECKING:
    from ccnode.store.forgetting import Consent
    from ccnode.store.knowledge import Known
    from ccnode.store.memory import Wanted
    from ccnode.store.views import Message
    from tests.api.fake_node import FakeNode

DUE_MS = 1_772_532_672_345  # 2026-03-03T10:11:12.345Z


class FakeMemory:
    """Implements `Memories`: what users said, newest first. `looks`: how many messages one page looks at."""

    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.looks = 1000
        self.notes: dict[bytes, Note] = {}
        self.known: list[Known] = []
        self.before: dict[bytes, str] = {}  # what was disabled: its mark until then

    def _all(self) -> list[Message]:
        """Every message, newest first; one that several branches share stands there once."""
        found = {message.digest: message for path in self.node.paths.values() for message in path}
        return sorted(found.values(), key=lambda message: -message.time)

    def _memory(self, message: Message) -> Memory:
        titles = {one.session: one.title for one in self.node.kept.values()}
        title = titles.get(message.session, "")
        staying = message.due_ms is not None and repeats(title, message.text or "")
        stay = (Title(message.session, title),) if staying else ()
        return Memory(message, title, message.due_ms, stay, self.notes.get(message.digest))

    async def page(self, limit: int, *, before: str | None, wanted: Wanted | None) -> Page:
        self.node._check("memory.page", limit, before, wanted)
        known = self._all()
        if before is not None:
            known = known[known.index(await self.node.message(before)) + 1 :]
        found: list[Memory] = []
        for at, message in enumerate(known):
            fits = message.role == "user" if wanted is None else message.mark == wanted
            if (message.due_ms is not None) if wanted == "forgetting" else (fits and message.due_ms is None):
                found.append(self._memory(message))
            if len(found) == limit or at + 1 == self.looks:
                return Page(found, message.digest if at + 1 < len(known) else None)
        return Page(found)

    async def search(self, text: str, limit: int, *, before: str | None, wanted: Wanted | None) -> Page:
        self.node._check("memory.search", text, limit, before, wanted)
        every = await self.page(10_000, before=before, wanted=wanted)
        found = [one for one in every.memories if text.lower() in (one.message.text or "").lower()]
        return Page(found[:limit], found[limit - 1].message.digest if len(found) > limit else None, self.known)

    async def one(self, message_id: str) -> Memory:
        self.node._check("memory.one", message_id)
        return self._memory(await self.node.message(message_id))

    async def mark(self, message_id: str, mark: Literal["pinned", "disabled", "enabled", "none"]) -> Memory:
        self.node._check("memory.mark", message_id, mark)
        old = await self.node.message(message_id)
        if mark == "disabled":
            self.before[old.digest] = old.mark
        return await self._change(message_id, mark=self.before.pop(old.digest, "none") if mark == "enabled" else mark)

    async def edit(self, message_id: str, text: str) -> Memory:
        self.node._check("memory.edit", message_id, text)
        message = await self.node.message(message_id)
        self.notes[message.digest] = Note(1, b"n" * 32, b"i" * 16, message.time, text, (message.digest,))
        self.node.changed("memory")
        return self._memory(message)

    async def forget(self, message_id: str, consent: Consent | None = None) -> tuple[Memory, Order]:
        self.node._check("memory.forget", message_id)
        forgotten = await self._change(message_id, due_ms=DUE_MS)
        return forgotten, Order("cd" * 32, DUE_MS)

    async def undo_forget(self, message_id: str) -> Memory:
        self.node._check("memory.undo_forget", message_id)
        if (await self.node.message(message_id)).due_ms is None:
            raise Conflict("the message is not to be forgotten", remedy="nothing needs to be done")
        return await self._change(message_id, due_ms=None)

    async def _change(self, message_id: str, **values: object) -> Memory:
        old = await self.node.message(message_id)
        new = replace(old, **values)  # type: ignore[arg-type]  # fields of a message
        for path in self.node.paths.values():
            path[:] = [new if one.digest == old.digest else one for one in path]
        if not any(one is new for path in self.node.paths.values() for one in path):
            raise NotFound(f"there is no message {message_id}")
        self.node.changed("memory")
        return self._memory(new)
