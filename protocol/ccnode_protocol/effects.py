"""What does a machine of this room ask of whoever runs it? Effects, as data, to happen in their order."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Reason(IntEnum):
    """Why a link ends: the close code of its WebSocket (4000 to 4999 are for applications)."""

    DONE = 4000  # we stop, or have nothing more to say
    MALFORMED = 4001  # bytes that are no frame, or a field out of its bounds
    UNEXPECTED = 4002  # a frame that does not belong here now
    OVER_RATE = 4003  # more frames or bytes than are allowed
    TIMEOUT = 4004  # the handshake took too long
    SILENT = 4005  # nothing came for too long
    VERSION = 4006  # no version in common, or not the highest
    NETWORK = 4007  # of another network
    UNPROVEN = 4008  # a signature, commitment or proof that does not verify
    OWN_KEY = 4009  # our own key came back: we met ourselves, or a copy of this node
    OTHER_KEY = 4010  # not the peer that was called
    FORBIDDEN = 4011  # what the peer's tier does not allow
    UNWANTED = 4012  # removed, refused, or nobody has accepted it so far
    REPLACED = 4013  # a newer link with the same peer took its place
    BUSY = 4014  # as many links as we keep


class Send(NamedTuple):
    """Send these bytes, one whole frame."""

    data: bytes


class Close(NamedTuple):
    """Close the connection with this code. `text` is for our own log; it may name what the peer sent."""

    reason: Reason
    text: str
