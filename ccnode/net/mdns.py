"""How is a node announced by multicast DNS, and how are announcements of others heard? All that touches zeroconf.

zeroconf's own browser keeps something for each announcement until it should be asked for again: a quarter of an hour
of a flood would fill the memory. So what is heard is taken from its records directly, and questions are asked here.

Loading this module takes some 4 MiB: it is loaded when discovery starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from typing import TYPE_CHECKING, Final, NamedTuple

from zeroconf import Error, InterfaceChoice, IPVersion, RecordUpdateListener, ServiceInfo, current_time_millis
from zeroconf._dns import DNSPointer, DNSQuestion
from zeroconf._protocol.outgoing import DNSOutgoing
from zeroconf.asyncio import AsyncZeroconf

from ccnode.net.places import ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zeroconf import RecordUpdate, Zeroconf

SERVICE: Final = "_ccnode._tcp.local."
TTL_S: Final = 1200  # of our announcement; zeroconf takes no less than 1125 for one
PROBE_S: Final = 10.0  # how long a name of our own is looked for
RESOLVE_MS: Final = 3000
SETTLE_S: Final = 1.5  # after an announcement, what it replaces is gone from zeroconf's cache
SETTLING_MAX: Final = 64
RESOLVING_MAX: Final = 16  # announcements that are asked about at once
TOLD_KNOWN_MAX: Final = 200  # of those that we name in a question, so that they do not answer
LABEL_CHARS: Final = 7  # of the identifier, in the name: as people see it in groups
_PTR: Final = 12
_IN: Final = 1
_QUERY: Final = 0


class Heard(NamedTuple):
    """An announcement: its name without the service, the fields of its TXT record, addresses, port, seconds to live."""

    instance: str
    properties: Mapping[bytes, bytes | None]
    ips: Sequence[str]
    port: int | None
    ttl_s: float


class _Watcher(RecordUpdateListener):
    """Collects which announcements a packet was about, and hands them on when all of it was taken in."""

    def __init__(self, heard: Callable[[str, float], None]) -> None:
        self._heard = heard
        self._batch: dict[str, float] = {}

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:  # noqa: ARG002
        """Called before the records are in zeroconf's cache; a goodbye counts as no time to live."""
        for update in records:
            record = update.new
            if record.type == _PTR and isinstance(record, DNSPointer) and record.name.lower() == SERVICE:
                self._batch[record.alias] = 0.0 if record.is_expired(now) else float(record.ttl)

    def async_update_records_complete(self) -> None:
        """Called when they are."""
        batch, self._batch = self._batch, {}
        for alias, ttl_s in batch.items():
            self._heard(alias, ttl_s)


