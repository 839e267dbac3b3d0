"""What does a page hear without asking? That something changed, and how the node is; one WebSocket for each page.

A few notices go out at once, so that what somebody says on another node is here while one looks; what goes on changing
is told twice a second, so that an import of a million messages is no million of notices.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, cast

from ccnode.api.context import NOTICES, node_of
from ccnode.later import later

if TYPE_CHECKING:
    from aiohttp import web

    from ccnode.api import sockets
    from ccnode.api.hub import Follower
    from ccnode.api.ports import Node
else:
    sockets = later("ccnode.api.sockets")

GATHER_S: Final = 0.002  # what one commit changes is one notice
# Between notices in the long run, so that a long import does not keep every page busy. A question, its reply and what
# is measured of it are told twice each: an exchange every three seconds is six notices, and never waits.
APART_S: Final = 0.5
BURST: Final = 8  # notices that may follow each other at once
LOOK_S: Final = 2.0  # how often the node's state is compared with what was told


class Notices:
    """Tells all who listen; everything happens on one loop, without locks. Nothing runs while nobody listens."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._followers: set[Follower] = set()
        self._what: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: dict[str, Any] = {}
        self._credit = float(BURST)
        self._last = 0.0
        node.on_change(self.changed)

    def changed(self, *what: str) -> None:
        """Something of these kinds changed (sessions, messages, memory, imports, ...). Only from the event loop."""
        if not self._followers:
            return
        if not self._what:
            self._start(self._tell_soon())
        self._what.update(what)

    def follow(self, follower: Follower) -> None:
        """Let somebody hear what changes from now on, after how the node is."""
        if not self._followers:
            self._told = self.state()
        follower.give(self.state())
        self._followers.add(follower)
        if len(self._followers) == 1:
            self._start(self._look())

    def unfollow(self, follower: Follower) -> None:
        """The opposite of `follow`."""
        self._followers.discard(follower)

    def state(self) -> dict[str, Any]:
        """How the node is, as a form."""
        told = self._node.status()
        problems = [dict(problem) for problem in told.get("problems", [])]
        return {"type": "state", "state": told.get("state"), "model": told.get("model"), "problems": problems}

    def _start(self, work: Any) -> None:  # noqa: ANN401  # a coroutine, whose type says no more
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell(self, form: dict[str, Any]) -> None:
        for follower in list(self._followers):
            follower.give(form)

    async def _tell_soon(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(GATHER_S)
        self._credit = min(BURST, self._credit + (loop.time() - self._last) / APART_S)
        if self._credit < 1:
            await asyncio.sleep((1 - self._credit) * APART_S)
            self._credit = 1.0
        self._credit -= 1
        self._last = loop.time()
        what, self._what = sorted(self._what), set()
        self._tell({"type": "changed", "what": what})

    async def _look(self) -> None:
        while self._followers:
            await asyncio.sleep(LOOK_S)
            state = self.state()
            if state != self._told:
                self._told = state
                self._tell(state)


async def live_socket(request: web.Request) -> web.StreamResponse:
    """WS /ws/live: what changes; with `session`, that conversation's line too."""
    named = request.query.get("session")
    session_id = (await node_of(request).session(named)).id if named else None
    return await sockets.open_socket(request, session_id, cast("Notices", request.app[NOTICES]))
