"""What may have told a reply what it says? What others said before it, what it rests on, and what that rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.store import knowledge, notes, views
from ccnode_protocol.records import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccnode.store.views import View

HISTORY: Final = 200  # messages before a reply that its prompt could hold
FOLLOWED_MAX: Final = 100  # entries that are looked at to see what one reply rests on
TEXTS_AT_ONCE: Final = 16  # each may have a megabyte
CHARS_MAX: Final = 20_000  # of one text, so much is compared (mind/echoes.py)

_BEFORE: Final = (
    "WITH RECURSIVE up (id, parent_id, role) AS (SELECT id, parent_id, role FROM messages WHERE id = ? UNION ALL"
    " SELECT m.id, m.parent_id, m.role FROM messages m JOIN up ON m.id = up.parent_id"
    f" LIMIT {HISTORY}) SELECT e.id, e.digest FROM up JOIN entries e ON e.id = up.id"
    f" WHERE up.role != {int(Role.ASSISTANT)}"
)


def texts(reply: bytes) -> View[list[str] | None]:
    """The words of all that; None where it leads too far to be followed. The assistant's own are not among them."""
    found: list[str] = []
    seen = {reply}
    level: Sequence[bytes] = [reply]
    while level:
        numbers = yield from views.numbers_of(level)
        messages = yield from views.messages_by_id(sorted(numbers))
        replies = [one for one in messages if one.role == "assistant"]
        found += [one.text[:CHARS_MAX] for one in messages if one.role != "assistant" and one.text]
        found += yield from _noted(level)
        found += [one.words[:CHARS_MAX] for one in (yield from knowledge.of_entries(level)) if one.words]
        for one in replies:
            if one.parent_id is not None:
                rows = yield _BEFORE, (one.parent_id,)
                found += yield from _read([number for number, _ in rows])
                found += yield from _noted([digest for _, digest in rows])
        level = [source for source in dict.fromkeys(_sources(replies)) if source not in seen]
        seen.update(level)
        if len(seen) > FOLLOWED_MAX:
            return None
    return found


def _sources(replies: Iterable[views.Message]) -> Iterable[bytes]:
    return (source for one in replies for source in one.sources)


def _noted(digests: Sequence[bytes]) -> View[list[str]]:
    """What is remembered instead of messages: a reply was told that."""
    return [one.text[:CHARS_MAX] for one in (yield from notes.standing(digests)).values()]


def _read(numbers: Sequence[int]) -> View[list[str]]:
    found: list[str] = []
    for at in range(0, len(numbers), TEXTS_AT_ONCE):
        some = numbers[at : at + TEXTS_AT_ONCE]
        rows = yield f"SELECT sealed FROM entries WHERE id IN ({','.join('?' * len(some))})", some
        found += [text[:CHARS_MAX] for (sealed,) in rows if (text := views.text_of(sealed, "text"))]
    return found
