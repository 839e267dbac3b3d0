"""Does every address do what the contract says, and does every error have the one form?"""

from __future__ import annotations

import asyncio
import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.api import security
from ccnode.api.app import _routes
from ccnode.store import errors as store

if TYPE_CHECKING:
    from tests.api.rig import Rig

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
NOBODY = "00000000-0000-4000-8000-000000000000"


async def test_health_and_readiness_need_no_token(rig: Rig) -> None:
    assert (await rig.ask("GET", "/health", headers={})).value == {"status": "ok"}
    for state, status in (("ready", 200), ("degraded", 200), ("starting", 503), ("stopping", 503)):
        rig.node.state = state  # type: ignore[assignment]
        answer = await rig.ask("GET", "/ready", headers={})
        assert (answer.status, answer.value) == (status, {"state": state})


async def test_status_joins_what_the_node_knows(rig: Rig) -> None:
    value = (await rig.ask("GET", "/api/v1/status")).value
    assert value["name"] == "home"
    assert value["statistics"] == {"sessions": 0}
    assert value["api_url"] == rig.url
    assert value["uptime_s"] >= 0


async def test_a_session_from_start_to_end(rig: Rig) -> None:
    started = await rig.ask("POST", "/api/v1/conversation/start", {"title": " First "})
    assert started.status == 201
    session_id = started.value["session_id"]
    assert str(uuid.UUID(session_id)) == session_id
    assert started.value["websocket_url"] == f"ws://127.0.0.1:{rig.port}/ws/conversation/{session_id}"
    assert started.value["metrics_url"] == f"{rig.url}/api/v1/metrics/conversation/{session_id}"
    assert started.value["messages"] == 0

    said = await rig.ask("POST", f"/api/v1/conversation/{session_id}/message", {"content": "Hello there"})
    assert said.status == 200
    assert said.value["reply"] == "You said: Hello there"
    assert said.value["session_id"] == session_id
    assert said.value["state"] == "complete"
    assert said.value["sources"] == []
    assert said.value["metrics"] == {"latency_ms": 3}
    assert re.fullmatch("[0-9a-f]{64}", said.value["message_id"])
    assert re.fullmatch("[0-9a-f]{64}", said.value["user_message_id"])

    state = (await rig.ask("GET", f"/api/v1/conversation/{session_id}")).value
    assert state["session"]["title"] == "First"
    assert ISO.match(state["session"]["opened"])
    assert [one["text"] for one in state["messages"]] == ["Hello there", "You said: Hello there"]
    assert [one["seq"] for one in state["messages"]] == [1, 2]
    assert state["messages"][1]["parent"] == state["messages"][0]["message_id"]
    assert (state["unanswered"], state["running"]) == (False, False)

    at = state["messages"][0]["time"]
    past = (await rig.ask("GET", f"/api/v1/conversation/{session_id}", params={"at": at})).value
    assert [one["text"] for one in past["messages"]] == ["Hello there"]
    assert past["unanswered"] is True

    tree = (await rig.ask("GET", f"/api/v1/conversation/{session_id}/tree")).value
    assert len(tree["messages"]) == 2
    one = await rig.ask("GET", f"/api/v1/message/{said.value['message_id'].upper()}")
    assert one.value["message"]["text"] == "You said: Hello there"

    renamed = await rig.ask("PATCH", f"/api/v1/conversation/{session_id}", {"title": "Other"})
    assert renamed.value["session"]["title"] == "Other"
    ended = await rig.ask("DELETE", f"/api/v1/conversation/{session_id}")
    assert ended.value["session_id"] == session_id
    assert ISO.match(ended.value["ended"])


async def test_a_branch_says_how_much_it_inherits(rig: Rig) -> None:
    session_id = await rig.start()
    rig.node.add(session_id, "user", "one")
    reply = rig.node.add(session_id, "assistant", "two")
    rig.node.add(session_id, "user", "three")
    started = await rig.ask("POST", "/api/v1/conversation/start", {"parent": reply.digest.hex()})
    assert (started.status, started.value["messages"]) == (201, 2)
    assert (await rig.ask("POST", "/api/v1/conversation/start", {"parent": "0" * 64})).status == 404


async def test_start_without_a_body(rig: Rig) -> None:
    assert (await rig.ask("POST", "/api/v1/conversation/start")).status == 201


