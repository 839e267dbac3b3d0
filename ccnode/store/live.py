"""How are the newest messages ranked, which the impact index does not hold yet? In memory, without numpy.

A young node has no others, so it never loads numpy.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode.store.ranking import Counts, Few, Part, Ranked, Request, Statistics, Wanted, weighed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccnode.store.ranking import Adding
    from ccnode.store.terms import Tokenizer


BEGINNINGS_MAX: Final = 1_000
FEW_SHARE: Final = 16  # one new term in so many is put into its place, as that takes less than to sort them all
_NONE: Final[Mapping[int, Counts]] = MappingProxyType({})


class LiveRow(NamedTuple):
    """A message as it is indexed."""

    number: int
    text: str
    context: str
    role: int
    time: int


class Live:
    """Messages, by the terms that they hold."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._postings: dict[str, dict[int, Counts]] = {}
        self._lengths: dict[int, int] = {}
        self._facts: dict[int, tuple[int, int]] = {}
        self._counts: dict[tuple[int, int], Counts] = {}  # one object for all that are equal
        self._sorted: list[str] | None = None
        self._beginning: dict[str, dict[int, Counts]] = {}  # asked for several times in one search
        self._few = Few(self.holding, self._added, self._lengths.__getitem__, self._facts.__getitem__)
        self.tokens = 0

    def __contains__(self, number: int) -> bool:
        return number in self._lengths

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, rows: Iterable[LiveRow]) -> None:
        """Add messages; those that are there already stay as they are. Raises sqlite3.Error."""
        new = [row for row in rows if row.number not in self._lengths]
        self._tokenizer.of(word for row in new for column in (row.text, row.context) for word in column.split())
        fresh: list[str] = []
        for row in new:
            text, context = (Counter(self._tokenizer.terms(column.split())) for column in (row.text, row.context))
            for term in text.keys() | context.keys():
                counts = (text[term], context[term])
                held = self._counts.get(counts) or self._counts.setdefault(counts, weighed(*counts))
                if term not in self._postings:
                    self._postings[term] = {}
                    fresh.append(term)
                self._postings[term][row.number] = held
            length = text.total() + context.total()
            self._lengths[row.number] = length
            self._facts[row.number] = (row.role, row.time)
            self.tokens += length
        if new:
            self._beginning.clear()
            self._put_in_order(fresh)

    def _put_in_order(self, fresh: Sequence[str]) -> None:
        """Keep the terms sorted where only a few are new, as after each turn of a chat."""
        if self._sorted is None or len(fresh) * FEW_SHARE > len(self._sorted):
            self._sorted = None
            return
        for term in fresh:
            insort(self._sorted, term)

    def holding(self, wanted: Wanted) -> Mapping[int, Counts]:
        """The messages that hold a term (or any that begins so), and how often."""
        if not wanted.prefix:
            return self._postings.get(wanted.term, _NONE)
        known = self._beginning.get(wanted.term)
        if known is not None:
            return known
        if self._sorted is None:
            self._sorted = sorted(self._postings)
        if len(self._beginning) >= BEGINNINGS_MAX:
            self._beginning.clear()
        at, found = bisect_left(self._sorted, wanted.term), dict[int, Counts]()
        self._beginning[wanted.term] = found
        while at < len(self._sorted) and self._sorted[at].startswith(wanted.term):
            for number, counts in self._postings[self._sorted[at]].items():
                before = found.get(number)
                if before is not None:
                    counts = weighed(before.text + counts.text, before.context + counts.context)  # noqa: PLW2901
                found[number] = counts
            at += 1
        return found

    def _added(self, wanted: Wanted, adding: Adding) -> dict[int, float]:
        return adding.to(self.holding(wanted))

    def rank(
        self, request: Request, statistics: Statistics, holding: Mapping[Wanted, int], floor: float = 0.0
    ) -> list[list[Ranked]]:
        """The lists of a request. `holding`: how many messages, here and elsewhere, hold each term.

        What scores below `floor` may be left out.
        """
        if not any(self.holding(one) for one in request.wanted):  # as is so of most rare words
            return [[] for _ in request.lists]
        return self._few.rank(request, statistics, holding, floor)

    def parts(self, number: int, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[Part]:
        """What makes up a message's score."""
        return self._few.parts(number, request, statistics, holding)
