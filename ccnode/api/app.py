"""Which addresses does the API have, and what answers at each? One application for both doors, TCP and local socket."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

from aiohttp import web

from ccnode.api import live, security
from ccnode.api.access import Access
from ccnode.api.context import HUB, NODE, NOTICES, PLACE, Place, node_of
from ccnode.api.hub import Hub
from ccnode.later import later

if TYPE_CHECKING:
    from ccnode.api import sockets
    from ccnode.api.ports import Node
    from ccnode.api.security import Handler
    from ccnode.api.settings import ApiSettings
else:
    sockets = later("ccnode.api.sockets")  # with the models of all that can be sent

OF_OTHERS: Final = frozenset({"peering", "peerspage", "carrying"})  # modules that ask for other nodes


async def _no_promise(_request: web.Request) -> None:
    """Say nothing to `Expect: 100-continue` yet: bodies.py invites the body once it knows that it will be read."""


def _answering(name: str) -> Handler:
    """What answers: `module.function` of this room, loaded when it is first asked, so that a start waits for none."""
    module, function = name.split(".")
    handler: Handler | None = None

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal handler
        if handler is None:
            handler = getattr(importlib.import_module(f"ccnode.api.{module}"), function)
        if module in OF_OTHERS:
            await node_of(request).federated()
        return await handler(request)

    return answer


def _routes() -> list[tuple[str, str, str]]:
    """Method, path, and which function of which module in this room answers there."""
    session = "/api/v1/conversation/{session_id}"
    return [
        ("GET", "/", "chatpage.new"),
        ("GET", "/chat/{session_id}", "chatpage.conversation"),
        ("GET", "/sessions", "sessionspage.listed"),
        ("GET", "/sessions/{session_id}", "sessionspage.one"),
        ("GET", "/memory", "memorypage.memory"),
        ("GET", "/plate", "platepage.plate"),
        ("GET", "/character", "characterpage.character"),
        ("GET", "/audit", "auditpage.audit"),
        ("GET", "/transfer", "transferpage.transfer"),
        ("GET", "/peers", "peerspage.peers"),
        ("GET", "/node", "nodepage.node"),
        ("GET", "/static/{name}", "rendering.static"),
        ("GET", "/favicon.ico", "rendering.favicon"),
        ("GET", "/health", "status.health"),
        ("GET", "/ready", "status.ready"),
        ("GET", "/api/v1/status", "status.status"),
        ("GET", "/api/v1/metrics/realtime", "status.realtime"),
        ("GET", "/api/v1/metrics/conversation/{session_id}", "conversations.metrics"),
        ("POST", "/api/v1/conversation/start", "conversations.start"),
        ("GET", "/api/v1/conversations", "conversations.listed"),
        ("GET", "/api/v1/search", "conversations.search"),
        ("GET", session, "conversations.state"),
        ("PATCH", session, "conversations.rename"),
        ("DELETE", session, "conversations.end"),
        ("GET", "/api/v1/message/{message_id}", "conversations.message"),
        ("GET", "/api/v1/message/{message_id}/context", "instances.context"),
        ("POST", "/api/v1/context/preview", "instances.preview"),
        ("GET", "/api/v1/admin/instances", "instances.listed"),
        ("GET", f"{session}/tree", "conversations.tree"),
        ("GET", f"{session}/compare", "branching.compared"),
        ("POST", f"{session}/forget", "conversations.forget"),
        ("DELETE", f"{session}/forget", "conversations.undo_forget"),
        ("POST", f"{session}/message", "talking.message"),
        ("POST", f"{session}/merge", "talking.merge"),
        ("POST", f"{session}/resume", "talking.resume"),
        ("POST", f"{session}/regenerate", "talking.regenerate"),
        ("POST", f"{session}/continue", "talking.go_on"),
        ("POST", f"{session}/stop", "talking.stop"),
        ("GET", "/ws/conversation/{session_id}", "sockets.conversation_socket"),
        ("GET", "/ws/live", "live.live_socket"),
        ("GET", "/api/v1/memory", "memories.listed"),
        ("GET", "/api/v1/memory/{message_id}", "memories.one"),
        ("PUT", "/api/v1/memory/{message_id}", "memories.mark"),
        ("PUT", "/api/v1/memory/{message_id}/note", "memories.edit"),
        ("POST", "/api/v1/memory/{message_id}/forget", "memories.forget"),
        ("DELETE", "/api/v1/memory/{message_id}/forget", "memories.undo_forget"),
        ("GET", "/api/v1/knowledge", "knowledge.listed"),
        ("POST", "/api/v1/knowledge", "knowledge.share"),
        ("GET", "/api/v1/knowledge/{packet_id}", "knowledge.one"),
        ("POST", "/api/v1/knowledge/{packet_id}/promote", "knowledge.promote"),
        ("POST", "/api/v1/knowledge/{packet_id}/reject", "knowledge.reject"),
        ("POST", "/api/v1/knowledge/{packet_id}/withdraw", "knowledge.withdraw"),
        ("GET", "/api/v1/erasures", "erasures.listed"),
        ("GET", "/api/v1/erasures/{order}", "erasures.one"),
        ("GET", "/api/v1/plate", "plates.shown"),
        ("PUT", "/api/v1/plate", "plates.keep"),
        ("GET", "/api/v1/plate/history", "plates.history"),
        ("POST", "/api/v1/plate/lint", "plates.lint"),
        ("GET", "/api/v1/plate/export", "platefiles.exported"),
        ("POST", "/api/v1/plate/import", "platefiles.imported"),
        ("GET", "/api/v1/plate/validate", "plates.validated"),
        ("POST", "/api/v1/plate/validate", "plates.validate"),
        ("GET", "/api/v1/character", "character.shown"),
        ("GET", "/api/v1/character/history", "character.history"),
        ("GET", "/api/v1/character/baseline", "character.baseline"),
        ("PUT", "/api/v1/character/baseline", "character.set_baseline"),
        ("GET", "/api/v1/cards", "cards.listed"),
        ("GET", "/api/v1/export/card/{card}", "cards.exported"),
        ("POST", "/api/v1/imports", "transfers.begin"),
        ("POST", "/api/v1/imports/upload", "transfers.upload"),
        ("GET", "/api/v1/imports", "transfers.listed"),
        ("GET", "/api/v1/imports/{import_id}", "transfers.one"),
        ("DELETE", "/api/v1/imports/{import_id}", "transfers.stop"),
        ("GET", "/api/v1/export", "transfers.export"),
        ("POST", "/api/v1/link", "operations.link"),
        ("POST", "/api/v1/login", "operations.login"),
        ("POST", "/api/v1/logout", "operations.logout"),
        ("DELETE", "/api/v1/signins", "operations.sign_all_out"),
        ("POST", "/login", "signing.sign_in"),
        ("POST", "/api/v1/backup", "operations.backup"),
        ("GET", "/api/v1/model", "operations.model"),
        ("PUT", "/api/v1/model", "operations.use_model"),
        ("GET", "/api/v1/cost", "operations.cost"),
        ("POST", "/api/v1/stop", "operations.stop"),
        ("GET", "/api/v1/peers", "peering.listed"),
        ("POST", "/api/v1/peers", "peering.add"),
        ("GET", "/api/v1/peers/{peer}", "peering.one"),
        ("DELETE", "/api/v1/peers/{peer}", "peering.remove"),
        ("POST", "/api/v1/peers/{peer}/accept", "peering.accept"),
        ("PUT", "/api/v1/peers/{peer}/tier", "peering.retier"),
        ("POST", "/api/v1/peers/{peer}/ping", "peering.ping"),
        ("POST", "/api/v1/peers/{peer}/ask", "peering.ask"),
        ("POST", "/api/v1/peers/{peer}/bundle", "carrying.create"),
        ("POST", "/api/v1/bundles", "carrying.take_in"),
        ("GET", "/api/v1/bundles/{bundle}", "carrying.one"),
        ("DELETE", "/api/v1/bundles/{bundle}", "carrying.forget"),
        ("POST", "/api/v1/bundles/{bundle}/apply", "carrying.apply"),
        ("GET", "/api/v1/bundles/{bundle}/file", "carrying.file"),
        ("GET", "/api/v1/invitations", "peering.invitations"),
        ("POST", "/api/v1/invitations", "peering.invite"),
        ("DELETE", "/api/v1/invitations/{invitation}", "peering.withdraw"),
        ("POST", "/api/v1/join", "peering.join"),
        ("GET", "/api/v1/federation", "peering.federation"),
        ("POST", "/api/v1/federation/start", "peering.start"),
        ("POST", "/api/v1/federation/stop", "peering.stop"),
        ("GET", "/api/v1/federation/discovered", "peering.discovered"),
        ("POST", "/api/v1/federation/sweep", "peering.sweep"),
        ("DELETE", "/api/v1/federation/sweep", "peering.stop_sweep"),
        ("GET", "/api/v1/audit", "upkeep.audit"),
        ("POST", "/api/v1/audit", "upkeep.start_audit"),
        ("DELETE", "/api/v1/audit", "upkeep.stop_audit"),
        ("GET", "/api/v1/audit/log", "upkeep.log"),
        ("GET", "/api/v1/proof/{message_id}", "upkeep.proof"),
        ("GET", "/api/v1/backups", "upkeep.backups"),
        ("POST", "/api/v1/backups/{name}/verify", "upkeep.verify_backup"),
        ("GET", "/api/v1/settings", "upkeep.settings"),
        ("PATCH", "/api/v1/settings", "upkeep.change_setting"),
        ("GET", "/api/v1/storage", "upkeep.storage"),
    ]


async def wind_down(app: web.Application) -> None:
    """Take no more turns, give those that run their time, close the WebSockets. Idempotent."""
    app[PLACE].stopping = True
    await app[HUB].stop()
    if app[PLACE].sockets:
        await sockets.close_all(app)


def make_app(node: Node, settings: ApiSettings) -> web.Application:
    """The application. It opens nothing; `serve.Servers` puts it on its sockets."""
    app = web.Application(
        middlewares=[security.errors_as_json, security.guard], client_max_size=settings.limits.body_bytes_max
    )
    app[NODE], app[PLACE], app[HUB] = node, Place(), Hub(settings.limits)
    app[NOTICES] = live.Notices(node)
    node.character.listen(app[HUB].tell)
    app[security.SETTINGS], app[security.ACCESS] = settings, Access(settings.token, settings.limits)
    if settings.outward is not None:
        outward = importlib.import_module("ccnode.api.outward")  # it and TLS are of no use to most nodes
        app[security.OUTWARD] = outward.Outward(settings)
    app.on_response_prepare.append(security.add_headers)
    app.on_shutdown.append(wind_down)
    for method, path, name in _routes():
        handler = _answering(name)
        app.router.add_route(method, path, handler, expect_handler=_no_promise)
        if method == "GET":
            app.router.add_route("HEAD", path, handler, expect_handler=_no_promise)
    return app
