"""What can be asked about audit, proofs, backups, settings and room?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from aiohttp import web
from pydantic import Field, StringConstraints

from ccnode.api.bodies import read_json, read_query
from ccnode.api.context import node_of
from ccnode.api.conversations import MESSAGE_ID
from ccnode.api.errors import BadRequest, answer
from ccnode.api.forms import iso
from ccnode.api.models import Body, Nothing, Page, Query
from ccnode.store.errors import NotFound
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    from ccnode.api.ports import Node
    from ccnode.store.views import EntryRow

NAME_CHARS_MAX: Final = 255
VALUE_CHARS_MAX: Final = 2_000
PROOF_NAME_DIGITS: Final = 16
KINDS: Final = tuple(kind.name.lower().replace("_", "-") for kind in Kind)


class LogQuery(Query):
    """GET /api/v1/audit/log."""

    limit: Page = 50
    before: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    kind: Annotated[str, StringConstraints(max_length=40)] | None = None


class SettingBody(Body):
    """PATCH /api/v1/settings: one setting, its value as it would stand in the file."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    value: Annotated[str, StringConstraints(min_length=1, max_length=VALUE_CHARS_MAX)] | int | bool


async def audit(request: web.Request) -> web.Response:
    """GET /api/v1/audit: how the verification stands, or what the last one found."""
    return answer(await node_of(request).upkeep.audit())


async def start_audit(request: web.Request) -> web.Response:
    """POST /api/v1/audit: verify the whole ledger; where that is being done already, nothing more."""
    await read_json(request, Nothing)
    upkeep = node_of(request).upkeep
    upkeep.start_audit()
    return answer(await upkeep.audit(), 202)


async def stop_audit(request: web.Request) -> web.Response:
    """DELETE /api/v1/audit: end the verification that runs."""
    upkeep = node_of(request).upkeep
    await upkeep.stop_audit()
    return answer(await upkeep.audit())


def entry_form(one: EntryRow) -> dict[str, Any]:
    """An entry of the log. `content`: none, present, or missing."""
    return {
        "id": one.id,
        "chain": str(one.chain),
        "seq": one.seq,
        "kind": one.kind_name,
        "digest": one.digest.hex(),
        "time": iso(one.time),
        "content": one.content,
    }


async def log_entries(node: Node, query: LogQuery) -> tuple[list[dict[str, Any]], bool]:
    """A page of the log, and whether there is more. Raises BadRequest."""
    from ccnode.store.views import kind_of  # with all that checks signatures

    kind = kind_of(query.kind) if query.kind else None
    if query.kind and kind is None:
        raise BadRequest("kind: there is no such kind of entries", f"one of: {', '.join(KINDS)}")
    found = await node.upkeep.log(query.limit + 1, query.before, kind)
    return [entry_form(one) for one in found[: query.limit]], len(found) > query.limit


async def log(request: web.Request) -> web.Response:
    """GET /api/v1/audit/log: the entries of all chains, newest first."""
    entries, more = await log_entries(node_of(request), read_query(request, LogQuery))
    return answer({"entries": entries, "more": more})


async def proof(request: web.Request) -> web.Response:
    """GET /api/v1/proof/{message_id}: a file that proves one message without this program."""
    given = request.match_info["message_id"]
    if not MESSAGE_ID.match(given):
        raise NotFound("that is not a message id", remedy="give 6 or more of its 64 hex digits")
    message_id, data = await node_of(request).upkeep.proof(given)
    name = f"proof-{message_id[:PROOF_NAME_DIGITS]}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=data, content_type="application/x-ndjson", charset="utf-8", headers=headers)


async def backups(request: web.Request) -> web.Response:
    """GET /api/v1/backups: the copies of the ledger, newest first."""
    return answer(await node_of(request).upkeep.backups())


async def verify_backup(request: web.Request) -> web.Response:
    """POST /api/v1/backups/{name}/verify: decrypt a backup and check all of it."""
    await read_json(request, Nothing)
    name = request.match_info["name"]
    if len(name) > NAME_CHARS_MAX:
        raise NotFound("there is no backup of that name", remedy="see: ccnode backup list")
    upkeep = node_of(request).upkeep
    await upkeep.verify_backup(name)
    return answer(await upkeep.backups(), 202)


async def settings(request: web.Request) -> web.Response:
    """GET /api/v1/settings: every setting, its value, and where that is from."""
    return answer(node_of(request).upkeep.describe_settings())


async def change_setting(request: web.Request) -> web.Response:
    """PATCH /api/v1/settings: one that can be set while the node runs."""
    body = await read_json(request, SettingBody)
    value = str(body.value).lower() if isinstance(body.value, bool) else str(body.value)
    return answer(await node_of(request).upkeep.change_setting(body.key, value))


async def storage(request: web.Request) -> web.Response:
    """GET /api/v1/storage: how much room everything takes."""
    return answer(await node_of(request).upkeep.storage())
