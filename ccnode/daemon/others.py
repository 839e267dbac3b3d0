"""How far is a node with meeting others? Not yet, after a start; alone, where it knows none; or with all that takes."""

from __future__ import annotations

import asyncio
import importlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from ccnode.later import later
from ccnode.store.errors import StoreBusy

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode import config
    from ccnode.api.peer_ports import Peers
    from ccnode.daemon import peering
    from ccnode.daemon.alone import Alone
    from ccnode.daemon.federation import Federating
    from ccnode.daemon.peerbook import Append
    from ccnode.store.home import Home
    from ccnode.store.ledger import Ledger
else:
    peering = later("ccnode.daemon.peering")

# Loading what meets other nodes keeps the interpreter busy for some tenths of a second: whoever waits for the start is
# answered before.
ANSWER_FIRST_S: Final = 0.1
PATIENCE_S: Final = 10.0  # how long who asks for other nodes waits for them just after a start


class Others:
    """What meets other nodes, from the start on. Lives on one event loop."""

    def __init__(
        self, home: Home, ledger: Ledger, profile: dict[str, Any], append: Append, tell: Callable[..., None]
    ) -> None:
        self.federating: Federating | None = None  # once the node answers, and there is somebody to meet
        self._alone: Alone | None = None  # until then, where it knows no other node
        self._is_asked = False
        self._opened = asyncio.Event()
        self._home = home
        self._ledger = ledger
        self._profile = profile
        self._append = append
        self._tell = tell

    async def meet(
        self, settings: config.Federation, orders_came: Callable[[], None], problems: dict[str, str]
    ) -> None:
        """Meet them; with TLS, links and sync, which a start does not wait for."""
        await asyncio.sleep(ANSWER_FIRST_S)
        try:
            alone = await asyncio.to_thread(importlib.import_module, "ccnode.daemon.alone")
            own = self._ledger.chains.key.public.raw
            self._alone = await alone.begin(self._home, own, settings, self._tell)
            if self._alone is not None and not self._is_asked:
                await self._alone.wait()
            federation = await asyncio.to_thread(importlib.import_module, "ccnode.daemon.federation")
            self.federating = federation.Federating(
                self._home, settings, self._ledger, self._profile, self._append, self._tell, orders_came, self._alone
            )
            await federation.begin(self.federating, problems)
        finally:
            self._opened.set()

    async def asked(self) -> None:
        """Wait until they can be asked for, as long as a person would; `peers` says where they cannot be."""
        self._ask()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._opened.wait(), PATIENCE_S)

    def _ask(self) -> None:
        """They are wanted now, also by a node that knows none."""
        self._is_asked = True
        if self._alone is not None:
            self._alone.wake()

    async def leave(self) -> None:
        """End all links."""
        if self._alone is not None:
            await self._alone.close()
        if self.federating is not None:
            await self.federating.close()

    @property
    def peers(self) -> Peers:
        """The API's `Peers`. Raises StoreBusy."""
        self._ask()
        if self.federating is None or not self.federating.is_open:
            raise StoreBusy("other nodes are not looked at yet", remedy="try again in a moment")
        return peering.Peering(self.federating)

    @property
    def problems(self) -> dict[str, str]:
        """What a person should know, by codes."""
        return self.federating.problems if self.federating is not None else {}

    def summary(self) -> dict[str, Any]:
        """What a status says of it."""
        meeting = self.federating or self._alone
        return meeting.summary() if meeting is not None else {"state": "off"}
