"""What do the pages of chat and conversations answer, and how small are they?"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccnode.api import markdown, rendering
from ccnode_protocol import hlc
from tests.api.rig import BEARER

if TYPE_CHECKING:
    from tests.api.rig import Rig

BUDGET = 150_000  # bytes of all templates, scripts and styles together


async def get(rig: Rig, path: str) -> tuple[int, str]:
    async with rig.client.get(rig.url + path, headers=BEARER) as response:
        assert response.content_type == "text/html"
        return response.status, await response.text()


def test_all_pages_together_are_small() -> None:
    folder = Path(rendering.__file__).parent
    files = [*(folder / "static").iterdir(), *(folder / "pages").iterdir()]
    assert sum(file.stat().st_size for file in files) < BUDGET


async def test_every_file_of_a_page_is_served(rig: Rig) -> None:
    for name, kind in rendering.TYPES.items():
        async with rig.client.get(f"{rig.url}/static/{name}") as response:
            assert (response.status, response.content_type) == (200, kind)
    for name in ("base.html", "..%2fapp.py", "nothing.js"):
        async with rig.client.get(f"{rig.url}/static/{name}") as response:
            assert response.status == 404


async def test_the_log_can_be_asked_for_alone(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.add(session_id, "user", "one")
    last = rig.node.add(session_id, "assistant", "**two**")
    status, text = await get(rig, f"/chat/{session_id}?part=log&first=2")
    assert status == 200
    assert 'id="app"' not in text
    assert f'id="m-{last.digest.hex()}" data-seq="2"' in text
    assert "<strong>two</strong>" in text
    assert ">one<" not in text


@pytest.mark.parametrize(("words", "more"), [("Half of", True), ("ab " * 349_504, False)])
async def test_a_reply_is_continued_where_there_is_room_in_it(rig: Rig, words: str, more: bool) -> None:
    session_id = await rig.start()
    rig.node.add(session_id, "user", "one")
    rig.node.add(session_id, "assistant", words, state="interrupted")
    _, text = await get(rig, f"/chat/{session_id}?part=log")
    assert ('data-act="continue"' in text) is more
    assert ("There is more of this reply than can be kept." in text) is not more


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/chat/ffffffff-0000-4000-8000-000000000000", 404),
        ("/chat/x", 404),
        ("/chat/{id}?at=yesterday", 400),
        ("/chat/{id}?m=zz", 400),
        ("/chat/{id}?m=abcdef123456", 404),
        ("/chat/{id}?first=0", 400),
        ("/chat/{id}?surprise=1", 400),
        ("/sessions?page=0", 400),
        ("/sessions?since=x", 400),
        ("/sessions?role=owner", 400),
        ("/sessions?q=" + "a" * 2001, 400),
        ("/sessions?session=nothing", 404),
        ("/sessions?zone=100000", 400),
    ],
)
async def test_what_cannot_be_shown_is_a_page_that_says_so(rig: Rig, path: str, status: int) -> None:
    session_id = await rig.start()
    answered, text = await get(rig, path.replace("{id}", session_id))
    assert answered == status
    assert "That did not work" in text


async def test_empty_fields_of_the_form_mean_nothing(rig: Rig) -> None:
    status, _ = await get(rig, "/sessions?q=&since=&until=&role=&only=&session=&zone=0")
    assert status == 200
    wanted = ("sessions", 51, 0, None, False, None, False, None, None)
    assert wanted in rig.node.calls


async def test_days_become_moments(rig: Rig) -> None:
    await get(rig, "/sessions?since=2026-03-02&until=2026-03-02&zone=540&q=x&role=user")
    start = 1_772_409_600_000 - 540 * 60_000
    assert ("search", "x", 20, None, "user", start, start + 86_400_000) in rig.node.calls


@pytest.mark.parametrize(
    ("only", "filters"),
    [("", ()), ("open", (False, None)), ("ended", (True, None)), ("imported", (None, True))],
)
async def test_a_search_is_filtered_where_it_ranks(rig: Rig, only: str, filters: tuple[object, ...]) -> None:
    """Not among the best two hundred: what is looked for may rank below them."""
    status, _ = await get(rig, f"/sessions?q=x&more=60&only={only}")
    assert status == 200
    assert ("search", "x", 60, None, None, None, None, *filters) in rig.node.calls


async def test_what_is_to_be_forgotten_is_not_searched(rig: Rig) -> None:
    status, text = await get(rig, "/sessions?q=x&only=forgetting")
    assert (status, [call for call in rig.node.calls if call[0] == "search"]) == (200, [])
    assert "Nothing that was said fits." in text


async def test_the_list_of_conversations_can_be_filtered_by_programs(rig: Rig) -> None:
    first = await rig.start("one")
    rig.node.brought[rig.node.kept[first].session] = "claude"
    await rig.start("two")
    answer = await rig.ask("GET", "/api/v1/conversations?imported=true")
    assert [one["title"] for one in answer.value["sessions"]] == ["one"]
    last_ms = hlc.to_ms(rig.node.kept[first].last)
    answer = await rig.ask("GET", f"/api/v1/conversations?since={rendering.iso_of(last_ms + 1)}")
    assert [one["title"] for one in answer.value["sessions"]] == ["two"]


def test_moments_and_numbers_as_people_read_them() -> None:
    assert rendering.iso_of(1_772_446_272_345) == "2026-03-02T10:11:12.345Z"
    assert rendering.iso_of(1_772_446_272_345 << 16) == "2026-03-02T10:11:12.345Z"
    assert rendering.iso_of(0) == "1970-01-01T00:00:00.000Z"
    assert str(rendering.when("2026-03-02T10:11:12.345Z", "day")).endswith(">2026-03-02</time>")
    assert rendering.when(None) == ""
    assert (
        rendering.when('"><b>') == '<time datetime="&#34;&gt;&lt;b&gt;" data-as="both">&#34;&gt;&lt;b&gt;  UTC</time>'
    )
    assert [rendering.count(1, "message"), rendering.count(1234, "reply", "replies")] == ["1 message", "1,234 replies"]
    assert [rendering.size(7), rendering.size(1_234_567)] == ["7 bytes", "1.2 MB"]
    assert rendering.clip("a\n b  c", 4) == "a b…"
    assert rendering.sentence("run ccnode open") == "Run ccnode open"
    assert rendering.sentence("wait, or stop it") == "Wait, or stop it."
    assert rendering.sentence("broken.json: damaged at byte 13") == "broken.json: damaged at byte 13."
    assert rendering.sentence("models.base_url: no address") == "models.base_url: no address."
    figures = [rendering.figure(one) for one in (None, {"value": None}, {"value": -0.5}, -0.0001, 0.25)]
    assert figures == ["\u2013", "\u2013", "\u22120.500", "0.000", "0.250"]


async def test_a_page_full_of_hostile_replies_holds_nobody_up(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """While its replies become HTML, the loop answers others."""
    session_id = await rig.start()
    rig.node.add(session_id, "assistant", "**x**")
    begun, go_on = threading.Event(), threading.Event()
    html = markdown.html

    def slow(text: str, room: markdown.Room | None = None) -> str:
        begun.set()
        assert go_on.wait(60)
        return html(text, room)

    monkeypatch.setattr(markdown, "html", slow)
    page = asyncio.create_task(get(rig, f"/chat/{session_id}"))
    assert await asyncio.to_thread(begun.wait, 60)
    assert (await rig.ask("GET", "/health")).status == 200
    go_on.set()
    assert "<strong>x</strong>" in (await page)[1]
