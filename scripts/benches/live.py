"""How soon is what is said on one node on the page of another? And how much memory do a hundred links take?"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from benches.daemons import ask, core, cpu_s, go_on, line, machines, pid_of, quiet, rss_kib, said_by, told, wait
from benches.figures import Figure, figure, quantile

if TYPE_CHECKING:
    from tests.network.machines import Machine

MESSAGES = 40
WARM = 3
APART_S = 1.2  # a page is told at once of a few changes only; people who write take longer, too
LINKS = 100
REST_S = 10.0


async def _live(first: Machine, second: Machine) -> tuple[list[float], list[float]]:
    """Seconds from sending until the other page's line says so, and from there until the page has read it."""
    session = ask(first, "POST", "/api/v1/conversation/start", {"title": "live"})["session_id"]
    path = f"/api/v1/conversation/{session}"
    wait(lambda: second.ask("GET", path)[0] == 200, "the conversation did not arrive")
    heard: list[float] = []
    read: list[float] = []
    async with AsyncExitStack() as stack:
        mine, other = [
            await stack.enter_async_context(line(one, f"/ws/live?session={session}")) for one in (first, second)
        ]
        for number in range(MESSAGES + WARM):
            await quiet([mine, other], APART_S)
            text = f"number {number}: the ferry to Saltholm leaves at noon"
            begun = time.perf_counter()
            await mine.send_json({"type": "message", "content": text, "idempotency_key": f"live {number}"})
            while True:
                at = await told(other, "messages")
                if text in json.dumps(await asyncio.to_thread(ask, second, "GET", path)):
                    break
            if number >= WARM:
                heard.append(at - begun)
                read.append(time.perf_counter() - begun)
    return heard, read


def bench_live() -> list[Figure]:
    """Sent on one node's WebSocket, heard on the other's; then a hundred links on one node."""
    with machines(2) as (first, second):
        heard, read = asyncio.run(_live(first, second))
    p95 = quantile(heard, 0.95) * 1e3
    return [
        figure(
            "live message on the other node's page, p95, to the limit", p95, 100.0, "ms", 1.0, at_most=True,
            what=f"{len(heard)} messages, from WebSocket to WebSocket, two daemons on loopback",
            p50_ms=round(statistics.median(heard) * 1e3, 1), most_ms=round(max(heard) * 1e3, 1),
            read_by_the_page_p95_ms=round(quantile(read, 0.95) * 1e3, 1),
        ),
        _memory(),
    ]  # fmt: skip


def _memory() -> Figure:
    """The resident memory of a daemon with a hundred core peers that have links with it, to 200 MB."""
    with machines(1) as (node,):
        pid = pid_of(node)
        before = rss_kib(pid)
        peers = str(Path(__file__).with_name("many_peers.py"))
        port = ask(node, "GET", "/api/v1/federation")["port"]
        arguments = (str(node.data), str(port), str(LINKS))
        with subprocess.Popen(
            [sys.executable, peers, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other:
            try:
                for said in json.loads(said_by(other)):
                    ask(node, "POST", "/api/v1/peers", {"tier": "core", "confirmed": True, **said})
                go_on(other)
                open_ = json.loads(said_by(other))
                wait(lambda: len(core(node)) == LINKS, f"{len(core(node))} links of {LINKS}; the peers say {open_}")
                ask(node, "POST", "/api/v1/conversation/start", {"title": "for all of them"})
                time.sleep(REST_S)
                held = rss_kib(pid)
                used = cpu_s(pid)
                time.sleep(REST_S)
                idle = (cpu_s(pid) - used) / REST_S
            finally:
                other.kill()
    return figure(
        f"memory with {LINKS} links, to the limit", held * 1024 / 1e6, 200.0, "MB", 1.0, at_most=True,
        without_links_MB=round(before * 1024 / 1e6, 1), a_link_kB=round((held - before) * 1.024 / LINKS),
        processor_while_idle=f"{idle:.1%}",
    )  # fmt: skip
