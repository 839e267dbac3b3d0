"""Can the owner invite, join, accept by words, change tiers and remove from the page of other nodes, on any screen?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ccnode.api.peer_ports import OwnersWord, Wish
from ccnode.daemon.codes import NeedsConsent
from ccnode.store.owner import WrongPassphrase
from tests.api.fake_peers import CODE, WORDS, identifier, link, peer
from tests.browser.visiting import EVIL, SCREENS, fits, listening, nothing_got_in, press_until, visit

if TYPE_CHECKING:
    from playwright.async_api import Route

    from tests.browser.conftest import House, Judge

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_one_that_waits_is_accepted_by_its_words(house: House) -> None:
    house.node.peers.kept = [peer(3, standing="pending", tier=None, in_force=None, name="", link=link())]
    page = await visit(house, "/peers")
    waiting = page.locator("section", has_text="Waiting for you")
    await expect(waiting).to_contain_text(" ".join(WORDS))
    await waiting.get_by_label("What it may do").select_option("sandbox-out")
    await waiting.get_by_role("button", name="Same words").click()
    await expect(waiting).to_have_count(0)
    assert ("peers.accept", identifier(3), Wish("sandbox-out", tuple(WORDS))) in house.node.calls
    await expect(page.locator("section", has_text="Added")).to_contain_text("2.0 kB in")


async def test_core_asks_for_the_owner_and_a_refusal_is_shown(house: House) -> None:
    house.node.peers.kept = [peer(2, tier="external", in_force="external")]
    house.node.refuse["peers.retier"] = WrongPassphrase("the passphrase is wrong", remedy="try again")
    page = await visit(house, "/peers")
    added = page.locator("section", has_text="Added")
    await added.get_by_label("What it may do").select_option("core")
    await added.get_by_role("button", name="Change").click()
    await page.get_by_label("Owner passphrase").fill("not it")
    await page.get_by_role("button", name="Yes").click()
    await expect(page.locator("#notice")).to_contain_text("The passphrase is wrong")
    house.node.refuse.clear()
    await added.get_by_role("button", name="Change").click()
    await page.get_by_label("Owner passphrase").fill("it is")
    await page.keyboard.press("Enter")
    await expect(page.locator("#notice")).to_be_hidden()
    assert ("peers.retier", identifier(2), "core", OwnersWord("it is")) in house.node.calls


async def test_a_node_of_ours_becomes_less_only_after_a_question(house: House) -> None:
    house.node.peers.kept = [peer(2, tier="core", in_force="core")]
    page = await visit(house, "/peers")
    added = page.locator("section", has_text="Added")
    await added.get_by_label("What it may do").select_option("external")
    await added.get_by_role("button", name="Change").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert not [call for call in house.node.calls if call[0] == "peers.retier"]
    await added.get_by_role("button", name="Change").click()
    await page.get_by_role("dialog").get_by_role("button", name="Yes").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(added.locator("option[value=external][selected]")).to_have_count(1)
    assert [call[:3] for call in house.node.calls if call[0] == "peers.retier"] == [
        ("peers.retier", identifier(2), "external")
    ]


async def test_a_node_is_removed_after_a_question(house: House) -> None:
    house.node.peers.kept = [peer(2, link=link(entries_left=1200))]
    page = await visit(house, "/peers")
    await expect(page.locator("#peers")).to_contain_text("1,200 entries to come")
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(page.locator("#peers")).to_contain_text("No node was added yet")


async def test_a_code_is_made_with_its_picture_and_another_redeemed(house: House) -> None:
    page = await visit(house, "/peers")
    form = page.locator("form", has_text="Make a code")
    await form.get_by_label("What it may do").select_option("sandbox-in")
    await form.get_by_role("button").click()
    await expect(page.locator("#code code")).to_have_text(f"ccnode peer join {CODE}")
    assert await page.locator("#code img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    await page.get_by_label("A code from another node").fill(CODE)
    await page.get_by_role("button", name="Join").click()
    await expect(page.locator("#peers")).to_contain_text("node 5")
    house.node.peers.nearby = [
        {"node_id": identifier(7), "addresses": ["192.0.2.9:8101"], "version": "1", "standing": None}
    ]
    house.node.changed("peers")
    await expect(page.locator("#near option")).to_have_count(1)
    await page.get_by_label("Or its address").fill("192.0.2.9:8101")
    await page.get_by_role("button", name="Call it").click()
    await expect(page.locator("#peers")).to_contain_text("Waiting for you")


async def test_a_code_is_for_sandbox_unless_core_is_chosen(house: House) -> None:
    page = await visit(house, "/peers")
    form = page.locator("form", has_text="Make a code")
    await expect(form.get_by_label("What it may do")).to_have_value("sandbox-in")
    await form.get_by_role("button").click()
    await expect(page.locator("#code code")).to_have_text(f"ccnode peer join {CODE}")
    await form.get_by_label("What it may do").select_option("core")
    await form.get_by_role("button").click()
    await page.get_by_label("Owner passphrase").fill("mine")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.wait_for_load_state("networkidle")
    made = [call for call in house.node.calls if call[0] == "peers.invite"]
    assert [(call[1], call[4].passphrase) for call in made] == [("sandbox-in", None), ("core", "mine")]


@pytest.mark.parametrize("width", [375, 1280])
async def test_a_code_for_core_is_used_after_a_question_that_says_what_that_is(house: House, width: int) -> None:
    """By keyboard: whoever leaves the question has joined nothing, and the code stays where it was written."""
    house.node.peers.needs_consent = NeedsConsent(
        f"this code is for core: this device's owner becomes that of the node {identifier(5)}, and each of the two"
        " reads and writes everything that is on the other",
        remedy="ccnode peer join CODE --tier core",
    )
    page = await visit(house, "/peers", viewport={"width": width, "height": 800})
    field, dialog = page.get_by_label("A code from another node"), page.get_by_role("dialog")
    await field.fill(CODE)
    await field.press("Enter")
    await expect(dialog).to_contain_text(f"owner becomes that of the node {identifier(5)}")
    await expect(dialog).to_contain_text("reads and writes everything")
    assert await fits(page)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(page.locator("#notice")).to_be_hidden()
    await expect(field).to_have_value(CODE)
    assert house.node.peers.kept == []
    await field.press("Enter")
    await expect(dialog).to_be_visible()
    await press_until(page, "dialog [value=yes]")
    await page.keyboard.press("Enter")
    await expect(page.locator("#peers")).to_contain_text("node 5")
    asked = [call[1:] for call in house.node.calls if call[0] == "peers.join"]
    assert asked == [(CODE, None), (CODE, None), (CODE, "core")]


CLAIM = "The bridge at Wendham carries twelve tons."


async def test_what_is_offered_is_promoted_and_rejected_after_a_question(house: House) -> None:
    """By keyboard: the question tells what it means, and whoever leaves it has decided nothing."""
    knowledge = house.node.knowledge
    first, second = knowledge.add("waiting", CLAIM, node_name="attic"), knowledge.add("waiting", "Rain is dry.")
    knowledge.add("promoted", "What is known already.")
    page = await visit(house, "/peers", viewport={"width": 375, "height": 800})
    await listening(page)
    offered, dialog = page.locator("#offered"), page.get_by_role("dialog")
    await expect(offered.get_by_role("listitem")).to_have_count(2)
    await expect(offered).to_contain_text("said there by its owner (attic)")
    await press_until(page, f"#promote-{first['packet_id']}")
    await page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("Know this from now on?")
    assert await fits(page)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    assert first["state"] == "waiting"
    await page.click(f"#promote-{first['packet_id']}")
    await press_until(page, "dialog [value=yes]")
    await page.keyboard.press("Enter")
    await expect(offered.get_by_role("listitem")).to_have_count(1)
    await expect(page.locator("#toasts")).to_contain_text("It is known from now on.")
    await page.click(f"#reject-{second['packet_id']}")
    await dialog.get_by_role("button", name="Reject").click()
    await expect(offered.get_by_role("listitem")).to_have_count(0)
    assert (first["state"], second["state"]) == ("promoted", "rejected")
    acts = [call for call in house.node.calls if call[0] in {"knowledge.promote", "knowledge.reject"}]
    assert acts == [
        ("knowledge.promote", first["packet_id"], False),
        ("knowledge.reject", second["packet_id"]),
    ]


async def test_what_says_otherwise_stands_beside_what_is_offered(house: House) -> None:
    other = {
        "packet_id": None,
        "note_id": "0a",
        "state": "note",
        "text": "It carries two.",
        "told_by": "a note of yours",
    }
    waits = {**other, "state": "waiting", "text": "It carries nine."}
    page = await visit(house, "/peers")
    await listening(page)
    one = house.node.knowledge.add("waiting", CLAIM, conflicts_with=[other, waits])
    house.node.changed("memory")
    offered = page.locator("#offered")
    await expect(offered.locator(".notice")).to_have_count(1)
    await expect(offered).to_contain_text("Says otherwise: a note of yours")
    await offered.get_by_role("button", name="Promote").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Both stay side by side")
    await page.get_by_role("dialog").get_by_role("button", name="Promote").click()
    await expect(offered).not_to_contain_text("Wendham")
    assert ("knowledge.promote", one["packet_id"], True) in house.node.calls


async def test_it_follows_what_changes(house: House) -> None:
    page = await visit(house, "/peers")
    await listening(page)
    house.node.peers.kept = [peer(4, tier="core", in_force="external")]
    house.node.changed("peers")
    await expect(page.locator("#peers")).to_contain_text("waits for a certificate")


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
async def test_no_script_gets_in_and_nothing_sticks_out(house: House, width: int, scheme: str) -> None:
    house.node.peers.kept = [
        peer(2, name=EVIL[:64], problem=EVIL),
        peer(3, name="", standing="pending", tier=None, in_force=None, link=link(words=[EVIL] * 4), wished="core"),
    ]
    conflict = {"packet_id": None, "note_id": "0a", "state": "note", "text": EVIL, "told_by": EVIL}
    house.node.knowledge.add("waiting", EVIL, told_by=EVIL, node_name=EVIL[:64], conflicts_with=[conflict])
    page = await visit(house, "/peers", viewport={"width": width, "height": 800}, color_scheme=scheme)
    await nothing_got_in(page)


@pytest.mark.tool("npm", package="npm")
@pytest.mark.parametrize(("width", "scheme"), SCREENS[1:])
async def test_nothing_serious_is_found_by_axe(house: House, axe: Judge, width: int, scheme: str) -> None:
    house.node.peers.kept = [peer(2, link=link()), peer(3, standing="pending", tier=None, in_force=None, link=link())]
    conflict = {"packet_id": None, "note_id": "0a", "state": "note", "text": "Two.", "told_by": "a note of yours"}
    house.node.knowledge.add("waiting", CLAIM, conflicts_with=[conflict])
    house.node.peers.needs_consent = NeedsConsent("this code is for core", remedy="say so")
    page = await visit(house, "/peers", viewport={"width": width, "height": 800}, color_scheme=scheme)
    await axe(page)
    await page.get_by_label("A code from another node").fill(CODE)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await axe(page)


async def test_a_code_is_made_once_however_often_it_is_asked_for(house: House) -> None:
    page = await visit(house, "/peers")
    held: list[Route] = []
    await page.route("**/api/v1/invitations", lambda route: held.append(route))  # noqa: PLW0108  # it marks what it is given
    section = page.locator("section", has_text="Invite or join")
    await section.get_by_label("What it may do").select_option("sandbox-in")
    for _ in range(3):
        await section.get_by_role("button", name="Make a code").click()
    await page.wait_for_timeout(200)
    assert len(held) == 1
    await held[0].continue_()
    await expect(page.locator("#code")).to_contain_text("ccnode peer join")
    await section.get_by_role("button", name="Make a code").click()
    await page.wait_for_timeout(200)
    assert len(held) == 2
    await held[1].continue_()
