"""Does what a node does by itself wait for who has just asked, and not for ever?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from ccnode.daemon import precedence, workers
from ccnode.daemon.changes import Changes
from ccnode.daemon.measuring import Measuring
from ccnode.daemon.precedence import Precedence
from ccnode.store import measurements
from ccnode.store.index import Index
from tests.daemon.test_workers import StandIn

if TYPE_CHECKING:
    import pytest

    from ccnode.daemon.node import RunningNode
    from tests.daemon.conftest import Rig


class Held(Precedence):
    """Somebody asks until it is set free."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()

    async def given(self) -> None:
        await self.free.wait()


async def test_nobody_waits_where_nobody_asks() -> None:
    async with asyncio.timeout(5):
        await Precedence().given()


async def test_what_can_wait_waits_a_moment_after_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "TAKEN_S", 0.3)
    here, order = Precedence(), list[str]()
    here.taken()

    async def measure() -> None:
        await here.given()
        order.append("measured")

    measuring = asyncio.create_task(measure())
    await asyncio.sleep(0.05)
    order.append("answered")
    await measuring
    assert order == ["answered", "measured"]


async def test_a_later_question_is_waited_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "TAKEN_S", 0.2)
    here = Precedence()
    here.taken()
    waiting = asyncio.create_task(here.given())
    await asyncio.sleep(0.1)
    here.taken()
    await asyncio.sleep(0.15)
    assert not waiting.done()
    await waiting


async def test_where_somebody_always_asks_it_has_its_turn_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "PATIENCE_S", 0.2)
    here = Precedence()

    async def ask() -> None:
        while True:
            here.taken()
            await asyncio.sleep(0.01)

    asking = asyncio.create_task(ask())
    try:
        async with asyncio.timeout(10):
            await here.given()
    finally:
        asking.cancel()


async def test_every_way_to_ask_takes_precedence(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr(rig.turns._precedence, "taken", lambda: taken.append("taken"))
    session = await rig.open_session()
    [event async for event in rig.turns.say(session, "hello", None)]
    [event async for event in rig.turns.regenerate(session)]
    assert len(taken) == 2


async def test_measuring_waits(rig: Rig) -> None:
    held = Held()
    [event async for event in rig.turns.say(await rig.open_session(), "hello", None)]
    measuring = Measuring(rig.ledger_path, rig.ledger.append, held)
    task = asyncio.create_task(measuring.run())
    try:
        await asyncio.sleep(0.2)
        assert await rig.readers.run(measurements.count()) == 0
        held.free.set()
        async with asyncio.timeout(30):
            await measuring.settled()
        assert await rig.readers.run(measurements.count()) == 1
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_index_and_the_news_wait(rig: Rig) -> None:
    held, node = Held(), StandIn()
    node.precedence = held
    changes, told = Changes(rig.readers, held), asyncio.Event()
    changes.listen(lambda *_what: told.set())
    index = rig.ledger_path.with_name("index.sqlite")
    following = [
        asyncio.create_task(changes.follow()),
        asyncio.create_task(
            workers.follow_with_index(
                cast("RunningNode", node), lambda: Index(index, rig.ledger_path, lambda _ids: None), asyncio.Event()
            )
        ),
    ]
    try:
        await asyncio.sleep(0.1)
        rig.ledger.on_commit(changes.committed)
        await rig.open_session()
        await asyncio.sleep(0.3)
        assert not told.is_set()
        assert not node.index_progress
        held.free.set()
        async with asyncio.timeout(30):
            await told.wait()
            while not node.index_progress:  # noqa: ASYNC110 -- it calls nobody back
                await asyncio.sleep(0.01)
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
