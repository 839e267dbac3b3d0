"""Who is the assistant to be, and who is it? Cards, the owner's plate and baseline, measurements of replies."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final, cast

from ccnode_crypto.entry import CONTENT_BYTES_MAX
from ccnode_crypto.errors import CryptoError, EncodingError
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.records.fields import DIGEST_BYTES, Record, bytes_in, bytes_or_none, fields_of, integer_in, record
from ccnode_protocol.records.kinds import Kind

if TYPE_CHECKING:
    from ccnode_crypto.canonical import Value
    from ccnode_crypto.statements import BaselineStatement, PlateStatement

CARD_BYTES: Final = 16
CARD_NAME_CHARS_MAX: Final = 200
CARD_FORMS: Final = ("v2", "v3")
CARD_JSON_BYTES_MAX: Final = CONTENT_BYTES_MAX - 1024  # the name stands beside it
PLATE_BYTES_MAX: Final = 65_536
DIMENSIONS_MAX: Final = 64
FIGURES_MAX: Final = 128
FIGURE_CHARS_MAX: Final = 100
FIGURE_MAX: Final = 2**53


def card_kept(card: bytes, form: str, name: str, text: str) -> Record:
    """A character card: `card` is its identifier (`card_id`), `form` "v2" or "v3", `text` the card as JSON.

    Raises LocalError where the card is over the limits, EncodingError where it is not valid Unicode.
    """
    return record(Kind.CARD_KEPT, {"card": card, "form": form}, {"name": name, "json": text})


def card_id(text: str) -> bytes:
    """The identifier of a card: the first 16 bytes of SHA-256 of its JSON in UTF-8.

    Writers put the names in ascending order of code points and no white space between tokens, so that the same card
    has the same identifier. Raises EncodingError where the text is not valid Unicode.
    """
    try:
        return sha256(text.encode("utf-8")).digest()[:CARD_BYTES]
    except UnicodeEncodeError as error:
        raise EncodingError("a card is valid Unicode text") from error


def read_card(meta: bytes) -> tuple[bytes, str]:
    """The identifier and the form of a card. Raises RemoteError."""
    fields = fields_of(meta)
    form = fields.get("form")
    if form not in CARD_FORMS:
        raise RemoteError(f"meta.form: one of {', '.join(CARD_FORMS)} is expected")
    return bytes_in(fields, "card", CARD_BYTES), str(form)


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
    return record(Kind.PLATE_KEPT, meta, {"text": text})


def read_plate(meta: bytes) -> PlateStatement:
    """What a plate-kept entry states, once its owner's signature is verified; whose owner that is, others judge.

    Raises:
        RemoteError: a field is wrong, or the statement does not verify.
    """
    from ccnode_crypto.statements import PlateStatement  # late: what reads no statement loads none

    fields = fields_of(meta)
    said = PlateStatement(
        owner=bytes_in(fields, "owner", DIGEST_BYTES),
        plate=bytes_in(fields, "plate", DIGEST_BYTES),
        previous=bytes_or_none(fields, "previous", DIGEST_BYTES),
        issued_ms=integer_in(fields, "issued_ms"),
        signature=_signature(fields),
    )
    try:
        said.verify()
    except CryptoError as error:
        raise RemoteError(f"meta.signature: {error}") from error
    return said


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
    return record(Kind.BASELINE_SET, meta)


def read_baseline(meta: bytes) -> BaselineStatement:
    """What a baseline-set entry states, once its owner's signature is verified; whose owner that is, others judge.

    Raises:
        RemoteError: a field is wrong, or the statement does not verify.
    """
    from ccnode_crypto.statements import BaselineStatement  # late: what reads no statement loads none

    fields = fields_of(meta)
    said = BaselineStatement(
        owner=bytes_in(fields, "owner", DIGEST_BYTES),
        spec=bytes_in(fields, "spec", DIGEST_BYTES),
        values=_vector(fields, "values") or (),
        words=integer_in(fields, "words"),
        issued_ms=integer_in(fields, "issued_ms"),
        signature=_signature(fields),
    )
    try:
        said.verify()
    except CryptoError as error:
        raise RemoteError(f"meta.signature: {error}") from error
    return said


def _signature(fields: dict[str, Value]) -> bytes:
    from ccnode_crypto.keys import SIGNATURE_BYTES  # late, as above, and primitives with it

    return bytes_in(fields, "signature", SIGNATURE_BYTES)


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
    return record(Kind.MEASURED, meta)


def read_measured(meta: bytes) -> Measurement:
    """What was measured of a reply. Raises RemoteError naming the field that is wrong."""
    fields = fields_of(meta)
    figures = fields.get("figures", {})
    if not isinstance(figures, dict) or len(figures) > FIGURES_MAX:
        raise RemoteError(f"meta.figures: a map of at most {FIGURES_MAX} figures is expected")
    return Measurement(
        reply=bytes_in(fields, "reply", DIGEST_BYTES),
        spec=bytes_in(fields, "spec", DIGEST_BYTES),
        baseline=bytes_or_none(fields, "baseline", DIGEST_BYTES),
        words=integer_in(fields, "words"),
        window=integer_in(fields, "window"),
        own=_vector(fields, "own"),
        vector=_vector(fields, "vector"),
        closed=_vector(fields, "closed"),
        closes=integer_in(fields, "closes"),
        figures={name: _figure(name, value) for name, value in figures.items()},
    )


def _vector(fields: dict[str, Value], name: str) -> tuple[int, ...] | None:
    if name not in fields:
        return None
    from ccnode_crypto.statements import VALUE_MAX  # late, as above

    values = fields[name]
    if not isinstance(values, list) or not 1 <= len(values) <= DIMENSIONS_MAX:
        raise RemoteError(f"meta.{name}: 1 to {DIMENSIONS_MAX} integers are expected")
    found = tuple(value for value in values if type(value) is int and 0 <= value <= VALUE_MAX)
    if len(found) != len(values):
        raise RemoteError(f"meta.{name}: integers from 0 to {VALUE_MAX} are expected")
    return found


def _figure(name: str, value: Value) -> Figure:
    # By types alone, which is quicker than by patterns: each prompt reads some twenty. A bool is no integer here.
    kind = type(value)
    if (kind is int and abs(value) <= FIGURE_MAX) or (kind is str and len(value) <= FIGURE_CHARS_MAX):  # type: ignore[arg-type]  # of these types
        return value  # type: ignore[return-value]  # likewise
    if isinstance(value, list) and [type(part) for part in value] == [int, int, str]:
        have, need, unit = cast("tuple[int, int, str]", value)
        if 0 <= have <= FIGURE_MAX and 0 <= need <= FIGURE_MAX and len(unit) <= FIGURE_CHARS_MAX:
            return Lack(have, need, unit)
    raise RemoteError(f"meta.figures.{name[:FIGURE_CHARS_MAX]}: an integer, [have, need, unit] or a text is expected")
