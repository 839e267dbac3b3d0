"""Does the WebSocket tell everybody the same, and does it bear whatever is sent into it?"""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from ccnode.api.context import HUB, PLACE
from ccnode.api.events import Failed
from ccnode.api.settings import Limits
from tests.api.rig import BEARER, PATIENCE_S, TOKEN, Rig, eventually, form, hang_up, serving, until_closed

if TYPE_CHECKING:
    from pathlib import Path


async def said(socket: aiohttp.ClientWebSocketResponse) -> tuple[str, dict[str, Any]]:
    """The pieces up to the response, joined, and the response."""
    text = ""
    while True:
        one = await form(socket, "delta", "response", "error")
        if one["type"] != "delta":
            return text, one
        text += one["content"]


async def test_a_turn(rig: Rig) -> None:
    session_id = await rig.start()
    async with rig.socket_to(session_id) as socket:
        for number in (1, 2):
            await socket.send_json({"type": "message", "content": f"n {number}"})
            accepted = await form(socket)
            assert (accepted["type"], accepted["seq"]) == ("accepted", 2 * number - 1)
            text, response = await said(socket)
            assert text == response["content"] == f"You said: n {number}"
            assert response["user_message_id"] == accepted["message_id"]
            assert response["state"] == "complete"
            metrics = await form(socket)
            assert metrics["type"] == "metrics"
            assert (metrics["phi"], metrics["ccc"], metrics["latency_ms"]) == (None, None, 3)


async def test_everybody_who_looks_at_a_session_hears_it_live(rig: Rig) -> None:
    session_id, other_id = await rig.start(), await rig.start()
    async with (
        rig.socket_to(session_id) as asker,
        rig.socket_to(session_id) as witness,
        rig.socket_to(other_id) as stranger,
    ):
        await asker.send_json({"type": "message", "content": "hello"})
        for socket in (asker, witness):
            assert (await form(socket))["type"] == "accepted"
            assert (await said(socket))[0] == "You said: hello"
        await rig.ask("POST", f"/api/v1/conversation/{session_id}/message", {"content": "by HTTP"})
        for socket in (asker, witness):
            assert (await form(socket, "accepted"))["seq"] == 3
            assert (await said(socket))[0] == "You said: by HTTP"
        await stranger.send_json({"type": "stop"})
        assert (await form(stranger))["message"] == "no reply is being written"


