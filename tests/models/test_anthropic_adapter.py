"""Does the adapter, with the real SDK, stream replies, let go when told to, and keep its secrets?"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled, system_text
from ccnode.models.anthropic_adapter import AnthropicAdapter
from ccnode.models.anthropic_endpoint import DEFAULT_MODEL, Timeouts
from ccnode.models.base import Delta, Finished, ModelAdapter, ModelError
from ccnode.models.keys import ApiKey
from tests.models import wire_server as wire
from tests.models.anthropic_node import KEY, PROMPT, QUESTION, Node, asked, failed
from tests.models.wire_server import Abort, Hold, Reply, Step, WireServer

if TYPE_CHECKING:
    from collections.abc import Callable


# --- the SDK is loaded on use only ---


def test_importing_the_adapter_loads_neither_the_sdk_nor_its_transport() -> None:
    code = (
        "import sys, ccnode.models.anthropic_adapter as a, ccnode.models.keys\n"
        "a.AnthropicAdapter('sk-test-12345678')\n"
        "print([m for m in ('anthropic', 'httpx2', 'pydantic', 'aiohttp', 'numpy') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    out = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


# --- a healthy answer ---


async def test_a_reply_streams_and_ends_with_what_it_cost() -> None:
    text, finished = await asked(wire.answer("Hel", "lo, ", "wörld 🜁"))
    assert text == "Hello, wörld 🜁"
    assert finished == Finished(f"anthropic/{DEFAULT_MODEL}", "end", 25, 15, (), 0, 0)


async def test_the_request_is_the_real_one() -> None:
    async with WireServer(wire.answer("ok")) as server:
        node = Node(server)
        await node.ask()
        await node.adapter.close()
    [seen] = server.seen
    assert seen.path == "/v1/messages"
    assert KEY in {seen.headers.get("x-api-key"), seen.headers.get("authorization", "").removeprefix("Bearer ")}
    assert seen.headers["accept-encoding"] == "identity"
    assert seen.body == {
        "model": "claude-sonnet-5-5",
        "max_tokens": 4096,
        "stream": True,
        "system": [{"type": "text", "text": "You are Aletheia.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": QUESTION}]}],
    }


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64, 1000])
async def test_the_bytes_may_be_split_anywhere(size: int) -> None:
    said = ("Grüße, ", "漢字 ", "🜁🜂", "\n\ndata: not an event\n", "end")
    reply = Reply(wire.split([*wire.opening(*said), *wire.closing()], size))
    text, finished = await asked(reply)
    assert text == "".join(said)
    assert finished.stop_reason == "end"


async def test_carriage_returns_end_lines_too() -> None:
    steps = [piece.replace(b"\n", b"\r\n") for piece in [*wire.opening("one ", "two"), *wire.closing()]]
    assert (await asked(Reply(steps)))[0] == "one two"
    assert (await asked(Reply(wire.split(steps, 1))))[0] == "one two"


async def test_pieces_arrive_as_they_are_sent_not_at_the_end() -> None:
    gate = asyncio.Event()
    async with WireServer(
        Reply([*wire.opening("first"), Hold(gate), wire.text_delta(" last"), *wire.closing()])
    ) as server:
        node = Node(server)
        stream = node.adapter.stream(PROMPT)
        assert await anext(stream) == Delta("first")
        assert not gate.is_set()
        gate.set()
        assert await anext(stream) == Delta(" last")
        assert isinstance(await anext(stream), Finished)
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        await node.adapter.close()


async def test_pings_comments_unknown_events_and_other_blocks_add_nothing() -> None:
    noise = [
        wire.ping(),
        b": keep-alive\n\n",
        wire.event("moon_phase", {"type": "moon_phase", "text": "full"}),
        wire.event("moon_phase", ["a", "list"]),
        b"event: empty\n\n",
        b"id: 7\nretry: 10\n\n",
        wire.block_start(1, {"type": "thinking", "thinking": "", "signature": ""}),
        wire.block_delta({"type": "thinking_delta", "thinking": "secret thought"}, 1),
        wire.block_delta({"type": "signature_delta", "signature": "EqQB"}, 1),
        wire.block_start(2, {"type": "tool_use", "id": "toolu_1", "name": "x", "input": {}}),
        wire.block_delta({"type": "input_json_delta", "partial_json": '{"text": "no"}'}, 2),
        wire.block_delta({"type": "hologram_delta", "text": "no"}, 3),
        wire.block_start(4, {"type": "hologram", "text": "no"}),
        wire.event("content_block_delta", {"type": "content_block_delta", "index": 0}),
        wire.event("content_block_delta", {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta"}}),
        wire.event("content_block_delta", {"type": "content_block_delta", "delta": {"type": "text_delta", "text": 5}}),
    ]
    steps = [*wire.opening("a"), *noise, wire.text_delta("b"), *wire.closing()]
    assert (await asked(Reply(steps)))[0] == "ab"


async def test_text_in_a_block_start_counts_and_what_follows_the_end_does_not() -> None:
    start = wire.block_start(0, {"type": "text", "text": "Well: "})
    steps = [wire.message_start(), start, wire.text_delta("yes"), *wire.closing(), wire.text_delta(" no")]
    assert (await asked(Reply(steps)))[0] == "Well: yes"


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        (["\n", " ", "Hi", "\n", "!"], ["\n Hi", "\n", "!"]),
        (["\u2003\tHi ", " "], ["\u2003\tHi ", " "]),
        ([" ", "\n"], [" \n"]),
        (["\n", "", "\u200b"], ["\n\u200b"]),  # which is no white space
    ],
)
async def test_white_space_at_the_beginning_waits_for_what_follows_it(pieces: list[str], said: list[str]) -> None:
    async with WireServer(wire.answer(*pieces)) as server:
        node = Node(server)
        *came, last = [piece async for piece in node.adapter.stream(PROMPT)]
        await node.adapter.close()
    assert came == [Delta(text) for text in said]
    assert isinstance(last, Finished)


async def test_white_space_before_half_a_character_is_kept_with_it() -> None:
    half = rb'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" \ud83d"}}'
    steps = [*wire.opening("\n"), b"event: content_block_delta\ndata: %s\n\n" % half, *wire.closing()]
    assert (await asked(Reply(steps)))[0] == "\n \ufffd"


async def test_a_character_split_into_two_escapes_is_joined_and_a_lone_half_replaced() -> None:
    half = [b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}' % text
            for text in (rb"a\ud83d", rb"\ude00b", rb"c\ude00", rb"d\ud83d")]  # fmt: skip
    steps = [*wire.opening(), *(b"event: content_block_delta\ndata: %s\n\n" % data for data in half), *wire.closing()]
    text, _ = await asked(Reply(steps))
    assert text == "a😀bc\ufffdd\ufffd"
    text.encode()


async def test_input_tokens_count_the_cache_and_the_later_counts_win() -> None:
    start = wire.message_start("claude-sonnet-5-5-20261001", input_tokens=5, cache_read_input_tokens=100,
                               cache_creation_input_tokens=20)  # fmt: skip
    steps = [start, wire.block_start(), wire.text_delta("x"), wire.message_delta(None, 3), *wire.closing()]
    _, finished = await asked(Reply(steps))
    assert finished.model == "anthropic/claude-sonnet-5-5-20261001"
    assert (finished.input_tokens, finished.output_tokens) == (125, 15)


async def test_senseless_counts_and_model_names_are_left_out() -> None:
    start = wire.event(
        "message_start",
        {
            "type": "message_start",
            "message": {"model": "x\n" * 999, "usage": {"input_tokens": -1, "output_tokens": "9"}},
        },
    )
    end = wire.event("message_delta", {"type": "message_delta", "delta": {"stop_reason": ["end_turn"]}, "usage": None})
    _, finished = await asked(Reply([start, wire.text_delta("x"), end, wire.message_stop()]))
    assert finished == Finished(f"anthropic/{DEFAULT_MODEL}", "other", None, None)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("end_turn", "end"),
        ("max_tokens", "max_tokens"),
        ("refusal", "refusal"),
        ("stop_sequence", "stop_sequence"),
        ("model_context_window_exceeded", "context_full"),
        ("something_new", "other"),
    ],
)
async def test_stop_reasons_are_told(reason: str, expected: str) -> None:
    text, finished = await asked(wire.answer("so far", stop_reason=reason))
    assert (text, finished.stop_reason) == ("so far", expected)


async def test_a_refusal_without_text_is_an_answer() -> None:
    text, finished = await asked(Reply([wire.message_start(), wire.message_delta("refusal"), wire.message_stop()]))
    assert (text, finished.stop_reason) == ("", "refusal")


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("end_turn", "server"), ("max_tokens", "bad_request"), ("model_context_window_exceeded", "context_overflow")],
)
async def test_an_answer_without_text_is_an_error_and_not_asked_again(reason: str, kind: str) -> None:
    _, error, node, server = await failed(
        Reply([wire.message_start(), wire.message_delta(reason), wire.message_stop()])
    )
    assert error.kind == kind
    assert node.slept == []
    assert len(server.seen) == 1


# --- letting go ---


async def test_closing_the_iterator_closes_the_connection() -> None:
    async with WireServer(Reply([*wire.opening("begin"), Hold(asyncio.Event())])) as server:
        node = Node(server)
        stream = node.adapter.stream(PROMPT)
        assert await anext(stream) == Delta("begin")
        assert server.disconnects == 0
        # Held on to, so that it is the closing that closes, not the collecting of garbage.
        held = [thing for thing in gc.get_objects() if type(thing).__name__ == "AsyncStream"]
        await stream.aclose()
        assert held
        await asyncio.wait_for(server.disconnected.wait(), 30)
        await node.adapter.close()


async def test_an_iterator_left_behind_closes_the_connection_too() -> None:
    async with WireServer(Reply([*wire.opening("begin"), Hold(asyncio.Event())])) as server:
        node = Node(server)
        async for _ in node.adapter.stream(PROMPT):
            break
        gc.collect()
        await asyncio.wait_for(server.disconnected.wait(), 30)
        await node.adapter.close()


@pytest.mark.parametrize("after_text", [True, False])
async def test_cancelling_the_task_closes_the_connection(after_text: bool) -> None:
    hold = Hold(asyncio.Event())
    reply = Reply([*wire.opening("begin"), hold]) if after_text else Reply(before_headers=[hold])
    async with WireServer(reply) as server:
        node = Node(server)
        task = asyncio.create_task(node.ask())
        await asyncio.wait_for(server.answering.wait(), 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.disconnected.wait(), 30)
        await node.adapter.close()
    assert len(server.seen) == 1


async def test_cancelling_while_waiting_for_a_retry_asks_no_more() -> None:
    waiting = asyncio.Event()

    async def sleep(_: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    async with WireServer(wire.failure(529, "overloaded_error")) as server:
        adapter = AnthropicAdapter(KEY, base_url=server.base_url, sleep=sleep)

        async def ask() -> None:
            async for _ in adapter.stream(PROMPT):
                pass

        task = asyncio.create_task(ask())
        await asyncio.wait_for(waiting.wait(), 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await adapter.close()
        assert len(server.seen) == 1


async def test_one_connection_serves_one_reply_after_another() -> None:
    """A new one for each would cost a TLS handshake each time."""
    async with WireServer(
        wire.answer("a"), wire.answer("b"), wire.failure(529, "overloaded_error"), wire.answer("c")
    ) as server:
        node = Node(server)
        assert [(await node.ask())[0] for _ in range(3)] == ["a", "b", "c"]
        await node.adapter.close()
    assert len({id(seen.connection) for seen in server.seen}) == 1


@pytest.mark.parametrize("rest", [[Hold(asyncio.Event())], [wire.ping()] * 5000, [b"data: {broken\n\n"], [Abort()]])
async def test_what_follows_the_end_holds_nothing_up(rest: list[Step]) -> None:
    async with WireServer(Reply([*wire.opening("done"), *wire.closing(), *rest]), wire.answer("next")) as server:
        node = Node(server)
        assert (await node.ask())[0] == "done"
        assert (await node.ask())[0] == "next"
        await node.adapter.close()
    assert len(server.seen) == 2


async def test_many_replies_run_side_by_side_over_one_adapter() -> None:
    async with WireServer(wire.answer("a", "b")) as server:
        node = Node(server)
        replies = await asyncio.gather(*(node.ask() for _ in range(20)))
        await node.adapter.close()
    assert {text for text, _ in replies} == {"ab"}


async def test_a_closed_adapter_says_so_and_closes_twice() -> None:
    adapter = AnthropicAdapter(KEY)
    await adapter.close()
    await adapter.close()
    with pytest.raises(ModelError) as caught:
        await anext(adapter.stream(PROMPT))
    assert caught.value.kind == "not_configured"


# --- secrets and settings ---


async def test_neither_key_nor_conversation_reach_any_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("anthropic").setLevel(logging.DEBUG)  # as its environment variable does
    prompt = Prompt(system_text("persona-text"), PROMPT.messages)
    async with WireServer(wire.failure(401, "authentication_error", KEY), wire.answer("spoken-reply")) as server:
        node = Node(server)
        await node.fail(prompt)
        await node.ask(prompt)
        await node.adapter.close()
        assert KEY not in repr(node.adapter)
    assert any(record.name.startswith("httpx2") or record.name.startswith("httpcore2") for record in caplog.records)
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    for secret in (KEY, "zanzibar", "persona-text", "spoken-reply"):
        assert secret not in logged


async def test_the_environment_gives_neither_key_nor_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-from-the-environment")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "token-from-the-environment")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with WireServer(wire.answer("yes")) as server:
        node = Node(server)
        assert (await node.ask())[0] == "yes"
        await node.adapter.close()
    assert "environment" not in str(server.seen[0].headers)


OF_THE_ENVIRONMENT = [
    ("ANTHROPIC_CUSTOM_HEADERS", "Authorization: Bearer of-the-environment"),
    ("ANTHROPIC_CUSTOM_HEADERS", "authorization:of-the-environment\nx-api-key: of-the-environment"),
    ("ANTHROPIC_CUSTOM_HEADERS", "X-Api-Key: of-the-environment"),
    ("ANTHROPIC_CUSTOM_HEADERS", "x-of-the-environment: yes\nno colon"),
    (
        "ANTHROPIC_CUSTOM_HEADERS",
        "accept-encoding: gzip\nanthropic-version: 1999-01-01\nuser-agent: x\ncontent-type: x/y",
    ),
    ("ANTHROPIC_CUSTOM_HEADERS", "x-grün: grün"),
    ("ANTHROPIC_CUSTOM_HEADERS", "Authorization: grün\udcff"),  # a byte that is no UTF-8
    ("ANTHROPIC_CUSTOM_HEADERS", " : \r"),
    ("ANTHROPIC_API_KEY", "sk-of-the-environment"),
    ("ANTHROPIC_AUTH_TOKEN", "of-the-environment"),
    ("ANTHROPIC_BASE_URL", "http://127.0.0.1:1"),
    ("ANTHROPIC_PROFILE", "of-the-environment"),
    ("ANTHROPIC_CONFIG_DIR", "/of-the-environment"),
    ("ANTHROPIC_IDENTITY_TOKEN", "of-the-environment"),
    ("ANTHROPIC_WEBHOOK_SIGNING_KEY", "of-the-environment"),
    ("ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE", "content"),
]


@pytest.mark.parametrize(("name", "value"), OF_THE_ENVIRONMENT)
@pytest.mark.parametrize("key", [KEY, ApiKey(KEY)], ids=["text", "ApiKey"])
async def test_nothing_of_the_environment_is_sent(
    name: str, value: str, key: str | ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Custom headers of the environment took the place of the key, or broke the call."""
    async with WireServer(wire.answer("yes")) as server:
        for _ in range(2):
            adapter = AnthropicAdapter(key, base_url=server.base_url)
            assert Delta("yes") in [piece async for piece in adapter.stream(PROMPT)]
            await adapter.close()
            monkeypatch.setenv(name, value)
    without, with_it = server.seen
    assert with_it.headers == without.headers
    assert with_it.raw == without.raw


