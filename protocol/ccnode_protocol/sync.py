"""What do two nodes tell each other so that each has what it may have? The machine of one link.

    receive(frame, now_ms) -> effects        a frame of the types 32 to 63 has come
    loaded, settled, guarded, forked, grew   what became of effects, and news of this node, each -> effects
    timer() -> ms | None, tick(now_ms)       when to call it again

Law 5 is in the states. `opening`: we have said what we know of the peer's chains and wait for what it knows of ours.
`reading`: it may know more of ours than we do, which is looked into before anything of ours is offered; `guarded`: it
has proven that, and this node is taking another epoch. Only in `open` is anything of ours offered, answered or pushed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from ccnode_crypto.errors import CryptoError
from ccnode_crypto.proof import verify_path
from ccnode_protocol import limits, sync_frames
from ccnode_protocol.effects import Close, Reason
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.forks import Hunts, proven
from ccnode_protocol.sync_effects import Effect, Forked, Load, Restored, Say, Store
from ccnode_protocol.sync_fetch import Fetch
from ccnode_protocol.sync_index import Flow, Index
from ccnode_protocol.sync_serve import Serve
from ccnode_protocol.sync_values import (
    Contents,
    Credit,
    Digests,
    End,
    Fork,
    Heads,
    Known,
    List,
    Listed,
    Message,
    Path,
    Row,
    SentRun,
    Want,
    WantContents,
    WantDigests,
    WantFork,
    WantPath,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.quota import Quota
    from ccnode_protocol.tiers import Tier

State = Literal["new", "opening", "reading", "guarded", "open", "closed"]
Event = Literal["start", "known", "clear", "claims", "proven", "guard", "close"]

STATES: Final[dict[tuple[State, Event], State]] = {
    ("new", "start"): "opening",
    ("opening", "known"): "reading",
    ("open", "known"): "reading",  # each periodic look begins with what the peer knows of ours
    ("reading", "known"): "reading",
    ("guarded", "known"): "guarded",
    ("open", "claims"): "reading",  # also what it offers may tell more of ours than we know
    ("reading", "claims"): "reading",
    ("guarded", "claims"): "guarded",
    ("reading", "clear"): "open",
    ("reading", "proven"): "guarded",
    ("guarded", "proven"): "guarded",
    ("guarded", "guard"): "reading",
    ("new", "close"): "closed",
    ("opening", "close"): "closed",
    ("reading", "close"): "closed",
    ("guarded", "close"): "closed",
    ("open", "close"): "closed",
}


class Sync:
    """One link's part in bringing chains up to date. Give it only frames that the peer's tier allows (tiers.py)."""

    def __init__(self, index: Index, peer: bytes, tier: Tier, quota: Quota | None = None) -> None:
        self.flow = Flow(index, peer, tier)
        self.state: State = "new"
        self._index = index
        self._hunts = Hunts(self.flow)
        self._fetch = Fetch(self.flow, self._hunts, quota)
        self._serve = Serve(self.flow)
        self._claims: dict[ChainId, Row] = {}  # what the peer knows of ours and we do not, as long as it is not proven
        self._heeded: dict[ChainId, Row] = {}  # what it has proven to know
        self._unheeded = 0  # how often it has proven something that is not heeded yet
        self._lists: set[bytes] = set()  # nodes whose chains the peer was asked to list
        self._is_level = False  # by the peer's last word it has what we have
        self._offers = True  # whether all is to be offered when the link is open next
        self._unpaid = 0  # bytes that the peer sent and has no credit back for
        self._stored = 0  # of those, what is stored
        self._deadline_ms: int | None = None
        self._pull_ms = 0

    @property
    def entries_left(self) -> int:
        """How many entries the peer offers that are not stored here yet: for showing progress."""
        return self._fetch.entries_left

    @property
    def entries_owed(self) -> int:
        """How many entries the peer may have and, as far as it has said, has not."""
        return self._serve.entries_owed if self._is_open else 0

    @property
    def acknowledged(self) -> dict[ChainId, int]:
        """How far the peer's copies go of what it may follow, by its own word."""
        return self._serve.acknowledged

    def start(self, now_ms: int) -> list[Effect]:
        """The link is up and the peer's identity proven: say what we know of its chains."""
        self._step("start")
        self._deadline_ms = now_ms + limits.SYNC_ANSWER_MS
        self._pull_ms = now_ms + limits.PULL_MS
        return [Say(self.flow.known())]

    def stop(self) -> None:
        """The link is gone; nothing more comes out of this machine. `tick` the others: they may fetch what it did."""
        if self.state != "closed":
            self._step("close")
        self._fetch.stop()

    def _step(self, event: Event) -> None:
        self.state = STATES[self.state, event]

    @property
    def _is_open(self) -> bool:
        return self.state == "open"

    # --- frames ---

    def receive(self, frame: Frame, now_ms: int) -> list[Effect]:
        """Take in a frame; what is wrong with it ends the link. Frames of other subjects are passed over."""
        if self.state in {"new", "closed"} or frame.type not in sync_frames.MESSAGES:
            return []
        try:
            message = sync_frames.read(frame.type, frame.body)
            if self.state == "opening" and not isinstance(message, Known):
                return self._close(Reason.UNEXPECTED, f"{frame.name} before what the peer knows of our chains")
            return [*self._take(message, now_ms), *self._go_on(now_ms)]
        except RemoteError as error:
            return self._close(Reason.MALFORMED, str(error))

    def _take(self, message: Message, now_ms: int) -> list[Effect]:
        match message:
            case Known():
                return self._known(message, now_ms)
            case Heads():
                return self._heads(message, now_ms)
            case Listed():
                return self._listed(message, now_ms)
            case SentRun() | Contents():
                return self._taken(message, now_ms)
            case End():
                self._fetch.end(message)
            case Credit():
                self._serve.credited(message)
            case List() | Want() | WantContents() | WantDigests() | WantPath() | WantFork():
                self._serve.ask(message)
            case Digests():
                return self._hunts.digests(message, now_ms, ours=False)
            case Path():
                return self._path(message)
            case Fork():
                return self._fork(message)
        return []

    def _go_on(self, now_ms: int) -> list[Effect]:
        """What can be done now that something has changed."""
        effects: list[Effect] = []
        if self.state == "closed":
            return effects
        if not self._claims and not self._lists and self.state != "opening":
            self._deadline_ms = None
        if self.state == "reading" and not self._claims and self._index.own not in self._lists:
            self._step("clear")
            if self._is_level:
                self._serve.is_level()
            elif self._offers:
                offer = self.flow.offer()
                effects += [Say(offer)] if offer.rows else []
                self._serve.told_all()
            self._offers = False
        effects += self._serve.step(is_open=self._is_open)
        if self._is_open:
            # Not before all that is offered is known: orders to forget may be in what is being listed.
            effects += [] if self._lists else self._fetch.step(now_ms)
            effects += self._serve.tell(now_ms, is_open=True)
        return effects

    # --- what the peer knows of ours (law 5) ---

    def _known(self, message: Known, now_ms: int) -> list[Effect]:
        if any(row.chain.node != self._index.own for row in message.rows):
            raise RemoteError("known.rows: only chains of the receiver are expected")
        self._step("known")
        self._is_level = message.all == self.flow.common()
        self._offers = not self._is_level
        if self._is_level:
            return []
        effects = self._read(message.rows, now_ms)
        self._serve.reached(message.rows)
        if self.flow.differs(self._index.own, message.rows, message.count, message.rest):
            effects += self._list(self._index.own, now_ms)
        elif message.count:
            self._serve.acknowledge(self.flow.others(self._index.own, message.rows))
        return effects

    def _list(self, node: bytes, now_ms: int) -> list[Effect]:
        """Ask for a node's chains, unless that is asked already."""
        if node in self._lists:
            return []
        self._lists.add(node)
        self._deadline_ms = now_ms + limits.SYNC_ANSWER_MS
        return [Say(List(node))]

    def _read(self, rows: Iterable[Row], now_ms: int) -> list[Effect]:
        """Ask for proof where the peer knows more of our own chains than we do; the live epoch first."""
        effects: list[Effect] = []
        for row in sorted(rows, key=lambda row: (row.chain.epoch != self._index.epoch, row.chain)):
            chain, length = row.chain, self._index.length(row.chain)
            heeded = self._heeded.get(chain)
            is_heeded = heeded is not None and heeded.length >= row.length and chain.epoch != self._index.epoch
            is_open = chain not in self._claims and not is_heeded
            if row.length > length and is_open and len(self._claims) < limits.CLAIMS_MAX:
                self._claims[chain] = row
                self._deadline_ms = now_ms + limits.SYNC_ANSWER_MS
                self._step("claims")
                effects.append(Say(WantPath(chain, row.length - 1)))
            mine = self._index.row(chain)
            if mine is not None and row.length == mine.length > 0 and row.head != mine.head:
                effects += self._hunts.begin(chain, length - 1, now_ms)
        return effects

    def _path(self, message: Path) -> list[Effect]:
        claim = self._claims.pop(message.chain, None)
        if claim is None:
            return self._hunts.path(message, ours=False)
        side = message.side
        try:
            if side is None or verify_path(side.head, side.headers).seq != message.seq:
                return self._close(Reason.UNPROVEN, "known.rows: a head of ours that the peer cannot show")
        except CryptoError as error:
            return self._close(Reason.UNPROVEN, f"path.side: {error}")
        length = side.head.seq + 1
        if length <= self._index.length(claim.chain):
            return []  # we have it by now
        self._heeded[claim.chain] = Row(claim.chain, length, side.head.digest, claim.orders)
        self._step("proven")
        self._unheeded += 1
        return [Restored(claim.chain, length, claim.chain.epoch == self._index.epoch)]

    def guarded(self, now_ms: int) -> list[Effect]:
        """What the peer proved is heeded: where it was about the live epoch, another is open (`Index.epoch`).

        Called once for each Restored; nothing is offered before the last.
        """
        self._unheeded -= 1
        if self.state != "guarded" or self._unheeded > 0:
            return []
        self._step("guard")
        self._offers = True
        # The peer may have offered them before, when they were still of the live epoch and so not taken.
        return [*self._fetch.offer(self._heeded.values(), now_ms), *self._go_on(now_ms)]

    # --- what the peer has ---

    def _heads(self, message: Heads, now_ms: int) -> list[Effect]:
        effects = self._read([row for row in message.rows if row.chain.node == self._index.own], now_ms)
        effects += self._fetch.offer(message.rows, now_ms)
        self._serve.reached(message.rows)
        for rest in message.rests:
            named = [row for row in message.rows if row.chain.node == rest.node]
            if self.flow.differs(rest.node, named, rest.count, rest.digest):
                effects += self._list(rest.node, now_ms)
            elif rest.count:
                self._serve.acknowledge(self.flow.others(rest.node, named))
        return effects

    def _listed(self, message: Listed, now_ms: int) -> list[Effect]:
        effects: list[Effect] = []
        if message.node not in self._lists:
            return []
        if message.node == self._index.own:
            effects += self._read(message.rows, now_ms)
        effects += self._fetch.offer(message.rows, now_ms)
        self._serve.reached(message.rows)
        if message.more:
            last = message.rows[-1].chain
            self._deadline_ms = now_ms + limits.SYNC_ANSWER_MS
            effects.append(Say(List(message.node, last.epoch, last.audience)))
        else:
            self._lists.discard(message.node)
        return effects

    def _taken(self, item: SentRun | Contents, now_ms: int) -> list[Effect]:
        self._unpaid += item.weight
        if self._unpaid > limits.WINDOW_BYTES:
            return self._close(Reason.OVER_RATE, "run: more bytes than there was credit for")
        if isinstance(item, SentRun):
            effects = self._fetch.run(item, now_ms)
            self._serve.reached([Row(item.chain, item.end, item.head)])
        else:
            effects = self._fetch.contents(item, now_ms)
        if not any(isinstance(effect, Store) for effect in effects):
            effects += self._pay(item)
        return effects

    def _pay(self, item: SentRun | Contents) -> list[Effect]:
        """Give credit back for what is stored or was not taken; in parts worth a frame."""
        self._stored += item.weight
        if self._stored < limits.WINDOW_BYTES // 8:
            return []
        paid, self._stored = self._stored, 0
        self._unpaid -= paid
        return [Say(Credit(paid))]

    def settled(self, store: Store, now_ms: int, error: str = "") -> list[Effect]:
        """The store has taken what a Store asked for (call `grew` first), or refused it as forged (`error`)."""
        if self.state == "closed":
            return []
        if error:
            return self._close(Reason.UNPROVEN, error)
        effects = [*self._fetch.settled(store.item, now_ms), *self._pay(store.item)]
        return [*effects, *self._go_on(now_ms)]

    # --- forks ---

    def _fork(self, message: Fork) -> list[Effect]:
        """A proof has come: heed it where it says more than we know; where we know as much, it costs nothing."""
        frozen = self._index.frozen.get(message.chain)
        seq = int.from_bytes(message.proof.one.headers[-1][178:186], "big")
        if not self.flow.forks(message.chain, giving=False) or (frozen is not None and frozen.seq <= seq):
            return []
        return [Forked(message.chain, proven(message.chain, message.proof))]

    def forked(self, chain: ChainId) -> list[Effect]:
        """A fork is proven, by whomever, and kept: tell the peer, if it may know that chain."""
        frozen = self._index.frozen.get(chain)
        self._hunts.drop(chain)
        if not self._is_open or frozen is None or not self.flow.forks(chain, giving=True):
            return []
        return [Say(Fork(chain, frozen.proof))]

    # --- this node ---

    def loaded(self, load: Load, answer: tuple[Message, ...], now_ms: int) -> list[Effect]:
        """What a Load asked for."""
        if self.state == "closed":
            return []
        if not load.is_own:
            return [*self._serve.loaded(load, answer), *self._go_on(now_ms)]
        effects: list[Effect] = []
        try:
            for message in answer:
                if isinstance(message, Digests):
                    effects += self._hunts.digests(message, now_ms, ours=True)
                elif isinstance(message, Path):
                    effects += self._hunts.path(message, ours=True)
        except RemoteError as error:
            return self._close(Reason.UNPROVEN, str(error))
        return effects

    def grew(self, chain: ChainId, run: SentRun | None, now_ms: int) -> list[Effect]:
        """A chain is longer and committed, and the index knows; `run`: what was appended, if this node wrote it."""
        if self.state in {"new", "closed"}:
            return []
        return [*self._serve.grew(chain, run, now_ms, is_open=self._is_open), *self._go_on(now_ms)]

    def retier(self, tier: Tier, now_ms: int) -> list[Effect]:
        """The peer's tier has changed; what it forbids from now on is dropped, also where it was asked for."""
        self.flow.set_tier(tier)
        self._fetch.recheck()
        self._serve.recheck()
        if self.state not in {"open", "reading"}:
            return []
        offer = self.flow.offer() if self._is_open else Heads(())
        return [*([Say(offer)] if offer.rows else []), *self._go_on(now_ms)]

    def look(self, now_ms: int) -> list[Effect]:
        """Other chains flow than before, by what the index says: say what is here, so that the peer offers the rest."""
        if self.state in {"new", "closed", "opening"}:
            return []
        self._pull_ms = now_ms
        self._fetch.recheck()
        return self.tick(now_ms)

    # --- time ---

    def timer(self) -> int | None:
        """When `tick` is to be called next, milliseconds of the caller's clock."""
        if self.state in {"new", "closed"}:
            return None
        news = self._serve.news_ms if self._is_open else None
        times = (self._deadline_ms, self._fetch.deadline_ms, self._hunts.deadline_ms, self._pull_ms, news)
        return min(time for time in times if time is not None)

    def tick(self, now_ms: int) -> list[Effect]:
        """Time has passed."""
        if self.state in {"new", "closed"}:
            return []
        self._hunts.tick(now_ms)
        if self._fetch.is_late(now_ms) or (self._deadline_ms is not None and now_ms >= self._deadline_ms):
            return self._close(Reason.TIMEOUT, "sync: no answer")
        effects: list[Effect] = []
        if now_ms >= self._pull_ms:
            self._pull_ms = now_ms + limits.PULL_MS
            self._fetch.look_again()
            effects.append(Say(self.flow.known()))
        return [*effects, *self._go_on(now_ms)]

    def _close(self, reason: Reason, text: str) -> list[Effect]:
        self.stop()
        return [Close(reason, text)]
