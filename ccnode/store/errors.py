"""What can go wrong between the node and its disk?

StoreError
  StoreBusy        another process holds the write lock, or the queue of writers is full
  StoreFull        the disk is full
  StoreReadOnly    the disk or the files cannot be written
  StoreCorrupt     SQLite found a damaged page, or the chain does not verify
  SchemaTooNew     a newer program wrote this database
  DirectoryInUse   another daemon holds the data directory
  Conflict         what is asked for contradicts what is recorded
  NotFound         there is no such session or message
"""

from __future__ import annotations

import errno
import sqlite3


class StoreError(Exception):
    """Root of the room's errors. `remedy` says what to do about it, `code` which case it is, for programs."""

    code = "store"

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class StoreBusy(StoreError):
    """Another process holds the write lock, or the queue of writers is full."""

    code = "busy"


class StoreFull(StoreError):
    """The disk is full; nothing was written."""

    code = "disk_full"


class StoreReadOnly(StoreError):
    """The disk or the files cannot be written."""

    code = "read_only"


class StoreCorrupt(StoreError):
    """SQLite found a damaged page, or an entry does not verify."""

    code = "corrupt"


class SchemaTooNew(StoreError):
    """A newer program wrote this database."""

    code = "schema_too_new"


class DirectoryInUse(StoreError):
    """Another daemon holds the data directory; `pid` is its process id, where known."""

    code = "in_use"

    def __init__(self, message: str, *, pid: int | None, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.pid = pid


class Conflict(StoreError):
    """What is asked for contradicts what is recorded."""

    code = "conflict"


class NotFound(StoreError):
    """There is no such session, message or file."""

    code = "not_found"


def translated(error: sqlite3.Error) -> StoreError:
    """The room's error for one of SQLite's, with its remedy."""
    code = getattr(error, "sqlite_errorcode", None) or 0
    primary = code & 0xFF
    text = str(error)
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy("another program holds the database locked", remedy="close it, then try again")
    if primary == sqlite3.SQLITE_FULL:
        return StoreFull("the disk is full; nothing was written", remedy="free some space, then try again")
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreReadOnly(f"the database cannot be written: {text}", remedy="check the disk and the permissions")
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreCorrupt(
            f"the database is damaged: {text}", remedy="run 'ccnode audit verify', then restore the newest backup"
        )
    if primary == sqlite3.SQLITE_IOERR:
        remedy = "see that it has room, and is sound; nothing was written"  # a full one may fail so, too
        return StoreReadOnly(f"the disk reports an error: {text}", remedy=remedy)
    return StoreError(f"database error: {text}")


def disk_error(error: OSError, what: str) -> StoreError:
    """The room's error for a disk that does not take or give what it should."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreFull(f"{what}: the disk is full", remedy="free some space, or name another place")
    return StoreReadOnly(f"{what}: {error.strerror or error}", remedy="check the disk and the permissions")
