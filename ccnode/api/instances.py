"""What can be asked about prompts and instances? What entered a prompt, what would, and which instances there are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ccnode.api.bodies import read_json, read_query
from ccnode.api.context import node_of
from ccnode.api.errors import answer
from ccnode.api.models import Body, Content, Page, Query, SessionName
from ccnode.store.errors import NotFound

if TYPE_CHECKING:
    from aiohttp import web

MESSAGE_ID: Final = re.compile(r"[0-9a-fA-F]{6,64}\Z")


class PreviewBody(Body):
    """POST /api/v1/context/preview. Without a session: as the first message of a new conversation."""

    content: Content
    session_id: SessionName | None = None
    count: bool = False


class InstancesQuery(Query):
    """GET /api/v1/admin/instances: those that live first, or `living` ones alone."""

    limit: Page = 50
    living: bool = False


async def context(request: web.Request) -> web.Response:
    """GET /api/v1/message/{message_id}/context: what entered the prompt of a reply, or of the reply to a question."""
    text = request.match_info["message_id"]
    if not MESSAGE_ID.match(text):
        raise NotFound("that is not a message id", remedy="give at least 6 of its hex digits")
    return answer({"context": await node_of(request).prompt_of(text.lower())})


async def preview(request: web.Request) -> web.Response:
    """POST /api/v1/context/preview: what would enter the prompt for a text."""
    body = await read_json(request, PreviewBody)
    return answer({"context": await node_of(request).preview(body.content, body.session_id, count=body.count)})


async def listed(request: web.Request) -> web.Response:
    """GET /api/v1/admin/instances: the instances of the model."""
    query = read_query(request, InstancesQuery)
    return answer(await node_of(request).instances(query.limit, living=query.living))
