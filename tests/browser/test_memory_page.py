"""Can the owner see what is remembered, pin it, switch it off, have it forgotten and take that back?"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ccnode.api.memorypage import left
from ccnode.store.memory import Memory
from tests.api import fake_memory
from tests.browser.visiting import (
    EVIL,
    SCREENS,
    leading,
    listening,
    nothing_got_in,
    press_until,
    visit,
    without_scripts,
)

if TYPE_CHECKING:
    from ccnode.store.views import Message
    from tests.browser.conftest import House, Judge

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

FACTS = ("Ines is allergic to walnuts.", "The key is under the mat.", "I live in Lisbon.")


async def told(house: House, *facts: str) -> list[Message]:
    session = await house.node.start_session("Home", None)
    return [house.node.add(session.id, "user", fact) for fact in facts or FACTS]


async def test_what_is_remembered_leads_to_where_it_was_said(house: House) -> None:
    _, key, _ = await told(house)
    page = await visit(house, "/memory")
    await expect(page.locator("#list .words")).to_have_text(list(reversed(FACTS)))
    link = page.locator(f"#list li:has(#pin-{key.digest.hex()}) a")
    await expect(link).to_have_text("Home")
    await link.click()
    await expect(page.locator(f"#m-{key.digest.hex()}")).to_contain_text(FACTS[1])


async def test_search_and_marks_by_keyboard(house: House) -> None:
    await told(house)
    page = await visit(house, "/memory")
    await press_until(page, "input[name=q]")
    await page.keyboard.type("walnuts")
    async with leading(page):
        await page.keyboard.press("Enter")
    await expect(page.locator("#list .words")).to_have_text([FACTS[0]])
    await press_until(page, "[id^=pin-]")
    await page.keyboard.press("Enter")
    await expect(page.locator("#list .tag.good")).to_have_text("pinned")
    await expect(page.locator("#toasts")).to_contain_text("Pinned")
    await page.goto(f"{house.url}/memory?mark=pinned")
    await expect(page.locator("#list .words")).to_have_text([FACTS[0]])
    await press_until(page, "[id^=unpin-]")
    await page.keyboard.press("Enter")
    await expect(page.locator("#list")).to_contain_text("Nothing was found.")
    await expect(page.locator("#list")).to_be_focused()
    await page.goto(f"{house.url}/memory")
    await page.get_by_role("button", name="Switch off").first.click()
    await expect(page.locator("#list li.off .words")).to_have_text([FACTS[2]])
    await page.get_by_role("button", name="Switch on").click()
    await expect(page.locator("#list li.off")).to_have_count(0)


async def test_a_memory_is_put_in_other_words_by_keyboard(house: House) -> None:
    _, key, _ = await told(house)
    page = await visit(house, "/memory")
    await press_until(page, f"#edit-{key.digest.hex()}")
    await page.keyboard.press("Enter")
    area = page.locator("dialog textarea")
    await expect(area).to_be_focused()
    await expect(area).to_have_value(FACTS[1])
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    assert not house.node.memory.notes
    await page.click(f"#edit-{key.digest.hex()}")
    await expect(area).to_be_focused()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("The key is with the neighbour.")
    await page.get_by_role("button", name="Remember", exact=True).click()
    item = page.locator(f"#list li:has(#pin-{key.digest.hex()})")
    await expect(item.locator(".words")).to_have_text("The key is with the neighbour.")
    await expect(item).to_contain_text(f"What was said: “{FACTS[1]}”")
    await page.click(f"#edit-{key.digest.hex()}")
    await expect(area).to_have_value("The key is with the neighbour.")


async def test_a_button_pressed_twice_asks_once(house: House) -> None:
    """Space presses a button; whoever types before the dialog is there would open another with each word."""
    _, key, _ = await told(house)
    page = await visit(house, "/memory")
    dialogs = page.locator("dialog")
    twice = "button => { button.click(); button.click(); }"
    await page.locator(f"#edit-{key.digest.hex()}").evaluate(twice)
    await expect(page.locator("dialog textarea")).to_be_focused()
    await page.locator(f"#edit-{key.digest.hex()}").evaluate("button => button.click()")
    await page.wait_for_load_state("networkidle")
    await expect(dialogs).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(dialogs).to_have_count(0)
    session = (await house.node.start_session("Talk", None)).id
    await page.goto(f"{house.url}/sessions/{session}")
    for name in ("Rename", "End", "Forget"):
        await page.get_by_role("button", name=name).evaluate(twice)
        await expect(dialogs).to_have_count(1)
        await page.keyboard.press("Escape")
        await expect(dialogs).to_have_count(0)


async def test_forgetting_can_be_taken_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake_memory, "DUE_MS", int(time.time() * 1000) + 5 * 3_600_000 + 30_000)
    await told(house)
    page = await visit(house, "/memory")
    await press_until(page, "[id^=forget-]")
    await page.keyboard.press("Enter")
    await expect(page.locator("#forgetting .words")).to_have_text([FACTS[2]])
    await expect(page.locator("#forgetting")).to_contain_text("5 h 0 min left")
    await expect(page.locator("#list .words")).to_have_text([FACTS[1], FACTS[0]])
    await page.locator("#toasts").get_by_role("button", name="Undo").click()
    await expect(page.locator("#forgetting")).to_be_empty()
    await expect(page.locator("#list .words")).to_have_count(3)
    await page.locator("[id^=forget-]").first.click()
    await page.locator("[id^=keep-]").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#forgetting .words")).to_have_count(0)
    await expect(page.locator("#list .words")).to_have_count(3)


async def test_a_title_that_stays_is_named_with_its_conversation(house: House) -> None:
    session = await house.node.start_session("Walnuts", None)
    house.node.add(session.id, "user", FACTS[0])
    page = await visit(house, "/memory")
    await page.locator("[id^=forget-]").click()
    await expect(page.locator("#forgetting")).to_contain_text("The title “Walnuts” says the same, and stays.")
    await expect(page.locator("#forgetting").get_by_role("link", name="its conversation")).to_have_attribute(
        "href", f"/sessions/{session.id}"
    )


async def test_it_is_live(house: House) -> None:
    await told(house)
    page = await visit(house, "/memory")
    await listening(page)
    await told(house, "The boat is called Petrel.")
    house.node.changed("memory")
    await expect(page.locator("#list .words").first).to_have_text("The boat is called Petrel.")


async def test_there_are_pages(house: House) -> None:
    await told(house, *(f"Fact number {number}." for number in range(60)))
    page = await visit(house, "/memory")
    await expect(page.locator("#list .words")).to_have_count(50)
    await page.get_by_role("link", name="Older").click()
    await expect(page.locator("#list .words")).to_have_count(10)
    await page.get_by_role("link", name="Newest").click()
    await expect(page.locator("#list .words").first).to_have_text("Fact number 59.")


async def test_nothing_is_remembered_yet(house: House) -> None:
    page = await visit(house, "/memory")
    await expect(page.locator("#list")).to_contain_text("Nothing is remembered yet.")


async def test_it_is_readable_without_scripts(house: House) -> None:
    await told(house)
    assert FACTS[0] in await without_scripts(house, "/memory?q=walnuts")


async def test_a_stranger_sees_nothing(house: House) -> None:
    await told(house)
    page = await house.page(f"{house.url}/memory")
    await expect(page.locator("body")).to_contain_text("ccnode open")
    await expect(page.locator("body")).not_to_contain_text("Ines")


async def test_how_long_something_can_be_kept(house: House) -> None:
    [message] = await told(house, FACTS[0])
    for ms, words in ((0, "erased in a moment"), (61_000, "1 min left"), (86_399_000, "23 h 59 min left")):
        assert left(Memory(message, "", ms), 0) == words
    assert left(Memory(message, "", None), 5) == "erased in a moment"


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
async def test_no_script_gets_in_and_nothing_sticks_out(house: House, width: int, scheme: str) -> None:
    session = await house.node.start_session(EVIL, None)
    for mark in ("none", "pinned", "disabled"):
        house.node.paths[session.id].append(replace(house.node.add(session.id, "user", EVIL), mark=mark))
        del house.node.paths[session.id][-2]
    forgotten = house.node.add(session.id, "user", EVIL + "x" * 3_000)
    await house.node.memory.forget(forgotten.digest.hex())
    query = f"?q={EVIL.replace('&', '%26').replace('#', '%23')}"
    for path in ("/memory", "/memory?mark=pinned", f"/memory{query}"):
        page = await visit(house, path, viewport={"width": width, "height": 800}, color_scheme=scheme)
        await nothing_got_in(page)


@pytest.mark.tool("npm", package="npm")
@pytest.mark.parametrize(("width", "scheme"), SCREENS)
async def test_nothing_serious_is_found_by_axe(house: House, axe: Judge, width: int, scheme: str) -> None:
    first, second, third, fourth = await told(house, *FACTS, "Delete this.")
    await house.node.memory.mark(first.digest.hex(), "pinned")
    await house.node.memory.mark(second.digest.hex(), "disabled")
    await house.node.memory.forget(fourth.digest.hex())
    page = await visit(house, "/memory", viewport={"width": width, "height": 800}, color_scheme=scheme)
    await axe(page)
    await page.click(f"#pin-{third.digest.hex()}")
    await expect(page.locator(".toast")).to_be_visible()
    await axe(page)
