"""How fast is a durable append, one by one and many at once, compared with sqlite3 and nothing else?"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import statistics
import time
from typing import TYPE_CHECKING, Any

from benches.figures import Figure, figure, quantile, scratch, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def open_ledger(folder: Path, name: str) -> Any:
    """A ledger of its own."""
    from ccnode import clock
    from ccnode.store.ledger import Ledger, Ports
    from ccnode_crypto.keys import SigningKey

    return Ledger(folder / name, SigningKey(os.urandom(32)), Ports(clock.now_ms, os.urandom))


def text(number: int) -> str:
    """What is said in message `number`."""
    return f"my sister Nora just moved to Lisbon and she loves it there, she says, for the {number}th time"


def message_job(session: bytes, parent: bytes | None, number: int) -> Callable[[Any], Any]:
    """Append one user message, as a turn does: meta with parent and idempotency key, content, projection, run, head."""
    from ccnode_protocol import records

    def job(tx: Any) -> Any:
        meta = records.MessageMeta(session, records.Role.USER, parent=parent, key=os.urandom(16))
        return tx.append(records.message(meta, text(number)), meta)

    return job


def open_session(ledger: Any) -> bytes:
    """Open a session."""
    from ccnode.store import turns

    session: bytes = ledger.append_sync(turns.open_session("bench", None))
    return session


class BareSqlite:
    """The same rows into the same tables with nothing but sqlite3: WAL, synchronous=FULL, one transaction a message."""

    def __init__(self, source: Path, target: Path) -> None:
        from ccnode.store.ledger import connect

        origin = sqlite3.connect(source)
        names = "name NOT LIKE 'sqlite_%' AND sql IS NOT NULL"
        schema = [row[0] for row in origin.execute(f"SELECT sql FROM sqlite_master WHERE {names} AND type != 'view'")]  # noqa: S608
        self.entries = origin.execute("SELECT * FROM entries WHERE kind = 17 ORDER BY id").fetchall()
        self.messages = {row[0]: row for row in origin.execute("SELECT * FROM messages")}
        self.runs = origin.execute("SELECT * FROM runs ORDER BY id").fetchall()
        origin.close()
        self.connection = connect(target, writable=True)
        for statement in schema:
            self.connection.execute(statement)
        self.connection.execute("INSERT INTO chains VALUES (1, x'00', x'00', 0, 0, x'00')")
        self._entry = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        self._message = "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        self._run = "INSERT INTO runs VALUES (?, ?, ?, ?, ?)"
        self._activity = (
            "INSERT INTO activity VALUES (?, ?, ?, ?, ?) ON CONFLICT (session) DO UPDATE SET"
            " messages = messages + excluded.messages, users = users + excluded.users, last = excluded.last"
        )

    def count(self, rows: Sequence[Any]) -> None:
        """The row that counts what was said in the session: they all are of one."""
        _, session, _, _, _, time, *_ = self.messages[rows[0][0]]
        last = self.messages[rows[-1][0]][5]
        self.connection.execute(self._activity, (session, len(rows), len(rows), time, last))

    def one(self, at: int) -> None:
        """Commit the rows of one message."""
        entry, execute = self.entries[at], self.connection.execute
        run = self.runs[at % len(self.runs)]
        execute("BEGIN IMMEDIATE")
        execute(self._entry, entry)
        execute(self._message, self.messages[entry[0]])
        self.count([entry])
        execute(self._run, (at + 1, at + 1, at, at, run[4]))
        execute("UPDATE chains SET length = ?, head = ? WHERE id = 1", (at, entry[5]))
        execute("COMMIT")

    def many(self, first: int, count: int) -> None:
        """Commit the rows of `count` messages at once."""
        rows, execute = self.entries[first : first + count], self.connection.execute
        execute("BEGIN IMMEDIATE")
        self.connection.executemany(self._entry, rows)
        self.connection.executemany(self._message, [self.messages[row[0]] for row in rows])
        self.count(rows)
        execute(self._run, (first + 1_000_000, first + 1_000_000, first, first + count - 1, self.runs[0][4]))
        execute("UPDATE chains SET length = ?, head = ? WHERE id = 1", (first + count, rows[-1][5]))
        execute("COMMIT")


def _each(work: Callable[[int], None], numbers: range) -> None:
    for number in numbers:
        work(number)


def bench_append() -> list[Figure]:
    """Durable append of a message through the ledger, one a commit, against bare sqlite3 committing the same rows."""
    count, slice_of = 4_000, 50
    with scratch() as folder:
        model = open_ledger(folder, "model.sqlite")  # gives the bare side rows of the very same shape
        session, parent = open_session(model), None
        for number in range(count):
            parent = model.append_sync(message_job(session, parent, number)).digest
        model.close()
        bare = BareSqlite(folder / "model.sqlite", folder / "bare.sqlite")
        ledger = open_ledger(folder, "ours.sqlite")
        session, parent = open_session(ledger), None
        ours: list[float] = []
        theirs: list[float] = []
        for first in range(0, count, slice_of):
            for number in range(first, first + slice_of):
                job = message_job(session, parent, number)
                start = time.perf_counter()
                parent = ledger.append_sync(job).digest
                ours.append(time.perf_counter() - start)
            theirs += [timed(lambda at=at: bare.one(at)) for at in range(first, first + slice_of)]  # type: ignore[misc]
        from_loop = asyncio.run(_append_from_loop(ledger, session, 1_000))
        ledger.close()
    notes = {"p50 from the event loop, with two thread hops": round(quantile(from_loop, 0.5) * 1e6, 1)}
    return [
        figure("append p50", quantile(ours, 0.5) * 1e6, quantile(theirs, 0.5) * 1e6, "us", 1.25, at_most=True, **notes),
        figure("append p99", quantile(ours, 0.99) * 1e6, quantile(theirs, 0.99) * 1e6, "us", 1.5, at_most=True),
    ]


async def _append_from_loop(ledger: Any, session: bytes, count: int) -> list[float]:
    times, parent = [], None
    for number in range(count):
        start = time.perf_counter()
        parent = (await ledger.append(message_job(session, parent, number))).digest
        times.append(time.perf_counter() - start)
    return times


def bench_group() -> list[Figure]:
    """64 writers at once, against the same appends one by one; and what bare sqlite3 gains by batches of 64."""
    writers, each, rounds = 64, 60, 4

    async def together(ledger: Any, session: bytes) -> None:
        async def writer(start: int) -> None:
            parent = None
            for number in range(each):
                parent = (await ledger.append(message_job(session, parent, start + number))).digest

        await asyncio.gather(*(writer(at * each) for at in range(writers)))

    with scratch() as folder:
        ledger = open_ledger(folder, "ours.sqlite")
        session = open_session(ledger)
        alone: list[float] = []
        grouped: list[float] = []
        for _ in range(rounds):
            count, parent = 500, None
            start = time.perf_counter()
            for number in range(count):
                parent = ledger.append_sync(message_job(session, parent, number)).digest
            alone.append(count / (time.perf_counter() - start))
            grouped.append(writers * each / timed(lambda: asyncio.run(together(ledger, session))))
        ledger.close()
        bare = BareSqlite(folder / "ours.sqlite", folder / "bare.sqlite")
        half = len(bare.entries) // 2 // writers * writers
        one_by_one = 1_000 / timed(lambda: _each(bare.one, range(1_000)))
        batched = (half - 1_024) / timed(lambda: _each(lambda at: bare.many(at, writers), range(1_024, half, writers)))
    rate, single = statistics.median(grouped), statistics.median(alone)
    return [
        figure(
            "group commit, 64 writers",
            rate,
            single,
            "appends/s",
            20,
            at_most=False,
            **{"the same of bare sqlite3 in batches of 64, without any work of ours": round(batched / one_by_one, 1)},
        )
    ]
