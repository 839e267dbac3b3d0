"""What can go wrong between nodes?

ProtocolError
  LocalError     our bug: we were about to write or send something we would refuse
  RemoteError    their bytes: malformed, over a limit or against the rules
"""

from __future__ import annotations


class ProtocolError(Exception):
    """Root of the room's errors."""


class LocalError(ProtocolError):
    """We were about to write or send something that we would refuse ourselves."""


class RemoteError(ProtocolError):
    """Bytes from outside that are malformed, over a limit or against the rules."""
