"""Whose orders to forget does a node carry out? The owner's all, its own a little, others none; with real ledgers."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import audit, erase, memory, migrate, notes, order_terms, orders, rebuild, turns, views, voices
from ccnode.store.errors import Conflict
from ccnode.store.forgetting import OwnerNeeded, Word
from ccnode_crypto import canonical
from ccnode_crypto.certificate import LastGood, revoke
from ccnode_crypto.erasure import RECENT_MS, RULE_MS
from ccnode_crypto.keys import SigningKey
from ccnode_crypto.statements import state_forget
from ccnode_protocol import records
from ccnode_protocol.tiers import Tier
from tests.store.linked import Side, sync
from tests.store.support import (
    DAY_MS,
    OWNER,
    Clock,
    Node,
    introduce,
    reader,
    say,
    saying,
    session_id,
    stored_runs,
    talk,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ccnode_protocol.records import Record

NOW_MS = RULE_MS + 100 * DAY_MS
EVE = SigningKey(b"eve" + bytes(29))


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Any]:
    made: list[Side] = []

    def side(name: str, *, is_ours: bool = True, clock_ms: int = NOW_MS) -> Side:
        made.append(Side(tmp_path, name, len(made) + 1, is_ours=is_ours, clock_ms=clock_ms))
        return made[-1]

    yield side
    for each in made:
        each.stop()


def tell(side: Side, record: Record) -> bytes:
    digest: bytes = side.ledger.append_sync(methodcaller("append", record)).digest
    side.follow()
    return digest


def words(side: Side) -> set[str]:
    """The words that are there, however they are stored."""
    with contextlib.closing(reader(side.node.path)) as connection:
        found = connection.execute(
            "SELECT e.sealed FROM entries e WHERE e.kind IN (16, 17, 18, 29) AND e.sealed != x''"
        )
        return {str(views.text_of(sealed, "text") or views.text_of(sealed, "title")) for (sealed,) in found if sealed}


def erased(side: Side) -> list[erase.Erased]:
    side.node.clock.ms += 1
    done = side.ledger.append_sync(erase.erase_due(side.node.clock.ms))
    side.follow()
    return done


def session(side: Side, number: int = 1) -> views.Session:
    return views.run(reader(side.node.path), views.session(session_id(number)))


def orders_of(side: Side) -> list[orders.Order]:
    return orders.load_orders(reader(side.node.path).execute)


def owner_word(side: Side, number: int = 1, **more: Any) -> Record:
    values = {"session": session_id(number), "message": None, "issued_ms": side.node.clock.ms + 5, "due_ms": 0, **more}
    return records.forget_stated(state_forget(OWNER, side.key, **values))


def test_a_little_of_its_own_a_node_forgets_by_itself(make: Any) -> None:
    one, two = make("one"), make("two")
    one.trust(two)
    two.trust(one)
    talk(one.ledger, 1, 9)
    one.follow()
    order, due_ms = one.ledger.append_sync(turns.forget(session_id(1), one.node.clock.ms))
    one.follow()
    assert due_ms - one.node.clock.ms > DAY_MS - 1000
    assert session(one).due_ms == due_ms
    sync(one, two)
    two.node.clock.ms = one.node.clock.ms = due_ms + 1
    for side in (one, two):
        assert [(done.order, done.bodies) for done in erased(side)] == [(order, 19)]
        assert words(side) == set()
        assert audit.verify(reader(side.node.path), now_ms=side.node.clock.ms).ok


@pytest.mark.parametrize("why", ["many", "another's", "old", "begun by another"])
def test_all_else_takes_the_owners_word(make: Any, why: str) -> None:
    one, two = make("one"), make("two")
    one.trust(two)
    two.trust(one)
    talk(one.ledger, 1, 15 if why == "many" else 2)
    if why == "another's":
        one.follow()
        sync(one, two)
        two.ledger.append_sync(saying(1, "two says"))
        two.follow()
        sync(two, one)
    giver = one
    if why == "begun by another":
        sync(one, two)
        giver = two
    if why == "old":
        one.node.clock.ms += RECENT_MS
        one.ledger.append_sync(lambda tx: tx.fresh_epoch())
    now_ms = giver.node.clock.ms
    with pytest.raises(OwnerNeeded, match="owner key"):
        giver.ledger.append_sync(turns.forget(session_id(1), now_ms))
    assert session(giver).due_ms is None
    with pytest.raises(Conflict, match="not the owner key"):
        giver.ledger.append_sync(turns.forget(session_id(1), now_ms, word=Word(EVE)))
    order, due_ms = giver.ledger.append_sync(turns.forget(session_id(1), now_ms, word=Word(OWNER), at_once=True))
    assert due_ms == now_ms
    assert session(giver).due_ms == now_ms
    giver.follow()
    other = two if giver is one else one
    sync(giver, other)
    other.node.clock.ms = max(giver.node.clock.ms, other.node.clock.ms)
    for side in (giver, other):
        erased(side)
        assert words(side) == set()
        assert order in {one.digest for one in orders_of(side) if one.done}


def test_a_message_of_another_node_takes_the_owners_word(make: Any) -> None:
    one, two = make("one"), make("two")
    one.trust(two)
    two.trust(one)
    two.ledger.append_sync(lambda tx: tx.append(records.session_opened(session_id(2), None)))
    said = two.ledger.append_sync(saying(2, "secret")).digest
    two.follow()
    one.node.clock.ms += 10_000
    sync(two, one)
    with pytest.raises(OwnerNeeded, match="another node"):
        one.ledger.append_sync(memory.forget(said, one.node.clock.ms))
    one.ledger.append_sync(memory.forget(said, one.node.clock.ms, word=Word(OWNER), at_once=True))
    erased(one)
    assert words(one) == set()


def test_a_note_of_several_versions_takes_an_order_for_each(make: Any) -> None:
    one, two = make("one"), make("two")
    one.trust(two)
    two.trust(one)
    one.ledger.append_sync(lambda tx: tx.append(records.session_opened(session_id(1), None)))
    said = one.ledger.append_sync(saying(1, "said")).digest
    note = one.ledger.append_sync(notes.keep(said, "in other words"))
    one.follow()
    two.node.clock.ms += 10_000
    sync(one, two)
    two.ledger.append_sync(notes.keep(said, "in still others"))
    assert len(views.run(reader(two.node.path), notes.to_forget(note, 0))) == 2
    with pytest.raises(OwnerNeeded):
        two.ledger.append_sync(notes.forget(note, two.node.clock.ms))
    two.ledger.append_sync(notes.forget(note, two.node.clock.ms, word=Word(OWNER), at_once=True))
    erased(two)
    assert words(two) == {"said"}


def test_a_note_goes_with_its_source_by_whichever_node_it_was_kept(make: Any) -> None:
    one, two = make("one"), make("two")
    one.trust(two)
    two.trust(one)
    one.ledger.append_sync(lambda tx: tx.append(records.session_opened(session_id(1), None)))
    said = one.ledger.append_sync(saying(1, "secret")).digest
    one.follow()
    sync(one, two)
    two.node.clock.ms += 10_000
    two.ledger.append_sync(notes.keep(said, "secret in other words"))
    two.follow()
    sync(two, one)
    one.node.clock.ms += 20_000
    one.ledger.append_sync(memory.forget(said, one.node.clock.ms, at_once=True))
    one.follow()
    sync(one, two)
    two.node.clock.ms = one.node.clock.ms
    for side in (one, two, one, two):
        erased(side)
        sync(one, two)
    for side in (one, two):
        assert words(side) == set()
        assert audit.verify(reader(side.node.path), now_ms=side.node.clock.ms).problems == []


# --- attacks ---


def attack(make: Any, order: Callable[[Side, Side, bytes], Record], *, is_ours: bool = True) -> tuple[Side, Side]:
    """A victim's conversation, and an attacker who records an order for it; both have synced."""
    victim, thief = make("victim"), make("thief", is_ours=is_ours)
    if is_ours:
        victim.trust(thief)
    victim.ledger.append_sync(lambda tx: tx.append(records.session_opened(session_id(1), "title")))
    said = victim.ledger.append_sync(saying(1, "precious")).digest
    victim.follow()
    sync(victim, thief)
    thief.node.clock.ms = victim.node.clock.ms + 1000
    tell(thief, order(victim, thief, said))
    sync(thief, victim, Tier.CORE if is_ours else Tier.SANDBOX_IN, Tier.CORE if is_ours else Tier.SANDBOX_OUT)
    victim.node.clock.ms = thief.node.clock.ms + 2 * DAY_MS
    return victim, thief


