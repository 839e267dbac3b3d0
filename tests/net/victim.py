"""A node in a process of its own, for what others do to it: its memory and its honest peers can be looked at.

    python -m tests.net.victim FOLDER CORE-NAME...

Prints its port; then, for each line on its input: "links" its links and refusals, "say N" writes so many messages,
"tick S" writes one message every 20 ms for so many seconds, with the time in it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from ccnode_protocol.tiers import Tier
from tests.net.nodes import Node


async def tick(node: Node, seconds: float) -> None:
    """Write the time, again and again."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        node.say(1, text=f"@{time.monotonic_ns()}@")
        await asyncio.sleep(0.02)


def told(node: Node) -> dict[str, Any]:
    """What is to be known of it."""
    links = node.federation.links()
    return {
        "core": sum(link.tier is Tier.CORE for link in links),
        "unknown": sum(link.tier is Tier.UNKNOWN for link in links),
        "refused": node.federation.refused,
        "half_open": node.federation._strangers.half_open,
        "met": len(node.meetings),
        "ends": [[end.peer.hex(), end.reason, end.text] for end in node.ends[-50:]],
        "entries": sum(stored.state.length for stored in node.shelf.chains.values()),
    }


def tell(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def main(folder: str, *names: str) -> None:
    node = Node("victim", Path(folder))
    for name in names:
        other = Node(name, Path(folder))
        node.trusts(other)
    tell(await node.federation.start("*", 0))
    loop = asyncio.get_running_loop()
    tasks = []
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command, _, argument = line.strip().partition(" ")
        if command == "say":
            for _ in range(int(argument) // 50):
                node.say(50, text="some words that take room " * 100)
        elif command == "tick":
            tasks.append(asyncio.create_task(tick(node, float(argument))))
        tell(told(node))
    await node.federation.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
