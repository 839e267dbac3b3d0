"""How do frames become bytes, and bytes frames? One WebSocket message is one frame: canonical msgpack of [type, body].

Size and number of values are held by type before the body is parsed. Any bytes give a frame or a RemoteError. Names
in a body that its form does not know are kept, and written again by `encode`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode_crypto import canonical
from ccnode_crypto.errors import EncodingError
from ccnode_protocol import forms, limits, link_frames, sync_frames
from ccnode_protocol.errors import LocalError, RemoteError

if TYPE_CHECKING:
    from ccnode_crypto.canonical import Value
    from ccnode_protocol.forms import Form
    from ccnode_protocol.limits import Limit

FORMS: Final[dict[int, Form]] = {**link_frames.FORMS, **sync_frames.FORMS}

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
        value = canonical.decode(data, size_max=limit.bytes_max)
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
    """Count what a frame holds, by walking over it without building anything; stops at the limit.

    Also against lengths: msgpack makes room for what an array declares when it meets its head, so 15 KB of arrays in
    arrays would take 70 MB and 50 ms. Here, what is declared counts before it is there.
    """
    at, awaited, left = 0, 1, most
    try:
        while awaited:
            if awaited > left:
                raise RemoteError(f"{name_of(kind)}: more than {most:,} values")
            left -= 1
            first = data[at]
            size = _SIZE[first]
            if size:
                at += size
                awaited += _HELD[first] - 1
            elif first == _BYTES_8:
                at += 2 + data[at + 1]
                awaited -= 1
            else:
                size, held = _sized(data, at)
                at += size
                awaited += held - 1
    except IndexError as error:
        raise RemoteError(f"{name_of(kind)}: it is cut short") from error


def _sized(data: bytes, at: int) -> tuple[int, int]:
    """How many bytes the value at `at` takes without what it holds, and how many it holds: those that tell a length."""
    if data[at] not in _LENGTHS:
        raise RemoteError("frame: floats, extensions and times are not allowed")
    width, each = _LENGTHS[data[at]]
    count = int.from_bytes(data[at + 1 : at + 1 + width], "big")
    return (1 + width, count * each) if each else (1 + width + count, 0)


_BYTES_8: Final = 0xC4
# Width of the length that follows; how many values an item is (0: its length is in bytes).
_LENGTHS: Final = {code: (width, 0) for code, width in zip(b"\xc4\xc5\xc6\xd9\xda\xdb", (1, 2, 4) * 2, strict=True)} | {
    code: (width, each) for code, width, each in ((0xDC, 2, 1), (0xDD, 4, 1), (0xDE, 2, 2), (0xDF, 4, 2))
}
_PLAIN: Final = {0xC0: 1, 0xC2: 1, 0xC3: 1, 0xCC: 2, 0xCD: 3, 0xCE: 5, 0xCF: 9, 0xD0: 2, 0xD1: 3, 0xD2: 5, 0xD3: 9}


def _size(first: int) -> int:
    """How many bytes a value takes that begins so, without what it holds; 0 where more must be read."""
    if 0xA0 <= first <= 0xBF:  # noqa: PLR2004  # short text
        return 1 + (first & 0x1F)
    return 1 if first < 0xA0 or first >= 0xE0 else _PLAIN.get(first, 0)  # noqa: PLR2004  # small integers, maps, arrays


def _held(first: int) -> int:
    """How many values one holds that begins so."""
    if 0x80 <= first <= 0x9F:  # noqa: PLR2004
        return (first & 0x0F) * (2 if first <= 0x8F else 1)  # noqa: PLR2004  # a map, an array
    return 0


_SIZE: Final = tuple(map(_size, range(256)))
_HELD: Final = tuple(map(_held, range(256)))
