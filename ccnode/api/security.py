"""Which requests get as far as a handler? Host, Origin and caller are checked first; errors become JSON here."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from aiohttp import web

from ccnode.api.access import Access, Caller
from ccnode.api.errors import ApiError, from_http, from_store
from ccnode.api.peers import is_local, is_owner, peer_of
from ccnode.api.settings import ApiSettings
from ccnode.store.errors import StoreError

if TYPE_CHECKING:
    from multidict import CIMultiDictProxy

log = logging.getLogger("ccnode.api")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ACCESS: Final = web.AppKey("ACCESS", Access)
SETTINGS: Final = web.AppKey("SETTINGS", ApiSettings)
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
        "/node",
    }
)
PUBLIC: Final = PAGES | frozenset(
    {"/health", "/ready", "/favicon.ico", "/static/{name}", "/api/v1/login", "/api/v1/metrics/realtime"}
)
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "ccnode",
}


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Give every answer the headers that confine it; what is not marked otherwise is not to be stored anywhere."""
    response.headers.update(HEADERS)
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
        return from_http(error).response()
    except ConnectionError:
        raise  # the client is gone; nobody is left to be told
    except Exception as error:  # noqa: BLE001  # the last door: it is logged and answered
        resource = request.match_info.route.resource
        told = unexpected(error, f"{request.method} {resource.canonical if resource else '?'}")
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had begun") from None  # a second one would be read as part of the first
        return told.response()


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let through what was sent to us, by our own pages or by programs, from a caller who may do it."""
    connection = request.get_extra_info("socket")
    local = is_local(connection)
    if not local:
        check_addressed_to_us(request)
    caller = identify(request, local=local)
    if caller is not None:
        request[CALLER] = caller
    resource = request.match_info.route.resource
    if caller is None and resource is not None and resource.canonical not in PUBLIC:
        raise ApiError(
            401,
            "not_signed_in",
            "this needs the owner's sign-in or token",
            "run 'ccnode open' for a sign-in link; programs send 'Authorization: Bearer' with the token file's content",
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
    settings = request.app[SETTINGS]
    name = request.get_extra_info("sockname")
    port = name[1] if isinstance(name, tuple) else -1
    host = _only(request.headers, "Host")
    if host is None or host not in own_hosts(settings, port):
        raise ApiError(
            403,
            "host_refused",
            "the Host header does not name this node",
            f"use http://127.0.0.1:{port}; for a proxy, list its name in the settings",
        )
    origin = _only(request.headers, "Origin")
    ours = {f"http://{host}"} | ({f"https://{host}"} if host in settings.hosts else set())
    if origin is not None and origin not in ours:
        raise ApiError(403, "origin_refused", "a page of another origin sent this", "use the node's own page")
    # Browsers leave Origin out of plain GETs; this header they never do, and a page cannot set it.
    site = _only(request.headers, "Sec-Fetch-Site")
    if site in {"cross-site", "same-site"} and request.path.startswith(("/api/", "/ws/")):
        raise ApiError(403, "origin_refused", "a page of another origin sent this", "use the node's own page")


def cookie_name(request: web.Request) -> str:
    """The sign-in cookie's name. Cookies know no ports, so two nodes on one machine need two names."""
    name = request.get_extra_info("sockname")
    return f"ccnode-{name[1]}" if isinstance(name, tuple) else "ccnode"


def identify(request: web.Request, *, local: bool) -> Caller | None:
    """Who asks; None for a stranger. Raises ApiError 401 or 429 for a token that is wrong."""
    access = request.app[ACCESS]
    if local and is_owner(peer_of(request.get_extra_info("socket"))):
        return Caller("socket")
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise ApiError(401, "wrong_scheme", "Authorization: only 'Bearer' is known", "send 'Bearer TOKEN'")
        return access.by_token(token.strip())
    cookie = request.cookies.get(cookie_name(request))
    return access.by_cookie(cookie) if cookie else None
