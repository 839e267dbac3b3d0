"""How is the node? Health, readiness, status and counters."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, cast

from ccnode.api.context import HUB, PLACE, node_of
from ccnode.api.errors import answer
from ccnode.api.forms import NOT_MEASURED
from ccnode.api.security import OUTWARD

if TYPE_CHECKING:
    from aiohttp import web

    from ccnode.api.outward import Outward

SERVING: Final = frozenset({"ready", "degraded"})


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
    facts["outward"] = cast("Outward", request.app[OUTWARD]).form() if OUTWARD in request.app else None
    facts.update(await node.statistics())
    return answer(facts)


async def realtime(request: web.Request) -> web.Response:
    """GET /api/v1/metrics/realtime: counters since the start."""
    hub, place = request.app[HUB], request.app[PLACE]
    now = {"turns_running": hub.turns, "sockets_open": len(place.sockets)}
    return answer({"state": node_of(request).state, **hub.counters.form(), **now, **NOT_MEASURED})
