"""Can a file be brought in by keyboard or by dropping it, watched and stopped? Can everything be taken out?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ccnode.store.cards import KeptCard
from ccnode_protocol import hlc
from tests.browser.visiting import EVIL, SCREENS, listening, nothing_got_in, press_until, visit, without_scripts

if TYPE_CHECKING:
    from playwright.async_api import FilePayload

    from tests.browser.conftest import House, Judge

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

TIME = hlc.from_ms(1_772_446_272_345)
DROP = """
(names) => {
  const data = new DataTransfer();
  for (const name of names) data.items.add(new File(["dropped " + name], name));
  for (const type of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}
"""


def file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


async def test_a_file_is_chosen_and_sent(house: House) -> None:
    page = await visit(house, "/transfer")
    await press_until(page, "#file")
    await page.set_input_files("#file", [file("claude.zip", b"x" * 300_000)])
    await expect(page.locator("#chosen")).to_have_text("claude.zip (300 kB)")
    await press_until(page, "select[name=format]")
    for _ in range(10):  # not by its letters: where they come slowly, each counts as a first one
        if await page.input_value("select[name=format]") == "claude":
            break
        await page.keyboard.press("ArrowDown")
    await press_until(page, "input[name=dry_run]")
    await page.keyboard.press("Space")
    await press_until(page, "#send")
    await page.keyboard.press("Enter")
    await expect(page.locator("#toasts")).to_contain_text("The node has it, and reads it now.")
    await expect(page.locator("#imports li")).to_contain_text("claude.zip")
    await expect(page.locator("#imports li")).to_contain_text("only a look")
    assert house.node.imports.files == {"claude.zip": b"x" * 300_000}
    assert house.node.imports.forms[0]["dry_run"] is True
    assert house.node.imports.forms[0]["format"] == "claude"
    await expect(page.locator("#chosen")).to_have_text("or drop it here")


async def test_files_are_dropped_anywhere(house: House) -> None:
    page = await visit(house, "/transfer")
    await page.evaluate(DROP, ["a.json", "b.json"])
    await expect(page.locator("#chosen")).to_have_text("a.json (1 kB), b.json (1 kB)")
    await expect(page.locator("#send")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#imports li")).to_have_count(2)
    assert house.node.imports.files == {"a.json": b"dropped a.json", "b.json": b"dropped b.json"}


async def test_a_file_that_is_nothing_is_refused_in_words(house: House) -> None:
    page = await visit(house, "/transfer")
    await page.set_input_files("#file", [file("x.bin", b"odd")])
    await page.click("#send")
    await expect(page.locator("#notice")).to_contain_text("It begins with 'odd'.")
    await expect(page.locator("#notice")).to_contain_text("ccnode import chatgpt PATH")
    await expect(page.locator("#send")).to_be_enabled()
    await expect(page.locator("#chosen")).to_contain_text("x.bin")


async def test_sending_can_be_stopped(house: House) -> None:
    page = await visit(house, "/transfer")
    await page.route("**/api/v1/imports/upload*", lambda _route: None)  # as a very slow line
    await page.set_input_files("#file", [file("big.zip", b"x" * 100)])
    await page.click("#send")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator("#toasts")).to_contain_text("Stopped.")
    await expect(page.locator("#sending")).to_be_hidden()
    assert house.node.imports.files == {}


async def test_an_import_is_watched_and_stopped(house: House) -> None:
    page = await visit(house, "/transfer")
    await listening(page)
    left = [{"where": "Trip to Rome", "why": "an image is not brought in", "count": 21, "unit": "attachment"}]
    tally = {"found": 30, "added": 20, "known": 8, "left": 2}
    form = house.node.imports.add("c.zip", "chatgpt", messages=tally, left=left, left_total=21)
    item = page.locator("#imports li").first
    await expect(item).to_contain_text("400 bytes of 1.0 kB")
    await expect(item).to_contain_text("30 messages: 20 new, 8 known, 2 left out.")
    await item.locator("summary").click()
    await expect(item).to_contain_text("an image is not brought in (21 times)")
    form["bytes_read"] = 900
    house.node.changed("imports")
    await expect(item).to_contain_text("900 bytes of 1.0 kB")
    await expect(item.locator("details")).to_have_attribute("open", "")
    await page.get_by_role("button", name="Stop c.zip").focus()
    await page.keyboard.press("Enter")
    await expect(item.locator(".tag.warn")).to_have_text("stopped")
    form |= {"state": "failed", "error": {"code": "x", "message": "the file ends early", "remedy": "download it again"}}
    house.node.changed("imports")
    await expect(item.locator(".notice")).to_have_text("The file ends early. Download it again.")


async def test_a_card_is_named(house: House) -> None:
    house.node.imports.add("ada.png", "card", state="done", card={"card": "ab", "name": "Ada", "added": True})
    page = await visit(house, "/transfer")
    await expect(page.locator("#imports li")).to_contain_text("Ada is new.")


async def test_what_can_be_taken_out(house: House) -> None:
    session = await house.node.start_session("Garden", None)
    house.node.cards_kept = [KeptCard(b"\xab" * 16, 1, TIME, "v3", "Ada", 4_000)]
    page = await visit(house, "/transfer")
    every = page.get_by_role("link", name="Everything, as a signed bundle")
    await expect(every).to_have_attribute("href", "/api/v1/export?format=bundle")
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Ada as JSON").click()
    assert (await waiting.value).suggested_filename == f"card-{'ab' * 8}.json"
    async with page.expect_request("**/api/v1/export?*") as asked:
        await page.get_by_label("One conversation").select_option("Garden")
        await page.get_by_role("button", name="Download").click()
    assert (await asked.value).url == f"{house.url}/api/v1/export?session={session.id}&format=md"


async def test_it_is_readable_without_scripts(house: House) -> None:
    house.node.imports.add("c.zip", "chatgpt")
    told = await without_scripts(house, "/transfer")
    assert "c.zip" in told
    assert "ccnode import auto PATH" in told


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
async def test_no_script_gets_in_and_nothing_sticks_out(house: House, width: int, scheme: str) -> None:
    node = house.node
    await node.start_session(EVIL, None)
    left = [{"where": EVIL, "why": EVIL, "count": 2, "unit": "message"}]
    error = {"code": "x", "message": EVIL, "remedy": EVIL}
    node.imports.add(EVIL, EVIL, left=left, left_total=2, state="failed", error=error)
    node.imports.add(EVIL, "claude", left=left, left_total=2)
    node.imports.add(EVIL, "card", state="done", card={"card": "ab", "name": EVIL, "added": True})
    node.cards_kept = [KeptCard(b"\xab" * 16, 1, TIME, "v3", EVIL, 4_000)]
    page = await visit(house, "/transfer", viewport={"width": width, "height": 800}, color_scheme=scheme)
    for item in await page.locator("#imports summary").all():
        await item.click()
    await page.evaluate(DROP, [EVIL.replace("/", " ")])
    await nothing_got_in(page)


@pytest.mark.tool("npm", package="npm")
@pytest.mark.parametrize(("width", "scheme"), SCREENS)
async def test_nothing_serious_is_found_by_axe(house: House, axe: Judge, width: int, scheme: str) -> None:
    await house.node.start_session("Garden", None)
    left = [{"where": "Trip to Rome", "why": "an image is not brought in", "count": 21, "unit": "attachment"}]
    error = {"code": "x", "message": "the file ends early", "remedy": "download it again"}
    house.node.imports.add("a.zip", "chatgpt", left=left, left_total=21)
    house.node.imports.add("b.zip", "claude", state="failed", error=error)
    house.node.imports.add("c.zip", "claude", state="done", dry_run=True)
    house.node.cards_kept = [KeptCard(b"\xab" * 16, 1, TIME, "v3", "Ada", 4_000)]
    page = await visit(house, "/transfer", viewport={"width": width, "height": 800}, color_scheme=scheme)
    await page.click("#imports summary")
    await axe(page)
