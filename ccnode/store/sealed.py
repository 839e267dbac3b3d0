"""How is everything ranked that the impact index holds? Segment by segment, with numpy; the form is in impact.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from ccnode.store.held import RARE_MAX, WEIGHED, Held, marked
from ccnode.store.impact import LARGE_BYTES, check
from ccnode.store.impact_form import CONTEXT_WEIGHT, FULL, SEGMENT_BITS, SEGMENT_MASK, TEXT_WEIGHT, Damaged
from ccnode.store.ranking import Few, Part, Ranked, Request, Statistics, Wanted, best
from ccnode.store.scores import Columns, Mask, Scored, Weigher, among, summed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from ccnode.store import impact_form
    from ccnode.store.impact import Posting

    Numbers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Having = dict[int, NDArray[np.uint16]]  # messages, by segment

SPARSE_MAX: Final = 6_000  # postings that are sorted, all together, rather than spread over the messages of a segment
DENSE_MIN: Final = 2_000  # messages of a segment that are marked, to see which of them hold another term
FEW_MAX: Final = 400  # postings that are ranked one by one


@dataclass(frozen=True, slots=True)
class _Posted:
    """Messages in one segment (the low bits of their numbers), and how much a term weighs in each."""

    docs: NDArray[np.uint16]
    weights: Floats


class Sealed:
    """The postings of some terms, read within one transaction, and what can be asked of them."""

    def __init__(
        self, connection: sqlite3.Connection, columns: Columns, sealed: int, parts: Sequence[impact_form.Part]
    ) -> None:
        self._connection = connection
        self._columns = columns
        self._sealed = sealed
        self._segments = range((sealed - 1 >> SEGMENT_BITS) + 1)
        self._held = Held(connection, sealed, parts)
        self._prefixed: dict[tuple[int, Wanted], _Posted] = {}

    def read(self, wanted: Iterable[Wanted], required: Collection[str] = ()) -> dict[Wanted, int]:
        """Read the postings of these terms; tell how many messages hold each. Raises sqlite3.Error, Damaged."""
        return self._held.read(wanted, required)

    def rank(self, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[list[Ranked]]:
        """The lists of a request. `holding`: how many messages, here and elsewhere, hold each term."""
        few = Few(self._held.singly, self._held.added, self._column("lengths").item, self._fact)
        if self._is_little(request):
            return few.rank(request, statistics, holding)
        found = self._having(request.required)
        if request.required and (not found or self._is_alone(found, request)):
            factors = {one: statistics.factor(weight, holding[one]) for one, weight in request.wanted.items()}
            return few.chosen(self._one_by_one(found, factors, statistics), request)
        self._held.spread()
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
            scored = self._scored(segments, found, request, weigher, min(floors, default=0.0))
            if scored is None:
                continue
            scored.leave_out(skip)
            for at, (count, _) in enumerate(request.lists):
                lists[at] = best([lists[at], scored.top(count, floors[at], masks[at])], count)
        return lists

    def _is_little(self, request: Request) -> bool:
        """Whether so few messages hold the terms that it would take longer to make arrays of them."""
        sizes = self._held.sizes
        return sum(map(sizes.__getitem__, (*request.wanted, *map(Wanted, request.excluded)))) <= FEW_MAX

    def _fact(self, number: int) -> tuple[int, int]:
        return int(self._column("roles")[number]), int(self._column("times")[number])

    def _batches(self, request: Request) -> Sequence[Sequence[int]]:
        """Which segments are ranked together: all, where there is little to sort; else each, the newest first."""
        if request.required:
            return [self._segments]
        if sum(map(self._held.sizes.__getitem__, request.wanted)) <= SPARSE_MAX:
            return [self._segments]
        return [[segment] for segment in reversed(self._segments)]

    def _column(self, name: str) -> NDArray[Any]:
        return self._columns.get(self._connection, name, self._sealed)

    def _rows(self, segments: Iterable[int], wanted: Collection[Wanted]) -> list[_Row]:
        """The postings of these terms in these segments."""
        return [
            _Row(segment, one, postings)
            for segment in segments
            for one in wanted
            if (postings := self._held.postings(one, segment))
        ]

    def _posted(self, row: _Row) -> _Posted:
        if len(row.postings) == 1:
            return _weighed(row.postings[0])
        posted = self._prefixed.get((row.segment, row.wanted))
        if posted is None:
            parts = [_weighed(posting) for posting in row.postings]
            docs = np.concatenate([part.docs for part in parts])
            held = np.flatnonzero(marked(docs))
            weights = summed(docs, np.concatenate([part.weights for part in parts]))
            posted = _Posted(held.astype(np.uint16), weights[held])
            self._prefixed[row.segment, row.wanted] = posted
        return posted

    def _gathered(self, rows: Sequence[_Row]) -> tuple[Numbers, Floats, list[int]]:
        """The messages of these postings one after the other, how much each weighs, and how many each posting has."""
        if any(len(row.postings) > 1 for row in rows):
            parts = [self._posted(row) for row in rows]
            docs, weights = np.concatenate([part.docs for part in parts]), np.concatenate([p.weights for p in parts])
            sizes = [len(part.docs) for part in parts]
        else:  # one copy, however many there are
            postings = [row.postings[0] for row in rows]
            docs = np.frombuffer(b"".join([posting[0] for posting in postings]), "<u2")
            weights = WEIGHED[np.frombuffer(b"".join([posting[1] for posting in postings]), np.uint8)]
            sizes = [len(posting[1]) for posting in postings]
            start = 0
            for posting, size in zip(postings, sizes, strict=True):
                if posting[2]:
                    _put_all_large(posting, docs[start : start + size], weights[start : start + size])
                start += size
        firsts = np.array([row.segment << SEGMENT_BITS for row in rows], np.int64)
        return np.repeat(firsts, sizes) + docs, weights, sizes

    def _scored(
        self, segments: Sequence[int], having: Having, request: Request, weigher: Weigher, floor: float
    ) -> Scored | None:
        """The scores of the messages of some segments, as far as they may be above `floor`."""
        factors = weigher.factors
        if request.required:
            scored = self._all_of(having, request.required, weigher)
            others = [one for one in request.wanted if one.prefix or one.term not in request.required]
            rows, floor = self._rows(segments, others), -1.0
        else:
            telling, rows = _split(self._rows(segments, request.wanted), factors, floor)
            if not telling:
                return None
            numbers, weights, sizes = self._gathered(telling)
            scores = weigher.shares(numbers, weights) * np.repeat([factors[row.wanted] for row in telling], sizes)
            scored = Scored(numbers, scores, segments[0] if len(segments) == 1 else None)
            floor -= sum(factors[row.wanted] for row in rows)
        for row in rows:
            numbers, weights = self._weights_of(row, scored, floor)
            scored.add(numbers, weigher.shares(numbers, weights) * factors[row.wanted])
        for row in self._rows(segments, [Wanted(term) for term in request.excluded]):
            scored.leave_out(self._gathered([row])[0])
        return scored

    def _weights_of(self, row: _Row, scored: Scored, floor: float) -> tuple[Numbers, Floats]:
        """The messages above `floor` that hold a term, and what it weighs in each."""
        first = row.segment << SEGMENT_BITS
        if len(row.postings) > 1:
            merged = self._posted(row)
            numbers, at = scored.found_in(merged.docs, first, floor)
            return numbers, merged.weights[at]
        numbers, _ = scored.found_in(np.frombuffer(row.postings[0][0], "<u2"), first, floor)
        return numbers, _weights_at(row.postings[0], (numbers - first).astype(np.uint16))

    def _having(self, terms: Collection[str]) -> Having:
        """The messages that hold all these terms, by segment in order; of none, none."""
        if not terms:
            return {}
        held = self._held
        found, rest = self._rarest(sorted(map(Wanted, terms), key=held.sizes.__getitem__))
        held.spread()
        for one in rest:
            segments = [segment for segment in found if held.holds(one, segment)]
            docs = zip(segments, held.docs(one, segments), strict=True)
            both = {segment: _both(found[segment], np.frombuffer(each, "<u2")) for segment, each in docs}
            found = {segment: low for segment, low in both.items() if len(low)}
        return found

    def _all_of(self, found: Having, terms: Collection[str], weigher: Weigher) -> Scored:
        """What these terms add to the messages that hold them all."""
        wanted, held = [Wanted(term) for term in terms], self._held
        numbers: list[Numbers] = [np.zeros(0, np.int64)]
        weights: dict[Wanted, list[Floats]] = {one: [np.zeros(0)] for one in wanted}
        held.load(wanted, found)
        for segment, low in found.items():
            numbers.append(low.astype(np.int64) + (segment << SEGMENT_BITS))
            for one in wanted:
                weights[one].append(_weights_at(held.postings(one, segment)[0], low))
        together = np.concatenate(numbers)
        scores = np.zeros(len(together))
        for one in wanted:
            scores += weigher.shares(together, np.concatenate(weights[one])) * weigher.factors[one]
        return Scored(together, scores, None, ordered=True)

    def _is_alone(self, found: Having, request: Request) -> bool:
        """Whether few messages hold all that is required, and nothing else is asked for."""
        if request.excluded or len(request.wanted) != len(request.required):
            return False
        if any(one.prefix or one.term not in request.required for one in request.wanted):
            return False
        return sum([len(low) for low in found.values()]) <= FEW_MAX

    def _one_by_one(self, found: Having, factors: Mapping[Wanted, float], statistics: Statistics) -> dict[int, float]:
        """What messages score that hold all these terms."""
        scores: dict[int, float] = {}
        (base, each), length = statistics.norm, self._column("lengths").item
        self._held.load(factors, found)
        for segment, low in found.items():
            numbers = [segment << SEGMENT_BITS | one for one in low.tolist()]
            if numbers[-1] >= self._sealed:
                raise Damaged("a posting is beyond the blocks of the impact index")
            norms, sums = [base + each * length(number) for number in numbers], [0.0] * len(numbers)
            for one, factor in factors.items():
                weights = _weights_at(self._held.postings(one, segment)[0], low).tolist()
                sums = [
                    total + factor * (weight / (weight + norm))
                    for total, weight, norm in zip(sums, weights, norms, strict=True)
                ]
            scores |= zip(numbers, sums, strict=True)
        return scores

    def _rarest(self, by_size: Sequence[Wanted]) -> tuple[Having, Sequence[Wanted]]:
        """The messages that hold the rarest of these terms, by segment in order; and which terms are to be looked for.

        Where it is rare, all that hold other terms that are not common either are looked at together.
        """
        held = self._held
        if held.sizes[by_size[0]] >= DENSE_MIN:
            held.spread()
            segments = held.segments(by_size[0])
            docs = zip(segments, held.docs(by_size[0], segments), strict=True)
            return {segment: np.frombuffer(each, "<u2") for segment, each in docs}, by_size[1:]
        found, at = held.whole(by_size[0]), 1
        while len(found) and at < len(by_size) and held.sizes[by_size[at]] <= RARE_MAX:
            found, at = _both(found, held.whole(by_size[at])), at + 1
        if not len(found):
            return {}, ()
        in_segments = found >> SEGMENT_BITS
        cuts = (np.flatnonzero(in_segments[1:] != in_segments[:-1]) + 1).tolist()
        low = (found & SEGMENT_MASK).astype(np.uint16)
        between = zip([0, *cuts], [*cuts, len(low)], strict=True)
        return {int(in_segments[start]): low[start:end] for start, end in between}, by_size[at:]

    def parts(self, number: int, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[Part]:
        """What makes up a message's score; nothing of one that is beyond the blocks."""
        if number >= self._sealed:
            return []
        self._held.spread()
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
        for posting in self._held.postings(wanted, segment):
            docs = np.frombuffer(posting[0], "<u2")
            at = int(docs.searchsorted(low))
            if at < len(docs) and docs[at] == low:
                counts = (posting[1][at] >> 4, posting[1][at] & FULL)
                if FULL in counts:
                    rows = np.frombuffer(posting[2], "<u4").reshape(-1, 3).tolist()
                    counts = next(((row[1], row[2]) for row in rows if row[0] == low), counts)
                text, context = text + counts[0], context + counts[1]
        return text, context


