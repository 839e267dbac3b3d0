"""Which stored messages are about this? The index for what is indexed, a plain look at what is not yet."""

from __future__ import annotations

import re
import sqlite3
import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.mind import recall
from ccnode.mind.recall import Candidate, RecallPlan
from ccnode.store import views
from ccnode.store.errors import translated
from ccnode.store.index import open_index
from ccnode.store.ledger import connect
from ccnode_protocol import hlc, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ccnode.mind.prompt_types import PromptMessage, Recalled
    from ccnode.store.views import Message

TAIL_MAX: Final = 2_000  # unindexed messages that a search reads one by one
SNIPPET_CHARS: Final = 160
LIMIT_MAX: Final = 200
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a hit must be. Times are milliseconds since 1970, `since` included, `until` not."""

    session: bytes | None = None
    role: str | None = None
    since: int | None = None
    until: int | None = None

    def sql(self) -> tuple[str, tuple[object, ...]]:
        """A condition on `ledger.messages m`, with its parameters."""
        conditions, parameters = ["s.due_ms IS NULL"], list[object]()
        if self.session is not None:
            conditions.append("m.session = ?")
            parameters.append(self.session)
        if self.role is not None:
            conditions.append("m.role = ?")
            parameters.append(int(records.ROLES[self.role]))
        if self.since is not None:
            conditions.append("m.time >= ?")
            parameters.append(views.hlc_limit(hlc.from_ms(self.since)))
        if self.until is not None:
            conditions.append("m.time < ?")
            parameters.append(views.hlc_limit(hlc.from_ms(self.until)))
        return " AND ".join(conditions), tuple(parameters)


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found; `score` is higher for better, `why` the words of the query that it holds."""

    message: Message
    score: float
    snippet: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    id: int
    rank: float


