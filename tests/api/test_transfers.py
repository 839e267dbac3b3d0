"""Imports and exports over HTTP: what is taken, what is refused, and what streams."""

from __future__ import annotations

import asyncio
import io
import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from ccnode.store.errors import NotFound, StoreCorrupt, StoreFull
from tests.api.rig import BEARER, LIMITS, Rig, hang_up, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

UPLOAD = "/api/v1/imports/upload"
OCTETS = {**BEARER, "Content-Type": "application/octet-stream"}


async def send(rig: Rig, data: Any, query: str = "", **headers: str) -> tuple[int, dict[str, Any]]:
    async with rig.client.post(f"{rig.url}{UPLOAD}{query}", data=data, headers={**OCTETS, **headers}) as response:
        return response.status, json.loads(await response.read())


async def test_an_import_is_begun_listed_watched_and_stopped(rig: Rig) -> None:
    begun = await rig.ask("POST", "/api/v1/imports", {"path": "/home/me/export.zip", "format": "chatgpt"})
    assert begun.status == 202
    assert (begun.value["name"], begun.value["format"], begun.value["dry_run"]) == ("export.zip", "chatgpt", False)
    name = begun.value["import_id"]
    await rig.ask("POST", "/api/v1/imports", {"path": "/x", "dry_run": True})
    listed = await rig.ask("GET", "/api/v1/imports")
    assert [form["name"] for form in listed.value["imports"]] == ["x", "export.zip"]
    assert (await rig.ask("GET", f"/api/v1/imports/{name}")).value["state"] == "reading"
    assert (await rig.ask("DELETE", f"/api/v1/imports/{name}")).value["state"] == "stopped"
    for odd in ("nothing", "..%2f", "a" * 65, "%20"):
        assert (await rig.ask("GET", f"/api/v1/imports/{odd}")).status == 404
        assert (await rig.ask("DELETE", f"/api/v1/imports/{odd}")).status == 404


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({}, 400, "path"),
        ({"path": "relative/file"}, 400, "path: must be an absolute path"),
        ({"path": ""}, 400, "path"),
        ({"path": "/x", "format": "word"}, 400, "format"),
        ({"path": "/x", "dry_run": "yes"}, 400, "dry_run"),
        ({"path": "/x", "more": 1}, 400, "more"),
        ({"path": "/x\0y"}, 400, "path"),
        ({"path": "/" + "x" * 5000}, 400, "path"),
        ({"path": "/nowhere"}, 404, "there is no file"),
        ({"path": "/odd"}, 400, "it begins with 'odd'"),
    ],
)
async def test_what_cannot_be_begun_says_why(rig: Rig, body: Any, status: int, told: str) -> None:
    refused = await rig.ask("POST", "/api/v1/imports", body)
    assert refused.status == status
    assert told in refused.value["error"]["message"]
    assert refused.value["error"]["remedy"]


async def test_a_page_may_send_a_file_but_name_no_path(rig: Rig) -> None:
    browser = await rig.signed_in()
    refused = await rig.ask("POST", "/api/v1/imports", {"path": "/etc/passwd"}, client=browser, headers={})
    assert (refused.status, refused.value["error"]["code"]) == (403, "not_from_a_page")
    headers = {"Content-Type": "application/octet-stream", "Origin": rig.url}
    async with browser.post(f"{rig.url}{UPLOAD}?name=c.json", data=b"[]", headers=headers) as response:
        assert response.status == 202
    assert rig.node.imports.files == {"c.json": b"[]"}
    async with browser.post(f"{rig.url}{UPLOAD}", data=b"[]", headers={**headers, "Origin": "http://evil"}) as response:
        assert response.status == 403
    async with rig.client.post(f"{rig.url}{UPLOAD}", data=b"[]") as response:
        assert response.status == 401


async def test_a_large_file_comes_in_pieces(rig: Rig) -> None:
    data = bytes(range(256)) * 40_000  # ten times what a body of JSON may have

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), 100_000):
            yield data[at : at + 100_000]

    status, form = await send(rig, io.BytesIO(data), "?name=a%20b.zip&format=claude&dry_run=true")
    assert (status, form["name"], form["format"], form["dry_run"]) == (202, "a b.zip", "claude", True)
    status, _ = await send(rig, pieces(), "?name=chunked")  # of a length that nobody says
    assert status == 202
    assert rig.node.imports.files == {"a b.zip": data, "chunked": data}
    status, _ = await send(rig, io.BytesIO(data), "?name=asked", Expect="100-continue")
    assert (status, rig.node.imports.files["asked"]) == (202, data)


