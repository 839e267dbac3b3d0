"""What becomes of a peer when somebody wishes or does something? Pure decisions about the rows of the table of peers.

Both people must add the other's node. A stranger who calls is pending: it has proven its key, and nothing else. What an
owner does about a peer names it by its whole identifier, by words that two people have compared, or by a code that one
gave to the other; an address says who answered there, so it makes a peer pending, whatever was wished. `core` holds
only while our owner's certificate for the peer is here: until then the peer is one of tier external.

Core nodes introduce each other: whom a core peer of ours has as core, and our owner certified, is core here as well, as
long as this node's owner has not decided anything about it. Whom the owner removed stays removed. What was decided is
recorded, so that a node which lost it has it back from its core peers; and where a backup was put back, nobody who was
certified before that is introduced: the owner may have decided anything about it since.

What a node of our owner wrote comes by way of others, too. What is taken of it hangs on what it is to this node, not on
what it is to whoever brings it: where this node's owner removed it or gave it another tier, nothing more is taken.

What strangers do never moves, or makes room in, what the owner did: pending peers are bounded, and none is evicted.
Who redeems a code consents to what the code says, and to no more: a link that then offers more gives that, at most.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from ccnode_protocol.tiers import Tier

Standing = Literal["pending", "known", "removed"]
# met: it called us, or answered at an address. added: the owner named it. invited: it showed a code of ours. joined: we
# showed a code of its. adopting: the owner said that this node becomes one of the peer's owner. introduced: a core peer
# of ours named it.
How = Literal["met", "added", "invited", "joined", "adopting", "introduced"]
Proof = Literal["address", "words", "identifier"]
RefusalCode = Literal["removed", "pending_full", "needs_owner", "no_tier", "not_pending", "own_key", "unproven"]

PENDING_MAX: Final = 1024
_CONSENTS: Final = frozenset({"joined", "adopting"})
_KEPT: Final = frozenset({"met", "added", "invited", "adopting"})  # what a later decision leaves as it was
# What a joiner is to its inviter says what the inviter is to the joiner.
MIRRORED: Final = {
    Tier.CORE: Tier.CORE,
    Tier.SANDBOX_IN: Tier.SANDBOX_OUT,
    Tier.SANDBOX_OUT: Tier.SANDBOX_IN,
    Tier.EXTERNAL: Tier.EXTERNAL,
    Tier.UNKNOWN: Tier.UNKNOWN,
}
_HEIGHT: Final = {Tier.UNKNOWN: 0, Tier.EXTERNAL: 1, Tier.SANDBOX_IN: 2, Tier.SANDBOX_OUT: 2, Tier.CORE: 3}


@dataclass(frozen=True, slots=True)
class Row:
    """What this node has decided about a peer.

    `tier`: what the owner gave it. `wished`: of a pending one, what the owner asked for before anybody looked; of one
    that was joined, as long as it has offered nothing, to what the owner consented at most.
    """

    standing: Standing = "pending"
    tier: Tier = Tier.UNKNOWN
    wished: Tier = Tier.UNKNOWN
    how: How = "met"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing changes; why, and what to do."""

    code: RefusalCode
    message: str
    remedy: str


def in_force(row: Row | None, *, certified: bool) -> Tier:
    """The tier that holds on links now. `certified`: an owner of ours stands behind the peer's node key."""
    if row is None or row.standing != "known":
        return Tier.UNKNOWN
    if row.tier is Tier.CORE and not certified:
        return Tier.EXTERNAL
    if row.how == "joined" and row.tier is Tier.UNKNOWN:
        return Tier.EXTERNAL  # so that it may say what it offers
    return row.tier


def is_welcome(row: Row | None) -> bool:
    """Whether a link with the peer may stay open: also a pending one's, for people to compare words."""
    return row is None or row.standing != "removed"


def is_heard(row: Row | None) -> bool:
    """Whether more is taken of what a node wrote that our owner certified, whoever brings it.

    The owner's certificate says so; what this node's owner decided, or wished for, is nearer.
    """
    tier = decided(row)
    if row is None or tier is not None:
        return tier in {None, Tier.CORE}
    return row.wished is Tier.CORE or (row.wished is Tier.UNKNOWN and row.standing == "pending")


def decided(row: Row | None) -> Tier | None:
    """The tier that this node's owner gave it, unknown where it was removed; None where nothing is decided yet."""
    if row is None or row.standing == "pending":
        return None
    if row.standing == "known" and row.how == "joined" and row.tier is Tier.UNKNOWN:
        return None  # what the other offers is still to come
    return row.tier if row.standing == "known" else Tier.UNKNOWN


def recalled(row: Row | None, tier: Tier) -> Row | None:
    """What the owner decided before comes back to a node that had lost it. What is kept; None where that is nothing.

    Only what lets the other do less: what lets it do more, the owner says again.
    """
    if tier is Tier.CORE or not is_heard(row) or (row is not None and row.how in _CONSENTS):
        return None
    if tier is Tier.UNKNOWN:
        return remove(row)
    return Row("known", tier, how=row.how if row is not None else "met")


# --- what happens on links ---


def met(row: Row | None, pending: int) -> Row | None:
    """It has proven its key. What is kept of it; None where as many are `pending` as are kept."""
    if row is not None:
        return row
    return Row() if pending < PENDING_MAX else None


