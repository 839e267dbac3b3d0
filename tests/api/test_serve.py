"""Are the two doors opened with care? Taken ports, stale sockets, folders that others can write to."""

from __future__ import annotations

import asyncio
import grp
import os
import socket
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ccnode.api import serve
from ccnode.api.app import make_app
from ccnode.api.errors import ServeError
from ccnode.api.serve import Servers, bind_local, bind_loopback
from ccnode.api.settings import ApiSettings, Limits
from tests.api.fake_node import FakeNode
from tests.api.rig import PATIENCE_S, TOKEN, Rig, eventually, hang_up, serving

if TYPE_CHECKING:
    from pathlib import Path


def servers(path: Path | None, port: int = 0, host: str = "127.0.0.1") -> Servers:
    return Servers(make_app(FakeNode(), ApiSettings(TOKEN, path, host=host, port=port)))


async def test_a_taken_port_is_named_with_the_way_out(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "other" / "s.sock"
    with pytest.raises(ServeError, match=f"port {rig.port} on 127.0.0.1 is taken") as caught:
        await servers(path, rig.port).start()
    assert "CCNODE_API__PORT=0" in caught.value.remedy
    assert not path.exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org", "", "127.0.0.1.evil.example"])  # noqa: S104
async def test_only_loopback_is_served(host: str) -> None:
    with pytest.raises(ServeError, match="this machine only"):
        await servers(None, host=host).start()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2"])
async def test_other_names_of_loopback(host: str) -> None:
    one = servers(None, host=host)
    assert (await one.start()).startswith(f"http://{host}:")
    await one.stop()


async def test_loopback_of_ipv6() -> None:
    try:
        bind_loopback("::1", 0).close()
    except ServeError as error:
        assert "cannot be served" in str(error)  # noqa: PT017  # a machine without IPv6 is told so
        return
    one = servers(None, host="::1")
    assert (await one.start()).startswith("http://[::1]:")
    await one.stop()


@pytest.mark.parametrize("port", [-1, 65_536])
def test_numbers_that_are_no_ports(port: int) -> None:
    with pytest.raises(ServeError, match="is no port"):
        bind_loopback("127.0.0.1", port)


async def test_the_local_socket_is_private(rig: Rig) -> None:
    assert stat.S_IMODE(rig.socket.stat().st_mode) == 0o660
    assert stat.S_IMODE(rig.socket.parent.stat().st_mode) == 0o700


async def test_the_socket_goes_with_the_server(tmp_path: Path) -> None:
    async with serving(tmp_path) as rig:
        assert rig.socket.exists()
    assert not rig.socket.exists()


async def test_stopping_leaves_the_socket_of_another(tmp_path: Path) -> None:
    async with serving(tmp_path) as rig:
        rig.socket.unlink()
        second = bind_local(rig.socket)
    assert rig.socket.exists()
    second.close()


def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "run" / "s.sock"
    bind_local(path).close()
    assert path.exists()
    bind_local(path).close()


def test_a_socket_that_answers_is_not(tmp_path: Path) -> None:
    path = tmp_path / "run" / "s.sock"
    with bind_local(path), pytest.raises(ServeError, match="another daemon answers"):
        bind_local(path)
    assert path.exists()


def test_what_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    path = tmp_path / "s.sock"
    path.write_text("precious")
    with pytest.raises(ServeError, match="is not a socket"):
        bind_local(path)
    assert path.read_text() == "precious"
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ServeError, match="is not a socket"):
        bind_local(path)


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(ServeError, match="is not a folder"):
        bind_local(tmp_path / "link" / "s.sock")


def test_a_folder_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(ServeError, match="others can write") as caught:
        bind_local(folder / "s.sock")
    assert "chmod go-w" in caught.value.remedy


@pytest.mark.root
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, 12345)
    with pytest.raises(ServeError, match="belongs to another user"):
        bind_local(folder / "s.sock")


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServeError):
        bind_local(tmp_path / "file" / "s.sock")


def test_a_path_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(ServeError, match="too long"):
        bind_local(tmp_path / ("x" * 120))


@pytest.mark.root
def test_the_socket_is_given_to_the_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = next(one.gr_gid for one in grp.getgrall() if one.gr_gid not in {0, os.getgid()})
    monkeypatch.setattr(serve, "group_id", lambda: group)
    path = tmp_path / "run" / "s.sock"
    bind_local(path).close()
    assert path.stat().st_gid == group


async def test_a_failed_start_leaves_nothing_open(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(ServeError):
        await servers(folder / "s.sock", port).start()
    bind_loopback("127.0.0.1", port).close()


async def test_a_port_is_free_again_after_the_end(tmp_path: Path) -> None:
    async with serving(tmp_path) as rig:
        port = rig.port
        assert (await rig.ask("GET", "/health")).status == 200
    async with serving(tmp_path, port=port) as rig:
        assert (await rig.ask("GET", "/health")).status == 200


async def test_stopping_twice_is_harmless(tmp_path: Path) -> None:
    async with serving(tmp_path) as rig:
        await rig.servers.stop()
        await rig.servers.stop()


async def test_connections_over_the_limit_are_hung_up_on(tmp_path: Path) -> None:
    async with serving(tmp_path, Limits(connections_max=8, stop_grace_s=0.1)) as rig:
        held = [await rig.raw(b"") for _ in range(8)]
        await eventually(lambda: rig.connections == 8)
        reader, writer = await rig.raw(b"")
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read() == b""
        await hang_up(writer)
        for _, one in held:
            await hang_up(one)
        await eventually(lambda: rig.connections == 0)
        assert (await rig.ask("GET", "/health")).status == 200


def test_importing_the_api_is_cheap() -> None:
    """Idle memory: templates, models and mathematics are imported on use or not at all."""
    code = "import ccnode.api.app, ccnode.api.serve, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"jinja2", "numpy", "anthropic", "aiosqlite", "rich", "click", "cryptography", "ccnode.mind", "structlog"}
    assert not heavy & set(done.stdout.split())
