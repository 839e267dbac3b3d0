"""What is to be remembered of a message in other words? Notes: kept, read, forgotten, and gone with their sources.

A note stands for the messages that it was made from (its sources): it is what is recalled instead of them and what a
model sees in their place, while they stay as they were said. Of the notes that name a message the one with the greatest
(time, digest) counts. A reply that was given while something else stood there does not rest on what stands there now
(memory.left_out). Rules: protocol/README.md, "Notes".

The tables hold what entries say; whose they are, and whether the sources are still there, is asked whenever they are
read, so that a note never outlives its source, in whatever order things arrive.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from ccnode.store import forgetting, orders, views
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.transaction import view
from ccnode.store.turns import take_back
from ccnode.store.voices import OUR_NODES, OUR_OWNERS, OURS
from ccnode_crypto.entry import sealed_digest
from ccnode_crypto.erasure import RECENT_MS, RULE_MS
from ccnode_protocol import hlc, records
from ccnode_protocol.errors import RemoteError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from ccnode.store.forgetting import Word
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import Message, Row, View
    from ccnode.store.voices import Voices

SOURCE_BITS: Final = 5  # of note_sources.id: the place among the sources
AT_ONCE: Final = 500
RECALLED_MAX: Final = 2_000  # the newest notes that are looked among by their own words
_OURS: Final = f"c.node IN ({OUR_NODES})"
_ANY: Final = "SELECT 1 FROM notes LIMIT 1"
# CROSS JOIN here and below: SQLite keeps to the order; left to itself it may go through every entry of our chains.
_OF: Final = (
    "SELECT s.source, n.id, n.note, n.time, e.digest FROM note_sources s CROSS JOIN notes n ON n.id = s.id >> 5"
    " CROSS JOIN entries e ON e.id = n.id CROSS JOIN chains c ON c.id = e.chain"
    f" WHERE s.source IN ({{marks}}) AND {_OURS} ORDER BY n.time, e.digest"
)
# An order counts as far as its authority goes: ccnode_crypto.erasure.reach has the rule.
_ORDERED: Final = (
    "SELECT v.message, coalesce((o.issued_ms << 16) | 65535, v.time), v.value, EXISTS ("
    "SELECT 1 FROM cancellations x CROSS JOIN entries xe ON xe.id = x.id"
    " CROSS JOIN chains c ON c.id = xe.chain WHERE x.forget_order = e.digest AND x.time >> 16 < v.value"
    f" AND {_OURS}) FROM message_events v CROSS JOIN entries e ON e.id = v.id CROSS JOIN chains c ON c.id = e.chain"
    " LEFT JOIN order_terms o ON o.id = v.id LEFT JOIN entries t ON t.digest = v.message"
    " LEFT JOIN chains w ON w.id = t.chain"
    f" WHERE v.message IN ({{marks}}) AND v.target IS NULL AND v.kind = 20 AND {_OURS}"
    f" AND CASE WHEN o.owner IS NOT NULL THEN o.owner IN ({OUR_OWNERS})"
    f" WHEN o.id IS NULL AND v.time < {hlc.from_ms(RULE_MS)} THEN 1"
    f" ELSE w.node = c.node AND t.time BETWEEN v.time - {hlc.from_ms(RECENT_MS)} AND v.time END"
)
# Each source of a note: whether it is here and ours with its words, whether it is to be forgotten, its mark.
_SOURCES: Final = (
    "SELECT s.id >> 5, s.source, coalesce(e.sealed IS NOT NULL AND e.sealed != x'' AND t.session IS NOT NULL"
    " AND t.voice IS NULL, 0), k.due_ms IS NOT NULL OR t.due_ms IS NOT NULL, coalesce(k.mark, 0)"
    " FROM note_sources s LEFT JOIN entries e ON e.digest = s.source AND e.kind = 17"
    " LEFT JOIN messages m ON m.id = e.id LEFT JOIN sessions t ON t.session = m.session"
    " LEFT JOIN marks k ON k.id = m.id WHERE s.id BETWEEN ? AND ? ORDER BY s.id"
)
_CONTENT: Final = "SELECT e.sealed, substr(e.header, 147, 32) FROM entries e WHERE e.id = ?"
_VERSIONS: Final = (
    "SELECT e.digest, e.sealed IS NOT NULL FROM notes w CROSS JOIN entries e ON e.id = w.id"
    " CROSS JOIN chains c ON c.id = e.chain WHERE w.note ="
    " (SELECT n.note FROM entries t JOIN notes n ON n.id = t.id WHERE t.digest = ?)"
    f" AND {_OURS} ORDER BY w.time, e.digest"
)
_PINNED: Final = 1
_DISABLED: Final = 2


@dataclass(frozen=True, slots=True)
class Note:
    """What stands for a message. `digest` is that of the note's entry, `sources` the messages that it was made from.

    `time`: when this version was kept, a hybrid logical clock value; `versions`: how many there are. `due_ms`: when its
    words are to be erased by an order for the note; then it stands for nothing any more. `pinned`, `disabled`: that one
    of its sources is.
    """

    entry: int
    digest: bytes
    note: bytes
    time: int
    text: str
    sources: tuple[bytes, ...]
    versions: int = 1
    due_ms: int | None = None
    pinned: bool = False
    disabled: bool = False

    @property
    def stands(self) -> bool:
        """Whether it is what is recalled instead of its sources."""
        return self.due_ms is None


@dataclass(frozen=True, slots=True)
class _Version:
    entry: int
    note: bytes
    time: int
    digest: bytes
    ordered: tuple[int, int] | None = None  # an order in force to forget it: when it was given, when it is due


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that was ever to stand for a message: `note` the newest of it, where it can still be read."""

    note: Note | None
    history: tuple[_Version, ...] = field(default=())

    @property
    def now(self) -> bytes | None:
        """What stands for the message now; None: its own words."""
        return self.note.digest if self.note is not None and self.note.stands else None

    @property
    def disabled(self) -> bool:
        """Whether what stands for the message is made from something that is disabled."""
        return self.note is not None and self.note.stands and self.note.disabled

    def at(self, time: int) -> bytes | None:
        """What stood for it at a time (hybrid logical clock)."""
        before = [version for version in self.history if version.time <= time]
        if not before or (before[-1].ordered is not None and before[-1].ordered[0] <= time):
            return None
        return before[-1].digest


