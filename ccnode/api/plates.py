"""What can be asked about the plate? Its versions, what is wrong with a text, and whether the model passes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from ccnode.api.bodies import read_json, read_query
from ccnode.api.context import node_of
from ccnode.api.errors import answer
from ccnode.api.models import CLEAN, TOO_LARGE, Body, Nothing, Query
from ccnode_crypto.statements import PlateStatement
from ccnode_protocol.records import PLATE_BYTES_MAX, plate_digest

if TYPE_CHECKING:
    from aiohttp import web

PASSPHRASE_CHARS_MAX: Final = 1_000
_HEX_64: Final = r"^[0-9a-f]{64}$"


def _plate(value: str) -> str:
    size = len(value.encode())
    if size > PLATE_BYTES_MAX:
        raise PydanticCustomError(
            TOO_LARGE,
            "has {size} bytes; at most {most} are taken",
            {"size": size, "most": PLATE_BYTES_MAX, "remedy": "shorten it"},
        )
    from ccnode.mind.plate import plain  # late: an idle daemon reads no plates

    return plain(value)


Text = Annotated[str, AfterValidator(_plate), CLEAN]
Digest = Annotated[str, StringConstraints(pattern=_HEX_64)]


class StatementBody(Body):
    """The owner's statement about the text (crypto, section 10), made where the owner key is."""

    owner: Digest
    previous: Digest | None
    issued_ms: Annotated[int, Field(ge=0, le=2**53)]
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class PlateBody(Body):
    """PUT /api/v1/plate. Without a statement the node signs, with the owner key on its machine."""

    text: Text
    statement: StatementBody | None = None
    passphrase: Annotated[str, StringConstraints(max_length=PASSPHRASE_CHARS_MAX), CLEAN] | None = Field(
        default=None, repr=False
    )


class LintBody(Body):
    """POST /api/v1/plate/lint."""

    text: Text
    diff: bool = False


class PlateQuery(Query):
    """GET /api/v1/plate: the version in force, or one of the others."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{1,64}$")] | None = None


class HistoryQuery(Query):
    """GET /api/v1/plate/history: with what changed each time, or without."""

    diff: bool = False


async def shown(request: web.Request) -> web.Response:
    """GET /api/v1/plate: the plate in force, or the version asked for; and how the file stands to it."""
    query = read_query(request, PlateQuery)
    return answer(await node_of(request).plates.describe(query.version))


async def keep(request: web.Request) -> web.Response:
    """PUT /api/v1/plate: make a text the plate, by the owner's word."""
    body = await read_json(request, PlateBody)
    said = body.statement
    statement = None
    if said is not None:
        statement = PlateStatement(
            owner=bytes.fromhex(said.owner),
            plate=plate_digest(body.text),
            previous=bytes.fromhex(said.previous) if said.previous is not None else None,
            issued_ms=said.issued_ms,
            signature=bytes.fromhex(said.signature),
        )
    return answer(await node_of(request).plates.keep(body.text, statement, body.passphrase))


async def history(request: web.Request) -> web.Response:
    """GET /api/v1/plate/history: every version, the newest first."""
    query = read_query(request, HistoryQuery)
    return answer({"versions": await node_of(request).plates.history(with_diff=query.diff)})


async def lint(request: web.Request) -> web.Response:
    """POST /api/v1/plate/lint: what a text says as a plate, and what is wrong with it; and what it would change."""
    body, plates = await read_json(request, LintBody), node_of(request).plates
    told = await plates.lint(body.text)
    if body.diff:
        current = (await plates.describe(None))["plate"]
        told["diff"] = await asyncio.to_thread(changes, current, body.text, "the text")
    return answer(told)


def changes(older: dict[str, Any] | None, text: str, name: str) -> str | None:
    """What a text changes of a version (of none: all of it is new), as a unified diff; None where that was lost."""
    from ccnode.mind.plate_diff import diff

    if older is not None and "text" not in older:
        return None
    before = (older["text"], f"version {older['version']}") if older is not None else ("", "nothing")
    return diff(before[0], text, (before[1], name))


async def validate(request: web.Request) -> web.Response:
    """POST /api/v1/plate/validate: ask the model the six questions; 200 whether it passes or not."""
    await read_json(request, Nothing)
    return answer(await node_of(request).plates.validate())


async def validated(request: web.Request) -> web.Response:
    """GET /api/v1/plate/validate: what the last validation found, null before the first."""
    return answer({"validation": await node_of(request).plates.last_validation()})
