"""How does a conversation with its branches look as a list? Lines of messages, each branch a step further in.

The way of the session that is looked at stays at the left; whatever branches off it stands below the message it
branches from. Long runs in which nothing branches are folded to their ends, so that a conversation of thousands of
messages still shows its shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.store.views import Message

LEVEL_MAX: Final = 8  # what lies deeper is drawn at this depth
ENDS: Final = 3
FOLD_MIN: Final = 2 * ENDS + 2


@dataclass(frozen=True, slots=True)
class Row:
    """A message, or (`folded` > 0) how many are left out between the row before and the one after."""

    level: int
    message: Message
    here: bool
    starts: bool
    folded: int = 0


def rows(messages: Sequence[Message], way: frozenset[bytes]) -> list[Row]:
    """The rows of a tree, given parents before children; `way` holds the digests on the session's own branch."""
    children: dict[bytes | None, list[Message]] = {}
    known = {message.digest for message in messages}
    for message in messages:
        children.setdefault(message.parent if message.parent in known else None, []).append(message)
    found: list[Row] = []
    # Each to be drawn with its level, and whether a branch starts with it; the last is drawn next.
    waiting = [(message, 0, number > 0) for number, message in reversed(list(enumerate(children.get(None, []))))]
    while waiting:
        message, level, starts = waiting.pop()
        found.append(Row(min(level, LEVEL_MAX), message, message.digest in way, starts))
        following = children.get(message.digest, [])
        if not following:
            continue
        ahead = max(following, key=lambda one: (one.digest in way, one.time, one.digest))
        waiting.append((ahead, level, False))
        waiting += [(one, level + 1, True) for one in reversed(following) if one is not ahead]
    return _folded(found)


def _folded(found: list[Row]) -> list[Row]:
    shown: list[Row] = []
    start = 0
    for end in range(1, len(found) + 1):
        if end < len(found) and found[end].level == found[start].level and not found[end].starts:
            continue
        run = found[start:end]
        if len(run) >= FOLD_MIN:
            first = run[ENDS]
            fold = Row(first.level, first.message, first.here, starts=False, folded=len(run) - 2 * ENDS)
            run = [*run[:ENDS], fold, *run[-ENDS:]]
        shown += run
        start = end
    return shown
