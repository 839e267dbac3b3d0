"""How is everything ranked that the impact index holds? Segment by segment, with numpy; the form is in impact.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ccnode.store.impact import check, unpacked
from ccnode.store.impact_form import (
    BLOCK_BITS,
    BLOCK_SIZE,
    CONTEXT_WEIGHT,
    FULL,
    SEGMENT_BITS,
    SEGMENT_MASK,
    TEXT_WEIGHT,
    Damaged,
)
from ccnode.store.ranking import Allowed, Part, Ranked, Request, Statistics, Wanted, best

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from ccnode.store.impact import Posting

    Docs = NDArray[np.intp]
    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

SIZE: Final = 1 << SEGMENT_BITS
SPARSE_MAX: Final = 4_000  # postings that are sorted, rather than spread over all messages of a segment
PREFIX_TERMS_MAX: Final = 1_000
_TERMS: Final = (
    "SELECT term, docs, counts, more FROM postings"
    " WHERE segment = ? AND term IN (SELECT value FROM json_each(?)) ORDER BY term"
)
_PREFIX: Final = (
    "SELECT term, docs, counts, more FROM postings WHERE segment = ? AND term >= ? AND term < ? ORDER BY term LIMIT ?"
)
_BYTES: Final = np.arange(256)
# For each byte of counts: how much the term weighs in a message.
_WEIGHED: Final[NDArray[np.float64]] = TEXT_WEIGHT * (_BYTES >> 4) + CONTEXT_WEIGHT * (_BYTES & FULL)


# What a block has for each message.
_KINDS: Final[dict[str, np.dtype[Any]]] = {
    "lengths": np.dtype("<u4"), "roles": np.dtype("u1"), "times": np.dtype("<i8"),
}  # fmt: skip


class Columns:
    """What the blocks hold of each message; read when it is needed, and kept while blocks are only added."""

    def __init__(self) -> None:
        self._blocks = 0
        self._kept: dict[tuple[str, int], NDArray[Any]] = {}

    def part(self, connection: sqlite3.Connection, name: str, segment: int, sealed: int) -> NDArray[Any]:
        """The column `lengths`, `roles` or `times` of a segment's messages, as far as it is `sealed`.

        Raises:
            Damaged: a block is missing, or cut.
            sqlite3.Error: it cannot be read.
        """
        first = segment << SEGMENT_BITS - BLOCK_BITS
        after = min(first + (1 << SEGMENT_BITS - BLOCK_BITS), sealed >> BLOCK_BITS)
        kept = self._kept.get((name, segment))
        if kept is None or len(kept) < (after - first) * BLOCK_SIZE:
            sql = f"SELECT {name} FROM blocks WHERE block >= ? AND block < ? ORDER BY block"
            parts = [row[0] for row in connection.execute(sql, (first, after))]
            kind = _KINDS[name]
            if any(type(one) is not bytes or len(one) != BLOCK_SIZE * kind.itemsize for one in parts):
                raise Damaged("a block of the impact index is cut")
            if len(parts) != after - first:
                raise Damaged("a block of the impact index is missing")
            kept = np.frombuffer(b"".join(parts), kind)
            self._kept[name, segment] = kept
        return kept


@dataclass(frozen=True, slots=True)
class _Posted:
    """A term's messages in one segment, and how much it weighs in each."""

    docs: NDArray[np.uint16]
    weights: Floats


