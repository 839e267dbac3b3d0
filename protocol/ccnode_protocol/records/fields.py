"""How are meta and content written and read, whatever the kind? Fields by name, in canonical bytes.

What is read is from a file or a peer, so every byte of it can be wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode_crypto import canonical
from ccnode_crypto.entry import CONTENT_BYTES_MAX, META_BYTES_MAX
from ccnode_crypto.errors import EncodingError
from ccnode_protocol.errors import LocalError, RemoteError

if TYPE_CHECKING:
    from ccnode_protocol.records.kinds import Kind

SESSION_BYTES: Final = 16
DIGEST_BYTES: Final = 32
SOURCES_MAX: Final = 32
_ONLY: Final = {name: b"\x81%c%b" % (0xA0 | len(name), name.encode()) for name in ("text", "title")}
_LONGEST_HEAD: Final = 3  # of a text that is read at once


@dataclass(frozen=True, slots=True)
class Record:
    """What a writer wants to record: a kind, its meta and content as canonical bytes (content b"" for none)."""

    kind: int
    meta: bytes
    content: bytes = b""


def record(kind: Kind, meta: dict[str, object], content: dict[str, object] | None = None) -> Record:
    """A record of these fields, those that are None left out. Raises LocalError where it is over the limits."""
    packed = canonical.encode({name: value for name, value in meta.items() if value is not None})
    body = canonical.encode(content) if content is not None else b""
    if len(packed) > META_BYTES_MAX or len(body) > CONTENT_BYTES_MAX:
        raise LocalError(f"{kind.name}: meta of {len(packed)} and content of {len(body)} bytes are over the limits")
    return Record(int(kind), packed, body)


def fields_of(meta: bytes) -> dict[str, canonical.Value]:
    """The fields of a meta by name. Raises RemoteError where it is not a canonical map."""
    try:
        return canonical.decode_map(meta, size_max=META_BYTES_MAX)
    except EncodingError as error:
        raise RemoteError(f"meta: {error}") from error


def bytes_in(fields: dict[str, canonical.Value], name: str, length: int) -> bytes:
    """Exactly `length` bytes. Raises RemoteError naming the field, as all below do."""
    value = fields.get(name)
    if not isinstance(value, bytes) or len(value) != length:
        raise RemoteError(f"meta.{name}: {length} bytes are expected")
    return value


def bytes_or_none(fields: dict[str, canonical.Value], name: str, length: int) -> bytes | None:
    """The same, None where the field is left out."""
    return bytes_in(fields, name, length) if name in fields else None


def integer_in(fields: dict[str, canonical.Value], name: str, most: int = 2**53) -> int:
    """An integer from 0 to `most`; 0 where the field is left out."""
    value = fields.get(name, 0)
    if type(value) is not int or not 0 <= value <= most:
        raise RemoteError(f"meta.{name}: an integer from 0 to {most} is expected")
    return value


def short_text_in(fields: dict[str, canonical.Value], name: str, most: int) -> str | None:
    """A text of at most `most` characters, None where the field is left out."""
    value = fields.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > most):
        raise RemoteError(f"meta.{name}: a text of at most {most} characters is expected")
    return value


def sources_in(fields: dict[str, canonical.Value]) -> tuple[bytes, ...]:
    """The digests under `sources`, at most SOURCES_MAX; none where the field is left out."""
    return digests_in(fields, "sources", SOURCES_MAX)


def digests_in(fields: dict[str, canonical.Value], name: str, most: int) -> tuple[bytes, ...]:
    """At most so many digests; none where the field is left out."""
    listed = fields.get(name, [])
    if not isinstance(listed, list) or len(listed) > most:
        raise RemoteError(f"meta.{name}: at most {most} digests are expected")
    digests = tuple(digest for digest in listed if isinstance(digest, bytes) and len(digest) == DIGEST_BYTES)
    if len(digests) != len(listed):
        raise RemoteError(f"meta.{name}: digests of {DIGEST_BYTES} bytes are expected")
    return digests


def read_text(content: bytes, name: str) -> str:
    """The text under `name` in a content; "" where there is none. Raises RemoteError."""
    if not content:
        return ""
    if (text := _only_text(content, name)) is not None:
        return text
    try:
        value = canonical.decode_map(content, size_max=CONTENT_BYTES_MAX).get(name, "")
    except EncodingError as error:
        raise RemoteError(f"content: {error}") from error
    if not isinstance(value, str):
        raise RemoteError(f"content.{name}: text is expected")
    return value


def _only_text(content: bytes, name: str) -> str | None:
    """The text of a content that holds nothing else, as nearly all do, read at once.

    None where it is not seen at a glance to be canonical: then it is read with all care.
    """
    head = _ONLY.get(name)
    if head is None or not content.startswith(head) or len(content) < len(head) + _LONGEST_HEAD:
        return None
    at, first = len(head), content[len(head)]
    if first & 0xE0 == 0xA0:  # noqa: PLR2004  # up to 31 bytes: their number stands in the same byte
        begins, length, least = at + 1, first & 31, 0
    elif first == 0xD9:  # noqa: PLR2004  # in the next one
        begins, length, least = at + 2, content[at + 1], 32
    elif first == 0xDA:  # noqa: PLR2004  # in the next two
        begins, length, least = at + 3, content[at + 1] << 8 | content[at + 2], 256
    else:
        return None
    if length < least or begins + length != len(content):
        return None
    try:
        return content[begins:].decode()
    except UnicodeDecodeError:
        return None
