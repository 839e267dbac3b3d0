"""How do conversations leave the database as a file? As JSON for programs, Markdown for people, or with their proof.

Piece by piece, from one consistent state: there may be millions of messages.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from ccnode.clock import iso, now_ms
from ccnode.store import bundles, paging, shapes, views
from ccnode.store.errors import translated
from ccnode.store.plain import clean, line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccnode.store.home import Home
    from ccnode.store.views import Message, Session, View

T = TypeVar("T")
Form = Literal["json", "md", "bundle"]

AT_ONCE: Final = 100  # messages in memory
TITLE_CHARS: Final = 200
_OUR_SESSIONS: Final = "SELECT session FROM sessions WHERE voice IS NULL ORDER BY time, session"
# What was said in a session itself, replaced replies too; what lies before a branch stands in the session it left.
_OWN: Final = "SELECT id FROM messages WHERE session = ? ORDER BY depth, time, id"
_WHO: Final = {"user": "You", "assistant": "Assistant", "system": "System", "tool": "Tool"}


def of_session(connection: sqlite3.Connection, home: Home, identifier: bytes, form: Form) -> Iterator[bytes]:
    """A session's branch as a file, in pieces. The connection stays in one transaction until the last is taken.

    Raises:
        StoreError: there is no such session, or it cannot be read.
    """
    try:
        if form == "bundle":
            messages = views.run(connection, views.branch(identifier))
            yield from bundles.of_messages(connection, home, "session", messages)
            return
        connection.execute("BEGIN")
        try:
            session = _ask(connection, views.session(identifier))
            numbers = _ask(connection, paging.numbers_of(session))
            write = _json if form == "json" else _markdown
            for text in write(session, _messages(connection, numbers)):
                yield text.encode("utf-8", "replace")
        finally:
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise translated(error) from error


def of_everything(connection: sqlite3.Connection, home: Home, form: Form) -> Iterator[bytes]:
    """All our conversations as one file, in pieces, oldest first; as a bundle, every entry that is stored.

    In JSON and Markdown each message stands once, in the session in which it was said; a branch names the message that
    it begins after.

    Raises:
        StoreError: they cannot be read.
    """
    if form == "bundle":
        yield from bundles.everything(connection, home)
        return
    try:
        connection.execute("BEGIN")
        try:
            sessions = [row[0] for row in connection.execute(_OUR_SESSIONS)]
            yield from (text.encode("utf-8", "replace") for text in _all(connection, sessions, form))
        finally:
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise translated(error) from error


def _all(connection: sqlite3.Connection, sessions: Sequence[bytes], form: Form) -> Iterator[str]:
    if form == "json":
        yield '{"sessions": [\n'
    for at, identifier in enumerate(sessions):
        session = _ask(connection, views.session(identifier))
        numbers = [row[0] for row in connection.execute(_OWN, (identifier,))]
        if form == "json":
            yield ",\n" if at else ""
            yield from _json(session, _messages(connection, numbers))
        else:
            yield "\n\n" if at else ""
            yield from _markdown(session, _messages(connection, numbers))
    if form == "json":
        yield "]}\n"


def _ask(connection: sqlite3.Connection, view: View[T]) -> T:
    """The answer to a view, within the transaction that is open."""
    rows: list[views.Row] | None = None
    while True:
        try:
            sql, parameters = view.send(rows) if rows is not None else next(view)
        except StopIteration as stop:
            result: T = stop.value
            return result
        rows = connection.execute(sql, parameters).fetchall()


def _messages(connection: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[Message]:
    for at in range(0, len(numbers), AT_ONCE):
        yield from _ask(connection, views.messages_by_id(numbers[at : at + AT_ONCE]))


def _json(session: Session, messages: Iterator[Message]) -> Iterator[str]:
    yield f'{{\n "session": {_dumped(shapes.session(session), 1)},\n "messages": ['
    between = "\n  "
    for one in messages:
        yield between + _dumped(shapes.message(one), 2)
        between = ",\n  "
    yield "\n ]\n}\n" if between.startswith(",") else "]\n}\n"


def _dumped(value: object, depth: int) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False).replace("\n", "\n" + " " * depth)


def _markdown(session: Session, messages: Iterator[Message]) -> Iterator[str]:
    title = line(session.title, TITLE_CHARS) or session.id
    yield f"# {title}\n\nConversation {session.id}, written {iso(now_ms())}\n"
    if session.parent is not None:
        yield f"\nA branch that begins after `{session.parent.hex()}`\n"
    for one in messages:
        text = clean(one.text) if one.text is not None else f"*{gone(one)}*"
        yield f"\n## {_WHO[one.role]}, {shapes.time(one.time)}\n\n{text}\n\n`{one.digest.hex()}`\n"


def gone(one: Message) -> str:
    """What is shown in the place of a text that cannot be."""
    return "(altered since it was signed: ccnode audit verify)" if one.altered else "(erased or withheld)"
