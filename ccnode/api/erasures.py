"""What can be asked about what was forgotten? How it is ordered, what orders there are, which nodes have answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, StringConstraints

from ccnode.api.bodies import read_json
from ccnode.api.context import node_of
from ccnode.api.errors import answer
from ccnode.api.models import CLEAN, Body
from ccnode.store.errors import NotFound
from ccnode.store.forgetting import Consent
from ccnode_crypto.statements import ForgetStatement

if TYPE_CHECKING:
    from aiohttp import web

PASSPHRASE_CHARS_MAX: Final = 1_000
STATEMENTS_MAX: Final = 100
ORDER_CHARS_MAX: Final = 64
Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Whole = Annotated[int, Field(ge=0, le=2**53)]


class StatementBody(Body):
    """The owner's statement that something is to be forgotten (crypto, section 10), made where the owner key is."""

    owner: Key
    node: Key
    session: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None
    message: Key | None = None
    issued_ms: Whole
    due_ms: Whole
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class ForgetBody(Body):
    """POST .../forget: `now`, or in 24 hours. The owner's word is needed for more than a node may erase by itself."""

    now: bool = False
    statements: Annotated[list[StatementBody], Field(max_length=STATEMENTS_MAX)] = Field(default=[])
    passphrase: Annotated[str, StringConstraints(max_length=PASSPHRASE_CHARS_MAX), CLEAN] | None = Field(
        default=None, repr=False
    )


async def consent_of(request: web.Request) -> Consent:
    """How something is to be forgotten, as the body has it."""
    body = await read_json(request, ForgetBody)
    said = tuple(
        ForgetStatement(
            bytes.fromhex(one.owner),
            bytes.fromhex(one.node),
            bytes.fromhex(one.session) if one.session is not None else None,
            bytes.fromhex(one.message) if one.message is not None else None,
            one.issued_ms,
            one.due_ms,
            signature=bytes.fromhex(one.signature),
        )
        for one in body.statements
    )
    return Consent(body.now, body.passphrase, said)


async def listed(request: web.Request) -> web.Response:
    """GET /api/v1/erasures: every order of ours to forget, newest first, with who has answered."""
    return answer({"erasures": await node_of(request).erasing.listed()})


async def one(request: web.Request) -> web.Response:
    """GET /api/v1/erasures/{order}: one of them, with the copies on this machine that hold the words still."""
    wanted = request.match_info["order"]
    if len(wanted) > ORDER_CHARS_MAX:
        raise NotFound("there is no such order to forget", remedy="see: ccnode erasure list")
    return answer({"erasure": await node_of(request).erasing.one(wanted)})
