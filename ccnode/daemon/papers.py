"""Whose node is this, and whom does that owner stand behind? Certificates on our chain, and ours in node.json."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from ccnode import clock
from ccnode.store import trusting, voices
from ccnode.store.errors import Conflict
from ccnode.store.home import write_private
from ccnode.store.ledger import connect
from ccnode_crypto.certificate import Certificate, certify, read_certificate
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import owner_id
from ccnode_protocol import records

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Awaitable, Callable

    from ccnode.daemon.peerbook import Append
    from ccnode.store.home import Home
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol.tiers import Tier

_OF_NODE: Final = (
    "SELECT e.meta FROM certified k JOIN entries e ON e.id = k.id WHERE k.node = ? AND k.owner = ? ORDER BY k.id DESC"
)
_OWN: Final = (
    "SELECT e.meta FROM certified k JOIN entries e ON e.id = k.id JOIN chains c ON c.id = e.chain"
    " WHERE k.node = ? AND c.node = k.node ORDER BY e.time DESC, e.digest DESC LIMIT 1"
)


class Papers:
    """What the owner has signed about node keys. `own`: this node's. `profile`: node.json, which is kept current."""

    def __init__(self, home: Home, profile: dict[str, Any], own: bytes, append: Append) -> None:
        self.refresh: Callable[[], Awaitable[None]] | None = None
        self._home = home
        self._profile = profile
        self._own = own
        self._append = append

    def fill(self, connection: sqlite3.Connection) -> None:
        """Where a crash came between our chain and node.json, the chain is right. Raises sqlite3.Error, StoreError."""
        newest = next((voices.read(meta) for (meta,) in connection.execute(_OWN, (self._own,))), None)
        if newest is not None and self._profile.get("owner_id") not in (None, owner_id(newest.owner)):
            self._write(newest)

    def mine(self) -> Certificate | None:
        """The owner's certificate for this node's key; None where it does not hold."""
        given = self._profile.get("certificate")
        try:
            paper = read_certificate(bytes.fromhex(given["body"]), bytes.fromhex(given["signature"]))  # type: ignore[index]
        except (ValueError, KeyError, TypeError, CryptoError):
            return None
        return paper if paper.node == self._own else None

    def owner(self) -> bytes | None:
        """Whose node this is."""
        paper = self.mine()
        return paper.owner if paper is not None else None

    def check(self, signer: SigningKey) -> None:
        """Raises Conflict unless this is our owner's key."""
        if signer.public.raw != self.owner():
            raise Conflict(
                "the owner key here is not that of this node's owner",
                remedy="see: ccnode doctor, ccnode init --certify",
            )

    async def of(self, node: bytes) -> Certificate | None:
        """Our owner's certificate for another node's key, as it was recorded. Raises StoreError."""
        ours = self.owner()

        def find() -> Certificate | None:
            with closing(connect(self._home.ledger, writable=False)) as connection:
                said = connection.execute(_OF_NODE, (node, ours))
                return next((paper for (meta,) in said if (paper := voices.read(meta)) is not None), None)

        return await asyncio.to_thread(find) if ours is not None else None

    async def standing_of(self, node: bytes) -> Certificate | None:
        """Our owner's certificate for a node key, unless that was revoked. Raises StoreError."""

        def is_revoked() -> bool:
            with closing(connect(self._home.ledger, writable=False)) as connection:
                return bool(voices.revocations(connection.execute, node))

        paper = await self.of(node)
        return paper if paper is not None and not await asyncio.to_thread(is_revoked) else None

    async def decisions(self) -> dict[bytes, Tier]:
        """What our own chain says that was decided about nodes of ours. Raises StoreError."""

        def find() -> dict[bytes, Tier]:
            with closing(connect(self._home.ledger, writable=False)) as connection:
                return trusting.load(connection)

        return await asyncio.to_thread(find)

    async def sign(self, node: bytes, signer: SigningKey) -> None:
        """Have our owner stand behind a node key. Raises Conflict, StoreError."""
        self.check(signer)
        await self.record(certify(signer, node, clock.now_ms()))

    async def record(self, *papers: Certificate) -> None:
        """Put certificates on our own chain, and know whom they speak of. Raises StoreError."""
        made = [records.node_certified(paper.body, paper.signature) for paper in papers]
        await self._append(lambda tx: [tx.append(record) for record in made])
        if self.refresh is not None:
            await self.refresh()

    async def adopt(self, mine: Certificate, theirs: Certificate) -> None:
        """Become a node of another owner, as which `theirs` is known, too. The old owner's key is put aside."""
        await self.record(mine, theirs)
        await asyncio.to_thread(self._write, mine)

    def _write(self, paper: Certificate) -> None:
        profile, name = self._profile, owner_id(paper.owner)
        former = [*profile.get("former_owner_ids", []), profile.get("owner_id")]
        profile["former_owner_ids"] = [one for one in former if one and one != name]
        profile["owner_id"] = name
        profile["certificate"] = {"body": paper.body.hex(), "signature": paper.signature.hex()}
        write_private(self._home.profile, json.dumps(profile, indent=2).encode() + b"\n")
        for path in (self._home.owner_key, self._home.owner_key_sealed):
            if path.exists():
                path.replace(path.with_name(f"former-{path.name}"))
