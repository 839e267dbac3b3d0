"""What was measured last, to be told to a model? And again, as it was told, from the measurements' own entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.mind import bearing
from ccnode.store import measurements
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    from ccnode.store.views import View
    from ccnode_protocol.records import Measurement

_BY_DIGEST: Final = "SELECT meta FROM entries WHERE digest = ? AND kind = ?"


def current(session: bytes) -> View[tuple[str, tuple[str, ...]] | None]:
    """The character as it was measured last, and the relations of a session, as a text of numbers.

    With the digests in hex of the two measurements; None where nothing is measured yet. `session`: b"" for a new one.
    """
    newest = yield from measurements.history(1)
    here = (yield from measurements.last_in(session, newest[0])) if newest and session else None
    text = _told(newest[0].found if newest else None, here.found if here is not None else None)
    ids = [one.digest.hex() if one is not None else "" for one in (newest[0] if newest else None, here)]
    return (text, tuple(ids)) if text else None


def again(source: tuple[str, ...]) -> View[str | None]:
    """The same text from those digests; None where an entry is not here."""
    found: list[Measurement | None] = []
    for digest in (*source, "", "")[:2]:
        rows = (yield _BY_DIGEST, (bytes.fromhex(digest), int(Kind.MEASURED))) if digest else []
        try:
            found.append(records.read_measured(rows[0][0]) if rows else None)
        except RemoteError:
            found.append(None)
        if digest and found[-1] is None:
            return None
    return _told(*found) or None


def _told(newest: Measurement | None, here: Measurement | None) -> str:
    figures = here.figures if here is not None else {}
    relations = {name: value for name, value in figures.items() if isinstance(value, int)}
    return bearing.told(newest.vector if newest is not None else None, relations)
