"""Two or more nodes of the net room on 127.0.0.1: real sockets and TLS, chains on a shelf in memory."""

from __future__ import annotations

import asyncio
import os
from hashlib import sha256
from typing import TYPE_CHECKING

from ccnode.net.federation import Federation
from ccnode_crypto.chain import EntryDraft
from ccnode_crypto.entry import ChainId
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.manifest import Manifest, Signed, sign_manifest
from ccnode_protocol.quota import Quota
from ccnode_protocol.records import MessageMeta, Role
from ccnode_protocol.sync_index import Index
from ccnode_protocol.sync_values import Contents, SentRun
from ccnode_protocol.tiers import Tier
from tests.simulation.federation.store import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ccnode.net.ports import Ended, Meeting
    from ccnode_crypto.certificate import Certificate
    from ccnode_protocol.sync_effects import Forked, Load, Restored, Store
    from ccnode_protocol.sync_values import Message

SESSION = bytes(range(16))
WAIT_S = 20.0  # generous: nothing is asserted about time but that things happen at all


async def until(what: Callable[[], object]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(WAIT_S):
        while not what():  # noqa: ASYNC110  # of many kinds, most of which tell nobody
            await asyncio.sleep(0.005)


class Node:
    """A node: key, shelf, what its owner decided, and its federation. It is both ports."""

    def __init__(self, name: str, folder: Path, shelf: Shelf | None = None, **arguments: object) -> None:
        self.name = name
        self.key = SigningKey(sha256(name.encode()).digest())
        self.id = self.key.public.raw
        self.shelf = shelf or Shelf()
        self.tiers: dict[bytes, Tier] = {}
        self.certified: set[bytes] = set()
        self.index = Index(self.id, os.urandom(16), self.certified)
        self.shelf.fill(self.index)
        self.meetings: list[Meeting] = []
        self.manifests: list[Manifest] = []
        self.certificates: list[Certificate] = []
        self.ends: list[Ended] = []
        self.sequence = 0
        self.refuses: Exception | None = None
        self.store_delay_s = 0.0
        self.stored = 0
        self.folder = folder
        folder = folder / name
        folder.mkdir(exist_ok=True)
        self.federation = Federation(self.key, self, self, folder, **arguments)  # type: ignore[arg-type]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.federation.port}"

    def trusts(self, other: Node, tier: Tier = Tier.CORE) -> None:
        """The owner decides."""
        self.tiers[other.id] = tier
        if tier is Tier.CORE:
            self.certified |= {self.id, other.id}
        self.federation.set_tier(other.id, tier)

    # --- Peers ---

    def tier_of(self, node: bytes) -> Tier:
        return self.tiers.get(node, Tier.UNKNOWN)

    def manifest_for(self, node: bytes) -> Signed:
        self.sequence += 1
        return sign_manifest(self.key, Manifest(self.id, node, self.sequence, self.name, tier=self.tier_of(node)))

    async def met(self, meeting: Meeting) -> Tier:
        self.meetings.append(meeting)
        await asyncio.sleep(0)
        if self.refuses is not None:
            raise self.refuses
        return self.tier_of(meeting.established.peer)

    async def manifested(self, manifest: Manifest, signed: Signed) -> None:
        assert signed.body
        self.manifests.append(manifest)

    async def enrolled(self, node: bytes, certificate: Certificate) -> None:
        assert node
        self.certificates.append(certificate)

    def ended(self, end: Ended) -> None:
        self.ends.append(end)

    # --- Chains ---

    def quota(self, peer: bytes) -> Quota | None:
        return None if self.tier_of(peer) is Tier.CORE else self.shelf.quotas.setdefault(peer, Quota())

    async def load(self, load: Load) -> tuple[Message, ...]:
        await asyncio.sleep(0)
        return self.shelf.load(load)

    async def store(self, peer: bytes, store: Store, may: Callable[[], bool]) -> str:
        await asyncio.sleep(self.store_delay_s)
        item = store.item
        if not may():
            return ""
        try:
            if isinstance(item, SentRun):
                if self.shelf.receive(item):
                    self.stored += 1
                    self.shelf.tell(self.index, item.chain)
                    self.federation.grew(item.chain, None)
            elif isinstance(item, Contents):
                self.shelf.receive_contents(item)
                self.shelf.tell_missing(self.index)
        except (CryptoError, RemoteError) as error:
            return str(error)
        return ""

    async def restored(self, peer: bytes, restored: Restored) -> None:
        if restored.is_live and self.index.epoch == restored.chain.epoch:
            self.index.epoch = os.urandom(16)

    async def forked(self, peer: bytes, forked: Forked) -> None:
        known = self.shelf.frozen.get(forked.chain)
        if known is None or forked.found.seq < known.seq:
            self.shelf.frozen[forked.chain] = forked.found
            self.index.freeze(forked.chain, forked.found)
            self.federation.forked(forked.chain)

    # --- writing ---

    def chain(self, audience: int = 0) -> ChainId:
        return ChainId(self.id, self.index.epoch, audience)

    def say(self, count: int, audience: int = 0, text: str = "words ") -> None:
        """Write some messages in one run."""
        chain = self.chain(audience)
        meta = MessageMeta(SESSION, Role.USER)
        drafts = [] if chain in self.shelf.chains else [records.epoch_opened(None)]
        drafts += [records.message(meta, f"{text}{os.urandom(8).hex()} {at}") for at in range(count)]
        run = self.shelf.append(
            chain,
            [EntryDraft(each.kind, 1 << 20, each.meta, each.content, os.urandom(32)) for each in drafts],
            self.key,
        )
        self.shelf.tell(self.index, chain)
        self.federation.grew(chain, run)


def level(*nodes: Node) -> bool:
    """Whether all hold the same."""
    held = [{chain: stored.state.head for chain, stored in node.shelf.chains.items()} for node in nodes]
    return all(each == held[0] for each in held)
