"""What does the ledger say? Questions to the database, each answered from one consistent state.

A view is a generator: it yields SQL with parameters and gets the rows back. So the same view is run by sqlite3 where no
daemon is (`run`), and by aiosqlite within one (readers.py); it neither knows nor cares.
"""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from ccnode.store.errors import Conflict, NotFound, translated
from ccnode.store.voices import OUR_NODES
from ccnode_crypto.entry import SALT_BYTES, ChainId, sealed_digest
from ccnode_protocol import hlc, records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import MARK_NAMES, ROLE_NAMES, Kind, Role

T = TypeVar("T")
Row = tuple[Any, ...]
Query = tuple[str, Sequence[object]]
View = Generator[Query, list[Row], T]

PREFIX_SESSION_MIN: Final = 4
PREFIX_MESSAGE_MIN: Final = 6
MATCHES_MAX: Final = 2
TITLE_CHARS: Final = 60
_NUMBER: Final = re.compile(r"[0-9]{1,5}")
_HEX: Final = frozenset("0123456789abcdef")


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
class Message:
    """A message. `seq` is its depth from the root, from 1.

    `text` is None where the content was erased or withheld, or (`altered`) is not the one that was signed. `due_ms`:
    when it is to be erased by an order for this message alone, in milliseconds since 1970. `plate`: the digest of the
    plate that a reply was given under (plates.py), where there was one.
    """

    id: int
    digest: bytes
    session: bytes
    parent_id: int | None
    parent: bytes | None
    seq: int
    role: Literal["user", "assistant", "system", "tool"]
    text: str | None
    time: int
    model: str | None
    state: Literal["complete", "interrupted"]
    sources: tuple[bytes, ...]
    key: bytes | None
    altered: bool = False
    origin: str | None = None
    mark: Literal["none", "pinned", "disabled"] = "none"
    due_ms: int | None = None
    plate: bytes | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """What is stored of one chain."""

    chain: ChainId
    length: int
    head: bytes
    opened: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry for a log: where it stands, what it is, whether its content is there."""

    id: int
    chain: ChainId
    seq: int
    kind: int
    digest: bytes
    time: int
    content: Literal["none", "present", "missing"]

    @property
    def kind_name(self) -> str:
        """The kind in words, or its number where this program does not know it."""
        return Kind(self.kind).name.lower().replace("_", "-") if self.kind in set(Kind) else f"kind-{self.kind}"


def kind_of(name: str) -> int | None:
    """The number of a kind that is given in words or as a number; None where there is no such kind."""
    names = {kind.name.lower().replace("_", "-"): int(kind) for kind in Kind}
    wanted = name.lower().replace("_", "-")
    return names.get(wanted, int(wanted) if _NUMBER.fullmatch(wanted) else None)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts over everything stored. `first` and `last`: times of the oldest and newest message, None without any."""

    sessions: int
    messages: int
    user_messages: int
    entries: int
    chains: int
    first: int | None
    last: int | None


def run(connection: sqlite3.Connection, view: View[T]) -> T:
    """Answer a view on a connection of one's own, from one consistent state.

    Raises:
        StoreError: the view's own (NotFound, Conflict), or SQLite's, translated.
    """
    try:
        connection.execute("BEGIN")
        try:
            rows: list[Row] | None = None
            while True:
                sql, parameters = view.send(rows) if rows is not None else next(view)
                rows = connection.execute(sql, parameters).fetchall()
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise translated(error) from error


def text_of(sealed: bytes | None, name: str) -> str | None:
    """The text in a sealed content; None where it is missing or not what its kind says."""
    if sealed is None:
        return None
    try:
        return records.read_text(sealed[SALT_BYTES:], name)
    except RemoteError:
        return None


# --- sessions ---

_FOR_EVER: Final = 2**63 - 1


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
_BROUGHT_IN: Final = "instr(e.meta, x'a66f726967696e')"
# A question waits for a reply, unless it was put to somebody else, elsewhere.
_WAITS: Final = f"m.role = {int(Role.USER)} AND NOT {_BROUGHT_IN}"
_LEAF: Final = _leaf("m.id, m.role, m.depth", "?1", "?2")
_LEAF_NOW: Final = _leaf("{}", "s.session", str(_FOR_EVER))
_SESSION: Final = (
    "SELECT s.session, s.time, s.ended, s.due_ms, s.parent,"
    " (SELECT e.sealed FROM entries e WHERE e.id = s.titled), a.last, coalesce(a.messages, 0),"
    " (SELECT e.sealed FROM messages m JOIN entries e ON e.id = m.id WHERE m.session = s.session"
    f"  ORDER BY m.time LIMIT 1), s.voice, ({_LEAF_NOW.format(_WAITS)})"
    " FROM sessions s LEFT JOIN activity a ON a.session = s.session "
)
_LAST: Final = "max(coalesce(a.last, 0), s.time)"


