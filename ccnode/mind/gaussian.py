"""What Gaussian VAR(1) does a series of vectors follow, and what are the log-determinants of all its subsets?

y = A x + e, where x is a vector, y the next one and e ~ N(0, E) the noise. Everything that is asked of it (Phi, bounds,
mutual information) follows from the covariance of x and y together. Sums over integers are exact, so the covariances
are the same on every machine; the linear algebra after them agrees within 1e-6 and is a fact of the node that did it.

numpy takes a tenth of a second to load: import this module where it is needed, not at the top.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

VECTORS_MIN: Final = 256  # below, 16 dimensions have too few transitions for the 256 coefficients of A
# A dimension of which the others leave less than this share of its variance unexplained counts as dependent on them. A
# log-determinant's error is about 2e-16 over the least eigenvalue, so phi stays well within the 1e-6 nodes agree on.
UNEXPLAINED_MIN: Final = 1e-6
_LARGEST: Final = 2**60
_INT64_SAFE: Final = 2**62


@dataclass(frozen=True, slots=True)
class TooLittle:
    """Not enough vectors yet: how many there are, and how many it takes."""

    have: int
    need: int


@dataclass(frozen=True, slots=True)
class Degenerate:
    """The vectors are enough, but do not vary in a way of which the measure can be told; the reason, for people."""

    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Covariances of a vector x and the next one y.

    `kept`: the dimensions that vary, as numbered in the vectors; arrays are over these. `joint`: of (x, y), 2n by 2n,
    in squared units of the vectors, divided by the number of `transitions` (maximum likelihood; own means of x and y).
    """

    joint: Floats
    kept: tuple[int, ...]
    left_out: tuple[int, ...]
    transitions: int


@dataclass(frozen=True, slots=True, eq=False)
class Var1:
    """A VAR(1) in units in which each dimension of x and of y has variance 1. All arrays are n by n.

    `past`, `present`: covariances of x and y; `cross`: of y with x (rows y); `coefficients`: A; `noise`: E.
    `past_inverse`, `noise_inverse`: of `past`, `noise`; `drive` = E^-1 A; `fed` = A' E^-1 A.
    """

    joint: Floats
    past: Floats
    present: Floats
    cross: Floats
    coefficients: Floats
    noise: Floats
    past_inverse: Floats
    noise_inverse: Floats
    drive: Floats
    fed: Floats
    noise_logdet: float
    present_logdet: float

    @property
    def dimensions(self) -> int:
        """How many dimensions it has."""
        return len(self.past)

    @property
    def information(self) -> float:
        """Mutual information of x and y in nats: what the past tells of the present, the system taken whole."""
        return max(0.0, (self.present_logdet - self.noise_logdet) / 2)


def moments(rows: Sequence[Sequence[int]], need: int = VECTORS_MIN) -> Moments | TooLittle | Degenerate:
    """Covariances of consecutive vectors of integers (millionths; any common unit gives the same answers).

    Left out, and named in `left_out`: a dimension that does not change (cutting it off would cost exactly nothing, and
    Phi be 0 whatever the others do), one that is a linear function of those numbered before it (they tell all of it),
    and one that the vector before determines (it has no noise to measure against; so do two that are not 0 once, one
    after the other). Where fewer than two remain, the answer is Degenerate.
    Raises ValueError where the rows are not equally long, or not whole numbers up to 2^60: the caller's mistake.
    """
    if len(rows) < max(need, 3):
        return TooLittle(len(rows), max(need, 3))
    values = whole_numbers(rows)
    centred = values - values.min(axis=0)
    both = np.concatenate([centred[:-1], centred[1:]], axis=1)
    count = len(both)
    largest = int(both.max(initial=0))
    if largest * largest * count >= _INT64_SAFE:
        both = both.astype(object)
    sums, products = both.sum(axis=0).astype(object), (both.T @ both).astype(object)
    exact = products * count - np.multiply.outer(sums, sums)  # whole numbers of Python: no rounding, no overflow
    joint = (exact / (count * count)).astype(np.float64)
    kept = _independent(joint)
    left_out = tuple(at for at in range(values.shape[1]) if at not in kept)
    if len(kept) < 2:
        return Degenerate("fewer than two dimensions vary by themselves: nothing to divide")
    index = np.array([*kept, *(at + values.shape[1] for at in kept)])
    return Moments(joint[np.ix_(index, index)], kept, left_out, count)


def whole_numbers(rows: Sequence[Sequence[int]]) -> Numbers:
    """The vectors as one array. Raises ValueError where they are not equally long, or not whole numbers up to 2^60."""
    try:
        values = np.array(rows)
    except ValueError as error:
        raise ValueError("vectors: all need the same number of dimensions") from error
    if values.ndim != 2 or not values.shape[1] or values.dtype.kind not in "iu":
        raise ValueError("vectors: equally long lists of whole numbers (millionths) are needed")
    # So that differences do not wrap around. (float: the absolute value of the lowest int64 is itself.)
    if np.abs(values.astype(np.float64)).max(initial=0) > _LARGEST:
        raise ValueError(f"vectors: whole numbers up to {_LARGEST}, as millionths are")
    numbers: Numbers = values.astype(np.int64)
    return numbers


