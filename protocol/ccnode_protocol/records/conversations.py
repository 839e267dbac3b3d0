"""What is said, and in which session? Sessions and messages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from ccnode_crypto.entry import CONTENT_BYTES_MAX
from ccnode_protocol import hlc
from ccnode_protocol.records.fields import (
    DIGEST_BYTES,
    SESSION_BYTES,
    Record,
    bytes_in,
    bytes_or_none,
    fields_of,
    integer_in,
    record,
    short_text_in,
    sources_in,
)
from ccnode_protocol.records.kinds import Kind

if TYPE_CHECKING:
    from ccnode_crypto.canonical import Value

KEY_BYTES: Final = 16
TITLE_CHARS_MAX: Final = 200
MODEL_CHARS_MAX: Final = 100
ORIGIN_CHARS_MAX: Final = 32
SAID_MS_MAX: Final = 2**47  # the year 6429, the last whose clock values fit 63 bits
TEXT_BYTES_MAX: Final = CONTENT_BYTES_MAX - 64  # the map around the text takes a few bytes


class Role(IntEnum):
    """Who speaks in a message."""

    USER = 0
    ASSISTANT = 1
    SYSTEM = 2
    TOOL = 3


class State(IntEnum):
    """Whether a reply came to its end."""

    COMPLETE = 0
    INTERRUPTED = 1


ROLE_NAMES: Final = {Role.USER: "user", Role.ASSISTANT: "assistant", Role.SYSTEM: "system", Role.TOOL: "tool"}
ROLES: Final = {name: role for role, name in ROLE_NAMES.items()}


@dataclass(frozen=True, slots=True)
class MessageMeta:
    """The kept part of a message. `over` names the sibling reply that this one replaces as the branch's way on.

    What was brought in from elsewhere has an `origin` (where from), and `said_ms`, when it was said there. A reply has
    the `plate` that it was given under: SHA-256 of that text.
    """

    session: bytes
    role: Role
    parent: bytes | None = None
    key: bytes | None = None
    over: bytes | None = None
    sources: tuple[bytes, ...] = ()
    model: str | None = None
    state: State = State.COMPLETE
    said_ms: int | None = None
    origin: str | None = None
    plate: bytes | None = None

    def time(self, recorded: int) -> int:
        """When it was said, as a hybrid logical clock value: never after it was recorded."""
        return said_time(self.said_ms, recorded)


def said_time(said_ms: int | None, recorded: int) -> int:
    """The time that counts for what was recorded at `recorded` and, if it was brought in, said at `said_ms`."""
    return recorded if said_ms is None else min(hlc.from_ms(said_ms), recorded)


def message(meta: MessageMeta, text: str) -> Record:
    """Raises LocalError where the text is over TEXT_BYTES_MAX, EncodingError where it is not valid Unicode."""
    fields: dict[str, object] = {
        "session": meta.session,
        "parent": meta.parent,
        "role": int(meta.role),
        "key": meta.key,
        "over": meta.over,
        "sources": list(meta.sources) or None,
        "model": meta.model,
        "state": int(meta.state) or None,
        "said": meta.said_ms,
        "origin": meta.origin,
        "plate": meta.plate,
    }
    return record(Kind.MESSAGE, fields, {"text": text})


def read_message(meta: bytes) -> MessageMeta:
    """Raises RemoteError naming the field that is wrong."""
    fields = fields_of(meta)
    return MessageMeta(
        session=bytes_in(fields, "session", SESSION_BYTES),
        role=Role(integer_in(fields, "role", most=max(Role))),
        parent=bytes_or_none(fields, "parent", DIGEST_BYTES),
        key=bytes_or_none(fields, "key", KEY_BYTES),
        over=bytes_or_none(fields, "over", DIGEST_BYTES),
        sources=sources_in(fields),
        model=short_text_in(fields, "model", MODEL_CHARS_MAX),
        state=State(integer_in(fields, "state", most=max(State))),
        said_ms=_said(fields),
        origin=short_text_in(fields, "origin", ORIGIN_CHARS_MAX),
        plate=bytes_or_none(fields, "plate", DIGEST_BYTES),
    )


def session_opened(
    session: bytes,
    title: str | None = None,
    parent: bytes | None = None,
    said_ms: int | None = None,
    origin: str | None = None,
) -> Record:
    """A session begins, at the root or as a branch from the message `parent`; or it began elsewhere, at `said_ms`."""
    meta: dict[str, object] = {"session": session, "parent": parent, "said": said_ms, "origin": origin}
    return record(Kind.SESSION_OPENED, meta, {"title": title} if title else None)


def session_titled(session: bytes, title: str) -> Record:
    """A session gets another title."""
    return record(Kind.SESSION_TITLED, {"session": session}, {"title": title})


def session_ended(session: bytes) -> Record:
    """A session is closed; nothing in it is lost."""
    return record(Kind.SESSION_ENDED, {"session": session})


def read_session(meta: bytes) -> tuple[bytes, bytes | None]:
    """The session and parent of a session-opened, -titled or -ended entry. Raises RemoteError."""
    fields = fields_of(meta)
    return bytes_in(fields, "session", SESSION_BYTES), bytes_or_none(fields, "parent", DIGEST_BYTES)


def read_said(meta: bytes) -> int | None:
    """When a session that was brought in began elsewhere, in milliseconds since 1970. Raises RemoteError."""
    return _said(fields_of(meta))


def read_origin(meta: bytes) -> str | None:
    """Where a session or message was brought in from, None for what was said here. Raises RemoteError."""
    return short_text_in(fields_of(meta), "origin", ORIGIN_CHARS_MAX)


def _said(fields: dict[str, Value]) -> int | None:
    return integer_in(fields, "said", most=SAID_MS_MAX) if "said" in fields else None
