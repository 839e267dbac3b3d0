"""Is every byte of a body bounded and understood? Sizes, times, encodings, and JSON that is not what it should be."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.api.bodies import parse_json
from ccnode.api.errors import BadRequest
from ccnode.api.settings import Limits
from ccnode_protocol.records import TEXT_BYTES_MAX
from tests.api.rig import BEARER, PATIENCE_S, TOKEN, Rig, hang_up, read_answer, serving

if TYPE_CHECKING:
    from pathlib import Path

START = "/api/v1/conversation/start"


def head(rig: Rig, *lines: str, path: str = START) -> bytes:
    """The head of a POST with the token."""
    first = (f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{rig.port}", f"Authorization: Bearer {TOKEN}")
    return "\r\n".join((*first, "Content-Type: application/json", *lines, "", "")).encode()


# --- size and time ---


async def test_a_100_mb_body_is_refused_before_it_is_read(rig: Rig) -> None:
    """Only the head is sent: an answer to it shows that nothing waited for the body."""
    session_id = await rig.start()
    path = f"/api/v1/conversation/{session_id}/message"
    status, value = await rig.raw_answer(head(rig, "Content-Length: 104857600", path=path))
    assert (status, value["error"]["code"]) == (413, "too_large")
    assert rig.node.said == 0


async def test_a_stranger_with_a_large_body_is_refused_as_a_stranger(rig: Rig) -> None:
    data = f"POST {START} HTTP/1.1\r\nHost: 127.0.0.1:{rig.port}\r\nContent-Length: 104857600\r\n\r\n".encode()
    assert (await rig.raw_answer(data))[0] == 401


async def test_after_413_the_connection_ends_whatever_is_sent(rig: Rig) -> None:
    reader, writer = await rig.raw(head(rig, "Content-Length: 104857600"))
    assert (await read_answer(reader))[0] == 413
    with pytest.raises(ConnectionError):
        await _send_all(writer, 104_857_600)
    await hang_up(writer)


async def _send_all(writer: asyncio.StreamWriter, size: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(0, size, 65_536):
            writer.write(bytes(65_536))
            await writer.drain()
            await asyncio.sleep(0.001)


async def test_expecting_100_continue_does_not_invite_a_large_body(rig: Rig) -> None:
    status, _ = await rig.raw_answer(head(rig, "Content-Length: 104857600", "Expect: 100-continue"))
    assert status == 413


async def test_expecting_100_continue_invites_a_small_one(rig: Rig) -> None:
    reader, writer = await rig.raw(head(rig, "Content-Length: 2", "Expect: 100-continue"))
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"{}")
    assert (await read_answer(reader))[0] == 201
    await hang_up(writer)


async def test_a_chunked_flood_is_cut_off_at_the_limit(rig: Rig) -> None:
    reader, writer = await rig.raw(head(rig, "Transfer-Encoding: chunked"))
    answer = asyncio.create_task(read_answer(reader))
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    sent = 0
    try:
        while not answer.done() and sent < 64 * len(chunk):
            writer.write(chunk)
            await writer.drain()
            sent += len(chunk)
            await asyncio.sleep(0)
    except ConnectionError:
        pass
    status, value = await answer
    assert (status, value["error"]["code"]) == (413, "too_large")
    await hang_up(writer)


async def test_a_body_that_drips_is_given_up(tmp_path: Path) -> None:
    async with serving(tmp_path, Limits(body_timeout_s=0.3, linger_s=0.1, stop_grace_s=0.1)) as rig:
        reader, writer = await rig.raw(head(rig, "Content-Length: 1000") + b"{")
        status, value = await read_answer(reader)
        assert (status, value["error"]["code"]) == (408, "too_slow")
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read() == b""
        await hang_up(writer)


async def test_a_head_that_drips_is_given_up(tmp_path: Path) -> None:
    async with serving(tmp_path, Limits(header_timeout_s=0.3, stop_grace_s=0.1)) as rig:
        reader, writer = await rig.raw(b"GET /health HTTP/1.1\r\n")

        async def drip() -> None:
            while True:
                writer.write(b"X-A: b\r\n")
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read() == b""
        dripping.cancel()
        await hang_up(writer)


async def test_idle_connections_are_closed(tmp_path: Path) -> None:
    async with serving(tmp_path, Limits(header_timeout_s=0.3, stop_grace_s=0.1)) as rig:
        request = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{rig.port}\r\n\r\n".encode()
        for data in (b"", request):
            reader, writer = await rig.raw(data)
            async with asyncio.timeout(PATIENCE_S):
                await reader.read()
            await hang_up(writer)


@pytest.mark.parametrize(
    "data",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50) + b"\r\n\r\n",
        b"GET /health HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /health HTTP/1.1\r\n" + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET /health HTTP/1.1\r\n" + b"X: a\r\n" * 1000 + b"\r\n",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length: 1e9\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_answered_in_json(rig: Rig, data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    status, value = await rig.raw_answer(data)
    assert (status, value["error"]["code"]) == (400, "bad_request")
    assert caplog.text == ""
    assert (await rig.ask("GET", "/health")).status == 200


async def test_a_text_over_its_limit(rig: Rig) -> None:
    session_id = await rig.start()
    path = f"/api/v1/conversation/{session_id}/message"
    for text in ("x" * (TEXT_BYTES_MAX + 1), "\u00e9" * (TEXT_BYTES_MAX // 2 + 1)):
        answer = await rig.ask("POST", path, {"content": text})
        assert (answer.status, answer.error["code"]) == (413, "too_large")
        assert answer.error["message"].startswith("content: ")
    longest = await rig.ask("POST", path, {"content": "x" * TEXT_BYTES_MAX})
    assert longest.status == 200
    assert rig.node.said == 1


# --- encodings ---


async def test_only_json_is_taken(rig: Rig) -> None:
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jso",
    ):
        answer = await rig.ask("POST", START, data=b"{}", headers={**BEARER, "Content-Type": kind})
        assert (answer.status, answer.error["code"]) == (415, "not_json"), kind
    headers = {**BEARER, "Content-Type": "application/json; charset=utf-8"}
    assert (await rig.ask("POST", START, data=b"{}", headers=headers)).status == 201


async def test_compressed_bodies_are_refused(rig: Rig) -> None:
    headers = {**BEARER, "Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await rig.ask("POST", START, data=b"\x1f\x8b\x08\x00", headers=headers)
    assert (answer.status, answer.error["code"]) == (415, "compressed")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"title": "\xff"}', "the body: not UTF-8 at byte 11"),
        (b"\xef\xbb\xbf{}", "the body: not JSON"),
        (b"\xff\xfe{\x00}\x00", "the body: not UTF-8"),
        (b"{", "the body: not JSON"),
        (b"nothing", "the body: not JSON"),
        (b'{"title": NaN}', "the body: NaN is no JSON number"),
        (b'{"title": -Infinity}', "the body: -Infinity is no JSON number"),
        (b'{"title": ' + b"9" * 10_000 + b"}", "the body: "),
        (b'{"title": "a", "title": "b"}', "title: is there twice"),
        (b'{"title": {"a": 1, "a": 2}}', "a: is there twice"),
        (b"[" * 100_000, "the body: nested too deeply"),
        (b'{"title": ' + b"[" * 50 + b"]" * 50 + b"}", "title: nested too deeply"),
        (b"[]", "the body: must be a valid dictionary or instance of StartBody"),
        (b"null", "the body: must be"),
        (b'{"title": 5}', "title: must be a valid string"),
        (b'{"title": ["a"]}', "title: must be a valid string"),
        (b'{"title": "a\\u0000b"}', "title: holds the character NUL"),
        (b'{"title": "a\\ud83d"}', "title: holds half a character"),
        (b'{"title": "   "}', "title: string should have at least 1 character"),
        (b'{"title": "' + b"x" * 201 + b'"}', "title: string should have at most 200 characters"),
        (b'{"titel": "a"}', "titel: is not known here"),
        (b'{"a\\u001b[31m": "a"}', "a?[31m: is not known here"),
        (b'{"parent": "xyz"}', "parent: string should match"),
    ],
)
async def test_a_wrong_body_is_refused_by_its_field(rig: Rig, data: bytes, message: str) -> None:
    headers = {**BEARER, "Content-Type": "application/json"}
    answer = await rig.ask("POST", START, data=data, headers=headers)
    assert (answer.status, answer.error["code"]) == (400, "bad_request")
    assert answer.error["message"].startswith(message)
    assert len(answer.error["message"]) < 300
    assert answer.error["remedy"]


@pytest.mark.parametrize("content", [None, "", " \n\t ", 7, True, [], {}])
async def test_a_message_must_say_something(rig: Rig, content: object) -> None:
    session_id = await rig.start()
    answer = await rig.ask("POST", f"/api/v1/conversation/{session_id}/message", {"content": content})
    assert answer.status == 400
    assert answer.error["message"].startswith("content: ")


async def test_text_is_kept_as_it_was_typed(rig: Rig) -> None:
    session_id = await rig.start()
    text = "\ttab\r\nline \x1b[31m \u202e \U0001f9f1 e\u0301 \ufeff end "
    answer = await rig.ask("POST", f"/api/v1/conversation/{session_id}/message", {"content": text})
    assert answer.status == 200
    state = await rig.ask("GET", f"/api/v1/conversation/{session_id}")
    assert state.value["messages"][0]["text"] == text


@pytest.mark.parametrize(
    ("path", "params", "message"),
    [
        ("/api/v1/conversations", {"limit": "0"}, "limit: must be greater than"),
        ("/api/v1/conversations", {"limit": "x"}, "limit: must be a valid integer"),
        ("/api/v1/conversations", {"limit": "9" * 30}, "limit: "),
        ("/api/v1/conversations", {"offset": "-1"}, "offset: must be greater than"),
        ("/api/v1/conversations", {"ended": "maybe"}, "ended: must be a valid boolean"),
        ("/api/v1/conversations", {"colour": "red"}, "colour: is not known here"),
        ("/api/v1/conversations", [("limit", "1"), ("limit", "2")], "limit: is there twice"),
        ("/api/v1/search", {}, "q: field required"),
        ("/api/v1/search", {"q": ""}, "q: string should have at least"),
        ("/api/v1/search", {"q": "x" * 2001}, "q: string should have at most"),
        ("/api/v1/search", {"q": "x", "role": "king"}, "role: must be 'user'"),
        ("/api/v1/search", {"q": "x", "since": "yesterday"}, 'since: must be a time like "2026'),
        ("/api/v1/search", {"q": "a\0b"}, "q: holds the character NUL"),
    ],
)
async def test_a_wrong_query_is_refused_by_its_field(rig: Rig, path: str, params: Any, message: str) -> None:
    answer = await rig.ask("GET", path, params=params)
    assert answer.status == 400
    assert answer.error["message"].startswith(message)


@pytest.mark.parametrize("number", [2**63, 10**30])
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/v1/conversations", "limit"),
        ("/api/v1/conversations", "offset"),
        ("/api/v1/conversation/last", "first"),
        ("/api/v1/conversation/last/tree", "first"),
        ("/api/v1/search?q=x", "limit"),
        ("/api/v1/cost", "days"),
        ("/api/v1/audit/log", "limit"),
        ("/api/v1/audit/log", "before"),
        ("/api/v1/character/history", "limit"),
        ("/api/v1/character/history", "before"),
        ("/api/v1/memory", "limit"),
        ("/api/v1/knowledge", "limit"),
        ("/api/v1/admin/instances", "limit"),
        ("/character", "before"),
        ("/audit", "before"),
        ("/sessions", "page"),
        ("/chat/last", "first"),
    ],
)
async def test_no_number_is_too_large_for_the_database(rig: Rig, path: str, field: str, number: int) -> None:
    """SQLite takes nothing from 2**63 on."""
    await rig.start()
    async with rig.client.get(f"{rig.url}{path}", params={field: str(number)}, headers=BEARER) as answer:
        assert answer.status == 400
        assert f"{field}: " in (await answer.text()).lower()


async def test_keys_in_header_and_body(rig: Rig) -> None:
    session_id = await rig.start()
    path = f"/api/v1/conversation/{session_id}/message"
    both = {"content": "a", "idempotency_key": "k1"}
    differs = await rig.ask("POST", path, both, headers={**BEARER, "Idempotency-Key": "k2"})
    assert (differs.status, differs.error["message"].split(":")[0]) == (400, "idempotency_key")
    assert (await rig.ask("POST", path, both, headers={**BEARER, "Idempotency-Key": "k1"})).status == 200
    too_long = await rig.ask("POST", path, {"content": "a"}, headers={**BEARER, "Idempotency-Key": "k" * 201})
    assert too_long.error["message"].startswith("idempotency_key: ")


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_give_a_value_or_a_refusal(data: bytes) -> None:
    try:
        value = parse_json(data, Limits(), "the body")
    except BadRequest:
        return
    assert json.loads(data) == value


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_what_is_json_is_read(value: object) -> None:
    assert parse_json(json.dumps(value), Limits(), "the body") == value
