"""Can a person sign in, talk, see sources, lose the connection and get it back? Does no script get in?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from ccnode.api.events import Failed
from tests.browser.visiting import leading

if TYPE_CHECKING:
    from playwright.async_api import Page

    from ccnode.store.browse import Window
    from tests.browser.conftest import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>&lt;b&gt; {{7*7}} javascript:alert(3)'


async def say(page: Page, text: str) -> None:
    await expect(page.locator("#send")).to_be_visible()  # nothing is sent while a reply is being written,
    await expect(page.locator("#send")).to_be_enabled()  # or before the page's script is there
    await page.fill("#entry", text)
    await page.press("#entry", "Enter")


async def test_a_stranger_is_told_how_to_sign_in(house: House) -> None:
    page = await house.page(house.url)
    await expect(page.locator("#signin")).to_contain_text("ccnode open")
    await expect(page.locator("#app")).to_be_hidden()


async def test_a_link_signs_in_and_leaves_the_address(house: House) -> None:
    link = house.link()
    page = await house.page(link)
    await expect(page.locator("#app")).to_be_visible()
    await expect(page.locator("#entry")).to_be_focused()
    assert page.url == f"{house.url}/"
    assert await page.evaluate("document.cookie") == ""
    await page.reload()
    await expect(page.locator("#app")).to_be_visible()
    second = await house.page(link)
    await expect(second.locator("#signin-state")).to_contain_text("used already")
    await expect(second.locator("#app")).to_be_hidden()


async def test_signing_out(house: House) -> None:
    page = await house.page()
    await page.click("#logout")
    await expect(page.locator("#signin")).to_be_visible()
    await page.reload()
    await expect(page.locator("#signin")).to_be_visible()


async def test_a_talk(house: House) -> None:
    page = await house.page()
    await expect(page.locator("#model")).to_have_text("Answered by scripted/1")
    await expect(page.locator("#node-name")).to_have_text("home")
    hold = house.node.hold = asyncio.Event()
    await page.locator("#entry").press_sequentially("First line")
    await page.press("#entry", "Shift+Enter")
    await page.locator("#entry").press_sequentially("second line")
    await page.press("#entry", "Enter")
    await expect(page.locator(".message.user .text")).to_have_text("First line\nsecond line", use_inner_text=True)
    await expect(page.locator(".live .text")).to_have_text("You said: First line\nsecond line", use_inner_text=True)
    await expect(page.locator(".live")).to_have_attribute("aria-busy", "true")
    await expect(page.locator("#stop")).to_be_visible()
    hold.set()
    await expect(page.locator(".live")).to_have_count(0)
    await expect(page.locator(".message.assistant .who")).to_contain_text("scripted/1")
    await expect(page.locator(".message time")).to_have_count(2)
    await expect(page.locator("#spoken")).to_contain_text("You said: First line")
    await expect(page.locator("#entry")).to_be_focused()
    await expect(page.locator("#sessions a[aria-current=page] .name")).to_have_text("First line second line")
    await expect(page.locator("#title")).to_have_text("First line second line")
    assert "/chat/" in page.url
    await page.reload()
    await expect(page.locator(".message")).to_have_count(2)
    await page.click("#new")
    await expect(page.locator(".message")).to_have_count(0)
    await say(page, "Another talk")
    await expect(page.locator("#sessions li")).to_have_count(2)
    await expect(page.locator("#sessions .name").first).to_have_text("Another talk")
    await expect(page.locator(".message.assistant:not(.live)")).to_have_count(1)
    await page.go_back()
    await page.go_back()
    await expect(page.locator("#title")).to_have_text("First line second line")
    await expect(page.locator(".message")).to_have_count(2)
    assert house.node.said == 2


async def test_what_was_read_before_a_turn_does_not_undo_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page reads the conversation as it connects; where that answer comes after the reply, it is out of date."""
    page = await house.page()
    window, late = house.node.window, asyncio.Event()
    session_id = (await house.node.start_session("Late", None)).id
    await page.goto(f"{house.url}/chat/{session_id}")

    async def read_before_answered_after(session_id: str, **more: Any) -> Window:
        monkeypatch.setattr(house.node, "window", window)
        found = await window(session_id, **more)
        await late.wait()
        return found

    monkeypatch.setattr(house.node, "window", read_before_answered_after)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await say(page, "quick")
    await expect(page.locator(".message.assistant:not(.live) .text")).to_have_text("You said: quick")
    late.set()
    await expect(page.locator(".message")).to_have_count(2)
    await page.wait_for_load_state("networkidle")
    await expect(page.locator(".message")).to_have_count(2)


