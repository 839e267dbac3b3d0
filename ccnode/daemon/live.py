"""What is being answered right now? Turns on their way: the model speaks, any number of listeners hear it.

The turn belongs to the node, not to whoever asked: a listener may leave, and one who comes later hears what was said so
far. Pieces are scratch; the recorded reply ends the turn.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ccnode.api.events import Failed, Piece, Replied, TurnEvent, Waiting
from ccnode.core.turns import REPLY_BYTES_MAX
from ccnode.models.base import Finished, ModelError
from ccnode_protocol.records import State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from ccnode.core.turns import Reply
    from ccnode.mind.prompt_types import Prompt
    from ccnode.models.base import ModelAdapter, Notice

LISTENER_EVENTS_MAX: Final = 10_000  # a listener further behind than this gets the pieces it missed as one

T = TypeVar("T")
Outcome = Finished | ModelError
# How a model ends a reply whose rest is missing.
_CUT: Final[dict[str, State]] = dict.fromkeys(("max_tokens", "context_full", "refusal"), State.INTERRUPTED)


class LiveTurn:
    """One reply on its way, with its listeners."""

    def __init__(self, question: bytes, key: bytes | None) -> None:
        self.question = question
        self.key = key
        self.final: Replied | Failed | None = None
        self.shortened = False  # whether the model was asked again, without the older half of the prompt
        self._said: list[str] = []
        self._waiting: Waiting | None = None
        self._listeners: list[asyncio.Queue[TurnEvent]] = []
        self._stop = asyncio.Event()

    def tell(self, event: TurnEvent) -> None:
        """Tell every listener."""
        if isinstance(event, Piece):
            self._said.append(event.text)
            self._waiting = None
        elif isinstance(event, Waiting):
            self._waiting = event
        elif isinstance(event, Replied | Failed):
            self.final = event
        for listener in self._listeners:
            if listener.full():
                _fold(listener)
            listener.put_nowait(event)

    async def listen(self) -> AsyncIterator[TurnEvent]:
        """What was said so far as one piece, then all that follows, up to Replied or Failed."""
        if self.final is not None:
            # A quick turn can be over before whoever asked gets to listen.
            if self._said:
                yield Piece("".join(self._said))
            yield self.final
            return
        queue: asyncio.Queue[TurnEvent] = asyncio.Queue(LISTENER_EVENTS_MAX)
        if self._said:
            queue.put_nowait(Piece("".join(self._said)))
        if self._waiting is not None:
            queue.put_nowait(self._waiting)
        self._listeners.append(queue)
        try:
            while True:
                event = await queue.get()
                yield event
                if isinstance(event, Replied | Failed):
                    return
        finally:
            with contextlib.suppress(ValueError):
                self._listeners.remove(queue)

    def stop(self) -> None:
        """End the reply with what there is of it."""
        self._stop.set()

    @property
    def is_stopped(self) -> bool:
        """Whether somebody ended it."""
        return self._stop.is_set()

    async def unless_stopped(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work gives. Raises ModelError("interrupted") where the turn is stopped before."""
        task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise ModelError("interrupted", "the reply was stopped", remedy="resume it to get a whole one")
        finally:
            stopped.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    async def speak(self, model: ModelAdapter, prompt: Prompt, reply: Reply) -> tuple[Outcome, State]:
        """Let the model speak into `reply`; return how it ended. Never raises but for cancellation.

        A reply that is stopped, breaks off, is cut by its model, or grows beyond what can be kept is interrupted: its
        text so far stays.
        """
        stream = model.stream(prompt, status=self._told)
        stopped = asyncio.ensure_future(self._stop.wait())
        outcome: Outcome = ModelError("server", "the model ended without saying so", remedy="try again")
        state = State.INTERRUPTED
        try:
            while not self._stop.is_set():
                step = asyncio.ensure_future(anext(stream))
                await asyncio.wait({step, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not step.done():
                    step.cancel()
                    with contextlib.suppress(asyncio.CancelledError, ModelError, StopAsyncIteration):
                        await step
                    break
                event = step.result()
                if isinstance(event, Finished):
                    outcome, state = event, _CUT.get(event.stop_reason, State.COMPLETE)
                    break
                if event.text:
                    fitting = reply.fitting(event.text)
                    reply.add(fitting)
                    if fitting:
                        self.tell(Piece(fitting))
                    if fitting != event.text:
                        outcome = _too_long()
                        break
                    await asyncio.sleep(0)  # who listens passes it on before the next one is read
        except StopAsyncIteration:
            pass  # the outcome says that it ended without saying so
        except ModelError as error:
            outcome = error
        finally:
            stopped.cancel()
            close = getattr(stream, "aclose", None)
            if close is not None:
                await close()
        if self._stop.is_set() and not isinstance(outcome, Finished):
            outcome = ModelError("interrupted", "the reply was stopped", remedy="resume it to get a whole one")
        return outcome, state

    def _told(self, notice: Notice) -> None:
        self.shortened = self.shortened or notice.reason == "context_overflow"
        self.tell(Waiting(notice.text, notice.reason, notice.wait_s, notice.until_ms))


def _too_long() -> ModelError:
    message = f"the reply is longer than can be kept ({REPLY_BYTES_MAX:,} bytes)"
    return ModelError("too_long", message, remedy="ask for less, or for it in parts")


def _fold(queue: asyncio.Queue[TurnEvent]) -> None:
    """Make room for a listener that is slow: pieces become one, and of waits that follow each other the last counts.

    It must not be left out: it would wait for ever for an end that nobody tells it.
    """
    kept: list[TurnEvent] = []
    pieces: list[str] = []
    while not queue.empty():
        event = queue.get_nowait()
        if isinstance(event, Piece):
            pieces.append(event.text)
            continue
        if pieces:
            kept.append(Piece("".join(pieces)))
            pieces = []
        elif kept and isinstance(event, Waiting) and isinstance(kept[-1], Waiting):
            kept.pop()
        kept.append(event)
    if pieces:
        kept.append(Piece("".join(pieces)))
    for event in kept:
        queue.put_nowait(event)
