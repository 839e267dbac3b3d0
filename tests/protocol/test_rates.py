"""Is too much noticed at the frame that makes it too much, by type and in all, and forgotten after a minute?"""

from __future__ import annotations

import pytest

from ccnode_protocol import frames, limits
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.link_frames import MANIFEST, PING
from ccnode_protocol.rates import Rates

PINGS = frames.FORMS[PING].limit


@pytest.mark.parametrize("kind", sorted(frames.FORMS), ids=frames.name_of)
def test_frames_of_a_type(kind: int) -> None:
    rates, limit = Rates(0), frames.FORMS[kind].limit
    most = min(limit.count_minute, limits.COUNT_MINUTE)
    for _ in range(most):
        assert rates.take(kind, 0, 59_999) is None
    assert "frames" in str(rates.take(kind, 0, 59_999))
    assert rates.take(kind, 0, 60_000) is None


@pytest.mark.parametrize("kind", sorted(frames.FORMS), ids=frames.name_of)
def test_bytes_of_a_type(kind: int) -> None:
    rates, limit = Rates(0), frames.FORMS[kind].limit
    assert rates.take(kind, limit.bytes_minute - 1, 0) is None
    if limit.count_minute > 1:
        assert f"{limit.bytes_minute:,} bytes" in str(rates.take(kind, 2, 1))
        assert rates.take(kind, 1, 1) is None


def test_all_types_together() -> None:
    rates = Rates(0)
    rates._all = limits.COUNT_MINUTE
    assert "60,000 frames of all types" in str(rates.take(PING, 1, 0))
    assert rates.take(PING, 1, 60_000) is None


def test_types_that_are_not_known_share_one_account() -> None:
    rates = Rates(0)
    for number in range(limits.UNKNOWN.count_minute):
        assert rates.take(128 + number, 1, 0) is None
    assert "600 frames" in str(rates.take(30_000, 1, 0))
    assert len(rates._used) == 1
    with pytest.raises(RemoteError):
        rates.take(127, 1, 0)


def test_one_type_does_not_use_up_another() -> None:
    rates = Rates(0)
    for _ in range(PINGS.count_minute):
        rates.take(PING, 1, 0)
    assert rates.take(PING, 1, 0) is not None
    assert rates.take(MANIFEST, 1, 0) is None


def test_minutes_follow_each_other_from_the_beginning() -> None:
    rates = Rates(1_000)
    assert rates.until_ms == 61_000
    rates.take(PING, 1, 200_000)
    assert rates.until_ms == 241_000
    assert (rates.until_ms - 1_000) % limits.WINDOW_MS == 0


def test_half_of_the_rates_never_makes_the_other_side_refuse() -> None:
    """Whatever moment its minutes begin at."""
    for shift in range(0, 60_000, 7_000):
        ours, theirs = Rates(0, share=2), Rates(-shift)
        for now in range(0, 200_000, 100):
            while ours.take(PING, 60, now) is None:
                assert theirs.take(PING, 60, now) is None
