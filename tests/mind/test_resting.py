"""Is what a reply was told found in it although it cites nothing, and what it was not told not?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled, Summary, SystemBlock
from ccnode.mind.resting import look

SYSTEM = (SystemBlock("# Ada\nYou are Ada, a curious assistant of your owner.", stable=True),)


def prompt(question: str, *recalled: str, before: str = "", extract: Summary | None = None) -> Prompt:
    found = tuple(Recalled(f"r{at}", "s", "user", text, 0, 1.0) for at, text in enumerate(recalled))
    messages = (PromptMessage("assistant", before), PromptMessage("user", question))
    return Prompt(SYSTEM, messages, found, summaries=(extract,) if extract else ())


def used(given: Prompt, reply: str) -> tuple[str, ...]:
    """Where nothing is known of what earlier replies rest on."""
    return look(given, reply).used({})


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


GREETING = "Good morning! How can I help you today?"


def told_before(*replies: str, question: str = "hello", line: bool = False) -> Prompt:
    """A prompt in which earlier replies were recalled, or stand in extracts."""
    recalled = tuple(Recalled(f"r{at}", "s", "assistant", text, 0, 1.0) for at, text in enumerate(replies))
    extracts = tuple(
        Summary("s", f"Title: t\nLast answered: {text}", 0, ("t", "", "", f"r{at}")) for at, text in enumerate(replies)
    )
    asked = (PromptMessage("user", question),)
    return Prompt(SYSTEM, asked, () if line else recalled, summaries=extracts if line else ())


@pytest.mark.parametrize("line", [True, False])
@pytest.mark.parametrize(
    ("before", "reply", "said"),
    [
        (GREETING, GREETING, "Good morning"),
        (GREETING, GREETING, "Can you help me today?"),
        ("Fine.", "Fine.", "Good morning"),
        ("Noted.", "Noted.", "I sell insurance."),
        ("Thanks, I will remember that.", "Thanks, I will remember that.", "I sell insurance."),
        ("Drink some water, and rest your eyes.", "Rest your eyes, drink water.", "I have a headache."),
    ],
)
def test_what_an_assistant_says_of_itself_is_no_source(line: bool, before: str, reply: str, said: str) -> None:
    given = told_before(before, before, before, line=line)
    assert look(given, reply).used({f"r{at}": [said] for at in range(3)}) == ()


@pytest.mark.parametrize("line", [True, False])
@pytest.mark.parametrize(
    ("before", "reply", "said"),
    [
        ("Mind your peanut allergy.", "Peanuts? You have an allergy.", "I am allergic to peanuts."),
        ("Skip the satay, with your nut allergy.", "No satay, for your allergy to nuts.", "Peanuts make me ill."),
        ("Your flat is being sold.", "The flat is sold, you said.", "My landlord is selling the flat."),
        ("Osbert is well.", "Osbert is well.", "I have a lemur, Osbert."),
        (
            "\u4f60\u7684\u732b\u53eb\u5c0f\u660e\u3002",
            "\u4f60\u7684\u732b\u53eb\u5c0f\u660e\u3002",
            "\u6211\u6709\u53ea\u732b\u53eb\u5c0f\u660e",
        ),
    ],
)
def test_what_it_took_from_what_somebody_said_is(line: bool, before: str, reply: str, said: str) -> None:
    found = look(told_before(before, line=line), reply)
    assert found.used({"r0": ["It rains.", said]}) == found.used({"r0": None}) == found.used({}) == ("r0",)
    assert found.used({"r0": ["Hello there."]}) == ()


@pytest.mark.parametrize(
    ("before", "reply"),
    [
        ("You could ask the plumber Wenzel.", "Ask Wenzel."),
        ("The code is 4711.", "4711"),
        ("Take the train of 9:52, platform B7.", "From B7."),
    ],
)
def test_a_name_a_number_or_a_code_is_its_own(before: str, reply: str) -> None:
    assert look(told_before(before, question="And?"), reply).used({"r0": []}) == ("r0",)


def test_a_sentence_that_it_says_everywhere_needs_somebody_who_told_it() -> None:
    hello = "I am at your service, dear Friend of Ada."
    given = told_before(hello, hello, "You know the baker Osbert.")
    told: dict[str, list[str]] = {"r0": [], "r1": ["I met a friend."], "r2": []}
    assert look(given, f"{hello} Osbert too.").used(told) == ("r1", "r2")


def test_a_reply_that_is_recalled_and_in_an_extract_is_one() -> None:
    recalled, extract = told_before("Ask Wenzel."), told_before("Ask Wenzel.", line=True)
    both = Prompt(SYSTEM, recalled.messages, recalled.recalled, summaries=extract.summaries)
    assert look(both, "I would call Wenzel.").used({"r0": []}) == ("r0",)


def test_a_phrase_of_courtesy_is_nobodys() -> None:
    assert used(prompt("hi", "Good Morning!", "Hello, good night."), "Good morning, good night!") == ()
    assert used(prompt("My cat?", "It is Bravo."), "Bravo it is.") == ("r0",)
    lines = "First asked: Good morning to you.\nLast asked: Osbert is at the door."
    extract = Summary("s", lines, 0, ("", "first", "last", ""))
    assert used(prompt("hi", extract=extract), "A good idea, ask Osbert.") == ("last",)
