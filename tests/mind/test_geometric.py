"""Is Phi_G of a bipartition the least divergence that there is, between its bounds, and as the papers have it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.mind.gaussian import Var1, model, stationary
from ccnode.mind.geometric import Bounds, _step, canonical, phi_g
from tests.mind.var_systems import covariance, system, unsettled

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.mind.gaussian import Floats, Numbers

SEEDS = st.integers(0, 10**6)


def settled(matrix: Floats, noise: Floats) -> Var1:
    found = stationary(matrix, noise)
    assert isinstance(found, Var1)
    return found


def every(size: int) -> Numbers:
    return np.arange(1, 2**size - 1)


def by_generalised_least_squares(var: Var1, mask: int, start: Floats) -> float:
    """Phi_G the slow, plain way: constrained A by least squares weighted with the noise, the noise by that A, ..."""
    size = var.dimensions
    side = np.array([mask >> at & 1 for at in range(size)])
    allowed = np.flatnonzero((side[:, None] == side[None]).reshape(-1))
    inside, before = start, np.inf
    for _ in range(20_000):
        away = var.coefficients - inside
        noise = var.noise + away @ var.past @ away.T
        value = float(np.linalg.slogdet(noise)[1])
        if before - value < 1e-14:
            break
        before = value
        weight = np.linalg.inv(noise)
        left = np.kron(weight, var.past)[np.ix_(allowed, allowed)]
        right = (weight @ var.coefficients @ var.past).reshape(-1)[allowed]
        flat = np.zeros(size * size)
        flat[allowed] = np.linalg.solve(left, right)
        inside = flat.reshape(size, size)
    return (value - var.noise_logdet) / 2


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("make", [system, unsettled])
def test_it_is_what_plain_least_squares_finds(make: Callable[[int, int], Var1], seed: int) -> None:
    var = make(seed, 2 + seed % 4)
    for mask, phi in zip(every(var.dimensions), phi_g(var, every(var.dimensions)), strict=True):
        side = np.array([mask >> at & 1 for at in range(var.dimensions)])
        inside = np.where(side[:, None] == side[None], var.coefficients, 0)
        found = min(by_generalised_least_squares(var, mask, start) for start in (inside, 0 * inside))
        assert phi == pytest.approx(found, abs=2e-7)


@given(SEEDS, st.integers(2, 6))
@settings(max_examples=60, deadline=None)
def test_it_lies_between_its_bounds(seed: int, size: int) -> None:
    for var in (system(seed, size), unsettled(seed, size)):
        bounds, masks = Bounds(var), every(size)
        phi = phi_g(var, masks)
        assert (bounds.lower[masks] <= phi + 1e-9).all()
        assert (phi <= bounds.interaction[masks] + 1e-9).all()
        assert (phi <= var.information + 1e-9).all()
        assert (bounds.lower[masks] >= -1e-9).all()


@given(SEEDS, st.integers(2, 6))
@settings(max_examples=40, deadline=None)
def test_both_ways_to_name_a_bipartition_give_one_number(seed: int, size: int) -> None:
    var, masks = system(seed, size), every(size)
    assert (canonical(masks, size) == canonical(masks[::-1], size)).all()
    assert (np.bitwise_count(canonical(masks, size)) <= size / 2).all()
    assert np.allclose(phi_g(var, masks), phi_g(var, masks[::-1]), rtol=0, atol=1e-10)


@given(SEEDS, st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_units_and_order_of_dimensions_do_not_matter(seed: int, size: int) -> None:
    chance = np.random.default_rng(seed)
    joint = covariance(chance, 2 * size)
    order = chance.permutation(size)
    scale = np.diag(10 ** chance.uniform(-4, 4, 2 * size))
    both = np.concatenate([order, size + order])
    var, other = model(joint), model((scale @ joint @ scale)[np.ix_(both, both)])
    assert isinstance(var, Var1)
    assert isinstance(other, Var1)
    masks = every(size)
    moved = np.array([sum(int(mask >> at & 1) << int(to) for to, at in enumerate(order)) for mask in masks])
    assert np.allclose(phi_g(var, masks), phi_g(other, moved), rtol=0, atol=1e-9)


def test_noise_alone_is_no_integration() -> None:
    """A = 0, noise correlation 0.9: stochastic interaction -1/2 log(1 - 0.81), Phi_G 0 (Oizumi et al. 2016)."""
    var = settled(np.zeros((2, 2)), np.array([[1, 0.9], [0.9, 1]]))
    assert Bounds(var).interaction[1] == pytest.approx(0.8304, abs=5e-5)
    assert phi_g(var, np.array([1]))[0] == pytest.approx(0, abs=1e-12)
    assert var.information == pytest.approx(0, abs=1e-12)


def test_equal_coupling_has_the_phi_e_of_the_paper() -> None:
    """A = 0.25 everywhere, unit noise: Phi_E = 1/2 log(4/3) + log(1 - (2/7)^2) (Barrett & Seth 2011)."""
    bounds = Bounds(settled(np.full((2, 2), 0.25), np.eye(2)))
    assert bounds.whole_minus_sum[1] == pytest.approx(0.058683, abs=5e-7)
    assert bounds.whole_minus_sum[1] == pytest.approx(np.log(4 / 3) / 2 + np.log(1 - 4 / 49), abs=1e-12)


def test_transfer_entropy_is_that_of_two_regressions() -> None:
    var = system(3, 4)
    ours = [0, 2]
    cross = var.cross[np.ix_(ours, ours)]
    alone = var.present[np.ix_(ours, ours)] - cross @ np.linalg.inv(var.past[np.ix_(ours, ours)]) @ cross.T
    expected = (np.linalg.slogdet(alone)[1] - np.linalg.slogdet(var.noise[np.ix_(ours, ours)])[1]) / 2
    assert Bounds(var).transfer[0b0101] == pytest.approx(expected, abs=1e-12)


def test_one_way_coupling_with_free_noise_costs_its_transfer_entropy() -> None:
    """Dimension 0 drives 1 and nothing comes back: only the one direction is to be cut, and the noises are apart."""
    var = settled(np.array([[0.6, 0.0], [0.5, 0.3]]), np.eye(2))
    bounds = Bounds(var)
    assert bounds.transfer[1] == pytest.approx(0, abs=1e-12)
    assert bounds.lower[1] == pytest.approx(bounds.transfer[2], abs=1e-12)
    assert phi_g(var, np.array([1]))[0] == pytest.approx(bounds.interaction[1], abs=1e-10)


def test_a_bipartition_needs_two_sides() -> None:
    for mask in (0, 3, 4, -1):
        with pytest.raises(ValueError, match="either side"):
            phi_g(system(1, 2), np.array([mask]))


def test_a_nearly_singular_system_gives_numbers() -> None:
    noise = np.full((3, 3), 1 - 1e-5) + 1e-5 * np.eye(3)
    var = settled(0.9 * np.eye(3) + 0.01, noise)
    found = phi_g(var, every(3))
    assert np.isfinite(found).all()
    assert (found >= Bounds(var).lower[every(3)] - 1e-6).all()


def test_where_newton_has_no_step_least_squares_has() -> None:
    flat = np.array([0.5, 0.5, 1.0]).reshape(3, 1, 1, 1)  # the second derivative is exactly 0
    pull = np.array([0.1, 0.1, 0.1]).reshape(3, 1, 1, 1)
    step, slope = _step(np.zeros((3, 1, 1, 1)), np.ones((3, 1, 1, 1)), flat)
    assert (step[0, 0, 0], slope[0]) == (0, 0)
    step, slope = _step(pull, np.ones((3, 1, 1, 1)), flat)
    assert np.isfinite(step).all()
    assert slope[0] < 0
