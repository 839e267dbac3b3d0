"""Is the plate in force the owner's newest, whoever records what, and is a rebuild equal?"""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace
from hashlib import sha256
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import audit, plates, rebuild, views
from ccnode.store.errors import Conflict, NotFound
from ccnode_crypto import canonical
from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import SigningKey
from ccnode_crypto.statements import state_plate
from ccnode_protocol import records
from tests.store.support import OWNER, START_MS, Node, introduce, reader, stored_runs, talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.store.ledger import Ledger
    from ccnode.store.plates import Keeping, Version
    from ccnode_crypto.statements import PlateStatement

STRANGER = SigningKey(b"stranger" + bytes(24))
ADA, BOB, EVE = "# Ada\n", "# Bob\n", "# Eve\n"


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path / "ledger.sqlite")


@pytest.fixture
def ledger(node: Node) -> Iterator[Ledger]:
    with contextlib.closing(node.open()) as opened:
        introduce(node, opened)
        yield opened


def state(text: str, before: str | None = None, issued_ms: int = START_MS, owner: SigningKey = OWNER) -> PlateStatement:
    previous = records.plate_digest(before) if before is not None else None
    return state_plate(owner, records.plate_digest(text), previous, issued_ms)


def keep(ledger: Ledger, text: str, before: str | None = None, issued_ms: int = START_MS, **more: Any) -> Keeping:
    return ledger.append_sync(plates.keep(state(text, before, issued_ms, **more), text))


def ask(node: Node, view: views.View[Any]) -> Any:
    with contextlib.closing(reader(node.path)) as connection:
        return views.run(connection, view)


def in_force(node: Node) -> str | None:
    found: Version | None = ask(node, plates.plate_in_force())
    return found.text if found else None


def tell(ledger: Ledger, said: PlateStatement, text: str) -> None:
    """Record it as it is, whatever it says."""
    ledger.append_sync(lambda tx: tx.append(_record(said, text)))


def _record(said: PlateStatement, text: str) -> records.Record:
    meta = {name: value for name, value in said.fields.items() if name != "version" and value is not None}
    packed = canonical.encode({**meta, "signature": said.signature})
    return records.Record(int(records.Kind.PLATE_KEPT), packed, canonical.encode({"text": text}))


