"""Are queues to readers bounded, and are pieces joined rather than piled up?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccnode.api.errors import ApiError
from ccnode.api.events import Accepted, Piece, TurnEvent
from ccnode.api.hub import Follower, Hub
from ccnode.api.settings import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def delta(text: str) -> dict[str, str]:
    return {"type": "delta", "content": text}


async def test_pieces_that_wait_are_joined() -> None:
    follower = Follower(4)
    for number in range(10_000):
        follower.give(delta(f"{number} "))
    assert len(follower._items) == 1
    item = await follower.take()
    assert isinstance(item, dict)
    assert item["content"].split() == [str(number) for number in range(10_000)]


async def test_order_is_kept_around_other_forms() -> None:
    follower = Follower(8)
    for form in (delta("a"), delta("b"), {"type": "status", "message": "waiting"}, delta("c"), delta("d")):
        follower.give(form)
    follower.close()
    taken = []
    while (item := await follower.take()) is not None:
        assert isinstance(item, dict)
        taken.append(item.get("content", item["type"]))
    assert taken == ["ab", "status", "cd"]


async def test_a_full_queue_loses_its_reader_not_the_memory() -> None:
    follower = Follower(4)
    for _ in range(100):
        follower.give({"type": "status", "message": "x"})
    assert (follower.lost, follower.closed, len(follower._items)) == (True, True, 0)
    assert await follower.take() is None


async def test_answers_to_ones_own_wait_for_room() -> None:
    follower = Follower(4)
    given = []

    async def flood() -> None:
        for number in range(20):
            await follower.give_in_turn({"type": "status", "message": str(number)})
            given.append(number)

    flooding = asyncio.create_task(flood())
    await asyncio.sleep(0.01)
    assert len(given) == 2
    for number in range(20):
        item = await follower.take()
        assert isinstance(item, dict)
        assert item["message"] == str(number)
    await flooding
    assert not follower.lost


async def test_closing_frees_who_waits_for_room() -> None:
    follower = Follower(2)
    follower.give({"type": "status", "message": "x"})
    waiting = asyncio.create_task(follower.give_in_turn({"type": "status", "message": "y"}))
    await asyncio.sleep(0)
    follower.close()
    await waiting


async def test_an_iterator_that_ends_without_an_answer_is_an_error() -> None:
    async def events() -> AsyncIterator[TurnEvent]:
        yield Accepted("ab", 1)
        yield Piece("half")

    hub = Hub(Limits())
    follower = hub.follower()
    hub.ask("s", events(), follower)
    items = [await follower.take() for _ in range(3)]
    assert isinstance(items[2], ApiError)
    assert items[2].code == "no_reply"
    await hub.stop()
    assert hub.running("s") is None


async def test_turns_are_bounded() -> None:
    async def never() -> TurnEvent:
        await asyncio.Event().wait()
        raise AssertionError

    async def events() -> AsyncIterator[TurnEvent]:
        yield await never()

    hub = Hub(Limits(stop_grace_s=0.01))
    for number in range(64):
        hub.ask(str(number), events(), hub.follower())
    with pytest.raises(ApiError) as caught:
        hub.ask("one more", events(), hub.follower())
    assert caught.value.status == 503
    await hub.stop()
    assert hub.turns == 0
