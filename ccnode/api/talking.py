"""How does a program talk over plain HTTP? One POST, answered by one JSON object or by a stream of lines."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import web

from ccnode.api.bodies import read_json, session_id_of, validated
from ccnode.api.context import HUB, limits_of, node_of
from ccnode.api.errors import ApiError, BadRequest, answer, encode
from ccnode.api.forms import reply_form
from ccnode.api.models import MergeBody, MessageBody, Nothing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccnode.api.events import TurnEvent
    from ccnode.api.hub import Follower, Item

LINES: Final = "application/x-ndjson"


async def message(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/conversation/{session_id}/message: a question, answered by its reply."""
    session_id = await session_id_of(request)
    body = await read_json(request, MessageBody)
    key = _key(request, body)
    return await _turn(request, session_id, node_of(request).say(session_id, body.content, key), key)


async def merge(request: web.Request) -> web.StreamResponse:
    """POST .../merge: one turn that brings other branches into this conversation, answered by its reply."""
    session_id = await session_id_of(request)
    body = await read_json(request, MergeBody)
    return await _turn(request, session_id, node_of(request).merge(session_id, body.branches, body.content))


async def resume(request: web.Request) -> web.StreamResponse:
    """POST .../resume: the reply to a question that has none yet, or that is being answered. 409 without one."""
    session_id = await session_id_of(request)
    await read_json(request, Nothing)
    hub = request.app[HUB]
    if (running := hub.running(session_id)) is not None:
        follower = hub.follower()
        hub.join(running, follower)
        return await _deliver(request, follower)
    return await _turn(request, session_id, node_of(request).resume(session_id))


async def regenerate(request: web.Request) -> web.StreamResponse:
    """POST .../regenerate: another reply to the last question."""
    session_id = await session_id_of(request)
    await read_json(request, Nothing)
    return await _turn(request, session_id, node_of(request).regenerate(session_id))


async def go_on(request: web.Request) -> web.StreamResponse:
    """POST .../continue: the rest of a reply that was interrupted. 409 where the last one was not."""
    session_id = await session_id_of(request)
    await read_json(request, Nothing)
    return await _turn(request, session_id, node_of(request).go_on(session_id))


async def stop(request: web.Request) -> web.Response:
    """POST .../stop: end the reply that is being written; what there is of it is kept."""
    session_id = await session_id_of(request)
    await read_json(request, Nothing)
    return answer({"session_id": session_id, "stopped": await node_of(request).stop_turn(session_id)})


def _key(request: web.Request, body: MessageBody) -> str | None:
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return body.idempotency_key
    if body.idempotency_key not in (None, header):
        raise BadRequest("idempotency_key: differs from the header Idempotency-Key", "send one of them")
    return validated(MessageBody, {"content": "-", "idempotency_key": header}).idempotency_key


async def _turn(
    request: web.Request, session_id: str, events: AsyncIterator[TurnEvent], key: str | None = None
) -> web.StreamResponse:
    follower = request.app[HUB].follower()
    request.app[HUB].ask(session_id, events, follower, key)
    return await _deliver(request, follower)


async def _deliver(request: web.Request, follower: Follower) -> web.StreamResponse:
    try:
        if LINES in request.headers.get("Accept", ""):
            return await _lines(request, follower)
        return await _single(follower)
    finally:
        follower.close()


async def _single(follower: Follower) -> web.Response:
    while True:
        item = await _next(follower)
        if item["type"] == "response":
            return answer(reply_form(item))


async def _next(follower: Follower) -> dict[str, object]:
    item = await follower.take()
    if item is None:
        raise _too_slow()
    if isinstance(item, ApiError):
        raise item
    return item


def _too_slow() -> ApiError:
    return ApiError(503, "too_slow", "this stream was read too slowly", "read faster; the reply is in the conversation")


def _ends(item: Item) -> bool:
    return isinstance(item, ApiError) or item["type"] == "response"


async def _lines(request: web.Request, follower: Follower) -> web.StreamResponse:
    """The forms of the WebSocket, one a line, up to the response or an error.

    What goes wrong before the first form has its own status, as without a stream.
    """
    stream = web.StreamResponse(headers={"Content-Type": f"{LINES}; charset=utf-8", "X-Accel-Buffering": "no"})
    item: Item = await _next(follower)
    await stream.prepare(request)
    timeout = limits_of(request).send_timeout_s
    try:
        while True:
            form = item.form() if isinstance(item, ApiError) else item
            async with asyncio.timeout(timeout):
                await stream.write(encode(form) + b"\n")
            if _ends(item):
                break
            item = await follower.take() or _too_slow()
        async with asyncio.timeout(timeout):
            await stream.write_eof()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()  # whoever does not read is not waited for; the turn goes on
    return stream
