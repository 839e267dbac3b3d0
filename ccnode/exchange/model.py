"""What does every format come down to? Conversations as trees of turns, and a list of what was left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

Format = Literal["chatgpt", "claude", "claude-code", "card", "bundle"]
FORMATS: tuple[Format, ...] = ("chatgpt", "claude", "claude-code", "card", "bundle")
Role = Literal["user", "assistant", "system", "tool"]
Unit = Literal["message", "part", "conversation", "file"]


class ExchangeError(ValueError):
    """A file that cannot be read as what it is said to be. `remedy`: what its owner can do."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Left:
    """Something that was not brought in: where it stands in the source, why, and how many of it there are.

    `unit`: what is counted. Each message of a source becomes a turn (several, if it calls tools in between), or is
    counted here as a "message"; a "part" is something within or beside messages (thoughts, notes of the program).
    """

    where: str
    why: str
    count: int = 1
    unit: Unit = "message"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a source. `id` and `parent` are the source's own; `said_ms`: milliseconds since 1970.

    `text`: storable and within one message's limit; "" only where there are attachments.
    `attachments`: short descriptions of what came with it and is left out (files, images, audio).
    """

    id: str
    parent: str | None
    role: Role
    text: str
    said_ms: int | None = None
    model: str | None = None
    attachments: tuple[str, ...] = ()


@dataclass(slots=True)
class Conversation:
    """One conversation: a forest of turns, parents before children, ids unique within it.

    `id`: the source's own, or a hash of the contents where it has none, so that the same file gives the same ids.
    `current`: the turn at which the branch ends that its owner last saw; None where the source does not say.
    `left`: what of this conversation was left out by the reader.
    """

    id: str
    title: str | None
    said_ms: int | None
    turns: list[Turn]
    current: str | None = None
    left: list[Left] = field(default_factory=list)


class Source(Protocol):
    """An opened file (or folder, or archive) of a known format. Reading it again gives the same conversations."""

    format: Format
    size: int  # bytes, the measure of `position`
    left: list[Left]  # what was left out beside any conversation, so far

    def conversations(self) -> Iterator[Conversation]:
        """The conversations, one by one, in bounded memory.

        Raises:
            ExchangeError: the file is damaged from here on; what was yielded before is good.
        """

    def position(self) -> int:
        """How many of `size` bytes have been read, for showing progress."""

    def close(self) -> None:
        """Close what is open. Idempotent."""
