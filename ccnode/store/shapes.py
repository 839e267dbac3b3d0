"""What do sessions and messages look like in JSON? The names that the contract with programs fixes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ccnode.clock import iso
from ccnode.store.views import ms_of

if TYPE_CHECKING:
    from ccnode.store.views import Message, Session


def time(value: int) -> str:
    """A stored time as ISO-8601."""
    return iso(ms_of(value))


def session(one: Session) -> dict[str, Any]:
    """A session."""
    return {
        "session_id": one.id,
        "title": one.title,
        "opened": time(one.opened),
        "last": time(one.last),
        "messages": one.messages,
        "ended": time(one.ended) if one.ended is not None else None,
        "due": iso(one.due_ms) if one.due_ms is not None else None,
        "parent": one.parent.hex() if one.parent else None,
        "unanswered": one.unanswered,
    }


def message(one: Message) -> dict[str, Any]:
    """A message; `text` is null where the content was erased or withheld, or (`altered`) is not as it was signed."""
    return {
        "message_id": one.digest.hex(),
        "session_id": str(uuid.UUID(bytes=one.session)),
        "parent": one.parent.hex() if one.parent else None,
        "seq": one.seq,
        "role": one.role,
        "text": one.text,
        "time": time(one.time),
        "model": one.model,
        "plate": one.plate.hex() if one.plate is not None else None,
        "origin": one.origin,
        "state": one.state,
        "altered": one.altered,
        "mark": one.mark,
        "due": iso(one.due_ms) if one.due_ms is not None else None,
        "sources": [digest.hex() for digest in one.sources],
    }
