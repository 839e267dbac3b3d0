"""What may stand in the body of a frame? Fields, each with type and bounds, checked alike when sent and when read.

A form is data, so that the specification, the round trips of the tests and the check itself come from one table.
Names that a form does not know are kept: they may be a later version's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from ccnode_protocol.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccnode_protocol.limits import Limit

INTEGER_MAX: Final = 2**53  # what every language's numbers hold exactly

_PLAIN: Final = {"bytes": bytes, "text": str, "integer": int}

Shape = Literal["bytes", "integer", "text", "flag", "list", "row", "map"]


@dataclass(frozen=True, slots=True)
class Field:
    """One value: its type and bounds.

    `least` and `most` bound the bytes of bytes, the value of an integer, the characters of a text, the items of a list
    and the names of a map. `items`: of a list or map, the form of all its items; of a row, those of each.
    """

    shape: Shape
    least: int = 0
    most: int = 0
    items: tuple[Field, ...] = ()
    optional: bool = False
    nullable: bool = False


def exactly(length: int) -> Field:
    """Bytes of this length."""
    return Field("bytes", length, length)


def octets(most: int, least: int = 0) -> Field:
    """Bytes."""
    return Field("bytes", least, most)


def integer(most: int = INTEGER_MAX, least: int = 0) -> Field:
    """An integer; a boolean is none."""
    return Field("integer", least, most)


def text(most: int, least: int = 0) -> Field:
    """A text, bounded in characters."""
    return Field("text", least, most)


def flag() -> Field:
    """True or false."""
    return Field("flag")


def listed(item: Field, most: int, least: int = 0) -> Field:
    """An array of things of one form."""
    return Field("list", least, most, (item,))


def row(*items: Field) -> Field:
    """An array of exactly these."""
    return Field("row", len(items), len(items), items)


def mapped(item: Field, most: int) -> Field:
    """A map of texts to things of one form."""
    return Field("map", 0, most, (item,))


def optional(field: Field) -> Field:
    """The same, which may be left out."""
    return replace(field, optional=True)


def nullable(field: Field) -> Field:
    """The same, or nil."""
    return replace(field, nullable=True)


@dataclass(frozen=True, slots=True)
class Form:
    """One type of frame: its name, what it may cost, what stands in its body."""

    name: str
    limit: Limit
    fields: Mapping[str, Field]


def check(form: Form, body: Mapping[str, object]) -> None:
    """Raises RemoteError, naming frame and field, unless the body is of this form."""
    for name, field in form.fields.items():
        if name in body:
            _check(field, body[name], form.name, name)
        elif not field.optional:
            raise RemoteError(f"{form.name}.{name}: is missing; {described(field)} is expected")


def _check(field: Field, value: object, where: str, name: str) -> None:
    """One value; `where` and `name` say which. Every item of a list is looked at, so its length is bounded first."""
    if value is None and field.nullable:
        return
    match field.shape, value:
        case ("bytes", bytes()) | ("text", str()):
            fits = field.least <= len(value) <= field.most  # type: ignore[arg-type]  # matched above
        case "integer", int():
            fits = type(value) is int and field.least <= value <= field.most
        case "flag", bool():
            fits = True
        case (("list" | "row"), list()):
            fits = field.least <= len(value) <= field.most
            for at, item in enumerate(value if fits and not _fit(field, value) else ()):
                _check(field.items[at if field.shape == "row" else 0], item, where, f"{name}[{at}]")
        case "map", dict():
            fits = len(value) <= field.most
            for key, item in value.items() if fits else ():
                _check(field.items[0], item, where, f"{name}.{str(key)[:32]}")
        case _:
            fits = False
    if not fits:
        raise RemoteError(f"{where}.{name}: {described(field)} is expected")


def _fit(field: Field, items: list[object]) -> bool:
    """Whether all items of a list of bytes, texts or integers fit, looked at all at once: runs have thousands."""
    kind = _PLAIN.get(field.items[0].shape) if field.shape == "list" else None
    if kind is None:
        return False
    item = field.items[0]
    found: list[Any] = [one for one in items if one is not None] if item.nullable else items
    if not found or set(map(type, found)) != {kind}:
        return not found
    sizes = found if kind is int else [*map(len, found)]
    return item.least <= min(sizes) and max(sizes) <= item.most


def described(field: Field) -> str:
    """What a field holds, for people: in errors and in the specification."""
    most = "2^53" if field.most == INTEGER_MAX else f"{field.most:,}"
    span = most if field.least == field.most else f"{field.least:,} to {most}"
    match field.shape:
        case "bytes":
            said = f"{span} bytes"
        case "integer":
            said = f"an integer {span}" if field.least == field.most else f"an integer from {span}"
        case "text":
            said = f"a text of {span} characters"
        case "flag":
            said = "true or false"
        case "list":
            said = f"an array of {span}, each {described(field.items[0])}"
        case "row":
            said = f"[{', '.join(map(described, field.items))}]"
        case "map":
            said = f"a map of at most {field.most:,}, each {described(field.items[0])}"
    return f"nil or {said}" if field.nullable else said
