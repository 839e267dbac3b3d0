"""What can be asked about the character? What is measured now, its history, and the baseline that its owner sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StringConstraints

from ccnode.api.bodies import read_json, read_query
from ccnode.api.context import node_of
from ccnode.api.errors import BadRequest, answer
from ccnode.api.models import CLEAN, Body, Query, SessionName
from ccnode.api.plates import PASSPHRASE_CHARS_MAX, Digest
from ccnode_crypto.statements import DIMENSIONS_MAX, ISSUED_MS_MAX, VALUE_MAX, BaselineStatement

if TYPE_CHECKING:
    from aiohttp import web

HISTORY_MAX: Final = 1_000


class CharacterQuery(Query):
    """GET /api/v1/character: whose relations, and whether with what the figures mean."""

    session: SessionName | None = None
    help: bool = False


class CharacterHistoryQuery(Query):
    """GET /api/v1/character/history."""

    limit: Annotated[int, Field(ge=1, le=HISTORY_MAX)] = 100
    before: Annotated[int, Field(ge=0, le=2**53)] | None = None
    session: SessionName | None = None


class BaselineStatementBody(Body):
    """The owner's statement (crypto, section 10), made where the owner key is."""

    owner: Digest
    spec: Digest
    values: Annotated[list[Annotated[int, Field(ge=0, le=VALUE_MAX)]], Field(min_length=1, max_length=DIMENSIONS_MAX)]
    words: Annotated[int, Field(ge=0, le=ISSUED_MS_MAX)]
    issued_ms: Annotated[int, Field(ge=0, le=ISSUED_MS_MAX)]
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class BaselineBody(Body):
    """PUT /api/v1/character/baseline. Without a statement the node signs, with the owner key on its machine."""

    source: Literal["now", "proposed"] | None = None
    statement: BaselineStatementBody | None = None
    passphrase: Annotated[str, StringConstraints(max_length=PASSPHRASE_CHARS_MAX), CLEAN] | None = Field(
        default=None, repr=False
    )


async def shown(request: web.Request) -> web.Response:
    """GET /api/v1/character: what is measured now."""
    query = read_query(request, CharacterQuery)
    return answer(await node_of(request).character.describe(query.session, with_help=query.help))


async def history(request: web.Request) -> web.Response:
    """GET /api/v1/character/history: measurements, newest first."""
    query = read_query(request, CharacterHistoryQuery)
    found = await node_of(request).character.history(query.limit, before=query.before, session_id=query.session)
    return answer(found)


async def baseline(request: web.Request) -> web.Response:
    """GET /api/v1/character/baseline: the one in force, the one that is proposed, what is measured now."""
    return answer(await node_of(request).character.baseline())


async def set_baseline(request: web.Request) -> web.Response:
    """PUT /api/v1/character/baseline: make a vector the baseline, by the owner's word."""
    body = await read_json(request, BaselineBody)
    character, said = node_of(request).character, body.statement
    if (said is None) == (body.source is None):
        raise BadRequest("source, statement: one of the two is needed", 'give "source": "now" or "proposed"')
    if said is None:
        return answer(await character.set_baseline(body.source or "now", body.passphrase))
    statement = BaselineStatement(
        owner=bytes.fromhex(said.owner),
        spec=bytes.fromhex(said.spec),
        values=tuple(said.values),
        words=said.words,
        issued_ms=said.issued_ms,
        signature=bytes.fromhex(said.signature),
    )
    return answer(await character.take_baseline(statement))
