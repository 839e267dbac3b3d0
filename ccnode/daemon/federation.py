"""How does this node meet others? Links, the book of peers, chains and discovery of one node, put together.

Begun after the node answers, so that a start waits for none of it; what is wrong with it is shown, and stops nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Literal

import structlog

import ccnode
from ccnode import clock
from ccnode.daemon.changes import what_of
from ccnode.daemon.copies import Copies
from ccnode.daemon.gossiping import Gossiping
from ccnode.daemon.holdings import Holdings
from ccnode.daemon.peerbook import PeerBook
from ccnode.later import later
from ccnode.net import places
from ccnode.net.certificate import calling
from ccnode.net.errors import NetError
from ccnode.net.federation import Federation
from ccnode.store.errors import StoreError
from ccnode_crypto.keys import node_id
from ccnode_protocol import limits
from ccnode_protocol.records import Kind
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Coroutine, Iterable

    from ccnode import config
    from ccnode.daemon import parcels
    from ccnode.daemon.alone import Alone
    from ccnode.daemon.parcels import Parcels
    from ccnode.daemon.peerbook import Append
    from ccnode.net.discovery import Discovery
    from ccnode.net.sweep import Sweep
    from ccnode.store.home import Home
    from ccnode.store.ledger import Ledger
    from ccnode.store.peers import Peer
    from ccnode_crypto.certificate import Certificate
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.sync_values import SentRun
else:
    parcels = later("ccnode.daemon.parcels")

log = structlog.get_logger()
State = Literal["off", "starting", "on", "failed"]
DEFAULT_PORT: Final = 8101
SEEN_S: Final = 3600.0
ADDRESSES_S: Final = 5.0  # a look at one's own addresses takes less than a millisecond


class Federating:
    """One node's part in its federation. Lives on one event loop."""

    def __init__(
        self,
        home: Home,
        settings: config.Federation,
        ledger: Ledger,
        profile: dict[str, Any],
        append: Append,
        tell: Callable[..., None],
        orders_came: Callable[[], None],
        before: Alone | None = None,
    ) -> None:
        """`before`: what listened until now."""
        self.settings = settings
        self.state: State = "off"
        self.is_open = False
        self._heeds_all = False
        self._heard: frozenset[bytes] = frozenset()
        self.problems: dict[str, str] = {}
        self.net: Federation | None = None
        self.discovery: Discovery | None = None
        self.sweep: Sweep | None = None
        self.holdings = Holdings(ledger, append, self, self._tier_of)
        self.book = PeerBook(home, profile, ledger, append, self.holdings.index, self)
        self.book.tell = tell
        self.copies = Copies(home, self.book, self.holdings, append)
        self.book.said, self.book.recipient = self.copies.heard, lambda: self.copies.recipient
        self.book.disproved = lambda peer: self._begin(self.holdings.link_disproved(peer))
        self._parcels: Parcels | None = None
        self.book.papers.refresh = lambda: self.holdings.follow(standing=True)
        name = str(profile.get("name") or "")
        self.gossiping = Gossiping(name, ledger, append, self.book, self.holdings.index, tell)
        self._home = home
        self._tell = tell
        self._orders_came = orders_came
        self._before = before
        self._tasks: list[asyncio.Task[None]] = []
        self._works: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()
        self._own: tuple[str, ...] = ()
        self._sweeping: asyncio.Task[None] | None = None

    @property
    def parcels(self) -> Parcels:
        """What is carried on a stick; made with the first of them."""
        if self._parcels is None:
            self._parcels = parcels.Parcels(self._home, self.book, self.holdings, self.copies)
        return self._parcels

    def _tier_of(self, node: bytes) -> Tier:
        return self.book.tier_of(node)

    async def open(self) -> None:
        """Read what is kept; begin, unless the settings say otherwise. Raises StoreError."""
        await self.holdings.open(self._fill)
        for peer in self.book.rows.values():
            self.holdings.set_quota(peer.node, peer.used.quota())
        self.is_open = True
        self._heed_all(self.book.stood)
        await self.book.recall()
        self.gossiping.open()
        for chain in self.holdings.index.frozen:
            self._fork_seen(chain)
        self._tasks = [
            asyncio.create_task(self.holdings.run(), name="chains"),
            asyncio.create_task(self._follow_addresses(), name="addresses"),
            asyncio.create_task(self._see(), name="seen"),
            asyncio.create_task(self.gossiping.run(), name="gossip"),
        ]
        if self.settings.enabled:
            await self.start()

    def _fill(self, connection: sqlite3.Connection) -> None:
        self.book.fill(connection)
        self.gossiping.fill(connection)
        self.copies.fill(connection)

    async def start(self) -> None:
        """Listen, call and announce; does nothing where that is being done. What is wrong goes into `problems`."""
        async with self._one_at_a_time:
            if self.state == "on":
                return
            self.state = "starting"
            try:
                net = Federation(self.book.key, self.book, self.holdings, self._home.root, news=self.gossiping)
                before, self._before = self._before, None
                bound = before.take() if before is not None else ()
                await net.start(self.settings.host, self.settings.port, bound)
            except NetError as error:
                self.state = "failed"
                self.problems["federation"] = f"other nodes are not met: {error}. {error.remedy}"
                log.warning("federation_failed", error=str(error))
                return
            self.problems.pop("federation", None)
            self._own = await asyncio.to_thread(_own_ips, self.settings.host)
            self.net, self.gossiping.links, self.state = net, net, "on"
            self._heed_all(self.book.heed_all)
            if self.settings.discovery:
                self._discover(net.port, before)
        self._tell("peers")

    def _discover(self, port: int, before: Alone | None) -> None:
        from ccnode.net.discovery import Discovery

        if before is not None and before.discovery is not None:
            before.known, before.changed = self.book.is_known, self._discovered
            self.discovery, before.discovery = before.discovery, None
            return
        self.discovery = Discovery(
            self.book.own,
            port,
            host=self.settings.host,
            version=ccnode.__version__,
            known=self.book.is_known,
            changed=self._discovered,
        )
        self.discovery.start()

    def _discovered(self) -> None:
        """Those that are known are called where they say they are."""
        if self.discovery is not None and self.net is not None:
            for one in self.discovery.found():
                self.net.hint(one.node, one.addresses)
        self._tell("peers")

    def heard_at(self, node: bytes) -> tuple[str, ...]:
        """Where a node announces itself."""
        found = self.discovery.found() if self.discovery is not None else []
        return tuple(address for one in found if one.node == node for address in one.addresses)[: limits.ADDRESSES_MAX]

    async def stop(self) -> None:
        """End all links and listen no more."""
        async with self._one_at_a_time:
            self.end_sweep()
            if self.discovery is not None:
                await self.discovery.stop()
            if self.net is not None:
                await self.net.stop()
            self.discovery, self.net, self.gossiping.links, self.state = None, None, None, "off"
        self._tell("peers")

    # --- looking at the addresses of a subnet ---

    def begin_sweep(self, subnet: str) -> None:
        """Look at every address of it, in place of what was looked at before. Raises NetError."""
        from ccnode.net.sweep import Sweep, prober

        made = Sweep(subnet, self.settings.port or DEFAULT_PORT, prober(calling()), own=self.book.own)
        self.end_sweep()
        self.sweep = made
        self._sweeping = asyncio.create_task(self._sweep(made), name="sweep")

    async def _sweep(self, sweep: Sweep) -> None:
        await sweep.run()
        self._tell("peers")

    def end_sweep(self) -> None:
        """Stop looking; what was found stays listed."""
        if self.sweep is not None and self._sweeping is not None and not self._sweeping.done():
            self.sweep.cancel()

    def sweep_form(self) -> dict[str, Any] | None:
        """How far the last sweep is."""
        sweep, task = self.sweep, self._sweeping
        if sweep is None or task is None:
            return None
        state = "running" if not task.done() else "cancelled" if sweep.cancelled else "done"
        found = [{"node_id": node_id(one.node), "address": one.address} for one in sweep.answered]
        return {"subnet": sweep.subnet, "state": state, "done": sweep.asked, "total": sweep.total, "found": found}

    async def close(self) -> None:
        """The end of the daemon."""
        await self.stop()
        if self._parcels is not None:
            await self._parcels.close()
        await self.copies.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.holdings.close()

    def summary(self) -> dict[str, Any]:
        """What a status says of it."""
        links = len(self.net.links()) if self.net is not None else 0
        return {"state": self.state, "links": links, "addresses": list(self.addresses())}

    # --- what the book asks of the links ---

    def heed(self, peer: Peer, tier: Tier, *, consents: bool) -> None:
        """That is what the peer is from now on."""
        if self.is_open and not self._heeds_all:
            self.gossiping.decided(peer.node)
            self._heard_anew()
        net = self.net
        if peer.standing == "removed":
            self.copies.forget_peer(peer.node)
        if net is None:
            return
        if peer.standing == "known":
            if peer.how != "joined" or peer.tier is not Tier.UNKNOWN:  # else the call that shows the code is under way
                net.keep(peer.node, peer.addresses)
                if peer.how == "introduced":
                    self.hint(peer.node)
            net.set_tier(peer.node, tier)
            if consents:
                net.consent(peer.node)
        elif peer.standing == "removed":
            net.forget(peer.node)
        else:  # perhaps it was something until a moment ago
            net.set_tier(peer.node, tier)

    def _heed_all(self, have_it: Callable[[], None]) -> None:
        """Have the book tell of all peers; who counts is asked once, by the caller, and not anew for each of them."""
        self._heeds_all = True
        try:
            have_it()
        finally:
            self._heeds_all = False

    def enrol(self, node: bytes, certificate: Certificate) -> None:
        """Give a peer our owner's certificate for its key."""
        link = self.net.link(node) if self.net is not None else None
        if self.net is not None and link is not None and link.state != "greeting":  # else once it has said who it is
            self.net.enrol(node, certificate)

    def hint(self, node: bytes, *addresses: str) -> None:
        """A peer may be at these addresses, and where it announces itself."""
        if self.net is not None and self.net.link(node) is None:
            self.net.hint(node, (*addresses, *self.heard_at(node)))

    def own_changed(self) -> None:
        """What this node says of itself has changed."""
        if self.net is not None:
            self.net.greet_anew()

    def addresses(self) -> tuple[str, ...]:
        """Where this node is reached."""
        net = self.net
        return tuple(places.place(ip, net.port) for ip in self._own) if net is not None else ()

    async def _follow_addresses(self) -> None:
        """The machine may move to another network: what others were told follows, and they are called from there."""
        while True:
            await asyncio.sleep(ADDRESSES_S)
            own = await asyncio.to_thread(_own_ips, self.settings.host)
            if own != self._own:
                self._own = own
                self.own_changed()
                if self.net is not None:
                    for call in self.net.calls():
                        self.net.call_now(call.peer)

    async def _see(self) -> None:
        """A link may last for months: that a peer is there is kept now and then."""
        while True:
            await asyncio.sleep(SEEN_S)
            linked = [link.peer for link in self.net.links()] if self.net is not None else []
            try:
                await self.book.seen(linked)
            except StoreError as error:
                log.warning("peers_not_seen", error=str(error))

    # --- what the chains tell ---

    def grew(self, grown: Iterable[tuple[ChainId, SentRun | None]]) -> None:
        """These chains are longer."""
        for chain, run in grown:
            self.gossiping.grew(chain)
            if self.net is not None:
                self.net.grew(chain, run)

    def froze(self, chain: ChainId) -> None:
        """A fork of it is proven."""
        self._fork_seen(chain)
        self.gossiping.forked(chain)
        if self.net is not None:
            self.net.forked(chain)

    def _fork_seen(self, chain: ChainId) -> None:
        short = node_id(chain.node)[:12]
        whose = "this node" if chain.node == self.book.own else f"node {short}"
        self.problems[f"fork_{short}"] = (
            f"{whose} has written two histories of chain {chain.epoch.hex()[:8]}: its key is in use twice, perhaps in a"
            " copy of its data directory. What came before is kept, nothing after it is taken. Stop one of the two, and"
            " make a new node of its backup: ccnode backup restore FILE --into DIR"
        )
        self._tell("peers")

    def stood(self) -> None:
        """Who is certified may have changed."""
        self._heed_all(self.book.stood)
        self.gossiping.stand()
        self._heard_anew()

    def _heard_anew(self) -> None:
        """Other chains flow than before, where this node's owner decided so, or certified another node."""
        before, self._heard = self._heard, frozenset(self.holdings.index.heard)
        if self._heard != before and self.net is not None:
            self.net.certified()

    def received(self, kinds: frozenset[int], *, turns: bool) -> None:
        """A peer's entries are stored."""
        self._tell(*what_of(sorted(kinds)))
        if Kind.NODE_TRUSTED in kinds:
            self._begin(self._recall())
        if turns:
            self._orders_came()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        self._works.add(task := asyncio.create_task(work))
        task.add_done_callback(self._works.discard)

    async def _recall(self) -> None:
        try:
            await self.book.recall()
        except StoreError as error:
            log.warning("decisions_unknown", error=str(error))

    def erased(self) -> None:
        """What orders to forget cover is gone from here; it must not leave either."""
        if self.net is not None:
            self.net.erased()
        self._begin(self.parcels.erased())

    def was_restored(self, chain: ChainId, length: int) -> None:
        """A peer has proven that this directory is an old copy; what was lost comes back from it."""
        self.book.decisions.restored_ms = clock.now_ms()
        log.warning("restored_copy", epoch=chain.epoch.hex(), length=length)
        self.problems["restored"] = (
            "another node holds more of what this one wrote than is here: this directory is an old copy. This node goes"
            " on in a new epoch, and takes back what the other holds. Whom you let in or removed since may be lost: see"
            " ccnode peer list --all"
        )


def _own_ips(host: str) -> tuple[str, ...]:
    """The addresses of this machine; it asks the system, so not on the loop."""
    return tuple(own.ip for own in places.own_addresses(host))


async def begin(federating: Federating, problems: dict[str, str]) -> None:
    """Open it beside the running node; a failure is shown."""
    started = clock.elapsed_s()
    try:
        await federating.open()
    except StoreError as error:
        problems["federation"] = f"other nodes are not met: {error}. {error.remedy}"
        log.warning("federation_failed", error=str(error))
        return
    log.info("federation", state=federating.state, took_s=round(clock.elapsed_s() - started, 3))
