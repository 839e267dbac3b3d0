"""What can be asked about character cards? Which are kept, and one of them as a file that other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from aiohttp import web

from ccnode.api.bodies import read_query
from ccnode.api.context import node_of
from ccnode.api.errors import answer
from ccnode.api.forms import iso
from ccnode.api.models import Query
from ccnode.store.errors import NotFound

if TYPE_CHECKING:
    from ccnode.store.cards import KeptCard

NAME_CHARS_MAX: Final = 400  # a name has 200, and may come with more white space


class CardQuery(Query):
    """GET /api/v1/export/card/{card}: its own form unless one is asked for."""

    form: Literal["v2", "v3"] | None = None
    format: Literal["json", "png"] = "json"


def card_form(card: KeptCard) -> dict[str, Any]:
    """A card as it is listed."""
    return {
        "card_id": card.id.hex(),
        "name": card.name,
        "form": card.form,
        "bytes": card.bytes,
        "kept": iso(card.time),
    }


async def listed(request: web.Request) -> web.Response:
    """GET /api/v1/cards: the character cards that are kept, by name."""
    return answer({"cards": [card_form(card) for card in await node_of(request).cards()]})


async def exported(request: web.Request) -> web.Response:
    """GET /api/v1/export/card/{card}: a card as a file; `card` is its id, a unique beginning of that, or its name."""
    query, wanted = read_query(request, CardQuery), request.match_info["card"]
    if len(wanted) > NAME_CHARS_MAX:
        raise NotFound("there is no card of that name", remedy="see: ccnode export card")
    card, data = await node_of(request).card_file(wanted, query.format, query.form)
    headers = {"Content-Disposition": f'attachment; filename="card-{card.id.hex()[:16]}.{query.format}"'}
    if query.format == "png":
        return web.Response(body=data, content_type="image/png", headers=headers)
    return web.Response(body=data, content_type="application/json", charset="utf-8", headers=headers)
