"""What does this node say of its character, and what does it hear of others? Runs the machine of gossip over links.

A report of this node is made of its newest measurement: when there is a new one, at most once a minute, and once a day
in any case, for none lasts longer than a week. What is heard is kept in a table for the next start, and nowhere else.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from ccnode import clock
from ccnode.store import reports, views
from ccnode.store.errors import StoreError, translated
from ccnode.store.ledger import connect
from ccnode.store.reports import Kept
from ccnode_protocol import limits
from ccnode_protocol.errors import LocalError
from ccnode_protocol.gossip import Ask, Drop, Gossip, Keep, Leave, Renew, Say
from ccnode_protocol.reports import Report, sign_report
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from ccnode.daemon.peerbook import Append, PeerBook
    from ccnode.store.ledger import Ledger
    from ccnode.store.reports import Ground
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.effects import Reason
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.gossip import Effect
    from ccnode_protocol.gossip_frames import Message
    from ccnode_protocol.sync_index import Index

log = structlog.get_logger()

APART_MS: Final = 60_000  # between two reports of this node
RENEW_MS: Final = 24 * 3_600_000  # a report this old is made anew, with the same figures
LOOK_S: Final = 600.0
CHANCE_BYTES: Final = 8


class Links(Protocol):
    """What gossip asks of the links; ccnode.net.federation.Federation."""

    def tell(self, node: bytes, message: Message) -> None:
        """Send it, where there is a link."""

    def ask_fork(self, node: bytes, chain: ChainId) -> None:
        """Ask for the proof that a chain is forked."""

    def leave(self, node: bytes, reason: Reason, text: str) -> None:
        """End the link."""


class Gossiping:
    """One node's part in gossip; ccnode.net's `News`. Lives on one event loop."""

    def __init__(
        self, name: str, ledger: Ledger, append: Append, book: PeerBook, index: Index, tell: Callable[..., None]
    ) -> None:
        self.gossip = Gossip(book.own)
        self.links: Links | None = None
        self._name = name
        self._ledger = ledger
        self._append = append
        self._book = book
        self._index = index
        self._tell = tell
        self._kept: list[Kept] = []
        self._unsaved: dict[bytes, Kept | None] = {}  # None: to be forgotten
        self._above = 0  # a counter that our own report is to be above
        self._said_ms: int | None = None  # when it was made last, by a clock that only goes forward
        self._is_stale = True  # whether there may be something new to say
        self._woken = asyncio.Event()

    # --- from the start on ---

    def fill(self, connection: sqlite3.Connection) -> None:
        """Read what is kept. Raises sqlite3.Error."""
        self._kept = reports.load(connection)

    def open(self) -> None:
        """Heed what was read, once it is known who counts and which chains are forked."""
        self.stand()
        kept, self._kept = self._kept, []
        self.gossip.load((each.report for each in kept), clock.now_ms())
        here = {**self.gossip.rumours.held, **self.gossip.rumours.apart}
        self._unsaved |= {each.report.report.node: None for each in kept if each.report.report.node not in here}
        for chain, found in self._index.frozen.items():
            self.gossip.forked(chain, found.seq, _now_ms(), is_new=False)

    async def run(self) -> None:
        """Play rounds, keep what is heard, say what is new; until cancelled."""
        while True:
            self._woken.clear()
            await self._renew()
            chance = int.from_bytes(clock.chance(CHANCE_BYTES))
            self._perform(self.gossip.tick(_now_ms(), clock.now_ms(), chance))
            await self._save()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s()):
                    await self._woken.wait()

    def _pause_s(self) -> float:
        due_ms, now_ms = self.gossip.timer(), _now_ms()
        pause_s = LOOK_S if due_ms is None else max(0.0, (due_ms - now_ms) / 1000)
        if self._is_stale and self._said_ms is not None:
            pause_s = min(pause_s, max(0.0, (self._said_ms + APART_MS - now_ms) / 1000))
        return min(pause_s, LOOK_S)

    # --- what links tell (net/ports.py) ---

    def met(self, peer: bytes, tier: Tier) -> None:
        """There is a link on which both may speak."""
        self._heed(self.gossip.met(peer, tier, _now_ms()))

    def parted(self, peer: bytes) -> None:
        """It is gone."""
        self.gossip.parted(peer)

    def heard(self, peer: bytes, frame: Frame) -> None:
        """A frame of gossip."""
        self._heed(self.gossip.receive(peer, frame, _now_ms(), clock.now_ms()))

    # --- what this node tells ---

    def stand(self) -> None:
        """Who counts may have changed: whom our owner certified, not revoked, and neither removed here nor let down."""
        rows, tier_of = self._book.rows, self._book.tier_of
        decided = {node for node, peer in rows.items() if peer.standing != "pending" and tier_of(node) is not Tier.CORE}
        followed = [node for node in rows if tier_of(node) is Tier.SANDBOX_IN]
        self._heed(self.gossip.stand(self._index.certified - self._index.revoked - decided, followed))

    def decided(self, node: bytes) -> None:
        """The owner may have decided otherwise about a peer: see whether it counts as before, and heed it if not."""
        rumours, tier, peer = self.gossip.rumours, self._book.tier_of(node), self._book.rows.get(node)
        is_shunned = peer is not None and peer.standing != "pending" and tier is not Tier.CORE
        is_ours = node in self._index.certified and node not in self._index.revoked
        is_member = node == self._book.own or (is_ours and not is_shunned)
        is_followed = tier is Tier.SANDBOX_IN and not is_member
        if ((node in rumours.members), (node in rumours.followed)) != (is_member, is_followed):
            self.stand()

    def forked(self, chain: ChainId) -> None:
        """A proof is kept."""
        self._heed(self.gossip.forked(chain, self._index.frozen[chain].seq, _now_ms()))

    def grew(self, chain: ChainId) -> None:
        """A chain is longer: if it is this node's own, there may be another measurement."""
        if chain.node == self._book.own and chain.audience == 0:
            self._is_stale = True
            self._woken.set()

    def form(self) -> list[dict[str, Any]]:
        """What is known of characters, in JSON."""
        rumours = self.gossip.rumours
        kept = [Kept(each, is_apart=False) for each in rumours.held.values()]
        kept += [Kept(each, is_apart=True) for each in rumours.apart.values()]
        called = {node: peer.name for node, peer in self._book.rows.items()} | {self._book.own: self._name}
        return reports.shown(kept, self._book.own, called, clock.now_ms())

    # --- our own report ---

    async def _renew(self) -> None:
        """Say what our character is, where there is something new to say, and not too soon."""
        now_ms, wall_ms = _now_ms(), clock.now_ms()
        last = self.gossip.rumours.held.get(self._book.own)
        is_old = last is not None and not 0 <= wall_ms - last.report.time_ms < RENEW_MS
        is_soon = self._said_ms is not None and now_ms < self._said_ms + APART_MS
        if is_soon or not (self._is_stale or is_old):
            return
        try:
            found = await asyncio.to_thread(self._ground)
        except StoreError as error:
            log.warning("character_not_told", error=str(error))
            return
        self._is_stale = False
        is_behind = last is not None and last.report.counter <= self._above
        if found is None or (last is not None and last.report.at == found.at and not is_old and not is_behind):
            return
        self._said_ms = now_ms
        try:
            signed = sign_report(self._book.key, self._report(found, wall_ms))
            # Kept before anybody hears it: after a crash its counter must not be given again.
            await self._append(reports.keep([Kept(signed, is_apart=False)], []))
            self.gossip.publish(signed, now_ms)
        except (LocalError, StoreError) as error:  # a clock before 1970, for one; it is tried again in a minute
            self._is_stale = True
            log.warning("character_not_told", error=str(error))
            return
        self._tell("peers")

    def _report(self, found: Ground, wall_ms: int) -> Report:
        measured, own = found.found, self._book.own
        before = max(self.gossip.rumours.version(own)[0], self._above)
        ccc = measured.figures.get("ccc")
        is_compared = isinstance(ccc, int) and measured.baseline is not None
        return Report(
            own,
            max(before + 1, wall_ms),
            wall_ms,
            wall_ms + limits.REPORT_LIFE_MS,
            measured.spec,
            measured.vector or (),
            measured.window,
            found.at,
            ccc if is_compared and isinstance(ccc, int) else None,
            measured.baseline if is_compared else None,
        )

    def _ground(self) -> Ground | None:
        import sqlite3

        try:
            with contextlib.closing(connect(self._ledger.path, writable=False)) as connection:
                return views.run(connection, reports.ground(self._book.own))
        except sqlite3.Error as error:
            raise translated(error) from error

    # --- effects ---

    def _heed(self, effects: Iterable[Effect]) -> None:
        """Something has happened; the next round may be due earlier, and something to be kept."""
        self._perform(effects)
        self._woken.set()

    def _perform(self, effects: Iterable[Effect]) -> None:
        links = self.links
        for effect in effects:
            match effect:
                case Keep(report=report, is_apart=is_apart):
                    self._unsaved[report.report.node] = Kept(report, is_apart)
                    self._tell("peers")
                case Drop(nodes=nodes):
                    self._unsaved |= dict.fromkeys(nodes)
                    self._tell("peers")
                case Renew(counter=counter):
                    self._above, self._is_stale = max(self._above, counter), True
                case Say(peer=peer, message=message) if links is not None:
                    links.tell(peer, message)
                case Ask(peer=peer, chain=chain) if links is not None:
                    links.ask_fork(peer, chain)
                case Leave(peer=peer, reason=reason, text=text) if links is not None:
                    links.leave(peer, reason, text)

    async def _save(self) -> None:
        """Keep what is new in the table. What cannot be kept now is tried with the next."""
        if not self._unsaved:
            return
        unsaved, self._unsaved = self._unsaved, {}
        kept = [each for each in unsaved.values() if each is not None]
        try:
            await self._append(reports.keep(kept, [node for node, each in unsaved.items() if each is None]))
        except StoreError as error:
            log.warning("reports_not_kept", error=str(error))
            self._unsaved = unsaved | self._unsaved


def _now_ms() -> int:
    return int(clock.elapsed_s() * 1000)
