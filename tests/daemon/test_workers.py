"""What a node does by itself: the index that follows, erasing what is due, backups when their time has come."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
import sys
import threading
from typing import TYPE_CHECKING, cast

import pytest

from ccnode import clock
from ccnode.cli.identity import Wishes, make_identity
from ccnode.daemon import backing, workers
from ccnode.daemon.precedence import Precedence
from ccnode.store import backup, views
from ccnode.store import turns as jobs
from ccnode.store.errors import Conflict, StoreCorrupt, StoreError, StoreFull
from ccnode.store.home import Home
from ccnode.store.index import Index
from ccnode.store.ledger import Ledger, Ports, connect
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ccnode.daemon.node import RunningNode

SECRET = "the walrus sings at midnight"  # a sentence to be forgotten


class StandIn:
    """The part of a node that workers report to."""

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}
        self.index_progress: dict[str, int] = {}
        self.precedence = Precedence()

    def settled(self) -> None:
        """Nobody talks here."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "data")
    made.make()
    return made


@pytest.fixture
def ledger(home: Home) -> Iterator[Ledger]:
    opened = Ledger(home.ledger, SigningKey(os.urandom(32)), Ports(clock.now_ms, clock.chance))
    yield opened
    opened.close()


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # what is waited for says nothing when it happens  # noqa: ASYNC110  # it does not call back
            await asyncio.sleep(0.02)


