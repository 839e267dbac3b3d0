"""What does the embedded model say of itself? What its plate says: it quotes the section that a question is about.

Only questions about the assistant ("your", "you") are its own; whatever is asked about the person, memory answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.mind import phrases
from ccnode.mind import plate as plates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.mind.plate import Kind, Plate
    from ccnode.mind.prompt_types import Recalled, SystemBlock

_SECTION_CHARS_MAX: Final = 1_200
_RECALLED_MAX: Final = 5
_RECALLED_CHARS_MAX: Final = 130
_QUOTES_CHARS_MAX: Final = 270  # together: what the six questions allow an answer is 400, with what the plate says
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+")
# Of several that match the first counts: "your name" may stand in any of the others.
_QUESTIONS: Final[tuple[tuple[Kind, str], ...]] = (
    ("breakthrough", r"\byour last (?:breakthrough|memory)\b|\bour last breakthrough\b"),
    ("traits", r"\byour (?:three )?(?:character )?traits\b|\btraits (?:describe|do) you\b|\bdescribe yourself\b"),
    ("goal", r"\byour (?:core |main )?(?:goal|purpose|mission)\b"),
    ("relationship", r"\byour (?:relation|relationship)\b|\bwho am i (?:to|for) you\b"),
    ("continuity", r"\bstays? the same (?:about|of|with) you\b|\byour continuity\b|\bare you (?:still )?the same\b"),
    ("identity", r"\bwho (?:exactly )?are you\b|\bwho're you\b|\bwhat(?:'s| is) your name\b|\byour own name\b"),
)
_NAME: Final = re.compile(r"^\s*(?:[-*]\s*)?\**name\**\s*:.*$", re.IGNORECASE | re.MULTILINE)
_ABOUT: Final = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _QUESTIONS)


@dataclass(frozen=True, slots=True)
class Told:
    """An answer about the assistant itself, and the ids of the messages that it quotes."""

    text: str
    sources: tuple[str, ...] = ()


def plate_in(system: Sequence[SystemBlock]) -> Plate | None:
    """The plate in a prompt's system text: the first stable block that has one of a plate's sections."""
    for block in system:
        if block.stable and len(block.text) <= plates.BYTES_MAX:
            found = plates.parse(block.text)
            if any(each.kind in plates.ASKED_ABOUT for each in found.sections):
                return found
    return None


def about_self(system: Sequence[SystemBlock], recalled: Sequence[Recalled], asked: str) -> Told | None:
    """What the plate says to a question about the assistant; None where it is about something else, or says nothing."""
    kind = next((kind for kind, pattern in _ABOUT if pattern.search(asked)), None)
    plate = plate_in(system) if kind is not None else None
    if kind is None or plate is None:
        return None
    section = plate.section(kind)
    name = _line(plate.name)[:100] if kind == "identity" and plate.name else ""
    said = section.text if section is not None else ""
    said = _line(_NAME.sub("", said) if name else said)
    parts = [f"I am {name}."] * bool(name) + [f"My plate says: {said}"] * bool(said)
    if not parts:
        return None
    text, sources = " ".join(parts), []
    if kind == "identity":
        text += f" {phrases.WHAT_I_AM}"
    if kind == "breakthrough":
        found = [each for each in recalled if each.role == "user" and each.content.strip()][:_RECALLED_MAX]
        if found:
            quotes = _fitting([_quoted(each.content) for each in found])
            text += f" And you told me: {' '.join(quotes)}"
            sources = [each.message_id for each in found[: len(quotes)]]
    return Told(text, tuple(dict.fromkeys(source for source in sources if source)))


def _fitting(quotes: list[str]) -> list[str]:
    """As many as an answer has room for, one at least."""
    room = _QUOTES_CHARS_MAX
    for count, quote in enumerate(quotes):
        room -= len(quote) + 1
        if room < 0:
            return quotes[: max(1, count)]
    return quotes


def _line(text: str) -> str:
    line = " ".join(re.sub(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", "", _CONTROL.sub(" ", text)).split())
    return line if len(line) <= _SECTION_CHARS_MAX else line[: _SECTION_CHARS_MAX - 3].rstrip() + "..."


def _quoted(text: str) -> str:
    line = " ".join(_CONTROL.sub(" ", text[: 4 * _RECALLED_CHARS_MAX]).split()).replace('"', "'")
    return f'"{line}"' if len(line) <= _RECALLED_CHARS_MAX else f'"{line[: _RECALLED_CHARS_MAX - 3].rstrip()}..."'
