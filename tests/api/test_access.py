"""Does only the owner get in? Tokens, links, cookies, the local socket; and strangers' pages in the owner's browser."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import hdrs

from ccnode.api import peers, security, sockets
from ccnode.api.access import Access, Tickets
from ccnode.api.app import _routes
from ccnode.api.context import PLACE
from ccnode.api.errors import ApiError
from ccnode.api.peers import Peer, is_owner, peer_of
from ccnode.api.settings import ApiSettings, Limits
from tests.api.fake_node import MODEL
from tests.api.rig import BEARER, PATIENCE_S, TOKEN, Clock, Rig, serving

if TYPE_CHECKING:
    from collections.abc import Sequence

PATH = "/api/v1/status"


# --- tokens ---


async def test_the_token_lets_in(rig: Rig) -> None:
    assert (await rig.ask("GET", PATH)).status == 200
    assert (await rig.ask("GET", PATH, headers={"Authorization": f"bearer  {TOKEN} "})).status == 200


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (f"Bearer {TOKEN}x", "wrong_token"),
        (f"Bearer {TOKEN[:-1]}", "wrong_token"),
        ("Bearer", "wrong_token"),
        ("Bearer " + "x" * 5000, "wrong_token"),
        (f"Basic {TOKEN}", "wrong_scheme"),
        (TOKEN, "wrong_scheme"),
        ("", "wrong_scheme"),
    ],
)
async def test_other_tokens_do_not(rig: Rig, header: str, code: str) -> None:
    answer = await rig.ask("GET", PATH, headers={"Authorization": header})
    assert (answer.status, answer.error["code"]) == (401, code)


async def test_bytes_that_are_no_text_in_the_token(rig: Rig) -> None:
    status, value = await rig.raw_answer(
        f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{rig.port}\r\nAuthorization: Bearer ".encode() + b"\xff\xfe\r\n\r\n"
    )
    assert (status, value["error"]["code"]) == (401, "wrong_token")


async def test_nothing_gives_401_with_a_way_in(rig: Rig) -> None:
    answer = await rig.ask("GET", PATH, headers={})
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_guessing_is_slowed_and_the_owner_is_not_locked_out(rig: Rig) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    limits = Limits()
    for _ in range(limits.failures_max):
        assert (await rig.ask("GET", PATH, headers=wrong)).status == 401
    answer = await rig.ask("GET", PATH, headers=wrong)
    assert (answer.status, answer.error["code"]) == (429, "too_many_attempts")
    assert int(answer.headers["Retry-After"]) > 0
    login = await rig.ask("POST", "/api/v1/login", {"token": "wrong"}, headers={})
    assert login.status == 429
    assert (await rig.ask("GET", PATH)).status == 200
    browser = await rig.signed_in()
    assert (await rig.ask("GET", PATH, client=browser, headers={})).status == 200
    rig.clock.now += limits.failures_window_s
    assert (await rig.ask("GET", PATH, headers=wrong)).status == 401


def test_a_short_token_is_refused() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        ApiSettings("short")


def test_settings_do_not_show_the_token() -> None:
    assert TOKEN not in repr(ApiSettings(TOKEN))


# --- links and cookies ---


async def test_a_link_signs_a_browser_in_once(rig: Rig) -> None:
    made = await rig.ask("POST", "/api/v1/link", {})
    url = made.value["url"]
    assert url.startswith(f"{rig.url}/#signin=")
    assert made.value["expires_in_s"] == 600
    token = url.split("#signin=")[1]
    first = await rig.ask("POST", "/api/v1/login", {"token": token}, headers={})
    assert first.status == 200
    cookie = first.headers[hdrs.SET_COOKIE]
    assert cookie.startswith(f"ccnode-{rig.port}=")
    for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000"):
        assert part in cookie
    value = cookie.split(";")[0]
    assert (await rig.ask("GET", PATH, headers={"Cookie": value})).status == 200
    again = await rig.ask("POST", "/api/v1/login", {"token": token}, headers={})
    assert (again.status, again.error["code"]) == (401, "link_invalid")
    assert hdrs.SET_COOKIE not in again.headers


async def test_a_link_expires(rig: Rig) -> None:
    url = (await rig.ask("POST", "/api/v1/link")).value["url"]
    rig.clock.now += 600
    answer = await rig.ask("POST", "/api/v1/login", {"token": url.split("=")[1]}, headers={})
    assert answer.status == 401


async def test_a_sign_in_expires_and_ends(rig: Rig) -> None:
    browser = await rig.signed_in()
    assert (await rig.ask("GET", PATH, client=browser, headers={})).status == 200
    rig.clock.now += 30 * 86_400 - 1
    assert (await rig.ask("GET", PATH, client=browser, headers={})).status == 200
    rig.clock.now += 1
    assert (await rig.ask("GET", PATH, client=browser, headers={})).status == 401
    browser = await rig.signed_in()
    cookie = next(iter(browser.cookie_jar))
    assert (await rig.ask("POST", "/api/v1/logout", client=browser, headers={})).status == 200
    stolen = {"Cookie": f"{cookie.key}={cookie.value}"}
    assert (await rig.ask("GET", PATH, headers=stolen)).status == 401


async def _closed(line: aiohttp.ClientWebSocketResponse) -> int | None:
    async with asyncio.timeout(PATIENCE_S):
        async for _ in line:
            pass
    return line.close_code


async def test_what_a_sign_in_has_open_ends_with_it(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is not closed by asking: nothing comes over it any more once the sign-in has run out."""
    monkeypatch.setattr(sockets, "LOOK_S", 0.01)
    browser, way = await rig.signed_in(), f"{rig.url}/ws/conversation/{await rig.start()}"
    line, program = await browser.ws_connect(way), await rig.client.ws_connect(way, headers=BEARER)
    rig.clock.now += 30 * 86_400 - 1
    await asyncio.sleep(0.05)
    await line.send_json({"type": "stop"})
    assert (await line.receive_json(timeout=PATIENCE_S))["type"] == "status"
    rig.clock.now += 1
    assert await _closed(line) == aiohttp.WSCloseCode.POLICY_VIOLATION
    await program.send_json({"type": "stop"})
    assert (await program.receive_json(timeout=PATIENCE_S))["type"] == "status"
    await program.close()
    assert not rig.app[PLACE].looks


