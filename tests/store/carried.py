"""What do tests of parcels on the disk share? Real ledgers that hand each other encrypted files."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ccnode.store import chains, parcels, peers
from ccnode.store.home import Home
from ccnode_crypto.errors import CryptoError
from ccnode_protocol import sync_frames
from ccnode_protocol.carrying import plan
from ccnode_protocol.link_frames import MANIFEST
from ccnode_protocol.manifest import Manifest, sign_manifest
from ccnode_protocol.parcel import Header
from ccnode_protocol.quota import Quota
from ccnode_protocol.sync_effects import Forked, Load, Restored, Store
from ccnode_protocol.sync_index import Flow
from ccnode_protocol.tiers import Tier
from ccnode_protocol.unpacking import Unpacking
from tests.store.support import START_MS, reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.unpacking import Effect
    from tests.store.linked import Side


def home_of(side: Side) -> Home:
    """Where a side keeps the key that parcels for it are encrypted to."""
    home = Home(side.node.path.parent / f"{side.name}-home")
    home.make()
    return home


def make(
    path: Path,
    sender: Side,
    receiver: Side,
    known: Mapping[ChainId, int] | None = None,
    tier: Tier = Tier.CORE,
    *,
    to: str = "",
) -> int:
    """A parcel for the receiver; its size."""
    made = plan(Flow(sender.index, receiver.key, tier), known)
    header = Header(sender.key, receiver.key, 1, START_MS, made.entries)
    manifest = sign_manifest(sender.node.key, Manifest(sender.key, receiver.key, 1))
    to = to or parcels.recipient(home_of(receiver))
    with contextlib.closing(reader(sender.node.path)) as connection:
        return parcels.write(connection, path, made, header, manifest, sender.node.key, to, lambda _: None)


class Taking:
    """A side that applies a parcel."""

    def __init__(self, side: Side, sender: bytes, tier: Tier = Tier.CORE) -> None:
        self.side = side
        self.machine = Unpacking(side.index, sender, tier, None if tier is Tier.CORE else Quota())

    def apply(self, path: Path, *, stores: int | None = None) -> Unpacking:
        """All of it, proven before; or until so many things were stored."""
        frames: list[Frame] = []
        line = parcels.identity(home_of(self.side))
        parcels.read(path, line, self.side.key, lambda _: None, frames.append)
        self._left = stores
        for frame in frames:
            if frame.type != MANIFEST:
                message = sync_frames.read(frame.type, frame.body)
                self._do(self.machine.receive(message, self.side.node.clock.ms))
            if self._left == 0:
                return self.machine
        self.machine.finish()
        return self.machine

    def _do(self, effects: Iterable[Effect]) -> None:
        side = self.side
        for effect in effects:
            match effect:
                case Load():
                    answer = chains.load(side.connection, effect)
                    self._do(self.machine.loaded(effect, answer, side.node.clock.ms))
                case Store():
                    self._store(effect)
                case Restored():
                    if effect.is_live:
                        side.ledger.append_sync(lambda tx: tx.fresh_epoch())
                        side.index.epoch = side.ledger.chains.epoch
                case Forked(chain=chain, found=found):
                    if side.ledger.append_sync(peers.keep_fork(chain, found)):
                        side.index.freeze(chain, found)

    def _store(self, store: Store) -> None:
        side, now_ms = self.side, self.side.node.clock.ms
        job = chains.receive(store.item, now_ms, quarantined=store.is_quarantined, may=self.machine.flow.takes)
        try:
            received = side.ledger.append_sync(job)
        except CryptoError as error:
            self.machine.settled(store, str(error))
            return
        side.tell(chains.heed_received(side.index, received))
        if received.turns:
            side.follow()
        self._left = None if self._left is None else self._left - 1
        self.machine.settled(store)