async def test_a_turn_outlives_its_socket_and_is_resumed(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.hold = asyncio.Event()
    async with rig.socket_to(session_id) as socket:
        await socket.send_json({"type": "message", "content": "long"})
        await form(socket, "delta")
        await eventually(lambda: len(rig.node.live[session_id].said) == 3)
    async with rig.socket_to(session_id) as socket:
        hint = await form(socket)
        assert (hint["type"], hint["running"]) == ("status", True)
        await socket.send_json({"type": "resume"})
        assert (await form(socket))["type"] == "accepted"
        assert (await form(socket, "delta"))["content"] == "You said: long"
        await socket.send_json({"type": "resume"})
        assert (await form(socket))["type"] == "status"
        rig.node.hold.set()
        assert (await said(socket))[1]["content"] == "You said: long"
    assert rig.node.said == 1


async def test_who_came_late_and_did_not_resume_hears_the_end_only(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.hold = asyncio.Event()
    async with rig.socket_to(session_id) as asker:
        await asker.send_json({"type": "message", "content": "long"})
        await form(asker, "delta")
        async with rig.socket_to(session_id) as late:
            assert (await form(late))["running"] is True
            rig.node.hold.set()
            text, response = await said(late)
            assert (text, response["content"]) == ("", "You said: long")


async def test_a_message_sent_again_with_its_key_is_recorded_once(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.hold = asyncio.Event()
    message = {"type": "message", "content": "once", "idempotency_key": "k"}
    async with rig.socket_to(session_id) as socket:
        await socket.send_json(message)
        await form(socket, "accepted")
    async with rig.socket_to(session_id) as socket:
        await form(socket, "status")
        await socket.send_json(message)
        assert (await form(socket))["type"] == "accepted"
        rig.node.hold.set()
        assert (await said(socket))[0] == "You said: once"
        await form(socket, "metrics")
        await socket.send_json(message)
        assert (await form(socket))["type"] == "accepted"
        assert (await said(socket))[1]["content"] == "You said: once"
    assert rig.node.said == 1


async def test_one_turn_at_a_time(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.hold = asyncio.Event()
    async with rig.socket_to(session_id) as socket:
        await socket.send_json({"type": "message", "content": "first"})
        await form(socket, "delta")
        for order in ({"type": "message", "content": "second"}, {"type": "regenerate"}):
            await socket.send_json(order)
            error = await form(socket, "error")
            assert (error["code"], bool(error["remedy"])) == ("busy", True)
        await socket.send_json({"type": "stop"})
        assert (await said(socket))[1]["state"] == "interrupted"
        await form(socket, "metrics")
        rig.node.hold = None
        await socket.send_json({"type": "regenerate"})
        assert (await form(socket))["type"] == "accepted"
        assert (await said(socket))[1]["state"] == "complete"


async def test_a_failure_is_told_with_its_remedy(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.fail = Failed("network", "the model cannot be reached", "check the line")
    async with rig.socket_to(session_id) as socket:
        await socket.send_json({"type": "message", "content": "a"})
        await form(socket, "accepted")
        error = await form(socket)
        assert (error["type"], error["code"], error["kept"]) == ("error", "network", True)
        rig.node.fail = None
        await socket.send_json({"type": "resume"})
        await form(socket, "accepted")
        assert (await said(socket))[0] == "You said: a"
        await form(socket, "metrics")
        await socket.send_json({"type": "resume"})
        error = await form(socket)
        assert (error["type"], error["code"]) == ("error", "conflict")


async def test_what_concerns_only_the_asker_is_told_only_to_them(rig: Rig) -> None:
    session_id = await rig.start()
    async with rig.socket_to(session_id) as asker, rig.socket_to(session_id) as witness:
        await asker.send_json({"type": "resume"})
        assert (await form(asker))["code"] == "conflict"
        await witness.send_json({"type": "stop"})
        assert (await form(witness))["type"] == "status"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the form: not JSON"),
        ("hello", "the form: not JSON"),
        ("[]", "type: must be message, resume, stop, regenerate or continue"),
        ("null", "type: must be"),
        ('{"type": 5}', "type: must be"),
        ('{"type": ["message"]}', "type: must be"),
        ('{"type": "message"}', "content: field required"),
        ('{"type": "message", "content": 5}', "content: must be a valid string"),
        ('{"type": "message", "content": " "}', "content: is empty"),
        ('{"type": "message", "content": "a\\u0000"}', "content: holds the character NUL"),
        ('{"type": "message", "content": "a\\udc00"}', "content: holds half a character"),
        ('{"type": "message", "content": "a", "extra": 1}', "extra: is not known here"),
        ('{"type": "message", "content": "a", "content": "b"}', "content: is there twice"),
        ('{"type": "stop", "content": "a"}', "content: is not known here"),
        ("[" * 50_000, "the form: nested too deeply"),
        ('{"type": NaN}', "the form: NaN is no JSON number"),
    ],
)
async def test_a_wrong_form_is_refused_and_the_socket_lives(rig: Rig, text: str, message: str) -> None:
    session_id = await rig.start()
    async with rig.socket_to(session_id) as socket:
        await socket.send_str(text)
        error = await form(socket)
        assert (error["type"], error["code"]) == ("error", "bad_request")
        assert error["message"].startswith(message)
        await socket.send_json({"type": "message", "content": "still there"})
        assert (await form(socket))["type"] == "accepted"


async def test_a_text_over_the_limit_is_refused(rig: Rig) -> None:
    session_id = await rig.start()
    async with rig.socket_to(session_id) as socket:
        await socket.send_json({"type": "message", "content": "x" * 1_100_000})
        error = await form(socket)
        assert (error["code"], error["message"].split(":")[0]) == ("too_large", "content")


async def test_a_huge_frame_closes_the_socket(rig: Rig) -> None:
    session_id = await rig.start()
    async with rig.socket_to(session_id) as socket:
        await socket.send_str("x" * (3 * 1024 * 1024))
        assert await until_closed(socket) == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


async def test_a_huge_frame_is_refused_by_its_head(rig: Rig) -> None:
    """The head of a frame of 2^62 bytes, and nothing of it."""
    session_id = await rig.start()
    reader, writer = await rig.raw(_upgrade(rig, session_id))
    async with asyncio.timeout(PATIENCE_S):
        assert b"101 Switching" in await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x81\xff" + (2**62).to_bytes(8, "big") + b"\0\0\0\0")
        frame = await reader.readexactly(4)
    assert frame[0] == 0x88
    assert int.from_bytes(frame[2:4], "big") == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
    await hang_up(writer)


def _upgrade(rig: Rig, session_id: str, *more: str) -> bytes:
    lines = (
        f"GET /ws/conversation/{session_id} HTTP/1.1",
        f"Host: 127.0.0.1:{rig.port}",
        f"Authorization: Bearer {TOKEN}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *more,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x82\0\0\0\0\xff\xfe", aiohttp.WSCloseCode.INVALID_TEXT),
        (b"\xf1\x80\0\0\0\0", aiohttp.WSCloseCode.PROTOCOL_ERROR),
        (b"\x83\x80\0\0\0\0", aiohttp.WSCloseCode.PROTOCOL_ERROR),
        (b"\x89\xfe\x04\x00\0\0\0\0", aiohttp.WSCloseCode.PROTOCOL_ERROR),
    ],
    ids=["not UTF-8", "reserved bits", "unknown opcode", "long ping"],
)
async def test_frames_that_break_the_protocol(rig: Rig, frame: bytes, code: int) -> None:
    session_id = await rig.start()
    reader, writer = await rig.raw(_upgrade(rig, session_id))
    async with asyncio.timeout(PATIENCE_S):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(frame)
        answer = await reader.readexactly(4)
    assert answer[0] == 0x88
    assert int.from_bytes(answer[2:4], "big") == code
    await hang_up(writer)
    await eventually(lambda: open_sockets(rig) == 0)


def open_sockets(rig: Rig) -> int:
    return len(rig.app[PLACE].sockets)


async def test_compression_is_not_offered(rig: Rig) -> None:
    session_id = await rig.start()
    async with rig.socket_to(session_id, compress=15) as socket:
        assert socket.compress == 0


async def test_binary_frames_are_refused(rig: Rig) -> None:
    session_id = await rig.start()
    async with rig.socket_to(session_id) as socket:
        await socket.send_bytes(b"\x00\x01")
        error = await form(socket)
        assert (error["type"], error["message"]) == ("error", "the frame: only text is understood")
        assert await until_closed(socket) == aiohttp.WSCloseCode.UNSUPPORTED_DATA


async def test_who_sends_only_nonsense_is_let_go(rig: Rig) -> None:
    session_id = await rig.start()
    async with rig.socket_to(session_id) as socket:
        for _ in range(Limits().bad_frames_max):
            await socket.send_str("nonsense")
            await form(socket, "error")
        assert await until_closed(socket) == aiohttp.WSCloseCode.POLICY_VIOLATION


async def test_a_thousand_messages_at_once(rig: Rig) -> None:
    """All are answered, in order, and only one became a turn."""
    session_id = await rig.start()
    rig.node.hold = asyncio.Event()
    async with rig.socket_to(session_id) as socket:
        for number in range(1000):
            await socket.send_json({"type": "message", "content": str(number)})
        kinds = [(await form(socket, "accepted", "error"))["type"] for _ in range(1000)]
        assert sorted(kinds) == ["accepted", *["error"] * 999]
        assert rig.node.said == 1
        rig.node.hold.set()
        assert (await said(socket))[1]["content"] == "You said: 0"


async def test_a_thousand_messages_from_one_who_does_not_read(rig: Rig) -> None:
    """The queue to them stays bounded: the server stops reading from who does not read."""
    session_id = await rig.start()
    rig.node.hold = asyncio.Event()
    _, writer = await rig.raw(_upgrade(rig, session_id))
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    text = json.dumps({"type": "message", "content": "x" * 20_000}).encode()
    frame = b"\x81\xfe" + len(text).to_bytes(2, "big") + b"\0\0\0\0" + text
    for _ in range(1000):
        writer.write(frame)
    await eventually(lambda: rig.node.said == 1)
    (follower,) = rig.app[HUB]._followers[session_id]
    await asyncio.sleep(0.2)
    assert len(follower._items) <= Limits().pending_forms_max
    assert (await rig.ask("GET", "/health")).status == 200
    writer.transport.abort()


async def test_a_reader_who_stalls_is_let_go_and_the_others_are_not_held_up(tmp_path: Path) -> None:
    async with serving(tmp_path, Limits(send_timeout_s=0.3, stop_grace_s=0.1)) as rig:
        session_id = await rig.start()
        rig.node.reply = lambda _text: "y" * 900_000
        _, stalled = await rig.raw(_upgrade(rig, session_id))
        stalled.transport.pause_reading()  # type: ignore[attr-defined]
        async with rig.socket_to(session_id) as socket:
            await eventually(lambda: open_sockets(rig) == 2)
            for _ in range(8):
                await socket.send_json({"type": "message", "content": "more"})
                assert len((await said(socket))[1]["content"]) == 900_000
                await form(socket, "metrics")
            await eventually(lambda: open_sockets(rig) == 1)
        stalled.transport.abort()


async def test_a_dead_connection_is_noticed_by_its_heartbeat(tmp_path: Path) -> None:
    async with serving(tmp_path, Limits(heartbeat_s=0.2, stop_grace_s=0.1)) as rig:
        session_id = await rig.start()
        _, writer = await rig.raw(_upgrade(rig, session_id))
        await eventually(lambda: open_sockets(rig) == 1)
        await eventually(lambda: open_sockets(rig) == 0)
        writer.transport.abort()


async def test_one_socket_more_than_the_limit(tmp_path: Path) -> None:
    async with serving(tmp_path) as rig:
        session_id = await rig.start()
        async with AsyncExitStack() as stack:
            for _ in range(64):
                await stack.enter_async_context(rig.socket_to(session_id))
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await stack.enter_async_context(rig.socket_to(session_id))
            assert caught.value.status == 503
        await eventually(lambda: open_sockets(rig) == 0)
        async with rig.socket_to(session_id) as socket:
            assert not socket.closed


async def test_sessions_that_are_not_there_and_requests_that_are_none(rig: Rig) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await rig.client.ws_connect(f"{rig.url}/ws/conversation/{'0' * 8}", headers=BEARER)
    assert caught.value.status == 404
    session_id = await rig.start()
    answer = await rig.ask("GET", f"/ws/conversation/{session_id}")
    assert (answer.status, answer.error["code"]) == (426, "upgrade_required")


async def test_an_ending_server_says_goodbye(tmp_path: Path) -> None:
    async with serving(tmp_path) as rig:
        session_id = await rig.start()
        async with rig.socket_to(session_id) as socket:
            await eventually(lambda: open_sockets(rig) == 1)
            stopped = asyncio.create_task(rig.servers.stop())
            assert await until_closed(socket) == aiohttp.WSCloseCode.GOING_AWAY
            await stopped


async def test_over_the_local_socket(rig: Rig) -> None:
    session_id = await rig.start()
    async with rig.local.ws_connect(f"http://localhost/ws/conversation/{session_id}") as socket:
        await socket.send_json({"type": "message", "content": "near"})
        assert (await said(socket))[0] == "You said: near"


async def test_our_own_mistake_in_a_form_leaves_the_socket_open(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    session_id = await rig.start()
    async with rig.socket_to(session_id) as socket:
        rig.node.refuse = {"stop_turn": RuntimeError("a secret")}
        await socket.send_json({"type": "stop"})
        error = await form(socket)
        assert (error["type"], error["code"]) == ("error", "internal")
        assert "secret" not in str(error)
        await socket.send_json({"type": "message", "content": "still there"})
        assert (await form(socket))["type"] == "accepted"
    assert "RuntimeError" in caplog.text


async def test_continuing_over_a_socket(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.add(session_id, "user", "Tell me")
    rig.node.add(session_id, "assistant", "Half of", state="interrupted")
    async with rig.socket_to(session_id) as socket:
        await socket.send_json({"type": "continue"})
        assert (await form(socket))["type"] == "accepted"
        text, response = await said(socket)
        assert (text, response["state"]) == ("You said: Tell me", "complete")
        assert (await form(socket))["type"] == "metrics"
        await socket.send_json({"type": "continue"})
        assert (await form(socket))["type"] == "error"
