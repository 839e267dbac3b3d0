"""With whom does this node have links, and what do they hear? The one object that the daemon starts and speaks to.

federation = Federation(key, peers, chains, folder)
await federation.start("*", 8101)
federation.keep(node, ("192.168.1.7:8101",))       a peer that is called for ever
await federation.dial(address, secret=...)         one call now
federation.grew(chain, run)                        after each commit
await federation.stop()
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import TYPE_CHECKING, Final

from ccnode.later import later, made_later
from ccnode.net import certificate as tls_file
from ccnode.net.calling import call
from ccnode.net.dialing import Dialer
from ccnode.net.errors import CallError, RefusedError, UnableError
from ccnode.net.listening import Listener
from ccnode.net.strangers import Strangers
from ccnode_protocol.effects import Reason
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine, Sequence
    from pathlib import Path

    from ccnode.net import asking, handshaking, ports, probing
    from ccnode.net import link as links
    from ccnode.net.calling import Call
    from ccnode.net.link import Runner
    from ccnode.net.ports import CallState, Chains, LinkState, News, Peers
    from ccnode.net.strangers import Slot
    from ccnode.net.wire import Wire
    from ccnode_crypto.certificate import Certificate
    from ccnode_crypto.entry import ChainId
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol import handshake
    from ccnode_protocol import link as machines
    from ccnode_protocol.gossip_frames import Message
    from ccnode_protocol.handshake import Established
    from ccnode_protocol.query import Answered
    from ccnode_protocol.query_frames import What
    from ccnode_protocol.sync_values import SentRun
else:  # a node alone never has a link, and they are large
    asking = later("ccnode.net.asking")
    handshake = later("ccnode_protocol.handshake")
    handshaking = later("ccnode.net.handshaking")
    links = later("ccnode.net.link")
    machines = later("ccnode_protocol.link")
    ports = later("ccnode.net.ports")
    probing = later("ccnode.net.probing")

LINKS_MAX: Final = 256  # with peers that have a tier
STRANGERS_MAX: Final = 16  # links with those that have none and called us; each lasts ten minutes at most
STRANGERS_ADDRESS_MAX: Final = 4  # of these, from one address
STOP_S: Final = 3.0
FAILED: Final = "this node failed"


def clock() -> Callable[[], int]:
    """Milliseconds since 1970 by the wall clock of this moment, which from here on only go forward, also in sleep."""
    kind = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    base = time.time_ns() - time.clock_gettime_ns(kind)
    return lambda: (base + time.clock_gettime_ns(kind)) // 1_000_000


class Federation:
    """All links of this node. `folder`: where the key of TLS is kept. All methods are called on the loop that serves.

    `port`: the one that is listened on; 0 while there is none. `local`: the address to call from, if not any.
    """

    def __init__(
        self,
        key: SigningKey,
        peers: Peers,
        chains: Chains,
        folder: Path,
        *,
        now_ms: Callable[[], int] | None = None,
        local: str | None = None,
        news: News | None = None,
    ) -> None:
        self.port = 0
        self._key = key
        self._peers = peers
        self._chains = chains
        self._now_ms = now_ms or clock()
        self._local = local
        self._news = news
        self._tls = tls_file.prepare(folder / tls_file.FILE)
        self._strangers = Strangers(self._now_ms)
        self._listener: Listener | None = None
        self._links: dict[bytes, Runner] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._dialer = Dialer(self._call_kept, self._now_ms)
        self._consenting: set[bytes] = set()
        self._asking = made_later(lambda: asking.Asking(key.public.raw, peers, chains, self._now_ms))
        self._is_stopping = False

    # --- living ---

    async def start(self, host: str = "*", port: int = 8101, bound: Sequence[socket.socket] = ()) -> int:
        """Listen for other nodes, call those that are kept, and return the port. `bound`: on these sockets.

        Raises:
            ListenError: the port cannot be had. Nothing is left open.
        """
        listener = Listener(self._tls, self._strangers, self._called)
        self.port = await listener.start(host, port, bound)
        self._listener = listener
        self._dialer.start()
        return self.port

    async def stop(self) -> None:
        """Say goodbye on all links and close the port. Idempotent."""
        self._is_stopping = True
        await self._dialer.stop()
        if self._listener is not None:
            self._listener.close()
        for link in list(self._links.values()):
            link.close(Reason.DONE, "the node stops")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_S)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._listener is not None:
            await self._listener.stop()
            self._listener = None
        self.port = 0

    # --- what there is ---

    def links(self) -> list[LinkState]:
        """The open links, as they are now."""
        return [link.state() for link in self._links.values()]

    def link(self, node: bytes) -> LinkState | None:
        """The link with that peer."""
        found = self._links.get(node)
        return found.state() if found is not None else None

    def calls(self) -> list[CallState]:
        """Kept peers without a link: how the calls to them go."""
        return self._dialer.states()

    @property
    def refused(self) -> int:
        """How many connections of strangers were closed unread since the start, because there were too many."""
        return self._strangers.refused

    # --- what the owner decides ---

    def keep(self, node: bytes, addresses: Sequence[str]) -> None:
        """Call this peer until there is a link, and again whenever there is none; `addresses` in place of others."""
        self._dialer.keep(node, addresses)

    def hint(self, node: bytes, addresses: Sequence[str]) -> None:
        """Somebody says that it is at these addresses: they are tried too, if it is kept. Proof is its key alone."""
        self._dialer.hint(node, addresses)

    def call_now(self, node: bytes) -> None:
        """Do not wait for the next call to a kept peer."""
        self._dialer.call_now(node)

    def forget(self, node: bytes) -> None:
        """Call it no more, and end its link."""
        self._dialer.forget(node)
        self._consenting.discard(node)
        self._asking.forget(node)
        link = self._links.get(node)
        if link is not None:
            link.close(Reason.UNWANTED, "this node's owner does not want it")

    def set_tier(self, node: bytes, tier: Tier) -> None:
        """The owner decided: it holds on the open link from the next frame on, and for what is queued."""
        link = self._links.get(node)
        if link is not None:
            link.set_tier(tier)

    def consent(self, node: bytes) -> None:
        """Our owner wants this node to become one of that peer's owner: take one certificate from it, when it comes.

        Forgotten when the node stops, with the peer, and when a certificate has come.
        """
        self._consenting.add(node)
        link = self._links.get(node)
        if link is not None:
            link.consent()

    def enrol(self, node: bytes, certificate: Certificate) -> bool:
        """Give the peer a certificate of our owner; whether there is a link to give it on."""
        link = self._links.get(node)
        if link is None:
            return False
        link.enrol(certificate)
        return True

    # --- what happened here ---

    def grew(self, chain: ChainId, run: SentRun | None) -> None:
        """A chain is longer and committed, and the index knows; `run`: what was appended, if this node wrote it."""
        for link in list(self._links.values()):
            link.grew(chain, run)

    def forked(self, chain: ChainId) -> None:
        """A fork is proven and kept, and the index knows."""
        for link in list(self._links.values()):
            link.forked(chain)

    def erased(self) -> None:
        """Contents are gone from the store: what was read before that, and still waits to be sent, does not leave."""
        for link in list(self._links.values()):
            if link.exchange is not None and link.exchange.is_giving:
                link.close(Reason.DONE, "what waited may be erased by now: begin anew")

    def certified(self) -> None:
        """The index knows other nodes of our owner than before, so other chains flow."""
        for link in list(self._links.values()):
            link.look()

    def tell(self, node: bytes, message: Message) -> None:
        """Say this of gossip to that peer, where there is a link on which both may speak."""
        if node in self._links:
            self._links[node].tell(message)

    def ask_fork(self, node: bytes, chain: ChainId) -> None:
        """Ask that peer for the proof that a chain is forked."""
        if node in self._links:
            self._links[node].ask_fork(chain)

    def leave(self, node: bytes, reason: Reason, text: str) -> None:
        """End the link with that peer for what it said; it may come again."""
        if node in self._links:
            self._links[node].close(reason, text)

    def greet_anew(self, node: bytes | None = None) -> None:
        """What we say of ourselves has changed: tell that peer, or all."""
        for link in [link for link in self._links.values() if node in (None, link.peer)]:
            link.greet_anew()

    # --- calls ---

    async def dial(self, address: str, *, expected: bytes | None = None, secret: bytes | None = None) -> LinkState:
        """Call now, once, and return the link when both sides have proven who they are and want it, or may want it.

        `expected`: take no other key. `secret`: of the invitation to redeem; then `expected` is the inviter.

        Raises:
            CallError: nobody answers, another node does, or either side does not want the link.
        """
        open_call = await call(address, self._tls.client, local=self._local)
        ready: asyncio.Future[Runner] = asyncio.get_running_loop().create_future()
        self._begin(self._calling(open_call, expected, secret, ready))
        link = await ready
        await self._answer(link)  # it has not, until it has asked its owner's book: only then it takes frames
        return link.state()

    async def ping(self, node: bytes) -> int:
        """The round trip to that peer in milliseconds. Raises CallError where there is no link, or no answer."""
        link = self._links.get(node)
        if link is None:
            raise CallError("there is no link with that peer", remedy="wait until it is reached")
        return await self._answer(link)

    async def ask(self, node: bytes, what: What, after: ChainId | None = None) -> Answered:
        """What that peer answers to a question, verified. Raises CallError where there is no link, or no answer."""
        link = self._links.get(node)
        if link is None:
            raise CallError("there is no link with that peer", remedy="wait until it is reached")
        return await self._asking.ask(link, what, after)

    async def _answer(self, link: Runner) -> int:
        """A round trip. Raises CallError where the link ends before."""
        try:
            return await link.ping()
        except asyncio.CancelledError:
            over = link.over
            if over is None:
                raise  # it is us who are cancelled
        raise CallError(f"{link.wire.address}: {over}", over.reason)

    async def probe(self, address: str) -> bytes:
        """The key that whoever is at this address claims to hold; nothing is proven. Raises CallError."""
        return await probing.ask_key(
            address, self._tls.client, self._key, os.urandom(32), self._now_ms, local=self._local
        )

    # --- links ---

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call_kept(self, node: bytes, address: str) -> None:
        """For the dialer. Raises CallError."""
        await self.dial(address, expected=node)

    async def _called(self, wire: Wire, slot: Slot) -> None:
        """Somebody called us."""
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            established = await handshaking.shake_hands(wire, self._key, os.urandom(32), self._now_ms)
        except handshaking.Over as over:
            await wire.close(int(over.reason or Reason.DONE))
            return
        finally:
            slot.free()
        with contextlib.suppress(CallError):
            await self._live(wire, established, None, None)

    async def _calling(
        self, open_call: Call, expected: bytes | None, secret: bytes | None, ready: asyncio.Future[Runner]
    ) -> None:
        wire = open_call.wire
        try:
            established = await handshaking.shake_hands(
                wire, self._key, os.urandom(32), self._now_ms, expected=expected, secret=secret
            )
            await self._live(wire, established, secret, ready)
        except handshaking.Over as over:
            await wire.close(int(over.reason or Reason.DONE))
            _fail(ready, CallError(f"{wire.address}: {over}", over.reason))
        except CallError as error:
            _fail(ready, error)
        finally:
            _fail(ready, CallError(f"{wire.address}: the link was given up"))
            await open_call.hang_up()

    async def _live(
        self, wire: Wire, established: Established, secret: bytes | None, ready: asyncio.Future[Runner] | None
    ) -> None:
        """From the end of the handshake to the end of the link. Raises CallError where there is to be none."""
        try:
            link = await self._met(wire, established, secret)
        except RefusedError as refused:
            await wire.refuse(refused.reason, str(refused))
            raise CallError(f"{wire.address}: {refused}", refused.reason) from refused
        if ready is not None and not ready.done():
            ready.set_result(link)
        over = handshaking.Over(None, FAILED)
        try:
            over = await link.run()
        except Exception as error:  # noqa: BLE001  # of the daemon's ports or ours: it ends this link alone, and is told
            _tell(error)
        finally:
            if self._links.get(link.peer) is link:
                del self._links[link.peer]
                if self._news is not None:
                    self._news.parted(link.peer)
            is_linked = link.peer in self._links
            self._dialer.ended(link.peer, link.lasted_ms, over.reason, is_linked=is_linked)
            self._peers.ended(
                ports.Ended(
                    link.peer,
                    wire.address,
                    wire.role is handshake.Role.CLIENT,
                    over.reason,
                    str(over),
                    over.by_peer,
                    link.acknowledged,
                )
            )
            self._asking.gone(link)

    async def _met(self, wire: Wire, established: Established, secret: bytes | None) -> Runner:
        """Say who has come, and take the link among the others. Raises RefusedError."""
        peer = established.peer
        try:
            tier = await self._peers.met(ports.Meeting(established, wire.address, secret))
        except RefusedError:
            raise
        except UnableError as error:
            raise RefusedError(Reason.BUSY, "this node can read or store nothing now") from error
        except Exception as error:
            _tell(error)
            raise RefusedError(Reason.DONE, FAILED) from error
        if self._is_stopping:
            raise RefusedError(Reason.DONE, "the node stops")
        if tier is not Tier.UNKNOWN and wire.role is handshake.Role.SERVER:
            self._strangers.proved(wire.host)
        old = self._links.get(peer)
        # A link on which a code was shown is kept, as both sides know: the code is spent by now.
        is_join = secret is not None or established.join is not None
        if old is not None and not (is_join or machines.replaces(established.transcript, old.established.transcript)):
            raise RefusedError(Reason.REPLACED, "there is a link already")
        if old is None:
            self._check_room(wire, tier)
        link = links.Runner(
            wire, established, tier, self._peers, self._chains, self._now_ms, self._consenting.discard, self._news
        )
        if old is not None:
            old.close(Reason.REPLACED, "a newer link took its place")
        self._links[peer] = link
        link.asked = self._asking.receive
        self._dialer.linked(peer)
        if peer in self._consenting:
            link.consent()
        return link

    def _check_room(self, wire: Wire, tier: Tier) -> None:
        server, links = handshake.Role.SERVER, self._links.values()
        unknown = [link for link in links if link.link.tier is Tier.UNKNOWN and link.wire.role is server]
        if tier is not Tier.UNKNOWN or wire.role is handshake.Role.CLIENT:
            if len(self._links) - len(unknown) >= LINKS_MAX:
                raise RefusedError(Reason.BUSY, "as many links as this node keeps")
            return
        near = sum(link.wire.group == wire.group for link in unknown)
        if len(unknown) >= STRANGERS_MAX or near >= STRANGERS_ADDRESS_MAX:
            raise RefusedError(Reason.BUSY, "too many wait here for somebody to accept them")


def _tell(error: Exception) -> None:
    """Have the loop's handler log what is a bug, or a trouble of this node's own."""
    asyncio.get_running_loop().call_exception_handler({"message": "a link failed", "exception": error})


def _fail(ready: asyncio.Future[Runner], error: CallError) -> None:
    if not ready.done():
        ready.set_exception(error)
        ready.exception()  # whoever dialled may have gone
