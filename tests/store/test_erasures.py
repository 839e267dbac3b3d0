"""Who has erased what was ordered to be forgotten, who owes it, and does nothing ever bring it back?"""

from __future__ import annotations

import contextlib
import shutil
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import audit, erase, erasures, peers, revoking, turns
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.forgetting import Word
from ccnode.store.home import Home
from ccnode.store.import_plan import Naming
from ccnode.store.imports import Importer
from ccnode_crypto.certificate import revoke
from ccnode_crypto.erasure import RULE_MS
from ccnode_crypto.keys import SigningKey, node_id
from ccnode_protocol import records
from ccnode_protocol.tiers import Tier
from tests.store.conversations import conversation
from tests.store.linked import Side, sync
from tests.store.support import DAY_MS, OWNER, reader, saying, session_id, talk
from tests.store.test_authority import erased, tell, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.store.erasures import Erasure

NOW_MS = RULE_MS + 100 * DAY_MS
SECRET = "zwetschgenkuchen"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Any]:
    made: list[Side] = []

    def side(name: str, *, is_ours: bool = True) -> Side:
        (tmp_path / name).mkdir()
        made.append(Side(tmp_path / name, "ledger", len(made) + 1, is_ours=is_ours, clock_ms=NOW_MS))
        return made[-1]

    yield side
    for each in made:
        each.stop()


def three(make: Any) -> list[Side]:
    """Three nodes of one owner, who know each other; the first has told the others something."""
    sides = [make(name) for name in ("one", "two", "three")]
    for each in sides:
        each.trust(*[other for other in sides if other is not each])
    talk(sides[0].ledger, 1, 12, SECRET)
    sides[0].follow()
    for other in sides[1:]:
        sync(sides[0], other)
    return sides


def read(side: Side) -> list[Erasure]:
    return erasures.read(reader(side.node.path).execute, side.key, side.node.clock.ms)


def forget(side: Side, *, at_once: bool = True) -> bytes:
    job = turns.forget(session_id(1), side.node.clock.ms, at_once=at_once, word=Word(OWNER))
    order: bytes = side.ledger.append_sync(job)[0]
    side.follow()
    return order


def owing(side: Side) -> set[bytes]:
    return {one.node for one in read(side)[0].owing}


def test_every_node_is_asked_for_its_receipt(make: Any) -> None:
    one, two, other = three(make)
    order = forget(one)
    found = read(one)[0]
    assert (found.order.digest, found.authority, found.state) == (order, "owner", "unanswered")
    assert owing(one) == {one.key, two.key, other.key}
    erased(one)
    assert owing(one) == {two.key, other.key}
    for each in (two, other):
        each.node.clock.ms = one.node.clock.ms + 1000
        sync(one, each)
        erased(each)
        sync(one, each)
    assert owing(one) == set()
    assert [(answer.standing, answer.bodies) for answer in read(one)[0].answers] == [
        ("this node", 25),
        ("core", 25),
        ("core", 25),
    ]
    sync(one, two)
    assert {one.state for one in read(two)} == {"answered"}


def test_a_receipt_counts_for_who_wrote_it_and_is_one_of_ours(make: Any) -> None:
    one, two, _ = three(make)
    eve = make("eve", is_ours=False)
    order = forget(one)
    erased(one)
    tell(eve, records.erasure_done(order, 25))
    with contextlib.closing(reader(eve.node.path)) as connection:
        from tests.store.support import stored_runs

        for chain, runs in stored_runs(connection).items():
            one.ledger.append_sync(methodcaller("receive", chain, runs))
    tell(one, records.erasure_done(order, 25))  # again, for itself alone
    tell(two, records.erasure_done(b"x" * 32, 25))  # of no order
    sync(one, two)
    found = read(one)[0]
    assert eve.key not in {answer.node for answer in found.answers}
    assert two.key in owing(one)


