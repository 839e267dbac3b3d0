"""Does a turn over plain HTTP end well, whatever happens to the model, the client or the node meanwhile?"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import aiohttp
import pytest

from ccnode.api.events import Failed, Waiting
from ccnode.api.settings import Limits
from ccnode.store.errors import Conflict
from tests.api.rig import BEARER, PATIENCE_S, TOKEN, Rig, eventually, hang_up, serving

if TYPE_CHECKING:
    from pathlib import Path

LINES = {**BEARER, "Accept": "application/x-ndjson"}


async def test_a_turn_as_lines(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.reply = lambda _text: "one two three"
    lines = await rig.lines(f"/api/v1/conversation/{session_id}/message", {"content": "count"})
    assert [line["type"] for line in lines if line["type"] != "delta"] == ["accepted", "response"]
    assert "".join(line["content"] for line in lines if line["type"] == "delta") == "one two three"
    accepted, response = lines[0], lines[-1]
    assert (accepted["seq"], response["seq"]) == (1, 2)
    assert accepted["message_id"] == response["user_message_id"]
    assert response["content"] == "one two three"
    assert response["session_id"] == session_id
    assert response["state"] == "complete"
    assert response["model"] == "scripted/1"


async def test_pieces_come_as_they_are_said(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.hold = asyncio.Event()
    async with rig.client.post(
        f"{rig.url}/api/v1/conversation/{session_id}/message", json={"content": "a"}, headers=LINES
    ) as response:
        async with asyncio.timeout(PATIENCE_S):
            said = ""
            while said != "You said: a":
                line = json.loads(await response.content.readline())
                said += line.get("content", "")
        assert rig.node.live
        rig.node.hold.set()
        assert json.loads(await response.content.readline())["type"] == "response"
        assert await response.content.read() == b""


async def test_sources_come_with_the_reply(rig: Rig) -> None:
    told = await rig.start("earlier")
    fact = rig.node.add(told, "user", "the key is under the mat" + "." * 5000)
    rig.node.sources = (fact.digest,)
    session_id = await rig.start()
    answer = await rig.ask("POST", f"/api/v1/conversation/{session_id}/message", {"content": "where is the key?"})
    (source,) = answer.value["sources"]
    assert (source["message_id"], source["session_id"]) == (fact.digest.hex(), told)
    assert source["time"].startswith("2026-03-02T")
    assert source["text"].startswith("the key is under the mat")
    assert len(source["text"]) == 4099


async def test_a_retry_with_the_same_key_is_harmless(rig: Rig) -> None:
    session_id = await rig.start()
    path = f"/api/v1/conversation/{session_id}/message"
    headers = {**BEARER, "Idempotency-Key": "k"}
    first, second = [await rig.ask("POST", path, {"content": "a"}, headers=headers) for _ in range(2)]
    assert first.value["message_id"] == second.value["message_id"]
    assert rig.node.said == 1


async def test_a_retry_while_the_first_is_running_joins_it(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.hold = asyncio.Event()
    path = f"/api/v1/conversation/{session_id}/message"
    body = {"content": "a", "idempotency_key": "k"}
    first = asyncio.create_task(rig.ask("POST", path, body))
    await eventually(lambda: rig.node.live)
    second = asyncio.create_task(rig.ask("POST", path, body))
    other = await rig.ask("POST", path, {"content": "b"})
    assert (other.status, other.error["code"]) == (409, "conflict")
    rig.node.hold.set()
    assert (await first).value["message_id"] == (await second).value["message_id"]
    assert rig.node.said == 1
    now = (await rig.ask("GET", "/api/v1/metrics/realtime")).value
    assert (now["messages"], now["replies"]) == (1, 1)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("authentication", 502),
        ("credit", 502),
        ("not_configured", 502),
        ("context_overflow", 502),
        ("network", 503),
        ("timeout", 503),
        ("overloaded", 503),
        ("rate_limit", 503),
        ("disk_full", 507),
        ("internal", 500),
    ],
)
async def test_a_failed_turn_says_that_the_question_is_kept(rig: Rig, code: str, status: int) -> None:
    session_id = await rig.start()
    rig.node.fail = Failed(code, "the model did not answer", "look at the key")
    path = f"/api/v1/conversation/{session_id}"
    answer = await rig.ask("POST", f"{path}/message", {"content": "a"})
    assert (answer.status, answer.error["code"]) == (status, code)
    assert answer.error["message"] == "the model did not answer"
    assert answer.error["remedy"].startswith("look at the key. The question is kept.")
    assert answer.error["kept"] is True
    assert answer.error["session_id"] == session_id
    state = (await rig.ask("GET", path)).value
    assert state["unanswered"] is True
    assert answer.error["user_message_id"] == state["messages"][-1]["message_id"]

    lines = await rig.lines(f"{path}/resume")
    assert [line["type"] for line in lines] == ["accepted", "error"]
    assert (lines[1]["code"], lines[1]["kept"]) == (code, True)
    rig.node.fail = None
    resumed = await rig.ask("POST", f"{path}/resume")
    assert resumed.value["reply"] == "You said: a"


async def test_a_remedy_that_says_so_itself_is_not_repeated(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.fail = Failed("network", "no answer", "the question is kept: resume it")
    answer = await rig.ask("POST", f"/api/v1/conversation/{session_id}/message", {"content": "a"})
    assert answer.error["remedy"] == "the question is kept: resume it"


async def test_a_client_that_leaves_does_not_end_the_turn(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.hold = asyncio.Event()
    body = json.dumps({"content": "a"}).encode()
    _, writer = await rig.raw(
        f"POST /api/v1/conversation/{session_id}/message HTTP/1.1\r\nHost: 127.0.0.1:{rig.port}\r\n"
        f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nAccept: application/x-ndjson\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    await eventually(lambda: rig.node.live)
    await hang_up(writer)
    resumed = asyncio.create_task(rig.lines(f"/api/v1/conversation/{session_id}/resume"))
    await asyncio.sleep(0.02)
    rig.node.hold.set()
    lines = await resumed
    assert [lines[0]["type"], lines[-1]["type"]] == ["accepted", "response"]
    assert "".join(line["content"] for line in lines if line["type"] == "delta") == "You said: a"
    assert rig.node.said == 1


async def test_a_reply_can_be_stopped(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.hold = asyncio.Event()
    path = f"/api/v1/conversation/{session_id}"
    asked = asyncio.create_task(rig.ask("POST", f"{path}/message", {"content": "a"}))
    await eventually(lambda: rig.node.live)
    assert (await rig.ask("POST", f"{path}/stop")).value["stopped"] is True
    assert (await asked).value["state"] == "interrupted"


async def test_whoever_does_not_read_the_lines_is_let_go(tmp_path: Path) -> None:
    async with serving(tmp_path, Limits(send_timeout_s=0.3, stop_grace_s=0.1)) as rig:
        session_id = await rig.start()
        rig.node.reply = lambda _text: "x" * 8_000_000
        body = json.dumps({"content": "a"}).encode()
        reader, writer = await rig.raw(
            f"POST /api/v1/conversation/{session_id}/message HTTP/1.1\r\nHost: 127.0.0.1:{rig.port}\r\n"
            f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nAccept: application/x-ndjson\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await eventually(lambda: not rig.node.live)
        await eventually(lambda: rig.connections == 0)
        await hang_up(writer)
        del reader
        assert len(rig.node.paths[session_id]) == 2


async def test_half_a_character_in_a_piece_does_not_break_the_stream(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.reply = lambda _text: "half \ud83d here"
    lines = await rig.lines(f"/api/v1/conversation/{session_id}/message", {"content": "a"})
    assert "".join(line["content"] for line in lines if line["type"] == "delta") == "half \ud83d here"


async def test_errors_before_the_first_line_have_their_status(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.refuse = {"say": Conflict("this session has ended", remedy="open another")}
    answer = await rig.ask("POST", f"/api/v1/conversation/{session_id}/message", {"content": "a"}, headers=LINES)
    assert (answer.status, answer.error["remedy"]) == (409, "open another")


async def test_an_ending_server_lets_go_of_a_turn_and_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path) as rig:
        session_id = await rig.start()
        rig.node.hold = asyncio.Event()
        asked = asyncio.create_task(rig.lines(f"/api/v1/conversation/{session_id}/message", {"content": "a"}))
        await eventually(lambda: rig.node.live)
        await asyncio.sleep(0.02)
        await rig.servers.stop()
        lines = await asked
        assert (lines[-1]["type"], lines[-1]["code"], lines[-1]["kept"]) == ("error", "stopping", True)


async def test_an_ending_server_waits_for_a_turn_that_ends_in_time(tmp_path: Path) -> None:
    async with serving(tmp_path, Limits(stop_grace_s=PATIENCE_S)) as rig:
        session_id = await rig.start()
        hold = rig.node.hold = asyncio.Event()
        asked = asyncio.create_task(rig.ask("POST", f"/api/v1/conversation/{session_id}/message", {"content": "a"}))
        await eventually(lambda: rig.node.live)
        asyncio.get_running_loop().call_later(0.1, hold.set)
        await rig.servers.stop()
        assert (await asked).value["reply"] == "You said: a"


async def test_a_stream_that_breaks_inside_ends_and_is_logged(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """JSON knows no NaN. What was sent cannot be taken back, so the connection ends, and nothing is added to it."""
    session_id = await rig.start()
    rig.node.metrics = {"odd": float("nan")}
    async with rig.client.post(
        f"{rig.url}/api/v1/conversation/{session_id}/message", json={"content": "a"}, headers=LINES
    ) as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()
    assert "failed with ValueError" in caplog.text
    answer = await rig.ask("POST", f"/api/v1/conversation/{session_id}/message", {"content": "a"})
    assert answer.status == 500


WAIT = Waiting(
    "waiting until 12:01:30 UTC because the rate limit is reached (retry 1 of 5)",
    "rate_limit",
    90.0,
    1_795_262_490_000,
)
WAIT_FORM = {
    "type": "waiting",
    "message": WAIT.message,
    "reason": "rate_limit",
    "until": "2026-11-21T12:01:30.000Z",
    "wait_s": 90.0,
}


async def test_a_wait_is_a_form_of_its_own(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.waiting = WAIT
    rig.node.wait_over.set()
    lines = await rig.lines(f"/api/v1/conversation/{session_id}/message", {"content": "a"})
    assert [line["type"] for line in lines if line["type"] != "delta"] == ["accepted", "waiting", "response"]
    assert lines[1] == WAIT_FORM


async def test_something_told_without_a_wait_is_a_status(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.waiting = Waiting("asking again without the oldest part", "context_overflow")
    rig.node.wait_over.set()
    lines = await rig.lines(f"/api/v1/conversation/{session_id}/message", {"content": "a"})
    assert lines[1] == {"type": "status", "message": "asking again without the oldest part"}


async def test_a_wait_is_told_to_who_joins_and_can_be_stopped(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.waiting = WAIT
    path = f"/api/v1/conversation/{session_id}"
    first = asyncio.create_task(rig.lines(f"{path}/message", {"content": "a"}))
    await eventually(lambda: bool(rig.node.live))
    second = asyncio.create_task(rig.lines(f"{path}/resume", {}))
    async with rig.client.post(f"{rig.url}{path}/resume", json={}, headers=LINES) as third:
        assert json.loads(await third.content.readline())["type"] == "accepted"
        assert json.loads(await third.content.readline()) == WAIT_FORM
        assert (await rig.ask("POST", f"{path}/stop", {})).value["stopped"] is True
    for lines in (await first, await second):
        assert [line["type"] for line in lines] == ["accepted", "waiting", "error"]
        assert (lines[-1]["code"], lines[-1]["kept"]) == ("interrupted", True)


async def test_a_reply_that_broke_off_is_continued(rig: Rig) -> None:
    session_id = await rig.start()
    path = f"/api/v1/conversation/{session_id}/continue"
    assert (await rig.ask("POST", path, {})).status == 409
    rig.node.add(session_id, "user", "Tell me")
    rig.node.add(session_id, "assistant", "Half of", state="interrupted")
    lines = await rig.lines(path, {})
    assert (lines[0]["type"], lines[-1]["type"], lines[-1]["state"]) == ("accepted", "response", "complete")
    assert (await rig.ask("POST", path, {})).status == 409
    assert (await rig.ask("POST", path, {"more": 1})).status == 400


async def test_a_spent_budget_has_its_status(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.fail = Failed("budget", "today's budget of $1.00 is used up", "it begins anew at 00:00 UTC")
    answer = await rig.ask("POST", f"/api/v1/conversation/{session_id}/message", {"content": "a"})
    assert (answer.status, answer.error["code"], answer.error["kept"]) == (429, "budget", True)


async def test_costs(rig: Rig) -> None:
    assert (await rig.ask("GET", "/api/v1/cost")).value["total_micro_dollars"] == 0
    assert rig.node.calls[-1] == ("costs", 30)
    await rig.ask("GET", "/api/v1/cost?days=7")
    assert rig.node.calls[-1] == ("costs", 7)
    for wrong in ("0", "-1", "x", "99999"):
        assert (await rig.ask("GET", f"/api/v1/cost?days={wrong}")).status == 400
