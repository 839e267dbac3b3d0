"""Are cards recorded once each, listed, found again by name or identifier, and kept whole by rebuild and audit?"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.exchange import cardform
from ccnode.store import audit, cards, rebuild, views
from ccnode.store.errors import Conflict, NotFound
from ccnode_crypto import canonical
from ccnode_protocol import records
from tests.store.support import Node, reader, talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.exchange.cardform import Card
    from ccnode.store.ledger import Job, Ledger
    from ccnode.store.transaction import Appended


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path / "ledger.sqlite")


@pytest.fixture
def ledger(node: Node) -> Iterator[Ledger]:
    with contextlib.closing(node.open()) as opened:
        yield opened


def make(name: str, spec: str = "chara_card_v2", **data: Any) -> Card:
    return cardform.checked({"spec": spec, "data": {"name": name, **data}})


def listed(node: Node) -> list[cards.KeptCard]:
    with contextlib.closing(reader(node.path)) as connection:
        return views.run(connection, cards.cards())


def find(node: Node, wanted: str) -> Card:
    with contextlib.closing(reader(node.path)) as connection:
        return views.run(connection, cards.card(wanted))[1]


def appending(record: records.Record) -> Job[Appended]:
    return lambda tx: tx.append(record)


def test_a_card_is_kept_once_and_read_again_whole(node: Node, ledger: Ledger) -> None:
    ada = make("Ada", description="\u00fc\U0001f600", extensions={"x": [1.5, None]})
    talk(ledger, 1, 2)
    first = ledger.append_sync(cards.keep_card(ada))
    again = ledger.append_sync(
        cards.keep_card(make("Ada", description="\u00fc\U0001f600", extensions={"x": [1.5, None]}))
    )
    other = ledger.append_sync(cards.keep_card(make("Ada", "chara_card_v3")))
    assert (first.fresh, again.fresh, other.fresh) == (True, False, True)
    assert first.id == again.id == ada.id != other.id
    found = listed(node)
    assert sorted((one.id, one.name, one.form) for one in found) == sorted(
        [(ada.id, "Ada", "v2"), (other.id, "Ada", "v3")]
    )
    assert {one.bytes for one in found} == {len(ada.text.encode()), len(find(node, other.id.hex()).text)}
    assert find(node, ada.id.hex()) == ada
    assert find(node, ada.id.hex()[:6]).text == ada.text
    with pytest.raises(Conflict, match="several"):
        find(node, "ADA")
    with pytest.raises(NotFound) as caught:
        find(node, "nobody")
    assert caught.value.remedy


def test_a_name_finds_its_card_before_the_beginning_of_an_identifier(node: Node, ledger: Ledger) -> None:
    plain = make("plain")
    ledger.append_sync(cards.keep_card(plain))
    named = make(plain.id.hex()[:6])
    ledger.append_sync(cards.keep_card(named))
    assert find(node, plain.id.hex()[:6]).text == named.text
    assert find(node, plain.id.hex()[:7]).text == plain.text
    with pytest.raises(NotFound):
        find(node, plain.id.hex()[:3])


def test_audit_and_rebuild_know_the_kind(node: Node, ledger: Ledger) -> None:
    talk(ledger, 1, 3)
    ledger.append_sync(cards.keep_card(make("Ada")))
    before = listed(node)
    ledger.append_sync(rebuild.rebuild())
    assert listed(node) == before
    with contextlib.closing(reader(node.path)) as connection:
        report = audit.verify(connection)
        assert (report.ok, report.problems) == (True, [])
        entry = views.run(connection, views.entries(1))[0]
        assert (entry.kind_name, entry.content) == ("card-kept", "present")
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {cards._KEPT}"))
    assert "entries_cards" in plan


def test_what_is_no_card_is_not_listed_and_does_not_hinder(node: Node, ledger: Ledger) -> None:
    good = make("Ada")
    kind = int(records.Kind.CARD_KEPT)
    wrong = [
        records.Record(kind, b"\xff", b"\xff"),
        records.Record(kind, canonical.encode({"card": b"short", "form": "v2"}), b""),
        records.Record(kind, canonical.encode({"card": good.id, "form": "v9"}), b""),
        records.Record(kind, canonical.encode({"card": good.id, "form": "v2"}), b"\xff\xff"),
        records.card_kept(good.id, "v2", "Ada", '{"other": 1}'),
        records.card_kept(records.card_id("[1]"), "v2", "Ada", "[1]"),
        records.card_kept(records.card_id("[" * 5000), "v2", "Ada", "[" * 5000),
    ]
    for record in wrong:
        ledger.append_sync(appending(record))
    assert listed(node) == []
    assert ledger.append_sync(cards.keep_card(good)).fresh
    assert [one.id for one in listed(node)] == [good.id]


def test_a_card_whose_content_is_gone_or_altered_is_kept_anew(node: Node, ledger: Ledger) -> None:
    good = make("Ada")
    kept = "UPDATE entries SET sealed = ? WHERE kind = 24"
    ledger.append_sync(cards.keep_card(good))
    ledger.append_sync(lambda tx: tx.execute(kept, (None,)))
    assert listed(node) == []
    assert ledger.append_sync(cards.keep_card(good)).fresh
    forged = bytes(32) + records.card_kept(good.id, "v2", "Ada", json.dumps({**good.value, "evil": 1})).content
    ledger.append_sync(lambda tx: tx.execute(kept, (forged,)))
    assert listed(node) == []