async def test_listing(rig: Rig) -> None:
    ids = [await rig.start(f"talk {number}") for number in range(3)]
    await rig.node.end(ids[0])
    found = (await rig.ask("GET", "/api/v1/conversations", params={"limit": 2, "offset": 0})).value["sessions"]
    assert [one["title"] for one in found] == ["talk 2", "talk 1"]
    found = (await rig.ask("GET", "/api/v1/conversations", params={"ended": "true"})).value["sessions"]
    assert [one["session_id"] for one in found] == [ids[0]]
    await rig.ask("POST", f"/api/v1/conversation/{ids[1]}/forget", {})
    found = (await rig.ask("GET", "/api/v1/conversations", params={"forgotten": "1"})).value["sessions"]
    assert [one["session_id"] for one in found] == [ids[1]]


async def test_forgetting_and_taking_it_back(rig: Rig) -> None:
    session_id = await rig.start()
    ordered = await rig.ask("POST", f"/api/v1/conversation/{session_id}/forget")
    assert ordered.value["order"] == "ab" * 32
    assert ordered.value["due"] == "2026-03-02T10:11:12.345Z"
    undone = await rig.ask("DELETE", f"/api/v1/conversation/{session_id}/forget")
    assert undone.value == {"session_id": session_id, "cancelled": True}
    assert (await rig.ask("DELETE", f"/api/v1/conversation/{session_id}/forget")).status == 409


async def test_search(rig: Rig) -> None:
    session_id = await rig.start("Dinner")
    rig.node.add(session_id, "user", "Ruth dislikes walnuts")
    found = await rig.ask("GET", "/api/v1/search", params={"q": "walnuts", "since": "2026-01-01T00:00:00Z", "limit": 3})
    (hit,) = found.value["results"]
    assert (hit["title"], hit["session_id"], hit["text"]) == ("Dinner", session_id, "Ruth dislikes walnuts")
    assert hit["why"] == [{"word": "walnuts", "share": 1.0, "where": "text"}]
    assert ("search", "walnuts", 3, None, None, 1_767_225_600_000, None) in rig.node.calls
    await rig.ask("GET", "/api/v1/search", params={"q": "x", "session": session_id[:8], "role": "user"})
    assert ("search", "x", 20, session_id, "user", None, None) in rig.node.calls
    assert found.value["unsearched"] == 0
    rig.node.behind = 12
    assert (await rig.ask("GET", "/api/v1/search", params={"q": "pears"})).value == {"results": [], "unsearched": 12}


async def test_metrics_say_what_is_not_measured(rig: Rig) -> None:
    session_id = await rig.start()
    await rig.ask("POST", f"/api/v1/conversation/{session_id}/message", {"content": "a"})
    own = (await rig.ask("GET", f"/api/v1/metrics/conversation/{session_id}")).value
    assert (own["messages"], own["replies"], own["phi"], own["ccc"]) == (2, 1, None, None)
    assert own["measured"] is None
    now = (await rig.ask("GET", "/api/v1/metrics/realtime")).value
    assert (now["messages"], now["replies"], now["turns_running"], now["phi"]) == (1, 1, 0, None)
    assert now["latency_ms"]["last"] > 0


async def test_model_backup_and_stop(rig: Rig) -> None:
    assert (await rig.ask("GET", "/api/v1/model")).value["current"] == "scripted/1"
    assert (await rig.ask("PUT", "/api/v1/model", {"adapter": "embedded"})).status == 200
    refused = await rig.ask("PUT", "/api/v1/model", {"adapter": "anthropic", "model": "x"})
    assert (refused.status, refused.error["remedy"]) == (409, "ccnode model key")
    assert (await rig.ask("POST", "/api/v1/backup", {"output": "/tmp/b.age"})).value["path"] == "/tmp/b.age"
    relative = await rig.ask("POST", "/api/v1/backup", {"output": "b.age"})
    assert (relative.status, relative.error["message"]) == (400, "output: must be an absolute path")
    stopping = await rig.ask("POST", "/api/v1/stop")
    assert (stopping.status, rig.node.stops) == (202, 1)


