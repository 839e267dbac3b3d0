"""What does a peer still get that was core a moment ago? Nothing that waited for it then and is not its to have now."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccnode_protocol import frames
from ccnode_protocol.sync_values import CONTENTS, HEADS, PATH, RUN
from ccnode_protocol.tiers import Tier
from tests.net.nodes import Node, level, until

if TYPE_CHECKING:
    from ccnode.net.wire import Wire


class Slow:
    """A line that takes one frame, and no other until it is told to."""

    def __init__(self, wire: Wire) -> None:
        self._send = wire.send
        self.free = asyncio.Event()
        self.waits = False
        self.sent: list[bytes] = []
        wire.send = self.send  # type: ignore[method-assign]

    async def send(self, data: bytes) -> None:
        """Wait, then send."""
        self.sent.append(data)
        self.waits = True
        await self.free.wait()
        await self._send(data)

    def kinds(self) -> list[int]:
        """What was sent, after what is on its way already."""
        return [frames.type_of(data) for data in self.sent[1:]]


async def linked(one: Node, other: Node) -> None:
    """Have one call the other, for ever."""
    one.federation.keep(other.id, [other.address])
    await until(lambda: one.federation.link(other.id) and other.federation.link(one.id))


@pytest.mark.parametrize("size", [1, 40_000], ids=["small", "deflated"])
async def test_what_waited_for_a_core_peer_does_not_go_to_one_of_the_sandbox(
    pair: tuple[Node, Node], size: int
) -> None:
    one, other = pair
    one.say(1)
    one.say(1, audience=1)
    await linked(one, other)
    await until(lambda: level(one, other))
    runner = one.federation._links[other.id]
    await until(lambda: runner.exchange is not None and runner.exchange.sync.state == "open")
    slow = Slow(runner.wire)
    one.say(1, audience=1)
    await until(lambda: slow.waits)
    secret, held = one.chain(), other.shelf.chains[one.chain()].state.length
    for _ in range(5):
        one.say(1, text="for core only " * size)
    one.trusts(other, Tier.SANDBOX_OUT)
    slow.free.set()
    one.say(1, audience=1)
    await until(lambda: other.shelf.chains[one.chain(1)].state.length == 4)
    assert other.shelf.chains[secret].state.length == held
    assert not {HEADS, CONTENTS, PATH} & set(slow.kinds())
    assert slow.kinds().count(RUN) <= 1
