"""How does a benchmark run serf beside us? One agent on each machine of a LAN, heard and asked over serf's own RPC.

serf is HashiCorp's gossip membership; Debian has it as the package `serf`. Its RPC is msgpack over TCP: a header and a
body for each request, a header for each answer, and records with the sequence number of the request that streams them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any, Final

import msgpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.network.lan import Host

MISSING: Final = "serf is not here: apt-get install serf"
RPC_PORT: Final = 7373
READY_S: Final = 30.0


def is_here() -> bool:
    """Whether there is a serf to run."""
    return shutil.which("serf") is not None


class Agent:
    """serf on one machine. Its RPC listens on the machine's own address, which is reached by a socket made there."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host = host
        self.name = f"s{host.number}"
        self._folder = folder
        self.process: subprocess.Popen[Any] | None = None

    def start(self, join: str) -> None:
        """Start it, and have it join."""
        settings = self._folder / f"{self.name}.json"
        settings.write_text(json.dumps({"leave_on_terminate": False, "skip_leave_on_interrupt": True}))
        arguments = (
            "-profile=lan", f"-node={self.name}", f"-bind={self.host.address}:7946", f"-retry-join={join}",
            "-retry-interval=1s", f"-rpc-addr={self.host.address}:{RPC_PORT}", f"-config-file={settings}",
            "-log-level=err",
        )  # fmt: skip
        self.process = self.host.start(
            "serf", "agent", *arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def members(self) -> int:
        """How many it says are alive."""
        done = self.host.run(
            "serf", "members", "-status=alive", f"-rpc-addr={self.host.address}:{RPC_PORT}", check=False
        )
        return len(done.stdout.splitlines())


class Rpc:
    """One connection to an agent. `heard` is called with each event and the time.perf_counter() of its arrival."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._number = 0
        self._unpacker = msgpack.Unpacker(raw=False, strict_map_key=False, unicode_errors="replace")
        self.heard: Callable[[dict[str, Any], float], None] = lambda *_: None
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, agent: Agent) -> Rpc:
        """Connect, shake hands, and listen to every event."""
        from benches.spaces import connected

        reader, writer = await asyncio.open_connection(
            sock=await asyncio.to_thread(connected, agent.host.space, agent.host.address, RPC_PORT)
        )
        rpc = cls(reader, writer)
        rpc.ask("handshake", {"Version": 1})
        rpc.ask("stream", {"Type": "*"})
        rpc._task = asyncio.get_running_loop().create_task(rpc._listen())
        return rpc

    def ask(self, command: str, body: dict[str, Any]) -> None:
        """Send a request; its answer is not waited for."""
        self._number += 1
        self._writer.write(msgpack.packb({"Command": command, "Seq": self._number}) + msgpack.packb(body))

    async def _listen(self) -> None:
        while data := await self._reader.read(65_536):
            at = time.perf_counter()
            self._unpacker.feed(data)
            for one in self._unpacker:
                if isinstance(one, dict) and "Event" in one:
                    self.heard(one, at)

    async def close(self) -> None:
        """End it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._writer.close()


@contextlib.contextmanager
def agents(hosts: list[Host], folder: Path) -> Iterator[list[Agent]]:
    """An agent on each machine, when all know all."""
    from benches.daemons import wait

    made = [Agent(host, folder) for host in hosts]
    try:
        for one in made:
            one.start(made[0].host.address)
        for one in made:
            wait(lambda one=one: one.members() == len(made), f"serf {one.name} does not know all")  # type: ignore[misc]
        yield made
    finally:
        for one in made:
            if one.process is not None and one.process.poll() is None:
                one.process.kill()
                one.process.wait(20)
