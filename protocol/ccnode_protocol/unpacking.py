"""What of a parcel is taken, and what must be read and stored for it? The receiver's machine, without a link.

    receive(message, now_ms) -> effects        each message of the parcel, in its order
    loaded(load, answer), settled(store)       what became of effects, before the next message
    finish()                                   there are no more

It takes what a link with that peer would take, by the same tables; whoever runs it does the same for its effects.
Nothing can be asked of a file, so what it lacks is told: in `tally`, or by StaleError where it is orders to forget.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal

from ccnode_crypto.errors import CryptoError
from ccnode_crypto.proof import ForkProof, ForkSide, SignedHead, path_positions, verify_path
from ccnode_protocol import limits
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.forks import Hunt, proven
from ccnode_protocol.sync_effects import Forked, Load, Restored, Store
from ccnode_protocol.sync_fetch import follows
from ccnode_protocol.sync_index import Flow
from ccnode_protocol.sync_values import Contents, Digests, Fork, Listed, Path, Row, SentRun, WantDigests, WantPath
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.quota import Quota
    from ccnode_protocol.sync_index import Index, Ranges
    from ccnode_protocol.sync_values import Message

State = Literal["told", "taking", "comparing", "ended"]
Event = Literal["rows", "path", "fork", "run", "overlap", "asked", "same", "parted", "end"]
Effect = Load | Store | Restored | Forked

# "told": what the sender knows comes first, and what it claims to know of ours is proven before anything is stored (law
# 5). "comparing": a run begins before our end, and is held against what is here.
STATES: Final[dict[tuple[State, Event], State]] = {
    ("told", "rows"): "told",
    ("told", "path"): "told",
    ("told", "fork"): "told",
    ("told", "run"): "taking",
    ("told", "end"): "ended",
    ("taking", "run"): "taking",
    ("taking", "overlap"): "comparing",
    ("comparing", "asked"): "comparing",
    ("comparing", "same"): "taking",
    ("comparing", "parted"): "taking",
    ("taking", "end"): "ended",
}


class StaleError(RemoteError):
    """The parcel leaves out orders to forget that are not here: nothing after them may be stored."""


@dataclass(slots=True)
class Tally:
    """What became of a parcel, in entries: new, known before, not taken from this peer, over its quota.

    `gaps`: chains of which the parcel begins after what is here, with both positions. `parted`: chains that differ from
    what is here before anything that the parcel holds, so that no fork is proven. `strangers`: entries of nodes that
    are not certified here, or not yet.
    """

    new: int = 0
    known: int = 0
    refused: int = 0
    strangers: int = 0
    over: int = 0
    contents: int = 0
    gaps: dict[ChainId, tuple[int, int]] = field(default_factory=dict)
    parted: set[ChainId] = field(default_factory=set)
    forks: set[ChainId] = field(default_factory=set)
    restored: dict[ChainId, int] = field(default_factory=dict)


class Unpacking:
    """One parcel of a peer. `has`: how far the sender's copies go of what it may follow here, once that was told."""

    def __init__(self, index: Index, peer: bytes, tier: Tier, quota: Quota | None = None) -> None:
        self.flow = Flow(index, peer, tier)
        self.state: State = "told"
        self.tally = Tally()
        self.has: dict[ChainId, int] = {}
        self._index = index
        self._quota = quota
        self._offered: dict[ChainId, Row] = {}
        self._claims: dict[ChainId, Row] = {}
        self._over: set[ChainId] = set()  # of which a run was over the quota
        self._run: SentRun | None = None  # that is compared
        self._hunt: Hunt | None = None
        self._length = 0  # of the chain of what is being stored, before

    def _step(self, event: Event) -> None:
        following = STATES.get((self.state, event))
        if following is None:
            raise RemoteError(f"parcel: {event} while {self.state}")
        self.state = following

    # --- what comes ---

    def receive(self, message: Message, now_ms: int) -> list[Effect]:
        """One message of the parcel. Raises RemoteError: nothing more of it is to be taken."""
        match message:
            case Listed():
                self._step("rows")
                self._listed(message)
            case Path():
                self._step("path")
                return self._path(message)
            case Fork():
                self._step("fork")
                return self._fork(message)
            case SentRun():
                self._begin_taking()
                return self._taken(message, now_ms)
            case Contents():
                self._begin_taking()
                self._check_orders()
                return self._filled(message.chain, message.items, now_ms)
            case _:
                raise RemoteError("parcel: a message that only a link has")
        return []

    def finish(self) -> None:
        """There are no more. Raises RemoteError."""
        self._check_claims()
        self._step("end")

    def _begin_taking(self) -> None:
        self._check_claims()
        self._step("run")

    # --- how far chains go ---

    def _listed(self, message: Listed) -> None:
        if len(self._offered) + len(self.has) + len(message.rows) > 2 * limits.PARCEL_ROWS_MAX:
            raise RemoteError(f"listed.rows: more than {limits.PARCEL_ROWS_MAX:,} chains")
        for row in message.rows:
            if row.chain.node == self._index.own and row.length > self._index.length(row.chain):
                self._claims[row.chain] = row
            if self.flow.gives(row.chain):
                self.has[row.chain] = row.length
            if self.flow.takes(row.chain):
                self._offered[row.chain] = row

    def _path(self, message: Path) -> list[Effect]:
        """Proof of what the sender knows of our own chains; where we know as much, it costs nothing."""
        claim = self._claims.pop(message.chain, None)
        if claim is None:
            return []
        side = message.side
        try:
            if side is None or not verify_path(side.head, side.headers).seq == message.seq == claim.length - 1:
                raise RemoteError("path.side: it does not show the head of ours that was told")
        except CryptoError as error:
            raise RemoteError(f"path.side: {error}") from error
        length = side.head.seq + 1
        if length <= self._index.length(claim.chain):
            return []  # it came by another way
        self.tally.restored[claim.chain] = length
        return [Restored(claim.chain, length, claim.chain.epoch == self._index.epoch)]

    def _check_claims(self) -> None:
        if self._claims:
            raise RemoteError("listed.rows: a head of ours that the sender cannot show")

    def _check_orders(self) -> None:
        """Orders before bodies: what may be covered by an order that is not here is not stored."""
        lacking = [
            chain
            for chain, row in self._offered.items()
            if row.orders > self._index.length(chain) and self._index.may_grow(chain) and chain not in self.tally.parted
        ]
        if lacking and self.tally.over:
            raise StaleError("run: the orders to forget that go before it are over the quota of this peer")
        if lacking:
            raise StaleError("run: the parcel leaves out orders to forget that are not here")

    # --- forks ---

    def _fork(self, message: Fork) -> list[Effect]:
        frozen = self._index.frozen.get(message.chain)
        if not self.flow.forks(message.chain, giving=False):
            return []
        found = proven(message.chain, message.proof)
        if frozen is not None and frozen.seq <= found.seq:
            return []
        self.tally.forks.add(message.chain)
        return [Forked(message.chain, found)]

    # --- runs ---

    def _taken(self, sent: SentRun, now_ms: int) -> list[Effect]:
        chain, count = sent.chain, len(sent.headers)
        if any(sent.sealed):
            self._check_orders()
        if not self.flow.takes(chain):
            is_known = chain.node == self._index.own or chain.node in self._index.unheard
            is_stranger = self.flow.tier is Tier.CORE and not is_known
            self.tally.strangers += count if is_stranger else 0
            self.tally.refused += 0 if is_stranger else count
            return []
        length = self._index.length(chain)
        if chain in self._over:
            self.tally.over += count
            return []
        if sent.first > length and chain not in self.tally.parted:
            self.tally.gaps.setdefault(chain, (length, sent.first))
        if sent.first > length:
            return []
        if sent.first < length:
            self._step("overlap")
            self._run, last = sent, min(sent.end, length) - 1
            return [self._digests(chain, (last,))]
        return self._added(sent, now_ms)

    def _added(self, sent: SentRun, now_ms: int) -> list[Effect]:
        """A run that begins where our copy ends."""
        chain, count = sent.chain, len(sent.headers)
        frozen = self._index.frozen.get(chain)
        if not self._index.may_grow(chain) or (frozen is not None and sent.first >= frozen.seq):
            self.tally.refused += count
            return []
        if not follows(sent, self._index.head(chain)):
            self.tally.parted.add(chain)
            return []
        if self._quota is not None and not self._quota.take(sent.weight, now_ms):
            self.tally.over += count
            self._over.add(chain)
            return []
        self._length = sent.first
        return [Store(sent, self.flow.is_quarantined)]

    def _filled(self, chain: ChainId, items: tuple[tuple[int, bytes | None], ...], now_ms: int) -> list[Effect]:
        """Contents, of which those are stored that are missing here."""
        missing = self._index.missing.get(chain, ())
        if not missing or not self.flow.takes(chain):
            return []
        wanted = tuple((seq, sealed) for seq, sealed in items if sealed and _is_in(missing, seq))
        if not wanted:
            return []
        contents = Contents(chain, wanted)
        if self._quota is not None and not self._quota.take(contents.weight, now_ms):
            self.tally.over += len(wanted)
            return []
        return [Store(contents, self.flow.is_quarantined)]

    def settled(self, store: Store, error: str = "") -> None:
        """The store has taken it, or passed it over, or refused it as forged, which raises RemoteError."""
        if error:
            raise RemoteError(error)
        if isinstance(store.item, Contents):
            self.tally.contents += len(store.item.items)
            return
        new = max(0, min(self._index.length(store.item.chain), store.item.end) - self._length)
        self.tally.new += new
        self.tally.known += len(store.item.headers) - new

    # --- runs that begin before our end ---

    def _digests(self, chain: ChainId, at: tuple[int, ...]) -> Load:
        return Load(WantDigests(chain, at), is_own=True, bytes_max=limits.RUN_WEIGHT_MAX)

    def loaded(self, load: Load, answer: tuple[Message, ...], now_ms: int) -> list[Effect]:
        """What is here of the chain of a run."""
        run = self._run
        if run is None:
            return []
        for message in answer:
            if isinstance(message, Digests):
                ours = dict(message.found)
                return self._compare(run, ours, now_ms) if self._hunt is None else self._narrow(run, self._hunt, ours)
            if isinstance(message, Path):
                return self._parted(run, message)
        raise RemoteError(f"parcel: {type(load.question).__name__} was not answered")

    def _compare(self, run: SentRun, ours: dict[int, bytes], now_ms: int) -> list[Effect]:
        (last,) = ours
        if ours[last] != _digest(run, last):
            self._hunt = Hunt(run.chain, last, run.first - 1)
            return self._narrow(run, self._hunt, {})
        self._step("same")
        self._run, length = None, last + 1
        self.tally.known += length - run.first
        here = tuple(zip(range(run.first, length), run.sealed, strict=False))
        effects = self._filled(run.chain, here, now_ms)
        if run.end > length:
            skip = length - run.first
            rest = replace(
                run, first=length, headers=run.headers[skip:], metas=run.metas[skip:], sealed=run.sealed[skip:]
            )
            effects += self._added(rest, now_ms)
        return effects

    def _narrow(self, run: SentRun, hunt: Hunt, ours: dict[int, bytes]) -> list[Effect]:
        """Look for the first entry that differs; both copies are at hand."""
        if ours:
            hunt.answered(ours, ours=True)
        self._step("asked")
        if not hunt.is_narrow:
            asked = hunt.asking()
            hunt.answered({seq: _digest(run, seq) for seq in asked}, ours=False)
            return [self._digests(run.chain, asked)]
        return [Load(WantPath(run.chain, hunt.high), is_own=True, bytes_max=limits.RUN_WEIGHT_MAX)]

    def _parted(self, run: SentRun, ours: Path) -> list[Effect]:
        self._step("parted")
        hunt, self._hunt, self._run = self._hunt, None, None
        if hunt is None or ours.side is None:
            return []
        headers = tuple(run.headers[at - run.first] for at in path_positions(run.end - 1, hunt.high))
        theirs = ForkSide(SignedHead(run.chain, run.end - 1, run.head, run.signature), headers)
        try:
            found = proven(run.chain, ForkProof(ours.side, theirs))
        except RemoteError:
            # Where the entries before differ too, the parcel begins after the fork; a forged run proves nothing.
            self.tally.parted.add(run.chain)
            return []
        self.tally.forks.add(run.chain)
        return [Forked(run.chain, found)]


def _is_in(ranges: Ranges, seq: int) -> bool:
    at = bisect_right(ranges, (seq, limits.SEQUENCE_MAX)) - 1
    return at >= 0 and seq < sum(ranges[at])


def _digest(run: SentRun, seq: int) -> bytes:
    return sha256(run.headers[seq - run.first]).digest()
