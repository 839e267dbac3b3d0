"""Who writes, and on which chain? Epochs and the keys of nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ccnode_crypto import canonical
from ccnode_crypto.entry import AUDIENCE_PUBLIC
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records.fields import (
    DIGEST_BYTES,
    SESSION_BYTES,
    Record,
    bytes_in,
    fields_of,
    integer_in,
    record,
)
from ccnode_protocol.records.kinds import Kind

NODE_BYTES: Final = 32
TIER_MAX: Final = 255


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The head that an epoch's first entry names as the one before it."""

    epoch: bytes
    audience: int
    seq: int
    digest: bytes
    node: bytes


def epoch_opened(predecessor: tuple[bytes, int, int, bytes, bytes] | None) -> Record:
    """The first entry of a chain; names the head before: epoch, audience, position, digest, node key."""
    meta = canonical.encode({"predecessor": list(predecessor) if predecessor else None})
    return Record(int(Kind.EPOCH_OPENED), meta)


def read_predecessor(meta: bytes) -> Predecessor | None:
    """What an epoch-opened entry names, or None for a node's very first chain. Raises RemoteError."""
    value = fields_of(meta).get("predecessor")
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


def node_certified(certificate: bytes, signature: bytes) -> Record:
    """An owner's certificate for a node key, with its signature."""
    return record(Kind.NODE_CERTIFIED, {"certificate": certificate, "signature": signature})


def node_revoked(revocation: bytes, signature: bytes) -> Record:
    """An owner's revocation of a node key, with its signature."""
    return record(Kind.NODE_REVOKED, {"revocation": revocation, "signature": signature})


def read_signed(meta: bytes, name: str) -> tuple[bytes, bytes]:
    """The signed body (under `name`) and signature of a node-certified or node-revoked entry. Raises RemoteError."""
    fields = fields_of(meta)
    body, signature = fields.get(name), fields.get("signature")
    if not isinstance(body, bytes) or not isinstance(signature, bytes):
        raise RemoteError(f"meta: {name} and signature are expected as bytes")
    return body, signature


def node_trusted(node: bytes, tier: int) -> Record:
    """What a node of our owner is from now on to the node that records this: a tier's number, 0 where it is removed."""
    return record(Kind.NODE_TRUSTED, {"node": node, "tier": tier})


def read_node_trusted(meta: bytes) -> tuple[bytes, int]:
    """The node key (32 bytes) and the tier's number of a node-trusted entry. Raises RemoteError."""
    fields = fields_of(meta)
    return bytes_in(fields, "node", NODE_BYTES), integer_in(fields, "tier", TIER_MAX)


def node_named(name: str) -> Record:
    """What people call this node."""
    return record(Kind.NODE_NAMED, {}, {"name": name})
