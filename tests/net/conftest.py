"""Which nodes does a test of links start?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.net.attackers import OPEN
from tests.net.nodes import Node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    Start = Callable[..., Awaitable[Node]]


@pytest.fixture(autouse=True)
async def _quiet() -> AsyncIterator[None]:
    """Nobody stays on the line."""
    yield
    while OPEN:
        await OPEN.pop().hang_up()


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Start nodes by name; they are stopped in the end."""
    nodes: list[Node] = []

    async def begin(name: str, *, port: int = 0, **arguments: object) -> Node:
        node = Node(name, tmp_path, **arguments)  # type: ignore[arg-type]
        nodes.append(node)
        await node.federation.start("127.0.0.1", port)
        return node

    yield begin
    for node in nodes:
        await node.federation.stop()


@pytest.fixture
async def pair(start: Start) -> tuple[Node, Node]:
    """Two nodes of one owner, not yet linked."""
    one, other = await start("one"), await start("other")
    one.trusts(other)
    other.trusts(one)
    return one, other
