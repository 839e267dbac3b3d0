"""May the next call be paid for, and what did the last one cost? The account that the model adapters ask and tell.

What is spent is known here at once, and written down a moment later: a call must not wait for the disk to be allowed.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from ccnode import clock
from ccnode.later import later, made_later
from ccnode.store import spending
from ccnode.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.config import Models
    from ccnode.models import base, prices
    from ccnode.models.base import Usage
    from ccnode.models.prices import PriceTable
    from ccnode.store.ledger import Ledger
    from ccnode.store.readers import Readers
    from ccnode.store.spending import Spent
else:
    base = later("ccnode.models.base")
    prices = later("ccnode.models.prices")

log = structlog.get_logger()


class Costs:
    """Implements models.base.Account. `budget`: micro-dollars for a day in UTC; 0 for no limit."""

    def __init__(
        self,
        ledger: Ledger,
        readers: Readers,
        prices: PriceTable,
        budget: int,
        now_ms: Callable[[], int] = clock.now_ms,
    ) -> None:
        self._ledger = ledger
        self._readers = readers
        self._prices = prices
        self._budget = budget
        self._now_ms = now_ms
        self._spent: dict[str, int] = {}  # by day: a clock that is set forward and back again gives nothing anew
        self._aside = 0
        self._unwritten: dict[tuple[str, str], Spent] = {}
        self._writing: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Read what was spent before this start. Raises StoreError."""
        self._spent = await self._readers.run(spending.by_day())

    def check(self, models: tuple[str, ...], at_most: Usage) -> int:
        """See models/base.py."""
        if not self._budget:
            return 0
        day = spending.day_of(self._now_ms())
        spent = self._spent.get(day, 0)
        if spent >= self._budget:
            message = (
                f"today's budget of {spending.dollars(self._budget)} is used up: {spending.dollars(spent)} were spent"
            )
            remedy = "it begins anew at 00:00 UTC; or raise models.budget_micro_dollars_per_day and start the node anew"
            raise base.ModelError("budget", message, remedy=remedy)
        if not self._prices.knows(models, day):
            message = f"there is a budget, but the price of {models[0]} is not known, so it could not be kept"
            raise base.ModelError("budget", message, remedy="add the price to models.prices, or take the budget away")
        if self._aside and spent + self._aside >= self._budget:
            # One call may end above the budget; a hundred side by side may not each be that one.
            message = (
                f"what is left of today's budget of {spending.dollars(self._budget)} may be needed by the replies that"
                " are being written"
            )
            remedy = "ask again when they are finished; or raise models.budget_micro_dollars_per_day"
            raise base.ModelError("budget", message, remedy=remedy)
        aside = self._prices.cost(models, day, at_most) or 0
        self._aside += aside
        return aside

    def release(self, aside: int) -> None:
        """See models/base.py."""
        self._aside -= aside

    def spent(self, models: tuple[str, ...], usage: Usage, estimate: Usage) -> int | None:
        """See models/base.py."""
        day = spending.day_of(self._now_ms())
        known = cost = self._prices.cost(models, day, usage)
        if cost is None and self._budget:  # a service that does not count must not be one that costs nothing
            usage = _filled(usage, estimate)
            cost = self._prices.cost(models, day, usage)
        self._spent[day] = self._spent.get(day, 0) + (cost or 0)
        booked = spending.Spent(
            day=day,
            model=models[0],
            input=usage.input_tokens or 0,
            output=usage.output_tokens or 0,
            cache_write=usage.cache_creation_tokens,
            cache_read=usage.cache_read_tokens,
            cost=cost or 0,
            unpriced=int(cost is None),
            estimated=int(usage.estimated),
        )
        self._note(booked)
        task = asyncio.get_running_loop().create_task(self._write())
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        return known

    async def describe(self, days: int) -> dict[str, Any]:
        """What GET /api/v1/cost gives. Raises StoreError."""
        if self._writing:
            await asyncio.wait(set(self._writing))
        await self._write()
        now_ms = self._now_ms()
        rows = await self._readers.run(spending.since(spending.first_day(now_ms, days)))
        return spending.cost_form(rows, self._budget, now_ms)

    async def close(self) -> None:
        """Wait until everything is written down."""
        if self._writing:
            await asyncio.wait(set(self._writing), timeout=10)
        await self._write()

    def _note(self, booked: Spent) -> None:
        """Keep it until it is written down, one for each day and model."""
        before = self._unwritten.get((booked.day, booked.model))
        self._unwritten[booked.day, booked.model] = booked if before is None else spending.together(before, booked)

    async def _write(self) -> None:
        waiting, self._unwritten = self._unwritten, {}
        for booked in waiting.values():
            try:
                await self._ledger.append(spending.add(booked))
            except StoreError as error:  # a full disk: the next call tries again, for what is forgotten is spent twice
                log.warning("spending_not_written", model=booked.model, cost=booked.cost, error=str(error))
                self._note(booked)


def _filled(usage: Usage, estimate: Usage) -> Usage:
    """The usage with the estimate for what was not counted."""
    given, written = usage.input_tokens, usage.output_tokens
    return replace(
        usage,
        input_tokens=estimate.input_tokens if given is None else given,
        output_tokens=estimate.output_tokens if written is None else written,
        estimated=True,
    )


def account_of(ledger: Ledger, readers: Readers, settings: Models) -> Costs:
    """The account that the settings describe."""
    known = made_later(lambda: prices.price_table([prices.Price(**row.model_dump()) for row in settings.prices]))
    return Costs(ledger, readers, known, settings.budget_micro_dollars_per_day)
