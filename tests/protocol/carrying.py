"""What do the tests of parcels build on? Two parties that hand each other bytes, and no link."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from ccnode_crypto.errors import CryptoError
from ccnode_protocol import sync_frames
from ccnode_protocol.carrying import Plan, plan, steps
from ccnode_protocol.link_frames import MANIFEST
from ccnode_protocol.manifest import Manifest, sign_manifest
from ccnode_protocol.parcel import Header, Reader, Writer
from ccnode_protocol.sync_effects import Forked, Load, Restored, Store
from ccnode_protocol.sync_index import Flow
from ccnode_protocol.sync_values import SentRun
from ccnode_protocol.tiers import Tier
from ccnode_protocol.unpacking import Unpacking

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.quota import Quota
    from ccnode_protocol.sync_values import Message
    from ccnode_protocol.unpacking import Effect
    from tests.protocol.syncing import Party

NOW_MS = 1_700_000_000_000


def core(*parties: Party) -> None:
    """Let one owner stand behind them all."""
    for party in parties:
        party.index.certified |= {other.node for other in parties}


def planned(sender: Party, receiver: bytes, known: Mapping[ChainId, int] | None, tier: Tier = Tier.CORE) -> Plan:
    return plan(Flow(sender.index, receiver, tier), known)


def messages(sender: Party, made: Plan) -> list[Message]:
    """What a plan comes to."""
    walk, found = steps(made), []
    try:
        step = next(walk)
        while True:
            if isinstance(step, Load):
                step = walk.send(sender.shelf.load(step))
            else:
                found.append(step)
                step = walk.send(())
    except StopIteration:
        return found


def packed(sender: Party, receiver: bytes, said: Iterable[Message], *, number: int = 1, entries: int = 0) -> bytes:
    """A parcel of these messages."""
    writer = Writer()
    data = writer.begin(Header(sender.node, receiver, number, NOW_MS, entries))
    data += writer.add(MANIFEST, sign_manifest(sender.key, Manifest(sender.node, receiver, 1)).fields())
    for message in said:
        data += writer.add(message.kind, message.body())
    return data + writer.end(sender.key)


def parcel(sender: Party, receiver: Party, known: Mapping[ChainId, int] | None = None, tier: Tier = Tier.CORE) -> bytes:
    """What the sender carries to the receiver."""
    made = planned(sender, receiver.node, known, tier)
    return packed(sender, receiver.node, messages(sender, made), entries=made.entries)


def read(data: bytes, receiver: bytes, *, piece: int = 8192) -> list[Frame]:
    """The frames of a parcel, proven."""
    reader, found = Reader(receiver), []
    for at in range(0, len(data), piece):
        found += reader.feed(data[at : at + piece])
    reader.finish()
    return found


class Opening:
    """A receiver that applies one parcel, as its daemon does."""

    def __init__(self, receiver: Party, sender: bytes, tier: Tier = Tier.CORE, quota: Quota | None = None) -> None:
        self.party = receiver
        self.machine = Unpacking(receiver.index, sender, tier, quota)
        self.effects: list[Effect] = []

    def apply(self, data: bytes, *, upto: int | None = None) -> Unpacking:
        """All of it, or so many frames. Raises RemoteError."""
        for frame in read(data, self.party.index.own)[:upto]:
            if frame.type != MANIFEST:
                self.take(sync_frames.read(frame.type, frame.body))
        if upto is None:
            self.machine.finish()
        return self.machine

    def take(self, message: Message) -> None:
        self._do(self.machine.receive(message, 0))

    def _do(self, effects: list[Effect]) -> None:
        party = self.party
        for effect in effects:
            self.effects.append(effect)
            match effect:
                case Load():
                    self._do(self.machine.loaded(effect, party.shelf.load(effect), 0))
                case Store(item=SentRun() as run):
                    try:
                        party.shelf.receive(run)
                    except CryptoError as error:
                        self.machine.settled(effect, str(error))
                    party.shelf.tell(party.index, run.chain)
                    self.machine.settled(effect)
                case Store(item=item):
                    party.shelf.receive_contents(item)  # type: ignore[arg-type]  # contents, as it is no run
                    party.shelf.tell_missing(party.index)
                    self.machine.settled(effect)
                case Restored(is_live=True):
                    party.index.epoch = sha256(party.index.epoch).digest()[:16]
                case Forked(chain=chain, found=found):
                    party.index.freeze(chain, found)
                    party.shelf.frozen[chain] = found
