"""Is the weakest bipartition found, the same by every search, and told with what it takes to read it?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.mind import phi as room
from ccnode.mind.gaussian import Degenerate, Moments, TooLittle, Var1, model, moments, stationary
from ccnode.mind.geometric import Bounds, canonical, phi_g
from ccnode.mind.phi import Phi, chi_square_tail, exhaustive, measure, queyranne, search
from tests.mind.var_systems import as_millionths, coefficients, covariance, series, system, unsettled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccnode.mind.gaussian import Floats

SEEDS = st.integers(0, 10**6)


def measured(rows: Sequence[Sequence[int]]) -> Phi:
    found = measure(rows)
    assert isinstance(found, Phi)
    return found


def blocks(*sizes: int, strength: float = 0.8) -> Floats:
    """A of parts that feed themselves and not each other."""
    matrix, at = np.zeros((sum(sizes), sum(sizes))), 0
    for size in sizes:
        matrix[at : at + size, at : at + size] = strength / size
        at += size
    return matrix


# --------------------------------------------------------------------------------------------------------- the searches
@pytest.mark.parametrize("size", [2, 3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("make", [system, unsettled])
def test_the_exact_search_is_the_exhaustive_one(make: Callable[[int, int], Var1], size: int) -> None:
    solved = 0
    for seed in range(20):
        var = make(seed, size)
        fast, slow = search(var), exhaustive(var)
        assert (fast.mask, fast.phi) == (slow.mask, slow.phi)
        assert fast.proven
        solved += fast.solved
    assert solved <= 20 * (2 ** (size - 1) - 1)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_also_for_a_series_of_ten_dimensions(seed: int) -> None:
    chance = np.random.default_rng(seed)
    matrix = [np.zeros((10, 10)), blocks(3, 7), blocks(5, 5), coefficients(chance, 10, 0.9)][seed]
    noise = [None, covariance(chance, 10)][seed % 2]
    found = moments(as_millionths(series(seed, 256, matrix, noise)))
    assert isinstance(found, Moments)
    var = model(found.joint)
    assert isinstance(var, Var1)
    fast, slow = search(var), exhaustive(var)
    assert (fast.mask, fast.phi) == (slow.mask, slow.phi)
    assert fast.solved < slow.solved / 2


@pytest.mark.parametrize("sizes", [(1, 1), (2, 3), (4, 4), (2, 6), (1, 8)])
def test_a_block_system_gives_back_its_blocks(sizes: tuple[int, int]) -> None:
    chance = np.random.default_rng(sum(sizes))
    order = chance.permutation(sum(sizes))
    noise = covariance(chance, sum(sizes))  # correlated across the blocks: that is no integration
    var = stationary(blocks(*sizes)[np.ix_(order, order)], noise)
    assert isinstance(var, Var1)
    first = np.array([sum(1 << at for at, of in enumerate(order) if of < sizes[0])])
    for find in (search, exhaustive, queyranne):
        cut = find(var)
        assert cut.mask == canonical(first, sum(sizes))[0]
        assert cut.phi == pytest.approx(0, abs=1e-9)


def test_sixteen_dimensions_give_back_their_blocks_from_a_series() -> None:
    order = np.random.default_rng(9).permutation(16)
    found = measured(as_millionths(series(9, 3_000, blocks(6, 10)[np.ix_(order, order)])))
    assert {found.part, found.rest} == {
        tuple(at for at, of in enumerate(order) if of < 6),
        tuple(at for at, of in enumerate(order) if of >= 6),
    }
    assert found.method == "exact"
    assert found.p_value > 0.001


def test_of_ties_the_smaller_part_then_the_lower_is_named() -> None:
    var = stationary(np.zeros((5, 5)), np.eye(5))  # nothing depends on anything: every bipartition is at 0
    assert isinstance(var, Var1)
    assert search(var).mask == exhaustive(var).mask == 1


def test_a_search_cut_short_says_so_and_how_low_the_truth_may_lie() -> None:
    right = 0
    for seed in range(20):
        var = unsettled(seed, 7)
        short, whole = search(var, solves_max=1), exhaustive(var)
        assert short.floor <= whole.phi + 1e-9
        assert short.phi >= whole.phi - 1e-9
        assert not short.proven or short.phi == pytest.approx(whole.phi, abs=2e-9)
        right += short.phi == pytest.approx(whole.phi, abs=1e-9)
    assert right >= 18  # not submodular, yet nearly always right
    assert search(system(1, 2), solves_max=0).phi == exhaustive(system(1, 2)).phi


def test_pendant_pairs_are_right_nearly_always() -> None:
    right = sum(queyranne(var).phi <= exhaustive(var).phi + 1e-9 for var in (system(seed, 6) for seed in range(40)))
    assert right >= 36


def test_more_dimensions_than_the_table_holds_go_by_pendant_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    var = stationary(blocks(3, 6), np.eye(9))
    assert isinstance(var, Var1)
    monkeypatch.setattr(room, "TABLE_DIMENSIONS_MAX", 8)
    cut = search(var)
    assert (cut.mask, cut.proven, cut.floor) == (0b111, False, 0.0)


# ---------------------------------------------------------------------------------------------------------- the measure
def test_too_little_is_said_with_numbers() -> None:
    assert measure([]) == TooLittle(0, 256)
    assert measure([[1] * 16] * 255) == TooLittle(255, 256)


@pytest.mark.parametrize(
    "rows",
    [
        [[5] * 16] * 256,
        [[at] * 16 for at in range(256)],
        [[at % 2] * 16 for at in range(256)],
        [[0] * 15 + [at * at % 251] for at in range(256)],
        [[int(at == place) for place in range(2)] for at in range(256)],
    ],
    ids=["constant", "ramp", "alternating", "one", "spikes at the edge"],
)
def test_what_does_not_vary_by_itself_has_no_phi(rows: list[list[int]]) -> None:
    found = measure(rows)
    assert isinstance(found, Degenerate)
    assert found.reason


def test_constant_and_repeated_dimensions_change_nothing_but_the_numbering() -> None:
    free = np.array(as_millionths(series(11, 300, coefficients(np.random.default_rng(11), 4, 0.7))))
    more = np.concatenate([np.full((300, 1), 3), free, 2 * free[:, :1], free[:, :1] - free[:, 1:2]], axis=1)
    plain, found = measured(free.tolist()), measured(more.tolist())
    assert found.left_out == (0, 5, 6)
    assert found.part == tuple(at + 1 for at in plain.part)
    assert found.rest == tuple(at + 1 for at in plain.rest)
    assert (found.phi, found.p_value, found.information) == (plain.phi, plain.p_value, plain.information)


def test_dimensions_that_stir_a_few_times_are_measured() -> None:
    rows = np.array(as_millionths(series(12, 256, np.zeros((16, 16)))))
    rows[:, 0] = rows[:, 1] = rows[:, 2] = 0
    rows[[3, 90, 200], 0] = rows[[40, 41], 1] = 10**6
    rows[128, 2] = 1
    found = measured(rows.tolist())
    assert math.isfinite(found.phi)
    assert set(found.part) | set(found.rest) | set(found.left_out) == set(range(16))


def test_everything_told_hangs_together() -> None:
    found = measured(as_millionths(series(13, 400, coefficients(np.random.default_rng(13), 6, 0.9))))
    assert (found.vectors, found.transitions, found.left_out, found.method) == (400, 399, (), "exact")
    assert found.degrees == 2 * len(found.part) * len(found.rest)
    assert found.adjusted == found.phi - found.degrees / (2 * 399)
    assert found.p_value == chi_square_tail(2 * 399 * found.phi, found.degrees) < 1e-6
    assert found.ratio == found.phi / found.information
    assert found.floor == found.phi


def test_noise_is_not_significant_and_its_bias_is_taken_off() -> None:
    found = [measured(as_millionths(series(seed, 256, np.zeros((16, 16))))) for seed in range(10)]
    assert all(one.p_value > 0.05 for one in found)
    assert all(one.adjusted < 0.01 for one in found)


def test_a_system_of_one_piece_is_significant() -> None:
    assert measured(as_millionths(series(14, 256, coefficients(np.random.default_rng(14), 16, 0.9)))).p_value < 0.001


def test_phi_nears_that_of_the_system_as_the_series_grows() -> None:
    matrix = coefficients(np.random.default_rng(15), 4, 0.8)
    var = stationary(matrix, np.eye(4))
    assert isinstance(var, Var1)
    found = measured(as_millionths(series(15, 40_000, matrix)))
    assert found.phi == pytest.approx(search(var).phi, abs=0.01)


@given(SEEDS, st.integers(2, 6))
@settings(max_examples=30, deadline=None)
def test_range_order_scale_and_repetition(seed: int, size: int) -> None:
    chance = np.random.default_rng(seed)
    rows = np.array(as_millionths(series(seed, 256, coefficients(chance, size, 0.7), covariance(chance, size))))
    found = measured(rows.tolist())
    assert found == measured(rows.tolist())
    assert 0 <= found.phi <= found.information
    assert found.ratio is not None
    assert 0 <= found.ratio <= 1
    assert 0 <= found.p_value <= 1
    order = chance.permutation(size)
    moved = measured(rows[:, order].tolist())
    assert moved.phi == pytest.approx(found.phi, abs=1e-9)
    assert {frozenset(order[list(one)].tolist()) for one in (moved.part, moved.rest)} == {
        frozenset(found.part),
        frozenset(found.rest),
    }
    scaled = measured((rows * chance.integers(1, 1_000, size) + chance.integers(-(10**6), 10**6, size)).tolist())
    assert scaled.phi == pytest.approx(found.phi, abs=1e-9)
    assert (scaled.part, scaled.rest) == (found.part, found.rest)


def drifting(seed: int) -> Floats:
    """All dimensions follow one slope, but for a thousandth of their range: the past tells nearly everything."""
    chance = np.random.default_rng(seed)
    return np.outer(np.arange(256), chance.uniform(0.01, 0.06, 8)) + 0.005 * chance.standard_normal((256, 8))


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_float_operations_moves_it_by_less_than_nodes_tolerate(seed: int) -> None:
    """Strongly dependent dimensions, shuffled, so that every sum and elimination goes another way."""
    chance = np.random.default_rng(seed)
    noise = np.full((16, 16), 0.999) + 0.001 * np.eye(16)
    for rows in (as_millionths(series(seed, 256, 0.95 * np.eye(16), noise)), as_millionths(drifting(seed))):
        size = len(rows[0])
        orders = [np.arange(size), *(chance.permutation(size) for _ in range(4))]
        found = [measured(np.array(rows)[:, order].tolist()) for order in orders]
        for one in found:
            assert one.left_out == ()
            for name in ("phi", "adjusted", "p_value", "information", "ratio"):
                assert getattr(one, name) == pytest.approx(getattr(found[0], name), abs=1e-7)


def test_rows_that_are_no_vectors_are_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="at most 32 dimensions, here 33"):
        measure([[0] * 33] * 256)
    with pytest.raises(ValueError, match="same number"):
        measure([[0, 1]] * 255 + [[0]])


# ------------------------------------------------------------------------------------------------------- the chi-square
@pytest.mark.parametrize(
    ("value", "degrees", "expected"),
    [(0, 2, 1), (-1, 30, 1), (5.991464547107979, 2, 0.05), (43.77297182574219, 30, 0.05), (155.4046, 128, 0.05)],
)
def test_tails_are_those_of_the_tables(value: float, degrees: int, expected: float) -> None:
    assert chi_square_tail(value, degrees) == pytest.approx(expected, abs=1e-5)


def test_tails_far_out_are_no_error() -> None:
    assert chi_square_tail(1e6, 128) == 0
    assert chi_square_tail(1e-12, 128) == 1


def test_the_p_value_is_uniform_where_the_parts_are_apart() -> None:
    """For a bipartition named beforehand, small and with many vectors: 2 N phi is chi-square."""
    tails = []
    for seed in range(300):
        found = moments(as_millionths(series(seed, 400, blocks(1, 2), np.full((3, 3), 0.5) + 0.5 * np.eye(3))))
        assert isinstance(found, Moments)
        var = model(found.joint)
        assert isinstance(var, Var1)
        assert Bounds(var).lower[1] >= 0
        tails.append(chi_square_tail(2 * found.transitions * float(phi_g(var, np.array([1]))[0]), 4))
    assert 0.42 < np.mean(tails) < 0.58
    assert 0.01 < np.mean(np.array(tails) < 0.05) < 0.1
