"""What can be asked about conversations? Start, list, read, branch, rename, end, forget, search."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Final

from ccnode import clock
from ccnode.api.bodies import read_json, read_query, session_id_of
from ccnode.api.context import HUB, api_url, node_of
from ccnode.api.erasures import consent_of
from ccnode.api.errors import answer
from ccnode.api.forms import hit_form, in_list, iso, message_form, session_form
from ccnode.api.models import ListQuery, PartQuery, SearchQuery, StartBody, StateQuery, TitleBody
from ccnode.store.errors import NotFound
from ccnode_protocol import hlc

if TYPE_CHECKING:
    from aiohttp import web

    from ccnode.api.ports import Node

MESSAGE_ID: Final = re.compile(r"[0-9a-fA-F]{6,64}\Z")


async def start(request: web.Request) -> web.Response:
    """POST /api/v1/conversation/start: a new session, at the root or as a branch from a message."""
    body = await read_json(request, StartBody)
    node = node_of(request)
    session = await node.start_session(body.title, body.parent)
    inherited = (await node.window(session.id, first=1)).total if body.parent is not None else session.messages
    url = api_url(request)
    return answer(
        {
            "session_id": session.id,
            "websocket_url": f"{url.replace('http', 'ws', 1)}/ws/conversation/{session.id}",
            "metrics_url": f"{url}/api/v1/metrics/conversation/{session.id}",
            "messages": inherited,
        },
        201,
    )


async def listed(request: web.Request) -> web.Response:
    """GET /api/v1/conversations: most recently active first."""
    query = read_query(request, ListQuery)
    found = await node_of(request).sessions(
        query.limit,
        query.offset,
        ended=query.ended,
        forgotten=query.forgotten,
        imported=query.imported,
        branches=query.branches,
        since=query.since,
        until=query.until,
    )
    return answer({"sessions": [session_form(session) for session in found]})


async def state(request: web.Request) -> web.Response:
    """GET /api/v1/conversation/{session_id}: the session and a page of its messages, now or `at` a past moment."""
    query = read_query(request, StateQuery)
    session_id = await session_id_of(request)
    node = node_of(request)
    # All of the millisecond that is asked for, whatever the counter within it.
    at = hlc.from_ms(query.at + 1) - 1 if query.at is not None else None
    part = await node.part(session_id, at=at, first=query.first)
    waits = part.last is not None and part.last.role == "user" and part.last.origin is None
    return answer(
        {
            "session": session_form(part.session),
            "messages": [message_form(message) for message in part.messages],
            "total": part.total,
            "next": part.next,
            "unanswered": part.session.unanswered if at is None else waits,
            "running": at is None and request.app[HUB].running(session_id) is not None,
        }
    )


async def tree(request: web.Request) -> web.Response:
    """GET .../tree: every message of the conversation with its parent, parents first, a page of them."""
    query = read_query(request, PartQuery)
    session_id = await session_id_of(request)
    part = await node_of(request).tree_part(session_id, first=query.first)
    messages = [message_form(message) for message in part.messages]
    return answer({"session_id": session_id, "messages": messages, "total": part.total, "next": part.next})


async def message(request: web.Request) -> web.Response:
    """GET /api/v1/message/{message_id}: one message, as a page shows it among the sources of a reply."""
    text = request.match_info["message_id"]
    if not MESSAGE_ID.match(text):
        raise NotFound("that is not a message id", remedy="give at least 6 of its hex digits")
    return answer({"message": message_form(await node_of(request).message(text.lower()))})


async def end(request: web.Request) -> web.Response:
    """DELETE /api/v1/conversation/{session_id}: close it; nothing is lost."""
    session = await node_of(request).end(await session_id_of(request))
    return answer({"session_id": session.id, "ended": iso(session.ended) if session.ended is not None else None})


async def rename(request: web.Request) -> web.Response:
    """PATCH /api/v1/conversation/{session_id}: another title."""
    session_id = await session_id_of(request)
    body = await read_json(request, TitleBody)
    return answer({"session": session_form(await node_of(request).rename(session_id, body.title))})


async def forget(request: web.Request) -> web.Response:
    """POST .../forget: have the contents erased a day from now, or at once."""
    session_id = await session_id_of(request)
    order = await node_of(request).forget(session_id, await consent_of(request))
    return answer({"session_id": session_id, "order": order.order, "due": clock.iso(order.due_ms)})


async def undo_forget(request: web.Request) -> web.Response:
    """DELETE .../forget: take the order back."""
    session = await node_of(request).undo_forget(await session_id_of(request))
    return answer({"session_id": session.id, "cancelled": True})


async def search(request: web.Request) -> web.Response:
    """GET /api/v1/search: messages by their words, best first."""
    query = read_query(request, SearchQuery)
    node = node_of(request)
    session_id = (await node.session(query.session)).id if query.session is not None else None
    hits = await node.search(
        query.q, query.limit, session_id=session_id, role=query.role, since=query.since, until=query.until
    )
    titles = {session: await _title(node, session) for session in {hit.message.session for hit in hits}}
    results = [in_list(hit_form(hit, titles[hit.message.session])) for hit in hits]
    return answer({"results": results, "unsearched": await node.unsearched()})


async def _title(node: Node, session: bytes) -> str:
    try:
        return (await node.session(str(uuid.UUID(bytes=session)))).title
    except NotFound:
        return ""  # erased between the search and this


async def metrics(request: web.Request) -> web.Response:
    """GET /api/v1/metrics/conversation/{session_id}."""
    session_id = await session_id_of(request)
    node = node_of(request)
    session = await node.session(session_id)
    messages = await node.branch(session_id)
    replies = sum(message.role == "assistant" for message in messages)
    return answer(
        {
            "session_id": session.id,
            "messages": len(messages),
            "replies": replies,
            "interrupted": sum(message.state == "interrupted" for message in messages),
            "unanswered": session.unanswered,
            **await node.character.of_conversation(session_id),
        }
    )
