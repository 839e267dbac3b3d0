"""Do the owner's other devices get in with the password over TLS, and nobody and nothing else?"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import struct
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import hdrs

from ccnode.api import security
from ccnode.api.app import _routes
from ccnode.api.settings import OutwardLimits
from ccnode.store import password
from tests.api.outward_rig import FORM, PASSWORD, Beyond, beyond, trusting
from tests.api.rig import BEARER, PATIENCE_S, TOKEN, eventually
from tests.net.test_webcert import own

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PATH = "/api/v1/status"


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[Beyond]:
    async with beyond(tmp_path) as made:
        yield made


async def goodbye(line: aiohttp.ClientWebSocketResponse) -> int:
    """Read until the other side says goodbye; with which code it does."""
    async with asyncio.timeout(PATIENCE_S):
        while (frame := await line.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    assert frame.type is aiohttp.WSMsgType.CLOSE
    return int(frame.data)


# --- signing in ---


async def test_a_device_signs_in_with_the_password_and_out_again(house: Beyond) -> None:
    browser = house.browser()
    async with browser.get(f"{house.url}/chat/anything") as response:
        text = await response.text()
        assert response.status == 200
    assert '<form method="post" action="/login">' in text
    assert 'autocomplete="current-password"' in text
    assert "<script" not in text
    assert await house.status(browser) == 401
    done = await house.sign_in(browser)
    assert (done.status, done.headers["Location"]) == (303, "/")
    cookie = done.headers[hdrs.SET_COOKIE]
    assert cookie.startswith(f"__Host-ccnode-{house.port}=")
    for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000"):
        assert part in cookie
    assert "Domain" not in cookie
    assert await house.status(browser) == 200
    async with browser.get(house.url) as response:
        assert 'id="app"' in await response.text()
    stolen = {"Cookie": cookie.split(";")[0]}
    async with browser.post(f"{house.url}/api/v1/logout") as response:
        assert response.status == 200
        assert "Secure" in response.headers[hdrs.SET_COOKIE]
    assert await house.status(house.browser(), **stolen) == 401


@pytest.mark.parametrize("given", ["", "wrong", PASSWORD.upper(), PASSWORD + " ", "x" * 3000, "\u00e4\U0001f600"])
async def test_another_password_does_not(house: Beyond, given: str) -> None:
    browser = house.browser()
    done = await house.sign_in(browser, given)
    assert done.status == 401
    assert hdrs.SET_COOKIE not in done.headers
    assert await house.status(browser) == 401


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"", FORM["Content-Type"], 400),
        (b"password", FORM["Content-Type"], 400),
        (b"password=a&password=b", FORM["Content-Type"], 400),
        (b"password=a&more=b", FORM["Content-Type"], 400),
        (b"password=%ff%fe", FORM["Content-Type"], 400),
        (b"\xff\xfe", FORM["Content-Type"], 400),
        (b"password=" + b"x" * 5000, FORM["Content-Type"], 413),
        (b'{"password": "x"}', "application/json", 415),
        (b"password=x", "text/plain", 415),
    ],
)
async def test_what_is_no_such_form(house: Beyond, data: bytes, kind: str, status: int) -> None:
    async with house.browser().post(f"{house.url}/login", data=data, headers={"Content-Type": kind}) as response:
        assert response.status == status
        assert "<form" in await response.text()
    assert house.outward._hashing is None


async def test_a_huge_body_is_refused_unread_and_a_slow_one_is_let_go(tmp_path: Path) -> None:
    async with beyond(tmp_path, limits=OutwardLimits(body_timeout_s=0.2, look_s=0.05)) as house:
        head = f"POST /login HTTP/1.1\r\nHost: {house.host}:{house.port}\r\nContent-Type: {FORM['Content-Type']}\r\n"
        for more, status in (
            (b"Content-Length: 1099511627776\r\n\r\n", b"413"),
            (b"Transfer-Encoding: chunked\r\n\r\n2000\r\npassword=" + b"x" * 8000, b"413"),
            (b"Content-Length: 20\r\n\r\npassw", b"408"),
        ):
            reader, writer = await house.opened()
            writer.write(head.encode() + more)
            async with asyncio.timeout(PATIENCE_S):
                assert (await reader.readline()).split()[1] == status
            writer.transport.abort()
        await eventually(lambda: house.outward.connections == 0)


async def test_many_wrong_ones_are_refused_without_being_looked_at(house: Beyond) -> None:
    attacker = house.browser("127.0.0.3")
    found = [(await house.sign_in(attacker, f"guess {number}")) for number in range(30)]
    assert [one.status for one in found[:3]] == [401] * 3
    refused = [one for one in found if one.status == 429]
    assert len(refused) >= 26
    assert all(int(one.headers["Retry-After"]) >= 1 for one in refused)
    assert (await house.sign_in(attacker)).status == 429
    assert (await house.sign_in(house.browser("127.0.0.4"))).status == 303
    # Who is in stays in, and who was in before gets in again.
    assert (await house.sign_in(house.browser("127.0.0.4"))).status == 303


async def test_a_sign_in_is_always_a_new_secret(house: Beyond) -> None:
    name = f"__Host-ccnode-{house.port}"
    fixed = "attacker-chose-this-value-for-the-cookie-00000"
    done = await house.sign_in(house.browser(), Cookie=f"{name}={fixed}")
    value = done.cookies[name].value
    assert value != fixed
    assert await house.status(house.browser(), Cookie=f"{name}={fixed}") == 401
    again = await house.sign_in(house.browser(), Cookie=f"{name}={value}")
    assert again.cookies[name].value != value
    assert await house.status(house.browser(), Cookie=f"{name}={value}") == 401


async def test_a_sign_in_ends(house: Beyond) -> None:
    browser = await house.signed_in()
    now = house.outward.signins._clock()
    house.outward.signins._clock = lambda: now + 30 * 86_400
    assert await house.status(browser) == 401


# --- the password is changed, and gone ---


async def test_another_password_ends_all_sign_ins_and_lines(house: Beyond) -> None:
    browser, session = await house.signed_in(), await house.rig.start()
    at_machine = await house.rig.signed_in()
    path = f"/ws/conversation/{session}"
    lines = [
        await browser.ws_connect(f"wss://{house.host}:{house.port}{path}"),
        await browser.ws_connect(f"wss://{house.host}:{house.port}/ws/live"),
        await at_machine.ws_connect(house.rig.url + path),
    ]
    program = await house.rig.client.ws_connect(house.rig.url + path, headers=BEARER)
    password.keep(house.home, "another one, and long")
    assert await house.status(browser) == 401
    for line in lines:
        assert await goodbye(line) == aiohttp.WSCloseCode.POLICY_VIOLATION
    assert (await house.rig.ask("GET", PATH, client=at_machine, headers={})).status == 401
    assert not program.closed
    await program.close()
    assert (await house.sign_in(house.browser())).status == 401
    assert (await house.sign_in(house.browser(), "another one, and long")).status == 303


async def test_lines_are_closed_even_where_nobody_asks(house: Beyond) -> None:
    browser = await house.signed_in()
    line = await browser.ws_connect(f"wss://{house.host}:{house.port}/ws/live")
    password.keep(house.home, PASSWORD)
    assert await goodbye(line) == aiohttp.WSCloseCode.POLICY_VIOLATION


async def test_without_a_password_nothing_is_served_until_there_is_one(house: Beyond) -> None:
    browser, port = await house.signed_in(), house.port
    told: list[str] = []
    house.outward.on_problem = told.append
    password.clear(house.home)
    await eventually(lambda: told)
    assert "no password is set" in told[0]
    for headers in ({}, BEARER):
        with pytest.raises(aiohttp.ClientError):
            await house.status(browser, **headers)
    assert (await house.rig.ask("GET", PATH)).value["outward"]["state"] == "failed"
    password.keep(house.home, PASSWORD)
    await eventually(lambda: told[-1] == "")
    assert house.port == port
    assert await house.status(browser) == 401
    assert (await house.sign_in(browser)).status == 303


async def test_a_password_that_others_can_read_closes_the_door(house: Beyond) -> None:
    house.home.password.chmod(0o644)
    await eventually(lambda: house.outward.problem)
    assert "chmod 600" in house.outward.problem
    with pytest.raises(aiohttp.ClientError):
        await house.status(house.browser())
    house.home.password.chmod(0o600)
    await eventually(lambda: not house.outward.problem)
    assert (await house.sign_in(house.browser())).status == 303


async def test_a_request_just_after_it_is_gone_is_refused(tmp_path: Path) -> None:
    async with beyond(tmp_path, limits=OutwardLimits(look_s=3600)) as house:
        browser = await house.signed_in()
        house.home.password.unlink()
        assert await house.status(browser) == 503
        assert await house.status(browser, **BEARER) == 503
        async with house.rig.local.delete("http://local/api/v1/signins") as response:
            assert response.status == 200
        with pytest.raises(aiohttp.ClientError):
            await house.status(browser)


async def test_a_password_that_changes_while_one_is_tried(house: Beyond, monkeypatch: pytest.MonkeyPatch) -> None:
    right = password.is_right

    def changing(home: Any, text: str) -> bool:
        found = right(home, text)
        password.keep(home, "another one, and long")
        return found

    monkeypatch.setattr(password, "is_right", changing)
    assert (await house.sign_in(house.browser())).status == 401


async def test_a_line_that_opens_while_its_sign_in_ends(house: Beyond, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, session = await house.signed_in(), await house.rig.start()
    found = house.rig.node.session

    async def slow(text: str) -> Any:
        password.keep(house.home, "another one, and long")
        house.outward.has_password()
        return await found(text)

    monkeypatch.setattr(house.rig.node, "session", slow)
    line = await browser.ws_connect(f"wss://{house.host}:{house.port}/ws/conversation/{session}")
    assert await goodbye(line) == aiohttp.WSCloseCode.POLICY_VIOLATION


# --- programs, links, and what only the machine itself may do ---


async def test_programs_use_the_token(house: Beyond) -> None:
    program = house.browser()
    assert await house.status(program, **BEARER) == 200
    assert await house.status(program, Authorization="Bearer wrong") == 401
    for _ in range(30):
        last = await house.status(program, Authorization="Bearer wrong")
    assert last == 429
    assert await house.status(program, **BEARER) == 200
    # What strangers elsewhere do is not counted at the machine itself.
    assert (await house.rig.ask("GET", PATH, headers={"Authorization": "Bearer wrong"})).status == 401
    async with program.post(
        f"{house.url}/api/v1/conversation/start", json={}, headers={**BEARER, "Origin": house.url}
    ) as response:
        made = await response.json()
    assert made["websocket_url"].startswith(f"wss://{house.host}:{house.port}/ws/")
    assert made["metrics_url"].startswith(house.url)


async def test_links_are_for_the_machine_itself(house: Beyond) -> None:
    browser = await house.signed_in()
    link = (await house.rig.ask("POST", "/api/v1/link", {})).value["url"]
    assert link.startswith(house.rig.url)
    for client, headers in ((browser, {}), (house.browser(), BEARER)):
        async with client.post(f"{house.url}/api/v1/link", json={}, headers=headers) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (403, "not_from_here")
        body = {"token": link.split("#signin=")[1]}
        async with client.post(f"{house.url}/api/v1/login", json=body, headers=headers) as response:
            assert response.status == 403
        async with client.post(f"{house.url}/api/v1/backup", json={"output": "/x"}, headers=headers) as response:
            assert response.status == 403
    async with house.browser().post(f"{house.url}/api/v1/login", json=body) as response:
        assert response.status == 401


async def test_sign_ins_of_the_machine_and_of_devices_are_kept_apart(house: Beyond) -> None:
    at_machine, device = await house.rig.signed_in(), await house.signed_in()
    (ours,), (theirs,) = at_machine.cookie_jar, device.cookie_jar
    for name in (ours.key, theirs.key, f"ccnode-{house.port}", f"__Host-ccnode-{house.rig.port}"):
        assert await house.status(house.browser(), Cookie=f"{name}={ours.value}") == 401
        got = await house.rig.ask("GET", PATH, headers={"Cookie": f"{name}={theirs.value}"})
        assert got.status == 401
    async with house.rig.client.post(f"{house.rig.url}/login", data={"password": PASSWORD}) as response:
        assert response.status == 401  # there is no such door


async def test_strangers_get_the_form_and_nothing_of_what_is_here(house: Beyond) -> None:
    stranger = house.browser()
    for method, path, _ in _routes():
        address = re.sub(r"{\w+}", "x", path)
        async with stranger.request(method, house.url + address, allow_redirects=False) as response:
            text = await response.text()
        if path in security.PAGES:
            assert (response.status, '<form method="post" action="/login">' in text) == (200, True), path
        elif path not in security.PUBLIC_OUTWARD:
            assert (response.status, json.loads(text)["error"]["code"]) == (401, "not_signed_in"), path
        assert "home" not in text


# --- Host and Origin ---


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1:{port}", "127.0.0.2", "127.0.0.2:1", "0.0.0.0:{port}", ""],
)
@pytest.mark.parametrize("path", ["/", "/login", PATH, "/ws/live"])
async def test_rebound_names_are_refused(house: Beyond, host: str, path: str) -> None:
    browser = await house.signed_in()
    async with browser.get(house.url + path, headers={"Host": host.format(port=house.port)}) as response:
        assert response.status == 403
        assert (await response.json())["error"]["code"] == "host_refused"


async def test_names_that_are_ours(tmp_path: Path) -> None:
    async with beyond(tmp_path, names=("node.example", "me.example:443")) as house:
        port, machine = house.port, socket.gethostname().lower()
        for host in (
            f"127.0.0.2:{port}",
            f"{machine}:{port}",
            f"NODE.example:{port}",
            "node.example",
            "me.example:443",
        ):
            assert await house.status(house.browser(), **BEARER, Host=host) == 200, host
        for host in ("me.example", f"me.example:{port}", machine, "other.example"):
            assert await house.status(house.browser(), **BEARER, Host=host) == 403, host
        found = (await house.rig.ask("GET", PATH)).value["outward"]
        assert found["urls"][:2] == [f"https://node.example:{port}", "https://me.example:443"]


@pytest.mark.parametrize(
    "origin",
    ["null", "https://evil.example", "http://127.0.0.2:{port}", "https://127.0.0.2", "https://127.0.0.2:1"],
)
async def test_other_origins_are_refused(house: Beyond, origin: str) -> None:
    browser = await house.signed_in()
    headers = {"Origin": origin.format(port=house.port)}
    for method, path in (("POST", "/api/v1/conversation/start"), ("POST", "/login"), ("GET", "/ws/live")):
        async with browser.request(method, house.url + path, headers=headers) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (403, "origin_refused")
    assert not any(call[0] == "start_session" for call in house.rig.node.calls)


async def test_a_form_of_another_site_does_not_sign_in(house: Beyond) -> None:
    for site in ("cross-site", "same-site"):
        done = await house.sign_in(house.browser(), **{"Sec-Fetch-Site": site})
        assert done.status == 403
    done = await house.sign_in(house.browser(), Origin=house.url, **{"Sec-Fetch-Site": "same-origin"})
    assert done.status == 303


# --- TLS ---


async def test_only_tls_1_3_is_spoken(house: Beyond) -> None:
    _, writer = await house.opened()
    spoken: ssl.SSLObject = writer.get_extra_info("ssl_object")
    assert spoken.version() == "TLSv1.3"
    certificate = spoken.getpeercert(binary_form=True)
    assert certificate is not None
    shown = (await house.rig.ask("GET", PATH)).value["outward"]["fingerprint"]
    assert hashed(certificate) == shown
    writer.transport.abort()
    older = trusting()
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await house.opened(ssl=older)


def hashed(certificate: bytes) -> str:
    from hashlib import sha256

    return sha256(certificate).digest().hex(":").upper()


@pytest.mark.parametrize(
    ("sent", "status", "location"),
    [
        ("GET /chat/x?q=1 HTTP/1.1\r\nHost: 127.0.0.2:{port}\r\n", 307, "https://127.0.0.2:{port}/chat/x?q=1"),
        ("HEAD / HTTP/1.1\r\nHost: {name}:{port}\r\n", 307, "https://{name}:{port}/"),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n", 307, "https://127.0.0.2:{port}/"),
        ("GET //evil.example/ HTTP/1.1\r\nHost: x\r\n", 307, "https://127.0.0.2:{port}//evil.example/"),
        ("GET / HTTP/1.1\r\nHost: 127.0.0.2:{port}\r\nAuthorization: Bearer {token}\r\n", 307, None),
        ("POST /login HTTP/1.1\r\nHost: 127.0.0.2:{port}\r\nContent-Length: 10\r\n\r\npassword=x", 400, None),
        ("nonsense\r\n", 400, None),
        ("GET http://evil.example/ HTTP/1.1\r\n", 400, None),
    ],
)
async def test_plain_http_is_sent_on_and_given_nothing(
    house: Beyond, sent: str, status: int, location: str | None
) -> None:
    values = {"port": house.port, "name": socket.gethostname().lower(), "token": TOKEN}
    reader, writer = await house.opened(ssl=None)
    writer.write(f"{sent}\r\n".format(**values).encode())
    async with asyncio.timeout(PATIENCE_S):
        head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.transport.abort()
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert body in {"", "This port speaks HTTPS only: put https:// before the address.\n"}
    assert "Set-Cookie" not in head
    if location is not None:
        assert f"\r\nLocation: {location.format(**values)}\r\n" in head
    if status == 400:
        assert "Location" not in head


async def test_browsers_are_told_to_insist_only_where_somebody_vouches(tmp_path: Path, house: Beyond) -> None:
    async with house.browser().get(house.url) as response:
        assert "Strict-Transport-Security" not in response.headers
    folder = tmp_path / "own"
    folder.mkdir()
    certificate, key = own(folder, now=datetime.now(UTC))
    async with (
        beyond(folder, certificate=certificate, key=key) as other,
        other.browser().get(other.url) as response,
        other.rig.client.get(other.rig.url) as at_machine,
    ):
        assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Strict-Transport-Security" not in at_machine.headers
        assert (await other.rig.ask("GET", PATH)).value["outward"]["certificate"] == "own"


async def test_a_renewed_certificate_is_served_without_a_new_start(tmp_path: Path) -> None:
    certificate, key = own(tmp_path, now=datetime.now(UTC))
    limits = OutwardLimits(look_s=0.05, certificate_s=0.05)
    async with beyond(tmp_path, certificate=certificate, key=key, limits=limits) as house:
        before = house.outward.form()["fingerprint"]
        own(tmp_path, now=datetime.now(UTC))
        await eventually(lambda: house.outward.form()["fingerprint"] != before)
        certificate.write_bytes(b"broken")  # the one that was read goes on
        await asyncio.sleep(0.2)
        assert await house.status(house.browser(), **BEARER) == 200


async def test_one_that_has_ended_is_served_and_told_of(tmp_path: Path) -> None:
    certificate, key = own(tmp_path)
    async with beyond(tmp_path, certificate=certificate, key=key) as house:
        assert "ended on 2026-05-31" in house.outward.problem
        assert await house.status(house.browser(), **BEARER) == 200


# --- bounds ---


async def test_two_hundred_that_only_begin_keep_nobody_out(tmp_path: Path) -> None:
    limits = OutwardLimits(handshakes_max=32, handshakes_each=16, handshake_s=2.0, look_s=0.05)
    async with beyond(tmp_path, limits=limits) as house:
        hello = struct.pack("!BHH", 22, 0x0301, 200)  # a record that never comes
        held = []
        for number in range(200):
            reader, writer = await house.opened(f"127.0.0.{10 + number % 10}", ssl=None)
            if number % 2:
                writer.write(hello)
            held.append((reader, writer))
        doorway = house.outward._doorway
        assert doorway is not None
        assert doorway.beginning <= 32
        assert await house.status(house.browser(), **BEARER) == 200
        assert (await house.rig.ask("GET", PATH)).status == 200
        await eventually(lambda: doorway.beginning == 0)
        for _, writer in held:
            writer.transport.abort()


async def test_connections_are_bounded_and_who_is_in_stays(tmp_path: Path) -> None:
    limits = OutwardLimits(connections_max=8, connections_each=4, look_s=0.05)
    async with beyond(tmp_path, limits=limits) as house:
        browser = await house.signed_in("127.0.0.9")
        line = await browser.ws_connect(f"wss://{house.host}:{house.port}/ws/live")
        held = [await house.opened(f"127.0.0.{20 + number % 5}") for number in range(20)]
        await eventually(lambda: house.outward.connections <= 8)
        assert await house.status(house.browser("127.0.0.30"), **BEARER) == 200
        assert not line.closed
        assert (await house.rig.ask("GET", PATH)).status == 200
        for _, writer in held:
            writer.transport.abort()
        await line.close()


async def test_a_connection_on_which_nothing_is_asked_ends(tmp_path: Path) -> None:
    from ccnode.api.settings import Limits

    async with beyond(tmp_path, api=Limits(header_timeout_s=0.2, stop_grace_s=0.2)) as house:
        for data in (b"", b"GET / HTTP/1.1\r\nHo"):
            reader, writer = await house.opened()
            writer.write(data)
            async with asyncio.timeout(PATIENCE_S):
                await reader.read()
            writer.transport.abort()


# --- where it is served ---


@pytest.mark.parametrize("host", ["*", "0.0.0.0", "::"])  # noqa: S104
async def test_all_addresses(tmp_path: Path, host: str) -> None:
    if host == "::" and not socket.has_ipv6:
        pytest.skip("not run: needs IPv6")
    async with beyond(tmp_path, host=host) as house:
        house.host = "127.0.0.1"
        assert await house.status(house.browser(), **BEARER) == 200
        browser = await house.signed_in()
        assert await house.status(browser) == 200


async def test_a_taken_port_and_an_address_that_is_not_here_are_told_and_tried_again(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.2", 0))
        taken.listen()
        port = taken.getsockname()[1]
        house_at = beyond(tmp_path, port=port)
        house = await house_at.__aenter__()
        assert f"port {port} on 127.0.0.2 is taken" in house.outward.problem
        assert "ccnode config set api.bind_port" in house.outward.problem
        assert (await house.rig.ask("GET", PATH)).status == 200
    await eventually(lambda: not house.outward.problem)
    assert await house.status(house.browser(), **BEARER) == 200
    await house_at.__aexit__(None, None, None)
    (tmp_path / "b").mkdir()
    async with beyond(tmp_path / "b", host="192.0.2.250") as away:
        assert "does not have the address 192.0.2.250 now" in away.outward.problem
        assert (await away.rig.ask("GET", PATH)).value["outward"]["urls"] == []


async def test_it_ends_with_the_node(tmp_path: Path) -> None:
    async with beyond(tmp_path) as house:
        browser = await house.signed_in()
        line = await browser.ws_connect(f"wss://{house.host}:{house.port}/ws/live")
        ended = asyncio.create_task(goodbye(line))
        await house.rig.servers.stop()
        assert await ended == aiohttp.WSCloseCode.GOING_AWAY
        with pytest.raises(OSError):
            await house.opened()