def _session(row: Row) -> Session:
    session, opened, ended, due_ms, parent, sealed, last, count, first, voice, waits = row
    title = text_of(sealed, "title") or _shortened(text_of(first, "text") or "")
    return Session(session, title, opened, last or opened, count, ended, due_ms, parent, bool(waits), voice is not None)


def _shortened(text: str) -> str:
    """A title for a session that has none: how it begins."""
    line = " ".join(text[: TITLE_CHARS * 4].split())
    return line if len(line) <= TITLE_CHARS else line[: TITLE_CHARS - 3].rstrip() + "..."


def leaf_of(session: bytes, at: int | None = None) -> View[Row | None]:
    """(id, role, depth) of a session's newest message, now or at a past moment; None where nothing was said."""
    moment = hlc_limit(at)
    rows = yield _LEAF, (session, moment)
    return rows[0] if rows else None


def hlc_limit(at: int | None) -> int:
    """A moment as SQLite can compare it: hybrid logical clock values stay below 2^63 until the year 6429."""
    return min(at if at is not None else _FOR_EVER, _FOR_EVER)


IMPORTED: Final = f"(SELECT {_BROUGHT_IN} FROM entries e WHERE e.id = s.opened)"
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
            conditions.append(f"{_LAST} {sign} ?")
            parameters.append(hlc_limit(hlc.from_ms(moment)))
    wanted = f"WHERE {' AND '.join(conditions)} ORDER BY {_LAST} DESC, s.session LIMIT ? OFFSET ?"
    # First which, then what: the columns cost more than the order, and are wanted of one page only.
    chosen = f"SELECT s.session FROM sessions s LEFT JOIN activity a ON a.session = s.session {wanted}"
    rows = yield (
        f"{_SESSION} WHERE s.session IN ({chosen}) ORDER BY {_LAST} DESC, s.session",
        (*parameters, limit, offset),
    )
    return [_session(row) for row in rows]


def session(identifier: bytes) -> View[Session]:
    """One session. Raises NotFound."""
    rows = yield f"{_SESSION} WHERE s.session = ?", (identifier,)
    if not rows:
        raise NotFound(f"there is no session {uuid.UUID(bytes=identifier)}", remedy="see: ccnode session list")
    return _session(rows[0])


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
    if len(compact) < PREFIX_SESSION_MIN or not _HEX.issuperset(compact):
        remedy = "give at least 4 characters of one; see: ccnode session list"
        raise NotFound(f"{text!r} is not a session id", remedy=remedy)
    low, high = _prefix_range(compact, 16)
    rows = yield "SELECT session FROM sessions WHERE session BETWEEN ? AND ? LIMIT 2", (low, high)
    return _only(rows, f"session {text}")


def resolve_message(text: str) -> View[bytes]:
    """The digest that 64 hex digits, or a unique beginning (6 or more), mean. Raises NotFound, Conflict."""
    compact = text.lower()
    if len(compact) < PREFIX_MESSAGE_MIN or not _HEX.issuperset(compact):
        raise NotFound(f"{text!r} is not a message id", remedy="give at least 6 of its hex digits")
    low, high = _prefix_range(compact, 32)
    rows = yield "SELECT digest FROM entries WHERE digest BETWEEN ? AND ? LIMIT 2", (low, high)
    return _only(rows, f"message {text}")


def _prefix_range(compact: str, length: int) -> tuple[bytes, bytes]:
    digits = length * 2
    return bytes.fromhex(compact[:digits].ljust(digits, "0")), bytes.fromhex(compact[:digits].ljust(digits, "f"))


def _only(rows: list[Row], what: str) -> bytes:
    if not rows:
        raise NotFound(f"there is no {what}", remedy="see: ccnode session list")
    if len(rows) >= MATCHES_MAX:
        raise Conflict(f"{what} could mean several", remedy="give more of its characters")
    found: bytes = rows[0][0]
    return found


# --- messages ---

