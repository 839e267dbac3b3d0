"""Does the clock only go forward, keep near the wall clock, and let nobody drag it away?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ccnode_protocol import hlc

MS = st.integers(0, 2**48 - 1)
TIMES = st.integers(0, hlc.TIME_MAX)


@given(MS)
def test_milliseconds_come_back(ms: int) -> None:
    assert hlc.to_ms(hlc.from_ms(ms)) == ms
    assert hlc.to_ms(hlc.from_ms(ms) + 2**16 - 1) == ms


def test_before_1970_is_1970() -> None:
    assert hlc.from_ms(-5) == 0


@given(TIMES, MS)
def test_every_tick_is_later(last: int, wall_ms: int) -> None:
    following = hlc.tick(last, wall_ms)
    assert following > last or last == hlc.TIME_MAX
    assert following >= hlc.from_ms(wall_ms)
    assert following <= hlc.TIME_MAX


@given(MS)
def test_many_ticks_in_one_millisecond_differ(wall_ms: int) -> None:
    last, seen = 0, set()
    for _ in range(100):
        last = hlc.tick(last, wall_ms)
        seen.add(last)
    assert len(seen) == 100


@given(TIMES, TIMES, MS)
def test_what_is_seen_moves_the_clock_a_little_at_most(last: int, seen: int, wall_ms: int) -> None:
    moved = hlc.observe(last, seen, wall_ms)
    assert moved >= last
    if hlc.is_ahead(seen, wall_ms):
        assert moved == last
    else:
        assert moved == max(last, seen)
        assert moved == last or hlc.to_ms(moved) <= wall_ms + hlc.AHEAD_MS_MAX


@given(MS, st.integers(-100_000, 100_000))
def test_a_clock_set_back_more_than_a_minute_is_noticed(ms: int, shift: int) -> None:
    assert hlc.was_set_back(hlc.from_ms(ms), ms - shift) == (shift > hlc.STEP_BACK_MS)


def test_the_borders() -> None:
    assert not hlc.is_ahead(hlc.from_ms(1300), 1000)
    assert hlc.is_ahead(hlc.from_ms(1301), 1000)
