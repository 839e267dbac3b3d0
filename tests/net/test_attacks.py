"""What do strangers and false friends get from a node, and what does it cost it? Memory is that of its own process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import zlib
from typing import TYPE_CHECKING, Final

import pytest
from aiohttp import web

from ccnode.net import certificate
from ccnode.net.errors import CallError
from ccnode.net.federation import clock
from ccnode.net.handshaking import Over, shake_hands
from ccnode.net.listening import Listener
from ccnode.net.strangers import HALF_OPEN_ADDRESS_MAX, RESERVED, Strangers
from ccnode.net.wire import Broken, Wire
from ccnode_protocol import frames, limits
from ccnode_protocol.effects import Reason
from ccnode_protocol.handshake import Role
from ccnode_protocol.link_frames import MANIFEST, PACKED, PING, SERVER_HELLO
from ccnode_protocol.sync_rows import packed
from ccnode_protocol.sync_values import END, HEADS, KNOWN, LIST, RUN, WANT, WANT_PATH
from tests.net.attackers import CONTINUED, DEFLATED, FIN_BINARY, FIN_PING, FIN_TEXT, MIB, Attacker, header, victim
from tests.net.nodes import WAIT_S, Node, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from ccnode.net.strangers import Slot
    from ccnode_crypto.canonical import Value
    from tests.net.attackers import Victim
    from tests.net.conftest import Start

MEMORY_MAX: Final = 64 * MIB
PINGED: Final = frames.encode(PING, {"number": 1})
NO_CHAIN: Final[list[Value]] = [bytes(32), bytes(16), 0]


# --- what it costs ---


async def half_open(target: Victim) -> None:
    """Two hundred connections from many addresses that say nothing."""
    opened = []
    for at in range(200):
        one = socket.socket()
        one.setblocking(False)
        one.bind((f"127.0.1.{at % 100 + 1}", 0))
        one.connect_ex(("127.0.0.1", target.port))
        opened.append(one)
    async with asyncio.timeout(WAIT_S):
        while not (answer := await target.ask())["refused"]:  # noqa: ASYNC110  # another process tells nobody
            await asyncio.sleep(0.05)
    assert answer["half_open"] <= limits.HALF_OPEN_MAX - RESERVED + 1  # its friend's, perhaps
    await asyncio.sleep(0.5)
    for one in opened:
        one.close()


async def half_done(target: Victim) -> None:
    """A hundred that get as far as WebSocket, and stop there."""

    async def one(at: int) -> None:
        attacker = await Attacker.calling(target.address, f"127.0.2.{at % 100 + 1}")
        assert await attacker.is_left()
        await attacker.hang_up()

    done = await asyncio.gather(*(one(at) for at in range(100)), return_exceptions=True)
    assert {type(each) for each in done} <= {type(None), CallError}


async def declared(target: Victim) -> None:
    """A message of 1 GiB, by a stranger before its handshake, and by a friend."""
    for attacker in (await Attacker.calling(target.address, "127.0.3.1"), await Attacker.friend(target, "mallory")):
        await attacker.write(header(FIN_BINARY, 1 << 30))
        await poured(attacker, bytes(65_536), 400)
        assert await attacker.is_left()
        await attacker.hang_up()


async def bombs(target: Victim) -> None:
    """Packed frames that would inflate to 1 GiB, and deflated messages, which nobody agreed to."""
    parts = zlib.compressobj(9, wbits=-15)
    part = parts.compress(bytes(16 * MIB)) + parts.flush(zlib.Z_FULL_FLUSH)  # may be repeated
    bomb = (b"\x78\xda" + part * 64)[:MIB]
    for data in (message(frames.encode(PACKED, {"type": RUN, "data": bomb})), header(DEFLATED, len(bomb)) + bomb):
        attacker = await Attacker.friend(target, "mallory")
        await poured(attacker, data, 20)
        assert await attacker.is_left()
        await attacker.hang_up()


async def floods(target: Victim) -> None:
    """A hundred thousand messages as fast as they go: of any kind, and of WebSocket's own."""
    end = frames.encode(END, {"chain": NO_CHAIN, "next": 1})
    for part in (message(PINGED), message(end), header(FIN_PING, 0), header(CONTINUED, 0)):
        attacker = await Attacker.friend(target, "mallory")
        if part == header(CONTINUED, 0):
            await attacker.write(header(0x02, 0))
        await poured(attacker, part * 1_000, 2_000 if part == header(CONTINUED, 0) else 100)
        assert await attacker.is_left(30)
        await attacker.hang_up()
    stranger = await Attacker.proven(target.address, "stranger", "127.0.4.1")
    await poured(stranger, message(PINGED) * 1_000, 100)
    assert await stranger.is_left()
    await stranger.hang_up()


