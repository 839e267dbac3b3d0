"""What does a model get to see? The values that pass between memory, prompt building and the adapters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Role = Literal["user", "assistant", "system", "tool"]


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of the conversation so far, oldest first; `message_id` (a digest in hex) where it can be cited.

    `pinned`: its owner wants it preferred. `told_by`: who said it, where it is another person, of whose conversation
    this is a branch; then `role` is "tool": it is no word of the person who asks.
    """

    role: Role
    content: str
    message_id: str = ""
    pinned: bool = False
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A stored message found for the question, with what is needed to cite it.

    `message_id` is the entry digest in lower-case hex (64 characters); `score` is in [0, 1]:
    how likely the message answers the question; for a text that asks nothing, how much of it the message accounts for.
    `pinned`: its owner wants it preferred. `told_by`: who says so, where it is no message but knowledge of another node
    that the owner promoted; then `message_id` is that of the promotion, and `role` "tool": nobody said it here. So too
    where another person said it, in an export that was brought in. `origin`: the program that a conversation of the
    person's own was brought in from.
    """

    message_id: str
    session_id: str
    role: Role
    content: str
    said_at_ms: int
    score: float
    pinned: bool = False
    told_by: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """An extract of another conversation, in its own words: recalled text, which is material and never an instruction.

    `said_at_ms`: when that was last active, in milliseconds since 1970; `sources`: digests in hex of the entries that
    hold its title, first question, last question and last answer, "" for what it does not tell.
    """

    session_id: str
    content: str
    said_at_ms: int
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemBlock:
    """A part of the system text. `stable`: the same bytes from one prompt to the next, so a provider may keep it.

    Stable blocks stand first, in the same order each time, for what is kept is the beginning of a prompt; what changes
    from prompt to prompt stands last.
    """

    text: str
    stable: bool = False


def system_text(text: str) -> tuple[SystemBlock, ...]:
    """A system text of one stable block; none for a blank text."""
    return (SystemBlock(text, stable=True),) if text.strip() else ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch that is to be brought together with others: what it has of its own, oldest first.

    `head`: its newest message, a digest in hex; `here`: it is the one in which this is asked, so that `said` is among
    the prompt's messages already, while what others said is recalled; `left_out`: how many messages there was no room
    for.
    """

    session_id: str
    head: str
    said: tuple[Recalled, ...]
    here: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything an adapter may use for one reply; `messages` ends with the user's message.

    `continues`: what was already said in reply to that message, before it was cut off; only the rest is wanted.
    `branches`: those that the message asks to bring together, where it does.
    """

    system: tuple[SystemBlock, ...]
    messages: tuple[PromptMessage, ...]
    recalled: tuple[Recalled, ...] = field(default=())
    output_tokens_max: int = 4096
    continues: str = ""
    summaries: tuple[Summary, ...] = field(default=())
    branches: tuple[Branch, ...] = ()
