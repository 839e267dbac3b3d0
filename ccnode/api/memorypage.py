"""What does the memory page show? What is remembered, what of it is marked or known by others, what is forgotten."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final, Literal

from ccnode import clock
from ccnode.api.bodies import read_query
from ccnode.api.context import node_of
from ccnode.api.memories import MemoryQuery, memory_form
from ccnode.api.rendering import page, render

if TYPE_CHECKING:
    from aiohttp import web

    from ccnode.store.memory import Memory

FORGETTING_SHOWN: Final = 50
MINUTE_MS: Final = 60_000
HOUR_MINUTES: Final = 60


class ShownQuery(MemoryQuery):
    """GET /memory: an empty choice in a form is none."""

    mark: Literal["", "pinned", "disabled", "noted"] = ""  # type: ignore[assignment]  # those to be forgotten have their own place


@page("memory")
async def memory(request: web.Request) -> web.StreamResponse:
    """GET /memory."""
    query, known = read_query(request, ShownQuery), node_of(request).memory
    text, wanted = query.q.strip(), query.mark or None
    if text:
        found = await known.search(text, query.limit, before=query.before, wanted=wanted)
    else:
        found = await known.page(query.limit, before=query.before, wanted=wanted)
    forgetting = await known.page(FORGETTING_SHOWN, before=None, wanted="forgetting")
    now_ms = clock.now_ms()
    return render(
        request,
        "memory.html",
        q=query.q,
        mark=query.mark,
        before=query.before,
        memories=[memory_form(one) for one in found.memories],
        known=found.knowledge,
        older=found.next.hex() if found.next is not None else None,
        forgetting=[
            {**memory_form(one), "left": left(one, now_ms), "titles": _titles(one)} for one in forgetting.memories
        ],
        more_forgetting=forgetting.next is not None,
    )


def _titles(one: Memory) -> list[dict[str, str]]:
    """The titles that stay, each with the conversation with which it would go."""
    return [{"words": title.words, "session_id": str(uuid.UUID(bytes=title.session))} for title in one.titles]


def left(one: Memory, now_ms: int) -> str:
    """How long a memory can still be kept, in words."""
    minutes = max(0, (one.due_ms or 0) - now_ms) // MINUTE_MS
    hours, minutes = divmod(minutes, HOUR_MINUTES)
    if hours or minutes:
        return f"{hours} h {minutes} min left" if hours else f"{minutes} min left"
    return "erased in a moment"
