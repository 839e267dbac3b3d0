"""What do the vectors have of an invitation code? Every byte of one explained, and one of the version before."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ccnode_crypto.keys import domain
from ccnode_protocol.invitation import Code, invitation_id, write_code
from ccnode_protocol.tiers import Tier
from make_vectors import explain

if TYPE_CHECKING:
    from collections.abc import Sequence


def invitation(code: Code) -> dict[str, Any]:
    """A code for core, what is made of it, and its bytes before they are written in base32."""
    parts = [
        (b"\x02", "version 2"),
        (bytes([Tier.CORE]), "tier 4: the joiner becomes core"),
        *after_tier(code),
        (code.address.encode(), "the address"),
    ]
    return {
        "secret": code.secret.hex(),
        "tier": int(Tier.CORE),
        "key": code.key.hex(),
        "id": invitation_id(code.key).hex(),
        "expires_ms": code.expires_ms,
        "address": code.address,
        "code": write_code(code),
        "fields": explain([*parts, (_end(parts), "what finds mistyping")]),
        "version_1": {"about": "The same without a tier, as it was made before: its key is the secret.",
                      "code": unsaid(code)},
    }  # fmt: skip


def after_tier(code: Code) -> list[tuple[bytes, str]]:
    """What both versions have."""
    return [
        (code.node, "the inviter's node key"),
        (code.secret, "the secret"),
        (code.expires_ms.to_bytes(6, "big"), "when it expires, milliseconds since 1970"),
    ]


def unsaid(code: Code) -> str:
    """A code of version 1, which does not say what the joiner becomes."""
    parts = [(b"\x01", ""), *after_tier(code), (code.address.encode(), "")]
    return _text([*parts, (_end(parts), "")])


def _end(parts: Sequence[tuple[bytes, str]]) -> bytes:
    return sha256(domain("invitation") + b"".join(data for data, _ in parts)).digest()[:4]


def _text(parts: Sequence[tuple[bytes, str]]) -> str:
    return base64.b32encode(b"".join(data for data, _ in parts)).decode().rstrip("=").lower()
