"""Which nodes are on the local network? This one is announced there by mDNS, and others are heard.

What is found is a hint for people and for calls, never trust, never a sign of life (found.py). Discovery follows the
machine from network to network; where it does not work, `problem` says why, and it is tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from typing import TYPE_CHECKING, Final

from ccnode import clock
from ccnode.later import later
from ccnode.net.found import Finds, Found, read_announcement
from ccnode.net.places import ALL, Own, own_addresses
from ccnode_crypto.keys import node_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccnode.net import mdns
else:
    mdns = later("ccnode.net.mdns")

LOOK_S: Final = 3.0  # how often the machine's own addresses are looked at; it takes less than a millisecond
ASK_FIRST_S: Final = (0.1, 1.0, 3.0, 9.0)  # when it is asked who is there, after a start or a change of network
ASK_EVERY_S: Final = 540.0  # an announcement holds for 1200 s
TELL_S: Final = 0.2  # changes are gathered so long before they are told
LOOK_MAX_S: Final = 30.0


class Discovery:
    """Announces `node` (its key) at `port`, and lists others. Lives on one event loop; start it once.

    `host`: the address that the node listens on, `*` for all. `version`: of the program. `known`: whether a node key is
    that of a peer; those are listed even when strangers have filled the list. `changed`: told soon after the list has
    changed, at most five times a second.
    """

    def __init__(
        self,
        node: bytes,
        port: int,
        *,
        host: str = ALL,
        version: str = "",
        known: Callable[[bytes], bool] = lambda _: False,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.problem = ""
        self._node = node
        self._port = port
        self._host = host
        self._version = version
        self._changed = changed
        self._finds = Finds(node, known)
        self._engine: mdns.Engine | None = None
        self._own: tuple[Own, ...] = ()
        self._asked: tuple[int, float] = (0, 0.0)  # how often since the network changed, and when last
        self._task: asyncio.Task[None] | None = None
        self._telling: asyncio.TimerHandle | None = None

    @property
    def running(self) -> bool:
        """Whether it listens and is heard."""
        return self._engine is not None

    @property
    def name(self) -> str:
        """The name under which this node is announced, "" while it is not yet."""
        return self._engine.name if self._engine else ""

    @property
    def left_out(self) -> int:
        """Announcements that were not listed because there was no room."""
        return self._finds.left_out + (self._engine.unresolved if self._engine else 0)

    def found(self) -> list[Found]:
        """The nodes that were heard of, by name. `heard_s` is of clock.elapsed_s."""
        self._finds.expire(clock.elapsed_s())
        return self._finds.all()

    def start(self) -> None:
        """Begin; never fails: see `problem`."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="discovery")

    async def stop(self) -> None:
        """Say goodbye, and forget what was found."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        await self._close()
        self._finds.clear()

    async def look(self, seconds: float = 2.0) -> list[Found]:
        """Ask now who is there, wait for so many seconds (at most 30) for answers, and return what is found."""
        if self._engine is not None:
            self._ask(self._engine)
        await asyncio.sleep(min(max(seconds, 0.0), LOOK_MAX_S))
        return self.found()

    async def _run(self) -> None:
        # In a thread: it takes some 20 ms, and ifaddr starts a process to find the C library.
        await asyncio.to_thread(importlib.import_module, "ccnode.net.mdns")
        while True:
            try:
                await self._follow(own_addresses(self._host))
                self.problem = self._engine.problem if self._engine else "this machine has no network address"
            except (OSError, RuntimeError) as error:
                self.problem = f"nodes on the local network cannot be looked for: {error}"
                await self._close()
            if self._finds.expire(clock.elapsed_s()):
                self._tell()
            await asyncio.sleep(self._next_look())

    async def _follow(self, own: tuple[Own, ...]) -> None:
        """Bring sockets and announcement to where the machine is now, and ask who is there when it is time."""
        before, self._own = self._own, own
        if self._engine is not None and _replaced(before, own):
            await self._close()
        if not own:
            await self._close()
            return
        if self._engine is None:
            self._engine = mdns.Engine(self._host, self._heard, self._gone)
            self._engine.announce(node_id(self._node), self._version, self._port, _ips(own))
            self._asked = 0, clock.elapsed_s()
        elif own != before:
            await self._engine.move(_ips(own))
            self._asked = 0, clock.elapsed_s()
        if self._ask_in_s() <= 0:
            count, _ = self._asked
            self._asked = count + 1, clock.elapsed_s()
            self._ask(self._engine)

    def _ask(self, engine: mdns.Engine) -> None:
        now_s = clock.elapsed_s()
        engine.ask(((instance, until_s - now_s) for instance, until_s in self._finds.instances()))

    def _ask_in_s(self) -> float:
        count, last_s = self._asked
        wait_s = ASK_FIRST_S[count] if count < len(ASK_FIRST_S) else ASK_EVERY_S
        return last_s + wait_s - clock.elapsed_s()

    def _next_look(self) -> float:
        return min(LOOK_S, max(0.05, self._ask_in_s())) if self._engine is not None else LOOK_S

    def _heard(self, heard: mdns.Heard) -> None:
        alone = all(own.ip == "::1" or own.ip.startswith("127.") for own in self._own)
        told = read_announcement(
            heard.instance, heard.properties, heard.ips, heard.port, now_s=clock.elapsed_s(), loopback=alone
        )
        if told is None:
            changed = self._finds.drop(heard.instance)
        else:
            changed = self._finds.put(heard.instance, told, heard.ttl_s)
        if changed:
            self._tell()

    def _gone(self, instance: str) -> None:
        if self._finds.drop(instance):
            self._tell()

    def _tell(self) -> None:
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(TELL_S, self._told)

    def _told(self) -> None:
        self._telling = None
        self._changed()

    async def _close(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            with contextlib.suppress(OSError):
                await engine.close()


def _ips(own: Sequence[Own]) -> list[str]:
    return list(dict.fromkeys(one.ip for one in own))


def _replaced(before: Sequence[Own], now: Sequence[Own]) -> bool:
    """Whether an address went to another interface: sockets that have joined a group there hear nothing any more."""
    interfaces = {own.ip: own.interface for own in before}
    return any(interfaces.get(own.ip, own.interface) != own.interface for own in now)
