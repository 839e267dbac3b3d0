"""Where do plain copies lie while a backup is made, checked or put back? In folders that do not outlive their use.

A folder is held by its maker; what a crash left behind is held by nobody, and removed by the next one who comes along.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX: Final = ".ccnode-work-"


@contextlib.contextmanager
def staging(parent: Path) -> Iterator[Path]:
    """A folder of this user's in `parent`, removed afterwards whatever happens. Raises OSError."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def clear_leftovers(parent: Path) -> None:
    """Remove the folders in `parent` that nobody holds. Raises OSError."""
    for folder in parent.glob(PREFIX + "*"):
        try:
            descriptor = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(descriptor)