async def test_regenerate_and_resume(rig: Rig) -> None:
    session_id = await rig.start()
    path = f"/api/v1/conversation/{session_id}"
    assert (await rig.ask("POST", f"{path}/resume")).status == 409
    await rig.ask("POST", f"{path}/message", {"content": "a"})
    rig.node.reply = lambda _text: "another"
    assert (await rig.ask("POST", f"{path}/regenerate")).value["reply"] == "another"
    rig.node.add(session_id, "user", "left open")
    assert (await rig.ask("GET", path)).value["unanswered"] is True
    assert (await rig.ask("POST", f"{path}/resume", {})).value["reply"] == "another"
    assert (await rig.ask("POST", f"{path}/stop")).value == {"session_id": session_id, "stopped": False}


async def test_session_ids_in_other_spellings(rig: Rig) -> None:
    session_id = await rig.start()
    for text in (session_id.upper(), session_id[:8], "last"):
        assert (await rig.ask("GET", f"/api/v1/conversation/{text}")).value["session"]["session_id"] == session_id
    for text in (NOBODY, "zzzz", "a%00b", "x" * 100, "%ff%fe", "..%2f..", "a'b"):
        answer = await rig.ask("GET", f"/api/v1/conversation/{text}")
        assert (answer.status, answer.error["code"]) == (404, "not_found"), text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (store.NotFound("none", remedy="r"), 404),
        (store.Conflict("both", remedy="r"), 409),
        (store.StoreFull("full", remedy="r"), 507),
        (store.StoreBusy("busy", remedy="r"), 503),
        (store.StoreReadOnly("read only", remedy="r"), 503),
        (store.StoreCorrupt("damaged", remedy="r"), 503),
        (store.SchemaTooNew("new", remedy="r"), 503),
        (store.StoreError("other", remedy="r"), 500),
    ],
)
async def test_store_errors_have_their_status(rig: Rig, error: store.StoreError, status: int) -> None:
    session_id = await rig.start()
    rig.node.refuse = dict.fromkeys(("session", "branch", "say", "rename"), error)
    path = f"/api/v1/conversation/{session_id}"
    for answer in (
        await rig.ask("GET", path),
        await rig.ask("PATCH", path, {"title": "t"}),
        await rig.ask("POST", f"{path}/message", {"content": "c"}),
        await rig.ask("POST", f"{path}/message", {"content": "c"}, headers=_lines()),
    ):
        assert (answer.status, answer.error["code"]) == (status, error.code)
        assert answer.error["remedy"] == "r"
        assert ("Retry-After" in answer.headers) == isinstance(error, store.StoreBusy)


def _lines() -> dict[str, str]:
    from tests.api.rig import BEARER

    return {**BEARER, "Accept": "application/x-ndjson"}


