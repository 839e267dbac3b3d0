"""Does everybody who listens to a reply hear all of it to its end, however slowly they listen?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccnode.api.events import Failed, Piece, TurnEvent, Waiting
from ccnode.core.turns import Answer, Reply
from ccnode.daemon.live import LISTENER_EVENTS_MAX, LiveTurn
from ccnode.mind.prompt_types import Prompt
from ccnode.models.base import Delta, Finished
from tests.daemon.conftest import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ccnode.models.base import Notice

END = Failed("server", "the service failed")


async def heard(live: LiveTurn, ready: asyncio.Event, go: asyncio.Event) -> list[TurnEvent]:
    """A listener that takes one event, and no more until it may."""
    events: list[TurnEvent] = []
    async for event in live.listen():
        events.append(event)
        ready.set()
        await go.wait()
    return events


async def test_a_piece_is_passed_on_before_the_next_one_is_read() -> None:
    """By way of the hub to whoever writes it to the client; reading on takes longer than that."""
    done: list[str] = []
    live, told, passed = LiveTurn(b"question", None), asyncio.Event(), asyncio.Event()

    class Model(ScriptedModel):
        async def stream(
            self, prompt: Prompt, *, status: Callable[[Notice], None] | None = None
        ) -> AsyncIterator[Delta | Finished]:
            async for piece in super().stream(prompt, status=status):
                done.append(f"read {piece.text}" if isinstance(piece, Delta) else "read the end")
                yield piece

    async def hub() -> None:
        async for event in live.listen():
            if isinstance(event, Piece):
                told.set()
                await passed.wait()
                passed.clear()

    async def writer() -> None:
        for _ in range(2):
            await told.wait()
            told.clear()
            done.append("written")
            passed.set()

    tasks = [asyncio.create_task(hub()), asyncio.create_task(writer())]
    await asyncio.sleep(0)
    await live.speak(Model(), Prompt((), ()), Reply(b"session", Answer(b"question"), "model"))
    assert done == ["read Hello", "written", "read  there", "written", "read the end"]
    live.tell(END)
    await asyncio.wait_for(asyncio.gather(*tasks), 30)


async def test_a_listener_that_is_slow_misses_nothing_and_does_not_wait_for_ever() -> None:
    """A model that emits one character at a time, and a client that does not read: it used to hang at the end."""
    live, ready, go = LiveTurn(b"question", None), asyncio.Event(), asyncio.Event()
    listening = asyncio.create_task(heard(live, ready, go))
    await asyncio.sleep(0)
    for number in range(3):
        live.tell(Waiting(f"waiting {number}"))
    await ready.wait()
    said = [str(number % 10) for number in range(2 * LISTENER_EVENTS_MAX + 7)]
    for each in said:
        live.tell(Piece(each))
    live.tell(END)
    go.set()
    events = await asyncio.wait_for(listening, 30)
    assert "".join(event.text for event in events if isinstance(event, Piece)) == "".join(said)
    assert events[-1] == END
    assert len(events) < LISTENER_EVENTS_MAX


async def test_of_waits_that_nobody_heard_the_last_counts() -> None:
    live, ready, go = LiveTurn(b"question", None), asyncio.Event(), asyncio.Event()
    listening = asyncio.create_task(heard(live, ready, go))
    await asyncio.sleep(0)
    live.tell(Piece("a"))
    await ready.wait()
    for number in range(LISTENER_EVENTS_MAX + 1):
        live.tell(Waiting(f"waiting {number}"))
    live.tell(END)
    go.set()
    events = await asyncio.wait_for(listening, 30)
    waits = [event.message for event in events if isinstance(event, Waiting)]
    assert len(waits) == 2
    assert events[-1] == END
