"""What do a ranking of new messages (live.py) and one of all the others (sealed.py) have in common?

Both are bm25 as FTS5 computes it over the same statistics, so their scores stand in one list.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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
EACH_MAX: Final = 400  # messages that hold any of some terms, all of which are scored


@dataclass(frozen=True, slots=True)
class Request:
    """One ranking: what is wanted, how often each counts, and the lists to make, each with its length.

    `required` and `excluded` are terms, `skip` numbers of messages. `likely`: of what holds none of the rarest terms,
    the lists may lack some.

    Terms are added up in the order of `wanted`, which is that of `ordered`, so that what is alike scores the same.
    """

    wanted: Mapping[Wanted, float]
    lists: tuple[tuple[int, Allowed], ...]
    required: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    skip: AbstractSet[int] = field(default_factory=frozenset)
    likely: bool = False


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


def ordered(request: Request, statistics: Statistics, holding: Mapping[Wanted, int]) -> Request:
    """The same with the terms first that add most; of what so few hold that each is scored, as it is."""
    if sum(map(holding.__getitem__, request.wanted)) <= EACH_MAX:
        return request
    factors = {one: statistics.factor(weight, holding[one]) for one, weight in request.wanted.items()}
    wanted = sorted(factors, key=factors.__getitem__, reverse=True)
    return replace(request, wanted={one: request.wanted[one] for one in wanted})


def best(lists: Iterable[list[Ranked]], count: int) -> list[Ranked]:
    """The best of several lists, each in order; of equals the newest first."""
    held = [one for one in lists if one]
    if len(held) == 1:
        return held[0][:count]
    return sorted((ranked for one in held for ranked in one), reverse=True)[:count]


class Counts(NamedTuple):
    """How often a term is in a message's text and in the turns before it, and what that weighs."""

    text: int
    context: int
    weight: float


def weighed(text: int, context: int) -> Counts:
    """The counts with their weight."""
    return Counts(text, context, TEXT_WEIGHT * text + CONTEXT_WEIGHT * context)


class Adding(NamedTuple):
    """What a term adds to a message's score: `factor` times its share there; `length`: how many terms a message has."""

    factor: float
    base: float
    each: float
    length: Callable[[int], int]

    def to(self, held: Mapping[int, Counts]) -> dict[int, float]:
        """To each of these messages."""
        factor, base, each, length = self
        return {
            number: factor * ((weight := counts[2]) / (weight + base + each * length(number)))
            for number, counts in held.items()
        }


@dataclass(frozen=True, slots=True)
class Few:
    """Messages that are ranked one by one, where there are not so many of them that arrays would be faster.

    `holding`: the messages that hold a term; `added`: what it adds to the score of each of these; `length`: how many
    terms a message has; `fact`: its role and its time.
    """

    holding: Callable[[Wanted], Mapping[int, Counts]]
    added: Callable[[Wanted, Adding], dict[int, float]]
    length: Callable[[int], int]
    fact: Callable[[int], tuple[int, int]]

    def rank(
        self, request: Request, statistics: Statistics, holding: Mapping[Wanted, int], floor: float = 0.0
    ) -> list[list[Ranked]]:
        """The lists of a request. `holding`: how many messages, here and elsewhere, hold each term.

        What scores below `floor` may be left out.
        """
        scores = self._scores(request, statistics, holding, floor)
        if floor:
            scores = {number: score for number, score in scores.items() if score >= floor}
        return self.chosen(scores, request)

    def chosen(self, scores: dict[int, float], request: Request) -> list[list[Ranked]]:
        """The lists of a request, made of messages with their scores."""
        if not scores:
            return [[] for _ in request.lists]
        out = [held for term in request.excluded if (held := self.holding(Wanted(term)))]
        if out or request.skip:
            skip = request.skip
            scores = {
                number: score
                for number, score in scores.items()
                if number not in skip and not any(number in held for held in out)
            }
        return [self._best(scores, count, allowed) for count, allowed in request.lists]

    def _best(self, scores: Mapping[int, float], count: int, allowed: Allowed) -> list[Ranked]:
        if allowed != EVERY:
            takes = self._taken_by(allowed)
            scores = {number: score for number, score in scores.items() if takes(number)}
        # Numbers alone are sorted in no time; of what is below the last that is wanted no pairs are made.
        least = sorted(scores.values(), reverse=True)[count - 1] if 0 < count <= len(scores) else 0.0
        found = [Ranked(score, number) for number, score in scores.items() if score >= least]
        found.sort(reverse=True)
        return found[:count]

    def _scores(
        self, request: Request, statistics: Statistics, holding: Mapping[Wanted, int], floor: float
    ) -> dict[int, float]:
        scores: dict[int, float] = {}
        base, each = statistics.norm
        among = self._having(request.required) if request.required else None
        if among == []:
            return scores
        factors = {one: statistics.factor(weight, holding[one]) for one, weight in request.wanted.items()}
        rest = sum(factors.values())  # no message gets more from the terms that are left
        for wanted, factor in factors.items():
            adding = Adding(factor, base, each, self.length)
            numbers = scores if among is None and rest < floor else among
            if numbers is None:
                added = self.added(wanted, adding)
            else:
                held = self.holding(wanted)
                added = adding.to({number: held[number] for number in numbers if number in held})
            if added:
                for number in scores.keys() & added:
                    added[number] += scores[number]
                scores |= added
            rest -= factor
        return scores

    def _having(self, terms: Iterable[str]) -> list[int]:
        """The messages that hold all these terms."""
        rarest, *others = sorted([self.holding(Wanted(term)) for term in terms], key=len)
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

    def _taken_by(self, allowed: Allowed) -> Callable[[int], bool]:
        """Whether a list takes a message."""
        role, since, until, numbers = allowed.role, allowed.since, allowed.until, allowed.numbers

        def takes(number: int) -> bool:
            its_role, time = self.fact(number)
            return (
                (role is None or its_role == role)
                and (since is None or time >= since)
                and (until is None or time < until)
                and (numbers is None or number in numbers)
            )

        return takes
