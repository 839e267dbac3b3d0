"""How fast is a search over a million messages, and how good, beside plain FTS5 in the same run?"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import sqlite3
import statistics
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benches.figures import Figure, figure, quantile, scratch
from benches.messages import (
    COMMIT_MS,
    PLAIN,
    PLAIN_NUMBERS,
    SEED,
    SESSION_MESSAGES,
    SESSIONS_A_COMMIT,
    START_MS,
    Made,
    conversations,
    match,
    open_plain,
    write_ledger,
    write_plain,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MESSAGES = 1_000_000
QUERIES = 200
SOME = 50  # queries of the slower kinds
EXHAUSTIVE = 60  # queries that are also ranked by FTS5 over the same index
RARE_MAX = 30  # messages that hold a rare word
TARGET = 0.05


def _rss_mib() -> float:
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found.group(1)) / 1024 if found else 0.0


def index_all(made: Made) -> None:
    """Bring the index up as the daemon does; note what FTS5 and the impact index cost, apart."""
    from ccnode.store.index import Index

    _say("indexing")
    import numpy as np  # so that what it takes is not counted below

    np.unique(np.arange(3))
    index = Index(made.index, made.ledger, lambda _: None)
    spent = {"seal": 0.0, "merge": 0.0}

    def timed(name: str, work: Callable[..., int], **how: int) -> int:
        start = time.process_time()
        done = work(**how)
        spent[name] += time.process_time() - start
        return done

    index._seal = partial(timed, "seal", index._seal)  # type: ignore[method-assign]
    index._merge = partial(timed, "merge", index._merge)  # type: ignore[method-assign]
    before, start = _rss_mib(), time.process_time()
    most, longest, delays = asyncio.run(_followed(index))
    total = time.process_time() - start
    index.close()
    each = 1e6 / made.messages
    made.notes |= {
        "index, CPU us a message: FTS5 and reading": round((total - sum(spent.values())) * each, 1),
        "index, CPU us a message: impact index": round(spent["seal"] * each, 1),
        "index, CPU us a message: merging it": round(spent["merge"] * each, 1),
        "index, longest step in s": round(longest, 2),
        "index, delay of the event loop in ms, p50, p99 and longest": [
            round(quantile(delays, share) * 1e3, 1) for share in (0.5, 0.99, 1.0)
        ],
        "index, memory beyond the start in MiB": round(most - before, 1),
    }
    with contextlib.closing(sqlite3.connect(made.index)) as connection, contextlib.suppress(sqlite3.OperationalError):
        sizes = dict(connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
        ours = sum(sizes.get(name, 0) for name in ("postings", "postings_term", "terms", "chunks", "blocks"))
        made.notes["index, bytes a message: FTS5"] = round((sum(sizes.values()) - ours) / made.messages)
        made.notes["index, bytes a message: impact index"] = round(ours / made.messages)


async def _followed(index: Any) -> tuple[float, float, list[float]]:
    """Most memory in MiB, the longest step, and how late a timer of 10 ms came each time, in seconds."""
    delays: list[float] = []

    async def sample() -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(0.01)
            delays.append(time.perf_counter() - start - 0.01)

    sampler = asyncio.create_task(sample())
    most = longest = 0.0
    while True:
        start = time.perf_counter()
        if not await asyncio.to_thread(index.catch_up):
            break
        longest, most = max(longest, time.perf_counter() - start), max(most, _rss_mib())
    sampler.cancel()
    return most, longest, delays


def _say(what: str) -> None:
    sys.stderr.write(f"search: {what}\n")


# --- queries ---


@dataclass(frozen=True)
class Queries:
    """Words to search for, three at a time: as they come in messages, with stop words among them, and rare ones."""

    common: list[list[str]]
    spoken: list[list[str]]
    rare: list[list[str]]


def draw_queries(made: Made, count: int) -> Queries:
    """Words from messages drawn at random, so that a word is asked for as often as it is said."""
    from ccnode.mind import lexicon

    chance = random.Random(SEED + 1)
    with contextlib.closing(sqlite3.connect(made.plain)) as plain:
        plain.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, plain, 'row')")
        rare = [
            word
            for (word,) in plain.execute("SELECT term FROM words WHERE doc BETWEEN 2 AND ? LIMIT 20000", (RARE_MAX,))
        ]
        newest = plain.execute("SELECT max(rowid) FROM plain").fetchone()[0]

        def word(*, stop: bool) -> str:
            while True:
                row = plain.execute("SELECT text FROM plain WHERE rowid = ?", (chance.randint(1, newest),)).fetchone()
                found = chance.choice(row[0].split()) if row else ""
                if found and (stop or found not in lexicon.STOP):
                    return found

        return Queries(
            [[word(stop=False) for _ in range(3)] for _ in range(count)],
            [[word(stop=True) for _ in range(3)] for _ in range(count)],
            [chance.sample(rare, 3) for _ in range(count)],
        )


SAME = (
    "SELECT rowid, bm25(message_index, 1.0, 0.7) AS score FROM message_index WHERE message_index MATCH ?"
    " ORDER BY score LIMIT 10"
)


@dataclass
class Times:
    """Seconds of each query, and those of them that this thread was at work; ours and plain FTS5's."""

    mine: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    mine_working: list[float] = field(default_factory=list)
    theirs_working: list[float] = field(default_factory=list)

    def ms(self, share: float) -> tuple[float, float]:
        """Milliseconds, ours and theirs, that this share of the queries did not take."""
        return quantile(self.mine, share) * 1e3, quantile(self.theirs, share) * 1e3

    def working_ms(self) -> dict[str, list[float]]:
        """The same without what other programs took, for a machine that is not quiet."""
        return {
            name: [round(quantile(times, share) * 1e3, 2) for times in (self.mine_working, self.theirs_working)]
            for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        }


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.thread_time()


