"""Does everything that is brought in arrive once, in its place, and is the rest accounted for?"""

from __future__ import annotations

import contextlib
import random
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.exchange.model import Conversation, Left, Turn
from ccnode.store import audit, erase, import_plan, imports, rebuild, views
from ccnode.store import turns as jobs
from ccnode.store.errors import StoreFull
from ccnode.store.home import Home
from ccnode.store.imports import Importer, newest_entry
from ccnode_protocol.records import TEXT_BYTES_MAX
from tests.store.conversations import SAID_MS, conversation, grown, turns
from tests.store.support import START_MS, Node, reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ccnode.store.imports import Tally
    from ccnode.store.ledger import Ledger


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


@pytest.fixture
def ledger(home: Home) -> Iterator[Ledger]:
    opened = Node(home.ledger).open()
    yield opened
    opened.close()


def bring(ledger: Ledger, *made: Conversation, since: int | None = None) -> Tally:
    importer = Importer(ledger.path, ledger.append_sync, "chatgpt", since=since)
    try:
        for one in made:
            importer.take(one)
        importer.flush()
    finally:
        importer.close()
    check(importer.tally)
    return importer.tally


def check(tally: Tally) -> None:
    """Nothing gets lost on the way."""
    for count in (tally.messages, tally.conversations):
        assert count.found == count.added + count.known + count.left


def stored(path: Path) -> set[tuple[Any, ...]]:
    """What is recorded, in words that are the same whenever and in whatever order it was recorded."""
    sql = (
        "SELECT m.session, m.key, (SELECT key FROM messages p WHERE p.id = m.parent_id), m.depth, m.role,"
        " m.time, e.sealed, e.meta FROM messages m JOIN entries e ON e.id = m.id"
    )
    opened = (
        "SELECT s.session, s.time, s.ended, s.due_ms, (SELECT m.key FROM messages m JOIN entries e ON e.id = m.id"
        " WHERE e.digest = s.parent), (SELECT e.sealed FROM entries e WHERE e.id = s.titled),"
        " (SELECT count(*) FROM session_events x WHERE x.session = s.session) FROM sessions s"
    )
    with contextlib.closing(reader(path)) as connection:
        found: set[tuple[Any, ...]] = {
            (session, key, before, depth, role, said if said < START_MS << 16 else None, views.text_of(sealed, "text"))
            for session, key, before, depth, role, said, sealed, _ in connection.execute(sql)
        }
        found |= {(*row[:5], views.text_of(row[5], "title"), row[6]) for row in connection.execute(opened)}
    return found


def ask(path: Path, view: views.View[Any]) -> Any:
    with contextlib.closing(reader(path)) as connection:
        return views.run(connection, view)


def texts(messages: Sequence[views.Message]) -> list[str]:
    return [(one.text or "").split()[-1] for one in messages]


def branches(path: Path) -> dict[str, str]:
    """Each session's branch as letters, by the letter of its end."""
    found = {}
    for one in ask(path, views.sessions(1000, branches=True)):
        letters = "".join(texts(ask(path, views.branch(one.session))))
        found[letters[-1]] = letters
    return found


def main_of(name: str = "one") -> bytes:
    return import_plan.Naming("chatgpt", name).main


def test_a_conversation_becomes_a_session_with_its_times_title_and_models(home: Home, ledger: Ledger) -> None:
    one = Conversation(
        "c1",
        "  Trip to\nLisbon ",
        SAID_MS,
        [
            Turn("a", None, "system", "be kind", SAID_MS + 1),
            Turn("b", "a", "user", "hello", SAID_MS + 2),
            Turn("c", "b", "tool", "it is 5 o'clock", None),
            Turn("d", "c", "assistant", "hi", SAID_MS + 3, "gpt-4"),
        ],
        "d",
    )
    tally = bring(ledger, one)
    assert tally.form() == {
        "conversations": {"found": 1, "added": 1, "known": 0, "left": 0},
        "messages": {"found": 4, "added": 4, "known": 0, "left": 0},
        "left": [],
        "left_total": 0,
    }
    (session,) = ask(home.ledger, views.sessions())
    assert (session.title, session.messages, session.ended) == ("Trip to Lisbon", 4, None)
    assert views.ms_of(session.opened) == SAID_MS
    assert uuid.UUID(session.id).version == 8
    messages = ask(home.ledger, views.branch(session.session))
    assert [(m.seq, m.role, m.text, views.ms_of(m.time) - SAID_MS, m.model, m.origin) for m in messages] == [
        (1, "system", "be kind", 1, None, "chatgpt"),
        (2, "user", "hello", 2, None, "chatgpt"),
        (3, "tool", "it is 5 o'clock", 2, None, "chatgpt"),  # nobody says when: as the one before
        (4, "assistant", "hi", 3, "gpt-4", "chatgpt"),
    ]
    with contextlib.closing(reader(home.ledger)) as connection:
        assert audit.verify(connection, home).ok


