"""Who attacks a node, for benchmarks: the same thing again and again, until this process is ended.

attack_node.py HOW ADDRESS NODE     prints a line when it has begun
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ccnode.net.errors import CallError  # the path comes first
from ccnode.net.handshaking import Over
from ccnode.net.wire import Broken
from ccnode_protocol import frames
from ccnode_protocol.link_frames import PACKED
from ccnode_protocol.sync_values import END, HEADS, LIST, RUN, WANT, WANT_PATH
from tests.net.attackers import FIN_BINARY, MIB, Attacker, header

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ccnode_crypto.canonical import Value

RATE: Final = 10_000
STEP_S: Final = 0.01
HALF_OPEN: Final = 200
NO_CHAIN: Final[list[Value]] = [bytes(32), bytes(16), 0]
GONE: Final = (Broken, CallError, Over, OSError, TimeoutError)


def message(data: bytes) -> bytes:
    """A whole WebSocket message."""
    return header(FIN_BINARY, len(data)) + data


async def flood(target: Any) -> None:
    """10,000 messages a second that cost something, from a friend; when that is left, from the same again."""
    part = message(frames.encode(END, {"chain": NO_CHAIN, "next": 1})) * int(RATE * STEP_S)
    friend = await Attacker.friend(target, "mallory")
    loop = asyncio.get_running_loop()
    due = loop.time()
    try:
        while not friend.wire.tap.is_over:
            await friend.write(part)
            due += STEP_S
            await asyncio.sleep(max(0.0, due - loop.time()))
    finally:
        await friend.hang_up()


async def half_open(target: Any) -> None:
    """Two hundred connections from a hundred addresses that say nothing, and are left after a while."""
    host, port = target.address.split(":")
    opened = []
    for at in range(HALF_OPEN):
        one = socket.socket()
        one.setblocking(False)  # noqa: FBT003
        one.bind((f"127.0.1.{at % 100 + 1}", 0))
        one.connect_ex((host, int(port)))
        opened.append(one)
    await asyncio.sleep(2)
    for one in opened:
        one.close()


async def half_done(target: Any) -> None:
    """A hundred that get as far as WebSocket, and stop there."""

    async def one(at: int) -> None:
        attacker = await Attacker.calling(target.address, f"127.0.2.{at % 100 + 1}")
        await attacker.is_left()
        await attacker.hang_up()

    await asyncio.gather(*(one(at) for at in range(100)), return_exceptions=True)


async def slow_readers(target: Any) -> None:
    """Friends that ask for everything, again and again, and read nothing."""

    async def one(at: int) -> None:
        friend = await Attacker.friend(target, f"mallory{at}")
        try:
            rows: list[Any] = []
            while not rows:
                frame = frames.decode(await friend.wire.receive())
                rows = list(frame.body["rows"]) if frame.type == HEADS else []  # type: ignore[arg-type]  # of its form
            chain, length = rows[-1][:3], rows[-1][3]
            if friend.wire.tap.transport is not None:
                friend.wire.tap.transport.pause_reading()
            for _ in range(20):
                await friend.send(WANT, {"chain": chain, "first": 0, "upto": length, "bare": False})
            path = message(frames.encode(WANT_PATH, {"chain": chain, "seq": 1}))
            listed = message(frames.encode(LIST, {"node": target.id, "after": [bytes(16), 0]}))
            for _ in range(50):
                await friend.write((path + listed) * 10)
                await asyncio.sleep(0.05)
        finally:
            await friend.hang_up()

    await asyncio.gather(*(one(at) for at in range(4)), return_exceptions=True)


async def bombs(target: Any) -> None:
    """Packed frames that would inflate to 1 GiB."""
    friend = await Attacker.friend(target, "mallory")
    try:
        await friend.write(BOMB)
        await friend.is_left()
    finally:
        await friend.hang_up()


def _bomb() -> bytes:
    parts = zlib.compressobj(9, wbits=-15)
    part = parts.compress(bytes(16 * MIB)) + parts.flush(zlib.Z_FULL_FLUSH)  # may be repeated
    return message(frames.encode(PACKED, {"type": RUN, "data": (b"\x78\xda" + part * 64)[:MIB]}))


BOMB: Final = _bomb()


async def main(how: str, address: str, node: bytes) -> None:
    """Attack for ever."""
    attack: Callable[[Any], Awaitable[None]] = globals()[how]
    target = SimpleNamespace(address=address, id=node)
    print("begun", flush=True)
    while True:
        with contextlib.suppress(*GONE):
            await attack(target)
        await asyncio.sleep(STEP_S)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3])))
