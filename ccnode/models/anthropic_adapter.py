"""How does a reply come from Claude, or from any server that speaks the Messages API, piece by piece?

The SDK is imported on first use (it costs about a second of CPU time and 50 MiB), retries nothing itself, and gets
its key, address and timeouts from here. Failures before the first piece of text are tried again by a schedule;
after it the reply is interrupted, because a second attempt would say something else after the words already shown.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ccnode.models.anthropic_errors import (
    Failure,
    RetrySchedule,
    Schedule,
    classify,
    model_error,
    waiting_until,
)
from ccnode.models.anthropic_request import Request, build_request, cited_sources
from ccnode.models.anthropic_stream import ReplyReader
from ccnode.models.base import Delta, ErrorKind, Finished, ModelError, Notice
from ccnode.models.keys import ApiKey, parse_api_key

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    import httpx2
    from anthropic import AsyncAnthropic, AsyncStream
    from anthropic.types import RawMessageStreamEvent

    from ccnode.mind.prompt_types import Prompt

DEFAULT_MODEL: Final = "claude-sonnet-5-5"
DEFAULT_BASE_URL: Final = "https://api.anthropic.com"
STREAM_BYTES_MAX: Final = 32 * 1024 * 1024

_URL = re.compile(r"https?://[\x21-\x7e]{1,2000}")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two reads (pings of the server count), and for one whole attempt."""

    connect_s: float = 10
    read_s: float = 30
    total_s: float = 600


@dataclass(frozen=True, slots=True)
class Waiting:
    """A retry is coming: after `wait_s` seconds, the `retry`th of at most `retries_max` for this kind of failure."""

    kind: ErrorKind
    wait_s: float
    until: str
    retry: int
    retries_max: int

    @property
    def text(self) -> str:
        """One sentence for the person who waits."""
        reason = _REASON.get(self.kind, self.kind)
        return f"{reason}, waiting until {self.until} (retry {self.retry} of {self.retries_max})"


_REASON: Final[dict[ErrorKind, str]] = {
    "network": "network trouble",
    "timeout": "no answer in time",
    "rate_limit": "rate limit reached",
    "overloaded": "service overloaded",
    "server": "service error",
}


class AnthropicAdapter:
    """Streams replies of one model. Safe for concurrent replies on one event loop; holds no conversation."""

    def __init__(  # noqa: PLR0913 -- every keyword is one documented setting with a default
        self,
        api_key: ApiKey | str,
        model: str = DEFAULT_MODEL,
        base_url: str | None = None,
        *,
        timeouts: Timeouts | None = None,
        retries: RetrySchedule | None = None,
        status: Callable[[Waiting], None] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        wall_clock: Callable[[], float] = time.time,
        allow_plain_http: bool = False,
        stream_bytes_max: int = STREAM_BYTES_MAX,
    ) -> None:
        """Check the settings; nothing is imported or connected yet.

        `wall_clock` gives UTC seconds since 1970. `allow_plain_http` permits http:// to other hosts than this one.
        Raises ModelError(kind="not_configured") naming the setting.
        """
        self._key = api_key if isinstance(api_key, ApiKey) else parse_api_key(api_key, "the API key")
        if not _MODEL.fullmatch(model):
            msg = "model is not a model name (letters, digits and . _ : / @ -, at most 128)"
            raise ModelError("not_configured", msg, remedy=f"set it to a name like {DEFAULT_MODEL}")
        self._model = model
        self._base_url = _checked_url(DEFAULT_BASE_URL if base_url is None else base_url, plain_http=allow_plain_http)
        self._timeouts = timeouts or Timeouts()
        self._retries = retries or RetrySchedule()
        self._status = status
        self._sleep = sleep
        self._wall_clock = wall_clock
        self._stream_bytes_max = stream_bytes_max
        self._client: AsyncAnthropic | None = None
        self._building = asyncio.Lock()
        self._closed = False

    @property
    def name(self) -> str:
        """As replies name their model, "anthropic/claude-sonnet-5-5"."""
        return f"anthropic/{self._model}"

    def __repr__(self) -> str:
        return f"AnthropicAdapter(model={self._model!r}, base_url={self._base_url!r})"

    async def stream(
        self, prompt: Prompt, *, status: Callable[[Notice], None] | None = None
    ) -> AsyncGenerator[Delta | Finished, None]:
        """Yield the reply's text as it comes, then one Finished. `status` is told of every wait before a retry.

        Raises ModelError: "interrupted" once text has been yielded, the failure's own kind before.
        Closing the iterator, or cancelling its task, closes the connection.
        """
        request = build_request(prompt)
        client = await self._ready()
        retries_done: Counter[Schedule] = Counter()
        while True:
            attempt = _Attempt(client, self._model, request, self._timeouts, self._wall_clock)
            try:
                while not isinstance(piece := await attempt.next(), Failure):
                    yield piece
                    if isinstance(piece, Finished):
                        return
            finally:
                await attempt.close()
            if attempt.began:
                raise _interrupted(piece.error)
            await self._wait(piece, retries_done, status or self._status)

    async def close(self) -> None:
        """Release the connections; replies still running end with an error. Idempotent."""
        self._closed = True
        async with self._building:
            client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _ready(self) -> AsyncAnthropic:
        """The client, made on first use, in a thread: the import would hold up the event loop for a second."""
        async with self._building:
            if self._closed:
                raise ModelError("not_configured", "the model adapter is closed", remedy="start the node again")
            client = self._client
            if client is None:
                try:
                    client = await asyncio.to_thread(
                        _build_client, self._key, self._base_url, self._timeouts, self._stream_bytes_max
                    )
                except ImportError as err:
                    msg = "the anthropic package is not installed or cannot be loaded"
                    raise ModelError("not_configured", msg, remedy="run the set-up again") from err
                self._client = client
            return client

    async def _wait(
        self, failure: Failure, retries_done: Counter[Schedule], status: Callable[[Waiting], None] | None
    ) -> None:
        """Wait as the schedule says and count the retry, or raise the failure when there is none left."""
        done = retries_done[failure.schedule] if failure.schedule is not None else 0
        wait_s = self._retries.wait_s(failure, done)
        if failure.schedule is None or wait_s is None:
            raise _final(failure.error, retries_done.total())
        retries_done[failure.schedule] += 1
        if status is not None:
            until = waiting_until(self._wall_clock(), wait_s)
            retries_max = len(self._retries.series(failure.schedule))
            status(Waiting(failure.error.kind, wait_s, until, done + 1, retries_max))
        await self._sleep(wait_s)


