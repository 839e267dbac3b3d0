"""What does the owner do about other nodes? The API's `Peers`: names are looked up, wishes decided, results told."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

from ccnode import clock
from ccnode.core import pairing
from ccnode.daemon import codes, peer_names
from ccnode.daemon.parcel_forms import carried_form
from ccnode.daemon.peer_forms import QUESTIONS, TIERS, answer_form, invitation_form, link_form, peer_form
from ccnode.net.addresses import parsed, shown
from ccnode.net.errors import CallError, NetError
from ccnode.store.errors import Conflict, NotFound, StoreBusy, StoreError
from ccnode_crypto.keys import node_id
from ccnode_protocol import limits
from ccnode_protocol.effects import Reason
from ccnode_protocol.invitation import Code
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccnode.api.peer_ports import Bundles, OwnersWord, Question, TierName, Wish
    from ccnode.core.pairing import Proof, Row
    from ccnode.daemon.federation import Federating
    from ccnode.net.federation import Federation
    from ccnode.net.ports import LinkState
    from ccnode.store.peers import Peer
    from ccnode_crypto.certificate import Revocation
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.query import Answered

PAGES_MAX: Final = 8  # of one answer
SETTLE_S: Final = 20.0  # for a link to say what it is
LOOK_S: Final = 0.05
OFF: Final = "this node meets no others now"


class NotThere(Conflict):
    """The other node does not answer, or not as it should."""

    code = "no_link"


class Peering:
    """See api/peer_ports.py."""

    def __init__(self, federating: Federating) -> None:
        self._all = federating
        self._book = federating.book

    @property
    def bundles(self) -> Bundles:
        """What is carried on a stick."""
        return self._all.parcels

    async def make_bundle(
        self, peer: str, since_ms: int | None, *, full: bool, recipient: str | None
    ) -> dict[str, Any]:
        """Make one for a peer."""
        return await self._all.parcels.create(self._named(peer), since_ms, full=full, recipient=recipient)

    # --- naming ---

    def _named(self, wanted: str) -> bytes:
        """The node key that is meant. Raises NotFound, Conflict."""
        return peer_names.named(self._book.rows, self._book.own, wanted)

    def _peer(self, wanted: str) -> Peer:
        node = self._named(wanted)
        if node not in self._book.rows:
            raise NotFound("there is no such peer", remedy="add it: ccnode peer add")
        return self._book.rows[node]

    def _links(self) -> dict[bytes, LinkState]:
        net = self._all.net
        return {link.peer: link for link in net.links()} if net is not None else {}

    def _net(self) -> Federation:
        if self._all.net is None:
            why = self._all.problems.get("federation", "")
            raise StoreBusy(why or OFF, remedy="start it: ccnode federation start")
        return self._all.net

    # --- telling ---

    async def listed(self) -> list[dict[str, Any]]:
        """All peers."""
        links = self._links()
        return [self._form(peer, links) for peer in self._book.rows.values()]

    async def one(self, peer: str) -> dict[str, Any]:
        """One of them."""
        return self._form(self._peer(peer), self._links())

    def _form(self, peer: Peer, links: dict[bytes, LinkState]) -> dict[str, Any]:
        form = peer_form(peer, self._book, links.get(peer.node))
        copies = self._all.copies
        return {**form, "carried": carried_form(copies.carried.get(peer.node), copies.owed(peer.node))}

    def _told(self, node: bytes) -> dict[str, Any]:
        return self._form(self._book.rows[node], self._links())

    # --- adding ---

    async def add(self, peer: str, wish: Wish, addresses: Sequence[str]) -> dict[str, Any]:
        """By a whole identifier, or by an address."""
        tier = TIERS[wish.tier]
        node = peer_names.whole(peer)
        if node is None:
            return await self._add_by_address(peer, tier)
        if node == self._book.own:
            raise Conflict("that is this node itself", remedy="give the other node's identifier")
        where = [_address(one) for one in addresses] or list(self._all.heard_at(node))
        if wish.is_named:
            await self._accepted(node, wish, "identifier", where)
            return await self._called(node)
        known = self._book.rows.get(node)
        if known is None or known.standing != "known":
            # Nobody has said yet that this identifier is the right one: it waits, as what calls from an address does.
            def decide(row: Row | None) -> Row | pairing.Refused:
                old = row if row is not None and row.standing != "removed" else None
                return pairing.add(old, tier, "address", self._book.pending, certified=False)

            await self._book.decide(node, decide, where)
        return await self._called(node, where)

    async def _add_by_address(self, text: str, tier: Tier) -> dict[str, Any]:
        address = _address(text)
        node = await self._dial(address)
        await self._book.decide(
            node, lambda row: pairing.add(row, tier, "address", self._book.pending, certified=False), [address]
        )
        return self._told(node)

    async def accept(self, peer: str, wish: Wish) -> dict[str, Any]:
        """One that is pending."""
        known = self._peer(peer)
        link = self._links().get(known.node)
        proof: Proof = "address"
        if wish.words:
            if link is None or tuple(link.words) != wish.words:
                raise Conflict(
                    "these are not the words of the link with it now",
                    remedy="look at both nodes again (ccnode peer pending), and compare anew",
                )
            proof = "words"
        elif wish.is_named and peer_names.is_whole(peer):
            proof = "identifier"
        await self._accepted(known.node, wish, proof)
        return await self._called(known.node)

    async def _accepted(self, node: bytes, wish: Wish, proof: Proof, addresses: Sequence[str] = ()) -> None:
        tier = TIERS[wish.tier]
        if tier is Tier.CORE and not wish.adopt and proof != "address":
            await self._book.certify(node, wish.word.certificate, wish.word.passphrase)

        def decide(row: Row | None) -> Row | pairing.Refused:
            certified = self._book.certified(node)
            return pairing.accept(row, tier, proof, certified=certified, adopting=wish.adopt)

        await self._book.decide(node, decide, addresses)

    async def retier(self, peer: str, tier: TierName, word: OwnersWord) -> dict[str, Any]:
        """One that is known."""
        known, wanted = self._peer(peer), TIERS[tier]
        proof: Proof = "identifier" if peer_names.is_whole(peer) else "address"
        if wanted is Tier.CORE and known.standing == "known" and proof == "identifier":
            await self._book.certify(known.node, word.certificate, word.passphrase)

        def decide(row: Row | None) -> Row | pairing.Refused:
            return pairing.trust(row, wanted, proof, certified=self._book.certified(known.node))

        await self._book.decide(known.node, decide)
        return self._told(known.node)

    async def remove(self, peer: str, revocation: Revocation | None = None) -> dict[str, Any]:
        """One that is known, or pending."""
        known = self._peer(peer)
        if revocation is not None and revocation.node != known.node:
            raise Conflict("the revocation is of another node's key", remedy="make it anew")
        await self._book.remove(known.node, revocation)
        return self._told(known.node)

    # --- calling ---

    async def _dial(self, address: str, expected: bytes | None = None, secret: bytes | None = None) -> bytes:
        """Who answers there. Raises NotThere."""
        net = self._net()
        try:
            return (await net.dial(address, expected=expected, secret=secret)).peer
        except CallError as error:
            if error.reason is Reason.REPLACED and secret is None:
                with contextlib.suppress(CallError):  # there is a link with it already: with whom?
                    found = expected or await net.probe(address)
                    if net.link(found) is not None:
                        return found
            raise NotThere(str(error), remedy=error.remedy or _remedy(error.reason, secret)) from error

    async def _called(self, node: bytes, addresses: Sequence[str] = ()) -> dict[str, Any]:
        """The peer, with a link if one comes about soon; without one it is called again by itself."""
        if self._all.net is not None and node not in self._links():
            for address in addresses or self._book.rows[node].addresses:
                try:
                    await self._all.net.dial(address, expected=node)
                    break
                except CallError as error:
                    self._book.ended_with[node] = str(error)
        await self._until(lambda: self._is_settled(node), 2.0)
        return self._told(node)

    def _is_settled(self, node: bytes) -> bool:
        link, peer = self._links().get(node), self._book.rows[node]
        waits = peer.tier is Tier.CORE and self._book.tier_of(node) is not Tier.CORE
        return link is None or (not waits and (peer.standing != "known" or link.state != "greeting"))

    async def _until(self, holds: Callable[[], bool], seconds: float) -> bool:
        end = clock.elapsed_s() + seconds
        while not holds():
            if clock.elapsed_s() > end:
                return False
            await asyncio.sleep(LOOK_S)
        return True

    async def ping(self, peer: str) -> dict[str, Any]:
        """A sign of life."""
        known, net = self._peer(peer), self._net()
        if known.standing == "removed":
            raise Conflict("this peer was removed", remedy="add it anew: ccnode peer add ID")
        if known.node not in self._links():
            await self._called(known.node)
        if known.node not in self._links():
            why = self._book.ended_with.get(known.node, "there is no address at which it was met")
            raise NotThere(f"it does not answer: {why}", remedy="see that it runs, and that this node may reach it")
        try:
            await net.ping(known.node)
        except NetError as error:
            raise NotThere(str(error), remedy=error.remedy) from error
        return self._told(known.node)

    async def ask(self, peer: str, what: Question) -> dict[str, Any]:
        """What it answers."""
        known, net = self._peer(peer), self._net()
        if known.standing == "removed":
            raise Conflict("this peer was removed", remedy="add it anew: ccnode peer add ID")
        if known.node not in self._links():
            await self._called(known.node)
        found: list[Answered] = []
        after: ChainId | None = None
        try:
            for _ in range(PAGES_MAX):
                found.append(await net.ask(known.node, QUESTIONS[what], after))
                heads = found[-1].answer.heads
                if not (found[-1].answer.more and heads):
                    break
                after = heads[-1].chain
        except CallError as error:
            raise NotThere(str(error), remedy=error.remedy or "see: ccnode peer list") from error
        return answer_form(what, found)

    # --- invitations ---

    async def invitations(self) -> list[dict[str, Any]]:
        """Those that are open."""
        self._book.codes.open_ids()
        return [invitation_form(one) for one in self._book.codes.invitations.open_ones]

    async def invite(self, tier: TierName, lasts_s: int, address: str | None, word: OwnersWord) -> dict[str, Any]:
        """Open one."""
        where = _address(address) if address is not None else next(iter(self._all.addresses()), None)
        if where is None:
            self._net()
            raise Conflict("this machine has no address to be reached at", remedy="name one: --address HOST:PORT")
        now_ms = clock.now_ms()
        secret = clock.chance(limits.SECRET_BYTES)
        one, code = codes.made(Code(self._book.own, secret, now_ms + lasts_s * 1000, where, TIERS[tier]))
        await self._book.codes.invite(one, word.passphrase)
        return {**invitation_form(one), "code": code, "address": where}

    async def withdraw(self, invitation: str) -> None:
        """Close one."""
        await self._book.codes.withdraw(invitation)

    async def join(self, code: str, tier: TierName | None = None) -> dict[str, Any]:
        """Redeem somebody's."""
        consent = TIERS[tier] if tier is not None else None
        said = codes.read(code, self._book.own, consent, clock.now_ms())
        self._net()
        node = said.node
        before = self._book.rows.get(node)
        most = said.tier or consent or Tier.UNKNOWN
        await self._book.decide(node, lambda row: pairing.join(row, most), [said.address])
        try:
            await self._dial(said.address, expected=node, secret=said.key)
            await self._until(lambda: self._has_joined(node) or node not in self._links(), SETTLE_S)
            if not self._has_joined(node) and node not in self._links():
                why = self._book.ended_with.get(node, "the link ended")
                raise NotThere(f"the other node did not take the code: {why}", remedy="ask for a new one")
        except StoreError:
            await self._book.forget_join(node, before)
            raise
        return self._told(node)

    def _has_joined(self, node: bytes) -> bool:
        peer = self._book.rows[node]
        if peer.tier is Tier.CORE:
            return self._book.tier_of(node) is Tier.CORE
        return peer.tier is not Tier.UNKNOWN

    # --- the federation ---

    def federation(self) -> dict[str, Any]:
        """How things stand."""
        links, book = self._links(), self._book
        standings = [peer.standing for peer in book.rows.values()]
        problems = dict(self._all.problems)
        if self._all.discovery is not None and self._all.discovery.problem:
            problems["discovery"] = self._all.discovery.problem
        return {
            "state": self._all.state,
            "node_id": node_id(book.own),
            "addresses": list(self._all.addresses()),
            "port": self._all.net.port if self._all.net is not None else None,
            "known": standings.count("known"),
            "pending": standings.count("pending"),
            "links": [{"node_id": node_id(link.peer), **link_form(link)} for link in links.values()],
            "discovered": self.discovered(),
            "sweep": self._all.sweep_form(),
            "reports": self._all.gossiping.form(),
            "problems": [{"code": code, "message": text} for code, text in problems.items()],
        }

    async def start(self) -> None:
        """Listen and call."""
        await self._all.start()
        if self._all.state != "on":
            raise StoreBusy(self._all.problems.get("federation", OFF), remedy="see: ccnode federation status")

    async def stop(self) -> None:
        """End all links."""
        await self._all.stop()

    def discovered(self) -> list[dict[str, Any]]:
        """Who announces itself nearby."""
        discovery = self._all.discovery
        rows = self._book.rows
        return [
            {
                "node_id": node_id(one.node),
                "addresses": list(one.addresses),
                "version": one.version,
                "standing": rows[one.node].standing if one.node in rows else None,
            }
            for one in (discovery.found() if discovery is not None else [])
        ]

    async def sweep(self, subnet: str) -> dict[str, Any]:
        """Look at every address of a subnet."""
        self._net()
        try:
            self._all.begin_sweep(subnet)
        except NetError as error:
            raise Conflict(str(error), remedy=error.remedy) from error
        return self.federation()

    async def stop_sweep(self) -> None:
        """End that."""
        self._all.end_sweep()


def _remedy(reason: Reason | None, secret: bytes | None) -> str:
    if reason is not Reason.UNWANTED:
        return "see that it runs, and that the address is right"
    if secret is not None:
        return "ask for a new code"
    return "have this node accepted there: it waits among the pending ones"


def _address(text: str) -> str:
    """A place as it is called: with the port that nodes have unless told otherwise. Raises Conflict."""
    try:
        return shown(*parsed(text.strip()))
    except NetError as error:
        what = f"{text[:60]!r} is neither an identifier nor an address"
        raise Conflict(what, remedy="write an address as HOST:PORT") from error
