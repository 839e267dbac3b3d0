"""Which conversations does a new one begin with, however they came about, and with what of them?"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from ccnode.store import memory, recent, views
from ccnode.store import turns as jobs
from ccnode_protocol import records
from ccnode_protocol.records import Mark
from tests.store.support import Node, reader, say, saying, session_id, talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.mind.summaries import Conversation
    from ccnode.store.ledger import Ledger
    from ccnode.store.transaction import Transaction


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path / "ledger.sqlite")


@pytest.fixture
def ledger(node: Node) -> Iterator[Ledger]:
    opened = node.open()
    yield opened
    opened.close()


def found(node: Node, besides: int = 99, limit: int = 20) -> list[Conversation]:
    with contextlib.closing(reader(node.path)) as connection:
        return views.run(connection, recent.conversations(session_id(besides), limit))


def titles(conversations: list[Conversation]) -> list[int]:
    """The numbers of the conversations, by their titles."""
    return [int((one.title.text or "").removeprefix("title ")) for one in conversations if one.title is not None]


def begin(ledger: Ledger, node: Node, number: int, turns: int = 1) -> bytes:
    node.clock.ms += 1_000
    return talk(ledger, number, turns)


def test_nothing_was_said_yet(node: Node, ledger: Ledger) -> None:
    assert found(node) == []
    ledger.append_sync(jobs.open_session("empty", None, session_id(1)))
    assert found(node) == []


def test_the_most_recently_spoken_in_come_first(node: Node, ledger: Ledger) -> None:
    heads = {number: begin(ledger, node, number, turns=2) for number in range(1, 26)}
    node.clock.ms += 1_000
    ledger.append_sync(saying(3, "once more", heads[3]))
    listed = found(node)
    assert titles(listed) == [3, *range(25, 6, -1)]
    assert listed[0].question is not None
    assert (listed[0].question.text, listed[0].answer) == ("once more", None)
    whole = listed[1]
    said = [one.text if one is not None else None for one in (whole.first, whole.question, whole.answer)]
    assert said == ["word 25 asks 0", "word 25 asks 1", "word 25 says 1"]
    assert 25 not in titles(found(node, besides=25))
    assert len(found(node, limit=5)) == 5


def test_one_very_long_conversation_does_not_hide_the_others(node: Node, ledger: Ledger) -> None:
    begin(ledger, node, 1)
    head = begin(ledger, node, 2)

    def at_length(tx: Transaction) -> None:
        for number in range(recent.ROWS_AT_ONCE + 20):
            say(tx, 2, f"and {number}", head)

    ledger.append_sync(at_length)
    assert titles(found(node)) == [2, 1]
    assert titles(found(node, besides=2)) == [1]


def test_what_is_to_be_forgotten_is_left_out(node: Node, ledger: Ledger) -> None:
    begin(ledger, node, 1)
    begin(ledger, node, 2)
    ledger.append_sync(jobs.forget(session_id(2), node.clock.ms))
    assert titles(found(node)) == [1]


def test_a_title_that_says_what_is_disabled_is_left_out(node: Node, ledger: Ledger) -> None:
    node.clock.ms += 1_000
    ledger.append_sync(jobs.open_session("The figs of Naxos", None, session_id(1)))
    said = ledger.append_sync(saying(1, "I like the figs of Naxos.")).digest
    reply = records.MessageMeta(session_id(1), records.Role.ASSISTANT, parent=said)
    end = ledger.append_sync(lambda tx: tx.append(records.message(reply, "Noted."), reply)).digest
    ledger.append_sync(saying(1, "And the sea.", end))
    (whole,) = found(node)
    assert whole.title is not None
    assert whole.first is not None
    ledger.append_sync(memory.mark(said, Mark.DISABLED))
    (one,) = found(node)
    assert (one.title, one.first) == (None, None)
    assert one.question is not None
    assert one.question.text == "And the sea."
