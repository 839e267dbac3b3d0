"""What does the node page show? Who the node is and how it is, its model, backups, room and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode import clock
from ccnode.api.context import node_of
from ccnode.api.rendering import page, render

if TYPE_CHECKING:
    from aiohttp import web

BACKUPS_SHOWN: Final = 10
PARTS: Final = {
    "ledger": "Memory (ledger)",
    "index": "Search index",
    "backups": "Backups",
    "copies": "Older copies",
    "imports": "Imports",
}
FACTS: Final = (("node_id", "Node"), ("owner_id", "Owner"), ("version", "Version"), ("api_url", "Address"),
                ("data_dir", "Data directory"), ("pid", "Process"))  # fmt: skip


@page("node")
async def node(request: web.Request) -> web.StreamResponse:
    """GET /node."""
    asked = node_of(request)
    told, backups = asked.status(), await asked.upkeep.backups()
    counts = (await asked.statistics()).get("statistics", {})
    room = await asked.upkeep.storage()
    parts = [{**one, "label": PARTS.get(one["name"], one["name"])} for one in room["parts"] if one["bytes"]]
    started_ms = clock.now_ms() - round(float(told.get("uptime_s", 0)) * 1000)
    return render(
        request,
        "node.html",
        facts=[(label, told[key]) for key, label in FACTS if told.get(key)],
        started=clock.iso(started_ms)[:19] + "Z",
        counts=counts,
        models=asked.models(),
        folder=backups["folder"],
        backups=backups["backups"][:BACKUPS_SHOWN],
        more_backups=backups["backups"][BACKUPS_SHOWN:],
        room=room,
        parts=parts,
        used=sum(one["bytes"] for one in parts),
        settings=asked.upkeep.describe_settings(),
    )
