"""How does a connection of another device begin? Bounded before TLS, then TLS 1.3; what is not TLS is told where to go.

The first byte is looked at before it is taken: a browser to which somebody typed the address alone speaks plain HTTP.
It is sent on to https, and nothing else is ever answered without TLS.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import re
import socket
from typing import TYPE_CHECKING, Any, Final

from ccnode.api.connection import Connection
from ccnode.net.accepting import accept
from ccnode.net.addresses import group, plain

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from aiohttp import web

    from ccnode.api.settings import OutwardLimits

BACKLOG: Final = 128
TLS_HANDSHAKE: Final = 0x16
HEAD_BYTES_MAX: Final = 4096
CLOSE_S: Final = 2.0
_ASKED: Final = rb"(GET|HEAD) (/[!-~]*) HTTP/1\.[01]\r\n"
_HOST: Final = rb"\r\nhost:[ \t]*([!-~]{1,300})[ \t]*\r\n"
_TEXT: Final = "This port speaks HTTPS only: put https:// before the address.\n"


class OutwardConnection(Connection):
    """A connection of another device. `trusted`: somebody on it has shown who they are."""

    __slots__ = ("_doorway", "address", "trusted")

    def __init__(self, doorway: Doorway, address: str, *arguments: Any, **more: Any) -> None:  # noqa: ANN401  # aiohttp's
        super().__init__(*arguments, **more)
        self._doorway = doorway
        self.address = address
        self.trusted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TLS is spoken; there is room, or it is made, or the connection ends here."""
        super().connection_made(transport)
        if not self._doorway.admit(self):
            self.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        """It makes room."""
        self._doorway.connections.pop(self, None)
        super().connection_lost(exc)

    def abort(self) -> None:
        """End it at once, whatever is on its way."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


class Doorway:
    """Takes connections from listening sockets. `connections`: those past TLS, the oldest first."""

    def __init__(
        self,
        limits: OutwardLimits,
        server: web.Server,
        arguments: dict[str, Any],
        tls: Callable[[], ssl.SSLContext],
        hosts: Callable[[str, int], frozenset[str]],
    ) -> None:
        """`hosts`: the values of the Host header that mean a local address and port of ours."""
        self.connections: dict[OutwardConnection, None] = {}
        self._limits, self._server, self._arguments, self._tls, self._hosts = limits, server, arguments, tls, hosts
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._beginning: dict[asyncio.Task[None], str] = {}

    @property
    def is_open(self) -> bool:
        """Whether connections are taken."""
        return self._listener is not None

    @property
    def beginning(self) -> int:
        """How many connections have not come through TLS yet."""
        return len(self._beginning)

    def open(self, host: str, port: int) -> int:
        """Take connections; returns the port. Raises OSError."""
        self._listener = bind(host, port)
        self._accepting = asyncio.get_running_loop().create_task(accept(self._listener, self._begin), name="outward")
        return int(self._listener.getsockname()[1])

    async def stop_taking(self) -> None:
        """Take no more, and let go of those that begin. Idempotent."""
        listener, self._listener = self._listener, None
        tasks = [*self._beginning, *([self._accepting] if self._accepting is not None else [])]
        self._accepting = None
        for task in tasks:
            task.cancel()
        if listener is not None:
            listener.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Take no more, and end those there are. Idempotent."""
        await self.stop_taking()
        for connection in list(self.connections):
            connection.abort()

    def admit(self, connection: OutwardConnection) -> bool:
        """Count a connection past TLS; where all places are taken, the oldest that nobody vouches for ends."""
        held = list(self.connections)
        if sum(one.address == connection.address for one in held) >= self._limits.connections_each:
            return False
        if len(held) >= self._limits.connections_max:
            oldest = next((one for one in held if not one.trusted), None)
            if oldest is None:
                return False
            self.connections.pop(oldest, None)
            oldest.abort()
        self.connections[connection] = None
        return True

    def _begin(self, connection: socket.socket, address: str) -> None:
        """Give a connection a place among those that begin, or close it."""
        address = group(plain(address))
        places = list(self._beginning.values())
        if places.count(address) >= self._limits.handshakes_each:
            connection.close()
            return
        if len(places) >= self._limits.handshakes_max:
            busiest = max(set(places), key=places.count)
            next(task for task, one in self._beginning.items() if one == busiest).cancel()
        task = asyncio.get_running_loop().create_task(self._greet(connection, address))
        self._beginning[task] = address
        task.add_done_callback(self._begun)

    def _begun(self, task: asyncio.Task[None]) -> None:
        self._beginning.pop(task, None)

    async def _greet(self, connection: socket.socket, address: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._limits.handshake_s):
                if await _first_byte(connection) == TLS_HANDSHAKE:
                    await loop.connect_accepted_socket(
                        lambda: OutwardConnection(self, address, self._server, **self._arguments),
                        connection,
                        ssl=self._tls(),
                        ssl_handshake_timeout=self._limits.handshake_s,
                        ssl_shutdown_timeout=CLOSE_S,
                    )
                    return
                await self._send_on(connection)
        except (OSError, TimeoutError):
            pass  # gone, too slow, or it speaks no TLS 1.3
        except BaseException:
            connection.close()
            raise
        connection.close()

    async def _send_on(self, connection: socket.socket) -> None:
        """Answer plain HTTP: with the same page's address by https, or that there is none."""
        loop = asyncio.get_running_loop()
        head = b""
        while b"\r\n\r\n" not in head and len(head) < HEAD_BYTES_MAX:
            piece = await loop.sock_recv(connection, HEAD_BYTES_MAX)
            if not piece:
                break
            head += piece
        await loop.sock_sendall(connection, _answer(head, self._own_name(connection, head)))
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):  # what is still on its way would reset the connection, and lose the answer
            await asyncio.wait_for(loop.sock_recv(connection, HEAD_BYTES_MAX), CLOSE_S)

    def _own_name(self, connection: socket.socket, head: bytes) -> str:
        """The name by which we were asked, if it is one of ours; else our address."""
        name = connection.getsockname()
        local, port = plain(str(name[0])).partition("%")[0], int(name[1])
        given = re.search(_HOST, head[:HEAD_BYTES_MAX], re.IGNORECASE)
        host = given[1].decode("ascii").lower() if given else ""
        return host if host in self._hosts(local, port) else authority(local, port)


