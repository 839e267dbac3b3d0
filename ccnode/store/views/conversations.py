"""Which conversations are there, and what is their state?"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.store.errors import NotFound
from ccnode.store.views.asking import FOR_EVER, HEX, hlc_limit, only_one, prefix_range, text_of
from ccnode_protocol import hlc
from ccnode_protocol.records import Role

if TYPE_CHECKING:
    from ccnode.store.views.asking import Row, View

PREFIX_SESSION_MIN: Final = 4
SESSION_DIGITS: Final = 32
TITLE_CHARS: Final = 60


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation's branch. Times are hybrid logical clock values; `last` is `opened` while nothing was said.

    `foreign`: a stranger opened it (voices.py); it can be read, and nothing can be added.
    """

    session: bytes
    title: str
    opened: int
    last: int
    messages: int
    ended: int | None
    due_ms: int | None
    parent: bytes | None
    unanswered: bool
    foreign: bool = False

    @property
    def id(self) -> str:
        """The session's UUID as text."""
        return str(uuid.UUID(bytes=self.session))


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a session decides whether it goes on, and from where: fields as in Session."""

    ended: int | None
    due_ms: int | None
    parent: bytes | None
    foreign: bool


def _leaf(what: str, session: str, moment: str) -> str:
    """SQL for the way on of a session, as it stood at a moment.

    That is, of its messages that are placed, that no message of the session follows and that no other of the session
    was regenerated in place of, the newest. Ties of time are broken by digest, so that every node agrees.
    """
    # "+": by parent, not by session, or a session of n messages would be read n times. First which time, then which of
    # that time: sorting by both at once would read all messages.
    ends = (
        f"m.session = {session} AND m.depth IS NOT NULL AND NOT EXISTS (SELECT 1 FROM messages c"
        f" WHERE c.parent_id = m.id AND +c.session = {session} AND +c.time <= {moment}) AND NOT EXISTS (SELECT 1"
        f" FROM messages r WHERE r.replaces = m.id AND +r.session = {session} AND +r.time <= {moment})"
    )
    return (
        f"SELECT {what} FROM messages m JOIN entries e ON e.id = m.id WHERE {ends} AND m.time ="
        f" (SELECT m.time FROM messages m WHERE {ends} AND m.time <= {moment} ORDER BY m.time DESC LIMIT 1)"
        " ORDER BY e.digest DESC LIMIT 1"
    )


# What was brought in from elsewhere says so in its meta: the key "origin", as canonical msgpack has it.
BROUGHT_IN: Final = "instr(e.meta, x'a66f726967696e')"
# A question waits for a reply, unless it was put to somebody else, elsewhere.
WAITS: Final = f"m.role = {int(Role.USER)} AND NOT {BROUGHT_IN}"
_LEAF: Final = _leaf("m.id, m.role, m.depth, e.digest", "?1", "?2")
LEAF_NOW: Final = _leaf("{}", "s.session", str(FOR_EVER))
_SESSION: Final = (
    "SELECT s.session, s.time, s.ended, s.due_ms, s.parent,"
    " (SELECT e.sealed FROM entries e WHERE e.id = s.titled), a.last, coalesce(a.messages, 0),"
    " (SELECT e.sealed FROM messages m JOIN entries e ON e.id = m.id WHERE m.session = s.session"
    f"  ORDER BY m.time LIMIT 1), s.voice, ({LEAF_NOW.format(WAITS)})"
    " FROM sessions s LEFT JOIN activity a ON a.session = s.session "
)
_STANDING: Final = "SELECT ended, due_ms, parent, voice FROM sessions WHERE session = ?"
LAST: Final = "max(coalesce(a.last, 0), s.time)"
IMPORTED: Final = f"(SELECT {BROUGHT_IN} FROM entries e WHERE e.id = s.opened)"
# A branch that was brought in beside its conversation, and in which nothing was said since.
_ASIDE: Final = (
    f"(s.parent IS NOT NULL AND {IMPORTED}"
    " AND coalesce(a.last, 0) <= (SELECT e.time FROM entries e WHERE e.id = s.opened))"
)


def sessions(
    limit: int = 50,
    offset: int = 0,
    *,
    ended: bool | None = None,
    forgotten: bool = False,
    imported: bool | None = None,
    branches: bool = False,
    since: int | None = None,
    until: int | None = None,
) -> View[list[Session]]:
    """Our sessions, most recently active first. Those to be forgotten are left out, or (`forgotten`) shown alone.

    Branches brought in beside their conversation are left out (unless `branches`) until they are gone on with.
    `since` and `until`: when they were last active, in milliseconds since 1970, `until` not included.
    """
    conditions = ["s.voice IS NULL", "s.due_ms IS NOT NULL" if forgotten else "s.due_ms IS NULL"]
    parameters: list[object] = []
    if ended is not None:
        conditions.append("s.ended IS NOT NULL" if ended else "s.ended IS NULL")
    if imported is not None:
        conditions.append(IMPORTED if imported else f"NOT {IMPORTED}")
    if not branches and not forgotten:
        conditions.append(f"NOT {_ASIDE}")
    for moment, sign in ((since, ">="), (until, "<")):
        if moment is not None:
            conditions.append(f"{LAST} {sign} ?")
            parameters.append(hlc_limit(hlc.from_ms(moment)))
    wanted = f"WHERE {' AND '.join(conditions)} ORDER BY {LAST} DESC, s.session LIMIT ? OFFSET ?"
    # First which, then what: the columns cost more than the order, and are wanted of one page only.
    chosen = f"SELECT s.session FROM sessions s LEFT JOIN activity a ON a.session = s.session {wanted}"
    rows = yield (
        f"{_SESSION} WHERE s.session IN ({chosen}) ORDER BY {LAST} DESC, s.session",
        (*parameters, limit, offset),
    )
    return [_session(row) for row in rows]


def session(identifier: bytes) -> View[Session]:
    """One session. Raises NotFound."""
    rows = yield f"{_SESSION} WHERE s.session = ?", (identifier,)
    return _session(_found(rows, identifier))


def standing(identifier: bytes) -> View[Standing]:
    """What decides whether a session goes on, at a fraction of what all of it costs. Raises NotFound."""
    rows = yield _STANDING, (identifier,)
    ended, due_ms, parent, voice = _found(rows, identifier)
    return Standing(ended, due_ms, parent, voice is not None)


def _found(rows: list[Row], identifier: bytes) -> Row:
    if not rows:
        raise NotFound(f"there is no session {uuid.UUID(bytes=identifier)}", remedy="see: ccnode session list")
    return rows[0]


def _session(row: Row) -> Session:
    session, opened, ended, due_ms, parent, sealed, last, count, first, voice, waits = row
    title = text_of(sealed, "title") or _shortened(text_of(first, "text") or "")
    return Session(session, title, opened, last or opened, count, ended, due_ms, parent, bool(waits), voice is not None)


def _shortened(text: str) -> str:
    """A title for a session that has none: how it begins."""
    line = " ".join(text[: TITLE_CHARS * 4].split())
    return line if len(line) <= TITLE_CHARS else line[: TITLE_CHARS - 3].rstrip() + "..."


def leaf_of(session: bytes, at: int | None = None) -> View[Row | None]:
    """(id, role, depth, digest) of a session's newest message, now or at a past moment; None where nothing was said."""
    moment = hlc_limit(at)
    rows = yield _LEAF, (session, moment)
    return rows[0] if rows else None


def whole_session(text: str) -> bytes | None:
    """The session that a whole UUID means, be there one or not; None for any other text."""
    compact = text.lower().replace("-", "")
    return bytes.fromhex(compact) if len(compact) == SESSION_DIGITS and HEX.issuperset(compact) else None


def resolve_session(text: str) -> View[bytes]:
    """The session that a UUID, a unique beginning of one (4 characters or more) or "last" means.

    Raises:
        NotFound: none; Conflict: several.
    """
    if text == "last":
        newest = yield from sessions(1)
        if not newest:
            raise NotFound("there is no session yet", remedy="start one: ccnode chat")
        return newest[0].session
    compact = text.lower().replace("-", "")
    if len(compact) < PREFIX_SESSION_MIN or not HEX.issuperset(compact):
        remedy = "give at least 4 characters of one; see: ccnode session list"
        raise NotFound(f"{text!r} is not a session id", remedy=remedy)
    low, high = prefix_range(compact, 16)
    rows = yield "SELECT session FROM sessions WHERE session BETWEEN ? AND ? LIMIT 2", (low, high)
    return only_one(rows, f"session {text}")
