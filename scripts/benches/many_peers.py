"""Many nodes in one process, which call one daemon and keep their links: for benchmarks of that daemon.

many_peers.py DATA_DIR PORT COUNT     prints the peers to be added there, waits for a line, calls, prints the links
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ccnode.net import certificate as tls_file
from ccnode.net.federation import Federation
from ccnode.store import owner
from ccnode.store.home import Home
from ccnode_crypto.certificate import Certificate, certify
from ccnode_crypto.keys import SigningKey, node_id
from ccnode_protocol.manifest import Manifest, Signed, sign_manifest
from ccnode_protocol.sync_index import Index
from ccnode_protocol.sync_values import SentRun
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.net.ports import Ended, Meeting
    from ccnode_protocol.sync_effects import Forked, Load, Restored, Store
    from ccnode_protocol.sync_values import Message

TIME_MS = 1_700_000_000_000


class Peer:
    """A node that has nothing, takes everything in and forgets it, and has whoever it calls as core."""

    def __init__(self, number: int, folder: Path, signer: SigningKey, tls: Path | None) -> None:
        self.key = SigningKey(sha256(f"peer {number} of benchmarks".encode()).digest())
        self.paper = certify(signer, self.key.public.raw, TIME_MS)
        self.index = Index(self.key.public.raw, bytes(16))
        place = folder / f"p{number}"
        place.mkdir()
        if tls is not None:
            (place / tls.name).symlink_to(tls)
        self.federation = Federation(self.key, self, self, place)
        self.ends: list[str] = []
        self._sequence = 0

    def tier_of(self, _node: bytes) -> Tier:
        """Core."""
        return Tier.CORE

    def manifest_for(self, node: bytes) -> Signed:
        """What it says of itself."""
        self._sequence += 1
        said = Manifest(self.key.public.raw, node, self._sequence, tier=Tier.CORE, certificate=self.paper)
        return sign_manifest(self.key, said)

    async def met(self, meeting: Meeting) -> Tier:
        """Whoever is there."""
        self.index.certified.add(meeting.established.peer)
        return Tier.CORE

    async def manifested(self, _manifest: Manifest, _signed: Signed) -> None:
        """It is not kept."""

    async def enrolled(self, _node: bytes, _certificate: Certificate) -> None:
        """It is not."""

    def ended(self, end: Ended) -> None:
        """It is told."""
        self.ends.append(end.text)

    def quota(self, _peer: bytes) -> None:
        """None."""

    async def load(self, _load: Load) -> tuple[Message, ...]:
        """It has nothing."""
        return ()

    async def store(self, _peer: bytes, store: Store, _may: Callable[[], bool]) -> str:
        """It forgets all but how far it came."""
        if isinstance(store.item, SentRun):
            self.index.grow(store.item.chain, store.item.end, store.item.head)
            self.federation.grew(store.item.chain, None)
        return ""

    async def restored(self, _peer: bytes, _restored: Restored) -> None:
        """Nobody was."""

    async def forked(self, _peer: bytes, _forked: Forked) -> None:
        """Nothing is."""


async def main(data: Path, port: int, count: int) -> None:
    """Run them."""
    signer = owner.key(Home(data), None)
    with tempfile.TemporaryDirectory() as name:
        # They share one key of TLS, which is slow to make and says nothing of who they are.
        tls = Path(name, "p0", tls_file.FILE)
        peers = [Peer(number, Path(name), signer, tls if number else None) for number in range(count)]
        said = [
            {
                "peer": node_id(peer.key.public.raw),
                "certificate": {"body": peer.paper.body.hex(), "signature": peer.paper.signature.hex()},
            }
            for peer in peers
        ]
        print(json.dumps(said), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        for peer in peers:
            await peer.federation.dial(f"127.0.0.1:{port}")
        await asyncio.sleep(3)
        states = [link.state for peer in peers for link in peer.federation.links()]
        ends = [end for peer in peers for end in peer.ends]
        print(json.dumps([f"{states.count(one)} {one}" for one in sorted(set(states))] + ends[:5]), flush=True)
        await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