def _independent(joint: Floats) -> tuple[int, ...]:
    """The dimensions that those kept before leave unexplained, in past and present, and the past in the present."""
    size = len(joint) // 2
    kept: list[int] = []
    blocks = [joint[:size, :size], joint[size:, size:]]
    for at in range(size):
        if all(_unexplained(block, at, kept) for block in blocks):
            kept.append(at)
    index = [*kept, *(at + size for at in kept)]
    noisy = list(range(len(kept)))  # the past
    both = joint[np.ix_(index, index)]
    for at in range(len(kept), len(index)):
        if _unexplained(both, at, noisy):
            noisy.append(at)
    return tuple(kept[at - len(kept)] for at in noisy[len(kept) :])


def _unexplained(covariance: Floats, at: int, known: list[int]) -> bool:
    """Whether one has variance, more than a hair of which the known ones, themselves independent, do not explain."""
    variances = np.diag(covariance)
    if not variances[at] > 0:
        return False
    index = [*known, at]
    scale = 1 / np.sqrt(variances[index])
    factor = _factor(covariance[np.ix_(index, index)] * np.multiply.outer(scale, scale))
    return factor is not None and bool(factor[-1, -1] ** 2 > UNEXPLAINED_MIN)


def model(joint: Floats) -> Var1 | Degenerate:
    """The VAR(1) of a covariance of (x, y), 2n by 2n. Degenerate where past and present are linearly dependent."""
    size = len(joint) // 2
    variances = np.diag(joint)
    if not (np.isfinite(joint).all() and (variances > 0).all()):
        return Degenerate("a dimension does not vary")
    scale = 1 / np.sqrt(variances)
    joint = (joint + joint.T) / 2 * np.multiply.outer(scale, scale)
    factor = _factor(joint)
    if factor is None or (np.diag(factor) ** 2).min() < UNEXPLAINED_MIN:
        return Degenerate("the past determines the present: there is no noise to measure against")
    # From the factor, not by E = present - A cross', where nearly all digits cancel if the past tells much.
    inward, outward = np.linalg.inv(factor[:size, :size]), np.linalg.inv(factor[size:, size:])
    coefficients, noise_inverse = factor[size:, :size] @ inward, outward.T @ outward
    drive = noise_inverse @ coefficients
    white = outward @ coefficients
    return Var1(
        joint=joint,
        past=joint[:size, :size],
        present=joint[size:, size:],
        cross=joint[size:, :size],
        coefficients=coefficients,
        noise=factor[size:, size:] @ factor[size:, size:].T,
        past_inverse=inward.T @ inward,
        noise_inverse=noise_inverse,
        drive=drive,
        fed=white.T @ white,
        noise_logdet=2 * float(np.log(np.diag(factor)[size:]).sum()),
        present_logdet=float(np.linalg.slogdet(joint[size:, size:])[1]),
    )


def stationary(coefficients: Floats, noise: Floats) -> Var1 | Degenerate:
    """The VAR(1) with these A and E once it has settled: past and present both have covariance S = A S A' + E.

    Degenerate where it never settles (an eigenvalue of A reaches 1).
    """
    size = len(coefficients)
    if np.abs(np.linalg.eigvals(coefficients)).max() >= 1:
        return Degenerate("the system never settles")
    kron = np.eye(size * size) - np.kron(coefficients, coefficients)
    settled = np.linalg.solve(kron, noise.reshape(-1)).reshape(size, size)
    settled = (settled + settled.T) / 2
    cross = coefficients @ settled
    return model(np.block([[settled, cross.T], [cross, settled]]))


def _factor(matrix: Floats) -> Floats | None:
    """Its Cholesky factor: its squared diagonal is what those before leave of each variance. None where it has none."""
    try:
        factor: Floats = np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    return factor


def logdets(matrix: Floats, paired: int = 1) -> Floats:
    """Log-determinants of all principal submatrices: entry s is of those i whose bit is set in s. 2^n entries.

    paired = 2: of a 2n by 2n matrix of (x, y), bit i standing for x[i] and y[i] together.

    A tree of Schur complements, all nodes of a level at once: dimension i is left out of the first half (its row goes)
    and taken into the second (the rest is conditioned on it, the log of its pivot counts). A level has twice as many
    matrices, each one dimension smaller, so all 2^n determinants cost little more than the last few levels.
    """
    size = len(matrix) // paired
    order = [at + size * which for at in range(size) for which in range(paired)]
    nodes = matrix[np.ix_(order, order)][:, :, np.newaxis]  # the nodes come last: every step runs along them
    found = np.zeros(1)
    for _ in range(size):
        taken, weight = nodes, np.ones(())
        for _ in range(paired):
            pivot, column = taken[0, 0], taken[0, 1:]
            taken = taken[1:, 1:] - column[:, np.newaxis] * (column / pivot)[np.newaxis]
            weight = weight * pivot
        found = np.concatenate([found, found + np.log(weight)])
        nodes = np.concatenate([nodes[paired:, paired:], taken], axis=2)
    return found