async def test_the_oldest_sign_in_makes_room_and_loses_what_it_has_open(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rig.app[security.ACCESS].signins, "_count_max", 2)
    way = f"{rig.url}/ws/conversation/{await rig.start()}"
    first, second = await (await rig.signed_in()).ws_connect(way), await (await rig.signed_in()).ws_connect(way)
    await rig.signed_in()
    assert await _closed(first) == aiohttp.WSCloseCode.POLICY_VIOLATION
    await second.send_json({"type": "stop"})
    assert (await second.receive_json(timeout=PATIENCE_S))["type"] == "status"
    await second.close()


async def test_a_page_makes_no_links_and_writes_no_files(rig: Rig) -> None:
    browser = await rig.signed_in()
    for path, body in (("/api/v1/link", {}), ("/api/v1/backup", {"output": "/etc/cron.d/x"})):
        answer = await rig.ask("POST", path, body, client=browser, headers={})
        assert (answer.status, answer.error["code"]) == (403, "not_from_a_page")
    assert (await rig.ask("POST", "/api/v1/backup", {}, client=browser, headers={})).status == 200


async def test_cookies_of_other_names_and_made_up_ones(rig: Rig) -> None:
    for cookie in ("ccnode=x", f"ccnode-{rig.port}=x", f"ccnode-{rig.port}={'x' * 4000}", "=", ";;;", '"'):
        assert (await rig.ask("GET", PATH, headers={"Cookie": cookie})).status == 401


def test_tickets_are_bounded_and_oldest_goes_first() -> None:
    clock = Clock()
    tickets = Tickets(3, 10.0, clock)
    secrets = [tickets.issue() for _ in range(4)]
    assert [tickets.holds(secret) for secret in secrets] == [False, True, True, True]
    assert tickets.take(secrets[1])
    assert not tickets.take(secrets[1])
    clock.now += 10
    assert not tickets.holds(secrets[3])
    tickets.issue()
    assert len(tickets._until) == 1


def test_secrets_are_kept_as_digests_only() -> None:
    access = Access(TOKEN, Limits())
    secrets = [access.links.issue(), access.signins.issue(), TOKEN]
    kept = repr([vars(access), access.links._until, access.signins._until])
    assert not any(secret in kept for secret in secrets)


def test_failures_are_counted_in_a_moving_window() -> None:
    clock = Clock()
    access = Access(TOKEN, Limits(failures_max=2, failures_window_s=10), clock=clock)
    statuses = []
    for step in (0, 5, 0, 5, 0):
        clock.now += step
        with pytest.raises(ApiError) as caught:
            access.by_token("wrong")
        statuses.append(caught.value.status)
    assert statuses == [401, 401, 429, 401, 429]


# --- the local socket ---


