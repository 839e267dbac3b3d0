"""What does the model see for one reply? The system text, as much of the branch as fits, and what memory found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled

if TYPE_CHECKING:
    from collections.abc import Sequence

HISTORY_CHARS_MAX: Final = 120_000
HISTORY_MESSAGES_MAX: Final = 400
SYSTEM_TEXT: Final = (
    "You are a personal assistant with a memory that your owner keeps on their own machines. "
    "Answer from the conversation and from what is recalled; say so when you do not know."
)


def build_prompt(history: Sequence[PromptMessage], recalled: Sequence[Recalled], system: str = SYSTEM_TEXT) -> Prompt:
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
    return Prompt(system=system, messages=tuple(reversed(kept)), recalled=tuple(recalled))
