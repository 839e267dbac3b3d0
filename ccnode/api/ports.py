"""What does the API need of the node? One protocol, which the daemon implements, and the values that cross it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from ccnode.store.search import Hit
    from ccnode.store.views import Message, Session


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
    """The model makes us wait; said so that nobody sits before silence."""

    message: str


@dataclass(frozen=True, slots=True)
class Source:
    """A stored message that a reply rests on."""

    message_id: str
    session_id: str
    time: int
    text: str


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


class Node(Protocol):
    """Every method raises StoreError (Conflict, NotFound, StoreBusy, StoreFull ...) where it cannot do what is asked."""

    def status(self) -> dict[str, Any]:
        """What GET /api/v1/status gives, without statistics."""

    @property
    def state(self) -> Literal["starting", "ready", "degraded", "stopping"]: ...

    async def statistics(self) -> dict[str, Any]: ...

    async def start_session(self, title: str | None, parent: str | None) -> Session: ...

    async def sessions(self, limit: int, offset: int, *, ended: bool | None, forgotten: bool) -> Sequence[Session]: ...

    async def session(self, session_id: str) -> Session: ...

    async def branch(self, session_id: str, at: int | None = None) -> Sequence[Message]: ...

    async def tree(self, session_id: str) -> Sequence[Message]: ...

    async def rename(self, session_id: str, title: str) -> Session: ...

    async def end(self, session_id: str) -> Session: ...

    async def forget(self, session_id: str) -> Order: ...

    async def undo_forget(self, session_id: str) -> Session: ...

    async def search(
        self, text: str, limit: int, *, session_id: str | None, role: str | None, since: int | None, until: int | None
    ) -> Sequence[Hit]: ...

    def say(self, session_id: str, text: str, key: str | None) -> AsyncIterator[TurnEvent]:
        """One turn: Accepted, then Pieces (and Waitings), then Replied or Failed. Closing the iterator does not stop it."""

    def resume(self, session_id: str) -> AsyncIterator[TurnEvent]:
        """Answer an unanswered turn, or join the one that is being answered (its pieces so far come first)."""

    def regenerate(self, session_id: str) -> AsyncIterator[TurnEvent]:
        """A new reply to the last question, in place of the one there is."""

    async def stop_turn(self, session_id: str) -> bool:
        """Stop the reply that is being written; what there is of it is kept and marked interrupted."""

    async def create_backup(self, output: str | None) -> dict[str, Any]: ...

    def models(self) -> dict[str, Any]: ...

    async def use_model(self, adapter: str, model: str | None) -> dict[str, Any]: ...

    def request_stop(self) -> None: ...
