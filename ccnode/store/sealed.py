"""How is everything ranked that the impact index holds? With numpy; the form is in impact.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ccnode.store.best_first import BestFirst
from ccnode.store.held import RARE_MAX, Held, marked
from ccnode.store.impact_form import CONTEXT_WEIGHT, SEGMENT_BITS, SEGMENT_MASK, TEXT_WEIGHT, Damaged
from ccnode.store.ranking import Few, Part, Ranked, Request, Statistics, Wanted
from ccnode.store.scores import Columns, Mask, Scored, Weigher
from ccnode.store.weights import Weights, counts_of, weights_at

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from ccnode.store import impact_form

    Numbers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Having = dict[int, NDArray[np.uint16]]  # messages, by segment

DENSE_MIN: Final = 2_000  # messages of a segment that are marked, to see which of them hold another term
FEW_MAX: Final = 400  # postings that are ranked one by one


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
        self._weights = Weights(self._held)

    def read(self, wanted: Iterable[Wanted]) -> dict[Wanted, int]:
        """Look these terms up; tell how many messages hold each. Raises sqlite3.Error, Damaged."""
        return self._held.read(wanted)

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
        masks = [Mask(allowed, self._column) for _, allowed in request.lists]
        skip = np.array(sorted(number for number in request.skip if number < self._sealed), np.int64)
        factors = {one: statistics.factor(weight, holding[one]) for one, weight in request.wanted.items()}
        weigher = Weigher(factors, statistics, self._column("lengths"))
        if not request.required:
            return BestFirst(self._held, self._weights, weigher, request, masks, skip).lists(self._segments)
        scored = self._scored(found, request, weigher)
        scored.leave_out(skip)
        return [scored.top(count, mask) for (count, _), mask in zip(request.lists, masks, strict=True)]

    def _is_little(self, request: Request) -> bool:
        """Whether so few messages hold the terms that it would take longer to make arrays of them."""
        sizes = self._held.sizes
        return sum(map(sizes.__getitem__, (*request.wanted, *map(Wanted, request.excluded)))) <= FEW_MAX

    def _fact(self, number: int) -> tuple[int, int]:
        return int(self._column("roles")[number]), int(self._column("times")[number])

    def _column(self, name: str) -> NDArray[Any]:
        return self._columns.get(self._connection, name, self._sealed)

    def _scored(self, having: Having, request: Request, weigher: Weigher) -> Scored:
        """The scores of all messages that hold what is required."""
        factors, held = weigher.factors, self._held
        scored = self._all_of(having, request.required, weigher)
        others = [one for one in request.wanted if one.prefix or one.term not in request.required]
        held.load(others, having)
        for segment, low in having.items():
            numbers = low.astype(np.int64) + (segment << SEGMENT_BITS)
            for one in others:
                if held.holds(one, segment):
                    weights = self._weights.among(segment, one, low)
                    scored.add(numbers, weigher.shares(numbers, weights) * factors[one])
        for row in self._weights.rows(having, [Wanted(term) for term in request.excluded]):
            scored.leave_out(self._weights.gathered([row])[0])
        return scored

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
                weights[one].append(weights_at(held.postings(one, segment)[0], low))
        together = np.concatenate(numbers)
        scores = np.zeros(len(together))
        for one in wanted:
            scores += weigher.shares(together, np.concatenate(weights[one])) * weigher.factors[one]
        return Scored(together, scores, ordered=True)

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
                weights = weights_at(self._held.postings(one, segment)[0], low).tolist()
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
            counts = counts_of(posting, low)
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