# --- projecting ---


def insert(connection: sqlite3.Connection, entry: int, time: int, meta: bytes) -> None:
    """Make the rows of a note-kept entry. Raises RemoteError where its meta is none."""
    note, sources = records.read_note(meta)
    connection.execute("INSERT INTO notes VALUES (?, ?, ?)", (entry, note, time))
    rows = [(entry << SOURCE_BITS | place, source) for place, source in enumerate(sources)]
    connection.executemany("INSERT INTO note_sources VALUES (?, ?)", rows)


def fill(connection: sqlite3.Connection) -> None:
    """After the migration: make the rows of entries that were here before it. Raises sqlite3.Error."""
    for entry, time, meta in connection.execute("SELECT id, time, meta FROM entries WHERE kind = 29 ORDER BY id"):
        try:
            insert(connection, entry, time, meta)
        except RemoteError:
            continue  # it means nothing


# --- reading ---


def known(messages: Iterable[bytes]) -> View[dict[bytes, Known]]:
    """What was ever to stand for these messages (their digests); only those for which there was anything."""
    asked = list(dict.fromkeys(messages))
    if not asked or not (yield _ANY, ()):
        return {}
    found: dict[bytes, list[_Version]] = {}
    for at in range(0, len(asked), AT_ONCE):
        some = asked[at : at + AT_ONCE]
        rows = yield _OF.format(marks=",".join("?" * len(some))), some
        for source, entry, note, time, digest in rows:
            found.setdefault(source, []).append(_Version(entry, note, time, digest))
    ordered = yield from orders_of({version.digest for versions in found.values() for version in versions})
    result = {}
    for source, versions in found.items():
        history = tuple(
            _Version(one.entry, one.note, one.time, one.digest, _covering(one, ordered.get(one.digest, ())))
            for one in versions
        )
        note = yield from _readable(history[-1], sum(one.note == history[-1].note for one in history))
        result[source] = Known(note, history)
    return result


