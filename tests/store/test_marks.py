"""Do marks and orders for one message do what they say, in whatever order they come, and nothing else?"""

from __future__ import annotations

import contextlib
import itertools
import json
import random
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import audit, backup, bundles, erase, memory, memory_search, rebuild, turns, views
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.home import Home
from ccnode.store.index import differences, open_index
from ccnode.store.search import Filters, Searcher
from ccnode_crypto import bundle
from ccnode_protocol import hlc, records
from ccnode_protocol.records import Kind, Mark, Role
from tests.store.places import Place, ask, make, told
from tests.store.support import DAY_MS, OWNER, START_MS, Clock, Node, introduce, reader, say, session_id, stored_runs
from tests.store.test_rebuild import rows

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.ledger import Ledger
    from ccnode.store.transaction import Transaction
    from ccnode_crypto.chain import Run
    from ccnode_crypto.entry import ChainId

SECRET = "zwetschgenkuchen"
PREFERRED = "If somebody asks, and they often do, my favourite colour is green, like the moss behind the old mill."


def shown(place: Place, **wanted: Any) -> list[str | None]:
    return [one.message.text for one in ask(place, memory.page(**wanted)).memories]


def recalled(place: Place, question: str) -> list[str]:
    with contextlib.closing(Searcher(place.home.index, place.home.ledger)) as searcher:
        return [one.content for one in searcher.recall(question, [])]


# --- marks ---


def test_a_mark_is_the_newest_one(place: Place) -> None:
    (fact,) = told(place, "My cat is called Mia.")
    for mark in (Mark.PINNED, Mark.DISABLED, Mark.NONE, Mark.PINNED):
        place.ledger.append_sync(memory.mark(fact, mark))
        assert ask(place, views.message(fact)).mark == records.MARK_NAMES[mark]
    before = place.ledger.append_sync(methodcaller("query", "SELECT count(*) FROM entries"))
    place.ledger.append_sync(memory.mark(fact, Mark.PINNED))
    assert place.ledger.append_sync(methodcaller("query", "SELECT count(*) FROM entries")) == before
    with pytest.raises(NotFound):
        place.ledger.append_sync(memory.mark(b"x" * 32, Mark.PINNED))


def test_a_mark_counts_after_a_clock_that_ran_ahead_is_put_right(place: Place) -> None:
    place.node.clock.ms += 365 * DAY_MS
    (fact,) = told(place, "My cat is called Mia.")
    place.ledger.append_sync(memory.mark(fact, Mark.PINNED))
    place.node.clock.ms -= 365 * DAY_MS
    place.ledger.append_sync(memory.mark(fact, Mark.DISABLED))
    assert ask(place, views.message(fact)).mark == "disabled"
    order, due_ms = place.ledger.append_sync(memory.forget(fact, place.node.clock.ms))
    assert ask(place, views.message(fact)).due_ms == due_ms
    assert place.ledger.append_sync(memory.forget(fact, place.node.clock.ms)) == (order, due_ms)


