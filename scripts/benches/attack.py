"""How much slower is an honest peer's link while somebody attacks the node? And how much memory does that take?

The node runs in a process of its own (tests/net/victim.py: real TLS, links and limits) with one honest peer. The way of
messages that the node writes every 20 ms to it is timed, in turn with and without each attack. Whoever attacks is a
third process at the lowest priority: on a machine with few processors an attacker would otherwise take the time of who
measures, which says nothing of the node.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import sys
import time
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benches.figures import ROOT, Figure, figure, quantile, scratch

sys.path.insert(0, str(ROOT))

from tests.net.attackers import victim  # the path comes first
from tests.net.nodes import Node, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ccnode_protocol.sync_effects import Store
    from tests.net.attackers import Victim

ATTACKS: Final = {
    "flood": "10,000 messages a second of a false friend",
    "half_open": "200 half-open handshakes",
    "half_done": "handshakes that stop after WebSocket",
    "slow_readers": "four false friends that ask for all and read nothing",
    "bombs": "packed frames that would be 1 GiB, of false friends",
}
ROUNDS: Final = 2
TICK_S: Final = 4.0  # of each round: as long without the attack as with it
SETTLE_S: Final = 1.5
LAZY: Final = 19  # the lowest priority
MEMORY_MIB: Final = 64.0
P: Final = 0.99
PROCESSORS: Final = sorted(os.sched_getaffinity(0))
TIMED: Final = re.compile(rb"@(\d+)@")
NAMES: Final = ("honest", "mallory", *(f"mallory{at}" for at in range(4)))


class Honest(Node):
    """A peer that looks at the clock whenever a message has come, which says when it was written."""

    waited: list[float]

    async def store(self, peer: bytes, store: Store, may: object) -> str:
        """Take it in."""
        now = time.monotonic_ns()
        for sealed in getattr(store.item, "sealed", ()):
            if sealed is not None and (found := TIMED.search(sealed)):
                self.waited.append((now - int(found[1])) / 1e9)
        return await super().store(peer, store, may)  # type: ignore[arg-type]  # passed on as it is


def _pin(pid: int, which: int) -> str:
    """The node has a processor of its own, whoever else measures or attacks here the others."""
    usable = PROCESSORS
    if len(usable) < 2:  # the smallest number that can be shared out
        return "one processor: not pinned"
    os.sched_setaffinity(pid, {usable[0]} if which == 0 else set(usable[1:]))
    return "the node has a processor of its own; attackers at the lowest priority on the others"


@contextmanager
def _elsewhere() -> Iterator[None]:
    """Have this process leave the node's processor alone meanwhile."""
    before = os.sched_getaffinity(0)
    _pin(0, 1)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@asynccontextmanager
async def _attacking(how: str, target: Victim) -> AsyncIterator[None]:
    """The attack, in a process of its own, until this ends."""
    script = str(Path(__file__).with_name("attack_node.py"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, script, how, target.address, target.id.hex(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    os.setpriority(os.PRIO_PROCESS, process.pid, LAZY)
    try:
        if process.stdout is not None and not await process.stdout.readline():
            raise RuntimeError(f"{how}: the attacker has ended")
        yield
        if process.returncode is not None:
            raise RuntimeError(f"{how}: the attacker has ended")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _timed(honest: Honest, target: Victim) -> list[float]:
    """How long messages take from being written until they are here, while the node writes for a while."""
    honest.waited.clear()
    await target.ask(f"tick {TICK_S}")
    await asyncio.sleep(TICK_S + 0.5)
    return list(honest.waited)


async def _measure(how: str, folder: Path) -> tuple[list[float], list[float], float, str, int]:
    """Seconds of each message in quiet and under attack; MiB that the node grew by; how it was pinned; ends."""
    async with victim(folder, *NAMES) as target:
        pinned = _pin(target._process.pid, 0)
        honest = Honest("honest", folder)
        honest.waited = []
        honest.trusts(Node("victim", folder))
        await honest.federation.start("127.0.0.1", 0)
        honest.federation.keep(target.id, [target.address])
        await until(lambda: honest.federation.link(target.id))
        await target.ask("say 2000")
        await _timed(honest, target)
        before = target.memory()
        quiet: list[float] = []
        attacked: list[float] = []
        for _ in range(ROUNDS):
            quiet += await _timed(honest, target)
            async with _attacking(how, target):
                await asyncio.sleep(SETTLE_S)
                attacked += await _timed(honest, target)
            await asyncio.sleep(SETTLE_S)
        grown = (target.memory() - before) / (1 << 20)
        ends = len(honest.ends)
        await honest.federation.stop()
    return quiet, attacked, grown, pinned, ends


def bench_attack() -> list[Figure]:
    """The way of a message to an honest peer, at p99, under each attack to without it; and what the node grew by."""
    rows: list[Figure] = []
    most: dict[str, float] = {}
    for how, what in ATTACKS.items():
        with scratch() as folder, _elsewhere():
            quiet, attacked, grown, pinned, ends = asyncio.run(_measure(how, folder))
        most[what] = round(grown, 1)
        rows.append(
            figure(
                f"p99 under {what}, to without"[:60], quantile(attacked, P) * 1e3, quantile(quiet, P) * 1e3, "ms",
                2.0, at_most=True,
                p50_ms=f"{statistics.median(attacked) * 1e3:.2f} to {statistics.median(quiet) * 1e3:.2f}",
                messages=f"{len(attacked)} to {len(quiet)}", honest_links_lost=ends, how=pinned,
            )
        )  # fmt: skip
    worst = max(most.values())
    rows.append(
        figure("memory under the worst attack, to the limit", worst, MEMORY_MIB, "MiB", 1.0, at_most=True, **most)
    )
    return rows