async def slow_readers(target: Victim) -> None:
    """Friends that ask for everything, again and again, and read nothing."""

    async def one(at: int) -> None:
        friend = await Attacker.friend(target, f"mallory{at}")
        chain, length = None, 0
        while chain is None:
            frame = frames.decode(await friend.wire.receive())
            offered = frame.body["rows"] if frame.type == HEADS else []
            for row in offered:  # type: ignore[union-attr]
                chain, length = row[:3], row[3]  # type: ignore[index,assignment]
        assert friend.wire.tap.transport is not None
        friend.wire.tap.transport.pause_reading()
        for _ in range(20):
            await friend.send(WANT, {"chain": chain, "first": 0, "upto": length, "bare": False})
        path = message(frames.encode(WANT_PATH, {"chain": chain, "seq": 1}))
        rows = message(frames.encode(LIST, {"node": target.id, "after": [bytes(16), 0]}))
        await poured(friend, (path + rows) * 50, 50)
        await asyncio.sleep(3)
        await friend.hang_up()

    await target.ask("say 2000")
    await asyncio.gather(*(one(at) for at in range(4)))


async def strangers(target: Victim) -> None:
    """A hundred strangers who prove their keys and stay."""

    async def one(at: int) -> bool:
        stranger = await Attacker.proven(target.address, f"stranger {at}", f"127.0.5.{at % 250 + 1}")
        left = await stranger.is_left(1)
        await stranger.hang_up()
        return left

    stayed = []
    for first in range(0, 96, 24):
        stayed += await asyncio.gather(*(one(at) for at in range(first, first + 24)), return_exceptions=True)
    assert sum(each is False for each in stayed) <= 4 * 16  # of each two dozen at most as many as may wait


def message(data: bytes) -> bytes:
    """A whole WebSocket message."""
    return header(FIN_BINARY, len(data)) + data


async def poured(attacker: Attacker, data: bytes, times: int) -> None:
    """Write it again and again, for as long as it is taken."""
    try:
        for _ in range(times):
            if attacker.wire.tap.is_over:
                return
            await attacker.write(data)
            await asyncio.sleep(0)
    except Broken:
        return


@pytest.mark.parametrize("attack", [half_open, half_done, declared, bombs, floods, slow_readers, strangers])
async def test_no_attack_costs_much_memory_or_a_friend_its_link(
    attack: Callable[[Victim], Awaitable[None]], tmp_path: Path
) -> None:
    names = ["honest", "mallory", *(f"mallory{at}" for at in range(4))]
    async with victim(tmp_path, *names) as target:
        honest = Node("honest", tmp_path)
        node = Node("victim", tmp_path)
        honest.trusts(node)
        await honest.federation.start("127.0.0.1", 0)
        honest.federation.keep(target.id, [target.address])
        await until(lambda: honest.federation.link(target.id))
        await target.ask("say 100")
        before = target.memory()
        await attack(target)
        assert target.memory() - before < MEMORY_MAX
        await target.ask("say 100")
        entries = (await target.ask())["entries"]
        await until(lambda: sum(stored.state.length for stored in honest.shelf.chains.values()) == entries)
        assert honest.ends == []
        await honest.federation.stop()


# --- what it gets ---


