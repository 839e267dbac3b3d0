"""Which waits does the policy give, for every class of failure, every count and every word of the service?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.models.retry import LONGEST_S, RetryPolicy, Schedule, clock_time, clock_time_after

POLICY = RetryPolicy()

TABLE: list[tuple[Schedule, int, float | None, float, float | None]] = [
    # class, retries done, told by the service, chance -> wait
    ("network", 0, None, 0.0, 2),
    ("network", 1, None, 0.0, 4),
    ("network", 2, None, 0.0, 8),
    ("network", 3, None, 0.0, 16),
    ("network", 4, None, 0.0, None),
    ("rate_limit", 0, None, 0.0, 60),
    ("rate_limit", 1, None, 0.0, 120),
    ("rate_limit", 2, None, 0.0, 240),
    ("rate_limit", 3, None, 0.0, 480),
    ("rate_limit", 4, None, 0.0, 900),
    ("rate_limit", 5, None, 0.0, None),
    ("server", 0, None, 0.0, 2),
    ("server", 1, None, 0.0, 4),
    ("server", 2, None, 0.0, 8),
    ("server", 3, None, 0.0, None),
    # Chance adds up to a tenth, and never takes anything away; 15 minutes stay 15 minutes.
    ("network", 0, None, 0.5, 2.1),
    ("rate_limit", 0, None, 0.999, 65.994),
    ("rate_limit", 4, None, 0.999, 900),
    # What the service says wins, shorter or longer, up to an hour, and without chance.
    ("rate_limit", 0, 7, 0.9, 7),
    ("rate_limit", 4, 1000, 0.9, 1000),
    ("rate_limit", 0, 3600, 0.0, 3600),
    ("rate_limit", 0, 3601, 0.0, None),
    ("server", 2, 1.5, 0.0, 1.5),
    # It does not give more attempts than there are.
    ("server", 3, 1, 0.0, None),
    ("rate_limit", 5, 1, 0.0, None),
]


@pytest.mark.parametrize(("schedule", "done", "told", "chance", "wait"), TABLE)
def test_the_table(schedule: Schedule, done: int, told: float | None, chance: float, wait: float | None) -> None:
    assert POLICY.wait_s(schedule, done, told, chance) == (pytest.approx(wait) if wait is not None else None)


@given(
    st.sampled_from(["network", "rate_limit", "server"]),
    st.integers(0, 9),
    st.none() | st.floats(0.001, 1e9),
    st.floats(0, 1, exclude_max=True),
)
def test_no_wait_is_endless_or_shorter_than_it_should_be(
    schedule: Schedule, done: int, told: float | None, chance: float
) -> None:
    wait = POLICY.wait_s(schedule, done, told, chance)
    if wait is None:
        assert done >= len(POLICY.series(schedule)) or (told is not None and told > POLICY.told_max_s)
    elif told is not None:
        assert wait == told
    else:
        assert POLICY.series(schedule)[done] <= wait <= LONGEST_S


def test_a_wait_is_told_as_a_time_of_day() -> None:
    assert clock_time(1_800_000_075_999) == "08:01:15 UTC"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0, "08:01:15 UTC"),
        (86_399, "08:01:14 UTC"),
        (86_400, "2027-01-16 08:01:15 UTC"),
        (1e9, "2058-09-23 09:47:55 UTC"),
        (1e15, "9999-12-31 23:59:59 UTC"),
        (1.7e308, "9999-12-31 23:59:59 UTC"),
    ],
)
def test_a_day_off_or_more_it_is_told_with_its_date(seconds: float, told: str) -> None:
    assert clock_time_after(1_800_000_075_000, seconds) == told
