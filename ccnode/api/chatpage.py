"""What does the chat page show? One conversation as HTML: what was said, what it rests on, and what lies beside it.

The page's script puts in what is new by asking for the same page's log again (`part=log`): one place makes the markup.
"""

from __future__ import annotations

import asyncio
import uuid
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from markupsafe import Markup
from pydantic import Field

from ccnode.api import markdown
from ccnode.api.bodies import read_query, session_id_of
from ccnode.api.context import HUB, limits_of, node_of
from ccnode.api.models import MessageId, Moment, Query
from ccnode.api.rendering import fill, iso_of, page, render
from ccnode.core.turns import is_full
from ccnode_protocol import hlc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from ccnode.store.browse import Sibling, Window
    from ccnode.store.views import Message

RECENT: Final = 30
WHO: Final = {"user": "You", "assistant": "Assistant", "system": "Note", "tool": "Tool"}
ORIGINS: Final = {
    "chatgpt": "ChatGPT",
    "claude": "Claude",
    "claude-code": "Claude Code",
    "card": "a character card",
    "bundle": "another node",
}
FOLDED_CHARS_MAX: Final = 65_536  # of what a program gave back; the whole is in exports


class ChatQuery(Query):
    """GET /chat/{session_id}: around a message, as it stood at a moment, or from one number on; whole or in part."""

    m: MessageId | None = None
    at: Moment | None = None
    first: Annotated[int, Field(ge=1, le=2**31)] | None = None
    part: Literal["log"] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A message as the template wants it."""

    message: Message
    address: str
    body: Markup | None
    place: str
    before: str | None
    after: str | None
    sources: list[tuple[str, Message]]
    last: bool
    cut: str
    more: bool


def session_of(identifier: bytes) -> str:
    """A session's UUID as text."""
    return str(uuid.UUID(bytes=identifier))


def address_of(session: bytes, digest: bytes) -> str:
    """Where a message is shown in its conversation."""
    return f"/chat/{session_of(session)}?m={digest.hex()}#m-{digest.hex()}"


def origin_of(origin: str) -> str:
    """Where something was brought in from, in words."""
    return ORIGINS.get(origin, origin)


@page("chat")
async def new(request: web.Request) -> web.StreamResponse:
    """GET /: a conversation that begins with the first message."""
    read_query(request, Query)
    return await _render(request, None)


@page("chat")
async def conversation(request: web.Request) -> web.StreamResponse:
    """GET /chat/{session_id}."""
    query = read_query(request, ChatQuery)
    node, session_id = node_of(request), await session_id_of(request)
    at = hlc.from_ms(query.at + 1) - 1 if query.at is not None else None
    window = await node.window(session_id, at=at, focus=query.m, first=query.first)
    running = request.app[HUB].running(window.session.id) is not None
    past = iso_of(query.at) if query.at is not None else ""
    return await _render(request, window, past=past, running=running, part=query.part)


async def _render(
    request: web.Request, window: Window | None, *, past: str = "", running: bool = False, part: str | None = None
) -> web.Response:
    node = node_of(request)
    session = window.session if window else None
    values: dict[str, Any] = {
        "session": session,
        "past": past,
        "aside": bool(window and window.aside),
        "running": running,
        "text_bytes_max": limits_of(request).text_bytes_max,
        "model": str(node.status().get("model") or ""),
        # In a thread: a hundred long replies take seconds, in which everybody else would wait.
        "log": await asyncio.to_thread(_log, window, past=past, running=running) if window else Markup(""),
        "total": window.total if window else 0,
        "earlier": window.earlier if window else 0,
        "later": window.first + len(window.messages) if window and not window.whole else 0,
        "newest": window.messages[-1].digest.hex() if window and window.messages else "",
    }
    if part == "log":
        return render(request, "part.html", **values)
    values |= {"recent": await node.sessions(RECENT, 0, ended=None, forgotten=False)}
    live = session.id if session and not past and not values["aside"] else ""
    return render(request, "chat.html", live=live, **values)


def _log(window: Window, *, past: str, running: bool) -> Markup:
    now = not past and not window.aside
    made = []
    room = markdown.Room()
    for number, message in enumerate(window.messages):
        last = now and window.whole and number == len(window.messages) - 1
        item = _item(window, message, room, last=last)
        text = fill("_message.html", item=item, who=WHO, origin_of=origin_of, most=FOLDED_CHARS_MAX)
        # What the text is, as the script can compare it: what is unchanged is left alone on the page.
        head = '<li class="message {}" id="m-{}" data-seq="{}" data-parent="{}" data-v="{:x}">{}</li>'
        parent = message.parent.hex() if message.parent else ""
        check = zlib.crc32(text.encode("utf-8", "replace"))
        made.append(
            Markup(head).format(message.role, message.digest.hex(), message.seq, parent, check, Markup(text))  # noqa: S704  # from a template
        )
    open_question = window.session.unanswered and now and window.whole and not running
    if open_question and window.session.due_ms is None and window.messages and window.messages[-1].role == "user":
        made.append(Markup(fill("_waiting.html")))  # noqa: S704  # from a template
    return Markup("\n").join(made)


def _item(window: Window, message: Message, room: markdown.Room, *, last: bool) -> Item:
    place, before, after = _family(window.siblings.get(message.digest, ()), message)
    body = None
    if message.text is not None and message.role == "assistant":
        body = Markup(markdown.html(message.text, room))  # noqa: S704  # that is what it is for
    known = [window.sources[digest] for digest in message.sources if digest in window.sources]
    sources = [(address_of(source.session, source.digest), source) for source in known]
    address = address_of(message.session, message.digest)
    last = last and message.role == "assistant"
    cut, more = _cut(message)
    return Item(message, address, body, place, before, after, sources, last, cut, last and more)


def _cut(message: Message) -> tuple[str, bool]:
    """What is said of a reply that is not whole ("": it is whole), and whether it can be continued."""
    if message.state != "interrupted":
        return "", False
    if message.text is not None and is_full(message.text):
        return "There is more of this reply than can be kept.", False
    return "This reply was interrupted; what there is of it was kept.", message.text is not None


def _family(siblings: Sequence[Sibling], message: Message) -> tuple[str, str | None, str | None]:
    """Which version it is ("2/3"), and the addresses of those before and after it."""
    at = next((number for number, each in enumerate(siblings) if each.digest == message.digest), None)
    if at is None:
        return "", None, None
    links = [address_of(each.session, each.digest) for each in siblings]
    return (
        f"{at + 1}/{len(siblings)}",
        links[at - 1] if at else None,
        links[at + 1] if at + 1 < len(links) else None,
    )