class Relay:
    """Somebody in the middle, with a certificate of its own: passes on every frame, both ways."""

    def __init__(self, folder: Path, target: str) -> None:
        folder.mkdir()
        self._tls = certificate.prepare(folder / "mallory.pem")
        self._target = target
        self._listener = Listener(self._tls, Strangers(clock()), self._relay)
        self.frames: list[bytes] = []

    async def start(self) -> str:
        return f"127.0.0.1:{await self._listener.start('127.0.0.1', 0)}"

    async def stop(self) -> None:
        await self._listener.stop()

    async def _relay(self, wire: Wire, slot: Slot) -> None:
        slot.free()
        beyond = await Attacker.calling(self._target)

        async def pump(source: Wire, drain: Wire) -> None:
            while True:
                data = await source.receive()
                self.frames.append(data)
                await drain.send(data)

        tasks = [asyncio.ensure_future(pump(wire, beyond.wire)), asyncio.ensure_future(pump(beyond.wire, wire))]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await beyond.hang_up()


async def test_somebody_in_the_middle_with_a_certificate_of_its_own_gets_no_link(
    pair: tuple[Node, Node], tmp_path: Path
) -> None:
    one, other = pair
    relay = Relay(tmp_path / "mallory", other.address)
    address = await relay.start()
    for expected in (other.id, None):
        with pytest.raises(CallError):
            await one.federation.dial(address, expected=expected)
    assert len(relay.frames) >= 6  # it did pass on hellos and proofs
    assert one.meetings == other.meetings == []
    await relay.stop()


async def test_a_handshake_that_was_recorded_is_worth_nothing(pair: tuple[Node, Node]) -> None:
    one, other = pair
    sent: list[bytes] = []

    class Recorded(Wire):
        async def send(self, data: bytes) -> None:
            sent.append(data)
            await super().send(data)

    honest = await Attacker.calling(other.address)
    honest.wire.__class__ = Recorded
    await shake_hands(honest.wire, one.key, os.urandom(32), clock())
    hello, proof = sent[:2]
    await honest.hang_up()
    await until(lambda: other.ends)
    for _ in range(3):
        mallory = await Attacker.calling(other.address)
        await mallory.wire.send(hello)
        assert frames.type_of(await mallory.wire.receive()) == SERVER_HELLO
        await mallory.wire.send(proof)
        with pytest.raises(Broken) as caught:
            await mallory.wire.receive()
        assert caught.value.reason is Reason.UNPROVEN
        await mallory.hang_up()
    assert len(other.meetings) == 1


async def test_another_node_than_was_called_or_ourselves_is_refused(start: Start) -> None:
    one, other, third = await start("one"), await start("other"), await start("third")
    with pytest.raises(CallError) as caught:
        await one.federation.dial(other.address, expected=third.id)
    assert caught.value.reason is Reason.OTHER_KEY
    with pytest.raises(CallError) as caught:
        await one.federation.dial(one.address)
    assert caught.value.reason is Reason.OWN_KEY
    assert one.meetings == other.meetings == []
    assert await one.federation.probe(other.address) == other.id


async def test_a_text_message_and_one_that_is_no_frame_end_the_link(start: Start) -> None:
    one = await start("one")
    for data in (
        header(FIN_TEXT, 2) + b"hi",
        message(b"hi"),
        message(frames.encode(END, {"chain": NO_CHAIN, "next": 1})),
    ):
        stranger = await Attacker.proven(one.address, "stranger")
        await stranger.write(data * 200)
        if data == message(b"hi") or data.endswith(b"hi"):
            assert await stranger.is_left()
        await stranger.hang_up()
    await until(lambda: len(one.ends) == 3)
    assert [end.reason for end in one.ends[:2]] == [Reason.MALFORMED, Reason.MALFORMED]


