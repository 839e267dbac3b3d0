"""What do links need of the rest of the node? Who peers are, and what chains there are; daemon/ implements it.

All methods are called on the loop that serves the links. Those that are not `async` answer at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ccnode_protocol.handshake import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccnode_crypto.certificate import Certificate
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.effects import Reason
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.handshake import Established
    from ccnode_protocol.manifest import Manifest, Signed
    from ccnode_protocol.quota import Quota
    from ccnode_protocol.sync_effects import Forked, Load, Restored, Store
    from ccnode_protocol.sync_index import Index
    from ccnode_protocol.sync_values import Message
    from ccnode_protocol.tiers import Tier


@dataclass(frozen=True, slots=True)
class Meeting:
    """A handshake is done. `address`: the other end, as in "192.0.2.1:8101" (of a call, what was called).

    `secret`: of the invitation that this node redeems by this call; `established.join` is what a caller shows of one.
    """

    established: Established
    address: str
    secret: bytes | None = None

    @property
    def is_ours(self) -> bool:
        """Whether this node called."""
        return self.established.role is Role.CLIENT


@dataclass(frozen=True, slots=True)
class LinkState:
    """One open link, as it is now.

    `state`: "greeting" until the peer has said what it is, then "open", or "syncing" while one of the two fetches
    chains from the other. `tier`: the peer's with us; `offered`: ours with it, as it says. `words`: to be compared by
    two people. `left_in`, `left_out`: entries that we, and the peer, still lack as far as is known. `dropped`: frames
    that the tier did not allow. `since_ms`: milliseconds since 1970. Bytes are those of frames, before compression and
    TLS.
    """

    peer: bytes
    address: str
    is_ours: bool
    state: str
    tier: Tier
    offered: Tier
    words: tuple[str, ...]
    since_ms: int
    round_trip_ms: int | None
    bytes_in: int
    bytes_out: int
    frames_in: int
    frames_out: int
    left_in: int
    left_out: int
    dropped: int


@dataclass(frozen=True, slots=True)
class CallState:
    """How the calls to a kept peer go, while there is no link. `next_ms`: milliseconds since 1970 of the next one.

    `attempts`: calls in a row that failed. `address`, `error`, `reason`: of the last that failed.
    """

    peer: bytes
    attempts: int
    next_ms: int
    address: str = ""
    error: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A link is gone. `reason`: None where the connection just broke; `by_peer`: whether the peer said so.

    `heads`: how far the peer's copies go of what it may follow here, by what it said on this link.
    """

    peer: bytes
    address: str
    is_ours: bool
    reason: Reason | None
    text: str
    by_peer: bool
    heads: Mapping[ChainId, int] = field(default_factory=dict)


class Peers(Protocol):
    """Who peers are to this node."""

    def tier_of(self, node: bytes) -> Tier:
        """The tier in force now."""

    def manifest_for(self, node: bytes) -> Signed:
        """What we say to that peer of ourselves, signed for it; with a greater sequence than any before."""

    async def met(self, meeting: Meeting) -> Tier:
        """Somebody proved its key: keep it as pending where it is new, spend an invitation; return its tier in force.

        Whatever is granted is stored before this returns; `tier_of` says the same then. UNKNOWN keeps the link open
        for ten minutes, so that people can compare words. Raises RefusedError to end it.
        """

    async def manifested(self, manifest: Manifest, signed: Signed) -> None:
        """The peer `manifest.node` says something new of itself; keep it where it is news (manifest.is_news)."""

    async def enrolled(self, node: bytes, certificate: Certificate) -> None:
        """The peer gave a certificate for this node's own key, verified; only where `Federation.consent` was given."""

    def ended(self, end: Ended) -> None:
        """A link is gone; calls to a kept peer go on by themselves."""


class Chains(Protocol):
    """What this node holds. Where the disk fails, what is asynchronous raises UnableError, which ends the link."""

    @property
    def index(self) -> Index:
        """The one index of all links, kept current with each commit."""

    def quota(self, peer: bytes) -> Quota | None:
        """How much is taken from that peer, kept between links; None for a core peer."""

    async def load(self, load: Load) -> tuple[Message, ...]:
        """What answers the question (ccnode_protocol.sync_effects.Load)."""

    async def store(self, peer: bytes, store: Store, may: Callable[[], bool]) -> str:
        """Verify and store in one transaction; return "" or, where it is forged, why (it ends the link).

        `may` is asked in the transaction, on whichever thread; where it says no, nothing is stored and "" returned. By
        the time this returns the index is current and `Federation.grew` has been told of what grew. Of one link several
        such calls can be under way, made in the order in which things came: that is the order to store them in.
        """

    async def restored(self, peer: bytes, restored: Restored) -> None:
        """The peer has proven that our data directory is an old copy; where it is live, another epoch is open after."""

    async def forked(self, peer: bytes, forked: Forked) -> None:
        """Keep the proof, `Index.freeze`, then `Federation.forked`."""


class News(Protocol):
    """What this node tells and hears of others' characters, and of forks."""

    def met(self, peer: bytes, tier: Tier) -> None:
        """There is a link with this peer on which both may speak; also when its tier is another than before."""

    def parted(self, peer: bytes) -> None:
        """There is none any more."""

    def heard(self, peer: bytes, frame: Frame) -> None:
        """A frame of gossip, which the peer's tier allows, has come from it."""
