"""What does the audit page show? The verdict, the chains, proofs of messages, and the log of entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import StringConstraints

from ccnode.api.bodies import read_query
from ccnode.api.context import node_of
from ccnode.api.conversations import MESSAGE_ID
from ccnode.api.models import QUERY_CHARS_MAX, Page
from ccnode.api.rendering import page, render
from ccnode.api.upkeep import KINDS, LogQuery, log_entries
from ccnode.store.errors import Conflict, NotFound

if TYPE_CHECKING:
    from aiohttp import web

    from ccnode.api.ports import Node
    from ccnode.store.views import Message

LOG_SHOWN: Final = 25
FOUND_SHOWN: Final = 10
CHAINS_SHOWN: Final = 12
ALIKE_SHOWN: Final = 5
GROUPS_SHOWN: Final = 50


class AuditQuery(LogQuery):
    """GET /audit: which message to prove, and which page of the log."""

    find: Annotated[str, StringConstraints(strip_whitespace=True, max_length=QUERY_CHARS_MAX)] = ""
    limit: Page = LOG_SHOWN


@page("audit")
async def audit(request: web.Request) -> web.StreamResponse:
    """GET /audit."""
    query, node = read_query(request, AuditQuery), node_of(request)
    found = await node.upkeep.audit()
    entries, more = await log_entries(node, query)
    chains = sorted(found["chains"], key=lambda one: str(one["opened"]), reverse=True)
    chains.sort(key=lambda one: (not one["current"], not one["own"]))
    return render(
        request,
        "audit.html",
        audit=found,
        groups=grouped(found["problems"]),
        chains=chains[:CHAINS_SHOWN],
        more_chains=chains[CHAINS_SHOWN:],
        entries=entries,
        more=more,
        kinds=[("", "All"), *((kind, kind) for kind in KINDS)],
        kind=query.kind or "",
        before=query.before,
        find=query.find,
        messages=await _messages(node, query.find),
    )


def grouped(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Problems of one chain and kind together, since one cause often makes many: the first few, and their number."""
    groups: dict[tuple[object, ...], dict[str, Any]] = {}
    for one in problems:
        key = (one["chain"], one["field"], one["remedy"])
        group = groups.setdefault(
            key, {"chain": one["chain"], "field": one["field"], "remedy": one["remedy"], "first": [], "count": 0}
        )
        group["count"] += 1
        if len(group["first"]) < ALIKE_SHOWN:
            group["first"].append(one)
    return list(groups.values())[:GROUPS_SHOWN]


async def _messages(node: Node, text: str) -> list[Message]:
    """The message with this id, else those that a search for the words finds."""
    if not text:
        return []
    if MESSAGE_ID.match(text):
        try:
            return [await node.message(text)]
        except (NotFound, Conflict):
            pass
    hits = await node.search(text, FOUND_SHOWN, session_id=None, role=None, since=None, until=None)
    return [hit.message for hit in hits]
