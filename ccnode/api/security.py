"""Which requests get as far as a handler? Host, Origin and caller are checked first; errors become JSON here."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from aiohttp import web

from ccnode.api.access import Access, Caller, Tickets, caller_by
from ccnode.api.errors import ApiError, from_http, from_store
from ccnode.api.peers import is_local, is_owner, peer_of
from ccnode.api.settings import ApiSettings
from ccnode.store.errors import StoreError

if TYPE_CHECKING:
    from multidict import CIMultiDictProxy

    from ccnode.api.outward import Outward

log = logging.getLogger("ccnode.api")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ACCESS: Final = web.AppKey("ACCESS", Access)
SETTINGS: Final = web.AppKey("SETTINGS", ApiSettings)
OUTWARD: Final = web.AppKey("OUTWARD", object)  # outward.Outward, which knows this module; only if it is wanted
CALLER: Final = web.RequestKey("CALLER", Caller)
PORT_HTTP: Final = 80
LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
# Pages answer strangers too: with how to sign in, and nothing else (rendering.page).
PAGES: Final = frozenset(
    {
        "/",
        "/chat/{session_id}",
        "/sessions",
        "/sessions/{session_id}",
        "/memory",
        "/plate",
        "/character",
        "/audit",
        "/transfer",
        "/peers",
        "/node",
    }
)
PUBLIC: Final = PAGES | frozenset(
    {"/health", "/ready", "/favicon.ico", "/static/{name}", "/api/v1/login", "/api/v1/metrics/realtime"}
)
# What strangers on other devices get: the way in, and whether the node lives.
PUBLIC_OUTWARD: Final = PAGES | frozenset({"/health", "/ready", "/favicon.ico", "/static/{name}", "/login"})
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "ccnode",
}


INSIST_S: Final = 31_536_000


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Give every answer the headers that confine it; what is not marked otherwise is not to be stored anywhere."""
    response.headers.update(HEADERS)
    outward = is_outward(request)
    # A form of a page without any says that it is of no origin, and signing in by a form must not need a script.
    response.headers["Referrer-Policy"] = "same-origin" if outward else "no-referrer"
    if outward and outward_of(request).lasting:
        response.headers["Strict-Transport-Security"] = f"max-age={INSIST_S}"
    response.headers.setdefault("Cache-Control", "no-store")


def unexpected(error: BaseException, where: str) -> ApiError:
    """Log our own mistake by a reference and where it happened; its text could hold what somebody wrote."""
    reference = secrets.token_hex(4)
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s failed with %s (reference %s)\n%s", where, type(error).__name__, reference, frames)
    return ApiError(
        500, "internal", f"something went wrong inside the node (reference {reference})", "look for it in the log"
    )


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises into the API's JSON error."""
    try:
        return await handler(request)
    except ApiError as error:
        return error.response()
    except StoreError as error:
        return from_store(error).response()
    except web.HTTPException as error:
        if error.status < 400:  # noqa: PLR2004  # redirects and the like are answers
            raise
        if error.status == HTTPStatus.NOT_FOUND and _reads_pages(request):
            from ccnode.api.rendering import nowhere  # it imports this module

            return nowhere(request)
        return from_http(error).response()
    except ConnectionError:
        raise  # the client is gone; nobody is left to be told
    except Exception as error:  # noqa: BLE001  # the last door: it is logged and answered
        resource = request.match_info.route.resource
        told = unexpected(error, f"{request.method} {resource.canonical if resource else '?'}")
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had begun") from None  # a second one would be read as part of the first
        return told.response()


def _reads_pages(request: web.Request) -> bool:
    """Whether a browser of the owner asks, for what is no address of the API."""
    accepts = "text/html" in request.headers.get("Accept", "")
    return accepts and request.method == "GET" and CALLER in request and not request.path.startswith("/api/")


def is_outward(request: web.Request) -> bool:
    """Whether another device asks: TLS is spoken with nobody else."""
    return request.get_extra_info("ssl_object") is not None


