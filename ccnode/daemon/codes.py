"""What does an invitation code say, and does who uses it consent to that?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode.daemon.peer_forms import NAMES
from ccnode.store.errors import Conflict
from ccnode_crypto.keys import node_id
from ccnode_protocol.errors import ProtocolError
from ccnode_protocol.invitation import Invitation, read_code, write_code
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from ccnode_protocol.invitation import Code


class NeedsConsent(Conflict):
    """What the code says takes a word of whoever uses it."""

    code = "needs_consent"


def made(said: Code) -> tuple[Invitation, str]:
    """What the inviter keeps of a code with a tier, and the code. Raises Conflict."""
    try:
        return Invitation(said.key, said.tier or Tier.UNKNOWN, said.expires_ms), write_code(said)
    except ProtocolError as error:
        raise Conflict(str(error), remedy="name an address as HOST:PORT") from error


def read(text: str, own: bytes, consent: Tier | None, now_ms: int) -> Code:
    """What a code of another node says. `consent`: as what its user wants to join, None where nobody said that.

    Raises:
        Conflict: it is none, of this node itself (`own`), expired, or for something else.
        NeedsConsent: it is for core, and nobody said so.
    """
    try:
        said = read_code(text)
    except ProtocolError as error:
        raise Conflict(str(error), remedy="copy the whole code, or ask for a new one") from error
    if said.node == own:
        raise Conflict("this code is this node's own", remedy="give it to the other node")
    if said.expires_ms <= now_ms:
        raise Conflict("the code has expired", remedy="ask for a new one")
    if said.tier is None or said.tier is consent:
        return said
    if consent is not None:
        raise Conflict(
            f"this code is for {NAMES[said.tier]}, not for {NAMES[consent]}",
            remedy=f"ask for a code for {NAMES[consent]}, or join as what this one says",
        )
    if said.tier is Tier.CORE:
        raise NeedsConsent(
            f"this code is for core: this device's owner becomes that of the node {node_id(said.node)}, and each of the"
            " two reads and writes everything that is on the other",
            remedy="if you know that node and want that: ccnode peer join CODE --tier core",
        )
    return said
