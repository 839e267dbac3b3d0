"""Does a page's line tell what changes, carry its conversation, and cost nothing while nobody listens?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from ccnode.api import live
from ccnode.api.context import NOTICES
from tests.api.rig import BEARER, eventually, form

if TYPE_CHECKING:
    from tests.api.rig import Rig


def line(rig: Rig, session: str = "", **more: Any) -> Any:
    query = f"?session={session}" if session else ""
    return rig.client.ws_connect(f"{rig.url}/ws/live{query}", headers=BEARER, **more)


async def test_it_begins_with_how_the_node_is_and_says_when_that_changes(rig: Rig) -> None:
    async with line(rig) as socket:
        first = await form(socket)
        assert first == {"type": "state", "state": "ready", "model": "scripted/1", "problems": []}
        rig.node.problems.append({"code": "disk", "message": "the disk is full"})
        assert (await form(socket, "state"))["problems"] == rig.node.problems


async def test_changes_are_gathered(rig: Rig) -> None:
    async with line(rig) as one, line(rig) as two:
        for socket in (one, two):
            await form(socket, "state")
        for _ in range(10_000):
            rig.node.changed("messages", "sessions")
        rig.node.changed("memory")
        for socket in (one, two):
            assert await form(socket) == {"type": "changed", "what": ["memory", "messages", "sessions"]}
        rig.node.changed("imports")
        assert await form(one) == {"type": "changed", "what": ["imports"]}


async def test_a_few_notices_follow_each_other_at_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "APART_S", 3600.0)
    async with line(rig) as socket:
        await form(socket, "state")
        for number in range(live.BURST):
            rig.node.changed(f"n{number}")
            assert await form(socket, "changed") == {"type": "changed", "what": [f"n{number}"]}
        rig.node.changed("sessions")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await form(socket, "changed")


async def test_nothing_runs_while_nobody_listens(rig: Rig) -> None:
    notices: Any = rig.app[NOTICES]
    async with line(rig) as socket:
        await form(socket, "state")
        assert notices._followers
    await eventually(lambda: not notices._followers)
    rig.node.changed("sessions")
    assert not notices._what


async def test_it_is_a_conversation_too_and_dresses_the_reply(rig: Rig) -> None:
    rig.node.reply = lambda text: f"**You** said: <b>{text}</b>"
    session_id = await rig.start()
    async with line(rig, session_id) as socket:
        await socket.send_json({"type": "message", "content": "hello", "idempotency_key": "k"})
        assert (await form(socket, "accepted"))["seq"] == 1
        said = ""
        while (told := await form(socket, "delta", "response"))["type"] == "delta":
            said += told["content"]
            last = told["html"]
        assert said == told["content"] == "**You** said: <b>hello</b>"
        assert last == "<p><strong>You</strong> said: &lt;b&gt;hello&lt;/b&gt;</p>\n"


async def test_a_line_without_a_conversation_takes_no_message(rig: Rig) -> None:
    async with line(rig) as socket:
        for kind in ("resume", "stop", "regenerate"):
            await socket.send_json({"type": kind})
            assert "no conversation" in (await form(socket, "error"))["message"]
        await socket.send_json({"type": "message", "content": "hello"})
        assert "no conversation" in (await form(socket, "error"))["message"]


async def test_a_conversation_line_hears_no_notices(rig: Rig) -> None:
    session_id = await rig.start()
    async with rig.socket_to(session_id) as socket:
        rig.node.changed("sessions")
        await socket.send_json({"type": "message", "content": "hello"})
        seen = []
        while (told := await form(socket))["type"] != "metrics":
            seen.append(told)
    assert {one["type"] for one in seen} == {"accepted", "delta", "response"}
    assert not any("html" in one for one in seen)


@pytest.mark.parametrize(("query", "status"), [("?session=nothing", 404), ("?session=%00", 404)])
async def test_a_line_on_no_conversation_is_refused(rig: Rig, query: str, status: int) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
        await rig.client.ws_connect(f"{rig.url}/ws/live{query}", headers=BEARER)
    assert raised.value.status == status


async def test_a_stranger_hears_nothing(rig: Rig) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
        await rig.client.ws_connect(f"{rig.url}/ws/live")
    assert raised.value.status == 401


async def test_a_reader_who_does_not_read_is_let_go(rig: Rig) -> None:
    """Its queue is bounded; the others hear on."""
    notices: Any = rig.app[NOTICES]
    async with line(rig) as socket:
        await form(socket, "state")
        follower = next(iter(notices._followers))
        for _ in range(200):
            follower.give({"type": "changed", "what": []})
        await asyncio.sleep(0)
        assert follower.lost
        await eventually(lambda: not notices._followers)
