"""Does a page get the part of a branch it asks for, with what lies beside it, from a real ledger?"""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

import pytest

from ccnode import clock
from ccnode.store import browse, paging, views
from ccnode.store import turns as jobs
from ccnode.store.errors import NotFound
from ccnode.store.ledger import Ledger, Ports, connect
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import hlc, records
from ccnode_protocol.records import MessageMeta, Role

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ccnode.store.transaction import Transaction


class Book:
    """A ledger, and a reader of it."""

    def __init__(self, path: Path) -> None:
        self.now = 1_772_446_272_000
        self.ledger = Ledger(path, SigningKey(os.urandom(32)), Ports(self.tick, clock.chance))
        self.reader: sqlite3.Connection = connect(path, writable=False)

    def tick(self) -> int:
        self.now += 1000
        return self.now

    def open(self, parent: bytes | None = None, origin: str | None = None, said_ms: int | None = None) -> bytes:
        session = uuid.uuid4().bytes
        record = records.session_opened(session, "talk", parent, said_ms, origin)
        self.ledger.append_sync(lambda tx: tx.append(record))
        return session

    def say(self, session: bytes, parent: bytes | None, text: str, **more: object) -> bytes:
        role = more.pop("role", Role.USER)
        meta = MessageMeta(session, role, parent=parent, **more)  # type: ignore[arg-type]  # a test's choice

        def job(tx: Transaction) -> bytes:
            return tx.append(records.message(meta, text), meta).digest

        return self.ledger.append_sync(job)

    def run(self, session: bytes, count: int, parent: bytes | None = None) -> list[bytes]:
        said: list[bytes] = []
        for number in range(count):
            parent = self.say(session, parent, str(number), role=Role(number % 2))
            said.append(parent)
        return said

    def window(self, session: bytes, **more: object) -> browse.Window:
        return views.run(self.reader, browse.window(session, **more))  # type: ignore[arg-type]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path / "ledger.sqlite")
    yield made
    made.reader.close()
    made.ledger.close()


def texts(window: browse.Window) -> list[str | None]:
    return [message.text for message in window.messages]


def test_the_newest_part_and_any_other(book: Book) -> None:
    session = book.open()
    said = book.run(session, 25)
    newest = book.window(session, size=10)
    assert (texts(newest), newest.first, newest.total, newest.whole) == ([str(n) for n in range(15, 25)], 16, 25, True)
    assert book.window(session, size=10, first=20).first == 20
    early = book.window(session, size=2, first=1)
    assert (texts(early), early.whole) == (["0", "1", "2", "3"], False)
    around = book.window(session, size=2, focus=said[10])
    assert (texts(around), around.aside, around.whole) == (["8", "9", "10", "11"], False, False)
    assert texts(book.window(session, size=2, focus=said[24])) == ["22", "23", "24"]
    assert book.window(session, first=1000).messages == []
    assert newest.life == (newest_time(book, said[0]), newest_time(book, said[-1]))


def newest_time(book: Book, digest: bytes) -> int:
    return views.run(book.reader, views.message(digest)).time


def test_what_lies_beside_a_message(book: Book) -> None:
    trunk = book.open()
    said = book.run(trunk, 4)
    limb = book.open(said[1])
    other = book.say(limb, said[1], "elsewhere")
    for session in (trunk, limb):
        window = book.window(session)
        family = window.siblings[said[2] if session == trunk else other]
        assert [(one.digest, one.session) for one in family] == [(said[2], trunk), (other, limb)]
        assert len(window.siblings) == 1
    assert texts(book.window(limb)) == ["0", "1", "elsewhere"]


def test_a_branch_without_words_of_its_own_shows_where_it_begins(book: Book) -> None:
    trunk = book.open()
    said = book.run(trunk, 4)
    limb = book.open(said[1])
    assert texts(book.window(limb)) == ["0", "1"]
    assert book.window(book.open()).messages == []


def test_a_replaced_reply_is_shown_aside(book: Book) -> None:
    session = book.open()
    question, old = book.run(session, 2)
    new = book.say(session, question, "better", role=Role.ASSISTANT, over=old)
    assert texts(book.window(session)) == ["0", "better"]
    aside = book.window(session, focus=old)
    assert (texts(aside), aside.aside) == (["0", "1"], True)
    assert [one.digest for one in aside.siblings[old]] == [old, new]
    with pytest.raises(NotFound):
        book.window(session, focus=bytes(32))


def test_the_past(book: Book) -> None:
    session = book.open()
    said = book.run(session, 5)
    assert texts(book.window(session, at=newest_time(book, said[2]))) == ["0", "1", "2"]
    assert book.window(session, at=0).messages == []


def test_sources_come_along(book: Book) -> None:
    told, session = book.open(), book.open()
    fact = book.say(told, None, "the key is under the mat")
    book.say(session, None, "so", sources=(fact, bytes(32)))
    window = book.window(session)
    assert [message.text for message in window.sources.values()] == ["the key is under the mat"]


