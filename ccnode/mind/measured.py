"""What does a measurement give back, and in which arithmetic, so that every machine gives the same?

Figures are integers in millionths. They are made from counts by integer division; the few functions that need more than
that (logarithm, halving) go through `decimal`, whose results are correctly rounded, because those of a platform's C
library are not, and differ in the last digit. Square roots are integer square roots.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from math import isqrt

MILLION = 1_000_000
FINE = 10**12  # the unit of what is carried on from step to step, so that rounding does not add up

_CONTEXT = Context(prec=40, rounding=ROUND_HALF_EVEN)
_LN2 = _CONTEXT.ln(Decimal(2))
_HALVINGS_MAX = 64  # beyond: less than a millionth of a millionth


@dataclass(frozen=True, slots=True)
class TooLittle:
    """There is not enough yet to say a number: `have` of the `need` that it takes, counted in `unit`."""

    have: int
    need: int
    unit: str = "words"


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The text is in a language that is not measured; `language` is all that is known of it."""

    language: str = "not English"


def nearest(numerator: int, denominator: int) -> int:
    """The integer nearest to the quotient, ties to even; `denominator` > 0."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return quotient + 1 if twice > denominator or (twice == denominator and quotient & 1) else quotient


def millionths(numerator: int, denominator: int) -> int:
    """The quotient in millionths, to the nearest; `denominator` > 0."""
    return nearest(numerator * MILLION, denominator)


def root(numerator: int, denominator: int = 1) -> int:
    """The integer nearest to the square root of the quotient; neither is negative."""
    floor = isqrt(numerator // denominator)
    # Above the middle, (floor + 1/2)^2? Asked of the quotient itself, so that no rounding comes between.
    return floor + 1 if 4 * numerator > (2 * floor + 1) ** 2 * denominator else floor


def log10(numerator: int, denominator: int) -> int:
    """The decimal logarithm of a positive quotient, in units of `FINE`."""
    quotient = _CONTEXT.divide(Decimal(numerator), Decimal(denominator))
    return int(_CONTEXT.multiply(_CONTEXT.log10(quotient), Decimal(FINE)).to_integral_value(ROUND_HALF_EVEN))


@lru_cache(maxsize=4096)
def ln(number: int) -> int:
    """The natural logarithm of a positive whole number, in units of `FINE`."""
    logarithm = _CONTEXT.ln(Decimal(number))
    return int(_CONTEXT.multiply(logarithm, Decimal(FINE)).to_integral_value(ROUND_HALF_EVEN))


def halved(age: int, half_life: int) -> int:
    """What is left of one, in units of `FINE`, after `age`, where half is left after `half_life`; 0 <= age."""
    if age >= _HALVINGS_MAX * half_life:
        return 0
    exponent = _CONTEXT.divide(_CONTEXT.multiply(Decimal(-age), _LN2), Decimal(half_life))
    return int(_CONTEXT.multiply(_CONTEXT.exp(exponent), Decimal(FINE)).to_integral_value(ROUND_HALF_EVEN))
