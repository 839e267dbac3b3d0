"""How do two branches look beside each other in JSON?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode.api.bodies import read_query, session_id_of
from ccnode.api.context import node_of
from ccnode.api.errors import answer
from ccnode.api.models import CompareQuery

if TYPE_CHECKING:
    from aiohttp import web


async def compared(request: web.Request) -> web.Response:
    """GET /api/v1/conversation/{session_id}/compare: this branch and another beside each other."""
    from ccnode.store.branch_shapes import comparison  # loads what measures

    session_id = await session_id_of(request)
    query = read_query(request, CompareQuery)
    return answer(comparison(await node_of(request).compare(session_id, query.other)))