async def test_our_own_mistakes_are_answered_without_internals(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    session_id = await rig.start()
    secret = "what somebody wrote"
    rig.node.refuse = {"branch": RuntimeError(secret), "say": RuntimeError(secret)}
    path = f"/api/v1/conversation/{session_id}"
    for answer in (
        await rig.ask("GET", path),
        await rig.ask("POST", f"{path}/message", {"content": "c"}),
    ):
        assert (answer.status, answer.error["code"]) == (500, "internal")
        reference = re.search(r"reference ([0-9a-f]{8})", answer.error["message"])
        assert reference is not None
        assert reference[1] in caplog.text
        assert secret not in str(answer.value)
    assert secret not in caplog.text
    assert "RuntimeError" in caplog.text


async def test_unknown_addresses_and_methods(rig: Rig) -> None:
    for path in ("/nope", "/api/v1/nope", "/static/../app.py", "/static/%2e%2e%2fapp.py", "/static/none.js"):
        answer = await rig.ask("GET", path)
        assert (answer.status, answer.error["code"]) == (404, "not_found"), path
    answer = await rig.ask("PUT", "/health")
    assert (answer.status, answer.error["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


async def test_every_route_is_behind_the_guard(rig: Rig) -> None:
    """A route that is added is closed to strangers unless it is listed as public."""
    pages = {*security.PAGES, "/static/{name}", "/favicon.ico"}
    public = {*pages, "/health", "/ready", "/api/v1/login", "/api/v1/metrics/realtime"}
    for method, path, _ in _routes():
        if path in public:
            continue
        concrete = path.replace("{session_id}", NOBODY).replace("{message_id}", "ab" * 32)
        answer = await rig.ask(method, re.sub(r"{\w+}", "x", concrete), headers={})
        assert (answer.status, answer.error["code"]) == (401, "not_signed_in"), path
        assert "ccnode open" in answer.error["remedy"]


async def test_every_get_route_answers_head(rig: Rig) -> None:
    async with rig.client.head(f"{rig.url}/health") as response:
        assert (response.status, await response.read()) == (200, b"")


async def test_many_at_once(rig: Rig) -> None:
    ids = [await rig.start(str(number)) for number in range(20)]

    async def talk(session_id: str) -> dict[str, Any]:
        answer = await rig.ask("POST", f"/api/v1/conversation/{session_id}/message", {"content": session_id})
        value: dict[str, Any] = answer.value
        return value

    replies = await asyncio.gather(*map(talk, ids))
    assert [reply["reply"] for reply in replies] == [f"You said: {session_id}" for session_id in ids]


async def test_a_conversation_comes_in_parts(rig: Rig) -> None:
    session_id = await rig.start("Long")
    for at in range(5):
        rig.node.add(session_id, "user" if at % 2 == 0 else "assistant", str(at))
    rig.node.part_size = 2
    for path in (f"/api/v1/conversation/{session_id}", f"/api/v1/conversation/{session_id}/tree"):
        texts: list[str] = []
        ends: list[int | None] = []
        first: int | None = 1
        while first is not None:
            part = (await rig.ask("GET", path, params={"first": first})).value
            texts += [one["text"] for one in part["messages"]]
            assert part["total"] == 5
            first = part["next"]
            ends.append(first)
        assert (texts, ends) == (["0", "1", "2", "3", "4"], [3, 5, None])
        assert (await rig.ask("GET", path, params={"first": 0})).status == 400


async def test_long_texts_are_cut_in_lists(rig: Rig) -> None:
    session_id = await rig.start("Long")
    message = rig.node.add(session_id, "user", "walnuts " * 5_000)
    rig.node.add(session_id, "user", "more walnuts")
    found = (await rig.ask("GET", "/api/v1/search", params={"q": "walnuts"})).value["results"]
    assert {(len(one["text"]), one.get("cut", False)) for one in found} == {(16_384, True), (12, False)}
    listed = (await rig.ask("GET", "/api/v1/memory")).value["memories"]
    assert {(len(one["text"]), one.get("cut", False)) for one in listed} == {(16_384, True), (12, False)}
    whole = await rig.ask("GET", f"/api/v1/memory/{message.digest.hex()}")
    assert len(whole.value["memory"]["text"]) == 40_000
    assert len((await rig.ask("GET", f"/api/v1/message/{message.digest.hex()}")).value["message"]["text"]) == 40_000


async def test_what_was_forgotten_and_by_whom(rig: Rig) -> None:
    listed = await rig.ask("GET", "/api/v1/erasures")
    assert [one["owing"] for one in listed.value["erasures"]] == [1]
    one = await rig.ask("GET", f"/api/v1/erasures/{'ab' * 6}")
    assert one.value["erasure"]["copies"] == []
    assert (await rig.ask("GET", "/api/v1/erasures/cd")).status == 404
    assert (await rig.ask("GET", f"/api/v1/erasures/{'ab' * 33}")).status == 404


async def test_how_something_is_forgotten(rig: Rig) -> None:
    path = f"/api/v1/conversation/{await rig.start()}/forget"
    said = {
        "owner": "0" * 64,
        "node": "1" * 64,
        "session": "2" * 32,
        "issued_ms": 1,
        "due_ms": 2,
        "signature": "3" * 128,
    }
    assert (await rig.ask("POST", path, {"now": True, "statements": [said], "passphrase": "x"})).status == 200
    consent = rig.node.consents[-1]
    assert consent is not None
    assert (consent.at_once, consent.passphrase) == (True, "x")
    assert consent.statements[0].fields | {"signature": b""} == {
        **{name: bytes.fromhex(str(said[name])) for name in ("owner", "node", "session")},
        "version": 1, "message": None, "issued_ms": 1, "due_ms": 2, "signature": b"",
    }  # fmt: skip
    assert "passphrase" not in repr(consent)
    for wrong in (
        {"statements": [{**said, "owner": "0"}]},
        {"statements": [{**said, "due_ms": -1}]},
        {"statements": [said] * 101},
        {"statements": said},
        {"now": 1},
        {"passphrase": "x" * 1001},
    ):
        assert (await rig.ask("POST", path, wrong)).status == 400, wrong
