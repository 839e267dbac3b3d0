"""How are the newest messages ranked, which the impact index does not hold yet? In memory, without numpy.

A young node has no others, so it never loads numpy.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from heapq import nlargest
from typing import TYPE_CHECKING, NamedTuple

from ccnode.store.impact_form import CONTEXT_WEIGHT, TEXT_WEIGHT
from ccnode.store.ranking import EVERY, Allowed, Part, Ranked, Request, Statistics, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ccnode.store.terms import Tokenizer

Counts = tuple[int, int]  # in the text, in the turns before it


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
        self._sorted: list[str] | None = None
        self.tokens = 0

    def __contains__(self, number: int) -> bool:
        return number in self._lengths

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, rows: Iterable[LiveRow]) -> None:
        """Add messages; those that are there already stay as they are. Raises sqlite3.Error."""
        new = [row for row in rows if row.number not in self._lengths]
        self._tokenizer.of(word for row in new for column in (row.text, row.context) for word in column.split())
        for row in new:
            text, context = (Counter(self._tokenizer.terms(column.split())) for column in (row.text, row.context))
            for term in text.keys() | context.keys():
                self._postings.setdefault(term, {})[row.number] = (text[term], context[term])
            length = text.total() + context.total()
            self._lengths[row.number] = length
            self._facts[row.number] = (row.role, row.time)
            self.tokens += length
        if new:
            self._sorted = None

    def holding(self, wanted: Wanted) -> Mapping[int, Counts]:
        """The messages that hold a term (or any that begins so), and how often."""
        if not wanted.prefix:
            return self._postings.get(wanted.term, {})
        if self._sorted is None:
            self._sorted = sorted(self._postings)
        at, found = bisect_left(self._sorted, wanted.term), dict[int, Counts]()
        while at < len(self._sorted) and self._sorted[at].startswith(wanted.term):
            for number, (text, context) in self._postings[self._sorted[at]].items():
                before = found.get(number, (0, 0))
                found[number] = (before[0] + text, before[1] + context)
            at += 1
        return found

    def rank(self, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[list[Ranked]]:
        """The lists of a request. `holding`: how many messages, here and elsewhere, hold each term."""
        scores: dict[int, float] = {}
        base, each = statistics.norm
        lengths = self._lengths
        for wanted, weight in request.wanted.items():
            factor = statistics.factor(weight, holding[wanted])
            for number, (text, context) in self.holding(wanted).items():
                weighed = TEXT_WEIGHT * text + CONTEXT_WEIGHT * context
                share = weighed / (weighed + base + each * lengths[number])
                scores[number] = scores.get(number, 0.0) + factor * share
        out = set(request.skip).union(*(self._postings.get(term, {}) for term in request.excluded))
        for term in request.required:
            out.update(scores.keys() - self._postings.get(term, {}).keys())
        for number in out & scores.keys():
            del scores[number]
        ranked = list(zip(scores.values(), scores.keys(), strict=True))
        return [
            [
                Ranked(*one)
                for one in nlargest(count, ranked if allowed == EVERY else filter(self._taken_by(allowed), ranked))
            ]
            for count, allowed in request.lists
        ]

    def parts(self, number: int, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[Part]:
        """What makes up a message's score."""
        base, each = statistics.norm
        found = []
        for wanted, weight in request.wanted.items():
            if counts := self.holding(wanted).get(number):
                weighed = TEXT_WEIGHT * counts[0] + CONTEXT_WEIGHT * counts[1]
                share = weighed / (weighed + base + each * self._lengths[number])
                found.append(Part(wanted, statistics.factor(weight, holding[wanted]) * share, *counts))
        return found

    def _taken_by(self, allowed: Allowed) -> Callable[[tuple[float, int]], bool]:
        """Whether a list takes a message, given as (score, number)."""
        role, since, until, numbers = allowed.role, allowed.since, allowed.until, allowed.numbers

        def takes(one: tuple[float, int]) -> bool:
            its_role, time = self._facts[one[1]]
            return (
                (role is None or its_role == role)
                and (since is None or time >= since)
                and (until is None or time < until)
                and (numbers is None or one[1] in numbers)
            )

        return takes
