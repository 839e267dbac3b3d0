"""Who else may use the node? The owner's other devices: over TLS, with the password, for as long as it is the same.

The password's file decides at every request: where it was changed, every sign-in ends and every page's line is closed;
where it is gone, nothing is served any more until there is one. What is wrong with the outward door (its port is taken,
its address gone for now) is shown and tried again; this machine itself is served as before.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from ccnode import clock
from ccnode.api.access import Failures, Tickets
from ccnode.api.attempts import Attempts
from ccnode.api.doorway import Doorway, OutwardConnection, authority
from ccnode.api.security import unexpected
from ccnode.net import webcert
from ccnode.net.addresses import plain
from ccnode.net.errors import NetError
from ccnode.net.places import ALL, own_addresses
from ccnode.store import password
from ccnode.store.errors import StoreError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from aiohttp import web

    from ccnode.api.settings import ApiSettings

PORT_HTTPS: Final = 443
CLOSED: Final = "other devices are not served: no password is set. Set one: ccnode password set"
_WHY: Final = {
    errno.EADDRINUSE: "port {port} on {host} is taken by another program; choose another: ccnode config set"
    " api.bind_port",
    errno.EADDRNOTAVAIL: "this machine does not have the address {host} now; for all that it has: ccnode config set"
    " api.bind '*'",
    errno.EACCES: "port {port} may not be used by this user; choose one above 1023: ccnode config set api.bind_port",
}


class Outward:
    """The door for other devices. Lives on one event loop; `open` is called before anything is served."""

    def __init__(self, settings: ApiSettings) -> None:
        """Raises ValueError where no other device is to be served."""
        if settings.outward is None:
            raise ValueError("no other device is to be served")
        self.settings = settings.outward
        self.signins = Tickets(settings.limits.signins_max, settings.limits.signin_valid_s, time.monotonic)
        self.attempts = Attempts(self.settings.limits)
        self.failures = Failures(settings.limits)
        self.problem = ""
        self.on_problem: Callable[[str], None] = lambda _text: None
        self.on_password: Callable[[], None] = lambda: None
        self.port = self.settings.port
        self._web: webcert.Web | None = None
        self._doorway: Doorway | None = None
        self._stamp = password.stamp(self.settings.home)
        self._hashing: ThreadPoolExecutor | None = None
        self._task: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._looked_at_certificate = self._looked_at_addresses = 0.0
        self.addresses: tuple[str, ...] = ()

    # --- the door ---

    async def open(self, server: web.Server, arguments: dict[str, Any]) -> None:
        """Serve, and go on looking whether that can be done. What keeps it from being served is in `problem`."""
        self._doorway = Doorway(self.settings.limits, server, arguments, self._context, self.own_hosts)
        await self.look()
        self._task = asyncio.get_running_loop().create_task(self._watch(), name="outward")

    async def stop_taking(self) -> None:
        """Take no more connections; those there are go on. Idempotent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self._doorway is not None:
            await self._doorway.stop_taking()

    async def close(self) -> None:
        """End everything. Idempotent."""
        await self.stop_taking()
        if self._doorway is not None:
            await self._doorway.close()
        if self._hashing is not None:
            self._hashing.shutdown(wait=False, cancel_futures=True)
            self._hashing = None

    @property
    def connections(self) -> int:
        """How many connections of other devices there are."""
        return len(self._doorway.connections) if self._doorway is not None else 0

    def trust(self, request: web.Request) -> None:
        """Somebody on this connection has shown who they are: it makes no room for strangers."""
        if isinstance(request.protocol, OutwardConnection):
            request.protocol.trusted = True

    async def look(self) -> None:
        """See to it that what is served is what may be: the password, the certificate, the address."""
        async with self._one_at_a_time:
            doorway = self._doorway
            if doorway is None:
                return
            if why := self._why_closed():
                await doorway.close()
                self._tell(why)
                return
            problem = await self._certify()
            if not problem and not doorway.is_open:
                try:
                    self.port = doorway.open(self.settings.host, self.port)
                except OSError as error:
                    problem = self._why(error)
            await self._locate()
            if not problem and not self.addresses:
                problem = self._why(OSError(errno.EADDRNOTAVAIL, ""))
            self._tell(problem or self._ended())

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self.settings.limits.look_s)
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  # a password that is gone must be noticed, come what may
                unexpected(error, "looking after other devices")

    def _tell(self, problem: str) -> None:
        if problem != self.problem:
            self.problem = problem
            self.on_problem(problem)

    def _why(self, error: OSError) -> str:
        known = _WHY.get(error.errno or 0, "port {port} on {host} cannot be had: " + (error.strerror or str(error)))
        return "other devices are not reached: " + known.format(port=self.port, host=self.settings.host)

    # --- the certificate ---

    async def _certify(self) -> str:
        """Have a certificate that is valid, and that of today; why there is none, "" where there is."""
        if (
            self._web is not None
            and clock.elapsed_s() - self._looked_at_certificate < self.settings.limits.certificate_s
        ):
            return ""
        self._looked_at_certificate = clock.elapsed_s()
        try:
            self._web = await asyncio.to_thread(self._prepare)
        except NetError as error:
            return f"other devices are not served: {error}. {error.remedy}" if self._web is None else ""
        return ""

    def _ended(self) -> str:
        """What is wrong with a certificate that is served all the same: whoever looks at it knows what to think."""
        if self._web is None or self._web.ends > webcert.moment(clock.now_ms()):
            return ""
        return f"the certificate for other devices ended on {self._web.ends:%Y-%m-%d}: renew it"

    def _prepare(self) -> webcert.Web:
        settings = self.settings
        made, now = settings.home.web_key, webcert.moment(clock.now_ms())
        return webcert.serving(made, settings.host, settings.names, settings.certificate, settings.key, now)

    def _context(self) -> ssl.SSLContext:
        if self._web is None:
            raise ConnectionError("there is no certificate")
        return self._web.server

    @property
    def lasting(self) -> bool:
        """Whether a browser may be told to insist on TLS from now on."""
        return self._web is not None and self._web.lasting

    # --- where ---

    async def _locate(self) -> None:
        """Look at which addresses other devices reach this machine now."""
        if self.addresses and clock.elapsed_s() - self._looked_at_addresses < self.settings.limits.addresses_s:
            return
        self._looked_at_addresses = clock.elapsed_s()
        self.addresses = await asyncio.to_thread(_addresses, self.settings.host)

    def own_hosts(self, address: str, port: int) -> frozenset[str]:
        """The values of the Host header that mean us, on a connection to this address and port."""
        names = {authority(plain(address).partition("%")[0], port)}
        for name in (*webcert.machine_names(), "localhost"):
            names.add(f"{name}:{port}")
        for name in self.settings.names:
            names.update({name} if ":" in name else {name, f"{name}:{port}"})
        if port == PORT_HTTPS:
            names |= {name.removesuffix(f":{port}") for name in names}
        return frozenset(names)

    def form(self) -> dict[str, Any]:
        """How other devices reach the node, as `status` gives it."""
        is_open = self._doorway is not None and self._doorway.is_open
        named = [name if ":" in name else authority(name, self.port) for name in self.settings.names]
        places = [*named, *(authority(one, self.port) for one in self.addresses)]
        urls = [f"https://{place}" for place in places] if is_open else []
        return {
            "state": "on" if is_open else "failed",
            "url": urls[0] if urls else None,
            "urls": urls,
            "fingerprint": self._web.shown if self._web is not None else None,
            "certificate": "own" if self.settings.certificate is not None else "made",
            "ends": f"{self._web.ends:%Y-%m-%dT%H:%M:%SZ}" if self._web is not None else None,
            "signed_in": len(self.signins),
            "problem": self.problem or None,
        }

    # --- the password ---

    def has_password(self) -> bool:
        """Whether one is set; where it is another than it was, nobody is signed in any more."""
        stamp = password.stamp(self.settings.home)
        if stamp != self._stamp:
            self._stamp = stamp
            self.on_password()
        return stamp is not None

    def _why_closed(self) -> str:
        """What about the password keeps the door closed, "" where nothing does."""
        try:
            return "" if self.has_password() and password.read(self.settings.home) is not None else CLOSED
        except StoreError as error:
            return f"other devices are not served: {error}. {error.remedy}"

    async def is_right(self, text: str) -> bool:
        """Whether this is the password, and still is when that is known. One is looked at at a time."""
        self.has_password()
        before = self._stamp
        if self._hashing is None:
            self._hashing = ThreadPoolExecutor(1, "password")
        loop = asyncio.get_running_loop()
        right = await loop.run_in_executor(self._hashing, password.is_right, self.settings.home, text)
        self.has_password()
        return right and before == self._stamp


def _addresses(host: str) -> tuple[str, ...]:
    """The addresses of this machine that are served, those that reach it from elsewhere."""
    name = host.partition("%")[0]
    if name != ALL and ipaddress.ip_address(name).is_loopback:
        return (name,)
    return tuple(dict.fromkeys(one.ip for one in own_addresses(name)))
