"""How are bytes from outside read? Within a size, a time and a depth, into a model, or refused naming the field."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from ccnode.api.context import limits_of, node_of
from ccnode.api.errors import ApiError, BadRequest
from ccnode.api.models import TOO_LARGE
from ccnode.store.errors import NotFound

if TYPE_CHECKING:
    from aiohttp import web

    from ccnode.api.settings import Limits

M = TypeVar("M", bound=BaseModel)
FIELD_CHARS_MAX: Final = 80
_SESSION_TEXT: Final = re.compile(r"[0-9A-Za-z-]{1,64}\Z")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_JSON_TYPES: Final = frozenset({"application/json"})


def too_large(what: str, size_max: int) -> ApiError:
    """413, for a body or text over its limit."""
    return ApiError(
        413, TOO_LARGE, f"{what} is larger than {size_max} bytes", "send less; UTF-8 is shorter than \\u escapes"
    )


async def read_body(request: web.Request) -> bytes:
    """The body, b"" without one.

    Raises:
        ApiError: 413 before reading where the length is given, while reading where it is not; 408 where it comes too
            slowly; 415 where it is compressed.
    """
    limits = limits_of(request)
    size_max = limits.body_bytes_max
    if request.content_length is not None and request.content_length > size_max:
        raise too_large("the body", size_max)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ApiError(415, "compressed", "Content-Encoding: compressed bodies are not taken", "send it as it is")
    if not request.body_exists:
        return b""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # what follows is the answer proper
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.body_timeout_s):
            async for piece in request.content.iter_any():
                size += len(piece)
                if size > size_max:
                    raise too_large("the body", size_max)
                pieces.append(piece)
    except TimeoutError:
        raise ApiError(
            408, "too_slow", f"the body did not arrive within {limits.body_timeout_s:g} s", "send it again"
        ) from None
    return b"".join(pieces)


async def read_json(request: web.Request, model: type[M]) -> M:
    """The body as a model; no body at all is the empty object. Raises ApiError (400, 408, 413, 415)."""
    declared = request.headers.get("Content-Type", "")
    if request.body_exists and request.content_type not in _JSON_TYPES:
        raise ApiError(
            415,
            "not_json",
            f"Content-Type: application/json is expected, not {declared[:FIELD_CHARS_MAX] or 'none'}",
            "send the header 'Content-Type: application/json'",
        )
    data = await read_body(request)
    value = parse_json(data, limits_of(request), "the body") if data else {}
    return validated(model, value)


class _DuplicateKey(ValueError):
    pass


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _DuplicateKey(name)
            seen.add(name)
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def parse_json(data: bytes | str, limits: Limits, what: str) -> Any:  # noqa: ANN401  # any JSON value
    """The JSON value in `data`. Raises BadRequest for anything that is not strict JSON of bounded depth."""
    try:
        text = data if isinstance(data, str) else data.decode()
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadRequest(f"{what}: not UTF-8 at byte {error.start}", "send it as UTF-8") from None
    except _DuplicateKey as error:
        name = str(error)[:FIELD_CHARS_MAX]
        raise BadRequest(f"{_printable(name)}: is there twice", "send every field once") from None
    except json.JSONDecodeError as error:
        raise BadRequest(f"{what}: not JSON ({error.msg} at character {error.pos})", "send valid JSON") from None
    except ValueError as error:
        # NaN and infinities, and integers of more digits than Python reads.
        raise BadRequest(f"{what}: {str(error)[:FIELD_CHARS_MAX]}", "send valid JSON") from None
    except RecursionError:
        raise BadRequest(f"{what}: nested too deeply", f"nest at most {limits.json_depth_max} levels") from None
    _check_depth(value, limits.json_depth_max, what)
    return value


def _check_depth(value: object, depth_max: int, what: str) -> None:
    top = value.items() if isinstance(value, dict) else [(what, value)]
    for name, part in top:
        level, depth = [part], 1
        while level:
            if depth > depth_max:
                raise BadRequest(
                    f"{_printable(name[:FIELD_CHARS_MAX])}: nested too deeply", f"nest at most {depth_max} levels"
                )
            below: list[Any] = []
            for item in level:
                if isinstance(item, dict):
                    below += item.values()
                elif isinstance(item, list):
                    below += item
            level, depth = below, depth + 1


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)


def validated(model: type[M], value: object) -> M:
    """The value as a model. Raises ApiError 400 naming the field, 413 for a text that is too long."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    field = _printable(".".join(map(str, first["loc"]))[:FIELD_CHARS_MAX]) or "the body"
    if first["type"] == TOO_LARGE:
        remedy = first.get("ctx", {}).get("remedy", "send it in parts")
        raise ApiError(413, TOO_LARGE, f"{field}: {first['msg']}", remedy)
    if first["type"] == "extra_forbidden":
        raise BadRequest(f"{field}: is not known here", "leave it out, or check its spelling")
    message = first["msg"]
    if message.startswith("Input should be"):
        message = "must be" + message.removeprefix("Input should be")
    raise BadRequest(f"{field}: {message[:1].lower()}{message[1:]}", "correct this field and send it again")


def read_query(request: web.Request, model: type[M]) -> M:
    """The address's query as a model. Raises BadRequest."""
    values: dict[str, str] = {}
    for name, value in request.query.items():
        if name in values:
            raise BadRequest(f"{_printable(name[:FIELD_CHARS_MAX])}: is there twice", "send every field once")
        values[name] = value
    return validated(model, values)


async def session_id_of(request: web.Request) -> str:
    """The session that the address names, as a canonical UUID. Raises NotFound, Conflict (several begin so)."""
    text = request.match_info["session_id"]
    if _UUID.match(text):
        return str(uuid.UUID(text))
    if not _SESSION_TEXT.match(text):
        raise NotFound("that is not a session id", remedy="see: ccnode session list")
    return (await node_of(request).session(text)).id
