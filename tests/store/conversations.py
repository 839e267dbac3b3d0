"""What do the tests of imports bring in? Conversations made up from a few letters, and a source that yields them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ccnode.exchange.model import Conversation, ExchangeError, Format, Left, Role, Turn

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

SAID_MS = 1_600_000_000_000


def turns(shape: str, text: str = "text") -> list[Turn]:
    """Turns from pairs like "-a ab bc bd": the one before ("-" for none) and its own id; said a second apart."""
    made = []
    for number, pair in enumerate(shape.split()):
        before, own = pair[0], pair[1]
        role: Role = "assistant" if number % 2 else "user"
        parent = None if before == "-" else before
        made.append(Turn(own, parent, role, f"{text} {own}", SAID_MS + number * 1000))
    return made


def conversation(
    shape: str, current: str | None = None, name: str = "one", title: str | None = "a title"
) -> Conversation:
    """A conversation of these turns; it was opened a minute before the first."""
    return Conversation(name, "a title", SAID_MS - 60_000, turns(shape, name), current)


def grown(chance: random.Random, name: str, count: int) -> Conversation:
    """A conversation of random shape, with branches, odd texts and roles."""
    made: list[Turn] = []
    roles: tuple[Role, ...] = ("user", "assistant", "system", "tool")
    for number in range(count):
        branches = chance.random() < 0.1 and made
        parent = (chance.choice(made) if branches else made[-1]).id if made else None
        said = SAID_MS + number * 1000 if chance.random() < 0.9 else None
        words = "word \u00e9\U0001f642 " * chance.randrange(1, 30)
        model = "gpt-4" if number % 2 else None
        made.append(Turn(f"{name}-{number}", parent, chance.choice(roles), f"{number} {words}", said, model))
    return Conversation(name, f"title {name}", SAID_MS, made, made[-1].id if made else None)


@dataclass
class ListSource:
    """A source in memory; `position` counts conversations. `fail_at`: the one instead of which it is damaged."""

    made: Sequence[Conversation]
    format: Format = "chatgpt"
    fail_at: int | None = None
    left: list[Left] = field(default_factory=list)
    closed: bool = False
    at: int = 0

    @property
    def size(self) -> int:
        return len(self.made)

    def conversations(self) -> Iterator[Conversation]:
        for number, one in enumerate(self.made):
            if number == self.fail_at:
                raise ExchangeError("the file ends in the middle", "get it again")
            self.at = number + 1
            yield one

    def position(self) -> int:
        return self.at

    def close(self) -> None:
        self.closed = True


def as_chatgpt(made: Sequence[Conversation]) -> bytes:
    """The conversations as ChatGPT exports them: a tree of nodes under an empty root."""
    return json.dumps([_exported(one) for one in made]).encode()


def _exported(one: Conversation) -> dict[str, Any]:
    mapping: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None, "children": []}}
    for turn in one.turns:
        parent = turn.parent or "root"
        mapping[parent]["children"].append(turn.id)
        message = {
            "id": turn.id,
            "author": {"role": turn.role},
            "create_time": turn.said_ms / 1000 if turn.said_ms is not None else None,
            "content": {"content_type": "text", "parts": [turn.text]},
            "metadata": {"model_slug": turn.model} if turn.model else {},
            "recipient": "all",
        }
        mapping[turn.id] = {"id": turn.id, "message": message, "parent": parent, "children": []}
    opened = one.said_ms / 1000 if one.said_ms is not None else None
    return {
        "id": one.id,
        "conversation_id": one.id,
        "title": one.title,
        "create_time": opened,
        "mapping": mapping,
        "current_node": one.current,
    }
