"""Which addresses does the API have, and what answers at each? One application for both doors, TCP and local socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from ccnode.api import security, status
from ccnode.api.access import Access
from ccnode.api.context import NODE, PLACE, Place

if TYPE_CHECKING:
    from ccnode.api.ports import Node
    from ccnode.api.security import Handler
    from ccnode.api.settings import ApiSettings


async def _no_promise(_request: web.Request) -> None:
    """Say nothing to `Expect: 100-continue` yet: bodies.py invites the body once it knows that it will be read."""


def _routes() -> list[tuple[str, str, Handler]]:
    return [
        ("GET", "/health", status.health),
        ("GET", "/ready", status.ready),
        ("GET", "/api/v1/status", status.status),
    ]


def make_app(node: Node, settings: ApiSettings) -> web.Application:
    """The application. It opens nothing; `serve.Servers` puts it on its sockets."""
    app = web.Application(
        middlewares=[security.errors_as_json, security.guard], client_max_size=settings.limits.body_bytes_max
    )
    app[NODE], app[PLACE] = node, Place()
    app[security.SETTINGS], app[security.ACCESS] = settings, Access(settings.token, settings.limits)
    app.on_response_prepare.append(security.add_headers)
    for method, path, handler in _routes():
        app.router.add_route(method, path, handler, expect_handler=_no_promise)
        if method == "GET":
            app.router.add_route("HEAD", path, handler, expect_handler=_no_promise)
    return app
