"""What text does a PNG picture carry, and how is one written that carries ours? Chunks only; no pixel is ever decoded.

A PNG is a signature and chunks: length (4 bytes), type (4), data, CRC-32 over type and data (PNG specification, third
edition). Text stands in tEXt (plain), zTXt (deflated) and iTXt (UTF-8, perhaps deflated), each under a keyword.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from ccnode.exchange.model import ExchangeError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
TEXT_BYTES_MAX: Final = 12 * 1024 * 1024  # of one text, packed or not; 8 MiB of JSON are this much base64
CHUNKS_MAX: Final = 100_000
LENGTH_MAX: Final = 2**31 - 1
PIECE_BYTES: Final = 65_536
KEYWORD_BYTES_MAX: Final = 79
WIDTH: Final = 256
HEIGHT: Final = 384
FRAME: Final = 16
_REMEDY: Final = "get the picture again from where it came from; programs that shrink pictures also take cards out"
_TEXT_TYPES: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})


class Chunk(NamedTuple):
    """A chunk's place: its number, type, length, and where its data begin."""

    number: int
    type: bytes
    length: int
    offset: int


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """The chunks of a PNG one by one, up to IEND; leaves the file wherever the caller put it.

    Raises:
        ExchangeError: this is no PNG, it is cut short, or a length is none that can be.
    """
    file.seek(0)
    if file.read(len(SIGNATURE)) != SIGNATURE:
        raise ExchangeError("this is no PNG picture: it does not begin like one", "say what it is")
    offset = len(SIGNATURE)
    for number in range(1, CHUNKS_MAX + 1):
        file.seek(offset)
        head = file.read(8)
        if len(head) < 8:  # noqa: PLR2004  # length and type
            raise ExchangeError(f"the PNG is cut short: chunk {number} is missing", _REMEDY)
        length, kind = struct.unpack(">I4s", head)
        if length > LENGTH_MAX or not kind.isalpha():
            raise ExchangeError(f"the PNG is damaged: chunk {number} has the length {length} and the type {kind!r}",
                                _REMEDY)  # fmt: skip
        yield Chunk(number, kind, length, offset + 8)
        if kind == b"IEND":
            return
        offset += 12 + length
    raise ExchangeError(f"the PNG has more than {CHUNKS_MAX} chunks", _REMEDY)


def check(file: BinaryIO, chunk: Chunk, size: int) -> None:
    """Compare a chunk's checksum, reading piece by piece. Raises ExchangeError."""
    if chunk.offset + chunk.length + 4 > size:
        raise ExchangeError(f"the PNG is cut short: chunk {chunk.number} should have {chunk.length} bytes", _REMEDY)
    file.seek(chunk.offset)
    crc, rest = zlib.crc32(chunk.type), chunk.length
    while rest and (piece := file.read(min(rest, PIECE_BYTES))):
        crc = zlib.crc32(piece, crc)
        rest -= len(piece)
    if rest or file.read(4) != crc.to_bytes(4, "big"):
        name = chunk.type.decode("ascii")
        raise ExchangeError(f"the PNG is damaged: the checksum of chunk {chunk.number} ({name}) is wrong", _REMEDY)


def keyword(file: BinaryIO, chunk: Chunk) -> str:
    """The keyword of a text chunk (its beginning, where it is longer than PNG allows), "" of any other."""
    if chunk.type not in _TEXT_TYPES:
        return ""
    file.seek(chunk.offset)
    found, end, _ = file.read(min(chunk.length, KEYWORD_BYTES_MAX + 1)).partition(b"\0")
    return found.decode("latin-1") if end or len(found) > KEYWORD_BYTES_MAX else ""


def text(file: BinaryIO, chunk: Chunk) -> bytes:
    """What a text chunk says, unpacked, as the bytes that it is written in; the caller has checked its sum.

    Raises:
        ExchangeError: it is too large, packed or not, or not what its type says.
    """
    where = f"the PNG's text {keyword(file, chunk)!r}"
    if chunk.length > TEXT_BYTES_MAX:
        raise ExchangeError(f"{where} has {chunk.length} bytes; at most {TEXT_BYTES_MAX} are read", _REMEDY)
    file.seek(chunk.offset)
    data = file.read(chunk.length).partition(b"\0")[2]
    if chunk.type == b"tEXt":
        return data
    if chunk.type == b"zTXt":
        if data[:1] != b"\0":
            raise ExchangeError(f"{where} is packed in a way that PNG does not know", _REMEDY)
        return _inflated(data[1:], where)
    flags, (_language, _, after) = data[:2], data[2:].partition(b"\0")
    body = after.partition(b"\0")[2]
    if flags == b"\0\0":
        return body
    if flags != b"\x01\0":
        raise ExchangeError(f"{where} is packed in a way that PNG does not know", _REMEDY)
    return _inflated(body, where)


def _inflated(data: bytes, where: str) -> bytes:
    packer = zlib.decompressobj()
    try:
        out = packer.decompress(data, TEXT_BYTES_MAX)
    except zlib.error as error:
        raise ExchangeError(f"{where} cannot be unpacked: {error}", _REMEDY) from error
    if not packer.eof:
        reason = f"is more than {TEXT_BYTES_MAX} bytes" if len(out) >= TEXT_BYTES_MAX else "is cut short"
        raise ExchangeError(f"{where} {reason} when unpacked", _REMEDY)
    return out


def texts(file: BinaryIO, size: int, wanted: Collection[str]) -> tuple[dict[str, bytes], list[str]]:
    """The texts under the keywords wanted (case ignored; the first of each), and all keywords in their order.

    The checksum of every chunk is checked, those of the picture too: a damaged file is not half taken.

    Raises:
        ExchangeError: the PNG is damaged, cut short or over the limits.
    """
    found: dict[str, bytes] = {}
    names: list[str] = []
    for chunk in chunks(file):
        check(file, chunk, size)
        if name := keyword(file, chunk):
            names.append(name)
            if name.lower() in wanted and name.lower() not in found:
                found[name.lower()] = text(file, chunk)
    return found, names


# --- writing ---


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))


def picture(colours: tuple[bytes, bytes], said: Sequence[tuple[str, bytes]]) -> bytes:
    """A plain picture, a field of one colour in a frame of another (3 bytes each), with tEXt chunks before the end.

    `said`: keywords and ASCII texts. 256 x 384 points, 8 bits, red, green and blue; about 600 bytes without texts.
    """
    frame, field = colours
    edge = b"\0" + frame * WIDTH
    middle = b"\0" + frame * FRAME + field * (WIDTH - 2 * FRAME) + frame * FRAME
    rows = edge * FRAME + middle * (HEIGHT - 2 * FRAME) + edge * FRAME
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = [SIGNATURE, _chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows, 9))]
    parts += [_chunk(b"tEXt", name.encode("latin-1") + b"\0" + data) for name, data in said]
    return b"".join([*parts, _chunk(b"IEND", b"")])
