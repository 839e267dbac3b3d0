"""How is another node called? One connection, one WebSocket, to the address that was asked for and no other."""

from __future__ import annotations

import asyncio
import os
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from ccnode.later import later
from ccnode.net.addresses import parsed, shown
from ccnode.net.errors import CallError
from ccnode.net.listening import BEFORE_BYTES_MAX, PATH, WRITE_HIGH
from ccnode.net.tap import Tap
from ccnode.net.wire import CLOSE_S, Wire
from ccnode_protocol import limits

if TYPE_CHECKING:
    import ssl

    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection

    from ccnode_protocol import handshake
else:
    handshake = later("ccnode_protocol.handshake")

CALL_S: Final = 10.0  # TCP, TLS and WebSocket together


class _Connector(aiohttp.TCPConnector):
    """Connects once: a redirection, which aiohttp would follow, leads nowhere."""

    tap: Tap | None = None

    async def connect(self, req: ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout) -> Connection:  # noqa: ASYNC109
        """The connection, with a Tap in it."""
        if self.tap is not None:
            raise aiohttp.ClientConnectionError("it leads us elsewhere")
        connection = await super().connect(req, traces, timeout)
        transport = connection.transport
        inner = connection.protocol
        if transport is None or inner is None:
            raise aiohttp.ClientConnectionError("the connection is gone")
        self.tap = Tap(inner, BEFORE_BYTES_MAX)
        self.tap.transport = transport
        transport.set_protocol(self.tap)
        transport.set_write_buffer_limits(WRITE_HIGH)
        return connection


class Call:
    """An open call. `wire`: what came of it; `hang_up` frees what it holds."""

    def __init__(self, wire: Wire, session: aiohttp.ClientSession) -> None:
        self.wire = wire
        self._session = session

    async def hang_up(self) -> None:
        """Close the connection. Idempotent."""
        self.wire.tap.abort()
        await self._session.close()


async def call(address: str, context: ssl.SSLContext, *, local: str | None = None) -> Call:
    """Call a node; who it is, is not known yet. `local`: the address of this machine to call from.

    Raises:
        CallError: nobody answers, or not as a node does.
    """
    host, port = parsed(address)
    connector = _Connector(ssl=context, force_close=True, local_addr=(local, 0) if local else None, use_dns_cache=False)
    session = aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=None)
    )
    try:
        async with asyncio.timeout(CALL_S):
            websocket = await session.ws_connect(
                f"wss://{shown(host, port)}{PATH}",
                autoping=False,
                max_msg_size=limits.FRAME_BYTES_MAX,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
            )
        seen = websocket.get_extra_info("ssl_object")
        certificate = seen.getpeercert(binary_form=True) if seen is not None else None
        if certificate is None or connector.tap is None:
            raise CallError(f"{address}: the connection is gone")
    except TimeoutError as error:
        await session.close()
        raise CallError(f"{address}: no answer within {CALL_S:.0f} s", remedy="is it on, and reachable?") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        await session.close()
        raise CallError(
            f"{address}: {_why(error)}", remedy="check address and port, and that federation is enabled there"
        ) from error
    except BaseException:
        await session.close()
        raise
    return Call(Wire(websocket, connector.tap, handshake.Role.CLIENT, address, sha256(certificate).digest()), session)


def _why(error: Exception) -> str:
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return "what answers there is no node (or takes no more calls from here just now)"
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno or 0  # asyncio's own text says how it was called, not what went wrong
        return os.strerror(number) if number > 0 else str(error.os_error.strerror or error.os_error)
    return str(error)[:200] or type(error).__name__
