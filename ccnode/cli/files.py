"""How is a result written to a file? Whole or not at all, for this user only, and never over another file unasked."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TYPE_CHECKING

from ccnode.cli.errors import NOT_FOUND, CliError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def written(target: Path, pieces: Iterable[bytes]) -> int:
    """Write the pieces to a new file; return its size.

    Raises:
        CliError: the file exists (exit 5). OSError: it cannot be written; nothing is left behind.
    """
    if target.exists():
        raise CliError(f"{target} exists already", code="exists", remedy="name another file, or move it away",
                       exit_code=NOT_FOUND)  # fmt: skip
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    size = 0
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)
                size += len(piece)
            file.flush()
            os.fsync(file.fileno())
        _give_name(partial, target)
    except FileExistsError as error:
        raise CliError(f"{target} exists already", code="exists", exit_code=NOT_FOUND) from error
    except OSError as error:
        error.filename = str(target)  # what failed while writing names no file
        raise
    finally:
        if isinstance(pieces, Generator):  # what it began in a database ends while that is open
            pieces.close()
        partial.unlink(missing_ok=True)
    return size


def _give_name(partial: Path, target: Path) -> None:
    """Name the file, unless somebody has made one of that name meanwhile."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, as on a USB stick
        partial.replace(target)
