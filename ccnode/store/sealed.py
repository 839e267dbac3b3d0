"""How is everything ranked that the impact index holds? Segment by segment, with numpy; the form is in impact.py."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from ccnode.store.impact import LARGE_BYTES, check, check_sizes
from ccnode.store.impact_form import CONTEXT_WEIGHT, FULL, SEGMENT_BITS, SEGMENT_MASK, TEXT_WEIGHT, Damaged
from ccnode.store.ranking import Counts, Few, Part, Ranked, Request, Statistics, Wanted, best, weighed
from ccnode.store.scores import Columns, Mask, Scored, Weigher, among, summed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ccnode.store.impact import Posting

    Numbers = NDArray[np.int64]
    Floats = NDArray[np.float64]

SPARSE_MAX: Final = 6_000  # postings that are sorted, all together, rather than spread over the messages of a segment
FEW_MAX: Final = 400  # postings that are ranked one by one
PREFIX_TERMS_MAX: Final = 1_000
TERMS_AT_ONCE: Final = 250
LATE_MIN: Final = 1_000  # messages of a posting that is not read before it is needed; from there on it fills pages
_TERMS: Final = "SELECT segment, term, docs, counts, more FROM postings WHERE segment IN ({}) AND term IN ({})"
_SHORT: Final = (
    f"SELECT segment, term, id, length(counts), CASE WHEN length(counts) < {LATE_MIN} THEN docs END,"
    f" CASE WHEN length(counts) < {LATE_MIN} THEN counts END, more FROM postings WHERE segment IN ({{}})"
    " AND term IN ({})"
)
_LATE: Final = "SELECT docs, counts, more FROM postings WHERE id = ?"
_PREFIX: Final = "SELECT docs, counts, more FROM postings WHERE segment = ? AND term >= ? AND term < ? LIMIT ?"
_BYTES: Final = np.arange(256)
# For each byte of counts: how much the term weighs in a message.
_WEIGHED: Final[NDArray[np.float64]] = TEXT_WEIGHT * (_BYTES >> 4) + CONTEXT_WEIGHT * (_BYTES & FULL)


_COUNTS: Final = tuple(weighed(byte >> 4, byte & FULL) for byte in range(256))


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
        self._late: dict[tuple[int, Wanted], int] = {}
        self._sizes: dict[Wanted, int] = {}

    def read(self, wanted: Iterable[Wanted], required: Collection[str] = ()) -> dict[Wanted, int]:
        """Read the postings of these terms; tell how many messages hold each. Raises sqlite3.Error, Damaged.

        Of those required, long ones are read when they are needed, where messages hold all the rarer terms.
        """
        found = dict.fromkeys(wanted, 0)
        exact = {one.term: one for one in found if not one.prefix}
        for segment, term, *posting in self._rows_of(_TERMS, [term for term in exact if term not in required]):
            check_sizes(posting)
            self._held[segment][exact[term]] = [posting]
            found[exact[term]] += len(posting[1])
        for segment, term, place, size, *posting in self._rows_of(_SHORT, [term for term in exact if term in required]):
            if size < LATE_MIN:
                check_sizes(posting)
                self._held[segment][exact[term]] = [posting]
            else:
                self._late[segment, exact[term]] = place
            found[exact[term]] += size
        for one in found:
            if one.prefix:
                found[one] = sum(self._read_prefix(segment, one) for segment in self._segments)
        self._sizes |= found
        return found

    def _rows_of(self, sql: str, terms: Sequence[str]) -> Iterator[Sequence[Any]]:
        segments = ",".join(map(str, self._segments))
        for at in range(0, len(terms), TERMS_AT_ONCE):
            some = terms[at : at + TERMS_AT_ONCE]
            yield from self._connection.execute(sql.format(segments, ",".join("?" * len(some))), some)

    def _load(self, segment: int, wanted: Wanted) -> Sequence[Posting]:
        """The postings of a term in a segment."""
        if (place := self._late.pop((segment, wanted), None)) is not None:
            posting = self._connection.execute(_LATE, (place,)).fetchone()
            check_sizes(posting)
            self._held[segment][wanted] = [posting]
        return self._held[segment].get(wanted, ())

    def _read_prefix(self, segment: int, wanted: Wanted) -> int:
        bounds = (segment, wanted.term, wanted.term + "\U0010ffff", PREFIX_TERMS_MAX)
        postings: list[Posting] = self._connection.execute(_PREFIX, bounds).fetchall()
        if not postings:
            return 0
        self._held[segment][wanted] = postings
        if len(postings) == 1:
            return len(postings[0][1])
        parts = [_weighed(posting) for posting in postings]
        docs, at = np.unique(np.concatenate([part.docs for part in parts]), return_inverse=True)
        self._prefixed[segment, wanted] = _Posted(docs, summed(at, np.concatenate([part.weights for part in parts])))
        return len(docs)

    def rank(self, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[list[Ranked]]:
        """The lists of a request. `holding`: how many messages, here and elsewhere, hold each term."""
        if self._is_little(request):
            return Few(self._held_by, self._column("lengths").item, self._fact).rank(request, statistics, holding)
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

    def _is_little(self, request: Request) -> bool:
        """Whether so few messages hold the terms that it would take longer to make arrays of them."""
        return sum(map(self._sizes.__getitem__, (*request.wanted, *map(Wanted, request.excluded)))) <= FEW_MAX

    def _held_by(self, wanted: Wanted) -> dict[int, Counts]:
        """The messages that hold a term, and how often."""
        found: dict[int, Counts] = {}
        for segment, held in self._held.items():
            first = segment << SEGMENT_BITS
            for posting in held.get(wanted, ()):
                for low, counts in _one_by_one(posting):
                    before = found.get(first | low)
                    # Several terms may begin so.
                    found[first | low] = (
                        counts
                        if before is None
                        else weighed(before.text + counts.text, before.context + counts.context)
                    )
        if found and max(found) >= self._sealed:
            raise Damaged("a posting is beyond the blocks of the impact index")
        return found

    def _fact(self, number: int) -> tuple[int, int]:
        return int(self._column("roles")[number]), int(self._column("times")[number])

    def _batches(self, request: Request) -> Sequence[Sequence[int]]:
        """Which segments are ranked together: all, where there is little to sort; else each, the newest first."""
        if request.required:
            return [self._segments]
        rows = self._rows(self._segments, request.wanted)
        total = sum(len(posting[1]) for row in rows for posting in row.postings)
        if total <= SPARSE_MAX:
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
            if (postings := self._load(segment, one) if self._late else self._held[segment].get(one))
        ]

    def _posted(self, row: _Row) -> _Posted:
        return self._prefixed.get((row.segment, row.wanted)) or _weighed(row.postings[0])

    def _gathered(self, rows: Sequence[_Row]) -> tuple[Numbers, Floats, list[int]]:
        """The messages of these postings one after the other, how much each weighs, and how many each posting has."""
        if any(len(row.postings) > 1 for row in rows):
            parts = [self._posted(row) for row in rows]
            docs, weights = np.concatenate([part.docs for part in parts]), np.concatenate([p.weights for p in parts])
            sizes = [len(part.docs) for part in parts]
        else:  # one copy, however many there are
            postings = [row.postings[0] for row in rows]
            docs = np.frombuffer(b"".join([posting[0] for posting in postings]), "<u2")
            weights = _WEIGHED[np.frombuffer(b"".join([posting[1] for posting in postings]), np.uint8)]
            sizes = [len(posting[1]) for posting in postings]
            start = 0
            for posting, size in zip(postings, sizes, strict=True):
                if posting[2]:
                    _put_all_large(posting, docs[start : start + size], weights[start : start + size])
                start += size
        firsts = np.array([row.segment << SEGMENT_BITS for row in rows], np.int64)
        return np.repeat(firsts, sizes) + docs, weights, sizes

    def _scored(self, segments: Sequence[int], request: Request, weigher: Weigher, floor: float) -> Scored | None:
        """The scores of the messages of some segments, as far as they may be above `floor`."""
        factors = weigher.factors
        if request.required:
            scored = self._having(segments, request.required, weigher)
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
        if merged := self._prefixed.get((row.segment, row.wanted)):
            numbers, at = scored.found_in(merged.docs, first, floor)
            return numbers, merged.weights[at]
        numbers, _ = scored.found_in(np.frombuffer(row.postings[0][0], "<u2"), first, floor)
        return numbers, _weights_at(row.postings[0], (numbers - first).astype(np.uint16))

    def _having(self, segments: Sequence[int], terms: Collection[str], weigher: Weigher) -> Scored:
        """The messages that hold all these terms, with what these score."""
        wanted = [Wanted(term) for term in terms]
        numbers: list[Numbers] = [np.zeros(0, np.int64)]
        weights: dict[Wanted, list[Floats]] = {one: [np.zeros(0)] for one in wanted}
        by_size = sorted(wanted, key=self._sizes.__getitem__)
        for segment in segments:
            held, found = self._held[segment], None
            if any(one not in held and (segment, one) not in self._late for one in wanted):
                continue
            for one in by_size:
                docs = np.frombuffer(self._load(segment, one)[0][0], "<u2")
                found = docs if found is None else _both(found, docs)
                if not len(found):
                    break
            else:
                assert found is not None  # noqa: S101  # there is a term
                numbers.append(found.astype(np.int64) + (segment << SEGMENT_BITS))
                for one in wanted:
                    weights[one].append(_weights_at(held[one][0], found))
        together = np.concatenate(numbers)
        scores = np.zeros(len(together))
        for one in wanted:
            scores += weigher.shares(together, np.concatenate(weights[one])) * weigher.factors[one]
        return Scored(together, scores, None, ordered=True)

    def parts(self, number: int, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[Part]:
        """What makes up a message's score; nothing of one that is beyond the blocks."""
        if number >= self._sealed:
            return []
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
        for posting in self._load(segment, wanted):
            docs = np.frombuffer(posting[0], "<u2")
            at = int(docs.searchsorted(low))
            if at < len(docs) and docs[at] == low:
                counts = (posting[1][at] >> 4, posting[1][at] & FULL)
                if FULL in counts:
                    rows = np.frombuffer(posting[2], "<u4").reshape(-1, 3).tolist()
                    counts = next(((row[1], row[2]) for row in rows if row[0] == low), counts)
                text, context = text + counts[0], context + counts[1]
        return text, context


