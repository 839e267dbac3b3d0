"""What may clients send? Strict models: a field of another type, an unknown field or an unclean text is refused.

Text is kept as it was typed, control characters included; only what is no Unicode (lone surrogates) and NUL, which
programs in other languages cut text at, are refused.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from ccnode_protocol.records import MODEL_CHARS_MAX, TEXT_BYTES_MAX, TITLE_CHARS_MAX

KEY_CHARS_MAX: Final = 200
PATH_CHARS_MAX: Final = 4096
QUERY_CHARS_MAX: Final = 2000
PAGE_MAX: Final = 200
BRANCHES_MAX: Final = 16  # as mind/branches.py has it, which is not loaded here
TOO_LARGE: Final = "too_large"


def _clean(value: Any) -> Any:  # noqa: ANN401  # runs before the type is known
    if isinstance(value, str):
        if "\0" in value:
            raise PydanticCustomError("nul", "holds the character NUL")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise PydanticCustomError("surrogate", "holds half a character (a lone surrogate)") from None
    return value


def _said(value: str) -> str:
    size = len(value.encode())
    if size > TEXT_BYTES_MAX:
        raise PydanticCustomError(
            TOO_LARGE, "has {size} bytes; at most {most} are taken", {"size": size, "most": TEXT_BYTES_MAX}
        )
    if not value.strip():
        raise PydanticCustomError("empty", "is empty")
    return value


def _moment(value: Any) -> int:  # noqa: ANN401  # runs before the type is known
    """Milliseconds since 1970 of an ISO-8601 time; without a zone it is UTC."""
    try:
        when = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise PydanticCustomError("time", 'must be a time like "2026-03-02T10:11:12.345Z"') from None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    since = when - datetime(1970, 1, 1, tzinfo=UTC)
    return max(0, since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000)


# The constraints stand before `_clean`, which is run first nevertheless: validators of that kind run from the right.
CLEAN: Final = BeforeValidator(_clean)
Content = Annotated[str, AfterValidator(_said), CLEAN]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_CHARS_MAX), CLEAN]
Key = Annotated[str, StringConstraints(min_length=1, max_length=KEY_CHARS_MAX), CLEAN]
MessageId = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{6,64}$")]
Moment = Annotated[int, BeforeValidator(_moment)]
Page = Annotated[int, Field(ge=1, le=PAGE_MAX)]


class Body(BaseModel):
    """A JSON body or form."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


class Query(BaseModel):
    """The part of an address after "?": all text, so numbers are read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Nothing(Body):
    """A body that may be left out, and holds nothing."""


class StartBody(Body):
    """POST /api/v1/conversation/start."""

    title: Title | None = None
    parent: MessageId | None = None


class MessageBody(Body):
    """POST /api/v1/conversation/{session_id}/message."""

    content: Content
    idempotency_key: Key | None = None


SessionName = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,64}$")]


class MergeBody(Body):
    """POST /api/v1/conversation/{session_id}/merge."""

    branches: Annotated[list[SessionName], Field(min_length=1, max_length=BRANCHES_MAX - 1)]
    content: Content | None = None


class CompareQuery(Query):
    """GET /api/v1/conversation/{session_id}/compare."""

    other: SessionName


class TitleBody(Body):
    """PATCH /api/v1/conversation/{session_id}."""

    title: Title


class LoginBody(Body):
    """POST /api/v1/login."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=512)]


class BackupBody(Body):
    """POST /api/v1/backup."""

    output: Annotated[str, StringConstraints(min_length=1, max_length=PATH_CHARS_MAX), CLEAN] | None = None


class ModelBody(Body):
    """PUT /api/v1/model."""

    adapter: Literal["embedded", "anthropic"]
    model: Annotated[str, StringConstraints(min_length=1, max_length=MODEL_CHARS_MAX), CLEAN] | None = None


class ListQuery(Query):
    """GET /api/v1/conversations."""

    limit: Page = 50
    offset: Annotated[int, Field(ge=0, le=2**31)] = 0
    ended: bool | None = None
    forgotten: bool = False
    imported: bool | None = None
    branches: bool = False
    since: Moment | None = None
    until: Moment | None = None


class CostQuery(Query):
    """GET /api/v1/cost: of the last so many days, today among them."""

    days: Annotated[int, Field(ge=1, le=3660)] = 30


class PartQuery(Query):
    """GET .../tree: from this message on, by number from 1; as many as fit an answer."""

    first: Annotated[int, Field(ge=1, le=2**31)] = 1


class StateQuery(PartQuery):
    """GET /api/v1/conversation/{session_id}: now, or at a past moment."""

    at: Moment | None = None


class SearchQuery(Query):
    """GET /api/v1/search."""

    q: Annotated[str, StringConstraints(min_length=1, max_length=QUERY_CHARS_MAX), CLEAN]
    limit: Page = 20
    session: Annotated[str, StringConstraints(max_length=64)] | None = None
    role: Literal["user", "assistant", "system", "tool"] | None = None
    since: Moment | None = None
    until: Moment | None = None


class MessageForm(Body):
    """WebSocket: say something."""

    type: Literal["message"]
    content: Content
    idempotency_key: Key | None = None


class OrderForm(Body):
    """WebSocket: what to do about the conversation's reply."""

    type: Literal["resume", "stop", "regenerate", "continue"]
