"""What do messages score? Arrays over the columns that the impact index has of them, and lists made of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ccnode.store.impact_form import BLOCK_BITS, BLOCK_SIZE, SEGMENT_BITS, Damaged
from ccnode.store.ranking import Allowed, Ranked, Statistics, Wanted
from ccnode.store.rough import Rough

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Floats = NDArray[np.float64]

# What a block has for each message.
_KINDS: Final[dict[str, np.dtype[Any]]] = {
    "lengths": np.dtype("<u4"), "roles": np.dtype("u1"), "times": np.dtype("<i8"),
}  # fmt: skip
SPARSE_MIN: Final = 16  # where one message in so many scores, an array for all takes a tenth of the time of sorting
SAMPLE: Final = 2_000  # of many scores about so many tell what the best of all score at least


class Columns:
    """What the blocks hold of each message, by its number; read when needed, and kept while blocks are only added."""

    def __init__(self) -> None:
        self._kept: dict[str, NDArray[Any]] = {}

    def get(self, connection: sqlite3.Connection, name: str, sealed: int) -> NDArray[Any]:
        """The column `lengths`, `roles` or `times` of the messages before `sealed`.

        Raises:
            Damaged: a block is missing, or cut.
            sqlite3.Error: it cannot be read.
        """
        kind = _KINDS[name]
        kept = self._kept.get(name)
        if kept is None:
            kept = np.zeros(0, kind)
        if len(kept) < sealed:
            between = (len(kept) >> BLOCK_BITS, sealed >> BLOCK_BITS)
            sql = f"SELECT {name} FROM blocks WHERE block >= ? AND block < ? ORDER BY block"
            parts = [row[0] for row in connection.execute(sql, between)]
            if any(type(one) is not bytes or len(one) != BLOCK_SIZE * kind.itemsize for one in parts):
                raise Damaged("a block of the impact index is cut")
            kept = np.concatenate((kept, np.frombuffer(b"".join(parts), kind)))
            if len(kept) != sealed:
                raise Damaged("a block of the impact index is missing")
            self._kept[name] = kept
        return kept


class Weigher:
    """Turns the weights of terms in messages into shares of what these terms add at most (`factors`, in order)."""

    def __init__(self, factors: dict[Wanted, float], statistics: Statistics, lengths: NDArray[np.uint32]) -> None:
        self.factors = factors
        self._base, self._each = statistics.norm
        self._lengths = lengths

    def __len__(self) -> int:
        """How many messages there are."""
        return len(self._lengths)

    def shares(self, numbers: Numbers, weights: Floats) -> Floats:
        """Of a term with these weights in these messages, each below 1. Raises Damaged."""
        if len(numbers) and int(numbers.max()) >= len(self._lengths):
            raise Damaged("a posting is beyond the blocks of the impact index")
        found: Floats = weights / (weights + (self._base + self._each * self._lengths[numbers]))
        return found

    def rough(self, segment: int) -> Rough:
        """Of the messages of a segment, nothing added yet."""
        first = segment << SEGMENT_BITS
        return Rough(self._lengths[first : first + (1 << SEGMENT_BITS)], self._base, self._each)


class Mask:
    """Which messages a list takes."""

    def __init__(self, allowed: Allowed, column: Callable[[str], NDArray[Any]]) -> None:
        self._allowed = allowed
        self._column = column
        # The only ones, where it takes just these.
        self.numbers = None if allowed.numbers is None else np.array(sorted(allowed.numbers), np.int64)

    def of(self, numbers: Numbers) -> NDArray[np.bool_] | None:
        """For each of these messages whether it is taken; None for all of them."""
        allowed = self._allowed
        masks: list[NDArray[np.bool_]] = []
        if allowed.role is not None:
            masks.append(self._column("roles")[numbers] == allowed.role)
        if allowed.since is not None:
            masks.append(self._column("times")[numbers] >= allowed.since)
        if allowed.until is not None:
            masks.append(self._column("times")[numbers] < allowed.until)
        if self.numbers is not None:
            masks.append(among(numbers, self.numbers)[1])
        return np.logical_and.reduce(masks) if masks else None


def among(numbers: NDArray[Any], ordered: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where each number stands in an ordered list, and whether it does."""
    if not len(ordered):
        return np.zeros(len(numbers), np.intp), np.zeros(len(numbers), np.bool_)
    at = ordered.searchsorted(numbers)
    at[at == len(ordered)] = 0
    return at, ordered[at] == numbers


