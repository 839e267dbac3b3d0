"""Who hears what of a turn? The one who asked hears all of it; so do those who follow its session.

A turn belongs to the hub, not to the connection that asked for it: it goes on when that closes. Nobody who reads slowly
holds up the others: pieces that wait for one reader are joined, and a reader who falls too far behind is let go.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from ccnode.api.errors import ApiError, from_failed, from_store
from ccnode.api.security import unexpected
from ccnode.later import later
from ccnode.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccnode.api import events, forms
    from ccnode.api.events import Replied, TurnEvent
    from ccnode.api.forms import Form
    from ccnode.api.settings import Limits
else:
    events = later("ccnode.api.events")
    forms = later("ccnode.api.forms")

Item = dict[str, Any] | ApiError
TURNS_MAX: Final = 64


def stopping() -> ApiError:
    """503: the node takes no more turns."""
    return ApiError(
        503, "stopping", "the node is stopping", "start it again, then resume", headers={"Retry-After": "5"}
    )


class Follower:
    """A bounded queue on its way to one reader. `lost`: it was closed because the reader was too slow."""

    def __init__(self, pending_max: int) -> None:
        self._pending_max = pending_max
        self._items: deque[Item | list[str]] = deque()  # a list holds the pieces of a reply, to be joined
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self.closed = self.lost = False

    def give(self, item: Item) -> None:
        """Add an item; a follower whose queue is full is lost."""
        if self.closed:
            return
        piece = item["content"] if isinstance(item, dict) and item["type"] == "delta" else None
        if piece is not None and self._items and isinstance(self._items[-1], list):
            self._items[-1].append(piece)
        elif len(self._items) >= self._pending_max:
            self.lost = True
            self._items.clear()
            self.close()
        else:
            self._items.append(item if piece is None else [piece])
        self._changed.set()

    async def give_in_turn(self, item: Item) -> None:
        """Add an answer to what the reader itself sent, once there is room: so they cannot drown in their own."""
        while len(self._items) >= self._pending_max // 2 and not self.closed:
            self._room.clear()
            await self._room.wait()
        self.give(item)

    async def take(self) -> Item | None:
        """The next item; None once closed and empty."""
        while not self._items:
            if self.closed:
                return None
            self._changed.clear()
            await self._changed.wait()
        item = self._items.popleft()
        self._room.set()
        return {"type": "delta", "content": "".join(item)} if isinstance(item, list) else item

    def close(self) -> None:
        """Add nothing more; what is queued can still be taken."""
        self.closed = True
        self._changed.set()
        self._room.set()


class Turn:
    """A question on its way to its reply."""

    def __init__(self, session_id: str, key: str | None, asker: Follower) -> None:
        self.session_id, self.key, self.asker = session_id, key, asker
        self.audience = {asker}
        self.accepted: Form | None = None
        self.waiting: Form | None = None
        self.pieces: list[str] = []
        self.done = self.alone = False  # alone: another turn tells the session's followers the same
        self.begun = time.monotonic()


class Counters:
    """What happened since the start."""

    def __init__(self) -> None:
        self.messages = self.replies = self.interrupted = self.failures = 0
        self.latency_last_ms: float | None = None
        self.latency_sum_ms = 0.0

    def form(self) -> Form:
        """The counters as JSON values; latencies run from the question's arrival to the recorded reply."""
        mean = round(self.latency_sum_ms / self.replies, 3) if self.replies else None
        return {
            "messages": self.messages,
            "replies": self.replies,
            "interrupted": self.interrupted,
            "failures": self.failures,
            "latency_ms": {"last": self.latency_last_ms, "mean": mean},
        }


