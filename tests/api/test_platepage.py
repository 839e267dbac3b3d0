"""Does the plate page show versions, their flaws and answers as text, and do files of plates come in and go out?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ccnode import clock
from ccnode.api.platepage import lines_of
from ccnode.mind.plate import starting
from ccnode.store.errors import NotFound
from ccnode.store.plain import ago
from tests.api.fake_plates import validated
from tests.api.rig import BEARER

if TYPE_CHECKING:
    from tests.api.rig import Rig

EVIL = '"><img src=x onerror="alert(1)"><script>alert(2)</script>&lt;b&gt; {{7*7}} [a](javascript:alert(3))'
EXPORT, IMPORT = "/api/v1/plate/export", "/api/v1/plate/import"


async def page(rig: Rig, query: str = "") -> tuple[int, str]:
    async with rig.client.get(f"{rig.url}/plate{query}", headers=BEARER) as response:
        return response.status, await response.text()


async def send(rig: Rig, data: bytes, kind: str = "application/octet-stream") -> tuple[int, dict[str, Any]]:
    headers = {**BEARER, "Content-Type": kind}
    async with rig.client.post(rig.url + IMPORT, data=data, headers=headers) as response:
        return response.status, await response.json()


async def take(rig: Rig, query: str) -> tuple[int, str, bytes]:
    async with rig.client.get(f"{rig.url}{EXPORT}{query}", headers=BEARER) as response:
        return response.status, response.content_type, await response.read()


async def test_before_the_first_plate(rig: Rig) -> None:
    status, text = await page(rig)
    assert status == 200
    assert "There is no plate yet." in text
    assert (await take(rig, ""))[0] == 404


async def test_a_version_and_what_it_changed(rig: Rig) -> None:
    first = starting("Ada")
    rig.node.plates.kept = [first, first.replace("curious", "patient"), first.replace("curious", "brave")]
    _, text = await page(rig, "?version=2")
    assert "version 2 of 3" in text
    apart, steps = text[text.index('id="apart"') : text.index('id="steps"')], text[text.index('id="steps"') :]
    assert '<span class="gone">-- brave: you ask' in apart
    assert '<span class="add">+- patient: you ask' in apart
    assert '<span class="gone">-- curious: you ask' in steps
    _, text = await page(rig)
    assert "version 3, in force" in text
    assert 'id="apart"' not in text
    assert (await page(rig, "?version=9"))[0] == 404
    assert (await page(rig, "?version=x"))[0] == 400


async def test_a_lost_version_is_named(rig: Rig) -> None:
    rig.node.plates.kept, rig.node.plates.lost = ["# A\n", "# B\n", "# C\n"], {2}
    _, text = await page(rig, "?version=2")
    assert "The text of this version is missing" in text
    _, text = await page(rig)
    assert "text lost" in text
    assert 'id="steps"' not in text
    assert (await take(rig, "?version=2"))[0] == 404


async def test_nothing_written_becomes_markup(rig: Rig) -> None:
    rig.node.plates.kept = [
        f"# {EVIL}\n\n</textarea>{EVIL}\n",
        f"\n# x\n\n## Identity\nName: {EVIL}\n</textarea>{EVIL}",
    ]
    rig.node.plates.validation = validated(passed=False, answer=EVIL, reason=EVIL)
    for query in ("", "?version=1"):
        _, text = await page(rig, query)
        assert text.count("</textarea>") == 1
        assert "<img src=x" not in text
        assert "<script>" not in text
        assert "49" not in text.replace("&#34;", "")
        assert 'href="javascript' not in text
    assert '<textarea id="text" rows="20" spellcheck="true" autocomplete="off" aria-describedby="facts">\n\n# x' in text


async def test_the_lint_says_what_would_change(rig: Rig) -> None:
    answer = await rig.ask("POST", "/api/v1/plate/lint", {"text": "# A\n", "diff": True})
    assert answer.value["diff"] == "--- nothing\n+++ the text\n@@ -0,0 +1 @@\n+# A\n"
    rig.node.plates.kept = ["# A\n"]
    answer = await rig.ask("POST", "/api/v1/plate/lint", {"text": "# B\n", "diff": True})
    assert answer.value["diff"] == "--- version 1\n+++ the text\n@@ -1 +1 @@\n-# A\n+# B\n"
    assert "diff" not in (await rig.ask("POST", "/api/v1/plate/lint", {"text": "# B\n"})).value
    rig.node.plates.lost = {1}
    assert (await rig.ask("POST", "/api/v1/plate/lint", {"text": "# B\n", "diff": True})).value["diff"] is None


def test_the_lines_of_a_diff() -> None:
    assert lines_of("") == []
    assert lines_of("9 lines before, 5000 lines after: too many to compare\n")[0][0] == "place"
    diff = "--- a\n+++ b\n@@ -1 +1 @@\n---- x\n++++ y\n same\n\\ no newline at the end\n"
    assert [kind for kind, _ in lines_of(diff)] == ["place", "gone", "add", "same", "place"]


@pytest.mark.parametrize(("kind", "content_type"), [("json", "application/json"), ("png", "image/png")])
async def test_a_card_goes_out_and_comes_in_whole(rig: Rig, kind: str, content_type: str) -> None:
    rig.node.plates.kept = [starting("Ada"), "# Bob\n"]
    status, found, data = await take(rig, f"?format={kind}&version=1")
    assert (status, found) == (200, content_type)
    status, told = await send(rig, data)
    assert (status, told["text"], told["from"]) == (200, starting("Ada"), "plate")
    assert len(rig.node.plates.kept) == 2


async def test_markdown_goes_out_and_comes_in(rig: Rig) -> None:
    rig.node.plates.kept = [starting("Ada")]
    assert await take(rig, "") == (200, "text/markdown", starting("Ada").encode())
    assert await send(rig, b"\xef\xbb\xbf# Ada\r\n") == (200, {"text": "# Ada\n", "from": "markdown", "left": []})


async def test_a_card_from_elsewhere_says_what_is_left_out(rig: Rig) -> None:
    card = {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Bob", "first_mes": "Hi"}}
    status, told = await send(rig, json.dumps(card).encode())
    assert (status, told["from"]) == (200, "card")
    assert "Name: Bob" in told["text"]
    assert "a plate has no greeting" in [one["why"] for one in told["left"]]


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\nrubbish", b"{}", b'{"spec"', b"\xff\xfe\0", b"x" * 65_537, b"PK\x03\x04zip"]
)
async def test_what_is_no_plate_is_refused(rig: Rig, data: bytes) -> None:
    status, told = await send(rig, data)
    assert status == 400
    assert told["error"]["message"]


async def test_a_file_is_sent_as_one(rig: Rig) -> None:
    assert (await send(rig, b"# A\n", "text/plain"))[0] == 415
    rig.node.refuse["plates.describe"] = NotFound("gone")
    assert (await take(rig, "?format=json"))[0] == 404


async def test_the_last_validation_is_shown_with_its_age(rig: Rig) -> None:
    rig.node.plates.kept = ["# Ada\n"]
    form = validated(answer="I am Ada.")
    form["time"] = clock.iso(clock.now_ms() - 3 * 3_600_000 - 5_000)
    form["attempts"][0]["answers"][0]["answer"] = None  # as it is kept where it was answered from memory
    rig.node.plates.validation = form
    _, text = await page(rig)
    assert "(3 hours ago)" in text
    assert "<blockquote>(not kept)</blockquote>" in text


def test_how_long_ago_something_was() -> None:
    found = [ago(seconds * 1000) for seconds in (-5, 59, 60, 3_599, 3_600, 86_399, 86_400, 200_000_000)]
    assert found[:4] == ["just now", "just now", "1 minute ago", "59 minutes ago"]
    assert found[4:] == ["1 hour ago", "23 hours ago", "1 day ago", "2,314 days ago"]
