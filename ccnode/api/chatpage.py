"""What does a browser get? The chat page, its module and its style: plain files, nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web

import ccnode
from ccnode.api.context import limits_of
from ccnode.api.security import CALLER

if TYPE_CHECKING:
    from jinja2 import Template

HERE: Final = Path(__file__).parent


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
