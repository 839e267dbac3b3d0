"""How is the node itself operated? Sign-in links, backup, model, stop."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from ccnode.api import sockets
from ccnode.api.bodies import read_json, read_query
from ccnode.api.context import api_url, caller_of, limits_of, node_of
from ccnode.api.errors import ApiError, BadRequest, answer
from ccnode.api.models import BackupBody, CostQuery, LoginBody, ModelBody, Nothing
from ccnode.api.security import ACCESS, OUTWARD, cookie_name, is_outward, outward_of, signins_of

if TYPE_CHECKING:
    from aiohttp import web


def check_at_machine(request: web.Request) -> None:
    """Refuse a signed-in page what only those may do who can read the owner's files anyway. Raises ApiError 403."""
    caller = caller_of(request)
    if caller.outward:
        raise ApiError(403, "not_from_here", "another device may not do this", "use the machine where the node runs")
    if not caller.at_machine:
        raise ApiError(403, "not_from_a_page", "a signed-in page may not do this", "use the command line, or the token")


async def link(request: web.Request) -> web.Response:
    """POST /api/v1/link: a one-time sign-in link. The secret is in the fragment, which browsers send to nobody."""
    await read_json(request, Nothing)
    check_at_machine(request)
    secret = request.app[ACCESS].links.issue()
    return answer({"url": f"{api_url(request)}/#signin={secret}", "expires_in_s": limits_of(request).link_valid_s})


async def login(request: web.Request) -> web.Response:
    """POST /api/v1/login: use up a link; sets the cookie."""
    if is_outward(request):
        raise ApiError(
            403, "not_from_here", "sign-in links are for the node's own machine", "sign in with the password"
        )
    body = await read_json(request, LoginBody)
    valid_s = int(limits_of(request).signin_valid_s)
    value = request.app[ACCESS].sign_in(body.token)
    sockets.close_ended(request.app)  # it may have taken the place of the oldest
    response = answer({"signed_in": True, "expires_in_s": valid_s})
    response.set_cookie(cookie_name(request), value, max_age=valid_s, path="/", httponly=True, samesite="Strict")
    return response


async def logout(request: web.Request) -> web.Response:
    """POST /api/v1/logout: end this browser's sign-in, and close what it has open."""
    await read_json(request, Nothing)
    name = cookie_name(request)
    if value := request.cookies.get(name):
        signins_of(request).take(value)
    if (signin := caller_of(request).signin) is not None:
        sockets.close_signed_out(request.app, signin)
    response = answer({"signed_in": False})
    response.del_cookie(name, path="/", secure=is_outward(request), httponly=True, samesite="Strict")
    return response


async def sign_all_out(request: web.Request) -> web.Response:
    """DELETE /api/v1/signins: end the sign-ins of all browsers, and look at the password anew."""
    await read_json(request, Nothing)
    sockets.sign_all_out(request.app)
    if OUTWARD in request.app:
        await outward_of(request).look()
    return answer({"signed_in": False})


async def backup(request: web.Request) -> web.Response:
    """POST /api/v1/backup: write a backup, where backups go or (not for a page) to a path."""
    body = await read_json(request, BackupBody)
    if body.output is not None:
        check_at_machine(request)
        if not PurePath(body.output).is_absolute():
            raise BadRequest("output: must be an absolute path", "give the whole path")
    return answer(await node_of(request).create_backup(body.output))


async def model(request: web.Request) -> web.Response:
    """GET /api/v1/model: which model answers, and which could."""
    return answer(node_of(request).models())


async def use_model(request: web.Request) -> web.Response:
    """PUT /api/v1/model: answer with another from now on."""
    body = await read_json(request, ModelBody)
    return answer(await node_of(request).use_model(body.adapter, body.model))


async def cost(request: web.Request) -> web.Response:
    """GET /api/v1/cost: what was spent on models, and what may be spent today."""
    query = read_query(request, CostQuery)
    return answer(await node_of(request).costs(query.days))


async def stop(request: web.Request) -> web.Response:
    """POST /api/v1/stop: stop the daemon with grace."""
    await read_json(request, Nothing)
    node_of(request).request_stop()
    return answer({"state": "stopping"}, 202)
