"""Does a plate come back from a card as it was, does a stranger's card become a plate, and is what is left out told?"""

from __future__ import annotations

import io
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.exchange import cardform, cards
from ccnode.exchange.plate_cards import EXTENSION, from_card, is_card, to_card
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
    assert from_card(to_card(text)).text == text.lstrip(plate.MARK)  # by which no plate begins


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


STONE: Final = "Name: Mira Stone\nAge: 27\n- **NAME** : Stone\nNickname: Mi\n**Name:** M."


def test_a_name_in_the_description_is_no_name_of_the_plate() -> None:
    """Many cards have a form there, with a name that is longer than the card's; they were refused."""
    made = from_card(card(name="Mira", description=STONE, system_prompt="Name: none"))
    found = parse(made.text)
    identity = found.section("identity")
    assert found.name == "Mira"
    assert identity is not None
    assert "Name\\: Mira Stone\nAge: 27\n- **NAME** \\: Stone\nNickname: Mi\n**Name\\:** M." in identity.text
    assert plate.errors(made.lint()) == []
    # Other programs get it as it came; and it comes back, as a whole or by its fields.
    out = to_card(made.text)
    assert out.value["data"]["description"] == STONE
    assert from_card(out).whole
    value = out.value
    del value["data"]["extensions"][EXTENSION]
    again = parse(from_card(cardform.checked(value)).text).section("identity")
    assert again is not None
    assert again.text == identity.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"description": "a\x00b"}, "data.description: the control character U+0000"),
        ({"scenario": "x\u202ey"}, "data.scenario: U+202E"),
        ({"personality": "kind\x07"}, "data.personality: the control character U+0007"),
        (
            {"system_prompt": "a", "post_history_instructions": "b\n\nc\x07"},
            "data.post_history_instructions: the control",
        ),
        ({"system_prompt": "a\n\n\x07", "post_history_instructions": "b"}, "data.system_prompt: the control character"),
        ({"name": "Ev\x1bil"}, "data.name: the control character U+001B"),
        (
            {"description": "word " * 30_000, "scenario": "x"},
            "149999 of them from data.description; a plate has at most",
        ),
    ],
)
def test_what_is_wrong_with_a_card_is_told_by_its_field(data: dict[str, Any], said: str) -> None:
    found = plate.errors(from_card(card(**data)).lint())
    assert [one.line for one in found] == [0]  # of a text that its owner never saw
    assert said in found[0].message
    assert found[0].remedy


def test_a_whole_plate_in_a_card_is_judged_there() -> None:
    made = from_card(to_card("# Ada\n\x07"))
    assert made.whole
    assert f"data.extensions.{EXTENSION}: the control" in plate.errors(made.lint())[0].message


def test_marks_of_files_are_no_part_of_a_text() -> None:
    assert from_card(to_card(plate.MARK + WHOLE)).text == WHOLE
    made = from_card(card(name=f"{plate.MARK}Bob", description=f"{plate.MARK}{plate.MARK}words"))
    assert plate.MARK not in made.text
    marked = b"\xef\xbb\xbf" * 2 + cards.card_json(card(description="words"))
    assert is_card(marked)
    assert "words" in from_card(cards.read_card(io.BytesIO(marked), len(marked))).text


def test_a_name_that_is_cut_is_listed() -> None:
    made = from_card(card(name="N" * 65))
    assert parse(made.text).name == "N" * 64
    assert [left.where for left in made.left] == ["data.name"]
    assert from_card(card(name=" N  " * 16)).left == ()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", False), (b"# Ada\n", False), (b"{note}\n## Identity\nName: Ada\n", False), (b"{", True), (b" {} ", True),
        (b"{} or none\n", False), (b'{"quoted"} words', False), (b'{"spec": "chara_ca', True), (b'{"a \\" b"', True),
        (b'{"a": 1}\n## Identity\nName: Ada\n', False), (b'\xef\xbb\xbf{\n  "name":', True), (b"[1,2]", True),
        (b"[Ada](http://x) is", False), (b"[" * 60_000, True), (b"[1] a note", False), (b"\x89PNG", True),
        (b"42", False),
    ],
)  # fmt: skip
def test_a_card_is_told_from_markdown_by_what_it_is(data: bytes, *, expected: bool) -> None:
    assert is_card(data) == expected


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
