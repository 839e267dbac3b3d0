"""Is the key of TLS made once, for its owner's eyes alone, and said what to do about a broken one?"""

from __future__ import annotations

import ssl
import stat
from typing import TYPE_CHECKING

import pytest

from ccnode.net import addresses, certificate
from ccnode.net.errors import CallError, KeyFileError, ListenError
from ccnode.net.listening import bind

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / certificate.FILE
    first = certificate.prepare(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [certificate.FILE]
    assert certificate.prepare(path).fingerprint == first.fingerprint
    assert certificate.prepare(tmp_path / "other.pem").fingerprint != first.fingerprint
    assert first.server.minimum_version is first.client.minimum_version is ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize("data", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_broken_file_is_named_with_its_remedy(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / certificate.FILE
    path.write_bytes(data)
    with pytest.raises(KeyFileError) as caught:
        certificate.prepare(path)
    assert str(path) in str(caught.value)
    assert str(path) in caught.value.remedy
    assert path.read_bytes() == data


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="no-such-folder"):
        certificate.prepare(tmp_path / "no-such-folder" / certificate.FILE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", ("192.0.2.1", 8101)),
        ("192.0.2.1:9", ("192.0.2.1", 9)),
        (" node.example:65535 ", ("node.example", 65_535)),
        ("[2001:db8::1]:80", ("2001:db8::1", 80)),
        ("[2001:db8::1]", ("2001:db8::1", 8101)),
        ("2001:db8::1", ("2001:db8::1", 8101)),
        ("[fe80::1%eth0]:80", ("fe80::1%eth0", 80)),
    ],
)
def test_addresses_are_read(text: str, expected: tuple[str, int]) -> None:
    assert addresses.parsed(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":80",
        "host:",
        "host:0",
        "host:65536",
        "host:1e3",
        "host:\u0661",
        "a b:80",
        "user@host:80",
        "host/path:80",
        "host?x:80",
        "[2001:db8::1]80x",
        "[host]:80:80",
        "h\u00f6st",
        "x" * 200,
        "host%eth0",
        "1:2:3",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(CallError) as caught:
        addresses.parsed(text)
    assert "8101" in caught.value.remedy


def test_addresses_are_shown_and_grouped() -> None:
    assert addresses.shown("::ffff:192.0.2.1", 5) == "192.0.2.1:5"
    assert addresses.shown("2001:db8::1", 5) == "[2001:db8::1]:5"
    assert addresses.group("2001:db8::1") == addresses.group("2001:db8::ffff:2") == "2001:db8::"
    assert addresses.group("::ffff:192.0.2.1") == "192.0.2.1"
    assert addresses.group("fe80::1%eth0") == "fe80::"


def test_a_port_that_is_taken_or_none_is_named_with_its_remedy() -> None:
    (listener,) = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    with pytest.raises(ListenError, match=f"{port}.*taken") as caught:
        bind("127.0.0.1", port)
    assert "CCNODE_FEDERATION__PORT" in caught.value.remedy
    listener.close()
    for host, number in (("127.0.0.1", 65_536), ("192.0.2.1", 0)):
        with pytest.raises(ListenError):
            bind(host, number)
    (everywhere,) = bind("*", 0)
    everywhere.close()
