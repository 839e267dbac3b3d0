"""Which nodes answer in a subnet that somebody named? For networks where mDNS does not get through.

Each address is called once, at its federation port, at a bounded rate. What is heard is the key that a node says hello
with: a hint like those of discovery, which only a whole handshake proves.
"""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode import clock
from ccnode.net.errors import NetError
from ccnode.net.found import PORT_MAX
from ccnode.net.places import place
from ccnode.net.probing import ask_key
from ccnode_crypto.keys import KEY_BYTES, SigningKey
from ccnode_protocol import limits

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

    Probe = Callable[[str], Awaitable[bytes | None]]

ADDRESSES_MAX: Final = 1024
PER_SECOND: Final = 50
AT_ONCE: Final = 64  # an address where nothing is takes all of PROBE_S
PROBE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Answered:
    """A node said hello with this key at `address` (`host:port`). A hint: nothing is proven."""

    node: bytes
    address: str


def addresses_in(subnet: str, port: int) -> list[str]:
    """The places to call in a subnet such as `192.0.2.0/24` or `2001:db8::/120`; a single address is one too.

    Raises:
        NetError: it is no subnet, or one of more than 1,024 addresses.
    """
    try:
        network = ipaddress.ip_network(subnet.strip(), strict=False)
    except ValueError as error:
        raise NetError(f"{subnet[:60]!r} is no subnet", remedy="name one as 192.168.1.0/24") from error
    if network.num_addresses > ADDRESSES_MAX:
        least = network.max_prefixlen - ADDRESSES_MAX.bit_length() + 1
        raise NetError(f"{network} has more than {ADDRESSES_MAX} addresses", remedy=f"name one of /{least} or smaller")
    if network.is_multicast or network.is_unspecified:
        raise NetError(f"in {network} there are no machines", remedy="name one as 192.168.1.0/24")
    if not 0 < port <= PORT_MAX:
        raise NetError(f"{port} is no port", remedy="name one from 1 to 65535")
    # Of IPv4 without those of the network itself and of all in it; of IPv6 without that of any router.
    return [place(str(one), port) for one in network.hosts()]


class Sweep:
    """One sweep, to be run once. `probe`: whose key answers at an address, None where nobody does; see `prober`."""

    def __init__(
        self,
        subnet: str,
        port: int,
        probe: Probe,
        *,
        own: bytes = b"",
        progress: Callable[[], None] = lambda: None,
    ) -> None:
        """Raises NetError, as `addresses_in`. `own`: the key not to be listed. `progress`: told after each address."""
        self.subnet = subnet
        self.addresses = addresses_in(subnet, port)
        self.asked = 0
        self.answered: list[Answered] = []
        self.cancelled = False
        self._probe = probe
        self._own = own
        self._progress = progress
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def total(self) -> int:
        """How many addresses there are to ask."""
        return len(self.addresses)

    def cancel(self) -> None:
        """Stop asking; `run` returns soon with what was found so far."""
        self.cancelled = True
        for task in self._tasks:
            task.cancel()

    async def run(self) -> list[Answered]:
        """Ask them all; those that answered, in the order of their addresses."""
        free = asyncio.Semaphore(AT_ONCE)
        try:
            for number, address in enumerate(self.addresses):
                await free.acquire()
                if self.cancelled:
                    break
                task = asyncio.create_task(self._ask(address, free), name=f"sweep {number}")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                await asyncio.sleep(1 / PER_SECOND)
            await asyncio.gather(*self._tasks, return_exceptions=True)
        finally:
            for task in self._tasks:
                task.cancel()
        order = {address: number for number, address in enumerate(self.addresses)}
        self.answered.sort(key=lambda one: order[one.address])
        return self.answered

    async def _ask(self, address: str, free: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(PROBE_S):
                node = await self._probe(address)
            if node is not None and node != self._own:
                self.answered.append(Answered(node, address))
        except (TimeoutError, NetError, OSError):
            pass  # nobody there, or no node: what a sweep mostly meets
        finally:
            free.release()
            self.asked += 1
            self._progress()


def prober(context: ssl.SSLContext) -> Probe:
    """How to ask whose node answers at an address: up to its hello, then hang up.

    With a key made for this alone, so that a whole subnet does not learn who asks.
    """

    async def whose(address: str) -> bytes | None:
        key, nonce = SigningKey(clock.chance(KEY_BYTES)), clock.chance(limits.NONCE_BYTES)
        return await ask_key(address, context, key, nonce, clock.now_ms)

    return whose
