"""How is everything ranked that the impact index holds? Segment by segment, with numpy; the form is in impact.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from ccnode.store.impact import check, check_sizes, unpacked
from ccnode.store.impact_form import CONTEXT_WEIGHT, FULL, SEGMENT_BITS, SEGMENT_MASK, TEXT_WEIGHT
from ccnode.store.ranking import Part, Ranked, Request, Statistics, Wanted, best
from ccnode.store.scores import Columns, Mask, Scored, Weigher, among, summed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from ccnode.store.impact import Posting

    Numbers = NDArray[np.int64]
    Floats = NDArray[np.float64]

SPARSE_MAX: Final = 6_000  # postings that are sorted, all together, rather than spread over the messages of a segment
PREFIX_TERMS_MAX: Final = 1_000
_TERMS: Final = (
    "SELECT segment, term, docs, counts, more FROM postings WHERE segment IN (SELECT value FROM json_each(?))"
    " AND term IN (SELECT value FROM json_each(?))"
)
_PREFIX: Final = "SELECT docs, counts, more FROM postings WHERE segment = ? AND term >= ? AND term < ? LIMIT ?"
_BYTES: Final = np.arange(256)
# For each byte of counts: how much the term weighs in a message.
_WEIGHED: Final[NDArray[np.float64]] = TEXT_WEIGHT * (_BYTES >> 4) + CONTEXT_WEIGHT * (_BYTES & FULL)


@dataclass(frozen=True, slots=True)
class _Posted:
    """Messages in one segment (the low bits of their numbers), and how much a term weighs in each."""

    docs: NDArray[np.uint16]
    weights: Floats


class Sealed:
    """The postings of some terms, read within one transaction, and what can be asked of them."""

    def __init__(self, connection: sqlite3.Connection, columns: Columns, sealed: int) -> None:
        self._connection = connection
        self._columns = columns
        self._sealed = sealed
        self._segments = range((sealed - 1 >> SEGMENT_BITS) + 1)
        self._held: dict[int, dict[Wanted, list[Posting]]] = {segment: {} for segment in self._segments}
        self._prefixed: dict[tuple[int, Wanted], _Posted] = {}

    def read(self, wanted: Iterable[Wanted]) -> dict[Wanted, int]:
        """Read the postings of these terms; tell how many messages hold each. Raises sqlite3.Error, Damaged."""
        found = dict.fromkeys(wanted, 0)
        exact = {one.term: one for one in found if not one.prefix}
        asked = (json.dumps([*self._segments]), json.dumps([*exact]))
        for segment, term, *posting in self._connection.execute(_TERMS, asked):
            one = exact[term]
            check_sizes(posting)
            self._held[segment][one] = [posting]
            found[one] += len(posting[1])
        for one in found:
            if one.prefix:
                found[one] = sum(self._read_prefix(segment, one) for segment in self._segments)
        return found

    def _read_prefix(self, segment: int, wanted: Wanted) -> int:
        bounds = (segment, wanted.term, wanted.term + "\U0010ffff", PREFIX_TERMS_MAX)
        postings: list[Posting] = self._connection.execute(_PREFIX, bounds).fetchall()
        if not postings:
            return 0
        self._held[segment][wanted] = postings
        parts = [_weighed(posting) for posting in postings]
        docs, at = np.unique(np.concatenate([part.docs for part in parts]), return_inverse=True)
        self._prefixed[segment, wanted] = _Posted(docs, summed(at, np.concatenate([part.weights for part in parts])))
        return len(docs)

    def rank(self, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[list[Ranked]]:
        """The lists of a request. `holding`: how many messages, here and elsewhere, hold each term."""
        lists: list[list[Ranked]] = [[] for _ in request.lists]
        masks = [Mask(allowed, self._column) for _, allowed in request.lists]
        skip = np.array(sorted(request.skip), np.int64)
        factors = {one: statistics.factor(weight, holding[one]) for one, weight in request.wanted.items()}
        weigher = Weigher(factors, statistics, self._column("lengths"))
        for segments in self._batches(request):
            floors = [
                found[-1].score if len(found) == count else 0.0
                for found, (count, _) in zip(lists, request.lists, strict=True)
            ]
            scored = self._scored(segments, request, weigher, min(floors, default=0.0))
            if scored is None:
                continue
            scored.leave_out(skip)
            for at, (count, _) in enumerate(request.lists):
                lists[at] = best([lists[at], scored.top(count, floors[at], masks[at])], count)
        return lists

    def _batches(self, request: Request) -> Sequence[Sequence[int]]:
        """Which segments are ranked together: all, where little matches; else one by one, the newest first."""
        rows = self._rows(self._segments, request.wanted)
        total = sum(len(posting[1]) for row in rows for posting in row.postings)
        if total <= SPARSE_MAX or request.required:
            return [self._segments]
        return [[segment] for segment in reversed(self._segments)]

    def _column(self, name: str) -> NDArray[Any]:
        return self._columns.get(self._connection, name, self._sealed)

    def _rows(self, segments: Iterable[int], wanted: Collection[Wanted]) -> list[_Row]:
        """The postings of these terms in these segments."""
        return [
            _Row(segment, one, held[one])
            for segment in segments
            if (held := self._held[segment])
            for one in wanted
            if one in held
        ]

    def _posted(self, row: _Row) -> _Posted:
        return self._prefixed.get((row.segment, row.wanted)) or _weighed(row.postings[0])

    def _gathered(self, rows: Sequence[_Row]) -> tuple[Numbers, Floats, list[int]]:
        """The messages of these postings one after the other, how much each weighs, and how many each posting has."""
        if any(row.wanted.prefix or row.postings[0][2] for row in rows):
            parts = [self._posted(row) for row in rows]
            docs, weights = np.concatenate([part.docs for part in parts]), np.concatenate([p.weights for p in parts])
            sizes = [len(part.docs) for part in parts]
        else:  # one copy, however many there are
            docs = np.frombuffer(b"".join([row.postings[0][0] for row in rows]), "<u2")
            weights = _WEIGHED[np.frombuffer(b"".join([row.postings[0][1] for row in rows]), np.uint8)]
            sizes = [len(row.postings[0][1]) for row in rows]
        firsts = np.array([row.segment << SEGMENT_BITS for row in rows], np.int64)
        return np.repeat(firsts, sizes) + docs, weights, sizes

    def _scored(self, segments: Sequence[int], request: Request, weigher: Weigher, floor: float) -> Scored | None:
        """The scores of the messages of some segments, as far as they may be above `floor`."""
        rows, factors = self._rows(segments, request.wanted), weigher.factors
        if request.required:
            scored = Scored(np.concatenate([self._having(one, request.required) for one in segments]), None, None)
            floor = -1.0
        else:
            telling, rows = _split(rows, factors, floor)
            if not telling:
                return None
            numbers, weights, sizes = self._gathered(telling)
            scores = weigher.shares(numbers, weights) * np.repeat([factors[row.wanted] for row in telling], sizes)
            scored = Scored(numbers, scores, segments[0] if len(segments) == 1 else None)
            floor -= sum(factors[row.wanted] for row in rows)
        for row in rows:
            posted = self._posted(row)
            numbers, at = scored.found_in(posted.docs, row.segment << SEGMENT_BITS, floor)
            scored.add(numbers, weigher.shares(numbers, posted.weights[at]) * factors[row.wanted])
        for row in self._rows(segments, [Wanted(term) for term in request.excluded]):
            scored.leave_out(self._gathered([row])[0])
        return scored

    def _having(self, segment: int, terms: Iterable[str]) -> Numbers:
        """The messages of a segment that hold all these terms."""
        held = self._held[segment]
        wanted = [Wanted(term) for term in terms]
        if not all(one in held for one in wanted):
            return np.zeros(0, np.int64)
        found, *others = sorted((check(held[one][0])[0] for one in wanted), key=len)
        for docs in others:
            found = found[among(found, docs)[1]]
        return found.astype(np.int64) + (segment << SEGMENT_BITS)

    def parts(self, number: int, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[Part]:
        """What makes up a message's score."""
        segment, low = number >> SEGMENT_BITS, number & SEGMENT_MASK
        base, each = statistics.norm
        length = float(self._column("lengths")[number])
        found = []
        for wanted, weight in request.wanted.items():
            counts = self._counts(segment, wanted, low)
            if counts != (0, 0):
                weighed = TEXT_WEIGHT * counts[0] + CONTEXT_WEIGHT * counts[1]
                score = statistics.factor(weight, holding[wanted]) * weighed / (weighed + base + each * length)
                found.append(Part(wanted, score, *counts))
        return found

    def _counts(self, segment: int, wanted: Wanted, low: int) -> tuple[int, int]:
        text = context = 0
        for posting in self._held[segment].get(wanted, ()):
            docs = np.frombuffer(posting[0], "<u2")
            at = int(docs.searchsorted(low))
            if at < len(docs) and docs[at] == low:
                packed = posting[1][at]
                counts = unpacked(posting)[1][:, at].tolist() if posting[2] else (packed >> 4, packed & FULL)
                text, context = text + counts[0], context + counts[1]
        return text, context


class _Row(NamedTuple):
    segment: int
    wanted: Wanted
    postings: list[Posting]


def _split(rows: list[_Row], factors: Mapping[Wanted, float], floor: float) -> tuple[list[_Row], list[_Row]]:
    """(those that tell, the others): messages that hold nothing but of the others stay below the floor.

    The others are what most messages hold and what tells least; so most of the work need not be done.
    """
    ordered, total = sorted(rows, key=lambda row: factors[row.wanted]), 0.0
    for at, row in enumerate(ordered):
        total += factors[row.wanted]
        if total >= floor:
            return ordered[at:], ordered[:at]
    return [], ordered


def _weighed(posting: Posting) -> _Posted:
    docs, packed = check(posting)
    if not posting[2]:
        return _Posted(docs, _WEIGHED[packed])
    counts = unpacked(posting)[1]
    return _Posted(docs, np.float64(TEXT_WEIGHT) * counts[0] + np.float64(CONTEXT_WEIGHT) * counts[1])
