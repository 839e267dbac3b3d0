"""What do the pages of conversations show? All of them, those that a search found, and one with its branches."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import urlencode

from markupsafe import Markup, escape
from pydantic import BeforeValidator, Field, StringConstraints

from ccnode.api import branchpage, treeview
from ccnode.api.bodies import read_query, session_id_of
from ccnode.api.chatpage import WHO, address_of, origin_of, session_of
from ccnode.api.context import node_of
from ccnode.api.models import QUERY_CHARS_MAX, Moment, Query
from ccnode.api.rendering import page, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from ccnode.api.ports import Node
    from ccnode.store.search import Hit

PAGE: Final = 50
HITS: Final = 20
HITS_MAX: Final = 200
DAY_MS: Final = 86_400_000
MINUTE_MS: Final = 60_000
ZONE_MAX: Final = 14 * 60
FILTERS: Final[dict[str, dict[str, Any]]] = {
    "": {},
    "open": {"ended": False},
    "ended": {"ended": True},
    "imported": {"imported": True, "branches": True},
    "forgetting": {"forgotten": True},
}


def _given(value: object) -> object:
    return value or None  # a form sends what was left empty too


Chosen = BeforeValidator(_given)


class SessionsQuery(Query):
    """GET /sessions. `since` and `until` are days, both included; `zone`: minutes that the reader is ahead of UTC."""

    q: Annotated[str, StringConstraints(max_length=QUERY_CHARS_MAX)] = ""
    since: Annotated[Moment | None, Chosen] = None
    until: Annotated[Moment | None, Chosen] = None
    role: Annotated[Literal["user", "assistant", "system", "tool"] | None, Chosen] = None
    session: Annotated[str | None, StringConstraints(max_length=64), Chosen] = None
    only: Literal["", "open", "ended", "imported", "forgetting"] = ""
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    zone: Annotated[int, Field(ge=-ZONE_MAX, le=ZONE_MAX)] = 0
    more: Annotated[int, Field(ge=HITS, le=HITS_MAX)] = HITS

    def times(self) -> dict[str, int | None]:
        """`since` and `until` in milliseconds since 1970, `until` not included."""
        shift = self.zone * MINUTE_MS
        return {
            "since": max(0, self.since - shift) if self.since is not None else None,
            "until": max(0, self.until + DAY_MS - shift) if self.until is not None else None,
        }


@page("sessions")
async def listed(request: web.Request) -> web.StreamResponse:
    """GET /sessions: the list, or what a search found."""
    query, node = read_query(request, SessionsQuery), node_of(request)
    given = {name: value for name, value in request.query.items() if value}
    values: dict[str, Any] = {
        "query": query,
        "given": given,
        "who": WHO,
        "origin_of": origin_of,
        "filtered": bool(given.keys() - {"page", "zone", "more"}),
        "session": await node.session(query.session) if query.session else None,
        "link": lambda **more: (
            "/sessions?" + urlencode({**given, **{name: str(value) for name, value in more.items()}})
        ),
    }
    if query.q.strip():
        hits = await _hits(node, query)
        more = min(HITS_MAX, query.more + HITS * 2) if len(hits) >= query.more < HITS_MAX else 0
        return render(request, "search.html", hits=hits, more=more, unsearched=await node.unsearched(), **values)
    wanted: dict[str, Any] = {"ended": None, "forgotten": False, **FILTERS[query.only], **query.times()}
    found = await node.sessions(PAGE + 1, (query.page - 1) * PAGE, **wanted)
    origins = await node.origins([session.session for session in found])
    return render(request, "sessions.html", sessions=found[:PAGE], more=len(found) > PAGE, origins=origins, **values)


async def _hits(node: Node, query: SessionsQuery) -> list[dict[str, Any]]:
    """What was found, as the template wants it."""
    session_id = (await node.session(query.session)).id if query.session else None
    if query.only == "forgetting":
        return []  # what is to be forgotten is not found
    since, until = query.times().values()
    hits = await node.search(
        query.q,
        query.more,
        session_id=session_id,
        role=query.role,
        since=since,
        until=until,
        ended=FILTERS[query.only].get("ended"),
        imported=FILTERS[query.only].get("imported"),
    )
    sessions = {}
    for identifier in {hit.message.session for hit in hits}:
        sessions[identifier] = await node.session(session_of(identifier))
    return [
        {
            "message": hit.message,
            "title": sessions[hit.message.session].title,
            "address": address_of(hit.message.session, hit.message.digest),
            "snippet": marked(hit.snippet, hit.highlights),
            "why": reasons(hit),
        }
        for hit in hits
    ]


def reasons(hit: Hit) -> list[dict[str, Any]]:
    """Why it was found: words, each with its share of the score in percent."""
    return [
        {"word": reason.word, "share": round(reason.share * 100), "nearby": reason.where == "context"}
        for reason in hit.why
    ]


def marked(text: str, places: Sequence[tuple[int, int]]) -> Markup:
    """The text with what stands at these places marked; (start, end) in characters, in order, without overlap."""
    pieces, at = [], 0
    for start, end in places:
        pieces += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        at = end
    return Markup("").join([*pieces, escape(text[at:])])


class OneQuery(Query):
    """GET /sessions/{session_id}. `with`: a branch to compare it with."""

    other: Annotated[str, StringConstraints(max_length=64)] | None = Field(None, alias="with")


@page("sessions")
async def one(request: web.Request) -> web.StreamResponse:
    """GET /sessions/{session_id}: one conversation's facts, branches and past; `with`: compared with a branch."""
    query = read_query(request, OneQuery)
    node, session_id = node_of(request), await session_id_of(request)
    tree = await node.tree(session_id)
    session, way = tree.session, branchpage.way(tree)
    on_way = frozenset(message.digest for message in way)
    rows = treeview.rows(tree.messages, on_way)
    other = await node.compare(session.id, query.other) if query.other is not None else None
    origins = await node.origins([session.session])
    parent = await node.message(session.parent.hex()) if session.parent else None

    def address(row: treeview.Row) -> str:
        return address_of(session.session if row.here else row.message.session, row.message.digest)

    return render(
        request,
        "session.html",
        session=session,
        rows=rows,
        beside=branchpage.beside(tree, on_way),
        compared=await asyncio.to_thread(branchpage.compared, other) if other is not None else None,
        address=address,
        who=WHO,
        origin=origin_of(origins[session.session]) if session.session in origins else "",
        parent=(address_of(parent.session, parent.digest), parent) if parent else None,
        life=(way[0].time, way[-1].time) if way else None,
        length=len(way),
    )
