"""How is a question put to the database, and its answer read? What all views share."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from typing import Any, Final, TypeVar

from ccnode.store.errors import Conflict, NotFound, translated
from ccnode_crypto.entry import SALT_BYTES
from ccnode_protocol import hlc, records
from ccnode_protocol.errors import RemoteError

T = TypeVar("T")
Row = tuple[Any, ...]
Query = tuple[str, Sequence[object]]
View = Generator[Query, list[Row], T]
MATCHES_MAX: Final = 2
HEX: Final = frozenset("0123456789abcdef")
FOR_EVER: Final = 2**63 - 1


def run(connection: sqlite3.Connection, view: View[T]) -> T:
    """Answer a view on a connection of one's own, from one consistent state.

    Raises:
        StoreError: the view's own (NotFound, Conflict), or SQLite's, translated.
    """
    try:
        connection.execute("BEGIN")
        try:
            rows: list[Row] | None = None
            while True:
                sql, parameters = view.send(rows) if rows is not None else next(view)
                rows = connection.execute(sql, parameters).fetchall()
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise translated(error) from error


def text_of(sealed: bytes | None, name: str) -> str | None:
    """The text in a sealed content; None where it is missing or not what its kind says."""
    if sealed is None:
        return None
    try:
        return records.read_text(sealed[SALT_BYTES:], name)
    except RemoteError:
        return None


def hlc_limit(at: int | None) -> int:
    """A moment as SQLite can compare it: hybrid logical clock values stay below 2^63 until the year 6429."""
    return min(at if at is not None else FOR_EVER, FOR_EVER)


def ms_of(time: int) -> int:
    """Milliseconds since 1970 of a stored time."""
    return hlc.to_ms(time)


def prefix_range(compact: str, length: int) -> tuple[bytes, bytes]:
    """The least and the greatest identifier of `length` bytes that begin with these hex digits."""
    digits = length * 2
    return bytes.fromhex(compact[:digits].ljust(digits, "0")), bytes.fromhex(compact[:digits].ljust(digits, "f"))


def only_one(rows: list[Row], what: str) -> bytes:
    """The one identifier that was found. Raises NotFound, Conflict."""
    if not rows:
        raise NotFound(f"there is no {what}", remedy="see: ccnode session list")
    if len(rows) >= MATCHES_MAX:
        raise Conflict(f"{what} could mean several", remedy="give more of its characters")
    found: bytes = rows[0][0]
    return found
