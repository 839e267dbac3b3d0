"""One end of a catch-up for benchmarks: who takes it in, in a process of its own, so that its CPU time is its own.

catchup_node.py sync|copy FOLDER ADDRESS SENDER LENGTH     prints how many CPU-seconds that took, and how many entries
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgpack

from ccnode import clock
from ccnode.net import certificate as tls_file
from ccnode.net.calling import call
from ccnode.net.federation import Federation
from ccnode.store import chains
from ccnode.store.ledger import Ledger, Ports, connect
from ccnode_crypto.certificate import certify
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import records
from ccnode_protocol.effects import Reason
from ccnode_protocol.manifest import Manifest, Signed, sign_manifest
from ccnode_protocol.sync_index import Index
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.net.ports import Ended, Meeting
    from ccnode_protocol.sync_effects import Forked, Load, Restored, Store
    from ccnode_protocol.sync_values import Message

OWNER = SigningKey(b"owner of benchmarks" + bytes(13))
COUNTS = {"entries": 9, "runs": 5, "messages": 10, "session_events": 6, "sessions": 9}  # columns


class Node:
    """A node with one peer, which is core (None: whoever calls): its ledger, its links, and what these ask for."""

    def __init__(self, path: Path, key: SigningKey, peer: bytes | None) -> None:
        self.key, self.peer, self._sequence = key, peer, 0
        self.ledger = Ledger(path, key, Ports(clock.now_ms, os.urandom))
        for node in (key.public.raw, *([peer] if peer else ())):
            paper = certify(OWNER, node, 1)
            self.ledger.append_sync(methodcaller("append", records.node_certified(paper.body, paper.signature)))
        self.index = Index(key.public.raw, self.ledger.chains.epoch)
        self._reader = connect(path, writable=False)
        self._one_at_a_time = asyncio.Lock()
        self.federation = Federation(key, self, self, path.parent)

    async def open(self) -> None:
        """Read what is here, and listen."""
        self._last_run = chains.fill(self._reader, self.index, clock.now_ms())
        await self.federation.start("127.0.0.1", 0)

    async def close(self) -> None:
        """End it."""
        await self.federation.stop()
        self._reader.close()
        self.ledger.close()

    # --- what links ask of peers ---

    def tier_of(self, node: bytes) -> Tier:
        """Core, where it is the one."""
        return Tier.CORE if self.peer in {None, node} else Tier.UNKNOWN

    def manifest_for(self, node: bytes) -> Signed:
        """What we say of ourselves."""
        self._sequence += 1
        return sign_manifest(self.key, Manifest(self.key.public.raw, node, self._sequence, tier=self.tier_of(node)))

    async def met(self, meeting: Meeting) -> Tier:
        """It proved its key."""
        return self.tier_of(meeting.established.peer)

    async def manifested(self, _manifest: Manifest, _signed: Signed) -> None:
        """It said what it is."""

    async def enrolled(self, _node: bytes, _certificate: Any) -> None:
        """Nobody is."""

    def ended(self, end: Ended) -> None:
        """A link is gone."""
        if end.reason is not Reason.DONE:
            print(f"the link ended: {end}", file=sys.stderr)

    # --- what links ask of chains ---

    def quota(self, _peer: bytes) -> None:
        """A core peer has none."""

    async def load(self, load: Load) -> tuple[Message, ...]:
        """What answers a question."""
        return await asyncio.to_thread(chains.load, self._reader, load)

    async def store(self, _peer: bytes, store: Store, may: Callable[[], bool]) -> str:
        """Verify and store, and follow the commit as the daemon does."""
        try:
            received = await self.ledger.append(chains.receive(store.item, clock.now_ms(), may=lambda _: may()))
        except CryptoError as error:
            return str(error)
        told = chains.heed_received(self.index, received)
        async with self._one_at_a_time:
            growth = await asyncio.to_thread(
                chains.read_growth, self._reader, self._last_run, self.index.own, clock.now_ms()
            )
            self._last_run = growth.last_run
        for chain, run in told + chains.heed(self.index, growth):
            self.federation.grew(chain, run)
        return ""

    async def restored(self, _peer: bytes, _restored: Restored) -> None:
        """Nobody was."""

    async def forked(self, _peer: bytes, _forked: Forked) -> None:
        """Nothing is."""


async def sync(folder: Path, address: str, sender: bytes, length: int) -> tuple[float, int]:
    """Take it in as a node does, verified."""
    node = Node(folder / "ledger.sqlite", SigningKey(os.urandom(32)), sender)
    await node.open()
    begun = time.process_time()
    await node.federation.dial(address, expected=sender)
    index = node.index
    while (held := max((index.length(chain) for chain in index.chains_of(sender)), default=0)) < length:  # noqa: ASYNC110  # nobody tells
        await asyncio.sleep(0.02)
    took = time.process_time() - begun
    await node.close()
    return took, held


async def copy(folder: Path, address: str, length: int) -> tuple[float, int]:
    """Write the rows that come as they come: the same tables, the same settings, a commit for each run."""
    Ledger(folder / "ledger.sqlite", SigningKey(os.urandom(32)), Ports(clock.now_ms, os.urandom)).close()
    connection = connect(folder / "ledger.sqlite", writable=True)
    tls = tls_file.prepare(folder / tls_file.FILE)

    def write(data: bytes) -> int:
        tables = msgpack.unpackb(data)
        connection.execute("BEGIN IMMEDIATE")
        for table, rows in tables.items():
            marks = ", ".join("?" * COUNTS[table])
            connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)  # noqa: S608  # ours
        connection.execute("COMMIT")
        return len(tables["entries"])

    begun, held = time.process_time(), 0
    made = await call(address, tls.client)
    made.wire.tap.left = None  # as after a handshake: any number of bytes may come
    await made.wire.send(b"go")
    while held < length:
        held += await asyncio.to_thread(write, await made.wire.receive())
    took = time.process_time() - begun
    await made.hang_up()
    connection.close()
    return took, held


def main() -> None:
    """Run one."""
    how, folder, address, sender, length = sys.argv[1:]
    path = Path(folder)
    work = (
        sync(path, address, bytes.fromhex(sender), int(length)) if how == "sync" else copy(path, address, int(length))
    )
    took, held = asyncio.run(work)
    print(took, held)


if __name__ == "__main__":
    main()
