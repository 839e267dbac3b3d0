"""What does the model see for one reply? A prompt within a budget of tokens, what it is made of, and what is left out.

The order is fixed, so that what changes stands last and a service may keep the beginning:

    system    the plate, then how to answer (both stable); then how to read what is recalled, where a model is told;
              then the measured character (changes)
    messages  the conversation so far, oldest first, and the question; with the question, fenced and labelled as
              recalled: extracts of the conversations before (only where this one begins), and what memory found

Whatever was said by anyone, in this conversation or another, is in the messages and never in the system text.

The budget. Plate, how to answer and to read, the question and the begun reply always go in, whole: their sizes are
bounded where they come in. Of what is left of the budget after them, in this order, at most: character
SHARES["character"], recalled SHARES["recalled"], extracts SHARES["summaries"]; the conversation has all that these
leave, newest messages first.
A message goes in whole or not at all. Tokens are an estimate, `tokens`: no model is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from ccnode.mind.guidance import CONTINUE, RECALL_GUIDANCE, name_of
from ccnode.mind.prompt_types import (
    Branch,
    Prompt,
    PromptMessage,
    Recalled,
    Summary,
    SystemBlock,
    system_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
PartKind = Literal[
    "plate", "answering", "character", "summary", "recalled", "conversation", "question", "begun", "guidance"
]  # kept as numbers: another goes to the end
Why = Literal["budget", "repeat", "not remembered", "erased", "too old", "context full"]

BUDGET: Final = 64_000
BYTES_A_TOKEN: Final = 3
AROUND: Final = 8  # tokens for what stands around a message: its role, a label, a date
SHARES: Final = {"character": 0.02, "recalled": 0.25, "summaries": 0.15}
SYSTEM_TEXT: Final = (
    "You are a personal assistant with a memory that your owner keeps on their own machines. "
    "Answer from the conversation and from what is recalled; say so when you do not know."
)


@dataclass(frozen=True, slots=True)
class Material:
    """What a prompt is made of. `history` ends with the question; `plate_id` is the digest in hex of the plate's text.

    `character`: the measured character as a text of numbers, `character_ids` the entries that it is from; `begun` what
    was said in reply before it was cut off, `begun_id` that reply. `unremembered`: ids of messages of the conversation
    that may not be shown, `erased` of those whose words are gone; `earlier`: how many stand before `history`.
    `branches`: what the question asks to bring together, within a budget of its own; it is recalled in the place of all
    else. `guided`: the model's adapter tells it what `guidance` has. Texts are untrusted but for the plate.
    """

    history: Sequence[PromptMessage]
    plate: str | None = None
    plate_id: str = ""
    recalled: Sequence[Recalled] = ()
    summaries: Sequence[Summary] = ()
    character: str = ""
    character_ids: tuple[str, ...] = ()
    begun: str = ""
    begun_id: str = ""
    unremembered: Sequence[str] = ()
    erased: Sequence[str] = ()
    earlier: int = 0
    branches: Sequence[Branch] = ()
    guided: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Something that went in: `source` are ids (digests in hex) of what it says.

    Of the conversation `source` is its first and its last message, `count` how many of it there are.
    """

    kind: PartKind
    tokens: int
    source: tuple[str, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that did not go in, and why. `tokens` is None where it was not looked at."""

    kind: PartKind
    why: Why
    tokens: int | None
    source: tuple[str, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Built:
    """A prompt with its account."""

    prompt: Prompt
    parts: tuple[Part, ...]
    left_out: tuple[LeftOut, ...]
    budget: int

    @property
    def tokens(self) -> int:
        """What all parts have together."""
        return sum(part.tokens for part in self.parts)


def tokens(text: str) -> int:
    """An estimate of a text's tokens, meant to be too high rather than too low: one for three bytes of its UTF-8.

    English has some four bytes a token, Chinese some three; what few texts have more of, the model's own limit is for.
    """
    return -(-len(text.encode("utf-8", "surrogatepass")) // BYTES_A_TOKEN)


def tokens_said(text: str) -> int:
    """The same for something that was said, with what stands around it."""
    return tokens(text) + AROUND


_READING: Final = Part("guidance", tokens_said(RECALL_GUIDANCE), (name_of(RECALL_GUIDANCE),))
_GOING_ON: Final = Part("guidance", tokens_said(CONTINUE), (name_of(CONTINUE),))


def system_of(plate: str | None) -> tuple[SystemBlock, ...]:
    """What a model is told before anything else: the plate that is in force, if there is one, then how to answer."""
    return (*system_text(plate or ""), *system_text(SYSTEM_TEXT))


def build(given: Material, budget: int = BUDGET, output_tokens_max: int = 4096) -> Built:
    """A prompt that ends with the question; the same for the same material, whenever and wherever it is built."""
    question = given.history[-1]
    parts = [Part("plate", tokens(given.plate), (given.plate_id,))] if given.plate and given.plate.strip() else []
    parts.append(Part("answering", tokens(SYSTEM_TEXT)))
    asked = Part("question", tokens_said(question.content), _ids(question))
    begun = [Part("begun", tokens_said(given.begun), (given.begun_id,) * bool(given.begun_id))] if given.begun else []
    fresh = given.summaries if len(given.history) == 1 and not given.earlier else ()
    reading = [_READING] if given.guided and (given.recalled or given.branches or fresh) else []
    begun += [_GOING_ON] if given.guided and begun else []
    room = max(0, budget - sum(part.tokens for part in (*parts, *reading, asked, *begun)))
    left = room
    gone: list[LeftOut] = []

    character = tokens(given.character)
    is_told = bool(given.character) and character <= room * SHARES["character"]
    if given.character:
        if is_told:
            parts.append(Part("character", character, given.character_ids))
            left -= character
        else:
            gone.append(LeftOut("character", "budget", character, given.character_ids))

    if given.branches:
        recalled = list({one.message_id: one for each in given.branches[1:] for one in each.said}.values())
    else:
        recalled = _filled(given.recalled, int(room * SHARES["recalled"]), gone)
    left -= sum(tokens_said(each.content) for each in recalled)
    summaries = _summarized(fresh, int(room * SHARES["summaries"]), gone)
    left -= sum(tokens_said(each.content) for each in summaries)
    before = _newest(given, left, gone)
    spoken = [*before, question]
    if not given.branches:
        recalled = _without_repeats(recalled, spoken, gone)

    if recalled or summaries:
        parts += reading
    parts += [Part("summary", tokens_said(each.content), each.sources) for each in summaries]
    parts += [Part("recalled", tokens_said(each.content), (each.message_id,)) for each in recalled]
    if before:
        ends = (before[0].message_id, before[-1].message_id)
        size = sum(tokens_said(each.content) for each in before)
        parts.append(Part("conversation", size, ends if all(ends) else (), len(before)))
    system = system_of(given.plate)
    if is_told:
        system += (SystemBlock(given.character),)
    prompt = Prompt(
        system,
        tuple(spoken),
        tuple(recalled),
        output_tokens_max,
        given.begun,
        summaries=tuple(summaries),
        branches=tuple(given.branches),
    )
    return Built(prompt, (*parts, asked, *begun), tuple(gone), budget)


def _ids(message: PromptMessage) -> tuple[str, ...]:
    return (message.message_id,) if message.message_id else ()


def _filled(found: Sequence[Recalled], room: int, gone: list[LeftOut]) -> list[Recalled]:
    """The best first, each text once, as far as the room goes: a long one does not keep a shorter one out."""
    kept: list[Recalled] = []
    said: set[str] = set()
    for each in found:
        size, text = tokens_said(each.content), _plain(each.content)
        if text in said:
            gone.append(LeftOut("recalled", "repeat", size, (each.message_id,)))
        elif size > room:
            gone.append(LeftOut("recalled", "budget", size, (each.message_id,)))
        else:
            kept.append(each)
            room -= size
        said.add(text)
    return kept


def _summarized(found: Sequence[Summary], room: int, gone: list[LeftOut]) -> list[Summary]:
    """The most recent first, until the room is used up."""
    kept: list[Summary] = []
    for each in found:
        size = tokens_said(each.content)
        if size > room:
            gone.append(LeftOut("summary", "budget", size, each.sources))
            continue
        kept.append(each)
        room -= size
    return kept


def _newest(given: Material, room: int, gone: list[LeftOut]) -> list[PromptMessage]:
    """The messages before the question, from the newest back to where the room ends; without a hole in between."""
    before = given.history[:-1]
    first = len(before)
    size = 0
    while first > 0 and (size := tokens_said(before[first - 1].content)) <= room:
        room -= size
        first -= 1
    if first:
        ends = (before[0].message_id, before[first - 1].message_id)
        lost = sum(tokens_said(each.content) for each in before[:first])
        gone.append(LeftOut("conversation", "budget", lost, ends if all(ends) else (), first))
    if given.earlier:
        gone.append(LeftOut("conversation", "too old", None, (), given.earlier))
    gone.extend(LeftOut("conversation", "not remembered", None, (each,)) for each in given.unremembered)
    gone.extend(LeftOut("conversation", "erased", None, (each,)) for each in given.erased)
    return list(before[first:])


def _without_repeats(recalled: Sequence[Recalled], spoken: list[PromptMessage], gone: list[LeftOut]) -> list[Recalled]:
    """What the conversation says already need not be recalled; a pin on the repeat holds for what repeats it."""
    where = {_plain(message.content): at for at, message in enumerate(spoken)}
    kept = []
    for each in recalled:
        at = where.get(_plain(each.content))
        if at is None:
            kept.append(each)
            continue
        gone.append(LeftOut("recalled", "repeat", tokens_said(each.content), (each.message_id,)))
        if each.pinned:
            spoken[at] = replace(spoken[at], pinned=True)
    return kept


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def shortened(prompt: Prompt) -> Prompt | None:
    """The prompt without the older half of what precedes the question; None where there is nothing to leave out.

    Halves are of characters. Of what was recalled the earliest said goes first; pinned messages stay longest.
    """
    before = prompt.messages[:-1]
    turns = _newer_half(before, [len(message.content) for message in before])
    order = sorted(prompt.recalled, key=lambda found: (found.pinned, found.said_at_ms))
    kept = set(map(id, _newer_half(order, [len(found.content) for found in order])))
    recalled = tuple(found for found in prompt.recalled if id(found) in kept)
    oldest_first = prompt.summaries[::-1]
    newer = _newer_half(oldest_first, [len(each.content) for each in oldest_first])
    lengths = ((turns, before), (recalled, prompt.recalled), (newer, prompt.summaries))
    if all(len(now) == len(then) for now, then in lengths):
        return None
    return replace(prompt, messages=(*turns, prompt.messages[-1]), recalled=recalled, summaries=tuple(newer)[::-1])


def after_shortening(built: Built) -> Built:
    """The account of what the model was given in the end, where the whole prompt was too long for it."""
    prompt = shortened(built.prompt)
    if prompt is None:
        return built
    recalled = {(each.message_id,) for each in prompt.recalled}
    summaries = {each.sources for each in prompt.summaries}
    before = prompt.messages[:-1]
    parts: list[Part] = []
    gone = list(built.left_out)
    for part in built.parts:
        if part.kind == "conversation":
            ends = (before[0].message_id, before[-1].message_id) if before else ()
            size = sum(tokens_said(each.content) for each in before)
            if before:
                parts.append(Part("conversation", size, ends if all(ends) else (), len(before)))
            if lost := part.count - len(before):
                first, last = built.prompt.messages[0], built.prompt.messages[lost - 1]
                ids = (first.message_id, last.message_id)
                full: Why = "context full"
                gone.append(LeftOut("conversation", full, part.tokens - size, ids if all(ids) else (), lost))
        elif (part.kind == "recalled" and part.source not in recalled) or (
            part.kind == "summary" and part.source not in summaries
        ):
            gone.append(LeftOut(part.kind, "context full", part.tokens, part.source))
        elif part != _READING or recalled or summaries:
            parts.append(part)
    return replace(built, prompt=prompt, parts=tuple(parts), left_out=tuple(gone))


def _newer_half(items: Sequence[T], sizes: Sequence[int]) -> Sequence[T]:
    """The last items that together have at most half the size of all; at least one is left out where there is any."""
    left, first = sum(sizes) // 2, len(items)
    while first > 1 and left >= sizes[first - 1]:
        first -= 1
        left -= sizes[first]
    return items[first:]