class Searcher:
    """Searches one node's messages on a connection of its own; one search at a time, from any thread."""

    def __init__(self, index: Path, ledger: Path) -> None:
        self._index, self._ledger = index, ledger
        self._connection: sqlite3.Connection | None = None
        self._plain: sqlite3.Connection | None = None
        self._turn = threading.Lock()

    def search(self, text: str, limit: int = 20, filters: Filters | None = None) -> list[Hit]:
        """The messages that hold all words of `text`, then those that hold some, best first.

        Raises:
            StoreError: the ledger cannot be read. An index that is missing or damaged only makes the search slower.
        """
        filters = filters or Filters()
        words = [word.lower() for word in _WORD.findall(text[:2000])][:32]
        if not words:
            return []
        limit = max(1, min(limit, LIMIT_MAX))
        with self._turn:
            found = self._match(" AND ".join(map(_quoted, words)), limit, filters)
            if len(found) < limit:
                known = {hit.id for hit in found}
                more = self._match(" OR ".join(map(_quoted, words)), limit, filters)
                found += [hit for hit in more if hit.id not in known][: limit - len(found)]
            tail = [number for number, content in self._tail(filters) if _holds(content, words)]
            ranks = {hit.id: hit.rank for hit in found}
            messages = self._messages([*tail[:limit], *(hit.id for hit in found if hit.id not in set(tail))][:limit])
        return [_hit(message, ranks.get(message.id, 0.0), words) for message in messages]

    def recall(
        self, question: str, conversation: Sequence[PromptMessage], *, exclude: Iterable[bytes] = (), limit: int = 6
    ) -> list[Recalled]:
        """What the stored messages, but those excluded, have to say on a question; see mind/recall.py.

        Raises:
            StoreError: the ledger cannot be read.
        """
        plan = recall.plan(question, conversation)
        if plan.match is None:
            return []
        left_out = set(exclude)
        with self._turn:
            candidates = self._candidates(plan, left_out)
            wider = recall.refine(plan, list(candidates.values()))
            if wider is not plan:
                candidates |= self._candidates(wider, left_out)
        return recall.rank(wider, list(candidates.values()), limit)

    def _candidates(self, plan: RecallPlan, left_out: set[bytes]) -> dict[int, Candidate]:
        """The messages that may account for a question: from the index, and from what is not indexed yet."""
        numbers = [number for number, content in self._tail(Filters()) if recall.matches(plan, content)]
        numbers = numbers[: recall.CANDIDATES]
        for expression, limit in plan.queries:
            numbers += [hit.id for hit in self._match(expression, limit, Filters())]
        return {
            message.id: _candidate(message)
            for message in self._messages(numbers)
            if message.text and message.digest not in left_out
        }

    def close(self) -> None:
        """Close the connection. Idempotent."""
        with self._turn:
            self._forget_connection()
            if self._plain is not None:
                self._plain.close()
                self._plain = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = open_index(self._index, self._ledger, writable=False)
        return self._connection

    def _match(self, expression: str, limit: int, filters: Filters) -> list[_Found]:
        condition, parameters = filters.sql()
        sql = (
            "SELECT i.rowid, bm25(message_index, 1.0, ?) AS rank FROM message_index i"
            " JOIN ledger.messages m ON m.id = i.rowid JOIN ledger.sessions s ON s.session = m.session"
            f" WHERE message_index MATCH ? AND {condition} ORDER BY rank LIMIT ?"
        )
        try:
            rows = self._open().execute(sql, (recall.CONTEXT_WEIGHT, expression, *parameters, limit)).fetchall()
        except sqlite3.Error:
            self._forget_connection()
            return []  # no index, or a damaged one: it is made anew, and until then the tail is all there is
        return [_Found(number, -rank) for number, rank in rows]

    def _forget_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _tail(self, filters: Filters) -> list[tuple[int, str]]:
        """The newest messages that the index does not hold yet: (id, text), newest first."""
        condition, parameters = filters.sql()
        try:
            position = self._open().execute("SELECT position FROM state").fetchone()[0]
        except sqlite3.Error:
            self._forget_connection()
            position = 0
        sql = (
            "SELECT m.id, e.sealed FROM messages m JOIN entries e ON e.id = m.id"
            " JOIN sessions s ON s.session = m.session"
            f" WHERE (m.id > ? OR m.id IN (SELECT id FROM reindex)) AND {condition} ORDER BY m.id DESC LIMIT ?"
        )
        rows = self._ledger_rows(sql, (position, *parameters, TAIL_MAX))
        return [(number, text) for number, sealed in rows if (text := views.text_of(sealed, "text"))]

    def _ledger_only(self) -> sqlite3.Connection:
        """A connection that works without an index."""
        if self._plain is None:
            self._plain = connect(self._ledger, writable=False)
        return self._plain

    def _ledger_rows(self, sql: str, parameters: Sequence[object]) -> list[tuple[int, bytes]]:
        try:
            return self._ledger_only().execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise translated(error) from error

    def _messages(self, numbers: Sequence[int]) -> list[Message]:
        return views.run(self._ledger_only(), views.messages_by_id(list(dict.fromkeys(numbers))))


def _candidate(message: Message) -> Candidate:
    return Candidate(
        message_id=message.digest.hex(),
        session_id=str(uuid.UUID(bytes=message.session)),
        role=message.role,
        content=message.text or "",
        said_at_ms=hlc.to_ms(message.time),
    )


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _holds(content: str, words: Sequence[str]) -> bool:
    folded = content.lower()
    return any(word in folded for word in words)


def _hit(message: Message, rank: float, words: Sequence[str]) -> Hit:
    text = message.text or ""
    folded = text.lower()
    why = tuple(word for word in dict.fromkeys(words) if word in folded)
    at = min((folded.find(word) for word in why), default=0)
    start = max(0, at - SNIPPET_CHARS // 3)
    piece = " ".join(text[start : start + SNIPPET_CHARS].split())
    snippet = ("..." if start else "") + piece + ("..." if start + SNIPPET_CHARS < len(text) else "")
    return Hit(message, rank, snippet, why)
