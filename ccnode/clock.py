"""What time is it? The only place that reads the machine's clocks and its source of chance."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime


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
    """Milliseconds since 1970 as ISO 8601 in UTC, with milliseconds; years after 9999 are shown as that year's end."""
    try:
        moment = datetime.fromtimestamp(ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return "9999-12-31T23:59:59.999Z"
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def parse_iso(text: str) -> int:
    """Milliseconds since 1970 of an ISO 8601 moment; without an offset it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