def test_who_was_removed_or_revoked_is_shown_so_and_owes_nothing(make: Any) -> None:
    one, two, other = three(make)
    forget(one)
    erased(one)
    one.ledger.append_sync(peers.remove_peer(two.key, NOW_MS))
    paper = revoke(OWNER, other.key, NOW_MS, revoking_heads(one, other))
    one.ledger.append_sync(revoking.record(paper))
    found = read(one)[0]
    assert {answer.node: answer.standing for answer in found.answers} == {
        one.key: "this node", two.key: "removed", other.key: "revoked"
    }  # fmt: skip
    assert (found.state, found.owing) == ("answered", [])
    with pytest.raises(Conflict, match="its own key"):
        one.ledger.append_sync(revoking.record(revoke(OWNER, one.key, NOW_MS, ())))
    with pytest.raises(Conflict, match="another owner"):
        one.ledger.append_sync(revoking.record(revoke(SigningKey(b"e" * 32), two.key, NOW_MS, ())))


def revoking_heads(side: Side, other: Side) -> tuple[Any, ...]:
    from ccnode.store import views

    heads: tuple[Any, ...] = views.run(reader(side.node.path), revoking.last_good(other.key))
    assert heads
    return heads


def test_orders_wait_are_taken_back_and_lack_authority(make: Any) -> None:
    one, two, _ = three(make)
    forget(one, at_once=False)
    assert [found.state for found in read(one)] == ["waiting"]
    one.ledger.append_sync(turns.undo_forget(session_id(1), one.node.clock.ms))
    tell(one, records.forget_ordered(session_id(1), 0))
    assert [(found.state, found.authority) for found in read(one)] == [
        ("no authority", "none"),
        ("taken back", "owner"),
    ]
    two.node.clock.ms = one.node.clock.ms + 1000
    said = one.rows("SELECT digest FROM entries WHERE kind = 17 LIMIT 1")[0][0]
    assert isinstance(said, bytes)
    tell(two, records.message_forget_ordered(said, 0))
    sync(one, two)
    assert [found.authority for found in read(one)] == ["none", "none", "owner"]
    assert not any(done.bodies for done in erased(one))


def test_what_is_not_answered_for_a_week_is_a_problem(make: Any) -> None:
    one, two, other = three(make)
    forget(one)
    erased(one)
    for days, late in ((6, False), (8, True)):
        one.node.clock.ms = NOW_MS + days * DAY_MS
        told = erasures.problem_of(read(one), one.node.clock.ms)
        assert bool(told) == late
    assert node_id(two.key)[:12] in told
    assert node_id(other.key)[:12] in told
    assert "7 days" in told


def test_an_order_is_found_by_the_beginning_of_its_name(make: Any, tmp_path: Path) -> None:
    one, *_ = three(make)
    order = forget(one)
    home = Home(tmp_path / "one")
    found = erasures.one_of(home, one.key, NOW_MS, order.hex()[:8].upper())
    assert found.order.digest == order
    form = found.form()
    assert (form["order"], form["message"], len(form["answers"])) == (order.hex(), None, 3)
    for name in ("", "abc", "xyzt", "0" * 64):
        with pytest.raises(NotFound):
            erasures.one_of(home, one.key, NOW_MS, name)


def test_which_copies_hold_it_still_and_until_when(make: Any, tmp_path: Path) -> None:
    one, *_ = three(make)
    forget(one)
    erased(one)
    home = Home(tmp_path / "one")
    home.backups.mkdir(parents=True)
    for name in ("20270101T000000Z.auto", "20270102T000000Z.auto", "20270101T120000Z", "20280101T000000Z.auto"):
        (home.backups / f"ccnode-one-{name}.age").write_bytes(b"x")
    (home.root / "replaced-1").mkdir()
    (home.root / "replaced-1" / "ledger.sqlite").write_bytes(b"x")
    found = read(one)[0]
    kept = erasures.copies(home, found, 6, 7, one.node.clock.ms)
    assert [(copy["kind"], copy["until"] is not None) for copy in kept if copy["kind"] != "replaced"] == [
        ("automatic", True), ("manual", False), ("automatic", True)
    ]  # fmt: skip  # the newest was made after the words were gone
    untils = [copy["until"] for copy in kept if copy["until"]]
    assert untils == sorted(untils, reverse=True)
    assert not any(copy["until"] for copy in erasures.copies(home, found, 0, 7, 0))


