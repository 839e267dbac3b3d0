"""What is done later while somebody waits for the first piece of a reply? Work that nobody waits for."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

WAIT_S_MAX: Final = 1.0  # a model may be slow, and somebody may always be asking


class Quiet:
    """Counts those who wait. Lives on one event loop."""

    def __init__(self) -> None:
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._waiting = 0

    def hold(self) -> Callable[[], None]:
        """Somebody waits from now on, until what is returned is called; calling it again does nothing."""
        self._waiting += 1
        self._nobody.clear()
        held = [True]

        def release() -> None:
            if held:
                held.clear()
                self._waiting -= 1
                if not self._waiting:
                    self._nobody.set()

        return release

    async def come(self) -> None:
        """Return when nobody waits, or after a second at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAIT_S_MAX):
                await self._nobody.wait()
