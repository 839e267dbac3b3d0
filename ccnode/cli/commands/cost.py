"""What did models cost, and what may be spent today? Read from the database, whether or not a daemon runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli.params import Command, pass_state
from ccnode.cli.text import count

if TYPE_CHECKING:
    from ccnode.cli.state import State

HEAD: Final = ("day (UTC)", "model", "calls", "input", "from cache", "output", "cost")


@click.command("cost", cls=Command, short_help="Show what models cost, day by day.")
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="Of the last so many days.")
@pass_state
def command(state: State, *, days: int) -> None:
    """Show what models cost, day by day, and what is left of today's budget.

    Amounts come from the tokens that the service counted and the table of prices (docs/MODELS.md); the bill is the
    service's own. What has no known price is shown as unknown, never as nothing.
    """
    from ccnode import clock, config
    from ccnode.cli import local as database
    from ccnode.store import spending

    home = state.node()
    now_ms = clock.now_ms()
    budget = config.load(home.config).settings.models.budget_micro_dollars_per_day
    rows = database.ask(home, spending.since(spending.first_day(now_ms, days)))
    facts = spending.cost_form(rows, budget, now_ms)
    state.table(facts, HEAD, [_row(one) for one in facts["days"]], "Nothing was asked of a model that costs.")
    if state.json:
        return
    total = spending.dollars(facts["total_micro_dollars"])
    unpriced = facts["unpriced_calls"]
    without = f", and {count(unpriced, 'call')} without a known price" if unpriced else ""
    state.note(f"Together {total}{without}; today {spending.dollars(facts['spent_today_micro_dollars'])}.")
    if budget:
        left = spending.dollars(facts["left_today_micro_dollars"])
        state.note(f"{left} of {spending.dollars(budget)} are left today; it begins anew at 00:00 UTC.")


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    from ccnode.store.spending import dollars

    known = one["cost_micro_dollars"]
    cost = "unknown" if known is None else dollars(known)
    if known is not None and one["unpriced_calls"]:
        cost = f"at least {cost}"
    elif one["estimated_calls"]:
        cost = f"about {cost}"
    numbers = (one["calls"], one["input_tokens"] + one["cache_creation_tokens"], one["cache_read_tokens"])
    return (one["day"], one["model"], *(f"{number:,}" for number in (*numbers, one["output_tokens"])), cost)
