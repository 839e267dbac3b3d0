"""How are texts, times, sizes and numbers shown to people?"""

from __future__ import annotations

from datetime import UTC, datetime

from ccnode.store.plain import ago, clean, line


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


__all__ = ["ago", "clean", "count", "line", "local", "ms_of", "size"]