async def test_the_local_socket_is_the_owners(rig: Rig) -> None:
    answer = await rig.ask("GET", PATH, client=rig.local, headers={})
    assert answer.status == 200
    link = await rig.ask("POST", "/api/v1/link", client=rig.local, headers={})
    assert link.value["url"].startswith(f"{rig.url}/#signin=")
    started = await rig.ask("POST", "/api/v1/conversation/start", {}, client=rig.local, headers={})
    assert started.value["websocket_url"].startswith(f"ws://127.0.0.1:{rig.port}/ws/")


async def test_another_user_on_the_socket_needs_the_token(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "peer_of", lambda _connection: Peer(4_000_000_000, frozenset({4_000_000_000})))
    assert (await rig.ask("GET", PATH, client=rig.local, headers={})).status == 401
    assert (await rig.ask("GET", PATH, client=rig.local, headers=BEARER)).status == 200


@pytest.mark.parametrize(
    ("peer", "owner"),
    [
        (None, False),
        (Peer(1000, frozenset({1000})), True),
        (Peer(0, frozenset()), True),
        (Peer(1001, frozenset({1001})), False),
        (Peer(1001, frozenset({1001, 77})), True),
    ],
)
def test_who_is_the_owner(monkeypatch: pytest.MonkeyPatch, peer: Peer | None, owner: bool) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(peers, "group_id", lambda: 77)
    assert is_owner(peer) is owner


def test_without_the_group_nobody_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(peers, "group_id", lambda: None)
    assert not is_owner(Peer(1001, frozenset({1001})))


def test_the_kernel_names_the_peer() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        peer = peer_of(ours)
    assert peer is not None
    assert peer.uid == os.getuid()
    assert {os.getgid(), *os.getgroups()} <= peer.gids


def test_a_connection_without_credentials_has_no_peer() -> None:
    with socket.socket(socket.AF_INET) as connection:
        peer = peer_of(connection)
    assert peer is None or not is_owner(peer)


# --- Host and Origin ---


async def test_names_of_loopback_are_ours(rig: Rig) -> None:
    for host in (f"127.0.0.1:{rig.port}", f"localhost:{rig.port}", f"LOCALHOST:{rig.port}", f"[::1]:{rig.port}"):
        assert (await rig.ask("GET", PATH, headers={**BEARER, "Host": host})).status == 200, host


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example:{port}",
        "127.0.0.1:{port}.evil.example",
        "evil.example#127.0.0.1:{port}",
        "user@127.0.0.1:{port}",
        "0.0.0.0:{port}",
        "127.1:{port}",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/", "/health", PATH, "/static/chat.js", "/nope"])
async def test_rebound_names_are_refused(rig: Rig, host: str, path: str) -> None:
    answer = await rig.ask("GET", path, headers={**BEARER, "Host": host.format(port=rig.port)})
    assert (answer.status, answer.error["code"]) == (403, "host_refused")


@pytest.mark.parametrize(
    "heads",
    [
        ["GET /health HTTP/1.0", ""],
        ["GET /health HTTP/1.1", "Host: 127.0.0.1:{port}", "Host: evil.example", ""],
        ["GET http://evil.example/health HTTP/1.1", "Host: evil.example", ""],
    ],
)
async def test_no_host_two_hosts_and_whole_addresses(rig: Rig, heads: Sequence[str]) -> None:
    data = "".join(f"{line}\r\n" for line in heads).format(port=rig.port).encode()
    status, value = await rig.raw_answer(data)
    assert status in {400, 403}
    assert value["error"]["code"] in {"bad_request", "host_refused"}


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://127.0.0.1:{port}",
        "http://localhost:{port}",
        "http://127.0.0.1:{port}.evil.example",
        "file://",
    ],
)
async def test_other_origins_are_refused(rig: Rig, origin: str) -> None:
    browser = await rig.signed_in()
    headers = {"Origin": origin.format(port=rig.port)}
    for method, path in (("POST", "/api/v1/conversation/start"), ("GET", PATH), ("POST", "/api/v1/login")):
        answer = await rig.ask(method, path, client=browser, headers=headers)
        assert (answer.status, answer.error["code"]) == (403, "origin_refused")
    assert not any(call[0] == "start_session" for call in rig.node.calls)


async def test_our_own_origin_is_let_in(rig: Rig) -> None:
    headers = {**BEARER, "Origin": rig.url, "Sec-Fetch-Site": "same-origin"}
    assert (await rig.ask("POST", "/api/v1/conversation/start", {}, headers=headers)).status == 201


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_requests_that_a_strangers_page_caused(rig: Rig, site: str) -> None:
    answer = await rig.ask("GET", PATH, headers={**BEARER, "Sec-Fetch-Site": site})
    assert (answer.status, answer.error["code"]) == (403, "origin_refused")
    assert (await rig.ask("GET", "/health", headers={"Sec-Fetch-Site": site})).status == 200