def orders_of(digests: set[bytes]) -> View[dict[bytes, list[tuple[int, int]]]]:
    """The orders of ours to forget these entries of no session that are not taken back: (when given, when due)."""
    wanted, found = sorted(digests), dict[bytes, list[tuple[int, int]]]()
    for at in range(0, len(wanted), AT_ONCE):
        some = wanted[at : at + AT_ONCE]
        rows = yield _ORDERED.format(marks=",".join("?" * len(some))), some
        for digest, time, due_ms, cancelled in rows:
            if not cancelled:
                found.setdefault(digest, []).append((time, due_ms))
    return found


def _covering(version: _Version, ordered: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    return min((order for order in ordered if order[0] >= version.time), default=None)


def _readable(version: _Version, versions: int) -> View[Note | None]:
    """The note, where its words and those of all its sources are here, and none of these is to be forgotten."""
    first = version.entry << SOURCE_BITS
    sources = yield _SOURCES, (first, first | ((1 << SOURCE_BITS) - 1))
    content = yield _CONTENT, (version.entry,)
    text = _text(content)
    if text is None or not sources or any(not here or due for _, _, here, due, _ in sources):
        return None
    marks = {mark for *_, mark in sources}
    return Note(
        version.entry,
        version.digest,
        version.note,
        version.time,
        text,
        tuple(source for _, source, *_ in sources),
        versions,
        version.ordered[1] if version.ordered is not None else None,
        pinned=_PINNED in marks,
        disabled=_DISABLED in marks,
    )


def _text(content: list[Row]) -> str | None:
    sealed, signed = content[0] if content else (None, None)
    if not isinstance(sealed, bytes) or sealed_digest(sealed) != signed:
        return None
    return views.text_of(sealed, "text") or None


def standing(messages: Iterable[bytes]) -> View[dict[bytes, Note]]:
    """The notes that stand for these messages; only for those that have one."""
    found = yield from known(messages)
    return {digest: one.note for digest, one in found.items() if one.note is not None and one.note.stands}


def standing_of(numbers: Sequence[int]) -> View[list[Note]]:
    """Those of these notes (their local numbers) that stand for a message."""
    sources: list[bytes] = []
    for at in range(0, len(numbers), AT_ONCE):
        some = [number << SOURCE_BITS for number in numbers[at : at + AT_ONCE]]
        rows = yield f"SELECT source FROM note_sources WHERE id IN ({','.join('?' * len(some))})", some
        sources += [source for (source,) in rows]
    found = yield from standing(sources)
    return list({note.entry: note for note in found.values() if note.entry in set(numbers)}.values())


def worded(messages: Sequence[Message], at: int | None = None) -> View[list[Message]]:
    """The messages with the words of what stands for them, or stood at a time (hybrid logical clock).

    The text is None where the words of a note that stood then are gone.
    """
    found = yield from known(message.digest for message in messages)
    result = []
    for message in messages:
        one = found.get(message.digest)
        then = None if one is None else one.now if at is None else one.at(at)
        if one is None or then is None:
            result.append(message)
        elif one.note is not None and one.note.digest == then:
            result.append(replace(message, text=one.note.text))
        else:
            version = next(each.entry for each in one.history if each.digest == then)
            content = yield _CONTENT, (version,)
            result.append(replace(message, text=_text(content)))
    return result


def subject(digest: bytes) -> View[bytes]:
    """The message that is meant by a digest: of a note of ours the first that it was made from, else the same one."""
    sql = "SELECT s.source FROM entries e CROSS JOIN notes n ON n.id = e.id CROSS JOIN chains c ON c.id = e.chain"
    sql += f" CROSS JOIN note_sources s ON s.id = n.id << {SOURCE_BITS} WHERE e.digest = ? AND {_OURS}"
    rows = yield sql, (digest,)
    source: bytes = rows[0][0] if rows else digest
    return source


def is_note(digest: bytes) -> View[bool]:
    """Whether a digest names a note of ours."""
    sql = "SELECT 1 FROM entries e CROSS JOIN notes n ON n.id = e.id CROSS JOIN chains c ON c.id = e.chain"
    rows = yield f"{sql} WHERE e.digest = ? AND {_OURS}", (digest,)
    return bool(rows)


def newest(limit: int = RECALLED_MAX) -> View[list[int]]:
    """The local numbers of the newest notes of ours, whatever stands for their sources by now."""
    # CROSS JOIN: from the few notes to their entries; left to itself SQLite goes through every entry of our chains.
    sql = "SELECT n.id FROM notes n CROSS JOIN entries e ON e.id = n.id CROSS JOIN chains c ON c.id = e.chain"
    rows = yield f"{sql} WHERE {_OURS} AND e.sealed IS NOT NULL ORDER BY n.time DESC LIMIT ?", (limit,)
    return [row[0] for row in rows]


def texts(numbers: Sequence[int]) -> View[dict[int, str]]:
    """The words of notes, by their local numbers, as far as they are here."""
    found: dict[int, str] = {}
    for at in range(0, len(numbers), AT_ONCE):
        some = numbers[at : at + AT_ONCE]
        rows = yield f"SELECT id, sealed FROM entries WHERE id IN ({','.join('?' * len(some))})", tuple(some)
        found |= {number: views.text_of(sealed, "text") or "" for number, sealed in rows}
    return found


def made_from(numbers: Sequence[int]) -> View[list[int]]:
    """The local numbers of the messages of ours that these notes were made from, the first of each."""
    found: list[int] = []
    for at in range(0, len(numbers), AT_ONCE):
        some = [number << SOURCE_BITS for number in numbers[at : at + AT_ONCE]]
        sql = "SELECT m.id FROM note_sources n CROSS JOIN entries e ON e.digest = n.source"
        sql += " CROSS JOIN messages m ON m.id = e.id CROSS JOIN sessions s ON s.session = m.session"
        sql += " WHERE s.voice IS NULL AND s.due_ms IS NULL"
        rows = yield f"{sql} AND n.id IN ({','.join('?' * len(some))})", some
        found += [row[0] for row in rows]
    return found


# --- changing ---


def keep(message: bytes, text: str) -> Job[bytes]:
    """Keep a note of a message, or a new version of the one it has; return the digest of what stands for it then.

    The same words again append nothing. The job raises NotFound, and Conflict for a message that has no words of ours
    to stand for, that is to be forgotten, or whose time is after that of a note kept now.
    """

    def job(tx: Transaction) -> bytes:
        said = view(tx, views.message(message))
        session = view(tx, views.session(said.session))
        if session.foreign:
            raise Conflict("that message is another's", remedy="have it no longer recalled: ccnode memory disable")
        if said.text is None:
            raise Conflict("the words of that message are gone", remedy="there is nothing to make a note of")
        if said.due_ms is not None or session.due_ms is not None:
            raise Conflict(
                "that message is to be forgotten", remedy="take that back first: ccnode memory forget --undo"
            )
        before = view(tx, known([message])).get(message)
        if before is not None and before.note is not None and before.note.stands and before.note.text == text:
            return before.note.digest
        sources = before.note.sources if before is not None and before.note is not None else (message,)
        kept = tx.append(records.note_kept(sources, text)).digest
        after = view(tx, known([message]))[message]
        if after.now != kept:
            raise Conflict("the note that stands is from the future of this machine", remedy="set the clock, or wait")
        return kept

    return job


def forget(note: bytes, now_ms: int, *, at_once: bool = False, word: Word | None = None) -> Job[tuple[bytes, int]]:
    """Order the words of a note, of its every version, to be erased in 24 hours; its message is as before from now on.

    `at_once`: not in 24 hours but now. `word`: the owner's, where that is needed. Returns the digest of an order and
    when it is due. The job raises NotFound, OwnerNeeded, and Conflict where they are gone.
    """

    def job(tx: Transaction) -> tuple[bytes, int]:
        wanted = view(tx, to_forget(note, now_ms, at_once=at_once))
        if wanted:
            due_ms = now_ms if at_once else now_ms + records.FORGET_UNDO_MS
            needs = view(tx, forgetting.for_entries(wanted, tx.node, now_ms))
            given = forgetting.order(tx, needs, due_ms, now_ms, word or forgetting.NO_WORD)
            return given[-1], due_ms
        standing = [order for order in _given(tx, note) if order.is_in_force(order.due_ms)]
        if not standing or not any(_versions(tx, note).values()):
            raise Conflict("the words of that note are gone already", remedy="nothing needs to be done")
        return standing[-1].digest, standing[-1].due_ms

    return job


def to_forget(note: bytes, now_ms: int, *, at_once: bool = False) -> View[list[bytes]]:
    """The versions of a note that are still to be ordered to be forgotten. Raises NotFound."""
    versions = yield from _versions_of(note)
    ordered = yield from orders_of(set(versions))
    by_ms = now_ms if at_once else 2**63
    stands = {digest for digest, given in ordered.items() if min(due_ms for _, due_ms in given) <= by_ms}
    return [digest for digest, has_words in versions.items() if has_words and digest not in stands]


def undo_forget(note: bytes, now_ms: int) -> Job[None]:
    """Take every order to forget a note back. The job raises NotFound, Conflict; see memory.undo_forget."""

    def job(tx: Transaction) -> None:
        standing = [order for order in _given(tx, note) if order.is_in_force(order.due_ms)]
        if not standing:
            raise Conflict("the note is not to be forgotten", remedy="nothing needs to be done")
        take_back(tx, standing, now_ms)

    return job


def _versions(tx: Transaction, note: bytes) -> dict[bytes, bool]:
    return view(tx, _versions_of(note))


def _versions_of(note: bytes) -> View[dict[bytes, bool]]:
    """The digests of a note's versions of ours, oldest first, each with whether its words are here."""
    rows = yield _VERSIONS, (note,)
    if note not in {digest for digest, _ in rows}:
        raise NotFound(f"there is no note {note.hex()}", remedy="see: ccnode memory list")
    return {digest: bool(here) for digest, here in rows}


def _given(tx: Transaction, note: bytes) -> list[orders.Order]:
    versions = _versions(tx, note)
    return [order for order in orders.load_orders(tx.query) if order.message in versions and order.voice == OURS]


def orders_for(tx: Transaction, gone: orders.Coverage, whose: Voices, now_ms: int) -> list[bytes]:
    """Order our notes of which a source is erased to be erased at once; the digests of the orders.

    So whoever reads the record alone sees why their words are missing. One from a clock ahead of ours waits till then.
    """
    # One of another node of ours says it as well, even where it has no authority: the note goes with its source.
    given = (order for order in orders.load_orders(tx.query, whose) if order.due_ms <= now_ms and not order.is_void)
    named = {order.message for order in given if order.voice == OURS}
    return [
        tx.append(records.message_forget_ordered(note.digest, now_ms)).digest
        for note in orders.derived(tx.query, gone, whose, now_ms)
        if note.kind == records.Kind.NOTE_KEPT
        and note.voice == OURS
        and note.digest not in named
        and note.time <= hlc.from_ms(now_ms)
    ]
