"""Can the owner verify, prove, back up, choose and stop from the pages audit and node, by keyboard, on any screen?"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from ccnode.store.errors import Conflict
from tests.api.fake_upkeep import chain, copy, setting
from tests.browser.visiting import EVIL, SCREENS, listening, nothing_got_in, press_until, visit, without_scripts

if TYPE_CHECKING:
    from tests.browser.conftest import House, Judge

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PROBLEM = {
    "chain": "1ab2cd3ef456/9f00aa11bb22/0",
    "seq": 17,
    "field": "content",
    "message": "the content is not the one that was signed",
    "remedy": "Put the newest backup back that verifies (ccnode backup restore).",
}


async def test_an_audit_is_followed_to_its_verdict(house: House) -> None:
    page = await visit(house, "/audit")
    verdict = page.locator("#verdict")
    await expect(verdict).to_contain_text("Not verified yet")
    await press_until(page, "#verify")
    await page.keyboard.press("Enter")
    await expect(verdict).to_contain_text("0 of 120 entries")
    house.node.upkeep.state["entries_done"] = 60
    house.node.upkeep.changed("audit")
    await expect(page.locator("#done")).to_have_text("60")
    assert await page.locator("#bar").evaluate("bar => bar.value / bar.max") == 0.5
    house.node.upkeep.found()
    await expect(verdict).to_contain_text("Nothing was altered, nothing is missing")
    await expect(verdict).to_contain_text("120 entries were verified")
    await expect(page.locator("#chains .tag.good")).to_have_count(2)


async def test_an_audit_is_stopped(house: House) -> None:
    page = await visit(house, "/audit")
    await page.get_by_role("button", name="Verify everything").click()
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator("#verdict")).to_contain_text("stopped before its end")


async def test_problems_are_named_with_what_to_do(house: House) -> None:
    house.node.upkeep.found([PROBLEM, *({**PROBLEM, "chain": None, "field": "messages"} for _ in range(30))])
    page = await visit(house, "/audit")
    verdict = page.locator("#verdict")
    await expect(verdict).to_contain_text("31 problems were found")
    await expect(verdict).to_contain_text("Position 17.")
    await expect(verdict).to_contain_text("And 25 more like these.")
    await expect(verdict).to_contain_text("Content, chain 1ab2cd3ef456/9f00aa11bb22/0")
    await expect(verdict).to_contain_text("ccnode backup restore")


async def test_a_message_is_found_and_its_proof_downloaded(house: House) -> None:
    session = await house.node.start_session("Garden", None)
    fact = house.node.add(session.id, "user", "The key is under the mat")
    page = await visit(house, "/audit")
    await press_until(page, "input[name=find]")
    await page.keyboard.type("under the mat")
    await page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Download the proof")
    await expect(link).to_have_count(1)
    async with page.expect_download() as waiting:
        await link.click()
    download = await waiting.value
    assert download.suggested_filename == f"proof-{fact.digest.hex()[:16]}.jsonl"
    assert json.loads(await asyncio.to_thread(Path(await download.path()).read_text)) == {"format": "ccnode/1"}
    await page.goto(f"{house.url}/audit?find={fact.digest.hex()}")
    await expect(link).to_have_count(1)


async def test_the_log_has_pages(house: House) -> None:
    page = await visit(house, "/audit")
    rows = page.locator("#log li")
    await expect(rows).to_have_count(25)
    await page.get_by_role("link", name="Older entries").click()
    await expect(rows.first).to_contain_text("94")
    await page.get_by_role("link", name="Newest").click()
    await expect(rows.first).to_contain_text("119")
    await page.get_by_label("Kind of entry").select_option("message")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator("#log")).not_to_contain_text("session-opened")
    await expect(page.get_by_label("Kind of entry")).to_have_value("message")


async def test_what_is_written_meanwhile_shows_in_the_log(house: House) -> None:
    page = await visit(house, "/audit")
    await expect(page.locator("#log li").first).to_contain_text("119")
    await listening(page)
    house.node.upkeep.entries = house.node.upkeep.entries[1:]
    house.node.changed("chains")
    await expect(page.locator("#log li").first).to_contain_text("118")


async def test_a_backup_is_made_and_verified(house: House) -> None:
    page = await visit(house, "/node")
    await expect(page.locator("#backups")).to_contain_text("There is no backup yet")
    house.node.upkeep.copies = [copy("ccnode-home-1.age")]
    await press_until(page, "#back-up")
    await page.keyboard.press("Enter")
    await expect(page.locator("#toasts")).to_contain_text("The backup is made.")
    await page.get_by_role("button", name="Verify ccnode-home-1.age").click()
    await expect(page.locator("#backups")).to_contain_text("verifying")
    verified = {"ok": True, "verified": "2026-03-02T10:11:12.345Z", "problems": 0, "verifying": False}
    house.node.upkeep.copies = [copy("ccnode-home-1.age", **verified)]
    house.node.upkeep.changed("backups")
    await expect(page.locator("#backups .tag.good")).to_have_text("verified")


async def test_the_model_is_chosen(house: House) -> None:
    page = await visit(house, "/node")
    await page.get_by_label("Where replies come from").select_option("anthropic")
    await page.get_by_role("button", name="Use it").click()
    await expect(page.locator("#notice")).to_contain_text("There is no key for anthropic.")
    await page.get_by_label("Where replies come from").select_option("embedded")
    await press_until(page, "#model-name")
    await page.keyboard.press("Enter")
    await expect(page.locator("#toasts")).to_contain_text("The next reply comes from there.")
    await expect(page.locator("#notice")).to_be_hidden()
    assert ("use_model", "embedded", None) in house.node.calls


async def test_a_setting_is_saved(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    page = await visit(house, "/node")
    field = page.get_by_label("backup.keep")
    await field.fill("7")
    await field.press("Enter")
    await expect(page.locator("#toasts")).to_contain_text("Saved.")
    assert house.node.upkeep.known_settings[2]["value"] == 7

    async def refused(key: str, value: str) -> dict[str, Any]:
        raise Conflict(f"{key}: {value} does not fit", remedy="see: ccnode config show")

    monkeypatch.setattr(house.node.upkeep, "change_setting", refused)
    await field.fill("-1")
    await field.press("Enter")
    await expect(page.locator("#notice")).to_contain_text("does not fit")


async def test_the_node_is_stopped_only_after_a_question(house: House) -> None:
    page = await visit(house, "/node")
    stop = page.get_by_role("button", name="Stop the node")
    await stop.click()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    assert house.node.stops == 0
    await stop.click()
    await page.get_by_role("button", name="Stop it").click()
    await expect(page.locator("#toasts")).to_contain_text("The node stops.")
    assert house.node.stops == 1


@pytest.mark.parametrize("path", ["/audit", "/node"])
async def test_a_stranger_sees_nothing(house: House, path: str) -> None:
    page = await house.page(house.url + path)
    await expect(page.locator("body")).to_contain_text("ccnode open")
    await expect(page.locator("body")).not_to_contain_text("Backups")
    await expect(page.locator("body")).not_to_contain_text("Chains")


async def test_the_pages_are_readable_without_scripts(house: House) -> None:
    house.node.upkeep.copies = [copy("ccnode-home-1.age")]
    house.node.upkeep.found()
    assert "Nothing was altered" in await without_scripts(house, "/audit")
    assert "ccnode-home-1.age" in await without_scripts(house, "/node")


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
@pytest.mark.parametrize("path", ["/audit?find=img", "/node"])
async def test_no_script_gets_in_and_nothing_sticks_out(house: House, path: str, width: int, scheme: str) -> None:
    node, upkeep = house.node, house.node.upkeep
    session = await node.start_session(EVIL, None)
    node.add(session.id, "user", EVIL)
    node.problems = [{"code": "x", "message": EVIL}]
    upkeep.copies = [copy(EVIL), copy("y", error={"code": "x", "message": EVIL, "remedy": EVIL})]
    upkeep.known_settings = [setting(EVIL, EVIL, description=EVIL, saved=EVIL), setting("s", EVIL, changeable=True)]
    upkeep.config_problems = [{"where": EVIL, "key": EVIL, "message": EVIL}]
    upkeep.state["chains"] = [chain(chain=EVIL, head=EVIL, audience=EVIL)]
    upkeep.found([{**PROBLEM, "chain": EVIL, "field": EVIL, "message": EVIL, "remedy": EVIL}])
    upkeep.state["error"] = {"message": EVIL, "remedy": EVIL}
    page = await visit(house, path, viewport={"width": width, "height": 800}, color_scheme=scheme)
    await nothing_got_in(page)


@pytest.mark.tool("npm", package="npm")
@pytest.mark.parametrize(("width", "scheme"), SCREENS[1:])
@pytest.mark.parametrize("state", ["running", "fine", "damaged"])
async def test_nothing_serious_is_found_by_axe(house: House, axe: Judge, state: str, width: int, scheme: str) -> None:
    node, upkeep = house.node, house.node.upkeep
    session = await node.start_session("Garden", None)
    node.add(session.id, "user", "The key is under the mat")
    made = {"created": "2026-03-01T08:00:00.000Z", "verified": "2026-03-02T10:11:12.345Z"}
    upkeep.copies = [copy("a.age", ok=True, **made), copy("b.age", ok=False, problems=3, **made)]
    upkeep.copies += [copy("c.age", verifying=True, done=1, total=3), copy("d.sqlite", encrypted=False)]
    if state == "running":
        upkeep.start_audit()
    else:
        upkeep.found([PROBLEM] if state == "damaged" else [])
    for path in ("/audit?find=key", "/node"):
        page = await visit(house, path, viewport={"width": width, "height": 800}, color_scheme=scheme)
        await axe(page)
