"""What does a failure of the Messages API mean, may it be tried again, and how long is the wait?

The error's own type decides, then its HTTP status: an `error` event in the middle of a stream arrives under
status 200, and a dropped stream raises the transport's error instead of the SDK's. No error made here carries the
server's own words: they can quote the request, which holds the conversation, or the key.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from ccnode.models.base import ErrorKind, ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from anthropic import APIStatusError

    from ccnode.models.retry import Schedule


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed attempt; `schedule` says by which waits it may be tried again, None: not at all.

    `refused`: the service itself said that it failed. It does not bill that; it bills what only did not reach us whole.
    """

    error: ModelError
    schedule: Schedule | None = None
    refused: bool = False


_KIND_OF_CODE: Final[dict[str, ErrorKind]] = {
    # These arrive as 429 rate_limit_error or 402, but waiting a minute does not help.
    "contract_spend_limit_reached": "credit",
    "enforced_spend_limit_reached": "credit",
    "linked_organization_billing_unavailable": "credit",
    "linked_organization_spend_limit_reached": "credit",
    "organization_on_hold": "permission",
    "ramp_limit_exceeded": "rate_limit",
}
_KIND_OF_TYPE: Final[dict[str, ErrorKind]] = {
    "invalid_request_error": "bad_request",
    "authentication_error": "authentication",
    "billing_error": "credit",
    "permission_error": "permission",
    "not_found_error": "not_found",
    "request_too_large": "context_overflow",
    "rate_limit_error": "rate_limit",
    "timeout_error": "server",
    "api_error": "server",
    "overloaded_error": "overloaded",
}
_KIND_OF_STATUS: Final[dict[int, ErrorKind]] = {
    401: "authentication",
    402: "credit",
    403: "permission",
    404: "not_found",
    408: "server",
    409: "server",
    413: "context_overflow",
    429: "rate_limit",
    529: "overloaded",
}
_SCHEDULE_OF_KIND: Final[dict[ErrorKind, Schedule]] = {
    "network": "network",
    "timeout": "network",
    "rate_limit": "rate_limit",
    "overloaded": "server",
    "server": "server",
}
_SENTENCE: Final[dict[ErrorKind, tuple[str, str]]] = {
    "authentication": (
        "the API key was refused: it is wrong or revoked",
        "give a valid one: ccnode model use anthropic --key-file FILE",
    ),
    "permission": (
        "the API key may not use model {model}",
        "check the key's workspace and permissions, or configure another model",
    ),
    "credit": (
        "the account is out of credit or at its spending limit",
        "add credit or raise the limit, then ask again",
    ),
    "not_found": ("there is no model {model} at this address", "check the model's name and base_url"),
    "rate_limit": ("the rate limit is reached", "wait, then ask again"),
    "overloaded": ("the model's service is overloaded", "wait a moment, then ask again"),
    "server": ("the model's service failed", "ask again; if it stays, look at the service's status page"),
    "network": ("the model's service could not be reached, or the connection broke", "check the network and base_url"),
    "timeout": ("the model's service did not answer in time", "check the network, then ask again"),
    "bad_request": ("the request was refused as invalid", "check the configured model and its settings"),
    "context_overflow": (
        "the conversation is too long for model {model}",
        "fork from an earlier message, start a new conversation, or use a model with a larger context",
    ),
    "not_configured": ("the address is not a Messages API endpoint", "check base_url"),
}
# No code or type names these two, so the wording must; wording may change, then they are plain bad_request again.
_OVERFLOW_WORDS = re.compile(
    r"prompt is too long|exceeds? (?:the )?(?:available )?context|context[ _](?:length|window|size)", re.IGNORECASE
)
_CREDIT_WORDS = re.compile(r"credit balance is too low", re.IGNORECASE)
_FIELD = re.compile(r"((?:messages|system|model|max_tokens|stream|metadata)(?:\.[a-z0-9_]{1,20}){0,6}): ")
_NAME = re.compile(r"[a-z][a-z_]{1,59}")
_REQUEST_ID = re.compile(r"req_[A-Za-z0-9]{1,60}")