def test_each_branch_is_a_session_and_each_turn_is_recorded_once(home: Home, ledger: Ledger) -> None:
    tally = bring(ledger, conversation("-a ab bc cd be ef cg", current="f"))
    assert tally.messages.added == 7
    assert branches(home.ledger) == {"f": "abef", "d": "abcd", "g": "abcg"}
    names = import_plan.Naming("chatgpt", "one")
    owners = {one.session: one for one in ask(home.ledger, views.sessions(branches=True))}
    assert set(owners) == {names.main, names.branch("d"), names.branch("g")}
    assert [owners[names.main].messages, owners[names.branch("d")].messages, owners[names.branch("g")].messages] == [
        4,
        2,
        1,
    ]
    b, c = (ask(home.ledger, views.branch(names.branch("d")))[at].digest for at in (1, 2))
    assert (owners[names.branch("d")].parent, owners[names.branch("g")].parent) == (b, c)
    assert owners[names.main].parent is None
    assert len(ask(home.ledger, views.tree(names.main))) == 7


def test_the_shown_branch_may_end_before_a_leaf_and_there_may_be_several_roots(home: Home, ledger: Ledger) -> None:
    bring(ledger, conversation("-a ab bc -x xy", current="b"))
    assert branches(home.ledger) == {"b": "ab", "c": "abc", "y": "xy"}
    assert ask(home.ledger, views.session(main_of())).messages == 2


def test_where_nothing_says_what_was_shown_it_is_what_was_said_last(home: Home, ledger: Ledger) -> None:
    bring(ledger, conversation("-a ab ac"))
    assert texts(ask(home.ledger, views.branch(main_of()))) == ["a", "c"]


def test_again_it_adds_nothing(home: Home, ledger: Ledger) -> None:
    made = [grown(random.Random(seed), f"c{seed}", 40) for seed in range(20)]
    bring(ledger, *made)
    before, newest = stored(home.ledger), newest_entry(home.ledger)
    tally = bring(ledger, *made)
    assert (tally.messages.known, tally.conversations.known) == (800, 20)
    assert (stored(home.ledger), newest_entry(home.ledger)) == (before, newest)


def test_twice_in_one_file_is_known_the_second_time(ledger: Ledger) -> None:
    one = conversation("-a ab")
    tally = bring(ledger, one, conversation("-x", name="two"), one)
    assert (tally.messages.added, tally.messages.known) == (3, 2)
    assert (tally.conversations.added, tally.conversations.known) == (2, 1)


def test_twice_in_one_file_is_known_however_many_stand_between(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "SEEN_MAX", 3)
    made = [conversation("-a", name=f"c{number}") for number in range(10)]
    tally = bring(ledger, *made, *reversed(made), made[4])
    assert (tally.conversations.added, tally.conversations.known) == (10, 11)
    assert (tally.messages.added, tally.messages.known) == (10, 11)


def test_what_grew_is_added_where_it_belongs(home: Home, ledger: Ledger) -> None:
    bring(ledger, conversation("-a ab bc bd", current="c"))
    # The shown branch went on, so did the other, and there is a new one.
    tally = bring(ledger, conversation("-a ab bc bd ce df ag", current="e"))
    assert (tally.messages.added, tally.messages.known) == (3, 4)
    assert branches(home.ledger) == {"e": "abce", "f": "abdf", "g": "ag"}
    # Another branch is shown now, and something was said in it.
    bring(ledger, conversation("-a ab bc bd ce df ag fh", current="h"))
    assert texts(ask(home.ledger, views.branch(main_of()))) == ["a", "b", "d", "f", "h"]
    assert len(ask(home.ledger, views.sessions(branches=True))) == 3