FORGED: dict[str, Callable[[Side, Side, bytes], Record]] = {
    "the session": lambda _v, _t, _s: records.forget_ordered(session_id(1), 0),
    "the message": lambda _v, _t, said: records.message_forget_ordered(said, 0),
    "by name": lambda _v, _t, said: records.forget_ordered(session_id(1), 0, [said]),
    "the owner's word to another": lambda victim, _t, _s: owner_word(victim),
    "an owner of its own": lambda _v, thief, _s: records.forget_stated(
        state_forget(EVE, thief.key, session_id(1), None, NOW_MS + DAY_MS, 0)
    ),
}


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize("is_ours", [True, False])
def test_what_is_not_the_owners_word_does_nothing(make: Any, name: str, is_ours: bool) -> None:
    victim, _ = attack(make, FORGED[name], is_ours=is_ours)
    assert sum(done.bodies for done in erased(victim)) == 0
    assert words(victim) == {"title", "precious"}
    assert session(victim).due_ms is None
    assert all(order.reach is None or not order.reach.holds(victim.key, 1, b"") for order in orders_of(victim))
    with contextlib.closing(reader(victim.node.path)) as connection:
        assert audit.verify(connection, now_ms=victim.node.clock.ms).ok


def test_a_key_that_was_revoked_orders_nothing_more(make: Any) -> None:
    victim, thief = make("victim"), make("thief")
    victim.trust(thief)
    thief.ledger.append_sync(lambda tx: tx.append(records.session_opened(session_id(1), None)))
    said = thief.ledger.append_sync(saying(1, "precious")).digest
    thief.follow()
    sync(thief, victim)
    head = victim.rows("SELECT epoch, audience, length - 1, head FROM chains WHERE node = x'" + thief.key.hex() + "'")[
        0
    ]
    paper = revoke(OWNER, thief.key, NOW_MS, (LastGood(*head),))
    tell(victim, records.node_revoked(paper.body, paper.signature))
    thief.node.clock.ms = victim.node.clock.ms + 1000
    tell(thief, records.message_forget_ordered(said, 0))
    sync(thief, victim)
    victim.node.clock.ms += DAY_MS
    assert erased(victim) == []
    assert words(victim) == {"precious"}


