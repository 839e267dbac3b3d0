"""What do a ranking of new messages (live.py) and one of all the others (sealed.py) have in common?

Both are bm25 as FTS5 computes it over the same statistics, so their scores stand in one list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import nlargest
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode.store.impact_form import CONTEXT_WEIGHT, K1, TEXT_WEIGHT, B, idf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Set as AbstractSet


class Wanted(NamedTuple):
    """A term to look for; `prefix`: every term that begins so, counted as one."""

    term: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which messages a list takes; `role` as a number, times as they are stored, `until` not included."""

    role: int | None = None
    since: int | None = None
    until: int | None = None
    numbers: frozenset[int] | None = None


EVERY: Final = Allowed()


@dataclass(frozen=True, slots=True)
class Request:
    """One ranking: what is wanted, how often each counts, and the lists to make, each with its length.

    `required` and `excluded` are terms, `skip` numbers of messages.
    """

    wanted: Mapping[Wanted, float]
    lists: tuple[tuple[int, Allowed], ...]
    required: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    skip: AbstractSet[int] = field(default_factory=frozenset)


class Ranked(NamedTuple):
    """A message and its score."""

    score: float
    number: int


class Part(NamedTuple):
    """What one term adds to a message's score, and how often it is in the text and in the turns before it."""

    wanted: Wanted
    score: float
    in_text: int
    in_context: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many messages there are and how many terms they have together."""

    messages: int
    tokens: int

    @property
    def norm(self) -> tuple[float, float]:
        """A message of n terms weighs its counts against the first plus n times the second."""
        mean = self.tokens / self.messages if self.messages else 1.0
        return K1 * (1 - B), K1 * B / mean

    def factor(self, weight: float, holding: int) -> float:
        """What a term adds at most, where so many messages hold it."""
        return weight * idf(self.messages, holding) * (K1 + 1)


def best(lists: Iterable[list[Ranked]], count: int) -> list[Ranked]:
    """The best of several lists; of equals the newest first."""
    return sorted((ranked for one in lists for ranked in one), reverse=True)[:count]


class Counts(NamedTuple):
    """How often a term is in a message's text and in the turns before it, and what that weighs."""

    text: int
    context: int
    weight: float


def weighed(text: int, context: int) -> Counts:
    """The counts with their weight."""
    return Counts(text, context, TEXT_WEIGHT * text + CONTEXT_WEIGHT * context)


@dataclass(frozen=True, slots=True)
class Few:
    """Messages that are ranked one by one, where there are not so many of them that arrays would be faster.

    `holding`: the messages that hold a term; `length`: how many terms a message has; `fact`: its role and its time.
    """

    holding: Callable[[Wanted], Mapping[int, Counts]]
    length: Callable[[int], int]
    fact: Callable[[int], tuple[int, int]]

    def rank(self, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[list[Ranked]]:
        """The lists of a request. `holding`: how many messages, here and elsewhere, hold each term."""
        scores = self._scores(request, statistics, holding)
        out = [held for term in request.excluded if (held := self.holding(Wanted(term)))]
        ranked = list(zip(scores.values(), scores.keys(), strict=True))
        if out or request.skip:
            skip = request.skip
            ranked = [one for one in ranked if one[1] not in skip and not any(one[1] in held for held in out)]
        return [
            [
                Ranked(*one)
                for one in nlargest(count, ranked if allowed == EVERY else filter(self._taken_by(allowed), ranked))
            ]
            for count, allowed in request.lists
        ]

    def _scores(self, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> Mapping[int, float]:
        scores: dict[int, float] = {}
        length, (base, each) = self.length, statistics.norm
        among = self._having(request.required) if request.required else None
        for wanted, weight in request.wanted.items():
            factor, held = statistics.factor(weight, holding[wanted]), self.holding(wanted)
            if among is not None:
                held = {number: held[number] for number in among if number in held}
            for number, counts in held.items():
                share = counts[2] / (counts[2] + base + each * length(number))
                scores[number] = scores.get(number, 0.0) + factor * share
        return scores

    def _having(self, terms: Iterable[str]) -> list[int]:
        """The messages that hold all these terms."""
        rarest, *others = sorted((self.holding(Wanted(term)) for term in terms), key=len)
        return [number for number in rarest if all(number in one for one in others)]

    def parts(self, number: int, request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> list[Part]:
        """What makes up a message's score."""
        base, each = statistics.norm
        found = []
        for wanted, weight in request.wanted.items():
            if counts := self.holding(wanted).get(number):
                share = counts.weight / (counts.weight + base + each * self.length(number))
                score = statistics.factor(weight, holding[wanted]) * share
                found.append(Part(wanted, score, counts.text, counts.context))
        return found

    def _taken_by(self, allowed: Allowed) -> Callable[[tuple[float, int]], bool]:
        """Whether a list takes a message, given as (score, number)."""
        role, since, until, numbers = allowed.role, allowed.since, allowed.until, allowed.numbers

        def takes(one: tuple[float, int]) -> bool:
            its_role, time = self.fact(one[1])
            return (
                (role is None or its_role == role)
                and (since is None or time >= since)
                and (until is None or time < until)
                and (numbers is None or one[1] in numbers)
            )

        return takes
