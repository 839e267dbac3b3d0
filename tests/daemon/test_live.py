"""Does everybody who listens to a reply hear all of it to its end, however slowly they listen?"""

from __future__ import annotations

import asyncio

from ccnode.api.events import Failed, Piece, TurnEvent, Waiting
from ccnode.daemon.live import LISTENER_EVENTS_MAX, LiveTurn

END = Failed("server", "the service failed")


async def heard(live: LiveTurn, ready: asyncio.Event, go: asyncio.Event) -> list[TurnEvent]:
    """A listener that takes one event, and no more until it may."""
    events: list[TurnEvent] = []
    async for event in live.listen():
        events.append(event)
        ready.set()
        await go.wait()
    return events


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
