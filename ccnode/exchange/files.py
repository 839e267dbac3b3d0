"""Where do the pieces of an export lie? In one file, in a folder or in a zip archive; read there, never unpacked.

Names within archives and folders are labels only: nothing is ever written, so they can lead nowhere. Links are not
followed. What is read is bounded by what the archive's own directory says, and that is checked for being plausible.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

from ccnode.exchange import words
from ccnode.exchange.model import ExchangeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHUNK_BYTES: Final = 512 * 1024
FOLDER_DEPTH_MAX: Final = 8
FOLDER_FILES_MAX: Final = 100_000
DIRECTORY_BYTES_MAX: Final = (
    8 * 1024 * 1024
)  # of a zip archive: some 80,000 members; each takes ten times that in memory
RATIO_MAX: Final = 200  # chats shrink to a fifth or a tenth, the densest bomb to a thousandth
RATIO_FROM_BYTES: Final = 64 * 1024 * 1024
METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others unpack without any bound
ZIP_BEGINS: Final = (b"PK\x03\x04", b"PK\x05\x06")

_ARCHIVE_ERRORS: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error)


@dataclass(slots=True)
class Part:
    """One file of an export: a label, its size in bytes, and how to open it."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]


@dataclass(slots=True)
class Parts:
    """What lies at a path. `kind`: "file", "folder" or "zip"."""

    kind: str
    name: str
    parts: list[Part]
    _archive: zipfile.ZipFile | None = field(default=None, repr=False)

    def close(self) -> None:
        """Close the archive, if it is one. Idempotent."""
        if self._archive is not None:
            self._archive.close()


def find(path: Path) -> Parts:
    """Open what lies at `path`.

    Raises:
        ExchangeError: it is not there, may not be read, or is an archive that is damaged, locked or implausible.
    """
    name = words.line(path.name) or str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return Parts("folder", name, list(_folder(path)))
        if not stat.S_ISREG(status.st_mode):
            raise ExchangeError(
                f"{name}: is neither a file nor a folder", "name an export's file, folder or zip archive"
            )
        with path.open("rb") as opened:
            begins = opened.read(4)
        if begins in ZIP_BEGINS:
            return _zip(path, name, status.st_size)
    except FileNotFoundError:
        raise ExchangeError(f"{path}: there is no such file", "check the path") from None
    except OSError as error:
        raise ExchangeError(f"{path}: cannot be read: {error.strerror or error}", "check who may read it") from error
    return Parts("file", name, [Part(name, status.st_size, lambda: path.open("rb"))])


def _folder(root: Path) -> Iterator[Part]:
    """The regular files below a folder, in the order of their paths."""
    found: list[tuple[str, int]] = []
    waiting = [("", 0)]
    while waiting:
        inner, depth = waiting.pop()
        with os.scandir(root / inner) as entries:
            for entry in entries:
                below = f"{inner}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if depth < FOLDER_DEPTH_MAX:
                        waiting.append((f"{below}/", depth + 1))
                elif entry.is_file(follow_symlinks=False):
                    found.append((below, entry.stat(follow_symlinks=False).st_size))
        if len(found) > FOLDER_FILES_MAX:
            raise ExchangeError(
                f"{words.line(root.name)}: holds more than {FOLDER_FILES_MAX} files", "name the folder of one export"
            )
    for below, size in sorted(found):
        target = root / below
        yield Part(words.line(below), size, lambda target=target: target.open("rb"))  # type: ignore[misc]


def _zip(path: Path, name: str, size: int) -> Parts:
    directory = _directory_bytes(path, size)
    if directory > DIRECTORY_BYTES_MAX:
        raise ExchangeError(
            f"{name}: its directory alone takes {directory} bytes", "unpack it yourself and import the folder"
        )
    try:
        archive = zipfile.ZipFile(path)
    except _ARCHIVE_ERRORS as error:
        raise ExchangeError(f"{name}: is a damaged zip archive: {error}", "fetch it once more") from error
    parts = []
    for member in archive.infolist():
        if not member.is_dir():
            label = words.line(member.filename) or "?"
            parts.append(Part(label, member.file_size, lambda member=member: _member(archive, member, name)))  # type: ignore[misc]
    return Parts("zip", name, parts, archive)


