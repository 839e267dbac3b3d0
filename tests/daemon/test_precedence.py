"""Does what a node does by itself wait for who has just asked, and not for ever?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccnode.daemon import precedence
from ccnode.daemon.precedence import Precedence

if TYPE_CHECKING:
    import pytest

    from tests.daemon.conftest import Rig


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
