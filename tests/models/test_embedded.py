"""Does the embedded model speak like every adapter: deltas, then one Finished, or one ModelError?"""

from __future__ import annotations

import pytest

from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled
from ccnode.models.base import Delta, Finished, ModelError
from ccnode.models.embedded import NAME, EmbeddedModel

FACT = Recalled("ab" * 32, "s", "user", "My sister Nora lives in Lisbon.", 20_514 * 86_400_000, 0.97)


async def _events(prompt: Prompt) -> list[Delta | Finished]:
    return [event async for event in EmbeddedModel().stream(prompt)]


async def test_it_streams_words_and_finishes_with_its_sources() -> None:
    events = await _events(Prompt((), (PromptMessage("user", "Where does my sister live?"),), (FACT,)))
    *deltas, last = events
    assert len(deltas) > 5
    assert "".join(item.text for item in deltas if isinstance(item, Delta)) == (
        'You told me on 2026-03-02: "My sister Nora lives in Lisbon."'
    )
    assert last == Finished(NAME, "end", output_tokens=len(deltas), sources=("ab" * 32,))


async def test_it_stops_at_the_length_asked_for() -> None:
    prompt = Prompt((), (PromptMessage("user", "Who are you?"),), output_tokens_max=3)
    *deltas, last = await _events(prompt)
    assert len(deltas) == 3
    assert isinstance(last, Finished)
    assert last.stop_reason == "max_tokens"


@pytest.mark.parametrize("messages", [(), (PromptMessage("assistant", "Hello."),)])
async def test_a_prompt_without_a_question_is_refused(messages: tuple[PromptMessage, ...]) -> None:
    with pytest.raises(ModelError) as caught:
        await _events(Prompt((), messages))
    assert caught.value.kind == "bad_request"
    assert caught.value.remedy


async def test_one_instance_serves_conversations_at_once_and_can_be_left_early() -> None:
    model = EmbeddedModel()
    first = model.stream(Prompt((), (PromptMessage("user", "hello"),)))
    second = model.stream(Prompt((), (PromptMessage("user", "Where does my sister live?"),), (FACT,)))
    assert isinstance(await anext(first), Delta)
    assert isinstance(await anext(second), Delta)
    await first.aclose()  # type: ignore[attr-defined]
    rest = [event async for event in second]
    assert isinstance(rest[-1], Finished)
    await model.close()
    await model.close()
    assert model.name == "embedded/1"
