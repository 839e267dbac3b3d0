"""What does a page of a conversation show? A part of one branch, what lies beside it, and what it rests on.

A conversation may have tens of thousands of messages, and each a megabyte: the way up from the newest is walked by
number alone, and only what is shown is read, no more than fits a page.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeVar

from ccnode.store import paging, views
from ccnode.store.voices import OUR_NODES
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccnode.store.views import Message, Session, View

T = TypeVar("T")

WINDOW: Final = 100
AROUND: Final = 20  # how many messages before the one that is looked for are shown with it
SIBLINGS_MAX: Final = 200
SOURCES_MAX: Final = 400
SOURCES_AT_ONCE: Final = 10  # in memory as they are, before they are cut
SOURCE_CHARS_MAX: Final = 4096  # a page shows how each begins


@dataclass(frozen=True, slots=True)
class Sibling:
    """One of several messages that follow the same one. `time` is a hybrid logical clock value."""

    digest: bytes
    session: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Window:
    """The messages from number `first` on of the `total` in a branch.

    `aside`: the branch is not the session's, but the way to a message that the session has left (a replaced reply).
    `siblings`: of the messages shown, those that follow the same one, each itself among them, oldest first.
    `sources`: the messages that those shown rest on, as far as they are here.
    `life`: the times of the branch's first message and of its last, None without any.
    `earlier`: the number from which the part before this one is to be asked for; 0 where this one is the first.
    """

    session: Session
    messages: Sequence[Message]
    first: int
    total: int
    aside: bool = False
    siblings: Mapping[bytes, Sequence[Sibling]] = field(default_factory=dict)
    sources: Mapping[bytes, Message] = field(default_factory=dict)
    life: tuple[int, int] | None = None
    earlier: int = 0

    @property
    def whole(self) -> bool:
        """Whether the branch's newest message is shown, so that what comes next comes after it."""
        return self.first + len(self.messages) > self.total


def window(
    identifier: bytes,
    *,
    at: int | None = None,
    focus: bytes | None = None,
    first: int | None = None,
    size: int = WINDOW,
    most: int = paging.PAGE_BYTES,
) -> View[Window]:
    """A part of a session's branch: from number `first` on, around the message `focus`, or the newest.

    At most twice `size` messages, and as many as have `most` bytes together, one at least.
    `at` is a moment as a hybrid logical clock value: the branch as it stood then. Raises NotFound.
    """
    session = yield from views.session(identifier)
    numbers = yield from paging.numbers_of(session, at)
    aside, focused = False, None
    if focus is not None:
        focused = (yield from views.message(focus)).id
        if focused not in numbers:
            numbers, aside = (yield from paging.way_to(focused)), True
    start, end = yield from _fitted(numbers, _bounds(numbers, focused, first, size), focused, first, most)
    messages = yield from views.messages_by_id(numbers[start:end])
    before = yield from paging.backward(numbers, max(0, start - size), start, most)
    return Window(
        session,
        messages,
        start + 1,
        len(numbers),
        aside,
        (yield from _siblings(messages, foreign=session.foreign)),
        (yield from _sources(source for message in messages for source in message.sources)),
        (yield from _life(numbers)),
        before + 1 if start else 0,
    )


def _bounds(numbers: Sequence[int], focused: int | None, first: int | None, size: int) -> tuple[int, int]:
    total = len(numbers)
    if first is not None:
        start = max(0, min(first - 1, total))
    elif focused is not None and focused in numbers:
        start = max(0, min(numbers.index(focused) - min(AROUND, size), total - size))
    else:
        start = max(0, total - size)
    return start, min(total, start + 2 * size)


def _fitted(
    numbers: Sequence[int], bounds: tuple[int, int], focused: int | None, first: int | None, most: int
) -> View[tuple[int, int]]:
    """As much of that as has `most` bytes: what is looked for is in it, or the newest."""
    start, end = bounds
    if first is None and focused is not None and focused in numbers:
        start = yield from paging.backward(numbers, start, numbers.index(focused) + 1, most // 2)
    elif first is None:
        return (yield from paging.backward(numbers, start, end, most)), end
    return start, (yield from paging.forward(numbers, start, end, most))


def _life(numbers: Sequence[int]) -> View[tuple[int, int] | None]:
    if not numbers:
        return None
    rows = yield "SELECT min(time), max(time) FROM messages WHERE id IN (?, ?)", (numbers[0], numbers[-1])
    return rows[0][0], rows[0][1]


def _siblings(messages: Sequence[Message], *, foreign: bool) -> View[dict[bytes, list[Sibling]]]:
    """Those of strangers are left out, unless the session itself is a stranger's."""
    ours = "" if foreign else f" AND c.node IN ({OUR_NODES})"
    parents = sorted({message.parent_id for message in messages if message.parent_id is not None})
    families: dict[int, list[Sibling]] = {}
    for part in _parts(parents):
        rows = yield (
            (
                "SELECT m.parent_id, e.digest, m.session, m.time FROM messages m JOIN entries e ON e.id = m.id"
                f" JOIN chains c ON c.id = e.chain WHERE m.parent_id IN ({','.join('?' * len(part))}){ours}"
                " ORDER BY m.time, e.digest"
            ),
            tuple(part),
        )
        for parent, *rest in rows:
            families.setdefault(parent, []).append(Sibling(*rest))
    found = {}
    for message in messages:
        family = families.get(message.parent_id, []) if message.parent_id is not None else []
        if 1 < len(family) <= SIBLINGS_MAX:
            found[message.digest] = family
    return found


def _sources(digests: Iterable[bytes]) -> View[dict[bytes, Message]]:
    """Messages by their digests, long ones cut; what is not here is left out, and what is beyond `SOURCES_MAX`."""
    found = {}
    for part in _parts(list(dict.fromkeys(digests))[:SOURCES_MAX], SOURCES_AT_ONCE):
        rows = yield f"SELECT id FROM entries WHERE digest IN ({','.join('?' * len(part))})", tuple(part)
        for message in (yield from views.messages_by_id([row[0] for row in rows])):
            text = message.text
            short = replace(message, text=text[:SOURCE_CHARS_MAX]) if text and len(text) > SOURCE_CHARS_MAX else message
            found[message.digest] = short
    return found


def _parts(values: Sequence[T], size: int = 200) -> list[Sequence[T]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def origins(sessions: Iterable[bytes]) -> View[dict[bytes, str]]:
    """Where sessions were brought in from; those that began here are left out."""
    found = {}
    for part in _parts(list(dict.fromkeys(sessions))):
        rows = yield (
            (
                "SELECT s.session, e.meta FROM sessions s JOIN entries e ON e.id = s.opened"
                f" WHERE s.session IN ({','.join('?' * len(part))})"
            ),
            tuple(part),
        )
        for session, meta in rows:
            try:
                origin = records.read_origin(meta)
            except RemoteError:
                continue
            if origin:
                found[session] = origin
    return found
