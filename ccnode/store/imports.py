"""How do conversations from elsewhere become entries? In batches, each thing once, with an account of every message.

An importer is fed conversations one by one and appends them to the ledger, many to a transaction. What it writes is
found again by deterministic session ids and keys (import_plan.py), so an import that was broken off, or is made again
from a file that has grown, adds just what is missing. What cannot be recorded is listed with the reason.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ccnode.exchange.model import Left
from ccnode.store import import_plan as plan
from ccnode.store.errors import translated
from ccnode.store.import_plan import Place
from ccnode.store.ledger import connect
from ccnode_protocol import records
from ccnode_protocol.records import ROLES, MessageMeta

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ccnode.exchange.model import Conversation, Unit
    from ccnode.store.import_plan import Kept, Step
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction

    Append = Callable[[Job[list[bytes]]], list[bytes]]

BATCH_ENTRIES: Final = 500  # a transaction holds up the turns of a chat for as long as this takes: 25 ms
BATCH_BYTES: Final = 768 * 1024
IDS_MAX: Final = 500
LEFT_MAX: Final = 1_000  # entries of the list; beyond, they are counted by their reason
REASONS_MAX: Final = 100
SEEN_MAX: Final = 20_000  # conversations of this import that are remembered in memory; the others in a file
ELSEWHERE: Final = "elsewhere"
VARIOUS: Final = "various reasons"
FORGOTTEN: Final = "its conversation is to be forgotten here"
_ENTRY_BYTES: Final = 450  # header, meta and salt of one entry, about


@dataclass(slots=True)
class Count:
    """How many there were, and what became of them: found = added + known + left, once the import is over."""

    found: int = 0
    added: int = 0
    known: int = 0
    left: int = 0

    def form(self) -> dict[str, int]:
        """As JSON."""
        return {"found": self.found, "added": self.added, "known": self.known, "left": self.left}


@dataclass(slots=True)
class Tally:
    """What an import has come to. `left` is bounded, `left_total` counts everything in it."""

    conversations: Count = field(default_factory=Count)
    messages: Count = field(default_factory=Count)
    left_total: int = 0
    _left: list[Left] = field(default_factory=list)
    _more: dict[tuple[str, Unit], int] = field(default_factory=dict)

    def leave(self, left: Left, *, found: bool = False) -> None:
        """Note something that is not brought in; `found`: messages and conversations among it are counted already."""
        self.left_total += left.count
        count = {"message": self.messages, "conversation": self.conversations}.get(left.unit)
        if count is not None:
            count.left += left.count
            count.found += 0 if found else left.count
        if len(self._left) < LEFT_MAX:
            self._left.append(left)
            return
        reason = (left.why, left.unit)
        if reason not in self._more and len(self._more) >= REASONS_MAX:
            reason = (VARIOUS, left.unit)
        self._more[reason] = self._more.get(reason, 0) + left.count

    @property
    def left(self) -> list[Left]:
        """What was left, and why."""
        return [*self._left, *(Left(ELSEWHERE, why, count, unit) for (why, unit), count in self._more.items())]

    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "conversations": self.conversations.form(),
            "messages": self.messages.form(),
            "left": [{"where": one.where, "why": one.why, "count": one.count, "unit": one.unit} for one in self.left],
            "left_total": self.left_total,
        }


@dataclass(slots=True)
class _Entry:
    """An entry to be appended: a message, before it the opening of its session where there is a title to give.

    `parent`: the digest of the message before it, the position of that within the batch, or None at a root.
    """

    session: bytes
    parent: bytes | int | None
    role: int
    text: str
    key: bytes
    said_ms: int | None
    model: str | None
    opening: tuple[str | None, int | None] | None


class _Seen:
    """The conversations that were met, in little memory: beyond a number of them in a file that goes with its end."""

    def __init__(self) -> None:
        self._near: set[bytes] = set()
        self._far: sqlite3.Connection | None = None

    def __contains__(self, session: bytes) -> bool:
        if session in self._near:
            return True
        found = self._run("SELECT 1 FROM seen WHERE session = ?", [(session,)]) if self._far is not None else []
        return bool(found)

    def add(self, session: bytes) -> None:
        """Remember a conversation. Raises StoreError: there is no room for the file."""
        self._near.add(session)
        if len(self._near) < SEEN_MAX:
            return
        self._run("INSERT OR IGNORE INTO seen VALUES (?)", [(each,) for each in sorted(self._near)])
        self._near.clear()

    def _run(self, sql: str, rows: Sequence[tuple[bytes]]) -> list[Any]:
        try:
            if self._far is None:
                self._far = sqlite3.connect("", check_same_thread=False)  # a file that SQLite removes by itself
                self._far.execute("PRAGMA cache_size = -1024")
                self._far.execute("CREATE TABLE seen (session BLOB PRIMARY KEY) WITHOUT ROWID")
            if len(rows) == 1:
                return self._far.execute(sql, rows[0]).fetchall()
            with self._far:
                self._far.executemany(sql, rows)
        except sqlite3.Error as error:
            raise translated(error) from error
        return []

    def close(self) -> None:
        """Let the file go. Idempotent."""
        if self._far is not None:
            self._far.close()
            self._far = None


class Importer:
    """Brings conversations of one origin into one ledger. Its calls block: it belongs into a thread of its own."""

    def __init__(self, ledger: Path | None, append: Append | None, origin: str, *, since: int | None = None) -> None:
        """Open the ledger at `ledger`, to see what is known in it; None for none yet.

        `append`: as Ledger.append_sync; None only counts. `since`: the newest local entry number when this import first
        began; what is newer, it has added itself, before it was broken off.

        Raises:
            StoreError: the ledger cannot be read.
        """
        self.tally = Tally()
        self._append = append
        self._origin = origin
        self._since = since
        self._connection = connect(ledger, writable=False) if ledger is not None else None
        self._seen = _Seen()
        self._batch: list[_Entry] = []
        self._batch_entries = self._batch_bytes = 0
        self._batch_sessions: set[bytes] = set()
        self._batch_conversations = 0
        self._digests: list[bytes | int | None] = []  # of the conversation at hand, by turn; int: place in the batch
        self._in_batch: list[tuple[int, int]] = []  # (turn, place) of those that are not committed yet

    def take(self, conversation: Conversation) -> None:
        """Bring in one conversation. It is durable once `flush` or a later call has committed its batch.

        Raises:
            StoreError: it cannot be recorded; what was committed before stays.
        """
        naming = plan.Naming(self._origin, conversation.id)
        main, tally = naming.main, self.tally
        if main in self._batch_sessions:
            self.flush()  # the same conversation again: what is known of it must be seen
        kept = plan.keep(conversation, naming)
        again = main in self._seen
        tally.conversations.found += 1
        tally.messages.found += kept.messages
        self.leave(conversation.left)
        for left in kept.left:
            tally.leave(left, found=True)
        if not kept.turns:
            if kept.messages:
                tally.leave(Left(plan.where(conversation.id), plan.NOTHING_KEPT, 1, "conversation"), found=True)
            return
        self._seen.add(main)
        opened, forgotten = self._opened(main)
        known: Sequence[Place | None] = [None] * len(kept.turns)
        if opened is not None:
            known = self._known(plan.candidates(naming, kept), kept.keys)
        self._count_known(opened, known, again=again)
        steps = plan.arrange(kept, naming, known)
        if forgotten and steps:
            tally.leave(Left(plan.where(conversation.id), FORGOTTEN, len(steps)), found=True)
            return
        if self._append is None:
            # Only counted: a conversation that comes again in the same file would be known by then.
            tally.messages.added += 0 if again else len(steps)
            tally.messages.known += len(steps) if again else 0
            tally.conversations.added += opened is None and not again
            tally.conversations.known += opened is None and again
            return
        self._add(conversation, kept, known, steps)
        self._batch_conversations += opened is None

    def leave(self, lefts: Sequence[Left]) -> None:
        """Note what the reader left out beside any conversation."""
        for left in lefts:
            self.tally.leave(left)

    def flush(self) -> None:
        """Commit what is gathered. Raises StoreError: nothing of it was written."""
        batch = self._batch
        if batch and self._append is not None:
            made = self._append(_appending(batch, self._origin))
            for turn, place in self._in_batch:
                self._digests[turn] = made[place]
            self.tally.messages.added += len(batch)
            self.tally.conversations.added += self._batch_conversations
        self._batch = []
        self._batch_entries = self._batch_bytes = self._batch_conversations = 0
        self._batch_sessions.clear()
        self._in_batch.clear()

    def close(self) -> None:
        """Let the database go; what is not flushed is dropped. Idempotent."""
        self._seen.close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # --- what is there already ---

    def _rows(self, sql: str, parameters: Sequence[object]) -> list[Any]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise translated(error) from error

    def _opened(self, session: bytes) -> tuple[int | None, bool]:
        """The local number of a session's opening, and whether it is to be forgotten; (None, False) for a new one."""
        rows = self._rows("SELECT opened, due_ms FROM sessions WHERE session = ?", (session,))
        return (rows[0][0], rows[0][1] is not None) if rows else (None, False)

    def _known(self, sessions: Sequence[bytes], keys: Sequence[bytes]) -> list[Place | None]:
        """Where the turns with these keys stand, among these sessions."""
        found: dict[bytes, Place] = {}
        for at in range(0, len(sessions), IDS_MAX):
            some = sessions[at : at + IDS_MAX]
            marks = ",".join("?" * len(some))
            sql = f"SELECT key, id, session FROM messages WHERE session IN ({marks}) AND key IS NOT NULL"
            for key, entry, session in self._rows(sql, some):
                found[key] = Place(entry, session)
        return [found.get(key) for key in keys]

    def _count_known(self, opened: int | None, known: Sequence[Place | None], *, again: bool) -> None:
        """Count what is there. What this very import wrote before it was broken off was added by it."""
        since = self._since
        own = since is not None and not again
        places = [place for place in known if place is not None]
        earlier = sum(1 for place in places if place.entry > since) if own and since is not None else 0
        self.tally.messages.added += earlier
        self.tally.messages.known += len(places) - earlier
        if opened is not None and own and since is not None and opened > since:
            self.tally.conversations.added += 1
        elif opened is not None:
            self.tally.conversations.known += 1

    def _digest(self, place: Place) -> bytes:
        digest: bytes = self._rows("SELECT digest FROM entries WHERE id = ?", (place.entry,))[0][0]
        return digest

    # --- what is new ---

    def _add(
        self, conversation: Conversation, kept: Kept, known: Sequence[Place | None], steps: Sequence[Step]
    ) -> None:
        title, opened_ms = plan.title_of(conversation), plan.opened_ms(conversation, kept)
        self._digests = [None] * len(kept.turns)
        self._in_batch.clear()
        for step in steps:
            turn, before = kept.turns[step.turn], kept.before[step.turn]
            text = kept.texts[step.turn]
            size = _ENTRY_BYTES + len(text) * (1 if text.isascii() else 3)
            entries = 2 if step.opens else 1
            if self._batch_entries + entries > BATCH_ENTRIES or (
                self._batch and self._batch_bytes + size > BATCH_BYTES
            ):
                self.flush()
            parent: bytes | int | None = None
            if before != plan.ROOT:
                place = known[before]
                if place is not None and self._digests[before] is None:
                    self._digests[before] = self._digest(place)
                parent = self._digests[before]
            began = opened_ms if not step.opens or before == plan.ROOT else kept.said[step.turn]
            entry = _Entry(
                session=step.session,
                parent=parent,
                role=ROLES[turn.role],
                text=text,
                key=kept.keys[step.turn],
                said_ms=kept.said[step.turn],
                model=plan.model_of(turn),
                opening=(title, began) if step.opens else None,
            )
            self._digests[step.turn] = len(self._batch)
            self._in_batch.append((step.turn, len(self._batch)))
            self._batch.append(entry)
            self._batch_entries += entries
            self._batch_bytes += size
            self._batch_sessions.add(step.session)


def _appending(batch: Sequence[_Entry], origin: str) -> Job[list[bytes]]:
    """A ledger job: append these, each session's opening before its first message; return the messages' digests."""

    def job(tx: Transaction) -> list[bytes]:
        made: list[bytes] = []
        for entry in batch:
            parent = made[entry.parent] if isinstance(entry.parent, int) else entry.parent
            if entry.opening is not None:
                title, opened_ms = entry.opening
                tx.append(records.session_opened(entry.session, title, parent, opened_ms, origin))
            meta = MessageMeta(
                entry.session,
                records.Role(entry.role),
                parent,
                entry.key,
                model=entry.model,
                said_ms=entry.said_ms,
                origin=origin,
            )
            made.append(tx.append(records.message(meta, entry.text), meta).digest)
        return made

    return job


def newest_entry(ledger: Path) -> int:
    """The newest local entry number, 0 for none. Raises StoreError."""
    with contextlib.closing(connect(ledger, writable=False)) as connection:
        try:
            newest: int | None = connection.execute("SELECT max(id) FROM entries").fetchone()[0]
        except sqlite3.Error as error:
            raise translated(error) from error
    return newest or 0
