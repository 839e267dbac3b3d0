"""Who made a backup? Its manifest bears the signature of the node that did.

What is inside an age file cannot be changed by whoever has not the key that it is encrypted to. But that key's public
half makes such files as well, and age says nothing of who did: whoever learns it could make a backup of what they like,
with a manifest that fits. The manifest names every file with its digest, so what signs it signs all.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ccnode.store.errors import StoreCorrupt, StoreError
from ccnode.store.home import read_private
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import PublicKey, SigningKey, from_text

if TYPE_CHECKING:
    from pathlib import Path

FIELD: Final = "signed"


def _message(manifest: dict[str, Any]) -> bytes:
    said = {name: value for name, value in manifest.items() if name != FIELD}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def sign(manifest: dict[str, Any], node_key: Path) -> dict[str, Any]:
    """The manifest with the signature of the node whose key file this is.

    Without one where that cannot be read, or has written nothing yet of what the manifest names.
    """
    try:
        key = SigningKey(from_text("recovery", read_private(node_key).decode("ascii").strip()))
    except (StoreError, OSError, CryptoError, ValueError):
        return manifest
    if key.public.raw.hex() not in {head["node"] for head in manifest["heads"]}:
        return manifest
    signature = key.sign("backup", _message(manifest))
    return {**manifest, FIELD: {"node": key.public.raw.hex(), "signature": signature.hex()}}


def signer(manifest: dict[str, Any]) -> bytes | None:
    """The key of the node that signed a manifest; None where nobody did. Raises StoreCorrupt: it does not hold."""
    given = manifest.get(FIELD)
    if given is None:
        return None
    try:
        node = bytes.fromhex(given["node"])
        PublicKey(node).verify("backup", _message(manifest), bytes.fromhex(given["signature"]))
    except (CryptoError, ValueError, KeyError, TypeError) as error:
        what = "the manifest of the backup is not the one that was signed"
        raise StoreCorrupt(what, remedy="use another backup") from error
    return node
