"""Who may have what from us, and whose word do we take? One table: tier x kind of message x direction.

Trust is this node's own decision about one peer; no peer's word changes it. Whatever the table does not allow is
neither sent nor applied, even where it is authentic. The tables in the room's README are written from these.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Final, NamedTuple

from ccnode_protocol import gossip_frames, link_frames, query_frames, sync_values


class Tier(IntEnum):
    """What a peer is to us; the number is what stands in manifests and invitations."""

    UNKNOWN = 0
    EXTERNAL = 1
    SANDBOX_IN = 2  # we follow them, into quarantine
    SANDBOX_OUT = 3  # they follow us
    CORE = 4  # certified by our owner's key


class Kind(Enum):
    """What a message is about."""

    LINK = "handshake, heartbeats, goodbye"
    MANIFEST = "manifest"
    ENROLMENT = "certificates for the other"
    STANDING = "what is known of the other's chains"
    CORE_CHAINS = "chains for core"
    SHARED_CHAINS = "shared chains"
    PUBLIC_CHAINS = "public chains"
    PUBLIC_HEADS = "heads of public chains"
    ORDERS = "orders to forget"
    RECEIPTS = "receipts of erasure"
    FORKS = "fork proofs"
    REPORTS = "character reports"
    CONSENSUS = "published consensus"
    RAFT = "decisions of the group"


class Rule(Enum):
    """What may be done with a message of a kind."""

    NO = "-"
    ASKED = "asked"  # as an answer to a question, so many a minute
    QUARANTINE = "quarantine"  # taken, kept apart, and nothing until the owner promotes it
    YES = "yes"


class Cell(NamedTuple):
    """What is given to a peer of a tier, and what is taken from it."""

    give: Rule
    take: Rule


_NEITHER: Final = Cell(Rule.NO, Rule.NO)
_BOTH: Final = Cell(Rule.YES, Rule.YES)
_ASK: Final = Cell(Rule.ASKED, Rule.ASKED)
_GIVE: Final = Cell(Rule.YES, Rule.NO)
_TAKE: Final = Cell(Rule.NO, Rule.YES)
_GUEST: Final = Cell(Rule.ASKED, Rule.QUARANTINE)
_KEPT_APART: Final = Cell(Rule.NO, Rule.QUARANTINE)
_TOLD: Final = Cell(Rule.ASKED, Rule.NO)

_GRANT: Final = Cell(Rule.YES, Rule.ASKED)

COLUMNS: Final = (Tier.CORE, Tier.SANDBOX_IN, Tier.SANDBOX_OUT, Tier.EXTERNAL, Tier.UNKNOWN)
TABLE: Final[dict[Kind, dict[Tier, Cell]]] = {
    kind: dict(zip(COLUMNS, cells, strict=True))
    for kind, cells in (
        # kind                core     sandbox-in    sandbox-out  external   unknown
        (Kind.LINK, (_BOTH, _BOTH, _BOTH, _BOTH, _BOTH)),
        (Kind.MANIFEST, (_BOTH, _BOTH, _BOTH, _BOTH, _NEITHER)),
        (Kind.ENROLMENT, (_GRANT, _GRANT, _GRANT, _GRANT, _NEITHER)),
        (Kind.STANDING, (_BOTH, _BOTH, _BOTH, _NEITHER, _NEITHER)),
        (Kind.CORE_CHAINS, (_BOTH, _NEITHER, _NEITHER, _NEITHER, _NEITHER)),
        (Kind.SHARED_CHAINS, (_BOTH, _KEPT_APART, _GIVE, _NEITHER, _NEITHER)),
        (Kind.PUBLIC_CHAINS, (_BOTH, _KEPT_APART, _GIVE, _NEITHER, _NEITHER)),
        (Kind.PUBLIC_HEADS, (_BOTH, _GUEST, _GIVE, _ASK, _NEITHER)),
        (Kind.ORDERS, (_BOTH, _TAKE, _GIVE, _NEITHER, _NEITHER)),
        (Kind.RECEIPTS, (_BOTH, _NEITHER, _NEITHER, _NEITHER, _NEITHER)),
        (Kind.FORKS, (_BOTH, _TAKE, _GIVE, _NEITHER, _NEITHER)),
        (Kind.REPORTS, (_BOTH, _KEPT_APART, _GIVE, _NEITHER, _NEITHER)),
        (Kind.CONSENSUS, (_BOTH, _GUEST, _TOLD, _ASK, _NEITHER)),
        (Kind.RAFT, (_BOTH, _NEITHER, _NEITHER, _NEITHER, _NEITHER)),
    )
}

AUDIENCE_KINDS: Final = (Kind.CORE_CHAINS, Kind.SHARED_CHAINS, Kind.PUBLIC_CHAINS)  # by the audience's number


def given(tier: Tier, kind: Kind) -> Rule:
    """Whether a peer of this tier is given messages of this kind."""
    return TABLE[kind][tier].give


def taken(tier: Tier, kind: Kind) -> Rule:
    """Whether messages of this kind are taken from a peer of this tier."""
    return TABLE[kind][tier].take


def audiences_given(tier: Tier) -> frozenset[int]:
    """The audiences whose chains a peer of this tier may follow: 0 core, 1 shared, 2 public."""
    return frozenset(at for at, kind in enumerate(AUDIENCE_KINDS) if given(tier, kind) is Rule.YES)


def audiences_taken(tier: Tier) -> dict[int, Rule]:
    """The audiences whose chains are taken from a peer of this tier, each YES or QUARANTINE."""
    rules = {at: taken(tier, kind) for at, kind in enumerate(AUDIENCE_KINDS)}
    return {at: rule for at, rule in rules.items() if rule in {Rule.YES, Rule.QUARANTINE}}


class Carried(NamedTuple):
    """What a type of frame is about. `asks`: it asks for such messages instead of carrying them."""

    kinds: frozenset[Kind]
    asks: bool = False


def _about(*kinds: Kind, asks: bool = False) -> Carried:
    return Carried(frozenset(kinds), asks)


CARRIED: Final[dict[int, Carried]] = {
    link_frames.CLIENT_HELLO: _about(Kind.LINK),
    link_frames.SERVER_HELLO: _about(Kind.LINK),
    link_frames.CLIENT_PROOF: _about(Kind.LINK),
    link_frames.SERVER_PROOF: _about(Kind.LINK),
    link_frames.MANIFEST: _about(Kind.MANIFEST),
    link_frames.PING: _about(Kind.LINK),
    link_frames.PONG: _about(Kind.LINK),
    link_frames.GOODBYE: _about(Kind.LINK),
    link_frames.ENROL: _about(Kind.ENROLMENT),
    link_frames.PACKED: _about(*AUDIENCE_KINDS, Kind.ORDERS, Kind.RECEIPTS),  # what is inside is judged by its own type
    sync_values.KNOWN: _about(Kind.STANDING),
    sync_values.HEADS: _about(*AUDIENCE_KINDS),
    sync_values.LIST: _about(Kind.STANDING),
    sync_values.LISTED: _about(Kind.STANDING),
    sync_values.WANT: _about(*AUDIENCE_KINDS, asks=True),
    sync_values.RUN: _about(*AUDIENCE_KINDS, Kind.ORDERS, Kind.RECEIPTS),
    sync_values.END: _about(Kind.STANDING),
    sync_values.WANT_CONTENTS: _about(*AUDIENCE_KINDS, asks=True),
    sync_values.CONTENTS: _about(*AUDIENCE_KINDS),
    sync_values.CREDIT: _about(*AUDIENCE_KINDS, asks=True),
    sync_values.WANT_DIGESTS: _about(Kind.STANDING),
    sync_values.DIGESTS: _about(Kind.STANDING),
    sync_values.WANT_PATH: _about(Kind.STANDING),
    sync_values.PATH: _about(Kind.STANDING),
    sync_values.WANT_FORK: _about(Kind.FORKS, asks=True),
    sync_values.FORK: _about(Kind.FORKS),
    query_frames.ASK: _about(Kind.MANIFEST, Kind.PUBLIC_HEADS, Kind.CONSENSUS, asks=True),
    query_frames.ANSWER: _about(Kind.MANIFEST, Kind.PUBLIC_HEADS, Kind.CONSENSUS),
    gossip_frames.TELL: _about(Kind.REPORTS, Kind.FORKS),
    gossip_frames.HOLD: _about(Kind.REPORTS, asks=True),
}


def may_receive(tier: Tier, frame_type: int) -> bool:
    """Whether a frame of a known type from a peer of this tier is looked at. What it holds is judged kind by kind."""
    kinds, asks = CARRIED[frame_type]
    return any((given if asks else taken)(tier, kind) is not Rule.NO for kind in kinds)


def may_send(tier: Tier, frame_type: int) -> bool:
    """Whether a frame of a known type may go to a peer of this tier."""
    kinds, asks = CARRIED[frame_type]
    return any((taken if asks else given)(tier, kind) is not Rule.NO for kind in kinds)
