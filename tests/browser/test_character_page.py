"""Can the character and the cost be read at a glance, by pointer, by keyboard, in any width, light and dark?"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import AsyncMock

import pytest
from playwright.async_api import expect

from ccnode.store.spending import Spent
from tests.api import fake_measured
from tests.browser.visiting import EVIL, fits, listening, nothing_got_in, press_until, visit, without_scripts

if TYPE_CHECKING:
    from tests.browser.conftest import House, Judge

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

UNFOLD = "for (const one of document.querySelectorAll('#main details')) one.open = true"


def fill(house: House) -> None:
    house.node.character.form = fake_measured.everything()
    house.node.character.measurements = fake_measured.measured()
    house.node.budget = 2_000_000
    house.node.spent = [Spent("2026-03-02", "priced", calls=2, output=5, cost=500_000),
                        Spent("2026-03-01", "unpriced", calls=1, unpriced=1)]  # fmt: skip


async def test_values_show_on_hover_and_by_arrow_keys(house: House) -> None:
    fill(house)
    page = await visit(house, "/character")
    told = page.locator("#scores .told")
    await page.locator("#scores .hit").nth(4).hover()
    await expect(told).to_contain_text("Structure: ")
    await press_until(page, "#drift-chart-plot")
    told = page.locator("#drift-chart .told")
    await page.keyboard.press("End")
    await expect(told).to_contain_text("2026-02-27")
    await expect(told).to_contain_text("usual up to 0.110")
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#drift-chart .hit").nth(1)).to_have_class("hit on")
    await page.keyboard.press("Escape")
    await expect(told).to_have_text("")
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator("#drift-chart .hit").last).to_have_class("hit on")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#drift-chart table")).to_be_visible()


async def test_what_is_measured_meanwhile_shows_and_what_is_open_stays_open(house: House) -> None:
    page = await visit(house, "/character")
    await listening(page)
    await expect(page.locator("#scores")).to_have_count(0)
    await page.locator("#about-drift-drift summary").click()
    fill(house)
    house.node.changed("character")
    await expect(page.locator("#scores")).to_be_visible()
    await expect(page.locator("#alarm")).to_contain_text("The character has moved.")
    await expect(page.locator("#about-drift-drift")).to_have_attribute("open", "")


async def test_a_baseline_is_signed_after_a_question(house: House) -> None:
    fill(house)
    house.node.character.signed = {"values": [0.5] * 16, "words": 2011}
    page = await visit(house, "/character")
    await press_until(page, "#sign-now")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Sign it").click()
    await expect(page.locator("#toasts")).to_contain_text("The baseline is signed.")
    assert [call for call in house.node.calls if call[0] == "character.set_baseline"] == [
        ("character.set_baseline", "now", None)
    ]


async def test_what_is_sent_before_scripts_run_stays_out_of_the_address(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form that no script has taken up yet would put the passphrase into the address, and so into the history."""
    fill(house)
    told = {**await house.node.character.baseline(), "owner_key": "passphrase"}
    monkeypatch.setattr(house.node.character, "baseline", AsyncMock(return_value=told))
    page = await visit(house, "/character")
    await page.route("**/static/*.js", lambda route: route.abort())
    for path, field in (("/character", "#passphrase"), ("/node", "#model-name"), ("/node", "#settings input >> nth=0")):
        await page.goto(house.url + path)
        await page.locator(field).fill("correct horse")
        await page.keyboard.press("Enter")
        await page.locator(field).fill("and again")  # the page is still there
        await page.keyboard.press("Enter")
        await page.wait_for_load_state("networkidle")
        assert page.url == house.url + path
        await expect(page.locator(field)).to_have_value("and again")


async def test_the_cost_of_a_day_shows_on_the_node_page(house: House) -> None:
    fill(house)
    page = await visit(house, "/node")
    await expect(page.locator("#cost")).to_contain_text("$0.50 of $2.00, $1.50 left.")
    await press_until(page, "#spent-plot")
    await page.keyboard.press("End")
    await expect(page.locator("#spent .told")).to_have_text("2026-03-02: $0.50, 2 calls")
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator("#spent .told")).to_have_text("2026-03-01: not known, 1 call")


async def test_no_script_gets_in_and_it_is_readable_without_scripts(house: House) -> None:
    fill(house)
    form = house.node.character.form or {}
    form["relations"]["title"] = form["emergence"]["text"] = form["character"]["dimensions"][0]["title"] = EVIL
    house.node.spent.append(Spent("2026-03-02", EVIL, cost=1))
    for width, scheme in ((375, "dark"), (1280, "light")):
        for path in ("/character", "/node"):
            page = await visit(house, path, viewport={"width": width, "height": 800}, color_scheme=scheme)
            await page.evaluate(UNFOLD)
            await nothing_got_in(page)
    assert "mean of the frozen reference" in await without_scripts(house, "/character")


@pytest.mark.tool("npm", package="npm")
@pytest.mark.parametrize("much", [True, False])
async def test_nothing_serious_is_found_by_axe(house: House, axe: Judge, much: bool) -> None:
    if much:
        fill(house)
    else:
        house.node.character.form = fake_measured.little()
    for path, width, scheme in (("/character", 375, "dark"), ("/node", 1280, "light")):
        page = await visit(house, path, viewport={"width": width, "height": 800}, color_scheme=scheme)
        await page.evaluate(UNFOLD)
        assert await fits(page)
        await axe(page)
