"""How is text from models, files and peers shown? Without a character that a terminal would obey."""

from __future__ import annotations

from datetime import UTC, datetime
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


def line(text: str, length_max: int = 80) -> str:
    """The text cleaned, on one line, cut to `length_max` characters."""
    folded = " ".join(clean(text[: length_max * 4]).split())
    return folded if len(folded) <= length_max else folded[: length_max - 3] + "..."


def local(ms: int) -> str:
    """Milliseconds since 1970 as people here read them."""
    seconds = min(max(0, ms) // 1000, 253_402_214_400)
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%Y-%m-%d %H:%M}"


def ms_of(text: str) -> int:
    """Milliseconds since 1970 of an ISO-8601 date or time; one without a zone is of this machine's.

    Raises:
        ValueError: it is none.
    """
    moment = datetime.fromisoformat(text)
    return int(moment.astimezone(UTC).timestamp() * 1000)


def size(count: int) -> str:
    """A number of bytes as people read it."""
    amount = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":  # noqa: PLR2004
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1024
    raise AssertionError("the last unit takes everything")


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun, as in "1 message" or "2 messages"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
