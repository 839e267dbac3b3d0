"""What do sessions, messages, chains and entries look like in JSON? The names that the contract with programs fixes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ccnode.clock import iso
from ccnode.store.views import ms_of
from ccnode_crypto.keys import node_id

if TYPE_CHECKING:
    from ccnode.store.search import Hit
    from ccnode.store.views import Chain, EntryRow, Message, Session


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
        "origin": one.origin,
        "state": one.state,
        "altered": one.altered,
        "sources": [digest.hex() for digest in one.sources],
    }


def chain(one: Chain) -> dict[str, Any]:
    """A chain."""
    return {
        "chain": str(one.chain),
        "node_id": node_id(one.chain.node),
        "epoch": one.chain.epoch.hex(),
        "audience": one.chain.audience,
        "length": one.length,
        "head": one.head.hex(),
        "opened": time(one.opened),
    }


def entry(one: EntryRow) -> dict[str, Any]:
    """An entry of the log. `content`: none, present, or missing."""
    return {
        "id": one.id,
        "chain": str(one.chain),
        "seq": one.seq,
        "kind": one.kind_name,
        "digest": one.digest.hex(),
        "time": time(one.time),
        "content": one.content,
    }


def hit(one: Hit, title: str) -> dict[str, Any]:
    """A message that a search found."""
    return {
        **message(one.message),
        "title": title,
        "snippet": one.snippet,
        "score": one.score,
        "why": list(one.why),
    }