_MESSAGE: Final = (
    "SELECT m.id, e.digest, m.session, m.parent_id, (SELECT p.digest FROM entries p WHERE p.id = m.parent_id),"
    " m.depth, m.role, e.sealed, m.time, e.meta, m.key, substr(e.header, 147, 32),"
    " k.mark, k.due_ms FROM messages m JOIN entries e ON e.id = m.id LEFT JOIN marks k ON k.id = m.id "
)
_BRANCH: Final = (
    "WITH RECURSIVE up (id, parent_id, depth) AS ("
    " SELECT id, parent_id, depth FROM messages WHERE id = ?"
    " UNION ALL SELECT m.id, m.parent_id, m.depth FROM messages m JOIN up ON m.id = up.parent_id LIMIT ?)"
)


def _message(row: Row) -> Message:
    entry, digest, identifier, parent_id, parent, depth, role, sealed, time, meta, key, signed, mark, due_ms = row
    altered = bool(sealed) and sealed_digest(sealed) != signed
    try:
        parsed = records.read_message(meta)
    except RemoteError:
        parsed = records.MessageMeta(identifier, Role(role))
    return Message(
        id=entry,
        digest=digest,
        session=identifier,
        parent_id=parent_id,
        parent=parent,
        seq=depth or 0,
        role=ROLE_NAMES[Role(role)],  # type: ignore[arg-type]  # the names are those of the literal
        text=None if altered else text_of(sealed, "text"),
        time=time,
        model=parsed.model,
        state="complete" if parsed.state == records.State.COMPLETE else "interrupted",
        sources=parsed.sources,
        key=key,
        altered=altered,
        origin=parsed.origin,
        mark=MARK_NAMES.get(mark, "none"),  # type: ignore[arg-type]  # the names are those of the literal
        due_ms=due_ms,
        plate=parsed.plate,
    )


def branch_up_to(leaf: int, limit: int | None = None) -> View[list[Message]]:
    """The messages from the root (or the newest `limit` of them) down to the message with local number `leaf`."""
    count = limit if limit is not None else 2**31
    rows = yield f"{_BRANCH} {_MESSAGE} WHERE m.id IN (SELECT id FROM up) ORDER BY m.depth", (leaf, count)
    return [_message(row) for row in rows]


def branch(identifier: bytes, limit: int | None = None, at: int | None = None) -> View[list[Message]]:
    """The session's messages from the root to its newest, now or as they stood at the time `at`.

    A branch without messages of its own shows those up to the message it branches from. Raises NotFound.
    """
    known = yield from session(identifier)
    leaf = yield from leaf_of(identifier, at)
    if leaf is None and known.parent is not None:
        rows = yield "SELECT id FROM entries WHERE digest = ?", (known.parent,)
        leaf = rows[0] if rows else None
    if leaf is None:
        return []
    return (yield from branch_up_to(leaf[0], limit))


def tree(identifier: bytes) -> View[list[Message]]:
    """Every placed message of the conversation that the session belongs to, parents before children.

    Branches that strangers began within it are left out.
    """
    known = yield from session(identifier)
    path = yield from branch(identifier)
    if not path:
        return []
    written = "" if known.foreign else f" WHERE c.node IN ({OUR_NODES})"
    rows = yield (
        (
            f"{_BRANCH}, down (id) AS (SELECT id FROM up UNION SELECT m.id FROM down JOIN messages m"
            " ON m.parent_id = down.id JOIN entries e ON e.id = m.id JOIN chains c ON c.id = e.chain"
            f"{written}) {_MESSAGE} WHERE m.id IN (SELECT id FROM down) ORDER BY m.depth, m.time, e.digest"
        ),
        (path[-1].id, 2**31),
    )
    return [_message(row) for row in rows]


def message(digest: bytes) -> View[Message]:
    """One message by its digest. Raises NotFound."""
    rows = yield f"{_MESSAGE} WHERE e.digest = ?", (digest,)
    if not rows:
        raise NotFound(f"there is no message {digest.hex()}")
    return _message(rows[0])


def messages_by_id(identifiers: Sequence[int]) -> View[list[Message]]:
    """Messages by their local numbers, in that order; numbers that are no message's are left out."""
    marks = ",".join("?" * len(identifiers))
    rows = yield f"{_MESSAGE} WHERE m.id IN ({marks})", tuple(identifiers)
    found = {row[0]: _message(row) for row in rows}
    return [found[number] for number in identifiers if number in found]


