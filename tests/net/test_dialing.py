"""Is a peer called again for ever, with growing pauses, at each of its addresses, and left in peace when linked?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccnode.net.dialing import Dialer
from ccnode.net.errors import CallError
from ccnode_protocol.effects import Reason
from ccnode_protocol.link import CHANCE_MAX
from tests.net.nodes import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PEER, OTHER = bytes(32), bytes([1] * 32)


class Line:
    """Stands for the network: calls are noted and answered as told."""

    def __init__(self) -> None:
        self.calls: list[tuple[bytes, str]] = []
        self.answers: set[str] = set()
        self.reason: Reason | None = None
        self.liars: set[str] = set()  # where somebody else answers
        self.delays: list[int] = []
        self.dialer = Dialer(self.call, lambda: 0)

    async def call(self, node: bytes, address: str) -> None:
        self.calls.append((node, address))
        await asyncio.sleep(0)
        if address not in self.answers:
            raise CallError(f"{address}: nobody", Reason.OTHER_KEY if address in self.liars else self.reason)
        self.dialer.linked(node)


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    line = Line()

    def delay(attempt: int, chance: int, reason: Reason | None) -> int:
        assert 0 <= chance < CHANCE_MAX
        line.delays.append(attempt if reason is None else 1_000)
        return 1 if reason is None else 3_600_000

    monkeypatch.setattr("ccnode_protocol.link.retry_delay_ms", delay)
    yield line
    await line.dialer.stop()


async def test_each_address_is_tried_and_then_again_after_a_pause_that_grows(line: Line) -> None:
    line.dialer.keep(PEER, ["a:1", "b:2", "a:1"])
    line.dialer.start()
    await until(lambda: len(line.calls) >= 8)
    assert line.calls[:4] == [(PEER, "a:1"), (PEER, "b:2")] * 2
    assert line.delays[:3] == [0, 1, 2]
    (state,) = line.dialer.states()
    assert state.peer == PEER
    assert (state.address, state.error) in {(address, f"{address}: nobody") for address in ("a:1", "b:2")}  # it goes on
    line.answers.add("b:2")
    await until(lambda: not line.dialer.states())
    count = len(line.calls)
    await asyncio.sleep(0.02)
    assert len(line.calls) == count


async def test_a_link_that_ends_is_called_for_again(line: Line) -> None:
    line.answers.add("a:1")
    line.dialer.start()
    line.dialer.keep(PEER, ["a:1"])
    await until(lambda: len(line.calls) == 1)
    line.dialer.ended(PEER, 10_000, None, is_linked=True)  # another took its place
    await asyncio.sleep(0.02)
    assert len(line.calls) == 1
    line.dialer.ended(PEER, 10_000, None)
    await until(lambda: len(line.calls) == 2)
    assert line.delays == []  # it lasted: no pause
    line.dialer.ended(PEER, 10, None)
    await until(lambda: len(line.calls) == 3)
    assert line.delays == [0]


async def test_what_will_not_mend_by_itself_waits_long_unless_somebody_asks(line: Line) -> None:
    line.reason = Reason.UNWANTED
    line.dialer.start()
    line.dialer.keep(PEER, ["a:1"])
    await until(lambda: line.delays == [1_000])
    assert len(line.calls) == 1
    line.dialer.call_now(PEER)
    await until(lambda: len(line.calls) == 2)


async def test_a_hint_is_tried_at_once_and_never_for_a_peer_that_is_not_kept(line: Line) -> None:
    line.dialer.start()
    line.dialer.hint(OTHER, ["c:3"])
    line.reason = Reason.UNWANTED
    line.dialer.keep(PEER, ["a:1"])
    await until(lambda: line.delays)
    line.answers.add("c:3")
    line.dialer.hint(PEER, ["c:3", *(f"d:{at}" for at in range(1_000))])
    await until(lambda: not line.dialer.states())
    assert line.calls == [(PEER, "a:1"), (PEER, "a:1"), (PEER, "c:3")]


async def test_who_announces_a_peer_falsely_does_not_have_it_called_less_often(line: Line) -> None:
    line.liars = {"c:3"}
    line.dialer.keep(PEER, ["a:1"])
    line.dialer.start()
    line.dialer.hint(PEER, ["c:3"])
    await until(lambda: len(line.delays) >= 5)
    assert (PEER, "c:3") in line.calls
    assert line.delays[:5] == [0, 1, 2, 3, 4]


async def test_a_peer_without_an_address_waits_for_one_and_a_forgotten_one_is_not_called(line: Line) -> None:
    line.dialer.start()
    line.dialer.keep(PEER, [])
    line.dialer.keep(OTHER, ["b:2"])
    await until(lambda: len(line.calls) > 3)
    line.dialer.forget(OTHER)
    count = len(line.calls)
    await asyncio.sleep(0.02)
    assert len(line.calls) == count
    assert {node for node, _ in line.calls} == {OTHER}
    line.dialer.keep(PEER, ["a:1"])
    await until(lambda: (PEER, "a:1") in line.calls)
