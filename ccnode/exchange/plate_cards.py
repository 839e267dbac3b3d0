r"""How does a plate become a character card, and a card a plate? Fields to sections and back; nothing is lost there.

    name                       Identity, the line `Name:`
    description                Identity
    personality                Traits
    scenario                   Relationship
    system_prompt              Instructions (and, from a plate, the other sections with their headings)
    post_history_instructions  Instructions, at their end

Headings and lines `Name:` within a field are kept as words (`\# Big`, `Name\: Mira Stone`). A card made from a plate
has the whole text in `extensions`, under EXTENSION. It is taken from there again, unless the card's own fields were
changed since.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ccnode.exchange import cardform
from ccnode.exchange.model import ExchangeError, Left
from ccnode.mind import plate

if TYPE_CHECKING:
    from ccnode.mind.plate import Finding, Kind, Plate

EXTENSION: Final = "ccnode/plate"
NAME_CHARS_MAX: Final = 64
_MACROS: Final = {"char": "{name}", "bot": "{name}", "user": "your owner"}
_MACRO: Final = re.compile(r"\{\{(char|user)\}\}|<(bot|user)>", re.IGNORECASE)
_HEADING: Final = re.compile(r"^( {0,3})(#{1,6}(?:[ \t]|$))", re.MULTILINE)
_NAME_LINE: Final = re.compile(r"([\s>*+_-]*name[\s*_]*)(\\?):", re.IGNORECASE)
# `{"name":`, or what is left of that, or of an empty object.
_OBJECT: Final = re.compile(r'\{\s*(?:\Z|\}\s*\Z|"(?:[^"\\]|\\.)*(?:\Z|"\s*(?::|\Z)))')
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
_SECTIONS: Final[dict[str, Kind]] = {
    "description": "identity", "scenario": "relationship", "personality": "traits", "system_prompt": "instructions",
    "post_history_instructions": "instructions",
}  # fmt: skip
_COMPARED: Final = ("name", "description", "personality", "scenario", "system_prompt", "post_history_instructions")


@dataclass(frozen=True, slots=True)
class Mapped:
    """A plate made from a card. `whole`: it is the very text that was exported; `left`: what was not taken over.

    `fields`: from which line on the text comes from which field of the card.
    """

    text: str
    whole: bool
    left: tuple[Left, ...]
    fields: tuple[tuple[int, str], ...] = ()

    def lint(self) -> list[Finding]:
        """What is wrong with the text, by the card's fields: its lines are nothing that people saw."""
        found = []
        for one in plate.lint(self.text):
            field = next((name for line, name in reversed(self.fields) if line <= one.line), "")
            place = f"data.{field}: " if field and one.line else ""
            found.append(replace(one, line=0, message=f"{place}{self._of_whom(one)}"))
        return list(dict.fromkeys(found))

    def _of_whom(self, one: Finding) -> str:
        """The message; where it is about the size, with the field that most of it comes from."""
        size = len(self.text.encode("utf-8"))
        if one != plate.too_large(size) or not self.fields:
            return one.message
        lines = self.text.split("\n")
        ends = [line - 2 for line, _ in self.fields[1:]] + [len(lines) - 1]  # an empty line between them
        sizes = {
            name: len("\n".join(lines[line - 1 : end]).encode("utf-8"))
            for (line, name), end in zip(self.fields, ends, strict=True)
        }
        largest = max(sizes, key=sizes.__getitem__)
        return f"has {size} bytes, {sizes[largest]} of them from data.{largest}; a plate has at most {plate.BYTES_MAX}"


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
    """The text without the line that says the name; one that was only quoted from a card (`_unnamed`) as it was."""
    return "\n".join(_named(line) for line in text.split("\n") if not _says_name(line)).strip()


def _says_name(line: str) -> bool:
    found = _NAME_LINE.match(line)
    return found is not None and not found[2]


def _named(line: str) -> str:
    return _NAME_LINE.sub(r"\1:", line, count=1) if _NAME_LINE.match(line) else line


def _unnamed(text: str) -> str:
    """A card's description of which no line is the one that says the plate's name: the card has a field for that."""
    lines = text.split("\n")
    return "\n".join(_NAME_LINE.sub(r"\1\\:", line, count=1) if _says_name(line) else line for line in lines)


# --- in ---


def is_card(data: bytes) -> bool:
    """Whether a file, of which this is the beginning, is read as a card and not as Markdown: by what it is.

    A picture, an archive, JSON. What only begins as a JSON object does was one, and is damaged, unless it has headings;
    a brace or a bracket alone begins many a text.
    """
    if data.startswith((b"\x89PNG", b"PK\x03\x04")):
        return True
    text = data.decode("utf-8", "replace").lstrip(plate.MARK).lstrip()
    if text.startswith("{"):
        return _OBJECT.match(text) is not None and not _HEADING.search(text)
    if not text.startswith("[") or len(data) > plate.BYTES_MAX:
        return False
    try:
        json.loads(text)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def from_card(card: cardform.Card) -> Mapped:
    """A card as a plate. What the plate then lacks, `plate.lint` says. Raises ExchangeError for a card without text."""
    data = card.value["data"]
    own = data["extensions"].get(EXTENSION)
    edited: tuple[Left, ...] = ()
    if isinstance(own, dict) and isinstance(own.get("text"), str):
        if _is_of(data, own["text"]):
            return Mapped(
                plate.plain(own["text"]), whole=True, left=card.left, fields=((1, f"extensions.{EXTENSION}"),)
            )
        edited = (Left(f"extensions.{EXTENSION}", "the card's fields were changed since it was exported", 1, "part"),)
    given = " ".join(data["name"].lstrip(plate.MARK).split())
    name = given[:NAME_CHARS_MAX]
    if name != given:
        why = f"a plate's name has at most {NAME_CHARS_MAX} characters; the rest is cut off"
        edited = (*edited, Left("data.name", why, 1, "part"))
    read = {field: _plain(data[field], name) for field in _COMPARED if isinstance(data.get(field), str)}
    read["description"] = _unnamed(read.get("description", ""))
    read["personality"] = _traits(read.get("personality", ""))
    text, fields = _joined(name, read)
    return Mapped(text, whole=False, left=(*card.left, *edited, *_left(data)), fields=fields)


def _joined(name: str, read: dict[str, str]) -> tuple[str, tuple[tuple[int, str], ...]]:
    """The sections of a plate from a card's fields, and at which line the text of each field begins."""
    parts = [("name", f"# {name}"), ("name", f"{plate.HEADINGS['identity']}\n\nName: {name}")]
    headed = {"identity"}
    for field, kind in _SECTIONS.items():
        if said := read.get(field, ""):
            parts.append((field, said if kind in headed else f"{plate.HEADINGS[kind]}\n\n{said}"))
            headed.add(kind)
    fields, line = list[tuple[int, str]](), 1
    for field, said in parts:
        fields.append((line, field))
        line += said.count("\n") + 2
    return "\n\n".join(said for _, said in parts) + "\n", tuple(fields)


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
    filled = _HEADING.sub(r"\1\\\2", plate.plain(filled).replace("\r", "\n")).strip()
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
