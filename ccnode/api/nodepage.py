"""What does the node page show? Who the node is and how it is, its model, cost, backups, room and settings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from ccnode import clock
from ccnode.api import charts
from ccnode.api.context import node_of
from ccnode.api.rendering import count, page, render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

BACKUPS_SHOWN: Final = 10
DAYS_SHOWN: Final = 30
MICRO: Final = 1_000_000
SUMS: Final = (
    "calls", "input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens", "unpriced_calls",
    "estimated_calls",
)  # fmt: skip
PARTS: Final = {
    "ledger": "Memory (ledger)",
    "index": "Search index",
    "backups": "Backups",
    "copies": "Older copies",
    "imports": "Imports",
}
FACTS: Final = (("node_id", "Node"), ("owner_id", "Owner"), ("version", "Version"), ("api_url", "Address"),
                ("data_dir", "Data directory"), ("pid", "Process"))  # fmt: skip


@page("node")
async def node(request: web.Request) -> web.StreamResponse:
    """GET /node."""
    asked = node_of(request)
    told, backups = asked.status(), await asked.upkeep.backups()
    counts = (await asked.statistics()).get("statistics", {})
    room = await asked.upkeep.storage()
    parts = [{**one, "label": PARTS.get(one["name"], one["name"])} for one in room["parts"] if one["bytes"]]
    started_ms = clock.now_ms() - round(float(told.get("uptime_s", 0)) * 1000)
    return render(
        request,
        "node.html",
        facts=[(label, told[key]) for key, label in FACTS if told.get(key)],
        started=clock.iso(started_ms)[:19] + "Z",
        counts=counts,
        models={"problem": None, "warning": None, **asked.models()},
        cost=cost_shown(await asked.costs(DAYS_SHOWN)),
        folder=backups["folder"],
        backups=backups["backups"][:BACKUPS_SHOWN],
        more_backups=backups["backups"][BACKUPS_SHOWN:],
        room=room,
        parts=parts,
        used=sum(one["bytes"] for one in parts),
        settings=asked.upkeep.describe_settings(),
    )


def cost_shown(told: dict[str, Any]) -> dict[str, Any]:
    """What GET /api/v1/cost gives, as the page shows it: with sums, in words, and as a chart of each day."""
    rows: list[dict[str, Any]] = told["days"]
    last = date.fromisoformat(told["today"])
    days = [(last - timedelta(days=back)).isoformat() for back in reversed(range(DAYS_SHOWN))]
    of_days = {day: _together(row for row in rows if row["day"] == day) for day in days}
    costs = [one["cost_micro_dollars"] for one in of_days.values() if one["calls"]]
    top = charts.top_of([(cost or 0) / MICRO for cost in costs])
    points = [_point(day, one) for day, one in of_days.items()]
    budget = told["budget_micro_dollars_per_day"]
    return {
        **told,
        "budget": dollars(budget) if budget else None,
        "spent": dollars(told["spent_today_micro_dollars"]),
        "left": dollars(told["left_today_micro_dollars"]) if budget else None,
        "of_budget": min(100, 100 * told["spent_today_micro_dollars"] // budget) if budget else None,
        "now": of_days[told["today"]],
        "sums": _together(rows),
        "rows": [{**row, "cost": cost_in_words(row)} for row in rows],
        "models": [(model, _together(row for row in rows if row["model"] == model))
                   for model in sorted({row["model"] for row in rows})],
        "chart": charts.bars(points, f"Cost a day in dollars, {days[0]} to {days[-1]}", top),
        "top": dollars(round(top * MICRO)),
        "first": days[0],
    }  # fmt: skip


def _together(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Rows as one. The cost is none where calls were made and of none of them it is known."""
    kept = list(rows)
    sums: dict[str, Any] = {name: sum(row[name] for row in kept) for name in SUMS}
    known = [row["cost_micro_dollars"] for row in kept if row["cost_micro_dollars"] is not None]
    sums["cost_micro_dollars"] = sum(known) if known or not kept else None
    sums["cost"] = cost_in_words(sums)
    read = sums["input_tokens"] + sums["cache_creation_tokens"] + sums["cache_read_tokens"]
    sums["hits"] = 100 * sums["cache_read_tokens"] // read if read else None
    return sums


def _point(day: str, one: dict[str, Any]) -> charts.Point:
    cost = one["cost_micro_dollars"]
    told = f"{day}: {one['cost']}, {count(one['calls'], 'call')}" if one["calls"] else f"{day}: nothing"
    return charts.Point(
        None if cost is None else cost / MICRO, told, part=cost is not None and one["unpriced_calls"] > 0
    )


def cost_in_words(sums: dict[str, Any]) -> str:
    """An amount; what is not known of it is never shown as nothing."""
    cost, unpriced = sums["cost_micro_dollars"], sums["unpriced_calls"]
    if cost is None:
        return "not known"
    shown = dollars(cost)
    return f"at least {shown} (what {count(unpriced, 'call')} cost is not known)" if unpriced else shown


def dollars(micro: int) -> str:
    """Micro-dollars for people, to the cent; below a dollar to two digits that count: $12.30, $0.0042."""
    if micro >= MICRO or not micro:
        return f"${micro / MICRO:,.2f}"
    digits = 8 - len(str(micro))
    return f"${micro / MICRO:.{max(2, digits)}f}"
