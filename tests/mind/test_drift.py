"""Do the distances, steps and alarms give the published answers, and ring when they should and not otherwise?"""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benches import drift as bench
from benches.styles import CHATTY, PLAIN, TERSE
from ccnode.mind import drift
from ccnode.mind.drift import Alarm, Ewma, Mewma, Spread
from ccnode.mind.measured import TooLittle

UNTIMED = settings(deadline=None)  # a busy machine is no failure

VALUE = st.integers(0, 1_000_000)
VECTOR = st.lists(VALUE, min_size=16, max_size=16).map(tuple)
M = 1_000_000


# --- distance ---


def test_drift_is_the_root_of_the_mean_square() -> None:
    assert drift.rms((0, 0), (3, 4)) == 4  # sqrt(12.5) = 3.54
    assert drift.rms([500_000] * 16, [600_000] * 16) == 100_000
    assert drift.rms([0] * 15 + [M], [0] * 16) == M // 4


def test_concordance_is_that_of_lin() -> None:
    # x = 1..5, y = x + 1: covariance 2, variances 2 and 2, means apart by 1: 2*2/(2 + 2 + 1) = 0.8.
    assert drift.ccc([1, 2, 3, 4, 5], [2, 3, 4, 5, 6]) == 800_000
    # y = 2x: covariance 4, variances 2 and 8, means 3 and 6: 8/(2 + 8 + 9).
    assert drift.ccc([1, 2, 3, 4, 5], [2, 4, 6, 8, 10]) == round(8 / 19 * M)
    assert drift.ccc([1, 2, 3], [3, 2, 1]) == -M
    assert drift.ccc([1, 2, 3], [2, 2, 2]) == 0  # a flat one agrees in nothing but the mean
    assert drift.ccc([2, 2], [2, 2]) == M
    assert drift.ccc([2, 2], [3, 3]) == 0


