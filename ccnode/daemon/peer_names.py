"""Which peer does somebody mean? Its whole identifier, a beginning of that, or what it calls itself.

A name is of its bearer's choice, and a short beginning can be made to fit: what they find is shown with its identifier,
and lets nobody do more than before (`is_whole`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.store.errors import Conflict, NotFound
from ccnode_crypto import keys
from ccnode_crypto.errors import KeyFormatError
from ccnode_crypto.keys import node_id
from ccnode_protocol.manifest import cleaned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccnode.store.peers import Peer

BEGINNING_CHARS_MIN: Final = 4
LISTED_MAX: Final = 8
SHOWN_CHARS: Final = 64


def whole(text: str) -> bytes | None:
    """The node key that a whole identifier names, None where the text is none."""
    try:
        return keys.from_text("node", text)
    except KeyFormatError:
        return None


def is_whole(text: str) -> bool:
    """Whether it is a whole identifier, which nobody else can have."""
    return whole(text) is not None


def named(peers: Mapping[bytes, Peer], own: bytes, wanted: str) -> bytes:
    """The node key of the one that is meant; of a whole identifier also where it is no peer.

    Raises:
        NotFound: none is called so. Conflict: several are, which are told, or it is this node itself.
    """
    node = whole(_compact(wanted))
    if node == own:
        raise Conflict("that is this node itself", remedy="give the other node's identifier")
    if node is not None:
        return node
    found = _matching(peers, wanted)
    if not found:
        raise NotFound(f"there is no peer {wanted[:SHOWN_CHARS]!r}", remedy="see: ccnode peer list --all")
    if len(found) > 1:
        told = ", ".join(_told(peer) for peer in found[:LISTED_MAX])
        more = f" and {len(found) - LISTED_MAX} more" if len(found) > LISTED_MAX else ""
        what = f"{wanted[:SHOWN_CHARS]!r} could mean {len(found)} peers: {told}{more}"
        raise Conflict(what, remedy="give more of the identifier, or all of it")
    return found[0].node


def _matching(peers: Mapping[bytes, Peer], wanted: str) -> list[Peer]:
    """Those whose identifier begins so, and those that call themselves so: of these the removed ones count last."""
    beginning, name = _compact(wanted), cleaned(wanted).casefold()
    is_long = len(beginning) >= BEGINNING_CHARS_MIN
    found = [peer for peer in peers.values() if is_long and node_id(peer.node).startswith(beginning)]
    called = [peer for peer in peers.values() if name and peer.name.casefold() == name and peer not in found]
    return found + ([peer for peer in called if peer.standing != "removed"] or ([] if found else called))


def _told(peer: Peer) -> str:
    return f"{node_id(peer.node)} ({peer.name or 'no name'}, {peer.standing})"


def _compact(text: str) -> str:
    return "".join(text.split()).replace("-", "").lower()
