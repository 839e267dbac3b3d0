"""What were the conversations before this one? What extracts of them are made of, as far as it may be remembered."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from ccnode.mind.summaries import Conversation, Said
from ccnode.store import memory, titles, views
from ccnode.store.views.conversations import BROUGHT_IN

if TYPE_CHECKING:
    from ccnode.store.views import Message, Row, View

CONVERSATIONS: Final = 20
ROWS_AT_ONCE: Final = 500
PAGES_MAX: Final = 10  # so that one very long conversation does not have all of it read

# By what people said last, which an index tells: to order all sessions would cost more than all the rest of a prompt.
_SPOKEN: Final = (
    "SELECT m.id, m.time, m.session FROM messages m WHERE m.role = 0 AND m.time <= ?1 AND (m.time < ?1 OR m.id < ?2)"
    f" ORDER BY m.time DESC, m.id DESC LIMIT {ROWS_AT_ONCE}"
)
_SESSIONS: Final = (
    "SELECT s.session, coalesce(a.last, s.time), e.digest, e.sealed,"
    " (SELECT m.id FROM messages m WHERE m.session = s.session AND m.role = 0 ORDER BY m.time LIMIT 1),"
    f" CASE WHEN {BROUGHT_IN} THEN 0 ELSE e.time END"
    " FROM sessions s LEFT JOIN activity a ON a.session = s.session LEFT JOIN entries e ON e.id = s.titled"
    " WHERE s.session IN ({marks}) AND s.voice IS NULL AND s.due_ms IS NULL"
)


def conversations(besides: bytes, limit: int = CONVERSATIONS) -> View[list[Conversation]]:
    """Our conversations but for one, the most recently spoken in first; not those that are to be forgotten.

    What may not be remembered of them (memory.left_out) is left out, and so is a title that says such a thing
    (titles.left_out).
    """
    rows = yield from _last(besides, limit)
    if not rows:
        return []
    leaves: dict[bytes, int] = {}
    for row in rows:
        leaf = yield from views.leaf_of(row[0])
        if leaf is not None:
            leaves[row[0]] = leaf[0]
    wanted = [number for number in (*leaves.values(), *(row[4] for row in rows)) if number is not None]
    known = {one.id: one for one in (yield from views.messages_by_id(wanted))}
    above = [known[leaf].parent_id for leaf in leaves.values() if leaf in known and known[leaf].role == "assistant"]
    missing = [number for number in above if number is not None and number not in known]
    known |= {one.id: one for one in (yield from views.messages_by_id(missing))}
    unwanted = yield from memory.left_out(one.digest for one in known.values())
    named = [titles.Title(row[0], name, row[5]) for row in rows if (name := views.text_of(row[3], "title"))]
    untitled = yield from titles.left_out(named)
    called = {one.session: one.words for one in named if one.session not in untitled}
    shown = {number: one for number, one in known.items() if one.digest not in unwanted}
    return [_conversation(row, leaves.get(row[0]), known, shown, called.get(row[0])) for row in rows]


def _last(besides: bytes, limit: int) -> View[list[Row]]:
    """The sessions' rows, in order."""
    found: list[Row] = []
    seen = {besides}
    at = (views.hlc_limit(None), 2**63 - 1)
    for _ in range(PAGES_MAX):
        page = yield _SPOKEN, at
        fresh = [session for session in dict.fromkeys(row[2] for row in page) if session not in seen]
        seen.update(fresh)
        for start in range(0, len(fresh), limit):
            some = fresh[start : start + limit]
            rows = yield _SESSIONS.replace("{marks}", ",".join("?" * len(some))), some
            of = {row[0]: row for row in rows}
            found += [of[session] for session in some if session in of]
            if len(found) >= limit:
                return found[:limit]
        if len(page) < ROWS_AT_ONCE:
            break
        at = (page[-1][1], page[-1][0])
    return found


def _conversation(
    row: Row, leaf: int | None, known: dict[int, Message], shown: dict[int, Message], name: str | None
) -> Conversation:
    session, last, titled, _, first, _ = row
    end = known.get(leaf) if leaf is not None else None
    answer = end.id if end is not None and end.role == "assistant" else None
    question = end.parent_id if answer is not None and end is not None else end.id if end is not None else None
    asked = _said(shown.get(question or 0))
    return Conversation(
        session_id=str(uuid.UUID(bytes=session)),
        last_ms=views.ms_of(last),
        title=Said(titled.hex(), name) if name is not None else None,
        first=_said(shown.get(first or 0)),
        question=asked,
        answer=_said(shown.get(answer or 0)) if asked is not None else None,
    )


def _said(message: Message | None) -> Said | None:
    return Said(message.digest.hex(), message.text) if message is not None else None
