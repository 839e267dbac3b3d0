"""Has the character moved? Distance from the baseline, the step of each message, concordance, and two alarms.

Vectors are sixteen integers in millionths (`charvec.Vector.values`). States are values: `state.after(...)` gives the
next one, so that a history can be run through again and gives the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, sqrt
from typing import TYPE_CHECKING, Final

from ccnode.mind.measured import FINE, MILLION, TooLittle, halved, millionths, nearest, root

if TYPE_CHECKING:
    from collections.abc import Sequence

BASELINE_WINDOWS: Final = 10
HALF_LIFE_WORDS: Final = 2000
STEP_WORDS_MIN: Final = 1000
BEFORE_IT: Final = "words before it"  # what a step lacks: the message itself is no part of what it moves
STEP_MAX: Final = 50_000  # "drift < 5 % a message"
ALARM_FLOOR: Final = 100_000  # "drift > 10 % is an outlier"
_OWN_MIN: Final = 20  # windows from which a percentile of one's own is told
_OWN_MAX: Final = 1000
_FINE_A_MILLIONTH: Final = FINE // MILLION


def _same_length(left: Sequence[int], right: Sequence[int]) -> None:
    if len(left) != len(right) or not left:
        raise ValueError(f"two vectors of one length are compared; these have {len(left)} and {len(right)} dimensions")


def rms(left: Sequence[int], right: Sequence[int]) -> int:
    """Root mean square difference of two vectors, in their units: the drift of a vector from its baseline.

    ValueError where their lengths differ.
    """
    _same_length(left, right)
    return root(sum((a - b) ** 2 for a, b in zip(left, right, strict=True)), len(left))


def ccc(left: Sequence[int], right: Sequence[int]) -> int:
    """Concordance correlation coefficient of two vectors, in millionths, in [-1, 1].

    2 s_xy / (s_x^2 + s_y^2 + (mean x - mean y)^2), with 1/n in the moments: Lin 1989, Biometrics 45:255. 1 for two
    equal vectors, also where neither varies. ValueError where their lengths differ.
    """
    _same_length(left, right)
    n, sum_x, sum_y = len(left), sum(left), sum(right)
    shared = n * sum(a * b for a, b in zip(left, right, strict=True)) - sum_x * sum_y
    spread = n * sum(a * a for a in left) - sum_x * sum_x + n * sum(b * b for b in right) - sum_y * sum_y
    apart = spread + (sum_x - sum_y) ** 2
    return millionths(2 * shared, apart) if apart else MILLION


def baseline(windows: Sequence[Sequence[int]], need: int = BASELINE_WINDOWS) -> tuple[int, ...] | TooLittle:
    """The mean of the first `need` windows: what a baseline is until its owner approves another."""
    if len(windows) < need:
        return TooLittle(len(windows), need, "windows")
    return tuple(nearest(sum(column), need) for column in zip(*windows[:need], strict=True))


def percentile(values: Sequence[int], percent: int) -> int:
    """The smallest of the values that at least so many percent of them do not exceed (nearest rank); not of none."""
    rank = -(-len(values) * percent // 100)
    return sorted(values)[max(rank, 1) - 1]


@dataclass(frozen=True, slots=True)
class Ewma:
    """Where the character stands after each message: every word weighs half as much as one said 2000 words later.

    `fine`: the average in units of 10^-12, or none before the first message. `words`: how many it has seen.
    """

    fine: tuple[int, ...] | None = None
    words: int = 0

    @staticmethod
    def of(values: Sequence[int]) -> Ewma:
        """Begin where the baseline is: then the first message has a step too."""
        return Ewma(tuple(value * _FINE_A_MILLIONTH for value in values), STEP_WORDS_MIN)

    @property
    def values(self) -> tuple[int, ...] | None:
        """The average in millionths."""
        return None if self.fine is None else tuple(nearest(value, _FINE_A_MILLIONTH) for value in self.fine)

    def after(self, values: Sequence[int], words: int) -> tuple[Ewma, int | TooLittle]:
        """The state after a message of so many words with this vector of its own, and its step drift in millionths.

        The step is the RMS change of the average (exponentially weighted moving average, Roberts 1959). TooLittle until
        the average has seen a thousand words: the first messages are all it consists of.
        """
        if self.fine is None:
            first = Ewma(tuple(value * _FINE_A_MILLIONTH for value in values), words)
            return first, TooLittle(0, STEP_WORDS_MIN, BEFORE_IT)
        _same_length(self.fine, values)
        share = FINE - halved(words, HALF_LIFE_WORDS)
        moves = [
            nearest(share * (new * _FINE_A_MILLIONTH - old), FINE) for old, new in zip(self.fine, values, strict=True)
        ]
        after = Ewma(tuple(old + move for old, move in zip(self.fine, moves, strict=True)), self.words + words)
        if self.words < STEP_WORDS_MIN:
            return after, TooLittle(self.words, STEP_WORDS_MIN, BEFORE_IT)
        return after, root(sum(move * move for move in moves), len(moves) * _FINE_A_MILLIONTH**2)


@dataclass(frozen=True, slots=True)
class _Window:
    drift: int
    above: bool
    rang: bool


@dataclass(frozen=True, slots=True)
class Alarm:
    """Rings while two of the last three windows are further from the baseline than is usual for this character.

    Feed it windows that share no text (`charvec.windows`): two that overlap are not two findings. What is usual is
    learned (`own`, drifts in millionths), but a window only once it is past belonging to an alarm: else a character
    that has changed would soon be its own excuse.
    """

    own: tuple[int, ...] = ()
    latest: tuple[_Window, ...] = ()

    @property
    def threshold(self) -> int:
        """The drift above which a window counts, in millionths: the more of 0.10 and one's own 99th percentile."""
        return max(ALARM_FLOOR, percentile(self.own, 99)) if len(self.own) >= _OWN_MIN else ALARM_FLOOR

    @property
    def ringing(self) -> bool:
        """Whether two of the last three windows were above the threshold of their time."""
        return sum(window.above for window in self.latest) >= 2

    def after(self, drift: int) -> Alarm:
        """The state after another window with this drift in millionths."""
        recent = (*self.latest[-2:], _Window(drift, drift > self.threshold, rang=False))
        if sum(window.above for window in recent) >= 2:
            recent = tuple(_Window(window.drift, window.above, rang=True) for window in recent)
        own = self.own
        if len(self.latest) == 3 and not self.latest[0].rang:
            own = (*own, self.latest[0].drift)[-_OWN_MAX:]
        return Alarm(own, recent)


