"""Is what a link brings stored in its order, and what waits together at once?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from ccnode.net.exchange import TOGETHER_MAX, Exchange, Storing, Work
from ccnode.store import chains
from ccnode_crypto.entry import AUDIENCE_CORE
from ccnode_crypto.errors import CryptoError
from ccnode_protocol.sync_effects import Load
from ccnode_protocol.sync_values import SentRun, Want
from tests.store.linked import Side
from tests.store.support import talk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ccnode_protocol.sync_effects import Store


class Storer:
    """Stands for a link's exchange: notes what it is to store."""

    def __init__(self, done: list[object]) -> None:
        self._done = done

    async def store(self, stores: Sequence[Store]) -> None:
        self._done.append(list(stores))


async def worked(work: Work, count: int, done: list[object]) -> None:
    """Let it work until so much is done."""
    task = asyncio.create_task(work.run())
    while len(done) < count:  # noqa: ASYNC110  # nobody tells
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_waits_is_stored_together_and_nothing_overtakes() -> None:
    done: list[object] = []
    work = Work(lambda: None)
    one, other = (cast("Exchange", Storer(done)) for _ in range(2))

    async def tell() -> None:
        done.append("told")

    for exchange, item in ((one, 1), (one, 2), (None, 0), (one, 3), (other, 4), (other, 5)):
        work.add(tell if exchange is None else Storing(exchange, cast("Store", item)))
    await worked(work, 4, done)
    assert done == [[1, 2], "told", [3], [4, 5]]


async def test_no_more_than_so_much_is_stored_together() -> None:
    done: list[object] = []
    work, one = Work(lambda: None), cast("Exchange", Storer(done))
    items = list(range(2 * TOGETHER_MAX + 1))
    for item in items:
        work.add(Storing(one, cast("Store", item)))
    await worked(work, 3, done)
    assert done == [items[:TOGETHER_MAX], items[TOGETHER_MAX:-1], items[-1:]]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    sides = Side(tmp_path, "one", 1), Side(tmp_path, "other", 2)
    sides[0].trust(sides[1])
    sides[1].trust(sides[0])
    yield sides
    for side in sides:
        side.stop()


def runs_of(side: Side, count: int) -> list[SentRun]:
    """The first runs of what a side wrote, a few entries each."""
    chain = side.ledger.chains.of(AUDIENCE_CORE).state.chain
    sent: list[SentRun] = []
    while len(sent) < count:
        at = sent[-1].end if sent else 0
        (run,) = chains.load(side.connection, Load(Want(chain, at, at + 1), is_own=False, bytes_max=1))
        sent.append(cast("SentRun", run))
    return sent


async def test_runs_that_are_stored_together_are_each_taken_or_refused(two: tuple[Side, Side]) -> None:
    one, other = two
    talk(one.ledger, 1, 6)
    sent = runs_of(one, 6)
    forged = replace(sent[3], signature=bytes(64))
    now_ms = other.node.clock.ms
    stored = await asyncio.gather(
        *(other.ledger.append(chains.receive(run, now_ms)) for run in (*sent[:3], forged, *sent[4:])),
        return_exceptions=True,
    )
    assert [one.new if isinstance(one, chains.Received) else 0 for one in stored] == [
        *(len(run.headers) for run in sent[:3]),
        *(0 for _ in sent[3:]),
    ]
    assert isinstance(stored[3], CryptoError)
    assert other.ledger.append_sync(chains.receive(sent[3], now_ms)).new == len(sent[3].headers)
    rest = await asyncio.gather(*(other.ledger.append(chains.receive(run, now_ms)) for run in sent[4:]))
    assert [each.new for each in rest] == [len(run.headers) for run in sent[4:]]