def redeemed(row: Row | None, tier: Tier) -> Row | Refused:
    """It has shown an invitation of ours, made for that tier. A peer that is known is what it was, or more."""
    if row is not None and row.standing == "removed":
        return Refused("removed", "this peer was removed", "take it back first: ccnode peer add ID")
    if row is not None and row.standing == "known" and (row.tier is Tier.CORE or tier in {row.tier, Tier.EXTERNAL}):
        return row
    return Row("known", tier, how="invited")


def offered(row: Row, tier: Tier) -> Row:
    """It has said which tier we have with it. Who joined by its code takes that, once; others decided themselves.

    No more is taken than the joiner consented to: where core comes and the code did not say so, it is the sandbox.
    """
    waits = row.standing == "known" and row.how == "joined" and row.tier is Tier.UNKNOWN
    if not waits or tier is Tier.UNKNOWN:
        return row
    return replace(row, tier=_within(MIRRORED[tier], row.wished), wished=Tier.UNKNOWN)


def _within(given: Tier, consent: Tier) -> Tier:
    """What both allow. A consent that names no tier (an old code, and nobody said more) is one to anything but core."""
    if consent is Tier.UNKNOWN:
        return Tier.SANDBOX_OUT if given is Tier.CORE else given
    if consent in {given, Tier.CORE}:
        return given
    return consent if given is Tier.CORE else Tier.EXTERNAL


def enrols(row: Row | None, *, certified: bool) -> bool:
    """Whether a certificate of its owner for our node key is taken from it: only with this owner's consent, once."""
    if row is None or row.standing != "known" or certified:
        return False
    return row.how in _CONSENTS and row.tier is Tier.CORE


def introduced(row: Row | None, *, certified: bool) -> Row | None:
    """A core peer has it as core, too. What is kept of it; None where that is nothing new.

    The certificate is the owner's word, which a wish for another tier, or any decision, is as well, and nearer.
    """
    is_open = row is None or (row.standing == "pending" and row.wished in {Tier.UNKNOWN, Tier.CORE})
    return Row("known", Tier.CORE, how="introduced") if certified and is_open else None


# --- what the owner does ---


def join(row: Row | None, said: Tier) -> Row:
    """The owner redeems a code of the peer, even of a removed one, and consents to become what the code says there.

    `said`: unknown where the code does not say, nor the owner.
    """
    consent = MIRRORED[said]
    if row is not None and row.standing == "known" and row.tier is Tier.CORE:
        return replace(row, how="joined") if consent is Tier.CORE else row
    return Row("known", Tier.UNKNOWN, consent, how="joined")


def add(row: Row | None, tier: Tier, proof: Proof, pending: int, *, certified: bool) -> Row | Refused:
    """The owner adds a peer by its whole identifier, or by the address at which it was met."""
    if proof != "address":
        return accept(row, tier, proof, certified=certified)
    if row is None and pending >= PENDING_MAX:
        return Refused("pending_full", f"{PENDING_MAX} peers are pending", "reject some: ccnode peer reject")
    if row is not None and row.standing == "known":
        return row  # an address alone changes nothing about a peer
    if row is not None and row.standing == "removed":
        return Refused("removed", "this peer was removed", "name it by its identifier: ccnode peer add ID")
    return Row("pending", wished=tier)


def accept(row: Row | None, tier: Tier, proof: Proof, *, certified: bool, adopting: bool = False) -> Row | Refused:
    """The owner gives a peer a tier. `adopting`: and this node becomes one of the peer's owner, which takes core."""
    if tier is Tier.UNKNOWN:
        return Refused("no_tier", "a tier is expected", "name one: core, sandbox, sandbox-out or external")
    if proof == "address":
        return Refused("unproven", "nobody has compared its words", "compare them, or give the whole identifier")
    if adopting:
        return Row("known", Tier.CORE, how="adopting")
    if tier is Tier.CORE and not certified:
        return Refused(
            "needs_owner",
            "core takes the owner's certificate",
            "give the owner's passphrase here, or join it there: ccnode peer pair ID --adopt",
        )
    how: How = row.how if row is not None and row.standing == "known" and row.how in _KEPT else "added"
    return Row("known", tier, how=how)


def raises(now: Tier, wanted: Tier) -> bool:
    """Whether another tier lets a peer do something that it may not do now."""
    return wanted is not now and _HEIGHT[wanted] >= _HEIGHT[now]


def trust(row: Row | None, tier: Tier, proof: Proof = "identifier", *, certified: bool) -> Row | Refused:
    """The owner gives a peer that is known another tier; one that lets it do more takes its whole identifier."""
    if row is None or row.standing != "known":
        return Refused("not_pending", "this peer was not added", "add it first: ccnode peer add ID")
    if proof == "address" and raises(row.tier, tier):
        return Refused("unproven", "its name is of its own choice", "compare its identifier, and give all of it")
    return accept(replace(row, how="added"), tier, "identifier", certified=certified)


def remove(row: Row | None) -> Row:
    """The owner removes or rejects a peer: it stays so, whatever it, or anybody else, does."""
    return replace(row or Row(), standing="removed", tier=Tier.UNKNOWN, wished=Tier.UNKNOWN)
