"""What does the model see for one reply? The system text, as much of the branch as fits, and what memory found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled, SystemBlock, system_text

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

HISTORY_CHARS_MAX: Final = 120_000
HISTORY_MESSAGES_MAX: Final = 400
SYSTEM_TEXT: Final = (
    "You are a personal assistant with a memory that your owner keeps on their own machines. "
    "Answer from the conversation and from what is recalled; say so when you do not know."
)


def system_of(plate: str | None) -> tuple[SystemBlock, ...]:
    """What a model is told before anything else: the plate that is in force, if there is one, then how to answer."""
    return (*system_text(plate or ""), *system_text(SYSTEM_TEXT))


def build_prompt(
    history: Sequence[PromptMessage],
    recalled: Sequence[Recalled],
    system: tuple[SystemBlock, ...] = system_text(SYSTEM_TEXT),
    *,
    output_tokens_max: int = 4096,
    continues: str = "",
) -> Prompt:
    """A prompt that ends with the question. The newest messages are kept, whole, until the budget is used up.

    The question itself is always kept: its size is bounded where it comes in.
    """
    kept: list[PromptMessage] = []
    size = 0
    for message in reversed(history[-HISTORY_MESSAGES_MAX:]):
        size += len(message.content)
        if kept and size > HISTORY_CHARS_MAX:
            break
        kept.append(message)
    return Prompt(system, tuple(reversed(kept)), tuple(recalled), output_tokens_max, continues)


def shortened(prompt: Prompt) -> Prompt | None:
    """The prompt without the older half of what precedes the question; None where there is nothing to leave out.

    Halves are of characters. Of what was recalled the earliest said goes first; pinned messages stay longest.
    """
    before = prompt.messages[:-1]
    turns = _newer_half(before, [len(message.content) for message in before])
    order = sorted(prompt.recalled, key=lambda found: (found.pinned, found.said_at_ms))
    kept = set(map(id, _newer_half(order, [len(found.content) for found in order])))
    recalled = tuple(found for found in prompt.recalled if id(found) in kept)
    if len(turns) == len(before) and len(recalled) == len(prompt.recalled):
        return None
    return replace(prompt, messages=(*turns, prompt.messages[-1]), recalled=recalled)


def _newer_half(items: Sequence[T], sizes: Sequence[int]) -> Sequence[T]:
    """The last items that together have at most half the size of all; at least one is left out where there is any."""
    left, first = sum(sizes) // 2, len(items)
    while first > 1 and left >= sizes[first - 1]:
        first -= 1
        left -= sizes[first]
    return items[first:]
