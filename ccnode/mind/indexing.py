"""What of a message does the full-text table hold?

Apart from recall.py, since the index follows every message and a node starts with it, while nothing is recalled yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode.mind.lexicon import content_words

if TYPE_CHECKING:
    from collections.abc import Sequence

CONTEXT_WEIGHT = 0.7  # bm25 weight of the context column; the text column weighs 1.0


def index_text(role: str, content: str) -> str:
    """What the `text` column holds for a message: speaker, then the words that are no stop words, with spaces."""
    return " ".join((role, *content_words(content)))


def context_text(previous: Sequence[tuple[str, str]]) -> str:
    """What the `context` column holds: the last two of the given (role, content) turns, treated like `text`."""
    return " ".join(index_text(role, content) for role, content in previous[-2:])
