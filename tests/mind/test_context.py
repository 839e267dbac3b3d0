"""Is a prompt that is too long made shorter by what is oldest, and by nothing else?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ccnode.mind.context import SYSTEM_TEXT, build_prompt, shortened
from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled, SystemBlock, system_text

QUESTION = PromptMessage("user", "the question")


def found(number: int, at: int, *, pinned: bool = False) -> Recalled:
    return Recalled(f"{number:064x}", "s", "user", "x" * 10, at, 0.5, pinned)


def test_the_system_text_is_stable_unless_it_is_said_otherwise() -> None:
    assert build_prompt([QUESTION], []).system == (SystemBlock(SYSTEM_TEXT, stable=True),)
    assert system_text(" \n") == ()


def test_the_older_half_goes_and_the_question_stays() -> None:
    turns = tuple(PromptMessage("user", f"{n}" * 10) for n in range(6))
    shorter = shortened(Prompt((), (*turns, QUESTION)))
    assert shorter is not None
    assert shorter.messages == (*turns[3:], QUESTION)


def test_what_was_recalled_goes_by_when_it_was_said_and_what_is_pinned_last() -> None:
    recalled = (found(1, 50, pinned=True), found(2, 90), found(3, 10), found(4, 70))
    shorter = shortened(Prompt((), (QUESTION,), recalled))
    assert shorter is not None
    assert [item.message_id[-1] for item in shorter.recalled] == ["1", "2"]


def test_a_question_alone_cannot_be_made_shorter() -> None:
    assert shortened(Prompt(system_text("plate"), (QUESTION,))) is None


words = st.text("ab", max_size=50)
prompts = st.builds(
    Prompt,
    st.just(system_text("plate")),
    st.lists(st.builds(PromptMessage, st.just("user"), words), min_size=1, max_size=12).map(tuple),
    st.lists(st.builds(found, st.integers(0, 99), st.integers(0, 99), pinned=st.booleans()), max_size=6).map(tuple),
    st.just(7),
    words,
)


@given(prompts)
def test_shortening_ends_and_keeps_what_must_stay(prompt: Prompt) -> None:
    steps = 0
    while (shorter := shortened(prompt)) is not None:
        assert len(shorter.messages) + len(shorter.recalled) < len(prompt.messages) + len(prompt.recalled)
        assert shorter.messages[-1] == prompt.messages[-1]
        assert (shorter.system, shorter.continues, shorter.output_tokens_max) == (prompt.system, prompt.continues, 7)
        assert list(shorter.messages) == list(prompt.messages)[-len(shorter.messages) :]
        prompt, steps = shorter, steps + 1
    assert len(prompt.messages) == 1
    assert prompt.recalled == ()
    assert steps <= 18
