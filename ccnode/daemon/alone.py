"""What does a node do that knows no other? It listens and is announced, until somebody calls or others are asked for.

What meets others (federation.py) takes 2 MiB and a connection to the database for good, and most nodes that know nobody
never need it. Nothing is read from the port here: who calls waits in the port's queue, is what loads the rest, and is
then answered by it, long before its handshake is given up.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

import structlog

import ccnode
from ccnode.net import certificate, places
from ccnode.net.discovery import Discovery
from ccnode.net.errors import NetError
from ccnode.net.listening import bind
from ccnode.store import acquainted, views
from ccnode.store.errors import StoreError
from ccnode.store.ledger import connect

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from ccnode import config
    from ccnode.store.home import Home

log = structlog.get_logger()


ADDRESSES_S: Final = 5.0  # the machine may move to another network; a look takes less than a millisecond


class Alone:
    """The port and the announcement of a node that knows no other. Lives on one event loop.

    `known`, `changed`: what is asked and told of discovery; whoever goes on with it sets them.
    """

    def __init__(self, home: Home, own: bytes, settings: config.Federation, tell: Callable[..., None]) -> None:
        self.known: Callable[[bytes], bool] = lambda _: False
        self.changed: Callable[[], None] = lambda: tell("peers")
        self.discovery: Discovery | None = None
        self._home = home
        self._own = own
        self._settings = settings
        self._woken = asyncio.Event()
        self._listeners: list[socket.socket] = []
        self._ips: tuple[str, ...] = ()

    async def wait(self) -> None:
        """Until others are to be met. What goes wrong ends it at once, and is told by who goes on."""
        settings, loop = self._settings, asyncio.get_running_loop()
        try:
            await asyncio.to_thread(certificate.prepare, self._home.root / certificate.FILE)
            self._listeners = bind(settings.host, settings.port)
        except NetError:
            return
        port = self._listeners[0].getsockname()[1]
        if settings.discovery:
            self.discovery = Discovery(
                self._own,
                port,
                host=settings.host,
                version=ccnode.__version__,
                known=self._is_known,
                changed=self._discovered,
            )
            self.discovery.start()
        for listener in self._listeners:
            loop.add_reader(listener, self.wake)
        log.info("federation", state="alone")
        try:
            while not self._woken.is_set():
                found = await asyncio.to_thread(places.own_addresses, settings.host)
                self._ips = tuple(places.place(own.ip, port) for own in found)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), ADDRESSES_S)
        finally:
            for listener in self._listeners:
                loop.remove_reader(listener)

    def _is_known(self, node: bytes) -> bool:
        return self.known(node)

    def _discovered(self) -> None:
        self.changed()

    def wake(self) -> None:
        """Others are to be met now."""
        self._woken.set()

    def take(self) -> list[socket.socket]:
        """The listening sockets, for who goes on; from now on they are theirs."""
        taken, self._listeners = self._listeners, []
        return taken

    async def close(self) -> None:
        """The node stops; what was taken is closed by who took it."""
        self.wake()
        for listener in self.take():
            listener.close()
        if self.discovery is not None:
            await self.discovery.stop()

    def summary(self) -> dict[str, Any]:
        """What a status says of it."""
        return {"state": "on" if self._ips else "starting", "links": 0, "addresses": list(self._ips)}


def knows_others(home: Home) -> bool:
    """Whether it knows any other node; blocks. Raises StoreError."""
    with contextlib.closing(connect(home.ledger, writable=False)) as connection:
        return views.run(connection, acquainted.knows_others())


async def begin(home: Home, own: bytes, settings: config.Federation, tell: Callable[..., None]) -> Alone | None:
    """Where the node knows nobody: what waits for somebody. None where it does, or is not to be met."""
    try:
        is_alone = settings.enabled and not await asyncio.to_thread(knows_others, home)
    except StoreError:
        return None  # whoever goes on tells it
    return Alone(home, own, settings, tell) if is_alone else None
