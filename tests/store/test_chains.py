"""Do two nodes with real ledgers bring each other up to date? Through the real machines, whole or in parts."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from ccnode.store import audit, chains, erase, orders, rebuild, views
from ccnode.store.receiving import load_state
from ccnode_crypto.entry import ChainId
from ccnode_protocol import records
from ccnode_protocol.tiers import Tier
from tests.store.linked import Side, link, run, sync
from tests.store.support import DAY_MS, reader, say, saying, session_id, talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEANINGS = (
    "SELECT e.digest, m.session, m.depth, m.role, m.time FROM messages m JOIN entries e ON e.id = m.id ORDER BY 1",
    "SELECT session, time, ended, due_ms FROM sessions ORDER BY 1",
    "SELECT session, messages, users, first, last FROM activity ORDER BY 1",
    "SELECT e.digest, e.sealed FROM entries e JOIN chains c ON c.id = e.chain ORDER BY 1",
)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    sides = Side(tmp_path, "one", 1), Side(tmp_path, "other", 2)
    sides[0].trust(sides[1])
    sides[1].trust(sides[0])
    yield sides
    for side in sides:
        side.stop()


def heads(side: Side) -> list[tuple[object, ...]]:
    return side.rows("SELECT node, epoch, audience, length, head FROM chains ORDER BY 1, 2, 3")


def assert_whole(*sides: Side) -> None:
    """Nothing was refused, and every table is what the entries say."""
    for side in sides:
        assert side.closed == []
        before = [side.rows(sql) for sql in MEANINGS]
        with contextlib.closing(reader(side.node.path)) as connection:
            report = audit.verify(connection, now_ms=side.node.clock.ms)
        assert report.ok, report.problems
        side.ledger.append_sync(rebuild.rebuild())
        assert [side.rows(sql) for sql in MEANINGS] == before


def test_both_have_what_either_wrote(two: tuple[Side, Side]) -> None:
    one, other = two
    talk(one.ledger, 1, 30)
    talk(other.ledger, 2, 20)
    for side in two:
        side.follow()
    sync(one, other)
    assert heads(one) == heads(other)
    assert [one.rows(sql) for sql in MEANINGS] == [other.rows(sql) for sql in MEANINGS]
    assert one.texts() == other.texts()
    assert len(one.texts()) == 100
    with contextlib.closing(reader(one.node.path)) as here, contextlib.closing(reader(other.node.path)) as there:
        assert views.run(here, views.sessions()) == views.run(there, views.sessions()) != []
    assert_whole(one, other)


def test_what_is_said_reaches_the_other_at_once(two: tuple[Side, Side]) -> None:
    one, other = two
    ends = link(one, other)
    run(ends)
    parent = None
    for number in range(5):
        for side in two:
            parent = side.ledger.append_sync(saying(1, f"{side.name} {number}", parent)).digest
            side.follow()
            run(ends)
            assert heads(one) == heads(other)
    assert other.rows("SELECT count(*), max(depth) FROM messages") == [(10, 10)]
    assert_whole(one, other)


def test_a_catch_up_that_broke_off_goes_on(two: tuple[Side, Side]) -> None:
    one, other = two
    for _ in range(12):
        one.ledger.append_sync(lambda tx: [say(tx, 1, "x" * 900) for _ in range(400)])
    one.follow()
    rounds = 0
    while heads(one) != heads(other):
        ends = link(one, other)
        ends[1].stores_left = 2
        run(ends)
        assert ends[1].stored <= 2
        if ends[0].is_up:
            ends[0].cut()
        rounds += 1
        other.stop()  # a crash, and another start
        other.ledger = other.node.open()
        other.start()
        assert rounds < 20
    assert rounds > 2
    assert_whole(one, other)


def test_nothing_is_asked_for_twice(two: tuple[Side, Side]) -> None:
    one, other = two
    talk(one.ledger, 1, 5)
    one.follow()
    sync(one, other)
    heard: list[int] = []

    def hear(_: object, data: bytes) -> bytes:
        heard.append(len(data))
        return data

    run(link(one, other), hear)
    assert len(heard) == 2, "each says what it knows, and that is all"
    assert sum(heard) < 1_024


def test_three_nodes_and_one_in_the_middle(tmp_path: Path) -> None:
    sides = [Side(tmp_path, name, at + 1) for at, name in enumerate("abc")]
    for side in sides:
        side.trust(*(other for other in sides if other is not side))
    talk(sides[0].ledger, 1, 5)
    sides[0].follow()
    for one, other in ((0, 1), (1, 2), (0, 1), (1, 2), (0, 1)):
        sync(sides[one], sides[other])
    assert heads(sides[0]) == heads(sides[1]) == heads(sides[2])
    assert_whole(*sides)
    for side in sides:
        side.stop()


def test_only_chains_of_nodes_that_our_owner_certified_are_taken(two: tuple[Side, Side], tmp_path: Path) -> None:
    """What a core node holds of a stranger is not passed on (law 8)."""
    one, other = two
    stranger = Side(tmp_path, "stranger", 9, is_ours=False)
    stranger.ledger.append_sync(lambda tx: tx.append(records.session_opened(session_id(5), "his"), audience=1))
    stranger.follow()
    sync(one, stranger, Tier.SANDBOX_IN, Tier.SANDBOX_OUT)
    assert len(one.index.chains_of(stranger.key)) == 1
    sync(one, other)
    assert other.index.chains_of(stranger.key) == set()
    stranger.stop()


def test_orders_come_before_bodies(two: tuple[Side, Side]) -> None:
    """What is to be gone is never stored on the other node, and both give a receipt."""
    one, other = two
    talk(one.ledger, 1, 10, text="secret")
    kept = one.ledger.append_sync(saying(2, "kept"))
    one.ledger.append_sync(lambda tx: tx.append(records.forget_ordered(session_id(1), 1)))
    one.follow()
    sync(one, other)
    stored = other.rows("SELECT sealed FROM entries WHERE kind = 17 AND sealed IS NOT NULL")
    assert len(stored) == 1
    assert b"secret" not in b"".join(row[0] for row in stored)  # type: ignore[misc]  # bytes
    assert other.index.missing == {}
    for side in (one, other):
        side.ledger.append_sync(erase.erase_due(side.node.clock.ms))
        side.follow()
    sync(one, other)
    assert len(other.rows("SELECT 1 FROM entries WHERE kind = 22")) == 2, "a receipt of each node"
    assert heads(one) == heads(other)
    assert all("secret" not in text for side in two for text in side.texts())
    with contextlib.closing(reader(other.node.path)) as connection:
        assert views.run(connection, views.message(kept.digest)).text == "kept"
    assert_whole(one, other)


def test_an_order_that_comes_later_erases_on_the_other_node(two: tuple[Side, Side]) -> None:
    one, other = two
    talk(one.ledger, 1, 10, text="secret")
    one.follow()
    ends = link(one, other)
    run(ends)
    assert len(other.texts()) == 20
    order = other.ledger.append_sync(lambda tx: tx.append(records.forget_ordered(session_id(1), 1)))
    other.follow()
    run(ends)
    for side in two:
        erased = side.ledger.append_sync(erase.erase_due(side.node.clock.ms))
        assert [(each.order, each.bodies) for each in erased] == [(order.digest, 21)]
        side.follow()
    run(ends)
    assert one.texts() == other.texts() == set()
    assert one.index.missing == other.index.missing == {}, "nobody asks for what is to be gone"
    assert heads(one) == heads(other)
    assert_whole(one, other)


def test_a_cancelled_order_takes_nothing(two: tuple[Side, Side]) -> None:
    one, other = two
    talk(one.ledger, 1, 3)
    order = one.ledger.append_sync(
        lambda tx: tx.append(records.forget_ordered(session_id(1), one.node.clock.ms + DAY_MS))
    )
    one.ledger.append_sync(lambda tx: tx.append(records.forget_cancelled(order.digest)))
    one.follow()
    other.node.clock.ms += 2 * DAY_MS
    sync(one, other)
    assert len(other.texts()) == 6
    assert other.ledger.append_sync(erase.erase_due(other.node.clock.ms)) == []


def test_contents_that_are_missing_are_asked_for(two: tuple[Side, Side]) -> None:
    one, other = two
    talk(one.ledger, 1, 40)
    one.follow()
    sync(one, other)
    words = other.texts()
    other.ledger.append_sync(lambda tx: tx.execute("UPDATE entries SET sealed = NULL WHERE kind = 17 AND seq % 3"))
    other.start()
    ((chain, missing),) = other.index.missing.items()
    assert chain.node == one.key
    assert sum(count for _, count in missing) > 20
    assert_audit_withholds(other)
    sync(one, other)
    assert other.index.missing == {}
    assert other.texts() == words
    assert [one.rows(sql) for sql in MEANINGS] == [other.rows(sql) for sql in MEANINGS]
    assert_whole(one, other)


def assert_audit_withholds(side: Side) -> None:
    with contextlib.closing(reader(side.node.path)) as connection:
        report = audit.verify(connection, now_ms=side.node.clock.ms)
    assert report.ok, "what is still to come from another node was not altered"
    assert report.withheld > 0


def test_what_this_node_wrote_and_lost_comes_back(two: tuple[Side, Side], tmp_path: Path) -> None:
    """An old copy of the data directory opens another epoch, and takes back what others hold of it."""
    one, other = two
    talk(one.ledger, 1, 3)
    one.follow()
    sync(one, other)
    one.stop()
    copy = one.node.path.read_bytes()
    one.ledger = one.node.open()
    one.start()
    talk(one.ledger, 2, 3)
    one.follow()
    sync(one, other)
    lost = heads(one)
    one.stop()
    for path in one.node.path.parent.glob("one.*"):
        path.unlink()
    one.node.path.write_bytes(copy)
    one.ledger = one.node.open()
    one.start()
    assert heads(one) != lost
    talk(one.ledger, 3, 1)
    one.follow()
    sync(one, other)
    sync(one, other)
    assert set(lost) <= set(heads(one))
    assert heads(one) == heads(other)
    assert_whole(one, other)


def test_a_machine_that_was_set_back_while_it_ran_takes_another_epoch(two: tuple[Side, Side]) -> None:
    """The other knows more of the epoch that this node writes than this node does: the guard of law 5."""
    one, other = two
    talk(one.ledger, 1, 2)
    one.follow()
    sync(one, other)
    epoch = one.ledger.chains.epoch
    one.stop()
    copy = one.node.path.read_bytes()
    one.ledger = one.node.open()
    one.ledger.chains.epoch = epoch  # a machine that goes on from a snapshot draws no other
    one.ledger.chains.of(0).row, one.ledger.chains.of(0).state = load_state(reader(one.node.path), heads_of(one, epoch))
    one.start()
    talk(one.ledger, 2, 1)
    one.follow()
    sync(one, other)
    one.stop()
    for path in one.node.path.parent.glob("one.*"):
        path.unlink()
    one.node.path.write_bytes(copy)
    one.ledger = one.node.open()
    one.ledger.chains.epoch = epoch
    one.ledger.chains.of(0).row, one.ledger.chains.of(0).state = load_state(reader(one.node.path), heads_of(one, epoch))
    one.start()
    ends = link(one, other)
    run(ends)
    assert one.ledger.chains.epoch != epoch
    talk(one.ledger, 3, 1)
    one.follow()
    run(ends)
    assert (one.proofs, other.proofs) == ([], [])
    assert heads(one) == heads(other)
    assert_whole(one, other)


def heads_of(side: Side, epoch: bytes) -> ChainId:
    return ChainId(side.key, epoch, 0)


def test_growth_is_told_once_and_in_small_runs_whole(two: tuple[Side, Side]) -> None:
    one, _ = two
    one.ledger.append_sync(saying(1, "small"))
    last, told = chains.after_commit(one.connection, one.index, one.last_run, one.node.clock.ms)
    ((chain, sent),) = told
    assert sent is not None
    assert (sent.chain, sent.end) == (chain, one.index.length(chain))
    assert chains.after_commit(one.connection, one.index, last, one.node.clock.ms) == (last, [])
    for size in (400_000, 400_000):
        one.ledger.append_sync(saying(1, "x" * size))
    _, ((_, large),) = chains.after_commit(one.connection, one.index, last, one.node.clock.ms)
    assert large is None


def test_orders_are_counted_in_rows(two: tuple[Side, Side]) -> None:
    one, _ = two
    talk(one.ledger, 1, 1)
    placed = one.ledger.append_sync(lambda tx: tx.append(records.forget_ordered(session_id(1), 2**50)))
    one.ledger.append_sync(saying(1, "after it"))
    one.follow()
    row = one.index.row(placed.chain)
    assert row is not None
    assert (row.orders, row.length) == (placed.seq + 1, placed.seq + 2)
    assert orders.load_orders(one.connection.execute)[0].digest == placed.digest
