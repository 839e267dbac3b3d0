"""What kinds of entries are there, and what stands in their meta and content?

Every node must read these alike, so they live here. Meta is kept for ever and holds links and decisions; content can be
erased and holds words. Kinds below 16 belong to chains and keys, from 16 on to conversations. Kinds that this program
does not know are stored, proven and passed on, and have no effect.

    kind  name              meta                                                     content
       1  epoch-opened      predecessor: null or [epoch, audience, seq, digest, node]  -
       2  node-certified    certificate, signature                                   -
       3  node-revoked      revocation, signature                                    -
       4  node-named        -                                                        name
      16  session-opened    session, parent, said, origin                            title
      17  message           session, parent, role, key, over, sources, model, state, said, origin, plate  text
      18  session-titled    session                                                  title
      19  session-ended     session                                                  -
      20  forget-ordered    session or message, due_ms                               -
      21  forget-cancelled  order                                                    -
      22  erasure-done      order, bodies                                            -
      23  memory-marked     message, mark                                            -
      24  card-kept         card, form                                               name, json
      25  plate-kept        plate, previous, owner, issued_ms, signature             text
      26  baseline-set      spec, values, words, owner, issued_ms, signature         -
      27  measured          reply, spec, baseline, words, window, own, vector, closed, closes, figures  -
      29  note-kept         note, sources                                            text

Identifiers of sessions are 16 bytes (a UUID), digests 32, keys 16. Absent fields are left out, never null (except
`predecessor`). A reader ignores fields it does not know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ccnode_crypto import canonical
from ccnode_crypto.entry import AUDIENCE_PUBLIC, CONTENT_BYTES_MAX, KIND_EPOCH_OPENED, META_BYTES_MAX
from ccnode_crypto.errors import CryptoError, EncodingError
from ccnode_crypto.statements import VALUE_MAX, BaselineStatement, PlateStatement
from ccnode_protocol import hlc
from ccnode_protocol.errors import LocalError, RemoteError

if TYPE_CHECKING:
    from collections.abc import Sequence

SESSION_BYTES: Final = 16
DIGEST_BYTES: Final = 32
KEY_BYTES: Final = 16
SOURCES_MAX: Final = 32
TITLE_CHARS_MAX: Final = 200
MODEL_CHARS_MAX: Final = 100
ORIGIN_CHARS_MAX: Final = 32
CARD_BYTES: Final = 16
CARD_NAME_CHARS_MAX: Final = 200
CARD_FORMS: Final = ("v2", "v3")
CARD_JSON_BYTES_MAX: Final = CONTENT_BYTES_MAX - 1024  # the name stands beside it
PLATE_BYTES_MAX: Final = 65_536
DIMENSIONS_MAX: Final = 64
FIGURES_MAX: Final = 128
FIGURE_CHARS_MAX: Final = 100
FIGURE_MAX: Final = 2**53
NOTE_BYTES: Final = 16
NOTE_TEXT_BYTES_MAX: Final = 65_536
SAID_MS_MAX: Final = 2**47  # the year 6429, the last whose clock values fit 63 bits
TEXT_BYTES_MAX: Final = CONTENT_BYTES_MAX - 64  # the map around the text takes a few bytes
FORGET_UNDO_MS: Final = 24 * 3600 * 1000


class Kind(IntEnum):
    """What an entry records."""

    EPOCH_OPENED = KIND_EPOCH_OPENED
    NODE_CERTIFIED = 2
    NODE_REVOKED = 3
    NODE_NAMED = 4
    SESSION_OPENED = 16
    MESSAGE = 17
    SESSION_TITLED = 18
    SESSION_ENDED = 19
    FORGET_ORDERED = 20
    FORGET_CANCELLED = 21
    ERASURE_DONE = 22
    MEMORY_MARKED = 23
    CARD_KEPT = 24
    PLATE_KEPT = 25
    BASELINE_SET = 26
    MEASURED = 27
    NOTE_KEPT = 29


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


class Mark(IntEnum):
    """How a message is to be remembered."""

    NONE = 0
    PINNED = 1
    DISABLED = 2


ROLE_NAMES: Final = {Role.USER: "user", Role.ASSISTANT: "assistant", Role.SYSTEM: "system", Role.TOOL: "tool"}
ROLES: Final = {name: role for role, name in ROLE_NAMES.items()}
MARK_NAMES: Final = {Mark.NONE: "none", Mark.PINNED: "pinned", Mark.DISABLED: "disabled"}
MARKS: Final = {name: mark for mark, name in MARK_NAMES.items()}


@dataclass(frozen=True, slots=True)
class Record:
    """What a writer wants to record: a kind, its meta and content as canonical bytes (content b"" for none)."""

    kind: int
    meta: bytes
    content: bytes = b""


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


def _record(kind: Kind, meta: dict[str, object], content: dict[str, object] | None = None) -> Record:
    packed = canonical.encode({name: value for name, value in meta.items() if value is not None})
    body = canonical.encode(content) if content is not None else b""
    if len(packed) > META_BYTES_MAX or len(body) > CONTENT_BYTES_MAX:
        raise LocalError(f"{kind.name}: meta of {len(packed)} and content of {len(body)} bytes are over the limits")
    return Record(int(kind), packed, body)


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
    return _record(Kind.MESSAGE, fields, {"text": text})


def session_opened(
    session: bytes,
    title: str | None = None,
    parent: bytes | None = None,
    said_ms: int | None = None,
    origin: str | None = None,
) -> Record:
    """A session begins, at the root or as a branch from the message `parent`; or it began elsewhere, at `said_ms`."""
    meta: dict[str, object] = {"session": session, "parent": parent, "said": said_ms, "origin": origin}
    return _record(Kind.SESSION_OPENED, meta, {"title": title} if title else None)


def session_titled(session: bytes, title: str) -> Record:
    """A session gets another title."""
    return _record(Kind.SESSION_TITLED, {"session": session}, {"title": title})


def session_ended(session: bytes) -> Record:
    """A session is closed; nothing in it is lost."""
    return _record(Kind.SESSION_ENDED, {"session": session})


def forget_ordered(session: bytes, due_ms: int) -> Record:
    """The contents of a session are to be erased at `due_ms` (milliseconds since 1970), unless that is cancelled."""
    return _record(Kind.FORGET_ORDERED, {"session": session, "due_ms": due_ms})


def message_forget_ordered(message: bytes, due_ms: int) -> Record:
    """The content of one message, named by its digest, is to be erased at `due_ms`, unless that is cancelled.

    It names no session: a reader that does not know `message` must find an order that means nothing, not one that
    erases all of the session.
    """
    return _record(Kind.FORGET_ORDERED, {"message": message, "due_ms": due_ms})


def forget_cancelled(order: bytes) -> Record:
    """An order to forget, named by its digest, is taken back before it was due."""
    return _record(Kind.FORGET_CANCELLED, {"order": order})


def erasure_done(order: bytes, bodies: int) -> Record:
    """A receipt: this node erased that many contents by the order."""
    return _record(Kind.ERASURE_DONE, {"order": order, "bodies": bodies})


def memory_marked(message: bytes, mark: Mark) -> Record:
    """From now on a message, named by its digest, is preferred when something is recalled, or never recalled."""
    return _record(Kind.MEMORY_MARKED, {"message": message, "mark": int(mark)})


def card_kept(card: bytes, form: str, name: str, text: str) -> Record:
    """A character card: `card` is its identifier (`card_id`), `form` "v2" or "v3", `text` the card as JSON.

    Raises LocalError where the card is over the limits, EncodingError where it is not valid Unicode.
    """
    return _record(Kind.CARD_KEPT, {"card": card, "form": form}, {"name": name, "json": text})


def card_id(text: str) -> bytes:
    """The identifier of a card: the first 16 bytes of SHA-256 of its JSON in UTF-8.

    Writers put the names in ascending order of code points and no white space between tokens, so that the same card
    has the same identifier. Raises EncodingError where the text is not valid Unicode.
    """
    try:
        return sha256(text.encode("utf-8")).digest()[:CARD_BYTES]
    except UnicodeEncodeError as error:
        raise EncodingError("a card is valid Unicode text") from error


def plate_digest(text: str) -> bytes:
    """The digest that names a plate: SHA-256 of its text in UTF-8. Raises EncodingError where it is not Unicode."""
    try:
        return sha256(text.encode("utf-8")).digest()
    except UnicodeEncodeError as error:
        raise EncodingError("a plate is valid Unicode text") from error


def plate_kept(said: PlateStatement, text: str) -> Record:
    """The owner's plate: what they stated, and the text itself.

    Raises:
        LocalError: the text is over PLATE_BYTES_MAX, or not the one that is stated.
        EncodingError: it is not valid Unicode.
    """
    if len(text.encode("utf-8", "surrogatepass")) > PLATE_BYTES_MAX:
        raise LocalError(f"a plate has at most {PLATE_BYTES_MAX} bytes")
    if plate_digest(text) != said.plate:
        raise LocalError("the statement is about another text")
    meta: dict[str, object] = {
        "plate": said.plate,
        "previous": said.previous,
        "owner": said.owner,
        "issued_ms": said.issued_ms,
        "signature": said.signature,
    }
    return _record(Kind.PLATE_KEPT, meta, {"text": text})


def baseline_set(said: BaselineStatement) -> Record:
    """The owner's baseline: the character vector that drift is measured from, as they stated it."""
    meta: dict[str, object] = {
        "spec": said.spec,
        "values": list(said.values),
        "words": said.words,
        "owner": said.owner,
        "issued_ms": said.issued_ms,
        "signature": said.signature,
    }
    return _record(Kind.BASELINE_SET, meta)


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a figure has no number: there is only so much (`have`) of the `need` that it takes, counted in `unit`."""

    have: int
    need: int
    unit: str


Figure = int | Lack | str  # a number; too little for one; or in words why there is none


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured of a reply, named by its digest: integers in millionths, and no words.

    `spec`: SHA-256 of the specification measured by. `baseline`: digest of the baseline-set entry compared with.
    `words`: those of the reply; `own`: the vector of the reply alone. `window`: how many words the window that ends
    with it has, `vector` its vector. `closes`: the words of the window, sharing none with other such windows, that the
    reply completes (0 where it completes none), `closed` its vector. `figures`: all others, by their names.
    """

    reply: bytes
    spec: bytes
    baseline: bytes | None = None
    words: int = 0
    window: int = 0
    own: tuple[int, ...] | None = None
    vector: tuple[int, ...] | None = None
    closed: tuple[int, ...] | None = None
    closes: int = 0
    figures: dict[str, Figure] = field(default_factory=dict)


