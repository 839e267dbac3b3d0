"""What happens on one link? The machines of ccnode_protocol on one WebSocket: a reader, a writer, a worker, a timer.

The reader hands frames to the machines, and waits while too much of what they asked for is still to be done or sent.
The writer makes a frame of a message when the connection can take it, so that a tier holds for what was queued too. The
worker stores what came, one after the other. Whatever ends the link says why; the first that does counts.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Final

from ccnode.net.errors import UnableError
from ccnode.net.exchange import Exchange, Work
from ccnode.net.handshaking import Over
from ccnode.net.outbox import Outbox
from ccnode.net.ports import LinkState
from ccnode.net.wire import Broken
from ccnode_protocol import gossip_frames, link_frames, packing, query_frames, sync_values, tiers
from ccnode_protocol.effects import Close, Reason, Send
from ccnode_protocol.handshake import Role
from ccnode_protocol.link import Deliver, Enrolled, Greet, Link, Manifested, State, Wait
from ccnode_protocol.sync_values import Contents, SentRun, WantFork
from ccnode_protocol.tiers import Tier
from ccnode_protocol.words import authentication_words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable

    from ccnode.net.outbox import Message
    from ccnode.net.ports import Chains, News, Peers
    from ccnode.net.wire import Wire
    from ccnode_crypto.canonical import Value
    from ccnode_crypto.certificate import Certificate
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.handshake import Established
    from ccnode_protocol.link import Effect

GOODBYE_S: Final = 1.0  # how long the last frames may take to leave
STALL_MS: Final = 30_000  # a peer that takes nothing for so long, while something waits for it, is left
TURN: Final = 32  # frames that are taken in a row before others have their turn
STRANGER_BYTES: Final = 64 * 1024  # in a minute: pings, and a manifest that is not looked at
MINUTE_MS: Final = 60_000
LOOK_MS: Final = 1_000  # how often reading, writing and strangers are looked after
LATE_MS: Final = 1_000
ROOM_S: Final = 0.5
BEGIN_ANEW: Final = "another tier, and bytes that were dropped under the last: begin anew"
APART_BYTES: Final = 64 * 1024  # a frame of so many bytes is deflated on another thread


class Runner:
    """One link, from the end of its handshake until it is over. `enrolled`: told when our owner's consent is used."""

    def __init__(
        self,
        wire: Wire,
        established: Established,
        tier: Tier,
        peers: Peers,
        chains: Chains,
        now_ms: Callable[[], int],
        enrolled: Callable[[bytes], None],
        news: News | None = None,
    ) -> None:
        self.wire = wire
        self.established = established
        self.peer = established.peer
        self.link = Link(established, tier, now_ms())
        self.exchange: Exchange | None = None
        self.over: Over | None = None
        self.asked: Callable[[Runner, Frame], None] | None = None  # told of questions and answers
        self._since_ms = now_ms()
        self._peers = peers
        self._chains = chains
        self._now_ms = now_ms
        self._enrolled = enrolled
        self._news = news
        self._words = authentication_words(established.transcript)
        self._outbox = Outbox()
        self._room = asyncio.Event()
        self._work = Work(self._room.set)
        self._ended = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._due_ms = 0
        self._look_ms = now_ms()
        self._minute_ms = now_ms()
        self._has_greeted = False
        self._greet_ms: int | None = None  # when a manifest that had to wait is due
        self._greet_again = False
        self._is_reading = True
        self._moved = (0, now_ms())  # how many bytes the connection had taken when last looked at, and since when
        self._lost_bytes = False  # of runs or contents, that nobody gives credit back for
        self._was_syncing = False
        self._pings: list[asyncio.Future[int]] = []

    # --- from outside ---

    @property
    def is_up(self) -> bool:
        """Whether it is not over."""
        return self.over is None

    @property
    def lasted_ms(self) -> int:
        """How long it has been there."""
        return self._now_ms() - self._since_ms

    @property
    def acknowledged(self) -> dict[ChainId, int]:
        """How far the peer's copies go of what it may follow, by its own word."""
        return dict(self.exchange.sync.acknowledged) if self.exchange is not None else {}

    def state(self) -> LinkState:
        """How it is now."""
        wire, link, exchange = self.wire, self.link, self.exchange
        name = "greeting" if link.state is State.GREETING else "open"
        return LinkState(
            peer=self.peer,
            address=wire.address,
            is_ours=wire.role is Role.CLIENT,
            state="syncing" if exchange is not None and exchange.is_busy else name,
            tier=link.tier,
            offered=self._offered,
            words=self._words,
            since_ms=self._since_ms,
            round_trip_ms=link.round_trip_ms,
            bytes_in=wire.bytes_in,
            bytes_out=wire.bytes_out,
            frames_in=wire.frames_in,
            frames_out=wire.frames_out,
            left_in=exchange.sync.entries_left if exchange is not None else 0,
            left_out=exchange.sync.entries_owed if exchange is not None else 0,
            dropped=link.dropped,
        )

    def set_tier(self, tier: Tier) -> None:
        """The owner decided anew; it holds for what is queued, too."""
        if not self.is_up or tier is self.link.tier:
            return
        exchange, dropped = self.exchange, self.link.dropped
        self._perform(self.link.set_tier(tier, self._now_ms()))
        self._bound()
        if exchange is not None and exchange is self.exchange and self.is_up:
            self._lost_bytes |= dropped > 0
            exchange.retier(tier)
            self._outbox.forget_gossip()  # it was meant for what the peer was
            if self._news is not None:
                self._news.met(self.peer, tier)
            if self._lost_bytes:
                self.close(Reason.DONE, BEGIN_ANEW)

    def greet_anew(self) -> None:
        """What we say of ourselves has changed."""
        if self.is_up and tiers.may_send(self.link.tier, link_frames.MANIFEST):
            self._greet(again=False)

    def consent(self) -> None:
        """Take a certificate for this node from the peer, once."""
        self._perform(self.link.consent())

    def enrol(self, certificate: Certificate) -> None:
        """Give the peer its certificate."""
        self._perform(self.link.enrol(certificate, self._now_ms()))

    def grew(self, chain: ChainId, run: SentRun | None) -> None:
        """A chain is longer, committed, and the index knows."""
        if self.exchange is not None:
            self.exchange.grew(chain, run)

    def forked(self, chain: ChainId) -> None:
        """A fork is proven and kept."""
        if self.exchange is not None:
            self.exchange.forked(chain)

    def look(self) -> None:
        """More chains flow than before."""
        if self.exchange is not None:
            self.exchange.look()

    def tell(self, message: gossip_frames.Message) -> None:
        """Say this of gossip."""
        if self.exchange is not None and self.is_up:
            self._outbox.add(message)

    def ask_fork(self, chain: ChainId) -> None:
        """Ask for the proof that a chain is forked; it is heeded as one that comes unasked."""
        if self.exchange is not None and self.is_up:
            self._outbox.add(WantFork(chain))

    def say(self, kind: int, body: dict[str, Value]) -> bool:
        """Send a frame at once; whether the peer's tier and rate let it. Raises LocalError before it is open."""
        effects = self.link.send(kind, body, self._now_ms()) if self.is_up else []
        for effect in effects:
            if isinstance(effect, Send):
                self._outbox.urge(effect.data)
        return any(isinstance(effect, Send) for effect in effects)

    def do(self, what: Callable[[], Awaitable[None]]) -> None:
        """Do this after all that this link has to do."""
        self._work.add(what)

    def ping(self) -> asyncio.Future[int]:
        """Ask for a sign of life; the result is the round trip in milliseconds. Cancelled where the link ends."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._pings.append(answer)
        self._perform(self.link.ping(self._now_ms()))
        return answer

    def close(self, reason: Reason, text: str) -> None:
        """Say goodbye and end it."""
        self._perform(self.link.close(reason, text, self._now_ms()))
        self._end(Over(reason, text))

    # --- the tasks ---

    async def run(self) -> Over:
        """Keep the link until it is over, and return why. Raises what is a bug of this node's own."""
        self.wire.tap.heard = self._heard
        self._bound()
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(self._guarded(work)) for work in (self._write(), self._read(), self._work.run())]
        try:
            self._perform(self.link.start())
            self._arm()
            await self._ended.wait()
            await asyncio.wait(tasks[:1], timeout=GOODBYE_S)
        finally:
            self._end(Over(Reason.DONE, "this node stops"))
            await self._clear(tasks)
        over = self.over or Over(None, "")
        if over.reason is Reason.SILENT and not over.by_peer:
            self.wire.tap.abort()  # there is nobody to answer a close, and who asks is to know at once
        await self.wire.close(int(over.reason or Reason.DONE))
        for task in tasks:
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error
        return over

    async def _clear(self, tasks: list[asyncio.Task[None]]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.exchange is not None:
            await self.exchange.stop()
        for answer in self._pings:
            answer.cancel()

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Broken as broken:
            if broken.reason is not None and not broken.by_peer:
                self.close(broken.reason, str(broken))
            self._end(Over(broken.reason, str(broken), by_peer=broken.by_peer))
        except UnableError as unable:
            self.close(Reason.BUSY, "this node can read or store nothing now")  # why is nobody else's affair
            self.over = Over(Reason.BUSY, str(unable))
        except BaseException:
            self._end(Over(None, "this node failed"))
            raise

    def _end(self, over: Over) -> None:
        """The first that ends it says why."""
        if self.over is None:
            self.over = over
            self._outbox.clear()
        self._ended.set()

    async def _read(self) -> None:
        turn = 0
        while self.is_up:
            data = await self.wire.receive()
            self._perform(self.link.receive(data, self._now_ms()))
            turn += 1
            if turn % TURN == 0:
                await asyncio.sleep(0)  # aiohttp gives what is there without a pause
            while self._is_choked:
                self._is_reading = False
                self._room.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ROOM_S):
                        await self._room.wait()
            self._is_reading = True

    @property
    def _is_choked(self) -> bool:
        """Whether too much of what came is still to be done, or of what was asked for to be sent."""
        return self.is_up and (self._outbox.is_full or self._work.is_full)

    async def _write(self) -> None:
        while True:
            first = self._outbox.first()
            if first is not None:
                await self.wire.send(first)
            elif not self.is_up:
                return
            elif self._outbox.next() is not None and self._has_greeted and self.link.state is State.OPEN:
                await self._send_next()
            else:
                await self._outbox.wait()

    async def _send_next(self) -> None:
        """Make a frame of the message that goes next, and send it; tier and rate are asked now."""
        waiting = self._outbox.next()
        if waiting is None:
            return
        is_weighty = isinstance(waiting, SentRun | Contents)
        message = self._still(waiting)
        effects = self.link.send(message.kind, message.body(), self._now_ms()) if message is not None else []
        if effects and isinstance(effects[0], Wait):
            await self._outbox.wait(max(0.01, (effects[0].until_ms - self._now_ms()) / 1000))
            return
        self._outbox.drop()
        self._room.set()
        for effect in effects:
            if isinstance(effect, Send):
                data = await _packed(effect.data) if is_weighty else effect.data
                if self._still(waiting) == message and self.link.permits(data):
                    await self.wire.send(data)
                    return
        if is_weighty:
            self._lost_bytes = True
            if self.exchange is not None:
                self.close(Reason.DONE, BEGIN_ANEW)

    def _still(self, message: Message) -> Message | None:
        """What of it the peer may have now."""
        if self.exchange is None or isinstance(message, gossip_frames.Tell | gossip_frames.Hold):
            return message if self.exchange is not None else None
        return self.exchange.sync.flow.still(message)

    # --- effects ---

    def _perform(self, effects: Iterable[Effect]) -> None:
        """Do what the link's machine asks for."""
        for effect in effects:
            match effect:
                case Send(data=data):
                    self._outbox.urge(data)
                case Close(reason=reason, text=text):
                    self._end(Over(reason, text, by_peer=text.startswith("the peer ended it")))
                case Greet(again=again):
                    self._greet(again=again)
                case Manifested(manifest=manifest, signed=signed):
                    self._work.add(partial(self._peers.manifested, manifest, signed))
                case Deliver(frame=frame) if frame.type in query_frames.FORMS:
                    if self.asked is not None:
                        self.asked(self, frame)
                case Enrolled(certificate=certificate):
                    self._enrolled(self.peer)
                    self._work.add(partial(self._peers.enrolled, self.peer, certificate))
                case Deliver(frame=frame):
                    self._deliver(frame)
        if self._pings and self.link.round_trip_ms is not None and not self.link.is_pinging:
            self._answer_pings(self.link.round_trip_ms)
        self._consider()
        self._arm()

    def _deliver(self, frame: Frame) -> None:
        if self.exchange is None:
            return
        if frame.type not in gossip_frames.FORMS:
            self.exchange.receive(frame)
        elif self._news is not None:
            self._news.heard(self.peer, frame)

    def _answer_pings(self, took_ms: int) -> None:
        for answer in self._pings:
            if not answer.done():
                answer.set_result(took_ms)
        self._pings.clear()

    def _greet(self, *, again: bool) -> None:
        """Say who we are; later, where the peer takes no more manifests this minute."""
        self._greet_ms = None
        signed = self._peers.manifest_for(self.peer)
        for effect in self.link.greet(signed, self._now_ms(), again=again or self._greet_again):
            if isinstance(effect, Wait):
                self._greet_ms, self._greet_again = effect.until_ms, again or self._greet_again
            elif isinstance(effect, Send):
                self._outbox.urge(effect.data)
                self._has_greeted, self._greet_again = True, False

    @property
    def _offered(self) -> Tier:
        return self.link.manifest.tier if self.link.manifest is not None else Tier.UNKNOWN

    def _consider(self) -> None:
        """Begin sync when both sides let the other know how far its chains go, and end it when one no longer does.

        One that ended cannot go on where it was, because the two machines no longer know the same: another link can.
        """
        is_ready = self.is_up and self._has_greeted and self.link.state is State.OPEN
        is_let = is_ready and all(tiers.may_send(tier, sync_values.KNOWN) for tier in (self.link.tier, self._offered))
        if is_let and self.exchange is None:
            if self._was_syncing:
                self.close(Reason.DONE, "let to sync again: begin anew")
                return
            self._was_syncing = True
            self.exchange = Exchange(
                self._chains,
                self.peer,
                self.link.tier,
                self._outbox,
                self._work,
                self._now_ms,
                self.close,
                self._arm,
            )
            self.exchange.start()
            if self._news is not None:
                self._news.met(self.peer, self.link.tier)
        elif self.is_up and not is_let and self.exchange is not None:
            self.exchange.sync.stop()
            self.exchange = None
            self._outbox.clear()
            if self._news is not None:
                self._news.parted(self.peer)

    # --- time ---

    def _heard(self) -> None:
        self.link.hear(self._now_ms())

    def _bound(self) -> None:
        """A peer that nobody decided about may say little."""
        self.wire.tap.left = STRANGER_BYTES if self.link.tier is Tier.UNKNOWN else None

    def _arm(self) -> None:
        """Have the timer call when the first thing is due."""
        if not self.is_up:
            return
        sync_ms = self.exchange.sync.timer() if self.exchange is not None else None
        times = (self._look_ms + LOOK_MS, self.link.timer(), sync_ms, self._greet_ms)
        due_ms = min(time for time in times if time is not None)
        if self._timer is not None:
            if self._due_ms <= due_ms:
                return
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._due_ms = due_ms
        self._timer = loop.call_later(max(0, due_ms - self._now_ms()) / 1000, self._tick)

    def _tick(self) -> None:
        self._timer = None
        try:
            self._due(self._now_ms())
        except Exception:  # it is raised again: the link must not outlive its timer
            self._end(Over(None, "this node failed"))
            raise

    def _due(self, now_ms: int) -> None:
        """Do what is due."""
        if now_ms >= self._due_ms + LATE_MS:
            self.link.hear(now_ms)  # it is this process that was away: what came meanwhile has not been read yet
        if now_ms >= self._look_ms + LOOK_MS:
            self._look_ms = now_ms
            self._look_after(now_ms)
        if self._greet_ms is not None and now_ms >= self._greet_ms:
            self._greet(again=False)
        if self.exchange is not None:
            self.exchange.tick()
        self._perform(self.link.tick(now_ms))

    def _look_after(self, now_ms: int) -> None:
        """Is it us who do not read? Does the peer take what we send? A new minute for a stranger."""
        if not self._is_reading:
            self.link.hear(now_ms)  # nothing can come
        waiting = self.wire.waiting
        moved = self.wire.bytes_out - waiting
        if moved != self._moved[0] or not waiting:
            self._moved = (moved, now_ms)
        elif now_ms - self._moved[1] >= STALL_MS:
            self.close(Reason.TIMEOUT, f"it took nothing for {STALL_MS} ms")
        if now_ms - self._minute_ms >= MINUTE_MS:
            self._minute_ms = now_ms
            self._bound()


async def _packed(data: bytes) -> bytes:
    """The frame as it travels; what takes more than a moment to deflate does not hold others up."""
    return packing.pack(data) if len(data) < APART_BYTES else await asyncio.to_thread(packing.pack, data)