def authority(address: str, port: int) -> str:
    """An address and a port as they stand in a URL."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _answer(head: bytes, name: str) -> bytes:
    """The answer to what was asked without TLS; it holds nothing of what is here."""
    asked = re.match(_ASKED, head)
    status, more = "400 Bad Request", ""
    if asked:
        status, more = "307 Temporary Redirect", f"Location: https://{name}{asked[2].decode('ascii')}\r\n"
    return (
        f"HTTP/1.1 {status}\r\n{more}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(_TEXT)}\r\n"
        f"Cache-Control: no-store\r\nConnection: close\r\n\r\n{'' if head.startswith(b'HEAD') else _TEXT}"
    ).encode()


async def _first_byte(connection: socket.socket) -> int:
    """The first byte that comes, which stays to be read. Raises ConnectionError where none does."""
    loop = asyncio.get_running_loop()
    come = asyncio.Event()
    loop.add_reader(connection, come.set)
    try:
        await come.wait()
    finally:
        loop.remove_reader(connection)
    first = connection.recv(1, socket.MSG_PEEK)
    if not first:
        raise ConnectionError("closed")
    return first[0]


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on an address of this machine, or on all for "*". Raises OSError."""
    if host == "*":
        try:
            return bind("::", port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise
            host = "0.0.0.0"  # noqa: S104  # the owner wants all; this machine has no IPv6
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST | socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setblocking(False)  # noqa: FBT003
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            with contextlib.suppress(OSError):  # a system without IPv4 in IPv6 is reached by IPv6 alone
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, host != "::")
        listener.bind(address)
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener
