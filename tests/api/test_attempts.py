"""Is guessing slowed for each address and for all, and does the owner still get in?"""

from __future__ import annotations

from ccnode.api.attempts import KNOWN_MAX, Attempts
from ccnode.api.settings import OutwardLimits
from tests.api.rig import Clock

LIMITS = OutwardLimits()


def test_an_address_waits_longer_each_time() -> None:
    clock = Clock()
    attempts = Attempts(LIMITS, clock=clock)
    waits = []
    for _ in range(16):
        assert attempts.begin("a") == 0
        waits.append(attempts._addresses["a"].until - clock.now)
        if waits[-1]:
            assert attempts.begin("a") == waits[-1]
        clock.now += waits[-1]
    assert waits[:5] == [0, 0, 1, 2, 4]
    assert waits[-1] == LIMITS.wait_max_s
    clock.now += LIMITS.forget_s
    assert [attempts.begin("a") for _ in range(3)] == [0, 0, 0]


def test_many_at_once_are_no_more_than_one_by_one() -> None:
    attempts = Attempts(LIMITS, clock=Clock())
    assert sum(attempts.begin("a") == 0 for _ in range(1000)) == LIMITS.free_tries


def test_a_right_one_begins_anew() -> None:
    attempts = Attempts(LIMITS, clock=Clock())
    for _ in range(100):
        assert attempts.begin("a") == 0
        assert attempts.begin("a") == 0
        attempts.succeeded("a")


def test_a_thousand_addresses_cost_no_more_than_a_few() -> None:
    clock = Clock()
    attempts = Attempts(LIMITS, clock=clock)
    attempts.begin("phone")
    attempts.succeeded("phone")
    tried = sum(attempts.begin(f"stranger {number}") == 0 for number in range(1000))
    assert tried == LIMITS.tries_max
    assert attempts.begin("another device") > 0
    assert attempts.begin("phone") == 0
    clock.now += 60
    assert sum(attempts.begin(f"other {number}") == 0 for number in range(1000)) == 60 / LIMITS.try_every_s


def test_what_is_remembered_is_bounded() -> None:
    clock = Clock()
    attempts = Attempts(OutwardLimits(addresses_max=100, tries_max=10), clock=clock)
    for number in range(1000):
        clock.now += 100
        assert attempts.begin(f"{number}") == 0
        if number % 2:
            attempts.succeeded(f"{number}")
    assert len(attempts._addresses) <= 100
    assert len(attempts._known) == KNOWN_MAX
