"""How do these tests reach the API? A real server on a free loopback port and a real Unix socket, over a fake node."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from ccnode.api.access import Access
from ccnode.api.app import make_app
from ccnode.api.security import ACCESS
from ccnode.api.serve import Servers
from ccnode.api.settings import ApiSettings, Limits
from tests.api.fake_node import FakeNode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import web

TOKEN = "correct-horse-battery-staple-0123456789-abc"
LIMITS = Limits(stop_grace_s=0.2, linger_s=0.5)
BEARER = {"Authorization": f"Bearer {TOKEN}"}
# What these tests wait for at most; they pass as soon as the thing happens.
PATIENCE_S = 60.0


@dataclass
class Clock:
    """A clock that only the test moves."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Answer:
    status: int
    value: Any
    headers: Any

    @property
    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = self.value["error"]
        assert set(error) >= {"code", "message", "remedy"}, error
        return error


@dataclass
class Rig:
    node: FakeNode
    app: web.Application
    servers: Servers
    socket: Path
    clock: Clock
    client: aiohttp.ClientSession
    local: aiohttp.ClientSession
    url: str
    jars: list[aiohttp.ClientSession] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    @property
    def connections(self) -> int:
        """How many connections the server holds."""
        runner = self.servers._runner
        return len(runner.server.connections) if runner is not None and runner.server is not None else 0

    async def ask(self, method: str, path: str, body: object = None, **more: Any) -> Answer:
        """One request, with the token unless other headers are given."""
        more.setdefault("headers", BEARER)
        client = more.pop("client", self.client)
        if body is not None:
            more["data"] = io.BytesIO(json.dumps(body, ensure_ascii=False).encode())
            more["headers"] = {**more["headers"], "Content-Type": "application/json"}
        async with client.request(method, self.url + path, **more) as response:
            data = await response.read()
            return Answer(response.status, json.loads(data) if data else None, response.headers.copy())

    async def lines(self, path: str, body: object = None, **more: Any) -> list[dict[str, Any]]:
        """The forms of a turn as lines."""
        headers = {**BEARER, "Accept": "application/x-ndjson", **more.pop("headers", {})}
        async with self.client.post(self.url + path, json=body, headers=headers, **more) as response:
            assert response.status == 200, await response.text()
            assert response.content_type == "application/x-ndjson"
            return [json.loads(line) for line in (await response.read()).splitlines()]

    async def start(self, title: str = "talk") -> str:
        return (await self.node.start_session(title, None)).id

    async def signed_in(self) -> aiohttp.ClientSession:
        """A browser that used a link."""
        session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.jars.append(session)
        link = (await self.ask("POST", "/api/v1/link", {})).value["url"]
        token = link.split("#signin=")[1]
        done = await self.ask("POST", "/api/v1/login", {"token": token}, client=session, headers={})
        assert done.status == 200
        return session

    async def raw(self, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A plain connection on which `data` was sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        await writer.drain()
        return reader, writer

    async def raw_answer(self, data: bytes) -> tuple[int, dict[str, Any]]:
        """The status and JSON of what a plain connection is answered with; the rest of `data` may remain unread."""
        reader, writer = await self.raw(data)
        try:
            return await read_answer(reader)
        finally:
            await hang_up(writer)

    def socket_to(self, session_id: str, **more: Any) -> Any:
        """An open WebSocket, as an async context manager."""
        more.setdefault("headers", BEARER)
        return self.client.ws_connect(f"{self.url}/ws/conversation/{session_id}", **more)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    async with asyncio.timeout(PATIENCE_S):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        return int(head.split(" ")[1]), json.loads(await reader.readexactly(length))


async def form(socket: aiohttp.ClientWebSocketResponse, *wanted: str) -> dict[str, Any]:
    """The next form of one of these types (any, without); others before it are passed over."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            value: dict[str, Any] = json.loads(await socket.receive_str())
            if not wanted or value["type"] in wanted:
                return value


async def until_closed(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """Read until the other side closes; returns its code."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            frame = await socket.receive()
            if frame.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}:
                return socket.close_code


async def eventually(condition: Any) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  # what is waited for is seen from outside only
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def serving(folder: Path, limits: Limits = LIMITS, *, port: int = 0, **more: Any) -> AsyncIterator[Rig]:
    """A rig, started and in the end stopped."""
    node = more.pop("node", None) or FakeNode()
    clock = Clock()
    socket = folder / "run" / "api.sock"
    app = make_app(node, ApiSettings(TOKEN, socket, port=port, limits=limits, **more))
    app[ACCESS] = Access(TOKEN, limits, clock=clock)
    servers = Servers(app)
    url = await servers.start()
    client = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    local = aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket)))
    rig = Rig(node, app, servers, socket, clock, client, local, url)
    try:
        yield rig
    finally:
        for session in (client, local, *rig.jars):
            await session.close()
        await servers.stop()
        await node.close()
