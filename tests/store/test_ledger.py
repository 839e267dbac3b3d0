"""Does the ledger write each entry once, at one position, durably, and tell each caller the truth?"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import audit, ledger
from ccnode.store.errors import Conflict, StoreBusy, StoreError
from ccnode_crypto.chain import ChainState, EntryDraft, Run, append_run, head_message
from ccnode_crypto.entry import ChainId, header_digest, read_header
from ccnode_crypto.errors import ChainError, EntryError
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import hlc, records
from ccnode_protocol.records import Kind, Role
from tests.store.support import DAY_MS, Node, reader, say, saying, session_id, stored_runs, talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.store.ledger import Ledger
    from ccnode.store.transaction import Transaction

YEAR_MS = 365 * DAY_MS


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path / "ledger.sqlite")


@contextlib.contextmanager
def opened(node: Node) -> Iterator[Ledger]:
    made = node.open()
    try:
        yield made
    finally:
        made.close()


def check(node: Node) -> audit.Report:
    with contextlib.closing(reader(node.path)) as connection:
        report = audit.verify(connection)
    assert report.ok, report.problems
    return report


def query(node: Node, sql: str, *parameters: object) -> list[Any]:
    with contextlib.closing(reader(node.path)) as connection:
        return connection.execute(sql, parameters).fetchall()


def test_append_gives_a_receipt_for_what_is_stored(node: Node) -> None:
    with opened(node) as open_ledger:
        receipt = open_ledger.append_sync(saying(1, "hello"))
        found = query(node, "SELECT id, seq, digest, time, header FROM entries WHERE id = ?", receipt.entry)
        assert found[0][:4] == (receipt.entry, receipt.seq, receipt.digest, receipt.time)
        assert header_digest(found[0][4]) == receipt.digest
        assert read_header(found[0][4]).chain == receipt.chain
        assert receipt.seq == 1  # the opening of the epoch comes before
    assert check(node).entries == 2


async def test_append_from_the_event_loop_commits_together(node: Node) -> None:
    commits: list[int] = []
    with opened(node) as open_ledger:
        open_ledger.on_commit(commits.append)
        receipts = await asyncio.gather(*(open_ledger.append(saying(i, "text")) for i in range(200)))
    assert len({receipt.digest for receipt in receipts}) == 200
    assert sorted(receipt.seq for receipt in receipts) == list(range(1, 201))
    assert len(commits) < 50  # jobs that wait together share a transaction
    assert check(node).entries == 201


def test_many_threads(node: Node) -> None:
    receipts: list[Any] = []

    def write(number: int) -> None:
        receipts.extend(open_ledger.append_sync(lambda tx: say(tx, number, "text")) for _ in range(50))

    with opened(node) as open_ledger:
        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(receipt.seq for receipt in receipts) == list(range(1, 401))
    check(node)


async def test_a_failing_job_harms_no_other(node: Node) -> None:
    def fails(tx: Transaction) -> None:
        say(tx, 666, "never")
        raise ZeroDivisionError

    with opened(node) as open_ledger:
        jobs = [open_ledger.append(fails if i % 5 == 2 else saying(i, "text")) for i in range(50)]
        results = await asyncio.gather(*jobs, return_exceptions=True)
        assert [i for i, result in enumerate(results) if isinstance(result, ZeroDivisionError)] == list(range(2, 50, 5))
        done = [result for result in results if not isinstance(result, BaseException)]
        assert sorted(receipt.seq for receipt in done if receipt is not None) == list(range(1, 41))
    assert query(node, "SELECT count(*) FROM messages WHERE session = ?", session_id(666)) == [(0,)]
    assert check(node).entries == 41


def test_a_job_is_run_again_without_effect_of_the_first_run(node: Node) -> None:
    runs: list[int] = []
    release = threading.Event()

    def blocks(tx: Transaction) -> None:
        release.wait(10)

    def counts(tx: Transaction) -> int:
        runs.append(1)
        return say(tx, 1, "once").seq

    def fails(tx: Transaction) -> None:
        raise KeyError("no")

    results: dict[str, object] = {}

    def call(name: str, job: Any) -> None:
        try:
            results[name] = open_ledger.append_sync(job)
        except KeyError as error:
            results[name] = error

    with opened(node) as open_ledger:
        threads = [threading.Thread(target=call, args=(name, job))
                   for name, job in (("blocks", blocks), ("counts", counts), ("fails", fails))]  # fmt: skip
        threads[0].start()
        while not open_ledger._role.locked():
            pass
        for thread in threads[1:]:
            thread.start()
        while len(open_ledger._jobs) < 2:
            pass
        release.set()
        for thread in threads:
            thread.join()
    assert len(runs) == 2
    assert results["counts"] == 1
    assert isinstance(results["fails"], KeyError)
    assert check(node).entries == 2


def test_undo_does_not_use_up_the_epoch(node: Node) -> None:
    def fails(tx: Transaction) -> None:
        say(tx, 1, "gone")
        raise ZeroDivisionError

    with opened(node) as open_ledger:
        epoch = open_ledger.chains.epoch
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                open_ledger.append_sync(fails)
        assert open_ledger.append_sync(saying(1, "kept")).chain.epoch == epoch
        with pytest.raises(ZeroDivisionError):
            open_ledger.append_sync(fails)
        assert open_ledger.append_sync(saying(1, "kept")).seq == 2
    assert check(node).entries == 3
    assert len(query(node, "SELECT id FROM chains")) == 1


def test_a_doubtful_commit_changes_the_epoch(node: Node) -> None:
    class Failing:
        """A connection whose next COMMIT fails after it may have reached the log."""

        def __init__(self, real: Any) -> None:
            self.real, self.armed = real, True

        def execute(self, sql: str, *more: Any) -> Any:
            if sql == "COMMIT" and self.armed:
                self.armed = False
                raise OSError("the disk went away")
            return self.real.execute(sql, *more)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

    with opened(node) as open_ledger:
        first = open_ledger.append_sync(saying(1, "one"))
        open_ledger._connection = Failing(open_ledger._connection)  # type: ignore[assignment]
        with pytest.raises(OSError, match="went away"):
            open_ledger.append_sync(saying(1, "doubtful"))
        second = open_ledger.append_sync(saying(1, "two"))
        assert second.chain.epoch != first.chain.epoch
        assert second.seq == 1
    check(node)


def test_each_opening_has_its_epoch_which_names_the_one_before(node: Node) -> None:
    heads = []
    for number in range(4):
        with opened(node) as open_ledger:
            heads.append(open_ledger.append_sync(saying(1, f"text {number}")))
    with opened(node):
        pass  # nothing appended: no epoch
    assert len({head.chain.epoch for head in heads}) == 4
    metas = [meta for (meta,) in query(node, "SELECT meta FROM entries WHERE seq = 0 ORDER BY id")]
    named = [records.read_predecessor(meta) for meta in metas]
    assert named[0] is None
    for before, predecessor in zip(heads, named[1:], strict=False):
        assert predecessor is not None
        assert (predecessor.epoch, predecessor.seq) == (before.chain.epoch, before.seq)
        assert predecessor.digest == before.digest
    check(node)


def test_audiences_are_chains_apart(node: Node) -> None:
    with opened(node) as open_ledger:
        record = records.node_named("a name")
        for audience in (0, 1, 2, 1):
            receipt = open_ledger.append_sync(methodcaller("append", record, audience=audience))
            assert receipt.chain.audience == audience
    assert sorted(chain["length"] for chain in check(node).chains) == [2, 2, 3]


@pytest.mark.parametrize("step_ms", [-YEAR_MS, 10 * YEAR_MS, -120_000])
def test_the_clock_jumps(node: Node, step_ms: int) -> None:
    with opened(node) as open_ledger:
        before = open_ledger.append_sync(saying(1, "before"))
        node.clock.ms += step_ms
        after = open_ledger.append_sync(saying(1, "after", before.digest))
        assert abs(hlc.to_ms(after.time) - node.clock.ms) < 1000
        node.clock.ms -= step_ms
        again = open_ledger.append_sync(saying(1, "again", after.digest))
        assert abs(hlc.to_ms(again.time) - node.clock.ms) < 1000
    with opened(node) as open_ledger:
        last = open_ledger.append_sync(saying(1, "restarted", again.digest))
        assert abs(hlc.to_ms(last.time) - node.clock.ms) < 1000
    depths = query(node, "SELECT depth FROM messages ORDER BY id")
    assert depths == [(1,), (2,), (3,), (4,)]
    check(node)


def test_within_an_epoch_time_never_stands_still(node: Node) -> None:
    node.clock.step = 0
    with opened(node) as open_ledger:
        receipts = [open_ledger.append_sync(saying(1, "text")) for _ in range(5)]
        node.clock.ms -= 500  # a small correction is no step
        receipts.append(open_ledger.append_sync(saying(1, "text")))
    times = [receipt.time for receipt in receipts]
    assert times == sorted(set(times))
    assert len({receipt.chain for receipt in receipts}) == 1


def test_a_clock_put_right_leaves_titles_and_orders_in_force(node: Node) -> None:
    with opened(node) as open_ledger:
        node.clock.ms += 10 * YEAR_MS
        talk(open_ledger, 1, 2)
        node.clock.ms -= 10 * YEAR_MS
        title = open_ledger.append_sync(lambda tx: tx.append(records.session_titled(session_id(1), "a new title")))
        assert query(node, "SELECT titled FROM sessions") == [(title.entry,)]
        due = node.clock.ms + DAY_MS
        order = open_ledger.append_sync(lambda tx: tx.append(records.forget_ordered(session_id(1), due)))
        assert order.time > query(node, "SELECT max(time) FROM messages")[0][0]
        after = open_ledger.append_sync(saying(2, "text"))
        assert abs(hlc.to_ms(after.time) - node.clock.ms) < 1000
    check(node)


def test_a_time_beyond_what_sqlite_holds(node: Node) -> None:
    key, chain = SigningKey(b"x" * 32), ChainId(SigningKey(b"x" * 32).public.raw, b"e" * 16, 0)
    drafts = [
        EntryDraft(Kind.EPOCH_OPENED, 2**64 - 1, records.epoch_opened(None).meta, b"", b""),
        EntryDraft(Kind.MESSAGE, 2**64 - 1, records.message(records.MessageMeta(session_id(1), Role.USER), "x").meta,
                   b"text", bytes(32)),
    ]  # fmt: skip
    run, _ = append_run(ChainState(chain), drafts, key)
    with opened(node) as open_ledger:
        assert open_ledger.append_sync(lambda tx: tx.receive(chain, [run])) == 2
        mine = open_ledger.append_sync(saying(1, "text"))
        assert abs(hlc.to_ms(mine.time) - node.clock.ms) < 1000
    check(node)


def test_an_old_directory_put_back_and_a_copy_never_write_one_position_twice(node: Node, tmp_path: Path) -> None:
    with opened(node) as open_ledger:
        talk(open_ledger, 1, 5)
    copied, old = tmp_path / "copy.sqlite", tmp_path / "old.sqlite"
    shutil.copy(node.path, copied)
    shutil.copy(node.path, old)
    copy = Node(copied, seed=1, clock=node.clock)
    copy.random.seed("another machine's chance")
    with opened(node) as one, opened(copy) as two:
        for _ in range(3):
            talk(one, 2, 2)
            talk(two, 3, 2)
    with opened(node) as open_ledger:
        talk(open_ledger, 4, 2)
    chains = {}
    with contextlib.closing(reader(node.path)) as connection:
        chains.update(stored_runs(connection))
    shutil.copy(old, node.path)
    with opened(node) as open_ledger:  # the old state goes on, with what chance gives now
        talk(open_ledger, 5, 2)
    positions: dict[tuple[ChainId, int], bytes] = {}
    with contextlib.closing(reader(node.path)) as third, contextlib.closing(reader(copied)) as second:
        for known in (chains, stored_runs(second), stored_runs(third)):
            for chain, runs in known.items():
                for header in (header for run in runs for header in run.headers):
                    at = (chain, read_header(header).seq)
                    assert positions.setdefault(at, header) == header
    with opened(node) as open_ledger:  # and what was lost comes back from where it still is
        for chain, runs in chains.items():
            with contextlib.closing(reader(node.path)) as connection:
                have = connection.execute("SELECT length FROM chains WHERE epoch = ?", (chain.epoch,)).fetchone()
            new = [run for run in runs if run.first_seq >= (have[0] if have else 0)]
            open_ledger.append_sync(methodcaller("receive", chain, new))
    check(node)


def test_a_copy_is_told_that_it_is_one(node: Node) -> None:
    with opened(node) as open_ledger:
        talk(open_ledger, 1, 1)
        with contextlib.closing(reader(node.path)) as connection:
            ((chain, runs),) = stored_runs(connection).items()
        with pytest.raises(Conflict, match="copy"):
            open_ledger.append_sync(lambda tx: tx.receive(chain, runs))
    check(node)


def test_receive_refuses_what_does_not_continue(node: Node, tmp_path: Path) -> None:
    other = Node(tmp_path / "other.sqlite", seed=2)
    with opened(other) as theirs:
        talk(theirs, 1, 3)
    with contextlib.closing(reader(other.path)) as connection:
        ((chain, runs),) = stored_runs(connection).items()
    broken = runs[1]._replace(metas=[meta + b"\0" for meta in runs[1].metas])
    with opened(node) as open_ledger:
        with pytest.raises(ChainError, match="position 0"):
            open_ledger.append_sync(lambda tx: tx.receive(chain, runs[1:]))
        with pytest.raises(ChainError, match="meta"):
            open_ledger.append_sync(lambda tx: tx.receive(chain, [runs[0], broken]))
        assert query(node, "SELECT count(*) FROM chains") == [(0,)]
        assert open_ledger.append_sync(lambda tx: tx.receive(chain, [])) == 0
        assert open_ledger.append_sync(lambda tx: tx.receive(chain, runs[:2])) == 3
        with pytest.raises(ChainError):
            open_ledger.append_sync(lambda tx: tx.receive(chain, runs[:1]))
        open_ledger.append_sync(lambda tx: tx.receive(chain, runs[2:]))
    check(node)


@pytest.mark.parametrize("sealed", [None, bytes(32)])
def test_an_entry_without_content_is_received_as_such(node: Node, sealed: bytes | None) -> None:
    key = SigningKey(b"x" * 32)
    chain = ChainId(key.public.raw, b"e" * 16, 0)
    opening = EntryDraft(Kind.EPOCH_OPENED, 1 << 16, records.epoch_opened(None).meta, b"", b"")
    run, _ = append_run(ChainState(chain), [opening], key)
    if sealed is not None:  # a header that names the digest of nothing but salt
        from ccnode_crypto.entry import sealed_digest

        header = run.headers[0][:146] + sealed_digest(sealed) + run.headers[0][178:]
        signature = key.sign("head", head_message(chain, 0, header_digest(header)))
        run = Run(0, [header], run.metas, [sealed], signature)
    else:
        run = run._replace(sealed=[None])
    with opened(node) as open_ledger, pytest.raises(ChainError):
        open_ledger.append_sync(lambda tx: tx.receive(chain, [run]))
    assert query(node, "SELECT count(*) FROM entries") == [(0,)]


def test_limits_are_refused_before_anything_is_written(node: Node) -> None:
    with opened(node) as open_ledger:
        with pytest.raises(EntryError, match="meta"):
            open_ledger.append_sync(lambda tx: tx.append(records.Record(99, bytes(9000))))
        with pytest.raises(EntryError, match="content"):
            open_ledger.append_sync(lambda tx: tx.append(records.Record(99, b"", bytes(2_000_000))))
        assert open_ledger.append_sync(saying(1, "small")).seq == 1
        big = "x" * records.TEXT_BYTES_MAX
        receipts = open_ledger.append_sync(lambda tx: [say(tx, 1, big) for _ in range(4)])
        assert [receipt.seq for receipt in receipts] == [2, 3, 4, 5]
        open_ledger.append_sync(lambda tx: [say(tx, 1, "x") for _ in range(2_500)])
    assert check(node).entries == 2506
    assert all(last - first < 1024 for first, last in query(node, "SELECT first_seq, last_seq FROM runs"))


def test_closing(node: Node) -> None:
    open_ledger = node.open()
    open_ledger.append_sync(saying(1, "text"))
    open_ledger.close()
    open_ledger.close()
    with pytest.raises(StoreError, match="closed"):
        open_ledger.append_sync(saying(1, "text"))
    pending: ledger._Pending[int] = ledger._Pending(lambda tx: 1)
    with pytest.raises(StoreError, match="closed"):  # it slipped in while the ledger was being closed
        open_ledger._submit(pending)
    check(node)


async def test_closing_answers_everyone(node: Node) -> None:
    open_ledger = node.open()
    tasks = [asyncio.ensure_future(open_ledger.append(saying(1, "text"))) for _ in range(100)]
    await asyncio.sleep(0)
    await asyncio.to_thread(open_ledger.close)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert check(node).entries == 1 + sum(not isinstance(result, StoreError) for result in results)
    with pytest.raises(StoreError, match="closed"):
        await open_ledger.append(saying(1, "text"))


def test_a_full_queue_is_said(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "QUEUE_JOBS_MAX", 0)
    with opened(node) as open_ledger, open_ledger._role, pytest.raises(StoreBusy, match="waiting"):
        open_ledger.append_sync(saying(1, "text"))


def test_a_marker_that_cannot_be_written_stops_nobody(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with opened(node) as open_ledger:
        monkeypatch.setattr(open_ledger._marker, "write", full, raising=False)
        for _ in range(3):
            open_ledger.append_sync(saying(1, "text"))
    assert check(node).entries == 4


def test_readers_see_only_what_is_committed(node: Node) -> None:
    with opened(node) as open_ledger, contextlib.closing(reader(node.path)) as connection:
        seen: list[int] = []

        def job(tx: Transaction) -> None:
            say(tx, 1, "text")
            tx.query("SELECT 1")
            seen.append(connection.execute("SELECT count(*) FROM entries").fetchone()[0])

        open_ledger.append_sync(job)
        assert seen == [0]
        assert connection.execute("SELECT count(*) FROM entries").fetchone() == (2,)
        with pytest.raises(Exception, match=r"readonly|query_only"):
            connection.execute("DELETE FROM entries")
