"""What was said? Messages: one, a branch of them, a whole tree, those that wait for a reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, cast

from ccnode.store.errors import NotFound
from ccnode.store.views.asking import HEX, only_one, prefix_range, text_of
from ccnode.store.views.conversations import LAST, LEAF_NOW, WAITS, leaf_of, session, standing
from ccnode.store.voices import OUR_NODES
from ccnode_crypto.entry import sealed_digest
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import MARK_NAMES, ROLE_NAMES, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ccnode.store.views.asking import Row, View

PREFIX_MESSAGE_MIN: Final = 6
_STEP: Final = 16
_AT_ONCE: Final = 500
_RoleName = Literal["user", "assistant", "system", "tool"]
_NAMES: Final[dict[int, _RoleName]] = {int(role): cast("_RoleName", name) for role, name in ROLE_NAMES.items()}


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


class Said(NamedTuple):
    """What of a message a search needs to judge it, without what is to be parsed of it beside its words."""

    id: int
    digest: bytes
    session: bytes
    role: Literal["user", "assistant", "system", "tool"]
    text: str
    time: int
    mark: int | None


_MESSAGE: Final = (
    "SELECT m.id, e.digest, m.session, m.parent_id, (SELECT p.digest FROM entries p WHERE p.id = m.parent_id),"
    " m.depth, m.role, e.sealed, m.time, e.meta, m.key, substr(e.header, 147, 32),"
    " k.mark, k.due_ms FROM messages m JOIN entries e ON e.id = m.id LEFT JOIN marks k ON k.id = m.id "
)
_SAID: Final = (
    "SELECT m.id, e.digest, m.session, m.role, e.sealed, m.time, substr(e.header, 147, 32), k.mark"
    " FROM messages m JOIN entries e ON e.id = m.id LEFT JOIN marks k ON k.id = m.id"
)
_BRANCH: Final = (
    "WITH RECURSIVE up (id, parent_id, depth) AS ("
    " SELECT id, parent_id, depth FROM messages WHERE id = ?"
    " UNION ALL SELECT m.id, m.parent_id, m.depth FROM messages m JOIN up ON m.id = up.parent_id LIMIT ?)"
)
_BRANCH_TO: Final = _BRANCH.replace("id = ?", "id = (SELECT id FROM entries WHERE digest = ?)", 1)


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


def branch_to(digest: bytes, limit: int) -> View[tuple[Message, list[Message]]]:
    """A message by its digest, and the newest `limit` messages from the root down to it. Raises NotFound."""
    rows = yield f"{_BRANCH_TO} {_MESSAGE} WHERE m.id IN (SELECT id FROM up) ORDER BY m.depth", (digest, limit)
    found = [_message(row) for row in rows]
    for one in reversed(found):
        if one.digest == digest:
            return one, found
    raise _none(digest)


def branch(identifier: bytes, limit: int | None = None, at: int | None = None) -> View[list[Message]]:
    """The session's messages from the root to its newest, now or as they stood at the time `at`.

    A branch without messages of its own shows those up to the message it branches from. Raises NotFound.
    """
    leaf = yield from _end_of(identifier, at)
    return (yield from branch_up_to(leaf, limit)) if leaf is not None else []


def replies(identifier: bytes, among: int) -> View[list[bytes]]:
    """The digests of the replies among the newest messages of a session's branch, the newest first. Raises NotFound."""
    leaf = yield from _end_of(identifier, None)
    if leaf is None:
        return []
    sql = "SELECT e.digest FROM up JOIN messages m ON m.id = up.id JOIN entries e ON e.id = m.id WHERE m.role = 1"
    return [digest for (digest,) in (yield f"{_BRANCH} {sql} ORDER BY m.depth DESC", (leaf, among))]


def _end_of(identifier: bytes, at: int | None) -> View[int | None]:
    """The local number of the message at which a session's branch ends; None where it has none. Raises NotFound."""
    known = yield from standing(identifier)
    leaf = yield from leaf_of(identifier, at)
    if leaf is None and known.parent is not None:
        rows = yield "SELECT id FROM entries WHERE digest = ?", (known.parent,)
        leaf = rows[0] if rows else None
    return leaf[0] if leaf is not None else None


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
        raise _none(digest)
    return _message(rows[0])


