"""What does one line of JSON from anywhere hold? Its fields, taken by name, type and length."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, b64encode
from typing import Final

from ccnode_crypto.errors import ProofError

INTEGER_MAX: Final = 2**53  # beyond it, readers of JSON disagree


def to_base64(data: bytes) -> str:
    """Base64 as RFC 4648 section 4 writes it, with padding."""
    return b64encode(data).decode("ascii")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return fields


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


class Line:
    """The fields of one line. Every method raises ProofError naming the field unless it holds what is asked for."""

    __slots__ = ("fields",)

    def __init__(self, text: str) -> None:
        """Raises ProofError where the text is not one JSON object with names that differ."""
        try:
            fields = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ProofError(f"not JSON: {error}") from error
        if not isinstance(fields, dict):
            raise ProofError("not a JSON object")
        self.fields: dict[str, object] = fields

    def is_null(self, name: str) -> bool:
        """Whether the field is there and null."""
        return name in self.fields and self.fields[name] is None

    def text(self, name: str) -> str:
        """A text."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            raise ProofError(f"{name}: text is expected")
        return value

    def integer(self, name: str, most: int = INTEGER_MAX) -> int:
        """An integer from 0 to `most`, both included."""
        value = self.fields.get(name)
        if type(value) is not int or not 0 <= value <= most:
            raise ProofError(f"{name}: an integer from 0 to {most} is expected")
        return value

    def boolean(self, name: str) -> bool:
        """True or false."""
        value = self.fields.get(name)
        if not isinstance(value, bool):
            raise ProofError(f"{name}: true or false is expected")
        return value

    def hex(self, name: str, length: int) -> bytes:
        """`length` bytes, written as lower-case hexadecimal digits."""
        text = self.text(name)
        try:
            raw = bytes.fromhex(text)
        except ValueError:
            raw = b""
        if len(raw) != length or raw.hex() != text:
            raise ProofError(f"{name}: {length * 2} lower-case hexadecimal digits are expected")
        return raw

    def base64(self, name: str) -> bytes:
        """Bytes, written as base64 in the one way the standard has."""
        text = self.text(name)
        try:
            raw = b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ProofError(f"{name}: not base64: {error}") from error
        if to_base64(raw) != text:
            raise ProofError(f"{name}: not base64 as the standard writes it")
        return raw
