"""What does the API need of the node to speak of other nodes? A protocol that the daemon implements, and its values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from ccnode.api.events import Download
    from ccnode_crypto.certificate import Certificate, Revocation

Question = Literal["manifest", "heads", "consensus"]
TierName = Literal["core", "sandbox", "sandbox-in", "sandbox-out", "external"]


@dataclass(frozen=True, slots=True)
class OwnersWord:
    """How the owner stands behind a node key: a certificate made elsewhere, or the key on the node's machine.

    `passphrase`: of that key, where it is encrypted.
    """

    passphrase: str | None = field(default=None, repr=False)
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the owner wishes a peer to be, and how it is known that it is that one.

    `words`: those of its link, as two people compared them. `is_named`: its whole identifier was given and confirmed,
    which takes the place of comparing. `adopt`: this node is to become one of the peer's owner.
    """

    tier: TierName
    words: tuple[str, ...] = ()
    is_named: bool = False
    adopt: bool = False
    word: OwnersWord = field(default_factory=OwnersWord)


class Bundles(Protocol):
    """What is carried between nodes. Every method raises StoreError; forms are as docs/API.md has them."""

    def get(self, bundle_id: str) -> dict[str, Any]:
        """How far one is. Raises NotFound."""

    async def take_in(self, pieces: AsyncIterator[bytes], size: int | None) -> dict[str, Any]:
        """Keep one that came from another node, to be applied."""

    async def apply(self, bundle_id: str, identity: str | None, *, dry_run: bool) -> dict[str, Any]:
        """Apply one that was taken in. `identity`: what opens it, where that is not this node's own key."""

    async def file(self, bundle_id: str) -> Download:
        """The file of one that was made."""

    async def forget(self, bundle_id: str) -> None:
        """Stop it, and remove its file."""


class Peers(Protocol):
    """Other nodes. A peer is named by its identifier, a unique beginning of it, or what it calls itself.

    What lets it do more than before takes the whole identifier. Forms are as docs/API.md has them.

    Every method raises StoreError: NotFound and Conflict where a peer is none or could be several, and where what is
    wished is not to be had.
    """

    async def listed(self) -> list[dict[str, Any]]:
        """All peers: known, pending, removed."""

    async def one(self, peer: str) -> dict[str, Any]:
        """One of them."""

    async def add(self, peer: str, wish: Wish, addresses: Sequence[str]) -> dict[str, Any]:
        """Add the node with this whole identifier, or whoever answers at this address, which leaves it pending."""

    async def accept(self, peer: str, wish: Wish) -> dict[str, Any]:
        """Give a peer that is pending a tier."""

    async def retier(self, peer: str, tier: TierName, word: OwnersWord) -> dict[str, Any]:
        """Give a peer that is known another tier; it holds on open links at once."""

    async def remove(self, peer: str, revocation: Revocation | None = None) -> dict[str, Any]:
        """End its links, and take none from it again, until it is added anew. Also rejects one that is pending.

        `revocation`: the owner's, of its key, which every node of ours then hears of.
        """

    async def ask(self, peer: str, what: Question) -> dict[str, Any]:
        """What it answers to a question; it is called if there is no link."""

    async def ping(self, peer: str) -> dict[str, Any]:
        """Call it if there is no link, and wait for a sign of life."""

    @property
    def bundles(self) -> Bundles:
        """What is carried on a stick."""

    async def make_bundle(
        self, peer: str, since_ms: int | None, *, full: bool, recipient: str | None
    ) -> dict[str, Any]:
        """Make one for a peer: what it has not by its last word, or all, or all since a time."""

    async def invitations(self) -> list[dict[str, Any]]:
        """Those that are open."""

    async def invite(self, tier: TierName, lasts_s: int, address: str | None, word: OwnersWord) -> dict[str, Any]:
        """Open one: its `code` is told this once."""

    async def withdraw(self, invitation: str) -> None:
        """Close one, by its id or a unique beginning of that."""

    async def join(self, code: str, tier: TierName | None = None) -> dict[str, Any]:
        """Redeem somebody's code; the peer, once the link has said what it is.

        `tier`: what this node consents to become there. Without it a code for core is refused (`needs_consent`), and of
        one that does not say what it is for no more than sandbox is taken.
        """

    def federation(self) -> dict[str, Any]:
        """How things stand: addresses, links, what is discovered, what is wrong."""

    async def start(self) -> None:
        """Listen and call; does nothing where that is being done."""

    async def stop(self) -> None:
        """End all links and listen no more, until `start` or the next start of the daemon."""

    def discovered(self) -> list[dict[str, Any]]:
        """Who announces itself on the local network; hints, not trust."""

    async def sweep(self, subnet: str) -> dict[str, Any]:
        """Look for nodes at every address of a subnet; how far that is."""

    async def stop_sweep(self) -> None:
        """End that."""
