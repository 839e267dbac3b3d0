"""What becomes of each frame of a parcel that is applied? The doors of a link, or a look at what they would do."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ccnode import clock
from ccnode.store.errors import Conflict
from ccnode_protocol import sync_frames
from ccnode_protocol.link_frames import MANIFEST
from ccnode_protocol.manifest import Signed, read_manifest
from ccnode_protocol.sync_effects import Forked, Load, Restored, Store
from ccnode_protocol.sync_values import SentRun
from ccnode_protocol.unpacking import Unpacking

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode.daemon.holdings import Holdings
    from ccnode.daemon.peerbook import PeerBook
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.tiers import Tier
    from ccnode_protocol.unpacking import Effect


class NotAllowed(Conflict):
    """A peer's tier does not let anything be carried to or from it."""

    code = "not_allowed"


class Applying:
    """One parcel that is being applied, or looked at as if it were."""

    def __init__(self, book: PeerBook, holdings: Holdings, peer: bytes, tier: Tier, *, is_dry: bool) -> None:
        self.index = holdings.index.copy() if is_dry else holdings.index
        self._book = book
        self._holdings = holdings
        self._peer = peer
        self._tier = tier
        self._is_dry = is_dry
        self.again()

    def again(self) -> None:
        """From the beginning."""
        quota = self._holdings.quota(self._peer)
        quota = replace(quota) if quota is not None and self._is_dry else quota
        self.machine = Unpacking(self.index, self._peer, self._tier, quota)

    def _may(self, chain: ChainId) -> bool:
        return self._book.tier_of(self._peer) is self._tier and self.machine.flow.takes(chain)

    async def take(self, frame: Frame) -> None:
        """The next frame. Raises RemoteError, StoreError."""
        if self._book.tier_of(self._peer) is not self._tier:
            raise NotAllowed("the peer's tier was changed meanwhile", remedy="apply it again: what was taken in stays")
        if frame.type == MANIFEST:
            manifest = read_manifest(frame.body, self._peer, self._book.own)
            body, signature = frame.body["body"], frame.body["signature"]
            if not self._is_dry and isinstance(body, bytes) and isinstance(signature, bytes):
                await self._book.carried(manifest, Signed(body, signature))
            return
        message = sync_frames.read(frame.type, frame.body)
        await self._perform(self.machine.receive(message, clock.now_ms()))

    async def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Load():
                    answer = await self._holdings.load(effect)
                    await self._perform(self.machine.loaded(effect, answer, clock.now_ms()))
                case Store() if self._is_dry:
                    if isinstance(effect.item, SentRun):
                        self.index.grow(effect.item.chain, effect.item.end, effect.item.head)
                    self.machine.settled(effect)
                case Store(item=item):
                    error = await self._holdings.store(self._peer, effect, partial(self._may, item.chain))
                    self.machine.settled(effect, error)
                case Restored():
                    if self._is_dry:
                        self.index.epoch = bytes(len(self.index.epoch))
                    else:
                        await self._holdings.restored(self._peer, effect)
                case Forked(chain=chain, found=found):
                    if self._is_dry:
                        self.index.freeze(chain, found)
                    else:
                        await self._holdings.forked(self._peer, effect)
