"""How do tests reach the door for other devices? Over real TLS, at 127.0.0.2 and its neighbours.

The API is told what is outward and does not ask whether it is (settings.OutwardSettings): that addresses of loopback
can be served so is what makes these tests possible. The command line and the daemon refuse it (config.Api.is_beyond).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp

from ccnode.api.outward import Outward
from ccnode.api.security import OUTWARD
from ccnode.api.settings import OutwardLimits, OutwardSettings
from ccnode.store import password
from ccnode.store.home import Home, write_private
from tests.api.rig import LIMITS, PATIENCE_S, Rig, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
PASSWORD = "ziegel wolke 7 lampe"
HOST = "127.0.0.2"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def trusting() -> ssl.SSLContext:
    """A client that takes any certificate, as a person does who compared the fingerprint."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@dataclass
class Beyond:
    """A rig that serves other devices too."""

    rig: Rig
    home: Home
    outward: Outward
    host: str = HOST

    @property
    def port(self) -> int:
        return self.outward.port

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.port}"

    def browser(self, source: str = "127.0.0.1") -> aiohttp.ClientSession:
        """A browser on a device with this address; it keeps cookies."""
        connector = aiohttp.TCPConnector(ssl=trusting(), local_addr=(source, 0))
        session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.rig.jars.append(session)
        return session

    async def sign_in(
        self, browser: aiohttp.ClientSession, given: str = PASSWORD, **headers: str
    ) -> aiohttp.ClientResponse:
        """Send the form."""
        data = urlencode({"password": given})
        async with browser.post(
            f"{self.url}/login", data=data, headers={**FORM, **headers}, allow_redirects=False
        ) as response:
            await response.read()
            return response

    async def signed_in(self, source: str = "127.0.0.1") -> aiohttp.ClientSession:
        browser = self.browser(source)
        assert (await self.sign_in(browser)).status == 303
        return browser

    async def status(self, browser: aiohttp.ClientSession, path: str = "/api/v1/status", **headers: str) -> int:
        async with browser.get(self.url + path, headers=headers) as response:
            await response.read()
            return response.status

    async def opened(self, source: str = "127.0.0.1", **more: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection, with TLS unless ssl=None is given."""
        more.setdefault("ssl", trusting())
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.open_connection(self.host, self.port, local_addr=(source, 0), **more)


@functools.cache
def _hash() -> bytes:
    """The password as it is kept; hashed once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        password.keep(home, PASSWORD)
        return home.password.read_bytes()


@contextlib.asynccontextmanager
async def beyond(
    folder: Path, *, limits: OutwardLimits | None = None, with_password: bool = True, host: str = HOST, **more: Any
) -> AsyncIterator[Beyond]:
    """A rig with a door for other devices, started and in the end stopped."""
    home = Home(folder / "home")
    home.make()
    if with_password:
        write_private(home.password, _hash())
    api = more.pop("api", LIMITS)
    outward = OutwardSettings(home, host, more.pop("port", 0), limits=limits or OutwardLimits(look_s=0.05), **more)
    async with serving(folder, api, outward=outward) as rig:
        await rig.servers.start_outward()
        found = rig.app[OUTWARD]
        assert isinstance(found, Outward)
        yield Beyond(rig, home, found, host)
