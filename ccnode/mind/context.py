"""What does the model see for one reply? A prompt within a budget of tokens, what it is made of, and what is left out.

The order is fixed, so that what changes stands last and a service may keep the beginning:

    system    the plate, then how to answer (both stable); then how to read what is recalled, where a model is told;
              then the measured character (changes)
    messages  the conversation so far, oldest first, and the question; with the question, fenced and labelled as
              recalled: extracts of the conversations before (only where this one begins), and what memory found

Whatever was said by anyone, in this conversation or another, is in the messages and never in the system text.

The budget. Plate, how to answer and to read, the question and the begun reply always go in, whole: their sizes are
bounded where they come in. Of what is left of the budget after them, in this order, at most: character
SHARES["character"], recalled SHARES["recalled"], or branches that are brought together SHARES["branches"], extracts
SHARES["summaries"]; the conversation has all that these leave, newest messages first.
A message goes in whole or not at all, but for the one at which the share of a branch ends. Tokens are an estimate,
`tokens`: no model is asked. Where a model is told how to read its prompt, what is quoted counts as it is sent: with
heading, bars and fence (`mind/quoting.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from ccnode.mind import quoting
from ccnode.mind.guidance import CONTINUE, FENCE, OPENING, RECALL_GUIDANCE, name_of
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
    "plate", "answering", "character", "summary", "recalled", "conversation", "question", "begun", "guidance", "fence"
]  # kept as numbers: another goes to the end
Why = Literal["budget", "repeat", "not remembered", "erased", "too old", "context full"]

BUDGET: Final = 64_000
BYTES_A_TOKEN: Final = 3
AROUND: Final = 8  # tokens for what stands around a text: what it is, whose it is
SHARES: Final = {"character": 0.02, "recalled": 0.25, "branches": 0.4, "summaries": 0.15}
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
    `branches`: what the question asks to bring together, that in which it is asked first; of the others as much as has
    room is recalled in the place of all else. `guided`: the model's adapter tells it what `guidance` has. Texts are
    untrusted but for the plate.
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
    """Something that did not go in, and why. `tokens` is None where it was not looked at.

    What is left out of a branch is told as a part of the conversation is: by its first and its last message.
    """

    kind: PartKind
    why: Why
    tokens: int | None
    source: tuple[str, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Built:
    """A prompt with its account; `guided` as in its material."""

    prompt: Prompt
    parts: tuple[Part, ...]
    left_out: tuple[LeftOut, ...]
    budget: int
    guided: bool = False

    @property
    def tokens(self) -> int:
        """What all parts have together."""
        return sum(part.tokens for part in self.parts)


def tokens(text: str) -> int:
    """An estimate of a text's tokens, meant to be too high rather than too low: one for three bytes of its UTF-8.

    English has some four bytes a token, Chinese some three; what few texts have more of, the model's own limit is for.
    """
    return -(-quoting.size(text) // BYTES_A_TOKEN)


def tokens_said(text: str) -> int:
    """The same for a text that is sent as it is, with what stands around it."""
    return tokens(text) + AROUND


def tokens_quoted(heading: str, text: str) -> int:
    """The same for a text that is quoted below a heading."""
    return -(-quoting.quoted_bytes(heading, text) // BYTES_A_TOKEN)


def tokens_recalled(one: Recalled, number: int) -> int:
    """The same for a recalled message in its fence; `number`: that of its label, or a greater one."""
    return tokens_quoted(quoting.recalled(f"m{number}", one), one.content)


_READING: Final = Part("guidance", tokens_said(RECALL_GUIDANCE), (name_of(RECALL_GUIDANCE),))
_FENCE: Final = Part("fence", tokens_said(FENCE.format(mark="0" * 16, items="")), (name_of(FENCE),))
_OPENING: Final = Part("guidance", tokens_said(OPENING), (name_of(OPENING),))
_GOING_ON: Final = Part("guidance", tokens_said(CONTINUE), (name_of(CONTINUE),))


def system_of(plate: str | None) -> tuple[SystemBlock, ...]:
    """What a model is told before anything else: the plate that is in force, if there is one, then how to answer."""
    return (*system_text(plate or ""), *system_text(SYSTEM_TEXT))


def build(given: Material, budget: int = BUDGET, output_tokens_max: int = 4096) -> Built:
    """A prompt that ends with the question; the same for the same material, whenever and wherever it is built."""
    question = given.history[-1]
    parts = [Part("plate", tokens_said(given.plate), (given.plate_id,))] if given.plate and given.plate.strip() else []
    parts.append(Part("answering", tokens_said(SYSTEM_TEXT)))
    guided = given.guided
    asked = Part("question", _said(question, guided=guided), _ids(question))
    begun = [Part("begun", tokens_said(given.begun), (given.begun_id,) * bool(given.begun_id))] if given.begun else []
    fresh = given.summaries if len(given.history) == 1 and not given.earlier else ()
    fence = [_READING, _FENCE] if guided and (given.recalled or given.branches or fresh) else []
    begun += [_GOING_ON] if guided and begun else []
    room = max(0, budget - sum(part.tokens for part in (*parts, *fence, asked, *begun)))
    left = room
    gone: list[LeftOut] = []

    character = tokens_said(given.character)
    is_told = bool(given.character) and character <= room * SHARES["character"]
    if given.character:
        if is_told:
            parts.append(Part("character", character, given.character_ids))
            left -= character
        else:
            gone.append(LeftOut("character", "budget", character, given.character_ids))

    branches = list(given.branches)
    if branches:
        branches[1:] = _brought(branches[1:], int(room * SHARES["branches"]), gone, guided=guided)
        said = {one.message_id: one for each in branches[1:] for one in each.said}
        recalled = [(one, _recalled(one, at, guided=guided)) for at, one in enumerate(said.values(), start=1)]
    else:
        recalled = _filled(given.recalled, int(room * SHARES["recalled"]), gone, guided=guided)
    left -= sum(size for _, size in recalled)
    summaries = _summarized(fresh, int(room * SHARES["summaries"]), gone, guided=guided)
    left -= sum(size for _, size in summaries)
    before, before_tokens = _newest(given, left, gone)
    spoken = [*before, question]
    if not branches:
        recalled = _without_repeats(recalled, spoken, gone)

    if recalled or summaries:
        parts += fence
    parts += [Part("summary", size, each.sources) for each, size in summaries]
    parts += [Part("recalled", size, (each.message_id,)) for each, size in recalled]
    parts += _conversation(before, before_tokens, guided=guided)
    system = system_of(given.plate)
    if is_told:
        system += (SystemBlock(given.character),)
    prompt = Prompt(
        system,
        tuple(spoken),
        tuple(each for each, _ in recalled),
        output_tokens_max,
        given.begun,
        summaries=tuple(each for each, _ in summaries),
        branches=tuple(branches),
    )
    return Built(prompt, (*parts, asked, *begun), tuple(gone), budget, guided)


def _ids(message: PromptMessage) -> tuple[str, ...]:
    return (message.message_id,) if message.message_id else ()


def _said(message: PromptMessage, *, guided: bool) -> int:
    """The tokens of a message of the conversation, quoted where it is no word of either of the two."""
    if guided and message.role not in ("user", "assistant"):
        return tokens_quoted(quoting.note(message), message.content) + AROUND
    return tokens_said(message.content)


def _recalled(one: Recalled, number: int, *, guided: bool) -> int:
    return tokens_recalled(one, number) if guided else tokens_said(one.content)


def _conversation(before: Sequence[PromptMessage], size: int, *, guided: bool) -> list[Part]:
    """What precedes the question, and what has to stand before that where it begins with a reply."""
    if not before:
        return []
    ends = (before[0].message_id, before[-1].message_id)
    part = Part("conversation", size, ends if all(ends) else (), len(before))
    begins = next((each.role for each in before if each.content.strip()), "user")
    return [_OPENING, part] if guided and begins == "assistant" else [part]


def _filled(found: Sequence[Recalled], room: int, gone: list[LeftOut], *, guided: bool) -> list[tuple[Recalled, int]]:
    """The best first, each text once, as far as the room goes: a long one does not keep a shorter one out."""
    kept: list[tuple[Recalled, int]] = []
    said: set[str] = set()
    for each in found:
        size, text = _recalled(each, len(kept) + 1, guided=guided), _plain(each.content)
        if text in said:
            gone.append(LeftOut("recalled", "repeat", size, (each.message_id,)))
        elif size > room:
            gone.append(LeftOut("recalled", "budget", size, (each.message_id,)))
        else:
            kept.append((each, size))
            room -= size
        said.add(text)
    return kept


def _brought(others: Sequence[Branch], room: int, gone: list[LeftOut], *, guided: bool) -> list[Branch]:
    """Of each branch as much as there is room for; what is left out of one is the oldest of it, and told together."""
    from ccnode.mind.branches import TOKENS_MAX, within  # with what measures characters, which no other prompt needs

    most = sum(len(each.said) for each in others)
    kept = within(others, min(TOKENS_MAX, room), lambda one: _recalled(one, most, guided=guided))
    told = {one.message_id for each in kept for one in each.said}
    for whole, part in zip(others, kept, strict=True):
        lost = [one for one in whole.said[: len(whole.said) - len(part.said)] if one.message_id not in told]
        told |= {one.message_id for one in lost}
        if lost:
            size = sum(_recalled(one, most, guided=guided) for one in lost)
            gone.append(LeftOut("recalled", "budget", size, (lost[0].message_id, lost[-1].message_id), len(lost)))
    return kept


def _summarized(found: Sequence[Summary], room: int, gone: list[LeftOut], *, guided: bool) -> list[tuple[Summary, int]]:
    """The most recent first, until the room is used up."""
    kept: list[tuple[Summary, int]] = []
    for each in found:
        size = tokens_quoted(quoting.extract(each), each.content) if guided else tokens_said(each.content)
        if size > room:
            gone.append(LeftOut("summary", "budget", size, each.sources))
            continue
        kept.append((each, size))
        room -= size
    return kept


def _newest(given: Material, room: int, gone: list[LeftOut]) -> tuple[list[PromptMessage], int]:
    """The messages before the question, from the newest back to where the room ends; without a hole in between.

    With their tokens. Where they begin with a reply there is room for what then stands before them.
    """
    before = given.history[:-1]
    first = len(before)
    kept = opening = 0
    while first > 0:
        message = before[first - 1]
        size = _said(message, guided=given.guided)
        if given.guided and message.content.strip():
            opening = _OPENING.tokens if message.role == "assistant" else 0
        if kept + size + opening > room:
            break
        kept += size
        first -= 1
    if first:
        ends = (before[0].message_id, before[first - 1].message_id)
        lost = sum(_said(each, guided=given.guided) for each in before[:first])
        gone.append(LeftOut("conversation", "budget", lost, ends if all(ends) else (), first))
    if given.earlier:
        gone.append(LeftOut("conversation", "too old", None, (), given.earlier))
    gone.extend(LeftOut("conversation", "not remembered", None, (each,)) for each in given.unremembered)
    gone.extend(LeftOut("conversation", "erased", None, (each,)) for each in given.erased)
    return list(before[first:]), kept


def _without_repeats(
    recalled: Sequence[tuple[Recalled, int]], spoken: list[PromptMessage], gone: list[LeftOut]
) -> list[tuple[Recalled, int]]:
    """What the conversation says already need not be recalled; a pin on the repeat holds for what repeats it."""
    # Much is said, and little of it begins as something that is recalled does.
    begins = {_first_word(each.content) for each, _ in recalled}
    where = {_plain(said.content): at for at, said in enumerate(spoken) if _first_word(said.content) in begins}
    kept = []
    for each, size in recalled:
        at = where.get(_plain(each.content))
        if at is None:
            kept.append((each, size))
            continue
        gone.append(LeftOut("recalled", "repeat", size, (each.message_id,)))
        if each.pinned:
            spoken[at] = replace(spoken[at], pinned=True)
    return kept


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _first_word(text: str) -> str:
    """That of the plain text, too."""
    return "".join(text.split(None, 1)[:1]).casefold()


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
            size = sum(_said(each, guided=built.guided) for each in before)
            parts += _conversation(before, size, guided=built.guided)
            if lost := part.count - len(before):
                first, last = built.prompt.messages[0], built.prompt.messages[lost - 1]
                ids = (first.message_id, last.message_id)
                full: Why = "context full"
                gone.append(LeftOut("conversation", full, part.tokens - size, ids if all(ids) else (), lost))
        elif (part.kind == "recalled" and part.source not in recalled) or (
            part.kind == "summary" and part.source not in summaries
        ):
            gone.append(LeftOut(part.kind, "context full", part.tokens, part.source))
        elif part != _OPENING and (part not in (_READING, _FENCE) or recalled or summaries):
            parts.append(part)
    return replace(built, prompt=prompt, parts=tuple(parts), left_out=tuple(gone))


def _newer_half(items: Sequence[T], sizes: Sequence[int]) -> Sequence[T]:
    """The last items that together have at most half the size of all; at least one is left out where there is any."""
    left, first = sum(sizes) // 2, len(items)
    while first > 1 and left >= sizes[first - 1]:
        first -= 1
        left -= sizes[first]
    return items[first:]
