"""Can a person change what was asked, branch, and look at other versions? Is Markdown shown without danger?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ccnode.api.events import Failed, Waiting
from tests.browser.test_chat_page import say
from tests.browser.visiting import leading, press_until

if TYPE_CHECKING:
    from playwright.async_api import Page, WebSocketRoute

    from ccnode.store.views import Message
    from tests.browser.conftest import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HOSTILE = """\
[click](javascript:alert(1)) [data](data:text/html,<script>alert(1)</script>) [vb](vbscript:x) [rel](/api/v1/stop)
![picture](https://example.org/track.png) <a href="https://example.org" onclick="alert(1)">raw</a>
<svg onload=alert(1)> <iframe src=https://example.org></iframe> <style>*{display:none}</style>
[ref]: javascript:alert(1)
[x][ref] [good](https://example.org/a "t\\" onmouseover=alert(1)") <https://example.org/b> <me@example.org>

```"><img src=x onerror=alert(1)>
<script>alert(1)</script>
```

| <b>a</b> | b |
|:--|--:|
| `<i>` | 2 |
"""


async def talk(house: House, *texts: str) -> tuple[str, list[Message]]:
    session_id = (await house.node.start_session("Garden", None)).id
    said = [house.node.add(session_id, "assistant" if at % 2 else "user", text) for at, text in enumerate(texts)]
    return session_id, said


async def chat(house: House, session_id: str, more: str = "") -> Page:
    page = await house.page()
    await page.goto(f"{house.url}/chat/{session_id}{more}")
    await page.wait_for_selector("[data-ready]")
    return page


async def test_an_earlier_question_is_changed_in_a_branch(house: House) -> None:
    session_id, said = await talk(house, "one", "first reply", "two", "second reply")
    page = await chat(house, session_id)
    message = page.locator(f"#m-{said[2].digest.hex()}")
    await press_until(page, f"#m-{said[2].digest.hex()} [data-act=edit]", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(message.locator("textarea")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(message.locator("[data-act=edit]")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("two, but better")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.assistant:not(.live) .text").last).to_have_text("You said: two, but better")
    await expect(page.locator(".message .text").first).to_have_text("one")
    await expect(page.locator(".message")).to_have_count(4)
    assert session_id not in page.url
    turns = page.locator(".turns")
    await expect(turns).to_contain_text("2/2")
    await page.get_by_role("link", name="Previous version").click()
    await expect(page.locator(".message.pointed .text")).to_have_text("two")
    await expect(page.locator(".message .text").last).to_have_text("second reply")
    assert session_id in page.url
    await expect(turns).to_contain_text("1/2")
    await page.get_by_role("link", name="Next version").click()
    await expect(page.locator(".message.pointed .text")).to_have_text("two, but better")


async def test_the_first_question_changed_begins_a_conversation(house: House) -> None:
    session_id, said = await talk(house, "one", "first reply")
    page = await chat(house, session_id)
    await page.locator(f"#m-{said[0].digest.hex()} [data-act=edit]").click()
    await expect(page.locator(".edit")).to_contain_text("begins a conversation of its own")
    await page.locator(".edit textarea").fill("something else")
    await page.get_by_role("button", name="Say it in a branch").click()
    await expect(page.locator(".message.assistant:not(.live) .text")).to_have_text("You said: something else")
    await expect(page.locator(".turns")).to_have_count(0)


async def test_a_branch_from_a_reply(house: House) -> None:
    session_id, said = await talk(house, "one", "first reply", "two", "second reply")
    page = await chat(house, session_id)
    await page.locator(f"#m-{said[1].digest.hex()} [data-act=fork]").click()
    await expect(page.locator(".message")).to_have_count(2)
    await say(page, "elsewhere")
    await expect(page.locator(".message.assistant:not(.live) .text").last).to_have_text("You said: elsewhere")
    await expect(page.locator(".turns")).to_contain_text("2/2")


async def test_a_reply_is_written_anew_and_the_old_one_stays_reachable(house: House) -> None:
    session_id, _ = await talk(house, "one", "old reply")
    page = await chat(house, session_id)
    hold = house.node.hold = asyncio.Event()
    await page.get_by_role("button", name="Regenerate").click()
    await expect(page.locator(".live .text")).to_have_text("You said: one")
    await expect(page.get_by_text("old reply")).to_be_hidden()
    hold.set()
    await expect(page.locator(".message.assistant:not(.live) .text")).to_have_text("You said: one")
    await expect(page.locator(".turns")).to_contain_text("2/2")
    await page.get_by_role("link", name="Previous version").click()
    await expect(page.locator(".message.pointed .text")).to_have_text("old reply")
    await expect(page.locator("#composer")).to_contain_text("an earlier version")
    await page.get_by_role("button", name="Continue from here").click()
    await say(page, "and then?")
    await expect(page.locator(".message .text")).to_have_text(["one", "old reply", "and then?", "You said: and then?"])


async def test_what_is_pressed_before_the_line_is_open_is_done_then(house: House) -> None:
    session_id, _ = await talk(house, "one", "old reply", "two")
    page = await house.page()
    opened = asyncio.Event()

    async def late(line: WebSocketRoute) -> None:
        await opened.wait()
        line.connect_to_server()

    await page.route_web_socket("**/ws/live*", late)
    await page.goto(f"{house.url}/chat/{session_id}")
    await page.get_by_role("button", name="Answer now").click()
    await expect(page.locator(".waiting")).to_be_visible()
    opened.set()
    await expect(page.locator(".message.assistant:not(.live) .text").last).to_have_text("You said: two")
    opened.clear()
    await page.reload()
    await page.get_by_role("button", name="Regenerate").click()
    opened.set()
    await expect(page.locator(".turns")).to_contain_text("2/2")


async def test_a_branch_is_opened_once(house: House) -> None:
    session_id, said = await talk(house, "one", "first reply", "two", "second reply")
    page = await chat(house, session_id)
    async with leading(page):
        await page.locator(f"#m-{said[1].digest.hex()} [data-act=fork]").evaluate(
            "one => { one.click(); one.click(); }"
        )
    assert len([call for call in house.node.calls if call[0] == "start_session" and call[2]]) == 1


async def test_a_reply_that_broke_off_is_continued(house: House) -> None:
    session_id, _ = await talk(house, "one")
    house.node.add(session_id, "assistant", "You said", state="interrupted")
    page = await chat(house, session_id)
    await expect(page.locator(".message.assistant")).to_contain_text("This reply was interrupted")
    hold = house.node.hold = asyncio.Event()
    await page.get_by_role("button", name="Continue it").click()
    await expect(page.locator(".live .text")).to_have_text("You said: one")
    hold.set()
    await expect(page.locator(".message.assistant:not(.live) .text")).to_have_text("You said: one")
    await expect(page.get_by_role("button", name="Continue it")).to_have_count(0)
    await expect(page.locator(".turns")).to_contain_text("2/2")


async def test_a_wait_is_shown_with_its_end_and_can_be_stopped(house: House) -> None:
    session_id, _ = await talk(house)
    text = "waiting until 12:01:30 UTC because the rate limit is reached (retry 1 of 5)"
    house.node.waiting = Waiting(text, "rate_limit", 90.0, 1_795_262_490_000)
    page = await chat(house, session_id)
    await say(page, "Hello?")
    told = page.locator("#link-state")
    await expect(told).to_contain_text(text)
    await expect(told).to_contain_text("here)")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator(".waiting")).to_contain_text("has no answer yet. The reply was stopped.")
    await expect(told).to_have_text("")
    house.node.wait_over.set()
    await page.get_by_role("button", name="Answer now").click()
    await expect(page.locator(".message.assistant:not(.live) .text")).to_have_text("You said: Hello?")


async def test_a_reply_that_could_not_be_written_anew_leaves_the_old_one(house: House) -> None:
    session_id, _ = await talk(house, "one", "old reply")
    page = await chat(house, session_id)
    house.node.fail = Failed("network", "the model cannot be reached", "check the connection")
    await page.get_by_role("button", name="Regenerate").click()
    await expect(page.locator("#notice")).to_contain_text("The model cannot be reached.")
    await expect(page.locator(".message .text")).to_have_text(["one", "old reply"])
    await expect(page.get_by_text("old reply")).to_be_visible()
    await expect(page.locator(".waiting")).to_have_count(0)


async def test_markdown_is_shown_and_nothing_gets_in(house: House) -> None:
    node = house.node
    node.reply = lambda _: HOSTILE
    node.piece_gap_s = 0.002  # it is dressed while it comes, cut at any place
    session_id, _ = await talk(house)
    page = await chat(house, session_id)
    await say(page, HOSTILE)
    reply = page.locator(".message.assistant:not(.live) .md")
    await expect(reply.locator("table td").first).to_have_text("<i>")
    for nothing in ("img", "script", "svg", "iframe", "style", "b", "i", "[onclick]", "[onmouseover]", "[style]"):
        await expect(reply.locator(nothing)).to_have_count(0)
    links = await reply.locator("a").evaluate_all("links => links.map((one) => [one.href, one.rel, one.target])")
    assert {address for address, _, _ in links} == {
        "https://example.org/track.png",
        "https://example.org/a",
        "https://example.org/b",
        "mailto:me@example.org",
    }
    assert {tuple(rest) for _, *rest in links} == {("noopener noreferrer nofollow", "_blank")}
    await expect(page.locator(".message.user .text")).to_contain_text("[click](javascript:alert(1))")


async def test_code_is_copied(house: House) -> None:
    session_id, said = await talk(house, "code?", "```python\nprint('<b>')\n```\n\n*done*")
    page = await house.page(permissions=["clipboard-read", "clipboard-write"])
    await page.goto(f"{house.url}/chat/{session_id}")
    await expect(page.locator(".code figcaption span")).to_have_text("python")
    await page.locator(".code").get_by_role("button", name="Copy").click()
    await expect(page.locator("#toasts")).to_contain_text("Copied.")
    assert await page.evaluate("navigator.clipboard.readText()") == "print('<b>')\n"
    await page.locator(".toast").evaluate("toast => toast.remove()")
    await page.locator(f"#m-{said[1].digest.hex()} .acts [data-act=copy]").click()
    await expect(page.locator(".toast")).to_have_count(1)
    assert await page.evaluate("navigator.clipboard.readText()") == said[1].text


async def test_where_messages_come_from_and_what_programs_gave_back(house: House) -> None:
    session_id, _ = await talk(house)
    house.node.add(session_id, "user", "hello", origin="chatgpt")
    house.node.add(session_id, "tool", "a long result <b>", origin="claude-code")
    house.node.add(session_id, "assistant", "done", origin="claude")
    page = await chat(house, session_id)
    await expect(page.locator(".message .tag")).to_have_text(["from ChatGPT", "from Claude Code", "from Claude"])
    folded = page.locator(".message.tool .text")
    await expect(folded).to_be_hidden()
    await press_until(page, ".fold summary", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(folded).to_have_text("a long result <b>")


async def test_what_was_ended_or_is_to_be_forgotten_cannot_be_added_to(house: House) -> None:
    session_id, said = await talk(house, "one", "two")
    await house.node.end(session_id)
    page = await chat(house, session_id)
    await expect(page.locator("#composer")).to_contain_text("This conversation was ended.")
    await page.get_by_role("button", name="Continue from here").click()
    await expect(page.locator("#entry")).to_be_visible()
    assert ("start_session", None, said[1].digest.hex()) in house.node.calls
    await house.node.forget(session_id)
    await page.goto(f"{house.url}/chat/{session_id}")
    await expect(page.locator("#composer")).to_contain_text("are erased at")
    await page.get_by_role("button", name="Keep it").click()
    await expect(page.locator("#composer")).to_contain_text("This conversation was ended.")


async def test_the_menu_of_a_conversation_by_keyboard(house: House) -> None:
    session_id, _ = await talk(house, "one", "two")
    page = await chat(house, session_id)
    await press_until(page, ".menu summary", "Shift+Tab")
    await page.keyboard.press("Enter")
    await press_until(page, "[data-act=rename]")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Vegetables")
    await page.keyboard.press("Enter")
    await expect(page.locator("#title")).to_have_text("Vegetables")
    await expect(page.locator("#sessions .name")).to_have_text("Vegetables")
    await page.locator(".menu summary").click()
    await page.keyboard.press("Escape")
    await expect(page.locator(".menu summary")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Forget").click()
    await page.get_by_role("button", name="Forget it").click()
    await expect(page.locator("#composer")).to_contain_text("are erased at")


async def test_drafts_are_kept_for_each_conversation(house: House) -> None:
    one, _ = await talk(house, "one", "two")
    other, _ = await talk(house, "three", "four")
    page = await chat(house, one)
    await page.fill("#entry", "half a thought")
    await page.goto(f"{house.url}/chat/{other}")
    await expect(page.locator("#entry")).to_have_value("")
    await page.goto(house.url)
    await page.fill("#entry", "a beginning")
    await page.goto(f"{house.url}/chat/{one}")
    await expect(page.locator("#entry")).to_have_value("half a thought")
    await page.goto(house.url)
    await expect(page.locator("#entry")).to_have_value("a beginning")


async def test_a_long_conversation_is_shown_from_its_end_and_back(house: House) -> None:
    session_id, said = await talk(house, *(f"number {number}" for number in range(1000)))
    page = await chat(house, session_id)
    await expect(page.locator(".message")).to_have_count(100)
    await expect(page.locator(".message .text").last).to_be_in_viewport()
    await page.get_by_role("link", name="Show earlier messages").click()
    await expect(page.locator(".message")).to_have_count(200)
    await expect(page.locator(".message .text").first).to_have_text("number 800")
    await say(page, "one more")
    await expect(page.locator(".message.assistant:not(.live) .text").last).to_have_text("You said: one more")
    await expect(page.locator(".message")).to_have_count(202)
    wanted = said[100].digest.hex()
    await page.goto(f"{house.url}/chat/{session_id}?m={wanted}#m-{wanted}")
    await expect(page.locator(".message.pointed .text")).to_have_text("number 100")
    await expect(page.locator("#composer")).to_contain_text("There are later messages.")
    await page.get_by_role("link", name="Show later messages").click()
    await expect(page.locator(".message .text").first).to_have_text("number 280")
    await page.get_by_role("link", name="Back to now").click()
    await expect(page.locator("#entry")).to_be_visible()


async def test_addresses_of_the_first_version_still_lead_there(house: House) -> None:
    session_id, said = await talk(house, "one", "two")
    page = await house.page()
    await page.goto(f"{house.url}/#c={session_id}&m={said[0].digest.hex()}")
    await expect(page.locator(".message.pointed .text")).to_have_text("one")


async def test_what_was_sent_but_not_recorded_is_sent_after_a_reload(house: House) -> None:
    session_id, _ = await talk(house, "one", "two")
    page = await chat(house, session_id)
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "open")
    await house.stop()
    await expect(page.locator("#link-state")).to_contain_text("Trying again")
    await say(page, "meanwhile")
    await expect(page.locator(".message .text").last).to_have_text("meanwhile")
    await house.start()
    await page.reload()
    await expect(page.locator(".message.assistant:not(.live) .text").last).to_have_text("You said: meanwhile")
    await expect(page.locator(".message")).to_have_count(4)
    assert house.node.said == 1
