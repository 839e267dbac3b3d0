"""What does a term weigh in the messages of a segment? From its postings, as arrays or for one message."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ccnode.store.held import WEIGHED, marked
from ccnode.store.impact import LARGE_BYTES, check
from ccnode.store.impact_form import CONTEXT_WEIGHT, FULL, SEGMENT_BITS, SEGMENT_MASK, TEXT_WEIGHT, Damaged
from ccnode.store.scores import among, summed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ccnode.store.held import Held
    from ccnode.store.impact import Posting
    from ccnode.store.ranking import Wanted

    Numbers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Low = NDArray[np.uint16]  # the low bits of messages' numbers, in order


@dataclass(frozen=True, slots=True)
class Posted:
    """Messages in one segment, and how much a term weighs in each."""

    docs: Low
    weights: Floats


class Row(NamedTuple):
    """The postings of a term in a segment: several where it is a prefix."""

    segment: int
    wanted: Wanted
    postings: Sequence[Posting]


class Weights:
    """What the terms that are held weigh."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._prefixed: dict[tuple[int, Wanted], Posted] = {}

    def rows(self, segments: Iterable[int], wanted: Collection[Wanted]) -> list[Row]:
        """The postings of these terms in these segments."""
        return [
            Row(segment, one, postings)
            for segment in segments
            for one in wanted
            if (postings := self._held.postings(one, segment))
        ]

    def posted(self, segment: int, wanted: Wanted) -> Posted:
        """The messages of a segment that hold a term, or any that begins so."""
        posted = self._prefixed.get((segment, wanted))
        if posted is None:
            parts = [_weighed(posting) for posting in self._held.postings(wanted, segment)]
            posted = parts[0]
            if len(parts) > 1:
                docs = np.concatenate([part.docs for part in parts])
                held = np.flatnonzero(marked(docs))
                weights = summed(docs, np.concatenate([part.weights for part in parts]))
                posted = Posted(held.astype(np.uint16), weights[held])
            self._prefixed[segment, wanted] = posted
        return posted

    def gathered(self, rows: Sequence[Row]) -> tuple[Numbers, Floats, list[int]]:
        """The messages of these postings one after the other, how much each weighs, and how many each posting has."""
        if any(len(row.postings) > 1 for row in rows):
            parts = [self.posted(row.segment, row.wanted) for row in rows]
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

    def among(self, segment: int, wanted: Wanted, low: Low) -> Floats:
        """What a term weighs in these messages of a segment; 0 where they do not hold it."""
        postings = self._held.postings(wanted, segment)
        if not postings:
            return np.zeros(len(low))
        if len(postings) > 1:
            posted = self.posted(segment, wanted)
            at, there = among(low, posted.docs)
            weights = posted.weights[at]
        else:
            docs, packed = check(postings[0])
            at, there = among(low, docs)
            weights = WEIGHED[packed[at]]
            if postings[0][2]:
                _put_large(postings[0], low, weights)
        weights[~there] = 0.0
        return weights

    def single(self, wanted: Wanted, number: int) -> float:
        """What a term weighs in one message; 0 where that does not hold it."""
        weight = 0.0
        for posting in self._held.postings(wanted, number >> SEGMENT_BITS):
            text, context = counts_of(posting, number & SEGMENT_MASK)
            weight += TEXT_WEIGHT * text + CONTEXT_WEIGHT * context
        return weight


def by_segment(numbers: Numbers) -> Iterator[tuple[int, slice]]:
    """Which of these messages, in order, are in each segment."""
    segments = numbers >> SEGMENT_BITS
    cuts = (np.flatnonzero(segments[1:] != segments[:-1]) + 1).tolist()
    for start, end in zip([0, *cuts], [*cuts, len(numbers)], strict=True):
        if end:
            yield int(segments[start]), slice(start, end)


def counts_of(posting: Posting, low: int) -> tuple[int, int]:
    """How often a message holds a term, in its text and in the turns before it."""
    docs = np.frombuffer(posting[0], "<u2")
    at = bisect_left(docs, low)
    if at == len(docs) or docs[at] != low:
        return 0, 0
    byte: int = posting[1][at]
    if posting[2] and FULL in (byte >> 4, byte & FULL):
        for row in np.frombuffer(posting[2], "<u4").reshape(-1, 3).tolist():
            if row[0] == low:
                return row[1], row[2]
    return byte >> 4, byte & FULL


def weights_at(posting: Posting, found: Low) -> Floats:
    """What a term weighs in these messages, all of which hold it."""
    docs, packed = check(posting)
    weights: Floats = WEIGHED[packed[docs.searchsorted(found)]]
    if posting[2]:
        _put_large(posting, found, weights)
    return weights


def arrays(posting: Posting) -> tuple[Low, NDArray[np.uint8], NDArray[np.uint32]]:
    """A posting as arrays: messages, counts, and (message, in text, in context) of what a byte cannot say."""
    docs, packed = check(posting)
    large = np.frombuffer(posting[2], "<u4").reshape(-1, 3)
    if len(large) and not among(large[:, 0].astype(np.uint16), docs)[1].all():
        raise Damaged("a posting counts messages that it does not hold")
    return docs, packed, large


def _put_large(posting: Posting, docs: Low, weights: Floats) -> int:
    """Put right what counts more often in a message than a byte can say; return for how many of them."""
    rows = np.frombuffer(posting[2], "<u4").reshape(-1, 3)
    at, there = among(rows[:, 0].astype(np.uint16), docs)
    weights[at[there]] = (np.float64(TEXT_WEIGHT) * rows[:, 1] + np.float64(CONTEXT_WEIGHT) * rows[:, 2])[there]
    return int(np.count_nonzero(there))


def _put_all_large(posting: Posting, docs: Low, weights: Floats) -> None:
    """The same where these are all messages of the posting. Raises Damaged."""
    if LARGE_BYTES * _put_large(posting, docs, weights) != len(posting[2]):
        raise Damaged("a posting counts messages that it does not hold")


def _weighed(posting: Posting) -> Posted:
    docs, packed = check(posting)
    weights: Floats = WEIGHED[packed]
    if posting[2]:
        _put_all_large(posting, docs, weights)
    return Posted(docs, weights)
