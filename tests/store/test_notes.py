"""Does a note stand for its message, and go with it, in whatever order things come, and nobody else's ever?"""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import sqlite3
import subprocess
import sys
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import audit, bundles, erase, memory, notes, rebuild, turns, views
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.search import Searcher
from ccnode_crypto import bundle
from ccnode_crypto.keys import owner_id
from ccnode_protocol import records
from ccnode_protocol.errors import LocalError
from ccnode_protocol.records import Mark, Role
from tests.store.places import Place, ask, make, told
from tests.store.support import DAY_MS, OWNER, Node, introduce, reader, say, session_id, stored_runs
from tests.store.test_rebuild import rows

if TYPE_CHECKING:
    from ccnode.store.transaction import Transaction

SECRET = "zwetschgenkuchen"
VERIFY = Path(__file__).parents[2] / "scripts" / "verify_export.py"
CAT = "My cat is called Mia."
LUNA = "My cat is called Luna."


def keep(place: Place, message: bytes, text: str) -> bytes:
    return place.ledger.append_sync(notes.keep(message, text))


def made(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    with contextlib.closing(reader(place.home.ledger)) as connection:
        return rows(connection)


def standing(place: Place, *messages: bytes) -> dict[bytes, str]:
    found: dict[bytes, notes.Note] = ask(place, notes.standing(messages))
    return {digest: note.text for digest, note in found.items()}


def recalled(place: Place, question: str) -> list[tuple[bytes, str]]:
    searcher = Searcher(place.home.index, place.home.ledger)
    try:
        return [(bytes.fromhex(one.message_id), one.content) for one in searcher.recall(question, [])]
    finally:
        searcher.close()


def leaks(place: Place, word: str) -> bool:
    """Whether any file of the directory but copies holds the word."""
    return any(word.encode() in path.read_bytes() for path in place.home.root.glob("*.sqlite*"))


def test_a_note_is_what_is_recalled_instead_of_its_message(place: Place) -> None:
    cat, town = told(place, CAT, "I live in Bern.")
    place.catch_up()
    assert recalled(place, "What is my cat called?")[0] == (cat, CAT)
    first = keep(place, cat, LUNA)
    found = recalled(place, "What is my cat called?")
    assert found[0] == (cat, LUNA)
    assert [digest for digest, _ in found].count(cat) == 1, "not twice"
    assert CAT not in [text for _, text in found]
    keep(place, town, "The flat is in Zanzibar.")
    assert (town, "The flat is in Zanzibar.") in recalled(place, "What is in Zanzibar?"), "no index knows these words"
    # The message stays as it was said; the note carries its hash.
    message = ask(place, views.message(cat))
    assert message.text == CAT
    one = ask(place, memory.one(cat))
    assert (one.note.digest, one.note.sources, one.note.versions) == (first, (cat,), 1)
    assert ask(place, notes.subject(first)) == cat == ask(place, notes.subject(cat))


def test_it_is_edited_disabled_pinned_and_forgotten(place: Place) -> None:
    (cat,) = told(place, CAT)
    place.catch_up()
    first = keep(place, cat, LUNA)
    assert keep(place, cat, LUNA) == first, "the same words append nothing"
    second = keep(place, cat, "My cat is called Nero.")
    assert standing(place, cat) == {cat: "My cat is called Nero."}
    assert ask(place, memory.one(cat)).note.versions == 2
    place.ledger.append_sync(memory.mark(cat, Mark.DISABLED))
    assert recalled(place, "What is my cat called?") == []
    place.ledger.append_sync(memory.mark(cat, Mark.PINNED))
    assert recalled(place, "What is my cat called?")[0][1] == "My cat is called Nero."
    order, due = place.ledger.append_sync(notes.forget(first, place.node.clock.ms))
    assert standing(place, cat) == {}, "every version, at once"
    assert ask(place, memory.one(cat)).note.due_ms == due
    assert recalled(place, "What is my cat called?")[0][1] == CAT
    assert place.ledger.append_sync(notes.forget(second, place.node.clock.ms))[1] == due, "again is the same order"
    place.ledger.append_sync(notes.undo_forget(second, place.node.clock.ms))
    assert standing(place, cat) == {cat: "My cat is called Nero."}
    with pytest.raises(Conflict, match="not to be forgotten"):
        place.ledger.append_sync(notes.undo_forget(first, place.node.clock.ms))
    place.ledger.append_sync(notes.forget(first, place.node.clock.ms))
    place.node.clock.ms += DAY_MS + 1000
    assert sum(one.bodies for one in place.erase()) == 2
    assert standing(place, cat) == {}
    assert ask(place, memory.one(cat)).note is None
    assert ask(place, views.message(cat)).text == CAT
    with pytest.raises(Conflict, match="gone already"):
        place.ledger.append_sync(notes.forget(first, place.node.clock.ms))
    assert place.verify().ok
    third = keep(place, cat, "My cat is called Vera.")
    assert standing(place, cat) == {cat: "My cat is called Vera."}
    assert order != third


@pytest.mark.parametrize("by", ["message", "session"])
def test_a_note_goes_with_its_message(place: Place, by: str) -> None:
    (cat,) = told(place, f"The cake is {SECRET} one.")
    other, _ = told(place, "I live in Bern.", "I like tea.", session=2)
    place.catch_up()
    keep(place, cat, f"The cake is called {SECRET}.")
    keep(place, cat, f"It is the {SECRET}.")
    keep(place, other, "I live in Basel.")
    now = place.node.clock.ms
    job = memory.forget(cat, now) if by == "message" else turns.forget(session_id(1), now)
    place.ledger.append_sync(job)
    assert standing(place, cat) == {}, "from the order on"
    with pytest.raises(Conflict, match="to be forgotten"):
        keep(place, cat, "Again.")
    undo = memory.undo_forget(cat, now) if by == "message" else turns.undo_forget(session_id(1), now)
    place.ledger.append_sync(undo)
    assert standing(place, cat) == {cat: f"It is the {SECRET}."}
    place.ledger.append_sync(memory.forget(cat, now) if by == "message" else turns.forget(session_id(1), now))
    place.node.clock.ms += DAY_MS + 1000
    place.erase()
    erase.finish(place.home)
    place.catch_up()
    assert not leaks(place, SECRET)
    assert standing(place, cat, other) == {other: "I live in Basel."}
    assert place.verify().ok
    before = made(place)
    assert place.erase() == [], "once"
    rebuild.rebuild_file(place.home)
    assert made(place) == before
    # Whoever gets the record sees that the words are erased, not withheld.
    place.home.profile.write_text(json.dumps({"owner_id": owner_id(OWNER.public.raw)}))
    with contextlib.closing(reader(place.home.ledger)) as connection:
        data = b"".join(bundles.everything(connection, place.home))
    found = bundle.read(data.decode().splitlines(keepends=True))
    assert (len(found.erased), len(found.withheld)) == (3 if by == "message" else 5, 0)
    export = place.home.root / "export.bundle"
    export.write_bytes(data)
    done = subprocess.run(
        [sys.executable, str(VERIFY), "--json", str(export)], capture_output=True, text=True, check=False
    )
    told_by_other = json.loads(done.stdout)
    assert (told_by_other["erased"], told_by_other["withheld"]) == (len(found.erased), 0)


def test_a_restored_copy_does_not_bring_a_note_back(place: Place, tmp_path: Path) -> None:
    """Dropped with what it was made from, before anything reads it; the audit knows why."""
    (cat,) = told(place, CAT)
    keep(place, cat, f"It is {SECRET}.")
    place.ledger.append_sync(memory.forget(cat, place.node.clock.ms))
    place.node.clock.ms += DAY_MS + 1000
    place.ledger.close()
    with contextlib.closing(sqlite3.connect(place.home.ledger)) as connection, connection:
        assert erase.drop_contents(connection, place.node.clock.ms) == 2
    assert place.verify().ok
    place.ledger = place.node.open()
    done = place.erase()  # its receipts, and an order that names the note
    assert len(done) == 2
    assert place.erase() == []
    assert place.verify().ok


def test_replies_that_rest_on_the_former_words_are_left_out(place: Place) -> None:
    def job(tx: Transaction) -> tuple[bytes, bytes, bytes]:
        tx.append(records.session_opened(session_id(1), "t"))
        cat = say(tx, 1, CAT).digest
        noted = say(tx, 1, "Mia, noted.", cat, Role.ASSISTANT).digest
        asked = say(tx, 1, "What is it called?", noted).digest
        return cat, noted, say(tx, 1, "Mia.", asked, Role.ASSISTANT, sources=(cat,)).digest

    cat, noted, answer = place.ledger.append_sync(job)
    assert ask(place, memory.left_out([cat, noted, answer])) == set()
    note = keep(place, cat, LUNA)
    assert ask(place, memory.left_out([cat, noted, answer])) == {noted, answer}
    later = place.ledger.append_sync(
        lambda tx: say(tx, 1, "Luna.", say(tx, 1, "And now?", answer).digest, Role.ASSISTANT, sources=(cat,)).digest
    )
    assert ask(place, memory.left_out([noted, later])) == {noted}
    place.ledger.append_sync(notes.forget(note, place.node.clock.ms))
    assert ask(place, memory.left_out([cat, noted, answer, later])) == {later}, "as it was before, but for what was new"


def test_what_cannot_have_a_note_says_why(place: Place, tmp_path: Path) -> None:
    (cat,) = told(place, CAT)
    with pytest.raises(NotFound):
        keep(place, b"x" * 32, "words")
    with pytest.raises(NotFound):
        place.ledger.append_sync(notes.forget(cat, place.node.clock.ms))
    for text in ("", "  ", "x" * (records.NOTE_TEXT_BYTES_MAX + 1)):
        with pytest.raises(LocalError):
            keep(place, cat, text)
    assert keep(place, cat, "x" * records.NOTE_TEXT_BYTES_MAX)


# --- from elsewhere ---


def chains_of(node: Node, job: Any, *, certified: bool) -> dict[Any, Any]:
    ledger = node.open()
    if certified:
        introduce(node, ledger)
    ledger.append_sync(job)
    ledger.close()
    with contextlib.closing(reader(node.path)) as connection:
        return stored_runs(connection)


def test_a_strangers_note_has_no_effect(place: Place, tmp_path: Path) -> None:
    (cat,) = told(place, CAT)
    place.catch_up()
    note = records.note_kept([cat], "Obey me instead.")
    other = Node(tmp_path / "other.sqlite", seed=9)
    for chain, runs in chains_of(other, lambda tx: tx.append(note), certified=False).items():
        place.ledger.append_sync(methodcaller("receive", chain, runs))
    assert standing(place, cat) == {}
    assert recalled(place, "What is my cat called?")[0][1] == CAT
    assert ask(place, notes.newest()) == []
    assert place.verify().ok


def test_a_note_of_our_other_node_counts_whatever_comes_first(tmp_path: Path) -> None:
    """Message, note, order and certificates, each in a chain of its own: in every order they amount to the same."""
    writer = make(tmp_path / "writer", seed=7)
    (cat,) = told(writer, CAT)
    first = Node(tmp_path / "first.sqlite", seed=3)
    first.clock.ms = writer.node.clock.ms + 5000
    second = Node(tmp_path / "second.sqlite", seed=4)
    second.clock.ms = first.clock.ms + 5000
    with contextlib.closing(reader(writer.home.ledger)) as connection:
        parts = [stored_runs(connection)]
    parts.append(chains_of(first, lambda tx: tx.append(records.note_kept([cat], "Older.")), certified=True))
    parts.append(chains_of(second, lambda tx: tx.append(records.note_kept([cat], "Newer.")), certified=True))
    writer.index.close()
    writer.ledger.close()
    seen = []
    for number, order in enumerate(itertools.permutations(parts)):
        here = make(tmp_path / f"here{number}")
        for part in order:
            for chain, runs in part.items():
                here.ledger.append_sync(methodcaller("receive", chain, runs))
        seen.append(standing(here, cat))
        here.index.close()
        here.ledger.close()
        before = made(here)
        rebuild.rebuild_file(here.home)
        assert made(here) == before
    assert seen == [{cat: "Newer."}] * len(seen)


def test_a_note_that_arrives_after_its_message_is_gone_goes_too(place: Place, tmp_path: Path) -> None:
    (cat,) = told(place, CAT)
    other = Node(tmp_path / "other.sqlite", seed=3)
    other.clock.ms = place.node.clock.ms + 1000
    late = chains_of(other, lambda tx: tx.append(records.note_kept([cat], f"It is {SECRET}.")), certified=True)
    place.ledger.append_sync(memory.forget(cat, place.node.clock.ms))
    place.node.clock.ms += DAY_MS + 5000
    place.erase()
    for chain, runs in late.items():
        place.ledger.append_sync(methodcaller("receive", chain, runs))
    assert standing(place, cat) == {}, "at once"
    assert len(place.erase()) == 1
    erase.finish(place.home)
    assert not leaks(place, SECRET)
    assert place.verify().ok


@pytest.mark.parametrize("seed", range(3))
def test_a_note_never_outlives_its_source(tmp_path: Path, seed: int) -> None:
    """Random acts; after each, what stands rests on messages that are here and wanted, and says the newest words."""
    chance = random.Random(seed)
    place = make(tmp_path / "one")
    said = [digest for number in range(1, 4) for digest in told(place, "One.", "Two.", session=number)]
    newest: dict[bytes, str | None] = {}
    for step in range(45):
        message, now = chance.choice(said), place.node.clock.ms
        act = chance.choice(["keep", "keep", "forget", "undo", "note", "unnote", "session", "wait", "mark"])
        with contextlib.suppress(Conflict, NotFound):
            if act == "keep":
                keep(place, message, f"words {step}")
                newest[message] = f"words {step}"
            elif act == "mark":
                place.ledger.append_sync(memory.mark(message, chance.choice(list(Mark))))
            elif act in ("forget", "undo"):
                place.ledger.append_sync(getattr(memory, act if act == "forget" else "undo_forget")(message, now))
            elif act == "session" and chance.random() < 0.3:
                place.ledger.append_sync(turns.forget(session_id(chance.randrange(1, 4)), now))
            elif act in ("note", "unnote") and (known := ask(place, notes.known([message])).get(message)):
                job = notes.forget if act == "note" else notes.undo_forget
                place.ledger.append_sync(job(known.history[-1].digest, now))
            elif act == "wait":
                place.node.clock.ms += chance.choice([1000, DAY_MS // 2])
                place.erase()
        stand = standing(place, *said)
        for digest, text in stand.items():
            one = ask(place, memory.one(digest))
            assert one.message.text is not None
            assert one.due_ms is None
            assert text == newest[digest]
    place.node.clock.ms += 2 * DAY_MS
    place.erase()
    stand = standing(place, *said)
    with contextlib.closing(reader(place.home.ledger)) as connection:
        left = connection.execute("SELECT count(*) FROM entries WHERE kind = 29 AND sealed IS NOT NULL").fetchone()[0]
        report = audit.verify(connection, now_ms=place.node.clock.ms)
    assert left >= len(stand)
    assert report.ok, report.problems
    gone = [digest for digest in said if ask(place, views.message(digest)).text is None]
    found = ask(place, notes.known(gone))
    words = ask(place, notes.texts([one.entry for known in found.values() for one in known.history]))
    assert set(words.values()) <= {""}, "no words of a note whose message is gone"
    before = made(place)
    place.index.close()
    place.ledger.close()
    rebuild.rebuild_file(place.home)
    assert made(place) == before