def test_what_the_environment_has_logged_holds_no_secrets() -> None:
    code = (
        "import asyncio, tests.models.anthropic_node as node, tests.models.wire_server as wire\n"
        "asyncio.run(node.asked(wire.answer('spoken-reply')))"
    )
    root, environment = Path(__file__).parents[2], {**os.environ, "ANTHROPIC_LOG": "debug"}
    command = [sys.executable, "-c", code]
    out = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True)
    assert "httpx2" in out.stderr
    for secret in (KEY, "zanzibar", "spoken-reply"):
        assert secret not in out.stdout + out.stderr


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.anthropic.com",
        "ftp://host",
        "https://",
        "https://user:pw@host",
        "https://host?x=1",
        "https://host#x",
        "https://ho st",
        "https://host:99999",
        "http://[::1",
        "http://example.org",
        "http://192.0.2.7:8080",
        "http://127.0.0.1.example.org",
        "https://hést",
    ],
)
def test_an_address_the_key_may_not_go_to_is_refused(url: str) -> None:
    with pytest.raises(ModelError, match="base_url") as caught:
        AnthropicAdapter(KEY, base_url=url)
    assert caught.value.kind == "not_configured"


@pytest.mark.parametrize(
    "make",
    [
        lambda: AnthropicAdapter(KEY, base_url="https://gateway.example.org/anthropic/"),
        lambda: AnthropicAdapter(KEY, base_url="http://[::1]:8080"),
        lambda: AnthropicAdapter(KEY, base_url="http://localhost:11434"),
        lambda: AnthropicAdapter(KEY, base_url="http://192.0.2.7:8080", allow_plain_http=True),
    ],
)
def test_addresses_that_are_fine(make: Callable[[], AnthropicAdapter]) -> None:
    adapter: ModelAdapter = make()
    assert adapter.name == "anthropic/claude-sonnet-5-5"


