"""What can be asked about knowledge packets? What nodes offer, and what the owner decides on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StringConstraints

from ccnode.api.bodies import read_json, read_query
from ccnode.api.context import node_of
from ccnode.api.errors import answer
from ccnode.api.models import CLEAN, Body, MessageId, Nothing, Page, Query
from ccnode.store.errors import NotFound
from ccnode_protocol.records import AFTER_MAX, SUBJECT_CHARS_MAX

if TYPE_CHECKING:
    from aiohttp import web

PACKET_ID: Final = re.compile(r"[0-9a-fA-F]{6,64}\Z")


class KnowledgeQuery(Query):
    """GET /api/v1/knowledge: packets, the last that came first."""

    limit: Page = 50
    before: MessageId | None = None
    state: Literal["waiting", "promoted", "rejected", "shared", "withdrawn"] | None = None


class ShareBody(Body):
    """POST /api/v1/knowledge: what is offered, of what it is, to whom, and which packets it rests on."""

    message_id: MessageId
    subject: Annotated[str, StringConstraints(strip_whitespace=True, max_length=SUBJECT_CHARS_MAX), CLEAN] = ""
    audience: Literal["shared", "public"] = "shared"
    after: Annotated[list[MessageId], Field(max_length=AFTER_MAX)] = Field(default_factory=list)


class PromoteBody(Body):
    """POST /api/v1/knowledge/{packet_id}/promote; `despite`: also where what is known says otherwise."""

    despite: bool = False


def _packet_of(request: web.Request) -> str:
    text = request.match_info["packet_id"]
    if not PACKET_ID.match(text):
        raise NotFound("that is not the id of a packet", remedy="give at least 6 of its hex digits")
    return text.lower()


async def listed(request: web.Request) -> web.Response:
    """GET /api/v1/knowledge: what is offered, promoted, rejected, shared and withdrawn."""
    query = read_query(request, KnowledgeQuery)
    return answer(await node_of(request).knowledge.page(query.limit, state=query.state, before=query.before))


async def share(request: web.Request) -> web.Response:
    """POST /api/v1/knowledge: offer the words of a message, or of a note, to others."""
    body = await read_json(request, ShareBody)
    made = await node_of(request).knowledge.share(body.message_id, body.subject, body.audience, body.after)
    return answer({"packet": made}, 201)


async def one(request: web.Request) -> web.Response:
    """GET /api/v1/knowledge/{packet_id}."""
    return answer({"packet": await node_of(request).knowledge.one(_packet_of(request))})


async def promote(request: web.Request) -> web.Response:
    """POST /api/v1/knowledge/{packet_id}/promote: know what it says from now on."""
    packet = _packet_of(request)
    body = await read_json(request, PromoteBody)
    return answer({"packet": await node_of(request).knowledge.promote(packet, despite=body.despite)})


async def reject(request: web.Request) -> web.Response:
    """POST /api/v1/knowledge/{packet_id}/reject: do not know it, until it is promoted."""
    packet = _packet_of(request)
    await read_json(request, Nothing)
    return answer({"packet": await node_of(request).knowledge.reject(packet)})


async def withdraw(request: web.Request) -> web.Response:
    """POST /api/v1/knowledge/{packet_id}/withdraw: have a packet of one's own erased, here and elsewhere."""
    packet = _packet_of(request)
    await read_json(request, Nothing)
    return answer({"packet": await node_of(request).knowledge.withdraw(packet)})