def summed(at: NDArray[Any], values: Floats, size: int = 0) -> Floats:
    """The sum of the values at each place."""
    return np.bincount(at, weights=values, minlength=size).astype(np.float64, copy=False)


class Scored:
    """The scores of messages, by their numbers in order."""

    def __init__(self, numbers: Numbers, scores: Floats, *, ordered: bool = False) -> None:
        """A message that comes several times among `numbers` scores the sum; `ordered`: each comes once, in order."""
        self.numbers, self._scores = numbers, scores
        if ordered or (numbers[1:] > numbers[:-1]).all():
            return
        if (size := int(numbers.max()) + 1) <= SPARSE_MIN * len(numbers):
            spread = summed(numbers, scores, size)  # each in the order in which it comes, as it is below
            self.numbers = np.flatnonzero(spread > 0.0)  # as all are that come
            self._scores = spread[self.numbers]
        else:
            order = numbers.argsort(kind="stable")  # of parts in order it takes a third of what np.unique does
            numbers = numbers[order]
            first = np.concatenate(([True], numbers[1:] != numbers[:-1]))
            self.numbers, self._scores = numbers[first], summed(first.cumsum() - 1, scores[order])

    def above(self, floor: float) -> tuple[Numbers, Floats]:
        """The messages that score above `floor`, and what they do."""
        above = np.flatnonzero(self._scores > floor)
        return self.numbers[above], self._scores[above]

    def _places(self, numbers: Numbers) -> NDArray[np.intp]:
        """Where these messages' scores are, those that have one."""
        at, there = among(numbers, self.numbers)
        return at[there]

    def add(self, numbers: Numbers, scores: Floats) -> None:
        """Add to the scores of these messages, each once, all of which have one."""
        self._scores[self._places(numbers)] += scores

    def leave_out(self, numbers: Numbers) -> None:
        """Keep none of these messages."""
        if len(numbers):
            self._scores[self._places(numbers)] = 0.0

    def top(self, count: int, mask: Mask | None = None, *, floor: float = 0.0) -> list[Ranked]:
        """The best `count` that score above `floor`, best first, of equals the newest first."""
        numbers, scores = self.numbers, self._scores
        step = len(scores) // SAMPLE
        if step > 1:  # the last of the best scores at least what it does among a few of them
            few = _taken(numbers[::step], scores[::step], mask, floor)[1]
            numbers, scores = _not_below(numbers, scores, few, count)
        numbers, scores = _taken(numbers, scores, mask, floor)
        numbers, scores = _not_below(numbers, scores, scores, count)
        order = np.lexsort((numbers, scores))[::-1][:count]
        return [Ranked(*pair) for pair in zip(scores[order].tolist(), numbers[order].tolist(), strict=True)]


def _taken(numbers: Numbers, scores: Floats, mask: Mask | None, floor: float) -> tuple[Numbers, Floats]:
    """Those that score above `floor` and are taken."""
    above = np.flatnonzero(scores > floor)
    numbers, scores = numbers[above], scores[above]
    taken = mask.of(numbers) if mask is not None else None
    return (numbers, scores) if taken is None else (numbers[taken], scores[taken])


def _not_below(numbers: Numbers, scores: Floats, some: Floats, count: int) -> tuple[Numbers, Floats]:
    """Those that score no less than the last of the best `count` of `some`; all where these are not so many."""
    if len(some) <= count:
        return numbers, scores
    enough = np.flatnonzero(scores >= np.partition(some, len(some) - count)[len(some) - count])
    return numbers[enough], scores[enough]
