"""What do all handlers share? The node, the turns that run, and the address under which people find us."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from aiohttp import web

from ccnode.api.hub import Hub
from ccnode.api.security import CALLER, SETTINGS, is_outward

if TYPE_CHECKING:
    import asyncio

    from ccnode.api.access import Caller
    from ccnode.api.ports import Node
    from ccnode.api.settings import Limits


@dataclass(slots=True)
class Place:
    """Where the server is reached: known once its port is bound. `stopping` refuses new turns.

    `sockets`: each open WebSocket, with the digest of the sign-in it came by, if it came by one; `looks`: when it is
    looked whether that sign-in still lasts.
    """

    api_url: str | None = None
    stopping: bool = False
    started: float = field(default_factory=time.monotonic)
    sockets: dict[web.WebSocketResponse, bytes | None] = field(default_factory=dict)
    looks: dict[web.WebSocketResponse, asyncio.TimerHandle] = field(default_factory=dict)


NODE: Final = web.AppKey("NODE", object)  # a Node; a Protocol cannot be a key's type
PLACE: Final = web.AppKey("PLACE", Place)
HUB: Final = web.AppKey("HUB", Hub)
NOTICES: Final = web.AppKey("NOTICES", object)  # live.Notices, which knows this module


def node_of(request: web.Request) -> Node:
    """The node that answers."""
    return cast("Node", request.app[NODE])


def limits_of(request: web.Request) -> Limits:
    """The bounds in force."""
    return request.app[SETTINGS].limits


def caller_of(request: web.Request) -> Caller:
    """Who asks; only behind the guard, which has seen to it that there is somebody."""
    return request[CALLER]


def api_url(request: web.Request) -> str:
    """The address under which the caller reaches us; over the local socket the one that browsers can use."""
    place = request.app[PLACE]
    name = request.get_extra_info("sockname")
    if isinstance(name, tuple):
        scheme = "https" if is_outward(request) else "http"
        return f"{scheme}://{request.headers['Host'].strip().lower()}"
    return place.api_url or ""
