"""Is who calls a node that knew nobody answered, and what a node that knows nobody says of itself?"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from ccnode import clock, config
from ccnode.daemon.alone import Alone, begin
from ccnode.net import certificate
from ccnode.store import peers
from ccnode.store.home import Home
from ccnode.store.ledger import Ledger, Ports
from ccnode_crypto.keys import SigningKey
from ccnode_protocol.tiers import Tier
from tests.daemon.test_federation import pending, until
from tests.daemon.test_process import Node, nodes

if TYPE_CHECKING:
    from pathlib import Path

HERE = config.Federation(host="127.0.0.1", port=0, discovery=False)
KEY = SigningKey(b"k" * 32)
WAIT_S = 30.0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Of a node with an empty ledger."""
    made = Home(tmp_path / "data")
    made.make()
    Ledger(made.ledger, KEY, Ports(clock.now_ms, clock.chance)).close()
    return made


async def lonely(home: Home, settings: config.Federation = HERE) -> Alone:
    made = await begin(home, KEY.public.raw, settings, lambda *_: None)
    assert made is not None
    return made


async def test_it_waits_until_somebody_calls_and_leaves_the_call_to_who_goes_on(home: Home) -> None:
    alone = await lonely(home)
    assert alone.summary()["state"] == "starting"
    waiting = asyncio.create_task(alone.wait())
    await asyncio.to_thread(until, lambda: alone.summary()["addresses"])
    summary = alone.summary()
    assert (summary["state"], summary["links"]) == ("on", 0)
    host, _, port = summary["addresses"][0].rpartition(":")
    assert not waiting.done()
    with socket.create_connection((host, int(port))) as caller:
        async with asyncio.timeout(WAIT_S):
            await waiting
        (listener,) = alone.take()
        taken, _ = listener.accept()
        caller.sendall(b"hello")
        taken.settimeout(WAIT_S)
        assert taken.recv(5) == b"hello"  # nothing of it was read before
        taken.close()
        listener.close()
    await alone.close()


async def test_it_ends_when_others_are_asked_for_and_closes_what_nobody_took(home: Home) -> None:
    alone = await lonely(home)
    waiting = asyncio.create_task(alone.wait())
    await asyncio.to_thread(until, lambda: alone.summary()["addresses"])
    async with asyncio.timeout(WAIT_S):
        alone.wake()
        await waiting
    host, _, port = alone.summary()["addresses"][0].rpartition(":")
    await alone.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))


async def test_what_is_wrong_with_the_port_is_left_to_who_goes_on(home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = config.Federation(host="127.0.0.1", port=other.getsockname()[1], discovery=False)
        async with asyncio.timeout(WAIT_S):
            alone = await lonely(home, taken)
            await alone.wait()
        assert alone.take() == []
    (home.root / certificate.FILE).write_bytes(b"no key")
    async with asyncio.timeout(WAIT_S):
        await (await lonely(home)).wait()


async def test_a_node_that_knows_another_or_meets_none_is_not_alone(home: Home) -> None:
    off = config.Federation(enabled=False)
    assert await begin(home, KEY.public.raw, off, lambda *_: None) is None
    ledger = Ledger(home.ledger, KEY, Ports(clock.now_ms, clock.chance))
    ledger.append_sync(peers.keep_peer(peers.Peer(b"p" * 32, "pending", Tier.UNKNOWN)))
    ledger.close()
    assert await begin(home, KEY.public.raw, HERE, lambda *_: None) is None


def test_a_daemon_that_nobody_asked_of_others_answers_the_first_that_calls(tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with nodes(tmp_path / "first", tmp_path / "second", runtime=runtime) as (first, second):
        for name, node in (("first", first), ("second", second)):
            node.run("init", "--yes", "--name", name)
            node.start()
        until(lambda: reached(second))
        status, known = first.request("POST", "/api/v1/peers", {"peer": reached(second)[0]})
        assert status < 300, known
        assert known["peer"]["node_id"] == second.status()["node_id"]
        assert pending(second)["node_id"] == first.status()["node_id"]


def reached(node: Node) -> list[str]:
    """Where it says that it is; a status asks nothing of other nodes."""
    addresses: list[str] = node.status()["federation"]["addresses"]
    return addresses
