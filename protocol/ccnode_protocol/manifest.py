"""What does a peer say of itself? A manifest, signed by its node key, for one reader.

It names who speaks and to whom, so that nobody can pass one on as said to somebody else; a sequence number says which
of two is newer. Nothing in it is believed but what the node key can vouch for: the name is a name for people, the tier
offered is what the peer would let us do. The certificate, where there is one, is the owner's word and verified by it.
Whom it introduces it would itself call a node of its owner: whether that is so, the owner's certificate for them says.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccnode_crypto import canonical
from ccnode_crypto.certificate import CERTIFICATE_BYTES_MAX, Certificate, read_certificate
from ccnode_crypto.errors import CryptoError, EncodingError
from ccnode_crypto.keys import SIGNATURE_BYTES, PublicKey
from ccnode_protocol import forms, limits
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.forms import Form, exactly, integer, listed, octets, optional, row, text
from ccnode_protocol.invitation import is_address
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from ccnode_crypto.canonical import Value
    from ccnode_crypto.keys import SigningKey

VERSION: Final = 1
RECIPIENT: Final = "recipient"  # what it calls the age recipient that parcels for its node are encrypted to
_KEY: Final = exactly(32)

FORM: Final = Form(
    "manifest",
    limits.MANIFEST,
    {
        "version": integer(VERSION, VERSION),
        "node": _KEY,
        "reader": _KEY,
        "sequence": integer(limits.SEQUENCE_MAX),
        "name": text(limits.NAME_SENT_CHARS_MAX),
        "capabilities": listed(text(limits.CAPABILITY_CHARS_MAX, 1), limits.CAPABILITIES_MAX),
        "versions": listed(integer(limits.VERSION_MAX, 1), limits.VERSIONS_MAX, 1),
        "addresses": listed(text(limits.ADDRESS_CHARS_MAX, 1), limits.ADDRESSES_MAX),
        "tier": integer(255),
        "certificate": optional(octets(CERTIFICATE_BYTES_MAX, 1)),
        "certificate_signature": optional(exactly(SIGNATURE_BYTES)),
        "introduces": optional(listed(row(_KEY, text(limits.ADDRESS_CHARS_MAX)), limits.INTRODUCED_MAX)),
    },
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `node` says of itself to `reader`.

    `name`: cleaned, "" where nothing is left of it. `capabilities` and `addresses`: those that are well formed; others
    are left out. `tier`: what the node lets the reader do; a tier that we do not know is UNKNOWN. `certificate`: of the
    node's owner, verified. `introduces`: node keys that it has as core, each with an address or "". `extra`: fields
    that this version does not know.
    """

    node: bytes
    reader: bytes
    sequence: int
    name: str = ""
    capabilities: tuple[str, ...] = ()
    versions: tuple[int, ...] = (1,)
    addresses: tuple[str, ...] = ()
    tier: Tier = Tier.UNKNOWN
    certificate: Certificate | None = None
    introduces: tuple[tuple[bytes, str], ...] = ()
    extra: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signed:
    """A manifest as it travels: the canonical bytes of its fields, and the node's signature over them."""

    body: bytes
    signature: bytes

    def fields(self) -> dict[str, Value]:
        """The body of its frame."""
        return {"body": self.body, "signature": self.signature}


def cleaned(said: str, most: int = limits.NAME_CHARS_MAX) -> str:
    """A text from outside as it may be shown: on one line, without what does not print or turns the writing around.

    Blanks of any width become one; what is over `most` characters is cut.
    """
    kept = (" " if unicodedata.category(char) in {"Zs", "Zl", "Zp"} or char in "\t\n\r" else char for char in said)
    shown = "".join(char for char in kept if unicodedata.category(char)[0] != "C")
    return unicodedata.normalize("NFC", " ".join(shown.split()))[:most].rstrip()