@pytest.mark.parametrize("model", ["", "a b", "x" * 129, "x\n", "-x"])
def test_what_is_no_model_name_is_refused(model: str) -> None:
    with pytest.raises(ModelError, match="model is not"):
        AnthropicAdapter(KEY, model)


@pytest.mark.parametrize("key", ["", "short", "two words here", "line\nbreak-in-it"])
def test_what_is_no_key_is_refused_at_once(key: str) -> None:
    with pytest.raises(ModelError, match="the API key"):
        AnthropicAdapter(key)


async def test_the_client_for_another_host_keeps_the_same_rules() -> None:
    from ccnode.models.anthropic_client import build_client  # it loads the SDK

    host = "https://api.anthropic.com"
    client = build_client(ApiKey(KEY), host, connect_s=10, read_s=30, bytes_max=1000, loopback=False)
    transport = client._client
    assert client.max_retries == 0
    assert transport.follow_redirects is False
    assert len(transport.event_hooks["response"]) == 1
    assert (transport.timeout.connect, transport.timeout.read) == (10, 30)
    await client.close()


async def test_a_missing_sdk_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ccnode.models.anthropic_client", None)
    adapter = AnthropicAdapter(KEY)
    with pytest.raises(ModelError, match="not installed") as caught:
        await anext(adapter.stream(PROMPT))
    assert caught.value.kind == "not_configured"
    await adapter.close()


def test_the_timeouts_are_the_missions() -> None:
    assert Timeouts() == Timeouts(connect_s=10, read_s=30, total_s=600)


# --- recalled messages on the wire ---


async def test_cited_labels_become_sources_and_nothing_else_does() -> None:
    recalled = tuple(Recalled(digit * 64, "s", "user", f"fact {digit}", 0, 1.0) for digit in "abc")
    prompt = Prompt(system_text("plate"), (PromptMessage("user", "which?"),), recalled)
    text, finished = await asked(wire.answer("It is c [m", "3], then a [m1, m9][m3]. m2!"), prompt=prompt)
    assert text == "It is c [m3], then a [m1, m9][m3]. m2!"
    assert finished.sources == ("c" * 64, "a" * 64)
    assert (await asked(wire.answer("no idea"), prompt=prompt))[1].sources == ()
    assert (await asked(wire.answer("I cite [m1]"), prompt=PROMPT))[1].sources == ()
