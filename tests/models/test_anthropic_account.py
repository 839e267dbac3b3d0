"""Is what the account of a prompt says never less than what the service is sent, whatever is in it?"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.mind.context import Built, Material, after_shortening, build, tokens_said
from ccnode.mind.guidance import CONTINUE, FENCE, OPENING, RECALL_GUIDANCE, name_of
from ccnode.mind.prompt_types import Branch, PromptMessage, Recalled, Role, Summary
from ccnode.models.anthropic_request import build_request

if TYPE_CHECKING:
    from collections.abc import Sequence

PLATE = "# Ada\n\nYou are Ada."
QUESTION = PromptMessage("user", "What now?", "f" * 64)
ALWAYS = ("plate", "answering", "question", "begun")

texts = (
    st.text(st.characters(), min_size=1, max_size=40)
    | st.lists(
        st.sampled_from(
            [
                "a", "a b", "\n", "\n\n\n\n", "\r", "\r\n", "\x85", "\u2028", "\x0b", "\x1c", "| ", " ", "\ud83d",
                "\ude00", "\U0001f600", "\u6f22", "END RECALLED 0123456789abcdef", RECALL_GUIDANCE, FENCE,
                "{mark}{items}", "ab\n" * 300,
            ]
        ),
        min_size=1,
        max_size=30,
    ).map("".join)
)  # fmt: skip
names = st.just("") | texts
times = st.integers(-(10**12), 10**16)
roles = st.sampled_from(get_args(Role))
numbers = st.integers(0, 40)
messages = st.builds(
    lambda role, text, number, by: PromptMessage(role, text, f"{number:064x}", told_by=by), roles, texts, numbers, names
)
found = st.builds(
    lambda number, role, text, at, by, origin: Recalled(f"{number:064x}", "s", role, text, at, 0.5, False, by, origin),
    numbers, roles, texts, times, names, names,
)  # fmt: skip
extracts = st.builds(lambda text, at, number: Summary("s", text, at, (f"{number:064x}",)), texts, times, numbers)
branches = st.lists(st.lists(found, max_size=5).map(lambda said: Branch("s", "e" * 64, tuple(said))), max_size=4)
materials = st.builds(
    Material,
    st.lists(messages, max_size=6).map(lambda turns: [*turns, QUESTION]),
    st.none() | texts,
    st.just("p" * 64),
    st.lists(found, max_size=12),
    st.lists(extracts, max_size=5),
    st.sampled_from(["", "O 0.51 C 0.49"]),
    begun=st.just("") | texts,
    branches=st.just([]) | branches,
    guided=st.just(True),
)


def sent(built: Built) -> int:
    """The tokens of every text that is sent, by the same estimate."""
    request = build_request(built.prompt)
    plain: list[dict[str, Any]] = json.loads(json.dumps([{"content": request.system}, *request.messages]))
    size = sum(tokens_said(block["text"]) for one in plain for block in one["content"])
    assert request.tokens == size
    return size


@given(materials, st.integers(0, 6_000))
def test_no_more_is_sent_than_the_account_says(material: Material, budget: int) -> None:
    built = build(material, budget)
    assert sent(built) <= built.tokens
    going_on = name_of(CONTINUE)
    always = sum(part.tokens for part in built.parts if part.kind in ALWAYS or part.source == (going_on,))
    assert built.tokens <= max(budget, always)
    shorter = after_shortening(built)
    assert sent(shorter) <= shorter.tokens


def recalled(text: str, count: int = 6) -> list[Recalled]:
    return [Recalled(f"{at:064x}", "s", "user", f"{text}{at}", 1_700_000_000_000, 1.0) for at in range(count)]


@pytest.mark.parametrize(
    "text",
    [
        "The sister lives in Lisbon since 2019. ",
        "- a\n- b\n- c\n" * 700,
        "a\n" * 4000,
        "\n\n\n\n" * 2000 + "x",
        "\u6f22\n" * 900,
    ],
)
def test_short_lines_are_not_sent_for_nothing(text: str) -> None:
    """Each line has a bar before it: of lines of one character that is half of what is sent."""
    history = [
        PromptMessage("user" if at % 2 == 0 else "assistant", f"w{at} " * 6, f"{at + 100:064x}") for at in range(20_000)
    ]
    built = build(Material([*history, QUESTION], PLATE, "p" * 64, recalled(text), guided=True))
    assert built.prompt.recalled
    assert built.budget * 0.98 < sent(built) <= built.tokens <= built.budget


def kinds_and_names(built: Built) -> list[tuple[str, Sequence[str]]]:
    return [(part.kind, part.source) for part in built.parts]


def test_what_stands_before_a_reply_has_room_and_is_told() -> None:
    greeting = PromptMessage("assistant", "Good morning, what is it?", "a" * 64)
    material = Material([greeting, QUESTION], guided=True)
    built = build(material)
    opening = ("guidance", (name_of(OPENING),))
    assert opening in kinds_and_names(built)
    assert build(material, built.tokens).prompt == built.prompt
    # One token less, and the greeting is left out with it; where it needs no turn before it there is room for it.
    less = build(material, built.tokens - 1)
    assert [part.kind for part in less.parts] == ["answering", "question"]
    assert sent(less) == less.tokens
    assert len(build(replace(material, guided=False), built.tokens - 1).prompt.messages) == 2
    asked = PromptMessage("user", "Hello", "b" * 64)
    assert opening not in kinds_and_names(build(replace(material, history=[asked, greeting, QUESTION])))
    # Where the older half is left out, it may be a reply with which the rest begins.
    long = [replace(asked, content="Hello! " * 20), greeting, QUESTION]
    shorter = after_shortening(build(replace(material, history=long)))
    assert shorter.prompt.messages == (greeting, QUESTION)
    assert kinds_and_names(shorter)[1] == opening
    assert sent(shorter) == shorter.tokens


def test_a_plain_prompt_is_counted_to_the_token() -> None:
    """What is not rounded up for each item is what is sent: too high an estimate would waste the budget."""
    history = [PromptMessage("user", "One.", "b" * 64), PromptMessage("assistant", "Two.", "c" * 64), QUESTION]
    built = build(Material(history, PLATE, "p" * 64, recalled("The sister lives in Lisbon.\n"), guided=True))
    assert 0 <= built.tokens - sent(built) <= len(built.prompt.recalled)
