"""Is this JSON a character card, and what is wrong where it is not? Forms V1, V2 and V3, checked and completed.

Forms: https://github.com/malfoyslastname/character-card-spec-v2 and https://github.com/kwaroran/character-card-spec-v3.
Fields that no form knows stay where they are, `extensions` above all; what a form asks for and is missing gets the
default that it names. A V1 card (its fields at the top) becomes a V2 one.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ccnode.exchange.model import ExchangeError, Left
from ccnode_protocol import records

Form = Literal["v2", "v3"]
Fields = dict[str, Any]

DEPTH_MAX: Final = 64
JSON_BYTES_MAX: Final = 8 * 1024 * 1024  # of what is parsed; what is kept is smaller
VALUES_MAX: Final = 400_000  # in them, so that "[],[],..." does not become thirty times its size
SPECS: Final[dict[str, Form]] = {"chara_card_v2": "v2", "chara_card_v3": "v3"}
_SPEC_OF: Final[dict[Form, tuple[str, str]]] = {"v2": ("chara_card_v2", "2.0"), "v3": ("chara_card_v3", "3.0")}
_V1: Final = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
_TEXTS: Final = (*_V1, "creator_notes", "system_prompt", "post_history_instructions", "creator", "character_version")
_LISTS: Final = ("alternate_greetings", "tags")
_BACKFILL: Final = (
    "This card follows the V3 form; this copy of it is for programs that read V2 alone. Use one that reads V3 to have"
    " all of it."
)
_KINDS: Final = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a number",
                 float: "a number", type(None): "null"}  # fmt: skip
_REMEDY: Final = "mend it where it was made, or leave it out"


@dataclass(frozen=True, slots=True)
class Card:
    """A checked card. `text`: its JSON, whole, in the one way that gives its `id`; `left`: what was not taken."""

    form: Form
    name: str
    text: str
    left: tuple[Left, ...] = ()

    @property
    def id(self) -> bytes:
        """The card's identifier, 16 bytes, from its text."""
        return records.card_id(self.text)

    @property
    def value(self) -> Fields:
        """The card as an object, a fresh one each time."""
        value: Fields = json.loads(self.text)
        return value


def _wrong(where: str, wanted: str, value: object) -> ExchangeError:
    return ExchangeError(f"the card's {where}: {wanted} is expected, {_KINDS.get(type(value), 'something else')}"
                         " stands there", _REMEDY)  # fmt: skip


# --- JSON from anywhere ---


@dataclass(slots=True)
class _Mender:
    """Walks a parsed value: what no JSON text can hold is refused, half surrogate pairs are replaced."""

    halves: int = 0
    doubles: int = 0

    def pairs(self, pairs: list[tuple[str, object]]) -> Fields:
        """An object; of names that stand twice the last counts, as everywhere."""
        fields = dict(pairs)
        self.doubles += len(pairs) - len(fields)
        return fields

    def text(self, value: str) -> str:
        """Valid Unicode. Programs that cut a text by its length in UTF-16 leave halves behind."""
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            self.halves += 1
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value

    def mended(self, value: object, depth: int = 0) -> object:
        """The value, valid. Raises ExchangeError."""
        if depth > DEPTH_MAX:
            raise ExchangeError(f"the card is nested more than {DEPTH_MAX} deep", _REMEDY)
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(name): self.mended(inner, depth + 1) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.mended(inner, depth + 1) for inner in value]
        if isinstance(value, float) and not math.isfinite(value):
            raise ExchangeError("the card holds a number that is too large", _REMEDY)
        return value

    @property
    def left(self) -> list[Left]:
        """What was changed, as a report."""
        found = []
        if self.halves:
            found.append(Left("text", "half of a character was replaced by U+FFFD", self.halves, "part"))
        if self.doubles:
            found.append(
                Left("fields", "the name stands twice in one object; the last one counts", self.doubles, "part")
            )
        return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _values(data: bytes) -> int:
    """How many values the JSON has, about; more only where its strings are full of commas."""
    return data.count(b",") + data.count(b"[") + data.count(b"{")