def measured(found: Measurement) -> Record:
    """What was measured of a reply. Raises LocalError where it is over the limits."""
    figures = {
        name: [value.have, value.need, value.unit] if isinstance(value, Lack) else value
        for name, value in found.figures.items()
    }
    meta: dict[str, object] = {
        "reply": found.reply,
        "spec": found.spec,
        "baseline": found.baseline,
        "words": found.words or None,
        "window": found.window or None,
        "own": list(found.own) if found.own is not None else None,
        "vector": list(found.vector) if found.vector is not None else None,
        "closed": list(found.closed) if found.closed is not None else None,
        "closes": found.closes or None,
        "figures": figures or None,
    }
    return _record(Kind.MEASURED, meta)


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
    return _record(Kind.NOTE_KEPT, {"note": note_id(sources), "sources": list(sources)}, {"text": text})


def epoch_opened(predecessor: tuple[bytes, int, int, bytes, bytes] | None) -> Record:
    """The first entry of a chain; names the head before: epoch, audience, position, digest, node key."""
    meta = canonical.encode({"predecessor": list(predecessor) if predecessor else None})
    return Record(int(Kind.EPOCH_OPENED), meta)


def node_certified(certificate: bytes, signature: bytes) -> Record:
    """An owner's certificate for a node key, with its signature."""
    return _record(Kind.NODE_CERTIFIED, {"certificate": certificate, "signature": signature})


