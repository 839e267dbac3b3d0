"""Does the mean of the character's dimensions foretell itself better than the dimensions, one by one, foretell it?

The practical criteria of causal emergence of Rosas, Mediano et al. (2020, PLoS Comput Biol 16:e1008289), in nats, with
V the mean z-score of the dimensions X, x and V now, x' and V' one message later:

    psi   = I(V; V') - sum over j of I(x_j; V')                        > 0: V is causally emergent
    delta = max over j of ( I(V; x'_j) - sum over i of I(x_i; x'_j) )    > 0: V acts downward on some dimension
    gamma = max over j of I(V; x'_j)                                   psi > 0 and gamma = 0: V is decoupled

Mutual information is that of Gaussians, -1/2 log(1 - r^2). psi and delta count what dimensions tell in common once for
each of them, so they are sufficient, not necessary: below 0 nothing is said. They are statistics of text features.

"Emergent" takes psi above 0 and above the 95th percentile of surrogates in which the messages are shuffled. That alone
says little: 16 dimensions that each remember only themselves (r = 0.8) and know nothing of each other have a psi of
0.18, since a sum is foretold by its terms together better than the terms' own shares add up to. So it is said beside it
whether psi is also above a second set of surrogates, in which each dimension is shifted in time by itself: that keeps
its memory and takes away what it has to do with the rest. Expect "no evidence" on ordinary dialogue.

numpy takes a tenth of a second to load: import this module where it is needed, not at the top.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ccnode.mind.gaussian import VECTORS_MIN, Degenerate, TooLittle, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ccnode.mind.gaussian import Floats

SHUFFLES: Final = 200
PERCENTILE: Final = 95
_CERTAIN: Final = 1 - 1e-12  # a squared correlation past this is no noise's doing: one determines the other
_NOTHING: Final = 1e-20  # the variance of a mean z-score that only rounding makes differ from 0


@dataclass(frozen=True, slots=True)
class Criteria:
    """psi, delta and gamma in nats; see the module."""

    psi: float
    delta: float
    gamma: float


@dataclass(frozen=True, slots=True)
class Emergence:
    """The criteria of a window, and whether psi is evidence.

    `by_shuffling`, `by_shifting`: the 95th percentile of psi with messages shuffled, and with each dimension shifted in
    time by itself, so many times each. `emergent`: psi is above 0 and the first of these. `left_out`: the dimensions
    that do not change in the window.
    """

    psi: float
    delta: float
    gamma: float
    by_shuffling: float
    by_shifting: float
    emergent: bool
    vectors: int
    shuffles: int
    left_out: tuple[int, ...]

    @property
    def beyond_memory(self) -> bool:
        """Whether psi is above 0 and above what dimensions that each remember only themselves give."""
        return self.psi > max(0.0, self.by_shifting)


def measure(
    rows: Sequence[Sequence[int]], *, seed: int, shuffles: int = SHUFFLES
) -> Emergence | TooLittle | Degenerate:
    """The criteria over a window of character vectors (integers in millionths), oldest first; at least 256 of them.

    The same seed gives the same surrogates on every machine, for dimensions in the same order. Raises ValueError where
    the rows are not equally long, or not whole numbers up to 2^60, or where `shuffles` is below 1.
    """
    if shuffles < 1:
        raise ValueError(f"shuffles: at least 1, here {shuffles}")
    if len(rows) < VECTORS_MIN:
        return TooLittle(len(rows), VECTORS_MIN)
    values = whole_numbers(rows)
    lowest, highest = values.min(axis=0), values.max(axis=0)
    kept = np.flatnonzero(highest > lowest)
    left_out = tuple(np.flatnonzero(highest <= lowest).tolist())
    if len(kept) < 2:
        return Degenerate("fewer than two dimensions vary: there is no whole beside the parts")
    centred = (values - lowest)[:, kept].astype(np.float64)
    scores = (centred - centred.mean(axis=0)) / centred.std(axis=0)
    micro_macro = np.concatenate([scores, scores.mean(axis=1, keepdims=True)], axis=1)
    if micro_macro[:, -1].var() < _NOTHING:
        return Degenerate("the dimensions cancel out: their mean does not vary")
    found = criteria(_correlation(micro_macro[:-1], micro_macro[1:]))
    if isinstance(found, Degenerate):
        return found
    by_shuffling, by_shifting = _surrogates(scores, seed, shuffles)
    return Emergence(
        psi=found.psi,
        delta=found.delta,
        gamma=found.gamma,
        by_shuffling=by_shuffling,
        by_shifting=by_shifting,
        emergent=found.psi > max(0.0, by_shuffling),
        vectors=len(rows),
        shuffles=shuffles,
        left_out=left_out,
    )


def criteria(correlation: Floats) -> Criteria | Degenerate:
    """The criteria of correlations (n+1 by n+1) of (x, V), rows, with (x', V'), columns; V is the last of both."""
    shared = correlation**2
    # (One dimension may determine another, as two do that are not 0 once, one after the other: delta passes that by.)
    if max(shared[-1].max(), shared[:, -1].max()) >= _CERTAIN:
        return Degenerate("one message determines the next: there is no noise to measure against")
    told = _information(shared)
    downward = told[-1, :-1]
    return Criteria(
        psi=float(told[-1, -1] - told[:-1, -1].sum()),
        delta=float((downward - told[:-1, :-1].sum(axis=0)).max()),
        gamma=float(downward.max()),
    )


def _information(shared: Floats) -> Floats:
    """Mutual information in nats of Gaussians with these squared correlations."""
    return -0.5 * np.log1p(-np.minimum(shared, _CERTAIN))


def _correlation(now: Floats, later: Floats) -> Floats:
    """Correlations of the columns of one with those of the other; 0 where a column is constant."""
    now = now - now.mean(axis=0)
    later = later - later.mean(axis=0)
    scale = np.sqrt(np.multiply.outer((now**2).sum(axis=0), (later**2).sum(axis=0)))
    products = now.T @ later
    found: Floats = np.divide(products, scale, out=np.zeros_like(products), where=scale > _NOTHING * len(now))
    return found


def _surrogates(scores: Floats, seed: int, count: int) -> tuple[float, float]:
    """The 95th percentile of psi over so many shuffles of the messages, and over as many shifts of the dimensions."""
    length, size = scores.shape
    numbers = _stream(seed, count * (length + size))
    orders = np.argsort(numbers[: count * length].reshape(count, length), axis=1, kind="stable")
    shifts = (numbers[count * length :] % np.uint64(length)).astype(np.int64).reshape(count, 1, size)
    places = np.arange(length)[:, np.newaxis]
    by_shuffling = [_psi(scores[order]) for order in orders]
    by_shifting = [_psi(np.take_along_axis(scores, (places + shift) % length, axis=0)) for shift in shifts]
    rank = -(-count * PERCENTILE // 100) - 1  # the nearest: the 190th of 200
    return sorted(by_shuffling)[rank], sorted(by_shifting)[rank]


def _psi(scores: Floats) -> float:
    """Psi of z-scores in this order."""
    whole = scores.mean(axis=1, keepdims=True)
    now = np.concatenate([scores[:-1], whole[:-1]], axis=1)
    told = _information(_correlation(now, whole[1:]) ** 2)[:, 0]
    return float(told[-1] - told[:-1].sum())


def _stream(seed: int, count: int) -> NDArray[np.uint64]:
    """So many random numbers, the same for a seed with every version of numpy.

    SplitMix64 (Steele, Lea & Flood 2014, OOPSLA), started at the seed.
    """
    numbers = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed % 2**64)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
