"""Does a reply that cites nothing bring back what was disabled or forgotten in its own conversation?"""

from __future__ import annotations

import contextlib
from operator import methodcaller
from typing import TYPE_CHECKING

from ccnode.store import echoes, ground, memory, rebuild, turns, views
from ccnode.store.search import Searcher
from ccnode_protocol import records
from ccnode_protocol.records import Mark, Role
from tests.store.places import Place, ask, make
from tests.store.support import DAY_MS, reader, say, session_id, stored_runs

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from ccnode.store.transaction import Transaction

TOLD = "I can't eat shellfish, I am allergic to it."
AGAIN = "Then a vegetable paella. I left the prawns and mussels out because of your shellfish allergy."
OTHER = "Use a wide pan, and short rice."


def left_out(place: Place, *digests: bytes) -> set[bytes]:
    found: set[bytes] = ask(place, memory.left_out(digests))
    return found


def talked(place: Place, *texts: str, session: int = 1, parent: bytes | None = None) -> list[bytes]:
    """Turns of a conversation, question and reply by turns; nothing of it is cited."""

    def job(tx: Transaction) -> list[bytes]:
        tx.append(records.session_opened(session_id(session), "dinner", parent))
        made, above = list[bytes](), parent
        for at, text in enumerate(texts):
            above = say(tx, session, text, above, Role.ASSISTANT if at % 2 else Role.USER).digest
            made.append(above)
        return made

    return place.ledger.append_sync(job)


def dinner(place: Place) -> list[bytes]:
    return talked(place, TOLD, "Noted.", "What shall I cook on Sunday?", AGAIN, "And what do I need?", OTHER)


def test_a_paraphrase_goes_and_comes_with_what_it_says_again(place: Place) -> None:
    told, noted, _, again, _, other = said = dinner(place)
    assert left_out(place, *said) == set()
    place.ledger.append_sync(memory.mark(told, Mark.DISABLED))
    assert left_out(place, *said) == {told, noted, again}
    assert left_out(place, again) == {again}
    place.ledger.append_sync(memory.enable(told))
    assert left_out(place, *said) == set()
    place.ledger.append_sync(memory.forget(told, place.node.clock.ms))
    assert left_out(place, again, other) == {again}
    place.ledger.append_sync(memory.undo_forget(told, place.node.clock.ms))
    assert left_out(place, *said) == set()


def test_it_is_neither_recalled_nor_shown_nor_rested_on(place: Place) -> None:
    told, _, _, again, *_ = dinner(place)
    resting = talked(place, "What was that rice dish?", "It was the paella.", session=2)

    def cite(tx: Transaction) -> bytes:
        return say(tx, 2, "The paella without prawns.", resting[0], Role.ASSISTANT, sources=(again,)).digest

    citing = place.ledger.append_sync(cite)
    place.catch_up()
    question = "Why did you leave the prawns out of the paella?"
    with contextlib.closing(Searcher(place.home.index, place.home.ledger)) as searcher:
        assert AGAIN in [one.content for one in searcher.recall(question, [])]
        place.ledger.append_sync(memory.mark(told, Mark.DISABLED))
        assert AGAIN not in [one.content for one in searcher.recall(question, [])]
    assert left_out(place, citing) == {citing}
    assert again in ask(place, ground.preview(session_id(1))).unremembered


def test_what_is_still_remembered_may_be_said(place: Place) -> None:
    """What was told twice the reply may have from the other message; once both are out, it is left out."""
    twice = "Mind that shellfish gives me an allergy."
    told, _, repeated, _, _, again = talked(place, TOLD, "Noted.", twice, "I will.", "What do I cook?", AGAIN)
    place.ledger.append_sync(memory.mark(told, Mark.DISABLED))
    assert left_out(place, again) == set()
    place.ledger.append_sync(memory.mark(repeated, Mark.DISABLED))
    assert left_out(place, again) == {again}
    place.ledger.append_sync(memory.enable(told))
    assert left_out(place, again) == set()


def test_once_the_words_are_erased_the_record_says_it(place: Place) -> None:
    told, _, _, again, _, other = dinner(place)
    place.ledger.append_sync(memory.forget(told, place.node.clock.ms, at_once=True))
    place.erase()
    assert ask(place, views.message(told)).text is None
    assert left_out(place, again, other) == {again}
    assert ask(place, views.message(again)).mark == "disabled"
    assert place.erase() == []
    place.ledger.append_sync(rebuild.rebuild())
    assert left_out(place, again, other) == {again}
    place.ledger.append_sync(memory.enable(again))  # whoever reads it may find that it was taken wrongly
    assert left_out(place, again, other) == set()
    place.erase()
    assert left_out(place, again, other) == set()


def test_a_branch_of_a_forgotten_conversation_says_it_no_more(place: Place) -> None:
    said = dinner(place)
    asked, again, _, other = talked(
        place, "Something with rice?", AGAIN, "And the pan?", OTHER, session=2, parent=said[1]
    )
    further = talked(place, "Once more?", AGAIN, session=3, parent=other)
    place.ledger.append_sync(turns.forget(session_id(1), place.node.clock.ms))
    assert left_out(place, asked, again, other, further[1]) == {again, further[1]}
    place.ledger.append_sync(turns.undo_forget(session_id(1), place.node.clock.ms))
    assert left_out(place, asked, again, other, further[1]) == set()
    place.ledger.append_sync(turns.forget(session_id(1), place.node.clock.ms))
    place.node.clock.ms += 2 * DAY_MS
    place.erase()
    assert left_out(place, asked, again, other, further[1]) == {again, further[1]}


def test_another_node_of_the_owner_heeds_it(place: Place, tmp_path: Path) -> None:
    told, _, _, again, *_ = dinner(place)
    place.ledger.append_sync(memory.forget(told, place.node.clock.ms, at_once=True))
    place.erase()
    other = make(tmp_path / "two", seed=2, clock=place.node.clock)
    with contextlib.closing(reader(place.home.ledger)) as connection:
        for chain, runs in stored_runs(connection).items():
            other.ledger.append_sync(methodcaller("receive", chain, runs))
    try:
        assert left_out(other, again) == {again}
    finally:
        other.index.close()
        other.ledger.close()


def test_what_was_told_long_before_was_in_no_prompt(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    told, *_, again = talked(place, TOLD, "Noted.", *["Hm?", "Yes."] * 10, "What do I cook?", AGAIN)
    place.ledger.append_sync(memory.mark(told, Mark.DISABLED))
    assert left_out(place, again) == {again}
    monkeypatch.setattr(echoes, "HISTORY", 10)
    assert left_out(place, again) == set()


def test_a_look_costs_nothing_where_nothing_is_hidden_and_little_where_it_is(place: Place) -> None:
    told, *rest = talked(place, TOLD, *["Noted.", "And then?"] * 300, AGAIN)
    place.ledger.append_sync(memory.mark(told, Mark.DISABLED))
    elsewhere = talked(place, *["What?", "That."] * 50, session=2)

    def steps(digests: list[bytes]) -> int:
        asked, rows = 0, None
        view = echoes.again(digests)
        with contextlib.closing(reader(place.home.ledger)) as connection, contextlib.suppress(StopIteration):
            while True:
                sql, parameters = view.send(rows) if rows is not None else next(view)
                asked, rows = asked + 1, connection.execute(sql, parameters).fetchall()
        return asked

    assert steps(elsewhere) <= 3
    assert steps(rest) <= 60
