"""Where do the pieces of an export lie? In one file, in a folder or in a zip archive; read there, never unpacked.

Names within archives and folders are labels only: nothing is ever written, so they can lead nowhere. Links are not
followed. What is read is bounded by what the archive's own directory says, and that is checked for being plausible.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, BinaryIO, Final

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
_FILE_KINDS: Final = (0, stat.S_IFREG, stat.S_IFDIR)
NO_FILE: Final = "is no file, or no longer one"
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
    links: list[str] = field(default_factory=list)  # names that lead elsewhere, or to no file: not followed
    _archive: zipfile.ZipFile | None = field(default=None, repr=False)
    _file: IO[bytes] | None = field(default=None, repr=False)

    def close(self) -> None:
        """Close the archive, if it is one. Idempotent."""
        if self._archive is not None:
            self._archive.close()
        if self._file is not None:
            self._file.close()


def open_regular(path: Path, *, follow: bool = True) -> BinaryIO:
    """Open a file, and nothing else: what lies there may have changed since anybody looked.

    Opening a pipe waits for somebody at its other end, so the file is opened without waiting, and looked at then.

    Raises:
        ExchangeError: it is no regular file, or it is a link and `follow` is false. OSError: it cannot be opened.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY | (0 if follow else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):  # a link; a socket
            raise ExchangeError(f"{words.line(path.name)}: {NO_FILE}", "name an export's file") from error
        raise
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ExchangeError(f"{words.line(path.name)}: {NO_FILE}", "name an export's file")
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def find(path: Path) -> Parts:
    """Open what lies at `path`.

    Raises:
        ExchangeError: it is not there, may not be read, or is an archive that is damaged, locked or implausible.
    """
    name = words.line(path.name) or str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            links: list[str] = []
            return Parts("folder", name, list(_folder(path, links)), links)
        if not stat.S_ISREG(status.st_mode):
            raise ExchangeError(
                f"{name}: is neither a file nor a folder", "name an export's file, folder or zip archive"
            )
        with open_regular(path) as opened:
            begins = opened.read(4)
        if begins in ZIP_BEGINS:
            return _zip(path, name)
    except FileNotFoundError:
        raise ExchangeError(f"{path}: there is no such file", "check the path") from None
    except OSError as error:
        raise ExchangeError(f"{path}: cannot be read: {error.strerror or error}", "check who may read it") from error
    return Parts("file", name, [Part(name, status.st_size, lambda: open_regular(path))])


def _folder(root: Path, links: list[str]) -> Iterator[Part]:
    """The regular files below a folder, in the order of their paths. `links`: takes what is neither file nor folder."""
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
                elif len(links) < FOLDER_FILES_MAX:
                    links.append(words.line(below))
        if len(found) > FOLDER_FILES_MAX:
            raise ExchangeError(
                f"{words.line(root.name)}: holds more than {FOLDER_FILES_MAX} files", "name the folder of one export"
            )
    links.sort()
    for below, size in sorted(found):
        target = root / below
        yield Part(words.line(below), size, lambda target=target: open_regular(target, follow=False))  # type: ignore[misc]


def _zip(path: Path, name: str) -> Parts:
    file = open_regular(path)
    try:
        size = os.fstat(file.fileno()).st_size
        directory = _directory_bytes(file, size)
        if directory > DIRECTORY_BYTES_MAX:
            raise ExchangeError(
                f"{name}: its directory alone takes {directory} bytes", "unpack it yourself and import the folder"
            )
        try:
            archive = zipfile.ZipFile(file)
        except _ARCHIVE_ERRORS as error:
            raise ExchangeError(f"{name}: is a damaged zip archive: {error}", "fetch it once more") from error
        _check_ratio(name, size, sum(member.file_size for member in archive.infolist()))
    except BaseException:
        file.close()
        raise
    parts, links = [], []
    for member in archive.infolist():
        label = words.line(member.filename) or "?"
        if stat.S_IFMT(member.external_attr >> 16) not in _FILE_KINDS:  # 0: its program knows no kinds
            links.append(label)
        elif not member.is_dir():
            parts.append(Part(label, member.file_size, lambda member=member: _member(archive, member, name)))  # type: ignore[misc]
    return Parts("zip", name, parts, links, archive, file)


def _check_ratio(label: str, packed: int, unpacked: int) -> None:
    """Raise where so much cannot come out of so little; for an archive, all of it: its files may share their bytes."""
    if unpacked > RATIO_FROM_BYTES and unpacked > RATIO_MAX * max(1, packed):
        raise ExchangeError(
            f"{label}: {packed} bytes are said to unpack to {unpacked}, as no chats do",
            "if you trust it, unpack it yourself and import the folder",
        )


def _directory_bytes(file: IO[bytes], size: int) -> int:
    """How large the archive says its directory is, read before the zipfile module loads all of it; 0 where unknown."""
    file.seek(max(0, size - 66_000))  # the end record is followed by a comment of up to 65,535 bytes
    tail = file.read(66_000)
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
    _check_ratio(label, member.compress_size, member.file_size)
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