def test_an_order_that_names_too_many_means_nothing(make: Any) -> None:
    meta = canonical.encode({"session": session_id(1), "due_ms": 0, "bodies": [bytes([n]) * 32 for n in range(200)]})
    victim, _ = attack(make, lambda _v, _t, _s: records.Record(20, meta))
    assert erased(victim) == []
    assert orders_of(victim) == []
    assert words(victim) == {"title", "precious"}


def test_an_order_that_is_given_again_after_it_was_taken_back_reaches_nothing_new(make: Any) -> None:
    one, two = make("one"), make("two")
    one.trust(two)
    two.trust(one)
    talk(one.ledger, 1, 1, "before")
    order = owner_word(one, due_ms=one.node.clock.ms + DAY_MS)
    tell(one, order)
    one.ledger.append_sync(turns.undo_forget(session_id(1), one.node.clock.ms))
    one.node.clock.ms += 60_000
    one.ledger.append_sync(saying(1, "after"))
    tell(one, order)
    sync(one, two)
    for side in (one, two):
        side.node.clock.ms = NOW_MS + 3 * DAY_MS
        erased(side)
        assert words(side) == {"after"}


# --- the same everywhere ---


def outcome(side: Side) -> tuple[object, ...]:
    """What a node makes of it all: what is to be gone, what sessions and messages stand for, who lacks authority."""
    connection = reader(side.node.path)
    known = voices.load(connection.execute)
    now_ms = NOW_MS + 400 * DAY_MS
    covered = orders.coverage(connection.execute, now_ms)
    rows = connection.execute(
        "SELECT e.kind, e.time, e.meta, e.digest, c.node FROM entries e JOIN chains c ON c.id = e.chain"
    ).fetchall()
    gone = sorted(row[3] for row in rows if covered.covers(*row))
    given = sorted((order.digest, order.reach is None) for order in orders.load_orders(connection.execute, known))
    due = sorted(connection.execute("SELECT session, due_ms FROM sessions").fetchall())
    marks = sorted(
        connection.execute("SELECT e.digest, k.mark, k.due_ms FROM marks k JOIN entries e ON e.id = k.id").fetchall()
    )
    return gone, given, due, marks


