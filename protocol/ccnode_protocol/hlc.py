"""What time is it, for ordering? A hybrid logical clock (Kulkarni et al., 2014) in 64 bits.

The upper 48 bits are milliseconds since 1970, the lower 16 a counter. Parents order messages; the clock only breaks
ties and tells people when something was recorded, so nothing is ever refused for its time.
"""

from __future__ import annotations

from typing import Final

COUNTER_BITS: Final = 16
AHEAD_MS_MAX: Final = 300  # a time further ahead than this is stored and flagged, and never advances our clock
STEP_BACK_MS: Final = 60_000  # a wall clock this far behind the chain's last entry was set back
TIME_MAX: Final = 2**64 - 1


def from_ms(ms: int) -> int:
    """The first clock value of a millisecond."""
    return max(0, ms) << COUNTER_BITS


def to_ms(time: int) -> int:
    """The millisecond of a clock value."""
    return time >> COUNTER_BITS


def tick(last: int, wall_ms: int) -> int:
    """The next value after `last` when the wall clock shows `wall_ms`: never less, never equal."""
    return min(max(last + 1, from_ms(wall_ms)), TIME_MAX)


def observe(last: int, seen: int, wall_ms: int) -> int:
    """The clock after reading an entry of time `seen`: advanced, unless that is too far ahead of the wall clock."""
    if to_ms(seen) > wall_ms + AHEAD_MS_MAX:
        return last
    return max(last, seen)


def is_ahead(seen: int, wall_ms: int) -> bool:
    """Whether an entry's time is so far ahead that it is to be flagged."""
    return to_ms(seen) > wall_ms + AHEAD_MS_MAX


def was_set_back(last: int, wall_ms: int) -> bool:
    """Whether the wall clock stands so far before our own last entry that it must have been set back."""
    return to_ms(last) > wall_ms + STEP_BACK_MS
