"""How many values does packed data hold, or say that it holds? Told without building anything."""

from __future__ import annotations

from typing import Final

from ccnode_crypto.errors import EncodingError

# What says that two or four bytes of length follow, of an array or a map: in small honest data there are hardly any.
LONG_HEADS: Final = (b"\xdc", b"\xdd", b"\xde", b"\xdf")
_BYTES_8: Final = 0xC4
# Width of the length that follows; how many values an item is (0: its length is in bytes).
_LENGTHS: Final = {code: (width, 0) for code, width in zip(b"\xc4\xc5\xc6\xd9\xda\xdb", (1, 2, 4) * 2, strict=True)} | {
    code: (width, each) for code, width, each in ((0xDC, 2, 1), (0xDD, 4, 1), (0xDE, 2, 2), (0xDF, 4, 2))
}
_PLAIN: Final = {0xC0: 1, 0xC2: 1, 0xC3: 1, 0xCC: 2, 0xCD: 3, 0xCE: 5, 0xCF: 9, 0xD0: 2, 0xD1: 3, 0xD2: 5, 0xD3: 9}


def check_values(data: bytes, most: int) -> None:
    """Walk over packed data and count its values; stops at the limit.

    Also against lengths: msgpack makes room for what an array declares when it meets its head, so 15 KB of arrays in
    arrays would take 70 MB and 50 ms. Here, what is declared counts before it is there.

    Raises:
        EncodingError: more than `most` values, cut short, or of a type that has no canonical form.
    """
    at, awaited, left = 0, 1, most
    try:
        while awaited:
            if awaited > left:
                raise EncodingError(f"more than {most:,} values")
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
        raise EncodingError("it is cut short") from error


def _sized(data: bytes, at: int) -> tuple[int, int]:
    """How many bytes the value at `at` takes without what it holds, and how many it holds: those that tell a length."""
    if data[at] not in _LENGTHS:
        raise EncodingError("floats, extensions and times are not allowed")
    width, each = _LENGTHS[data[at]]
    count = int.from_bytes(data[at + 1 : at + 1 + width], "big")
    return (1 + width, count * each) if each else (1 + width + count, 0)


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