@pytest.mark.parametrize("seed", range(12))
def test_any_order_of_arrival_gives_the_same(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    runs = _written(tmp_path, chance)
    outcomes = []
    for number in range(3):
        side = Side(tmp_path, f"reader {number}", 9, clock_ms=NOW_MS + 300 * DAY_MS)
        left = {chain: list(given) for chain, given in runs.items()}
        while left:
            chain = chance.choice(sorted(left, key=str))
            run = left[chain].pop(0)
            side.ledger.append_sync(methodcaller("take", chain, [run], 0))
            if not left[chain]:
                del left[chain]
        outcomes.append(outcome(side))
        assert audit.verify(reader(side.node.path), now_ms=0).problems == []
        side.ledger.append_sync(rebuild.rebuild())
        assert outcome(side) == outcomes[-1]
        side.stop()
    assert outcomes[0] == outcomes[1] == outcomes[2]


def _written(tmp_path: Path, chance: random.Random) -> dict[Any, list[Any]]:
    """Chains of two nodes of ours, in which each orders whatever it likes."""
    nodes = [Node(tmp_path / f"writer {n}.sqlite", n + 20, Clock(NOW_MS + n)) for n in range(2)]
    ledgers = [node.open() for node in nodes]
    said: list[bytes] = []
    given: list[bytes] = []
    for node, ledger in zip(nodes, ledgers, strict=True):
        introduce(node, ledger)
        ledger.append_sync(lambda tx: tx.append(records.session_opened(session_id(1), "opened")))
    for _ in range(25):
        at = chance.randrange(2)
        node, ledger = nodes[at], ledgers[at]
        for each in nodes:
            each.clock.ms += chance.choice((1, 1, 1000, RECENT_MS // 5))
        key, now_ms = node.key.public.raw, node.clock.ms
        match chance.randrange(7):
            case 0 | 1 | 2:
                said.append(
                    ledger.append_sync(
                        lambda tx: say(tx, 1, f"w{chance.random()}", chance.choice([None, *said]))
                    ).digest
                )
                continue
            case 3:
                record = records.forget_ordered(session_id(1), now_ms, chance.sample(said, min(4, len(said))))
            case 4:
                record = records.message_forget_ordered(
                    chance.choice([*said, b"n" * 32]), now_ms + chance.choice((0, DAY_MS))
                )
            case 5:
                owner = chance.choice((OWNER, OWNER, EVE))
                what = chance.choice([(session_id(1), None), (None, chance.choice([*said, b"n" * 32]))])
                record = records.forget_stated(
                    state_forget(owner, chance.choice((key, nodes[0].key.public.raw)), *what, now_ms, now_ms + DAY_MS)
                )
            case _:
                record = records.forget_cancelled(chance.choice([*given, b"o" * 32]))
        given.append(ledger.append_sync(methodcaller("append", record)).digest)
    runs: dict[Any, list[Any]] = {}
    for node, ledger in zip(nodes, ledgers, strict=True):
        with contextlib.closing(reader(node.path)) as connection:
            runs |= stored_runs(connection)
        ledger.close()
    return runs


def test_a_database_of_a_program_that_knew_no_rule_comes_to_the_same(make: Any) -> None:
    """It took every order for one in force, those that mean nothing among them."""
    one = make("one")
    talk(one.ledger, 1, 2)
    talk(one.ledger, 2, 2)
    talk(one.ledger, 3, 2)
    said = one.rows("SELECT e.digest FROM messages m JOIN entries e ON e.id = m.id WHERE m.depth = 1 ORDER BY e.id")
    tell(one, records.forget_ordered(session_id(1), 5))
    tell(one, owner_word(one, 2, due_ms=5))
    tell(one, records.forget_stated(state_forget(OWNER, b"x" * 32, session_id(3), None, NOW_MS, 5)))
    tell(one, records.forget_stated(state_forget(OWNER, b"x" * 32, None, said[2][0], NOW_MS, 5)))
    tables = ("sessions", "session_events", "message_events", "marks", "order_terms")
    expected = {table: sorted(one.rows(f"SELECT * FROM {table}"), key=repr) for table in tables}
    assert [row[7] is not None for row in sorted(one.rows("SELECT * FROM sessions"))] == [False, True, False]
    orders_there = dict(one.rows("SELECT e.seq, e.id FROM entries e WHERE e.kind = 20"))
    ids = [orders_there[seq] for seq in sorted(orders_there)]
    third = one.rows("SELECT id FROM messages WHERE depth = 1 ORDER BY id DESC LIMIT 1")[0][0]
    one.connection.close()
    one.ledger.close()
    with contextlib.closing(sqlite3.connect(one.node.path)) as database:
        database.execute("DROP TABLE order_terms")
        values = (ids[2], session_id(3), 20, NOW_MS << 16, None, 5)
        database.execute("INSERT INTO session_events VALUES (?, ?, ?, ?, ?, ?)", values)
        event = (ids[3], said[2][0], third, 20, NOW_MS << 16, 5)
        database.execute("INSERT INTO message_events VALUES (?, ?, ?, ?, ?, ?)", event)
        database.execute("UPDATE sessions SET forget = ?, due_ms = 5", (ids[0],))
        (step,) = [step for step in migrate.all_migrations() if step.number == migrate.ORDER_TERMS]
        database.executescript(step.sql)
        order_terms.fill(database)
        database.commit()
    one.ledger = one.node.open()
    one.start()
    assert {table: sorted(one.rows(f"SELECT * FROM {table}"), key=repr) for table in tables} == expected
