"""How do bundles come and go that are carried between nodes? Made for a peer and fetched; sent here and applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from ccnode.api.bodies import read_json
from ccnode.api.context import node_of
from ccnode.api.errors import answer
from ccnode.api.models import CLEAN, Body, Moment
from ccnode.api.peering import NAME_CHARS_MAX
from ccnode.api.transfers import check_is_file, pieces_of, send
from ccnode_protocol import limits

if TYPE_CHECKING:
    from aiohttp import web

    from ccnode.api.peer_ports import Bundles

ID_CHARS_MAX = 64

Recipient = Annotated[str, StringConstraints(pattern=r"^age1[0-9a-z]+$", max_length=limits.RECIPIENT_CHARS_MAX), CLEAN]
Identity = Annotated[str, StringConstraints(pattern=r"^AGE-SECRET-KEY-1[0-9A-Z]+$", max_length=200), CLEAN]


class CreateBody(Body):
    """POST /api/v1/peers/{peer}/bundle."""

    since: Moment | None = None
    full: bool = False
    recipient: Recipient | None = None


class ApplyBody(Body):
    """POST /api/v1/bundles/{bundle}/apply."""

    identity: Identity | None = Field(default=None, repr=False)
    dry_run: bool = False


def _named(request: web.Request) -> tuple[Bundles, str]:
    return node_of(request).peers.bundles, request.match_info["bundle"][:ID_CHARS_MAX]


async def create(request: web.Request) -> web.Response:
    """POST /api/v1/peers/{peer}/bundle: make one for a peer."""
    body = await read_json(request, CreateBody)
    peer = request.match_info["peer"][:NAME_CHARS_MAX]
    made = await node_of(request).peers.make_bundle(peer, body.since, full=body.full, recipient=body.recipient)
    return answer({"bundle": made}, 202)


async def take_in(request: web.Request) -> web.Response:
    """POST /api/v1/bundles: the body is one that came from another node; it is kept until it is applied."""
    check_is_file(request)
    taken = await node_of(request).peers.bundles.take_in(pieces_of(request), request.content_length)
    return answer({"bundle": taken}, 201)


async def one(request: web.Request) -> web.Response:
    """GET /api/v1/bundles/{bundle}: how far it is."""
    bundles, bundle = _named(request)
    return answer({"bundle": bundles.get(bundle)})


async def apply(request: web.Request) -> web.Response:
    """POST /api/v1/bundles/{bundle}/apply: apply one that was sent here."""
    bundles, bundle = _named(request)
    body = await read_json(request, ApplyBody)
    return answer({"bundle": await bundles.apply(bundle, body.identity, dry_run=body.dry_run)}, 202)


async def file(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/bundles/{bundle}/file: the one that was made."""
    bundles, bundle = _named(request)
    return await send(request, await bundles.file(bundle))


async def forget(request: web.Request) -> web.Response:
    """DELETE /api/v1/bundles/{bundle}: stop it, and remove its file here."""
    bundles, bundle = _named(request)
    await bundles.forget(bundle)
    return answer({})
