"""What is asked of a peer, and which of its runs and contents are taken? Orders to forget before bodies.

Each chain that the peer offers goes through the states of `STATES`. What it brings is looked at here as far as that
costs next to nothing: is it taken from this peer at all, does it follow, is there quota left. Signatures, digests and
links are verified where it is stored.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ccnode_protocol import limits
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.sync_effects import Effect, Say, Store
from ccnode_protocol.sync_values import Contents, End, Row, SentRun, Want, WantContents, WantFork

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.forks import Hunts
    from ccnode_protocol.quota import Quota
    from ccnode_protocol.sync_index import Flow, Ranges

State = Literal["waiting", "asked", "ended", "done"]
Event = Literal["ask", "run", "push", "end", "short", "whole"]

# A chain of which the peer has more than we. "end": the peer has sent all it will for that question; "short": we still
# have less than it offers; "whole": we have as much. Whoever is done is forgotten.
STATES: Final[dict[tuple[State, Event], State]] = {
    ("waiting", "ask"): "asked",
    ("waiting", "whole"): "done",
    ("waiting", "push"): "ended",  # a run that was not asked for, and follows
    ("asked", "run"): "asked",
    ("asked", "end"): "ended",
    ("ended", "run"): "ended",
    ("ended", "short"): "waiting",
    ("ended", "whole"): "done",
}


@dataclass(slots=True)
class _Chain:
    """One chain that is fetched: what is offered, and how far what has arrived goes (stored or not yet)."""

    offered: Row
    state: State
    next: int
    head: bytes
    bare: bool = False
    asked_at: int = 0  # the length here when it was asked for
    storing: int = 0

    def step(self, event: Event) -> None:
        self.state = STATES[self.state, event]


class Fetch:
    """What one peer offers and we lack."""

    def __init__(self, flow: Flow, hunts: Hunts, quota: Quota | None) -> None:
        self._flow = flow
        self._index = flow.index
        self._hunts = hunts
        self._quota = quota
        self._chains: dict[ChainId, _Chain] = {}
        self._waiting: dict[ChainId, None] = {}  # of those, the ones to ask for, in the order that they were offered
        self._ordered: dict[ChainId, None] = {}  # and the ones that hold orders that are not stored here yet
        self._contents: dict[ChainId, frozenset[int]] = {}  # asked for, by position
        self._lacks: dict[ChainId, int] = {}  # up to which position the peer has no missing contents either
        self._lacked: tuple[int, int] | None = None  # the index, when there was nothing in it to ask contents for
        self.deadline_ms: int | None = None  # when the peer must have sent something

    @property
    def entries_left(self) -> int:
        """How many entries the peer offers that are not stored here yet."""
        return sum(max(0, each.offered.length - self._index.length(chain)) for chain, each in self._chains.items())

    def offer(self, rows: Iterable[Row], now_ms: int) -> list[Effect]:
        """The peer says how far its chains go. What is not taken from it is passed over."""
        effects: list[Effect] = []
        for row in rows:
            if self._flow.takes(row.chain):
                effects += self._offered(row, now_ms)
        return effects

    def _offered(self, row: Row, now_ms: int) -> list[Effect]:
        chain, mine, frozen = row.chain, self._index.row(row.chain), self._index.frozen.get(row.chain)
        effects: list[Effect] = []
        if row.frozen and (frozen is None or row.length < frozen.seq) and self._flow.forks(chain, giving=False):
            effects.append(Say(WantFork(chain)))
        if mine is not None and mine.length == row.length > 0 and mine.head != row.head:
            return [*effects, *self._hunts.begin(chain, row.length - 1, now_ms)]
        known = self._chains.get(chain)
        if known is not None:
            # A run that came unasked does not say that it holds orders: the row that does may come while it is stored.
            more = (row.length, row.orders) > (known.offered.length, known.offered.orders)
            known.offered = row if more else known.offered
            self._ordered.setdefault(chain)
        elif (
            row.length > self._index.length(chain)
            and self._index.may_grow(chain)
            and len(self._chains) < limits.OFFERED_MAX
        ):
            self._chains[chain] = _Chain(row, "waiting", 0, b"")
            self._waiting[chain] = self._ordered[chain] = None
        return effects

    # --- asking ---

    def step(self, now_ms: int) -> list[Effect]:
        """Ask for what can be asked for now: first the chains that hold orders to forget, without their contents."""
        if self._quota is not None and self._quota.room(now_ms) < limits.RUN_WEIGHT_MAX:
            return []
        effects: list[Effect] = []
        for chain in list(self._ordered) if self._has_room else ():
            if not self._lacks_orders(chain):
                del self._ordered[chain]
            elif not self._has_room:
                break
            elif chain in self._waiting:
                effects += self._consider(chain, now_ms)
        for chain in list(self._waiting) if self._has_room and not self._ordered else ():
            if not self._has_room:
                break
            effects += self._consider(chain, now_ms)
        if not self._chains:
            effects += self._ask_contents(now_ms)
        return effects

    @property
    def _has_room(self) -> bool:
        """Whether another chain may be asked for. A peer can offer thousands: where it may not, none is looked at."""
        return len(self._chains) - len(self._waiting) < limits.FETCHES_MAX

    def _lacks_orders(self, chain: ChainId) -> bool:
        each = self._chains.get(chain)
        return each is not None and self._index.may_grow(chain) and each.offered.orders > self._index.length(chain)

    def _consider(self, chain: ChainId, now_ms: int) -> list[Effect]:
        """Ask for a chain that waits, unless it came by another link meanwhile, or another link is asking for it."""
        each = self._chains[chain]
        if self._index.length(chain) >= each.offered.length or not self._index.may_grow(chain):
            each.step("whole")
            self._forget(chain)
            return []
        if self._index.claimed.get(chain, self) is not self:
            return []
        return [self._ask(chain, each, now_ms, bare=chain in self._ordered)]

    def _ask(self, chain: ChainId, each: _Chain, now_ms: int, *, bare: bool) -> Effect:
        each.step("ask")
        del self._waiting[chain]
        each.next = each.asked_at = self._index.length(chain)
        each.head, each.bare = self._index.head(chain), bare
        self._index.claimed[chain] = self
        self.deadline_ms = now_ms + limits.SYNC_ANSWER_MS
        return Say(Want(chain, each.next, each.offered.orders if bare else each.offered.length, bare))

    def _ask_contents(self, now_ms: int) -> list[Effect]:
        if self._contents or self._index.state == self._lacked:
            return []
        for chain, missing in self._index.missing.items():
            # After a fork others hold other entries at the same positions.
            frozen = self._index.frozen.get(chain)
            before = frozen.seq if frozen is not None else self._index.length(chain)
            ranges = _between(missing, self._lacks.get(chain, 0), before) if self._flow.takes(chain) else ()
            if not ranges:
                continue
            self._contents[chain] = frozenset(seq for first, count in ranges for seq in range(first, first + count))
            self.deadline_ms = now_ms + limits.SYNC_ANSWER_MS
            return [Say(WantContents(chain, ranges))]
        self._lacked = self._index.state
        return []

    # --- taking ---

    def run(self, sent: SentRun, now_ms: int) -> list[Effect]:
        """A run has come, asked for or not. None of the effects is a Store where it is not taken.

        Raises:
            RemoteError: it does not follow what the same peer has just sent.
        """
        chain, each = sent.chain, self._chains.get(sent.chain)
        frozen = self._index.frozen.get(chain)
        is_after_fork = frozen is not None and sent.first >= frozen.seq
        if not (self._flow.takes(chain) and self._index.may_grow(chain)) or is_after_fork:
            return []
        is_flowing = each is not None and (each.state == "asked" or each.storing > 0)
        at, head = (each.next, each.head) if each and is_flowing else self._stored(chain)
        if sent.first > at:
            return self.offer([Row(chain, sent.end, sent.head)], now_ms)
        if sent.first < at:
            return []  # we have it by another way
        if not follows(sent, head):
            if at > self._index.length(chain) or at == 0:
                raise RemoteError(f"run.headers: position {at} does not name what was sent before it")
            self._forget(chain)
            return self._hunts.begin(chain, at - 1, now_ms)
        if self._quota is not None and not self._quota.take(sent.weight, now_ms):
            return []
        if each is None:
            each = self._chains[chain] = _Chain(Row(chain, sent.end, sent.head), "waiting", at, head)
        if not is_flowing:
            each.asked_at = at
        each.step("run" if is_flowing else "push")
        self._waiting.pop(chain, None)
        each.next, each.head, each.storing = sent.end, sent.head, each.storing + 1
        self.deadline_ms = now_ms + limits.SYNC_ANSWER_MS
        return [Store(sent, self._flow.is_quarantined)]

    def _stored(self, chain: ChainId) -> tuple[int, bytes]:
        return self._index.length(chain), self._index.head(chain)

    def end(self, message: End) -> None:
        """The peer has sent all that it will for a question: of runs, or none of the contents that were asked for.

        That it has none of the contents it says with position 0. A question of runs may have been dropped meanwhile,
        and its end still comes: it must not pass for an answer about contents.
        """
        each = self._chains.get(message.chain)
        if each is not None and each.state == "asked" and (message.next > 0 or each.asked_at == 0):
            each.step("end")
            self._settle(message.chain, each)
        elif message.next == 0 and (refused := self._contents.pop(message.chain, None)):
            self._lacks[message.chain] = 1 + max(refused)

    def contents(self, message: Contents, now_ms: int) -> list[Effect]:
        """Contents that were asked for; what was not, or what is not taken, is passed over."""
        asked = self._contents.get(message.chain)
        if asked is None or not self._flow.takes(message.chain):
            return []
        if any(seq not in asked for seq, _ in message.items):
            raise RemoteError("contents.items: a position that was not asked for")
        lacks = 1 + max((seq for seq, _ in message.items), default=max(asked))
        if not any(sealed for _, sealed in message.items):
            self._lacks[message.chain] = lacks
            del self._contents[message.chain]
            return []
        if self._quota is not None and not self._quota.take(message.weight, now_ms):
            del self._contents[message.chain]
            return []
        self._lacks[message.chain] = lacks  # what was not sent up to there is not there
        self.deadline_ms = now_ms + limits.SYNC_ANSWER_MS
        return [Store(message, self._flow.is_quarantined)]

    def settled(self, item: SentRun | Contents, now_ms: int) -> list[Effect]:
        """The store has taken it, or passed it over because another link was faster: it may no longer follow."""
        if isinstance(item, Contents):
            self._contents.pop(item.chain, None)
            return []
        chain, each = item.chain, self._chains.get(item.chain)
        if each is not None and each.storing:
            each.storing -= 1
            self._settle(chain, each)
        at, head = self._stored(chain)
        has_parted = at == item.first > 0 and not follows(item, head)
        return self._hunts.begin(chain, at - 1, now_ms) if has_parted and self._flow.takes(chain) else []

    def _settle(self, chain: ChainId, each: _Chain) -> None:
        """All that was sent is stored: is it what was offered?"""
        if each.state != "ended" or each.storing:
            return
        if self._index.claimed.get(chain) is self:
            del self._index.claimed[chain]
        length = self._index.length(chain)
        if length >= each.offered.length or length <= each.asked_at:
            each.step("whole")  # or the peer has no more of it after all; it may offer it again
            self._forget(chain)
        else:
            each.step("short")
            self._waiting[chain] = None

    # --- ending ---

    def _forget(self, chain: ChainId) -> None:
        self._chains.pop(chain, None)
        self._waiting.pop(chain, None)
        if self._index.claimed.get(chain) is self:
            del self._index.claimed[chain]

    def look_again(self) -> None:
        """Contents that the peer did not have may have reached it since."""
        self._lacks.clear()
        self._lacked = None

    def is_late(self, now_ms: int) -> bool:
        """Whether the peer owes us an answer for too long; while we are storing, it does not."""
        if not (any(each.state == "asked" for each in self._chains.values()) or self._contents):
            self.deadline_ms = None
        if self.deadline_ms is None or now_ms < self.deadline_ms:
            return False
        if any(each.storing for each in self._chains.values()):
            self.deadline_ms = now_ms + limits.SYNC_ANSWER_MS
            return False
        return True

    def recheck(self) -> None:
        """The peer's tier has changed: leave what is no longer taken from it."""
        self._lacked = None
        for chain in [chain for chain in self._chains if not self._flow.takes(chain)]:
            self._forget(chain)
        for chain in [chain for chain in self._contents if not self._flow.takes(chain)]:
            del self._contents[chain]

    def stop(self) -> None:
        """The link is closed: others may fetch what we did."""
        for chain in list(self._chains):
            self._forget(chain)
        self._contents.clear()
        self.deadline_ms = None


def _between(missing: Ranges, least: int, before: int) -> Ranges:
    """The first of the ranges, as many as one question may name, from a position on and before another."""
    ranges: list[tuple[int, int]] = []
    left = limits.CONTENTS_MAX
    start = bisect_right(missing, least, key=sum)  # a stranger's chain can lack every other content
    for number in range(start, min(start + limits.RANGES_MAX, len(missing))):
        first, count = missing[number]
        at = max(first, least)
        part = min(min(first + count, before) - at, left)
        if part <= 0:
            break
        ranges.append((at, part))
        left -= part
    return tuple(ranges)


def follows(sent: SentRun, head: bytes) -> bool:
    """Whether the run's first header names the header before it."""
    return sent.previous == head