def _both(
    queries: list[list[str]], joined: str, plain: sqlite3.Connection, ours: Callable[[str], Any], sql: str = PLAIN
) -> Times:
    """Each query by plain FTS5 and by us, in turn."""
    times = Times()
    for words in queries:
        began = _clocks()
        plain.execute(sql, (match(words, joined),)).fetchall()
        between = _clocks()
        ours(joined.join(words) if joined == " AND " else " ".join(words))
        ended = _clocks()
        times.theirs.append(between[0] - began[0])
        times.theirs_working.append(between[1] - began[1])
        times.mine.append(ended[0] - between[0])
        times.mine_working.append(ended[1] - between[1])
    return times


def _ten_best(corpus: Any, text: str, *, needed: bool, texts: bool) -> Any:
    """What plain FTS5 gives as well: the ten best messages and their scores, and their texts if they are wanted."""
    from ccnode.store.ranking import EVERY, Request, Wanted
    from ccnode.store.views import text_of

    with corpus.moment() as moment:
        terms = corpus.tokenizer.terms(text.replace(" AND ", " ").split())
        required = frozenset(terms) if needed else frozenset()
        request = Request(dict.fromkeys(map(Wanted, terms), 1.0), ((10, EVERY),), required=required)
        best = moment.rank(request)[0]
        if not texts:
            return best
        marks = ",".join("?" * len(best))
        numbers = [number for _, number in best]
        rows = moment.connection.execute(f"SELECT id, sealed FROM entries WHERE id IN ({marks})", numbers)  # noqa: S608
        said = {number: text_of(sealed, "text") for number, sealed in rows}
        return [(number, said[number], score) for score, number in best]


def _same_index(queries: list[list[str]], joined: str, made: Made) -> list[float]:
    """How long FTS5 takes over our own index, whose second column makes it larger than the plain one."""
    with contextlib.closing(sqlite3.connect(made.index)) as connection:
        works = [partial(_fetch, connection, match(words, joined)) for words in queries[:SOME]]
        return [_quantile_ms(works, share) for share in (0.5, 0.95)]


def _fetch(connection: sqlite3.Connection, expression: str) -> list[Any]:
    return connection.execute(SAME, (expression,)).fetchall()


def _overlap(queries: list[list[str]], made: Made, ours: Callable[[str], Any]) -> float:
    """The share of FTS5's ten best over the same index that is among ours; what scores as the tenth counts as it."""
    shares = []
    with contextlib.closing(sqlite3.connect(made.index)) as connection:
        for words in queries:
            exhaustive = connection.execute(SAME, (match(words, " OR "),)).fetchall()
            found = {hit.message.id for hit in ours(" ".join(words))}
            tenth = exhaustive[-1][1] if exhaustive else 0.0
            same = sum(number in found for number, _ in exhaustive)
            missed = [score for number, score in exhaustive if number not in found]
            same += sum(abs(score - tenth) < 1e-9 for score in missed)  # any of those that tie for the last places
            shares.append(same / len(exhaustive) if exhaustive else 1.0)
    return statistics.mean(shares)


