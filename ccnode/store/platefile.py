"""What does consciousnessPlate.md in the data directory say? People edit it; a version is what was kept of it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ccnode.mind import plate
from ccnode.store.errors import StoreError
from ccnode.store.home import write_private
from ccnode_protocol.records import plate_digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.store.home import Home
    from ccnode.store.plates import Version

Standing = Literal["same", "differs", "missing", "unreadable"]


@dataclass(frozen=True, slots=True)
class PlateFile:
    """The file against the version in force. `text` is None where it cannot be read as text; `problem` says why."""

    standing: Standing
    text: str | None = None
    plate: bytes | None = None
    problem: str = ""


def read_bytes(home: Home) -> bytes | None:
    """The file's bytes, one more than a plate may have where it is larger; None where there is no file.

    Raises:
        StoreError: it is no regular file, or cannot be read.
    """
    path = home.plate
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not hang us
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise StoreError(f"{path} is not a regular file", remedy="move it away")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return file.read(plate.BYTES_MAX + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}", remedy="mend its owner or permissions") from error


def read(home: Home, in_force: bytes | None) -> PlateFile:
    """How the file stands to the version in force, by the digest of that version's text. Never raises."""
    try:
        data = read_bytes(home)
    except StoreError as error:
        return PlateFile("unreadable", problem=str(error))
    if data is None:
        return PlateFile("missing")
    if len(data) > plate.BYTES_MAX:  # how many there are was not read
        return PlateFile("unreadable", problem=f"has more than {plate.BYTES_MAX} bytes")
    found = plate.errors(plate.lint_file(data))
    try:
        text: str | None = plate.text_of(data)
    except UnicodeDecodeError:
        text = None
    if text is None:
        return PlateFile("unreadable", problem=found[0].message if found else "is no text")
    digest = plate_digest(text)
    return PlateFile("same" if digest == in_force else "differs", text, digest)


def write(home: Home, text: str) -> None:
    """Put a text into the file, whole or not at all. Raises StoreReadOnly."""
    write_private(home.plate, text.encode("utf-8"))


def follow(home: Home, current: Version, is_version: Callable[[bytes], bool]) -> bool:
    """Have the file say what is in force now; return whether it was written.

    A file that holds something that is no version yet (`is_version`, asked by its digest) is left alone. Of any older
    version, not only of the last one: after a crash between keeping and this, the file is behind. The plate that a
    node begins with was written by nobody: on a node that joins another, it gives way to the plate of both.

    Raises:
        StoreReadOnly: it cannot be written.
    """
    if current.text is None:
        return False
    found = read(home, current.plate)
    if found.standing == "missing" or (found.standing == "differs" and _may_go(found, is_version)):
        write(home, current.text)
        return True
    return False


def _may_go(found: PlateFile, is_version: Callable[[bytes], bool]) -> bool:
    if found.text is None or found.plate is None:
        return False
    return plate.is_starting(found.text) or is_version(found.plate)