def model_error(kind: ErrorKind, model: str, detail: str = "", *, retry_after_s: float | None = None) -> ModelError:
    """The standard sentence and remedy for a kind, with technical detail in brackets."""
    sentence, remedy = _SENTENCE[kind]
    message = sentence.format(model=model) + (f" ({detail})" if detail else "")
    return ModelError(kind, message, remedy=remedy, retry_after_s=retry_after_s)


def classify(err: BaseException, model: str, now_s: float) -> Failure:
    """Say what an exception from the SDK, the transport or the decoding means.

    `now_s` is UTC seconds since 1970, for a Retry-After given as a date.
    """
    import anthropic  # slow to load, but a failure comes from the SDK, so by now it is loaded
    import httpx2

    if isinstance(err, ModelError):
        return Failure(err)
    if isinstance(err, anthropic.APIStatusError):
        return _of_status(err, model, now_s)
    if isinstance(err, (anthropic.APITimeoutError, httpx2.TimeoutException)):
        return _of_kind("timeout", model, _names(err))
    if isinstance(err, anthropic.APIConnectionError):
        cause = err.__cause__
        if isinstance(cause, ModelError):  # ours, of an answer without end
            return Failure(cause)
        if isinstance(cause, (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol, httpx2.InvalidURL)):
            return Failure(model_error("not_configured", model, _names(err)))
        return _of_kind("network", model, _names(err))
    if isinstance(err, httpx2.TransportError):
        return _of_kind("network", model, _names(err))
    # What is left is an answer that could not be read: bad JSON, bad UTF-8, an event of the wrong shape.
    return _of_kind("server", model, f"unreadable answer, {_names(err)}")


def _of_kind(kind: ErrorKind, model: str, detail: str) -> Failure:
    return Failure(model_error(kind, model, detail), _SCHEDULE_OF_KIND.get(kind))


def _of_status(err: APIStatusError, model: str, now_s: float) -> Failure:
    status, words = err.status_code, err.api_message if isinstance(err.api_message, str) else ""
    code = err.error_code if isinstance(err.error_code, str) else ""
    named = err.type if isinstance(err.type, str) else ""
    kind = _KIND_OF_CODE.get(code) or _KIND_OF_TYPE.get(named) or _kind_of_status(status)
    if kind == "bad_request" and _CREDIT_WORDS.search(words):
        kind = "credit"
    elif kind == "bad_request" and _OVERFLOW_WORDS.search(words):
        kind = "context_overflow"
    field = _FIELD.match(words) if kind == "bad_request" else None
    request_id = err.request_id if isinstance(err.request_id, str) else ""
    details = [
        f"HTTP {status}",
        named if _NAME.fullmatch(named) else "",
        code if _NAME.fullmatch(code) else "",
        f"field {field.group(1)}" if field else "",
        f"request {request_id}" if _REQUEST_ID.fullmatch(request_id) else "",
    ]
    headers = err.response.headers
    error = model_error(kind, model, ", ".join(filter(None, details)), retry_after_s=retry_after_s(headers, now_s))
    schedule = _SCHEDULE_OF_KIND.get(kind) if headers.get("x-should-retry") != "false" else None
    return Failure(error, schedule, refused=True)


def _kind_of_status(status: int) -> ErrorKind:
    if status in _KIND_OF_STATUS:
        return _KIND_OF_STATUS[status]
    hundreds = status // 100
    if hundreds == 3:  # noqa: PLR2004 -- redirects are not followed: they would carry the conversation along
        return "not_configured"
    return "bad_request" if hundreds == 4 else "server"  # noqa: PLR2004


def retry_after_s(headers: Mapping[str, str], now_s: float) -> float | None:
    """Seconds a server asks to wait, from Retry-After (seconds or a date); None when absent, past or senseless."""
    value = headers.get("retry-after", "").strip()
    seconds = _number(value)
    if seconds is None:
        moment = _moment(value)
        # Against the server's own clock where it gives one: ours may be wrong.
        reference = _moment(headers.get("date", ""))
        if moment is not None:
            seconds = moment - (reference if reference is not None else now_s)
    return seconds if seconds is not None and seconds > 0 else None


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _moment(value: str) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _names(err: BaseException) -> str:
    """Class names only: messages of foreign exceptions can quote what was read."""
    names = [type(err).__name__]
    if err.__cause__ is not None:
        names.append(type(err.__cause__).__name__)
    return ", ".join(names)
