"""What does a browser get? The chat page, its module and its style: plain files, nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web

import ccnode
from ccnode.api.context import limits_of
from ccnode.api.errors import ApiError
from ccnode.api.security import CALLER

if TYPE_CHECKING:
    from jinja2 import Template

HERE: Final = Path(__file__).parent
TYPES: Final = {
    "chat.js": "text/javascript",
    "link.js": "text/javascript",
    "view.js": "text/javascript",
    "chat.css": "text/css",
    "icon.svg": "image/svg+xml",
}


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE / "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template(name)


async def page(request: web.Request) -> web.Response:
    """GET /: the chat page; to a stranger, how to sign in."""
    text = _template("chat.html").render(
        signed_in=CALLER in request, version=ccnode.__version__, text_bytes_max=limits_of(request).text_bytes_max
    )
    return web.Response(text=text, content_type="text/html")


async def static(request: web.Request) -> web.StreamResponse:
    """GET /static/{name}: one of the files that the page is made of."""
    name = request.match_info["name"]
    if name not in TYPES:
        raise ApiError(404, "not_found", "there is no such file", "reload the page")
    response = web.FileResponse(HERE / "static" / name)
    response.headers["Content-Type"] = f"{TYPES[name]}; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"  # may be kept, but is asked for again: an update shows at once
    return response


async def favicon(_request: web.Request) -> web.StreamResponse:
    """GET /favicon.ico: asked for by browsers before they have read the page."""
    response = web.FileResponse(HERE / "static" / "icon.svg")
    response.headers["Content-Type"] = TYPES["icon.svg"]
    response.headers["Cache-Control"] = "max-age=86400"
    return response
