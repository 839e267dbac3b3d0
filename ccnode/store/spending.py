"""What was spent on models, and on which day? One row for each day and model, added to after every call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ccnode import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import View
    from ccnode.store.views.asking import Row

DAY_MS: Final = 86_400_000
MODEL_CHARS_MAX: Final = 200
_COLUMNS: Final = "day, model, calls, input, output, cache_write, cache_read, cost, unpriced, estimated"
_ADD: Final = (
    f"INSERT INTO spending ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, model) DO UPDATE SET"
    " calls = calls + excluded.calls, input = input + excluded.input, output = output + excluded.output,"
    " cache_write = cache_write + excluded.cache_write, cache_read = cache_read + excluded.cache_read,"
    " cost = cost + excluded.cost, unpriced = unpriced + excluded.unpriced, estimated = estimated + excluded.estimated"
)


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls of one model on one day (UTC, "2026-11-21"). Tokens as far as they are known; `cost` in micro-dollars.

    `unpriced` calls are not in `cost`; `estimated` ones are in `output` and `cost` by an estimate.
    """

    day: str
    model: str
    calls: int = 1
    input: int = 0
    output: int = 0
    cache_write: int = 0
    cache_read: int = 0
    cost: int = 0
    unpriced: int = 0
    estimated: int = 0


def together(one: Spent, other: Spent) -> Spent:
    """What calls of one model on one day come to together."""
    counts = ("calls", "input", "output", "cache_write", "cache_read", "cost", "unpriced", "estimated")
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in counts})


def add(spent: Spent) -> Job[None]:
    """A ledger job that adds calls to their day."""

    def job(tx: Transaction) -> None:
        tx.execute(
            _ADD,
            (
                spent.day,
                spent.model[:MODEL_CHARS_MAX],
                spent.calls,
                spent.input,
                spent.output,
                spent.cache_write,
                spent.cache_read,
                spent.cost,
                spent.unpriced,
                spent.estimated,
            ),
        )

    return job


def since(day: str) -> View[list[Spent]]:
    """Everything spent on a day and later, newest day first. A row that was damaged is left out."""
    rows = yield f"SELECT {_COLUMNS} FROM spending WHERE day >= ? ORDER BY day DESC, model", (day,)
    return [Spent(*row) for row in rows if _is_sound(row)]


def by_day() -> View[dict[str, int]]:
    """What was spent on each day, in micro-dollars."""
    found: dict[str, int] = {}
    for one in (yield from since("")):
        found[one.day] = found.get(one.day, 0) + one.cost
    return found


def _is_sound(row: Row) -> bool:
    return all(isinstance(name, str) for name in row[:2]) and all(
        type(count) is int and count >= 0 for count in row[2:]
    )


def day_of(now_ms: int) -> str:
    """The day in UTC, "2026-11-21"."""
    return clock.iso(now_ms)[:10]


def first_day(now_ms: int, days: int) -> str:
    """The first of the last so many days, today among them."""
    return day_of(now_ms - (days - 1) * DAY_MS)


def dollars(micro: int) -> str:
    """Micro-dollars for people: "$1.50", "$0.000021"."""
    whole, rest = divmod(micro, 1_000_000)
    digits = f"{rest:06d}".rstrip("0")
    return f"${whole}.{digits:0<2}"


def cost_form(rows: Sequence[Spent], budget: int, now_ms: int) -> dict[str, Any]:
    """What was spent, as JSON: amounts in micro-dollars; null where no call of a row has a known cost."""
    today = day_of(now_ms)
    spent = sum(row.cost for row in rows if row.day == today)
    midnight = datetime.fromtimestamp(now_ms // 1000, UTC).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    return {
        "today": today,
        "spent_today_micro_dollars": spent,
        "budget_micro_dollars_per_day": budget or None,
        "left_today_micro_dollars": max(0, budget - spent) if budget else None,
        "begins_anew": clock.iso(int(midnight.timestamp()) * 1000),
        "total_micro_dollars": sum(row.cost for row in rows),
        "unpriced_calls": sum(row.unpriced for row in rows),
        "days": [
            {
                "day": row.day,
                "model": row.model,
                "calls": row.calls,
                "input_tokens": row.input,
                "output_tokens": row.output,
                "cache_creation_tokens": row.cache_write,
                "cache_read_tokens": row.cache_read,
                "cost_micro_dollars": row.cost if row.unpriced < row.calls else None,
                "unpriced_calls": row.unpriced,
                "estimated_calls": row.estimated,
            }
            for row in rows
        ],
    }
