"""How is what was said elsewhere, or by others, quoted to a model? Under a heading, with a bar before each line.

Nothing that was said can open a line of its own there. The words stand here, below the adapter that sends them
(`models/anthropic_request.py`), so that the account of a prompt (`mind/context.py`) measures what is sent.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ccnode.mind.guidance import FENCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode.mind.prompt_types import PromptMessage, Recalled, Summary

BAR: Final = "| "


def recalled(label: str, item: Recalled) -> str:
    """The heading of a recalled message: its label, who said it, and when."""
    return f"[{label}] {_speaker(item)}, at {_time(item.said_at_ms)}"


def extract(item: Summary) -> str:
    """The heading of an extract of another conversation."""
    return f"an earlier conversation, last active at {_time(item.said_at_ms)}, in extracts"


def note(message: PromptMessage) -> str:
    """The heading of what stands in the conversation and was said by neither the user nor the assistant."""
    by = _line(message.told_by)
    who = f"said elsewhere by {by}, not by the user" if by else "not said by the user"
    return f"Note in the conversation's record, {who}:"


def quoted(heading: str, text: str) -> str:
    """The text below its heading."""
    # splitlines knows every line separator (also U+2028, NEL, form feed), so none opens an unquoted line.
    return f"{heading}\n" + "\n".join(f"{BAR}{line}" for line in clean(text).splitlines())


def quoted_bytes(heading: str, text: str) -> int:
    """The most bytes of UTF-8 that the same takes, with a line's end after it; it is not made for that."""
    return size(heading) + size(text) + len(BAR) * len(text.splitlines()) + 2


def fenced(items: Iterable[str]) -> str:
    """What is recalled, each quoted, between two marks."""
    enclosed = "\n".join(items)
    # The mark is a digest of what it encloses, so no recalled text can hold the mark that ends its own block.
    mark = hashlib.sha256(enclosed.encode()).hexdigest()[:16]
    return FENCE.format(mark=mark, items=enclosed)


def clean(text: str) -> str:
    """Text that UTF-8 can carry: a surrogate without its other half becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def size(text: str) -> int:
    """A text's bytes in UTF-8; where that cannot carry it, no fewer than it has when it is clean."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _speaker(item: Recalled) -> str:
    # What another node's owner claims must never read as what this one said.
    if told_by := _line(item.told_by):
        return f"claimed elsewhere, not by the user: {told_by}"
    origin = _line(item.origin)
    return f"said by: {item.role} (imported from {origin})" if origin else f"said by: {item.role}"


def _line(text: str) -> str:
    return " ".join(clean(text).split()) if text else ""


def _time(milliseconds: int) -> str:
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return "an unknown time"
    return f"{moment.isoformat(' ', 'minutes')[:16]} UTC"
