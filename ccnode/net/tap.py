"""How much comes in on a connection, before anybody has read it? A protocol around aiohttp's that counts bytes.

aiohttp bounds one message, and no more: it tells nothing of a message that is half here (a slow line is no dead one),
and of a stranger it takes as much as of a friend.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ccnode_protocol import limits

if TYPE_CHECKING:
    from collections.abc import Callable

UNREAD_MAX: Final = 2 * limits.FRAME_BYTES_MAX + limits.MIB  # bytes that make no message, as empty fragments do


class Tap(asyncio.Protocol):
    """Stands between a transport and aiohttp's protocol.

    `left`: how many more bytes are taken, None for no such bound; whoever sends more is cut off. `heard` is called
    when bytes came; `lost` when the connection is gone.
    """

    def __init__(self, inner: asyncio.Protocol, left: int | None) -> None:
        self.inner = inner
        self.left = left
        self.unread = 0
        self.heard: Callable[[], None] | None = None
        self.lost: Callable[[], None] | None = None
        self.transport: asyncio.Transport | None = None
        self.is_over = False

    def abort(self) -> None:
        """Cut it off, with all that waits to be sent."""
        self.is_over = True
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Pass on."""
        self.transport = transport  # type: ignore[assignment]  # of TLS, which is a Transport
        self.inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Count, and pass on what is within bounds."""
        if self.is_over:
            return
        self.unread += len(data)
        if self.left is not None:
            self.left -= len(data)
        if self.unread > UNREAD_MAX or (self.left is not None and self.left < 0):
            self.abort()
            return
        if self.heard is not None:
            self.heard()
        self.inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass on."""
        return self.inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass on."""
        self.is_over = True
        self.transport = None
        self.inner.connection_lost(exc)
        if self.lost is not None:
            self.lost()

    def pause_writing(self) -> None:
        """Pass on."""
        self.inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass on."""
        self.inner.resume_writing()