def node_revoked(revocation: bytes, signature: bytes) -> Record:
    """An owner's revocation of a node key, with its signature."""
    return _record(Kind.NODE_REVOKED, {"revocation": revocation, "signature": signature})


def node_named(name: str) -> Record:
    """What people call this node."""
    return _record(Kind.NODE_NAMED, {}, {"name": name})


# --- reading: bytes from a file or a peer, so every one can be wrong ---


def _fields(meta: bytes) -> dict[str, canonical.Value]:
    try:
        return canonical.decode_map(meta, size_max=META_BYTES_MAX)
    except EncodingError as error:
        raise RemoteError(f"meta: {error}") from error


def _bytes(fields: dict[str, canonical.Value], name: str, length: int) -> bytes:
    value = fields.get(name)
    if not isinstance(value, bytes) or len(value) != length:
        raise RemoteError(f"meta.{name}: {length} bytes are expected")
    return value


def _bytes_or_none(fields: dict[str, canonical.Value], name: str, length: int) -> bytes | None:
    return _bytes(fields, name, length) if name in fields else None


def _integer(fields: dict[str, canonical.Value], name: str, most: int = 2**53) -> int:
    value = fields.get(name, 0)
    if type(value) is not int or not 0 <= value <= most:
        raise RemoteError(f"meta.{name}: an integer from 0 to {most} is expected")
    return value


