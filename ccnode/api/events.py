"""What crosses the line between the API and the node? What becomes of a turn, of an order to forget, of an export."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping


@dataclass(frozen=True, slots=True)
class Accepted:
    """The user's message is durable; `message_id` is its digest in hex, `seq` its place in the branch."""

    message_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the reply as it comes: scratch, not yet recorded."""

    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The model makes us wait; said so that nobody sits before silence. The wait can be ended with `stop_turn`.

    Where it is known: because of what, for how many seconds, until when (milliseconds since 1970).
    """

    message: str
    reason: str = ""
    wait_s: float | None = None
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A stored message that a reply rests on; `time` is a hybrid logical clock value, as a message's is.

    `note`: the words that stand for it now, where there is a note. `told_by`: who says so, where it is no message but
    knowledge of another node that the owner promoted; it has no session then, and its id is the packet's.
    """

    message_id: str
    session_id: str
    time: int
    text: str
    note: str | None = None
    told_by: str | None = None


@dataclass(frozen=True, slots=True)
class Replied:
    """The reply is recorded: the receipt that ends the stream. `state`: complete or interrupted."""

    session_id: str
    message_id: str
    user_message_id: str
    seq: int
    text: str
    model: str
    state: Literal["complete", "interrupted"]
    sources: tuple[Source, ...] = ()
    metrics: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn has no reply; the question is kept and can be resumed."""

    code: str
    message: str
    remedy: str = ""


TurnEvent = Accepted | Piece | Waiting | Replied | Failed


@dataclass(frozen=True, slots=True)
class Order:
    """An order to forget a session: its digest in hex, and when it is due in milliseconds since 1970."""

    order: str
    due_ms: int


@dataclass(frozen=True, slots=True)
class Download:
    """A file that is made while it is sent. `pieces` must be closed."""

    name: str
    content_type: str
    pieces: AsyncGenerator[bytes]