def itself(windows: Sequence[Sequence[int]], baseline: Sequence[int]) -> tuple[Alarm, list[bool]]:
    """The alarm after all these windows, and which of them (as far as is known by now) belong to none."""
    alarm, quiet = Alarm(), [True] * len(windows)
    for at, window in enumerate(windows):
        alarm = alarm.after(rms(window, baseline))
        if alarm.ringing:
            first = max(0, at - 2)
            quiet[first : at + 1] = [False] * (at + 1 - first)
    return alarm, quiet


# --- slow drift ---

MEWMA_WINDOWS_MIN: Final = 40
MEWMA_WEIGHT: Final = 0.1
# The limit at which sixteen dimensions that do not move ring once in 200 windows on average, found by simulation; the
# same simulation finds that figure for the published 8.64, 12.73 and 37.01 at 2, 4 and 20 (Prabhu & Runger 1997).
MEWMA_LIMIT: Final = 31.5
_SHRINKAGE_MIN: Final = 0.5
_DEVIATION_MIN: Final = 0.005  # a dimension that never moved (no question in 40 windows) may still move a little


@dataclass(frozen=True, slots=True)
class Spread:
    """How a character varies from window to window while nothing is wrong.

    `mean` of the windows it was learned from; `factor`: lower triangle L of the covariance L L'. `shrinkage` in [0, 1]:
    how much of the correlations was not believed.
    """

    mean: tuple[float, ...]
    factor: tuple[tuple[float, ...], ...]
    shrinkage: float
    windows: int


