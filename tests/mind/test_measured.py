"""Is the arithmetic of the measures exact to the last unit?"""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.mind import measured

UNTIMED = settings(deadline=None)  # a busy machine is no failure


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(1, 2, 0), (3, 2, 2), (5, 2, 2), (-1, 2, 0), (-3, 2, -2), (7, 3, 2), (8, 3, 3), (-7, 3, -2), (0, 9, 0)],
)
def test_nearest_takes_ties_to_even(numerator: int, denominator: int, expected: int) -> None:
    assert measured.nearest(numerator, denominator) == expected


@UNTIMED
@given(st.integers(-(10**30), 10**30), st.integers(1, 10**30))
def test_nearest_rounds_as_fractions_do(numerator: int, denominator: int) -> None:
    assert measured.nearest(numerator, denominator) == round(Fraction(numerator, denominator))
    assert measured.millionths(numerator, denominator) == round(Fraction(numerator, denominator) * 1_000_000)


@UNTIMED
@given(st.integers(0, 10**40), st.integers(1, 10**20))
def test_root_is_the_nearest(numerator: int, denominator: int) -> None:
    root = measured.root(numerator, denominator)
    square = Fraction(numerator, denominator)
    assert Fraction(2 * root - 1, 2) ** 2 <= square or root == 0
    assert square <= Fraction(2 * root + 1, 2) ** 2


def test_logarithms_and_halves_are_known() -> None:
    assert measured.log10(1000, 1) == 3 * measured.FINE
    assert measured.log10(1, 10) == -measured.FINE
    assert measured.log10(2, 1) == 301_029_995_664
    assert measured.ln(1) == 0
    assert measured.ln(2) == 693_147_180_560
    assert measured.halved(0, 5) == measured.FINE
    assert measured.halved(5, 5) == measured.FINE // 2
    assert measured.halved(10, 5) == measured.FINE // 4
    assert measured.halved(10**30, 5) == 0
    assert measured.halved(1, 2) == round(math.sqrt(0.5) * measured.FINE)


@UNTIMED
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**5))
def test_what_is_left_falls_with_age(age: int, more: int, half_life: int) -> None:
    assert 0 <= measured.halved(age + more, half_life) <= measured.halved(age, half_life) <= measured.FINE
