"""How is text from models, files and peers shown? Without a character that a terminal would obey."""

from __future__ import annotations

from typing import Final

_HARMLESS: Final = {0x09, 0x0A}


def _table() -> dict[int, str]:
    table = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in _HARMLESS}
    table[0x0D] = ""  # the half of a line end that would move the cursor back
    # Line and paragraph separators, and the characters that reorder what stands around them.
    for code in (0x061C, 0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF):
        table[code] = f"\\u{code:04x}"
    return table


_TABLE: Final = _table()


def clean(text: str) -> str:
    """The text with every control character shown, not obeyed; line ends and tabs stay. Works piece by piece."""
    return text.translate(_TABLE).encode("utf-8", "replace").decode()


def ago(ms: int) -> str:
    """How long ago something was, as people say it; `ms`: milliseconds since then."""
    minutes = max(0, ms) // 60_000
    for size, name in ((1_440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            number = minutes // size
            return f"{number:,} {name}{'' if number == 1 else 's'} ago"
    return "just now"


def line(text: str, length_max: int = 80) -> str:
    """The text cleaned, on one line, cut to `length_max` characters."""
    folded = " ".join(clean(text[: length_max * 4]).split())
    return folded if len(folded) <= length_max else folded[: length_max - 3] + "..."