def test_a_turn_that_was_missing_before_is_added(home: Home, ledger: Ledger) -> None:
    bring(ledger, conversation("-a ac", current="c"))
    tally = bring(ledger, conversation("-a ab bc", current="c"))
    assert (tally.messages.added, tally.messages.known) == (1, 2)
    assert branches(home.ledger) == {"c": "ac", "b": "ab"}


def test_our_own_words_and_end_in_an_imported_session_stay(home: Home, ledger: Ledger) -> None:
    bring(ledger, conversation("-a ab", current="b"))
    asked = ledger.append_sync(jobs.ask(main_of(), "and now z", None))
    ledger.append_sync(jobs.end(main_of()))
    ended = ask(home.ledger, views.session(main_of())).ended
    tally = bring(ledger, conversation("-a ab bc", current="c"))
    assert tally.messages.added == 1
    session = ask(home.ledger, views.session(main_of()))
    assert (session.ended, session.messages) == (ended, 4)
    assert ask(home.ledger, views.branch(main_of()))[-1].digest == asked.question  # said last


def test_what_is_to_be_forgotten_does_not_come_back(home: Home, ledger: Ledger) -> None:
    bring(ledger, conversation("-a ab", current="b"))
    ledger.append_sync(jobs.forget(main_of(), START_MS))
    tally = bring(ledger, conversation("-a ab bc", current="c"))
    assert (tally.messages.added, tally.messages.known, tally.messages.left) == (0, 2, 1)
    assert tally.left == [Left("one", imports.FORGOTTEN)]


def test_what_cannot_be_kept_is_left_and_said(home: Home, ledger: Ledger) -> None:
    made = turns("-a ab bc cd de")
    made[1] = Turn("b", "a", "user", "x" * (TEXT_BYTES_MAX + 1))
    made[3] = Turn("d", "c", "user", " \n")
    made += [
        Turn("a", None, "user", "again"),
        Turn("o", "nobody", "user", "an orphan"),
        Turn("p", "o", "user", "its child"),
        Turn("r", "s", "user", "round"),
        Turn("s", "r", "user", "and round"),
        Turn("t", "t", "user", "itself"),
    ]
    one = Conversation("one", None, None, made, "e", [Left("one/x", "of the reader")])
    tally = bring(ledger, one, Conversation("two", "nothing", None, []))
    assert (tally.messages.found, tally.messages.added, tally.messages.left) == (12, 3, 9)
    assert (tally.conversations.added, tally.conversations.left) == (1, 1)
    assert {(left.where, left.why) for left in tally.left} == {
        ("one/x", "of the reader"),
        ("one/b", import_plan.TOO_LONG),
        ("one/d", import_plan.EMPTY),
        ("one/a", import_plan.TWICE),
        ("two", import_plan.NO_MESSAGES),
        *((f"one/{name}", import_plan.ORPHAN) for name in "oprst"),
    }
    assert branches(home.ledger) == {"e": "ace"}


def test_children_before_their_parents_are_put_in_order(home: Home, ledger: Ledger) -> None:
    bring(ledger, conversation("cd bc ab -a be", current="d"))
    assert branches(home.ledger) == {"d": "abcd", "e": "abe"}


