"""How fast does the daemon start, how much memory does it take, and how fast is help printed?"""

from __future__ import annotations

import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benches.figures import ROOT, Figure, figure, scratch, timed
from benches.ledger import open_session, text

if TYPE_CHECKING:
    from collections.abc import Callable

PYTHON = sys.executable
LIBRARIES = (
    "import aiohttp.web, aiosqlite, cryptography.hazmat.primitives.asymmetric.ed25519, msgpack, click, pydantic,"
    " pydantic_settings, structlog, sqlite3, ssl"
)

LATER = "zeroconf.asyncio"  # loaded after the start, for good
IDLE_AFTER_S = 10  # the first erasing, tidying and backup, 5 s after the start, are done


def environment(folder: Path) -> dict[str, str]:
    """The environment of a node in this folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CCNODE_")}
    return {
        **kept,
        "CCNODE_DATA_DIR": str(folder / "data"),
        "CCNODE_API__PORT": "0",
        # With all that meeting other nodes takes, and yet on this machine alone.
        "CCNODE_FEDERATION__HOST": "127.0.0.1",
        "CCNODE_FEDERATION__PORT": "0",
        "XDG_RUNTIME_DIR": str(folder),
    }


def ccnode() -> str:
    """The program's path."""
    return str(Path(PYTHON).parent / "ccnode")


def make_node(folder: Path, messages: int, *, each: int | None = None) -> None:
    """Make a node, with so many messages in one conversation, or in conversations of `each`, and its index."""
    subprocess.run(
        [ccnode(), "init", "--yes", "--name", "bench"],
        env=environment(folder),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    if not messages:
        return
    from ccnode import clock
    from ccnode.daemon.identity import read_key
    from ccnode.store.home import Home
    from ccnode.store.index import Index
    from ccnode.store.ledger import Ledger, Ports

    home = Home(folder / "data")
    ledger = Ledger(home.ledger, read_key(home.node_key), Ports(clock.now_ms, os.urandom))
    one = open_session(ledger) if each is None else b""
    for first in range(0, messages, 1_000):
        ledger.append_sync(_filling(first, min(messages, first + 1_000), one, each or messages))
    ledger.close()
    index = Index(home.index, home.ledger, lambda _ids: None)
    while index.catch_up():
        pass
    index.close()


def _filling(first: int, end: int, session: bytes, each: int) -> Callable[[Any], None]:
    """Append messages `first` to `end`, `each` of them to a conversation; `session`: the only one, b"" for several."""

    def job(tx: Any) -> None:
        from ccnode_protocol import records

        parent, here = None, session
        for number in range(first, end):
            if not session and (number % each == 0 or not here):
                here, parent = os.urandom(16), None
                tx.append(records.session_opened(here, f"conversation {number}"))
            meta = records.MessageMeta(here, records.Role(number % 2), parent=parent)
            parent = tx.append(records.message(meta, text(number)), meta).digest

    return job


def start(folder: Path) -> tuple[subprocess.Popen[bytes], float]:
    """Start the daemon; return it and the seconds until /health was answered over the local socket."""
    lock = folder / "data" / "daemon.lock"
    lock.unlink(missing_ok=True)
    start = time.perf_counter()
    process = subprocess.Popen(
        [ccnode(), "run"], env=environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
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


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the daemon with grace."""
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def bench_start() -> list[Figure]:
    """From exec to the first answer of /health, against an interpreter that only imports the same libraries."""
    with scratch() as one, scratch() as two:
        make_node(one, 0)
        make_node(two, 100_000)
        imports, empty, full = _starts(one, two)
    return [
        figure("start to /health, empty", empty, imports, "ms", 1.5, at_most=True),
        figure("start to /health, 100,000 entries, to empty", full, empty, "ms", 1.1, at_most=True),
    ]


def bench_start_million(messages: int) -> list[Figure]:
    """The same with a million messages in 20,000 conversations; and how long the lists take that a page asks for."""
    with scratch() as one, scratch() as two:
        make_node(one, 0)
        make_node(two, messages, each=50)
        _, empty, full = _starts(one, two, rounds=11)
        process, _ = start(two)
        notes = {f"{path}, ms": _answered(two, path) for path in ("/api/v1/conversations", "/api/v1/status")}
        listing = [ccnode(), "session", "list"]
        notes["ccnode session list, ms"] = _median(
            lambda: subprocess.run(listing, env=environment(two), check=True, stdout=subprocess.DEVNULL)
        )
        stop(process)
    name = f"start to /health, {messages:,} messages, to empty"
    return [figure(name, full, empty, "ms", 1.1, at_most=True, **notes)]


def _median(work: Callable[[], Any]) -> float:
    return round(statistics.median(timed(work) for _ in range(11)) * 1e3, 1)


def _answered(folder: Path, path: str) -> float:
    """The milliseconds until the answer, at the median."""
    address = json.loads((folder / "data" / "daemon.lock").read_bytes())["api_url"].removeprefix("http://")
    headers = {"Authorization": f"Bearer {(folder / 'data' / 'api.token').read_text().strip()}"}

    def ask() -> None:
        connection = http.client.HTTPConnection(address, timeout=60)
        connection.request("GET", path, headers=headers)
        if connection.getresponse().status != http.client.OK:
            raise RuntimeError(f"{path} was refused")
        connection.close()

    return _median(ask)


def _starts(one: Path, two: Path, rounds: int = 7) -> tuple[float, float, float]:
    """Milliseconds at the median: to import the libraries, to the first answer of the node in `one`, and in `two`."""
    for folder in (one, two):
        process, _ = start(folder)
        time.sleep(1)
        stop(process)
    imports: list[float] = []
    empty: list[float] = []
    full: list[float] = []
    for _ in range(rounds):
        imports.append(timed(lambda: subprocess.run([PYTHON, "-c", LIBRARIES], check=True, cwd=ROOT)))
        for folder, times in ((one, empty), (two, full)):
            process, seconds = start(folder)
            stop(process)
            times.append(seconds)
    base, first, second = (statistics.median(values) * 1e3 for values in (imports, empty, full))
    return base, first, second


def _rss_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS")


def bench_memory() -> list[Figure]:
    """Resident memory of an idle daemon, against an interpreter that only imports the same libraries."""
    with scratch() as folder:
        make_node(folder, 0)
        process, _ = start(folder)
        time.sleep(IDLE_AFTER_S)
        ours = _rss_kib(process.pid)
        maps = Path(f"/proc/{process.pid}/maps").read_text()
        stop(process)
    floor = subprocess.Popen(
        [PYTHON, "-c", f"{LIBRARIES}, {LATER}\nimport sys, time; print(1, flush=True); time.sleep(60)"],
        stdout=subprocess.PIPE,
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
        bare.append(timed(lambda: subprocess.run([PYTHON, "-c", "pass"], check=True)))
        ours.append(timed(lambda: subprocess.run([ccnode(), "--help"], check=True, stdout=subprocess.DEVNULL)))
    return [
        figure("ccnode --help", statistics.median(ours) * 1e3, statistics.median(bare) * 1e3, "ms", 4, at_most=True)
    ]
