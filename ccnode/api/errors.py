"""How does the API say that something is wrong? One JSON form, one table from the store's errors to status codes.

    ApiError       an answer: status, code, message, remedy
      BadRequest   400, names the field
    ServeError     the server cannot be started (port taken, socket in use)

Clients get {"error": {"code", "message", "remedy"}}, in streams {"type": "error", ...}, whatever went wrong.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from ccnode.store import errors as store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccnode.api.events import Failed

BUSY_RETRY_S: Final = 2
_BODY_LEFT: Final = frozenset({408, 413})
KEPT: Final = 'The question is kept. Resume the conversation (in the page: "Answer now") to have it answered.'


class ServeError(Exception):
    """The server cannot be started. `remedy` says what to do about it."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class ApiError(Exception):
    """A refusal or failure as clients see it. `facts` go into the error beside code, message and remedy."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        remedy: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.remedy = status, code, message, remedy
        self.headers, self.facts = dict(headers or {}), dict(facts or {})

    def body(self) -> dict[str, Any]:
        """What stands under "error"."""
        return {"code": self.code, "message": self.message, "remedy": self.remedy, **self.facts}

    def form(self) -> dict[str, Any]:
        """The same as a form of a stream."""
        return {"type": "error", **self.body()}

    def response(self) -> web.Response:
        """The same as an HTTP answer."""
        response = answer({"error": self.body()}, self.status, self.headers)
        if self.status in _BODY_LEFT:
            response.force_close()  # the rest of the body is still on its way
        return response


class BadRequest(ApiError):
    """400: what was sent cannot be understood; the message begins with the field."""

    def __init__(self, message: str, remedy: str = "", *, code: str = "bad_request") -> None:
        super().__init__(400, code, message, remedy)


def encode(value: object) -> bytes:
    """JSON as UTF-8. A lone surrogate (a model may cut a pair in two) is escaped, which is valid JSON.

    Raises:
        ValueError: a number is not finite, or the value is not JSON at all.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON answer."""
    return web.Response(
        body=encode(value), status=status, content_type="application/json", charset="utf-8", headers=headers
    )


# Status by the store's errors; the first that fits counts.
_STORE: Final[tuple[tuple[type[store.StoreError], int], ...]] = (
    (store.NotFound, 404),
    (store.Conflict, 409),
    (store.StoreFull, 507),
    (store.StoreBusy, 503),
    (store.StoreReadOnly, 503),
    (store.StoreCorrupt, 503),
    (store.SchemaTooNew, 503),
    (store.DirectoryInUse, 503),
    (store.StoreError, 500),
)
# Status by the code of a turn that failed: what may pass by itself or is our disk's; what the model refused is 502.
_FAILED: Final = {
    **dict.fromkeys(("network", "timeout", "overloaded", "rate_limit", "busy", "stopping", "interrupted"), 503),
    **dict.fromkeys((store.StoreReadOnly.code, store.StoreCorrupt.code, store.StoreError.code), 503),
    store.StoreFull.code: 507,
    "budget": 429,
    "internal": 500,
}


def from_store(error: store.StoreError) -> ApiError:
    """The answer for one of the store's errors."""
    status = next(status for kind, status in _STORE if isinstance(error, kind))
    headers = {"Retry-After": str(BUSY_RETRY_S)} if isinstance(error, store.StoreBusy) else None
    return ApiError(status, error.code, str(error), error.remedy, headers=headers)


def from_failed(failed: Failed) -> ApiError:
    """The answer for a turn without a reply: the question is kept, and the remedy says how to go on."""
    told = failed.remedy.rstrip(" .")
    remedy = failed.remedy if "kept" in told else f"{told}. {KEPT}" if told else KEPT
    return ApiError(_FAILED.get(failed.code, 502), failed.code, failed.message, remedy, facts={"kept": True})


_HTTP: Final = {
    400: ("bad_request", "the request cannot be understood", "see the API's documentation"),
    404: ("not_found", "there is no such address here", "see the API's documentation for the addresses"),
    405: ("method_not_allowed", "this address does not take that method", "use one of those in the Allow header"),
    413: ("too_large", "the request is too large", "send less"),
    417: ("expectation_failed", "only 'Expect: 100-continue' is understood", "leave the Expect header out"),
}


def from_http(error: web.HTTPException) -> ApiError:
    """The answer for an error that aiohttp raises itself; its own text is not passed on."""
    code, message, remedy = _HTTP.get(error.status, ("http_error", error.reason, ""))
    allow = error.headers.get("Allow")
    return ApiError(error.status, code, message, remedy, headers={"Allow": allow} if allow else None)
