"""Is trust the beta reputation of its paper, fading by half in thirty days?"""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.mind.measured import FINE
from ccnode.mind.trust import HALF_LIFE_MS, OUTCOMES_MAX, Reputation

UNTIMED = settings(deadline=None)  # a busy machine is no failure

DAY = 24 * 3600 * 1000
OUTCOMES = st.lists(st.tuples(st.integers(0, 10**11), st.integers(0, 50), st.integers(0, 50)), max_size=12)


def test_the_expectation_is_that_of_the_paper() -> None:
    # Josang & Ismail 2002: seven good outcomes and one bad give 0.8.
    assert Reputation().after(0, good=7, bad=1).mean == 800_000
    assert Reputation().mean == 500_000
    assert Reputation().after(0, good=1).mean == 666_667
    assert Reputation().after(0, bad=1).mean == 333_333


def test_the_deviation_is_that_of_the_beta_distribution() -> None:
    assert Reputation().deviation == round(math.sqrt(1 / 12) * 1e6)
    eight_two = Reputation().after(0, good=7, bad=1)
    assert eight_two.deviation == round(math.sqrt(8 * 2 / (10**2 * 11)) * 1e6)
    assert eight_two.gate == pytest.approx(800_000 - 1.645 * eight_two.deviation, abs=2)
    assert Reputation().gate == pytest.approx(500_000 - 1.645e6 * math.sqrt(1 / 12), abs=1)


def test_a_long_good_record_opens_what_a_short_one_does_not() -> None:
    assert Reputation().after(0, good=2).gate < 500_000 < Reputation().after(0, good=20).gate
    assert Reputation().after(0, bad=3).gate == 0


def test_half_is_left_after_thirty_days() -> None:
    record = Reputation().after(DAY, good=8, bad=4).at(31 * DAY)
    assert (record.good, record.bad) == (4 * FINE, 2 * FINE)
    assert record.outcomes == 6_000_000
    assert record.at(10**18).mean == 500_000
    assert HALF_LIFE_MS == 30 * DAY


def test_a_clock_set_back_fades_nothing() -> None:
    record = Reputation().after(40 * DAY, good=8)
    assert record.at(10 * DAY) == record
    late = record.after(10 * DAY, good=8)  # told now, thirty days old
    assert late.at_ms == 40 * DAY
    assert late.good == 12 * FINE


def test_outcomes_are_counted_from_none_and_bounded() -> None:
    with pytest.raises(ValueError, match="-1 good"):
        Reputation().after(0, good=-1)
    assert Reputation().after(0, good=10**30).good == OUTCOMES_MAX * FINE


@UNTIMED
@given(OUTCOMES)
def test_every_figure_is_within_its_range(outcomes: list[tuple[int, int, int]]) -> None:
    record = Reputation()
    for at, good, bad in outcomes:
        record = record.after(at, good=good, bad=bad)
    assert 0 < record.mean < 1_000_000
    assert 0 <= record.gate <= record.mean
    assert 0 < record.deviation <= 288_675


@UNTIMED
@given(OUTCOMES, st.randoms(use_true_random=False))
def test_the_order_in_which_outcomes_are_told_does_not_matter(
    outcomes: list[tuple[int, int, int]], chance: object
) -> None:
    shuffled = outcomes[:]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    ends = []
    for each in (outcomes, shuffled):
        record = Reputation()
        for at, good, bad in each:
            record = record.after(at, good=good, bad=bad)
        ends.append(record.at(10**11))
    assert ends[0].mean == pytest.approx(ends[1].mean, abs=1)


@UNTIMED
@given(st.integers(0, 100), st.integers(0, 100))
def test_a_good_outcome_raises_trust_and_a_bad_one_lowers_it(good: int, bad: int) -> None:
    record = Reputation().after(0, good=good, bad=bad)
    assert record.after(0, bad=1).mean < record.mean < record.after(0, good=1).mean