async def test_the_index_follows_each_commit_and_survives_its_own_loss(home: Home, ledger: Ledger) -> None:
    wake, node, loop = asyncio.Event(), StandIn(), asyncio.get_running_loop()
    ledger.on_commit(lambda _run: None if loop.is_closed() else cast("None", loop.call_soon_threadsafe(wake.set)))
    task = asyncio.create_task(
        workers.follow_with_index(
            cast("RunningNode", node), lambda: Index(home.index, home.ledger, lambda _: None), wake
        )
    )
    session = await ledger.append(jobs.open_session("one", None))
    asked = await ledger.append(jobs.ask(session, "Where are the scissors?", None))
    assert asked.fresh
    await _until(lambda: node.index_progress.get("position") == 3)
    assert node.index_progress["behind"] == 0
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_stop_while_a_batch_is_written_waits_for_it(
    home: Home, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread wrote on through a connection that was closed: the process died of it, and left its socket behind."""
    writes, go_on, order = threading.Event(), threading.Event(), list[str]()
    advance, close = Index._advance, Index.close

    def slowly(index: Index, messages_max: int) -> int:
        writes.set()
        assert go_on.wait(30)
        done = advance(index, messages_max)
        order.append("written")
        return done

    def closed(index: Index) -> None:
        close(index)
        order.append("closed")

    monkeypatch.setattr(Index, "_advance", slowly)
    monkeypatch.setattr(Index, "close", closed)
    await ledger.append(jobs.open_session("one", None))
    task = asyncio.create_task(
        workers.follow_with_index(
            cast("RunningNode", StandIn()), lambda: Index(home.index, home.ledger, lambda _: None), asyncio.Event()
        )
    )
    assert await asyncio.to_thread(writes.wait, 30)
    task.cancel()
    await asyncio.sleep(0.1)
    assert order == []
    go_on.set()
    await asyncio.gather(task, return_exceptions=True)
    assert order == ["written", "closed"]


async def test_a_failing_index_is_a_problem_that_is_shown(home: Home) -> None:
    def broken() -> Index:
        raise StoreFull("the disk is full", remedy="free some space")

    node = StandIn()
    task = asyncio.create_task(workers.follow_with_index(cast("RunningNode", node), broken, asyncio.Event()))
    await _until(lambda: "index" in node.problems)
    assert "free some space" in node.problems["index"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not home.index.exists()


async def test_what_is_due_is_erased_with_a_receipt_and_gone_from_the_files(home: Home, ledger: Ledger) -> None:
    session = await ledger.append(jobs.open_session(None, None))
    await ledger.append(jobs.ask(session, SECRET, None))
    long_ago = clock.now_ms() - records.FORGET_UNDO_MS + 1
    await ledger.append(jobs.forget(session, long_ago))
    await asyncio.sleep(0.01)
    eraser = workers.Eraser(ledger, home)
    assert await eraser.step()
    assert not await eraser.step(), "once is enough"
    files = [path for path in home.root.iterdir() if path.is_file()]
    assert [path.name for path in files if SECRET.encode() in path.read_bytes()] == []
    connection = connect(home.ledger, writable=False)
    kinds = [entry.kind_name for entry in views.run(connection, views.entries(10))]
    connection.close()
    assert kinds.count("erasure-done") == 1


def test_backups_are_made_when_due_and_the_oldest_go(tmp_path: Path) -> None:
    home = Home(tmp_path / "made")
    make_identity(home, Wishes("box"))
    ledger = Ledger(home.ledger, SigningKey(os.urandom(32)), Ports(clock.now_ms, clock.chance))
    ledger.append_sync(jobs.open_session("one", None))
    backing.back_up_if_due(home, every_hours=6, keep=2)
    assert len(backup.list_backups(home)) == 1
    backing.back_up_if_due(home, every_hours=6, keep=2)
    assert len(backup.list_backups(home)) == 1, "the newest is young enough"
    backing.back_up_if_due(home, every_hours=0, keep=2)
    assert len(backup.list_backups(home)) == 1, "switched off"
    ledger.close()


def test_a_backup_of_a_damaged_ledger_replaces_none_and_is_told_each_time(tmp_path: Path) -> None:
    home = Home(tmp_path / "made")
    make_identity(home, Wishes("box"))
    backing.back_up_if_due(home, every_hours=6, keep=1)
    (good,) = backup.list_backups(home)
    good.path.rename(good.path.with_name(good.path.name.replace("-20", "-19", 1)))
    outside = sqlite3.connect(home.ledger)
    outside.execute("UPDATE entries SET meta = x'80' WHERE seq = 1")
    outside.commit()
    outside.close()
    before = [each.path for each in backup.list_backups(home)]
    for _ in range(2):
        with pytest.raises(StoreCorrupt, match="older backups are kept"):
            backing.back_up_if_due(home, every_hours=6, keep=1)
        assert [each.path for each in backup.list_backups(home)] == before


def test_what_the_process_that_backs_up_cannot_do_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "made")
    make_identity(home, Wishes("box"))
    made = backing.back_up(home, str(tmp_path / "one.age"))
    assert made["path"] == str(tmp_path / "one.age")
    assert made["sha256"] == hashlib.sha256((tmp_path / "one.age").read_bytes()).hexdigest()
    with pytest.raises(Conflict):
        backing.back_up(home, str(tmp_path / "one.age"))
    home.backup_key.write_text("no key")
    with pytest.raises(StoreError):
        backing.back_up(home, None)
    monkeypatch.setattr(sys, "executable", "/bin/false")  # killed, or out of memory, before it can answer
    with pytest.raises(StoreError, match="ended with 1: it said nothing"):
        backing.back_up(home, None)


async def test_while_something_is_imported_the_index_waits_but_takes_out_what_was_erased(
    home: Home, ledger: Ledger
) -> None:
    wake, erased, node, loop = asyncio.Event(), asyncio.Event(), StandIn(), asyncio.get_running_loop()
    importing = False
    ledger.on_commit(lambda _run: None if loop.is_closed() else cast("None", loop.call_soon_threadsafe(wake.set)))

    def taken_off(numbers: Sequence[int]) -> None:
        marks = ",".join(map(str, numbers))
        ledger.append_sync(lambda tx: tx.execute(f"DELETE FROM reindex WHERE id IN ({marks})"))

    following = asyncio.create_task(
        workers.follow_with_index(
            cast("RunningNode", node),
            lambda: Index(home.index, home.ledger, taken_off),
            wake,
            lambda: importing,
            erased,
        )
    )
    session = await ledger.append(jobs.open_session(None, None))
    await ledger.append(jobs.ask(session, SECRET, None))
    await _until(lambda: node.index_progress.get("position") == 3)
    importing = True
    other = await ledger.append(jobs.open_session(None, None))
    await ledger.append(jobs.ask(other, "What is new?", None))
    await _until(lambda: node.index_progress.get("behind") == 1)
    await ledger.append(jobs.forget(session, clock.now_ms() - records.FORGET_UNDO_MS + 1))
    await asyncio.sleep(0.01)
    assert await workers.Eraser(ledger, home).step()
    erased.set()
    wake.set()
    await _until(lambda: not erased.is_set() and SECRET.encode() not in b"".join(_contents(home.index)))
    importing = False
    await _until(lambda: node.index_progress.get("behind") == 0)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


def _contents(path: Path) -> list[bytes]:
    return [each.read_bytes() for each in path.parent.glob(f"{path.name}*")]
