"""Does no title bring back what is out of memory, whichever branch has it, and whichever node is asked?"""

from __future__ import annotations

import contextlib
from operator import methodcaller
from typing import TYPE_CHECKING

import pytest

from ccnode.exchange.model import Conversation, Turn
from ccnode.store import memory, rebuild, recent, titles
from ccnode.store import turns as jobs
from ccnode.store.imports import Importer
from ccnode_protocol import hlc, records
from ccnode_protocol.records import Mark, Role
from tests.store.conversations import SAID_MS
from tests.store.places import Place, ask, make
from tests.store.support import DAY_MS, introduce, reader, say, session_id, stored_runs

if TYPE_CHECKING:
    from pathlib import Path

FACT = "My landlord Grigorovich hides the keys under a pot."
TITLE = "Grigorovich keys"
VIOLIN = "My grandfather Ludovic left me a violin."


def shown(place: Place) -> list[str | None]:
    """The titles in what a new conversation begins with, in order."""
    found = ask(place, recent.conversations(session_id(99)))
    return sorted(one.title.text for one in found if one.title is not None)


def tell(place: Place, session: int = 1, title: str = TITLE, parent: bytes | None = None, text: str = FACT) -> bytes:
    place.ledger.append_sync(jobs.open_session(title, parent, session_id(session)))
    return go_on(place, session, text, parent)


def go_on(place: Place, session: int, text: str, parent: bytes | None = None) -> bytes:
    def job(tx: object) -> bytes:
        said = say(tx, session, text, parent).digest  # type: ignore[arg-type]
        say(tx, session, "Noted.", said, Role.ASSISTANT)  # type: ignore[arg-type]
        return said

    return place.ledger.append_sync(job)


def disable(place: Place, message: bytes) -> None:
    place.ledger.append_sync(memory.mark(message, Mark.DISABLED))


def forget(place: Place, message: bytes) -> None:
    """At once, and carried out."""
    place.ledger.append_sync(memory.forget(message, place.node.clock.ms, at_once=True))
    assert place.erase()


def stay(place: Place, message: bytes) -> list[str]:
    return [title.words for title in ask(place, memory.one(message)).titles]


def test_a_title_does_not_come_back_once_the_words_are_gone(place: Place) -> None:
    said = tell(place)
    tell(place, 2, "Weather", text="It rains.")
    assert shown(place) == [TITLE, "Weather"]
    disable(place, said)
    assert shown(place) == ["Weather"]
    place.ledger.append_sync(memory.enable(said))
    assert shown(place) == [TITLE, "Weather"]
    place.ledger.append_sync(memory.forget(said, place.node.clock.ms))
    assert shown(place) == ["Weather"]
    place.node.clock.ms += DAY_MS + 1
    assert shown(place) == ["Weather"]
    place.erase()
    assert shown(place) == ["Weather"]
    place.ledger.append_sync(rebuild.rebuild())
    assert shown(place) == ["Weather"]


def test_an_order_that_is_taken_back_gives_the_title_back(place: Place) -> None:
    said = tell(place)
    place.ledger.append_sync(memory.forget(said, place.node.clock.ms))
    place.ledger.append_sync(memory.undo_forget(said, place.node.clock.ms))
    assert shown(place) == [TITLE]


def test_a_title_that_is_given_afterwards_is_shown(place: Place) -> None:
    said = tell(place)
    place.ledger.append_sync(memory.forget(said, place.node.clock.ms))
    place.ledger.append_sync(jobs.rename(session_id(1), "Keys under a pot"))  # before it is due
    place.node.clock.ms += DAY_MS + 1
    place.erase()
    assert shown(place) == []
    place.ledger.append_sync(jobs.rename(session_id(1), "The flat"))
    assert shown(place) == ["The flat"]
    tell(place, 2, "A branch", said, "And the rent?")
    assert shown(place) == ["A branch", "The flat"]


def test_a_title_of_a_clock_that_ran_ahead_is_not_one_that_was_given_afterwards(place: Place) -> None:
    place.node.clock.ms += 20 * DAY_MS
    said = tell(place)
    place.node.clock.ms -= 20 * DAY_MS
    order = records.message_forget_ordered(said, place.node.clock.ms)
    place.ledger.append_sync(methodcaller("append", order))
    place.erase()
    assert ask(place, memory.one(said)).message.text is None
    assert shown(place) == []


def test_a_branch_shares_what_is_before_it(place: Place) -> None:
    said = tell(place, title="Flat")
    deep = said
    for number in range(2, 20):
        deep = tell(place, number, f"branch {number}", deep, f"{number} and on")
    tell(place, 30, FACT, deep, "Which pot?")
    assert FACT in shown(place)
    disable(place, said)
    assert FACT not in shown(place)
    assert "Flat" in shown(place)  # it says nothing of it, and the words are there to tell
    place.ledger.append_sync(memory.enable(said))
    place.ledger.append_sync(memory.forget(said, place.node.clock.ms))
    assert stay(place, said) == [FACT]
    assert FACT not in shown(place)
    place.node.clock.ms += DAY_MS + 1
    place.erase()
    assert shown(place) == []


def test_a_conversation_shares_what_is_said_in_a_branch(place: Place) -> None:
    said = tell(place, title="Grigorovich", text="I moved.")
    fact = tell(place, 2, "More", said)
    disable(place, fact)
    assert shown(place) == ["More"]
    forget(place, fact)
    assert shown(place) == []


