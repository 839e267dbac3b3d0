"""Are character cards listed and written by the command line, with or without a daemon?"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from ccnode.exchange import cardform
from ccnode.exchange.cards import open_card, read_card
from ccnode.store.cards import keep_card
from tests.cli.helpers import ledger_of

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.exchange.cardform import Card
    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode

NAME = "Ada \x1b[2J\u00fc"


@pytest.fixture
def kept(home: Home) -> Card:
    card = cardform.checked({"spec": "chara_card_v3", "data": {"name": NAME, "nickname": "A."}})
    with ledger_of(home) as ledger:
        ledger.append_sync(keep_card(card))
    return card


def test_without_cards_the_list_is_empty(ccnode: Ccnode, home: Home) -> None:
    assert ccnode("export", "card", "--json").data == {"cards": []}
    assert "ccnode import card" in ccnode("export", "card").err


def test_cards_are_listed(ccnode: Ccnode, home: Home, kept: Card) -> None:
    (only,) = ccnode("export", "card", "--json").data["cards"]
    assert (only["card_id"], only["name"], only["form"], only["bytes"]) == (
        kept.id.hex(),
        NAME,
        "v3",
        len(kept.text.encode()),
    )
    shown = ccnode("export", "card").out
    assert kept.id.hex()[:12] in shown
    assert "\x1b" not in shown


def test_a_card_is_written_in_each_form(ccnode: Ccnode, home: Home, kept: Card, tmp_path: Path) -> None:
    assert json.loads(ccnode("export", "card", NAME).out) == kept.value
    answer = ccnode("export", "card", kept.id.hex()[:5], "--form", "v2", "--json").data
    old = json.loads(answer["content"])
    assert (old["spec"], old["data"]["nickname"], answer["form"]) == ("chara_card_v2", "A.", "v2")
    done = ccnode("export", "card", NAME.lower(), "--format", "png", "-o", str(tmp_path / "ada.png"), "--json")
    assert done.data["bytes"] == (tmp_path / "ada.png").stat().st_size
    assert open_card(tmp_path / "ada.png").value == kept.value
    with (tmp_path / "ada.png").open("rb") as file:
        assert read_card(io.BytesIO(file.read()), done.data["bytes"]).form == "v3"


def test_what_cannot_be_written_is_said(ccnode: Ccnode, home: Home, kept: Card, tmp_path: Path) -> None:
    assert ccnode("export", "card", "nobody").code == 5
    assert ccnode("export", "card", "-o", str(tmp_path / "x")).code == 2
    assert ccnode("export", "card", NAME, "--format", "png", "--json").error["code"] == "no_output"
    (tmp_path / "there").write_text("mine")
    assert ccnode("export", "card", NAME, "-o", str(tmp_path / "there")).code == 5
    assert (tmp_path / "there").read_text() == "mine"
