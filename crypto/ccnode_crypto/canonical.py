"""How does a value become bytes, and only one way? Canonical msgpack.

Allowed: nil, booleans, integers from -2^63 to 2^64-1, text, byte strings, arrays, maps with text keys in code point
order (which is also the order of their UTF-8 bytes). Every integer and length takes its shortest form. No floats: two
machines may disagree about them. A decoder accepts exactly what the encoder would have written.
"""

from __future__ import annotations

from typing import Final

import msgpack

from ccnode_crypto import packed
from ccnode_crypto.errors import EncodingError

type_names: Final = "nil, bool, int, str, bytes, list or map"
DEPTH_MAX: Final = 16
INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**64 - 1

Value = None | bool | int | str | bytes | list["Value"] | dict[str, "Value"]

_MAP_OF_ONE: Final = 0x81
_SHORT_TEXT: Final = 0xA0  # with the length in five bits; longer texts have it in bytes of its own:
_SIZED_TEXT: Final = {0xD9: (1, 32), 0xDA: (2, 1 << 8), 0xDB: (4, 1 << 16)}  # (how many, for how many bytes at least)

_LEAVES: Final = frozenset({type(None), bool, bytes, str})  # packb refuses lone surrogates in text, see encode()


def _ordered(value: object, path: str, depth: int) -> object:
    """The same value with maps in key order; raises EncodingError naming the path of what has no canonical form."""
    kind = type(value)
    if kind in _LEAVES or (kind is int and INT_MIN <= value <= INT_MAX):  # type: ignore[operator]  # kind is int
        return value
    if depth == 0:
        raise EncodingError(f"{path}: nested deeper than {DEPTH_MAX} levels")
    if isinstance(value, dict):
        try:
            keys = sorted(value)
        except TypeError:
            raise EncodingError(f"{path}: map keys must be text") from None
        ordered = {}
        for key in keys:
            if type(key) is not str:
                raise EncodingError(f"{path}: map keys must be text, found {type(key).__name__}")
            item = value[key]
            # Most values are leaves: seen here, they cost no call and no path.
            ordered[key] = item if type(item) in _LEAVES else _ordered(item, f"{path}.{key}", depth - 1)
        return ordered
    if isinstance(value, (list, tuple)):
        if _LEAVES.issuperset(map(type, value)):
            return value  # as the thousands of items of a run
        return [_ordered(item, f"{path}[{index}]", depth - 1) for index, item in enumerate(value)]
    if kind is int:
        raise EncodingError(f"{path}: integer outside -2^63 .. 2^64-1")
    raise EncodingError(f"{path}: {kind.__name__} has no canonical form; use {type_names}")


def encode(value: object) -> bytes:
    """Return the canonical bytes of a value.

    Raises:
        EncodingError: the value holds a float, a non-text key, a lone surrogate, or is nested too deep.
    """
    try:
        packed = msgpack.packb(_ordered(value, "value", DEPTH_MAX), use_bin_type=True)
    except UnicodeEncodeError as error:
        raise EncodingError(f"value: text is not valid Unicode: {error.reason}") from error
    except (ValueError, OverflowError) as error:
        raise EncodingError(f"value: {error}") from error
    return bytes(packed)


def _refuse_extension(code: int, _data: bytes) -> object:
    raise ValueError(f"extension type {code}")


def decode(data: bytes, *, size_max: int, is_counted: bool = False) -> Value:
    """Return the value of which `data` is the canonical encoding.

    The cost is bounded by `size_max` bytes: what is declared, all together, can never exceed what is there.
    `is_counted`: the caller has called `packed.check_values` for it already.

    Raises:
        EncodingError: too large, cut short, trailing bytes, floats, extensions, or not the canonical form.
    """
    if len(data) > size_max:
        raise EncodingError(f"{len(data)} bytes where at most {size_max} are allowed")
    # More long heads than levels: perhaps only words; perhaps arrays in arrays, all huge.
    if not is_counted and sum(map(data.count, packed.LONG_HEADS)) > DEPTH_MAX:
        packed.check_values(data, len(data))
    try:
        value: Value = msgpack.unpackb(
            data, raw=False, strict_map_key=True, use_list=True, ext_hook=_refuse_extension, timestamp=0
        )
    except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException) as error:
        raise EncodingError(f"not msgpack: {error or type(error).__name__}") from error
    if encode(value) != data:
        raise EncodingError("not the canonical form (key order, lengths or integer width)")
    return value


def only_text(data: bytes, name: str) -> str | None:
    """The text in the canonical encoding of {name: text}; None for all other bytes: `decode` says what these are.

    That is what most contents are, and it takes a tenth of what decoding, and encoding again, takes. `name` has at most
    31 bytes.
    """
    key = name.encode()
    at = len(key) + 2
    if data[:at] != bytes((_MAP_OF_ONE, _SHORT_TEXT | len(key))) + key or len(data) <= at:
        return None
    kind = data[at]
    if kind in _SIZED_TEXT:
        width, least = _SIZED_TEXT[kind]
        size = int.from_bytes(data[at + 1 : at + 1 + width])
    else:
        width, least, size = 0, 0, kind - _SHORT_TEXT
        if not 0 <= size < _SIZED_TEXT[0xD9][1]:
            return None
    at += 1 + width
    if size < least or len(data) != at + size:
        return None
    try:
        return data[at:].decode()
    except UnicodeDecodeError:
        return None


def decode_map(data: bytes, *, size_max: int) -> dict[str, Value]:
    """Like `decode`, and the value must be a map.

    Raises:
        EncodingError: as `decode`, or the value is not a map.
    """
    value = decode(data, size_max=size_max)
    if not isinstance(value, dict):
        raise EncodingError(f"a map is expected, found {type(value).__name__}")
    return value
