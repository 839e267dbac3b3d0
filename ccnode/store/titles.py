"""Does the title of a conversation say what is out of memory? Then it is left out of prompts, and people are told.

A title stays when a message is forgotten alone. It may be that of any branch of the message's conversation: branches
share what is before them, and those that were brought in share the title that the other program gave.

While a message is disabled, or waits to be erased, titles are held against its words. Once these are gone nothing can
be held against them, and the node that has to know may never have had them. So from then on no title of the
conversation is shown but one that was given after the order was given and due. That can be told from entries alone:
every node comes to the same, in whatever order they arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.mind.titles import repeats
from ccnode.store import views
from ccnode_protocol import hlc
from ccnode_protocol.records import Kind, Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccnode.store.views import Message, View

AT_ONCE: Final = 500
NEVER: Final = 2**64  # later than any title

_MARKED: Final = f"(k.mark = {int(Mark.DISABLED)} OR k.due_ms IS NOT NULL)"
_LEAVING: Final = (
    "SELECT s.session FROM session_events o CROSS JOIN sessions s ON s.session = o.session"
    f" WHERE o.kind = {int(Kind.FORGET_ORDERED)} AND s.due_ms IS NOT NULL"
)
_HIDING: Final = (
    f"SELECT m.session FROM marks k CROSS JOIN messages m ON m.id = k.id WHERE k.mark = {int(Mark.DISABLED)} UNION"
    " SELECT m.session FROM marks k CROSS JOIN messages m ON m.id = k.id WHERE k.due_ms IS NOT NULL"
    f" UNION {_LEAVING}"
)
_ABOVE: Final = (
    "SELECT s.session, (SELECT m.session FROM entries e JOIN messages m ON m.id = e.id WHERE e.digest = s.parent),"
    " s.time FROM"
)
_UP: Final = (
    f"WITH RECURSIVE up (session, above, time) AS ({_ABOVE} sessions s WHERE s.session IN ({{which}})"
    f" UNION {_ABOVE} up JOIN sessions s ON s.session = up.above) SELECT session, above, time FROM up"
)
_MESSAGES: Final = (
    "SELECT m.session, e.sealed, o.time, k.due_ms FROM marks k CROSS JOIN messages m ON m.id = k.id"
    " JOIN entries e ON e.id = k.id LEFT JOIN entries o ON o.id = k.forget"
    f" WHERE {_MARKED} AND m.session IN ({{marks}})"
)
_SESSIONS: Final = (
    "SELECT s.session, o.time, s.due_ms FROM sessions s JOIN entries o ON o.id = s.forget"
    " WHERE s.due_ms IS NOT NULL AND s.session IN ({marks})"
)
_BRANCHES: Final = (
    "WITH RECURSIVE tree (session) AS (SELECT ?1 UNION SELECT session FROM sessions WHERE time = ?2 UNION"
    " SELECT c.session FROM tree JOIN messages m ON m.session = tree.session JOIN messages c ON c.parent_id = m.id)"
    " SELECT session FROM tree UNION SELECT s.session FROM sessions s WHERE s.parent IN ("
    "SELECT e.digest FROM tree JOIN messages m ON m.session = tree.session JOIN entries e ON e.id = m.id)"
)
_TITLES: Final = (
    "SELECT v.session, e.sealed FROM session_events v JOIN entries e ON e.id = v.id"
    " JOIN sessions s ON s.session = v.session WHERE v.session IN ({marks})"
    f" AND v.kind IN ({int(Kind.SESSION_OPENED)}, {int(Kind.SESSION_TITLED)})"
    " AND s.due_ms IS NULL AND s.voice IS NULL ORDER BY v.id"
)


@dataclass(frozen=True, slots=True)
class Title:
    """What a session is or was called; `given`: when, as entries have it, or 0 where it was brought in with it."""

    session: bytes
    words: str
    given: int = 0


@dataclass(slots=True)
class _Hidden:
    """What of a conversation is out of memory: the words that are here, and since when others are gone."""

    words: list[str]
    gone: int = -1


def left_out(titles: Sequence[Title]) -> View[set[bytes]]:
    """The sessions whose title is not to be shown."""
    hiding = _above((yield _UP.replace("{which}", _HIDING), ()))
    if not hiding or not titles:
        return set()
    names = [one.session for one in titles]
    ours = _above((yield _UP.replace("{which}", _marks(names)), names))
    begun = {session: _begun(session, ours) for session in names}
    hidden: dict[object, _Hidden] = {key: _Hidden([]) for key in begun.values()}
    known = {session: key for session in hiding if (key := _begun(session, hiding)) in hidden}
    for some in _parts(list(known)):
        for session, sealed, ordered, due_ms in (yield _MESSAGES.replace("{marks}", _marks(some)), some):
            text, of = views.text_of(sealed, "text"), hidden[known[session]]
            if text is not None:
                of.words.append(text)
            else:
                of.gone = max(of.gone, _due(ordered, due_ms))
        for session, ordered, due_ms in (yield _SESSIONS.replace("{marks}", _marks(some)), some):
            of = hidden[known[session]]
            of.gone = max(of.gone, _due(ordered, due_ms))
    return {one.session for one in titles if _is_out(one, hidden[begun[one.session]])}


def _is_out(title: Title, hidden: _Hidden) -> bool:
    return title.given <= hidden.gone or any(repeats(title.words, text) for text in hidden.words)


def _due(ordered: int | None, due_ms: int | None) -> int:
    """After which moment a title was given knowingly; NEVER where nobody ordered anything: words just are not here."""
    return NEVER if ordered is None or due_ms is None else max(ordered, hlc.from_ms(due_ms))


def saying(message: Message) -> View[tuple[Title, ...]]:
    """What the branches of a message's conversation are or were called, as far as that says what the message says.

    Not of those that are to be forgotten themselves: their titles go with them.
    """
    if not message.text:
        return ()
    above = _above((yield _UP.replace("{which}", "?"), (message.session,)))
    root = _root(message.session, above)
    rows = yield _BRANCHES, (root, _begun(root, above))
    found: dict[Title, None] = {}
    for some in _parts([message.session, *(session for (session,) in rows if session != message.session)]):
        for session, sealed in (yield _TITLES.replace("{marks}", _marks(some)), some):
            words = views.text_of(sealed, "title")
            if words and repeats(words, message.text):
                found[Title(session, words)] = None
    return tuple(sorted(found, key=lambda one: one.session != message.session))


# --- which sessions are branches of one conversation ---


def _above(rows: Sequence[views.Row]) -> dict[bytes, tuple[bytes | None, int]]:
    """For each session the one that it branches from, and when it began."""
    return {session: (above, time) for session, above, time in rows}


def _root(session: bytes, above: dict[bytes, tuple[bytes | None, int]]) -> bytes:
    """The session with which its conversation began; parents that run in a circle end somewhere in it."""
    passed = {session}
    while session in above:
        origin = above[session][0]
        if origin is None or origin in passed:
            break
        passed.add(origin)
        session = origin
    return session


def _begun(session: bytes, above: dict[bytes, tuple[bytes | None, int]]) -> object:
    """What the branches of a conversation have in common: when it began, or what is named where that has not arrived.

    Not the session: a conversation that was brought in may have several beginnings, where the first question was
    edited. Of two conversations that began in one millisecond elsewhere, one hides too much: better than too little.
    """
    root = _root(session, above)
    return above[root][1] if root in above else root


def _parts(sessions: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (sessions[at : at + AT_ONCE] for at in range(0, len(sessions), AT_ONCE))


def _marks(some: Sequence[bytes]) -> str:
    return ",".join("?" * len(some))
