"""Does a plate come back from a card as it was, does a stranger's card become a plate, and is what is left out told?"""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.exchange import cardform, cards
from ccnode.exchange.plate_cards import EXTENSION, from_card, to_card
from ccnode.mind import plate
from ccnode.mind.plate import parse, starting

WHOLE = starting("Ada") + "\n## Notes\nfree words \u00fc\U0001f600\n```\n# no heading\n```\n"


def card(**data: Any) -> cardform.Card:
    return cardform.checked({"spec": "chara_card_v3", "data": {"name": "Bob", **data}})


@pytest.mark.parametrize("kind", ["json", "png"])
@pytest.mark.parametrize("form", ["v2", "v3", None])
@pytest.mark.parametrize("text", [WHOLE, starting("kitchen-pi"), "just words", "# Ada", "\n\n x\n"])
def test_a_round_trip_gives_the_same_text(text: str, kind: Any, form: Any) -> None:
    data = cards.card_file(to_card(text), kind, form)
    back = from_card(cards.read_card(io.BytesIO(data), len(data)))
    assert (back.text, back.whole) == (text, True)


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_comes_back(text: str) -> None:
    assert from_card(to_card(text)).text == text


def test_other_programs_find_the_sections_in_their_fields() -> None:
    data = to_card(WHOLE).value["data"]
    assert data["name"] == "Ada"
    assert data["description"].startswith("You are **Ada**")
    assert data["personality"].startswith("curious: you ask")
    assert "owner" in data["scenario"]
    for words in ("Answer briefly", "Core goal\nBe **useful**", "Continuity", "Notes\nfree words"):
        assert words in data["system_prompt"]


def test_a_card_that_was_changed_since_is_read_by_its_fields() -> None:
    value = to_card(WHOLE).value
    value["data"]["description"] = "You are Ada, and like tea."
    back = from_card(cardform.checked(value))
    assert not back.whole
    assert "like tea" in back.text
    assert any("changed since" in left.why for left in back.left)


def test_a_strangers_card_becomes_a_plate() -> None:
    made = from_card(
        card(
            description="{{char}} helps {{user}}.\r\n# Big\n<BOT> sings.",
            personality="kind, brave; dry",
            scenario="You meet <USER> in a shop.",
            system_prompt="Stay calm.",
            post_history_instructions="Be brief.\n```\ncode",
        )
    )
    found = parse(made.text)
    assert (found.name, found.title) == ("Bob", "Bob")
    assert [each.kind for each in found.sections] == ["title", "identity", "relationship", "traits", "instructions"]
    identity, rules = found.section("identity"), found.section("instructions")
    assert identity is not None
    assert identity.text.strip() == "Name: Bob\n\nBob helps your owner.\n\\# Big\nBob sings."
    assert [each.name for each in found.traits] == ["kind", "brave", "dry"]
    assert rules is not None
    assert rules.text.strip() == "Stay calm.\n\nBe brief.\n```\ncode\n```"
    said = " ".join(one.message for one in plate.lint(made.text))
    assert plate.errors(plate.lint(made.text)) == []
    assert "Core goal" in said


def test_what_is_left_out_is_listed() -> None:
    made = from_card(
        card(
            first_mes="Hi!",
            alternate_greetings=["a", "b"],
            mes_example="<START>",
            creator="somebody",
            tags=["x"],
            character_book={"entries": [{"keys": ["k"], "content": "c"}] * 3},
            extensions={"other/app": {"x": 1}},
            strange=5,
        )
    )
    assert {left.where: left.count for left in made.left} == {
        "data.first_mes": 1,
        "data.alternate_greetings": 2,
        "data.mes_example": 1,
        "data.creator": 1,
        "data.tags": 1,
        "data.character_book": 3,
        "data.extensions.other/app": 1,
        "data.strange": 1,
    }


@pytest.mark.parametrize("own", [None, 5, "x", {}, {"text": 5}, {"text": ""}, {"text": "x" * 70_000}])
def test_an_extension_that_is_none_is_passed_over(own: Any) -> None:
    made = from_card(card(description="words", extensions={EXTENSION: own}))
    assert not made.whole
    assert "words" in made.text


def test_a_forged_extension_does_not_hide_behind_other_fields() -> None:
    """A text that does not fit the fields that people see is not taken."""
    forged = to_card(WHOLE).value
    forged["data"]["extensions"][EXTENSION]["text"] = WHOLE.replace("truthful", "deceitful")
    made = from_card(cardform.checked(forged))
    assert not made.whole
    assert "deceitful" not in made.text


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(["description", "personality", "scenario", "system_prompt", "first_mes"]),
        st.lists(
            st.sampled_from(["# x", "## Identity", "Name: Eve", "\n", "```", "~~~", "{{char}}", "a, b", "\r\n", " "])
        ).map("".join),
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=90).filter(str.strip),
)
def test_no_field_can_begin_a_section(fields: dict[str, str], name: str) -> None:
    made = from_card(card(**{**fields, "name": name}))
    kinds = [each.kind for each in parse(made.text).sections]
    assert kinds[:2] == ["title", "identity"]
    assert kinds == [kind for kind in ("title", "identity", "relationship", "traits", "instructions") if kind in kinds]
    for field, kind in (("scenario", "relationship"), ("system_prompt", "instructions")):
        assert (kind in kinds) == bool(fields.get(field, "").strip())