class Engine:
    """Sockets for multicast on all interfaces, or on the one that has the address `host`.

    `heard` is told of each announcement, `gone` of each that said goodbye or ran out. Lives on one event loop.

    Raises:
        OSError: no socket can be had.
    """

    def __init__(self, host: str, heard: Callable[[Heard], None], gone: Callable[[str], None]) -> None:
        self._heard = heard
        self._gone = gone
        self._zeroconf = _open(host)
        self._info: ServiceInfo | None = None
        self._announcing: asyncio.Task[None] | None = None
        self._resolving: dict[str, asyncio.Task[None]] = {}
        self._settling: dict[str, asyncio.TimerHandle] = {}
        self._watcher = _Watcher(self._pointer)
        self._zeroconf.zeroconf.async_add_listener(self._watcher, None)
        self.problem = ""  # why this node is not announced
        self.unresolved = 0  # announcements that were passed over because too many were being asked about

    def announce(self, node_id: str, version: str, port: int, ips: Sequence[str]) -> None:
        """Say that this node is here, under a name that nobody else has; goes on in the background."""
        self._info = ServiceInfo(
            SERVICE,
            f"ccnode-{node_id[:LABEL_CHARS]}.{SERVICE}",
            port=port,
            properties={"id": node_id, "version": version},
            server=f"ccnode-{node_id[: 3 * LABEL_CHARS]}.local.",
            other_ttl=TTL_S,
            parsed_addresses=list(ips),
        )
        self._announcing = asyncio.create_task(self._register(self._info, node_id), name="mdns announce")

    @property
    def name(self) -> str:
        """The name that this node has among the announced, "" while it has none."""
        return _label(self._info.name) if self._info and self._announced else ""

    @property
    def _announced(self) -> bool:
        return self._announcing is not None and self._announcing.done()

    async def move(self, ips: Sequence[str]) -> None:
        """The machine's addresses have changed: sockets and announcement follow. Raises OSError."""
        try:
            await self._zeroconf.async_update_interfaces()
            if self._info is not None:
                self._info.addresses = [ipaddress.ip_address(ip).packed for ip in ips]
                if self._announced:
                    await (await self._zeroconf.async_update_service(self._info))
        except Error as error:
            raise OSError(f"mDNS: {error!r}") from error

    def ask(self, known: Iterable[tuple[str, float]]) -> None:
        """Ask who is there, except the `known`: names, and for how many seconds they still hold.

        Never for an answer to us alone: of several programs on one machine (avahi is one) only one would get it.
        """
        out = DNSOutgoing(_QUERY)
        out.add_question(DNSQuestion(SERVICE, _PTR, _IN))
        now = current_time_millis()
        for count, (instance, left_s) in enumerate(known):
            if count >= TOLD_KNOWN_MAX:
                break
            if left_s > TTL_S / 2:  # what holds for less is to be renewed
                out.add_answer_at_time(DNSPointer(SERVICE, _PTR, _IN, int(left_s), f"{instance}.{SERVICE}", now), 0)
        self._zeroconf.zeroconf.async_send(out)

    async def close(self) -> None:
        """Say goodbye and close."""
        tasks = [*self._resolving.values(), *([self._announcing] if self._announcing else [])]
        for timer in self._settling.values():
            timer.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._zeroconf.zeroconf.async_remove_listener(self._watcher)
        await self._zeroconf.async_close()

    async def _register(self, info: ServiceInfo, node_id: str) -> None:
        try:
            try:
                async with asyncio.timeout(PROBE_S):
                    sent = await self._zeroconf.async_register_service(info, allow_name_change=True)
            except TimeoutError:
                # Somebody answers to whatever name is tried. One that holds the whole identifier is ours alone.
                info.name = f"{node_id}.{SERVICE}"
                sent = await self._zeroconf.async_register_service(info, cooperating_responders=True)
            await sent
        except Error as error:
            self.problem = f"this node could not be announced by mDNS: {error!r}"

    def _pointer(self, alias: str, ttl_s: float) -> None:
        """Take what zeroconf knows of it; ask for the rest, of a few at a time."""
        instance = _label(alias)
        if ttl_s <= 0:
            if instance in self._settling:
                self._settling.pop(instance).cancel()
            self._gone(instance)
            return
        try:
            info = ServiceInfo(SERVICE, alias)
        except Error:
            return  # no name of a service
        if info.load_from_cache(self._zeroconf.zeroconf):
            self._tell(info, instance, ttl_s)
            self._settle(alias, instance, ttl_s)
        elif len(self._resolving) >= RESOLVING_MAX:
            self.unresolved += 1
        elif instance not in self._resolving:
            task = asyncio.create_task(self._resolve(info, instance, ttl_s), name="mdns resolve")
            self._resolving[instance] = task
            task.add_done_callback(lambda _: self._resolving.pop(instance, None))

    def _settle(self, alias: str, instance: str, ttl_s: float) -> None:
        """Look once more: for a second, mDNS takes the addresses that a node had before for as good as its new ones."""

        def look() -> None:
            self._settling.pop(instance, None)
            info = ServiceInfo(SERVICE, alias)
            if info.load_from_cache(self._zeroconf.zeroconf):
                self._tell(info, instance, ttl_s)

        if instance in self._settling:
            self._settling.pop(instance).cancel()
        elif len(self._settling) >= SETTLING_MAX:
            return
        self._settling[instance] = asyncio.get_running_loop().call_later(SETTLE_S, look)

    async def _resolve(self, info: ServiceInfo, instance: str, ttl_s: float) -> None:
        with contextlib.suppress(Error):  # it is being closed
            if await info.async_request(self._zeroconf.zeroconf, RESOLVE_MS):
                self._tell(info, instance, ttl_s)

    def _tell(self, info: ServiceInfo, instance: str, ttl_s: float) -> None:
        ips = [*info.parsed_addresses(IPVersion.V4Only), *info.parsed_scoped_addresses(IPVersion.V6Only)]
        self._heard(Heard(instance, info.properties, ips, info.port, ttl_s))


def _open(host: str) -> AsyncZeroconf:
    if host != ALL and not ipaddress.ip_address(host).is_unspecified:
        return AsyncZeroconf(interfaces=[host])
    try:
        return AsyncZeroconf(interfaces=InterfaceChoice.All, ip_version=IPVersion.All)
    except (OSError, RuntimeError):  # a kernel without IPv6
        return AsyncZeroconf(interfaces=InterfaceChoice.All, ip_version=IPVersion.V4Only)


def _label(name: str) -> str:
    """The name of an announcement without that of the service."""
    return name[: -len(SERVICE) - 1] if name.lower().endswith(f".{SERVICE}") else name
