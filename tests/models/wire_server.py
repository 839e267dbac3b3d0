"""What does a real server of the Messages API send? A scripted one on 127.0.0.1, byte by byte.

Each request is answered by the next `Reply` in the script (the last one again and again). A reply is a status,
headers and steps: pieces of bytes, waits, a clean end or an abort of the connection. Every piece is one chunk of the
chunked transfer coding, so the client's parser sees exactly these splits, however TCP joins them.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

MODEL = "claude-sonnet-5-5"
REQUEST_ID = "req_011CSHoEeqs5C35K2UUqR7Fy"


@dataclass(frozen=True)
class Pause:
    """Wait so many seconds before the next piece."""

    seconds: float


@dataclass(frozen=True)
class Hold:
    """Wait for the event (set by the test, or never)."""

    until: asyncio.Event


@dataclass(frozen=True)
class Abort:
    """Drop the TCP connection without ending the answer."""


Step = bytes | Pause | Hold | Abort


@dataclass(frozen=True)
class Reply:
    """One scripted answer. Without an Abort it ends cleanly after the last step."""

    steps: Sequence[Step] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/event-stream; charset=utf-8"})
    before_headers: Sequence[Pause | Hold | Abort] = ()


def event(name: str, data: object) -> bytes:
    """One server-sent event as the API writes it; text beyond ASCII goes out as UTF-8."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def ping() -> bytes:
    return event("ping", {"type": "ping"})


def message_start(model: str = MODEL, **usage: int) -> bytes:
    counts = {
        "input_tokens": 25,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 1,
        "service_tier": "standard",
    }
    message: dict[str, object] = {
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": counts | usage,
    }
    return event("message_start", {"type": "message_start", "message": message})


def block_start(index: int = 0, block: dict[str, object] | None = None) -> bytes:
    content = block or {"type": "text", "text": ""}
    return event("content_block_start", {"type": "content_block_start", "index": index, "content_block": content})


def block_delta(delta: dict[str, object], index: int = 0) -> bytes:
    return event("content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta})


def text_delta(text: str, index: int = 0) -> bytes:
    return block_delta({"type": "text_delta", "text": text}, index)


def block_stop(index: int = 0) -> bytes:
    return event("content_block_stop", {"type": "content_block_stop", "index": index})


def message_delta(stop_reason: str | None = "end_turn", output_tokens: int = 15, **more: object) -> bytes:
    delta = {"stop_reason": stop_reason, "stop_sequence": None} | more
    return event("message_delta", {"type": "message_delta", "delta": delta, "usage": {"output_tokens": output_tokens}})


def message_stop() -> bytes:
    return event("message_stop", {"type": "message_stop"})


def error_event(kind: str, message: str, **details: object) -> bytes:
    return event("error", error_body(kind, message, **details))


def error_body(kind: str, message: str, **details: object) -> dict[str, object]:
    error: dict[str, object] = {"type": kind, "message": message}
    if details:
        error["details"] = details
    return {"type": "error", "error": error, "request_id": REQUEST_ID}


def opening(*texts: str) -> list[bytes]:
    """The events of an answer up to and including these pieces of text."""
    return [message_start(), block_start(), ping(), *map(text_delta, texts)]


def closing(stop_reason: str = "end_turn") -> list[bytes]:
    return [block_stop(), message_delta(stop_reason), message_stop()]


def answer(*texts: str, stop_reason: str = "end_turn") -> Reply:
    """A whole, healthy answer."""
    return Reply([*opening(*texts), *closing(stop_reason)])


def silent(stop_reason: str, *blocks: bytes) -> Reply:
    """A whole answer without a word of text, which is counted like any other."""
    return Reply([message_start(), *blocks, message_delta(stop_reason), message_stop()])


THINKING = (
    block_start(0, {"type": "thinking", "thinking": "", "signature": ""}),
    block_delta({"type": "signature_delta", "signature": "EqQBCkYIBxgC"}),
    block_stop(),
)
TOOL_USE = (
    block_start(0, {"type": "tool_use", "id": "toolu_1", "name": "x", "input": {}}),
    block_delta({"type": "input_json_delta", "partial_json": "{}"}),
    block_stop(),
)
WORDLESS = {
    "nothing": silent("end_turn"),
    "thinking up to the limit": silent("max_tokens", *THINKING),
    "thinking alone": silent("end_turn", *THINKING),
    "the use of a tool": silent("tool_use", *TOOL_USE),
    "a full context": silent("model_context_window_exceeded"),
}


def split(pieces: Iterable[bytes], size: int) -> list[bytes]:
    """The same bytes cut every `size` bytes: through lines, through JSON, through UTF-8 characters."""
    whole = b"".join(pieces)
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def failure(status: int, kind: str, message: str = "refused", *, headers: dict[str, str] | None = None) -> Reply:
    """An error answer as the API sends it, before any stream."""
    base = {"Content-Type": "application/json", "request-id": REQUEST_ID}
    body = json.dumps(error_body(kind, message)).encode()
    return Reply([body], status=status, headers=base | (headers or {}))


@dataclass
class Seen:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    raw: bytes
    connection: object  # the same one for requests over the same connection


class WireServer:
    """The server; use it as an async context manager. `disconnects` counts clients gone before the answer's end."""

    def __init__(self, *script: Reply) -> None:
        self.script = list(script)
        self.seen: list[Seen] = []
        self.disconnects = 0
        self.disconnected = asyncio.Event()
        self.answering = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        # With handler_cancellation the handler is cancelled when the client goes away, even while it waits.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.path, headers, json.loads(raw or b"{}"), raw, request.transport))
        reply = self.script[min(len(self.seen), len(self.script)) - 1]
        try:
            return await self._play(request, reply)
        except (asyncio.CancelledError, ConnectionResetError):
            self.disconnects += 1
            self.disconnected.set()
            raise

    async def _play(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        response = web.StreamResponse(status=reply.status, headers=reply.headers)
        response.enable_chunked_encoding()
        for wait in reply.before_headers:
            if not await self._step(request, response, wait):
                return response
        await response.prepare(request)
        for step in reply.steps:
            if not await self._step(request, response, step):
                return response
        await response.write_eof()
        return response

    async def _step(self, request: web.Request, response: web.StreamResponse, step: Step) -> bool:
        """Do one step; False when the connection is gone by our own hand."""
        if isinstance(step, bytes):
            await response.write(step)
        elif isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
        elif isinstance(step, Hold):
            self.answering.set()
            await step.until.wait()
        else:
            await asyncio.sleep(0.05)  # let what was written before reach the client
            if request.transport is not None:
                request.transport.abort()
            return False
        return True