async def test_what_comes_in_parts_is_put_together(house: House) -> None:
    house.node.window_size = 2
    session_id = (await house.node.start_session("Parts", None)).id
    for at in range(12):
        house.node.add(session_id, "assistant" if at % 2 else "user", f"number {at}")
    page = await house.page()
    await page.goto(f"{house.url}/chat/{session_id}")
    for shown in (2, 4, 6, 8, 10, 12):
        await expect(page.locator("#log .message")).to_have_count(shown)
        if shown < 12:
            await page.click("#earlier")
    await expect(page.locator("#earlier")).to_be_hidden()
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await say(page, "one more")
    await expect(page.locator("#log .message")).to_have_count(14)
    await expect(page.locator("#log .message .text").last).to_have_text("You said: one more")  # it comes in pieces
    texts = await page.locator("#log .message .text").all_inner_texts()
    assert [text.strip() for text in texts] == [*(f"number {at}" for at in range(12)), "one more", "You said: one more"]


async def test_a_reply_can_be_stopped_from_the_keyboard(house: House) -> None:
    page = await house.page()
    house.node.hold = asyncio.Event()
    await say(page, "long")
    await expect(page.locator("#stop")).to_be_visible()
    await page.press("#entry", "Tab")
    await expect(page.locator("#stop")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".message .aside")).to_contain_text("interrupted")


async def test_sources_are_quoted_and_lead_to_their_session(house: House) -> None:
    told = (await house.node.start_session("Earlier", None)).id
    fact = house.node.add(told, "user", "The key is under the mat")
    house.node.sources = (fact.digest,)
    page = await house.page()
    await say(page, "Where is the key?")
    source = page.locator(".sources a")
    await expect(source).to_have_text("from: “The key is under the mat”, Mar 2, 2026")
    await page.reload()
    await expect(source).to_be_hidden()
    await page.click(".sources summary")
    await expect(source).to_contain_text("The key is under the mat")
    await source.click()
    await expect(page.locator("#title")).to_have_text("Earlier")
    await expect(page.locator(".message.pointed .text")).to_have_text("The key is under the mat")


async def test_a_question_without_an_answer_is_offered_again(house: House) -> None:
    session_id = (await house.node.start_session("Cut off", None)).id
    house.node.add(session_id, "user", "Are you there?")
    page = await house.page()
    await expect(page.locator("#sessions .tag")).to_have_text("no answer yet")
    async with leading(page):
        await page.click("#sessions a")
    await expect(page.locator(".waiting")).to_contain_text("This question has no answer yet.")
    await page.get_by_role("button", name="Answer now").click()
    recorded = page.locator(".message.assistant:not(.live) .text")
    await expect(recorded).to_have_text("You said: Are you there?")
    await expect(page.locator(".message.assistant .text")).to_have_count(1)  # what was written live gives way to it
    await expect(page.locator(".waiting")).to_have_count(0)
    await expect(page.locator("#sessions .tag")).to_have_count(0)


async def test_a_failure_shows_its_remedy_and_the_question_stays(house: House) -> None:
    page = await house.page()
    house.node.fail = Failed("network", "the model cannot be reached", "check the connection")
    await say(page, "Hello?")
    await expect(page.locator(".waiting")).to_contain_text("has no answer yet. The model cannot be reached.")
    await expect(page.locator(".waiting")).to_contain_text("Check the connection")
    await expect(page.locator(".message.user .text")).to_have_text("Hello?")
    house.node.fail = None
    await page.get_by_role("button", name="Answer now").click()
    await expect(page.locator(".message.assistant .text")).to_have_text("You said: Hello?")
    assert house.node.said == 1


