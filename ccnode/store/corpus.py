"""What is there to be searched at this moment? The index as far as it has come, and the newest messages beyond it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from ccnode.store.impact_form import BLOCK_SIZE, parts_of
from ccnode.store.index import IDS_MAX, VERSION, open_index
from ccnode.store.index_rows import ROWS, Texts
from ccnode.store.ledger import connect
from ccnode.store.live import Live, LiveRow
from ccnode.store.ranking import Part, Ranked, Request, Statistics, Wanted, best, ordered
from ccnode.store.terms import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ccnode.store.directory import Layout
    from ccnode.store.scores import Columns
    from ccnode.store.sealed import Sealed
    from ccnode.store.views import View

T = TypeVar("T")

TAIL_MAX: Final = 2_000  # messages that are not indexed yet, read from the ledger
TAIL_OF_MANY: Final = 200  # of them, where there are more
PENDING_MAX: Final = 50_000  # messages that are to be indexed anew, and till then are not looked for in the index
CACHE_KIB: Final = 32 * 1024  # where a term's postings begin is asked again and again
LIVE_MAX: Final = 2 * BLOCK_SIZE + TAIL_MAX


class Missing(sqlite3.OperationalError):
    """There is no index (yet). Its writer sees that by itself."""


class _State(NamedTuple):
    """How far the index is, what it holds, and what is beyond it."""

    position: int = 0
    sealed: int = 0
    messages: int = 0
    tokens: int = 0
    changes: int = -1
    parts: bytes = b""
    newest: int = 0
    pending: int = 1


_STATE: Final = (
    "SELECT position, sealed, messages, tokens, changes, parts, (SELECT max(id) FROM entries),"
    " EXISTS (SELECT 1 FROM reindex) FROM state"
)


_VERSION: Final = "PRAGMA ledger.data_version"  # another one after each commit of others, for one connection


@dataclass(slots=True)
class Moment:
    """One state of index and ledger. Names of tables mean the ledger's, but message_index, where there is an index."""

    connection: sqlite3.Connection
    position: int
    statistics: Statistics
    _live: tuple[Live, ...]
    _sealed: Sealed | None
    _pending: frozenset[int]
    _tokenizer: Tokenizer
    _holding: dict[Wanted, int] = field(default_factory=dict)
    _apart: Live | None = None
    apart: frozenset[int] = frozenset()  # messages that are judged as `judge_anew` was told, and not as stored
    version: tuple[int, int] | None = None  # of the ledger: what it held is what it holds while this is the same

    def rank(self, request: Request) -> list[list[Ranked]]:
        """The lists of a request. Raises sqlite3.Error."""
        new = {*request.wanted, *map(Wanted, request.excluded)} - self._holding.keys()
        self._holding |= self._sealed.read(new) if self._sealed and new else dict.fromkeys(new, 0)
        for live in self._live:
            for wanted in new:
                if held := live.holding(wanted):
                    self._holding[wanted] += len(held)
        request = ordered(request, self.statistics, self._holding)
        indexed, *fresh = self._live
        found = [self.rank_apart(request)] if self._apart else []
        of_index = _passing_over(request, self.apart | self._pending)
        floor = 0.0
        if self._sealed:
            lists = self._sealed.rank(of_index, self.statistics, self._holding)
            floor = min(
                ranked[-1].score if ranked and len(ranked) == count else 0.0
                for ranked, (count, _) in zip(lists, request.lists, strict=True)
            )
            found.append(lists)
        request = _passing_over(request, self.apart)
        found += [live.rank(request, self.statistics, self._holding, floor) for live in fresh]
        found.append(indexed.rank(of_index, self.statistics, self._holding, floor))
        if len(found) == 1:
            return found[0]
        return [best([lists[at] for lists in found], count) for at, (count, _) in enumerate(request.lists)]

    def judge_anew(self, turns: Mapping[int, int]) -> None:
        """Judge messages without some of the turns before them: 1, the last; 2, the one before it; 3, both.

        Raises:
            sqlite3.Error: they cannot be read.
        """
        self._apart = self._apart or Live(self._tokenizer)
        numbers = list(turns)
        for at in range(0, len(numbers), IDS_MAX):
            some = numbers[at : at + IDS_MAX]
            sql = f"{ROWS} WHERE m.id IN ({','.join('?' * len(some))})"
            rows = [list(row) for row in self.connection.execute(sql, some)]
            for row in rows:
                for turn, column in ((1, 5), (2, 8)):
                    if turns[row[0]] & turn:
                        row[column] = None
            self._apart.add(live_rows(rows))
        self.apart |= turns.keys()

    def rank_apart(self, request: Request) -> list[list[Ranked]]:
        """The lists of a request that was ranked before, of the messages that are judged anew alone."""
        if self._apart is None:
            return []
        request = ordered(request, self.statistics, self._holding)
        return self._apart.rank(request, self.statistics, self._holding)

    def ask(self, view: View[T]) -> T:
        """Answer a view of the ledger as it is at this moment. Raises sqlite3.Error, and the view's own."""
        try:
            asked, parameters = next(view)
            while True:
                asked, parameters = view.send(self.connection.execute(asked, parameters).fetchall())
        except StopIteration as stop:
            result: T = stop.value
            return result

    def parts(self, number: int, request: Request) -> list[Part]:
        """What makes up the score of a message in a list of this request. Raises sqlite3.Error."""
        if self._apart and number in self.apart:
            return self._apart.parts(number, request, self.statistics, self._holding)
        for live in reversed(self._live):
            if number in live:
                return live.parts(number, request, self.statistics, self._holding)
        return self._sealed.parts(number, request, self.statistics, self._holding) if self._sealed else []


