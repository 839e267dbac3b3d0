"""How much was said in each session, and when? Counted as messages come, so that no list has to count them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ccnode_protocol.records import Role

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

_ADD: Final = (
    "INSERT INTO activity VALUES (?, ?, ?, ?, ?) ON CONFLICT (session) DO UPDATE SET"
    " messages = messages + excluded.messages, users = users + excluded.users,"
    " first = min(first, excluded.first), last = max(last, excluded.last)"
)
_COUNT: Final = (
    "INSERT INTO activity SELECT session, count(*), sum(role = 0), min(time), max(time) FROM messages"
    " WHERE session = ? GROUP BY session"
)


def add(connection: sqlite3.Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Count new rows of `messages`."""
    if len(rows) == 1:  # a chat's turn; nothing to gather
        _, session, _, _, role, time, *_ = rows[0]
        connection.execute(_ADD, (session, 1, int(role == Role.USER), time, time))
        return
    counts: dict[bytes, list[int]] = {}
    for _, session, _, _, role, time, *_ in rows:
        known = counts.get(session)
        if known is None:
            counts[session] = known = [0, 0, time, time]
        known[0] += 1
        known[1] += role == Role.USER
        if time < known[2]:
            known[2] = time
        elif time > known[3]:
            known[3] = time
    connection.executemany(_ADD, [(session, *known) for session, known in counts.items()])


def recount(connection: sqlite3.Connection, sessions: Iterable[bytes]) -> None:
    """Count again in sessions whose messages were moved."""
    for session in sorted(sessions):
        connection.execute("DELETE FROM activity WHERE session = ?", (session,))
        connection.execute(_COUNT, (session,))
