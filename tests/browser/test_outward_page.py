"""Can the owner sign in on a phone, without scripts too, and does the page then work as at home?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from ccnode.api.app import make_app
from ccnode.api.outward import Outward
from ccnode.api.security import OUTWARD
from ccnode.api.serve import Servers
from ccnode.api.settings import ApiSettings, Limits, OutwardLimits, OutwardSettings
from ccnode.store import password
from ccnode.store.home import Home
from tests.api.fake_node import FakeNode
from tests.api.outward_rig import PASSWORD
from tests.browser.conftest import TOKEN, House
from tests.browser.visiting import SCREENS, press_until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from tests.browser.conftest import Judge

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EVIL_PAGE = f"""<form id="f" method="post" action="URL/login"><input name="password" value="{PASSWORD}"></form>
<script>
const line = new WebSocket("URL".replace("https", "wss") + "/ws/live");
const heard = new Promise((end) => {{
  line.onmessage = () => end("heard");
  line.onclose = () => end("closed");
}});
const start = {{ method: "POST", mode: "no-cors", credentials: "include" }};
const sent = fetch("URL/api/v1/conversation/start", start).catch(() => 0);
const read = fetch("URL/api/v1/conversations", {{ credentials: "include" }}).then(() => "read", () => "refused");
Promise.all([heard, read, sent]).then(([line, read]) => {{ document.title = line + " " + read; }});
</script>"""


class Outdoors(House):
    """A node that serves other devices, and a phone's browser that was told to go on past its warning."""

    home: Home

    async def start(self, *, keep_signed_in: bool = True) -> None:  # as it is at home
        outward = OutwardSettings(self.home, "127.0.0.1", 0, limits=OutwardLimits(look_s=0.1))
        app = make_app(self.node, ApiSettings(TOKEN, None, port=0, limits=Limits(stop_grace_s=0.1), outward=outward))
        self.servers = Servers(app)
        await self.servers.start()
        await self.servers.start_outward()
        found = app[OUTWARD]
        assert isinstance(found, Outward)
        self.url = f"https://127.0.0.1:{found.port}"

    async def phone(self, path: str = "/", **more: Any) -> Page:
        return await self.page(self.url + path, ignore_https_errors=True, **more)


@pytest_asyncio.fixture(loop_scope="module")
async def outdoors(browser: Browser, tmp_path: Path, pytestconfig: pytest.Config) -> AsyncIterator[Outdoors]:
    house = Outdoors(browser, FakeNode(), slow=pytestconfig.getoption("--slow-browser"))
    house.home = Home(tmp_path)
    password.keep(house.home, PASSWORD)
    await house.start()
    try:
        yield house
        await house.check()
    finally:
        for page in house.pages:
            await page.context.close()
        await house.stop()
        await house.node.close()


async def sign_in(page: Page, given: str = PASSWORD) -> None:
    await page.get_by_label("Password").fill(given)
    await page.get_by_role("button", name="Sign in").click()


async def test_signing_in_talking_and_signing_out(outdoors: Outdoors) -> None:
    page = await outdoors.phone()
    await sign_in(page, "not the password")
    await expect(page.locator("#signin-state")).to_have_text("That is not the password.")
    await sign_in(page)
    await expect(page.locator("[data-ready] #app")).to_be_visible()
    await page.get_by_role("textbox", name="Message").fill("Hello from the phone")
    await page.keyboard.press("Enter")
    await expect(page.locator("#log")).to_contain_text("You said: Hello from the phone")
    cookies = await page.context.cookies()
    assert [(one["secure"], one["httpOnly"], one["sameSite"]) for one in cookies] == [(True, True, "Strict")]
    await page.goto(f"{outdoors.url}/node")
    await page.evaluate("document.getElementById('logout').click()")
    await expect(page.get_by_label("Password")).to_be_visible()
    await sign_in(page)
    await expect(page.locator("[data-ready] #app")).to_be_visible()


async def test_a_new_password_shows_the_form_at_once(outdoors: Outdoors) -> None:
    page = await outdoors.phone()
    await sign_in(page)
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "open")
    password.keep(outdoors.home, "another one, and long")
    await expect(page.get_by_label("Password")).to_be_visible()
    await sign_in(page, "another one, and long")
    await expect(page.locator("[data-ready] #app")).to_be_visible()


async def test_it_needs_no_script_and_no_mouse(outdoors: Outdoors) -> None:
    page = await outdoors.phone("/memory", java_script_enabled=False)
    outdoors.pages.remove(page)  # nothing can be asked of it
    await page.keyboard.type(PASSWORD)  # the field has the focus
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#app")
    assert page.url == f"{outdoors.url}/"
    await page.context.close()


@pytest.mark.tool("npm", package="npm")
@pytest.mark.parametrize(("width", "scheme"), SCREENS)
async def test_it_fits_and_can_be_read(outdoors: Outdoors, axe: Judge, width: int, scheme: str) -> None:
    page = await outdoors.phone(viewport={"width": width, "height": 700}, color_scheme=scheme)
    await expect(page.get_by_label("Password")).to_be_focused()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await axe(page)
    await sign_in(page, "wrong")
    await expect(page.locator("#signin-state")).to_have_text("That is not the password.")
    await axe(page)
    await press_until(page, "button")


async def test_an_address_typed_without_https_leads_to_the_form(outdoors: Outdoors) -> None:
    page = await outdoors.phone()
    await page.goto(f"http{outdoors.url[5:]}/memory")
    await expect(page.get_by_label("Password")).to_be_visible()
    assert page.url == f"{outdoors.url}/memory"
    outdoors.wrong = [one for one in outdoors.wrong if not one.startswith("went elsewhere: http:")]


async def test_another_site_does_nothing_in_the_owners_name(outdoors: Outdoors) -> None:
    page = await outdoors.phone()
    await sign_in(page)
    await expect(page.locator("[data-ready] #app")).to_be_visible()
    evil = await page.context.new_page()
    html = EVIL_PAGE.replace("URL", outdoors.url)
    await evil.route(
        "https://evil.example/", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8")
    )
    calls = len(outdoors.node.calls)
    await evil.goto("https://evil.example/")
    await expect(evil).to_have_title("closed refused")
    assert not [call for call in outdoors.node.calls[calls:] if call[0] == "start_session"]
    async with evil.expect_navigation():
        await evil.evaluate("document.getElementById('f').submit()")
    assert "origin_refused" in await evil.content()
    await evil.close()
