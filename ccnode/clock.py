"""What time is it? The only place that reads the machine's clocks and its source of chance."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import Final

LAST_MS: Final = 253_402_300_799_999  # the end of the year 9999; a wrong clock can be later


def now_ms() -> int:
    """Wall clock: milliseconds since 1970. It may be set back or forward at any time."""
    return time.time_ns() // 1_000_000


def elapsed_s() -> float:
    """A clock that only goes forward, for durations; its zero means nothing."""
    return time.monotonic()


def chance(count: int) -> bytes:
    """That many bytes from the operating system's random source."""
    return os.urandom(count)


def iso(ms: int) -> str:
    """Milliseconds since 1970 as ISO 8601 in UTC; times outside the calendar as its first or last moment."""
    seconds, rest = divmod(min(max(0, ms), LAST_MS), 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"