def write_histories(folder: Path, chance: random.Random) -> dict[ChainId, list[Run]]:
    """Three nodes of one owner, and a stranger, say things, mark them, have them forgotten and take that back."""
    nodes = [Node(folder / f"{seed}.sqlite", seed, Clock(START_MS + chance.randrange(3))) for seed in (1, 2, 3, 4)]
    ledgers = [node.open() for node in nodes]
    said: list[bytes] = []
    orders: list[bytes] = []
    for number in range(chance.randrange(20, 50)):
        at = chance.randrange(4)
        if number in (3, 9, 15):
            introduce(nodes[number // 6], ledgers[number // 6])

        def job(tx: Transaction) -> None:
            for _ in range(chance.choice((1, 1, 3))):
                digest = chance.choice(said) if said else b"x" * 32
                match chance.choice(("say", "mark", "forget", "cancel", "session")):
                    case "say":
                        parent = digest if chance.random() < 0.7 else None
                        said.append(say(tx, chance.randrange(3), f"word {len(said)}", parent).digest)
                    case "mark":
                        tx.append(records.memory_marked(digest, chance.choice(list(Mark))))
                    case "forget":
                        due_ms = tx._chains.now_ms() + chance.choice((2, 30, DAY_MS))
                        orders.append(tx.append(records.message_forget_ordered(digest, due_ms)).digest)
                    case "cancel" if orders:
                        tx.append(records.forget_cancelled(chance.choice(orders)))
                    case "session":
                        tx.append(records.session_opened(session_id(chance.randrange(3)), "title", digest))

        ledgers[at].append_sync(job)
        if chance.random() < 0.1:
            ledgers[at].close()
            ledgers[at] = nodes[at].open()
    chains: dict[ChainId, list[Run]] = {}
    for node, ledger in zip(nodes, ledgers, strict=True):
        ledger.close()
        with contextlib.closing(reader(node.path)) as connection:
            chains.update(stored_runs(connection))
    return chains


def meanings(connection: Any) -> list[list[Any]]:
    queries = (
        "SELECT e.digest, k.time, k.mark, k.due_ms FROM marks k JOIN entries e ON e.id = k.id",
        "SELECT e.digest, v.message, v.kind, v.time, v.value FROM message_events v JOIN entries e ON e.id = v.id",
        "SELECT v.message, t.digest FROM message_events v LEFT JOIN entries t ON t.id = v.target",
        "SELECT e.digest, m.session, m.depth FROM messages m JOIN entries e ON e.id = m.id",
        "SELECT s.session, e.digest, s.due_ms, s.voice FROM sessions s JOIN entries e ON e.id = s.opened",
        "SELECT session, messages, users, first, last FROM activity WHERE messages > 0",
    )
    return [sorted(connection.execute(sql).fetchall(), key=repr) for sql in queries]


@pytest.mark.parametrize("seed", range(20))
def test_any_order_of_arrival_gives_the_same_marks(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    chains = write_histories(tmp_path, chance)
    found = []
    for delivery in range(3):
        home = Home(tmp_path / f"home{delivery}")
        home.make()
        node = Node(home.ledger, 9, Clock(START_MS - DAY_MS))
        ledger = node.open()
        introduce(node, ledger)
        left = {chain: list(runs) for chain, runs in chains.items()}
        while left:
            chain = chance.choice(sorted(left))
            count = chance.randrange(1, 4)
            ledger.append_sync(methodcaller("receive", chain, left[chain][:count]))
            left[chain] = left[chain][count:]
            if not left[chain]:
                del left[chain]
        ledger.close()
        with contextlib.closing(reader(home.ledger)) as connection:
            incremental = rows(connection)
            found.append(meanings(connection))
            report = audit.verify(connection)
            assert report.ok, report.problems
        rebuild.rebuild_file(home)
        with contextlib.closing(reader(home.ledger)) as connection:
            assert rows(connection) == incremental
    assert found[0] == found[1] == found[2]
    assert found[0][1]


def test_of_marks_of_one_time_the_digest_decides(tmp_path: Path) -> None:
    """Two nodes mark one message in the same millisecond; every order of arrival ends with the same mark."""
    author = make(tmp_path / "author")
    (fact,) = told(author, "My cat is called Mia.")
    others = []
    for seed, mark in ((2, Mark.PINNED), (3, Mark.DISABLED)):
        node = Node(tmp_path / f"{seed}.sqlite", seed, Clock(START_MS + DAY_MS, step=0))
        ledger = node.open()
        introduce(node, ledger)
        ledger.append_sync(methodcaller("append", records.memory_marked(fact, mark)))
        ledger.close()
        others.append(node)
    ends = set()
    for number, order in enumerate(itertools.permutations([author.node, *others])):
        third = make(tmp_path / f"third{number}", seed=9)
        for node in order:
            with contextlib.closing(reader(node.path)) as connection:
                for chain, runs in stored_runs(connection).items():
                    third.ledger.append_sync(methodcaller("receive", chain, runs))
        ends.add(ask(third, views.message(fact)).mark)
        third.index.close()
        third.ledger.close()
    assert len(ends) == 1
    assert ends != {"none"}
    author.index.close()
    author.ledger.close()


# --- forgetting one message ---


def test_one_message_is_forgotten_and_nothing_else(place: Place) -> None:
    facts = told(place, "The first stays.", f"The {SECRET} goes.", "The last stays.")
    place.catch_up()
    assert place.still_in(SECRET)
    _, due_ms = place.ledger.append_sync(memory.forget(facts[1], place.node.clock.ms))
    assert shown(place) == ["The last stays.", "The first stays."]
    assert shown(place, wanted="forgetting") == [f"The {SECRET} goes."]
    with contextlib.closing(reader(place.home.ledger)) as connection:
        assert erase.next_due(connection, place.node.clock.ms) == due_ms
    place.node.clock.ms = due_ms - 1000
    assert place.erase() == []
    place.node.clock.ms = due_ms + 1
    (done,) = place.erase()
    assert (done.session, done.message, done.bodies) == (None, facts[1], 1)
    assert done.receipt is not None
    place.catch_up()
    erase.finish(place.home)
    assert place.still_in(SECRET) == []
    assert place.still_in("The first stays.")
    texts = [one.text for one in ask(place, views.branch(session_id(1)))]
    assert texts == ["The first stays.", "Noted.", None, "Noted.", "The last stays.", "Noted."]
    assert place.erase() == []
    report = place.verify()
    assert report.ok, report.problems
    assert (report.erased, report.withheld) == (1, 0)
    with contextlib.closing(open_index(place.home.index, place.home.ledger, writable=True)) as index:
        assert differences(index) == []
    assert shown(place, wanted="forgetting") == []
    with pytest.raises(Conflict, match="24 hours are over"):
        place.ledger.append_sync(memory.undo_forget(facts[1], place.node.clock.ms))
    place.ledger.append_sync(rebuild.rebuild())
    place.index.make_anew()
    place.catch_up()
    erase.finish(place.home)
    assert place.still_in(SECRET) == []
    assert place.verify().ok


def test_it_can_be_taken_back_for_a_day(place: Place) -> None:
    (fact,) = told(place, "My cat is called Mia.")
    with pytest.raises(Conflict, match="not to be forgotten"):
        place.ledger.append_sync(memory.undo_forget(fact, place.node.clock.ms))
    _, due_ms = place.ledger.append_sync(memory.forget(fact, place.node.clock.ms))
    place.node.clock.ms = due_ms - 5000
    place.ledger.append_sync(memory.undo_forget(fact, place.node.clock.ms))
    assert shown(place) == ["My cat is called Mia."]
    place.node.clock.ms += 2 * DAY_MS
    assert place.erase() == []
    assert place.verify().erased == 0
    place.ledger.append_sync(memory.forget(fact, place.node.clock.ms))
    place.node.clock.ms += DAY_MS + 1
    late = Conflict
    with pytest.raises(late, match="24 hours are over"):
        place.ledger.append_sync(memory.undo_forget(fact, place.node.clock.ms))
    assert len(place.erase()) == 1


def test_orders_of_two_nodes_are_both_taken_back(place: Place, tmp_path: Path) -> None:
    (fact,) = told(place, "My cat is called Mia.")
    second = Node(tmp_path / "second.sqlite", 2, place.node.clock)
    ledger = second.open()
    introduce(second, ledger)
    due_ms = place.node.clock.ms + DAY_MS
    ledger.append_sync(methodcaller("append", records.message_forget_ordered(fact, due_ms)))
    ledger.close()
    with contextlib.closing(reader(second.path)) as connection:
        for chain, runs in stored_runs(connection).items():
            place.ledger.append_sync(methodcaller("receive", chain, runs))
    assert ask(place, views.message(fact)).due_ms == due_ms
    place.ledger.append_sync(lambda tx: tx.append(records.message_forget_ordered(fact, due_ms + 5)))
    place.ledger.append_sync(memory.undo_forget(fact, place.node.clock.ms))
    assert ask(place, views.message(fact)).due_ms is None
    place.node.clock.ms += 2 * DAY_MS
    assert place.erase() == []


def test_an_order_from_before_it_was_said_covers_nothing(place: Place, tmp_path: Path) -> None:
    (fact,) = told(place, "My cat is called Mia.")
    behind = Node(tmp_path / "behind.sqlite", 2, Clock(START_MS - DAY_MS))
    ledger = behind.open()
    introduce(behind, ledger)
    ledger.append_sync(methodcaller("append", records.message_forget_ordered(fact, START_MS)))
    with contextlib.closing(reader(place.home.ledger)) as connection:
        for chain, runs in stored_runs(connection).items():
            ledger.append_sync(methodcaller("receive", chain, runs))
    with pytest.raises(Conflict, match="future"):
        ledger.append_sync(memory.forget(fact, behind.clock.ms))
    ledger.close()
    with contextlib.closing(reader(behind.path)) as connection:
        assert views.run(connection, views.message(fact)).due_ms is None
        for chain, runs in stored_runs(connection).items():
            if chain.node == behind.key.public.raw:
                place.ledger.append_sync(methodcaller("receive", chain, runs))
    place.node.clock.ms += 2 * DAY_MS
    assert [done.bodies for done in place.erase()] == [0]  # due, and it has its receipt
    assert ask(place, views.message(fact)).text == "My cat is called Mia."


def test_orders_come_before_what_they_cover(place: Place, tmp_path: Path) -> None:
    """The body comes to another node after the order for it is due: it is not even stored."""
    (fact,) = told(place, f"The {SECRET} goes.")
    node = Node(tmp_path / "first.sqlite", 2, Clock(place.node.clock.ms + 1000))
    ledger = node.open()
    introduce(node, ledger)
    due_ms = node.clock.ms + 10
    ledger.append_sync(methodcaller("append", records.message_forget_ordered(fact, due_ms)))
    ledger.close()
    third = make(tmp_path / "third", seed=3, clock=Clock(due_ms + 1000))
    for source in (node, place.node):
        with contextlib.closing(reader(source.path)) as connection:
            ((chain, runs),) = stored_runs(connection).items()
        for run in runs:
            third.ledger.append_sync(methodcaller("receive", chain, [run]))
    third.catch_up()
    erase.finish(third.home)
    assert third.still_in(SECRET) == []
    assert third.still_in("Noted.")
    report = third.verify()
    assert report.ok, report.problems
    assert report.erased == 1
    third.index.close()
    third.ledger.close()


def test_only_a_message_can_be_named(place: Place) -> None:
    """Orders and marks for entries that are no messages, or for none, mean nothing."""
    told(place, "text")
    opening = place.ledger.append_sync(methodcaller("query", "SELECT digest FROM entries WHERE kind = 16"))[0][0]
    for digest in (opening, b"x" * 32):
        place.ledger.append_sync(methodcaller("append", records.message_forget_ordered(digest, 1)))
        place.ledger.append_sync(methodcaller("append", records.memory_marked(digest, Mark.PINNED)))
    assert [done.bodies for done in place.erase()] == [0, 0]
    assert ask(place, views.session(session_id(1))).title == "title"
    assert place.ledger.append_sync(methodcaller("query", "SELECT count(*) FROM marks")) == [(0,)]
    assert place.verify().ok


def test_a_missing_content_beside_an_order_is_withheld(place: Place) -> None:
    facts = told(place, "one", "two")
    place.ledger.append_sync(methodcaller("append", records.message_forget_ordered(facts[0], 1)))
    place.ledger.append_sync(methodcaller("execute", "UPDATE entries SET sealed = NULL WHERE kind = 17"))
    report = place.verify()
    assert (report.erased, report.withheld) == (1, 3)


def test_restoring_applies_orders_for_messages(place: Place, tmp_path: Path) -> None:
    import pyrage

    (fact,) = told(place, f"The {SECRET} goes.")
    _, due_ms = place.ledger.append_sync(memory.forget(fact, place.node.clock.ms))
    identity = pyrage.x25519.Identity.generate()
    made = backup.create(place.home, recipients=[str(identity.to_public())])
    target = Home(tmp_path / "restored")
    assert backup.restore(made.path, str(identity), target, now_ms=due_ms).erased == 1
    assert not [path for path in target.root.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def test_an_export_of_the_session_shows_why_it_is_gone(place: Place) -> None:
    from ccnode_crypto.keys import owner_id

    facts = told(place, "one", f"The {SECRET} goes.")
    place.home.profile.write_text(json.dumps({"owner_id": owner_id(OWNER.public.raw)}))
    place.ledger.append_sync(memory.mark(facts[0], Mark.PINNED))
    order = place.ledger.append_sync(lambda tx: tx.append(records.message_forget_ordered(facts[1], 1)).digest)
    place.erase()
    with contextlib.closing(reader(place.home.ledger)) as connection:
        messages = views.run(connection, views.branch(session_id(1)))
        for what, some in (("session", messages), ("message", [one for one in messages if one.text is None])):
            lines = b"".join(bundles.of_messages(connection, place.home, what, some)).decode().splitlines(keepends=True)
            found = bundle.read(lines)
            assert found.erased == {facts[1]}
            assert not found.withheld
            assert order in {entry.digest for entry in found.entries}
            assert Kind.MEMORY_MARKED in {entry.header.kind for entry in found.entries}


# --- what is left out of memory ---


def test_what_is_disabled_or_to_be_forgotten_is_not_recalled(place: Place) -> None:
    cat, dog = told(place, "My cat is called Mia.", "My dog is called Bello.")
    for index_it in (False, True):
        if index_it:
            place.catch_up()
        assert "My cat is called Mia." in recalled(place, "What is my cat called?")
        place.ledger.append_sync(memory.mark(cat, Mark.DISABLED))
        assert "My cat is called Mia." not in recalled(place, "What is my cat called?")
        assert "My dog is called Bello." in recalled(place, "What is my dog called?")
        place.ledger.append_sync(memory.mark(cat, Mark.NONE))
        place.ledger.append_sync(memory.forget(dog, place.node.clock.ms))
        assert "My dog is called Bello." not in recalled(place, "What is my dog called?")
        assert "My cat is called Mia." in recalled(place, "What is my cat called?")
        place.ledger.append_sync(memory.undo_forget(dog, place.node.clock.ms))
        assert "My dog is called Bello." in recalled(place, "What is my dog called?")


def test_a_person_still_finds_what_is_disabled_but_not_what_is_to_be_forgotten(place: Place) -> None:
    cat, dog = told(place, "My cat is called Mia.", "My dog is called Bello.")
    place.ledger.append_sync(memory.mark(cat, Mark.DISABLED))
    place.ledger.append_sync(memory.forget(dog, place.node.clock.ms))
    place.catch_up()
    with contextlib.closing(Searcher(place.home.index, place.home.ledger)) as searcher:
        found = {hit.message.text for hit in searcher.search("called", 10, Filters(role="user"))}
    assert found == {"My cat is called Mia."}


def test_replies_that_rest_on_it_do_not_bring_it_back(place: Place) -> None:
    """The reply to it, a reply that cites it, one that cites that, and so on; others stay."""

    def job(tx: Transaction) -> list[bytes]:
        for number in (1, 2, 3, 4):
            tx.append(records.session_opened(session_id(number)))
        told = say(tx, 1, "My cat is called Mia.").digest
        answer = say(tx, 1, "So your cat is called Mia.", told, Role.ASSISTANT).digest
        asked = say(tx, 2, "What is my cat called?").digest
        quoted = say(tx, 2, "Your cat is called Mia.", asked, Role.ASSISTANT, sources=(told,)).digest
        again = say(tx, 3, "Once more: how is my cat called?").digest
        twice = say(tx, 3, "I said: your cat is called Mia.", again, Role.ASSISTANT, sources=(quoted,)).digest
        other = say(tx, 4, "The neighbour's cat is called Tom.", None).digest
        kept = say(tx, 4, "The cat next door is called Tom.", other, Role.ASSISTANT, sources=(asked,)).digest
        return [told, answer, asked, quoted, again, twice, other, kept]

    digests = place.ledger.append_sync(job)
    told, answer, asked, quoted, again, twice, _, kept = digests
    assert ask(place, memory.left_out(digests)) == set()
    place.ledger.append_sync(memory.mark(told, Mark.DISABLED))
    assert ask(place, memory.left_out(digests)) == {told, answer, quoted, twice}
    assert not [text for text in recalled(place, "What is my cat called?") if "Mia" in text]
    place.ledger.append_sync(memory.mark(told, Mark.NONE))
    place.ledger.append_sync(turns.forget(session_id(1), place.node.clock.ms))
    assert ask(place, memory.left_out(digests)) == {told, answer, quoted, twice}, "with all of its session"
    place.ledger.append_sync(turns.undo_forget(session_id(1), place.node.clock.ms))
    place.ledger.append_sync(memory.mark(asked, Mark.DISABLED))
    assert ask(place, memory.left_out([kept, quoted, again, twice])) == {kept, quoted, twice}
    assert ask(place, memory.left_out([b"x" * 32])) == set()
    assert ask(place, memory.left_out([])) == set()


def test_following_what_replies_rest_on_comes_to_an_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of replies that cite each other cost a bounded time; what is not followed to its end is left out."""

    def job(tx: Transaction) -> list[bytes]:
        made = [say(tx, 1, "My cat is called Mia.").digest]
        for number in range(300):
            made.append(say(tx, 1, f"reply {number}", None, Role.ASSISTANT, sources=tuple(made[-32:])).digest)
        return [*made, say(tx, 2, "My dog is called Rex.").digest]

    *digests, other = place.ledger.append_sync(job)
    assert ask(place, memory.left_out(digests)) == set()
    place.ledger.append_sync(memory.mark(other, Mark.DISABLED))  # else nothing is followed
    assert ask(place, memory.left_out(digests)) == set()
    assert ask(place, memory.left_out(digests[-1:])) == set()
    monkeypatch.setattr(memory, "FOLLOWED_MAX", 100)
    assert ask(place, memory.left_out(digests[-1:])) == {digests[-1]}
    monkeypatch.undo()
    place.ledger.append_sync(memory.mark(digests[0], Mark.DISABLED))
    assert ask(place, memory.left_out(digests)) == set(digests)
    assert ask(place, memory.left_out(digests[-1:])) == {digests[-1]}


def test_what_is_pinned_is_preferred_and_found_among_many(place: Place) -> None:
    def job(tx: Transaction) -> bytes:
        tx.append(records.session_opened(session_id(1)))
        pinned = say(tx, 1, PREFERRED).digest
        for number in range(300):
            say(tx, 1, f"My favourite colour is blue, I think, or {number}.")
        return pinned

    pinned = place.ledger.append_sync(job)
    for index_it in (False, True):
        if index_it:
            place.catch_up()
        question = "What is my favourite colour?"
        assert PREFERRED not in recalled(place, question)
        place.ledger.append_sync(memory.mark(pinned, Mark.PINNED))
        assert recalled(place, question)[0] == PREFERRED
        assert PREFERRED not in recalled(place, "Where do I live?")
        place.ledger.append_sync(memory.mark(pinned, Mark.NONE))


# --- memories, page by page ---


def pages(place: Place, limit: int, **wanted: Any) -> list[list[str | None]]:
    found, before = [], None
    while True:
        page = ask(place, memory.page(limit, before=before, **wanted))
        found.append([one.message.text for one in page.memories])
        before = page.next
        if before is None:
            return found


def test_memories_are_paged_newest_first(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = told(place, *(f"fact {number}" if number % 3 else "What is that?" for number in range(40)))
    expected = [f"fact {number}" for number in range(39, -1, -1) if number % 3]
    for limit in (1, 7, 26, 200):
        found = pages(place, limit)
        assert list(itertools.chain(*found)) == expected
        assert all(len(page) == limit for page in found[:-1])
    monkeypatch.setattr(memory, "ROWS_AT_ONCE", 5)
    assert list(itertools.chain(*pages(place, 7))) == expected
    monkeypatch.setattr(memory, "LOOKED_AT", 4)
    assert list(itertools.chain(*pages(place, 7))) == expected
    assert len(pages(place, 7)) >= 10
    monkeypatch.setattr(memory, "READ_MAX", 2)
    assert list(itertools.chain(*pages(place, 7))) == expected
    with pytest.raises(NotFound):
        ask(place, memory.page(before=b"x" * 32))
    page = ask(place, memory.page(1))
    assert (page.memories[0].title, page.memories[0].due_ms) == ("title", None)
    assert page.memories[0].message.digest == facts[38]


def test_those_of_one_moment_are_each_shown_once(place: Place) -> None:
    """What was brought in may be said to be of one millisecond, all of it."""

    def job(tx: Transaction) -> None:
        tx.append(records.session_opened(session_id(1)))
        for number in range(30):
            say(tx, 1, f"fact {number}", said_ms=5, origin="chatgpt")

    place.ledger.append_sync(job)
    found = list(itertools.chain(*pages(place, 4)))
    assert found == [f"fact {number}" for number in range(29, -1, -1)]


def test_only_memories_of_ours_are_shown(place: Place) -> None:
    facts = told(place, "one fact", "two facts", "three facts", "four facts")
    told(place, "of a session that is to be forgotten", session=2)
    place.ledger.append_sync(turns.forget(session_id(2), place.node.clock.ms))
    place.ledger.append_sync(memory.mark(facts[0], Mark.PINNED))
    place.ledger.append_sync(memory.mark(facts[1], Mark.DISABLED))
    place.ledger.append_sync(memory.forget(facts[2], place.node.clock.ms))
    question, reply = told(place, "Why?", session=3)[0], None
    branch = ask(place, views.branch(session_id(3)))
    reply = branch[1].digest
    assert shown(place) == ["four facts", "two facts", "one fact"]
    place.ledger.append_sync(memory.mark(question, Mark.PINNED))
    place.ledger.append_sync(memory.mark(reply, Mark.DISABLED))
    assert shown(place) == ["Why?", "four facts", "two facts", "one fact"]  # what is marked is shown, whatever it is
    assert shown(place, wanted="pinned") == ["Why?", "one fact"]
    assert shown(place, wanted="disabled") == ["Noted.", "two facts"]
    assert shown(place, wanted="forgetting") == ["three facts"]
    place.catch_up()
    with contextlib.closing(Searcher(place.home.index, place.home.ledger)) as searcher:
        hits = searcher.search("facts fact", 50)
    texts = [one.message.text for one in ask(place, memory_search.among(hits, 10)).memories]
    assert set(texts) == {"one fact", "two facts", "four facts"}
    assert [one.message.text for one in ask(place, memory_search.among(hits, 10, wanted="pinned")).memories] == [
        "one fact"
    ]
    one = ask(place, memory.one(facts[2]))
    assert one.due_ms == one.message.due_ms is not None
    hidden = ask(place, memory.one(ask(place, views.branch(session_id(2)))[0].digest))
    assert hidden.message.due_ms is None
    assert hidden.due_ms is not None


def test_the_questions_use_their_indexes(place: Place) -> None:
    told(place, "fact")
    sql = {
        "said": (memory._SAID.replace("{after}", memory._AFTER), "messages_said"),
        "marked": (memory._MARKED.replace("{mark}", "1").replace("{after}", memory._AFTER), "marks_mark"),
        "forgetting": (memory._FORGETTING.replace("{after}", memory._AFTER), "marks_due"),
    }
    for query, index in sql.values():
        plan = place.ledger.append_sync(methodcaller("query", f"EXPLAIN QUERY PLAN {query}", (1, 1, 1)))
        steps = " ".join(step[3] for step in plan)
        assert index in steps, steps
        assert "TEMP B-TREE FOR ORDER BY" not in steps, steps


def test_orders_for_messages_use_their_index(place: Place) -> None:
    from ccnode.store import orders

    plan = place.ledger.append_sync(methodcaller("query", f"EXPLAIN QUERY PLAN {orders._MESSAGE_ORDERS}"))
    assert any("message_events_orders" in step[3] for step in plan), plan
    assert (int(Kind.FORGET_ORDERED), int(Kind.MEMORY_MARKED)) == (20, 23)  # numbers that the schema names
    assert hlc.from_ms(1) == 1 << 16


def test_a_ledger_from_before_is_brought_up_to_date(tmp_path: Path) -> None:
    """Migration 3 on a ledger that has a certificate: it is as if the tables had always been there."""
    import sqlite3

    from ccnode.store import migrate

    home = Home(tmp_path / "home")
    home.make()
    node = Node(home.ledger)
    ledger: Ledger = node.open()
    introduce(node, ledger)
    ledger.append_sync(lambda tx: say(tx, 1, "My cat is called Mia."))
    ledger.close()
    with contextlib.closing(sqlite3.connect(home.ledger, isolation_level=None)) as old:
        made = old.execute("SELECT name, type FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as scratch:
            migrate.migrate(scratch, None, [step for step in migrate.all_migrations() if step.number < 3])
            kept = {name for (name,) in scratch.execute("SELECT name FROM sqlite_master")}
        for name, kind in made:
            if name not in kept and kind != "table":
                old.execute(f"DROP {kind} {name}")
        for name, kind in made:
            if name not in kept and kind == "table":
                old.execute(f"DROP TABLE {name}")
        old.execute("ALTER TABLE sessions DROP COLUMN voice")
        old.execute("PRAGMA user_version = 2")
    ledger = node.open()
    ledger.close()
    with contextlib.closing(reader(home.ledger)) as connection:
        report = audit.verify(connection)
        assert report.ok, report.problems
        assert connection.execute("SELECT node, owner FROM certified").fetchall() == [
            (node.key.public.raw, OWNER.public.raw)
        ]


def test_enabling_gives_the_pin_back(place: Place) -> None:
    (fact,) = told(place, "My cat is called Mia.")

    def mark() -> str:
        found: str = ask(place, views.message(fact)).mark
        return found

    place.ledger.append_sync(memory.enable(fact))
    assert mark() == "none"
    for wanted in (Mark.PINNED, Mark.DISABLED):
        place.ledger.append_sync(memory.mark(fact, wanted))
    place.ledger.append_sync(memory.enable(fact))
    assert mark() == "pinned"
    place.ledger.append_sync(memory.enable(fact))  # what is pinned and not disabled is let go
    assert mark() == "none"
    place.ledger.append_sync(memory.mark(fact, Mark.DISABLED))
    place.ledger.append_sync(memory.enable(fact))
    assert mark() == "none"
    with pytest.raises(NotFound):
        place.ledger.append_sync(memory.enable(b"x" * 32))
