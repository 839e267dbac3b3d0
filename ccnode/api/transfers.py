"""How do conversations come in and go out? Imports by path or upload, watched and stopped; exports as downloads."""

from __future__ import annotations

import asyncio
import logging
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Final, Literal
from urllib.parse import quote

from aiohttp import web
from pydantic import StringConstraints

from ccnode.api.bodies import read_json, read_query
from ccnode.api.context import limits_of, node_of
from ccnode.api.errors import ApiError, BadRequest, answer
from ccnode.api.models import CLEAN, PATH_CHARS_MAX, Body, Query
from ccnode.api.operations import check_at_machine
from ccnode.exchange.model import ExchangeError
from ccnode.store.errors import NotFound, StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccnode.api.events import Download

log = logging.getLogger("ccnode.api")

UPLOAD_TYPE: Final = "application/octet-stream"
PIECE_BYTES: Final = 256 * 1024
ID_CHARS_MAX: Final = 64
Wanted = Literal["auto", "chatgpt", "claude", "claude-code", "card", "bundle"]


class ImportBody(Body):
    """POST /api/v1/imports."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=PATH_CHARS_MAX), CLEAN]
    format: Wanted = "auto"
    dry_run: bool = False


class UploadQuery(Query):
    """POST /api/v1/imports/upload."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=255), CLEAN] = "upload"
    format: Wanted = "auto"
    dry_run: bool = False


class ExportQuery(Query):
    """GET /api/v1/export."""

    session: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    format: Literal["json", "md", "bundle"] | None = None


def _refused(error: ExchangeError) -> ApiError:
    return ApiError(400, "not_importable", str(error), error.remedy)


async def begin(request: web.Request) -> web.Response:
    """POST /api/v1/imports: bring in what lies at a path of this machine (not for a page)."""
    body = await read_json(request, ImportBody)
    check_at_machine(request)
    if not PurePath(body.path).is_absolute():
        raise BadRequest("path: must be an absolute path", "give the whole path")
    try:
        made = await node_of(request).imports.begin(body.path, body.format, dry_run=body.dry_run)
    except ExchangeError as error:
        raise _refused(error) from error
    return answer(made, 202)


async def upload(request: web.Request) -> web.Response:
    """POST /api/v1/imports/upload: bring in the body, which is kept on the disk until that is done."""
    query = read_query(request, UploadQuery)
    check_is_file(request)
    try:
        made = await node_of(request).imports.take_in(
            pieces_of(request), query.name, query.format, dry_run=query.dry_run, size=request.content_length
        )
    except ExchangeError as error:
        raise _refused(error) from error
    return answer(made, 202)


def check_is_file(request: web.Request) -> None:
    """Raises ApiError where the body is not a file as it is."""
    if request.content_type != UPLOAD_TYPE:
        raise ApiError(415, "not_a_file", f"Content-Type: {UPLOAD_TYPE} is expected", "send the file as it is")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ApiError(415, "compressed", "Content-Encoding: compressed bodies are not taken", "send it as it is")
    if not request.body_exists or request.content_length == 0:
        raise BadRequest("the body: is empty", "send the file as the body")


async def pieces_of(request: web.Request) -> AsyncIterator[bytes]:
    """The body as it comes; each piece within the time that a whole body of JSON has."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # what follows is the answer proper
    wait_s = limits_of(request).body_timeout_s
    while True:
        try:
            async with asyncio.timeout(wait_s):
                piece = await request.content.read(PIECE_BYTES)
        except TimeoutError:
            raise ApiError(408, "too_slow", f"nothing came for {wait_s:g} s", "send it again") from None
        if not piece:
            return
        yield piece


async def listed(request: web.Request) -> web.Response:
    """GET /api/v1/imports: the newest first."""
    return answer({"imports": node_of(request).imports.listed()})


def _id_of(request: web.Request) -> str:
    text = request.match_info["import_id"]
    if not text.isalnum() or len(text) > ID_CHARS_MAX:
        raise NotFound("that is not an import id", remedy="see: ccnode import status")
    return text


async def one(request: web.Request) -> web.Response:
    """GET /api/v1/imports/{import_id}: how far it is, or what came of it."""
    return answer(node_of(request).imports.get(_id_of(request)))


async def stop(request: web.Request) -> web.Response:
    """DELETE /api/v1/imports/{import_id}: stop it; what it has brought in stays."""
    return answer(await node_of(request).imports.stop(_id_of(request)))


async def export(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/export: a session as a file, or everything."""
    query = read_query(request, ExportQuery)
    form = query.format or ("bundle" if query.session is None else "json")
    return await send(request, await node_of(request).export(query.session, form))


async def send(request: web.Request, download: Download) -> web.StreamResponse:
    """Send a file while it is made. A reader that takes nothing for a while is let go: it would hold the database."""
    response = web.StreamResponse(
        headers={"Content-Disposition": f'attachment; filename="{quote(download.name, safe=".-_")}"'}
    )
    response.content_type = download.content_type
    if download.content_type != UPLOAD_TYPE:
        response.charset = "utf-8"
    wait_s = limits_of(request).send_timeout_s
    if request.method == "HEAD":
        await download.pieces.aclose()
        return response
    try:
        async for piece in download.pieces:
            if not response.prepared:
                await response.prepare(request)  # not before: what is wrong with the first piece is still an error
            async with asyncio.timeout(wait_s):
                await response.write(piece)
    except TimeoutError:
        raise ConnectionError("the reader took nothing for too long") from None
    except StoreError as error:
        if response.prepared:  # an error's answer would be read as the end of the file
            log.warning("an export broke off: %s", error.code)
            raise ConnectionError("the file broke off") from error
        raise
    finally:
        await download.pieces.aclose()
    if not response.prepared:
        await response.prepare(request)
    await response.write_eof()
    return response
