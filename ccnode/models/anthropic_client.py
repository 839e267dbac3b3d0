"""How is the SDK's client set up so that it keeps to this project's rules? Importing this module loads the SDK.

No redirects, no retries of its own, no compressed or endless answers, no message contents in logs or traces.
"""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Final, cast

import anthropic
import httpx2
from anthropic.resources import messages as _messages  # noqa: F401 -- the SDK loads it late, on the event loop

from ccnode.models.anthropic_errors import model_error
from ccnode.models.base import ModelError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccnode.models.keys import ApiKey

ERROR_BYTES_MAX: Final = 256 * 1024
PLAIN_BYTES_MAX: Final = 256 * 1024  # of an answer that is no stream: a count of tokens
EVENT_BYTES_MAX: Final = 4 * 1024 * 1024  # a whole reply of 1 MiB in one event, with all that is not ASCII escaped
EVENT_LINE_ENDS_MAX: Final = 128  # real events have two lines, and a line may end in two characters
_EVENT_END: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")


class CappedStream(httpx2.AsyncByteStream):
    """An answer of at most so many bytes; beyond, it fails.

    The SDK keeps an unfinished event in memory, however large the server makes it.
    """

    def __init__(self, inner: httpx2.AsyncByteStream, bytes_max: int) -> None:
        self._inner = inner
        self._left = bytes_max

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._inner:
            self._left -= len(piece)
            if self._left < 0:
                msg = "the model's service sent an answer without end"
                raise ModelError("server", msg, remedy="check base_url")
            yield piece

    async def aclose(self) -> None:
        """Release the connection."""
        await self._inner.aclose()


class ErrorBody(httpx2.AsyncByteStream):
    """The body of a failure: it ends where it breaks off, where it gets too long, and after so many seconds.

    The SDK reads it before it looks at the status. A failure to read it would hide what status and headers say: that
    the key was refused, or how long to wait.
    """

    def __init__(self, inner: httpx2.AsyncByteStream, seconds_max: float) -> None:
        self._inner = inner
        self._seconds_max = seconds_max

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = ERROR_BYTES_MAX
        deadline = asyncio.get_running_loop().time() + self._seconds_max
        pieces = aiter(self._inner)
        while True:
            try:
                # Each wait by itself: a timeout around the yield would strike in the reader's code.
                async with asyncio.timeout_at(deadline):
                    piece = await anext(pieces)
            except (StopAsyncIteration, TimeoutError, httpx2.TransportError):
                return
            left -= len(piece)
            if left < 0:
                return
            yield piece

    async def aclose(self) -> None:
        """Release the connection."""
        await self._inner.aclose()


class WholeEvents(httpx2.AsyncByteStream):
    """An event stream, passed on event by event: none too large, none of too many lines.

    The SDK copies all that it has of an event for every further piece and line of it. Of 32 MiB of short lines without
    an empty one between them that would be an hour of work, with the event loop held up for minutes at a time.
    """

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        rest, line_ends = bytearray(), 0
        async for piece in self._inner:
            looked = max(0, len(rest) - 3)  # an end may have begun in the piece before
            rest += piece
            line_ends += _line_ends(piece)
            begun = 0
            for end in _EVENT_END.finditer(rest, looked):
                event = bytes(rest[begun : end.end()])
                begun = end.end()
                _check_event(len(event), _line_ends(event))
                yield event
            if begun:
                del rest[:begun]
                line_ends = _line_ends(rest)
            _check_event(len(rest), line_ends)
        if rest:
            yield bytes(rest)

    async def aclose(self) -> None:
        """Release the connection."""
        await self._inner.aclose()


class NoBody(httpx2.ByteStream):
    """Nothing, in place of a response body that is not to be read."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        super().__init__(b"")
        self._inner = inner

    async def aclose(self) -> None:
        """Release the connection."""
        await self._inner.aclose()


def _line_ends(data: bytes | bytearray) -> int:
    return data.count(b"\n") + data.count(b"\r")


def _check_event(size: int, line_ends: int) -> None:
    if size > EVENT_BYTES_MAX or line_ends > EVENT_LINE_ENDS_MAX:
        msg = "the model's service sent an event without end"
        raise ModelError("server", msg, remedy="check base_url")


def _is_compressed(response: httpx2.Response) -> bool:
    codings = response.headers.get("content-encoding", "").split(",")
    return any(coding.strip().lower() not in {"", "identity"} for coding in codings)


def build_client(
    key: ApiKey, base_url: str, *, connect_s: float, read_s: float, bytes_max: int, loopback: bool
) -> anthropic.AsyncAnthropic:
    """A client for one address; `loopback`: the server is on this machine, so no proxy is used."""

    async def cap(response: httpx2.Response) -> None:
        body = cast("httpx2.AsyncByteStream", response.stream)  # an asynchronous client has no other
        response.encoding = "utf-8"  # the server could name any codec of Python, some of which fail or unfold
        if _is_compressed(response):
            # It is unfolded behind every limit: 663 bytes can be 300 MiB. A failure still has its status.
            if response.is_success:
                raise model_error("not_configured", "", "it compresses its answers without being asked to")
            del response.headers["content-encoding"]
            response.stream = NoBody(body)
            return
        if not response.is_success:
            response.stream = ErrorBody(body, read_s)
        elif response.headers.get("content-type", "").strip().lower().startswith("text/event-stream"):
            response.stream = WholeEvents(CappedStream(body, bytes_max))
        else:
            response.stream = CappedStream(body, PLAIN_BYTES_MAX)

    # At DEBUG the SDK logs whole requests, and with them the conversation; its environment variable can ask for it.
    logging.getLogger("anthropic").setLevel(logging.INFO)
    timeout = httpx2.Timeout(read_s, connect=connect_s)
    http_client: httpx2.AsyncClient
    # Redirects are not followed: they would carry the conversation to an address nobody configured.
    if loopback:
        http_client = httpx2.AsyncClient(
            timeout=timeout, follow_redirects=False, trust_env=False, event_hooks={"response": [cap]}
        )
    else:
        http_client = anthropic.DefaultAsyncHttpxClient(
            timeout=timeout, follow_redirects=False, event_hooks={"response": [cap]}
        )
    client = anthropic.AsyncAnthropic(
        # A key that is None would send the SDK looking for one in the environment and in profiles.
        api_key=key.reveal(),
        base_url=base_url,
        timeout=timeout,
        max_retries=0,
        http_client=http_client,
        # The environment can switch tracing on, with message contents in the spans.
        open_telemetry=False,
    )
    # Compressed, a small count of bytes can be an answer of any size. Given to the constructor, these headers would be
    # joined by those of ANTHROPIC_CUSTOM_HEADERS, and another credential would take the place of the key.
    client._custom_headers = {"Accept-Encoding": "identity"}  # noqa: SLF001 -- it has no other way to say "only these"
    return client
