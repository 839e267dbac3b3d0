"""Which messages rank best of very many that hold any of some terms? Most of them are never scored.

What a term adds to a score is below its factor, and what most messages hold has a small one. So the rarest terms come
first. Where as many messages as are wanted score by these alone more than all other terms could add together, the
others are only looked for in messages that may still be among the best. Where the rare terms do not tell enough, each
segment is scored roughly (rough.py), the newest first, and the more is found, the less of the next has to be looked at.

Who judges what is found anew by its words needs no more than the likely ones, and is given what the rarest terms alone
put first: of 1,498 questions among 100,000 messages that finds as many answers, in less than half of the time
(decision 0033).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ccnode.store.impact_form import SEGMENT_BITS
from ccnode.store.ranking import Wanted, best
from ccnode.store.rough import best_of
from ccnode.store.scores import Scored
from ccnode.store.weights import arrays, by_segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ccnode.store.held import Held
    from ccnode.store.ranking import Ranked, Request
    from ccnode.store.scores import Mask, Weigher
    from ccnode.store.weights import Weights

    Numbers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]
    Singles = NDArray[np.float32]

EARLY_MAX: Final = 100_000  # postings of rare terms that are scored first, all together
LIKELY_MIN: Final = 20_000  # postings of the rarest terms that are scored where likely messages suffice,
LIKELY_SHARE: Final = 10  # or one for so many messages, where these are more
SINGLY_MAX: Final = 60  # messages in which terms are looked for one by one: it takes less than arrays of so few
MANY: Final = 1_000  # messages that may be among the best: the likeliest are then scored first
BELOW: Final = 1 - 1e-12  # times a floor: what scores just that counts


class BestFirst:
    """One ranking without required terms."""

    def __init__(
        self, held: Held, weights: Weights, weigher: Weigher, request: Request, masks: Sequence[Mask], skip: Numbers
    ) -> None:
        """`masks` of the lists; `skip`: numbers of messages that are not looked at, in order."""
        self._held, self._weights, self._weigher = held, weights, weigher
        self._request, self._masks, self._skip = request, masks, skip
        self._counts = [count for count, _ in request.lists]
        self._excluded = [Wanted(term) for term in request.excluded]

    def lists(self, segments: Sequence[int]) -> list[list[Ranked]]:
        """The lists of the request, of these segments. Raises Damaged."""
        if self._request.likely and (found := self._likely(segments)) is not None:
            return found
        early = self._early(EARLY_MAX)
        floors = [0.0] * len(self._counts)
        if early:
            scored = self._scored(segments, early)
            floors = self._floors(scored)
            others = {one: factor for one, factor in self._weigher.factors.items() if one not in early}
            rest = sum(others.values())
            if not others or rest < min(floors, default=0.0):
                return self._completed(scored, others, floors)
        return self._by_segments(segments, floors)

    def _likely(self, segments: Sequence[int]) -> list[list[Ranked]] | None:
        """The lists, of what the rarest terms alone put first; None where too few messages hold any of these.

        Where only some messages are allowed, and too few of these hold any, each of them is scored by all terms.
        """
        early = self._early(max(LIKELY_MIN, len(self._weigher) // LIKELY_SHARE))
        if not early or self._excluded:
            return None
        scored = self._scored(segments, early)
        lists = []
        for count, mask in zip(self._counts, self._masks, strict=True):
            found = scored.top(count, mask)
            if len(found) < count and mask.numbers is None:
                return None
            lists.append(found if len(found) == count else self._each(mask).top(count))
        return lists

    def _each(self, mask: Mask) -> Scored:
        """What those messages score that are all that a list takes."""
        numbers = mask.numbers if mask.numbers is not None else np.zeros(0, np.int64)
        numbers = np.setdiff1d(numbers[numbers < len(self._weigher)], self._skip, assume_unique=True)
        taken = mask.of(numbers)
        numbers = numbers if taken is None else numbers[taken]
        return self._with(self._weigher.factors, numbers, np.zeros(len(numbers)), 0.0)

    def _early(self, postings: int) -> list[Wanted]:
        """The terms that tell most, as far as few messages hold them."""
        found: list[Wanted] = []
        total = 0
        for one in self._weigher.factors:
            total += self._held.sizes[one]
            if total > postings:
                break
            found.append(one)
        return found

    def _floors(self, scored: Scored) -> list[float]:
        """What the last of each list scores at least."""
        lists = (scored.top(count, mask) for count, mask in zip(self._counts, self._masks, strict=True))
        return [
            found[-1].score * BELOW if found and len(found) == count else 0.0
            for found, count in zip(lists, self._counts, strict=True)
        ]

    # --- rare terms first ---

    def _scored(self, segments: Sequence[int], early: Sequence[Wanted]) -> Scored:
        """What all messages score by these terms alone."""
        self._held.load_whole(early)
        rows = self._weights.rows(segments, early)
        numbers, weights, sizes = self._weights.gathered(rows)
        factors = np.array([self._weigher.factors[row.wanted] for row in rows], np.float64)
        scored = Scored(numbers, self._weigher.shares(numbers, weights) * np.repeat(factors, sizes))
        scored.leave_out(self._skip)
        for one in self._excluded:
            numbers = scored.numbers
            for segment, some in by_segment(numbers):
                low = (numbers[some] - (segment << SEGMENT_BITS)).astype(np.uint16)
                scored.leave_out(numbers[some][self._weights.among(segment, one, low) > 0])
        return scored

    def _completed(self, scored: Scored, others: dict[Wanted, float], floors: Sequence[float]) -> list[list[Ranked]]:
        """The lists, where messages that hold none of the early terms are not among the best."""
        rest = sum(others.values())
        numbers, scores = scored.above(min(floors) - rest)
        if others and len(numbers) > MANY:
            likely = {
                one.number
                for count, mask in zip(self._counts, self._masks, strict=True)
                for one in scored.top(2 * count, mask)
            }
            some = np.isin(numbers, np.array(sorted(likely), np.int64))
            floors = self._floors(self._with(others, numbers[some], scores[some], -1.0))
            numbers, scores = scored.above(min(floors) - rest)
        found = self._with(others, numbers, scores, min(floors))
        return [found.top(count, mask) for count, mask in zip(self._counts, self._masks, strict=True)]

    def _with(self, others: dict[Wanted, float], numbers: Numbers, scores: Floats, floor: float) -> Scored:
        """The scores with what other terms add; those at least that are above `floor`."""
        rest = sum(others.values())
        for one, factor in others.items():
            added = self._singly(one, numbers) if len(numbers) <= SINGLY_MAX else self._shares(one, numbers)
            scores = scores + added * factor
            rest -= factor
            above = scores > floor - rest - 1e-9  # what was left of `rest` is no exact zero
            numbers, scores = numbers[above], scores[above]
        return Scored(numbers, scores, ordered=True)

    def _shares(self, one: Wanted, numbers: Numbers) -> Floats:
        weights = np.zeros(len(numbers))
        parts = list(by_segment(numbers))
        self._held.load([one], [segment for segment, _ in parts])
        for segment, some in parts:
            low = (numbers[some] - (segment << SEGMENT_BITS)).astype(np.uint16)
            weights[some] = self._weights.among(segment, one, low)
        return self._weigher.shares(numbers, weights)

    def _singly(self, one: Wanted, numbers: Numbers) -> Floats:
        which = numbers.tolist()
        self._held.load([one], list(dict.fromkeys(number >> SEGMENT_BITS for number in which)))
        weights = np.array([self._weights.single(one, number) for number in which], np.float64)
        return self._weigher.shares(numbers, weights)

    # --- segment by segment ---

    def _by_segments(self, segments: Sequence[int], floors: list[float]) -> list[list[Ranked]]:
        """The lists, the newest segment first; `floors`: what the last of each scores at least."""
        lists: list[list[Ranked]] = [[] for _ in self._counts]
        self._held.load_whole([one for one in self._weigher.factors if self._held.sizes[one] <= EARLY_MAX])
        for segment in reversed(segments):
            places, scores = self._roughly(segment, min(floors, default=0.0))
            numbers = places + (segment << SEGMENT_BITS)
            for at, count in enumerate(self._counts):
                taken = self._masks[at].of(numbers)
                its_numbers, its_scores = (numbers, scores) if taken is None else (numbers[taken], scores[taken])
                chosen = its_numbers[best_of(its_scores, count, floors[at])]
                if len(chosen):
                    exact = self._with(self._weigher.factors, chosen, np.zeros(len(chosen)), floors[at])
                    lists[at] = best([lists[at], exact.top(count)], count)
                    if lists[at] and len(lists[at]) == count:
                        floors[at] = max(floors[at], lists[at][-1].score)
        return lists

    def _roughly(self, segment: int, floor: float) -> tuple[Places, Singles]:
        """The messages of a segment that may score above `floor`, and about what they do."""
        held, factors = self._held, self._weigher.factors
        here = [one for one in factors if held.holds(one, segment)]
        telling, others = _split(here, factors, floor)
        if not telling:
            return np.zeros(0, np.intp), np.zeros(0, np.float32)
        held.load(telling, [segment])
        rough = self._weigher.rough(segment)
        for one in telling:
            if len(postings := held.postings(one, segment)) > 1:
                posted = self._weights.posted(segment, one)
                rough.add(posted.docs, posted.weights, factors[one])
            else:
                rough.add_counted(*arrays(postings[0]), factors[one])
        for one in self._excluded:
            for posting in held.postings(one, segment):
                rough.leave_out(np.frombuffer(posting[0], "<u2"))
        hidden = self._skip[self._skip >> SEGMENT_BITS == segment]
        if len(hidden):
            rough.leave_out((hidden - (segment << SEGMENT_BITS)).astype(np.uint16))
        floor -= sum(factors[one] for one in others)
        places, scores = rough.above(floor)
        for one in others:
            if not len(places):
                break
            shares = self._shares(one, places + (segment << SEGMENT_BITS))
            scores += (shares * factors[one]).astype(np.float32)
            floor += factors[one]
            above = best_of(scores, len(scores), floor)
            places, scores = places[above], scores[above]
        return places, scores


def _split(wanted: Sequence[Wanted], factors: dict[Wanted, float], floor: float) -> tuple[list[Wanted], list[Wanted]]:
    """(those that tell, the others), of terms by their factors, the greatest first.

    Messages that hold nothing but of the others stay below the floor.
    """
    total = 0.0
    for at in range(len(wanted), 0, -1):
        total += factors[wanted[at - 1]]
        if total >= floor:
            return list(wanted[:at]), list(wanted[at:])
    return [], list(wanted)
