"""How long does it take to build a prompt, and to spawn an instance that is asked the six questions first?"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benches.figures import ROOT, Figure, figure, quantile, scratch
from benches.messages import SEED, Made, write_ledger
from benches.process import PYTHON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MESSAGES = 100_000
ROUNDS = 60
WARMING = 5
PROMPT_MS = 20.0
SPAWNS = 12
OWN_MS = 300.0
WHOLE_S = 5.0
ANSWER_S = 0.5
QUESTIONS = (
    "What did we decide about the garden fence?",
    "When is the dentist appointment?",
    "Where does my sister live these days?",
    "Tell me a short story about the sea.",
    "Which book did you recommend to me in spring?",
    "How do I make the sauce thicker?",
    "Thanks, that helps a lot.",
)
KEY = "sk-ant-bench-0123456789"


@dataclass
class Times:
    """Milliseconds of each round: all of it but for the memory's search, and of its parts."""

    whole: list[float] = field(default_factory=list)
    parts: dict[str, list[float]] = field(default_factory=dict)
    tokens: int = 0

    def add(self, name: str, seconds: float) -> None:
        """Note a part."""
        self.parts.setdefault(name, []).append(seconds * 1e3)

    def notes(self) -> dict[str, Any]:
        """The medians of the parts, and where 95 of 100 wholes are faster."""
        found: dict[str, Any] = {f"{name}, ms": round(statistics.median(each), 2) for name, each in self.parts.items()}
        found["tokens of the last one"] = self.tokens
        return {**found, "where 95 of 100 are faster, ms": round(quantile(self.whole, 0.95), 2)}


def bench_prompt(messages: int = MESSAGES) -> list[Figure]:
    """Building a prompt at so many messages: reading what it is made of, and making it.

    What searching memory for the question takes beside that is noted; `search` has figures for it.
    """
    with scratch() as folder:
        made = _filled(folder, messages)
        found = []
        for name, goes_on in (("a conversation that begins", False), ("one that goes on", True)):
            times = _built(made, goes_on=goes_on)
            title = f"prompt of {name}, {messages:,} messages"
            middle = statistics.median(times.whole)
            found.append(figure(title, middle, PROMPT_MS, "ms", 1, at_most=True, **times.notes()))
        return found