def sign_manifest(key: SigningKey, manifest: Manifest) -> Signed:
    """Say it. `manifest.node` must be the key's.

    Raises:
        LocalError: a field is out of its bounds, or the node is another.
    """
    if manifest.node != key.public.raw:
        raise LocalError("manifest: a node speaks of itself alone")
    fields: dict[str, Value] = {
        **manifest.extra,
        "version": VERSION,
        "node": manifest.node,
        "reader": manifest.reader,
        "sequence": manifest.sequence,
        "name": manifest.name,
        "capabilities": list(manifest.capabilities),
        "versions": list(manifest.versions),
        "addresses": list(manifest.addresses),
        "tier": int(manifest.tier),
    }
    if manifest.certificate is not None:
        fields["certificate"] = manifest.certificate.body
        fields["certificate_signature"] = manifest.certificate.signature
    if manifest.introduces:
        fields["introduces"] = [[node, address] for node, address in manifest.introduces]
    try:
        body = canonical.encode(fields)
        signed = Signed(body, key.sign("peer-manifest", body))
        if read_manifest(signed.fields(), manifest.node, manifest.reader) != manifest:
            raise LocalError("manifest: it would not be read as it was meant; clean its texts and addresses first")
    except (EncodingError, RemoteError) as error:
        raise LocalError(f"about to send: {error}") from error
    return signed


def read_manifest(frame: dict[str, Value], node: bytes, reader: bytes) -> Manifest:
    """What the node at the other end says to us, `reader`. `frame`: the body of a manifest frame.

    Raises:
        RemoteError: not canonical, not of its form, not signed by `node`, about another node or for another reader, or
            with a certificate that its owner did not sign or that is another node's.
    """
    body, signature = frame["body"], frame["signature"]
    if not isinstance(body, bytes) or not isinstance(signature, bytes):
        raise RemoteError("manifest: body and signature are bytes")
    try:
        PublicKey(node).verify("peer-manifest", body, signature)
        fields = canonical.decode_map(body, size_max=limits.MANIFEST_BYTES_MAX)
    except CryptoError as error:
        raise RemoteError(f"manifest: {error}") from error
    forms.check(FORM, fields)
    if fields["node"] != node or fields["reader"] != reader:
        raise RemoteError("manifest: said by another node, or to another one")
    return Manifest(
        node,
        reader,
        _integer(fields["sequence"]),
        cleaned(_texts([fields["name"]])[0]),
        tuple(item for item in _texts(fields["capabilities"]) if cleaned(item) == item and item.isascii()),
        _versions(fields["versions"]),
        tuple(item for item in _texts(fields["addresses"]) if is_address(item)),
        _tier(_integer(fields["tier"])),
        _certificate(fields, node),
        _introduced(fields.get("introduces")),
        {name: value for name, value in fields.items() if name not in FORM.fields},
    )


def is_news(manifest: Manifest, kept: Manifest | None) -> bool:
    """Whether this one is to be kept in the other's place: only one with a greater sequence number is."""
    return kept is None or manifest.sequence > kept.sequence


def _certificate(fields: dict[str, Value], node: bytes) -> Certificate | None:
    body, signature = fields.get("certificate"), fields.get("certificate_signature")
    if body is None and signature is None:
        return None
    if not isinstance(body, bytes) or not isinstance(signature, bytes):
        raise RemoteError("manifest: certificate and certificate_signature belong together")
    try:
        certificate = read_certificate(body, signature)
    except CryptoError as error:
        raise RemoteError(f"manifest.certificate: {error}") from error
    if certificate.node != node:
        raise RemoteError("manifest.certificate: it is another node's")
    return certificate


def _introduced(value: Value) -> tuple[tuple[bytes, str], ...]:
    found: list[tuple[bytes, str]] = []
    for one in value if isinstance(value, list) else ():
        node, address = one if isinstance(one, list) else (None, None)
        if isinstance(node, bytes) and isinstance(address, str):
            found.append((node, address if is_address(address) else ""))
    return tuple(found)


def _tier(number: int) -> Tier:
    return Tier(number) if number in set(Tier) else Tier.UNKNOWN


def _integer(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _texts(value: Value) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _versions(value: Value) -> tuple[int, ...]:
    return tuple(item for item in value if isinstance(item, int)) if isinstance(value, list) else ()


def recipient_of(manifest: Manifest | None) -> str | None:
    """To whom parcels for that node are encrypted; None where it has not said, or nothing that can be one."""
    said = manifest.extra.get(RECIPIENT) if manifest is not None else None
    if not isinstance(said, str) or len(said) > limits.RECIPIENT_CHARS_MAX:
        return None
    return said if said.startswith("age1") and said.isascii() and said.isalnum() else None