@pytest.mark.parametrize(
    ("data", "query", "headers", "status", "code"),
    [
        (b"odd", "", {}, 400, "not_importable"),
        (b"", "", {}, 400, "bad_request"),
        (b"[]", "", {"Content-Type": "application/json"}, 415, "not_a_file"),
        (b"[]", "", {"Content-Encoding": "gzip"}, 415, "compressed"),
        (b"[]", "?format=word", {}, 400, "bad_request"),
        (b"[]", "?name=", {}, 400, "bad_request"),
        (b"[]", "?name=a&name=b", {}, 400, "bad_request"),
        (b"[]", "?path=/etc/passwd", {}, 400, "bad_request"),
    ],
)
async def test_what_cannot_be_sent_says_why(
    rig: Rig, data: bytes, query: str, headers: dict[str, str], status: int, code: str
) -> None:
    found, form = await send(rig, data, query, **headers)
    assert (found, form["error"]["code"]) == (status, code)
    assert form["error"]["remedy"]
    assert rig.node.imports.files == {}


async def test_a_file_that_is_too_large_or_finds_no_room(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.node.imports.bytes_max = 10
    assert (await send(rig, b"x" * 100))[0] == 409

    async def full(*_: Any, **__: Any) -> dict[str, Any]:
        raise StoreFull("there is no room", remedy="free some space")

    monkeypatch.setattr(rig.node.imports, "take_in", full)
    assert (await send(rig, b"x" * 100))[0] == 507


async def test_who_sends_nothing_for_long_or_goes_away_leaves_nothing(tmp_path: Path) -> None:
    from dataclasses import replace

    async with serving(tmp_path, replace(LIMITS, body_timeout_s=0.2)) as rig:
        host = rig.url.removeprefix("http://")
        token = BEARER["Authorization"]
        head = (
            f"POST {UPLOAD} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n"
            "Content-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nabc"
        ).encode()
        status, form = await rig.raw_answer(head)
        assert (status, form["error"]["code"]) == (408, "too_slow")
        _, writer = await rig.raw(head)
        await hang_up(writer)
        await asyncio.sleep(0.3)
        assert rig.node.imports.files == {}
        assert (await rig.ask("GET", "/health")).status == 200


async def test_a_conversation_and_everything_come_out_as_files(rig: Rig) -> None:
    session = await rig.start("talk")
    async with rig.client.get(f"{rig.url}/api/v1/export?session={session[:8]}", headers=BEARER) as response:
        assert await response.read() == b"one\ntwo\n"
        assert response.headers["Content-Disposition"] == f'attachment; filename="conversation-{session[:8]}.json"'
        assert response.headers["Cache-Control"] == "no-store"
        assert "Content-Length" not in response.headers
    async with rig.client.get(f"{rig.url}/api/v1/export", headers=BEARER) as response:
        assert (response.status, await response.read()) == (200, b"one\ntwo\n")
    async with rig.client.head(f"{rig.url}/api/v1/export", headers=BEARER) as response:
        assert (response.status, await response.read()) == (200, b"")
    exports = [call for call in rig.node.calls if call[0] == "export"]
    assert exports == [("export", session[:8], "json"), ("export", None, "bundle"), ("export", None, "bundle")]


async def test_what_cannot_come_out_says_why(rig: Rig) -> None:
    for query, status in (
        ("?format=word", 400),
        ("?session=", 400),
        ("?session=nothing", 404),
        ("?more=1", 400),
    ):
        assert (await rig.ask("GET", f"/api/v1/export{query}")).status == status
    rig.node.exported = [NotFound("it was forgotten meanwhile")]
    assert (await rig.ask("GET", "/api/v1/export")).status == 404
    rig.node.exported = [b"the beginning\n", StoreCorrupt("the database is damaged")]
    with pytest.raises(aiohttp.ClientPayloadError):  # half a file must not look like a whole one
        async with rig.client.get(f"{rig.url}/api/v1/export", headers=BEARER) as response:
            await response.read()
    rig.node.exported = []
    async with rig.client.get(f"{rig.url}/api/v1/export", headers=BEARER) as response:
        assert (response.status, await response.read()) == (200, b"")


async def test_a_reader_that_takes_nothing_is_let_go(tmp_path: Path) -> None:
    from dataclasses import replace

    async with serving(tmp_path, replace(LIMITS, send_timeout_s=0.2)) as rig:
        closed = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield bytes(1_000_000)
            finally:
                closed.set()

        rig.node._pieces = endless  # type: ignore[assignment, method-assign]
        head = f"GET /api/v1/export HTTP/1.1\r\nHost: {rig.url.removeprefix('http://')}\r\n"
        _, writer = await rig.raw(f"{head}Authorization: {BEARER['Authorization']}\r\n\r\n".encode())
        async with asyncio.timeout(20):
            await closed.wait()
        await hang_up(writer)
