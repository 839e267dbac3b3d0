"""What does it take to see that nothing is new, between two nodes of fifty chains? Round trips and bytes."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Final

from benches.figures import ROOT, Figure, figure, scratch

sys.path.insert(0, str(ROOT))

from ccnode.net.wire import Wire  # the path comes first
from ccnode_protocol import frames
from ccnode_protocol.sync_frames import FORMS
from tests.net.nodes import Node, level, until

if TYPE_CHECKING:
    from pathlib import Path

CHAINS: Final = 50
BYTES: Final = 8 * 1024


def _is_quiet(*nodes: Node) -> bool:
    """Whether each has its link, and sync has nothing left to do on it."""
    runners = [runner for node in nodes for runner in node.federation._links.values()]
    exchanges = [runner.exchange for runner in runners if runner.exchange is not None]
    return len(exchanges) == len(nodes) and not any(each.is_busy for each in exchanges)


async def _measure(folder: Path) -> tuple[int, list[str], list[str], int]:
    """Bytes of all frames, the handshake's too; the frames of sync of each side, in their order; chains."""
    one, other = Node("one", folder), Node("other", folder)
    one.trusts(other)
    other.trusts(one)
    for _ in range(CHAINS // 2):
        for node in (one, other):
            node.say(2)
            node.index.epoch = os.urandom(16)
    for node in (one, other):
        await node.federation.start("127.0.0.1", 0)
    await one.federation.dial(other.address, expected=other.id)
    await until(lambda: level(one, other))
    await one.federation.stop()
    await until(lambda: other.ends)

    sent: dict[str, list[str]] = {"client": [], "server": []}
    send = Wire.send

    async def noted(wire: Wire, data: bytes) -> None:
        if frames.type_of(data) in FORMS:
            sent[wire.role.value].append(frames.name_of(frames.type_of(data)))
        await send(wire, data)

    again = Node("one", folder, one.shelf)
    again.trusts(other)
    Wire.send = noted  # type: ignore[assignment,method-assign]  # to look at what is sent
    try:
        await again.federation.start("127.0.0.1", 0)
        await again.federation.dial(other.address, expected=other.id)
        await until(lambda: _is_quiet(again, other))
        await asyncio.sleep(0.5)
    finally:
        Wire.send = send  # type: ignore[method-assign]
    (link,) = again.federation.links()
    for node in (again, other):
        await node.federation.stop()
    return link.bytes_in + link.bytes_out, sent["client"], sent["server"], len(one.shelf.chains)


def bench_reconnect() -> list[Figure]:
    """Two nodes that hold the same fifty chains meet again."""
    with scratch() as folder:
        count, ours, theirs, chains = asyncio.run(_measure(folder))
    trips = max(len(ours), len(theirs))
    said = f"{', '.join(ours)} one way, {', '.join(theirs)} the other, neither waiting for the other"
    return [
        figure(f"nothing new in {chains} chains, round trips", trips, 1, "", 1.0, at_most=True, sync=said),
        figure(
            f"nothing new in {chains} chains, to the limit", count, BYTES, "bytes", 1.0, at_most=True,
            counted="all frames of both sides, those of the handshake and manifests too",
        ),
    ]  # fmt: skip