@UNTIMED
@given(VECTOR, VECTOR)
def test_distance_and_concordance_are_symmetric_and_bounded(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    assert drift.rms(left, right) == drift.rms(right, left)
    assert drift.ccc(left, right) == drift.ccc(right, left)
    assert 0 <= drift.rms(left, right) <= M
    assert -M <= drift.ccc(left, right) <= M
    assert (drift.rms(left, left), drift.ccc(left, left)) == (0, M)
    backwards = (left[::-1], right[::-1])
    assert drift.ccc(*backwards) == drift.ccc(left, right)


@UNTIMED
@given(VECTOR, VECTOR, VECTOR)
def test_distance_keeps_the_triangle(one: tuple[int, ...], two: tuple[int, ...], three: tuple[int, ...]) -> None:
    assert drift.rms(one, three) <= drift.rms(one, two) + drift.rms(two, three) + 2


def test_vectors_of_different_length_are_refused() -> None:
    for compare in (drift.rms, drift.ccc):
        with pytest.raises(ValueError, match="3 and 2"):
            compare([1, 2, 3], [1, 2])
        with pytest.raises(ValueError, match="0 and 0"):
            compare([], [])
    with pytest.raises(ValueError, match="2 and 3"):
        Ewma.of([1, 2]).after([1, 2, 3], 10)


def test_a_baseline_is_the_mean_of_the_first_ten_windows() -> None:
    windows = [[number, 10 * number, 5] for number in range(1, 13)]
    assert drift.baseline(windows) == (6, 55, 5)  # 5.5 to even
    assert drift.baseline(windows[:9]) == TooLittle(9, 10, "windows")


# --- step ---


def test_half_of_the_average_is_new_after_two_thousand_words() -> None:
    state, step = Ewma.of([0] * 16).after([400_000] * 16, 2000)
    assert state.values == (200_000,) * 16
    assert step == 200_000
    state, step = state.after([400_000] * 16, 2000)
    assert state.values == (300_000,) * 16
    assert step == 100_000


def test_a_step_takes_a_thousand_words_before_it() -> None:
    state, step = Ewma().after([500_000] * 16, 600)
    assert (state.values, step) == ((500_000,) * 16, TooLittle(0, 1000, "words before it"))
    state, step = state.after([600_000] * 16, 600)
    assert step == TooLittle(600, 1000, "words before it")
    _, step = state.after([600_000] * 16, 100)
    assert isinstance(step, int)
    assert step > 0
    assert Ewma().values is None


@UNTIMED
@given(VECTOR, VECTOR, st.integers(0, 5000), st.integers(0, 5000))
def test_words_weigh_the_same_however_they_are_cut(
    start: tuple[int, ...], values: tuple[int, ...], first: int, second: int
) -> None:
    whole, _ = Ewma.of(start).after(values, first + second)
    cut, _ = Ewma.of(start).after(values, first)[0].after(values, second)
    assert whole.words == cut.words
    assert whole.fine is not None
    assert cut.fine is not None
    assert all(abs(a - b) <= 3_000_000 for a, b in zip(whole.fine, cut.fine, strict=True))  # of 10^18


@UNTIMED
@given(VECTOR, st.lists(st.tuples(VECTOR, st.integers(1, 4000)), max_size=6))
def test_the_average_stays_among_what_was_seen(start: tuple[int, ...], said: list[tuple[tuple[int, ...], int]]) -> None:
    state = Ewma.of(start)
    for values, words in said:
        state, step = state.after(values, words)
        assert isinstance(step, int)
        assert 0 <= step <= M
    seen = [start, *(values for values, _ in said)]
    assert state.values is not None
    for column, value in zip(zip(*seen, strict=True), state.values, strict=True):
        assert min(column) <= value <= max(column)


# --- alarm ---


def _run(alarm: Alarm, drifts: list[int]) -> list[bool]:
    rang = []
    for each in drifts:
        alarm = alarm.after(each)
        rang.append(alarm.ringing)
    return rang


def test_the_alarm_takes_two_windows_of_three() -> None:
    low, high = 100_000, 100_001
    assert _run(Alarm(), [high, low, low, high, low, low]) == [False] * 6
    assert _run(Alarm(), [high, low, high, low, low]) == [False, False, True, False, False]
    assert _run(Alarm(), [low, high, high, high, low, low]) == [False, False, True, True, True, False]


def test_the_percentile_is_a_value_that_was_seen() -> None:
    assert drift.percentile(list(range(1, 101)), 99) == 99
    assert drift.percentile(list(range(1, 101))[::-1], 50) == 50
    assert drift.percentile([7], 99) == 7
    assert drift.percentile([3, 1, 2], 0) == 1


def test_a_restless_character_has_a_threshold_of_its_own() -> None:
    alarm = Alarm()
    for number in range(60):
        alarm = alarm.after(140_000 if number % 6 == 0 else 60_000)
        assert not alarm.ringing
    assert alarm.threshold == 140_000
    assert not alarm.after(130_000).after(130_000).ringing
    assert alarm.after(150_000).after(150_000).ringing


def test_a_changed_character_does_not_become_its_own_excuse() -> None:
    alarm = Alarm()
    for _ in range(40):
        alarm = alarm.after(50_000)
    learned = alarm.own
    for _ in range(200):
        alarm = alarm.after(300_000)
    assert alarm.ringing
    assert alarm.threshold == 100_000
    assert set(alarm.own) == {50_000}
    assert len(alarm.own) <= len(learned) + 3


def test_what_is_usual_is_bounded() -> None:
    alarm = Alarm()
    for _ in range(1100):
        alarm = alarm.after(1)
    assert len(alarm.own) == 1000


@UNTIMED
@given(st.lists(VALUE, max_size=60))
def test_the_alarm_rings_only_above_a_tenth(drifts: list[int]) -> None:
    alarm = Alarm()
    for each in drifts:
        alarm = alarm.after(each)
        assert alarm.threshold >= drift.ALARM_FLOOR
    if drifts and _run(Alarm(), drifts)[-1]:
        assert sum(each > 100_000 for each in drifts[-3:]) >= 2


# --- slow drift ---


def _identity(size: int, windows: int = 10**12) -> Spread:
    rows = tuple(tuple(float(i == j) for j in range(i + 1)) for i in range(size))
    return Spread((0.0,) * size, rows, 0.0, windows)


def test_mewma_is_that_of_lowry() -> None:
    # With r = 0.1, X = (1, 0) twice and no correlation: Z = 0.1, 0.19; T^2 = Z^2 / (0.1/1.9).
    chart = Mewma(_identity(2)).after((M, 0))
    assert chart.statistic == pytest.approx(0.01 * 19 * M, abs=1)
    chart = chart.after((M, 0))
    assert chart.statistic == pytest.approx(0.19**2 * 19 * M, abs=1)
    # Correlation 0.5, X = (1, 1): Z' S^-1 Z = Z^2 * 2/(1 + 0.5).
    half = Spread((0.0, 0.0), ((1.0,), (0.5, math.sqrt(0.75))), 0.0, 10**12)
    assert Mewma(half).after((M, M)).statistic == pytest.approx(0.01 * 19 * 4 / 3 * M, abs=1)


@pytest.mark.parametrize(("size", "limit"), [(2, 8.64), (4, 12.73), (16, drift.MEWMA_LIMIT)])
def test_the_limits_ring_once_in_two_hundred_windows(size: int, limit: float) -> None:
    # Prabhu & Runger 1997: 8.64 for two and 12.73 for four dimensions at r = 0.1. Windows of pure noise; 100 runs.
    chance = random.Random(size)
    lengths = []
    for _ in range(100):
        chart, length = Mewma(_identity(size)), 0
        while chart.statistic <= limit * M and length < 2000:
            chart = chart.after([round(chance.gauss(0, M)) for _ in range(size)])
            length += 1
        lengths.append(length)
    assert 150 < sum(lengths) / len(lengths) < 250


def _windows(chance: random.Random, count: int, shift: float = 0.0) -> list[tuple[int, ...]]:
    found = []
    for _ in range(count):
        mood = chance.gauss(0, 0.02)
        found.append(tuple(round(M * (0.5 + shift * (i < 5) + mood + chance.gauss(0, 0.03))) for i in range(16)))
    return found


def test_slow_drift_rings_before_any_window_is_far_off() -> None:
    chance = random.Random(3)
    own = _windows(chance, 60)
    spread = drift.learn(own)
    assert isinstance(spread, Spread)
    base = drift.baseline(own)
    assert isinstance(base, tuple)
    chart, alarm, rang = Mewma(spread), Alarm(), None
    for number in range(40):
        (window,) = _windows(chance, 1, shift=0.002 * number)
        chart, alarm = chart.after(window), alarm.after(drift.rms(window, base))
        assert not alarm.ringing
        if chart.ringing and rang is None:
            rang = number
    assert rang is not None


def test_what_is_learned_is_shrunk_and_sound() -> None:
    own = _windows(random.Random(4), 60)
    spread = drift.learn(own)
    assert isinstance(spread, Spread)
    assert 0.5 <= spread.shrinkage <= 1
    assert spread.mean == pytest.approx([math.fsum(row[i] for row in own) / 60 / M for i in range(16)])
    # L L' has the sample variances on its diagonal.
    for i, row in enumerate(spread.factor):
        column = [window[i] / M for window in own]
        mean = math.fsum(column) / 60
        variance = math.fsum((value - mean) ** 2 for value in column) / 59
        assert math.fsum(value * value for value in row) == pytest.approx(variance)
    assert drift.learn(own[:39]) == TooLittle(39, 40, "windows")


def test_dimensions_that_never_moved_are_no_division_by_zero() -> None:
    flat = drift.learn([(500_000,) * 16] * 40)
    assert isinstance(flat, Spread)
    assert Mewma(flat).after((500_000,) * 16).statistic == 0
    assert Mewma(flat).after((M,) * 16).ringing
    twins = drift.learn([(value, value, 7) for value in range(0, 40_000, 1000)])
    assert isinstance(twins, Spread)
    assert Mewma(twins).after((0, 40_000, 7)).statistic > 0


@UNTIMED
@given(st.integers(0, 2**32), st.lists(VALUE, min_size=1, max_size=6))
def test_any_windows_can_be_learned(seed: int, values: list[int]) -> None:
    chance = random.Random(seed)
    windows = [tuple(chance.choices(values, k=16)) for _ in range(41)]
    spread = drift.learn(windows)
    assert isinstance(spread, Spread)
    chart = Mewma(spread)
    for window in windows[:3]:
        chart = chart.after(window)
        assert chart.statistic >= 0
    assert chart == Mewma(replace(spread)).after(windows[0]).after(windows[1]).after(windows[2])


# --- on text ---


def test_a_gross_change_of_style_is_found_and_the_same_style_is_left_alone() -> None:
    small = bench.rates(PLAIN, TERSE, 500, seeds=2)
    large = bench.rates(PLAIN, TERSE, 2000, seeds=2)
    assert (small.detected, large.detected) == (100, 100)
    assert large.changed_above == large.changed
    assert bench.rates(PLAIN, CHATTY, 1000, seeds=1).detected == 100
    assert large.false_above < 10
    assert large.false_above < small.false_above / 2
    assert large.false_rang == 0
