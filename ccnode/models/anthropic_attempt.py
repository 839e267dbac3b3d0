"""How does one request become pieces of a reply, or one failure? Read event by event, each wait bounded by itself."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from ccnode.models.anthropic_errors import Failure, classify, model_error
from ccnode.models.anthropic_request import cited_sources
from ccnode.models.anthropic_stream import ReplyReader
from ccnode.models.base import Delta, Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2
    from anthropic import AsyncAnthropic, AsyncStream
    from anthropic.types import RawMessageStreamEvent

    from ccnode.models.anthropic_endpoint import Timeouts
    from ccnode.models.anthropic_request import Request
    from ccnode.models.base import Finished

_END_S: Final = 0.2
_END_EVENTS_MAX: Final = 100


class Attempt:
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

    def is_paid(self, failure: Failure) -> bool:
        """Whether it costs something though it failed: all but what the service refused before it had counted it."""
        return self._reader.began or self._reader.counted or not failure.refused

    @property
    def usage(self) -> Usage | None:
        """What it has used so far; None while the service has not begun to answer."""
        return self._reader.usage()

    @property
    def estimate(self) -> Usage:
        """What it has used by the texts alone, for where the service counts nothing."""
        return Usage(self._request.tokens, self._reader.estimate, estimated=True)

    @property
    def models(self) -> tuple[str, ...]:
        """The model as the service names it, then as we do."""
        return tuple(dict.fromkeys((self._reader.model, self._model)))

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
        """Close the connection, unless the answer has come to its end: then it is there for the next."""
        if self._stream is None:
            return
        try:
            if self._reader.stopped:
                # What ends the body comes right after message_stop, and a connection is only used again behind it.
                with contextlib.suppress(Exception):  # whatever it is: the reply is whole, and the connection closed
                    async with asyncio.timeout(_END_S):
                        for _ in range(_END_EVENTS_MAX):
                            await anext(self._stream)
        finally:
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
            metadata={"user_id": request.user_id} if request.user_id else omit,
            # What it thinks is neither shown nor kept, so it need not be sent to us.
            thinking={"type": "adaptive", "display": "omitted"} if request.thinking else omit,
            stream=True,
        )


async def count_tokens(client: AsyncAnthropic, model: str, request: Request, total_s: float, now_s: float) -> int:
    """How many tokens the prompt has by the service's own count, within `total_s` seconds. Raises ModelError."""
    from anthropic import omit  # loaded by now

    failure: Failure
    try:
        async with asyncio.timeout(total_s):
            counted = await client.messages.count_tokens(
                model=model,
                system=request.system or omit,
                messages=request.messages,
                thinking={"type": "adaptive", "display": "omitted"} if request.thinking else omit,
            )
        tokens = getattr(counted, "input_tokens", None)
        if type(tokens) is int and tokens >= 0:
            return tokens
        failure = Failure(model_error("server", model, "it counts no tokens"))
    except TimeoutError:
        failure = Failure(model_error("timeout", model, f"no count within {total_s:g} s"))
    except Exception as err:  # noqa: BLE001 -- as above
        failure = classify(err, model, now_s)
    raise failure.error  # outside the handler, so that it does not carry the request along


def _check_answers_in_events(response: httpx2.Response, model: str) -> None:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "text/event-stream":
        raise model_error("not_configured", model, "it answers with something other than an event stream")
