"""May a failed call be tried again, and after how long? A table of waits; time and chance come in as arguments.

    network     4 times, after 2, 4, 8 and 16 s
    rate_limit  5 times, after 60, 120, 240, 480 and 900 s
    server      3 times, after 2, 4 and 8 s

What the service says in Retry-After is waited instead, up to an hour: who has to wait longer had better ask again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

Schedule = Literal["network", "rate_limit", "server"]
LONGEST_S: Final = 900.0
_DAY_MS: Final = 86_400_000
_LAST_MS: Final = 253_402_300_799_000  # the end of the year 9999: no date is later


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Seconds to wait before each further attempt, one series for each class of failure.

    `jitter_share`: up to that share is added to a wait of ours, so that many who failed at once do not return at once;
    a wait never gets longer than `LONGEST_S` by that, nor shorter than the table says.
    """

    network_s: tuple[float, ...] = (2, 4, 8, 16)
    rate_limit_s: tuple[float, ...] = (60, 120, 240, 480, LONGEST_S)
    server_s: tuple[float, ...] = (2, 4, 8)
    told_max_s: float = 3600
    jitter_share: float = 0.1

    def series(self, schedule: Schedule) -> tuple[float, ...]:
        """The waits for one class of failure; its length is the number of retries."""
        if schedule == "network":
            return self.network_s
        return self.rate_limit_s if schedule == "rate_limit" else self.server_s

    def wait_s(self, schedule: Schedule, retries_done: int, told_s: float | None, jitter: float) -> float | None:
        """Seconds to wait before the next attempt, or None when there is none.

        `retries_done` are those of this class; `told_s` is what the service asks for; `jitter` is in [0, 1).
        """
        series = self.series(schedule)
        if retries_done >= len(series):
            return None
        if told_s is not None:
            return told_s if told_s <= self.told_max_s else None
        base = series[retries_done]
        return max(base, min(base * (1 + self.jitter_share * jitter), LONGEST_S))


def clock_time(ms: int) -> str:
    """Milliseconds since 1970 as a UTC time of day, "12:03:20 UTC"."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%H:%M:%S} UTC"


def clock_time_after(ms: int, seconds: float) -> str:
    """The time so many seconds later, as `clock_time` has it; with its date where it is a day off or more."""
    until_ms = ms + round(min(seconds * 1000, _LAST_MS - ms))
    if until_ms - ms < _DAY_MS:
        return clock_time(until_ms)
    return f"{datetime.fromtimestamp(until_ms // 1000, UTC):%Y-%m-%d} {clock_time(until_ms)}"