class Sealed:
    """The postings of some terms, read within one transaction, and what can be asked of them."""

    def __init__(self, connection: sqlite3.Connection, columns: Columns, sealed: int) -> None:
        self._connection = connection
        self._columns = columns
        self._sealed = sealed
        self._segments: dict[int, dict[Wanted, list[Posting]]] = {}
        self._posted: dict[tuple[int, Wanted], _Posted] = {}

    def read(self, wanted: Iterable[Wanted]) -> dict[Wanted, int]:
        """Read the postings of these terms; tell how many messages hold each. Raises sqlite3.Error, Damaged."""
        found = dict.fromkeys(wanted, 0)
        exact = {one.term: one for one in found if not one.prefix}
        asked = json.dumps(list(exact))
        for segment in range((self._sealed - 1 >> SEGMENT_BITS) + 1):
            held = self._segments.setdefault(segment, {})
            for term, *posting in self._connection.execute(_TERMS, (segment, asked)):
                check(posting)
                held[exact[term]] = [posting]
                found[exact[term]] += len(posting[1])
            for one in found:
                if one.prefix:
                    bounds = (segment, one.term, one.term + "\U0010ffff", PREFIX_TERMS_MAX)
                    if postings := [posting for _, *posting in self._connection.execute(_PREFIX, bounds)]:
                        held[one] = postings
                        found[one] += len(self._get(segment, one).docs)
        return found

    def _has(self, segment: int, wanted: Wanted) -> bool:
        return wanted in self._segments.get(segment, ())

    def _get(self, segment: int, wanted: Wanted) -> _Posted:
        found = self._posted.get((segment, wanted))
        if found is None:
            found = _merged([_weighed(posting) for posting in self._segments[segment][wanted]])
            self._posted[segment, wanted] = found
        return found

    def rank(self, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[list[Ranked]]:
        """The lists of a request. `holding`: how many messages, here and elsewhere, hold each term."""
        lists: list[list[Ranked]] = [[] for _ in request.lists]
        factors = {one: statistics.factor(weight, holding[one]) for one, weight in request.wanted.items()}
        skip = np.array(sorted(request.skip), np.int64)
        for segment in sorted(self._segments, reverse=True):
            scored = self._scored(segment, request, statistics, factors)
            if scored is None:
                continue
            left = skip[skip >> SEGMENT_BITS == segment] & SEGMENT_MASK
            scored.leave_out(left.astype(np.intp))
            for at, (count, allowed) in enumerate(request.lists):
                floor = lists[at][-1].score if len(lists[at]) == count else 0.0
                found = scored.top(count, floor, self._mask(segment, allowed))
                lists[at] = best([lists[at], found], count)
        return lists

    def _scored(
        self, segment: int, request: Request, statistics: Statistics, factors: Mapping[Wanted, float]
    ) -> _Scored | None:
        held = [wanted for wanted in request.wanted if self._has(segment, wanted)]
        needed = [wanted for wanted in held if wanted.term in request.required]
        if not held or len(needed) < len(request.required):
            return None
        posted = [self._get(segment, wanted) for wanted in held]
        sizes = [len(one.docs) for one in posted]
        docs = np.concatenate([one.docs for one in posted]).astype(np.intp)
        weights = np.concatenate([one.weights for one in posted])
        base, each = statistics.norm
        lengths = self._columns.part(self._connection, "lengths", segment, self._sealed)
        if int(docs.max()) >= len(lengths):
            raise Damaged("a posting is beyond the blocks of the impact index")
        scores = np.repeat(np.array([factors[wanted] for wanted in held]), sizes)
        scores *= weights / (weights + base + each * lengths[docs])
        scored = _Scored(segment, docs, scores)
        if needed:
            parts = [one.docs for wanted, one in zip(held, posted, strict=True) if wanted in needed]
            scored.require(np.concatenate(parts).astype(np.intp), len(needed))
        for term in request.excluded:
            if self._has(segment, Wanted(term)):
                scored.leave_out(self._get(segment, Wanted(term)).docs.astype(np.intp))
        return scored

    def _mask(self, segment: int, allowed: Allowed) -> Mask | None:
        """Which of a segment's messages a list takes; None for all."""
        masks: list[Mask] = []
        if allowed.role is not None:
            masks.append(self._columns.part(self._connection, "roles", segment, self._sealed) == allowed.role)
        if allowed.since is not None or allowed.until is not None:
            times = self._columns.part(self._connection, "times", segment, self._sealed)
            if allowed.since is not None:
                masks.append(times >= allowed.since)
            if allowed.until is not None:
                masks.append(times < allowed.until)
        if allowed.numbers is not None:
            mask = np.zeros(SIZE, np.bool_)
            mask[[number & SEGMENT_MASK for number in allowed.numbers if number >> SEGMENT_BITS == segment]] = True
            masks.append(mask)
        if not masks:
            return None
        size = min(len(mask) for mask in masks)
        taken: Mask = np.logical_and.reduce([mask[:size] for mask in masks])
        return taken

    def parts(self, number: int, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[Part]:
        """What makes up a message's score."""
        segment, low = number >> SEGMENT_BITS, number & SEGMENT_MASK
        lengths = self._columns.part(self._connection, "lengths", segment, self._sealed)
        base, each = statistics.norm
        found = []
        for wanted, weight in request.wanted.items():
            counts = self._counts(segment, wanted, low)
            if counts != (0, 0):
                weighed = TEXT_WEIGHT * counts[0] + CONTEXT_WEIGHT * counts[1]
                share = weighed / (weighed + base + each * float(lengths[low]))
                found.append(Part(wanted, statistics.factor(weight, holding[wanted]) * share, *counts))
        return found

    def _counts(self, segment: int, wanted: Wanted, low: int) -> tuple[int, int]:
        text = context = 0
        for posting in self._segments.get(segment, {}).get(wanted, ()):
            docs, packed = check(posting)
            at = int(np.searchsorted(docs, low))
            if at < len(docs) and docs[at] == low:
                counts = unpacked(posting)[1][:, at] if posting[2] else (packed[at] >> 4, packed[at] & FULL)
                text, context = text + int(counts[0]), context + int(counts[1])
        return text, context


def _weighed(posting: Posting) -> _Posted:
    docs, packed = check(posting)
    if not posting[2]:
        return _Posted(docs, _WEIGHED[packed])
    counts = unpacked(posting)[1]
    return _Posted(docs, np.float64(TEXT_WEIGHT) * counts[0] + np.float64(CONTEXT_WEIGHT) * counts[1])


def _merged(parts: list[_Posted]) -> _Posted:
    """One posting of several terms that count as one."""
    if len(parts) == 1:
        return parts[0]
    docs, at = np.unique(np.concatenate([part.docs for part in parts]), return_inverse=True)
    return _Posted(docs, _summed(at, np.concatenate([part.weights for part in parts])))


def _summed(at: Docs, values: Floats, size: int = 0) -> Floats:
    """The sum of the values at each place."""
    return np.bincount(at, weights=values, minlength=size).astype(np.float64, copy=False)


class _Scored:
    """The scores of a segment's messages: of all, or (few matches) of those that match, by `docs` in order."""

    def __init__(self, segment: int, docs: Docs, scores: Floats) -> None:
        self._first = segment << SEGMENT_BITS
        self._docs: Docs | None = None
        if len(docs) <= SPARSE_MAX:
            self._docs, at = np.unique(docs, return_inverse=True)
            self._scores = _summed(at, scores)
        else:
            self._scores = _summed(docs, scores, SIZE)

    def _places(self, docs: Docs) -> Docs:
        """Where these messages' scores are, those that have one."""
        if self._docs is None:
            return docs
        at = np.searchsorted(self._docs, docs).astype(np.intp)
        at[at == len(self._docs)] = 0
        found: Docs = at[self._docs[at] == docs]
        return found

    def require(self, docs: Docs, times: int) -> None:
        """Keep only the messages that occur so many times among these."""
        having = np.bincount(self._places(docs), minlength=len(self._scores)) >= times
        self._scores[~having] = 0.0

    def leave_out(self, docs: Docs) -> None:
        """Keep none of these messages."""
        if len(docs):
            self._scores[self._places(docs)] = 0.0

    def top(self, count: int, floor: float, mask: Mask | None) -> list[Ranked]:
        """The best `count` that score above `floor`, best first, of equals the newest first."""
        above = np.flatnonzero(self._scores > floor)
        if mask is not None and len(above):
            docs = above if self._docs is None else self._docs[above]
            inside = docs < len(mask)
            above = above[inside][mask[docs[inside]]]
        scores = self._scores[above]
        if len(above) > count:
            least = np.partition(scores, len(scores) - count)[len(scores) - count]
            above, scores = above[scores >= least], scores[scores >= least]
        docs = above if self._docs is None else self._docs[above]
        order = np.lexsort((docs, scores))[::-1][:count]
        numbers = (docs[order] + self._first).tolist()
        return [Ranked(score, number) for score, number in zip(scores[order].tolist(), numbers, strict=True)]
