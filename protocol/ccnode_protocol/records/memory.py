"""What is to be remembered of what was said, and what forgotten? Marks, notes and orders to forget."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ccnode_crypto.erasure import BODIES_MAX, Reach, reach, verified
from ccnode_crypto.statements import ForgetStatement
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.records.fields import (
    DIGEST_BYTES,
    SESSION_BYTES,
    SOURCES_MAX,
    Record,
    bytes_in,
    digests_in,
    fields_of,
    integer_in,
    record,
    sources_in,
)
from ccnode_protocol.records.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

NOTE_BYTES: Final = 16
NOTE_TEXT_BYTES_MAX: Final = 65_536
SIGNATURE_BYTES: Final = 64
FORGET_UNDO_MS: Final = 24 * 3600 * 1000


class Mark(IntEnum):
    """How a message is to be remembered."""

    NONE = 0
    PINNED = 1
    DISABLED = 2


MARK_NAMES: Final = {Mark.NONE: "none", Mark.PINNED: "pinned", Mark.DISABLED: "disabled"}
MARKS: Final = {name: mark for mark, name in MARK_NAMES.items()}


def memory_marked(message: bytes, mark: Mark) -> Record:
    """From now on a message, named by its digest, is preferred when something is recalled, or never recalled."""
    return record(Kind.MEMORY_MARKED, {"message": message, "mark": int(mark)})


def read_mark(meta: bytes) -> tuple[bytes, Mark]:
    """The message that a memory-marked entry names, and how it is to be remembered. Raises RemoteError."""
    fields = fields_of(meta)
    return bytes_in(fields, "message", DIGEST_BYTES), Mark(integer_in(fields, "mark", most=max(Mark)))


def note_id(sources: Sequence[bytes]) -> bytes:
    """The identifier of the note that is made from these messages (their digests), and of its every version."""
    return sha256(b"".join(sources)).digest()[:NOTE_BYTES]


def note_kept(sources: Sequence[bytes], text: str) -> Record:
    """What is to be remembered of messages, named by their digests, in other words: a note, or a new version of it.

    Raises:
        LocalError: there is no source, or more than SOURCES_MAX, or one twice; or no text, or one over its limit.
        EncodingError: the text is not valid Unicode.
    """
    if not 1 <= len(sources) <= SOURCES_MAX or len(set(sources)) != len(sources):
        raise LocalError(f"a note has 1 to {SOURCES_MAX} sources, each once")
    if not text.strip() or len(text.encode("utf-8", "surrogatepass")) > NOTE_TEXT_BYTES_MAX:
        raise LocalError(f"a note says something, in at most {NOTE_TEXT_BYTES_MAX} bytes")
    return record(Kind.NOTE_KEPT, {"note": note_id(sources), "sources": list(sources)}, {"text": text})


def read_note(meta: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """The identifier of a note, and the messages (their digests) that it is made from. Raises RemoteError."""
    fields = fields_of(meta)
    note, sources = bytes_in(fields, "note", NOTE_BYTES), sources_in(fields)
    if not sources or len(set(sources)) != len(sources):
        raise RemoteError(f"meta.sources: 1 to {SOURCES_MAX} digests, each once, are expected")
    if note != note_id(sources):
        raise RemoteError("meta.note: the first bytes of SHA-256 of the sources are expected")
    return note, sources


@dataclass(frozen=True, slots=True)
class Forget:
    """What an order to forget is about, a session or one message (its digest), and when it is due (ms since 1970).

    `bodies`: the digests of the contents of the session that are meant; None where none are named. `said`: which owner
    stated it, verified, and when (ms since 1970).
    """

    session: bytes | None
    message: bytes | None
    due_ms: int
    bodies: tuple[bytes, ...] | None = None
    said: tuple[bytes, int] | None = None

    def reach(self, node: bytes, time: int, owners: Container[bytes]) -> Reach | None:
        """How far it goes, recorded by `node` at a header time, in our own voice; see ccnode_crypto.erasure."""
        return reach(node=node, time=time, message=self.message, bodies=self.bodies, said=self.said, owners=owners)


def forget_ordered(session: bytes, due_ms: int, bodies: Sequence[bytes] | None = None) -> Record:
    """The contents of a session are to be erased at `due_ms` (milliseconds since 1970), unless that is cancelled.

    `bodies`: which (their digests). Without them, and without its owner's statement, an order has no authority; it had
    before ccnode_crypto.erasure.RULE_MS.

    Raises:
        LocalError: more than BODIES_MAX are named.
    """
    if bodies is not None and len(bodies) > BODIES_MAX:
        raise LocalError(f"an order without the owner's statement names at most {BODIES_MAX} contents")
    named = None if bodies is None else list(bodies)
    return record(Kind.FORGET_ORDERED, {"session": session, "due_ms": due_ms, "bodies": named})


def message_forget_ordered(message: bytes, due_ms: int) -> Record:
    """The content of one message, named by its digest, is to be erased at `due_ms`, unless that is cancelled.

    It names no session: a reader that does not know `message` must find an order that means nothing, not one that
    erases all of the session.
    """
    return record(Kind.FORGET_ORDERED, {"message": message, "due_ms": due_ms})


def forget_stated(said: ForgetStatement) -> Record:
    """An order by the owner's word, which the node that the statement names is to record."""
    meta: dict[str, object] = {
        "session": said.session,
        "message": said.message,
        "due_ms": said.due_ms,
        "owner": said.owner,
        "issued_ms": said.issued_ms,
        "signature": said.signature,
    }
    return record(Kind.FORGET_ORDERED, meta)


def read_forget(meta: bytes, node: bytes = b"") -> Forget:
    """What is to be forgotten; where a message is named, only that. `node`: who recorded it, as far as that matters.

    Raises:
        RemoteError: a field is wrong, or there is a statement that no owner made for this node.
    """
    fields = fields_of(meta)
    due_ms = integer_in(fields, "due_ms")
    session, message, bodies = None, None, None
    if "message" in fields:
        message = bytes_in(fields, "message", DIGEST_BYTES)
    else:
        session = bytes_in(fields, "session", SESSION_BYTES)
    if "bodies" in fields:
        bodies = digests_in(fields, "bodies", BODIES_MAX)
    said = None
    if fields.keys() & {"owner", "issued_ms", "signature"}:
        owner, signature = bytes_in(fields, "owner", DIGEST_BYTES), bytes_in(fields, "signature", SIGNATURE_BYTES)
        said = owner, integer_in(fields, "issued_ms")
        if "issued_ms" not in fields or not verified(
            ForgetStatement(owner, node, session, message, said[1], due_ms, signature=signature)
        ):
            raise RemoteError("meta.signature: the owner's, over a statement for this node, is expected")
    return Forget(session, message, due_ms, bodies, said)


def forget_cancelled(order: bytes) -> Record:
    """An order to forget, named by its digest, is taken back before it was due."""
    return record(Kind.FORGET_CANCELLED, {"order": order})


def erasure_done(order: bytes, bodies: int) -> Record:
    """A receipt: this node erased that many contents by the order."""
    return record(Kind.ERASURE_DONE, {"order": order, "bodies": bodies})


def read_order(meta: bytes) -> tuple[bytes, int]:
    """The order that a forget-cancelled or erasure-done entry names, and its count of bodies. Raises RemoteError."""
    fields = fields_of(meta)
    return bytes_in(fields, "order", DIGEST_BYTES), integer_in(fields, "bodies")