def _prepared(folder: Path, messages: int) -> Made:
    made = Made(folder, messages, {})
    _say(f"writing {messages:,} messages")
    write_ledger(made.ledger, conversations(messages))
    index_all(made)
    _say("writing the same into plain FTS5")
    write_plain(made)
    return made


def bench_search(messages: int = MESSAGES) -> list[Figure]:
    """Search, three words, ten best, against plain FTS5; the overlap with the exhaustive ranking; AND; rare words."""
    with scratch() as folder:
        return _search_figures(_prepared(folder, messages), messages)


def _search_figures(made: Made, messages: int) -> list[Figure]:
    from ccnode.store.search import Filters, Searcher

    queries = draw_queries(made, QUERIES)
    searcher = Searcher(made.index, made.ledger)
    corpus = searcher._corpus  # what it has read before it keeps, as the connection to plain FTS5 does
    plain = open_plain(made.plain)

    def ours(text: str) -> Any:
        return searcher.search(text, 10)

    start = time.perf_counter()
    ours("the first search")
    made.notes["first search in a process, ms"] = round((time.perf_counter() - start) * 1e3)
    _say("searching")
    times = _both(queries.common, " OR ", plain, ours)
    found = [
        figure(f"search {name}, {messages:,} messages", *times.ms(share), "ms", TARGET, at_most=True)
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    ]
    made.notes["CPU ms of a search, ours and plain"] = times.working_ms()
    spoken = _both(queries.spoken, " OR ", plain, ours)
    made.notes["with stop words among the three, p95 ms, ours and plain"] = [round(ms, 1) for ms in spoken.ms(0.95)]
    some = random.Random(SEED).sample(queries.common, min(EXHAUSTIVE, len(queries.common)))
    found.append(
        figure("overlap with the exhaustive ranking", _overlap(some, made, ours), 1.0, "of 10", 0.9, at_most=False)
    )
    for name, words, joined in (("AND", queries.common, " AND "), ("rare words", queries.rare, " OR ")):
        whole = _both(words, joined, plain, ours)
        made.notes[f"{name}: a whole search, with texts and reasons, p50 and p95 ms"] = [
            round(whole.ms(share)[0], 2) for share in (0.5, 0.95)
        ]
        made.notes[f"{name}: FTS5 over the same index, p50 and p95 ms"] = _same_index(words, joined, made)
        best = partial(_ten_best, corpus, needed=joined == " AND ")
        times = _both(words, joined, plain, partial(best, texts=False), PLAIN_NUMBERS)
        made.notes[f"{name}: CPU ms of the ten best, ours and plain"] = times.working_ms()
        told = _both(words, joined, plain, partial(best, texts=True))
        made.notes[f"{name}: CPU ms of the ten best with their texts, ours and plain"] = told.working_ms()
        found += [
            figure(f"{name}, the ten best, {which}", *times.ms(share), "ms", 1.0, at_most=True)
            for which, share in (("p50", 0.5), ("p95", 0.95))
        ]
    middle = START_MS + COMMIT_MS * (messages // SESSION_MESSAGES // SESSIONS_A_COMMIT) // 2
    session = ours(" ".join(queries.common[0]))[0].message.session
    asked = [" ".join(words) for words in queries.common]
    for name, filters in (
        ("role", Filters(role="user")),
        ("time", Filters(since=middle, until=middle + 3_600_000)),
        ("session", Filters(session=session)),
    ):
        works = [partial(searcher.search, text, 10, filters) for text in asked]
        made.notes[f"with a filter by {name}, p95 ms"] = _p95(works)
    phrases = [partial(ours, f'"{one} {two}"') for one, two, _ in queries.common[:SOME]]
    made.notes["a phrase of two words, p95 ms"] = _p95(phrases)
    turns = [partial(searcher.recall, f"What did my sister say about the {text}?", []) for text in asked[:SOME]]
    made.notes["recall for a turn, p95 ms"] = _p95(turns)
    made.notes["resident memory after all, MiB"] = round(_rss_mib())
    searcher.close()
    plain.close()
    found[0].notes.update(made.notes)
    return found


def _p95(works: Sequence[Callable[[], Any]]) -> float:
    return _quantile_ms(works, 0.95)


def _quantile_ms(works: Sequence[Callable[[], Any]], share: float) -> float:
    times = []
    for work in works:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(quantile(times, share) * 1e3, 2)
