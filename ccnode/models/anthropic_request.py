"""What exactly is sent to the Messages API for a prompt, and which recalled messages does a reply cite?

Recalled text is other people's and other days' words: it goes into the last user turn, inside a fence it cannot
close, quoted line by line, and never into the system prompt, where instructions are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ccnode.mind import quoting
from ccnode.mind.context import tokens_said
from ccnode.mind.guidance import CONTINUE, OPENING, RECALL_GUIDANCE
from ccnode.mind.quoting import clean
from ccnode.models.anthropic_endpoint import Capabilities
from ccnode.models.base import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from anthropic.types import MessageParam, TextBlockParam

    from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled, Summary, SystemBlock

_CITATION = re.compile(r"\[\s?m\d{1,4}(?:\s?[,;]\s?m\d{1,4})*\s?\]")
_LABEL = re.compile(r"m\d{1,4}")
_DEFAULT: Final = Capabilities()


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of one Messages API request; `labels` maps "m1" to the recalled message's id.

    `tokens`: an estimate of all that is sent, rather too high.
    """

    system: list[TextBlockParam]
    messages: list[MessageParam]
    labels: dict[str, str]
    output_tokens_max: int
    user_id: str = ""
    thinking: bool = False
    tokens: int = 0


def build_request(prompt: Prompt, can: Capabilities = _DEFAULT, user_id: str = "") -> Request:
    """Lay a prompt out as the API requires: alternating roles, no empty text, ending with the user.

    `user_id` is an opaque name of the owner, sent where the server takes metadata. No thinking is ever in a request: it
    belongs to one model and one conversation, is not kept, and so cannot get into another.

    Raises ModelError(kind="bad_request") when the prompt has no user message to answer.
    """
    spoken = [message for message in prompt.messages if message.content.strip()]
    if not prompt.messages or prompt.messages[-1].role != "user" or not prompt.messages[-1].content.strip():
        msg = "there is nothing to answer: the last message must be the user's and hold text"
        raise ModelError("bad_request", msg, remedy="write a message first")
    if prompt.output_tokens_max < 1:
        msg = f"output_tokens_max is {prompt.output_tokens_max}; it must be at least 1"
        raise ModelError("bad_request", msg, remedy="raise output_tokens_max")
    labelled = _labelled(prompt.recalled)
    extracts = [each for each in prompt.summaries if each.content.strip()]
    turns = _turns(spoken[:-1])
    last = [_block(clean(spoken[-1].content))]
    if labelled or extracts:
        last.insert(0, _block(_fenced(labelled, extracts)))
    _add(turns, "user", last)
    if begun := clean(prompt.continues).rstrip():
        # Not by leaving the assistant's turn open at the end: current models refuse that.
        _add(turns, "assistant", [_block(begun)])
        _add(turns, "user", [_block(CONTINUE)])
    if turns[0][0] != "user":
        turns.insert(0, ("user", [_block(OPENING)]))
    system = _system(prompt.system, caching=can.caching, recalled=bool(labelled or extracts))
    sent = [*system, *(block for _, blocks in turns for block in blocks)]
    return Request(
        system=system,
        messages=[_message(role, blocks) for role, blocks in turns],
        labels={label: item.message_id for label, item in labelled},
        output_tokens_max=prompt.output_tokens_max,
        user_id=user_id if can.metadata else "",
        thinking=can.thinking,
        tokens=sum(tokens_said(block["text"]) for block in sent),
    )


def _system(given: Iterable[SystemBlock], *, caching: bool, recalled: bool) -> list[TextBlockParam]:
    """The stable blocks, kept by the service for an hour; then what changes.

    A cache holds the beginning of a request, byte by byte, up to a mark: whatever stood before it and changed would
    make it worthless, and be paid for at the price of writing. The first block is the plate, marked for itself: it is
    kept also where what follows is worded otherwise by another version of this program.
    """
    blocks = [block for block in given if block.text.strip()]
    first = next((number for number, block in enumerate(blocks) if not block.stable), len(blocks))
    system = [_block(clean(block.text)) for block in blocks]
    if caching and first:
        for marked in {0, first - 1}:
            system[marked]["cache_control"] = {"type": "ephemeral", "ttl": "1h"}
    if recalled:
        system.insert(first, _block(RECALL_GUIDANCE))
    return system


def cited_sources(reply: str, labels: dict[str, str]) -> tuple[str, ...]:
    """Ids of the recalled messages the reply cites by label, in order of first mention; unknown labels are ignored."""
    found: dict[str, None] = {}
    for citation in _CITATION.findall(reply):
        for label in _LABEL.findall(citation):
            if label in labels:
                found[labels[label]] = None
    return tuple(found)


_Turn = tuple[Literal["user", "assistant"], "list[TextBlockParam]"]


def _turns(messages: Iterable[PromptMessage]) -> list[_Turn]:
    """Messages as alternating turns.

    A system message inside a conversation becomes a quoted note in a user turn: it may have been imported, and only
    the plate speaks with the system's authority.
    """
    turns: list[_Turn] = []
    for message in messages:
        text = clean(message.content)
        if message.role == "assistant":
            _add(turns, "assistant", [_block(text.rstrip())])
        elif message.role == "user":
            _add(turns, "user", [_block(text)])
        else:
            _add(turns, "user", [_block(quoting.quoted(quoting.note(message), text))])
    return turns


def _add(turns: list[_Turn], role: Literal["user", "assistant"], blocks: list[TextBlockParam]) -> None:
    if turns and turns[-1][0] == role:
        turns[-1][1].extend(blocks)
    else:
        turns.append((role, list(blocks)))


def _message(role: Literal["user", "assistant"], blocks: list[TextBlockParam]) -> MessageParam:
    # Two branches, because the SDK types each role by itself.
    if role == "user":
        return {"role": "user", "content": blocks}
    return {"role": "assistant", "content": blocks}


def _block(text: str) -> TextBlockParam:
    return {"type": "text", "text": text}


def _labelled(recalled: Iterable[Recalled]) -> list[tuple[str, Recalled]]:
    """Label each distinct recalled message that holds text: m1, m2, ..."""
    distinct = {item.message_id: item for item in recalled if item.content.strip()}
    return [(f"m{number}", item) for number, item in enumerate(distinct.values(), start=1)]


def _fenced(labelled: list[tuple[str, Recalled]], summaries: Iterable[Summary]) -> str:
    extracts = [quoting.quoted(quoting.extract(each), each.content) for each in summaries]
    found = [quoting.quoted(quoting.recalled(label, item), item.content) for label, item in labelled]
    return quoting.fenced((*extracts, *found))
