"""How does another device sign in? With the password, by a form that needs no script."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from aiohttp import web

from ccnode.api import sockets
from ccnode.api.access import too_many
from ccnode.api.bodies import too_large
from ccnode.api.context import limits_of
from ccnode.api.errors import ApiError, BadRequest
from ccnode.api.rendering import sentence
from ccnode.api.rendering import sign_in as page
from ccnode.api.security import cookie_name, is_outward, outward_of
from ccnode.net.addresses import group

if TYPE_CHECKING:
    from ccnode.api.settings import OutwardLimits

FORM: Final = "application/x-www-form-urlencoded"
WRONG: Final = "That is not the password."


async def sign_in(request: web.Request) -> web.StreamResponse:
    """POST /login: with the password, the cookie and the way to the page; else the form again, and why."""
    if not is_outward(request):
        raise ApiError(404, "not_found", "here one signs in by a link", "get one: ccnode open")
    outward = outward_of(request)
    try:
        given = await _password(request, outward.settings.limits)
        address = group(str((request.get_extra_info("peername") or ("",))[0]))
        if (wait := outward.attempts.begin(address)) > 0:
            raise too_many(wait)
        if not await outward.is_right(given):
            return page(request, WRONG, 401)
        outward.attempts.succeeded(address)
    except ApiError as error:
        response = page(request, f"{sentence(error.message)} {sentence(error.remedy)}", error.status)
        response.headers.update(error.headers)
        if error.status in {408, 413}:
            response.force_close()  # the rest of the body is still on its way
        return response
    name = cookie_name(request)
    outward.signins.take(request.cookies.get(name, ""))  # a sign-in is never gone on with: each is a new secret
    valid_s = int(limits_of(request).signin_valid_s)
    response = web.Response(status=303, headers={"Location": "/"})
    value = outward.signins.issue()
    sockets.close_ended(request.app)  # it may have taken the place of the oldest
    response.set_cookie(name, value, max_age=valid_s, path="/", secure=True, httponly=True, samesite="Strict")
    return response


async def _password(request: web.Request, limits: OutwardLimits) -> str:
    """The form's password. Raises ApiError: too large, too slow, or no such form."""
    if request.content_type != FORM or request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ApiError(415, "not_a_form", "the password comes in a form", f"send it as {FORM}")
    if (request.content_length or 0) > limits.body_bytes_max:
        raise too_large("the form", limits.body_bytes_max)
    data = b""
    try:
        async with asyncio.timeout(limits.body_timeout_s):
            async for piece in request.content.iter_any():
                data += piece
                if len(data) > limits.body_bytes_max:
                    raise too_large("the form", limits.body_bytes_max)
    except TimeoutError:
        raise ApiError(408, "too_slow", "the form did not arrive in time", "send it again") from None
    try:
        fields = parse_qs(data.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:  # UnicodeDecodeError is one
        raise BadRequest("the form cannot be read", "send one field, password") from None
    if list(fields) != ["password"] or len(fields["password"]) != 1:
        raise BadRequest("the form holds other fields", "send one field, password")
    return fields["password"][0]
