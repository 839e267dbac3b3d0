"""Who are other nodes to this one? Keeps what core/pairing.py decides, and tells the links; ccnode.net's `Peers`.

One change at a time, and each is stored before it holds: what a link is given, a crash does not take back.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, get_args

import structlog

from ccnode import clock
from ccnode.core import pairing
from ccnode.core.pairing import How, Row
from ccnode.daemon.decisions import Decisions
from ccnode.daemon.introductions import Introductions
from ccnode.daemon.open_codes import OpenCodes
from ccnode.daemon.papers import Papers
from ccnode.daemon.sayings import Sayings
from ccnode.daemon.unable import unable
from ccnode.later import later
from ccnode.net.errors import RefusedError
from ccnode.store import owner, peers, revoking
from ccnode.store.errors import Conflict, StoreError
from ccnode.store.peers import Peer
from ccnode_crypto.keys import node_id
from ccnode_protocol import limits
from ccnode_protocol.effects import Reason
from ccnode_protocol.manifest import RECIPIENT, Manifest, Signed, cleaned, is_news, sign_manifest
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence

    from ccnode.daemon.introductions import Introduced
    from ccnode.net.ports import Ended, Meeting
    from ccnode.store.home import Home
    from ccnode.store.ledger import Job, Ledger
    from ccnode_crypto.certificate import Certificate, Revocation
    from ccnode_crypto.entry import ChainId
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol import handshake
    from ccnode_protocol.sync_index import Index
else:
    handshake = later("ccnode_protocol.handshake")

T = TypeVar("T")
log = structlog.get_logger()

HOWS: Final = frozenset(get_args(How))
TELL_S: Final = 0.5  # what changes within this time is one manifest for each core peer


class Append(Protocol):
    """How a job is run by the ledger."""

    async def __call__(self, job: Job[T]) -> T:
        """Run it, and return its result once that is durable. Raises what the job raises, and StoreError."""


class Links(Protocol):
    """What the book asks of the links."""

    def heed(self, peer: Peer, tier: Tier, *, consents: bool) -> None:
        """That is what the peer is from now on; a removed one is let go."""

    def enrol(self, node: bytes, certificate: Certificate) -> None:
        """Give it our owner's certificate for its key, over its link."""

    def hint(self, node: bytes, address: str) -> None:
        """Somebody says that this peer is at that address."""

    def own_changed(self) -> None:
        """What this node says of itself has changed."""

    def addresses(self) -> tuple[str, ...]:
        """Where this node is reached."""


class Refused(Conflict):
    """What is wished about a peer is not to be had."""

    def __init__(self, why: pairing.Refused) -> None:
        super().__init__(why.message, remedy=why.remedy)
        self.code = why.code


def row_of(peer: Peer | None) -> Row | None:
    """What core/pairing.py needs of a peer."""
    if peer is None:
        return None
    how: How = peer.how if peer.how in HOWS else "met"  # type: ignore[assignment]  # it is one of them
    return Row(peer.standing, peer.tier, peer.wished or Tier.UNKNOWN, how)


