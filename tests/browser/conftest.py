"""How do these tests look at the chat page? Chromium, a real server, and a watch for what must not happen."""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from aiohttp import web

from ccnode.api.app import make_app
from ccnode.api.security import ACCESS
from ccnode.api.serve import Servers
from ccnode.api.settings import ApiSettings, Limits
from tests.api.fake_node import FakeNode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp.typedefs import Handler
    from playwright.async_api import Browser, Page

    from ccnode.api.access import Access

TOKEN = "correct-horse-battery-staple-0123456789-abc"
AXE = "axe-core@4"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WATCH = """
window.__violations = [];
addEventListener("securitypolicyviolation", (event) => __violations.push(event.violatedDirective));
"""


# What a busy machine takes may be long; what never comes is still found.
EXPECT_MS = 30_000
ACTION_MS = 90_000
TEST_S = 900
SLOWER = 5  # times, with --slow-browser
LATE_S = (0.1, 0.5)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.timeout(TEST_S))


@web.middleware
async def late(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Each answer comes late, and not in the order of the questions: pages, modules and the line too."""
    await asyncio.sleep(random.uniform(*LATE_S))
    return await handler(request)


@dataclass
class House:
    """A node that can be restarted at the same address, and the browser's pages on it."""

    browser: Browser
    node: FakeNode
    slow: bool = False
    servers: Servers | None = None
    url: str = ""
    access: Access | None = None
    pages: list[Page] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    async def start(self, *, keep_signed_in: bool = True) -> None:
        port = int(self.url.rsplit(":", 1)[1]) if self.url else 0
        limits = Limits(stop_grace_s=0.1)
        app = make_app(self.node, ApiSettings(TOKEN, None, port=port, limits=limits))
        if self.access is not None and keep_signed_in:
            app[ACCESS] = self.access
        if self.slow:
            app.middlewares.insert(0, late)
        self.access = app[ACCESS]
        self.servers = Servers(app)
        self.url = await self.servers.start()

    async def stop(self) -> None:
        if self.servers is not None:
            await self.servers.stop()

    def link(self) -> str:
        assert self.access is not None
        return f"{self.url}/#signin={self.access.links.issue()}"

    async def page(self, address: str | None = None, **more: Any) -> Page:
        """A page in a browser of its own, signed in unless an address is given."""
        context = await self.browser.new_context(**more)
        return await self.tab(context, address)

    async def tab(self, context: Any, address: str | None = None) -> Page:
        page: Page = await context.new_page()
        page.set_default_timeout(ACTION_MS)
        if self.slow:
            session = await context.new_cdp_session(page)
            await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        await page.add_init_script(WATCH)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))
        page.on("console", self._console)
        page.on("request", self._request)
        self.pages.append(page)
        await page.goto(self.link() if address is None else address)
        if address is None:
            await page.wait_for_selector("[data-ready] #app")
        return page

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            if "WebSocket connection" in message.text:
                return  # the server is down, as the test wanted
            self.wrong.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.url, f"ws{self.url[4:]}", "data:")):
            self.wrong.append(f"went elsewhere: {request.url}")

    async def check(self) -> None:
        """Nothing that must not happen has happened."""
        for page in self.pages:
            if not page.is_closed():
                assert await page.evaluate("window.__violations") == []
        assert self.wrong == []


@pytest.fixture(scope="session")
def axe_source(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core's script, fetched by npm; for tests marked `tool("npm", package="npm")`."""
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", AXE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    if done.returncode:
        pytest.skip(f"not run: needs axe-core from the npm registry (npm install {AXE})")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


Judge = Callable[["Page"], Awaitable[None]]


@pytest.fixture
def axe(axe_source: str) -> Judge:
    """Judge a page: nothing serious or critical may be found. The script goes in past the page's policy."""

    async def judge(page: Page) -> None:
        await page.evaluate(axe_source)
        found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        grave = [
            f"{one['id']} ({one['impact']}): {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]
        assert grave == [], page.url

    return judge


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One Chromium for all tests of a module; each page has a profile of its own."""
    from playwright.async_api import async_playwright, expect

    expect.set_options(timeout=EXPECT_MS)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def house(browser: Browser, pytestconfig: pytest.Config) -> AsyncIterator[House]:
    house = House(browser, FakeNode(), slow=pytestconfig.getoption("--slow-browser"))
    await house.start()
    try:
        yield house
        await house.check()
    finally:
        for page in house.pages:
            await page.context.close()
        await house.stop()
        await house.node.close()
