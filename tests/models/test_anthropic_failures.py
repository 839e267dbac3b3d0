"""Does every way in which the service can fail become one clear error, tried again only where that helps?"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import tracemalloc
import zlib

import pytest

from ccnode.mind.prompt_types import Prompt, PromptMessage
from ccnode.models.anthropic_endpoint import Timeouts
from ccnode.models.base import Delta, ModelError, Notice
from tests.models import wire_server as wire
from tests.models.anthropic_node import KEY, PROMPT, QUESTION, Node, asked, failed
from tests.models.wire_server import Abort, Hold, Pause, Reply, Step, WireServer

# --- errors before any text ---


@pytest.mark.parametrize(
    ("status", "named", "message", "kind"),
    [
        (400, "invalid_request_error", "max_tokens: must be at most 64000", "bad_request"),
        (400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", "context_overflow"),
        (400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", "credit"),
        (401, "authentication_error", f"invalid x-api-key {KEY}", "authentication"),
        (402, "billing_error", "billing", "credit"),
        (403, "permission_error", "no", "permission"),
        (404, "not_found_error", "model: nope", "not_found"),
        (413, "request_too_large", "Request exceeds the maximum size", "context_overflow"),
        # The type decides, not the status.
        (500, "authentication_error", "odd gateway", "authentication"),
        (400, "unheard_of_error", "?", "bad_request"),
        (418, "unheard_of_error", "?", "bad_request"),
    ],
)
async def test_a_refused_request_is_one_clear_error_and_never_repeated(
    status: int, named: str, message: str, kind: str
) -> None:
    text, error, node, server = await failed(wire.failure(status, named, f"{message} {QUESTION}"))
    assert (text, error.kind) == ("", kind)
    assert node.slept == []
    assert len(server.seen) == 1
    assert f"HTTP {status}" in str(error)
    assert wire.REQUEST_ID in str(error)


async def test_the_field_a_server_complains_about_is_named() -> None:
    _, error, *_ = await failed(wire.failure(400, "invalid_request_error", f"max_tokens: too many {QUESTION}"))
    assert "field max_tokens" in str(error)


@pytest.mark.parametrize(
    ("status", "named", "kind", "waits"),
    [
        (429, "rate_limit_error", "rate_limit", [60, 120, 240, 480, 900]),
        (500, "api_error", "server", [2, 4, 8]),
        (502, "", "server", [2, 4, 8]),
        (504, "timeout_error", "server", [2, 4, 8]),
        (529, "overloaded_error", "overloaded", [2, 4, 8]),
    ],
)
async def test_passing_errors_are_tried_again_by_the_schedule(
    status: int, named: str, kind: str, waits: list[float]
) -> None:
    _, error, node, server = await failed(wire.failure(status, named))
    assert error.kind == kind
    assert node.slept == waits
    assert len(server.seen) == len(waits) + 1
    assert f"{len(waits)} retries did not help" in str(error)


async def test_a_retry_that_succeeds_gives_the_reply_once() -> None:
    async with WireServer(
        wire.failure(529, "overloaded_error"), wire.failure(500, "api_error"), wire.answer("yes")
    ) as server:
        node = Node(server)
        text, _ = await node.ask()
        await node.adapter.close()
    assert text == "yes"
    assert node.slept == [2, 4]


async def test_the_waiting_is_told_before_it_begins() -> None:
    async with WireServer(
        wire.failure(429, "rate_limit_error", headers={"retry-after": "75"}), wire.answer("yes")
    ) as server:
        node = Node(server)
        told: list[Notice] = []
        items = [item async for item in node.adapter.stream(PROMPT, status=told.append)]
        await node.adapter.close()
    assert items[0] == Delta("yes")
    text = "waiting until 08:01:15 UTC because the rate limit is reached (retry 1 of 5)"
    assert told == [Notice(text, "rate_limit", 75, 1_800_000_075_000, 1, 5)]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Fri, 15 Jan 2027 08:00:30 GMT", "date": "Fri, 15 Jan 2027 08:00:10 GMT"}, 20),
        ({"retry-after": "0"}, 60),
        ({"retry-after": "-5"}, 60),
        ({"retry-after": "nan"}, 60),
        ({"retry-after": "inf"}, 60),
        ({"retry-after": "1e999"}, 60),
        ({"retry-after": "soon"}, 60),
        ({"retry-after": "Fri, 99 Foo 2027"}, 60),
    ],
)
async def test_retry_after_wins_where_it_makes_sense(headers: dict[str, str], wait: float) -> None:
    async with WireServer(wire.failure(429, "rate_limit_error", headers=headers), wire.answer("yes")) as server:
        node = Node(server)
        await node.ask()
        await node.adapter.close()
    assert node.slept == [wait]


async def test_a_retry_after_too_long_to_hang_for_ends_the_attempts_and_is_told() -> None:
    _, error, node, _ = await failed(wire.failure(429, "rate_limit_error", headers={"retry-after": "7200"}))
    assert (error.kind, error.retry_after_s) == ("rate_limit", 7200)
    assert "until 10:00:00 UTC" in str(error)
    assert node.slept == []


@pytest.mark.parametrize(
    ("seconds", "until"),
    [("86401", "2027-01-16 08:00:01 UTC"), ("1e9", "2058-09-23 09:46:40 UTC"), ("1e308", "9999-12-31 23:59:59 UTC")],
)
async def test_a_retry_after_of_days_is_told_with_its_date(seconds: str, until: str) -> None:
    _, error, node, _ = await failed(wire.failure(429, "rate_limit_error", headers={"retry-after": seconds}))
    assert f"until {until}" in str(error)
    assert node.slept == []


@pytest.mark.parametrize(
    ("waits", "slept", "told"),
    [
        (["2", "7200"], [2], "1 retry did not help; it asks to be left alone until 10:00:00 UTC"),
        (
            ["2", "3", "172800"],
            [2, 3],
            "2 retries did not help; it asks to be left alone until 2027-01-17 08:00:00 UTC",
        ),
        (["90"], [90] * 5, "5 retries did not help; it asks to be left alone until 08:01:30 UTC"),
    ],
)
async def test_what_was_tried_and_until_when_to_wait_are_both_told(
    waits: list[str], slept: list[float], told: str
) -> None:
    script = [wire.failure(429, "rate_limit_error", headers={"retry-after": wait}) for wait in waits]
    _, error, node, _ = await failed(*script)
    assert told in str(error)
    assert node.slept == slept


async def test_a_server_that_forbids_retrying_is_obeyed() -> None:
    _, error, node, _ = await failed(wire.failure(500, "api_error", headers={"x-should-retry": "false"}))
    assert error.kind == "server"
    assert node.slept == []


@pytest.mark.parametrize("code", ["enforced_spend_limit_reached", "contract_spend_limit_reached"])
async def test_a_spending_limit_is_no_rate_limit(code: str) -> None:
    body = wire.error_body("rate_limit_error", "limit", error_code=code)
    reply = Reply([json.dumps(body).encode()], status=429, headers={"Content-Type": "application/json"})
    _, error, node, _ = await failed(reply)
    assert error.kind == "credit"
    assert node.slept == []


@pytest.mark.parametrize(
    "body", [b"", b"<html>Bad gateway</html>", b"[1]", b'"x"', b'{"error": "odd"}', b"\xff\xfe", b"[" * 100_000]
)
async def test_an_error_without_a_readable_body_goes_by_its_status(body: bytes) -> None:
    _, error, *_ = await failed(Reply([body], status=404, headers={"Content-Type": "text/html"}))
    assert error.kind == "not_found"


async def test_an_endless_error_body_is_cut() -> None:
    reply = Reply([b"x" * 65536] * 64, status=403, headers={"Content-Type": "text/plain"})
    _, error, *_ = await failed(reply)
    assert error.kind == "permission"


UNREADABLE: dict[str, tuple[dict[str, str], list[Step]]] = {
    "cut off": ({}, [b'{"type": "err', Abort()]),
    "cut off at once": ({}, [Abort()]),
    "compressed by its word alone": ({"Content-Encoding": "gzip"}, [b"{}"]),
    "in events": ({"Content-Type": "text/event-stream"}, [b"a\n" * 1000]),
    "in a codec that is none of text": ({"Content-Type": "text/plain; charset=zlib"}, [b"{}"]),
    "in a codec that always fails": ({"Content-Type": "text/plain; charset=undefined"}, [b"{}"]),
}


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize(
    ("status", "kind", "waits"),
    [(401, "authentication", []), (429, "rate_limit", [100] * 5), (503, "server", [100] * 3)],
)
async def test_a_status_counts_where_the_body_cannot_be_read(
    name: str, status: int, kind: str, waits: list[float]
) -> None:
    headers, steps = UNREADABLE[name]
    headers = {"Content-Type": "application/json", "Retry-After": "100"} | headers
    _, error, node, server = await failed(Reply(steps, status, headers))
    assert error.kind == kind
    assert f"HTTP {status}" in str(error)
    assert node.slept == waits
    assert len(server.seen) == len(waits) + 1


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([b'{"type": "err', Hold(asyncio.Event())], id="stalled"),
        pytest.param([step for _ in range(1000) for step in (b" ", Pause(0.05))], id="in drops"),
    ],
)
async def test_a_status_counts_where_the_body_does_not_come_to_its_end(steps: list[Step]) -> None:
    reply = Reply(steps, 401, {"Content-Type": "application/json"})
    _, error, node, _ = await failed(reply, timeouts=Timeouts(read_s=5, total_s=60))
    assert error.kind == "authentication"
    assert node.slept == []


async def test_nobody_listening_is_a_network_error_tried_four_times() -> None:
    async with WireServer() as server:
        node = Node(server)
    _, error = await node.fail()
    await node.adapter.close()
    assert error.kind == "network"
    assert node.slept == [2, 4, 8, 16]
    assert [waiting.retry for waiting in node.told] == [1, 2, 3, 4]


async def test_a_connection_dropped_before_the_headers_is_tried_again() -> None:
    async with WireServer(Reply(before_headers=[Abort()]), wire.answer("yes")) as server:
        node = Node(server)
        assert (await node.ask())[0] == "yes"
        await node.adapter.close()
    assert node.slept == [2]


async def test_redirects_are_not_followed() -> None:
    async with WireServer(wire.answer("caught")) as other:
        reply = Reply(status=307, headers={"Location": f"{other.base_url}/v1/messages"})
        _, error, *_ = await failed(reply)
        assert other.seen == []
    assert error.kind == "not_configured"


@pytest.mark.parametrize("kind", ["text/html", "application/json", ""])
async def test_an_address_that_answers_in_something_else_is_named(kind: str) -> None:
    _, error, node, _ = await failed(Reply([b"<html>log in here</html>"], headers={"Content-Type": kind}))
    assert error.kind == "not_configured"
    assert "base_url" in error.remedy
    assert node.slept == []


async def test_a_compressed_stream_is_refused_before_it_unfolds() -> None:
    headers = {"Content-Type": "text/event-stream", "Content-Encoding": "gzip"}
    _, error, *_ = await failed(Reply([gzip.compress(b"x" * 10_000_000)], headers=headers))
    assert error.kind == "not_configured"
    assert "compresses its answers" in str(error)


UNFOLDED_BYTES = 64 * 1024 * 1024
FOLDED = zlib.compress(bytes(UNFOLDED_BYTES))
BOMBS = {
    "gzip": gzip.compress(bytes(UNFOLDED_BYTES)),
    "gzip, gzip": gzip.compress(gzip.compress(bytes(UNFOLDED_BYTES))),
    "deflate": FOLDED,
    "Deflate , GZIP": gzip.compress(FOLDED),
    "identity, deflate": FOLDED,
    # No library for these need be there; that one is must change nothing.
    "br": FOLDED,
    "zstd": FOLDED,
    "x-of-tomorrow": FOLDED,
}


@pytest.mark.parametrize("coding", BOMBS)
@pytest.mark.parametrize("how", ["stream", "count", "refused stream", "refused count"])
async def test_what_is_compressed_is_never_unfolded(coding: str, how: str) -> None:
    """A limit on the bytes that come is none on what they unfold to: 663 of them took a gigabyte of memory."""
    headers = {"Content-Type": "text/event-stream" if "stream" in how else "application/json"}
    headers["Content-Encoding"] = coding
    bomb = Reply([BOMBS[coding]], status=401 if "refused" in how else 200, headers=headers)
    async with WireServer(bomb) as server:
        node = Node(server)
        await node.adapter.warm()
        tracemalloc.start()
        try:
            if "stream" in how:
                _, error = await node.fail()
            else:
                with pytest.raises(ModelError) as caught:
                    await node.adapter.count_tokens(PROMPT)
                error = caught.value
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        await node.adapter.close()
    assert most < UNFOLDED_BYTES / 8
    assert error.kind == ("authentication" if "refused" in how else "not_configured")
    assert len(server.seen) == 1
    assert node.slept == []


# --- errors in the stream ---

MID_ERRORS = [
    ("overloaded_error", "overloaded", 3),
    ("rate_limit_error", "rate_limit", 5),
    ("api_error", "server", 3),
    ("authentication_error", "authentication", 0),
    ("invalid_request_error", "bad_request", 0),
    ("unheard_of_error", "server", 3),
]


@pytest.mark.parametrize(("named", "kind", "retries"), MID_ERRORS)
async def test_an_error_event_before_text_is_known_by_its_type_not_by_status_200(
    named: str, kind: str, retries: int
) -> None:
    _, error, node, _ = await failed(Reply([wire.message_start(), wire.error_event(named, QUESTION)]))
    assert error.kind == kind
    assert len(node.slept) == retries


@pytest.mark.parametrize(("named", "kind", "retries"), MID_ERRORS)
async def test_an_error_event_after_text_interrupts_and_is_not_tried_again(named: str, kind: str, retries: int) -> None:
    reply = Reply([*wire.opening("half a sen"), wire.error_event(named, QUESTION)])
    text, error, node, server = await failed(reply)
    assert (text, error.kind) == ("half a sen", "interrupted")
    assert node.slept == []
    assert len(server.seen) == 1


GARBAGE = [
    b"event: content_block_delta\ndata: {broken\n\n",
    b"event: content_block_delta\ndata: \xff\xfe\n\n",
    b"event: content_block_delta\ndata: " + b"[" * 200_000 + b"\n\n",
    b"event: error\ndata: not json\n\n",
    b"event: error\ndata: [1, 2]\n\n",
    b"event: error\n\n",
]
# Every way in which a stream can end before its end.
BREAKS: dict[str, list[Step]] = {
    "truncated": [],
    "truncated inside an event": [wire.text_delta("lost")[:-9]],
    "truncated before message_stop": [wire.block_stop(), wire.message_delta()],
    "truncated inside a character": ['event: x\ndata: {"a": "é'.encode()[:-1]],
    "aborted": [Abort()],
}
BREAKS |= {f"garbage {number}": [piece] for number, piece in enumerate(GARBAGE)}


@pytest.mark.parametrize("steps", BREAKS.values(), ids=BREAKS.keys())
async def test_a_stream_broken_after_text_keeps_the_text_and_says_interrupted(
    steps: list[Step],
) -> None:
    text, error, node, server = await failed(Reply([*wire.opening("half ", "a sen"), *steps]))
    assert (text, error.kind) == ("half a sen", "interrupted")
    assert "continue" in error.remedy
    assert node.slept == []
    assert len(server.seen) == 1


@pytest.mark.parametrize("name", BREAKS)
async def test_a_stream_broken_before_text_is_tried_again(name: str) -> None:
    async with WireServer(Reply([wire.message_start(), *BREAKS[name]]), wire.answer("whole")) as server:
        node = Node(server)
        assert (await node.ask())[0] == "whole"
        await node.adapter.close()
    assert node.slept == [2]
    assert len(server.seen) == 2
    # Bytes that cannot be read are the service's fault, also where a break left half a character.
    unreadable = "garbage" in name or "character" in name
    assert node.told[0].reason == ("server" if unreadable else "network")


@pytest.mark.parametrize("name", BREAKS)
async def test_a_stream_broken_after_white_space_alone_is_tried_again(name: str) -> None:
    """It was called interrupted, with what was said so far kept; but nothing was, for white space is no reply."""
    async with WireServer(Reply([*wire.opening("\n", " \u2003"), *BREAKS[name]]), wire.answer("whole")) as server:
        node = Node(server)
        assert (await node.ask())[0] == "whole"
        await node.adapter.close()
    assert node.slept == [2]


async def test_white_space_without_end_is_one_error_and_not_asked_again() -> None:
    prompt = Prompt((), (PromptMessage("user", QUESTION),), output_tokens_max=10)
    async with WireServer(Reply([*wire.opening(), *[wire.text_delta(" \n" * 30)] * 100])) as server:
        node = Node(server)
        text, error = await node.fail(prompt)
        await node.adapter.close()
    assert (text, error.kind) == ("", "server")
    assert len(server.seen) == 1


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """The bytes with a few of them changed, left out or put in."""
    harmed = bytearray(whole)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(harmed) + 1)
        cut = at + chance.choice([0, 1, 1, 30, len(harmed)])
        put = chance.choice([b"", b"", bytes([chance.randrange(256)]), b"\n\n", b"null", b"[]", b'"type":'])
        harmed[at:cut] = put
    return bytes(harmed)


@pytest.mark.parametrize("seed", range(4))
async def test_a_damaged_stream_gives_a_reply_or_the_rooms_error(seed: int) -> None:
    chance = random.Random(seed)
    whole = b"".join([*wire.opening("Grüße ", "漢字"), *wire.closing()])
    async with WireServer(wire.answer("x")) as server:
        node = Node(server)
        for _ in range(50):
            server.seen.clear()
            server.script[:] = [Reply(wire.split([damaged(whole, chance)], chance.randint(1, 200)))]
            try:
                text, _ = await node.ask()
            except ModelError as error:
                assert error.__context__ is None  # noqa: PT017 -- a reply is right as well
            else:
                text.encode()
        await node.adapter.close()


async def test_an_answer_without_end_is_stopped_by_its_characters() -> None:
    prompt = Prompt((), (PromptMessage("user", QUESTION),), output_tokens_max=10)
    async with WireServer(Reply([*wire.opening(), *[wire.text_delta("la " * 30)] * 100])) as server:
        node = Node(server)
        text, error = await node.fail(prompt)
        await node.adapter.close()
    assert error.kind == "interrupted"
    assert len(text) <= 640


@pytest.mark.parametrize("piece", [wire.ping(), b"x" * 4096, b"data: " + b"x" * 4096 + b"\n"])
async def test_an_answer_without_end_is_stopped_by_its_bytes(piece: bytes) -> None:
    async with WireServer(Reply([wire.message_start(), *[piece] * 3000])) as server:
        node = Node(server, bytes_max=100_000)
        _, error = await node.fail()
        await node.adapter.close()
    assert error.kind == "server"
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param([b"a\n" * 32_768] * 16, id="a million lines and no empty one"),
        pytest.param([b": comment\r\n" * 6_000] * 16, id="comments"),
        pytest.param([b"data: x\n" * 200 + b"\n"], id="an event of many lines that does end"),
        pytest.param([b"data: ", *[b"x" * 65_536] * 72], id="one line of 4.5 MiB"),
    ],
)
@pytest.mark.parametrize("begun", [False, True])
async def test_an_event_without_end_is_refused_before_it_holds_the_loop_up(flood: list[bytes], begun: bool) -> None:
    """The SDK copies an unfinished event for each line of it: of 32 MiB of short lines that took an hour."""
    async with WireServer(Reply([*wire.opening(*["yes"] * begun), *flood, *wire.closing()])) as server:
        node = Node(server)
        text, error = await node.fail()
        await node.adapter.close()
    assert error.kind == ("interrupted" if begun else "server")
    assert "without end" in str(error)
    assert text == "yes" * begun
    assert len(server.seen) == 1


async def test_a_long_event_in_pieces_is_read_whole() -> None:
    said = "\N{SNOWMAN}" * 40_000
    reply = Reply([*wire.opening(), *wire.split([wire.text_delta(said)], 4096), *wire.closing()])
    async with WireServer(reply) as server:
        node = Node(server)
        text, _ = await node.ask(Prompt((), (PromptMessage("user", QUESTION),), output_tokens_max=4096))
        await node.adapter.close()
    assert text == said


# --- time ---


async def test_silence_past_the_read_timeout_is_tried_again_before_text() -> None:
    never = asyncio.Event()
    async with WireServer(Reply([wire.message_start(), Hold(never)]), wire.answer("yes")) as server:
        node = Node(server, timeouts=Timeouts(read_s=0.2))
        assert (await node.ask())[0] == "yes"
        await asyncio.wait_for(server.disconnected.wait(), 30)
        await node.adapter.close()
    assert node.slept == [2]
    assert node.told[0].reason == "timeout"


async def test_silence_before_the_headers_is_a_timeout() -> None:
    _, error, node, _ = await failed(Reply(before_headers=[Hold(asyncio.Event())]), timeouts=Timeouts(read_s=0.1))
    assert error.kind == "timeout"
    assert node.slept == [2, 4, 8, 16]


async def test_silence_after_text_interrupts() -> None:
    reply = Reply([*wire.opening("half"), Hold(asyncio.Event())])
    text, error, *_ = await failed(reply, timeouts=Timeouts(read_s=0.2))
    assert (text, error.kind) == ("half", "interrupted")


async def test_slow_bytes_are_waited_for() -> None:
    steps: list[Step] = []
    for piece in wire.split([*wire.opening("slow"), *wire.closing()], 100):
        steps += [piece, Pause(0.01)]
    assert (await asked(Reply(steps)))[0] == "slow"


async def test_the_total_timeout_ends_an_answer_kept_alive_by_pings() -> None:
    pings: list[Step] = [wire.message_start()]
    for _ in range(1000):
        pings += [wire.ping(), Pause(0.02)]
    async with WireServer(Reply(pings)) as server:
        node = Node(server, timeouts=Timeouts(total_s=0.3))
        _, error = await node.fail()
        await asyncio.wait_for(server.disconnected.wait(), 30)
        await node.adapter.close()
    assert error.kind == "timeout"
    assert node.slept == []


async def test_the_total_timeout_does_not_strike_in_the_callers_code() -> None:
    async with WireServer(Reply([*wire.opening("one"), Hold(asyncio.Event())])) as server:
        node = Node(server, timeouts=Timeouts(total_s=0.2))
        stream = node.adapter.stream(PROMPT)
        assert await anext(stream) == Delta("one")
        await asyncio.sleep(0.3)  # a slow reader: no CancelledError may come up here
        with pytest.raises(ModelError) as caught:
            await anext(stream)
        await node.adapter.close()
    assert caught.value.kind == "interrupted"
