"""What does the transfer page show? What was brought in and what became of it, exports, and character cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ccnode.api.cards import card_form
from ccnode.api.context import node_of
from ccnode.api.rendering import clip, page, render

if TYPE_CHECKING:
    from aiohttp import web

SESSIONS_SHOWN: Final = 100
TITLE_CHARS: Final = 80
IMPORTS_SHOWN: Final = 20
LABELS: Final = {
    "auto": "Find out",
    "chatgpt": "ChatGPT",
    "claude": "Claude",
    "claude-code": "Claude Code",
    "card": "Character card",
    "bundle": "Bundle of a node",
}


@page("transfer")
async def transfer(request: web.Request) -> web.StreamResponse:
    """GET /transfer."""
    node = node_of(request)
    sessions = await node.sessions(SESSIONS_SHOWN, 0, ended=None, forgotten=False)
    imports: list[dict[str, Any]] = node.imports.listed()
    return render(
        request,
        "transfer.html",
        formats=LABELS.items(),
        labels=LABELS,
        imports=imports[:IMPORTS_SHOWN],
        sessions=[(one.id, clip(one.title or "Untitled", TITLE_CHARS)) for one in sessions],
        cards=[card_form(card) for card in await node.cards()],
    )
