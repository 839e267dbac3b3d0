"""How does a reply come from Claude, or from any server that speaks the Messages API, piece by piece?

The SDK is imported on first use (it costs about a second of CPU time and 50 MiB), retries nothing itself, and gets
its key, address and timeouts from here. Failures before the first piece of text are tried again by a schedule;
after it the reply is interrupted, because a second attempt would say something else after the words already shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ccnode.mind.context import shortened
from ccnode.models.anthropic_attempt import Attempt, count_tokens
from ccnode.models.anthropic_endpoint import (
    DEFAULT_BASE_URL,
    DEFAULT_MODEL,
    Capabilities,
    Timeouts,
    checked_model,
    checked_url,
    is_loopback,
)
from ccnode.models.anthropic_errors import Failure
from ccnode.models.anthropic_request import build_request
from ccnode.models.base import Delta, ErrorKind, Finished, ModelError, Notice, Usage
from ccnode.models.keys import ApiKey, parse_api_key
from ccnode.models.retry import RetryPolicy, Schedule, clock_time, clock_time_after

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from anthropic import AsyncAnthropic

    from ccnode.mind.prompt_types import Prompt
    from ccnode.models.base import Account

STREAM_BYTES_MAX: Final = 32 * 1024 * 1024

_BECAUSE: Final[dict[ErrorKind, str]] = {
    "network": "the model's service cannot be reached",
    "timeout": "the model's service did not answer in time",
    "rate_limit": "the rate limit is reached",
    "overloaded": "the model's service is overloaded",
    "server": "the model's service failed",
}
_SHORTENED: Final = Notice(
    "the conversation is too long for the model: asking again without its oldest part", "context_overflow"
)


class AnthropicAdapter:
    """Streams replies of one model. Safe for concurrent replies on one event loop; holds no conversation."""

    guided = True  # see mind/guidance.py

    def __init__(  # noqa: PLR0913 -- every keyword is one documented setting with a default
        self,
        api_key: ApiKey | str,
        model: str = DEFAULT_MODEL,
        base_url: str | None = None,
        *,
        can: Capabilities | None = None,
        user_id: str = "",
        account: Account | None = None,
        timeouts: Timeouts | None = None,
        retries: RetryPolicy | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        wall_clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
        allow_plain_http: bool = False,
        stream_bytes_max: int = STREAM_BYTES_MAX,
    ) -> None:
        """Check the settings; nothing is imported or connected yet.

        `wall_clock` gives UTC seconds since 1970, `chance` a number in [0, 1). `allow_plain_http` permits http:// to
        other hosts than this one. `account` is asked before each attempt, and told what each reply used.
        Raises ModelError(kind="not_configured") naming the setting.
        """
        self._key = api_key if isinstance(api_key, ApiKey) else parse_api_key(api_key, "the API key")
        self._model = checked_model(model)
        self._base_url = checked_url(DEFAULT_BASE_URL if base_url is None else base_url, plain_http=allow_plain_http)
        self._can = can or Capabilities()
        self._user_id = user_id
        self._account = account
        self._timeouts = timeouts or Timeouts()
        self._retries = retries or RetryPolicy()
        self._sleep = sleep
        self._wall_clock = wall_clock
        self._chance = chance
        self._stream_bytes_max = stream_bytes_max
        self._client: AsyncAnthropic | None = None
        self._building = asyncio.Lock()
        self._closed = self._retired = False
        self._speaking = 0

    @property
    def name(self) -> str:
        """As replies name their model, "anthropic/claude-sonnet-5-5"."""
        return f"anthropic/{self._model}"

    @property
    def model(self) -> str:
        """The provider's name of the model."""
        return self._model

    def __repr__(self) -> str:
        return f"AnthropicAdapter(model={self._model!r}, base_url={self._base_url!r})"

    async def stream(
        self, prompt: Prompt, *, status: Callable[[Notice], None] | None = None
    ) -> AsyncGenerator[Delta | Finished, None]:
        """Yield the reply's text as it comes, then one Finished. `status` is told of every wait before a retry.

        A prompt that is too long is tried once more without its older half.
        Raises ModelError: "interrupted" once text has been yielded, the failure's own kind before.
        Closing the iterator, or cancelling its task, closes the connection.
        """
        self._speaking += 1
        try:
            async with contextlib.aclosing(self._pieces(prompt, status or _tell_nobody)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            self._speaking -= 1
            if self._retired and not self._speaking:
                await self._release()

    async def _pieces(self, prompt: Prompt, tell: Callable[[Notice], None]) -> AsyncGenerator[Delta | Finished, None]:
        request = build_request(prompt, self._can, self._user_id)
        client = await self._ready()
        retries_done: Counter[Schedule] = Counter()
        whole = True
        while True:
            at_most = Usage(request.tokens, request.output_tokens_max, estimated=True)
            aside = self._account.check((self._model,), at_most) if self._account is not None else 0
            attempt = Attempt(client, self._model, request, self._timeouts, self._wall_clock)
            to_pay = True  # also where it is stopped, or breaks off
            try:
                while not isinstance(piece := await attempt.next(), Failure):
                    if isinstance(piece, Finished):
                        cost, to_pay = self._book(attempt), False
                        yield replace(piece, cost_micro_dollars=cost)
                        return
                    yield piece
                to_pay = attempt.is_paid(piece)
            finally:
                if to_pay:
                    self._book(attempt)
                if self._account is not None:
                    self._account.release(aside)
                await attempt.close()
            if attempt.began:
                raise _interrupted(piece.error)
            shorter = shortened(prompt) if whole and piece.error.kind == "context_overflow" else None
            if shorter is not None:
                whole, request = False, build_request(shorter, self._can, self._user_id)
                tell(_SHORTENED)
            else:
                await self._wait(piece, retries_done, tell)

    async def count_tokens(self, prompt: Prompt) -> int | None:
        """The prompt's tokens as the service counts them; None where it does not. Raises ModelError."""
        if not self._can.token_counting:
            return None
        request, client = build_request(prompt, self._can), await self._ready()
        return await count_tokens(client, self._model, request, self._timeouts.read_s, self._wall_clock())

    async def warm(self) -> None:
        """Load the SDK now, so that the first reply need not wait for that. Raises ModelError."""
        await self._ready()

    async def retire(self) -> None:
        """Another takes over: what is being written is written to its end, then the connections are released."""
        self._retired = True
        if not self._speaking:
            await self._release()

    async def close(self) -> None:
        """Release the connections; replies still running end with an error. Idempotent."""
        self._closed = True
        await self._release()

    async def _release(self) -> None:
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

    def _book(self, attempt: Attempt) -> int | None:
        usage = attempt.usage
        if usage is None or self._account is None:
            return None
        return self._account.spent(attempt.models, usage, attempt.estimate)

    async def _wait(self, failure: Failure, retries_done: Counter[Schedule], tell: Callable[[Notice], None]) -> None:
        """Wait as the schedule says and count the retry, or raise the failure when there is none left."""
        error, schedule = failure.error, failure.schedule
        done = retries_done[schedule] if schedule is not None else 0
        wait_s = self._retries.wait_s(schedule, done, error.retry_after_s, self._chance()) if schedule else None
        now_ms = round(self._wall_clock() * 1000)
        if schedule is None or wait_s is None:
            raise _final(error, retries_done.total(), now_ms)
        retries_done[schedule] += 1
        until_ms = now_ms + round(wait_s * 1000)
        most = len(self._retries.series(schedule))
        because = _BECAUSE.get(error.kind, error.kind)
        text = f"waiting until {clock_time(until_ms)} because {because} (retry {done + 1} of {most})"
        tell(Notice(text, error.kind, wait_s, until_ms, done + 1, most))
        await self._sleep(wait_s)


def _tell_nobody(_notice: Notice) -> None:
    """For callers who only wait."""


def _build_client(key: ApiKey, base_url: str, timeouts: Timeouts, bytes_max: int) -> AsyncAnthropic:
    from ccnode.models.anthropic_client import build_client  # loads the SDK, see the module docstring

    return build_client(
        key,
        base_url,
        connect_s=timeouts.connect_s,
        read_s=timeouts.read_s,
        bytes_max=bytes_max,
        loopback=is_loopback(base_url),
    )


def _interrupted(error: ModelError) -> ModelError:
    message = f"the reply broke off: {error}"
    remedy = "what was said so far is kept; have it continued"
    return ModelError("interrupted", message, remedy=remedy, retry_after_s=error.retry_after_s)


def _final(error: ModelError, retries: int, now_ms: int) -> ModelError:
    """The error with what was tried, and with when it asks to be asked again."""
    told = error.retry_after_s
    parts = [str(error)]
    if retries:
        parts.append(f"{retries} {'retry' if retries == 1 else 'retries'} did not help")
    if told is not None:
        parts.append(f"it asks to be left alone until {clock_time_after(now_ms, told)}")
    return ModelError(error.kind, "; ".join(parts), remedy=error.remedy, retry_after_s=told)
