"""How soon do fourteen nodes notice that the fifteenth is gone, and how often are they wrong? Beside serf, at once."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from benches.fifteen import NODES, Fifteen, fifteen, skipped
from benches.figures import Figure, figure, quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from benches.serf import Agent
    from tests.network.machines import Machine

ROUNDS: Final = 5
GIVE_UP_S: Final = 60.0
LOAD_S: Final = 40.0
HOGS: Final = 4  # processes that do nothing but take processor time, at the same priority


async def _round(all_: Fifteen, victim: int, strike: Callable[[], None]) -> tuple[list[float], list[float]]:
    """Seconds until each of the others has noticed: ours, and serf's."""
    machine, agent = all_.machines[victim], all_.agents[victim]
    others = [number for number in range(NODES) if number != victim]
    begun = time.perf_counter()
    strike()
    ours, theirs = await asyncio.gather(
        asyncio.gather(*(all_.unlinked(number, machine.id, GIVE_UP_S) for number in others)),
        asyncio.gather(*(all_.failed(number, agent.name, GIVE_UP_S) for number in others)),
    )
    return [at - begun for at in ours], [at - begun for at in theirs]


async def _rounds(all_: Fifteen, *, cut: bool) -> tuple[list[list[float]], list[list[float]]]:
    ours: list[list[float]] = []
    theirs: list[list[float]] = []
    for number in range(ROUNDS):
        victim = 1 + number * 3 % (NODES - 1)
        machine, agent = all_.machines[victim], all_.agents[victim]
        mine, its = await _round(all_, victim, machine.host.unplug if cut else partial(_kill, machine, agent))
        ours.append(mine)
        theirs.append(its)
        if cut:
            machine.host.plug()
        else:
            await all_.close(victim)
            await asyncio.to_thread(machine.start)
            agent.start(all_.agents[0].host.address)
            await all_.open(victim)
        await all_.whole(victim)
    return ours, theirs


def _kill(*both: Machine | Agent) -> None:
    for one in both:
        if one.process is not None:
            one.process.kill()
    for one in both:
        if one.process is not None:
            one.process.wait(20)


def _all(name: str, ours: list[list[float]], theirs: list[list[float]], target: float, **more: Any) -> Figure:
    """Until the last of the others has noticed, at the median of the rounds."""
    mine, its = [max(times) for times in ours], [max(times) for times in theirs]
    each = [value for times in ours for value in times], [value for times in theirs for value in times]
    return figure(
        name, statistics.median(mine), statistics.median(its), "s", target, at_most=True,
        rounds=[f"{one:.2f} to {other:.2f}" for one, other in zip(mine, its, strict=True)],
        one_node_p50_s=" to ".join(f"{statistics.median(times):.2f}" for times in each),
        one_node_p95_s=" to ".join(f"{quantile(times, 0.95):.2f}" for times in each),
        beside=f"serf, profile lan, {NODES} agents on the same machines, struck at the same moment",
        **more,
    )  # fmt: skip


def bench_sigkill() -> list[Figure]:
    """SIGKILL of one of 15 daemons and of the agent beside it, until all others say so."""
    if why := skipped():
        return [why]
    with fifteen() as made:
        ours, theirs = asyncio.run(made.run(lambda all_: _rounds(all_, cut=False)))
    return [_all("SIGKILL noticed by all of 15, to serf", ours, theirs, 0.15)]


def bench_partition() -> list[Figure]:
    """The cable of one of 15 machines is pulled; then all are left in peace while the processors are busy."""
    if why := skipped():
        return [why]
    with fifteen() as made:
        ours, theirs = asyncio.run(made.run(lambda all_: _rounds(all_, cut=True)))
        mine, its = asyncio.run(made.run(_false_alarms))
    found = _all("a silent partition noticed by all of 15, to serf", ours, theirs, 0.7)
    alarms = Figure(
        "false alarms under load, to serf's", mine, its, "alarms", mine / its if its else float(mine), 1.0,
        at_most=True,
        notes={"seconds": LOAD_S, "busy_processes": HOGS, "a link that ended, or a member that failed": "each once"},
    )  # fmt: skip
    if not its:
        alarms = Figure(alarms.name, mine, its, "alarms", float(mine), 0.0, at_most=True, notes=alarms.notes)
    return [found, alarms]


async def _false_alarms(all_: Fifteen) -> tuple[int, int]:
    """Links that ended, and members that serf said had failed, while nobody was gone and the machine was busy."""
    before = await all_.links()
    all_.failures.clear()
    hogs = [await asyncio.create_subprocess_exec(sys.executable, "-c", "while True: pass") for _ in range(HOGS)]
    try:
        await asyncio.sleep(LOAD_S)
    finally:
        for hog in hogs:
            hog.kill()
            await hog.wait()
    after = await all_.links()
    return len(before - after), len(all_.failures)