def test_texts_of_all_versions_are_read_one_by_one(node: Node, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The history with its changes looked through every version for each: 24 seconds at 300 of them."""
    before = None
    for at, text in enumerate((ADA, BOB, EVE)):
        keep(ledger, text, before, START_MS + at)
        before = text
    listed = ask(node, plates.versions())
    monkeypatch.setattr(plates, "_page", None)  # whoever lists versions again fails
    assert [ask(node, plates.with_text(one)).text for one in listed] == [EVE, BOB, ADA]


def test_a_date_after_which_there_is_none_is_refused(node: Node, ledger: Ledger) -> None:
    with pytest.raises(Conflict, match="year 9999"):
        keep(ledger, ADA, issued_ms=2**53)
    keep(ledger, ADA)


def test_versions_follow_each_other(node: Node, ledger: Ledger) -> None:
    assert in_force(node) is None
    assert ask(node, plates.versions()) == []
    first = keep(ledger, ADA)
    again = keep(ledger, ADA, issued_ms=START_MS + 5)
    second = keep(ledger, BOB, ADA, START_MS + 1)
    third = keep(ledger, ADA, BOB, START_MS + 2)
    assert (first.fresh, again.fresh, second.fresh, third.fresh) == (True, False, True, True)
    assert [first.version.version, second.version.version, third.version.version] == [1, 2, 3]
    assert in_force(node) == ADA
    listed = ask(node, plates.versions())
    assert [(one.version, one.in_force, one.lost) for one in listed] == [
        (3, True, False),
        (2, False, False),
        (1, False, False),
    ]
    assert listed[0].previous == listed[1].plate == sha256(BOB.encode()).digest()
    assert (listed[0].owner, listed[0].node) == (OWNER.public.raw, node.key.public.raw)
    assert ask(node, plates.numbers({listed[0].plate, listed[1].plate, b"x" * 32})) == {
        listed[0].plate: 3,
        listed[1].plate: 2,
    }


def test_a_reply_names_the_version_of_its_time(node: Node, ledger: Ledger) -> None:
    """A text that is kept again has a new number; what ran under it before had the old one."""
    for at, (text, before) in enumerate(((ADA, None), (BOB, ADA), (ADA, BOB))):
        keep(ledger, text, before, START_MS + at)
    third, second, first = ask(node, plates.versions())
    ada, bob = first.plate, second.plate
    uses = {
        (ada, first.time): 1,
        (ada, second.time): 1,
        (bob, second.time): 2,
        (bob, third.time + 9): 2,
        (ada, third.time): 3,
        (ada, first.time - 1): 1,  # of a chain whose clock was behind
    }
    assert ask(node, plates.numbered([*uses, (b"x" * 32, third.time)])) == uses
    assert ask(node, plates.numbered([])) == {}


def test_a_version_is_found_by_number_and_digest(node: Node, ledger: Ledger) -> None:
    keep(ledger, ADA)
    keep(ledger, BOB, ADA, START_MS + 1)
    keep(ledger, ADA, BOB, START_MS + 2)
    assert [ask(node, plates.version(wanted)).text for wanted in ("1", "2", "3")] == [ADA, BOB, ADA]
    by_digest = ask(node, plates.version(records.plate_digest(ADA).hex()[:8]))
    assert (by_digest.version, by_digest.in_force) == (3, True)
    for wrong in ("0", "4", "zz", "", "abc", "0" * 64, "1; DROP", "9" * 5000):
        with pytest.raises(NotFound, match="no version"):
            ask(node, plates.version(wrong))


def test_what_is_not_the_owners_is_refused(node: Node, ledger: Ledger) -> None:
    with pytest.raises(Conflict, match="not signed by this node's owner"):
        keep(ledger, ADA, owner=STRANGER)
    forged = replace(state(ADA), owner=OWNER.public.raw, signature=bytes(64))
    with pytest.raises(Conflict, match="not signed by this node's owner"):
        ledger.append_sync(plates.keep(forged, ADA))
    keep(ledger, ADA)
    with pytest.raises(Conflict, match="meanwhile"):
        keep(ledger, BOB, None, START_MS + 1)
    with pytest.raises(Conflict, match="a later plate"):
        keep(ledger, BOB, ADA, START_MS)
    assert in_force(node) == ADA


def test_an_entry_without_the_owners_word_is_kept_and_has_no_effect(node: Node, ledger: Ledger) -> None:
    keep(ledger, ADA)
    before = ask(node, views.statistics()).entries
    tell(ledger, state(EVE, ADA, START_MS + 9, STRANGER), EVE)  # signed, by another owner
    tell(ledger, replace(state(EVE, ADA, START_MS + 9), signature=bytes(64)), EVE)
    tell(ledger, replace(state(EVE, ADA, START_MS + 9, STRANGER), owner=OWNER.public.raw), EVE)
    tell(ledger, state(BOB, ADA, START_MS + 9), EVE)  # the owner stated another text
    ledger.append_sync(lambda tx: tx.append(records.Record(int(records.Kind.PLATE_KEPT), canonical.encode({}))))
    assert ask(node, views.statistics()).entries == before + 5
    assert in_force(node) == ADA
    assert [one.lost for one in ask(node, plates.versions())] == [True, False]
    with contextlib.closing(reader(node.path)) as connection:
        assert audit.verify(connection).ok


def test_an_old_statement_recorded_again_stays_old(node: Node, ledger: Ledger) -> None:
    old = state(ADA)
    ledger.append_sync(plates.keep(old, ADA))
    keep(ledger, BOB, ADA, START_MS + 1)
    tell(ledger, old, ADA)
    assert in_force(node) == BOB


def pass_on(giver: Node, taker: Ledger) -> None:
    with contextlib.closing(reader(giver.path)) as connection:
        for chain, runs in stored_runs(connection).items():
            taker.append_sync(methodcaller("receive", chain, runs))


@pytest.mark.parametrize("owner", [OWNER, STRANGER])
def test_a_foreign_chain_never_matters(tmp_path: Path, node: Node, ledger: Ledger, owner: SigningKey) -> None:
    """Even where it holds what our own owner stated: who records it must be of our voice."""
    keep(ledger, ADA)
    other = Node(tmp_path / "other.sqlite", seed=2)
    with contextlib.closing(other.open()) as foreign:
        introduce(other, foreign, STRANGER)
        tell(foreign, state(EVE, None, START_MS + 50, owner), EVE)
    pass_on(other, ledger)
    assert in_force(node) == ADA
    assert len(ask(node, plates.versions())) == 1


def test_a_node_that_is_certified_later_is_heard_then(tmp_path: Path, node: Node, ledger: Ledger) -> None:
    keep(ledger, ADA)
    other = Node(tmp_path / "other.sqlite", seed=2)
    with contextlib.closing(other.open()) as foreign:
        introduce(other, foreign, STRANGER)  # the certificate by our owner is recorded elsewhere, later
        tell(foreign, state(BOB, ADA, START_MS + 50), BOB)
    pass_on(other, ledger)
    assert in_force(node) == ADA
    paper = certify(OWNER, other.key.public.raw, START_MS)
    ledger.append_sync(lambda tx: tx.append(records.node_certified(paper.body, paper.signature)))
    assert in_force(node) == BOB
    assert [one.version for one in ask(node, plates.versions())] == [2, 1]


def test_a_node_that_becomes_another_owners_lives_by_the_plates_of_that_one(
    tmp_path: Path, node: Node, ledger: Ledger
) -> None:
    """Also by one that was stated before its own."""
    other = Node(tmp_path / "other.sqlite", seed=2)
    with contextlib.closing(other.open()) as elsewhere:
        introduce(other, elsewhere, STRANGER)
        tell(elsewhere, state(BOB, None, START_MS - 50, STRANGER), BOB)
    keep(ledger, ADA)
    papers = [certify(STRANGER, key.public.raw, START_MS) for key in (node.key, other.key)]
    said = [records.node_certified(paper.body, paper.signature) for paper in papers]
    ledger.append_sync(lambda tx: [tx.append(record) for record in said])
    assert ask(node, plates.plate_in_force()) is None
    pass_on(other, ledger)
    assert in_force(node) == BOB
    assert [one.version for one in ask(node, plates.versions())] == [1]
    with pytest.raises(Conflict, match="owner"):
        keep(ledger, EVE, BOB, START_MS + 90)
    ledger.append_sync(plates.keep(state(EVE, BOB, START_MS + 90, STRANGER), EVE))
    assert in_force(node) == EVE


def test_a_row_that_somebody_wrote_into_the_table_is_not_believed(node: Node, ledger: Ledger) -> None:
    keep(ledger, ADA)
    tell(ledger, replace(state(EVE, ADA, START_MS + 9), signature=bytes(64)), EVE)
    number = ledger.append_sync(lambda tx: tx.query("SELECT max(id) FROM entries"))[0][0]
    row = (number, records.plate_digest(EVE), None, OWNER.public.raw, START_MS + 9)
    ledger.append_sync(lambda tx: tx.execute("INSERT INTO plates VALUES (?, ?, ?, ?, ?)", row))
    assert in_force(node) == ADA


def test_a_text_that_was_altered_or_is_missing_is_not_in_force(node: Node, ledger: Ledger) -> None:
    keep(ledger, ADA)
    kept = keep(ledger, BOB, ADA, START_MS + 1).version
    for sealed in (None, b"", bytes(32) + canonical.encode({"text": EVE})):
        change = methodcaller("execute", "UPDATE entries SET sealed = ? WHERE id = ?", (sealed, kept.entry))
        ledger.append_sync(change)
        assert in_force(node) == ADA
        assert [one.lost for one in ask(node, plates.versions())] == [True, False]
        assert ask(node, plates.version("2")).text is None


@pytest.mark.parametrize("seed", range(5))
def test_a_rebuild_gives_the_same_and_order_does_not_matter(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    nodes = [Node(tmp_path / f"{number}.sqlite", seed=number) for number in (1, 2, 3)]
    for node in nodes:
        with contextlib.closing(node.open()) as opened:
            introduce(node, opened)
            for _ in range(6):
                text = f"# Ada {chance.randrange(4)}\n"
                owner = chance.choice([OWNER, OWNER, STRANGER])
                tell(opened, state(text, None, START_MS + chance.randrange(10), owner), text)
    last = Node(tmp_path / "last.sqlite", seed=9)
    results = []
    for order in (nodes, nodes[::-1]):
        last.path.unlink(missing_ok=True)
        for rest in tmp_path.glob("last.*"):
            rest.unlink()
        with contextlib.closing(last.open()) as opened:
            introduce(last, opened)
            talk(opened, 1, 1)
            for node in order:
                pass_on(node, opened)
            results.append([(one.version, one.digest, one.in_force) for one in ask(last, plates.versions())])
            with contextlib.closing(reader(last.path)) as connection:
                before = connection.execute("SELECT * FROM plates ORDER BY id").fetchall()
            opened.append_sync(rebuild.rebuild())
            with contextlib.closing(reader(last.path)) as connection:
                assert connection.execute("SELECT * FROM plates ORDER BY id").fetchall() == before
    assert results[0] == results[1]
    assert any(one[2] for one in results[0])


def test_a_ledger_from_before_gets_the_rows_of_what_it_holds(node: Node, ledger: Ledger) -> None:
    keep(ledger, ADA)
    tell(ledger, replace(state(EVE, ADA, START_MS + 9), signature=bytes(64)), EVE)
    ledger.append_sync(methodcaller("execute", "DELETE FROM plates"))
    assert in_force(node) is None
    ledger.append_sync(methodcaller("rebuild", plates.fill))  # as the migration does
    assert in_force(node) == ADA
    assert len(ask(node, plates.versions())) == 1


def test_a_reply_names_the_plate_it_was_given_under(node: Node, ledger: Ledger) -> None:
    kept = keep(ledger, ADA).version
    meta = records.MessageMeta(b"s" * 16, records.Role.ASSISTANT, plate=kept.plate)
    ledger.append_sync(lambda tx: tx.append(records.session_opened(b"s" * 16)))
    said = ledger.append_sync(lambda tx: tx.append(records.message(meta, "yes"), meta))
    assert ask(node, views.message(said.digest)).plate == kept.plate
