"""Which node keys does an owner stand behind? Certificates and revocations, signed by the owner key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ccnode_crypto import canonical
from ccnode_crypto.entry import AUDIENCE_PUBLIC, DIGEST_BYTES, EPOCH_BYTES
from ccnode_crypto.errors import EncodingError, KeyFormatError
from ccnode_crypto.keys import KEY_BYTES, PublicKey, SigningKey

VERSION: Final = 1
CERTIFICATE_BYTES_MAX: Final = 512
REVOCATION_BYTES_MAX: Final = 4096


@dataclass(frozen=True, slots=True)
class Certificate:
    """The owner's word that a node key is theirs. `issued_ms`: milliseconds since 1970, by the owner's clock."""

    owner: bytes
    node: bytes
    issued_ms: int
    signature: bytes

    @property
    def body(self) -> bytes:
        """The canonical bytes that are signed."""
        return canonical.encode(
            {"version": VERSION, "owner": self.owner, "node": self.node, "issued_ms": self.issued_ms}
        )


def certify(owner_key: SigningKey, node: bytes, issued_ms: int) -> Certificate:
    """Sign a certificate for the 32-byte node key. Raises KeyFormatError on a malformed node key."""
    PublicKey(node)
    unsigned = Certificate(owner_key.public.raw, node, issued_ms, b"")
    signature = owner_key.sign("owner-certificate", unsigned.body)
    return Certificate(unsigned.owner, node, issued_ms, signature)


def read_certificate(body: bytes, signature: bytes) -> Certificate:
    """Decode and verify a certificate.

    Raises:
        EncodingError: not a certificate's bytes.
        KeyFormatError: a key in it is malformed.
        SignatureError: the owner did not sign it.
    """
    fields = canonical.decode_map(body, size_max=CERTIFICATE_BYTES_MAX)
    owner, node, issued_ms = fields.get("owner"), fields.get("node"), fields.get("issued_ms")
    if set(fields) != {"version", "owner", "node", "issued_ms"} or not _is_version(fields["version"]):
        raise EncodingError("not a version 1 certificate: version, owner, node and issued_ms are expected")
    if not isinstance(owner, bytes) or not isinstance(node, bytes) or type(issued_ms) is not int:
        raise EncodingError("certificate: owner and node are bytes, issued_ms is an integer")
    PublicKey(owner).verify("owner-certificate", body, signature)
    PublicKey(node)
    return Certificate(owner, node, issued_ms, bytes(signature))


def _is_version(value: object) -> bool:
    """Whether this is the version that is read; a boolean is none, though Python takes True for 1."""
    return type(value) is int and value == VERSION


@dataclass(frozen=True, slots=True)
class LastGood:
    """The last entry of one chain that a revocation still vouches for."""

    epoch: bytes
    audience: int
    seq: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Revocation:
    """The owner's word that a node key is theirs no more, after the heads it names."""

    owner: bytes
    node: bytes
    issued_ms: int
    last_good: tuple[LastGood, ...]
    signature: bytes

    @property
    def body(self) -> bytes:
        """The canonical bytes that are signed."""
        heads = [[head.epoch, head.audience, head.seq, head.digest] for head in self.last_good]
        return canonical.encode(
            {
                "version": VERSION,
                "owner": self.owner,
                "node": self.node,
                "issued_ms": self.issued_ms,
                "last_good": heads,
            }
        )


def revoke(owner_key: SigningKey, node: bytes, issued_ms: int, last_good: tuple[LastGood, ...]) -> Revocation:
    """Sign a revocation. Raises KeyFormatError on a malformed node key, EncodingError where it grows too large."""
    PublicKey(node)
    unsigned = Revocation(owner_key.public.raw, node, issued_ms, last_good, b"")
    if len(unsigned.body) > REVOCATION_BYTES_MAX:
        raise EncodingError(f"a revocation has at most {REVOCATION_BYTES_MAX} bytes; name fewer chains")
    signature = owner_key.sign("owner-revocation", unsigned.body)
    return Revocation(unsigned.owner, node, issued_ms, last_good, signature)


def _last_good(value: object) -> LastGood:
    match value:
        case [bytes(epoch), int(audience), int(seq), bytes(digest)] if (
            (len(epoch), len(digest)) == (EPOCH_BYTES, DIGEST_BYTES)
            and not isinstance(audience, bool)
            and not isinstance(seq, bool)
            and 0 <= audience <= AUDIENCE_PUBLIC
            and seq >= 0
        ):
            return LastGood(epoch, audience, seq, digest)
        case _:
            raise EncodingError("revocation: last_good has rows of epoch, audience, sequence and digest")


def read_revocation(body: bytes, signature: bytes) -> Revocation:
    """Decode and verify a revocation.

    Raises:
        EncodingError: not a revocation's bytes.
        KeyFormatError: a key in it is malformed.
        SignatureError: the owner did not sign it.
    """
    fields = canonical.decode_map(body, size_max=REVOCATION_BYTES_MAX)
    if set(fields) != {"version", "owner", "node", "issued_ms", "last_good"} or not _is_version(fields["version"]):
        raise EncodingError("not a version 1 revocation")
    owner, node, issued_ms, heads = fields["owner"], fields["node"], fields["issued_ms"], fields["last_good"]
    if not isinstance(owner, bytes) or not isinstance(node, bytes) or type(issued_ms) is not int:
        raise EncodingError("revocation: owner and node are bytes, issued_ms is an integer")
    if not isinstance(heads, list):
        raise EncodingError("revocation: last_good is an array")
    last_good = tuple(_last_good(row) for row in heads)
    PublicKey(owner).verify("owner-revocation", body, signature)
    if len(node) != KEY_BYTES:
        raise KeyFormatError("revocation: the node key has not 32 bytes")
    return Revocation(owner, node, issued_ms, last_good, bytes(signature))