def _none(digest: bytes) -> NotFound:
    return NotFound(f"there is no message {digest.hex()}")


def messages_by_id(identifiers: Sequence[int]) -> View[list[Message]]:
    """Messages by their local numbers, in that order; numbers that are no message's are left out."""
    marks = ",".join("?" * len(identifiers))
    rows = yield f"{_MESSAGE} WHERE m.id IN ({marks})", tuple(identifiers)
    found = {row[0]: _message(row) for row in rows}
    return [found[number] for number in identifiers if number in found]


def numbers_of(digests: Collection[bytes]) -> View[set[int]]:
    """The local numbers of those of these entries that are here."""
    found: set[int] = set()
    given = list(digests)
    for at in range(0, len(given), _AT_ONCE):
        some = given[at : at + _AT_ONCE]
        rows = yield f"SELECT id FROM entries WHERE digest IN ({','.join('?' * len(some))})", some
        found.update(row[0] for row in rows)
    return found


def said_by_id(identifiers: Sequence[int]) -> View[list[Said]]:
    """What was said in messages, by their local numbers, in that order; those whose words are gone are left out."""
    # In steps of so many, a statement is prepared for a few counts alone.
    spare = -len(identifiers) % _STEP
    marks = ",".join("?" * (len(identifiers) + spare))
    rows = yield f"{_SAID} WHERE m.id IN ({marks})", (*identifiers, *[None] * spare)
    found = {}
    for number, digest, identifier, role, sealed, time, signed, mark in rows:
        text = text_of(sealed, "text") if sealed and sealed_digest(sealed) == signed else None
        if text:
            found[number] = Said(number, digest, identifier, _NAMES[role], text, time, mark)
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


def reply_to(parent: int, identifier: bytes) -> View[bytes | None]:
    """The digest of the session's reply to a message that is its way on: not replaced by another, newest."""
    rows = yield (
        (
            "SELECT e.digest FROM messages m JOIN entries e ON e.id = m.id"
            " WHERE m.parent_id = ? AND m.session = ? AND m.role = 1"
            " AND NOT EXISTS (SELECT 1 FROM messages r WHERE r.replaces = m.id AND r.session = m.session)"
            " ORDER BY m.time DESC, e.digest DESC LIMIT 1"
        ),
        (parent, identifier),
    )
    return rows[0][0] if rows else None


def unanswered(limit: int = 100, among: int = 1000) -> View[list[Message]]:
    """User messages that wait for a reply: the newest ones of the `among` most recently active open sessions."""
    chosen = (
        "SELECT s.session FROM sessions s LEFT JOIN activity a ON a.session = s.session"
        f" WHERE s.voice IS NULL AND s.due_ms IS NULL AND s.ended IS NULL ORDER BY {LAST} DESC, s.session LIMIT ?"
    )
    ends = f"SELECT m.id FROM ({chosen}) s JOIN messages m ON m.id = ({LEAF_NOW.format('m.id')})"
    ends += " JOIN entries e ON e.id = m.id"
    rows = yield f"{ends} WHERE {WAITS} ORDER BY m.time DESC LIMIT ?", (among, limit)
    return (yield from messages_by_id([row[0] for row in rows]))


def resolve_message(text: str) -> View[bytes]:
    """The digest that 64 hex digits, or a unique beginning (6 or more), mean. Raises NotFound, Conflict."""
    compact = text.lower()
    if len(compact) < PREFIX_MESSAGE_MIN or not HEX.issuperset(compact):
        raise NotFound(f"{text!r} is not a message id", remedy="give at least 6 of its hex digits")
    low, high = prefix_range(compact, 32)
    rows = yield "SELECT digest FROM entries WHERE digest BETWEEN ? AND ? LIMIT 2", (low, high)
    return only_one(rows, f"message {text}")
