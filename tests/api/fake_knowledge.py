"""What do the API's packets speak to in these tests? A few forms in memory, whose state changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode.store.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.api.fake_node import FakeNode


class FakeKnowledge:
    """Implements `Knowledge`."""

    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.packets: list[dict[str, Any]] = []

    def add(self, state: str, text: str, **more: Any) -> dict[str, Any]:
        """One more packet, the first of the list."""
        one = {
            "packet_id": f"{len(self.packets) + 1:064x}"[::-1],
            "state": state,
            "subject": "",
            "text": text,
            "claim": text,
            "told_by": "packet 1 of node a, said there by its owner",
            "node_id": "a",
            "node_name": None,
            "audience": "shared",
            "time": "2026-03-02T10:11:12.345Z",
            "sources": [],
            "after": [],
            "conflicts_with": [],
            **more,
        }
        self.packets.insert(0, one)
        return one

    async def page(self, limit: int, *, state: str | None, before: str | None) -> dict[str, Any]:
        self.node._check("knowledge.page", limit, state, before)
        found = [one for one in self.packets if state is None or one["state"] == state]
        if before is not None:
            found = found[found.index(await self.one(before)) + 1 :]
        more = len(found) > limit
        return {"packets": found[:limit], "more": more, "next": found[limit - 1]["packet_id"] if more else None}

    async def one(self, packet_id: str) -> dict[str, Any]:
        self.node._check("knowledge.one", packet_id)
        found = [one for one in self.packets if one["packet_id"].startswith(packet_id)]
        if not found:
            raise NotFound(f"there is no packet {packet_id}", remedy="see: ccnode knowledge list")
        return found[0]

    async def share(self, said: str, subject: str, audience: str, after: Sequence[str]) -> dict[str, Any]:
        self.node._check("knowledge.share", said, subject, audience, list(after))
        message = await self.node.message(said)
        return self.add("shared", message.text or "", subject=subject, audience=audience)

    async def promote(self, packet_id: str, *, despite: bool) -> dict[str, Any]:
        self.node._check("knowledge.promote", packet_id, despite)
        one = await self.one(packet_id)
        if one["conflicts_with"] and not despite:
            raise Conflict("1 of what is known says otherwise", remedy="confirm it")
        return await self._become(packet_id, "promoted")

    async def reject(self, packet_id: str) -> dict[str, Any]:
        self.node._check("knowledge.reject", packet_id)
        return await self._become(packet_id, "rejected")

    async def withdraw(self, packet_id: str) -> dict[str, Any]:
        self.node._check("knowledge.withdraw", packet_id)
        return await self._become(packet_id, "withdrawn")

    async def _become(self, packet_id: str, state: str) -> dict[str, Any]:
        one = await self.one(packet_id)
        one["state"] = state
        self.node.changed("memory")
        return one
