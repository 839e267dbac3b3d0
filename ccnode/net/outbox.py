"""What waits to be sent on one link? What keeps the link goes first, then sync and gossip in their order."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

from ccnode_protocol import limits
from ccnode_protocol.gossip_frames import Hold, Tell
from ccnode_protocol.sync_values import Contents, Digests, Fork, Heads, Known, Listed, Path, SentRun

if TYPE_CHECKING:
    from ccnode_protocol import gossip_frames, sync_values

    Message = sync_values.Message | gossip_frames.Message

FULL_BYTES: Final = limits.WINDOW_BYTES  # of answers that credit does not bound; more, and nothing is read meanwhile
_SMALL: Final = 128


class Outbox:
    """Frames of the link itself as bytes, messages as values, so that the tier is asked when they leave."""

    def __init__(self) -> None:
        self._first: deque[bytes] = deque()
        self._rest: deque[Message] = deque()
        self._weight = 0
        self._changed = asyncio.Event()

    def urge(self, data: bytes) -> None:
        """A frame of the link itself."""
        self._first.append(data)
        self._changed.set()

    def add(self, message: Message) -> None:
        """A message, after all that were added before."""
        self._rest.append(message)
        self._weight += _cost(message)
        self._changed.set()

    def first(self) -> bytes | None:
        """Take out the first frame of the link itself."""
        return self._first.popleft() if self._first else None

    def next(self) -> Message | None:
        """The message that goes next."""
        return self._rest[0] if self._rest else None

    def drop(self) -> Message:
        """Take it out."""
        message = self._rest.popleft()
        self._weight -= _cost(message)
        return message

    def clear(self) -> None:
        """Forget what was to be said."""
        self._rest.clear()
        self._weight = 0
        self._changed.set()

    def forget_gossip(self) -> None:
        """Forget what gossip had to say."""
        rest = [message for message in self._rest if not isinstance(message, Tell | Hold)]
        self._rest = deque(rest)
        self._weight = sum(map(_cost, rest))

    @property
    def is_full(self) -> bool:
        """Whether so many answers wait that no more questions are to be read."""
        return self._weight > FULL_BYTES

    @property
    def holds_bodies(self) -> bool:
        """Whether entries or their contents wait."""
        return any(isinstance(message, SentRun | Contents) for message in self._rest)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not (self._first or self._rest)

    async def wait(self, seconds: float | None = None) -> None:
        """Until something was put in, or so long."""
        self._changed.clear()
        if seconds is None:
            await self._changed.wait()
            return
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return


def _cost(message: Message) -> int:
    """Bytes, about; 0 for what credit bounds."""
    match message:
        case SentRun() | Contents():
            return 0
        case Path(side=side):
            return _SMALL + (sum(map(len, side.headers)) if side is not None else 0)
        case Fork(proof=proof):
            return _SMALL + sum(map(len, proof.one.headers)) + sum(map(len, proof.other.headers))
        case Known(rows=rows) | Heads(rows=rows) | Listed(rows=rows):
            return _SMALL * (1 + len(rows))
        case Digests(found=found):
            return _SMALL + 40 * len(found)
        case Tell(reports=reports):
            return _SMALL + sum(len(body) + _SMALL for body, _ in reports)
        case Hold(rows=holds):
            return _SMALL * (1 + len(holds))
    return _SMALL
