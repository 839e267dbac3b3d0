"""Do the criteria give what can be worked out by hand, find a whole that its parts hide, and none in noise?"""

from __future__ import annotations

from dataclasses import replace
from math import log
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.mind.emergence import Criteria, Emergence, _stream, criteria, measure
from ccnode.mind.gaussian import Degenerate, TooLittle
from tests.mind.var_systems import as_millionths, coefficients, series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.mind.gaussian import Floats

MEMORY = 0.9  # correlation of the common signal with itself, one message later


def told(rows: Sequence[Sequence[int]], seed: int = 1) -> Emergence:
    found = measure(rows, seed=seed)
    assert isinstance(found, Emergence)
    return found


def correlations(size: int, noise: float, *, cancels: bool) -> Floats:
    """Of (x, V) with (x', V'), where x_j = signal + noise of that deviation, which cancels in the mean or does not."""
    variance = 1 + noise**2 * (1 - 1 / size if cancels else 1)
    whole = 1 if cancels else 1 + noise**2 / size
    deviations = np.sqrt(np.array([variance] * size + [whole]))
    return MEMORY / np.outer(deviations, deviations)


def hidden(seed: int, length: int, size: int, noise: float, *, cancels: bool) -> list[list[int]]:
    chance = np.random.default_rng(seed)
    signal = series(seed + 1, length, np.array([[MEMORY]])) * np.sqrt(1 - MEMORY**2)
    drawn = chance.standard_normal((length, size))
    if cancels:
        drawn -= drawn.mean(axis=1, keepdims=True)
    return as_millionths((signal + noise * drawn) / noise)


def shared(squared: float) -> float:
    return -log(1 - squared) / 2


# ------------------------------------------------------------------------------------------------------- known answers
@pytest.mark.parametrize(("size", "noise"), [(2, 3.0), (16, 10.0)])
def test_a_signal_in_the_sum_alone_is_emergent(size: int, noise: float) -> None:
    """Like a parity: every dimension is nearly all noise, but the noises cancel in the mean, which is the signal."""
    found = criteria(correlations(size, noise, cancels=True))
    assert isinstance(found, Criteria)
    each = MEMORY**2 / (1 + noise**2 * (1 - 1 / size))
    assert found.psi == pytest.approx(shared(MEMORY**2) - size * shared(each), abs=1e-12)
    assert found.gamma == pytest.approx(shared(each), abs=1e-12)
    by_parts = size * shared(MEMORY**2 / (1 + noise**2 * (1 - 1 / size)) ** 2)
    assert found.delta == pytest.approx(shared(each) - by_parts, abs=1e-12)
    assert found.psi > 0.3
    assert found.delta > 0


def test_a_signal_averaged_out_of_its_noise_is_not() -> None:
    """V is better than any dimension, but all of them together, each counted, tell more."""
    found = criteria(correlations(16, 4.0, cancels=False))
    assert isinstance(found, Criteria)
    expected = shared((MEMORY / 2) ** 2) - 16 * shared(MEMORY**2 / 17 / 2)
    assert found.psi == pytest.approx(expected, abs=1e-12)
    assert found.psi < 0


def test_no_correlation_gives_nothing() -> None:
    assert criteria(np.zeros((17, 17))) == Criteria(0, 0, 0)


def test_what_is_determined_is_degenerate() -> None:
    whole = np.zeros((3, 3))
    whole[2, 2] = 1
    assert isinstance(criteria(whole), Degenerate)
    one = np.zeros((3, 3))
    one[0, 1] = -1  # one dimension foretells another: delta passes that by
    found = criteria(one)
    assert isinstance(found, Criteria)
    assert (found.psi, found.delta, found.gamma) == (0, 0, 0)


# ----------------------------------------------------------------------------------------------------------- of series
@pytest.mark.parametrize("seed", range(5))
def test_a_hidden_whole_is_found(seed: int) -> None:
    found = told(hidden(seed, 256, 16, 10.0, cancels=True))
    assert found.emergent
    assert found.beyond_memory
    assert found.psi > max(0.3, found.by_shuffling, found.by_shifting)


def test_a_long_series_gives_the_criteria_of_its_system() -> None:
    found = measure(hidden(3, 40_000, 16, 5.0, cancels=True), seed=1, shuffles=1)
    expected = criteria(correlations(16, 5.0, cancels=True))
    assert isinstance(found, Emergence)
    assert isinstance(expected, Criteria)
    assert found.psi == pytest.approx(expected.psi, abs=0.03)
    assert found.delta == pytest.approx(expected.delta, abs=0.005)
    assert found.gamma == pytest.approx(expected.gamma, abs=0.005)


@pytest.mark.parametrize("seed", range(10))
def test_noise_is_no_evidence(seed: int) -> None:
    assert not told(as_millionths(series(seed, 256, np.zeros((16, 16))))).emergent


@pytest.mark.parametrize("memory", [0.3, 0.6, 0.8, 0.95])
def test_dimensions_that_only_remember_themselves_are_told_apart(memory: float) -> None:
    """Psi is above what shuffled messages give, and above 0, with nothing that the dimensions have in common."""
    found = [told(as_millionths(series(seed, 256, memory * np.eye(16)))) for seed in range(20)]
    assert sum(one.beyond_memory for one in found) <= 3  # one in twenty is allowed
    if memory == 0.8:
        assert sum(one.emergent for one in found) >= 10