def read_message(meta: bytes) -> MessageMeta:
    """Raises RemoteError naming the field that is wrong."""
    fields = _fields(meta)
    return MessageMeta(
        session=_bytes(fields, "session", SESSION_BYTES),
        role=Role(_integer(fields, "role", most=max(Role))),
        parent=_bytes_or_none(fields, "parent", DIGEST_BYTES),
        key=_bytes_or_none(fields, "key", KEY_BYTES),
        over=_bytes_or_none(fields, "over", DIGEST_BYTES),
        sources=_sources(fields),
        model=_short_text(fields, "model", MODEL_CHARS_MAX),
        state=State(_integer(fields, "state", most=max(State))),
        said_ms=_said(fields),
        origin=_short_text(fields, "origin", ORIGIN_CHARS_MAX),
        plate=_bytes_or_none(fields, "plate", DIGEST_BYTES),
    )


def _sources(fields: dict[str, canonical.Value]) -> tuple[bytes, ...]:
    sources = fields.get("sources", [])
    if not isinstance(sources, list) or len(sources) > SOURCES_MAX:
        raise RemoteError(f"meta.sources: at most {SOURCES_MAX} digests are expected")
    digests = tuple(source for source in sources if isinstance(source, bytes) and len(source) == DIGEST_BYTES)
    if len(digests) != len(sources):
        raise RemoteError(f"meta.sources: digests of {DIGEST_BYTES} bytes are expected")
    return digests


def _short_text(fields: dict[str, canonical.Value], name: str, most: int) -> str | None:
    value = fields.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > most):
        raise RemoteError(f"meta.{name}: a text of at most {most} characters is expected")
    return value


def _said(fields: dict[str, canonical.Value]) -> int | None:
    return _integer(fields, "said", most=SAID_MS_MAX) if "said" in fields else None


def read_said(meta: bytes) -> int | None:
    """When a session that was brought in began elsewhere, in milliseconds since 1970. Raises RemoteError."""
    return _said(_fields(meta))


def read_origin(meta: bytes) -> str | None:
    """Where a session or message was brought in from, None for what was said here. Raises RemoteError."""
    return _short_text(_fields(meta), "origin", ORIGIN_CHARS_MAX)


def read_session(meta: bytes) -> tuple[bytes, bytes | None]:
    """The session and parent of a session-opened, -titled or -ended entry. Raises RemoteError."""
    fields = _fields(meta)
    return _bytes(fields, "session", SESSION_BYTES), _bytes_or_none(fields, "parent", DIGEST_BYTES)