def _directory_bytes(path: Path, size: int) -> int:
    """How large the archive says its directory is, read before the zipfile module loads all of it; 0 where unknown."""
    with path.open("rb") as opened:
        opened.seek(max(0, size - 66_000))  # the end record is followed by a comment of up to 65,535 bytes
        tail = opened.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 16:
        return 0
    said: int = struct.unpack_from("<L", tail, end + 12)[0]
    large = tail.rfind(b"PK\x06\x06", 0, end)  # the record of archives beyond 4 GB
    if large >= 0 and len(tail) >= large + 48:
        said = max(said if said != 0xFFFF_FFFF else 0, struct.unpack_from("<Q", tail, large + 40)[0])  # noqa: PLR2004
    return said


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> IO[bytes]:
    label = f"{name}: {words.line(member.filename)}"
    if member.flag_bits & 1:
        raise ExchangeError(f"{label}: is locked with a password", "unpack it yourself and import the folder")
    if member.compress_type not in METHODS:
        raise ExchangeError(
            f"{label}: is packed by method {member.compress_type}; stored and deflated are read",
            "unpack it yourself and import the folder",
        )
    if member.file_size > RATIO_FROM_BYTES and member.file_size > RATIO_MAX * max(1, member.compress_size):
        raise ExchangeError(
            f"{label}: {member.compress_size} bytes are said to unpack to {member.file_size}, as no chats do",
            "if you trust it, unpack it yourself and import the folder",
        )
    try:
        return archive.open(member)
    except _ARCHIVE_ERRORS as error:
        raise ExchangeError(f"{label}: cannot be unpacked: {error}", "fetch the archive once more") from error


# --- text ---

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _encoding(begins: bytes) -> tuple[str, int]:
    """The encoding of a text that begins so, and the length of its byte order mark."""
    for mark, encoding in _MARKS:
        if begins.startswith(mark):
            return encoding, len(mark)
    if begins[1:2] == b"\0":
        return "utf-16-le", 0
    return ("utf-16-be", 0) if begins[:1] == b"\0" else ("utf-8", 0)


class Text:
    """A part's text, piece by piece. Bytes that are no UTF-8 become lone surrogates, so that nothing is lost yet.

    `tell`: is given the number of bytes of each piece that is read.
    """

    def __init__(self, part: Part, tell: Callable[[int], object] | None = None) -> None:
        self.name = part.name
        self._tell = tell
        try:
            self._file = part.open()
        except OSError as error:
            raise ExchangeError(f"{part.name}: cannot be read: {error.strerror or error}", "check the file") from error
        try:
            first = self._bytes()
        except BaseException:
            self._file.close()
            raise
        self.encoding, self.start = _encoding(first[:4])
        self._errors = "surrogateescape" if self.encoding == "utf-8" else "replace"
        self._decoder = codecs.getincrementaldecoder(self.encoding)(self._errors)
        self._first: str | None = self._decoder.decode(first[self.start :])

    def _bytes(self) -> bytes:
        try:
            data = self._file.read(CHUNK_BYTES)
        except (*_ARCHIVE_ERRORS, OSError) as error:
            raise ExchangeError(f"{self.name}: cannot be read on: {error}", "fetch it once more") from error
        if self._tell is not None:
            self._tell(len(data))
        return data

    def read(self) -> str:
        """The next piece, "" at the end. Raises ExchangeError where the archive or the disk is damaged."""
        if self._first is not None:
            first, self._first = self._first, None
            if first:
                return first
        while data := self._bytes():
            if text := self._decoder.decode(data):
                return text
        return self._decoder.decode(b"", final=True)

    def measure(self, text: str) -> int:
        """How many bytes of the file a piece of its text takes."""
        if self.encoding == "utf-8" and text.isascii():
            return len(text)
        return len(text.encode(self.encoding, self._errors))

    def close(self) -> None:
        """Close the file. Idempotent."""
        with contextlib.suppress(OSError):
            self._file.close()
