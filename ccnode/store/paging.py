"""How much of a conversation fits one answer? As many whole messages as have some megabytes together, one at least.

A message may have a megabyte and a conversation any number of them: sizes are looked at before anything is read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ccnode.store import views
from ccnode.store.voices import OUR_NODES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.store.views import Message, Session, View

PAGE_BYTES: Final = 4 * 1024 * 1024
AROUND_BYTES: Final = 512  # of what stands around a text in an answer: its identifiers, time, role
AT_ONCE: Final = 500  # rows a statement asks for
UP: Final = (
    "WITH RECURSIVE up (id, parent_id) AS (SELECT id, parent_id FROM messages WHERE id = ?"
    " UNION ALL SELECT m.id, m.parent_id FROM messages m JOIN up ON m.id = up.parent_id)"
)


@dataclass(frozen=True, slots=True)
class Part:
    """The messages from number `first` on (from 1) of `total`; `last`: the last of all, shown here or not."""

    session: Session
    messages: Sequence[Message]
    first: int
    total: int
    last: Message | None

    @property
    def next(self) -> int | None:
        """The number to go on from; None where nothing follows."""
        following = self.first + len(self.messages)
        return following if following <= self.total else None


def branch(identifier: bytes, *, at: int | None = None, first: int = 1, most: int = PAGE_BYTES) -> View[Part]:
    """A session's branch from message number `first` on, now or as it stood at the time `at`. Raises NotFound."""
    session = yield from views.session(identifier)
    return (yield from _part(session, (yield from numbers_of(session, at)), first, most))


def tree(identifier: bytes, *, first: int = 1, most: int = PAGE_BYTES) -> View[Part]:
    """The messages of the conversation that a session belongs to, parents before children, from number `first` on.

    Branches that strangers began within it are left out. Raises NotFound.
    """
    session = yield from views.session(identifier)
    return (yield from _part(session, (yield from _whole(session)), first, most))


def outline(identifier: bytes, chars: int, *, most: int = PAGE_BYTES) -> View[tuple[Session, list[Message]]]:
    """The session, and every message that `tree` gives, with no more than so many characters of each one's text.

    Not all texts are in memory at once. Raises NotFound.
    """
    session = yield from views.session(identifier)
    numbers = yield from _whole(session)
    found: list[Message] = []
    at = 0
    while at < len(numbers):
        end = yield from forward(numbers, at, len(numbers), most)
        found += [_begun(one, chars) for one in (yield from read(numbers[at:end]))]
        at = end
    return session, found


def _begun(one: Message, chars: int) -> Message:
    return replace(one, text=one.text[:chars]) if one.text and len(one.text) > chars else one


def _whole(session: Session) -> View[list[int]]:
    """The local numbers of the messages of a conversation, parents before children."""
    numbers = yield from numbers_of(session)
    if numbers:
        written = "" if session.foreign else f" WHERE c.node IN ({OUR_NODES})"
        rows = yield (
            (
                f"{UP}, down (id) AS (SELECT id FROM up UNION SELECT m.id FROM down JOIN messages m"
                f" ON m.parent_id = down.id JOIN entries e ON e.id = m.id JOIN chains c ON c.id = e.chain{written})"
                " SELECT m.id FROM messages m JOIN entries e ON e.id = m.id WHERE m.id IN (SELECT id FROM down)"
                " ORDER BY m.depth, m.time, e.digest"
            ),
            (numbers[-1],),
        )
        numbers = [row[0] for row in rows]
    return numbers


def _part(session: Session, numbers: Sequence[int], first: int, most: int) -> View[Part]:
    start = min(max(1, first) - 1, len(numbers))
    end = yield from forward(numbers, start, len(numbers), most)
    messages = yield from read(numbers[start:end])
    last = yield from views.messages_by_id(numbers[-1:])
    return Part(session, messages, start + 1, len(numbers), last[0] if last else None)


def numbers_of(session: Session, at: int | None = None) -> View[list[int]]:
    """The local numbers of the messages in a session's branch, from the root on, now or at a past moment."""
    leaf = yield from views.leaf_of(session.session, at)
    if leaf is None and session.parent is not None:
        rows = yield "SELECT id FROM entries WHERE digest = ?", (session.parent,)
        leaf = rows[0] if rows else None
    return (yield from way_to(leaf[0])) if leaf is not None else []


def way_to(number: int) -> View[list[int]]:
    """The local numbers of the messages from the root down to one."""
    rows = yield f"{UP} SELECT id FROM up", (number,)
    return [row[0] for row in reversed(rows)]


def holds(session: Session, message: Message) -> View[bool]:
    """Whether a message stands in any branch of the conversation that a session belongs to."""
    if message.session == session.session:
        return True
    own = yield from numbers_of(session)
    way = yield from way_to(message.id)
    return bool(own) and own[:1] == way[:1]


def read(numbers: Sequence[int]) -> View[list[Message]]:
    """The messages with these local numbers, in their order; numbers that are no message's are left out."""
    found: list[Message] = []
    for start in range(0, len(numbers), AT_ONCE):
        found += yield from views.messages_by_id(numbers[start : start + AT_ONCE])
    return found


def forward(numbers: Sequence[int], start: int, end: int, most: int = PAGE_BYTES) -> View[int]:
    """Where a page ends that begins at `start`: as many as have `most` bytes together, one at least, up to `end`."""
    taken = yield from _fitting(numbers[start:end], most)
    return start + taken


def backward(numbers: Sequence[int], start: int, end: int, most: int = PAGE_BYTES) -> View[int]:
    """Where a page begins that ends before `end`: as many as have `most` bytes together, one at least, from `start`."""
    taken = yield from _fitting(numbers[start:end][::-1], most)
    return end - taken


def _fitting(numbers: Sequence[int], most: int) -> View[int]:
    taken, together = 0, 0
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        marks = ",".join("?" * len(some))
        rows = yield f"SELECT id, coalesce(length(sealed), 0) FROM entries WHERE id IN ({marks})", tuple(some)
        sizes: dict[int, int] = dict(rows)
        for number in some:
            together += sizes.get(number, 0) + AROUND_BYTES
            if together > most and taken:
                return taken
            taken += 1
    return taken