async def test_what_is_not_for_links_is_answered_with_nothing_of_use(start: Start) -> None:
    one = await start("one")
    attacker = await Attacker.calling(one.address)
    await attacker.hang_up()
    context = certificate.calling()
    reader, writer = await asyncio.open_connection("127.0.0.1", one.federation.port, ssl=context)
    writer.write(b"GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"this port is for ccnode's links" in answer
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def test_a_redirection_is_not_followed(start: Start, tmp_path: Path) -> None:
    one = await start("one")
    asked: list[str] = []

    async def lead(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": f"https://127.0.0.1:{port}/elsewhere"})

    server = web.Server(lead)
    tls = certificate.prepare(tmp_path / "other.pem")
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0, ssl=tls.server)
    port = listening.sockets[0].getsockname()[1]
    with pytest.raises(CallError, match="elsewhere"):
        await one.federation.dial(f"127.0.0.1:{port}")
    assert asked == ["/ccnode/1"]
    listening.close()
    await server.shutdown()


async def test_a_caller_that_says_too_much_before_its_handshake_is_cut_off(start: Start) -> None:
    one = await start("one")
    attacker = await Attacker.calling(one.address)
    await poured(attacker, message(bytes(1_000)), 40)
    assert await attacker.is_left()
    await attacker.hang_up()


async def test_a_peer_that_takes_nothing_is_left(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccnode.net.link.STALL_MS", 1_500)
    one = await start("one")
    for _ in range(8):
        one.say(10, text=os.urandom(20_000).hex())  # hardly packed
    mallory = Node("mallory", one.folder)
    one.trusts(mallory)
    mallory.trusts(one)
    friend = await Attacker.proven(one.address, "mallory")
    transport = friend.wire.tap.transport
    assert transport is not None
    transport.pause_reading()
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    await until(one.federation.links)
    (runner,) = one.federation._links.values()
    assert runner.wire.tap.transport is not None
    runner.wire.tap.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    await friend.send(MANIFEST, mallory.manifest_for(one.id).fields())
    await friend.send(KNOWN, {"rows": [], "rest": [0, bytes(32)], "all": bytes(32)})
    await friend.send(WANT, {"chain": packed(one.chain()), "first": 0, "upto": 80, "bare": False})

    async def alive() -> None:
        while True:
            await friend.write(message(PINGED))
            await asyncio.sleep(1)

    pinging = asyncio.ensure_future(alive())
    await until(lambda: one.ends)
    assert one.ends[0].reason is Reason.TIMEOUT
    pinging.cancel()
    await asyncio.gather(pinging, return_exceptions=True)


# --- places ---


def test_places_of_peers_are_not_taken_by_strangers() -> None:
    now = 0
    doors = Strangers(lambda: now)
    doors.proved("192.0.2.7")
    slots = [doors.admit(f"198.51.100.{at}") for at in range(100)]
    assert sum(slot is not None for slot in slots) == limits.HALF_OPEN_MAX - RESERVED
    ours = [doors.admit("192.0.2.7") for _ in range(20)]
    assert sum(slot is not None for slot in ours) == HALF_OPEN_ADDRESS_MAX
    for slot in [*slots, *ours]:
        if slot is not None:
            slot.free()
            slot.free()
    assert doors.half_open == 0


def test_an_address_has_so_many_connections_a_minute_and_a_network_of_ipv6_counts_as_one() -> None:
    now = 0
    doors = Strangers(lambda: now)
    for at in range(100):
        slot = doors.admit(f"2001:db8::{at:x}")
        assert (slot is not None) == (at < 30)
        if slot is not None:
            slot.free()
    assert doors.admit("2001:db8:0:1::1") is not None
    now = limits.WINDOW_MS
    assert doors.admit("2001:db8::1") is not None


async def test_too_many_that_wait_to_be_accepted_are_told_so(start: Start) -> None:
    one = await start("one")
    waiting = [await Attacker.proven(one.address, f"stranger {at}", f"127.0.6.{at % 5 + 1}") for at in range(16)]
    await until(lambda: len(one.federation.links()) == 16)
    late = await Attacker.proven(one.address, "late", "127.0.6.9")
    with pytest.raises(Over) as caught:
        await gone(late)
    assert caught.value.reason is Reason.BUSY
    other = await start("other")
    one.trusts(other)
    other.trusts(one)
    await other.federation.dial(one.address)
    assert len(one.federation.links()) == 17
    for each in [*waiting, late]:
        await each.hang_up()


async def gone(attacker: Attacker) -> None:
    """Read to the end, and say how it ended."""
    assert attacker.wire.role is Role.CLIENT
    try:
        while True:
            await attacker.wire.receive()
    except Broken as broken:
        raise Over(broken.reason, str(broken)) from broken
