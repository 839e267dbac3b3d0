"""What do strangers and false friends do to a node? They speak the protocol as far as it serves them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ccnode.net.calling import Call, call
from ccnode.net.certificate import calling
from ccnode.net.federation import clock
from ccnode.net.handshaking import shake_hands
from ccnode.net.wire import Broken
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import frames
from ccnode_protocol.link_frames import MANIFEST
from ccnode_protocol.manifest import Manifest, sign_manifest
from ccnode_protocol.sync_values import KNOWN
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccnode_crypto.canonical import Value

ROOT: Final = Path(__file__).resolve().parents[2]
MIB: Final = 1 << 20
FIN_BINARY, FIN_TEXT, FIN_PING, CONTINUED, DEFLATED = 0x82, 0x81, 0x89, 0x00, 0xC2
NOTHING: Final = sha256(b"").digest()
OPEN: list[Attacker] = []  # all of a test, to be hung up in the end


def key_of(name: str) -> SigningKey:
    return SigningKey(sha256(name.encode()).digest())


class Victim:
    """The process, seen from outside."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self._lock = asyncio.Lock()
        self.port = port
        self.address = f"127.0.0.1:{port}"
        self.id = key_of("victim").public.raw

    async def ask(self, command: str = "links") -> dict[str, Any]:
        """Have it do something, and say how it is."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        async with self._lock:
            stdin.write(command.encode() + b"\n")
            await stdin.drain()
            answer: dict[str, Any] = json.loads(await stdout.readline())
        return answer

    def memory(self, what: str = "VmHWM") -> int:
        """The most memory that it has had, in bytes; or now (VmRSS)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(rf"{what}:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024


@asynccontextmanager
async def victim(folder: Path, *core: str) -> AsyncIterator[Victim]:
    """Start one that has these as its core peers."""
    path = os.pathsep.join(str(ROOT / part) for part in ("", "crypto", "protocol"))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.net.victim",
        str(folder),
        *core,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        limit=MIB,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield Victim(process, int(await process.stdout.readline()))
    finally:
        process.stdin.close()
        await process.wait()


def header(first: int, length: int) -> bytes:
    """The beginning of a WebSocket frame from a client, with a mask of zeros."""
    if length < 126:
        return bytes([first, 0x80 | length]) + bytes(4)
    if length < 1 << 16:
        return bytes([first, 0xFE]) + length.to_bytes(2, "big") + bytes(4)
    return bytes([first, 0xFF]) + length.to_bytes(8, "big") + bytes(4)


class Attacker:
    """One connection to a victim, from an address of its own (127.0.0.0/8 has many)."""

    def __init__(self, open_call: Call) -> None:
        self.call = open_call
        self.wire = open_call.wire
        OPEN.append(self)

    @classmethod
    async def calling(cls, address: str, local: str | None = None) -> Attacker:
        """TLS and WebSocket, and no handshake."""
        return cls(await call(address, calling(), local=local))

    @classmethod
    async def proven(cls, address: str, name: str, local: str | None = None) -> Attacker:
        """With a handshake."""
        attacker = await cls.calling(address, local)
        try:
            await shake_hands(attacker.wire, key_of(name), os.urandom(32), clock())
        except BaseException:
            await attacker.hang_up()
            raise
        return attacker

    @classmethod
    async def friend(cls, victim: Victim, name: str) -> Attacker:
        """One that the victim takes for a core peer, as far as having said what it knows."""
        attacker = await cls.proven(victim.address, name)
        key = key_of(name)
        await attacker.wire.receive()  # its manifest
        manifest = Manifest(key.public.raw, victim.id, 1, name, tier=Tier.CORE)
        await attacker.send(MANIFEST, sign_manifest(key, manifest).fields())
        await attacker.send(KNOWN, {"rows": [], "rest": [0, NOTHING], "all": bytes(32)})
        return attacker

    async def send(self, kind: int, body: dict[str, Value]) -> None:
        await self.wire.send(frames.encode(kind, body))

    async def write(self, data: bytes) -> None:
        """Bytes on the wire as they are."""
        transport = self.wire.tap.transport
        if transport is None:
            raise Broken(None, "gone")
        transport.write(data)
        while transport.get_write_buffer_size() > MIB and self.wire.tap.transport is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    async def is_left(self, seconds: float = 10) -> bool:
        """Read until the victim ends it."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.wire.receive()
        except Broken:
            return True
        except TimeoutError:
            return False

    async def hang_up(self) -> None:
        await self.call.hang_up()
