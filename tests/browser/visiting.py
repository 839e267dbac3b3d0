"""How do tests of single pages go about? Open one signed in, walk by keyboard, see whether it fits."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

    from tests.browser.conftest import House

EVIL = '"><img src=x onerror="alert(1)"><script>alert(2)</script>&lt;b&gt; {{7*7}} javascript:alert(3)'
SCREENS = [(375, "light"), (375, "dark"), (768, "dark"), (1280, "light")]


async def visit(house: House, path: str, **more: Any) -> Page:
    """A page of the node, in a browser that is signed in."""
    page = await house.page(**more)
    await page.goto(house.url + path)
    await expect(page.locator("#main h1")).to_be_visible()
    return page


@contextlib.asynccontextmanager
async def leading(page: Page) -> AsyncIterator[None]:
    """What is done within leads to another page: wait until that one is there with its scripts, as a person would.

    What the old page shows too would otherwise count as the new one's, and a key or click before its scripts is lost.
    """
    async with page.expect_navigation():  # until "load", which comes after modules ran
        yield


async def listening(page: Page) -> None:
    """Wait until the page hears what changes."""
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "open")


async def press_until(page: Page, selector: str, key: str = "Tab") -> None:
    """Go there by keyboard alone."""
    wanted = page.locator(selector).first
    for _ in range(100):
        if await wanted.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{selector} cannot be reached by {key}")


async def fits(page: Page) -> bool:
    """Whether nothing sticks out to the side."""
    found: bool = await page.evaluate(
        "document.documentElement.scrollWidth <= innerWidth"
        " && document.getElementById('main').scrollWidth <= document.getElementById('main').clientWidth"
    )
    return found


async def nothing_got_in(page: Page) -> None:
    """What was written as markup is shown as text, and the page fits its window."""
    await page.wait_for_load_state("networkidle")
    assert await fits(page)
    assert await page.locator("#main img, #main script").count() == 0
    assert "<img src=x" in await page.locator("#main").inner_text()


async def without_scripts(house: House, path: str) -> str:
    """What a page says in a browser that runs no scripts."""
    page = await house.page()
    context = await house.browser.new_context(
        java_script_enabled=False, storage_state=await page.context.storage_state()
    )
    try:
        plain = await context.new_page()
        await plain.goto(house.url + path)
        return await plain.locator("#main").inner_text()
    finally:
        await context.close()
