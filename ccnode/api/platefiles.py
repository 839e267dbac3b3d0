"""How does a plate leave as a file, and how does one come from a file? As Markdown, or as a character card.

What comes from a file is only read: its text is shown to the owner, who then keeps it like any other.
"""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from ccnode.api.bodies import read_body, read_query
from ccnode.api.context import node_of
from ccnode.api.errors import ApiError, BadRequest, answer
from ccnode.api.models import Query
from ccnode.api.plates import PlateQuery
from ccnode.exchange.model import ExchangeError
from ccnode.store.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.exchange.model import Left

Kind = Literal["md", "json", "png"]
TYPES: dict[Kind, str] = {"md": "text/markdown", "json": "application/json", "png": "image/png"}


class ExportQuery(PlateQuery):
    """GET /api/v1/plate/export: the text, or a card of version 3 (a PNG holds both) unless `form` says v2."""

    format: Kind = "md"
    form: Literal["v2", "v3"] | None = None


class ImportQuery(Query):
    """POST /api/v1/plate/import."""


async def exported(request: web.Request) -> web.Response:
    """GET /api/v1/plate/export: the plate in force, or another version, as a file."""
    query = read_query(request, ExportQuery)
    plate = (await node_of(request).plates.describe(query.version))["plate"]
    if plate is None or "text" not in plate:
        raise NotFound("there is no text of this plate to export", remedy="see: ccnode plate history")
    try:
        content = await asyncio.to_thread(_content, plate["text"], query.format, query.form)
    except ExchangeError as error:
        raise ApiError(409, "no_card", str(error), error.remedy) from error
    return web.Response(
        body=content,
        content_type=TYPES[query.format],
        charset=None if query.format == "png" else "utf-8",
        headers={"Content-Disposition": f'attachment; filename="plate-{plate["version"]}.{query.format}"'},
    )


def _content(text: str, kind: Kind, form: Literal["v2", "v3"] | None) -> bytes:
    if kind == "md":
        return text.encode()
    from ccnode.exchange.cards import card_file
    from ccnode.exchange.plate_cards import to_card

    return card_file(to_card(text), kind, form or ("v3" if kind == "json" else None))


async def imported(request: web.Request) -> web.Response:
    """POST /api/v1/plate/import: what a file would be as a plate; nothing is kept."""
    read_query(request, ImportQuery)
    if request.content_type != "application/octet-stream":
        message = "Content-Type: application/octet-stream is expected"
        raise ApiError(415, "not_a_file", message, "send the file as it is")
    data = await read_body(request)
    if not data:
        raise BadRequest("the body: is empty", "send the file as the body")
    try:
        text, origin, left = await asyncio.to_thread(_read, data)
    except ExchangeError as error:
        raise ApiError(400, "not_a_plate", str(error), error.remedy) from error
    return answer({"text": text, "from": origin, "left": [_left(one) for one in left]})


def _read(data: bytes) -> tuple[str, str, Sequence[Left]]:
    """The text, what it came from (plate: a card that holds one whole; card; markdown) and what is left out."""
    from ccnode.exchange.cards import read_card
    from ccnode.exchange.plate_cards import from_card, is_card
    from ccnode.mind import plate

    if is_card(data[: plate.BYTES_MAX + 1]):
        mapped = from_card(read_card(io.BytesIO(data), len(data)))
        return mapped.text, "plate" if mapped.whole else "card", mapped.left
    wrong = plate.errors(plate.lint_file(data)) if len(data) > plate.BYTES_MAX else []
    try:
        text = plate.text_of(data) if not wrong else ""
    except UnicodeDecodeError:
        wrong = plate.errors(plate.lint_file(data))
    if wrong:
        raise ExchangeError(f"the file {wrong[0].message}", wrong[0].remedy)
    return text, "markdown", ()


def _left(one: Left) -> dict[str, Any]:
    return {"where": one.where, "why": one.why, "count": one.count, "unit": one.unit}
