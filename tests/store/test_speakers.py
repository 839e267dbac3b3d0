"""Is what another person said told as theirs, wherever it comes into a prompt, and what is our own as ours?"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ccnode.mind.prompt_types import Recalled
from ccnode.store import ground, speakers, views, voices
from ccnode.store.search import Searcher
from ccnode_crypto.keys import node_id
from ccnode_protocol import records
from ccnode_protocol.records import Role
from tests.store.support import Clock, Node, reader, say, session_id
from tests.store.test_voices import make

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.transaction import Transaction
    from tests.store.test_voices import Ours

FACT = "My parrot is called {}."


def brought_in(ours: Ours) -> dict[str, bytes]:
    """A fact told to another program, one in somebody's export, and one told here."""
    made: dict[str, bytes] = {}

    def job(tx: Transaction) -> None:
        for number, (name, origin) in enumerate((("Rio", "chatgpt"), ("Kiwi", "bundle"), ("Coco", None)), start=11):
            tx.append(records.session_opened(session_id(number), "birds"))
            told = say(tx, number, FACT.format(name), origin=origin).digest
            made[name] = told
            made[f"on {name}"] = say(tx, number, f"So {name} is a parrot.", told, Role.ASSISTANT, origin=origin).digest

    ours.ledger.append_sync(job)
    return made


def test_what_is_recalled_says_whose_it_is_and_where_it_is_from(tmp_path: Path) -> None:
    ours = make(tmp_path / "ours", Clock())
    brought_in(ours)
    with contextlib.closing(Searcher(ours.home.index, ours.home.ledger)) as searcher:
        found = searcher.recall("What is my parrot called?", [], limit=12)
    known = {one.content: one for one in ours.view(speakers.labelled(found))}
    own, program, other = (known[FACT.format(name)] for name in ("Coco", "Rio", "Kiwi"))
    assert (own.role, own.origin, own.told_by) == ("user", "", "")
    assert (program.role, program.origin, program.told_by) == ("user", "chatgpt", "")
    assert (other.role, other.origin) == ("tool", "")
    assert other.told_by == "the export of a node that was brought in, said there by its user"
    assert [one.content for one in ours.view(speakers.labelled(found))] == [one.content for one in found]
    packet = Recalled("ab" * 32, "", "tool", "They say.", 0, 1.0, told_by="packet 1 of node 2")
    assert ours.view(speakers.labelled([packet])) == [packet]
    assert ours.view(speakers.labelled([])) == []
    ours.ledger.close()


def test_a_branch_of_a_strangers_conversation_tells_his_words_as_his(tmp_path: Path) -> None:
    ours, node = make(tmp_path / "ours", Clock()), Node(tmp_path / "stranger.sqlite", 7, Clock())
    his = node.open()

    def job(tx: Transaction) -> bytes:
        tx.append(records.session_opened(session_id(1), "his own"))
        root = say(tx, 1, "My parrot is called Ara.").digest
        return say(tx, 1, "A fine name.", root, Role.ASSISTANT).digest

    last = his.append_sync(job)
    his.close()
    ours.receive(node)
    kept_as = voices.session_of(node.key.public.raw, session_id(1))
    assert ours.view(views.session(kept_as)).foreign

    def branch(tx: Transaction) -> bytes:
        tx.append(records.session_opened(session_id(9), "ours", last))
        return say(tx, 9, "And how is mine called?", last).digest

    asked = ours.ledger.append_sync(branch)
    known = ours.view(ground.of_question(asked))
    name = f"node {node_id(node.key.public.raw)[:12]}"
    assert [known.others.get(one.digest, "") for one in known.history] == [
        f"{name}, said there by its user",
        f"{name}, said there by its assistant",
        "",
    ]
    ours.ledger.close()


def test_damaged_metas_and_unknown_messages_have_no_label(tmp_path: Path) -> None:
    ours = make(tmp_path / "ours", Clock())
    found = Recalled("cd" * 32, "", "user", "gone", 0, 1.0)
    with contextlib.closing(reader(ours.home.ledger)) as connection:
        assert views.run(connection, speakers.labelled([found])) == [found]
        assert views.run(connection, speakers.others([])) == {}
    changed: Any = replace(found, message_id=ours.said["fact"].hex())
    assert ours.view(speakers.labelled([changed])) == [changed]
    ours.ledger.close()
