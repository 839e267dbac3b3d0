"""How is the node? Health, readiness, status and counters."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from ccnode.api.context import PLACE, node_of
from ccnode.api.errors import answer

if TYPE_CHECKING:
    from aiohttp import web

SERVING: Final = frozenset({"ready", "degraded"})
NOT_MEASURED: Final = {"phi": None, "ccc": None, "note": "phi and ccc are not measured yet"}


async def health(_request: web.Request) -> web.Response:
    """GET /health: the process answers."""
    return answer({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """GET /ready: 200 where turns can be taken (ready, degraded), else 503."""
    state = node_of(request).state
    return answer({"state": state}, 200 if state in SERVING else 503)


async def status(request: web.Request) -> web.Response:
    """GET /api/v1/status."""
    node, place = node_of(request), request.app[PLACE]
    facts: dict[str, Any] = {"api_url": place.api_url, "uptime_s": round(time.monotonic() - place.started, 3)}
    facts.update(node.status())
    facts.update(await node.statistics())
    return answer(facts)
