"""What does a running node tell of its character, and how does its owner set the baseline? The API's `Character`."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ccnode import clock
from ccnode.later import later
from ccnode.store import views
from ccnode.store.errors import Conflict
from ccnode.store.ledger import connect
from ccnode_crypto.errors import CryptoError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode import reference
    from ccnode.daemon.measuring import Measuring
    from ccnode.daemon.plating import Append
    from ccnode.store import baselines, measure_shapes, measurements, owner
    from ccnode.store.home import Home
    from ccnode.store.views import View
    from ccnode_crypto.statements import BaselineStatement
else:
    baselines = later("ccnode.store.baselines")
    measurements = later("ccnode.store.measurements")
    owner = later("ccnode.store.owner")
    reference = later("ccnode.reference")
    measure_shapes = later("ccnode.store.measure_shapes")

T = TypeVar("T")


class Character:
    """One node's character. What reads much runs in threads: the event loop must not wait for it."""

    def __init__(self, home: Home, append: Append, measuring: Measuring) -> None:
        self._home = home
        self._append = append
        self._measuring = measuring
        self._one_at_a_time = asyncio.Lock()

    def listen(self, listener: Callable[[str, dict[str, Any]], None]) -> None:
        """See api/ports.py."""
        self._measuring.listen(listener)

    @property
    def problems(self) -> dict[str, str]:
        """What a person should know, by codes: that nothing is measured, or that the character moved."""
        told = {"measuring": self._measuring.problem, "character": self._measuring.alarm}
        return {code: text for code, text in told.items() if text}

    async def describe(self, session_id: str | None, *, with_help: bool) -> dict[str, Any]:
        """See api/ports.py."""
        form = await asyncio.to_thread(self._describe, session_id)
        form["measured"]["pending"] = self._measuring.waiting
        return {**form, "help": measure_shapes.helps()} if with_help else form

    def _describe(self, session_id: str | None) -> dict[str, Any]:
        session = self._run(views.resolve_session(session_id)) if session_id is not None else None
        return self._run(measure_shapes.now(reference.charvec1().spec, session))

    async def history(self, limit: int, *, before: int | None, session_id: str | None) -> dict[str, Any]:
        """See api/ports.py."""
        return await asyncio.to_thread(self._history, limit, before, session_id)

    def _history(self, limit: int, before: int | None, session_id: str | None) -> dict[str, Any]:
        session = self._run(views.resolve_session(session_id)) if session_id is not None else None
        return measure_shapes.page(self._run(measurements.history(limit + 1, before, session)), limit)

    async def before(self, measurement: int) -> dict[str, Any] | None:
        """See api/ports.py."""
        return await asyncio.to_thread(lambda: self._run(measure_shapes.before(measurement)))

    async def of_conversation(self, session_id: str) -> dict[str, Any]:
        """See api/ports.py."""
        return await asyncio.to_thread(self._of_conversation, session_id)

    def _of_conversation(self, session_id: str) -> dict[str, Any]:
        return self._run(measure_shapes.session_metrics(self._run(views.resolve_session(session_id))))

    async def baseline(self) -> dict[str, Any]:
        """See api/ports.py."""
        return await asyncio.to_thread(self._baseline)

    def _baseline(self) -> dict[str, Any]:
        form = self._run(measure_shapes.baselines_now(reference.charvec1().spec))
        return {**form, "owner_key": owner.guard(self._home)}

    async def set_baseline(self, source: Literal["now", "proposed"], passphrase: str | None) -> dict[str, Any]:
        """See api/ports.py."""
        async with self._one_at_a_time:
            return await self._keep(await asyncio.to_thread(self._state, source, passphrase))

    def _state(self, source: Literal["now", "proposed"], passphrase: str | None) -> BaselineStatement:
        wanted = self._run(measure_shapes.wanted(source))
        if wanted is None:
            raise measure_shapes.nothing_measured(source)
        last, spec = self._run(baselines.last_issued()), reference.charvec1().spec
        return baselines.stated(owner.key(self._home, passphrase), spec, *wanted, last, clock.now_ms())

    async def take_baseline(self, statement: BaselineStatement) -> dict[str, Any]:
        """See api/ports.py."""
        async with self._one_at_a_time:
            return await self._keep(statement)

    async def _keep(self, statement: BaselineStatement) -> dict[str, Any]:
        if statement.spec != reference.charvec1().spec:
            raise Conflict("the baseline is of another specification", remedy="measure by charvec/1")
        try:
            kept = await self._append(baselines.keep(statement))
        except CryptoError as error:
            raise Conflict(f"the statement is wrong: {error}", remedy="sign it anew") from error
        return {"baseline": measure_shapes.baseline(kept)}

    def _run(self, view: View[T]) -> T:
        with contextlib.closing(connect(self._home.ledger, writable=False)) as connection:
            return views.run(connection, view)