def outward_of(request: web.Request) -> Outward:
    """The door for other devices; only where the request came by it."""
    return cast("Outward", request.app[OUTWARD])


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let through what was sent to us, by our own pages or by programs, from a caller who may do it."""
    connection = request.get_extra_info("socket")
    local, outward = is_local(connection), is_outward(request)
    if outward and not outward_of(request).has_password():
        raise ApiError(503, "no_password", "other devices are not served", "set a password: ccnode password set")
    if not local:
        check_addressed_to_us(request)
    caller = identify(request, local=local)
    if caller is not None:
        request[CALLER] = caller
        if outward:
            outward_of(request).trust(request)
    resource = request.match_info.route.resource
    public = PUBLIC_OUTWARD if outward else PUBLIC
    if caller is None and resource is not None and resource.canonical not in public:
        raise ApiError(
            401,
            "not_signed_in",
            "this needs the owner's sign-in or token",
            "sign in on the page; programs send 'Authorization: Bearer' with the token file's content"
            if outward
            else "run 'ccnode open' for a sign-in link; programs send 'Authorization: Bearer' with the token file's"
            " content",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return await handler(request)


def _only(headers: CIMultiDictProxy[str], name: str) -> str | None:
    values = headers.getall(name, [])
    if len(values) > 1:
        raise ApiError(400, "bad_request", f"the header {name} is there {len(values)} times", "send it once")
    return values[0].strip().lower() if values else None


def own_hosts(settings: ApiSettings, port: int) -> frozenset[str]:
    """The values of the Host header that mean this server."""
    names = {f"{name}:{port}" for name in LOOPBACK_NAMES}
    if port == PORT_HTTP:
        names.update(LOOPBACK_NAMES)
    return frozenset({*names, *(name.lower() for name in settings.hosts)})


def check_addressed_to_us(request: web.Request) -> None:
    """Refuse what a stranger's page made a browser send: a rebound name, or another origin. Raises ApiError 403."""
    settings, outward = request.app[SETTINGS], is_outward(request)
    name = request.get_extra_info("sockname")
    port = name[1] if isinstance(name, tuple) else -1
    host = _only(request.headers, "Host")
    known = outward_of(request).own_hosts(str(name[0]), port) if outward else own_hosts(settings, port)
    if host is None or host not in known:
        raise ApiError(
            403,
            "host_refused",
            "the Host header does not name this node",
            "use its address, or list this name: ccnode config set api.names"
            if outward
            else f"use http://127.0.0.1:{port}; for a proxy, list its name in the settings",
        )
    origin = _only(request.headers, "Origin")
    ours = {f"https://{host}"} if outward else {f"http://{host}"}
    if host in settings.hosts:
        ours.add(f"https://{host}")
    if origin is not None and origin not in ours:
        raise ApiError(403, "origin_refused", "a page of another origin sent this", "use the node's own page")
    # Browsers leave Origin out of plain GETs; this header they never do, and a page cannot set it.
    site = _only(request.headers, "Sec-Fetch-Site")
    if site in {"cross-site", "same-site"} and request.path.startswith(("/api/", "/ws/", "/login")):
        raise ApiError(403, "origin_refused", "a page of another origin sent this", "use the node's own page")


def cookie_name(request: web.Request) -> str:
    """The sign-in cookie's name. Cookies know no ports, so two nodes on one machine need two names.

    That of another device begins so that browsers take it over TLS only, and from no other name of the same domain.
    """
    name = request.get_extra_info("sockname")
    plain = f"ccnode-{name[1]}" if isinstance(name, tuple) else "ccnode"
    return f"__Host-{plain}" if is_outward(request) else plain


def signins_of(request: web.Request) -> Tickets:
    """The sign-ins that count at the door by which the request came."""
    return outward_of(request).signins if is_outward(request) else request.app[ACCESS].signins


def is_still_in(request: web.Request) -> bool:
    """Whether the sign-in by which the caller came has not ended since."""
    signin = request[CALLER].signin
    return signin is None or signins_of(request).holds_digest(signin)


def identify(request: web.Request, *, local: bool) -> Caller | None:
    """Who asks; None for a stranger. Raises ApiError 401 or 429 for a token that is wrong."""
    access, outward = request.app[ACCESS], is_outward(request)
    if local and is_owner(peer_of(request.get_extra_info("socket"))):
        return Caller("socket")
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise ApiError(401, "wrong_scheme", "Authorization: only 'Bearer' is known", "send 'Bearer TOKEN'")
        return access.by_token(token.strip(), outward_of(request).failures if outward else None)
    cookie = request.cookies.get(cookie_name(request))
    return caller_by(signins_of(request), cookie, outward=outward) if cookie else None
