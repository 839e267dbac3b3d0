"""How soon is an entry that is appended on one of fifteen nodes on all others? Beside serf's events, in turn.

Measured is one signed entry, as serf's is one event; and, beside it, a message that the model answers at once, whose
reply and measurement follow it to all nodes.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from benches.daemons import ask, line, wait
from benches.fifteen import NODES, Fifteen, fifteen, skipped
from benches.figures import Figure, figure, quantile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from aiohttp import ClientWebSocketResponse

    Strike = Callable[[], Awaitable[object]]
    Hear = Callable[[int], Coroutine[Any, Any, float]]

EVENTS: Final = 40
WARM: Final = 3
REST_S: Final = 0.8  # without any notice, so that what follows an event is over
GIVE_UP_S: Final = 30.0


@dataclass(slots=True)
class Times:
    """Of each event, seconds until each of the other nodes told of it."""

    entries: list[list[float]] = field(default_factory=list)
    messages: list[list[float]] = field(default_factory=list)
    serf: list[list[float]] = field(default_factory=list)


async def _events(all_: Fifteen) -> Times:
    machines, found = all_.machines, Times()
    session = ask(machines[0], "POST", "/api/v1/conversation/start", {"title": "events"})["session_id"]
    path = f"/api/v1/conversation/{session}"
    for one in machines:
        wait(lambda one=one: one.ask("GET", path)[0] == http.client.OK, one.name)  # type: ignore[misc]
    others = range(1, NODES)
    async with line(machines[0], f"/ws/live?session={session}") as socket:
        reading = asyncio.create_task(_drain(socket))

        async def time_of(strike: Strike, hear: Hear) -> list[float]:
            await all_.rest(REST_S)
            waiting = [asyncio.create_task(hear(one)) for one in others]
            await asyncio.sleep(0)
            begun = time.perf_counter()
            await strike()
            return [at - begun for at in await asyncio.gather(*waiting)]

        async def start() -> None:
            await asyncio.to_thread(ask, machines[0], "POST", "/api/v1/conversation/start", {"title": "one entry"})

        async def say(number: int) -> None:
            text = f"event {number}: the ferry to Saltholm leaves at noon"
            await socket.send_str(json.dumps({"type": "message", "content": text, "idempotency_key": f"e{number}"}))

        async def emit(name: str) -> None:
            all_.emit(0, name)

        for number in range(EVENTS + WARM):
            name = f"event-{number}"
            entry = await time_of(start, lambda one: all_.told(one, "sessions", GIVE_UP_S))
            event = await time_of(partial(emit, name), partial(_named, all_, name))
            if number >= WARM:
                found.entries.append(entry)
                found.serf.append(event)
            if number % 4 == 0:
                found.messages.append(
                    await time_of(partial(say, number), lambda one: all_.told(one, "messages", GIVE_UP_S))
                )
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    return found


async def _named(all_: Fifteen, name: str, number: int) -> float:
    return await all_.heard(number, lambda event: event.get("Name") == name, GIVE_UP_S)


async def _drain(socket: ClientWebSocketResponse) -> None:
    async for _ in socket:
        pass


def bench_event() -> list[Figure]:
    """From an entry that is appended on one node until the pages of all fourteen others were told of it; to serf."""
    if why := skipped():
        return [why]
    with fifteen() as made:
        found = asyncio.run(made.run(_events))
    rows = []
    for share, target in ((0.5, 0.2), (0.95, 0.3)):
        mine, its, said = (
            quantile([max(times) for times in side], share) * 1e3
            for side in (found.entries, found.serf, found.messages)
        )
        one, other = ([value for times in side for value in times] for side in (found.entries, found.serf))
        rows.append(
            figure(
                f"a signed entry on all of {NODES}, p{round(share * 100)}, to serf's events",
                mine, its, "ms", target, at_most=True,
                to_one_node_ms=f"{quantile(one, share) * 1e3:.0f} to {quantile(other, share) * 1e3:.0f}",
                least_ms=f"{min(map(max, found.entries)) * 1e3:.0f} to {min(map(max, found.serf)) * 1e3:.0f}",
                a_message_that_is_answered_ms=round(said),
                events=f"{len(found.entries)} of each, in turn; {len(found.messages)} messages",
                measured="from asking one node over HTTP until the last of the other 14 told its page",
                serf="from asking one agent over RPC until the last of the other 14 streamed the event",
            )
        )  # fmt: skip
    return rows