def _both(few: NDArray[Any], many: NDArray[Any]) -> NDArray[Any]:
    """What is in both of two ordered lists, if they are not short those of a segment."""
    if not len(many):
        return many
    found: NDArray[Any]
    if len(few) < DENSE_MIN:
        found = few[many.take(many.searchsorted(few), mode="clip") == few]
    else:  # to look for so many one by one takes longer
        found = many[marked(few)[many]]
    return found


def _weights_at(posting: Posting, found: NDArray[np.uint16]) -> Floats:
    """What a term weighs in these messages, all of which hold it."""
    docs, packed = check(posting)
    weights: Floats = WEIGHED[packed[docs.searchsorted(found)]]
    if posting[2]:
        _put_large(posting, found, weights)
    return weights


def _put_large(posting: Posting, docs: NDArray[np.uint16], weights: Floats) -> int:
    """Put right what counts more often in a message than a byte can say; return for how many of them."""
    rows = np.frombuffer(posting[2], "<u4").reshape(-1, 3)
    at, there = among(rows[:, 0].astype(np.uint16), docs)
    weights[at[there]] = (np.float64(TEXT_WEIGHT) * rows[:, 1] + np.float64(CONTEXT_WEIGHT) * rows[:, 2])[there]
    return int(np.count_nonzero(there))


class _Row(NamedTuple):
    segment: int
    wanted: Wanted
    postings: Sequence[Posting]


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


def _put_all_large(posting: Posting, docs: NDArray[np.uint16], weights: Floats) -> None:
    """The same where these are all messages of the posting. Raises Damaged."""
    if LARGE_BYTES * _put_large(posting, docs, weights) != len(posting[2]):
        raise Damaged("a posting counts messages that it does not hold")


def _weighed(posting: Posting) -> _Posted:
    docs, packed = check(posting)
    weights: Floats = WEIGHED[packed]
    if posting[2]:
        _put_all_large(posting, docs, weights)
    return _Posted(docs, weights)