def learn(windows: Sequence[Sequence[int]], need: int = MEWMA_WINDOWS_MIN) -> Spread | TooLittle:
    """Learn the spread from windows in which the character was itself (vectors in millionths).

    So few windows say little about 120 correlations: they are shrunk towards none, by the share that minimises the
    expected error (Schaefer & Strimmer 2005, target D) and at least by half. Shrunk less, normal noise with equal
    correlations of 0.3 rang after 101 windows on average instead of 187; with heavier tails (t, 6) it is about 95.
    """
    n = len(windows)
    if n < need:
        return TooLittle(n, need, "windows")
    rows = [[value / MILLION for value in window] for window in windows]
    size = len(rows[0])
    mean = tuple(fsum(column) / n for column in zip(*rows, strict=True))
    apart = [[value - middle for value, middle in zip(row, mean, strict=True)] for row in rows]
    covariance = [[0.0] * size for _ in range(size)]
    noise, signal = [], []
    for i in range(size):
        for j in range(i + 1):
            products = [row[i] * row[j] for row in apart]
            middle = fsum(products) / n
            covariance[i][j] = middle * n / (n - 1)
            if i != j:
                noise.append(fsum((product - middle) * (product - middle) for product in products) * n / (n - 1) ** 3)
                signal.append(covariance[i][j] * covariance[i][j])
    strength = fsum(signal)
    shrinkage = min(1.0, max(_SHRINKAGE_MIN, fsum(noise) / strength)) if strength > 0 else 1.0
    for i in range(size):
        covariance[i][i] = max(covariance[i][i], _DEVIATION_MIN * _DEVIATION_MIN)
        for j in range(i):
            covariance[i][j] *= 1.0 - shrinkage
    return Spread(mean, _cholesky(covariance), shrinkage, n)


def _cholesky(lower: list[list[float]]) -> tuple[tuple[float, ...], ...]:
    """L of L L' = the matrix with this lower triangle; a variance that rounding would make negative is held above 0."""
    factor: list[list[float]] = []
    for i, line in enumerate(lower):
        row: list[float] = []
        for j in range(i):
            row.append((line[j] - fsum(row[k] * factor[j][k] for k in range(j))) / factor[j][j])
        rest = line[i] - fsum(value * value for value in row)
        row.append(sqrt(max(rest, _DEVIATION_MIN * _DEVIATION_MIN / 100)))
        factor.append(row)
    return tuple(map(tuple, factor))


@dataclass(frozen=True, slots=True)
class Mewma:
    """Multivariate exponentially weighted moving average chart: rings at drift too slow for any single window.

    Lowry, Woodall, Champ & Rigdon 1992, Technometrics 34:46: Z = r X + (1 - r) Z', T^2 = Z' S^-1 Z with S the
    covariance that Z settles at, r/(2 - r) of that of X. To that 1/n of it is added, since the mean that X is counted
    from was itself learned from n windows, and its error stays in Z for good.
    """

    spread: Spread
    average: tuple[float, ...] = ()
    statistic: int = 0

    @property
    def ringing(self) -> bool:
        """Whether T^2 (`statistic`, in millionths) is above the limit."""
        return self.statistic > MEWMA_LIMIT * MILLION

    def after(self, values: Sequence[int]) -> Mewma:
        """The state after another window, which shares no text with those before (vector in millionths)."""
        mean, old = self.spread.mean, self.average or (0.0,) * len(self.spread.mean)
        _same_length(values, mean)  # type: ignore[arg-type]
        average = tuple(
            MEWMA_WEIGHT * (value / MILLION - middle) + (1.0 - MEWMA_WEIGHT) * before
            for value, middle, before in zip(values, mean, old, strict=True)
        )
        solved: list[float] = []
        for row, value in zip(self.spread.factor, average, strict=True):
            solved.append((value - fsum(a * b for a, b in zip(row, solved, strict=False))) / row[-1])
        square = fsum(value * value for value in solved)
        settled = MEWMA_WEIGHT / (2.0 - MEWMA_WEIGHT) + 1.0 / self.spread.windows
        return Mewma(self.spread, average, round(square / settled * MILLION))
