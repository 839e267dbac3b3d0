"""Is what was ordered to be forgotten really gone, when it is due, everywhere, with a receipt, and not before?"""

from __future__ import annotations

import contextlib
from operator import methodcaller
from typing import TYPE_CHECKING

import pyrage

from ccnode.store import audit, backup, erase, orders, rebuild
from ccnode.store.home import Home
from ccnode_crypto.statements import state_forget
from ccnode_protocol import records
from ccnode_protocol.records import Kind
from tests.store.places import Place, make
from tests.store.support import (
    DAY_MS,
    OWNER,
    Clock,
    Node,
    reader,
    say,
    saying,
    session_id,
    stored_runs,
    talk,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


SECRET = "zwetschgenkuchen"
TITLE = "kartoffelpuffer"


def fill(place: Place) -> bytes:
    opening = records.session_opened(session_id(1), TITLE)
    place.ledger.append_sync(methodcaller("append", opening))
    leaf = talk(place.ledger, 1, 30, f"{SECRET} word")
    place.ledger.append_sync(methodcaller("append", records.session_titled(session_id(1), f"{TITLE} two")))
    place.ledger.append_sync(saying(1, SECRET * 4000, leaf))  # on overflow pages
    branch = talk(place.ledger, 2, 3, "the branch stays", parent=leaf)
    talk(place.ledger, 3, 30, "others stay")
    place.catch_up()
    return branch


def test_nothing_happens_before_it_is_due(place: Place) -> None:
    fill(place)
    place.order(1)
    place.node.clock.ms += DAY_MS - 1000
    assert place.erase() == []
    report = place.verify()
    assert report.ok
    assert (report.erased, report.withheld) == (0, 0)
    with contextlib.closing(reader(place.home.ledger)) as connection:
        assert erase.due_orders(connection, place.node.clock.ms) == []
        assert erase.next_due(connection, place.node.clock.ms) is not None
        assert len(erase.due_orders(connection, place.node.clock.ms + 2000)) == 1


def test_the_bytes_are_gone(place: Place) -> None:
    fill(place)
    assert "ledger.sqlite-wal" in place.still_in(SECRET)
    assert any(name.startswith("index") for name in place.still_in(SECRET))
    order = place.order(1)
    place.node.clock.ms += DAY_MS + 1
    (done,) = place.erase()
    assert done.receipt is not None
    assert (done.order, done.session, done.bodies) == (order.digest, session_id(1), 61 + 3)
    place.catch_up()
    remains = erase.finish(place.home)
    assert remains == erase.Remains(log=False, copies=[])
    assert place.still_in(SECRET) == []
    assert place.still_in(TITLE) == []
    assert place.still_in("the branch stays")
    assert place.still_in("others stay")
    report = place.verify()
    assert report.ok, report.problems
    assert (report.erased, report.withheld) == (64, 0)
    meta = place.ledger.append_sync(methodcaller("query", "SELECT meta FROM entries WHERE kind = 22"))
    assert records.read_order(meta[0][0]) == (order.digest, 64)


def test_once_for_each_order(place: Place) -> None:
    fill(place)
    place.order(1)
    place.order(1)
    place.node.clock.ms += DAY_MS + 1000
    first = place.erase()
    assert [done.bodies for done in first] == [64, 0]
    assert place.erase() == []
    assert place.ledger.append_sync(methodcaller("query", "SELECT count(*) FROM entries WHERE kind = 22")) == [(2,)]
    place.ledger.close()
    place.ledger = place.node.open()  # another epoch remembers the receipts
    assert place.erase() == []


def test_an_order_taken_back_in_time_is_void(place: Place) -> None:
    fill(place)
    order = place.order(1)
    place.ledger.append_sync(methodcaller("append", records.forget_cancelled(order.digest)))
    place.node.clock.ms += 2 * DAY_MS
    assert place.erase() == []
    assert place.still_in(SECRET)
    assert place.verify().erased == 0
    again = place.order(1, wait_ms=10)
    place.node.clock.ms += 20
    late = place.ledger.append_sync(methodcaller("append", records.forget_cancelled(again.digest)))
    assert late.seq > again.seq
    assert [done.order for done in place.erase()] == [again.digest]  # taken back too late
    assert place.verify().ok


def test_missing_content_needs_an_order_that_covers_it(place: Place) -> None:
    fill(place)
    place.order(3, wait_ms=10)
    place.node.clock.ms += 100
    place.erase()
    later = place.ledger.append_sync(saying(3, "said after the order"))
    assert place.verify().ok
    place.ledger.append_sync(methodcaller("execute", "UPDATE entries SET sealed = NULL WHERE id = ?", (later.entry,)))
    report = place.verify()
    assert not report.ok
    assert report.withheld == 1
    assert [(problem.seq, problem.field) for problem in report.problems if problem.chain] == [(later.seq, "withheld")]


def test_receipts_hold_when_the_clock_is_set_back(place: Place) -> None:
    fill(place)
    place.order(1)
    place.node.clock.ms += DAY_MS + 1
    place.erase()
    place.node.clock.ms -= 365 * DAY_MS
    report = place.verify()
    place.catch_up()
    assert report.erased == 64
    assert report.withheld == 0


def test_a_clock_that_ran_ahead_does_not_keep_anything(place: Place) -> None:
    place.node.clock.ms += 3650 * DAY_MS
    fill(place)
    ahead_ms = place.node.clock.ms
    place.node.clock.ms -= 3650 * DAY_MS
    due_ms = place.node.clock.ms + DAY_MS
    said = state_forget(OWNER, place.node.key.public.raw, session_id(1), None, ahead_ms, due_ms)
    place.ledger.append_sync(methodcaller("append", records.forget_stated(said)))
    place.node.clock.ms += DAY_MS + 1
    assert [done.bodies for done in place.erase()] == [64]


def test_rebuild_forgets_too(place: Place) -> None:
    fill(place)
    place.order(1)
    place.node.clock.ms += DAY_MS + 1
    place.erase()
    place.ledger.append_sync(rebuild.rebuild())
    place.index.make_anew()
    place.catch_up()
    erase.finish(place.home)
    assert place.still_in(SECRET) == []
    assert place.verify().ok


def test_orders_apply_before_bodies(place: Place, tmp_path: Path) -> None:
    """The order comes with another node's chain, and the bodies after it: they are not even stored."""
    fill(place)
    other = make(tmp_path / "two", seed=2, clock=place.node.clock)
    with contextlib.closing(reader(place.home.ledger)) as connection:
        ((chain, runs),) = stored_runs(connection).items()
    other.ledger.append_sync(methodcaller("receive", chain, runs[:5]))  # the conversation begins
    other.order(1, wait_ms=10)
    other.node.clock.ms += 20
    assert other.erase()
    other.ledger.append_sync(methodcaller("receive", chain, runs[5:]))
    other.catch_up()
    erase.finish(other.home)
    assert other.still_in(SECRET) == []
    assert other.erase() == []
    report = other.verify()
    assert report.ok, report.problems
    assert report.erased == 64
    other.index.close()
    other.ledger.close()


def test_bodies_first_then_the_order(place: Place, tmp_path: Path) -> None:
    fill(place)
    place.order(1, wait_ms=10)
    place.node.clock.ms += 1000
    other = make(tmp_path / "two", seed=2, clock=place.node.clock)
    with contextlib.closing(reader(place.home.ledger)) as connection:
        ((chain, runs),) = stored_runs(connection).items()
    other.ledger.append_sync(methodcaller("receive", chain, runs))
    other.catch_up()
    (done,) = other.erase()
    assert done.bodies == 64
    assert done.receipt is not None
    assert done.receipt.chain != chain
    other.catch_up()
    erase.finish(other.home)
    assert other.still_in(SECRET) == []
    assert other.verify().ok
    other.index.close()
    other.ledger.close()


def test_what_has_no_content_is_not_made_to_look_erased(place: Place) -> None:
    opened = place.ledger.append_sync(methodcaller("append", records.session_opened(session_id(7))))
    place.ledger.append_sync(saying(7, "text"))
    place.order(7, wait_ms=10)
    place.node.clock.ms += 20
    assert [done.bodies for done in place.erase()] == [1]
    rows = place.ledger.append_sync(methodcaller("query", "SELECT sealed FROM entries WHERE id = ?", (opened.entry,)))
    assert rows == [(b"",)]
    place.catch_up()
    assert place.verify().ok


def test_copies_that_still_hold_it_are_named(place: Place, tmp_path: Path) -> None:
    fill(place)
    identity = pyrage.x25519.Identity.generate()
    made = backup.create(place.home, recipients=[str(identity.to_public())], automatic=True)
    old = place.home.backups / "before-migration-0001.sqlite"
    old.write_bytes(SECRET.encode())
    place.order(1, wait_ms=10)
    place.node.clock.ms += 20
    place.erase()
    place.catch_up()
    remains = erase.finish(place.home)
    assert sorted(remains.copies) == sorted([old, made.path])
    assert place.still_in(SECRET) == ["backups/before-migration-0001.sqlite"]  # the other is encrypted


def test_a_reader_keeps_the_log_for_a_while(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccnode.store.ledger.BUSY_TIMEOUT_MS", 20)
    fill(place)
    with contextlib.closing(reader(place.home.ledger)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM entries").fetchone()
        place.order(1, wait_ms=10)
        place.node.clock.ms += 20
        place.erase()
        assert erase.finish(place.home).log
    assert not erase.finish(place.home).log
    place.catch_up()
    erase.finish(place.home)
    assert place.still_in(SECRET) == []


def test_restoring_applies_orders_that_became_due(place: Place, tmp_path: Path) -> None:
    fill(place)
    place.order(1)
    identity = pyrage.x25519.Identity.generate()
    made = backup.create(place.home, recipients=[str(identity.to_public())])
    target = Home(tmp_path / "restored")
    now = place.node.clock.ms + 2 * DAY_MS
    restored = backup.restore(made.path, str(identity), target, now_ms=now)
    assert restored.erased == 64
    data = SECRET.encode()
    assert [path.name for path in target.root.rglob("*") if path.is_file() and data in path.read_bytes()] == []
    node = Node(target.ledger, seed=8, clock=Clock(now))
    ledger = node.open()
    (done,) = ledger.append_sync(erase.erase_due(now))
    assert done.receipt is not None
    assert done.bodies == 0
    ledger.close()
    with contextlib.closing(reader(target.ledger)) as connection:
        report = audit.verify(connection, target, now_ms=now)
    assert report.ok, report.problems
    assert report.erased == 64


def test_kinds_of_receipts() -> None:
    """The schema's indexes, orders.py and erase.py name these numbers in SQL."""
    assert (int(Kind.ERASURE_DONE), int(Kind.FORGET_ORDERED)) == (22, 20)
    assert (int(Kind.SESSION_OPENED), int(Kind.SESSION_TITLED)) == (16, 18)


def test_messages_erased_in_one_job_beside_others(place: Place) -> None:
    fill(place)
    place.order(1, wait_ms=10)
    place.node.clock.ms += 20
    job = erase.erase_due(place.node.clock.ms)
    done = place.ledger.append_sync(lambda tx: (say(tx, 3, "before"), job(tx), say(tx, 3, "after"), job(tx)))
    assert len(done[1]) == 1
    assert done[3] == []
    place.catch_up()
    assert place.verify().ok


def test_questions_about_orders_use_their_indexes(place: Place) -> None:
    for sql, name in ((orders._ORDERS, "session_events_orders"), (orders._RECEIPTS, "entries_receipts")):
        plan = place.ledger.append_sync(methodcaller("query", f"EXPLAIN QUERY PLAN {sql}"))
        assert any(name in step[3] for step in plan), plan