async def test_two_tabs_hear_the_same(house: House) -> None:
    one = await house.page()
    await say(one, "first")
    await expect(one.locator(".message.assistant:not(.live)")).to_have_count(1)
    two = await house.tab(one.context, one.url)
    await expect(two.locator(".message")).to_have_count(2)
    hold = house.node.hold = asyncio.Event()
    await say(two, "second")
    await expect(one.locator(".message.user .text").last).to_have_text("second")
    await expect(one.locator(".live .text")).to_have_text("You said: second")
    three = await house.tab(one.context, one.url)
    await expect(three.locator(".live .text")).to_have_text("You said: second")
    hold.set()
    for page in (one, two, three):
        await expect(page.locator(".message.assistant .text").last).to_have_text("You said: second")
        await expect(page.locator(".message")).to_have_count(4)
        await expect(page.locator(".live")).to_have_count(0)


async def test_the_connection_mends_itself_and_nothing_is_said_twice(house: House) -> None:
    page = await house.page()
    await say(page, "before")
    await expect(page.locator(".message")).to_have_count(2)
    await expect(page.locator(".message.assistant:not(.live)")).to_have_count(1)
    await expect(page.locator(".live")).to_have_count(0)  # it may be read before its end comes over the line
    await house.stop()
    await expect(page.locator("#link-state")).to_contain_text("Trying again")
    await say(page, "meanwhile")
    await expect(page.locator(".message.user .text").last).to_have_text("meanwhile")
    await house.start()
    await expect(page.locator(".message.assistant .text").last).to_have_text("You said: meanwhile")
    await expect(page.locator("#link-state")).to_have_text("")
    await expect(page.locator(".message")).to_have_count(4)
    assert house.node.said == 2


async def test_a_reply_that_was_cut_off_is_offered_again_after_the_break(house: House) -> None:
    page = await house.page()
    hold = house.node.hold = asyncio.Event()
    await say(page, "a long one")
    await expect(page.locator(".live .text")).to_have_text("You said: a long one")
    await house.stop()
    await expect(page.locator("#link-state")).to_contain_text("Trying again")
    await house.start()
    await expect(page.locator("#link-state")).to_have_text("")
    await expect(page.locator("#notice")).to_be_hidden()
    await page.get_by_role("button", name="Answer now").click()
    await expect(page.locator(".live .text")).to_have_text("You said: a long one")
    hold.set()
    await expect(page.locator(".message.assistant .text")).to_have_text("You said: a long one")
    assert house.node.said == 1


async def test_a_restart_that_ends_the_sign_in(house: House) -> None:
    """Sign-ins live in memory: the page says so, keeps what was written, and goes on once a link was used anywhere."""
    page = await house.page()
    await say(page, "before")
    await expect(page.locator(".message")).to_have_count(2)
    await page.fill("#entry", "half written")
    await house.stop()
    await house.start(keep_signed_in=False)
    await expect(page.locator("#signin-state")).to_contain_text("You are signed out")
    other = await house.tab(page.context, house.link())
    await expect(other.locator("#app")).to_be_visible()
    await other.close()
    await page.bring_to_front()
    await expect(page.locator("#app")).to_be_visible()
    await expect(page.locator("#entry")).to_have_value("half written")
    await page.press("#entry", "Enter")
    await expect(page.locator(".message.assistant .text").last).to_have_text("You said: half written")


async def test_markup_is_shown_as_text_wherever_it_comes_from(house: House) -> None:
    node = house.node
    told = (await node.start_session(EVIL, None)).id
    fact = node.add(told, "user", EVIL)
    node.sources = (fact.digest,)
    node.reply = lambda text: text
    page = await house.page()
    await page.click("#sessions a")
    await expect(page.locator("#title")).to_have_text(EVIL)
    await expect(page.locator("#sessions .name")).to_have_text(EVIL)
    await say(page, EVIL)
    await expect(page.locator(".message.assistant:not(.live) .text")).to_have_text(EVIL.replace("&lt;b&gt;", "<b>"))
    await expect(page.locator(".message.user .text").last).to_have_text(EVIL)
    await expect(page.locator(".sources a")).to_contain_text("onerror")
    node.fail = Failed("network", EVIL, EVIL)
    await say(page, "again")
    await expect(page.locator(".waiting")).to_contain_text("onerror")
    for made in ("#app script", "#main img", "#side nav img", "#app b"):
        await expect(page.locator(made)).to_have_count(0)


async def test_the_policy_stops_what_would_get_in(house: House) -> None:
    """The watch itself works: a script that is put in by force is refused and counted."""
    page = await house.page()
    await page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
    )
    assert await page.evaluate("window.ran") is None
    assert await page.evaluate("window.__violations.splice(0).length") == 1
    assert len([one for one in house.wrong if "Content Security Policy" in one]) == 1
    house.wrong.clear()