class Hub:
    """The turns that run and those who follow them; everything happens on one loop, without locks."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._followers: dict[str, set[Follower]] = {}
        self._turns: dict[str, list[Turn]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.counters = Counters()

    @property
    def turns(self) -> int:
        """How many turns run."""
        return len(self._tasks)

    def follower(self) -> Follower:
        """A queue for somebody who asks."""
        return Follower(self._limits.pending_forms_max)

    def follow(self, session_id: str, follower: Follower) -> None:
        """Let somebody hear the turns of a session that begin from now on, and how the present one ends."""
        self._followers.setdefault(session_id, set()).add(follower)

    def unfollow(self, session_id: str, follower: Follower) -> None:
        """The opposite of `follow`."""
        follower.close()
        followers = self._followers.get(session_id, set())
        followers.discard(follower)
        if not followers:
            self._followers.pop(session_id, None)
        for turn in self._turns.get(session_id, []):
            turn.audience.discard(follower)

    def tell(self, session_id: str, form: Form) -> None:
        """Let those who follow a session hear something that is part of no turn."""
        for follower in list(self._followers.get(session_id, ())):
            follower.give(form)

    def running(self, session_id: str) -> Turn | None:
        """The turn that runs in a session, None without one."""
        turns = self._turns.get(session_id)
        return turns[0] if turns else None

    def ask(self, session_id: str, coming: AsyncIterator[TurnEvent], asker: Follower, key: str | None = None) -> Turn:
        """Run a turn to its end; all of it goes to `asker`. Raises ApiError 503 where no more turns are taken."""
        if self._stopping:
            raise stopping()
        if len(self._tasks) >= TURNS_MAX:
            raise ApiError(503, "busy", f"{TURNS_MAX} replies are being written", "wait until one is done")
        turn = Turn(session_id, key, asker)
        self._turns.setdefault(session_id, []).append(turn)
        task = asyncio.create_task(self._run(turn, coming))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return turn

    def join(self, turn: Turn, follower: Follower) -> None:
        """Let somebody hear a running turn from its beginning."""
        if follower in turn.audience:
            return
        if turn.accepted is not None:
            follower.give(turn.accepted)
        if turn.pieces:
            follower.give({"type": "delta", "content": "".join(turn.pieces)})
        if turn.waiting is not None:
            follower.give(turn.waiting)
        turn.audience.add(follower)

    async def stop(self) -> None:
        """Take no more turns; give those that run `stop_grace_s`, then let go of them: their questions are kept."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=self._limits.stop_grace_s)
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=1.0)

    async def _run(self, turn: Turn, coming: AsyncIterator[TurnEvent]) -> None:
        try:
            async for event in coming:
                self._tell(turn, event)
        except StoreError as error:
            self._finish(turn, from_store(error))
        except asyncio.CancelledError:
            self._finish(turn, stopping())
            raise
        except Exception as error:  # noqa: BLE001  # a turn's last door: it is logged and answered
            self._finish(turn, unexpected(error, "a turn"))
        finally:
            self._finish(turn, ApiError(500, "no_reply", "the turn ended without a reply", "resume the conversation"))

    def _tell(self, turn: Turn, event: TurnEvent) -> None:
        if turn.done:
            return
        if isinstance(event, events.Failed):
            self._finish(turn, from_failed(event))
            return
        form = forms.event_form(event)
        if isinstance(event, events.Accepted):
            self._accept(turn, form)
        elif isinstance(event, events.Piece):
            turn.pieces.append(event.text)
            turn.waiting = None
        elif isinstance(event, events.Waiting):
            turn.waiting = form
        if isinstance(event, events.Replied):
            self._count(turn, event)
            self._finish(turn, form)
            return
        for follower in list(turn.audience):
            follower.give(form)

    def _accept(self, turn: Turn, form: Form) -> None:
        """From here on the session's followers hear the turn too, unless another one with the same question runs."""
        turn.accepted = form
        others = (other for other in self._turns[turn.session_id] if other is not turn and other.accepted)
        turn.alone = any(other.accepted["message_id"] == form["message_id"] for other in others if other.accepted)
        if not turn.alone:
            turn.audience |= self._followers.get(turn.session_id, set())

    def _count(self, turn: Turn, event: Replied) -> None:
        if turn.alone:
            return
        counters = self.counters
        counters.replies += 1
        counters.interrupted += event.state == "interrupted"
        counters.latency_last_ms = round((time.monotonic() - turn.begun) * 1000, 3)
        counters.latency_sum_ms += counters.latency_last_ms

    def _finish(self, turn: Turn, item: Item) -> None:
        if turn.done:
            return
        turn.done = True
        turns = self._turns.get(turn.session_id, [])
        if turn in turns:
            turns.remove(turn)
        if not turns:
            self._turns.pop(turn.session_id, None)
        if isinstance(item, ApiError) and turn.accepted is not None:
            item.facts |= {"kept": True, "session_id": turn.session_id, "user_message_id": turn.accepted["message_id"]}
        if turn.accepted is not None and not turn.alone:
            self.counters.messages += 1
            self.counters.failures += isinstance(item, ApiError)
            turn.audience |= self._followers.get(turn.session_id, set())
        for follower in turn.audience:
            follower.give(item)
