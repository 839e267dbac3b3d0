"""What does the page of conversations show? All of them, or those that a search found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode.api.context import node_of
from ccnode.api.rendering import page, render

if TYPE_CHECKING:
    from aiohttp import web


@page("sessions")
async def listed(request: web.Request) -> web.StreamResponse:
    """GET /sessions."""
    found = await node_of(request).sessions(50, 0, ended=None, forgotten=False)
    return render(request, "sessions.html", sessions=found)
