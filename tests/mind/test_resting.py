"""Is what a reply was told found in it although it cites nothing, and what it was not told not?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled, Summary, SystemBlock
from ccnode.mind.resting import used

SYSTEM = (SystemBlock("# Ada\nYou are Ada, a curious assistant of your owner.", stable=True),)


def prompt(question: str, *recalled: str, before: str = "", extract: Summary | None = None) -> Prompt:
    found = tuple(Recalled(f"r{at}", "s", "user", text, 0, 1.0) for at, text in enumerate(recalled))
    messages = (PromptMessage("assistant", before), PromptMessage("user", question))
    return Prompt(SYSTEM, messages, found, summaries=(extract,) if extract else ())


@pytest.mark.parametrize(
    ("told", "question", "reply"),
    [
        ("My lemur is named Osbert-KK.", "What is my lemur named?", "It is Osbert-KK."),
        ("My lemur is named Osbert-KK.", "What is my lemur named?", "OSBERT"),
        ("Osbert is my lemur.", "Who is my lemur?", "osbert, of course"),
        ("The heron is purple.", "What colour is the heron?", "Purple, you once said."),
        ("My PIN is 4711, and the safe is at the back.", "My code?", "4711"),
        ("I planted roses in the garden in spring.", "What did I do?", "You planted roses in your garden in spring."),
        ("I am allergic to peanuts and shellfish.", "Dinner?", "Risotto, without nuts because of your allergy."),
        ("My landlord is selling the flat.", "Any worry?", "Your flat is being sold, so look for another."),
        (
            "\u6211\u7684\u732b\u53eb\u5c0f\u660e\u3002",
            "\u6211\u7684\u732b\u53eb\u4ec0\u4e48\uff1f",
            "\u5b83\u53eb\u5c0f\u660e\u3002",
        ),
    ],
)
def test_what_only_the_message_could_have_told(told: str, question: str, reply: str) -> None:
    assert used(prompt(question, "I like figs.", told), reply) == ("r1",)


@pytest.mark.parametrize(
    ("told", "question", "reply"),
    [
        ("My lemur is named Osbert.", "Is Osbert well?", "I hope Osbert is well."),  # the question says it
        ("You are Ada.", "Who are you?", "I am Ada."),  # the plate says it
        ("Yes, good.", "How are you?", "I am good."),
        ("I planted roses in the garden last spring.", "What do I cook?", "Use vegetables from the garden."),
        ("", "What?", "Anything."),
        ("My lemur is named Osbert.", "What is my lemur named?", ""),
    ],
)
def test_what_anything_could_have_told(told: str, question: str, reply: str) -> None:
    assert used(prompt(question, told), reply) == ()


def test_what_the_conversation_says_already_is_not_from_memory() -> None:
    assert used(prompt("And?", "My lemur is Osbert.", before="Your lemur is Osbert."), "Osbert.") == ()


@pytest.mark.parametrize("title", [True, False])
def test_extracts_are_of_their_messages(title: bool) -> None:
    lines = ["Title: lemurs"] * title + ["First asked: My lemur is called Osbert.", "Last answered: Noted."]
    extract = Summary("s", "\n".join(lines), 0, ("t" if title else "", "first", "", "last"))
    assert used(prompt("Lemur?", extract=extract), "It is Osbert.") == ("first",)
    assert used(prompt("Lemur?", extract=extract), "I do not know.") == ()


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_any_text_has_an_answer(told: str, question: str, reply: str) -> None:
    assert used(prompt(question, told, told), reply) in ((), ("r0", "r1"))


@pytest.mark.parametrize("text", ["a." * 500_000, "_" * 10**6, "\u6f22" * 10**6, "Word1 " * 200_000, "\n" * 10**6])
def test_hostile_texts_are_read_to_a_bounded_length(text: str) -> None:
    used(prompt(text, text, before=text), text)