def parse(data: bytes, where: str) -> tuple[Fields, list[Left]]:
    """The JSON object in some bytes, and what was changed to make it valid.

    Raises:
        ExchangeError: they are too many or hold too many values, are not UTF-8, no JSON object, nested too deeply.
    """
    if len(data) > JSON_BYTES_MAX:
        raise ExchangeError(f"{where} has more than {JSON_BYTES_MAX} bytes of JSON: too many for a card", _REMEDY)
    if _values(data) > VALUES_MAX:
        raise ExchangeError(f"{where} holds more than {VALUES_MAX} values: too many for a card", _REMEDY)
    mender = _Mender()
    try:
        value = json.loads(
            data.decode("utf-8").lstrip("\ufeff"), object_pairs_hook=mender.pairs, parse_constant=_no_constant
        )
    except UnicodeDecodeError as error:
        raise ExchangeError(f"{where} is not text in UTF-8: {error.reason} at byte {error.start}", _REMEDY) from error
    except RecursionError as error:
        raise ExchangeError(f"{where} is nested more than {DEPTH_MAX} deep", _REMEDY) from error
    except ValueError as error:
        raise ExchangeError(f"{where} is not JSON: {error}", _REMEDY) from error
    value = mender.mended(value)
    if not isinstance(value, dict):
        raise _wrong("JSON", "an object", value)
    return value, mender.left


# --- checking ---


@dataclass(slots=True)
class _Checker:
    """Completes fields in place and gathers what had to be changed."""

    left: list[Left] = field(default_factory=list)

    def take(self, fields: Fields, name: str, where: str, default: object) -> None:
        """A field of the default's type, which stands for a missing one or null. Raises ExchangeError."""
        value = fields.get(name)
        if value is None:
            if name in fields:
                self.left.append(Left(where + name, f"null is no value; taken as {json.dumps(default)}", 1, "part"))
            fields[name] = default
        elif not _is_like(value, default):
            raise _wrong(where + name, _KINDS[type(default)], value)

    def perhaps(self, fields: Fields, name: str, where: str, like: object) -> None:
        """A field that may be missing; null is left out. Raises ExchangeError."""
        if name in fields and fields[name] is None:
            del fields[name]
        elif name in fields and not _is_like(fields[name], like):
            raise _wrong(where + name, _KINDS[type(like)], fields[name])

    def texts(self, fields: Fields, name: str, where: str) -> None:
        """Every element of a list must be a text. Raises ExchangeError."""
        for number, value in enumerate(fields.get(name, [])):
            if not isinstance(value, str):
                raise _wrong(f"{where}{name}[{number}]", "a text", value)

    def data(self, data: Fields, form: Form) -> None:
        """The card's own fields."""
        if not isinstance(data.get("name"), str) or not data["name"].strip():
            raise ExchangeError("the card's data.name: a text that is not empty is expected", _REMEDY)
        for name in _TEXTS:
            self.take(data, name, "data.", "")
        lists = (*_LISTS, "group_only_greetings") if form == "v3" else _LISTS
        for name in lists:
            self.take(data, name, "data.", [])
        self.take(data, "extensions", "data.", {})
        self.perhaps(data, "nickname", "data.", "")
        self.perhaps(data, "source", "data.", [])
        self.perhaps(data, "creator_notes_multilingual", "data.", {})
        for name in ("creation_date", "modification_date"):
            self.perhaps(data, name, "data.", 0)
        for name in (*lists, "source"):
            self.texts(data, name, "data.")
        for language, note in data.get("creator_notes_multilingual", {}).items():
            if not isinstance(note, str):
                raise _wrong(f"data.creator_notes_multilingual.{language[:20]}", "a text", note)
        self.perhaps(data, "character_book", "data.", {})
        if "character_book" in data:
            self.book(data["character_book"], form)
        self.perhaps(data, "assets", "data.", [])
        if "assets" in data:
            self.assets(data)

    def book(self, book: Fields, form: Form) -> None:
        """The card's lorebook."""
        where = "data.character_book."
        self.take(book, "extensions", where, {})
        self.take(book, "entries", where, [])
        for name, like in (("name", ""), ("description", ""), ("scan_depth", 0), ("token_budget", 0),
                           ("recursive_scanning", False)):  # fmt: skip
            self.perhaps(book, name, where, like)
        for number, entry in enumerate(book["entries"]):
            at = f"{where}entries[{number}]"
            if not isinstance(entry, dict):
                raise _wrong(at, "an object", entry)
            self.entry(entry, at + ".", form)

    def entry(self, entry: Fields, where: str, form: Form) -> None:
        """One entry of a lorebook."""
        required: list[tuple[str, object]] = [("keys", []), ("content", ""), ("extensions", {}), ("enabled", True),
                                              ("insertion_order", 0)]  # fmt: skip
        if form == "v3":
            required.append(("use_regex", False))
        for name, default in required:
            self.take(entry, name, where, default)
        for name, like in (("secondary_keys", []), ("constant", False), ("selective", False), ("case_sensitive", False),
                           ("priority", 0), ("name", ""), ("comment", "")):  # fmt: skip
            self.perhaps(entry, name, where, like)
        self.texts(entry, "keys", where)
        self.texts(entry, "secondary_keys", where)

    def assets(self, data: Fields) -> None:
        """What is only named stays (an address, the default); what is a file is left out, and said so."""
        kept = []
        for number, asset in enumerate(data["assets"]):
            where = f"data.assets[{number}]"
            if not isinstance(asset, dict):
                raise _wrong(where, "an object", asset)
            for name in ("type", "uri", "name", "ext"):
                self.take(asset, name, where + ".", "")
            if asset["uri"].lower().startswith(("http:", "https:", "ccdefault:")):
                kept.append(asset)
            else:
                label = " ".join(f"{asset['type'][:20]} {asset['name'][:40]} {asset['ext'][:10]}".split())
                self.left.append(Left(f"{where} ({label})", "files that belong to a card are not kept", 1, "file"))
        if kept or not data["assets"]:
            data["assets"] = kept
        else:
            del data["assets"]