def test_a_branch_of_what_is_forgotten_as_a_whole(place: Place) -> None:
    said = tell(place)
    tell(place, 2, "The keys of Grigorovich", said, "Which pot?")
    tell(place, 3, "Weather", text="It rains.")
    place.order(1)
    assert shown(place) == ["Weather"]
    place.node.clock.ms += DAY_MS + 1
    place.erase()
    assert shown(place) == ["Weather"]
    place.ledger.append_sync(jobs.rename(session_id(2), "Pots"))
    assert shown(place) == ["Pots", "Weather"]


def test_a_branch_in_which_nothing_is_said_yet_is_named(place: Place) -> None:
    said = tell(place, title="Flat")
    for number, title in ((2, "Weather"), (3, TITLE)):
        place.ledger.append_sync(jobs.open_session(title, said, session_id(number)))
    place.ledger.append_sync(jobs.rename(session_id(1), "A pot with keys"))
    place.ledger.append_sync(jobs.rename(session_id(1), "Flat again"))
    place.ledger.append_sync(memory.forget(said, place.node.clock.ms))
    known = ask(place, memory.one(said)).titles
    assert known == (titles.Title(session_id(1), "A pot with keys"), titles.Title(session_id(3), TITLE))
    place.order(3)
    assert stay(place, said) == ["A pot with keys"]  # the other goes with all of its conversation


def bring(place: Place, *given: str, name: str = "one") -> None:
    """An export in which a turn was edited; turns as "id parent text"."""
    turns = []
    for number, (own, above, text) in enumerate(one.split(" ", 2) for one in given):
        role = "user" if own.startswith("u") else "assistant"
        parent = None if above == "-" else above
        turns.append(Turn(own, parent, role, text, SAID_MS + number))  # type: ignore[arg-type]
    importer = Importer(place.ledger.path, place.ledger.append_sync, "chatgpt")
    importer.take(Conversation(name, "Ludovic violin", SAID_MS, turns, turns[-1].id))
    importer.flush()
    importer.close()


def digest_of(place: Place, text: str) -> bytes:
    rows = place.ledger.append_sync(methodcaller("query", "SELECT digest, sealed FROM entries WHERE kind = 17"))
    (found,) = [digest for digest, sealed in rows if text.encode() in sealed]
    assert isinstance(found, bytes)
    return found


@pytest.mark.parametrize(
    "given",
    [
        (f"u1 - {VIOLIN}", "a1 u1 Nice.", "u2 a1 Thanks.", "b1 u1 Lovely.", "u3 b1 Yes."),
        (f"u1 - {VIOLIN}", "a1 u1 Nice.", "u2 - He left me a thing.", "a2 u2 What is it?"),  # the first was edited
    ],
)
def test_branches_that_were_brought_in_share_their_title(place: Place, given: tuple[str, ...]) -> None:
    bring(place, *given)
    tell(place, 1, "Ludovic", text="Ludovic says hello.")
    assert shown(place) == ["Ludovic", "Ludovic violin", "Ludovic violin"]
    said = digest_of(place, VIOLIN)
    disable(place, said)
    assert shown(place) == ["Ludovic"]  # of another conversation
    place.ledger.append_sync(memory.forget(said, place.node.clock.ms))
    assert stay(place, said) == ["Ludovic violin", "Ludovic violin"]
    place.node.clock.ms += DAY_MS + 1
    place.erase()
    assert shown(place) == ["Ludovic"]
    bring(place, *given, "u9 u1 Still there?")  # and what grew there since brings the old title with it
    assert shown(place) == ["Ludovic"]


def test_other_nodes_leave_it_out_in_whatever_order_they_hear_of_it(place: Place, tmp_path: Path) -> None:
    said = tell(place)
    tell(place, 2, "The keys of Grigorovich", said, "Which pot?")
    forget(place, said)
    with contextlib.closing(reader(place.home.ledger)) as connection:
        ((chain, runs),) = stored_runs(connection).items()
    other = make(tmp_path / "two", seed=2, clock=place.node.clock)
    introduce(other.node, other.ledger)
    for run in runs:  # the words never come here
        other.ledger.append_sync(methodcaller("receive", chain, [run]))
    assert ask(other, memory.one(said)).message.text is None
    assert shown(other) == []
    other.ledger.append_sync(jobs.rename(session_id(1), "The flat"))
    assert shown(other) == ["The flat"]
    other.index.close()
    other.ledger.close()


def test_words_that_are_not_here_may_be_what_the_title_says(place: Place) -> None:
    said = tell(place)
    disable(place, said)
    drop = "UPDATE entries SET sealed = NULL WHERE digest = ?"
    place.ledger.append_sync(methodcaller("execute", drop, (said,)))
    place.ledger.append_sync(jobs.rename(session_id(1), "Flat"))
    assert shown(place) == []


def test_parents_that_run_in_a_circle_end(place: Place) -> None:
    said = tell(place)
    second = tell(place, 2, "More", said, "And?")
    circle = "UPDATE sessions SET parent = ? WHERE session = ?"
    place.ledger.append_sync(methodcaller("execute", circle, (second, session_id(1))))
    disable(place, said)
    assert shown(place) == ["More"]
    place.ledger.append_sync(memory.forget(said, place.node.clock.ms))
    assert stay(place, said) == [TITLE]


def test_what_hides_is_found_by_indexes(place: Place) -> None:
    plan = place.ledger.append_sync(methodcaller("query", f"EXPLAIN QUERY PLAN {titles._HIDING}"))
    steps = [step[3] for step in plan]
    assert not [step for step in steps if step.startswith("SCAN") and " USING " not in step], steps


def test_a_moment_far_ahead_is_none_of_a_title(place: Place) -> None:
    said = tell(place)
    order = records.message_forget_ordered(said, hlc.to_ms(2**63))
    place.ledger.append_sync(methodcaller("append", order))
    assert shown(place) == []
