"""How does the running node forget at a person's word? The owner's word where it is needed; who has answered since."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ccnode import clock
from ccnode.later import later
from ccnode.store import orders, views
from ccnode.store.ledger import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.config import Settings
    from ccnode.store import erasures, forgetting, owner
    from ccnode.store.forgetting import Consent, Word
    from ccnode.store.home import Home
    from ccnode.store.ledger import Job
else:
    erasures = later("ccnode.store.erasures")
    forgetting = later("ccnode.store.forgetting")
    owner = later("ccnode.store.owner")

T = TypeVar("T")


class Append(Protocol):
    """How a job is run by the ledger."""

    async def __call__(self, job: Job[T]) -> T:
        """Run it, and return its result once that is durable. Raises what the job raises, and StoreError."""


class Erasing:
    """Orders by the owner's word, and the list of receipts. `own`: this node's key."""

    def __init__(self, home: Home, settings: Callable[[], Settings], own: bytes, append: Append) -> None:
        self.soon: Callable[[], None] = lambda: None  # something may be due
        self._home = home
        self._append = append
        self._settings = settings
        self._own = own
        self._are_orders = False

    async def order(self, consent: Consent, make: Callable[[Word], Job[T]]) -> T:
        """As `_order`; what is due at once is erased at once."""
        given = await self._order(consent, make)
        if consent.at_once:
            self.soon()
        return given

    async def _order(self, consent: Consent, make: Callable[[Word], Job[T]]) -> T:
        """Run the job that orders something to be forgotten, with the owner's word if it asks for that.

        Raises:
            OwnerNeeded: it takes a passphrase that was not given, or a key that is not here. StoreError.
        """
        try:
            return await self._append(make(forgetting.Word(statements=consent.statements)))
        except forgetting.OwnerNeeded as error:
            if consent.statements:
                raise
            guard = await asyncio.to_thread(owner.guard, self._home)
            if guard == "absent":
                where = await asyncio.to_thread(forgetting.where, self._home, self._own)
                raise forgetting.OwnerNeeded(
                    str(error), remedy=f"the owner key is not on this machine: {where}"
                ) from error
            if guard == "passphrase" and not consent.passphrase:
                raise forgetting.OwnerNeeded(str(error), remedy=error.remedy) from error
        key = await asyncio.to_thread(owner.key, self._home, consent.passphrase)
        return await self._append(make(forgetting.Word(key)))

    async def listed(self) -> list[dict[str, Any]]:
        """See api/ports.py."""
        found = await asyncio.to_thread(erasures.of_home, self._home, self._own, clock.now_ms())
        return [one.form() for one in found]

    async def one(self, wanted: str) -> dict[str, Any]:
        """See api/ports.py."""
        return await asyncio.to_thread(self._one, wanted)

    def _one(self, wanted: str) -> dict[str, Any]:
        now_ms, backup = clock.now_ms(), self._settings().backup
        found = erasures.one_of(self._home, self._own, now_ms, wanted)
        kept = erasures.copies(self._home, found, backup.every_hours, backup.keep, now_ms)
        return {**found.form(), "copies": kept}

    def problem(self) -> str:
        """What a person should know of receipts that are long due; blocks. Raises StoreError."""
        if not self._are_orders:  # most nodes have none, and need not load what knows of receipts
            with contextlib.closing(connect(self._home.ledger, writable=False)) as connection:
                self._are_orders = views.run(connection, orders.any_given())
        if not self._are_orders:
            return ""
        return erasures.problem(self._home, self._own, clock.now_ms())
