"""What does a call cost? A table of prices, each with the day from which it holds; whole micro-dollars.

A micro-dollar is a millionth of a US dollar; prices are micro-dollars for a million tokens, so 2,000,000 is $2. What is
not in the table has no known cost: None, never 0. The setting `models.prices` adds to the table below.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccnode.models.base import Usage

MILLION: Final = 1_000_000
_SNAPSHOT = re.compile(r"-\d{8}$")


@dataclass(frozen=True, slots=True)
class Price:
    """Prices of one model from a day on (ISO 8601, UTC), in micro-dollars for a million tokens; None: not known.

    `prompt_over`: they hold for calls whose whole prompt has more tokens than this, and then for all their tokens.
    """

    model: str
    since: str
    input: int
    output: int
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    cache_read: int | None = None
    prompt_over: int = 0

    def cost(self, usage: Usage) -> int | None:
        """Micro-dollars for a call, rounded up; None where the tokens or a price that is needed are not known."""
        total = 0
        for tokens, price in (
            (usage.input_tokens, self.input),
            (usage.output_tokens, self.output),
            (usage.cache_write_5m_tokens, self.cache_write_5m),
            (usage.cache_write_1h_tokens, self.cache_write_1h),
            (usage.cache_read_tokens, self.cache_read),
        ):
            if price == 0 or tokens == 0:
                continue
            if price is None or tokens is None:
                return None
            total += tokens * price
        return -(-total // MILLION)


class PriceTable:
    """Finds the price that holds for a model, a day and a prompt. Of two rows for the same, the later given holds."""

    def __init__(self, rows: Iterable[Price]) -> None:
        self._rows: dict[str, list[Price]] = defaultdict(list)
        for row in rows:
            self._rows[row.model].append(row)

    def knows(self, models: Sequence[str], day: str) -> bool:
        """Whether any of the names has a price on a day ("2026-10-07")."""
        return any(self._in_force(name, day) for name in models)

    def cost(self, models: Sequence[str], day: str, usage: Usage) -> int | None:
        """Micro-dollars for a call of the first of these names that has a price that day; None where none has."""
        rows = next((rows for name in models if (rows := self._in_force(name, day))), [])
        prompt = usage.prompt_tokens or 0
        bands = [row for row in rows if row.prompt_over == 0 or prompt > row.prompt_over]
        if not bands:
            return None
        widest = max(row.prompt_over for row in bands)
        return [row for row in bands if row.prompt_over == widest][-1].cost(usage)

    def _in_force(self, model: str, day: str) -> list[Price]:
        """The rows of the newest day that has come; all of an earlier day's have ended with it."""
        rows = [row for row in self._of(model) if row.since <= day]
        newest = max((row.since for row in rows), default="")
        return [row for row in rows if row.since == newest]

    def _of(self, model: str) -> list[Price]:
        """The rows of a name; those of "claude-x" also count for the snapshot "claude-x-20260102"."""
        return self._rows.get(model) or self._rows.get(_SNAPSHOT.sub("", model)) or []


def _claude(model: str, since: str, cents: tuple[int, int, int, int, int], prompt_over: int = 0) -> Price:
    """A row from tenths of a cent for a million tokens: input, output, cache write for 5 minutes and an hour, read."""
    given, written, short, long, read = (value * 1000 for value in cents)
    return Price(model, since, given, written, short, long, read, prompt_over)


_OPUS_45 = (5000, 25000, 6250, 10000, 500)
_SONNET_45 = (3000, 15000, 3750, 6000, 300)
# As published by Anthropic, looked up in November 2026. A first row's day is one on which the price is known to have
# held, not that of the model's release.
DEFAULT_PRICES: Final = (
    _claude("claude-sonnet-5-5", "2026-09-28", (2000, 10000, 2500, 4000, 200)),
    _claude("claude-sonnet-5-5", "2026-10-07", (2000, 10000, 2500, 4000, 100)),
    _claude("claude-sonnet-5", "2026-07-01", (2000, 10000, 2500, 4000, 200)),
    _claude("claude-opus-5-5", "2026-09-23", (4000, 20000, 5000, 8000, 200)),
    _claude("claude-opus-5", "2026-07-24", _OPUS_45),
    _claude("claude-haiku-5-5", "2026-10-07", (100, 500, 125, 200, 10)),
    _claude("claude-haiku-5-5", "2026-10-07", (500, 2500, 625, 1000, 50), prompt_over=100_000),
    _claude("claude-fable-5", "2026-07-01", (10000, 50000, 12500, 20000, 1000)),
    _claude("claude-fable-5-1", "2026-09-23", (10000, 50000, 12500, 20000, 250)),
    _claude("claude-opus-4-8", "2026-01-01", _OPUS_45),
    _claude("claude-opus-4-7", "2026-01-01", _OPUS_45),
    _claude("claude-opus-4-6", "2026-01-01", _OPUS_45),
    _claude("claude-opus-4-5", "2026-01-01", _OPUS_45),
    _claude("claude-sonnet-4-6", "2026-01-01", _SONNET_45),
    _claude("claude-sonnet-4-5", "2026-01-01", _SONNET_45),
    _claude("claude-haiku-4-5", "2026-01-01", (1000, 5000, 1250, 2000, 100)),
)


def price_table(configured: Sequence[Price] = ()) -> PriceTable:
    """The table above with the rows of the settings, which take the place of all rows of the models they name."""
    named = {row.model for row in configured}
    return PriceTable([*(row for row in DEFAULT_PRICES if row.model not in named), *configured])
