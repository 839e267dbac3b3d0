"""How does the running node exchange knowledge? The API's `Knowledge`, made of ledger and views."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, TypeVar

from ccnode import clock
from ccnode.later import later
from ccnode.store import views
from ccnode.store.errors import Conflict
from ccnode.store.ledger import connect
from ccnode_crypto.entry import AUDIENCES
from ccnode_protocol.records import PACKET_SALT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ccnode.daemon.erasing import Erasing
    from ccnode.daemon.remembering import Append
    from ccnode.store import forgetting, knowledge, knowledge_acts, knowledge_forms
    from ccnode.store.knowledge import Known, State
    from ccnode.store.ledger import Job
    from ccnode.store.views import View
else:
    forgetting = later("ccnode.store.forgetting")
    knowledge = later("ccnode.store.knowledge")
    knowledge_acts = later("ccnode.store.knowledge_acts")
    knowledge_forms = later("ccnode.store.knowledge_forms")

T = TypeVar("T")


class Knowledge:
    """One node's packets. What reads many texts runs in threads: the event loop must not wait for it."""

    def __init__(self, ledger: Path, append: Append, erasing: Erasing) -> None:
        self._ledger = ledger
        self._append = append
        self._erasing = erasing

    async def page(self, limit: int, *, state: State | None, before: str | None) -> dict[str, Any]:
        """See api/ports.py."""

        def page() -> View[dict[str, Any]]:
            after = (yield from knowledge.resolve(before)) if before is not None else None
            return (yield from knowledge_forms.listed(limit, state=state, before=after))

        return await self._ask(page())

    async def one(self, packet_id: str) -> dict[str, Any]:
        """See api/ports.py."""
        return await self._ask(knowledge_forms.shown(await self._ask(knowledge.resolve(packet_id))))

    async def share(self, said: str, subject: str, audience: str, after: Sequence[str]) -> dict[str, Any]:
        """See api/ports.py."""
        digest = await self._ask(views.resolve_message(said))
        rests = [await self._ask(knowledge.resolve(each)) for each in after]
        salt = clock.chance(PACKET_SALT_BYTES)
        cleaned = " ".join(subject.split())
        job = knowledge_acts.share(digest, cleaned, AUDIENCES[audience], tuple(rests), salt)
        return await self.one((await self._append(job)).hex())

    async def promote(self, packet_id: str, *, despite: bool) -> dict[str, Any]:
        """See api/ports.py."""
        packet = await self._ask(knowledge.resolve(packet_id))
        before = await self._ask(knowledge_forms.shown(packet))
        others = [one for one in before["conflicts_with"] if one["state"] != "waiting"]
        if others and not despite and before["state"] != "promoted":
            raise Conflict(
                f"{len(others)} of what is known says otherwise, such as {others[0]['told_by']}",
                remedy="see both: ccnode knowledge show ID. To keep both side by side, confirm it (--yes)",
            )
        return await self._do(knowledge_acts.promote, packet)

    async def reject(self, packet_id: str) -> dict[str, Any]:
        """See api/ports.py."""
        return await self._do(knowledge_acts.reject, await self._ask(knowledge.resolve(packet_id)))

    async def withdraw(self, packet_id: str) -> dict[str, Any]:
        """See api/ports.py."""
        packet = await self._ask(knowledge.resolve(packet_id))
        now_ms = clock.now_ms()
        await self._erasing.order(
            forgetting.Consent(at_once=True), lambda word: knowledge_acts.withdraw(packet, now_ms, word)
        )
        return await self._ask(knowledge_forms.shown(packet))

    async def _do(self, make: Callable[[bytes], Job[Known]], packet: bytes) -> dict[str, Any]:
        await self._append(make(packet))
        return await self._ask(knowledge_forms.shown(packet))

    async def _ask(self, view: View[T]) -> T:
        return await asyncio.to_thread(self._run, view)

    def _run(self, view: View[T]) -> T:
        with contextlib.closing(connect(self._ledger, writable=False)) as connection:
            return views.run(connection, view)
