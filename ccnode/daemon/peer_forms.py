"""What do peers, links and invitations look like in JSON? As docs/API.md has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ccnode import clock
from ccnode_crypto.keys import node_id, owner_id
from ccnode_protocol.invitation import invitation_id
from ccnode_protocol.query_frames import What
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.daemon.peerbook import PeerBook
    from ccnode.net.ports import LinkState
    from ccnode.store.peers import Peer
    from ccnode_protocol.invitation import Invitation
    from ccnode_protocol.query import Answered

TIERS: Final[dict[str, Tier]] = {
    "core": Tier.CORE,
    "sandbox": Tier.SANDBOX_IN,
    "sandbox-in": Tier.SANDBOX_IN,
    "sandbox-out": Tier.SANDBOX_OUT,
    "external": Tier.EXTERNAL,
}
QUESTIONS: Final[dict[str, What]] = {
    "manifest": What.MANIFEST,
    "heads": What.PUBLIC_HEADS,
    "consensus": What.CONSENSUS,
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
        "offered": NAMES[link.offered if link is not None else book.sayings.offered_by(peer)],
        "certified": book.certified(peer.node),
        "how": peer.how,
        "addresses": list(peer.addresses),
        "added": clock.iso(peer.added_ms),
        "seen": clock.iso(peer.seen_ms) if peer.seen_ms is not None else None,
        "link": link_form(link) if link is not None else None,
        "problem": "" if link is not None else book.ended_with.get(peer.node, ""),
    }


def answer_form(what: str, found: Sequence[Answered]) -> dict[str, Any]:
    """What a peer answered to one question, in one or more parts."""
    last = found[-1]
    form: dict[str, Any] = {"what": what}
    if what == "manifest" and (said := last.manifest) is not None:
        form["manifest"] = {
            "node_id": node_id(said.node),
            "name": said.name,
            "capabilities": list(said.capabilities),
            "versions": list(said.versions),
            "addresses": list(said.addresses),
            "tier": NAMES[said.tier],
            "owner_id": owner_id(said.certificate.owner) if said.certificate is not None else None,
        }
    if what == "heads":
        form["heads"] = [
            {
                "node_id": node_id(head.chain.node),
                "epoch": head.chain.epoch.hex(),
                "length": head.seq + 1,
                "head": head.digest.hex(),
                "signature": head.signature.hex(),
            }
            for one in found
            for head in one.answer.heads or ()
        ]
        form["more"] = last.answer.more
    if what == "consensus":  # bytes are a later version's, of a form that this one does not know
        form["consensus"] = last.answer.consensus.hex() if last.answer.consensus is not None else None
    return form


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
