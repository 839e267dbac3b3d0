#!/usr/bin/env python3
"""How fast is it, and compared with what? Each figure is a ratio to a yardstick measured beside it in the same run.

    scripts/bench.py NAME [--json]     NAME: append, group, verify, start, memory, help, search, recall10, or all
    scripts/bench.py search --messages 100000

Run it with the project's own interpreter (.venv/bin/python) on an otherwise quiet machine. Both sides of a ratio are
measured in turn, again and again, so that a machine that slows down slows both. Exit code 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benches.figures import ROOT, Figure, figure, quantile, scratch

if TYPE_CHECKING:
    from collections.abc import Callable

PYTHON = sys.executable


# --- the ledger ---


def _ledger(folder: Path, name: str) -> Any:
    from ccnode import clock
    from ccnode.store.ledger import Ledger, Ports
    from ccnode_crypto.keys import SigningKey

    return Ledger(folder / name, SigningKey(os.urandom(32)), Ports(clock.now_ms, os.urandom))


def _text(number: int) -> str:
    return f"my sister Nora just moved to Lisbon and she loves it there, she says, for the {number}th time"


def _message_job(session: bytes, parent: bytes | None, number: int) -> Callable[[Any], Any]:
    """Append one user message, as a turn does: meta with parent and idempotency key, content, projection, run, head."""
    from ccnode_protocol import records

    def job(tx: Any) -> Any:
        meta = records.MessageMeta(session, records.Role.USER, parent=parent, key=os.urandom(16))
        return tx.append(records.message(meta, _text(number)), meta)

    return job


def _open_session(ledger: Any) -> bytes:
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

    def one(self, at: int) -> None:
        """Commit the rows of one message."""
        entry, execute = self.entries[at], self.connection.execute
        run = self.runs[at % len(self.runs)]
        execute("BEGIN IMMEDIATE")
        execute(self._entry, entry)
        execute(self._message, self.messages[entry[0]])
        execute(self._run, (at + 1, at + 1, at, at, run[4]))
        execute("UPDATE chains SET length = ?, head = ? WHERE id = 1", (at, entry[5]))
        execute("COMMIT")

    def many(self, first: int, count: int) -> None:
        """Commit the rows of `count` messages at once."""
        rows, execute = self.entries[first : first + count], self.connection.execute
        execute("BEGIN IMMEDIATE")
        self.connection.executemany(self._entry, rows)
        self.connection.executemany(self._message, [self.messages[row[0]] for row in rows])
        execute(self._run, (first + 1_000_000, first + 1_000_000, first, first + count - 1, self.runs[0][4]))
        execute("UPDATE chains SET length = ?, head = ? WHERE id = 1", (first + count, rows[-1][5]))
        execute("COMMIT")


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _each(work: Callable[[int], None], numbers: range) -> None:
    for number in numbers:
        work(number)


def bench_append() -> list[Figure]:
    """Durable append of a message through the ledger, one a commit, against bare sqlite3 committing the same rows."""
    count, slice_of = 4_000, 50
    with scratch() as folder:
        model = _ledger(folder, "model.sqlite")  # gives the bare side rows of the very same shape
        session, parent = _open_session(model), None
        for number in range(count):
            parent = model.append_sync(_message_job(session, parent, number)).digest
        model.close()
        bare = BareSqlite(folder / "model.sqlite", folder / "bare.sqlite")
        ledger = _ledger(folder, "ours.sqlite")
        session, parent = _open_session(ledger), None
        ours: list[float] = []
        theirs: list[float] = []
        for first in range(0, count, slice_of):
            for number in range(first, first + slice_of):
                job = _message_job(session, parent, number)
                start = time.perf_counter()
                parent = ledger.append_sync(job).digest
                ours.append(time.perf_counter() - start)
            theirs += [_timed(lambda at=at: bare.one(at)) for at in range(first, first + slice_of)]  # type: ignore[misc]
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
        parent = (await ledger.append(_message_job(session, parent, number))).digest
        times.append(time.perf_counter() - start)
    return times


def bench_group() -> list[Figure]:
    """64 writers at once, against the same appends one by one; and what bare sqlite3 gains by batches of 64."""
    writers, each, rounds = 64, 60, 4

    async def together(ledger: Any, session: bytes) -> None:
        async def writer(start: int) -> None:
            parent = None
            for number in range(each):
                parent = (await ledger.append(_message_job(session, parent, start + number))).digest

        await asyncio.gather(*(writer(at * each) for at in range(writers)))

    with scratch() as folder:
        ledger = _ledger(folder, "ours.sqlite")
        session = _open_session(ledger)
        alone: list[float] = []
        grouped: list[float] = []
        for _ in range(rounds):
            count, parent = 500, None
            start = time.perf_counter()
            for number in range(count):
                parent = ledger.append_sync(_message_job(session, parent, number)).digest
            alone.append(count / (time.perf_counter() - start))
            grouped.append(writers * each / _timed(lambda: asyncio.run(together(ledger, session))))
        ledger.close()
        bare = BareSqlite(folder / "ours.sqlite", folder / "bare.sqlite")
        half = len(bare.entries) // 2 // writers * writers
        one_by_one = 1_000 / _timed(lambda: _each(bare.one, range(1_000)))
        batched = (half - 1_024) / _timed(lambda: _each(lambda at: bare.many(at, writers), range(1_024, half, writers)))
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


# --- the chain ---


def _chain(count: int, run_length: int) -> Any:
    from ccnode_crypto.chain import ChainState, EntryDraft, append_run
    from ccnode_crypto.entry import ChainId
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol import records

    key = SigningKey(os.urandom(32))
    state = ChainState(ChainId(key.public.raw, os.urandom(16), 0))
    session, runs, number = os.urandom(16), [], 0
    while number < count:
        drafts = []
        for _ in range(run_length):
            meta = records.MessageMeta(session, records.Role.USER, parent=os.urandom(32), key=os.urandom(16))
            record = records.message(meta, f"she says so for the {number}th time")
            kind = record.kind if number else 1
            drafts.append(EntryDraft(kind, number << 16, record.meta, record.content, os.urandom(32)))
            number += 1
        runs.append(append_run(state, drafts, key)[0])
    return state, runs, key


def _verify_all(state: Any, runs: list[Any], key: Any, at_once: int) -> None:
    from ccnode_crypto.chain import ChainState, verify_runs

    fresh = ChainState(state.chain)
    for at in range(0, len(runs), at_once):
        verify_runs(fresh, runs[at : at + at_once], key.public)
    if fresh.head != state.head:
        raise AssertionError("the verified head is another one")


def _signature_each(pairs: list[tuple[bytes, bytes]], verify: Callable[[bytes, bytes], None]) -> None:
    for signature, message in pairs:
        verify(signature, message)


def bench_verify() -> list[Figure]:
    """Verify 200,000 entries, against two bare SHA-256 an entry, and against a bare signature an entry."""
    from ccnode_crypto.chain import head_message
    from ccnode_crypto.keys import domain

    figures = []
    for run_length in (1_000, 2):
        state, runs, key = _chain(200_000, run_length)
        count = state.length
        bodies = [
            (h, m + (s or b"")) for run in runs for h, m, s in zip(run.headers, run.metas, run.sealed, strict=True)
        ]
        message = domain("head") + head_message(state.chain, 1, state.head)
        pairs = [
            (key._key.sign(message + at.to_bytes(4, "big")), message + at.to_bytes(4, "big")) for at in range(4_000)
        ]
        public = key.public._key

        def hashes(bodies: list[tuple[bytes, bytes]] = bodies) -> None:
            for header, body in bodies:
                sha256(header).digest()
                sha256(body).digest()

        ours, hashed, signed = [], [], []
        for _ in range(5):
            ours.append(_timed(lambda: _verify_all(state, runs, key, max(1, 1_000 // run_length))) / count)  # noqa: B023
            hashed.append(_timed(hashes) / count)
            signed.append(_timed(lambda: _signature_each(pairs, public.verify)) / len(pairs))  # noqa: B023
        mine, hash_cost, sign_cost = min(ours) * 1e6, min(hashed) * 1e6, min(signed) * 1e6
        if run_length == 1_000:
            figures.append(
                Figure(
                    "verify, runs of 1,000, to two SHA-256",
                    1 / mine,
                    1 / hash_cost,
                    "entries/us",
                    hash_cost / mine,
                    0.6,
                    at_most=False,
                )
            )
        target = 60 if run_length == 1_000 else 1.9
        figures.append(
            Figure(
                f"verify, runs of {run_length:,}, to a signature each",
                1 / mine,
                1 / sign_cost,
                "entries/us",
                sign_cost / mine,
                target,
                at_most=False,
            )
        )
    return figures


# --- the process ---

LIBRARIES = (
    "import aiohttp.web, aiosqlite, cryptography.hazmat.primitives.asymmetric.ed25519, msgpack, click, pydantic,"
    " pydantic_settings, structlog, sqlite3, ssl"
)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CCNODE_")}
    return {**kept, "CCNODE_DATA_DIR": str(folder / "data"), "CCNODE_API__PORT": "0", "XDG_RUNTIME_DIR": str(folder)}


def _ccnode() -> str:
    return str(Path(PYTHON).parent / "ccnode")


def _make_node(folder: Path, entries: int) -> None:
    subprocess.run(
        [_ccnode(), "init", "--yes", "--name", "bench"],
        env=_environment(folder),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    if not entries:
        return
    from ccnode import clock
    from ccnode.daemon.identity import read_key
    from ccnode.store.home import Home
    from ccnode.store.ledger import Ledger, Ports

    home = Home(folder / "data")
    ledger = Ledger(home.ledger, read_key(home.node_key), Ports(clock.now_ms, os.urandom))
    session = _open_session(ledger)

    def fill(first: int) -> Callable[[Any], None]:
        def job(tx: Any) -> None:
            from ccnode_protocol import records

            parent = None
            for number in range(first, first + 1_000):
                meta = records.MessageMeta(session, records.Role(number % 2), parent=parent)
                parent = tx.append(records.message(meta, _text(number)), meta).digest

        return job

    for first in range(0, entries, 1_000):
        ledger.append_sync(fill(first))
    ledger.close()


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], float]:
    """Start the daemon; return it and the seconds until /health was answered over the local socket."""
    lock = folder / "data" / "daemon.lock"
    lock.unlink(missing_ok=True)
    start = time.perf_counter()
    process = subprocess.Popen(
        [_ccnode(), "run"], env=_environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    )
    while True:
        try:
            address = json.loads(lock.read_bytes())["api_url"].removeprefix("http://")
            connection = http.client.HTTPConnection(address, timeout=5)
            connection.request("GET", "/health")
            if connection.getresponse().status == http.client.OK:
                return process, time.perf_counter() - start
        except (OSError, ValueError, KeyError):
            if process.poll() is not None:
                raise RuntimeError("the daemon ended") from None
            time.sleep(0.002)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def _import_seconds() -> float:
    return _timed(lambda: subprocess.run([PYTHON, "-c", LIBRARIES], check=True, cwd=ROOT))


def bench_start() -> list[Figure]:
    """From exec to the first answer of /health, against an interpreter that only imports the same libraries."""
    rounds = 7
    with scratch() as one, scratch() as two:
        _make_node(one, 0)
        _make_node(two, 100_000)
        for folder in (one, two):  # the first start brings the index up
            process, _ = _start(folder)
            time.sleep(1 if folder is one else 40)
            _stop(process)
        empty, full, imports = [], [], []
        for _ in range(rounds):
            imports.append(_import_seconds())
            process, seconds = _start(one)
            _stop(process)
            empty.append(seconds)
            process, seconds = _start(two)
            _stop(process)
            full.append(seconds)
    base, first, second = (statistics.median(values) * 1e3 for values in (imports, empty, full))
    return [
        figure("start to /health, empty", first, base, "ms", 1.5, at_most=True),
        figure("start to /health, 100,000 entries, to empty", second, first, "ms", 1.1, at_most=True),
    ]


def _rss_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS")


def bench_memory() -> list[Figure]:
    """Resident memory of an idle daemon, against an interpreter that only imports the same libraries."""
    with scratch() as folder:
        _make_node(folder, 0)
        process, _ = _start(folder)
        time.sleep(3)
        ours = _rss_kib(process.pid)
        maps = Path(f"/proc/{process.pid}/maps").read_text()
        _stop(process)
    floor = subprocess.Popen(
        [PYTHON, "-c", f"{LIBRARIES}\nimport sys, time; print(1, flush=True); time.sleep(60)"], stdout=subprocess.PIPE
    )
    if floor.stdout is not None:
        floor.stdout.readline()
    base = _rss_kib(floor.pid)
    floor.kill()
    floor.wait()
    loaded = {name: name in maps for name in ("numpy", "jiter")}  # jiter: the compiled part that anthropic loads
    return [figure("idle memory", ours / 1024, base / 1024, "MiB", 1.2, at_most=True, **loaded)]


def bench_help() -> list[Figure]:
    """`ccnode --help`, against `python -c pass`."""
    ours, bare = [], []
    for _ in range(21):
        bare.append(_timed(lambda: subprocess.run([PYTHON, "-c", "pass"], check=True)))
        ours.append(_timed(lambda: subprocess.run([_ccnode(), "--help"], check=True, stdout=subprocess.DEVNULL)))
    return [
        figure("ccnode --help", statistics.median(ours) * 1e3, statistics.median(bare) * 1e3, "ms", 4, at_most=True)
    ]


def bench_search(messages: int | None = None) -> list[Figure]:
    """Search over a million messages; see benches/search.py."""
    from benches import search

    return search.bench_search(messages or search.MESSAGES)


def bench_recall10() -> list[Figure]:
    """What was told, asked in other words; see benches/recall10.py."""
    from benches import recall10

    return recall10.bench_recall10()


BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "append": bench_append,
    "group": bench_group,
    "verify": bench_verify,
    "start": bench_start,
    "memory": bench_memory,
    "help": bench_help,
    "search": bench_search,
    "recall10": bench_recall10,
}


def main() -> int:
    """Run the benchmarks that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=[*BENCHES, "all"])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--messages", type=int, help="for search: other than a million")
    options = parser.parse_args()
    names = list(BENCHES) if options.name == "all" else [options.name]
    figures: list[Figure] = []
    for name in names:
        figures += bench_search(options.messages) if name == "search" else BENCHES[name]()
    if options.json:
        print(json.dumps([{**asdict(row), "holds": row.holds} for row in figures], indent=2))
    else:
        for row in figures:
            sign = "<=" if row.at_most else ">="
            print(
                f"{row.name:48} {row.value:10.2f} {row.yardstick:10.2f} {row.unit:11}"
                f" ratio {row.ratio:7.2f} {sign} {row.target:<5} {'holds' if row.holds else 'MISSED'}"
            )
            for note, value in row.notes.items():
                print(f"    {note}: {value}")
    return 0 if all(row.holds for row in figures) else 1


if __name__ == "__main__":
    threading.current_thread().name = "bench"
    sys.exit(main())
