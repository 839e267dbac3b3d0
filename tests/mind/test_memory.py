"""Is it told apart what a person states, and what they only ask, order or say out of courtesy?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.mind.memory import states


@pytest.mark.parametrize(
    "text",
    [
        "My cat is called Mia.",
        "I live in Bern",
        "Bern",
        "Yes, on Tuesday at 5",
        "Hi, my name is Ada!",
        "Remember that my PIN is 1234",
        "Can you remember that I hate olives?",
        "What do you think? I would rather go to Oslo.",
        "Good morning! The interview went well.",
        "7",
        "My seat is in row B",
        "Je m'appelle Marie",
        "Ich wohne in Wien",
        "\u6211\u4f4f\u5728\u5317\u4eac\u3002",
        "Write me a letter. My landlord is called Brandt.",
    ],
)
def test_what_tells_something_is_a_memory(text: str) -> None:
    assert states(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "?!",
        "x",
        "b.",
        "x y z",
        "Hello!",
        "Hi there",
        "Good morning",
        "Thanks!",
        "Thank you very much",
        "Thanks, that helps a lot!",
        "ok, sounds good",
        "Yes.",
        "No.",
        "lol",
        "go on",
        "What is my cat's name?",
        "What is my cat's name? I forgot.",
        "Tell me more",
        "Please write a poem about tulips",
        "Explain quantum mechanics",
        "I was wondering what time it is",
    ],
)
def test_what_only_asks_or_greets_is_none(text: str) -> None:
    assert not states(text)


def test_a_fact_at_the_end_of_a_long_text_counts() -> None:
    assert states("What is that? " * 100_000 + "My cat is called Mia.")


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    assert states(text) in (True, False)
