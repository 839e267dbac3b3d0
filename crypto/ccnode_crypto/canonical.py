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

_LEAVES: Final = frozenset({type(None), bool, bytes, str})  # packb refuses lone surrogates in text, see encode()
_PLAIN: Final = _LEAVES | {int}


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
            # Most values are leaves or numbers: seen here, they cost no call and no path.
            of = type(item)
            is_seen = of in _LEAVES or (of is int and INT_MIN <= item <= INT_MAX)
            ordered[key] = item if is_seen else _ordered(item, f"{path}.{key}", depth - 1)
        return ordered
    if isinstance(value, (list, tuple)):
        kinds = set(map(type, value))
        if kinds <= _LEAVES:
            return value  # as the thousands of items of a run
        if kinds <= _PLAIN:  # as a vector
            numbers = [item for item in value if type(item) is int]
            if min(numbers) >= INT_MIN and max(numbers) <= INT_MAX:
                return value
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


def decode_map(data: bytes, *, size_max: int) -> dict[str, Value]:
    """Like `decode`, and the value must be a map.

    Raises:
        EncodingError: as `decode`, or the value is not a map.
    """
    value = decode(data, size_max=size_max)
    if not isinstance(value, dict):
        raise EncodingError(f"a map is expected, found {type(value).__name__}")
    return value
