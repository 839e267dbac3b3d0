"""How do sessions, messages and the events of a turn look in JSON?"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from ccnode import clock
from ccnode.later import later
from ccnode_protocol import hlc

if TYPE_CHECKING:
    from ccnode.api import events
    from ccnode.api.events import Accepted, Piece, Replied, Source, Waiting
    from ccnode.store.search import Hit
    from ccnode.store.views import Message, Session
else:
    events = later("ccnode.api.events")

Form = dict[str, Any]

SOURCE_CHARS_MAX: Final = 4096
LISTED_CHARS_MAX: Final = 16_384  # of a text in a list: two hundred of them are some megabytes
NOT_MEASURED: Final[Form] = {"ccc": None, "phi": None, "note": "ccc and phi are not measured yet"}


def iso(time: int) -> str:
    """A hybrid logical clock value as ISO 8601 in UTC, with milliseconds."""
    return clock.iso(hlc.to_ms(time))


def session_form(session: Session) -> Form:
    """A session as clients see it."""
    return {
        "session_id": session.id,
        "title": session.title,
        "opened": iso(session.opened),
        "last": iso(session.last),
        "messages": session.messages,
        "ended": iso(session.ended) if session.ended is not None else None,
        "due": clock.iso(session.due_ms) if session.due_ms is not None else None,
        "parent": session.parent.hex() if session.parent is not None else None,
        "unanswered": session.unanswered,
    }


def message_form(message: Message) -> Form:
    """A message as clients see it; `text` is null where it was erased or withheld, or (`altered`) is not as signed.

    `due`: when its words are to be erased by an order for this message alone.
    """
    return {
        "message_id": message.digest.hex(),
        "session_id": str(uuid.UUID(bytes=message.session)),
        "parent": message.parent.hex() if message.parent is not None else None,
        "seq": message.seq,
        "role": message.role,
        "text": message.text,
        "time": iso(message.time),
        "model": message.model,
        "plate": message.plate.hex() if message.plate is not None else None,
        "origin": message.origin,
        "state": message.state,
        "altered": message.altered,
        "mark": message.mark,
        "due": clock.iso(message.due_ms) if message.due_ms is not None else None,
        "sources": [source.hex() for source in message.sources],
    }


def in_list(form: Form) -> Form:
    """A form with a text as one of many: a long text is cut, and `cut` says so; the whole is at its own address."""
    text = form["text"]
    return {**form, "text": text[:LISTED_CHARS_MAX], "cut": True} if text and len(text) > LISTED_CHARS_MAX else form


def hit_form(hit: Hit, title: str) -> Form:
    """A message that a search found."""
    return {
        "message_id": hit.message.digest.hex(),
        "session_id": str(uuid.UUID(bytes=hit.message.session)),
        "title": title,
        "role": hit.message.role,
        "time": iso(hit.message.time),
        "text": hit.message.text,
        "snippet": hit.snippet,
        "score": hit.score,
        "highlights": [list(place) for place in hit.highlights],
        "why": [{"word": reason.word, "share": round(reason.share, 4), "where": reason.where} for reason in hit.why],
    }


def source_form(source: Source) -> Form:
    """A message or packet that a reply rests on; a long one is cut, the whole is in its session."""
    text = source.text if len(source.text) <= SOURCE_CHARS_MAX else source.text[:SOURCE_CHARS_MAX] + "..."
    if source.told_by is not None:
        return {"packet_id": source.message_id, "time": iso(source.time), "text": text, "told_by": source.told_by}
    form = {
        "message_id": source.message_id,
        "session_id": source.session_id,
        "time": iso(source.time),
        "text": text,
    }
    return form if source.note is None else {**form, "note": source.note[:SOURCE_CHARS_MAX]}


def event_form(event: Accepted | Piece | Waiting | Replied) -> Form:
    """An event of a turn as a form of a stream."""
    match event:
        case events.Accepted():
            return {"type": "accepted", "message_id": event.message_id, "seq": event.seq}
        case events.Piece():
            return {"type": "delta", "content": event.text}
        case events.Waiting():
            if event.until_ms is None:
                return {"type": "status", "message": event.message}
            until = clock.iso(event.until_ms)
            said = {"message": event.message, "reason": event.reason}
            return {"type": "waiting", **said, "until": until, "wait_s": event.wait_s}
        case events.Replied():
            return {
                "type": "response",
                "content": event.text,
                "message_id": event.message_id,
                "user_message_id": event.user_message_id,
                "session_id": event.session_id,
                "seq": event.seq,
                "model": event.model,
                "sources": [source_form(source) for source in event.sources],
                "metrics": dict(event.metrics),
                "state": event.state,
            }


def metrics_form(response: Form) -> Form:
    """What follows a response on a WebSocket: what was measured of it."""
    return {"type": "metrics", **NOT_MEASURED, **response["metrics"]}


def reply_form(response: Form) -> Form:
    """A response as the single answer to a POST."""
    answer = {name: value for name, value in response.items() if name not in {"type", "content"}}
    return {**answer, "reply": response["content"]}
