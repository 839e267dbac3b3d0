"""Where in the text of config.toml does a setting stand?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

# Patterns, compiled on first use: a daemon that starts has nothing to look up.
HEADER: Final = r"\s*\[\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\s*(#.*)?$"
KEY: Final = r"\s*([A-Za-z0-9_.\-\"' ]+?)\s*="


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line, from 1, where a key of the file stands, or its section; None where it is not found."""
    table = ""
    section_line = None
    for number, line in enumerate(text.split("\n"), 1):
        if header := re.match(HEADER, line):
            table = plain_key(header[1])
            if table == path[0]:
                section_line = number
        elif key := re.match(KEY, line):
            full = f"{table}.{plain_key(key[1])}".lstrip(".")
            if full == ".".join(path):
                return number
            if full == path[0]:
                section_line = number
    return section_line


def plain_key(key: str) -> str:
    """A dotted key without quotes and white space."""
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