class _Attempt:
    """One request and its answer, read piece by piece. It is no generator, so that it closes exactly when told to."""

    def __init__(
        self,
        client: AsyncAnthropic,
        model: str,
        request: Request,
        timeouts: Timeouts,
        wall_clock: Callable[[], float],
    ) -> None:
        self._client = client
        self._model = model
        self._request = request
        self._timeouts = timeouts
        self._wall_clock = wall_clock
        self._deadline = asyncio.get_running_loop().time() + timeouts.total_s
        self._reader = ReplyReader(model, request.output_tokens_max)
        self._stream: AsyncStream[RawMessageStreamEvent] | None = None
        self._rest: list[Delta | Finished] = []

    @property
    def began(self) -> bool:
        """Whether any text has come."""
        return self._reader.began

    async def next(self) -> Delta | Finished | Failure:
        """The next piece, Finished after the last, or what went wrong.

        A failure is returned, not raised: raised while the SDK's exception is handled it would keep that as its
        context, and with it the request and the key.
        """
        try:
            return await self._read()
        except StopAsyncIteration:
            # A stream that ends in good order but without message_stop is a truncated one; the SDK says nothing.
            return Failure(model_error("network", self._model, "the answer ended without message_stop"), "network")
        except TimeoutError:
            detail = f"no complete answer within {self._timeouts.total_s:g} s"
            return Failure(model_error("timeout", self._model, detail))
        except Exception as err:  # noqa: BLE001 -- whatever bytes came: all are turned into the room's error
            return classify(err, self._model, self._wall_clock())

    async def close(self) -> None:
        """Close the connection if the answer has not been read to its end."""
        if self._stream is not None:
            await self._stream.close()

    async def _read(self) -> Delta | Finished:
        # Each wait is bounded by itself: a timeout scope around a yield would strike in the caller's code.
        if self._stream is None:
            async with asyncio.timeout_at(self._deadline):
                self._stream = await self._open()
            _check_answers_in_events(self._stream.response, self._model)
        while not self._reader.stopped:
            async with asyncio.timeout_at(self._deadline):
                event = await anext(self._stream)
            text = self._reader.take(event)
            if text:
                return Delta(text)
        if not self._rest:
            self._rest = self._reader.finish(lambda reply: cited_sources(reply, self._request.labels))
        return self._rest.pop(0)

    async def _open(self) -> AsyncStream[RawMessageStreamEvent]:
        from anthropic import omit  # loaded by now

        request = self._request
        return await self._client.messages.create(
            model=self._model,
            max_tokens=request.output_tokens_max,
            system=request.system or omit,
            messages=request.messages,
            stream=True,
        )


def _build_client(key: ApiKey, base_url: str, timeouts: Timeouts, bytes_max: int) -> AsyncAnthropic:
    from ccnode.models.anthropic_client import build_client  # loads the SDK, see the module docstring

    return build_client(
        key,
        base_url,
        connect_s=timeouts.connect_s,
        read_s=timeouts.read_s,
        bytes_max=bytes_max,
        loopback=_is_loopback(urlsplit(base_url).hostname or ""),
    )


def _check_answers_in_events(response: httpx2.Response, model: str) -> None:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "text/event-stream":
        raise model_error("not_configured", model, "it answers with something other than an event stream")
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise model_error("not_configured", model, "it compresses the event stream without being asked to")


def _interrupted(error: ModelError) -> ModelError:
    message = f"the reply broke off: {error}"
    remedy = "what was said so far is kept; ask to continue"
    return ModelError("interrupted", message, remedy=remedy, retry_after_s=error.retry_after_s)


def _final(error: ModelError, retries: int) -> ModelError:
    if not retries:
        return error
    message = f"{error}; {retries} {'retry' if retries == 1 else 'retries'} did not help"
    return ModelError(error.kind, message, remedy=error.remedy, retry_after_s=error.retry_after_s)


def _checked_url(url: str, *, plain_http: bool) -> str:
    """The address, when the key and the conversation may be sent there; its problem as ModelError otherwise."""
    problem = ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        problem = "is not an address"
    else:
        if not _URL.fullmatch(url) or not host:
            problem = "is not an http or https address"
        elif "@" in parts.netloc:
            problem = "holds a user name or password"  # it would appear in every log of the address
        elif parts.query or parts.fragment:
            problem = "has a query or fragment"
        elif parts.scheme == "http" and not plain_http and not _is_loopback(host):
            problem = "would send the key and the conversation unencrypted"
    if problem:
        remedy = "use https://HOST[/PATH], or http:// for a server on this machine"
        raise ModelError("not_configured", f"base_url {problem}", remedy=remedy)
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
