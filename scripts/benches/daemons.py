"""How does a benchmark run whole daemons that know each other, and hear from them? By their local sockets.

With several machines each daemon is in a network namespace of its own, on one bridge (tests/network/lan.py); without,
all are on 127.0.0.1. Whatever was started is ended, and every namespace removed, also after a failure.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benches.figures import ROOT, scratch

sys.path.insert(0, str(ROOT))

from tests.network import lan  # the path comes first
from tests.network.machines import Machine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from aiohttp import ClientWebSocketResponse

LOOPBACK = {"CCNODE_FEDERATION__HOST": "127.0.0.1", "CCNODE_FEDERATION__PORT": "0"}
READY_S = 120.0


class Here:
    """Stands for a host of a LAN: this machine itself. `before`: what every command begins with."""

    def __init__(self, number: int, *before: str) -> None:
        self.number = number
        self.address = "127.0.0.1"
        self._before = before

    def start(self, *command: str, **more: Any) -> subprocess.Popen[Any]:
        """Start a program."""
        return subprocess.Popen([*self._before, *command], **more)

    def run(self, *command: str, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        return subprocess.run(command, capture_output=True, text=True, timeout=READY_S, check=check, **more)


@contextmanager
def machines(count: int) -> Iterator[list[Machine]]:
    """So many daemons on 127.0.0.1, which run, all core nodes of one owner."""
    hosts = [Here(number) for number in range(1, count + 1)]
    with scratch() as folder, running(hosts, folder, **LOOPBACK) as made:
        yield made


@contextmanager
def scratch_lan(count: int) -> Iterator[tuple[list[lan.Host], Path]]:
    """So many machines of a LAN of their own, and a folder. Raises RuntimeError where that cannot be had."""
    if shutil.which("ip") is None or not _is_root():
        raise RuntimeError("network namespaces take root, and iproute2: apt-get install iproute2")
    with scratch() as folder, lan.lan() as network:
        yield [network.host() for _ in range(count)], folder


def _is_root() -> bool:
    return Path("/proc/self").stat().st_uid == 0


@contextmanager
def running(hosts: list[Any], folder: Path, **more: str) -> Iterator[list[Machine]]:
    """A daemon on each; the first is the one that the others join."""
    made: list[Machine] = []
    try:
        with ThreadPoolExecutor(2) as two:
            made += two.map(lambda host: Machine(host, folder, **more), hosts)
        for one in made:
            one.start()
        for one in made:
            wait(one.is_on, f"{one.name} meets no others: {one.log()}")
        for one in made[1:]:
            _join(made[0], one)
        ids = {one.id for one in made}
        for one in made:
            wait(lambda one=one: core(one) == ids - {one.id}, f"{one.name} has no links: {one.log()}")  # type: ignore[misc]
        yield made
    finally:
        for one in made:
            if one.process is not None and one.process.poll() is None:
                one.process.kill()
                one.process.wait(20)


def wait(what: Callable[[], object], why: str) -> None:
    """Until it is so. Raises RuntimeError."""
    if not lan.until(what, READY_S):
        raise RuntimeError(why)


def _join(first: Machine, other: Machine) -> None:
    code = ask(first, "POST", "/api/v1/invitations", {"tier": "core"})["invitation"]["code"]
    ask(other, "POST", "/api/v1/join", {"code": code, "tier": "core"})


def ask(machine: Machine, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """What a daemon answers. Raises RuntimeError where it refuses."""
    status, answer = machine.ask(method, path, body)
    if status >= 300:
        raise RuntimeError(f"{machine.name}: {method} {path}: {answer}")
    return answer


def core(machine: Machine) -> set[str]:
    """The core nodes with which it has a link, on which both have said who they are."""
    return {
        one["node_id"]
        for one in ask(machine, "GET", "/api/v1/peers")["peers"]
        if one["in_force"] == "core" and one["link"] and one["link"]["state"] != "greeting"
    }


@asynccontextmanager
async def line(machine: Machine, path: str = "/ws/live") -> AsyncIterator[ClientWebSocketResponse]:
    """A WebSocket over its local socket."""
    import aiohttp

    place = json.loads((machine.data / "daemon.lock").read_bytes())["socket"]
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(place)) as session,
        session.ws_connect(f"http://localhost{path}") as socket,
    ):
        yield socket


async def told(socket: ClientWebSocketResponse, what: str) -> float:
    """When the page's line says next that something of this kind changed: time.perf_counter()."""
    while True:
        form = json.loads(await socket.receive_str())
        if form["type"] == "changed" and what in form["what"]:
            return time.perf_counter()


async def quiet(sockets: list[ClientWebSocketResponse], seconds: float) -> None:
    """Read what comes until nothing did for so long."""

    async def drain(socket: ClientWebSocketResponse) -> None:
        while True:
            try:
                async with asyncio.timeout(seconds):
                    await socket.receive_str()
            except TimeoutError:
                return

    await asyncio.gather(*map(drain, sockets))


def rss_kib(pid: int) -> int:
    """The resident memory of a process."""
    for text in Path(f"/proc/{pid}/status").read_text().splitlines():
        if text.startswith("VmRSS:"):
            return int(text.split()[1])
    raise RuntimeError("no VmRSS")


def cpu_s(pid: int) -> float:
    """The processor time that a process has taken, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pid_of(machine: Machine) -> int:
    """The daemon's. Raises RuntimeError where none runs."""
    if machine.process is None:
        raise RuntimeError(f"{machine.name} does not run")
    return machine.process.pid


def said_by(other: subprocess.Popen[str]) -> str:
    """The next line that a helping process prints. Raises RuntimeError where it has ended."""
    text = other.stdout.readline() if other.stdout is not None else ""
    if not text:
        raise RuntimeError("a process that helps to measure has ended")
    return text


def go_on(other: subprocess.Popen[str]) -> None:
    """Give it the line that it waits for."""
    if other.stdin is not None:
        other.stdin.write("\n")
        other.stdin.flush()