async def test_no_width_needs_sideways_scrolling(house: House) -> None:
    session_id = (await house.node.start_session("w" * 200, None)).id
    fact = house.node.add(session_id, "user", "m" * 3000 + "\n" + "\t".join("columns" * 9))
    house.node.add(session_id, "assistant", "https://example.org/" + "p" * 400, sources=(fact.digest,))
    house.node.add(session_id, "user", "no answer to this")
    page = await house.page()
    async with leading(page):
        await page.click("#sessions a")
    await page.click(".sources summary")
    await expect(page.locator(".sources a")).to_be_visible()
    for width in (320, 375, 768, 1280, 2200):
        await page.set_viewport_size({"width": width, "height": 700})
        assert await _sideways(page, "html") <= 0, width
        assert await _sideways(page, "#scroll") <= 0, width
        for part in ("#entry", "#send", "#title", ".message.assistant", ".waiting"):
            box = await page.locator(part).bounding_box()
            assert box is not None
            assert box["x"] >= 0, (width, part)
            assert box["x"] + box["width"] <= width, (width, part)
        if await page.locator("#open-side").is_visible():
            await page.click("#open-side")
            assert await _sideways(page, "html") <= 0, width
            await page.click("#close-side")


async def _sideways(page: Page, part: str) -> int:
    value: int = await page.locator(part).evaluate("(one) => one.scrollWidth - one.clientWidth")
    return value


async def test_the_list_on_a_small_screen(house: House) -> None:
    await house.node.start_session("One", None)
    page = await house.page(viewport={"width": 375, "height": 700})
    await expect(page.locator("#sessions")).not_to_be_visible()
    await page.click("#open-side")
    await expect(page.locator("#close-side")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#open-side")).to_be_focused()
    await expect(page.locator("#sessions")).not_to_be_visible()
    await page.click("#open-side")
    await page.mouse.click(370, 300)
    await expect(page.locator("#sessions")).not_to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_both_themes_have_readable_contrast(house: House, scheme: str) -> None:
    session_id = (await house.node.start_session("Talk", None)).id
    house.node.add(session_id, "user", "question")
    house.node.add(session_id, "assistant", "answer")
    house.node.add(session_id, "user", "open")
    page = await house.page(color_scheme=scheme)
    async with leading(page):
        await page.click("#sessions a")
    await expect(page.locator(".waiting")).to_be_visible()
    paper = await page.evaluate(LUMINANCE, "body")
    assert (paper["back"] < 0.1) if scheme == "dark" else (paper["back"] > 0.8)
    for part in (
        ".message.user .text",
        ".message.assistant .text",
        ".who span, .who time",
        ".waiting p",
        "#send",
        "#hint",
        "#title",
    ):
        found = await page.evaluate(LUMINANCE, part)
        light, dark = max(found.values()), min(found.values())
        assert (light + 0.05) / (dark + 0.05) >= 4.5, part


# Relative luminance (WCAG 2) of an element's text and of what lies behind it.
LUMINANCE = """(selector) => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const linear = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const element = document.querySelector(selector);
  let back = element;
  while (back.parentElement && numbers(getComputedStyle(back).backgroundColor)[3] === 0) back = back.parentElement;
  return {
    text: luminance(numbers(getComputedStyle(element).color)),
    back: luminance(numbers(getComputedStyle(back).backgroundColor)),
  };
}"""


NAME_OF_FOCUSED = "document.activeElement.id || document.activeElement.tagName"
# Controls that a screen reader could not name.
UNNAMED = """[...document.querySelectorAll("button, textarea, a, [role=region]")].filter((one) =>
  !(one.ariaLabel || one.textContent.trim() || one.labels?.length)).map((one) => one.id)"""


async def test_everything_can_be_reached_and_seen_from_the_keyboard(house: House) -> None:
    await house.node.start_session("One", None)
    page = await house.page()
    await page.focus(".skip")
    reached = []
    for _ in range(16):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate(NAME_OF_FOCUSED))
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", reached
    assert reached == [*["A"] * 10, "new", "A", "logout", "scroll", "entry", "send"]
    assert await page.evaluate(UNNAMED) == []
