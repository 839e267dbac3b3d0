"""What does the page of other nodes show? Who waits, what is offered, who was added, how the links stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.api.context import node_of
from ccnode.api.rendering import page, render

if TYPE_CHECKING:
    from aiohttp import web

SHOWN: Final = 100
OFFERED: Final = 20


@page("peers")
async def peers(request: web.Request) -> web.StreamResponse:
    """GET /peers."""
    asked = node_of(request).peers
    found = await asked.listed()
    offered = await node_of(request).knowledge.page(OFFERED, state="waiting", before=None)
    return render(
        request,
        "peers.html",
        state_of=asked.federation()["state"],
        peers=[one for one in found if one["standing"] == "known"][:SHOWN],
        pending=[one for one in found if one["standing"] == "pending"][:SHOWN],
        offered=offered["packets"],
        more_offered=offered["more"],
        nearby=[one for one in asked.discovered() if one["standing"] is None][:SHOWN],
    )
