"""Is a reply that says again what a message told known from one that does not, whatever the texts?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.mind.echoes import Heard, heard, says_again, together


def again(told: str, reply: str, *known: str) -> bool:
    return says_again(told, heard([reply]), heard(known))


@pytest.mark.parametrize(
    ("told", "reply"),
    [
        ("My lemur is named Osbert.", "Give Osbert some leaves."),
        ("My PIN is 4711.", "It begins with... no, it is 4711."),
        ("The door code is B7x.", "Type B7X."),
        ("I am allergic to peanuts.", "No nuts, because of your allergy."),
        ("I moved to a new flat. I work as a nurse at night.", "As a nurse who works at night you should nap."),
        ("Ich heisse Zoë.", "Bonjour, Zoe."),
    ],
)
def test_again(told: str, reply: str) -> None:
    assert again(told, reply)


@pytest.mark.parametrize(
    ("told", "reply", "known"),
    [
        ("My lemur is named Osbert.", "I hope Osbert is well.", "How is Osbert?"),  # it was asked so
        ("My lemur is named Osbert.", "Lemurs eat leaves.", ""),  # one word of two
        ("I was born in 1980.", "In 1990 much changed.", ""),
        ("It takes 10 minutes.", "Let it rest for 10 days.", ""),  # a short number may be anything
        ("We met on Monday.", "The rubbish is taken away on Monday.", ""),  # no name
        ("", "Anything.", ""),
        ("Yes, and no.", "Yes, and no.", ""),
    ],
)
def test_not_again(told: str, reply: str, known: str) -> None:
    assert not again(told, reply, known)


def test_what_several_told_is_known_together() -> None:
    parts = [heard(["A lemur"]), heard(["named Osbert"])]
    assert together(parts) == heard(["A lemur", "named Osbert"])
    assert together([]) == Heard(frozenset(), frozenset(), frozenset()) == heard([])


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_has_an_answer(told: str, reply: str) -> None:
    assert again(told, reply) in (True, False)
    assert not again(told, reply, told)


@pytest.mark.parametrize("text", ["a. " * 500_000, "_" * 10**6, "\u6f22" * 10**6, "Word1 " * 200_000, "\n" * 10**6])
def test_hostile_texts_are_read_to_a_bounded_length(text: str) -> None:
    again(text, text)
