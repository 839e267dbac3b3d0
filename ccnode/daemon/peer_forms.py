"""What do peers, links and invitations look like in JSON? As docs/API.md has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ccnode import clock
from ccnode_crypto.keys import node_id
from ccnode_protocol.invitation import invitation_id
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from ccnode.daemon.peerbook import PeerBook
    from ccnode.net.ports import LinkState
    from ccnode.store.peers import Peer
    from ccnode_protocol.invitation import Invitation

TIERS: Final[dict[str, Tier]] = {
    "core": Tier.CORE,
    "sandbox": Tier.SANDBOX_IN,
    "sandbox-in": Tier.SANDBOX_IN,
    "sandbox-out": Tier.SANDBOX_OUT,
    "external": Tier.EXTERNAL,
}
NAMES: Final[dict[Tier, str | None]] = {
    Tier.CORE: "core",
    Tier.SANDBOX_IN: "sandbox-in",
    Tier.SANDBOX_OUT: "sandbox-out",
    Tier.EXTERNAL: "external",
    Tier.UNKNOWN: None,
}


def peer_form(peer: Peer, book: PeerBook, link: LinkState | None) -> dict[str, Any]:
    """A peer, with its link where there is one."""
    return {
        "node_id": node_id(peer.node),
        "name": peer.name,
        "standing": peer.standing,
        "tier": NAMES[peer.tier],
        "in_force": NAMES[book.tier_of(peer.node)],
        "wished": NAMES[peer.wished] if peer.wished is not None else None,
        "offered": NAMES[link.offered if link is not None else book.offered(peer.node)],
        "certified": book.certified(peer.node),
        "how": peer.how,
        "addresses": list(peer.addresses),
        "added": clock.iso(peer.added_ms),
        "seen": clock.iso(peer.seen_ms) if peer.seen_ms is not None else None,
        "link": link_form(link) if link is not None else None,
        "problem": "" if link is not None else book.ended_with.get(peer.node, ""),
    }


def link_form(link: LinkState) -> dict[str, Any]:
    """A link."""
    return {
        "state": link.state,
        "address": link.address,
        "is_ours": link.is_ours,
        "since": clock.iso(link.since_ms),
        "words": list(link.words),
        "round_trip_ms": link.round_trip_ms,
        "bytes_in": link.bytes_in,
        "bytes_out": link.bytes_out,
        "frames_in": link.frames_in,
        "frames_out": link.frames_out,
        "entries_left": link.left_in,
        "entries_owed": link.left_out,
        "dropped": link.dropped,
    }


def invitation_form(one: Invitation) -> dict[str, Any]:
    """An invitation, without its code."""
    return {"id": invitation_id(one.secret).hex(), "tier": NAMES[one.tier], "expires": clock.iso(one.expires_ms)}
