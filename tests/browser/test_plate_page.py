"""Can the owner read, change, sign and take back the plate from its page, and see whether the model passes?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ccnode.mind.plate import starting
from tests.api.fake_plates import validated
from tests.browser.visiting import EVIL, listening, nothing_got_in, press_until, visit, without_scripts

if TYPE_CHECKING:
    from tests.browser.conftest import House, Judge

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ADA = starting("Ada")


async def test_a_change_is_judged_shown_and_signed_by_keyboard(house: House) -> None:
    plates = house.node.plates
    plates.kept, plates.owner_key, plates.passphrase = [ADA], "passphrase", "correct horse"
    page = await visit(house, "/plate")
    keep, text = page.get_by_role("button", name="Sign and keep it"), page.locator("#text")
    await expect(text).to_have_value(ADA)
    await expect(keep).to_be_disabled()
    await text.fill(ADA.replace("- careful", "- careful: \u202e"))
    await expect(page.locator("#findings")).to_contain_text("turns the direction of writing")
    await expect(keep).to_be_disabled()
    await page.locator("#findings button").click()
    assert "- careful" in await page.evaluate("getSelection().toString()")
    await text.fill(ADA.replace("- curious", "- patient"))
    await expect(page.locator("#diff .gone")).to_contain_text("-- curious")
    await expect(page.locator("#diff .add")).to_contain_text("+- patient")
    await expect(page.locator("#facts")).to_contain_text("patient · candid · careful")
    await expect(keep).to_be_enabled()
    await press_until(page, "#passphrase")
    await page.keyboard.type("battery staple")
    await page.keyboard.press("Enter")
    await expect(page.locator("#notice")).to_contain_text("The passphrase is wrong.")
    await expect(keep).to_be_enabled()
    await page.locator("#passphrase").fill("correct horse")
    await page.keyboard.press("Enter")
    await expect(page.locator("#toasts")).to_contain_text("Version 2 is in force.")
    await expect(page.locator("#shown")).to_contain_text("version 2, in force")
    await expect(page.locator("#passphrase")).to_have_value("")
    await expect(page.locator("#change")).to_be_hidden()
    assert len(plates.kept) == 2
    await page.get_by_role("button", name="Go back to version 1").click()
    await expect(text).to_have_value(ADA)
    await expect(page.locator("#diff .add")).to_contain_text("+- curious")
    await page.get_by_role("button", name="Discard my changes").click()
    await expect(text).to_have_value(plates.kept[1])


async def test_a_plate_comes_from_a_file(house: House) -> None:
    page = await visit(house, "/plate")
    await page.locator("#file").set_input_files({"name": "p.md", "mimeType": "text/markdown", "buffer": ADA.encode()})
    await expect(page.locator("#left")).to_contain_text("Taken from p.md.")
    await expect(page.locator("#text")).to_have_value(ADA)
    await page.get_by_role("button", name="Sign and keep it").click()
    await expect(page.locator("#history")).to_contain_text("Version 1")
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Markdown").click()
    assert (await waiting.value).suggested_filename == "plate-1.md"
    await page.locator("#file").set_input_files({"name": "p.png", "mimeType": "image/png", "buffer": b"\x89PNG"})
    await expect(page.locator("#notice")).to_be_visible()


async def test_another_version_does_not_take_what_is_being_written(house: House) -> None:
    house.node.plates.kept = [ADA]
    page = await visit(house, "/plate")
    await listening(page)
    await page.locator("#text").fill("# Mine\n")
    await expect(page.locator("#diff")).to_contain_text("+# Mine")
    await house.node.plates.keep("# Theirs\n", None, None)
    await expect(page.locator("#toasts")).to_contain_text("your changes are still here")
    await expect(page.locator("#text")).to_have_value("# Mine\n")
    await expect(page.locator("#diff")).to_contain_text("-# Theirs")


async def test_the_model_is_asked(house: House) -> None:
    house.node.plates.kept = [ADA]
    page = await visit(house, "/plate")
    await press_until(page, "#validate")
    await page.keyboard.press("Enter")
    await expect(page.locator("#validation")).to_contain_text("It passes")
    await expect(page.locator("#validation blockquote")).to_have_text("I am Ada.")


async def test_no_script_gets_in_and_it_is_readable_without_scripts(house: House) -> None:
    house.node.plates.kept = ["# Ada\n", f"# {EVIL}\n\n## Identity\n\nName: {EVIL}\n\n</textarea>{EVIL}\n"]
    house.node.plates.validation = validated(passed=False, answer=EVIL, reason=EVIL)
    for width, scheme in ((375, "dark"), (1280, "light")):
        page = await visit(house, "/plate", viewport={"width": width, "height": 800}, color_scheme=scheme)
        await page.locator("#text").press("Control+End")
        await page.keyboard.type(EVIL)
        await expect(page.locator("#diff .add").first).to_contain_text("<img src=x")
        await nothing_got_in(page)
    assert "version 2, in force" in await without_scripts(house, "/plate")


@pytest.mark.tool("npm", package="npm")
async def test_nothing_serious_is_found_by_axe(house: House, axe: Judge) -> None:
    house.node.plates.kept = [ADA, f"{ADA}\n## Traits\n\n- wise\n"]
    house.node.plates.owner_key = "passphrase"
    house.node.plates.validation = validated()
    for width, scheme in ((375, "dark"), (1280, "light")):
        page = await visit(house, "/plate?version=1", viewport={"width": width, "height": 800}, color_scheme=scheme)
        await page.locator("#text").press("a")
        await expect(page.locator("#change")).to_be_visible()
        await axe(page)


async def test_what_turns_the_direction_of_writing_turns_nothing_beside_it(house: House) -> None:
    """A right-to-left override in a title or a model's name made the date or button beside it read backwards."""
    page = await visit(house, "/plate")
    script = """() => {
        const row = document.createElement("p");
        row.innerHTML = "<a>x</a> <span>one two</span>";
        row.querySelector("a").textContent = "\\u202eevil";
        document.querySelector("main").append(row);
        const text = row.querySelector("span").firstChild;
        const at = (from) => { const range = document.createRange(); range.setStart(text, from);
            range.setEnd(text, from + 1); return range.getBoundingClientRect().left; };
        return [at(0), at(6)];
    }"""
    first, last = await page.evaluate(script)
    assert first < last
