"""What did peers say of themselves last, as it was kept? Their manifests, verified again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode_protocol.errors import ProtocolError
from ccnode_protocol.manifest import read_manifest, recipient_of
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from ccnode.store.peers import Peer
    from ccnode_protocol.manifest import Manifest, Signed


class Sayings:
    """`own`: this node's key, for which each of them was made."""

    def __init__(self, own: bytes) -> None:
        self._own = own
        self._read: dict[bytes, tuple[Signed, Manifest | None]] = {}  # verifying takes a while

    def of(self, known: Peer | None) -> Manifest | None:
        """What a peer said last; None where that is nothing that holds."""
        signed = known.manifest if known is not None else None
        if known is None or signed is None:
            return None
        read = self._read.get(known.node)
        if read is None or read[0] != signed:
            try:
                read = signed, read_manifest(signed.fields(), known.node, self._own)
            except ProtocolError:
                read = signed, None
            self._read[known.node] = read
        return read[1]

    def place_of(self, peer: Peer) -> str:
        """Where a peer says that it is; where it was met, if it says nothing."""
        said = self.of(peer)
        return next(iter((*(said.addresses if said is not None else ()), *peer.addresses)), "")

    def recipient_of(self, peer: Peer | None) -> str | None:
        """To whom bundles for a peer are encrypted; None where it has not said."""
        return recipient_of(self.of(peer)) if peer is not None else None

    def offered_by(self, peer: Peer | None) -> Tier:
        """What a peer lets this node do."""
        said = self.of(peer)
        return said.tier if said is not None else Tier.UNKNOWN
