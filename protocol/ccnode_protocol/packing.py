"""How does a large frame travel in fewer bytes? Deflated whole, inside a frame of type packed (link_frames.py).

Only runs and contents do, and each is deflated by itself: what a stranger wrote and what we keep secret never share a
window over which lengths could tell something. `unpack` inflates to the bounds of the frame inside and no further,
whatever is declared, and a packed frame is never inside another.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from ccnode_protocol import frames
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.link_frames import PACKED
from ccnode_protocol.sync_values import CONTENTS, RUN

if TYPE_CHECKING:
    from ccnode_protocol.frames import Frame

TYPES: Final = frozenset({RUN, CONTENTS})
LEAST_BYTES: Final = 1024  # a smaller frame is sent as it is
LEVEL: Final = 1  # most of what there is to gain, at a third of the cost
_WORTH: Final = 8  # it has to save an eighth


def pack(data: bytes) -> bytes:
    """The frame that holds this one, or this one itself where that gains little or its type is never packed."""
    kind = frames.type_of(data)
    if kind not in TYPES or len(data) < LEAST_BYTES:
        return data
    deflated = zlib.compress(data, LEVEL)
    if len(deflated) > len(data) - len(data) // _WORTH:
        return data
    return frames.encode(PACKED, {"type": kind, "data": deflated})


def type_in(frame: Frame) -> int:
    """Which type of frame is said to be inside. Raises RemoteError where it is one that is never packed."""
    kind = frame.body["type"]
    if not isinstance(kind, int) or kind not in TYPES:
        raise RemoteError(f"packed.type: {frames.name_of(RUN)} or {frames.name_of(CONTENTS)} is expected")
    return kind


def unpack(frame: Frame) -> bytes:
    """The bytes of the frame inside, of the type that was said.

    Raises:
        RemoteError: they are not the whole of one zlib stream, too many, or of another type.
    """
    kind, data = type_in(frame), frame.body["data"]
    most = frames.limit_of(kind).bytes_max
    inflater = zlib.decompressobj()
    try:
        inside = inflater.decompress(data if isinstance(data, bytes) else b"", most + 1)
    except zlib.error as error:
        raise RemoteError(f"packed.data: {error}") from error
    if len(inside) > most:
        raise RemoteError(f"packed.data: it inflates to more than the {most:,} bytes that are allowed")
    if not inflater.eof or inflater.unused_data:
        raise RemoteError("packed.data: one whole zlib stream is expected, and nothing after it")
    if frames.type_of(inside) != kind:
        raise RemoteError("packed.data: a frame of another type than was said")
    return inside