def test_the_longest_text_and_odd_characters(home: Home, ledger: Ledger) -> None:
    longest = "\u20ac" * (TEXT_BYTES_MAX // 3)
    odd = [
        Turn("a", None, "user", longest),
        Turn("b", "a", "user", "cut \ud83d\ude42 \ud83d nul \0 end", model="m\ud800" * 60),
    ]
    tally = bring(ledger, Conversation("id\ud800\0", "t\udc00" * 300, 2**60, odd))
    assert tally.messages.added == 2
    (session,) = ask(home.ledger, views.sessions())
    assert session.title == ("t\ufffd" * 100)
    first, second = ask(home.ledger, views.branch(session.session))
    assert first.text == longest
    assert second.text == "cut \U0001f642 \ufffd nul \ufffd end"
    assert second.model == "m\ufffd" * 50


def test_attachments_are_named_in_the_text_and_counted(home: Home, ledger: Ledger) -> None:
    made = [
        Turn("a", None, "user", "look", SAID_MS, None, ("image photo.png", "file\n x.pdf")),
        Turn("b", "a", "user", "", SAID_MS, None, ("audio",)),
    ]
    tally = bring(ledger, Conversation("one", None, None, made))
    first, second = ask(home.ledger, views.branch(main_of()))
    assert first.text == "look\n[left out: image photo.png]\n[left out: file x.pdf]"
    assert second.text == "[left out: audio]"
    assert tally.left == [Left("one", import_plan.ATTACHED, 3, "part")]


def test_no_word_is_given_up_for_the_name_of_an_attachment(home: Home, ledger: Ledger) -> None:
    longest = "x" * TEXT_BYTES_MAX
    tally = bring(ledger, Conversation("one", None, None, [Turn("a", None, "user", longest, None, None, ("image",))]))
    (message,) = ask(home.ledger, views.branch(main_of()))
    assert message.text == longest
    assert tally.left == [Left("one", import_plan.ATTACHED, 1, "part")]


def test_a_conversation_larger_than_a_batch(home: Home, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH_ENTRIES", 7)
    made = [grown(random.Random(seed), f"c{seed}", 60) for seed in range(4)]
    tally = bring(ledger, *made)
    assert tally.messages.added == 240
    with contextlib.closing(reader(home.ledger)) as connection:
        assert connection.execute("SELECT max(last_seq - first_seq) + 1 FROM runs").fetchone()[0] <= 8
        assert connection.execute("SELECT count(*) FROM messages WHERE depth IS NULL").fetchone() == (0,)
        assert audit.verify(connection, home).ok


def test_a_deep_conversation_in_many_batches(home: Home, ledger: Ledger) -> None:
    made = [Turn(str(n), str(n - 1) if n else None, "user", f"text {n}", SAID_MS + n) for n in range(20_000)]
    tally = bring(ledger, Conversation("deep", None, None, made, "19999"))
    assert tally.messages.added == 20_000
    assert ask(home.ledger, views.branch(main_of("deep"), limit=1))[0].seq == 20_000


@pytest.mark.parametrize("seed", range(6))
def test_broken_off_anywhere_and_made_again_it_is_as_if_undisturbed(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH_ENTRIES", 9)
    chance = random.Random(seed)
    made = [grown(chance, f"c{number}", 5 + chance.randrange(60)) for number in range(9)]
    made.append(made[0])
    whole = Node(tmp_path / "whole.sqlite").open()
    undisturbed = bring(whole, *made, since=0)
    whole.close()

    class Cut(Exception):
        pass

    left = chance.randrange(3, 20)
    ledger = Node(tmp_path / "cut.sqlite").open()
    for _ in range(3):

        def append(job: Any) -> Any:
            nonlocal left
            left -= 1
            if not left:
                raise Cut
            return ledger.append_sync(job)

        importer = Importer(ledger.path, append, "chatgpt", since=0)
        with contextlib.suppress(Cut):
            for one in made:
                importer.take(one)
            importer.flush()
        importer.close()
        left = chance.randrange(3, 20)
    final = bring(ledger, *made, since=0)
    ledger.close()
    assert stored(tmp_path / "cut.sqlite") == stored(tmp_path / "whole.sqlite")
    assert final.form() == undisturbed.form()


def test_without_an_append_it_only_counts(home: Home, ledger: Ledger) -> None:
    one, two = conversation("-a ab"), conversation("-x xy", name="two")
    bring(ledger, one)
    newest = newest_entry(home.ledger)
    importer = Importer(home.ledger, None, "chatgpt")
    for each in (one, two, two):
        importer.take(each)
    importer.flush()
    importer.close()
    check(importer.tally)
    assert importer.tally.messages.form() == {"found": 6, "added": 2, "known": 4, "left": 0}
    assert importer.tally.conversations.form() == {"found": 3, "added": 1, "known": 2, "left": 0}
    assert newest_entry(home.ledger) == newest
    nowhere = Importer(None, None, "chatgpt")
    nowhere.take(one)
    assert nowhere.tally.messages.added == 2


def test_a_full_disk_loses_nothing(ledger: Ledger) -> None:
    def full(_job: Any) -> Any:
        raise StoreFull("the disk is full")

    importer = Importer(ledger.path, full, "chatgpt")
    importer.take(conversation("-a ab"))
    with pytest.raises(StoreFull):
        importer.flush()
    importer.close()
    assert importer.tally.messages.added == 0
    assert bring(ledger, conversation("-a ab")).messages.added == 2


def test_the_list_of_what_was_left_is_bounded(ledger: Ledger) -> None:
    made = [Turn(str(n), "nobody", "user", "text") for n in range(imports.LEFT_MAX + 500)]
    tally = bring(ledger, Conversation("one", None, None, made))
    assert tally.left[-2:] == [
        Left(imports.ELSEWHERE, import_plan.ORPHAN, 500),
        Left(imports.ELSEWHERE, import_plan.NOTHING_KEPT, 1, "conversation"),
    ]
    assert tally.left_total == sum(left.count for left in tally.left)


def test_a_rebuild_gives_the_same_rows(home: Home, ledger: Ledger) -> None:
    bring(ledger, *(grown(random.Random(seed), f"c{seed}", 50) for seed in range(5)))
    ledger.close()
    before = stored(home.ledger)
    rebuild.rebuild_file(home)
    assert stored(home.ledger) == before
    with contextlib.closing(reader(home.ledger)) as connection:
        assert audit.verify(connection, home).ok


def test_origins_do_not_mix() -> None:
    a, b = import_plan.Naming("chatgpt", "x"), import_plan.Naming("claude", "x")
    assert len({a.main, b.main, a.key("t"), b.key("t"), a.branch("t")}) == 5


def test_branches_brought_in_stay_aside_until_somebody_goes_on_there(ledger: Ledger) -> None:
    bring(ledger, conversation("-a ab bc ad de", current="c"))
    with contextlib.closing(reader(ledger.path)) as connection:

        def listed(**wanted: bool) -> list[bool]:
            return [one.parent is not None for one in views.run(connection, views.sessions(**wanted))]

        assert listed() == [False]
        assert sorted(listed(branches=True)) == [False, True]
        [aside] = [one for one in views.run(connection, views.sessions(branches=True)) if one.parent]
        ledger.append_sync(jobs.ask(aside.session, "and now?", None))
        assert listed() == [True, False]


def test_a_question_that_was_put_elsewhere_does_not_wait_for_a_reply_here(ledger: Ledger) -> None:
    bring(ledger, conversation("-a ab bc"))  # c is the user's
    with contextlib.closing(reader(ledger.path)) as connection:
        [only] = views.run(connection, views.sessions())
        assert not only.unanswered
        assert views.run(connection, views.unanswered()) == []
        ledger.append_sync(jobs.open_session("here", None))
        here = views.run(connection, views.sessions())[0].session
        ledger.append_sync(jobs.ask(here, "who answers this?", None))
        assert [one.session for one in views.run(connection, views.unanswered())] == [here]


def gone(ledger: Ledger, session: bytes) -> None:
    """Forget it, and carry that out."""
    now_ms = START_MS + 10**9
    ledger.append_sync(jobs.forget(session, now_ms, at_once=True))
    ledger.append_sync(erase.erase_due(now_ms + 1))


def words_in(path: Path) -> set[str]:
    with contextlib.closing(reader(path)) as connection:
        found = connection.execute("SELECT sealed FROM entries WHERE kind IN (16, 17, 18) AND sealed != x''")
        return {str(views.text_of(sealed, "text") or views.text_of(sealed, "title")) for (sealed,) in found if sealed}


def test_what_was_erased_does_not_come_back_from_the_same_file(home: Home, ledger: Ledger) -> None:
    whole = conversation("-a ab bc", current="c")
    bring(ledger, whole)
    gone(ledger, main_of())
    assert words_in(home.ledger) == set()
    tally = bring(ledger, whole)
    assert (tally.messages.added, tally.conversations.added) == (0, 0)
    longer = bring(ledger, conversation("-a ab bc cd", current="d"))
    assert longer.left == [Left("one", imports.FORGOTTEN)]
    assert words_in(home.ledger) == set()
    bring(ledger, conversation("-a ab", current="b", name="another"))
    assert len(words_in(home.ledger)) > 0, "others are brought in as before"
