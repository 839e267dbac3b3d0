"""What is a knowledge packet? A claim with its sources, which its owner chose to give to others, or to take from them.

A packet is a content: whoever repeats it byte by byte repeats all that it says of itself. Its identifier is a digest of
these bytes, and there is chance among them, so an identifier that stays when the words are erased gives none away.
What a packet-kept entry means is said by the chain it stands on: on a shared or public one it *offers* what its writer
has, on a core chain it *promotes* what somebody offered. `sources` of its meta are the entries that it was made from:
where one of them is erased, so is the packet, on either side.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode_crypto import canonical
from ccnode_crypto.entry import AUDIENCE_PUBLIC, AUDIENCE_SHARED, CONTENT_BYTES_MAX, NODE_BYTES
from ccnode_crypto.errors import EncodingError
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.records.conversations import SAID_MS_MAX, Role
from ccnode_protocol.records.fields import DIGEST_BYTES, SOURCES_MAX, Record, bytes_in, fields_of, record, sources_in
from ccnode_protocol.records.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKET_SALT_BYTES: Final = 16
PACKET_TEXT_BYTES_MAX: Final = 16_384
SUBJECT_CHARS_MAX: Final = 200
AFTER_MAX: Final = 32
_DOMAIN: Final = b"ccnode/1 knowledge-packet\0"


class Said(NamedTuple):
    """One source: the digest of the entry in which it was said, by whom there, and when (milliseconds since 1970)."""

    entry: bytes
    role: Role
    said_ms: int


@dataclass(frozen=True, slots=True)
class Packet:
    """What a packet says of itself. Nothing of it is proven but that whoever offered it said so.

    `node`: the key that offers it; `audience`: of the chain that it stands on there; `after`: packets (their
    identifiers) that it rests on.
    """

    node: bytes
    audience: int
    salt: bytes
    text: str
    sources: tuple[Said, ...]
    subject: str = ""
    after: tuple[bytes, ...] = ()


def packet_id(content: bytes) -> bytes:
    """The identifier of the packet that these bytes are."""
    return sha256(_DOMAIN + content).digest()


def pack_packet(packet: Packet) -> bytes:
    """The one encoding of a packet. Raises LocalError where it is over a limit, EncodingError for a broken text."""
    content = canonical.encode(
        {
            "node": packet.node,
            "audience": packet.audience,
            "salt": packet.salt,
            "text": packet.text,
            "sources": [[one.entry, int(one.role), one.said_ms] for one in packet.sources],
            **({"subject": packet.subject} if packet.subject else {}),
            **({"after": list(packet.after)} if packet.after else {}),
        }
    )
    try:
        if read_packet(content) == packet:
            return content
    except RemoteError as error:
        raise LocalError(f"a packet: {error}") from error
    raise LocalError("a packet: a field is of a type that it cannot have")


def read_packet(content: bytes) -> Packet:
    """What a content says as a packet; fields that are not known are ignored. Raises RemoteError naming the field."""
    try:
        fields = canonical.decode_map(content, size_max=CONTENT_BYTES_MAX)
    except EncodingError as error:
        raise RemoteError(f"content: {error}") from error
    audience = fields.get("audience")
    if type(audience) is not int or audience not in (AUDIENCE_SHARED, AUDIENCE_PUBLIC):
        raise RemoteError("content.audience: that of a shared or public chain is expected")
    text, subject = fields.get("text"), fields.get("subject", "")
    if not isinstance(text, str) or not text.strip() or len(text.encode()) > PACKET_TEXT_BYTES_MAX:
        raise RemoteError(f"content.text: a text of 1 to {PACKET_TEXT_BYTES_MAX} bytes is expected")
    if not isinstance(subject, str) or len(subject) > SUBJECT_CHARS_MAX:
        raise RemoteError(f"content.subject: a text of at most {SUBJECT_CHARS_MAX} characters is expected")
    after = _digests(fields.get("after", []))
    return Packet(
        bytes_in(fields, "node", NODE_BYTES),
        audience,
        bytes_in(fields, "salt", PACKET_SALT_BYTES),
        text,
        _sources(fields.get("sources")),
        subject,
        after,
    )


def _digests(value: canonical.Value) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > AFTER_MAX:
        raise RemoteError(f"content.after: at most {AFTER_MAX} identifiers are expected")
    found = tuple(one for one in value if isinstance(one, bytes) and len(one) == DIGEST_BYTES)
    if len(found) != len(value) or len(set(found)) != len(found):
        raise RemoteError(f"content.after: identifiers of {DIGEST_BYTES} bytes, each once, are expected")
    return found


def _sources(value: canonical.Value) -> tuple[Said, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= SOURCES_MAX:
        raise RemoteError(f"content.sources: 1 to {SOURCES_MAX} sources are expected")
    found: list[Said] = []
    for one in value:
        match one:
            case [bytes(entry), int(role), int(said_ms)] if (
                len(entry) == DIGEST_BYTES
                and type(role) is int
                and type(said_ms) is int
                and 0 <= role <= max(Role)
                and 0 <= said_ms <= SAID_MS_MAX
            ):
                found.append(Said(entry, Role(role), said_ms))
            case _:
                raise RemoteError("content.sources: [digest, role, milliseconds] is expected")
    if len({one.entry for one in found}) != len(found):
        raise RemoteError("content.sources: each entry once is expected")
    return tuple(found)


def packet_kept(content: bytes, sources: Sequence[bytes]) -> Record:
    """A packet is offered, or promoted, by the chain. `sources`: the entries (their digests) that it was made from.

    Raises:
        LocalError: `content` is no packet, or there is no source, or one twice, or too many.
    """
    try:
        read_packet(content)
    except RemoteError as error:
        raise LocalError(f"a packet: {error}") from error
    if not 1 <= len(sources) <= SOURCES_MAX or len(set(sources)) != len(sources):
        raise LocalError(f"a packet has 1 to {SOURCES_MAX} sources, each once")
    made = record(Kind.PACKET_KEPT, {"packet": packet_id(content), "sources": list(sources)})
    return Record(made.kind, made.meta, content)


def read_packet_kept(meta: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """The packet that an entry says it holds, and the entries that it was made from. Raises RemoteError."""
    fields = fields_of(meta)
    packet, sources = bytes_in(fields, "packet", DIGEST_BYTES), sources_in(fields)
    if not sources or len(set(sources)) != len(sources):
        raise RemoteError(f"meta.sources: 1 to {SOURCES_MAX} digests, each once, are expected")
    return packet, sources


def packet_rejected(packet: bytes) -> Record:
    """A packet, named by its identifier, is not to be known; a later packet-kept takes that back."""
    return record(Kind.PACKET_REJECTED, {"packet": packet})


def read_packet_rejected(meta: bytes) -> bytes:
    """The packet that a packet-rejected entry names. Raises RemoteError."""
    return bytes_in(fields_of(meta), "packet", DIGEST_BYTES)


def offered(content: bytes, meta: bytes, node: bytes, audience: int) -> Packet:
    """The packet that a packet-kept entry of a node's shared or public chain offers.

    Raises:
        RemoteError: it is none: other bytes than its identifier names, or it speaks for another node, another chain or
        other sources than the entry.
    """
    named, sources = read_packet_kept(meta)
    if packet_id(content) != named:
        raise RemoteError("content: other bytes than the packet's identifier names")
    packet = read_packet(content)
    if (packet.node, packet.audience) != (node, audience):
        raise RemoteError("content: the packet is of another node or chain")
    if tuple(one.entry for one in packet.sources) != sources:
        raise RemoteError("content.sources: other sources than those of the entry")
    return packet
