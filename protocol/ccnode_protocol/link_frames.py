"""Which frames open a link and keep it? Types 1 to 31 (sync has 32 to 63, in sync_frames.py)."""

from __future__ import annotations

from typing import Final

from ccnode_crypto.certificate import CERTIFICATE_BYTES_MAX
from ccnode_protocol import limits
from ccnode_protocol.forms import Form, exactly, flag, integer, listed, octets, optional, text

CLIENT_HELLO: Final = 1
SERVER_HELLO: Final = 2
CLIENT_PROOF: Final = 3
SERVER_PROOF: Final = 4
HANDSHAKE_TYPES: Final = frozenset({CLIENT_HELLO, SERVER_HELLO, CLIENT_PROOF, SERVER_PROOF})
MANIFEST: Final = 16
PING: Final = 17
PONG: Final = 18
GOODBYE: Final = 19
ENROL: Final = 20
PACKED: Final = 21  # holds another frame, of sync
KEEPING_TYPES: Final = frozenset({MANIFEST, PING, PONG, GOODBYE, ENROL})  # of the link itself

_KEY: Final = exactly(32)
_NONCE: Final = exactly(limits.NONCE_BYTES)
_DIGEST: Final = exactly(32)
_SIGNATURE: Final = exactly(64)
_VERSION: Final = integer(limits.VERSION_MAX, 1)
_VERSIONS: Final = listed(_VERSION, limits.VERSIONS_MAX, 1)
_NETWORK: Final = text(limits.NETWORK_CHARS_MAX, 1)

FORMS: Final[dict[int, Form]] = {
    CLIENT_HELLO: Form(
        "client-hello",
        limits.CLIENT_HELLO,
        {"network": _NETWORK, "versions": _VERSIONS, "key": _KEY, "commitment": _DIGEST},
    ),
    SERVER_HELLO: Form(
        "server-hello",
        limits.SERVER_HELLO,
        {"network": _NETWORK, "versions": _VERSIONS, "version": _VERSION, "key": _KEY, "nonce": _NONCE},
    ),
    CLIENT_PROOF: Form(
        "client-proof",
        limits.CLIENT_PROOF,
        {
            "nonce": _NONCE,
            "invitation": optional(exactly(limits.INVITATION_BYTES)),
            "join": optional(_DIGEST),
            "signature": _SIGNATURE,
        },
    ),
    SERVER_PROOF: Form("server-proof", limits.SERVER_PROOF, {"signature": _SIGNATURE}),
    MANIFEST: Form(
        "manifest",
        limits.MANIFEST,
        {"body": octets(limits.MANIFEST_BYTES_MAX, 1), "signature": _SIGNATURE, "again": optional(flag())},
    ),
    PING: Form("ping", limits.PING, {"number": integer()}),
    PONG: Form("pong", limits.PONG, {"number": integer()}),
    GOODBYE: Form("goodbye", limits.GOODBYE, {"reason": integer(9_999), "text": text(limits.REASON_CHARS_MAX)}),
    ENROL: Form(
        "enrol",
        limits.ENROL,
        {"certificate": octets(CERTIFICATE_BYTES_MAX, 1), "certificate_signature": _SIGNATURE},
    ),
    PACKED: Form(
        "packed",
        limits.PACKED,
        {"type": integer(limits.TYPE_KNOWN_MAX), "data": octets(limits.PACKED_BYTES_MAX, 1)},
    ),
}
