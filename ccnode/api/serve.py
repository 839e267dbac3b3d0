"""On which sockets is the API served? Loopback TCP and a local Unix socket, opened with care and closed with grace.

Other devices have a door of their own (outward.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import os
import socket
import stat
from typing import TYPE_CHECKING, Any, Final, cast

from aiohttp import web

from ccnode.api.app import wind_down
from ccnode.api.connection import Connection, Refused
from ccnode.api.context import PLACE
from ccnode.api.errors import ServeError
from ccnode.api.peers import group_id
from ccnode.api.security import OUTWARD, SETTINGS
from ccnode.later import later

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.api import sockets
    from ccnode.api.outward import Outward
    from ccnode.api.settings import Limits
else:
    sockets = later("ccnode.api.sockets")

SOCKET_MODE: Final = 0o660
SOCKET_PATH_BYTES_MAX: Final = 107  # sun_path of Linux, less the closing zero; macOS has four fewer
BACKLOG: Final = 128
HANDLERS_WAIT_S: Final = 2.0
PORT_MAX: Final = 65_535


class Servers:
    """Serves one application on its TCP port and its local socket.

    `start` and `stop` are called once each, on the loop that serves. `api_url` is set by `start`.
    """

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._settings = app[SETTINGS]
        self._runner: web.AppRunner | None = None
        self._servers: list[asyncio.AbstractServer] = []
        self._bound: tuple[Path, int] | None = None  # the socket's file and its inode
        self.api_url = ""
        self.outward = cast("Outward | None", app.get(OUTWARD))

    async def start(self) -> str:
        """Open both doors; returns the address that browsers use, as in "http://127.0.0.1:8000".

        Raises:
            ServeError: the port or the socket cannot be had, or the host is not this machine. Nothing stays open.
        """
        settings = self._settings
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=HANDLERS_WAIT_S)
        await self._runner.setup()
        opened: list[socket.socket] = []
        try:
            opened.append(bind_loopback(settings.host, settings.port))
            if settings.socket is not None:
                opened.append(bind_local(settings.socket))
                self._bound = (settings.socket, settings.socket.lstat().st_ino)
            loop = asyncio.get_running_loop()
            for listener in opened:
                make = loop.create_unix_server if listener.family == socket.AF_UNIX else loop.create_server
                self._servers.append(await make(self._connection, sock=listener, backlog=BACKLOG))
        except BaseException:
            for listener in opened:
                listener.close()
            await self.stop()
            raise
        port = opened[0].getsockname()[1]
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self.api_url = self._app[PLACE].api_url = f"http://{host}:{port}"
        return self.api_url

    async def start_outward(self) -> None:
        """Serve other devices too, where that is wanted. What keeps them from it is told by `outward.problem`."""
        server = self._runner.server if self._runner is not None else None
        if self.outward is not None and server is not None:
            self.outward.on_password = lambda: sockets.sign_all_out(self._app)
            await self.outward.open(server, _handler_arguments(self._settings.limits))

    def _connection(self) -> asyncio.Protocol:
        """Make the protocol of one connection."""
        server = self._runner.server if self._runner is not None else None
        if server is None:
            return Refused()
        others = self.outward.connections if self.outward is not None else 0  # they have places of their own
        if len(server.connections) - others >= self._settings.limits.connections_max:
            return Refused()
        return Connection(server, **_handler_arguments(self._settings.limits))

    async def stop(self) -> None:
        """Take no more connections, give open turns `stop_grace_s`, then close everything. Idempotent."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        if self._runner is not None:
            runner, self._runner = self._runner, None
            if self.outward is not None:
                await self.outward.stop_taking()
            await wind_down(self._app)  # before cleanup(), which stops reading what clients send, their goodbyes too
            if self.outward is not None:
                await self.outward.close()
            await runner.cleanup()
        if self._bound is not None:
            (path, inode), self._bound = self._bound, None
            _remove_own(path, inode)


def _handler_arguments(limits: Limits) -> dict[str, Any]:
    return {
        "loop": asyncio.get_running_loop(),
        "access_log": None,
        "keepalive_timeout": limits.header_timeout_s,
        "lingering_time": limits.linger_s,
        "auto_decompress": False,  # a small compressed body can be a large one
    }


def bind_loopback(host: str, port: int) -> socket.socket:
    """A socket bound to a loopback address. Raises ServeError."""
    name = "127.0.0.1" if host == "localhost" else host.strip("[]")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise ServeError(
            f"the API cannot be served on {host!r}: it speaks to this machine only", remedy="set the host to 127.0.0.1"
        )
    if not 0 <= port <= PORT_MAX:
        raise ServeError(f"{port} is no port", remedy="choose one from 1 to 65535, or 0 for a free one")
    listener = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET)  # noqa: PLR2004
    try:
        listener.setblocking(False)  # noqa: FBT003
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((name, port))
        # Two that bound the same port with SO_REUSEADDR find out here, not at the first connection.
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise ServeError(
                f"port {port} on {name} is taken by another program",
                remedy="stop that program, or choose another port: CCNODE_API__PORT=0 takes a free one",
            ) from error
        reason = error.strerror or str(error)
        raise ServeError(
            f"port {port} on {name} cannot be served: {reason}", remedy="choose another port (above 1023)"
        ) from error
    return listener


def bind_local(path: Path) -> socket.socket:
    """A Unix socket for the owner and group `ccnode`, in a folder that nobody else can write to. Raises ServeError."""
    if len(os.fsencode(path)) > SOCKET_PATH_BYTES_MAX:
        raise ServeError(f"the path of the local socket is too long: {path}", remedy="use a shorter data directory")
    try:
        _check_folder(path.parent)
        _remove_stale(path)
        listener = socket.socket(socket.AF_UNIX)
        try:
            listener.setblocking(False)  # noqa: FBT003
            listener.bind(os.fspath(path))
            # Nobody can connect before listen(), so nobody does before the mode is right.
            if (group := group_id()) is not None:
                with contextlib.suppress(PermissionError):  # we are not in that group: the socket stays our own group's
                    os.chown(path, -1, group, follow_symlinks=False)
            path.chmod(SOCKET_MODE)  # whoever connects is asked for by the kernel's word, not by this mode alone
            listener.listen(BACKLOG)
        except BaseException:
            listener.close()
            raise
    except OSError as error:
        raise ServeError(
            f"the local socket {path} cannot be made: {error.strerror or error}", remedy="mend the folder's permissions"
        ) from error
    return listener


def _check_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode):
        raise ServeError(f"{folder} is not a folder (a link, perhaps set by somebody else)", remedy="remove it")
    if facts.st_uid not in (os.getuid(), 0):
        raise ServeError(f"{folder} belongs to another user ({facts.st_uid})", remedy="remove it, or use another")
    if facts.st_mode & 0o022:
        raise ServeError(
            f"others can write to {folder}, and so could replace the local socket", remedy=f"run: chmod go-w {folder}"
        )


def _remove_stale(path: Path) -> None:
    """Remove the socket of a daemon that is no more. Raises ServeError where one answers, or it is no socket."""
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(facts.st_mode):
        raise ServeError(f"{path} is there and is not a socket", remedy="move it away")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(os.fspath(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
            return
        except OSError:
            pass  # full backlog, no permission: somebody is there
    raise ServeError(f"another daemon answers at {path}", remedy="stop it first: ccnode stop")


def _remove_own(path: Path, inode: int) -> None:
    """Remove our socket's file, unless another daemon's stands there by now."""
    try:
        if path.lstat().st_ino == inode:
            path.unlink()
    except OSError:
        return  # it is gone, or the disk is read-only: the next start replaces it