@dataclass(frozen=True, slots=True)
class Forget:
    """What an order to forget is about, a session or one message (its digest), and when it is due (ms since 1970)."""

    session: bytes | None
    message: bytes | None
    due_ms: int


def read_forget(meta: bytes) -> Forget:
    """What is to be forgotten; where a message is named, only that. Raises RemoteError."""
    fields = _fields(meta)
    due_ms = _integer(fields, "due_ms")
    if "message" in fields:
        return Forget(None, _bytes(fields, "message", DIGEST_BYTES), due_ms)
    return Forget(_bytes(fields, "session", SESSION_BYTES), None, due_ms)


def read_mark(meta: bytes) -> tuple[bytes, Mark]:
    """The message that a memory-marked entry names, and how it is to be remembered. Raises RemoteError."""
    fields = _fields(meta)
    return _bytes(fields, "message", DIGEST_BYTES), Mark(_integer(fields, "mark", most=max(Mark)))


def read_order(meta: bytes) -> tuple[bytes, int]:
    """The order that a forget-cancelled or erasure-done entry names, and its count of bodies. Raises RemoteError."""
    fields = _fields(meta)
    return _bytes(fields, "order", DIGEST_BYTES), _integer(fields, "bodies")


def read_card(meta: bytes) -> tuple[bytes, str]:
    """The identifier and the form of a card. Raises RemoteError."""
    fields = _fields(meta)
    form = fields.get("form")
    if form not in CARD_FORMS:
        raise RemoteError(f"meta.form: one of {', '.join(CARD_FORMS)} is expected")
    return _bytes(fields, "card", CARD_BYTES), str(form)


def read_plate(meta: bytes) -> PlateStatement:
    """What a plate-kept entry states, once its owner's signature is verified; whose owner that is, others judge.

    Raises:
        RemoteError: a field is wrong, or the statement does not verify.
    """
    fields = _fields(meta)
    said = PlateStatement(
        owner=_bytes(fields, "owner", DIGEST_BYTES),
        plate=_bytes(fields, "plate", DIGEST_BYTES),
        previous=_bytes_or_none(fields, "previous", DIGEST_BYTES),
        issued_ms=_integer(fields, "issued_ms"),
        signature=_signature(fields),
    )
    try:
        said.verify()
    except CryptoError as error:
        raise RemoteError(f"meta.signature: {error}") from error
    return said


def read_baseline(meta: bytes) -> BaselineStatement:
    """What a baseline-set entry states, once its owner's signature is verified; whose owner that is, others judge.

    Raises:
        RemoteError: a field is wrong, or the statement does not verify.
    """
    fields = _fields(meta)
    said = BaselineStatement(
        owner=_bytes(fields, "owner", DIGEST_BYTES),
        spec=_bytes(fields, "spec", DIGEST_BYTES),
        values=_vector(fields, "values") or (),
        words=_integer(fields, "words"),
        issued_ms=_integer(fields, "issued_ms"),
        signature=_signature(fields),
    )
    try:
        said.verify()
    except CryptoError as error:
        raise RemoteError(f"meta.signature: {error}") from error
    return said


def _signature(fields: dict[str, canonical.Value]) -> bytes:
    from ccnode_crypto.keys import SIGNATURE_BYTES  # late: what reads no statement loads no primitives

    return _bytes(fields, "signature", SIGNATURE_BYTES)


def read_measured(meta: bytes) -> Measurement:
    """What was measured of a reply. Raises RemoteError naming the field that is wrong."""
    fields = _fields(meta)
    figures = fields.get("figures", {})
    if not isinstance(figures, dict) or len(figures) > FIGURES_MAX:
        raise RemoteError(f"meta.figures: a map of at most {FIGURES_MAX} figures is expected")
    return Measurement(
        reply=_bytes(fields, "reply", DIGEST_BYTES),
        spec=_bytes(fields, "spec", DIGEST_BYTES),
        baseline=_bytes_or_none(fields, "baseline", DIGEST_BYTES),
        words=_integer(fields, "words"),
        window=_integer(fields, "window"),
        own=_vector(fields, "own"),
        vector=_vector(fields, "vector"),
        closed=_vector(fields, "closed"),
        closes=_integer(fields, "closes"),
        figures={name: _figure(name, value) for name, value in figures.items()},
    )


def _vector(fields: dict[str, canonical.Value], name: str) -> tuple[int, ...] | None:
    if name not in fields:
        return None
    values = fields[name]
    if not isinstance(values, list) or not 1 <= len(values) <= DIMENSIONS_MAX:
        raise RemoteError(f"meta.{name}: 1 to {DIMENSIONS_MAX} integers are expected")
    found = tuple(value for value in values if type(value) is int and 0 <= value <= VALUE_MAX)
    if len(found) != len(values):
        raise RemoteError(f"meta.{name}: integers from 0 to {VALUE_MAX} are expected")
    return found


def _figure(name: str, value: canonical.Value) -> Figure:
    match value:
        case bool():
            pass
        case int() if abs(value) <= FIGURE_MAX:
            return value
        case str() if len(value) <= FIGURE_CHARS_MAX:
            return value
        case [int(have), int(need), str(unit)] if (
            not isinstance(have, bool)
            and not isinstance(need, bool)
            and 0 <= have <= FIGURE_MAX
            and 0 <= need <= FIGURE_MAX
            and len(unit) <= FIGURE_CHARS_MAX
        ):
            return Lack(have, need, unit)
    raise RemoteError(f"meta.figures.{name[:FIGURE_CHARS_MAX]}: an integer, [have, need, unit] or a text is expected")


def read_note(meta: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """The identifier of a note, and the messages (their digests) that it is made from. Raises RemoteError."""
    fields = _fields(meta)
    note, sources = _bytes(fields, "note", NOTE_BYTES), _sources(fields)
    if not sources or len(set(sources)) != len(sources):
        raise RemoteError(f"meta.sources: 1 to {SOURCES_MAX} digests, each once, are expected")
    if note != note_id(sources):
        raise RemoteError("meta.note: the first bytes of SHA-256 of the sources are expected")
    return note, sources


def read_signed(meta: bytes, name: str) -> tuple[bytes, bytes]:
    """The signed body (under `name`) and signature of a node-certified or node-revoked entry. Raises RemoteError."""
    fields = _fields(meta)
    body, signature = fields.get(name), fields.get("signature")
    if not isinstance(body, bytes) or not isinstance(signature, bytes):
        raise RemoteError(f"meta: {name} and signature are expected as bytes")
    return body, signature


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The head that an epoch's first entry names as the one before it."""

    epoch: bytes
    audience: int
    seq: int
    digest: bytes
    node: bytes


def read_predecessor(meta: bytes) -> Predecessor | None:
    """What an epoch-opened entry names, or None for a node's very first chain. Raises RemoteError."""
    value = _fields(meta).get("predecessor")
    match value:
        case None:
            return None
        case [bytes(epoch), int(audience), int(seq), bytes(digest), bytes(node)] if (
            (len(epoch), len(digest), len(node)) == (SESSION_BYTES, DIGEST_BYTES, DIGEST_BYTES)
            and not isinstance(audience, bool)
            and not isinstance(seq, bool)
            and 0 <= audience <= AUDIENCE_PUBLIC
            and seq >= 0
        ):
            return Predecessor(epoch, audience, seq, digest, node)
        case _:
            raise RemoteError("meta.predecessor: epoch, audience, position, digest and node key are expected")


def read_text(content: bytes, name: str) -> str:
    """The text under `name` in a content; "" where there is none. Raises RemoteError."""
    if not content:
        return ""
    try:
        value = canonical.decode_map(content, size_max=CONTENT_BYTES_MAX).get(name, "")
    except EncodingError as error:
        raise RemoteError(f"content: {error}") from error
    if not isinstance(value, str):
        raise RemoteError(f"content.{name}: text is expected")
    return value
