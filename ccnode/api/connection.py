"""What becomes of one connection before and beside a request? Too many are refused, broken HTTP is answered in JSON."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import web

from ccnode.api.errors import ApiError
from ccnode.api.security import HEADERS, unexpected

if TYPE_CHECKING:
    from aiohttp.web_request import BaseRequest

SERVER_ERROR: Final = 500


class Connection(web.RequestHandler):
    """aiohttp's connection, but it answers what is not HTTP in the API's form, and logs no stranger's bytes."""

    __slots__ = ()

    def handle_error(
        self,
        request: BaseRequest,
        status: int = SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  # quotes what was sent
    ) -> web.StreamResponse:
        """Answer a request that could not be parsed (400), or one whose handling failed outside the middlewares."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had begun already")
        if status < SERVER_ERROR:
            error = ApiError(status, "bad_request", "this is not a valid HTTP/1.1 request", "check the client")
        else:
            error = unexpected(exc or RuntimeError(), "a request")
        response = error.response()
        response.headers.update({**HEADERS, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        response.force_close()
        return response


class Refused(asyncio.Protocol):
    """A connection over the limit: closed at once, so that descriptors remain for the ledger."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hang up."""
        transport.close()
