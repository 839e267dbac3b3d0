"""Whom do we tell what we have heard, and what do we make of what we are told? The machine of a node, not of a link.

    met, parted, stand                       with whom there is a link, and who counts, each -> effects
    publish(report), forked(chain, seq)      news of this node
    receive(peer, frame, now_ms, wall_ms)    a frame of the types 80 to 87 has come -> effects
    timer() -> ms | None, tick(...)          a round is due -> effects

In a round, three core peers that chance picks are told what is new here and one hash over all reports that are held;
each answers with what is new there and its own hash, so news travel both ways, also to who has none to tell. What is
new is told for some rounds, fewer where peers knew it already. Where the hashes still differ, what is held is listed
once, and the gaps are filled. A sandbox peer that may follow us is told our own report and forks, and nothing else; of
one that we follow its own are taken, kept apart. A fork is a rumour until its proof is here: sync fetches and heeds it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from ccnode_crypto.entry import ChainId
from ccnode_protocol import gossip_frames, limits, tiers
from ccnode_protocol.effects import Reason
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.gossip_frames import Hold, Tell
from ccnode_protocol.reports import MARK_BYTES
from ccnode_protocol.rumours import NOTHING, PUBLIC, Key, Rumours, Verdict
from ccnode_protocol.tiers import Rule, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode_protocol.frames import Frame
    from ccnode_protocol.gossip_frames import Message, Packed
    from ccnode_protocol.reports import SignedReport, Version

State = Literal["away", "idle", "asking"]
Event = Literal["meet", "part", "round", "same", "differs"]

STATES: Final[dict[tuple[State, Event], State]] = {
    ("away", "meet"): "idle",
    ("idle", "meet"): "idle",  # a newer link took the place of the old one
    ("asking", "meet"): "idle",
    ("away", "part"): "away",
    ("idle", "part"): "away",
    ("asking", "part"): "away",
    ("idle", "round"): "asking",
    ("asking", "round"): "asking",  # it did not answer the last
    ("asking", "same"): "idle",
    ("asking", "differs"): "idle",  # what is held may be listed now
    ("idle", "same"): "idle",
    ("idle", "differs"): "idle",
}
CHANCE_MAX: Final = 2**64
_LAST: Final = b"\xff" * 32
_FIRST: Final = bytes(32)


class Say(NamedTuple):
    """Send this to a peer (`Link.send` takes its `kind` and `body()`)."""

    peer: bytes
    message: Message


class Ask(NamedTuple):
    """The peer says that it can prove a fork of this chain: ask it for the proof (sync's want-fork)."""

    peer: bytes
    chain: ChainId


class Keep(NamedTuple):
    """Keep this report, in the place of an older one of its node. `is_apart`: it is a sandbox peer's."""

    report: SignedReport
    is_apart: bool


class Drop(NamedTuple):
    """The reports of these nodes count no more: forget them."""

    nodes: tuple[bytes, ...]


class Renew(NamedTuple):
    """A report of ours is about that this directory, an old copy, does not know of: say it anew, counted above that."""

    counter: int


class Leave(NamedTuple):
    """End the link with this peer."""

    peer: bytes
    reason: Reason
    text: str


Effect = Say | Ask | Keep | Drop | Renew | Leave


@dataclass(slots=True)
class _Peer:
    """What is known of one peer.

    `has`: of what is new, what it is known to have, by version. `odds`: how many times in a row the hashes differed.
    `next`: from which node on the next list to it begins.
    """

    node: bytes
    tier: Tier = Tier.UNKNOWN
    state: State = "away"
    is_fresh: bool = False
    has: dict[Key, Version] = field(default_factory=dict)
    odds: int = 0
    listed_ms: int | None = None
    next: bytes = _FIRST

    def step(self, event: Event) -> None:
        """Raises KeyError where that cannot happen."""
        self.state = STATES[self.state, event]


class Gossip:
    """All that this node tells and hears of reports and forks. `rumours`: what is here, for reading."""

    def __init__(self, own: bytes) -> None:
        self.rumours = Rumours(own)
        self._peers: dict[bytes, _Peer] = {}
        self._asked: dict[ChainId, int] = {}  # proofs that are asked for, and until when none other is
        self._round_ms: int | None = None  # the next round
        self._last_ms: int | None = None  # the last one

    # --- who is there, and who counts ---

    def met(self, peer: bytes, tier: Tier, now_ms: int) -> list[Effect]:
        """There is a link on which both sides may speak; also when the tier is another."""
        if not any(tiers.may_receive(tier, kind) or tiers.may_send(tier, kind) for kind in gossip_frames.FORMS):
            self.parted(peer)
            return []
        found = self._peers.setdefault(peer, _Peer(peer))
        found.tier, found.is_fresh = tier, True
        found.has.clear()
        found.odds, found.listed_ms = 0, None
        found.step("meet")
        self._soon(now_ms)
        if tiers.taken(tier, tiers.Kind.REPORTS) is not Rule.QUARANTINE:
            return []
        # It may have told us on this very link, when we did not follow it.
        return [Say(peer, Hold(((peer, _known(self.rumours.version(peer))),)))]

    def parted(self, peer: bytes) -> None:
        """The link is gone, or may no longer be used. What it said stays."""
        self._peers.pop(peer, _Peer(peer)).step("part")

    def stand(self, members: Iterable[bytes], followed: Iterable[bytes]) -> list[Effect]:
        """These are our owner's nodes whose reports count, and the sandbox peers whose own do."""
        gone = self.rumours.stand(members, followed)
        return [Drop(tuple(gone))] if gone else []

    def load(self, kept: Iterable[SignedReport], wall_ms: int) -> None:
        """What was kept when this node last ran, after `stand`; what verifies no more is left out."""
        for each in kept:
            try:
                each.verify()
            except RemoteError:
                continue  # altered where it was kept
            if each.report.expires_ms > wall_ms:
                self.rumours.keep(each)

    # --- news of this node ---

    def publish(self, report: SignedReport, now_ms: int) -> list[Effect]:
        """Our own report is this from now on.

        Raises:
            LocalError: it is another node's, or not newer than the last.
        """
        rumours = self.rumours
        if report.report.node != rumours.own or report.version <= rumours.version(rumours.own):
            raise LocalError("report: our own, with a greater counter than the last, is expected")
        rumours.keep(report)
        self._heat(rumours.own, now_ms)
        return [Keep(report, is_apart=False)]

    def forked(self, chain: ChainId, seq: int, now_ms: int, *, is_new: bool = True) -> list[Effect]:
        """A proof is kept here that a chain is forked at this position; `is_new`: it was not when the node started."""
        self._asked.pop(chain, None)
        if self.rumours.forked(chain, seq) and is_new and chain.node in self.rumours.members:
            self._heat(chain, now_ms)
        return []

    def _heat(self, key: Key, now_ms: int) -> None:
        """Tell of it for as many rounds as reach everybody: twice the doublings, and a few for what is lost."""
        self.rumours.hot[key] = 2 * (1 + len(self.rumours.members)).bit_length() + 2
        self._soon(now_ms)

    # --- rounds ---

    def _soon(self, now_ms: int) -> None:
        due_ms = now_ms if self._last_ms is None else max(now_ms, self._last_ms + limits.EAGER_MS)
        self._round_ms = due_ms if self._round_ms is None else min(self._round_ms, due_ms)

    def timer(self) -> int | None:
        """When the next round is due; None while there is nobody to tell anything."""
        is_any = any(peer.tier is Tier.CORE or self._owed(peer) for peer in self._peers.values())
        return self._round_ms if is_any else None

    def tick(self, now_ms: int, wall_ms: int, chance: int) -> list[Effect]:
        """A round, where one is due. `chance`: a random integer below CHANCE_MAX; it picks the peers.

        Raises:
            LocalError: `chance` is out of its bounds.
        """
        if not 0 <= chance < CHANCE_MAX:
            raise LocalError(f"gossip: a chance below {CHANCE_MAX} is expected")
        due_ms = self.timer()
        if due_ms is None or now_ms < due_ms:
            return []
        self._last_ms = now_ms
        self._asked = {chain: until for chain, until in self._asked.items() if until > now_ms}
        gone = self.rumours.expire(wall_ms)
        effects: list[Effect] = [Drop(tuple(gone))] if gone else []
        for peer in self._picked(chance):
            peer.is_fresh = False
            if peer.tier is Tier.CORE:
                peer.step("round")
                effects.append(self._tell(peer, asks=True))
            else:
                effects += self._tell_guest(peer)
        self._cool(1)
        self._round_ms = now_ms + limits.ROUND_MS
        return effects

    def _picked(self, chance: int) -> list[_Peer]:
        """The peers of this round: those just met, then those not known to have all that is new, then any other."""
        asked = [peer for _, peer in sorted(self._peers.items()) if peer.tier is Tier.CORE or self._owed(peer)]
        groups: tuple[list[_Peer], ...] = ([], [], [])
        for peer in asked:
            groups[0 if peer.is_fresh else 1 if peer.tier is not Tier.CORE or self._news(peer) else 2].append(peer)
        picked: list[_Peer] = []
        for group in groups:
            while group and len(picked) < limits.FANOUT:
                chance, at = divmod(chance, len(group))
                picked.append(group.pop(at))
        return picked

    def _cool(self, by: int) -> None:
        hot = self.rumours.hot
        for key in [key for key, left in hot.items() if left <= by]:
            del hot[key]
            for peer in self._peers.values():
                if peer.tier is Tier.CORE:  # of a guest it says what is not told again
                    peer.has.pop(key, None)
        for key in hot:
            hot[key] -= by

    def _tell(self, peer: _Peer, *, asks: bool) -> Say:
        """What is new here and not known to be there, with the hash over all."""
        rumours, news = self.rumours, self._news(peer)
        reports = [_packed(rumours.held[key]) for key in news if isinstance(key, bytes)]
        forks = [(key, rumours.forks[key]) for key in news if isinstance(key, ChainId)]
        told = Tell(tuple(reports[: limits.TOLD_MAX]), tuple(forks[: limits.TOLD_FORKS_MAX]), rumours.sum(), asks)
        return Say(peer.node, told)

    def _news(self, peer: _Peer) -> list[Key]:
        rumours = self.rumours
        return [key for key in rumours.hot if peer.has.get(key, NOTHING) < rumours.latest(key)]

    # --- sandbox peers that follow us ---

    def _owed(self, peer: _Peer) -> list[Key]:
        """What a guest may have of ours, and was not told on this link."""
        rumours = self.rumours
        keys: list[Key] = []
        if rumours.own in rumours.held and tiers.given(peer.tier, tiers.Kind.REPORTS) is Rule.YES:
            keys.append(rumours.own)
        if tiers.given(peer.tier, tiers.Kind.FORKS) is Rule.YES:
            keys += [chain for chain in rumours.forks if chain.node == rumours.own and chain.audience in PUBLIC]
        return [key for key in keys if peer.has.get(key) != rumours.latest(key)][: limits.TOLD_FORKS_MAX]

    def _tell_guest(self, peer: _Peer) -> list[Effect]:
        rumours, owed = self.rumours, self._owed(peer)
        peer.has |= {key: rumours.latest(key) for key in owed}
        reports = tuple(_packed(rumours.held[key]) for key in owed if isinstance(key, bytes))
        forks = tuple((key, rumours.forks[key]) for key in owed if isinstance(key, ChainId))
        return [Say(peer.node, Tell(reports, forks))] if owed else []

    # --- what comes ---

    def receive(self, peer: bytes, frame: Frame, now_ms: int, wall_ms: int) -> list[Effect]:
        """Take in a frame that the peer's tier allows (tiers.py). Whatever it holds, nothing is raised."""
        found = self._peers.get(peer)
        if found is None or frame.type not in gossip_frames.MESSAGES:
            return []
        try:
            message = gossip_frames.read(frame.type, frame.body)
            if isinstance(message, Hold):
                return self._fill(found, message) if found.tier is Tier.CORE else self._fill_guest(found, message)
            return self._hear(found, message, now_ms, wall_ms)
        except RemoteError as error:
            reason = Reason.UNPROVEN if str(error).startswith("report.signature") else Reason.MALFORMED
            return [Leave(peer, reason, f"{frame.name}: {error}")]

    def _hear(self, peer: _Peer, told: Tell, now_ms: int, wall_ms: int) -> list[Effect]:
        effects: list[Effect] = []
        for packed in told.reports:
            effects += self._report(peer, packed, now_ms, wall_ms)
        for chain, seq in told.forks:
            effects += self._rumour(peer, chain, seq, now_ms)
        if peer.tier is not Tier.CORE or told.sum is None:
            return effects
        is_same = told.sum == self.rumours.sum()
        was_news = bool(effects)
        if is_same:
            peer.odds = 0
            peer.has |= {key: self.rumours.latest(key) for key in self.rumours.hot if isinstance(key, bytes)}
        if told.asks:
            return [*effects, self._tell(peer, asks=False)]
        if is_same and not was_news and peer.state == "asking":
            self._cool(1)  # it knew all: fewer and fewer do not
        return [*effects, *self._compared(peer, now_ms, is_same=is_same)]

    def _compared(self, peer: _Peer, now_ms: int, *, is_same: bool) -> list[Effect]:
        """The peer has answered: list what is held where the difference is none that rumours will make up for."""
        was_asking = peer.state == "asking"
        peer.step("same" if is_same else "differs")
        if is_same or not was_asking:
            return []
        peer.odds += 1
        is_early = peer.listed_ms is not None and now_ms < peer.listed_ms + limits.LISTING_MS
        if is_early or (self.rumours.hot and peer.odds == 1):
            return []
        peer.listed_ms = now_ms
        rows = self.rumours.rows(peer.next, _LAST)
        last = _LAST if len(rows) <= limits.ROWS_MAX else rows[limits.ROWS_MAX - 1][0]
        whole = (peer.next, last)
        peer.next = _FIRST if last == _LAST else last
        return [Say(peer.node, Hold(tuple(rows[: limits.ROWS_MAX]), whole))]

    def _report(self, peer: _Peer, packed: Packed, now_ms: int, wall_ms: int) -> list[Effect]:
        is_core = peer.tier is Tier.CORE
        if tiers.taken(peer.tier, tiers.Kind.REPORTS) is Rule.NO:
            return []
        verdict, found = self.rumours.take(packed, peer.node, wall_ms, is_core=is_core)
        node = found.report.node
        if verdict is Verdict.OWN:
            return [Keep(found, is_apart=False), Renew(found.report.counter)]
        if verdict is not Verdict.REFUSED and is_core:
            peer.has[node] = max(peer.has.get(node, NOTHING), found.version)
        if verdict is not Verdict.NEWS:
            return []
        if is_core:
            self._heat(node, now_ms)
        return [Keep(found, is_apart=not is_core)]

    def _rumour(self, peer: _Peer, chain: ChainId, seq: int, now_ms: int) -> list[Effect]:
        """A peer says that it can prove a fork: ask it for that once, unless as much is known here."""
        rumours = self.rumours
        may = tiers.taken(peer.tier, tiers.Kind.FORKS) is Rule.YES and (
            chain.node in rumours.members
            if peer.tier is Tier.CORE
            else chain.node == peer.node and chain.audience in PUBLIC
        )
        if not may:
            return []
        if not rumours.lacks(chain, seq):
            peer.has[chain] = max(peer.has.get(chain, (-seq, b"")), (-seq, b""))
            return []
        is_asked = self._asked.get(chain, now_ms) > now_ms
        if is_asked or len(self._asked) >= limits.HUNTS_MAX * limits.TOLD_FORKS_MAX:
            return []
        self._asked[chain] = now_ms + limits.SYNC_ANSWER_MS
        return [Ask(peer.node, chain)]

    def _fill(self, peer: _Peer, hold: Hold) -> list[Effect]:
        """Tell the peer the reports that are newer here than there; ask for those that are newer there."""
        rumours, theirs = self.rumours, dict(hold.rows)
        ours = dict(rumours.rows(*hold.whole)) if hold.whole is not None else {}
        nodes = ours if hold.whole is not None else [node for node in theirs if node in rumours.held]
        newer = [node for node in nodes if theirs.get(node, NOTHING) < rumours.version(node)][: limits.LISTED_MAX]
        effects: list[Effect] = [
            Say(peer.node, Tell(tuple(_packed(rumours.held[node]) for node in newer[at : at + limits.TOLD_MAX])))
            for at in range(0, len(newer), limits.TOLD_MAX)
        ]
        older = [
            (node, _known(rumours.version(node)))
            for node, version in hold.rows
            if hold.whole is not None and node in rumours.members and rumours.version(node) < version
        ]
        return [*effects, Say(peer.node, Hold(tuple(older)))] if older else effects

    def _fill_guest(self, peer: _Peer, hold: Hold) -> list[Effect]:
        """A guest asks for what it may have, which is one report."""
        rumours = self.rumours
        theirs, ours = dict(hold.rows).get(rumours.own, NOTHING), rumours.held.get(rumours.own)
        if tiers.given(peer.tier, tiers.Kind.REPORTS) is not Rule.YES or hold.whole is not None:
            return []
        if ours is None or theirs == NOTHING or theirs >= ours.version:
            return []
        peer.has[rumours.own] = ours.version
        return [Say(peer.node, Tell((_packed(ours),)))]


def _known(version: Version) -> Version:
    """The version as it is sent; a counter of 0 and a mark of zeros where there is none."""
    return max(version, (0, bytes(MARK_BYTES)))


def _packed(found: SignedReport) -> Packed:
    return found.body, found.signature