def test_a_long_way_is_walked(book: Book) -> None:
    session = book.open()

    def many(tx: Transaction) -> None:
        parent = None
        for number in range(5000):
            meta = MessageMeta(session, Role(number % 2), parent=parent)
            parent = tx.append(records.message(meta, str(number)), meta).digest

    book.ledger.append_sync(many)
    window = book.window(session)
    assert (window.total, len(window.messages), texts(window)[-1]) == (5000, 100, "4999")


def test_where_sessions_came_from_and_filters(book: Book) -> None:
    ours = book.open()
    early = book.open(origin="chatgpt", said_ms=1_600_000_000_000)
    assert views.run(book.reader, browse.origins([ours, early, bytes(16)])) == {early: "chatgpt"}

    def listed(**more: object) -> list[bytes]:
        return [one.session for one in views.run(book.reader, views.sessions(**more))]  # type: ignore[arg-type]

    assert listed() == [ours, early]
    assert listed(imported=True) == [early]
    assert listed(imported=False) == [ours]
    assert listed(since=1_700_000_000_000) == [ours]
    assert listed(until=1_700_000_000_000) == [early]
    assert listed(since=1_600_000_000_000, until=1_600_000_000_001) == [early]
    assert listed(limit=1, offset=1) == [early]


def test_a_session_to_be_forgotten_is_still_shown_to_whoever_asks_for_it(book: Book) -> None:
    session = book.open()
    book.run(session, 2)
    book.ledger.append_sync(jobs.forget(session, hlc.to_ms(book.now << 16)))
    assert book.window(session).session.due_ms is not None


# --- pages of bounded size ---


def parts(book: Book, view: Callable[..., views.View[paging.Part]], session: bytes, most: int) -> list[paging.Part]:
    """All parts, one after the other."""
    found: list[paging.Part] = []
    first: int | None = 1
    while first is not None:
        found.append(views.run(book.reader, view(session, first=first, most=most)))
        first = found[-1].next
    return found


@pytest.mark.parametrize("most", [1, 1_500, 6_000, 1_000_000])
def test_parts_give_everything_once_and_are_bounded(book: Book, most: int) -> None:
    session = book.open()
    said = book.run(session, 7)
    said.append(book.say(session, said[-1], "long " * 1_000))
    said += [book.say(session, said[-1], "short")]
    beside = book.say(book.open(said[2]), said[2], "beside")
    for view, every in ((paging.branch, said), (paging.tree, [*said, beside])):
        found = parts(book, view, session, most)
        assert sorted(one.digest for part in found for one in part.messages) == sorted(every)
        assert {part.total for part in found} == {len(every)}
        assert [one.first for one in found[1:]] == [one.next for one in found[:-1]]
        for part in found:
            size = sum(len(one.text or "") + paging.AROUND_BYTES for one in part.messages)
            assert size <= most or len(part.messages) == 1
    whole = views.run(book.reader, paging.branch(session, first=1_000))
    assert (list(whole.messages), whole.next, whole.total) == ([], None, 9)
    assert whole.last is not None
    assert whole.last.digest == said[-1]


@pytest.mark.parametrize("most", [1, 3_000, 1_000_000])
def test_an_outline_has_every_message_and_how_it_begins(book: Book, most: int) -> None:
    session = book.open()
    said = [book.say(session, None, "x" * 5_000)]
    said += [book.say(session, said[-1], "short")]
    said += [book.say(book.open(said[0]), said[0], "beside " * 50)]
    known, found = views.run(book.reader, paging.outline(session, 100, most=most))
    assert known.session == session
    assert [one.digest for one in found] == said
    assert [one.text for one in found] == ["x" * 100, "short", ("beside " * 50)[:100]]
    assert views.run(book.reader, paging.outline(book.open(), 100))[1] == []


def test_a_window_of_long_messages_is_bounded_and_leads_on(book: Book) -> None:
    most = 6_000
    session = book.open()
    said: list[bytes] = []
    for number in range(12):
        said.append(book.say(session, said[-1] if said else None, f"{number} {'word ' * 300}"))
    newest = book.window(session, most=most)
    assert newest.whole
    assert 1 <= len(newest.messages) < 5
    shown, part = list(newest.messages), newest
    while part.earlier:
        part = book.window(session, first=part.earlier, most=most)
        assert part.first + len(part.messages) >= shown[0].seq
        shown = [one for one in part.messages if one.seq < shown[0].seq] + shown
    assert [one.digest for one in shown] == said
    for number in (0, 5, 11):
        around = book.window(session, focus=said[number], most=most)
        assert said[number] in [one.digest for one in around.messages]
        assert len(around.messages) < 5


def test_what_a_message_rests_on_is_cut_short(book: Book) -> None:
    session = book.open()
    long = book.say(session, None, "x" * 100_000)
    reply = book.say(session, long, "as you said", role=Role.ASSISTANT, sources=(long,))
    window = book.window(session)
    assert len(window.sources[long].text or "") == browse.SOURCE_CHARS_MAX
    assert window.messages[0].text == "x" * 100_000
    assert window.messages[1].digest == reply