def _both(few: NDArray[np.uint16], many: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """What is in both of two ordered lists, neither of which is empty at first."""
    found: NDArray[np.uint16] = few[many.take(many.searchsorted(few), mode="clip") == few]
    return found


def _one_by_one(posting: Posting) -> Iterator[tuple[int, Counts]]:
    """The messages of a short posting, and how often each holds the term. Raises Damaged."""
    docs = struct.unpack(f"<{len(posting[1])}H", posting[0])
    counts: Iterable[Counts] = map(_COUNTS.__getitem__, posting[1])
    if posting[2]:
        large = {row[0]: weighed(*row[1:]) for row in struct.iter_unpack("<III", posting[2])}
        if not large.keys() <= set(docs):
            raise Damaged("a posting counts messages that it does not hold")
        counts = [large.get(low, small) for low, small in zip(docs, counts, strict=True)]
    return zip(docs, counts, strict=True)


def _weights_at(posting: Posting, found: NDArray[np.uint16]) -> Floats:
    """What a term weighs in these messages, all of which hold it."""
    docs, packed = check(posting)
    weights: Floats = _WEIGHED[packed[docs.searchsorted(found)]]
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
    weights: Floats = _WEIGHED[packed]
    if posting[2]:
        _put_all_large(posting, docs, weights)
    return _Posted(docs, weights)
