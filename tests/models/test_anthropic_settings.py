"""What does the adapter send and book: cache marks, capabilities, usage, accounts, the rest of a reply?"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from ccnode.mind.guidance import CONTINUE, RECALL_GUIDANCE
from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled, SystemBlock, system_text
from ccnode.models.anthropic_endpoint import DEFAULT_MODEL, Capabilities, Timeouts
from ccnode.models.anthropic_stream import ReplyReader
from ccnode.models.base import Delta, Finished, ModelError, Usage
from tests.models import wire_server as wire
from tests.models.anthropic_node import KEY, PROMPT, QUESTION, Book, Node, asked
from tests.models.wire_server import Abort, Hold, Reply, WireServer

PLATE = "# The plate\nI am Aletheia. Grüße 漢字.\n"
MARK = {"type": "ephemeral", "ttl": "1h"}
MODELS = (DEFAULT_MODEL,)


async def sent(prompt: Prompt, can: Capabilities | None = None, user_id: str = "") -> wire.Seen:
    """The one request that the prompt becomes."""
    async with WireServer(wire.answer("ok")) as server:
        node = Node(server, can=can, user_id=user_id)
        await node.ask(prompt)
        await node.adapter.close()
    [seen] = server.seen
    return seen


# --- the cache ---


async def test_the_plate_is_the_same_bytes_each_time_and_what_changes_comes_after_it() -> None:
    beginnings = []
    for number in range(3):
        system = (SystemBlock(PLATE, stable=True), SystemBlock(f"drift {number}, at 10:0{number}"))
        recalled = tuple(Recalled(f"{n:064x}", "s", "user", f"fact {n}", 0, 1.0) for n in range(number))
        seen = await sent(Prompt(system, (PromptMessage("user", f"question {number}"),), recalled))
        blocks = seen.body["system"]
        assert blocks[0] == {"type": "text", "text": PLATE, "cache_control": MARK}
        assert blocks[-1] == {"type": "text", "text": f"drift {number}, at 10:0{number}"}
        assert [block["text"] for block in blocks[1:-1]] == ([RECALL_GUIDANCE] if number else [])
        assert sum("cache_control" in block for block in blocks) == 1
        raw = seen.raw
        beginnings.append(raw[raw.index(b'"system"') : raw.index(b'"cache_control"')])
    assert len(set(beginnings)) == 1
    assert json.dumps(PLATE, ensure_ascii=False).encode() in beginnings[0]


@pytest.mark.parametrize(
    ("system", "marked"),
    [
        ((), []),
        ((SystemBlock("now"),), [False]),
        ((SystemBlock("a", stable=True), SystemBlock("b", stable=True), SystemBlock("now")), [True, True, False]),
        (tuple(SystemBlock(text, stable=True) for text in "abc"), [True, False, True]),
        # What is stable behind something that changes is no beginning, so it is not marked.
        ((SystemBlock("now"), SystemBlock("a", stable=True)), [False, False]),
        ((SystemBlock(" \n", stable=True), SystemBlock("a", stable=True)), [True]),
    ],
)
async def test_the_marks_are_on_the_plate_and_on_the_last_of_the_stable_beginning(
    system: tuple[SystemBlock, ...], marked: list[bool]
) -> None:
    seen = await sent(Prompt(system, PROMPT.messages))
    assert ["cache_control" in block for block in seen.body.get("system", [])] == marked


async def test_cache_hits_are_counted() -> None:
    split = {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 15}
    plain = wire.message_start(input_tokens=7, cache_creation_input_tokens=20, cache_read_input_tokens=300)
    start = json.loads(plain.split(b"data: ")[1])
    start["message"]["usage"]["cache_creation"] = split
    steps = [wire.event("message_start", start), wire.block_start(), wire.text_delta("x"), *wire.closing()]
    book = Book()
    async with WireServer(Reply(steps)) as server:
        node = Node(server, book=book)
        _, finished = await node.ask()
        await node.adapter.close()
    assert (finished.input_tokens, finished.cache_creation_tokens, finished.cache_read_tokens) == (327, 20, 300)
    assert finished.cost_micro_dollars == 327 + 15
    assert book.booked == [(MODELS, Usage(7, 15, 5, 15, 300))]


async def test_a_cache_write_of_unknown_length_counts_as_what_was_asked_for() -> None:
    book = Book()
    start = wire.message_start(cache_creation_input_tokens=20)
    async with WireServer(Reply([start, wire.block_start(), wire.text_delta("x"), *wire.closing()])) as server:
        node = Node(server, book=book)
        await node.ask()
        await node.adapter.close()
    assert book.booked[0][1].cache_write_1h_tokens == 20


# --- capabilities ---

FIELDS = {"caching": b"cache_control", "metadata": b"metadata", "thinking": b"thinking"}


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("on", [True, False])
async def test_what_a_server_does_not_know_is_not_sent(name: str, on: bool) -> None:
    others = dict.fromkeys(FIELDS, not on)
    seen = await sent(PROMPT, Capabilities(**{**others, name: on}), user_id="f00d" * 8)
    assert (FIELDS[name] in seen.raw) is on
    for other in FIELDS.keys() - {name}:
        assert (FIELDS[other] in seen.raw) is not on


async def test_a_plain_request_has_nothing_beyond_the_common_core() -> None:
    seen = await sent(PROMPT, Capabilities(caching=False, token_counting=False, metadata=False, thinking=False), "f00d")
    assert set(seen.body) == {"model", "max_tokens", "messages", "system", "stream"}
    assert seen.body["system"] == [{"type": "text", "text": "You are Aletheia."}]


async def test_what_is_sent_where_it_is_known() -> None:
    seen = await sent(PROMPT, Capabilities(metadata=True, thinking=True), user_id="f00d" * 8)
    assert seen.body["metadata"] == {"user_id": "f00d" * 8}
    assert seen.body["thinking"] == {"type": "adaptive", "display": "omitted"}
    # Without a name there is no metadata, also where it is known.
    assert "metadata" not in (await sent(PROMPT, Capabilities(metadata=True))).body


async def counted(reply: Reply, can: Capabilities | None = None) -> tuple[Any, list[wire.Seen]]:
    async with WireServer(reply) as server:
        node = Node(server, can=can, timeouts=Timeouts(read_s=0.2))
        found: int | ModelError | None
        try:
            found = await node.adapter.count_tokens(PROMPT)
        except ModelError as error:
            found = error
        await node.adapter.close()
        return found, server.seen


def as_json(value: object, status: int = 200) -> Reply:
    return Reply([json.dumps(value).encode()], status, {"Content-Type": "application/json"})


async def test_tokens_are_counted_by_the_service() -> None:
    tokens, [seen] = await counted(as_json({"input_tokens": 2095}))
    assert tokens == 2095
    assert seen.path == "/v1/messages/count_tokens"
    assert set(seen.body) == {"model", "messages", "system"}


async def test_no_tokens_are_counted_where_the_service_cannot() -> None:
    assert await counted(as_json({}), Capabilities(token_counting=False)) == (None, [])


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (as_json({"input_tokens": "many"}), "server"),
        (as_json({"input_tokens": -1}), "server"),
        (as_json([1]), "server"),
        (Reply([b"<html>"], headers={"Content-Type": "text/html"}), "server"),
        (wire.failure(404, "not_found_error"), "not_found"),
        (wire.failure(401, "authentication_error", f"{KEY} {QUESTION}"), "authentication"),
        (Reply(before_headers=[Abort()]), "network"),
        (Reply(before_headers=[Hold(asyncio.Event())]), "timeout"),
    ],
)
async def test_a_count_that_fails_is_one_error(reply: Reply, kind: str) -> None:
    error, seen = await counted(reply)
    assert isinstance(error, ModelError)
    assert error.kind == kind
    assert error.__context__ is None
    for secret in (KEY, "zanzibar"):
        assert secret not in f"{error} {error!r}"
    assert len(seen) == 1


# --- thinking stays where it was ---


async def test_a_count_without_end_is_one_error() -> None:
    """An answer that is no stream is read whole: of what a hostile server sends, 256 KiB."""
    flood = Reply([b'{"input_tokens": [' + b"[]," * 20_000] * 16, headers={"Content-Type": "application/json"})
    async with WireServer(flood) as server:
        node = Node(server)
        with pytest.raises(ModelError) as caught:
            await node.adapter.count_tokens(PROMPT)
        await node.adapter.close()
    assert (caught.value.kind, "without end" in str(caught.value)) == ("server", True)


async def test_thinking_is_in_no_text_and_in_no_later_request() -> None:
    """As a node (or a branch) would go on: with what was kept of the reply."""
    thought = [
        wire.message_start(),
        wire.block_start(0, {"type": "thinking", "thinking": "", "signature": ""}),
        wire.block_delta({"type": "thinking_delta", "thinking": "the secret plan"}),
        wire.block_delta({"type": "signature_delta", "signature": "EqQBCkYIBxgC"}),
        wire.block_stop(),
        wire.block_start(1, {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3"}),
        wire.block_stop(1),
        wire.block_start(2),
        wire.text_delta("Yes.", 2),
        wire.block_stop(2),
        wire.message_delta(),
        wire.message_stop(),
    ]
    for size in (1, 7, 10_000):
        async with WireServer(Reply(wire.split(thought, size)), wire.answer("And so on.")) as server:
            node = Node(server, can=Capabilities(thinking=True))
            text, _ = await node.ask()
            assert text == "Yes."
            told = (*PROMPT.messages, PromptMessage("assistant", text), PromptMessage("user", "Go on."))
            await node.ask(replace(PROMPT, messages=told))
            await node.adapter.close()
        raw = server.seen[1].raw
        for secret in (b"secret plan", b"EqQBCkYIBxgC", b"EmwKAhgBEgy3va3", b'"signature"', b"redacted_thinking"):
            assert secret not in raw
        assert raw.count(b"thinking") == 1  # the setting alone


# --- the rest of a reply ---


async def test_a_reply_is_continued_after_what_was_said() -> None:
    recalled = (Recalled("a" * 64, "s", "user", "fact", 0, 1.0),)
    prompt = replace(PROMPT, recalled=recalled, continues="It is blue, and \n")
    seen = await sent(prompt)
    roles = [message["role"] for message in seen.body["messages"]]
    texts = [message["content"][-1]["text"] for message in seen.body["messages"]]
    assert roles == ["user", "assistant", "user"]
    assert texts == [QUESTION, "It is blue, and", CONTINUE]
    assert "fact" in seen.body["messages"][0]["content"][0]["text"]


# --- too long ---


def long_prompt() -> Prompt:
    turns = tuple(PromptMessage(("user", "assistant")[n % 2], f"turn {n} " + "x" * 100) for n in range(20))
    recalled = tuple(Recalled(f"{n:064x}", "s", "user", f"memory {n} " + "y" * 100, n, 1.0) for n in range(6))
    return Prompt(system_text("plate"), (*turns, PromptMessage("user", QUESTION)), recalled)


TOO_LONG = wire.failure(400, "invalid_request_error", f"prompt is too long: 210000 tokens > 200000 maximum {QUESTION}")


@pytest.mark.parametrize(
    "refusal",
    [
        TOO_LONG,
        wire.failure(413, "request_too_large"),
        Reply([wire.message_start(), wire.message_delta("model_context_window_exceeded"), wire.message_stop()]),
    ],
)
async def test_a_prompt_that_is_too_long_is_tried_once_more_without_its_older_half(refusal: Reply) -> None:
    async with WireServer(refusal, wire.answer("fits")) as server:
        node = Node(server)
        text, _ = await node.ask(long_prompt())
        await node.adapter.close()
    assert text == "fits"
    assert node.slept == []
    assert [notice.reason for notice in node.told] == ["context_overflow"]
    assert node.told[0].until_ms is None
    first, second = (seen.raw.decode() for seen in server.seen)
    assert "turn 0 " in first
    assert "memory 0 " in first
    assert "turn 0 " not in second
    assert "memory 0 " not in second
    assert "turn 19 " in second
    assert "memory 5 " in second
    assert QUESTION in second
    assert server.seen[0].body["system"] == server.seen[1].body["system"]


async def test_a_prompt_that_is_still_too_long_is_one_clear_error() -> None:
    async with WireServer(TOO_LONG) as server:
        node = Node(server)
        _, error = await node.fail(long_prompt())
        await node.adapter.close()
    assert error.kind == "context_overflow"
    assert "too long" in str(error)
    assert len(server.seen) == 2


async def test_a_question_that_is_too_long_by_itself_is_asked_once() -> None:
    async with WireServer(TOO_LONG) as server:
        node = Node(server)
        _, error = await node.fail()
        await node.adapter.close()
    assert (error.kind, len(server.seen)) == ("context_overflow", 1)


# --- who pays ---


async def test_a_spent_budget_stops_the_call_before_it() -> None:
    book = Book(ModelError("budget", "today's budget of $1 is used up", remedy="wait until 00:00 UTC"))
    async with WireServer(wire.answer("no")) as server:
        node = Node(server, book=book)
        _, error = await node.fail()
        await node.adapter.close()
    assert error.kind == "budget"
    assert server.seen == []
    assert book.asked == [MODELS]
    assert book.booked == []


async def test_a_budget_that_is_used_up_meanwhile_stops_the_next_attempt() -> None:
    book = Book()
    async with WireServer(wire.failure(529, "overloaded_error"), wire.answer("no")) as server:
        node = Node(server, book=book)
        node.on_sleep = lambda: setattr(book, "refuse", ModelError("budget", "used up", remedy="wait"))
        _, error = await node.fail()
        await node.adapter.close()
    assert error.kind == "budget"
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "failing",
    [
        wire.failure(500, "api_error"),
        wire.failure(429, "rate_limit_error"),
        Reply([wire.message_start(), wire.error_event("overloaded_error", "x")]),
        Reply(before_headers=[Abort()]),
    ],
)
async def test_what_the_service_refused_is_not_booked(failing: Reply) -> None:
    book = Book()
    async with WireServer(failing, wire.answer("yes")) as server:
        node = Node(server, book=book)
        await node.ask()
        await node.adapter.close()
    assert [usage for _, usage in book.booked] == [Usage(25, 15)]
    assert len(book.asked) == 2


@pytest.mark.parametrize("name", wire.WORDLESS)
async def test_an_answer_without_text_is_booked_as_it_was_counted(name: str) -> None:
    """The service bills what was thought, too; only what came with words was booked, and the budget never ended."""
    book = Book()
    async with WireServer(wire.WORDLESS[name]) as server:
        node = Node(server, book=book)
        await node.fail()
        await node.adapter.close()
    assert [usage for _, usage in book.booked] == [Usage(25, 15)]
    assert len(server.seen) == 1


async def test_a_full_context_and_what_is_asked_without_the_older_half_are_both_booked() -> None:
    book = Book()
    async with WireServer(wire.silent("model_context_window_exceeded"), wire.answer("fits")) as server:
        node = Node(server, book=book)
        await node.ask(long_prompt())
        await node.adapter.close()
    assert [usage for _, usage in book.booked] == [Usage(25, 15)] * 2


@pytest.mark.parametrize(
    ("steps", "usage"),
    [
        ([wire.message_delta(output_tokens=7), wire.error_event("overloaded_error", "x")], Usage(25, 7)),
        ([wire.message_delta(output_tokens=7), b"data: {broken\n\n"], Usage(25, 7)),
        ([wire.message_delta(output_tokens=7)], Usage(25, 7)),
        ([], Usage(25, 1, estimated=True)),
        ([b"event: content_block_delta\ndata: {broken\n\n"], Usage(25, 1, estimated=True)),
    ],
)
async def test_each_attempt_that_was_counted_or_did_not_come_to_its_end_is_booked(
    steps: list[wire.Step], usage: Usage
) -> None:
    book, failing = Book(), Reply([wire.message_start(), *steps])
    async with WireServer(failing, failing, wire.answer("yes")) as server:
        node = Node(server, book=book)
        await node.ask()
        await node.adapter.close()
    assert [usage for _, usage in book.booked] == [usage, usage, Usage(25, 15)]


async def test_an_answer_that_takes_too_long_is_booked() -> None:
    book = Book()
    async with WireServer(Reply([wire.message_start(), wire.ping(), Hold(asyncio.Event())])) as server:
        node = Node(server, book=book, timeouts=Timeouts(total_s=6))
        _, error = await node.fail()
        await node.adapter.close()
    assert error.kind == "timeout"
    assert [usage for _, usage in book.booked] == [Usage(25, 1, estimated=True)]


@pytest.mark.parametrize("how", ["broken", "closed", "cancelled"])
async def test_a_reply_that_ends_early_is_booked_by_an_estimate(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    book, take, taken = Book(), ReplyReader.take, asyncio.Event()

    def took(reader: ReplyReader, event: object) -> str:
        taken.set()
        return take(reader, event)

    monkeypatch.setattr(ReplyReader, "take", took)
    end = Abort() if how == "broken" else Hold(asyncio.Event())
    async with WireServer(Reply([*wire.opening("x" * 300), end])) as server:
        node = Node(server, book=book)
        if how == "broken":
            await node.fail()
        elif how == "closed":
            stream = node.adapter.stream(PROMPT)
            assert isinstance(await anext(stream), Delta)
            await stream.aclose()
        else:
            task = asyncio.create_task(node.ask())
            await asyncio.wait_for(taken.wait(), 30)  # before that, nothing is known of what it costs
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await node.adapter.close()
    [(models, usage)] = book.booked
    assert models == MODELS
    assert usage.input_tokens == 25
    assert usage.estimated
    # Cancelled before the text was read, what is known is what the service said at first.
    assert usage.output_tokens in ({100} if how != "cancelled" else {1, 100})


async def test_a_server_that_counts_nothing_has_unknown_usage() -> None:
    book = Book()
    start = wire.event("message_start", {"type": "message_start", "message": {"model": "local/x:8b"}})
    end = wire.event("message_delta", {"type": "message_delta", "delta": {"stop_reason": "end_turn"}})
    async with WireServer(Reply([start, wire.block_start(), wire.text_delta("x"), end, wire.message_stop()])) as server:
        node = Node(server, book=book)
        _, finished = await node.ask()
        await node.adapter.close()
    assert (finished.input_tokens, finished.output_tokens) == (None, None)
    assert (finished.cache_creation_tokens, finished.cache_read_tokens) == (None, None)
    assert book.booked == [(("local/x:8b", DEFAULT_MODEL), Usage(None, None))]


# --- what a model may say ---


@pytest.mark.parametrize("size", [1, 5, 10_000])
async def test_control_characters_come_through_as_they_are(size: int) -> None:
    said = "a\x00\x07\x1b[2J\x7f\u202e\ufeff\r\n\tb"
    reply = Reply(wire.split([*wire.opening(said), *wire.closing()], size))
    assert (await asked(reply))[0] == said


async def test_warming_loads_the_sdk_and_asks_nothing() -> None:
    async with WireServer(wire.answer("yes")) as server:
        node = Node(server)
        await node.adapter.warm()
        assert server.seen == []
        _, finished = await node.ask()
        assert isinstance(finished, Finished)
        await node.adapter.close()
        with pytest.raises(ModelError):
            await node.adapter.warm()
