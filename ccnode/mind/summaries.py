"""What was another conversation about? Its own words, cut short: title, first question, last exchange.

Nothing is made up. An extract is recalled text like any other: it stands in the fence of what is recalled, never among
instructions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ccnode.mind.prompt_types import Summary

TITLE_CHARS_MAX: Final = 120
SAID_CHARS_MAX: Final = 240
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A stored text: `id` is the digest, in hex, of the entry that holds it; `text` is None where it is gone."""

    id: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """What an extract is made of; what is None was not said, or may not be remembered.

    `last_ms`: when it was last active, in milliseconds since 1970.
    """

    session_id: str
    last_ms: int
    title: Said | None = None
    first: Said | None = None
    question: Said | None = None
    answer: Said | None = None


def summarize(talk: Conversation) -> Summary | None:
    """The extract; None where nothing of the conversation is left to tell."""
    question = None if talk.first and talk.question and talk.question.id == talk.first.id else talk.question
    parts = (
        ("Title", talk.title, TITLE_CHARS_MAX),
        ("First asked", talk.first, SAID_CHARS_MAX),
        ("Last asked", question, SAID_CHARS_MAX),
        ("Last answered", talk.answer, SAID_CHARS_MAX),
    )
    lines, sources = [], []
    for name, said, most in parts:
        shown = clipped(said.text, most) if said is not None and said.text is not None else ""
        if said is not None and shown:
            lines.append(f"{name}: {shown}")
        sources.append(said.id if said is not None and shown else "")
    return Summary(talk.session_id, "\n".join(lines), talk.last_ms, tuple(sources)) if lines else None


def clipped(text: str, most: int) -> str:
    """The text in one line of at most `most` characters, cut at a word where one ends near."""
    line = " ".join(_CONTROL.sub(" ", text[: 8 * most]).split())
    if len(line) <= most:
        return line
    cut = line[: most - 3]
    word = cut.rfind(" ")
    return (cut[:word] if word > most // 2 else cut).rstrip() + "..."
