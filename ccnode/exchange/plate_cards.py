"""How does a plate become a character card, and a card a plate? Fields to sections and back; nothing is lost there.

    name                       Identity, the line `Name:`
    description                Identity
    personality                Traits
    scenario                   Relationship
    system_prompt              Instructions (and, from a plate, the other sections with their headings)
    post_history_instructions  Instructions, at their end

A card made from a plate has the whole text in `extensions`, under EXTENSION. It is taken from there again, unless the
card's own fields were changed since.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ccnode.exchange import cardform
from ccnode.exchange.model import ExchangeError, Left
from ccnode.mind import plate

if TYPE_CHECKING:
    from ccnode.mind.plate import Kind, Plate

EXTENSION: Final = "ccnode/plate"
NAME_CHARS_MAX: Final = 64
_MACROS: Final = {"char": "{name}", "bot": "{name}", "user": "your owner"}
_MACRO: Final = re.compile(r"\{\{(char|user)\}\}|<(bot|user)>", re.IGNORECASE)
_HEADING: Final = re.compile(r"^( {0,3})(#{1,6}(?:[ \t]|$))", re.MULTILINE)
_SPLIT: Final = re.compile(r"[,;\n]+")
_TRAIT_CHARS_MAX: Final = 60
# Fields that a plate has no place for, and why.
_NO_PLACE: Final = {
    "first_mes": "a plate has no greeting",
    "alternate_greetings": "a plate has no greeting",
    "group_only_greetings": "a plate has no greeting",
    "mes_example": "a plate has no examples of speech",
    "creator_notes": "notes are for people, not for the model",
    "creator_notes_multilingual": "notes are for people, not for the model",
    "creator": "a plate is signed by its owner",
    "character_version": "versions are counted here",
    "tags": "a plate has no tags",
    "nickname": "a plate has one name",
    "source": "a plate is signed by its owner",
}  # fmt: skip
_COMPARED: Final = ("name", "description", "personality", "scenario", "system_prompt", "post_history_instructions")


@dataclass(frozen=True, slots=True)
class Mapped:
    """A plate made from a card. `whole`: it is the very text that was exported; `left`: what was not taken over."""

    text: str
    whole: bool
    left: tuple[Left, ...]


# --- out ---


def to_card(text: str) -> cardform.Card:
    """A plate as a V2 card, which `cards.card_file` writes in either form. Raises ExchangeError."""
    parsed = plate.parse(text)
    data: dict[str, Any] = {**_fields(text, parsed), "extensions": {EXTENSION: {"version": 1, "text": text}}}
    return cardform.checked({"spec": "chara_card_v2", "spec_version": "2.0", "data": data})


def _fields(text: str, parsed: Plate) -> dict[str, str]:
    """What other programs are to make of it."""
    rest = [
        f"{each.heading}\n{each.text.strip()}".strip()
        for each in parsed.sections
        if each.kind in ("goal", "breakthrough", "continuity", "free") and each.text.strip()
    ]
    said = [_said(parsed, "instructions"), *rest]
    name = parsed.name or "Assistant"
    return {
        "name": name,
        "description": _without_name(_said(parsed, "identity")) or (text.strip() if not parsed.sections else ""),
        "personality": "\n".join(each.text for each in parsed.traits) or _said(parsed, "traits"),
        "scenario": _said(parsed, "relationship"),
        "system_prompt": "\n\n".join(each for each in said if each),
        "post_history_instructions": "",
    }


def _said(parsed: Plate, kind: Kind) -> str:
    found = parsed.section(kind)
    return found.text.strip() if found is not None else ""


def _without_name(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not re.match(r"[\s>*+_-]*name[\s*_]*:", line, re.I)).strip()


# --- in ---


def from_card(card: cardform.Card) -> Mapped:
    """A card as a plate. What the plate then lacks, `plate.lint` says. Raises ExchangeError for a card without text."""
    data = card.value["data"]
    own = data["extensions"].get(EXTENSION)
    edited: tuple[Left, ...] = ()
    if isinstance(own, dict) and isinstance(own.get("text"), str):
        text: str = own["text"]
        if _is_of(data, text):
            return Mapped(text, whole=True, left=card.left)
        edited = (Left(f"extensions.{EXTENSION}", "the card's fields were changed since it was exported", 1, "part"),)
    name = " ".join(data["name"].split())[:NAME_CHARS_MAX]
    read = {field: _plain(data[field], name) for field in _COMPARED if isinstance(data.get(field), str)}
    identity = f"Name: {name}\n\n{read.get('description', '')}".strip()
    rules = [read.get("system_prompt", ""), read.get("post_history_instructions", "")]
    sections = [
        ("identity", identity),
        ("relationship", read.get("scenario", "")),
        ("traits", _traits(read.get("personality", ""))),
        ("instructions", "\n\n".join(each for each in rules if each)),
    ]
    parts = [f"# {name}", *(f"{plate.HEADINGS[kind]}\n\n{said}" for kind, said in sections if said)]  # type: ignore[index]
    return Mapped("\n\n".join(parts) + "\n", whole=False, left=(*card.left, *edited, *_left(data)))


def _is_of(data: dict[str, Any], text: str) -> bool:
    """Whether a card's fields are still those that were made from the text."""
    try:
        made = to_card(text).value["data"]
    except ExchangeError:
        return False
    return all(data.get(field) == made[field] for field in _COMPARED)


def _plain(text: str, name: str) -> str:
    """A field's text as it may stand in a section: placeholders filled, no heading or open code block of its own."""
    filled = _MACRO.sub(lambda match: _MACROS[(match[1] or match[2]).lower()].format(name=name), text)
    filled = _HEADING.sub(r"\1\\\2", filled.replace("\r\n", "\n").replace("\r", "\n")).strip()
    fence, _ = plate.open_fence(filled)
    return f"{filled}\n{fence}" if fence else filled


def _traits(text: str) -> str:
    """A list of short traits as list items; sentences as they are."""
    parts = [part.strip(" .*-+") for part in _SPLIT.split(text)]
    parts = [part for part in parts if part]
    if len(parts) > 1 and all(len(part) <= _TRAIT_CHARS_MAX for part in parts):
        return "\n".join(f"- {part}" for part in parts)
    return text


def _left(data: dict[str, Any]) -> list[Left]:
    left = [
        Left(f"data.{field}", why, len(value) if isinstance(value, list) else 1, "part")
        for field, why in _NO_PLACE.items()
        if (value := data.get(field))
    ]
    book = data.get("character_book")
    if isinstance(book, dict) and book.get("entries"):
        left.append(Left("data.character_book", "a plate has no lorebook", len(book["entries"]), "part"))
    left += [
        Left(f"data.extensions.{str(field)[:80]}", "extensions of other programs have no place in a plate", 1, "part")
        for field in list(data["extensions"])[:20]
        if field != EXTENSION
    ]
    known = {*_COMPARED, *_NO_PLACE, "extensions", "character_book", "assets", "creation_date", "modification_date"}
    left += [
        Left(f"data.{str(field)[:80]}", "is not known here", 1, "part")
        for field in list(data)[:200]
        if field not in known
    ]
    return left
