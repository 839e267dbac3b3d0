"""How are connections taken for as long as a listening socket is open, whatever goes wrong with one of them?"""

from __future__ import annotations

import asyncio
import errno
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

BUSY_S: Final = 0.5  # without descriptors or memory, before we look again
_LOST: Final = {errno.ECONNABORTED, errno.EPROTO, errno.EPERM, errno.ENETDOWN, errno.EHOSTUNREACH, errno.ENETUNREACH}


async def accept(listener: socket.socket, begin: Callable[[socket.socket, str], None]) -> None:
    """Hand each connection, and the address it comes from, to `begin`; until the listener is closed."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            connection, address = await loop.sock_accept(listener)
        except OSError as error:
            if listener.fileno() < 0:
                return
            if error.errno not in _LOST:
                await asyncio.sleep(BUSY_S)
            continue
        begin(connection, str(address[0]))
