"""What changed between two plates? A unified diff for people."""

from __future__ import annotations

import difflib
from typing import Final

LINES_MAX: Final = 4_000  # comparing takes time in proportion to the square of the lines


def diff(old: str, new: str, names: tuple[str, str] = ("before", "after")) -> str:
    """The unified diff, "" where there is no difference; of texts of very many lines only how long they are."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if old == new:
        return ""
    if max(len(before), len(after)) > LINES_MAX:
        return f"{len(before)} lines before, {len(after)} lines after: too many to compare\n"
    lines = difflib.unified_diff(before, after, *names)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ no newline at the end\n" for line in lines)