class PeerBook:
    """The table of peers in memory, and what is done about it. Lives on one event loop."""

    def __init__(
        self, home: Home, profile: dict[str, Any], ledger: Ledger, append: Append, index: Index, links: Links
    ) -> None:
        self.rows: dict[bytes, Peer] = {}
        self.papers = Papers(home, profile, ledger.chains.key.public.raw, append)
        self.codes = OpenCodes(home, self.papers, append)
        self.sayings = Sayings(ledger.chains.key.public.raw)
        self.introductions = Introductions(ledger.chains.key.public.raw)
        self.decisions = Decisions()
        self.tell: Callable[..., None] = lambda *_: None
        self.ended_with: dict[bytes, str] = {}
        self.said: Callable[[bytes, Mapping[ChainId, int]], None] = lambda *_: None  # told how far a peer's copies go
        self.disproved: Callable[[bytes], None] = lambda _: None  # told whose link ended over what did not verify
        self.recipient: Callable[[], str | None] = lambda: None  # to whom bundles for this node are encrypted
        self._home = home
        self._profile = profile
        self._ledger = ledger
        self._append = append
        self._index = index
        self._links = links
        self._vouched: frozenset[bytes] = frozenset()
        self._sequence = 0
        self._lock = asyncio.Lock()
        self._introducing: set[asyncio.Task[None]] = set()
        self._telling: asyncio.TimerHandle | None = None

    def fill(self, connection: sqlite3.Connection) -> None:
        """Read what is kept. Raises sqlite3.Error, StoreError."""
        self.papers.fill(connection)
        self.decisions.fill(connection)
        self.rows = {peer.node: peer for peer in peers.load_peers(connection)}
        self.codes.fill(connection)

    @property
    def own(self) -> bytes:
        """Our own node key."""
        return self._ledger.chains.key.public.raw

    @property
    def key(self) -> SigningKey:
        """What this node signs with."""
        return self._ledger.chains.key

    def is_known(self, node: bytes) -> bool:
        """Whether the owner has decided about a node."""
        return node in self.rows

    @property
    def pending(self) -> int:
        """How many wait."""
        return sum(peer.standing == "pending" for peer in self.rows.values())

    def certified(self, node: bytes) -> bool:
        """Whether an owner of ours stands behind a node key."""
        return node in self._vouched

    # --- what links ask (net/ports.py) ---

    def tier_of(self, node: bytes) -> Tier:
        """The tier in force now."""
        return pairing.in_force(row_of(self.rows.get(node)), certified=self.certified(node))

    def manifest_for(self, node: bytes) -> Signed:
        """What this node says of itself to a peer."""
        self._sequence = max(self._sequence + 1, clock.now_ms())
        said = Manifest(
            self.own,
            node,
            self._sequence,
            name=cleaned(str(self._profile.get("name") or "")),
            versions=handshake.VERSIONS,
            addresses=self._links.addresses()[: limits.ADDRESSES_MAX],
            tier=self.tier_of(node),
            certificate=self.papers.mine(),
            introduces=self.introductions.to(node) if self.tier_of(node) is Tier.CORE else (),
            extra={RECIPIENT: recipient} if (recipient := self.recipient()) is not None else {},
        )
        return sign_manifest(self._ledger.chains.key, said)

    async def met(self, meeting: Meeting) -> Tier:
        """Somebody proved its key. Raises RefusedError."""
        try:
            return await self._met(meeting)
        except StoreError as error:
            log.warning("peer_not_kept", error=str(error))
            raise RefusedError(Reason.BUSY, "this node cannot write now") from error

    async def _met(self, meeting: Meeting) -> Tier:
        node, join = meeting.established.peer, meeting.established.join
        async with self._lock:
            known = self.rows.get(node)
            row = row_of(known)
            if not pairing.is_welcome(row):
                raise RefusedError(Reason.UNWANTED, "this node was removed here")
            if join is not None:
                binding, is_revoked = meeting.established.transcript.binding, node in self._index.revoked
                made: Row | None = await self.codes.redeem(
                    node, row, join, binding, is_certified=self.certified(node), is_revoked=is_revoked
                )
            else:
                made = pairing.met(row, self.pending)
            if made is None:
                raise RefusedError(Reason.BUSY, "too many nodes wait to be accepted here")
            found = [meeting.address] if meeting.is_ours else []
            self.ended_with.pop(node, None)
            await self._keep(node, made, addresses=found, seen=made.standing == "known")
        return self.tier_of(node)

    async def carried(self, manifest: Manifest, signed: Signed) -> None:
        """What a peer said of itself came in a file, which can be an old one: heed it only where it is newer."""
        known = self.rows.get(manifest.node)
        if known is not None and is_news(manifest, self.sayings.of(known)):
            await self.manifested(manifest, signed)

    async def manifested(self, manifest: Manifest, signed: Signed) -> None:
        """A peer says something of itself. Raises UnableError."""
        with unable():
            await self._manifested(manifest, signed)

    async def _manifested(self, manifest: Manifest, signed: Signed) -> None:
        node = manifest.node
        async with self._lock:
            known = self.rows.get(node)
            if known is None or known.standing != "known":
                return
            row = row_of(known) or Row()
            made = pairing.offered(row, manifest.tier)
            kept = self.sayings.of(known)
            news = signed if is_news(manifest, kept) else known.manifest
            paper = manifest.certificate
            ours = self.papers.owner()
            if paper is not None and paper.owner == ours and node not in {*self._vouched, *self._index.revoked}:
                await self.papers.record(paper)
            await self._keep(node, made, addresses=manifest.addresses, name=manifest.name, manifest=news)
            await self._enrol(node, paper)
            self.introductions.hear(node, manifest.introduces)
            await self._introduce()
            if self.tier_of(node) is Tier.CORE:
                self._hint(manifest.introduces)

    async def _enrol(self, node: bytes, paper: Certificate | None) -> None:
        """Give a core peer our owner's certificate, where it shows none. It takes it if its own owner wants that."""
        is_ours = paper is not None and paper.owner == self.papers.owner()
        if is_ours or self.tier_of(node) is not Tier.CORE:
            return
        given = await self.papers.of(node)
        if given is not None:
            self._links.enrol(node, given)

    async def enrolled(self, node: bytes, certificate: Certificate) -> None:
        """A peer, whose owner's this node is to become, gives it a certificate. Raises UnableError."""
        with unable():
            await self._enrolled(node, certificate)

    async def _enrolled(self, node: bytes, certificate: Certificate) -> None:
        async with self._lock:
            known = self.rows.get(node)
            if not self._enrols(node) or known is None:
                return
            said = self.sayings.of(known)
            theirs = said.certificate if said is not None else None
            if theirs is None or theirs.owner != certificate.owner or certificate.node != self.own:
                log.warning("certificate_refused", peer=node_id(node))
                return
            await self.papers.adopt(certificate, theirs)
            await self._keep(node, row_of(known) or Row())
        self._links.own_changed()
        self.tell("peers", "plate", "character", "sessions", "memory")

    async def seen(self, nodes: Sequence[bytes]) -> None:
        """There are links with these peers now. Raises StoreError."""
        async with self._lock:
            now_ms = clock.now_ms()
            for node in [node for node in nodes if node in self.rows and self.rows[node].standing == "known"]:
                await self._append(peers.keep_seen(node, now_ms))
                self.rows[node] = replace(self.rows[node], seen_ms=now_ms)

    def ended(self, end: Ended) -> None:
        """A link is gone."""
        if end.text:
            self.ended_with[end.peer] = end.text[:200]
        if end.reason is Reason.UNPROVEN and not end.by_peer:
            self.disproved(end.peer)
        if end.heads and self.tier_of(end.peer) is not Tier.UNKNOWN:
            self.said(end.peer, end.heads)
        self.tell("peers")

    # --- what the owner does ---

    async def decide(
        self, node: bytes, decision: Callable[[Row | None], Row | pairing.Refused], addresses: Sequence[str] = ()
    ) -> Peer:
        """Keep what is decided about a peer; it holds at once. Raises Refused."""
        async with self._lock:
            made = decision(row_of(self.rows.get(node)))
            if isinstance(made, pairing.Refused):
                raise Refused(made)
            kept = await self._keep(node, made, addresses=addresses)
            said = self.sayings.of(kept)
            if said is not None:
                await self._enrol(node, said.certificate)
            return kept

    async def forget_join(self, node: bytes, before: Peer | None) -> None:
        """A code came to nothing: the peer is again what it was, unless it has become something meanwhile."""
        async with self._lock:
            now = self.rows.get(node)
            if now is None or now.standing != "known" or now.how != "joined" or now.tier is not Tier.UNKNOWN:
                return
            await self._keep(node, row_of(before) or Row())

    async def remove(self, node: bytes, revocation: Revocation | None = None) -> Peer:
        """The owner removes or rejects a peer, and takes its key back. Raises Conflict, StoreError."""
        async with self._lock:
            if revocation is not None:
                await self._append(revoking.record(revocation))
            gone = await self._remove(node)
            self._tell_core()
        self.tell("peers")
        return gone

    async def _remove(self, node: bytes) -> Peer:
        old = self.rows.get(node) or Peer(node, "removed")
        gone = replace(old, standing="removed", tier=Tier.UNKNOWN, wished=None, addresses=())
        await self._store(gone, peers.remove_peer(node, clock.now_ms()))
        self._heed(gone)
        return gone

    async def _store(self, peer: Peer, job: Job[Any]) -> None:
        """Keep a row; of a node of ours it is also recorded what was decided. Raises StoreError."""
        row, is_ours = row_of(peer) or Row(), peer.node in self._index.certified
        await self._append(self.decisions.recording(peer.node, row, job) if is_ours else job)
        if is_ours:
            self.decisions.keep(peer.node, row)
        self.rows[peer.node] = peer

    async def recall(self) -> None:
        """Entries of our own came back: what they say was decided holds again. Raises StoreError."""
        async with self._lock:
            for node, tier in self.decisions.came_back(await self.papers.decisions()):
                made = pairing.recalled(row_of(self.rows.get(node)), tier)
                if made is None or node == self.own:
                    continue
                log.info("decision_recalled", peer=node_id(node), tier=tier.name)
                await (self._remove(node) if made.standing == "removed" else self._keep(node, made))
                self._tell_core()
                self.tell("peers")

    async def certify(self, node: bytes, given: Certificate | None, passphrase: str | None) -> None:
        """Have the owner stand behind a node key: by a certificate made elsewhere, or the owner key on this machine.

        Raises:
            Conflict: it is another owner's, or for another node. StoreError: the key is not to be had.
        """
        if self.certified(node):
            return
        if node in self._index.revoked:
            raise Conflict("the owner has revoked this node's key", remedy="make a new node there: ccnode init")
        if given is None:
            async with self._lock:
                await self.papers.sign(node, await asyncio.to_thread(owner.key, self._home, passphrase))
            return
        if given.node != node or given.owner != self.papers.owner():
            raise Conflict("the certificate is another owner's, or another node's", remedy="sign it with this owner's")
        async with self._lock:
            await self.papers.record(given)

    # --- keeping ---

    async def _keep(
        self,
        node: bytes,
        row: Row,
        *,
        addresses: Sequence[str] = (),
        name: str | None = None,
        manifest: Signed | None = None,
        seen: bool = False,
    ) -> Peer:
        """Store a peer's row where it changed, then have it hold. Raises StoreError."""
        now_ms, known = clock.now_ms(), self.rows.get(node)
        old = known or Peer(node, "pending", added_ms=now_ms)
        made = replace(
            old,
            standing=row.standing,
            tier=row.tier,
            wished=row.wished or None,
            how=row.how,
            name=old.name if name is None else name,
            addresses=tuple(dict.fromkeys((*addresses, *old.addresses)))[: limits.ADDRESSES_MAX],
            manifest=manifest or old.manifest,
        )
        if made != known:
            made = replace(made, seen_ms=now_ms if seen else old.seen_ms)
            await self._store(made, peers.keep_peer(made))
            self.tell("peers")
        elif seen:
            await self._append(peers.keep_seen(node, now_ms))
            self.rows[node] = made = replace(made, seen_ms=now_ms)
        self._heed(made)
        self._tell_core()
        return made

    def _heed(self, peer: Peer) -> None:
        if pairing.is_heard(row_of(peer)):
            self._index.unheard.discard(peer.node)
        else:
            self._index.unheard.add(peer.node)  # nothing of its is taken by way of others either
        self._links.heed(peer, self.tier_of(peer.node), consents=self._enrols(peer.node))

    def _enrols(self, node: bytes) -> bool:
        """Whether our owner wants this node to become one of that peer's owner; never by a node that was ours."""
        was_ours = self.certified(node) or node in self._index.revoked
        return pairing.enrols(row_of(self.rows.get(node)), certified=was_ours)

    def stood(self) -> None:
        """The index was told anew whom our owner stands behind: what each peer is follows."""
        self._vouched = frozenset(self._index.certified - self._index.revoked)
        self._index.unheard = {node for node, peer in self.rows.items() if not pairing.is_heard(row_of(peer))}
        self.codes.open_ids()
        self.heed_all()
        self._tell_core()
        if self._new():  # a certificate may come after the introduction
            task = asyncio.get_running_loop().create_task(self._introduce_later())
            self._introducing.add(task)
            task.add_done_callback(self._introducing.discard)

    # --- introductions among core nodes ---

    def _new(self) -> dict[bytes, list[str]]:
        return self.introductions.new(lambda node: row_of(self.rows.get(node)), self.tier_of, self.certified)

    async def _introduce_later(self) -> None:
        try:
            async with self._lock:
                await self._introduce()
        except StoreError as error:
            log.warning("not_introduced", error=str(error))

    async def _introduce(self) -> None:
        """Have as core whom core peers of ours have as core, where our owner certified it. Raises StoreError."""
        for node, addresses in self._new().items():
            is_ours = self.decisions.introduces(await self.papers.standing_of(node))
            made = pairing.introduced(row_of(self.rows.get(node)), certified=is_ours)
            if made is not None:
                log.info("introduced", peer=node_id(node))
                await self._keep(node, made, addresses=addresses)

    def _hint(self, said: Introduced) -> None:
        """Where core peers may have moved to, as another one says."""
        for node, address in said:
            if address and self.tier_of(node) is Tier.CORE:
                self._links.hint(node, address)

    def _tell_core(self) -> None:
        """Whom this node has as core may have changed: the others hear of it."""
        core = {node: peer for node, peer in self.rows.items() if self.tier_of(node) is Tier.CORE}
        if self.introductions.is_news((node, self.sayings.place_of(peer)) for node, peer in core.items()):
            self._telling = self._telling or asyncio.get_running_loop().call_later(TELL_S, self._tell_now)

    def _tell_now(self) -> None:
        self._telling = None
        self._links.own_changed()

    def heed_all(self) -> None:
        """Have what each peer is hold on the links that there are now."""
        for peer in self.rows.values():
            if peer.standing != "pending":
                self._heed(peer)
