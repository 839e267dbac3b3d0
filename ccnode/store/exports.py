"""How does one conversation leave the database as a file? As JSON for programs, Markdown for people, or with its proof.

Piece by piece, from one consistent state: a conversation may have tens of thousands of messages. Everything that is
stored leaves by bundles.everything.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from ccnode.clock import iso, now_ms
from ccnode.store import browse, bundles, shapes, views
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
            numbers = _ask(connection, browse.numbers_of(session))
            write = _json if form == "json" else _markdown
            for text in write(session, _messages(connection, numbers)):
                yield text.encode("utf-8", "replace")
        finally:
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise translated(error) from error


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
    for one in messages:
        text = clean(one.text) if one.text is not None else f"*{gone(one)}*"
        yield f"\n## {_WHO[one.role]}, {shapes.time(one.time)}\n\n{text}\n\n`{one.digest.hex()}`\n"


def gone(one: Message) -> str:
    """What is shown in the place of a text that cannot be."""
    return "(altered since it was signed: ccnode audit verify)" if one.altered else "(erased or withheld)"
