"""What do a ranking of new messages (live.py) and one of all the others (sealed.py) have in common?

Both are bm25 as FTS5 computes it over the same statistics, so their scores stand in one list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode.store.impact_form import K1, B, idf

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


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
    skip: Collection[int] = field(default_factory=frozenset)


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
