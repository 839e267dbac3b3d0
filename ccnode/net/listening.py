"""Who calls us? The federation port: connections are bounded before TLS, then one WebSocket each."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from ccnode.later import later
from ccnode.net.accepting import accept
from ccnode.net.addresses import PORT_MAX, plain, shown
from ccnode.net.errors import ListenError
from ccnode.net.tap import Tap
from ccnode.net.wire import CLOSE_S, Wire
from ccnode_protocol import limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aiohttp.web_request import BaseRequest

    from ccnode.net.certificate import Tls
    from ccnode.net.strangers import Slot, Strangers
    from ccnode_protocol import handshake
else:
    handshake = later("ccnode_protocol.handshake")

PATH: Final = "/ccnode/1"
BACKLOG: Final = 128
BEFORE_BYTES_MAX: Final = 16 * 1024  # of a connection whose handshake is not done: request and three small frames
WRITE_HIGH: Final = 64 * 1024  # bytes that wait for the connection to take them before senders wait


class _Connection(web.RequestHandler):
    """aiohttp's connection, but it logs no stranger's bytes and explains nothing."""

    __slots__ = ()

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,  # noqa: ARG002
        exc: BaseException | None = None,  # noqa: ARG002
        message: str | None = None,  # noqa: ARG002  # quotes what was sent
    ) -> web.StreamResponse:
        """Answer what is no request for a WebSocket."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had begun already")
        response = web.Response(status=400, text="this port is for ccnode's links\n")
        response.force_close()
        return response


class Listener:
    """Serves the federation port; `handle` is awaited for each WebSocket, which is closed when it returns."""

    def __init__(self, tls: Tls, strangers: Strangers, handle: Callable[[Wire, Slot], Awaitable[None]]) -> None:
        self._tls = tls
        self._strangers = strangers
        self._handle = handle
        self._listeners: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots: dict[Tap, Slot] = {}
        self._server: web.Server | None = None
        self.port = 0

    async def start(self, host: str, port: int, bound: Sequence[socket.socket] = ()) -> int:
        """Listen, and return the port. `host`: an address of this machine, "*" for all; `port`: 0 for a free one.

        `bound`: sockets that listen already, instead.

        Raises:
            ListenError: it cannot be had; nothing stays open.
        """
        self._listeners = list(bound) or bind(host, port)
        self.port = self._listeners[0].getsockname()[1]
        self._server = web.Server(self._request)
        for listener in self._listeners:
            self._begin(accept(listener, self._take))
        return self.port

    def close(self) -> None:
        """Take no more connections."""
        for task in self._tasks:
            task.cancel()
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()

    async def stop(self) -> None:
        """Close what is left; links are closed by whoever handles them, before."""
        self.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for tap in list(self._slots):
            tap.abort()
        if self._server is not None:
            await self._server.shutdown(CLOSE_S)
            self._server = None

    def _begin(self, work: Any) -> None:  # noqa: ANN401  # a coroutine
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _take(self, connection: socket.socket, address: str) -> None:
        """Give a connection a place among strangers, or close it."""
        slot = self._strangers.admit(address)
        if slot is None:
            connection.close()
        else:
            self._begin(self._greet(connection, slot))

    async def _greet(self, connection: socket.socket, slot: Slot) -> None:
        """TLS, and a time by which the handshake after it must be done."""
        server = self._server
        if server is None:
            connection.close()
            slot.free()
            return
        loop = asyncio.get_running_loop()
        arguments: dict[str, Any] = {"access_log": None, "keepalive_timeout": limits.HANDSHAKE_MS / 1000}
        tap = Tap(_Connection(server, loop=loop, **arguments), BEFORE_BYTES_MAX)
        tap.lost = slot.free
        self._slots[tap] = slot
        try:
            await loop.connect_accepted_socket(
                lambda: tap,
                connection,
                ssl=self._tls.server,
                ssl_handshake_timeout=limits.HANDSHAKE_MS / 1000,
                ssl_shutdown_timeout=CLOSE_S,
            )
            if tap.transport is not None:
                tap.transport.set_write_buffer_limits(WRITE_HIGH)
        except OSError:
            connection.close()
            slot.free()
        except BaseException:
            tap.abort()
            connection.close()
            slot.free()
            raise
        else:
            await asyncio.sleep(limits.HANDSHAKE_MS / 1000)
            if slot.is_held:
                tap.abort()
        finally:
            self._slots.pop(tap, None)

    async def _request(self, request: BaseRequest) -> web.StreamResponse:
        transport = request.transport
        tap = transport.get_protocol() if transport is not None else None
        slot = self._slots.get(tap) if isinstance(tap, Tap) else None
        websocket = web.WebSocketResponse(
            timeout=CLOSE_S, autoping=False, max_msg_size=limits.FRAME_BYTES_MAX, compress=False, writer_limit=1
        )
        if request.path != PATH or not isinstance(tap, Tap) or slot is None or not websocket.can_prepare(request):
            response = web.Response(status=400, text="this port is for ccnode's links\n")
            response.force_close()
            return response
        await websocket.prepare(request)
        host, port = (request.transport.get_extra_info("peername") or ("", 0))[:2] if request.transport else ("", 0)
        wire = Wire(websocket, tap, handshake.Role.SERVER, shown(plain(str(host)), port), self._tls.fingerprint)
        try:
            await self._handle(wire, slot)
        finally:
            slot.free()
            tap.abort()
        return websocket


def bind(host: str, port: int) -> list[socket.socket]:
    """Listening sockets on an address of this machine, or on all for "*". Raises ListenError."""
    if not 0 <= port <= PORT_MAX:
        raise ListenError(f"{port} is no port", remedy="choose one from 1 to 65535, or 0 for a free one")
    tries = [(socket.AF_INET6, "::"), (socket.AF_INET, "0.0.0.0")] if host == "*" else [_family(host)]  # noqa: S104
    failed: OSError | None = None
    for family, name in tries:
        try:
            return [_bound(family, name, port)]
        except OSError as error:
            failed = error
            if error.errno == errno.EADDRINUSE:
                break
    reason = failed.strerror or str(failed) if failed is not None else ""
    if failed is not None and failed.errno == errno.EADDRINUSE:
        reason = "it is taken by another program"
    raise ListenError(
        f"port {port} for other nodes on {host} cannot be had: {reason}",
        remedy="stop that program, or choose another port: CCNODE_FEDERATION__PORT=0 takes a free one",
    )


def _family(host: str) -> tuple[socket.AddressFamily, str]:
    name = host.strip("[]")
    return (socket.AF_INET6 if ":" in name else socket.AF_INET), name


def _bound(family: socket.AddressFamily, name: str, port: int) -> socket.socket:
    listener = socket.socket(family)
    try:
        listener.setblocking(False)  # noqa: FBT003
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and name == "::":
            with contextlib.suppress(OSError):  # a system without IPv4 in IPv6 is reached by IPv6 alone
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((name, port))
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener
