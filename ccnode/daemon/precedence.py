"""Who goes first? Whoever asks: what a node does by itself waits a moment for the beginning of a reply.

All threads of a node share one interpreter. What is counted, measured or indexed while a prompt is made, the one who
asked waits for as well.
"""

from __future__ import annotations

import asyncio
from typing import Final

from ccnode import clock

TAKEN_S: Final = 0.1  # after a question: by then its prompt is made, and its model asked
PATIENCE_S: Final = 1.0  # where somebody always asks, what waits has its turn all the same


class Precedence:
    """Taken by those who ask, given by what works in the background, before each of its steps."""

    def __init__(self) -> None:
        self._until = float("-inf")

    def taken(self) -> None:
        """Somebody asks, and waits for the beginning of a reply."""
        self._until = clock.elapsed_s() + TAKEN_S

    async def given(self) -> None:
        """Wait until nobody has just asked; at most PATIENCE_S."""
        patience = clock.elapsed_s() + PATIENCE_S
        while (left := min(self._until, patience) - clock.elapsed_s()) > 0:  # noqa: ASYNC110 -- a time, not an event
            await asyncio.sleep(left)
