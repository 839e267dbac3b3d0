"""What can go wrong between this node and the network?

NetError
  ListenError    the federation port cannot be had
  KeyFileError   the TLS key cannot be read or made
  CallError      a call to another node came to nothing
  UnableError    this node can read or store nothing now

and RefusedError, of who is not met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccnode_protocol.effects import Reason


class NetError(Exception):
    """Root of the room's errors. `remedy` says what to do about it."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class ListenError(NetError):
    """The federation port cannot be had."""


class KeyFileError(NetError):
    """The file with the TLS key cannot be read or made."""


class UnableError(NetError):
    """Raised by who implements the ports: this node can read or store nothing now, which is no fault of the peer's."""


class CallError(NetError):
    """A call came to nothing. `reason`: why the link was ended, None where none came about."""

    def __init__(self, message: str, reason: Reason | None = None, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason


class RefusedError(Exception):
    """Raised by `Peers.met`: the link is closed with this reason. The text goes to the peer."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason
