"""How do frames become bytes, and bytes frames? One WebSocket message is one frame: canonical msgpack of [type, body].

Size and number of values are held by type before the body is parsed. Any bytes give a frame or a RemoteError. Names
in a body that its form does not know are kept, and written again by `encode`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode_crypto import canonical, packed
from ccnode_crypto.errors import EncodingError
from ccnode_protocol import forms, gossip_frames, limits, link_frames, query_frames, sync_frames
from ccnode_protocol.errors import LocalError, RemoteError

if TYPE_CHECKING:
    from ccnode_crypto.canonical import Value
    from ccnode_protocol.forms import Form
    from ccnode_protocol.limits import Limit

FORMS: Final[dict[int, Form]] = {**link_frames.FORMS, **sync_frames.FORMS, **query_frames.FORMS, **gossip_frames.FORMS}

_PAIR: Final = 0x92  # msgpack: an array of two
_UINT8: Final = 0xCC
_UINT16: Final = 0xCD
_SCANNED_BYTES: Final = 128  # what is smaller cannot hold or declare enough to matter


class Frame(NamedTuple):
    """A type and the fields of its body by name. Those of a known form are of its types and within its bounds."""

    type: int
    body: dict[str, Value]

    @property
    def name(self) -> str:
        """The type's name, for people."""
        return name_of(self.type)

    @property
    def is_known(self) -> bool:
        """Whether this version knows the type; what it does not know is to be ignored."""
        return self.type in FORMS


def name_of(kind: int) -> str:
    """The name of a type of frame, for people."""
    return FORMS[kind].name if kind in FORMS else f"type {kind}"


def limit_of(kind: int) -> Limit:
    """What frames of a type may cost. Raises RemoteError where the type is unknown and below 128."""
    form = FORMS.get(kind)
    if form is not None:
        return form.limit
    if kind <= limits.TYPE_KNOWN_MAX:
        raise RemoteError(f"frame: type {kind} is not known")
    return limits.UNKNOWN


def type_of(data: bytes) -> int:
    """The type in a frame's first bytes; nothing else of it is read. Raises RemoteError where there is none."""
    head = data[:4]
    if len(head) >= 2 and head[0] == _PAIR:  # noqa: PLR2004  # array and type take a byte each
        if head[1] <= limits.TYPE_KNOWN_MAX:
            return head[1]
        if head[1] == _UINT8 and len(head) >= 3 and head[2] > limits.TYPE_KNOWN_MAX:  # noqa: PLR2004
            return head[2]
        if head[1] == _UINT16 and len(head) == 4 and head[2] > 0:  # noqa: PLR2004
            return int.from_bytes(head[2:4], "big")
    raise RemoteError("frame: an array of type (0 to 65,535) and body is expected")


def decode(data: bytes) -> Frame:
    """The frame of which `data` is the encoding.

    Raises:
        RemoteError: over a limit of its type, not canonical, not a pair of type and map, of an unknown type below 128,
            or not of its type's form; frame and field are named.
    """
    kind = type_of(data)
    limit = limit_of(kind)
    _check_size(data, kind, limit)
    try:
        value = canonical.decode(data, size_max=limit.bytes_max, is_counted=len(data) > _SCANNED_BYTES)
    except EncodingError as error:
        raise RemoteError(f"{name_of(kind)}: {error}") from error
    match value:
        case [int(), dict() as body]:
            pass
        case _:
            raise RemoteError(f"{name_of(kind)}: a map is expected as its body")
    _check_body(kind, body)
    return Frame(kind, body)


def encode(kind: int, body: dict[str, Value]) -> bytes:
    """The bytes of a frame; fields that are None are written as nil, so leave out what does not apply.

    Raises:
        LocalError: a peer would refuse it, because of its type, form or size.
    """
    try:
        limit = limit_of(kind)
        _check_body(kind, body)
        data = canonical.encode([kind, body])
        _check_size(data, kind, limit)
    except (EncodingError, RemoteError) as error:
        raise LocalError(f"about to send: {error}") from error
    return data


def _check_size(data: bytes, kind: int, limit: Limit) -> None:
    if len(data) > limit.bytes_max:
        raise RemoteError(f"{name_of(kind)}: {len(data):,} bytes where at most {limit.bytes_max:,} are allowed")
    if len(data) > _SCANNED_BYTES:
        _check_values(data, kind, limit.values_max)


def _check_body(kind: int, body: dict[str, Value]) -> None:
    if any(len(name) > limits.KEY_CHARS_MAX for name in body):
        raise RemoteError(f"{name_of(kind)}: a name of more than {limits.KEY_CHARS_MAX} characters")
    if kind in FORMS:
        forms.check(FORMS[kind], body)


def _check_values(data: bytes, kind: int, most: int) -> None:
    """Count what a frame holds before anything of it is built."""
    try:
        packed.check_values(data, most)
    except EncodingError as error:
        raise RemoteError(f"{name_of(kind)}: {error}") from error