async def test_no_other_origin_is_ever_allowed_to_read(rig: Rig) -> None:
    async with rig.client.options(
        rig.url + PATH, headers={"Origin": rig.url, "Access-Control-Request-Method": "GET"}
    ) as response:
        assert response.status == 405
        assert not any(name.lower().startswith("access-control") for name in response.headers)


async def test_a_proxy_that_the_owner_named(tmp_path: Path) -> None:
    async with serving(tmp_path, hosts=("node.example",)) as rig:
        for origin, status in (
            ("https://node.example", 200),
            ("http://node.example", 200),
            ("https://evil.example", 403),
        ):
            headers = {**BEARER, "Host": "node.example", "Origin": origin}
            assert (await rig.ask("GET", PATH, headers=headers)).status == status


async def test_a_websocket_from_another_origin_is_refused(rig: Rig) -> None:
    session_id = await rig.start()
    browser = await rig.signed_in()
    url = f"{rig.url}/ws/conversation/{session_id}"
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await browser.ws_connect(url, headers=headers)
        assert caught.value.status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await rig.client.ws_connect(url)
    assert caught.value.status == 401
    async with browser.ws_connect(url, headers={"Origin": rig.url}) as open_socket:
        assert not open_socket.closed


# --- what every answer carries ---


@pytest.mark.parametrize("path", ["/", "/health", PATH, "/nope", "/static/chat.js", "/static/chat.css", "/favicon.ico"])
async def test_headers_that_confine(rig: Rig, path: str) -> None:
    async with rig.client.get(rig.url + path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert policy == (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
            " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["Server"] == "ccnode"
        if path.startswith("/api") or path == "/":
            assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", sorted({path for _, path, _ in _routes()} & security.PAGES))
async def test_a_page_tells_a_stranger_how_to_sign_in_and_nothing_else(rig: Rig, path: str) -> None:
    session_id = await rig.start("a secret title")
    path = path.replace("{session_id}", session_id)
    async with rig.client.get(rig.url + path) as response:
        text = await response.text()
    assert (response.status, response.content_type) == (200, "text/html")
    assert "ccnode open" in text
    assert text.count("<script") == text.count('<script type="module" src="/static/signin.js">') == 1
    for hidden in ("secret", "home", MODEL, 'id="app"', session_id):
        assert hidden not in text
    browser = await rig.signed_in()
    async with browser.get(rig.url + path) as response:
        assert 'id="app"' in await response.text()


async def test_where_nothing_is_a_browser_of_the_owner_gets_a_page(rig: Rig) -> None:
    browser, html = await rig.signed_in(), {"Accept": "text/html,*/*;q=0.8"}
    async with browser.get(rig.url + "/nothing", headers=html) as response:
        assert (response.status, response.content_type) == (404, "text/html")
        assert "There is no such page" in await response.text()
        assert response.headers["Content-Security-Policy"] == security.CONTENT_SECURITY_POLICY
    for client, path, wanted in (
        (browser, "/api/v1/nothing", html),
        (browser, "/nothing", {"Accept": "*/*"}),
        (rig.client, "/nothing", html),
    ):
        async with client.get(rig.url + path, headers=wanted) as response:
            assert (response.status, response.content_type) == (404, "application/json")


@pytest.mark.parametrize("path", sorted({path for _, path, _ in _routes()} & security.PAGES))
async def test_a_page_holds_no_script_or_style_of_its_own(rig: Rig, path: str) -> None:
    browser = await rig.signed_in()
    async with browser.get(rig.url + path.replace("{session_id}", await rig.start())) as response:
        text = await response.text()
    assert "<style" not in text
    assert " style=" not in text
    assert text.count("<script") == text.count('<script type="module" src="/static/') > 0
    assert not re.search(r"\son[a-z]+=", text)
    assert response.headers["Content-Security-Policy"] == security.CONTENT_SECURITY_POLICY


def test_the_pages_are_small_and_bring_nothing_from_elsewhere() -> None:
    folder = Path(security.__file__).parent
    files = [*(folder / "static").iterdir(), *(folder / "pages").iterdir()]
    assert sum(file.stat().st_size for file in files) < 150_000
    for file in files:
        text = file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, file
        assert "https://" not in text, file
        assert "innerHTML" not in text, file
        assert "insertAdjacentHTML" not in text, file
        assert "eval(" not in text, file
