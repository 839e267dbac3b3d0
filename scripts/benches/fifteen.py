"""What do fifteen nodes and fifteen agents of serf say, on fifteen machines of one LAN, heard by one clock?

Ours are heard on the line that a page has, serf's on its stream of events; both are read by this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from benches import serf
from benches.daemons import ask, core, line, running, scratch_lan, wait
from benches.figures import Figure
from benches.serf import Rpc

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from aiohttp import ClientWebSocketResponse

    from benches.serf import Agent
    from tests.network.machines import Machine

T = TypeVar("T")
NODES: Final = 15
SETTLED_S: Final = 3.0


def skipped() -> Figure | None:
    """What to say where serf is not here."""
    if serf.is_here():
        return None
    return Figure(f"left out: {serf.MISSING}", 0, 0, "-", 0, 0, at_most=True)


@dataclass(slots=True)
class Fifteen:
    """All of them. `failures`: what serf's agents said of members that failed."""

    machines: list[Machine]
    agents: list[Agent]
    failures: list[dict[str, Any]] = field(default_factory=list)
    _last: float = 0.0
    _lines: dict[int, ClientWebSocketResponse] = field(default_factory=dict)
    _rpcs: dict[int, Rpc] = field(default_factory=dict)
    _stacks: dict[int, AsyncExitStack] = field(default_factory=dict)
    _readers: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _told: dict[int, list[Callable[[list[str], float], None]]] = field(default_factory=dict)
    _heard: dict[int, list[Callable[[dict[str, Any], float], None]]] = field(default_factory=dict)

    async def run(self, work: Callable[[Fifteen], Awaitable[T]]) -> T:
        """Do it while all are heard."""
        try:
            await asyncio.gather(*map(self.open, range(len(self.machines))))
            await asyncio.sleep(SETTLED_S)
            return await work(self)
        finally:
            for number in list(self._stacks):
                await self.close(number)

    async def open(self, number: int) -> None:
        """Listen to a node and to the agent beside it."""
        stack = self._stacks[number] = AsyncExitStack()
        socket = self._lines[number] = await stack.enter_async_context(line(self.machines[number]))
        self._readers[number] = asyncio.create_task(self._read(number, socket))
        await asyncio.to_thread(wait, lambda: self.agents[number].members() > 0, "serf does not answer")
        rpc = self._rpcs[number] = await Rpc.open(self.agents[number])
        rpc.heard = lambda event, at: self._event(number, event, at)
        stack.push_async_callback(rpc.close)

    async def close(self, number: int) -> None:
        """Listen no more."""
        reader = self._readers.pop(number)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        with contextlib.suppress(OSError):
            await self._stacks.pop(number).aclose()

    async def _read(self, number: int, socket: ClientWebSocketResponse) -> None:
        async for message in socket:
            at = time.perf_counter()
            form = json.loads(message.data)
            if form["type"] == "changed":
                self._last = at
                for tell in list(self._told.get(number, ())):
                    tell(form["what"], at)

    def _event(self, number: int, event: dict[str, Any], at: float) -> None:
        if event["Event"] == "member-failed":
            self.failures.append(event)
        for tell in list(self._heard.get(number, ())):
            tell(event, at)

    async def rest(self, seconds: float) -> None:
        """Wait until nobody has told of anything for so long."""
        while (left := self._last + seconds - time.perf_counter()) > 0:  # noqa: ASYNC110  # it is the silence that counts
            await asyncio.sleep(left)

    # --- what is waited for ---

    async def told(self, number: int, what: str, seconds: float, holds: Callable[[], bool] = lambda: True) -> float:
        """When a node's page hears that something of this kind changed, and it is so."""
        found: asyncio.Queue[float] = asyncio.Queue()

        def tell(changed: list[str], at: float) -> None:
            if what in changed:
                found.put_nowait(at)

        with _listening(self._told.setdefault(number, []), tell):
            async with asyncio.timeout(seconds):
                while True:
                    at = await found.get()
                    if await asyncio.to_thread(holds):
                        return at

    async def unlinked(self, number: int, node: str, seconds: float) -> float:
        """When a node's page hears that there is no link with that one any more."""
        machine = self.machines[number]
        return await self.told(number, "peers", seconds, lambda: node not in core(machine))

    async def heard(self, number: int, is_it: Callable[[dict[str, Any]], bool], seconds: float) -> float:
        """When an agent tells of that event."""
        found: asyncio.Future[float] = asyncio.get_running_loop().create_future()

        def tell(event: dict[str, Any], at: float) -> None:
            if is_it(event) and not found.done():
                found.set_result(at)

        with _listening(self._heard.setdefault(number, []), tell):
            async with asyncio.timeout(seconds):
                return await found

    async def failed(self, number: int, name: str, seconds: float) -> float:
        """When an agent says that this member failed."""
        return await self.heard(
            number,
            lambda event: event["Event"] == "member-failed" and any(one["Name"] == name for one in event["Members"]),
            seconds,
        )

    def emit(self, number: int, name: str) -> None:
        """Have an agent send an event to all."""
        self._rpcs[number].ask("event", {"Name": name, "Payload": b"x" * 64, "Coalesce": False})

    # --- how all stands ---

    async def whole(self, victim: int) -> None:
        """Wait until one that was gone is back among all, on both sides."""
        self._rpcs[victim].ask("join", {"Existing": [self.agents[0].host.address], "Replay": False})
        ids = {one.id for one in self.machines}

        def is_whole() -> bool:
            known = all(one.members() == NODES for one in self.agents)
            return known and all(core(one) == ids - {one.id} for one in self.machines)

        await asyncio.to_thread(wait, is_whole, "they do not find together again")
        await asyncio.sleep(SETTLED_S)

    async def links(self) -> set[tuple[str, str, str]]:
        """All links: whose, with whom, since when."""

        def look(one: Machine) -> list[tuple[str, str, str]]:
            links = ask(one, "GET", "/api/v1/federation")["links"]
            return [(one.id, link["node_id"], link["since"]) for link in links]

        return {link for one in self.machines for link in await asyncio.to_thread(look, one)}


@contextmanager
def _listening(listeners: list[T], one: T) -> Iterator[None]:
    listeners.append(one)
    try:
        yield
    finally:
        listeners.remove(one)


@contextmanager
def fifteen() -> Iterator[Fifteen]:
    """Fifteen machines with a daemon and an agent each, which all know each other."""
    with (
        scratch_lan(NODES) as (hosts, folder),
        serf.agents(hosts, folder) as agents,
        running(hosts, folder) as machines,
    ):
        yield Fifteen(machines, agents)