def _filled(folder: Path, messages: int) -> Made:
    """Made conversations, indexed, and a plate in force."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from ccnode.store.index import Index
    from tests.memory import facts

    made = Made(folder, messages, {})
    spoken: dict[int, list[str]] = {}
    for message in facts.filler(SEED, messages):
        spoken.setdefault(message["session"], []).append(message["content"])
    write_ledger(made.ledger, iter(list(spoken.values())))
    _keep_plate(made)
    index = Index(made.index, made.ledger, lambda _: None)
    while index.catch_up():
        pass
    index.close()
    return made


def _keep_plate(made: Made) -> None:
    from benches.plate_server import PLATE
    from ccnode.store import plates
    from ccnode_crypto.certificate import certify
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol import records

    owner, ledger = SigningKey(b"owner" + bytes(27)), _ledger(made)
    paper = certify(owner, ledger.chains.key.public.raw, 0)
    ledger.append_sync(lambda tx: tx.append(records.node_certified(paper.body, paper.signature)))
    ledger.append_sync(plates.keep(plates.stated(owner, PLATE, None, None, 5), PLATE))
    ledger.close()


def _ledger(made: Made) -> Any:
    from ccnode import clock
    from ccnode.store.ledger import Ledger, Ports
    from ccnode_crypto.keys import SigningKey

    return Ledger(made.ledger, SigningKey(bytes(32)), Ports(clock.now_ms, os.urandom))


def _built(made: Made, *, goes_on: bool) -> Times:
    """Build prompts in this thread, as a turn does in its own."""
    from ccnode.core.turns import Answer
    from ccnode.daemon import prompting
    from ccnode.models.embedded import EmbeddedModel
    from ccnode.store import turns as jobs
    from ccnode.store.readers import ThreadReader
    from ccnode.store.search import Searcher

    ledger, searcher, times = _ledger(made), Searcher(made.index, made.ledger), Times()
    builder = prompting.Prompting(ThreadReader(made.ledger), searcher, 64_000)
    model = EmbeddedModel()
    session = ledger.append_sync(jobs.open_session(None, None))
    with _timed(times, prompting):
        for number in range(WARMING + ROUNDS):
            if not goes_on:
                session = ledger.append_sync(jobs.open_session(None, None))
            asked = ledger.append_sync(jobs.ask(session, QUESTIONS[number % len(QUESTIONS)], None))
            if number == WARMING:
                times.parts.clear()
            began = time.perf_counter()
            prepared = builder._prepare(model, Answer(asked.question), 4096)
            took = time.perf_counter() - began
            if number >= WARMING:
                times.whole.append(took * 1e3 - times.parts["searching memory"][-1])
            if goes_on:
                ledger.append_sync(_reply(session, asked.question))
    times.tokens = prepared.built.tokens
    builder.close()
    searcher.close()
    ledger.close()
    return times


def _reply(session: bytes, question: bytes) -> Any:
    from ccnode.core.turns import Answer, Reply
    from ccnode.store import turns as jobs
    from ccnode_protocol.records import State

    reply = Reply(session, Answer(question), "bench/1")
    reply.add("That is a good question, and here is what I make of it.")
    return jobs.close(reply, (), State.COMPLETE)


@contextlib.contextmanager
def _timed(times: Times, prompting: Any) -> Iterator[None]:
    """Time what a prompt is made of, apart."""
    from ccnode.store.readers import ThreadReader
    from ccnode.store.search import Searcher

    def wrapped(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                times.add(name, time.perf_counter() - began)

        return run

    kept = (ThreadReader.ask, Searcher.recall_for, prompting.context.build)

    def recall_for(searcher: Searcher, read: Callable[[Any], Any], about: Callable[[Any], Any], **named: Any) -> Any:
        """What the question stands on is read within the search, before memory is asked."""
        between: list[float] = []

        def known_to(moment: Any) -> Any:
            between.append(time.perf_counter())
            return read(moment)

        def asked(known: Any) -> Any:
            between.append(time.perf_counter())
            return about(known)

        began = time.perf_counter()
        found = kept[1](searcher, known_to, asked, **named)
        database = between[-1] - between[-2]
        times.add("the database", database)
        times.add("searching memory", time.perf_counter() - began - database)
        return found

    ThreadReader.ask = wrapped("who said what is recalled", kept[0])  # type: ignore[method-assign]
    Searcher.recall_for = recall_for  # type: ignore[method-assign,assignment]
    prompting.context.build = wrapped("the prompt itself", kept[2])
    try:
        yield
    finally:
        ThreadReader.ask, Searcher.recall_for, prompting.context.build = kept  # type: ignore[method-assign]


def bench_spawn() -> list[Figure]:
    """Spawning with the six questions, against a model that answers in half a second; and the node's own share."""
    with scratch() as folder, _server() as url:
        made = _filled(folder, 2_000)
        whole = asyncio.run(_spawned(made, url))
    # Twice the model answers: the six questions side by side, then the person's own.
    own = [took - 2 * ANSWER_S for took in whole]
    middle, slow = statistics.median(own) * 1e3, round(quantile(own, 0.95) * 1e3, 1)
    return [
        figure("spawn, own share", middle, OWN_MS, "ms", 1, at_most=True, **{"where 95 of 100 are faster, ms": slow}),
        figure("spawn, until the reply is recorded", statistics.median(whole), WHOLE_S, "s", 1, at_most=True),
    ]


@contextlib.contextmanager
def _server() -> Iterator[str]:
    path = Path(__file__).with_name("plate_server.py")
    server = subprocess.Popen([PYTHON, str(path), str(ANSWER_S)], stdout=subprocess.PIPE, text=True)
    try:
        yield server.stdout.readline().strip() if server.stdout is not None else ""
    finally:
        server.kill()
        server.wait()


async def _spawned(made: Made, url: str) -> list[float]:
    """Seconds from the first message of a conversation to its recorded reply, the six questions between."""
    from ccnode.api.events import Replied
    from ccnode.daemon.turns import Turns
    from ccnode.models.anthropic_adapter import AnthropicAdapter
    from ccnode.store import turns as jobs
    from ccnode.store.readers import Readers
    from ccnode.store.search import Searcher

    ledger, readers = _ledger(made), Readers(made.ledger)
    searcher, model = Searcher(made.index, made.ledger), AnthropicAdapter(KEY, base_url=url)
    turns = Turns(ledger, readers, searcher, lambda: model, validate_on_spawn=True)
    times = []
    for number in range(SPAWNS + 1):
        session = await ledger.append(jobs.open_session(None, None))
        began = time.perf_counter()
        last = [event async for event in turns.say(session, "Who are you?", None)][-1]
        took = time.perf_counter() - began
        if not isinstance(last, Replied):
            raise SystemExit(f"no reply: {last}")
        if number:  # the first one loads the SDK
            times.append(took)
    await turns.close()
    await model.close()
    await readers.close()
    searcher.close()
    ledger.close()
    return times
