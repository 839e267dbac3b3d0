"""How does a page come about? Templates filled in with values, always escaped, and the files they are made of.

    @page("memory")
    async def memory(request): return render(request, "memory.html", memories=...)

`page` keeps strangers out: they get the sign-in page, whatever the address. `render` gives every template, beside its
own values: `page` (what the navigation marks), `name`, `state` and `problems` of the node, `version`. Filters: `when`
(a moment, which the browser shows in its own zone), `count`, `size`, `clip`, `sentence`.
"""

from __future__ import annotations

import functools
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

import ccnode
from ccnode import clock
from ccnode.api.context import node_of
from ccnode.api.errors import ApiError, from_store
from ccnode.api.security import CALLER, is_outward
from ccnode.store.errors import StoreError
from ccnode_protocol import hlc

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Environment, Template
    from markupsafe import Markup

    from ccnode.api.security import Handler

HERE: Final = Path(__file__).parent
BY_SUFFIX: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
TYPES: Final = {
    path.name: BY_SUFFIX[path.suffix] for path in sorted((HERE / "static").iterdir()) if path.suffix in BY_SUFFIX
}
SIZES: Final = ("bytes", "kB", "MB", "GB", "TB")
STEP: Final = 1000
WORD: Final = re.compile(r"[a-z][a-z'-]*[.,:;]?(?:\s|$)")
COMMAND: Final = re.compile(r"\bccnode [a-z -]+$")
PAGE: Final = web.RequestKey("PAGE", str)


def iso_of(moment: int | str) -> str:
    """A moment as ISO 8601: as it is where it is text, else of milliseconds since 1970 or a clock value."""
    if isinstance(moment, str):
        return moment
    return clock.iso(hlc.to_ms(moment) if moment >= 1 << 53 else moment)  # 2^53 ms is the year 287396


def when(moment: int | str | None, style: str = "both") -> Markup:
    """A `time` element; `style` (day, both, clock, ago) is how the browser shows it. Without scripts: UTC."""
    from markupsafe import Markup

    if moment is None:
        return Markup("")
    iso = iso_of(moment)
    shown = iso[:10] if style == "day" else f"{iso[:10]} {iso[11:16]} UTC"
    return Markup('<time datetime="{}" data-as="{}">{}</time>').format(iso, style, shown)


def count(number: int, one: str = "", many: str = "") -> str:
    """1234 as "1,234", with a noun that fits if one is given ("message", or "reply" and "replies")."""
    noun = one if number == 1 else many or f"{one}s"
    return f"{number:,} {noun}" if one else f"{number:,}"


def size(number: float) -> str:
    """A number of bytes as people read it: 1.2 MB."""
    for unit in SIZES:
        if number < STEP or unit == SIZES[-1]:
            break
        number /= STEP
    return f"{number:.0f} {unit}" if unit == SIZES[0] else f"{number:.1f} {unit}"


def clip(text: str | None, length: int = 160) -> str:
    """A text on one line, cut where it is longer."""
    line = " ".join((text or "")[: length * 4].split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def figure(value: Any) -> str:  # noqa: ANN401
    """A measured number, or one of an API form, to three digits; a dash where there is none."""
    number = value["value"] if isinstance(value, dict) else value
    if number is None:
        return "\N{EN DASH}"
    told = f"{number:.3f}"
    return told.removeprefix("-") if float(told) == 0 else told.replace("-", "\N{MINUS SIGN}")


def sentence(text: str) -> str:
    """An error's words as a whole sentence: they are made to stand behind "ccnode: " in a terminal."""
    begun = text[:1].upper() + text[1:] if WORD.match(text) else text  # a file's name stays as it is
    return begun if not begun or begun[-1] in ".!?:" or COMMAND.search(begun) else f"{begun}."


@cache
def environment() -> Environment:
    """The templates; a value that is not given is an error, not an empty place."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(HERE / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "when": when,
        "iso": iso_of,
        "count": count,
        "size": size,
        "clip": clip,
        "sentence": sentence,
        "figure": figure,
    }
    return made


@cache
def _template(name: str) -> Template:
    return environment().get_template(name)


def fill(name: str, /, **values: object) -> str:
    """A template's text."""
    return _template(name).render(**values)


def render(request: web.Request, name: str, /, *, status: int = 200, **values: object) -> web.Response:
    """A page: the template in the shell, or where the template does not extend it, alone."""
    told = node_of(request).status()
    shell: dict[str, Any] = {
        "page": request.get(PAGE, ""),
        "version": ccnode.__version__,
        "name": told.get("name") or "ccnode",
        "state": told.get("state", ""),
        "problems": told.get("problems", []),
        "live": "",
        "outward": is_outward(request),
    }
    return web.Response(text=fill(name, **{**shell, **values}), status=status, content_type="text/html")


def sign_in(request: web.Request, said: str = "", status: int = 200) -> web.Response:
    """What a stranger gets, wherever: how to sign in, and nothing of what is here. `said`: how the last try ended."""
    text = fill("signin.html", version=ccnode.__version__, outward=is_outward(request), said=said)
    return web.Response(text=text, status=status, content_type="text/html")


def nowhere(request: web.Request) -> web.Response:
    """What the owner's browser gets at an address where nothing is."""
    return render(request, "error.html", status=404, message="there is no such page", remedy="")


def page(name: str) -> Callable[[Handler], Handler]:
    """A handler as a page of that name: for the owner alone, and with errors that are pages too."""

    def wrapped(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def answer(request: web.Request) -> web.StreamResponse:
            if CALLER not in request:
                return sign_in(request)
            request[PAGE] = name
            try:
                return await handler(request)
            except (ApiError, StoreError) as error:
                told = from_store(error) if isinstance(error, StoreError) else error
                return render(request, "error.html", status=told.status, message=told.message, remedy=told.remedy)

        return answer

    return wrapped


async def static(request: web.Request) -> web.StreamResponse:
    """GET /static/{name}: one of the files that the pages are made of."""
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