def by_key(identifier: bytes, key: bytes) -> View[Message | None]:
    """The session's earliest user message with this idempotency key."""
    rows = yield (
        f"{_MESSAGE} WHERE m.session = ? AND m.key = ? AND m.role = 0 ORDER BY m.time LIMIT 1",
        (
            identifier,
            key,
        ),
    )
    return _message(rows[0]) if rows else None


def reply_to(parent: int, identifier: bytes) -> View[Message | None]:
    """The session's reply to a message that is its way on: not replaced by another, newest."""
    rows = yield (
        (
            f"{_MESSAGE} WHERE m.parent_id = ? AND m.session = ? AND m.role = 1"
            " AND NOT EXISTS (SELECT 1 FROM messages r WHERE r.replaces = m.id AND r.session = m.session)"
            " ORDER BY m.time DESC, e.digest DESC LIMIT 1"
        ),
        (parent, identifier),
    )
    return _message(rows[0]) if rows else None


def unanswered(limit: int = 100, among: int = 1000) -> View[list[Message]]:
    """User messages that wait for a reply: the newest ones of the `among` most recently active open sessions."""
    chosen = (
        "SELECT s.session FROM sessions s LEFT JOIN activity a ON a.session = s.session"
        f" WHERE s.voice IS NULL AND s.due_ms IS NULL AND s.ended IS NULL ORDER BY {_LAST} DESC, s.session LIMIT ?"
    )
    ends = f"SELECT m.id FROM ({chosen}) s JOIN messages m ON m.id = ({_LEAF_NOW.format('m.id')})"
    ends += " JOIN entries e ON e.id = m.id"
    rows = yield f"{ends} WHERE {_WAITS} ORDER BY m.time DESC LIMIT ?", (among, limit)
    return (yield from messages_by_id([row[0] for row in rows]))


# --- the record ---


def statistics() -> View[Statistics]:
    """Counts over everything stored."""
    rows = yield (
        (
            "SELECT (SELECT count(*) FROM sessions), coalesce(sum(messages), 0), coalesce(sum(users), 0),"
            " (SELECT coalesce(sum(length), 0) FROM chains), (SELECT count(*) FROM chains), min(first), max(last)"
            " FROM activity"
        ),
        (),
    )
    return Statistics(*rows[0])


def chains() -> View[list[Chain]]:
    """Every chain that is stored, in the order in which they arrived."""
    rows = yield (
        (
            "SELECT c.node, c.epoch, c.audience, c.length, c.head,"
            " coalesce((SELECT e.time FROM entries e WHERE e.chain = c.id AND e.seq = 0), 0)"
            " FROM chains c ORDER BY c.id"
        ),
        (),
    )
    return [
        Chain(ChainId(node, epoch, audience), length, head, time) for node, epoch, audience, length, head, time in rows
    ]


def own_nodes() -> View[frozenset[bytes]]:
    """The node keys that this directory ever wrote with."""
    rows = yield "SELECT node FROM own_keys", ()
    return frozenset(node for (node,) in rows)


def entries(
    limit: int = 50, *, before_id: int | None = None, kind: int | None = None, epoch: bytes | None = None
) -> View[list[EntryRow]]:
    """The newest entries, newest first; `before_id` continues after an earlier page."""
    conditions, parameters = ["e.id < ?"], [hlc_limit(before_id)]
    if kind is not None:
        conditions.append("e.kind = ?")
        parameters.append(kind)
    extra: list[object] = [*parameters]
    if epoch is not None:
        conditions.append("c.epoch = ?")
        extra.append(epoch)
    rows = yield (
        (
            "SELECT e.id, c.node, c.epoch, c.audience, e.seq, e.kind, e.digest, e.time, e.sealed IS NULL,"
            " length(coalesce(e.sealed, x'')) FROM entries e JOIN chains c ON c.id = e.chain"
            f" WHERE {' AND '.join(conditions)} ORDER BY e.id DESC LIMIT ?"
        ),
        (*extra, limit),
    )
    return [
        EntryRow(
            number,
            ChainId(node, epoch_, audience),
            seq,
            kind_,
            digest,
            time,
            "missing" if missing else ("present" if size else "none"),
        )
        for number, node, epoch_, audience, seq, kind_, digest, time, missing, size in rows
    ]


def ms_of(time: int) -> int:
    """Milliseconds since 1970 of a stored time."""
    return hlc.to_ms(time)
