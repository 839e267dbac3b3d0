"""How do whole frames come and go? One WebSocket, whichever side called, with nothing in it but binary messages."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from aiohttp import WSMsgType
from aiohttp.client_exceptions import ClientError

from ccnode.net.addresses import group
from ccnode_protocol import frames, limits
from ccnode_protocol.effects import Reason
from ccnode_protocol.link_frames import GOODBYE

if TYPE_CHECKING:
    from aiohttp import ClientWebSocketResponse, web

    from ccnode.net.tap import Tap
    from ccnode_crypto.canonical import Value
    from ccnode_protocol.handshake import Role

CLOSE_S: Final = 1.0  # how long the other side has to answer a close
CONTROLS_MAX: Final = 1_000  # WebSocket's own pings and pongs, which no link needs, on one link
TOO_BIG: Final = 1009


class Broken(Exception):
    """The other end is gone, or sends what no frame can be in.

    `reason`: what it said by its close code, or is guilty of. `by_peer`: whether it closed the WebSocket itself.
    """

    def __init__(self, reason: Reason | None, text: str, *, by_peer: bool = False) -> None:
        super().__init__(text)
        self.reason = reason
        self.by_peer = by_peer


class Wire:
    """A WebSocket. `fingerprint`: SHA-256 of the server's certificate, as seen from this side."""

    def __init__(
        self,
        socket: web.WebSocketResponse | ClientWebSocketResponse,
        tap: Tap,
        role: Role,
        address: str,
        fingerprint: bytes,
    ) -> None:
        self._socket = socket
        self.tap = tap
        self.role = role
        self.address = address
        self.fingerprint = fingerprint
        self.frames_in = self.frames_out = self.bytes_in = self.bytes_out = 0
        self._controls = 0

    async def receive(self) -> bytes:
        """The next frame. Raises Broken."""
        while True:
            try:
                message = await self._socket.receive()
            except (OSError, ClientError, RuntimeError) as error:
                raise Broken(None, f"the connection broke: {error}") from error
            self.tap.unread = 0
            match message.type:
                case WSMsgType.BINARY:
                    data: bytes = message.data
                    self.frames_in += 1
                    self.bytes_in += len(data)
                    return data
                case WSMsgType.PING | WSMsgType.PONG:
                    await self._controlled(message.type, message.data)
                case WSMsgType.TEXT:
                    raise Broken(Reason.MALFORMED, "a text message")
                case WSMsgType.CLOSE:
                    raise _closed(message.data)
                case WSMsgType.ERROR:
                    raise self._failed(message.data)
                case _:
                    raise _closed(self._socket.close_code)

    async def _controlled(self, kind: WSMsgType, data: bytes) -> None:
        self._controls += 1
        if self._controls > CONTROLS_MAX:
            raise Broken(Reason.OVER_RATE, "too many pings of WebSocket's own")
        if kind is WSMsgType.PING:
            with contextlib.suppress(OSError, ClientError, RuntimeError):  # the next receive tells
                await self._socket.pong(data)

    def _failed(self, error: object) -> Broken:
        code = getattr(error, "code", None)
        if code == TOO_BIG:
            return Broken(Reason.MALFORMED, "a message of more bytes than any frame may have")
        return Broken(Reason.MALFORMED if code is not None else None, f"the connection broke: {error}")

    async def send(self, data: bytes) -> None:
        """Send a frame; returns when the connection can take more. Raises Broken."""
        self.frames_out += 1
        self.bytes_out += len(data)
        try:
            await self._socket.send_bytes(data)
        except (OSError, ClientError, RuntimeError) as error:
            raise Broken(None, f"the connection broke: {error}") from error

    async def refuse(self, reason: Reason, text: str) -> None:
        """Say goodbye before there is a link, and close."""
        body: dict[str, Value] = {"reason": int(reason), "text": text[: limits.REASON_CHARS_MAX]}
        with contextlib.suppress(Broken, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self.send(frames.encode(GOODBYE, body))
        await self.close(int(reason))

    @property
    def host(self) -> str:
        """The other end's address without its port."""
        return self.address.rpartition(":")[0].strip("[]")

    @property
    def group(self) -> str:
        """What counts as one address."""
        return group(self.host)

    @property
    def waiting(self) -> int:
        """How many bytes wait in this process for the connection to take them."""
        transport = self.tap.transport
        return transport.get_write_buffer_size() if transport is not None else 0

    async def close(self, code: int) -> None:
        """Close it with this code, and cut it off where the other side does not answer soon."""
        try:
            async with asyncio.timeout(2 * CLOSE_S):
                await self._socket.close(code=code)
        except (TimeoutError, OSError, ClientError, RuntimeError):
            pass  # it is cut off below
        except asyncio.CancelledError:
            # aiohttp has one future for all who wait until more can be sent; a writer that was cancelled cancelled it.
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
        finally:
            self.tap.abort()


def _closed(code: object) -> Broken:
    if isinstance(code, int) and code in set(Reason):
        return Broken(Reason(code), f"the peer closed with {code}", by_peer=True)
    return Broken(None, "the peer closed the connection" if code else "the connection is gone", by_peer=bool(code))
