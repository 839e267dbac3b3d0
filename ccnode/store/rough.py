"""Which messages of a segment may be among the best? Scores in single precision, of all that hold words many hold.

Arrays of this kind fit into a processor's cache, and their scores are off by far less than `MARGIN`. So the few that
are good enough are scored exactly, and all the others never are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ccnode.store.impact_form import CONTEXT_WEIGHT, FULL, TEXT_WEIGHT, Damaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]
    Places = NDArray[np.intp]

MARGIN: Final = 1e-4  # relative: each rounding errs by up to 6e-8, and a score is made of some for each of its words
SPREAD_SHARE: Final = 4  # what one message in so many holds is weighed in all of them, so that nothing is looked up


class Rough:
    """The scores of one segment's messages, which are numbered from its first."""

    def __init__(self, lengths: NDArray[np.uint32], base: float, each: float) -> None:
        """Of messages with so many terms; `base`, `each`: what their counts weigh against (`Statistics.norm`)."""
        self._norms = np.multiply(lengths, np.float32(each), dtype=np.float32)
        self._norms += np.float32(base)
        self._scores = np.zeros(len(lengths), np.float32)

    def add(self, docs: NDArray[np.uint16], weights: Floats, factor: float) -> None:
        """Add a term that weighs so much in these messages. Raises Damaged."""
        self._add(self._places(docs), weights.astype(np.float32), factor)

    def add_counted(
        self, docs: NDArray[np.uint16], counts: NDArray[np.uint8], large: NDArray[np.uint32], factor: float
    ) -> None:
        """Add a term that is so often in these messages, as a posting has it (`large`: message, in text, in context).

        Raises:
            Damaged: there are no such messages.
        """
        places = self._places(docs)
        if len(places) * SPREAD_SHARE < len(self._scores):
            weights = _WEIGHED.take(counts)
            if len(large):
                weights[docs.searchsorted(large[:, 0])] = _large(large)
            self._add(places, weights, factor)
            return
        spread = np.zeros(len(self._scores), np.uint8)
        spread[places] = counts
        weights = np.multiply(spread & FULL, np.float32(CONTEXT_WEIGHT), dtype=np.float32)
        weights += spread >> 4
        if len(large):
            weights[large[:, 0]] = _large(large)
        weights /= weights + self._norms
        weights *= np.float32(factor)
        self._scores += weights

    def _add(self, places: Places, weights: Singles, factor: float) -> None:
        norms = self._norms.take(places)
        norms += weights
        weights /= norms
        weights *= np.float32(factor)
        weights += self._scores.take(places)
        self._scores[places] = weights

    def _places(self, docs: NDArray[np.uint16]) -> Places:
        if int(docs.max(initial=0)) >= len(self._scores):
            raise Damaged("a posting is beyond the blocks of the impact index")
        return docs.astype(np.intp)  # as numpy else makes them each time

    def leave_out(self, docs: NDArray[np.uint16]) -> None:
        """Keep none of these messages. Raises Damaged."""
        self._scores[self._places(docs)] = 0.0

    def above(self, floor: float) -> tuple[Places, Singles]:
        """The messages that may score more, in order, and their scores."""
        places = np.flatnonzero(self._scores > np.float32(floor * (1 - MARGIN)))
        return places, self._scores.take(places)


def best_of(scores: Singles, count: int, floor: float) -> Places:
    """Where those scores are that may be among the best `count`, and above `floor`, in order."""
    above = np.flatnonzero(scores > np.float32(floor * (1 - MARGIN)))
    if len(above) <= count:
        return above
    some = scores.take(above)
    least = np.partition(some, len(some) - count)[len(some) - count]
    found: Places = above[some >= least * np.float32(1 - 2 * MARGIN)]
    return found


def _large(rows: NDArray[np.uint32]) -> Singles:
    return (np.float64(TEXT_WEIGHT) * rows[:, 1] + np.float64(CONTEXT_WEIGHT) * rows[:, 2]).astype(np.float32)


_WEIGHED: Final[Singles] = (TEXT_WEIGHT * (np.arange(256) >> 4) + CONTEXT_WEIGHT * (np.arange(256) & FULL)).astype(
    np.float32
)
