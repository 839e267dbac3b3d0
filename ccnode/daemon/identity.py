"""Whose node is this, and what if its key is taken? Reads the key and the profile; gives a copy a key of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ccnode import clock
from ccnode.store.errors import StoreCorrupt
from ccnode.store.home import Home, read_private, write_private
from ccnode_crypto import keys
from ccnode_crypto.certificate import Certificate, certify
from ccnode_crypto.errors import KeyFormatError
from ccnode_protocol import records

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction


def read_key(path: Path) -> keys.SigningKey:
    """The key in a key file.

    Raises:
        StoreError: missing, readable by others, or not a key.
    """
    try:
        text = read_private(path).decode("ascii").strip()
        return keys.SigningKey(keys.from_text("recovery", text))
    except (KeyFormatError, UnicodeDecodeError) as error:
        raise StoreCorrupt(
            f"{path} is not a key file",
            remedy="put it back from a copy, or restore the newest backup into another place",
        ) from error


def read_profile(home: Home) -> dict[str, Any]:
    """What node.json says. Raises StoreCorrupt where it is not ours."""
    try:
        value = json.loads(home.profile.read_bytes()[:1_000_000])
    except (OSError, ValueError) as error:
        raise StoreCorrupt(f"{home.profile} cannot be read: {error}", remedy="run 'ccnode doctor'") from error
    if not isinstance(value, dict):
        raise StoreCorrupt(f"{home.profile} is not a node's profile", remedy="run 'ccnode doctor'")
    return value


def take_new_key(home: Home, profile: dict[str, Any]) -> tuple[keys.SigningKey, dict[str, Any], Certificate | None]:
    """Give this directory a node key of its own, because another living node has the old one.

    The owner's certificate for it is made at once where the owner key has no passphrase; else it waits for the owner.
    The old key is not kept: it belongs to the other node.

    Raises:
        StoreError: the new files cannot be written; the old ones are as they were.
    """
    key = keys.SigningKey(clock.chance(keys.KEY_BYTES))
    certificate = None
    if home.owner_key.exists():
        certificate = certify(read_key(home.owner_key), key.public.raw, clock.now_ms())
    changed = dict(profile)
    changed["former_node_ids"] = [*profile.get("former_node_ids", []), profile.get("node_id")]
    changed["node_id"] = keys.node_id(key.public.raw)
    changed["certificate"] = (
        {"body": certificate.body.hex(), "signature": certificate.signature.hex()} if certificate else None
    )
    write_private(home.node_key, (keys.to_text("recovery", key.seed) + "\n").encode())
    write_private(home.profile, json.dumps(changed, indent=2).encode())
    return key, changed, certificate


def introduce(certificate: Certificate | None, name: str) -> Job[None]:
    """A ledger job that records a node's certificate and name at the start of its chain."""

    def job(tx: Transaction) -> None:
        if certificate is not None:
            tx.append(records.node_certified(certificate.body, certificate.signature))
        if name:
            tx.append(records.node_named(name))

    return job
