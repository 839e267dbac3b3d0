"""Are the covariances exact, dependent dimensions left out, and all log-determinants right?"""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.mind.gaussian import Degenerate, Moments, TooLittle, Var1, logdets, model, moments, stationary
from tests.mind.var_systems import covariance, system

ROWS = st.lists(st.lists(st.integers(0, 10**6), min_size=3, max_size=3), min_size=12, max_size=30)


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_covariances_are_those_of_exact_fractions(rows: list[list[int]]) -> None:
    found = moments(rows, need=12)
    if not isinstance(found, Moments):
        return
    pairs = [[*now, *later] for now, later in pairwise(rows)]
    columns = [[Fraction(pair[at]) for pair in pairs] for at in (*found.kept, *(3 + at for at in found.kept))]
    means = [sum(column) / len(pairs) for column in columns]
    for i, one in enumerate(columns):
        for j, other in enumerate(columns):
            exact = sum((a - means[i]) * (b - means[j]) for a, b in zip(one, other, strict=True)) / len(pairs)
            assert found.joint[i, j] == float(exact)


def test_huge_numbers_do_not_wrap_around() -> None:
    chance = np.random.default_rng(1)
    rows = chance.integers(0, 10**6, (40, 2))
    small, large = moments(rows.tolist(), 3), moments((rows * 10**11).tolist(), 3)
    assert isinstance(small, Moments)
    assert isinstance(large, Moments)
    assert np.allclose(large.joint, small.joint * 1e22, rtol=1e-15)


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2], [3]] * 200,
        [[0.5, 0.25]] * 300,
        [[True, False]] * 300,
        [[2**61, 0]] * 300,
        [[2**70, 0]] * 300,
        [[-(2**63), 0]] * 300,
        [["1", "2"]] * 300,
        [[None, 1]] * 300,
        [[]] * 300,
        [1] * 300,
        [[[1]]] * 300,
    ],
)
def test_what_is_no_table_of_whole_numbers_is_refused(rows: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="vectors"):
        moments(rows)


def test_too_little_says_what_it_takes() -> None:
    assert moments([]) == TooLittle(0, 256)
    assert moments([[1, 2]] * 255) == TooLittle(255, 256)


def test_a_constant_a_repeated_and_a_foretold_dimension_are_left_out() -> None:
    chance = np.random.default_rng(2)
    free = chance.integers(0, 10**6, (300, 4))
    constant = np.full((300, 1), 7)
    repeated = 3 * free[:, :1] - 2 * free[:, 1:2] + 5
    late = np.roll(free[:, 2:3], 1, axis=0)  # the vector before determines it
    found = moments(np.concatenate([constant, free, repeated, late], axis=1).tolist())
    assert isinstance(found, Moments)
    assert (found.kept, found.left_out) == ((1, 2, 3, 4), (0, 5, 6))


def test_a_dimension_that_only_ever_changes_at_the_edge_is_left_out() -> None:
    free = np.random.default_rng(3).integers(0, 10**6, (300, 4))
    free[:, 0] = 5
    free[0, 0] = 6
    free[:, 1] = 5
    free[-1, 1] = 6
    found = moments(free.tolist())
    assert isinstance(found, Moments)
    assert found.left_out == (0, 1)


def test_a_stir_once_in_the_series_is_no_harm() -> None:
    free = np.random.default_rng(4).integers(0, 10**6, (300, 5))
    free[:, 0] = free[:, 1] = 0
    free[7, 0] = free[8, 1] = 400_000  # the one is always followed by the other
    found = moments(free.tolist())
    assert isinstance(found, Moments)
    assert found.left_out == (1,)


@pytest.mark.parametrize(
    "column",
    [[5] * 300, list(range(300)), [at % 2 for at in range(300)]],
    ids=["constant", "ramp", "alternating"],
)
def test_fewer_than_two_free_dimensions_are_degenerate(column: list[int]) -> None:
    chance = np.random.default_rng(5)
    free = chance.integers(0, 10**6, 300).tolist()
    assert isinstance(moments([[one, one] for one in column]), Degenerate)
    assert isinstance(moments([[one] for one in free]), Degenerate)
    both = moments([[one, other] for one, other in zip(column, free, strict=True)])
    assert isinstance(both, Degenerate)
    assert "fewer than two" in both.reason


def test_a_settled_system_has_the_covariance_of_its_own_step() -> None:
    chance = np.random.default_rng(6)
    matrix, noise = 0.3 * chance.standard_normal((4, 4)) / 2, covariance(chance, 4)
    found = stationary(matrix, noise)
    assert isinstance(found, Var1)
    # In units of the settled deviations, A and E are scaled accordingly.
    scale = np.sqrt(np.diag(noise) / np.diag(found.noise))
    assert np.allclose(found.coefficients * np.outer(scale, 1 / scale), matrix)
    assert np.allclose(found.noise * np.outer(scale, scale), noise)
    assert np.allclose(found.past, found.present)
    assert np.isclose(found.noise_logdet, np.linalg.slogdet(found.noise)[1])


def test_what_never_settles_or_has_no_noise_is_degenerate() -> None:
    assert isinstance(stationary(np.eye(2), np.eye(2)), Degenerate)
    assert isinstance(stationary(0.5 * np.eye(2), np.ones((2, 2))), Degenerate)
    assert isinstance(model(np.zeros((4, 4))), Degenerate)
    assert isinstance(model(np.full((4, 4), np.nan)), Degenerate)
    assert isinstance(model(-np.eye(4)), Degenerate)


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_the_tree_gives_every_determinant(size: int) -> None:
    var = system(7, max(size, 2))
    size = var.dimensions
    subsets = chain.from_iterable(combinations(range(size), count) for count in range(1, size + 1))
    alone, paired = logdets(var.noise), logdets(var.joint, paired=2)
    assert alone[0] == paired[0] == 0
    assert len(alone) == len(paired) == 2**size
    for subset in subsets:
        mask = sum(1 << at for at in subset)
        both = [*subset, *(at + size for at in subset)]
        assert np.isclose(alone[mask], np.linalg.slogdet(var.noise[np.ix_(subset, subset)])[1], atol=1e-12)
        assert np.isclose(paired[mask], np.linalg.slogdet(var.joint[np.ix_(both, both)])[1], atol=1e-12)
