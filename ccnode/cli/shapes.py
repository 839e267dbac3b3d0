"""What do sessions, messages, chains and entries look like in JSON? The names that the contract with programs fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode.clock import iso
from ccnode.store.shapes import message, session, time
from ccnode_crypto.keys import node_id

if TYPE_CHECKING:
    from ccnode.store.memory import Memory
    from ccnode.store.notes import Note
    from ccnode.store.search import Hit
    from ccnode.store.views import Chain, EntryRow


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


def memory(one: Memory) -> dict[str, Any]:
    """A memory; `due`: when it, or all of its conversation, is to be erased."""
    said = message(one.message)
    kept = {name: said[name] for name in ("message_id", "session_id", "role", "time", "text", "mark")}
    due = iso(one.due_ms) if one.due_ms is not None else None
    return {**kept, "title": one.title, "due": due, "note": note(one.note) if one.note is not None else None}


def note(one: Note) -> dict[str, Any]:
    """What is remembered instead of a message; `due`: when its words are to be erased by an order for the note."""
    return {
        "note_id": one.digest.hex(),
        "text": one.text,
        "time": time(one.time),
        "sources": [source.hex() for source in one.sources],
        "versions": one.versions,
        "due": iso(one.due_ms) if one.due_ms is not None else None,
    }


def hit(one: Hit, title: str) -> dict[str, Any]:
    """A message that a search found."""
    return {
        **message(one.message),
        "title": title,
        "snippet": one.snippet,
        "score": one.score,
        "highlights": [list(place) for place in one.highlights],
        "why": [{"word": reason.word, "share": round(reason.share, 4), "where": reason.where} for reason in one.why],
    }


__all__ = ["chain", "entry", "hit", "memory", "message", "note", "session", "time"]
