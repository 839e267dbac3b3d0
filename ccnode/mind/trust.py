"""How far can what has done well and badly before be relied on? Beta reputation that fades by half in thirty days.

Josang & Ismail 2002, The Beta Reputation System (15th Bled Conference): r good and s bad outcomes give the expectation
(r + 1)/(r + s + 2), the mean of Beta(r + 1, s + 1); forgetting by age. What is decided by trust is gated on the mean
less 1.645 deviations, the lower end of 95 % on one side in the normal approximation, so that a short record does not
open a gate. A tier changes only by the owner's act, whatever comes out here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ccnode.mind.measured import FINE, MILLION, halved, nearest, root

HALF_LIFE_MS: Final = 30 * 24 * 3600 * 1000
_DEVIATIONS: Final = 1645  # in thousandths
OUTCOMES_MAX: Final = 1_000_000  # at one time: more says no more, and keeps the numbers small


@dataclass(frozen=True, slots=True)
class Reputation:
    """What is known of one peer, adapter or conversation.

    `good`, `bad`: outcomes with what is left of each, in units of 10^-12, as of `at_ms` (milliseconds since 1970).
    """

    good: int = 0
    bad: int = 0
    at_ms: int = 0

    def at(self, now_ms: int) -> Reputation:
        """What is left of it at a later time; at an earlier one (a clock was set back) it is what it is."""
        age = now_ms - self.at_ms
        if age <= 0 or not (self.good or self.bad):
            return self if age <= 0 else Reputation(0, 0, now_ms)
        left = halved(age, HALF_LIFE_MS)
        return Reputation(nearest(self.good * left, FINE), nearest(self.bad * left, FINE), now_ms)

    def after(self, now_ms: int, *, good: int = 0, bad: int = 0) -> Reputation:
        """The state after so many outcomes at that time; one that is told late has faded as much as its age.

        ValueError where there are fewer than none; more than a million at a time count as a million.
        """
        if good < 0 or bad < 0:
            raise ValueError(f"outcomes are counted from 0 upwards; these are {good} good and {bad} bad")
        good, bad = min(good, OUTCOMES_MAX), min(bad, OUTCOMES_MAX)
        current = self.at(now_ms)
        left = halved(current.at_ms - now_ms, HALF_LIFE_MS)
        return Reputation(current.good + good * left, current.bad + bad * left, current.at_ms)

    @property
    def outcomes(self) -> int:
        """How many outcomes it still rests on, in millionths."""
        return nearest((self.good + self.bad) * MILLION, FINE)

    @property
    def mean(self) -> int:
        """The expected share of good outcomes, in millionths; 500,000 where nothing is known."""
        return nearest((self.good + FINE) * MILLION, self.good + self.bad + 2 * FINE)

    @property
    def deviation(self) -> int:
        """The standard deviation of that share, in millionths: sqrt(ab/((a + b)^2 (a + b + 1)))."""
        a, b = self.good + FINE, self.bad + FINE
        return root(a * b * FINE * MILLION**2, (a + b) ** 2 * (a + b + FINE))

    @property
    def gate(self) -> int:
        """Mean less 1.645 deviations, in millionths, not below 0: what decisions look at."""
        a, b = self.good + FINE, self.bad + FINE
        # One rounding, at the end: the difference of two rounded figures would be off by one now and then.
        fine = 10**6
        mean = a * MILLION * fine // (a + b)
        deviation = root(a * b * FINE * (MILLION * fine) ** 2, (a + b) ** 2 * (a + b + FINE))
        return max(0, nearest(1000 * mean - _DEVIATIONS * deviation, 1000 * fine))
