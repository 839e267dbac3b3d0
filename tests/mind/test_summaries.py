"""Does an extract say what was said, no more, and nothing that is gone?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ccnode.mind.prompt_types import Summary
from ccnode.mind.summaries import SAID_CHARS_MAX, TITLE_CHARS_MAX, Conversation, Said, clipped, summarize

FIRST, QUESTION, ANSWER = Said("a" * 64, "Where is the key?"), Said("b" * 64, "And the lamp?"), Said("c" * 64, "Here.")


def test_title_first_question_and_last_exchange() -> None:
    talk = Conversation("s", 7, Said("d" * 64, "Keys"), FIRST, QUESTION, ANSWER)
    text = "Title: Keys\nFirst asked: Where is the key?\nLast asked: And the lamp?\nLast answered: Here."
    assert summarize(talk) == Summary("s", text, 7, tuple(letter * 64 for letter in "dabc"))


def test_a_question_that_is_first_and_last_is_told_once() -> None:
    told = summarize(Conversation("s", 7, None, FIRST, FIRST, ANSWER))
    assert told is not None
    assert told.content == "First asked: Where is the key?\nLast answered: Here."
    assert told.sources == ("", "a" * 64, "", "c" * 64)


def test_what_is_gone_is_not_told() -> None:
    gone = Said("e" * 64, None)
    told = summarize(Conversation("s", 7, gone, gone, QUESTION, None))
    assert told is not None
    assert (told.content, told.sources) == ("Last asked: And the lamp?", ("", "", "b" * 64, ""))
    assert summarize(Conversation("s", 7, gone, Said("f" * 64, " \x00\n"), gone, gone)) is None
    assert summarize(Conversation("s", 7)) is None


@given(st.text(max_size=2_000), st.sampled_from([TITLE_CHARS_MAX, SAID_CHARS_MAX]))
def test_a_cut_is_one_line_that_begins_as_the_text_does(text: str, most: int) -> None:
    line = clipped(text, most)
    assert len(line) <= most
    assert len(line.splitlines()) <= 1
    whole = clipped(text, 10_000)
    assert line == whole or whole.startswith(line.removesuffix("..."))


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_text_makes_a_line_of_its_own(first: str, answer: str) -> None:
    told = summarize(Conversation("s", 0, None, Said("a" * 64, first), None, Said("b" * 64, answer)))
    lines = told.content.splitlines() if told is not None else []
    assert all(line.startswith(("First asked: ", "Last answered: ")) for line in lines)
