"""What can be asked about memory? What is remembered, and how that is corrected: pin, disable, forget, take back."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from ccnode import clock
from ccnode.api.bodies import read_json, read_query
from ccnode.api.context import node_of
from ccnode.api.erasures import consent_of
from ccnode.api.errors import answer
from ccnode.api.forms import in_list, iso
from ccnode.api.models import CLEAN, QUERY_CHARS_MAX, TOO_LARGE, Body, Content, MessageId, Page, Query
from ccnode.later import later
from ccnode.store.errors import NotFound
from ccnode_protocol.records import NOTE_TEXT_BYTES_MAX

if TYPE_CHECKING:
    from aiohttp import web

    from ccnode.api.ports import Memories
    from ccnode.store import knowledge_forms
    from ccnode.store.memory import Memory
    from ccnode.store.notes import Note
else:
    knowledge_forms = later("ccnode.store.knowledge_forms")

MESSAGE_ID: Final = re.compile(r"[0-9a-fA-F]{6,64}\Z")


def _short(text: str) -> str:
    size = len(text.encode())
    if size > NOTE_TEXT_BYTES_MAX:
        message = "has {size} bytes; at most {most} are taken"
        raise PydanticCustomError(TOO_LARGE, message, {"size": size, "most": NOTE_TEXT_BYTES_MAX})
    return text


class MemoryQuery(Query):
    """GET /api/v1/memory: all memories, newest first, or those that a search finds."""

    q: Annotated[str, StringConstraints(max_length=QUERY_CHARS_MAX), CLEAN] = ""
    limit: Page = 50
    before: MessageId | None = None
    mark: Literal["pinned", "disabled", "forgetting", "noted"] | None = None


class MarkBody(Body):
    """PUT /api/v1/memory/{message_id}."""

    mark: Literal["pinned", "disabled", "enabled", "none"]


class NoteBody(Body):
    """PUT /api/v1/memory/{message_id}/note."""

    text: Annotated[Content, AfterValidator(_short)]


def memory_form(memory: Memory) -> dict[str, Any]:
    """A memory as clients see it; `due`: when it, or all of its conversation, is to be erased."""
    message = memory.message
    return {
        "message_id": message.digest.hex(),
        "session_id": str(uuid.UUID(bytes=message.session)),
        "title": memory.title,
        "role": message.role,
        "time": iso(message.time),
        "text": message.text,
        "mark": message.mark,
        "due": clock.iso(memory.due_ms) if memory.due_ms is not None else None,
        "note": note_form(memory.note) if memory.note is not None else None,
    }


def _listed(memory: Memory) -> dict[str, Any]:
    form = memory_form(memory)
    return {**in_list(form), "note": in_list(form["note"]) if form["note"] is not None else None}


def note_form(note: Note) -> dict[str, Any]:
    """What is remembered instead of a message; `due`: when its words are to be erased by an order for the note."""
    return {
        "note_id": note.digest.hex(),
        "text": note.text,
        "time": iso(note.time),
        "sources": [source.hex() for source in note.sources],
        "versions": note.versions,
        "due": clock.iso(note.due_ms) if note.due_ms is not None else None,
    }


def _memory_of(request: web.Request) -> tuple[Memories, str]:
    """The node's memory, and the message that the address names. Raises NotFound."""
    text = request.match_info["message_id"]
    if not MESSAGE_ID.match(text):
        raise NotFound("that is not a message id", remedy="give at least 6 of its hex digits")
    return node_of(request).memory, text.lower()


async def listed(request: web.Request) -> web.Response:
    """GET /api/v1/memory: what is remembered, newest first, or best first where something is searched for."""
    query = read_query(request, MemoryQuery)
    memory = node_of(request).memory
    if not query.q.strip():
        page = await memory.page(query.limit, before=query.before, wanted=query.mark)
    else:
        page = await memory.search(query.q, query.limit, before=query.before, wanted=query.mark)
    return answer(
        {
            "memories": [_listed(one) for one in page.memories],
            "knowledge": [knowledge_forms.brief(one, {}) for one in page.knowledge],
            "more": page.next is not None,
            "next": page.next.hex() if page.next is not None else None,
        }
    )


async def one(request: web.Request) -> web.Response:
    """GET /api/v1/memory/{message_id}: one message, as it is remembered."""
    memory, message_id = _memory_of(request)
    return answer({"memory": memory_form(await memory.one(message_id))})


async def mark(request: web.Request) -> web.Response:
    """PUT /api/v1/memory/{message_id}: pin it, disable it, or take that back."""
    memory, message_id = _memory_of(request)
    body = await read_json(request, MarkBody)
    return answer({"memory": memory_form(await memory.mark(message_id, body.mark))})


async def edit(request: web.Request) -> web.Response:
    """PUT /api/v1/memory/{message_id}/note: have it remembered in other words."""
    memory, message_id = _memory_of(request)
    body = await read_json(request, NoteBody)
    return answer({"memory": memory_form(await memory.edit(message_id, body.text))})


async def forget(request: web.Request) -> web.Response:
    """POST /api/v1/memory/{message_id}/forget: have its words erased a day from now, or at once."""
    memory, message_id = _memory_of(request)
    forgotten, order = await memory.forget(message_id, await consent_of(request))
    return answer({"memory": memory_form(forgotten), "order": order.order, "due": clock.iso(order.due_ms)})


async def undo_forget(request: web.Request) -> web.Response:
    """DELETE /api/v1/memory/{message_id}/forget: take the order back."""
    memory, message_id = _memory_of(request)
    return answer({"memory": memory_form(await memory.undo_forget(message_id)), "cancelled": True})
