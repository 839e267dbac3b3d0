"""Linear systems and series made from a seed, for the tests of phi and emergence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccnode.mind.gaussian import Var1, model, stationary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MIDDLE, SPREAD = 500_000, 50_000  # millionths


def as_millionths(series: Floats) -> list[list[int]]:
    """A series with deviations of about 1 as whole numbers."""
    return [[int(one) for one in row] for row in np.round(MIDDLE + SPREAD * series)]


def coefficients(chance: np.random.Generator, size: int, radius: float) -> Floats:
    """Random A, whose largest eigenvalue has this modulus."""
    drawn: Floats = chance.standard_normal((size, size))
    return drawn * (radius / float(np.abs(np.linalg.eigvals(drawn)).max()))


def covariance(chance: np.random.Generator, size: int) -> Floats:
    """A random covariance, well away from singular."""
    drawn: Floats = chance.standard_normal((size, 3 * size))
    return drawn @ drawn.T / size


def system(seed: int, size: int) -> Var1:
    """A random settled system with correlated noise."""
    chance = np.random.default_rng(seed)
    radius = float(chance.uniform(0.1, 0.95))
    found = stationary(coefficients(chance, size, radius), covariance(chance, size))
    assert isinstance(found, Var1)
    return found


def unsettled(seed: int, size: int) -> Var1:
    """A system whose past and present are anything: a random covariance of both together."""
    found = model(covariance(np.random.default_rng(seed), 2 * size))
    assert isinstance(found, Var1)
    return found


def series(seed: int, length: int, matrix: Floats, noise: Floats | None = None) -> Floats:
    """What a VAR(1) with this A gives, from a seed."""
    chance = np.random.default_rng(seed)
    size = len(matrix)
    factor = np.linalg.cholesky(np.eye(size) if noise is None else noise)
    at, found = np.zeros(size), np.empty((length, size))
    for step in range(-50, length):
        at = matrix @ at + factor @ chance.standard_normal(size)
        if step >= 0:
            found[step] = at
    return found
