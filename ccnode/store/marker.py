"""Has the database lost its end? A small file beside it remembers the newest commit.

SQLite drops an incomplete end of its log without a word, and a truncated file may still open. The marker is written
after each commit, so it never runs ahead of the database; a database that knows less than the marker was cut, or an old
copy of it was put back. Two slots are written in turn, each with its own check, so a torn write costs one slot only.
It is not synced: a power cut may set it back a little, which never accuses anyone wrongly.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_SLOT: Final = Struct(">8sQQ32s")
_CHECK_BYTES: Final = 8
SLOT_BYTES: Final = 64
_MAGIC: Final = b"ccn-head"


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest commit: how many commits the file has seen, and the last entry's local number and digest."""

    count: int
    entry: int
    digest: bytes


def _pack(mark: Mark) -> bytes:
    body = _SLOT.pack(_MAGIC, mark.count, mark.entry, mark.digest)
    return (body + sha256(body).digest()[:_CHECK_BYTES]).ljust(SLOT_BYTES, b"\0")


def _unpack(data: bytes) -> Mark | None:
    body, check = data[: _SLOT.size], data[_SLOT.size : _SLOT.size + _CHECK_BYTES]
    if len(body) != _SLOT.size or sha256(body).digest()[:_CHECK_BYTES] != check or body[:8] != _MAGIC:
        return None
    _, count, entry, digest = _SLOT.unpack(body)
    return Mark(count, entry, digest)


def read_marker(path: Path) -> Mark | None:
    """The newest mark, or None where there is no readable one."""
    try:
        data = path.read_bytes()[: 2 * SLOT_BYTES]
    except FileNotFoundError:
        return None
    marks = [mark for at in (0, SLOT_BYTES) if (mark := _unpack(data[at : at + SLOT_BYTES]))]
    return max(marks, key=lambda mark: mark.count, default=None)


class Marker:
    """The open marker file. Not thread-safe: only the writer thread uses it."""

    def __init__(self, path: Path) -> None:
        known = read_marker(path)
        self._count = known.count if known else 0
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def write(self, entry: int, digest: bytes) -> None:
        """Remember a commit whose last entry has this number and digest."""
        self._count += 1
        os.pwrite(self._descriptor, _pack(Mark(self._count, entry, digest)), (self._count % 2) * SLOT_BYTES)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
