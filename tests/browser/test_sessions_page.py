"""Can the owner find, order, rename, end, forget and look back at conversations, by keyboard, on any screen?"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ccnode.mind.branches import Characters
from ccnode.mind.charvec import NAMES, Vector
from ccnode.store.errors import Conflict
from ccnode.store.views import Session
from tests.browser.visiting import (
    EVIL,
    SCREENS,
    fits,
    leading,
    listening,
    nothing_got_in,
    press_until,
    visit,
    without_scripts,
)

if TYPE_CHECKING:
    from ccnode.store.views import Message
    from tests.api.fake_node import FakeNode
    from tests.browser.conftest import House, Judge

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def talk(node: FakeNode, title: str, *texts: str) -> tuple[str, list[Message]]:
    session_id = (await node.start_session(title, None)).id
    said = [node.add(session_id, "assistant" if number % 2 else "user", text) for number, text in enumerate(texts)]
    return session_id, said


async def branched(node: FakeNode) -> tuple[str, str, list[Message]]:
    """A conversation, a branch from its first reply, and the messages of the first."""
    trunk, said = await talk(node, "Garden", "How do I grow tomatoes?", "In boxes.", "And basil?", "Beside them.")
    limb = (await node.start_session("And parsley?", said[1].digest.hex())).id
    node.add(limb, "user", "And parsley?")
    node.add(limb, "assistant", "Parsley is patient.")
    return trunk, limb, said


async def test_the_list_says_what_there_is(house: House) -> None:
    node = house.node
    ended, _ = await talk(node, "Ended", "hello", "hi")
    await node.end(ended)
    brought, _ = await talk(node, "Brought", "hello", "hi")
    node.brought[node.kept[brought].session] = "chatgpt"
    await talk(node, "Open", "hello")
    gone, _ = await talk(node, "Gone", "hello")
    await node.forget(gone)
    page = await visit(house, "/sessions")
    rows = page.locator("#list li")
    await expect(rows).to_have_count(3)
    await expect(rows.nth(0)).to_contain_text("no answer yet")
    await expect(rows.nth(1)).to_contain_text("from ChatGPT")
    await expect(rows.filter(has_text="Ended")).to_contain_text("ended")
    for only, titles in (("open", ["Open", "Brought"]), ("ended", ["Ended"]), ("imported", ["Brought"])):
        await page.goto(f"{house.url}/sessions?only={only}")
        await expect(page.locator("#list .name")).to_have_text(titles)
    await page.goto(f"{house.url}/sessions?only=forgetting")
    await page.get_by_role("button", name="Keep Gone").click()
    await expect(page.locator("#toasts")).to_contain_text("It is kept.")
    await expect(page.locator("#list .name")).to_have_count(0)


async def test_days_are_those_of_the_reader(house: House) -> None:
    """What was said at 23:30 UTC on March 1 was said on March 2 in Tokyo."""
    session_id, _ = await talk(house.node, "Late", "hello")
    half_past_eleven = (1_772_407_800_000) << 16
    house.node.kept[session_id] = replace(house.node.kept[session_id], last=half_past_eleven)
    page = await visit(house, "/sessions", timezone_id="Asia/Tokyo")
    for day, count in (("2026-03-02", 1), ("2026-03-01", 0)):
        await page.click("summary:has-text('Filters')") if day == "2026-03-02" else None
        await page.fill("[name=since]", day)
        await page.fill("[name=until]", day)
        async with leading(page):
            await page.get_by_role("button", name="Filter").click()
        await expect(page.locator("#list .name")).to_have_count(count)
        await expect(page.locator("[name=since]")).to_have_value(day)
        await expect(page.locator("[name=since]")).to_be_visible()


async def test_twenty_thousand_conversations_have_pages(house: House) -> None:
    start = 1_772_446_272_345 << 16
    for number in range(20_000):
        made = Session(uuid.UUID(int=number).bytes, f"Talk {number}", start, start + number, 1, None, None, None, False)
        house.node.kept[made.id], house.node.paths[made.id] = made, []
    page = await visit(house, "/sessions")
    await expect(page.locator("#list .name")).to_have_count(50)
    await expect(page.locator("#list .name").first).to_have_text("Talk 19999")
    await press_until(page, "[rel=next]", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#list .name").first).to_have_text("Talk 19949")
    await page.goto(f"{house.url}/sessions?page=400")
    await expect(page.locator("#list .name").last).to_have_text("Talk 0")
    await expect(page.locator("[rel=next]")).to_have_count(0)
    await page.click("[rel=prev]")
    await expect(page.locator("#list .name").last).to_have_text("Talk 50")
    await page.goto(f"{house.url}/sessions?page=401")
    await expect(page.locator("#list")).to_contain_text("There is no conversation like that.")


async def test_a_search_shows_where_and_why_and_leads_there(house: House) -> None:
    _, said = await talk(house.node, "Keys", "The key is under the mat", "I will remember the key.")
    page = await visit(house, "/sessions")
    await press_until(page, "[name=q]")
    await page.keyboard.type("key")
    await page.keyboard.press("Enter")
    await expect(page.locator("#hits li")).to_have_count(2)
    await expect(page.locator("#hits mark").first).to_have_text("key")
    await expect(page.locator("#hits .why").first).to_contain_text("key 100 %")
    await page.click("summary:has-text('Filters')")
    await page.get_by_label("Said by").select_option("assistant")
    await page.get_by_role("button", name="Search", exact=True).click()
    await expect(page.locator("#hits li")).to_have_count(1)
    await press_until(page, "#hits a")
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#m-{said[1].digest.hex()}")).to_be_focused()
    await page.goto(f"{house.url}/sessions?q=nothing+like+it")
    await expect(page.locator("#main")).to_contain_text("Nothing that was said fits.")
    await expect(page.locator("#main")).not_to_contain_text("cannot be found yet")
    house.node.behind = 5_000
    await page.reload()
    await expect(page.locator("#main .notice.warn")).to_contain_text("5,000 messages cannot be found yet")


async def test_a_search_within_one_conversation(house: House) -> None:
    session_id, _ = await talk(house.node, "Keys", "The key is here")
    page = await visit(house, f"/sessions?q=key&session={session_id}")
    await expect(page.locator("#main")).to_contain_text("Only in Keys")
    assert ("search", "key", 20, session_id, None, None, None) in house.node.calls


async def test_what_changes_shows_without_asking(house: House) -> None:
    page = await visit(house, "/sessions")
    await listening(page)
    await talk(house.node, "Just begun", "hello")
    await expect(page.locator("#list .name")).to_have_text("Just begun")


async def test_the_line_mends_itself(house: House) -> None:
    page = await visit(house, "/sessions")
    await listening(page)
    await house.stop()
    await expect(page.locator("#link-state")).to_contain_text("Trying again")
    await house.start()
    await expect(page.locator("#link-state")).to_have_text("")
    await talk(house.node, "Afterwards", "hello")
    await expect(page.locator("#list .name")).to_have_text("Afterwards")


async def test_problems_of_the_node_are_shown_as_they_come_and_go(house: House) -> None:
    page = await visit(house, "/sessions")
    await listening(page)
    house.node.problems.append({"code": "disk", "message": EVIL})
    await expect(page.locator("#problems .notice")).to_contain_text("onerror")
    house.node.problems.clear()
    await expect(page.locator("#problems .notice")).to_have_count(0)


async def test_rename_end_and_forget_by_keyboard(house: House) -> None:
    session_id, _ = await talk(house.node, "Old name", "hello", "hi")
    page = await visit(house, f"/sessions/{session_id}")
    await press_until(page, "[data-rename]")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog [name=title]")).to_be_focused()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("New name")
    await page.keyboard.press("Enter")
    await expect(page.locator("#title")).to_have_text("New name")
    await press_until(page, "[data-done='It was ended.']")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog")).to_contain_text("Nothing in it is lost")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    assert house.node.kept[session_id].ended is None
    await page.get_by_role("button", name="End").click()
    await page.get_by_role("button", name="End it").click()
    await expect(page.locator("#about")).to_contain_text("Ended")
    await page.get_by_role("button", name="Forget").click()
    await page.get_by_role("button", name="Forget it").click()
    await expect(page.locator("#about")).to_contain_text("Its words are erased at")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#about")).not_to_contain_text("erased")
    assert house.node.kept[session_id].due_ms is None


async def test_what_is_refused_is_said(house: House) -> None:
    session_id, _ = await talk(house.node, "Stays", "hello")
    house.node.refuse["end"] = Conflict("it cannot be ended", remedy="wait a little")
    page = await visit(house, f"/sessions/{session_id}")
    await page.get_by_role("button", name="End").click()
    await page.get_by_role("button", name="End it").click()
    await expect(page.locator("#notice")).to_contain_text("It cannot be ended.")
    await expect(page.locator("#notice")).to_contain_text("Wait a little.")


async def test_the_branches_are_walked_by_keyboard_and_open_there(house: House) -> None:
    trunk, limb, said = await branched(house.node)
    page = await visit(house, f"/sessions/{trunk}")
    rows = page.locator("#tree li")
    await expect(rows).to_have_count(6)
    await expect(page.locator("#tree li.here")).to_have_count(4)
    await expect(page.locator("#tree li.starts.l1")).to_contain_text("And parsley?")
    await press_until(page, "#tree a")
    for _ in range(2):
        await page.keyboard.press("ArrowDown")
    await expect(page.locator("#tree .starts a")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#title")).to_have_text("And parsley?")
    assert limb in page.url
    await expect(page.locator(".message.pointed .text")).to_have_text("And parsley?")
    await page.goto(f"{house.url}/sessions/{limb}")
    await expect(page.locator("#tree li.here")).to_have_count(4)
    await expect(page.locator("#about")).to_contain_text("Branches from")
    assert said[2].digest.hex() in (await page.locator("#tree li.l1 a").first.get_attribute("href") or "")


def vector(*, shift: int = 0) -> Vector:
    values = tuple(500_000 + 20_000 * at + (shift if at % 3 == 0 else 0) for at in range(len(NAMES)))
    return Vector(values, 1_500, values)


async def test_branches_are_compared_and_merged_by_keyboard(house: House) -> None:
    trunk, limb, said = await branched(house.node)
    page = await visit(house, f"/sessions/{trunk}")
    await expect(page.locator("#branches")).to_contain_text("2 messages of its own")
    await press_until(page, "#branches [aria-label='Compare with And parsley?']")
    await page.keyboard.press("Enter")
    compared = page.locator("#compared")
    await expect(compared).to_contain_text("Compared with And parsley?")
    await expect(compared).to_contain_text("Both begin with 2 messages; after them this branch has 2 of its own")
    await expect(compared).to_contain_text("not enough text yet (have 3, need 1,000 words)")
    house.node.characters = Characters(vector(), vector(shift=90_000), 51_000, 830_000)
    await page.reload()
    await expect(compared).to_contain_text("measured over 1,500 words")
    await expect(compared).to_contain_text("They are 0.051 apart")
    await page.locator("#scores .hit").nth(3).hover()
    await expect(page.locator("#scores .told")).to_contain_text("0.650")
    await page.locator("#scores summary").click()
    await expect(page.locator("#scores tbody tr")).to_have_count(len(NAMES))
    await press_until(page, "[data-merge]", "Shift+Tab")
    await page.keyboard.press("Enter")
    dialog = page.locator("dialog")
    await expect(dialog).to_contain_text("Merge “And parsley?” into this one?")
    await expect(dialog).to_contain_text("Every branch stays as it is.")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    assert not [call for call in house.node.calls if call[0] == "merge"]
    await press_until(page, "[data-merge]")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog [name=content]")).to_be_focused()
    await page.keyboard.type("Which herb is easier?")
    house.node.hold = asyncio.Event()  # the model takes its time: nobody waits for it before the page is left
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/chat/{trunk}")
    await expect(page.locator(".message.assistant.live")).to_be_visible()
    house.node.hold.set()
    await expect(page.locator(".message.assistant:not(.live) .text").last).to_have_text(
        "You said: Which herb is easier?"
    )
    assert ("merge", trunk, [limb], "Which herb is easier?") in house.node.calls
    assert said[3].digest in [message.digest for message in house.node.paths[trunk]]


async def test_several_branches_are_merged_at_once(house: House) -> None:
    trunk, limb, said = await branched(house.node)
    others = []
    for title in ("And mint?", "And dill?"):
        others.append((await house.node.start_session(title, said[1].digest.hex())).id)
        house.node.add(others[-1], "user", title)
    page = await visit(house, f"/sessions/{trunk}")
    await page.get_by_label("Merge And parsley? into this one").click()
    dialog = page.locator("dialog")
    await expect(dialog.get_by_role("checkbox")).to_have_count(2)
    await dialog.get_by_label("“And dill?”").check()
    await dialog.get_by_role("button", name="Merge").click()
    await page.wait_for_url(f"**/chat/{trunk}")
    merges = [call for call in house.node.calls if call[0] == "merge"]
    assert merges == [("merge", trunk, [limb, others[1]], None)]


async def test_a_merge_that_is_refused_is_said(house: House) -> None:
    trunk, limb, _ = await branched(house.node)
    page = await visit(house, f"/sessions/{trunk}")
    house.node.refuse["merge"] = Conflict("branch x has nothing of its own to bring in", remedy="compare them")
    await page.click("[data-merge]")
    await page.get_by_role("button", name="Merge", exact=True).last.click()
    await expect(page.locator("#notice")).to_contain_text("Branch x has nothing of its own to bring in.")
    # A branch that ends within this one has nothing to bring in, and an ended one takes nothing.
    await house.node.start_session("Nothing said", house.node.paths[trunk][1].digest.hex())
    await page.goto(f"{house.url}/sessions/{limb}")
    await expect(page.locator("#branches")).to_contain_text("ends in this one, at message 2")
    await expect(page.locator("[data-merge]")).to_have_count(1)
    await house.node.end(limb)
    await page.reload()
    await expect(page.locator("[data-merge]")).to_have_count(0)


async def test_a_long_conversation_is_folded(house: House) -> None:
    session_id, _ = await talk(house.node, "Long", *(f"number {number}" for number in range(3000)))
    page = await visit(house, f"/sessions/{session_id}")
    await expect(page.locator("#tree li")).to_have_count(7)
    await expect(page.locator("#tree .fold")).to_have_text("2,994 more messages")


async def test_the_past_is_reached_by_slider_and_by_time(house: House) -> None:
    session_id, said = await talk(house.node, "Past", "one", "two", "three", "four")
    page = await visit(house, f"/sessions/{session_id}", timezone_id="America/New_York")
    slider = page.get_by_label("From its first message to its last")
    await slider.focus()
    await page.keyboard.press("Home")
    await expect(page.get_by_label("Moment")).to_have_value("2026-03-02T05:11:15")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator(".message")).to_have_count(1)
    await expect(page.locator("#composer")).to_contain_text("as it stood at")
    await expect(page.locator("#entry")).to_have_count(0)
    await page.get_by_role("link", name="Back to now").click()
    await expect(page.locator(".message")).to_have_count(4)
    await page.goto(f"{house.url}/sessions/{session_id}")
    await page.get_by_label("Moment").fill("2026-03-02T05:11:17")
    async with leading(page):
        await page.get_by_role("button", name="Show").click()
    await expect(page.locator(".message")).to_have_count(3)
    await page.get_by_role("button", name="Continue from here").click()
    await expect(page.locator("#entry")).to_be_focused()
    assert ("start_session", None, said[2].digest.hex()) in house.node.calls
    await expect(page.locator(".message")).to_have_count(3)


async def test_it_can_be_taken_along(house: House) -> None:
    session_id, _ = await talk(house.node, "Mine", "hello")
    page = await visit(house, f"/sessions/{session_id}")
    for name, kind in (("Markdown", "md"), ("JSON", "json"), ("Signed bundle", "bundle")):
        link = page.get_by_role("link", name=name)
        assert await link.get_attribute("href") == f"/api/v1/export?session={session_id}&format={kind}"
        assert await link.get_attribute("download") is not None


async def test_an_address_that_leads_nowhere(house: House) -> None:
    page = await house.page()
    for path in (f"/sessions/{uuid.UUID(int=0)}", f"/chat/{uuid.UUID(int=0)}", "/sessions?page=x", "/chat/%3Cb%3E"):
        await page.goto(house.url + path)
        await expect(page.locator("#main h1")).to_have_text("That did not work")
        await expect(page.locator("#side")).to_be_visible()


async def test_markup_is_text_in_every_field(house: House) -> None:
    node = house.node
    session_id = (await node.start_session(EVIL, None)).id
    first = node.add(session_id, "user", EVIL, origin=EVIL[:32])
    node.add(session_id, "assistant", EVIL, model=EVIL, origin=EVIL[:32], sources=(first.digest,))
    node.brought[node.kept[session_id].session] = EVIL
    limb = (await node.start_session(EVIL, first.digest.hex())).id
    node.add(limb, "user", EVIL)
    node.name = EVIL
    node.problems.append({"code": "x", "message": EVIL})
    page = await house.page()
    for path in ("/sessions", "/sessions?q=onerror", f"/sessions/{session_id}", f"/sessions/{limb}", f"/chat/{limb}",
                 f"/sessions/{session_id}?with={limb}"):  # fmt: skip
        await page.goto(house.url + path)
        await nothing_got_in(page)
    node.refuse["end"] = Conflict(EVIL, remedy=EVIL)
    await page.goto(f"{house.url}/sessions/{session_id}")
    await page.get_by_role("button", name="End").click()
    await page.get_by_role("button", name="End it").click()
    await expect(page.locator("#notice")).to_contain_text("onerror")
    node.refuse["window"] = Conflict(EVIL, remedy=EVIL)
    await page.goto(f"{house.url}/chat/{session_id}")
    await nothing_got_in(page)


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
async def test_the_pages_fit_and_do_without_hover(house: House, width: int, scheme: str) -> None:
    node = house.node
    session_id = (await node.start_session("w" * 200, None)).id
    for number in range(12):
        node.add(session_id, "user" if number % 2 == 0 else "assistant", "m" * 300)
    limb = session_id
    for depth in range(10):
        last = node.paths[limb][-2]
        limb = (await node.start_session(f"Branch {depth}", last.digest.hex())).id
        node.add(limb, "user", f"depth {depth}")
        node.add(limb, "assistant", "yes")
    page = await house.page(color_scheme=scheme, viewport={"width": width, "height": 740})
    node.characters = Characters(vector(), vector(shift=90_000), 51_000, 830_000)
    compared = f"/sessions/{session_id}?with={limb}"
    for path in ("/sessions", "/sessions?q=mmm&role=user", f"/sessions/{session_id}", compared, f"/chat/{limb}"):
        await page.goto(house.url + path)
        await page.wait_for_selector("[data-ready]")
        assert await fits(page), path


async def test_it_reads_without_scripts(house: House) -> None:
    trunk, _, _ = await branched(house.node)
    assert "Garden" in await without_scripts(house, "/sessions")
    assert "Parsley is patient." in await without_scripts(house, f"/sessions/{trunk}")
    assert "Beside them." in await without_scripts(house, f"/chat/{trunk}")
    assert "How do I grow" in await without_scripts(house, "/sessions?q=grow")


@pytest.mark.tool("npm", package="npm")
@pytest.mark.parametrize(("width", "scheme"), SCREENS)
async def test_axe_finds_nothing_serious(house: House, axe: Judge, width: int, scheme: str) -> None:
    trunk, limb, said = await branched(house.node)
    house.node.brought[house.node.kept[trunk].session] = "claude"
    code = "# Plan\n\n```python\nprint(1)\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n[link](https://example.org) `x`"
    house.node.add(trunk, "assistant", code, sources=(said[0].digest,), origin="chatgpt", state="interrupted")
    house.node.add(trunk, "tool", "a result")
    house.node.add(trunk, "user", "no answer to this")
    page = await house.page(color_scheme=scheme, viewport={"width": width, "height": 740}, reduced_motion="reduce")
    paths = ("/", f"/chat/{trunk}", f"/chat/{limb}", f"/chat/{trunk}?at=2026-03-02T10:11:16Z")
    house.node.characters = Characters(vector(), vector(shift=90_000), 51_000, 830_000)
    compared = f"/sessions/{trunk}?with={limb}"
    for path in (*paths, "/sessions", "/sessions?q=grow", f"/sessions/{trunk}", compared, "/chat/abcd"):
        await page.goto(house.url + path)
        await page.wait_for_selector("[data-ready]")
        await axe(page)
    await page.goto(f"{house.url}/sessions/{trunk}")
    await page.get_by_role("button", name="Forget").click()
    await axe(page)
    if width < 700:
        await page.goto(house.url)
        await page.click("#open-side")
        await axe(page)
    stranger = await house.page(house.url, color_scheme=scheme)
    await axe(stranger)