def _passing_over(request: Request, numbers: frozenset[int]) -> Request:
    return replace(request, skip=numbers.union(request.skip)) if numbers else request


def live_rows(rows: Iterable[Sequence[Any]]) -> Iterator[LiveRow]:
    """What is to be ranked of messages, from rows of `ROWS`; nothing of those whose content is gone."""
    texts = Texts()
    for row in rows:
        made = texts.row(row)
        if made.text is not None:
            yield LiveRow(made.id, made.text, made.context, row[1], row[-1])


class Corpus:
    """Connections to index and ledger, and what is remembered between searches. Not for several threads at once."""

    def __init__(self, index: Path, ledger: Path) -> None:
        self.tokenizer = Tokenizer()
        self._index, self._ledger = index, ledger
        self._place = os.fspath(index)
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._opened = 0
        self._sealed: type[Sealed] | None = None
        self._forget()

    def _forget(self) -> None:
        self._key: tuple[int, int] | None = None
        self._live = Live(self.tokenizer)
        self._live_to = self._tail_to = 0
        self._in_part = False
        self._columns: Columns | None = None
        self._layout: Layout | None = None
        self._layout_of = b""

    @contextlib.contextmanager
    def moment(self) -> Iterator[Moment]:
        """Index and ledger as they are now.

        Raises:
            sqlite3.Error: the index is missing or damaged, or the ledger cannot be read.
        """
        connection = self._open()
        connection.execute("BEGIN")
        try:
            moment = self._moment(connection, _State(*connection.execute(_STATE).fetchone()))
            moment.version = (self._opened, *connection.execute(_VERSION).fetchone())
            yield moment
        finally:
            if connection.in_transaction:  # an error may have ended it
                connection.execute("ROLLBACK")  # which is prepared once, and not each time as by rollback()

    @contextlib.contextmanager
    def moment_without_index(self) -> Iterator[Moment]:
        """The newest messages of the ledger alone, while the index is made anew. Raises sqlite3.Error, StoreError."""
        self.close_index()
        with contextlib.closing(connect(self._ledger, writable=False)) as connection:
            connection.execute("BEGIN")
            newest = connection.execute("SELECT max(id) FROM entries").fetchone()[0]
            yield self._moment(connection, _State(newest=newest or 0))

    def _open(self) -> sqlite3.Connection:
        """The connection to the index; a new one where the file was made anew."""
        try:
            stat = os.stat(self._place)  # noqa: PTH116 -- at each search; a Path takes twice as long
        except OSError as error:
            raise Missing("there is no index") from error
        file = (stat.st_dev, stat.st_ino)
        if self._connection is not None and file != self._file:
            self.close_index()
        if self._connection is None:
            connection = open_index(self._index, self._ledger, writable=False)
            try:
                if connection.execute("SELECT version FROM state").fetchone()[0] != VERSION:
                    raise Missing("the index is of another version; its writer sees to that")
                connection.execute(f"PRAGMA main.cache_size = -{CACHE_KIB}")
            except BaseException:
                connection.close()
                raise
            self._connection, self._file = connection, file
            self._opened += 1
        return self._connection

    def _moment(self, connection: sqlite3.Connection, state: _State) -> Moment:
        if self._key is None or self._key[0] != state.changes or len(self._live) > LIVE_MAX:
            self._forget()
        elif self._key[1] != state.sealed:
            self._live, self._live_to, self._tail_to = Live(self.tokenizer), 0, 0
            self._layout = None
        self._key = (state.changes, state.sealed)
        self._follow(connection, state)
        pending: list[int] = []
        if state.pending:
            sql = "SELECT id FROM reindex ORDER BY id DESC LIMIT ?"
            pending = [row[0] for row in connection.execute(sql, (PENDING_MAX,))]
        live = [self._live]
        if pending:
            live.append(self._fresh(connection, pending[:TAIL_MAX]))
        sealed = None
        if state.sealed:
            if self._columns is None or self._sealed is None:
                from ccnode.store.scores import Columns  # they load numpy, which a young node needs not
                from ccnode.store.sealed import Sealed

                self._columns, self._sealed = Columns(), Sealed
            if self._layout is None or self._layout_of != state.parts:
                from ccnode.store.directory import Layout

                self._layout, self._layout_of = Layout(parts_of(state.parts), state.sealed), state.parts
            sealed = self._sealed(connection, self._columns, state.sealed, self._layout)
        statistics = Statistics(state.messages + len(self._live), state.tokens + self._live.tokens)
        return Moment(connection, state.position, statistics, tuple(live), sealed, frozenset(pending), self.tokenizer)

    def _follow(self, connection: sqlite3.Connection, state: _State) -> None:
        """Take in what was said since the last search."""
        run = connection.execute
        # More than anybody says at once are an import, or an index made anew: they would make every search wait, and
        # the newest of them are no fresher than the others. All are looked at once the index has come to them.
        many = state.newest - state.position > TAIL_MAX
        count = min(TAIL_MAX, TAIL_OF_MANY) if many else TAIL_MAX
        if self._in_part and not many:
            self._live, self._live_to, self._tail_to, self._in_part = Live(self.tokenizer), 0, 0, False
        first = max(self._live_to + 1, state.sealed)
        if many and state.position - first >= count:
            first, self._in_part = state.position - count + 1, True
        if state.position >= first:
            between = (first, state.position)
            facts = {row[0]: row[1:] for row in run("SELECT id, role, time FROM messages WHERE id BETWEEN ? AND ?",
                                                    between)}  # fmt: skip
            rows = run("SELECT rowid, text, context FROM message_index WHERE rowid BETWEEN ? AND ?", between)
            self._live.add([LiveRow(*row, *facts[row[0]]) for row in rows if row[0] in facts])
            self._live_to = state.position
        beyond = max(state.position, self._tail_to)
        if (state.newest or 0) <= beyond:
            return
        rows = run(f"{ROWS} WHERE m.id > ? ORDER BY m.id DESC LIMIT ?", (beyond, count))
        read = rows.fetchall()
        self._live.add(live_rows(read))
        self._tail_to = max(beyond, state.newest)

    def _fresh(self, connection: sqlite3.Connection, pending: Sequence[int]) -> Live:
        """Messages that are to be indexed anew, as they are now."""
        marks = ",".join("?" * len(pending))
        live = Live(self.tokenizer)
        live.add(live_rows(connection.execute(f"{ROWS} WHERE m.id IN ({marks})", tuple(pending)).fetchall()))
        return live

    def close_index(self) -> None:
        """Close the connection to the index, and forget what was read from it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._forget()

    def close(self) -> None:
        """Close every connection. Idempotent."""
        self.close_index()
        self.tokenizer.close()