def _is_like(value: object, like: object) -> bool:
    """Whether a value is of the same kind: numbers are one kind, and true is none of them."""
    if type(like) is int:
        return type(value) in (int, float)
    return type(value) is type(like)


def canonical(value: Fields) -> str:
    """The one way in which a card is written: names in ascending order, no white space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def checked(value: Fields, left: list[Left] | None = None) -> Card:
    """The card that a JSON object holds; the object is changed.

    Raises:
        ExchangeError: it is none, names the field that is wrong, or is too large.
    """
    spec = value.get("spec")
    if spec is None and is_v1(value):
        rest = {name: inner for name, inner in value.items() if name not in _V1}
        value = {**rest, "data": {name: value.get(name, "") for name in _V1}}
        spec = "chara_card_v2"
    if spec == "lorebook_v3":
        raise ExchangeError("this is a lorebook alone, not a character card", "put it into a card first")
    form = SPECS.get(spec) if isinstance(spec, str) else None
    if form is None:
        known = ", ".join(SPECS)
        raise ExchangeError(f"this is no character card: its spec is {str(spec)[:40]!r}, not one of {known}", _REMEDY)
    data = value.get("data")
    if not isinstance(data, dict):
        raise _wrong("data", "an object", data)
    version = value.get("spec_version")
    value["spec"] = _SPEC_OF[form][0]
    value["spec_version"] = version if isinstance(version, str) and version else _SPEC_OF[form][1]
    checker = _Checker(list(left or []))
    checker.data(data, form)
    text = canonical(value)
    size = len(text.encode("utf-8"))
    if size > records.CARD_JSON_BYTES_MAX:
        raise ExchangeError(f"the card {_short(data['name'])!r} has {size} bytes; at most {records.CARD_JSON_BYTES_MAX}"
                            " are kept", "shorten its lorebook or its texts")  # fmt: skip
    return Card(form, _short(data["name"]), text, tuple(checker.left))


def _short(name: str) -> str:
    """A name as it is listed: one line of at most 200 characters; the card itself keeps it whole."""
    return " ".join(name.split())[: records.CARD_NAME_CHARS_MAX]


def is_v1(value: Fields) -> bool:
    """Whether an object has the fields of a V1 card at its top."""
    return all(isinstance(value.get(name), str) for name in ("name", "description", "first_mes"))


# --- writing in a form ---


def in_form(card: Card, form: Form, *, backfill: bool = False) -> Fields:
    """The card as an object in a form. Fields that this form does not know stay, so that the way back loses nothing.

    `backfill`: it stands beside the whole card, for programs that read V2 alone; the creator's notes then say so.
    """
    value = card.value
    if form != card.form:
        value["spec"], value["spec_version"] = _SPEC_OF[form]
        _Checker().data(value["data"], form)
    if backfill and card.form == "v3" and form == "v2":
        notes = value["data"]["creator_notes"]
        value["data"]["creator_notes"] = f"{_BACKFILL}\n\n{notes}" if notes else _BACKFILL
    return value
