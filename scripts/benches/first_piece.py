"""How much later does a reply's first piece come than from the bare SDK? Against one server that answers at once."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benches.figures import ROOT, Figure, figure, quantile, scratch
from benches.messages import SEED
from benches.process import PYTHON, make_node, start, stop

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGES = (0, 10_000, 100_000)  # in memory, to be searched for each question
ROUNDS = 200
WARMING = 10
ALLOWED_MS = 20.0
SYSTEM = "You are a personal assistant with a memory that your owner keeps on their own machines. "
PAUSE_S = 0.2  # before each question: nobody asks while the last reply is still being indexed and measured
SETTLED_S = 300.0
QUIET_S = 3  # in which the daemon works for less than IDLE_MS each
IDLE_MS = 30.0
KEY = "sk-ant-bench-0123456789"


def bench_first_piece() -> list[Figure]:
    """The node's own share: from the question's arrival to the first piece, less what the bare SDK takes."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return [_share(messages) for messages in MESSAGES]


def _share(messages: int) -> Figure:
    """The figure for a node with so many messages in memory, which is searched for each question."""
    with _server() as url, scratch() as folder:
        make_node(folder, 0)
        if messages:
            _fill(folder, messages)
        key = folder / "data" / "anthropic.key"
        key.write_text(f"{KEY}\n")
        key.chmod(0o600)
        (folder / "data" / "config.toml").write_text(f'[models]\nadapter = "anthropic"\nbase_url = "{url}"\n')
        process, _ = start(folder)
        try:
            _let_settle(process.pid)
            node, bare, working = asyncio.run(_measure(_Node(folder), url, process.pid))
        finally:
            stop(process)
    share = statistics.median(node) - statistics.median(bare)
    notes: dict[str, Any] = {
        "the node, ms at the median": round(statistics.median(node), 2),
        "the bare SDK, ms at the median": round(statistics.median(bare), 2),
        "own share, ms where 95 of 100 are faster": round(quantile(node, 0.95) - quantile(bare, 0.95), 2),
        "own share, ms where 25 of 100 are faster": round(quantile(node, 0.25) - quantile(bare, 0.25), 2),
        "the daemon's working time for a whole turn, ms": round(working, 2),
    }
    name = f"own share of the first piece, {messages:,} messages"
    return figure(name, share, ALLOWED_MS, "ms", 1, at_most=True, **notes)


def _working_ms(pid: int) -> float:
    """The milliseconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1e3 / os.sysconf("SC_CLK_TCK")


def _let_settle(pid: int) -> None:
    """Wait until the daemon has measured the newest of the replies that were put in: it does that once, at a start."""
    quiet, until = 0, time.monotonic() + SETTLED_S
    while quiet < QUIET_S and time.monotonic() < until:
        before = _working_ms(pid)
        time.sleep(1)
        quiet = quiet + 1 if _working_ms(pid) - before < IDLE_MS else 0


def _questions() -> list[str]:
    """What people ask of their memory; each once, so that nothing found for one of them is there for the next."""
    from tests.memory import facts

    told = [*facts.load_facts("a"), *facts.load_facts("d")]
    return [fact.asked for fact in told][: WARMING + ROUNDS]


def _fill(folder: Path, messages: int) -> None:
    """Put made conversations into the node, and index them."""
    from ccnode import clock
    from ccnode.daemon.identity import read_key
    from ccnode.store.home import Home
    from ccnode.store.index import Index
    from ccnode.store.ledger import Ledger, Ports
    from ccnode_protocol import records
    from tests.memory import facts

    spoken: dict[int, list[str]] = {}
    for message in facts.filler(SEED, messages):
        spoken.setdefault(message["session"], []).append(message["content"])
    home = Home(folder / "data")
    ledger = Ledger(home.ledger, read_key(home.node_key), Ports(clock.now_ms, os.urandom))

    def job(tx: Any, texts: list[str]) -> None:
        session, parent = os.urandom(16), None
        tx.append(records.session_opened(session, None, None))
        for at, text in enumerate(texts):
            meta = records.MessageMeta(session, records.Role(at % 2), parent=parent)
            parent = tx.append(records.message(meta, text), meta).digest

    for texts in spoken.values():
        ledger.append_sync(lambda tx, texts=texts: job(tx, texts))  # type: ignore[misc]
    ledger.close()
    index = Index(home.index, home.ledger, lambda _: None)
    while index.catch_up():
        pass
    index.close()


@contextlib.contextmanager
def _server() -> Iterator[str]:
    path = Path(__file__).with_name("messages_server.py")
    server = subprocess.Popen([PYTHON, str(path)], stdout=subprocess.PIPE)
    try:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}" if server.stdout is not None else ""
    finally:
        server.kill()
        server.wait()


class _Node:
    """A conversation with the daemon, over one connection."""

    def __init__(self, folder: Path) -> None:
        address = json.loads((folder / "data" / "daemon.lock").read_bytes())["api_url"].removeprefix("http://")
        self._connection = http.client.HTTPConnection(address, timeout=60)
        token = (folder / "data" / "api.token").read_text().strip()
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._path = ""

    def begin(self) -> None:
        """Open another conversation."""
        self._connection.request("POST", "/api/v1/conversation/start", "{}", self._headers)
        session = json.loads(self._connection.getresponse().read())["session_id"]
        self._path = f"/api/v1/conversation/{session}/message"

    def ask(self, question: str) -> float:
        """The milliseconds until the first piece of the reply."""
        began = time.perf_counter()
        headers = {**self._headers, "Accept": "application/x-ndjson"}
        self._connection.request("POST", self._path, json.dumps({"content": question}), headers)
        response = self._connection.getresponse()
        while json.loads(response.readline())["type"] != "delta":
            pass
        took = (time.perf_counter() - began) * 1e3
        response.read()
        return took


async def _measure(node: _Node, url: str, pid: int) -> tuple[list[float], list[float], float]:
    """Milliseconds to the first piece, in turn: the node's, the bare SDK's; and the daemon's working time a turn."""
    import anthropic

    client = anthropic.AsyncAnthropic(api_key=KEY, base_url=url, max_retries=0)

    async def bare(question: str) -> float:
        began = time.perf_counter()
        stream = await client.messages.create(
            model="claude-sonnet-5-5",
            max_tokens=16_384,
            system=SYSTEM,
            messages=[{"role": "user", "content": question}],
            stream=True,
        )
        took = 0.0
        async for event in stream:
            if event.type == "content_block_delta" and not took:
                took = (time.perf_counter() - began) * 1e3
        return took

    times: tuple[list[float], list[float]] = ([], [])
    before = 0.0
    for number, question in enumerate(_questions()):
        if number == WARMING:
            before = _working_ms(pid)
        if number % 10 == 0:
            node.begin()
        await asyncio.sleep(PAUSE_S)
        pair = (node.ask(question), await bare(question))
        if number >= WARMING:
            for known, took in zip(times, pair, strict=True):
                known.append(took)
    await client.close()
    return *times, (_working_ms(pid) - before) / ROUNDS