@pytest.mark.parametrize("seed", range(5))
def test_a_common_signal_with_noise_is_no_evidence(seed: int) -> None:
    assert not told(hidden(seed, 256, 16, 1.0, cancels=False)).emergent


def test_the_threshold_is_the_190th_of_200() -> None:
    rows = as_millionths(series(1, 256, np.zeros((2, 2))))
    above = [0, 0]
    for seed in range(40):
        # One more surrogate with its own seed: how often does it come out above the percentile of two hundred?
        found, one = told(rows), measure(rows, seed=1_000 + seed, shuffles=1)
        assert isinstance(one, Emergence)
        above[0] += one.by_shuffling > found.by_shuffling
        above[1] += one.by_shifting > found.by_shifting
    assert found.shuffles == 200
    assert max(above) <= 7
    assert found.emergent == (found.psi > max(0, found.by_shuffling))
    assert found.beyond_memory == (found.psi > max(0, found.by_shifting))


def test_too_little_and_what_does_not_vary_are_said() -> None:
    assert measure([], seed=1) == TooLittle(0, 256)
    assert measure([[1] * 16] * 255, seed=1) == TooLittle(255, 256)
    assert isinstance(measure([[5] * 16] * 256, seed=1), Degenerate)
    assert isinstance(measure([[5] * 15 + [at] for at in range(256)], seed=1), Degenerate)
    ramp = measure([[at, 2 * at] for at in range(256)], seed=1)
    assert isinstance(ramp, Degenerate)
    assert "determines" in ramp.reason
    opposite = measure([[at * at % 251, 1_000 - at * at % 251] for at in range(256)], seed=1)
    assert isinstance(opposite, Degenerate)
    assert "cancel" in opposite.reason


def test_a_dimension_that_stirs_only_at_the_edge_tells_nothing() -> None:
    rows = [[one, *row] for one, row in zip([9] + [0] * 255, as_millionths(series(2, 256, np.eye(3) / 2)), strict=True)]
    assert np.isfinite(told(rows).psi)
    assert np.isfinite(told(rows[::-1]).delta)


def test_constant_dimensions_are_left_out() -> None:
    rows = hidden(4, 256, 4, 3.0, cancels=True)
    plain, found = told(rows), told([[7, *row, 0] for row in rows])
    assert found.left_out == (0, 5)
    assert replace(found, left_out=()) == plain


@given(st.integers(0, 10**6), st.integers(2, 8))
@settings(max_examples=25, deadline=None)
def test_range_order_scale_and_repetition(seed: int, size: int) -> None:
    chance = np.random.default_rng(seed)
    rows = np.array(as_millionths(series(seed, 256, coefficients(chance, size, 0.8))))
    found = told(rows.tolist())
    assert found == told(rows.tolist())
    assert found.gamma >= 0
    assert found.delta <= found.gamma
    for other in (
        rows[:, chance.permutation(size)],
        rows * chance.integers(1, 1_000, size) + chance.integers(-(10**6), 10**6, size),
    ):
        again = told(other.tolist())
        for name in ("psi", "delta", "gamma", "by_shuffling"):
            assert getattr(again, name) == pytest.approx(getattr(found, name), abs=1e-9)


def test_another_seed_moves_the_thresholds_alone() -> None:
    rows = as_millionths(series(5, 256, np.zeros((16, 16))))
    one, other = told(rows, 1), told(rows, 2)
    assert (one.psi, one.delta, one.gamma) == (other.psi, other.delta, other.gamma)
    assert one.by_shuffling != other.by_shuffling
    assert one.by_shifting != other.by_shifting


def test_rows_and_shuffles_out_of_range_are_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="same number"):
        measure([[0, 1]] * 255 + [[0]], seed=1)
    with pytest.raises(ValueError, match="shuffles"):
        measure([[0, 1]] * 256, seed=1, shuffles=0)


# -------------------------------------------------------------------------------------------------------- the shuffles
def test_chance_is_the_published_splitmix() -> None:
    def number(state: int) -> int:
        mixed = state % 2**64
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % 2**64
        return mixed ^ mixed >> 31

    assert _stream(0, 2).tolist() == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4]
    for seed in (0, 1, 2**64 - 1, -5, 2**70):
        assert _stream(seed, 9).tolist() == [number(seed + 0x9E3779B97F4A7C15 * at) for at in range(1, 10)]


def test_one_shuffle_is_worked_out_by_hand() -> None:
    rows = as_millionths(series(6, 256, np.eye(3) / 2))
    found = measure(rows, seed=9, shuffles=1)
    assert isinstance(found, Emergence)
    numbers = _stream(9, 256 + 3).tolist()
    shuffled = [rows[at] for at in sorted(range(256), key=numbers.__getitem__)]
    shifted = [[rows[(at + numbers[256 + of]) % 256][of] for of in range(3)] for at in range(256)]
    assert told(shuffled).psi == pytest.approx(found.by_shuffling, abs=1e-12)
    assert told(shifted).psi == pytest.approx(found.by_shifting, abs=1e-12)
