"""How does one program reach programs in several network namespaces? By sockets that were made there."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from typing import Final

CLONE_NEWNET: Final = 0x40000000


def connected(space: str, address: str, port: int) -> socket.socket:
    """A TCP connection made in that namespace; it stays there, and can be used from here. Raises OSError."""
    found: list[socket.socket | OSError] = []

    def make() -> None:
        # A thread has a namespace of its own to be in, and this one ends in it.
        handle = os.open(f"/run/netns/{space}", os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET) != 0:
                number = ctypes.get_errno()
                found.append(OSError(number, os.strerror(number)))
                return
            found.append(socket.create_connection((address, port), timeout=10))
        except OSError as error:
            found.append(error)
        finally:
            os.close(handle)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    (made,) = found
    if isinstance(made, OSError):
        raise made
    made.settimeout(0)
    return made
