"""How does the daemon keep its memory small? It tells the allocator to give back what is free.

Left to itself, glibc makes a heap for each thread, and keeps in every one of them what its largest moment took: with an
index that was followed by turns in six threads, a daemon grew to 383 MiB over an import of 250 MB. With one heap, large
blocks that are mapped and unmapped each by itself, and a call after large works it was 239, in no more time. The arrays
of one search are kept free for the next (of `best_first.EARLY_MAX` numbers each): to map them took it 3 ms of 100,000
messages.
Elsewhere than on glibc nothing is done.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Final

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
HEAPS: Final = 1
FREE_TOP_BYTES: Final = 8 * 1024 * 1024  # of free memory at the heap's end that is kept: the arrays of a search
MAPPED_BYTES: Final = 1024 * 1024  # blocks from here on are mapped; what numpy and SQLite take by the megabyte


@cache
def _glibc() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(None)
        if all(hasattr(library, name) for name in ("gnu_get_libc_version", "mallopt", "malloc_trim")):
            return library
    except OSError:
        pass
    return None


def bound() -> bool:
    """Tell the allocator, before other threads are started; whether there is one that listens."""
    library = _glibc()
    if library is None:
        return False
    options = ((_M_ARENA_MAX, HEAPS), (_M_TRIM_THRESHOLD, FREE_TOP_BYTES), (_M_MMAP_THRESHOLD, MAPPED_BYTES))
    taken = [library.mallopt(option, value) for option, value in options]  # all of them, whatever the first one says
    return all(taken)


def give_back() -> None:
    """Give free pages to the system; takes some milliseconds, so it belongs after large works, in a thread."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(ctypes.c_size_t(0))