# --- nothing comes back ---


def test_a_node_that_was_away_for_a_year_brings_nothing_back(make: Any) -> None:
    one, two, away = three(make)
    forget(one)
    for each in (one, two):
        each.node.clock.ms = NOW_MS + 1000 + one.node.clock.ms - NOW_MS
        sync(one, two)
        erased(each)
        assert words(each) == set()
    for each in (one, two, away):
        each.node.clock.ms = NOW_MS + 365 * DAY_MS
    away.ledger.append_sync(saying(2, "what the traveller said"))
    away.follow()
    assert any(SECRET in text for text in words(away))
    sync(two, away)
    erased(away)
    for each in (two, away):
        assert words(each) == {"what the traveller said"}
        assert audit.verify(reader(each.node.path), now_ms=each.node.clock.ms).ok
    sync(one, away)
    assert words(one) == {"what the traveller said"}
    assert owing(one) == set()


def test_a_copy_from_before_the_order_that_is_put_back_gives_nothing_back(make: Any, tmp_path: Path) -> None:
    """The directory of who gave the order is an old copy: it has the words, and not even the order."""
    one, two, _ = three(make)
    one.ledger.append_sync(methodcaller("query", "SELECT 1"))
    one.connection.close()
    one.ledger.close()
    kept = tmp_path / "kept.sqlite"
    shutil.copy(one.node.path, kept)
    one.ledger = one.node.open()
    one.start()
    forget(one)
    sync(one, two)
    for each in (one, two):
        each.node.clock.ms = one.node.clock.ms + 1000
        erased(each)
    one.connection.close()
    one.ledger.close()
    for beside in ("-wal", "-shm"):
        one.node.path.with_name(one.node.path.name + beside).unlink(missing_ok=True)
    shutil.copy(kept, one.node.path)
    one.ledger = one.node.open()
    one.start()
    assert any(SECRET in text for text in words(one))
    sync(one, two)
    erased(one)
    sync(one, two)
    for each in (one, two):
        assert words(each) == set()
    assert not owing(one) & {one.key, two.key}


def test_a_sandbox_peer_that_ordered_a_million_bodies_costs_a_refusal(make: Any) -> None:
    victim, guest = make("victim"), make("guest", is_ours=False)
    talk(victim.ledger, 1, 2)
    victim.follow()
    guest.ledger.append_sync(
        lambda tx: [tx.append(records.message_forget_ordered(bytes([n]) * 32, 0), audience=1) for n in range(250)]
    )
    guest.follow()
    sync(guest, victim, Tier.SANDBOX_OUT, Tier.SANDBOX_IN)
    before = words(victim)
    victim.ledger.append_sync(erase.erase_due(victim.node.clock.ms))
    assert words(victim) == before
    assert read(victim) == []


# --- copies of the same words ---


def brought(side: Side) -> None:
    """The same file of conversations is brought in."""
    importer = Importer(side.ledger.path, side.ledger.append_sync, "chatgpt")
    try:
        importer.take(conversation("-a ab bc", current="c", name="cellar", title=SECRET))
        importer.flush()
    finally:
        importer.close()
    side.follow()


def test_a_conversation_that_two_nodes_brought_in_goes_from_both_chains_by_one_order(make: Any) -> None:
    one, two = make("one"), make("two")
    brought(one)
    brought(two)
    one.trust(two)
    two.trust(one)
    sync(one, two)
    copies = one.rows("SELECT count(*) FROM entries WHERE kind = 17")
    assert copies == [(6,)], "each recorded it in its own chain"
    session = Naming("chatgpt", "cellar").main
    now_ms = one.node.clock.ms
    one.ledger.append_sync(turns.forget(session, now_ms, at_once=True, word=Word(OWNER)))
    one.follow()
    two.node.clock.ms = now_ms + 1000
    for _ in range(2):
        sync(one, two)
        for each in (one, two):
            erased(each)
    assert words(one) == words(two) == set()
    brought(two)
    assert words(two) == set(), "and the file brings nothing back"
    assert owing(one) == set()
