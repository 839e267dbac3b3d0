"""Is a subnet asked whole, once, at a bounded rate, and can that be stopped?"""

from __future__ import annotations

import asyncio

import pytest

from ccnode.net import sweep
from ccnode.net.errors import CallError, NetError
from ccnode.net.sweep import Answered, Sweep, addresses_in

KEY = bytes([1]) * 32


@pytest.mark.parametrize(
    ("subnet", "count", "first"),
    [
        ("192.0.2.0/24", 254, "192.0.2.1:8101"),
        ("192.0.2.77/24", 254, "192.0.2.1:8101"),
        ("192.0.2.7", 1, "192.0.2.7:8101"),
        ("192.0.2.6/31", 2, "192.0.2.6:8101"),
        ("10.0.0.0/22", 1022, "10.0.0.1:8101"),
        ("2001:db8::/118", 1023, "[2001:db8::1]:8101"),
    ],
)
def test_a_subnet_is_its_addresses(subnet: str, count: int, first: str) -> None:
    addresses = addresses_in(subnet, 8101)
    assert (len(addresses), addresses[0]) == (count, first)


@pytest.mark.parametrize(
    ("subnet", "part"),
    [
        ("10.0.0.0/21", "/22 or smaller"), ("2001:db8::/64", "/118 or smaller"), ("::/0", "/118 or smaller"),
        ("example.org", "192.168.1.0/24"), ("", "192.168.1.0/24"), ("10.0.0.0/33", "192.168.1.0/24"),
        ("224.0.0.0/24", "192.168.1.0/24"), ("x" * 10_000, "192.168.1.0/24"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_a_remedy(subnet: str, part: str) -> None:
    with pytest.raises(NetError) as caught:
        addresses_in(subnet, 8101)
    assert part in caught.value.remedy
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_port_is_one(port: int) -> None:
    with pytest.raises(NetError, match="port"):
        addresses_in("127.0.0.1", port)


async def test_all_are_asked_and_those_that_answer_listed_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "PER_SECOND", 10_000)
    at_once, most = 0, 0

    async def probe(address: str) -> bytes | None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        number = int(address.split(":", maxsplit=1)[0].rsplit(".", 1)[1])
        await asyncio.sleep(0.02 if number % 2 else 0.001)
        at_once -= 1
        if number % 5 == 0:
            raise CallError("nobody")
        return {7: KEY, 8: bytes([2]) * 32, 9: bytes(32)}.get(number)

    told: list[int] = []
    one = Sweep("127.0.0.0/25", 8101, probe, own=bytes(32), progress=lambda: told.append(one.asked))
    found = await one.run()
    assert found == [Answered(KEY, "127.0.0.7:8101"), Answered(bytes([2]) * 32, "127.0.0.8:8101")]
    assert (one.asked, one.total, told[-1]) == (126, 126, 126)
    assert most <= sweep.AT_ONCE


async def test_it_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "AT_ONCE", 4)

    async def probe(_address: str) -> bytes | None:
        await asyncio.Event().wait()
        raise AssertionError

    one = Sweep("127.0.0.0/24", 8101, probe)
    running = asyncio.create_task(one.run())
    await asyncio.sleep(0.1)
    one.cancel()
    assert await asyncio.wait_for(running, 10) == []
    assert one.asked <= 5


async def test_an_address_that_says_nothing_is_left_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "PROBE_S", 0.05)

    async def probe(address: str) -> bytes | None:
        if address == "127.0.0.1:8101":
            await asyncio.Event().wait()
        return KEY

    assert await Sweep("127.0.0.0/30", 8101, probe).run() == [Answered(KEY, "127.0.0.2:8101")]
