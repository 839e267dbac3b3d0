"""What does a reply measure? Its words counted, beside those before it, its conversation and the baseline in force.

What is kept between two replies (counts, tallies) only saves work: figures come out the same without it.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.mind import measuring
from ccnode.mind.charvec import WINDOW_WORDS, CountCache, Vector, measure_one
from ccnode.mind.relations import Pair, Tally, corrects
from ccnode.mind.trust import Reputation
from ccnode.reference import charvec1
from ccnode.store import baselines, knowledge, measurements, views
from ccnode.store.errors import NotFound
from ccnode.store.ledger import connect
from ccnode_protocol import hlc
from ccnode_protocol.records import Role

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

    from ccnode.mind.charvec import Counts
    from ccnode.store.measurements import Known, Pending, Said
    from ccnode_protocol.records import Figure, Measurement

KNOWN_MAX: Final = 512  # replies before: what the average, phi and windows look back at
TERSE_MAX: Final = 4_096  # ... where so many do not have the words of a window
COUNTED_WORDS: Final = 25_600  # of short replies, as many are kept counted as have these words together
WINDOWS_MAX: Final = 512
BRANCH_MESSAGES: Final = 1_000  # of a longer conversation, relations are of its last 500 to 1,000 messages
TALLIES_MAX: Final = 32


@dataclass(frozen=True, slots=True)
class _Kept:
    """The pairs of a conversation so far: which messages they are of, and what they add up to."""

    said: tuple[Said, ...]
    tally: Tally
    reputation: Reputation


class Measurer:
    """Measures replies of one database, one at a time; for one thread at a time."""

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger
        self._reference = charvec1()
        self._cache = self._fresh_cache()
        self._tallies: OrderedDict[bytes, _Kept] = OrderedDict()
        self._orders: tuple[int, ...] = ()

    def measure(self, reply: Pending) -> Measurement | None:
        """What is to be recorded of a reply; None where its words no longer count. Raises StoreError."""
        with contextlib.closing(connect(self._ledger, writable=False)) as connection:
            orders = views.run(connection, measurements.orders())
            if orders != self._orders:  # what was kept holds words, which may have to go
                self._cache, self._orders = self._fresh_cache(), orders
                self._tallies.clear()
            text = views.run(connection, measurements.counting(reply.digest))
            if text is None:
                return None
            counts = self._cache.of(reply.digest, text)
            known = _known(connection)
            counted = [each for each in known if each.counts]
            words = self._text(connection, counts, counted, _open(known))
            before = self._before(connection, counted, closes=words.closing is not None)
            others = self._related(connection, reply)
            if len(counted) < measuring.PHI_VECTORS_MIN or _phi_is_due(known):
                others |= measuring.whole(self._own(counts, before.own))
            return measuring.measure(reply.digest, words, before, self._reference, others)

    def _fresh_cache(self) -> CountCache:
        return CountCache(self._reference, words_kept=COUNTED_WORDS)

    def _own(self, counts: Counts, before: Sequence[tuple[measuring.Values, int]]) -> list[measuring.Values]:
        own = measure_one(counts, self._reference)
        return [values for values, _ in before] + ([own.values] if isinstance(own, Vector) else [])

    def _counts(self, connection: sqlite3.Connection, digest: bytes) -> Counts | None:
        found = self._cache.known(digest)
        if found is None:
            text = views.run(connection, measurements.counting(digest))
            found = self._cache.of(digest, text) if text is not None else None
        return found

    def _text(
        self, connection: sqlite3.Connection, counts: Counts, counted: Sequence[Known], still_open: Sequence[Known]
    ) -> measuring.Text:
        """The window that ends with the reply, and the one that it completes."""
        window = self._until(connection, counts, counted, WINDOW_WORDS)
        closing = None
        if counts.words + sum(each.words for each in still_open) >= WINDOW_WORDS:
            closing = self._until(connection, counts, still_open, None)
        return measuring.Text(counts, window, closing)

    def _until(
        self, connection: sqlite3.Connection, counts: Counts, before: Sequence[Known], words: int | None
    ) -> list[Counts]:
        """Counts of a reply and those before it (newest first), as far back as it takes to have so many words."""
        found, have = [counts], counts.words
        for each in before:
            if words is not None and have >= words:
                break
            one = self._counts(connection, each.reply)
            if one is not None:
                found.append(one)
                have += one.words
        return found[::-1]

    def _before(self, connection: sqlite3.Connection, counted: Sequence[Known], *, closes: bool) -> measuring.Before:
        own = [(each.own, each.words) for each in reversed(counted) if each.own is not None]
        baseline = views.run(connection, baselines.in_force(self._reference.spec))
        if baseline is None:
            return measuring.Before(own)
        closed = []
        if closes:
            rows = views.run(connection, measurements.windows(WINDOWS_MAX, baseline.digest, newest=True))
            closed = [each.found.closed for each in rows if each.found.closed is not None]
        return measuring.Before(own, (baseline.digest, baseline.said.values), closed)

    # --- the conversation ---

    def _related(self, connection: sqlite3.Connection, reply: Pending) -> dict[str, Figure]:
        depth = views.run(connection, measurements.depth(reply.id))
        first = 0 if depth <= BRANCH_MESSAGES else (depth // (BRANCH_MESSAGES // 2) - 1) * (BRANCH_MESSAGES // 2)
        said = tuple(views.run(connection, measurements.conversation(reply.id, max(1, depth - first))))
        kept = self._tallies.pop(reply.session, None)
        if kept is None or said[: len(kept.said)] != kept.said:
            kept = _Kept((), Tally(), Reputation())
        reputation = kept.reputation
        for user, answer in _pairs(said, len(kept.said)):
            reputation = self._add(connection, kept.tally, reputation, user, answer)
        self._tallies[reply.session] = _Kept(said, kept.tally, reputation)
        if len(self._tallies) > TALLIES_MAX:
            self._tallies.popitem(last=False)
        return measuring.related(kept.tally.measure(), reputation)

    def _add(
        self, connection: sqlite3.Connection, tally: Tally, reputation: Reputation, user: Said, answer: Said
    ) -> Reputation:
        asked = views.run(connection, views.message(user.digest))
        replied = views.run(connection, views.message(answer.digest))
        repairs = corrects(asked.text or "")
        counts = [self._cache.of(each.digest, each.text or "") for each in (asked, replied)]
        grounded = any(_verifies(connection, source) for source in replied.sources)
        tally.add(Pair(counts[0], counts[1], repairs, grounded))
        if tally.pairs == 1:
            return reputation  # there is no reply before that it could correct
        return reputation.after(hlc.to_ms(user.time), good=int(not repairs), bad=int(repairs))


def _verifies(connection: sqlite3.Connection, digest: bytes) -> bool:
    """Whether that message is here, or that packet known, with the words that were signed."""
    try:
        return views.run(connection, views.message(digest)).text is not None
    except NotFound:
        return any(one.state == "promoted" for one in views.run(connection, knowledge.of_entries([digest])))


def _known(connection: sqlite3.Connection) -> list[Known]:
    """The replies before, newest first, as far back as a window may reach."""
    known = views.run(connection, measurements.known(KNOWN_MAX))
    if len(known) == KNOWN_MAX and sum(each.words for each in known if each.counts) < WINDOW_WORDS:
        return views.run(connection, measurements.known(TERSE_MAX))
    return known


def _open(known: Sequence[Known]) -> list[Known]:
    """Of replies, newest first, those since the last window was complete whose words count."""
    found: list[Known] = []
    for each in known:
        if each.closes:
            break
        if each.counts:
            found.append(each)
    return found


def _phi_is_due(known: Sequence[Known]) -> bool:
    return not any(each.phi for each in known[: measuring.PHI_EVERY - 1])


def _pairs(said: Sequence[Said], done: int) -> list[tuple[Said, Said]]:
    """The turn pairs that end after the first `done` messages."""
    return [
        (user, reply)
        for user, reply in zip(said[max(0, done - 1) :], said[max(1, done) :], strict=False)
        if user.role == Role.USER and reply.role == Role.ASSISTANT and reply.parent == user.id
    ]
