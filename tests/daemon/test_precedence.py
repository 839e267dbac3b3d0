"""Does what a node does by itself wait for who has just asked, and not for ever?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from ccnode import clock
from ccnode.daemon import precedence, workers
from ccnode.daemon.changes import Changes
from ccnode.daemon.measuring import Measuring
from ccnode.daemon.precedence import Precedence
from ccnode.store import measurements
from ccnode.store.index import Index
from tests.daemon.test_workers import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.daemon.node import RunningNode
    from tests.daemon.conftest import Rig


class Held(Precedence):
    """Somebody asks until it is set free."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()

    async def given(self) -> None:
        await self.free.wait()


@dataclass
class Time:
    """Goes on where somebody sleeps, and no further: a busy machine changes nothing here."""

    now_s: float = 0.0
    comes: list[tuple[float, Callable[[], None]]] = field(default_factory=list)  # in order of time

    def elapsed_s(self) -> float:
        return self.now_s

    async def sleep(self, delay_s: float) -> None:
        until_s = self.now_s + delay_s
        while self.comes and self.comes[0][0] <= until_s:
            self.now_s, happens = self.comes.pop(0)
            happens()
        self.now_s = until_s


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(precedence, "clock", time)
    monkeypatch.setattr(precedence, "asyncio", time)
    return time


async def test_nobody_waits_where_nobody_asks(time: Time) -> None:
    await Precedence().given()
    assert time.now_s == 0


async def test_what_can_wait_waits_a_moment_after_a_question(time: Time) -> None:
    here = Precedence()
    here.taken()
    await here.given()
    assert time.now_s == pytest.approx(precedence.TAKEN_S)
    await here.given()
    assert time.now_s == pytest.approx(precedence.TAKEN_S)


async def test_a_later_question_is_waited_for_too(time: Time) -> None:
    here = Precedence()
    here.taken()
    time.comes.append((precedence.TAKEN_S / 2, here.taken))
    await here.given()
    assert time.now_s == pytest.approx(precedence.TAKEN_S * 1.5)


async def test_where_somebody_always_asks_it_has_its_turn_all_the_same(time: Time) -> None:
    here = Precedence()
    here.taken()
    time.comes += [(at * precedence.TAKEN_S / 2, here.taken) for at in range(1, 100)]
    await here.given()
    assert time.now_s == pytest.approx(precedence.PATIENCE_S)


async def test_it_waits_in_the_time_there_is() -> None:
    here = Precedence()
    here.taken()
    began = clock.elapsed_s()
    await here.given()
    assert clock.elapsed_s() - began >= precedence.TAKEN_S / 2


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
