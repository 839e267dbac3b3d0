"""Is the certificate for other devices made once, renewed in time, and is one of the owner's own checked?"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ccnode.net import webcert
from ccnode.net.errors import KeyFileError

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def names_of(path: Path) -> set[str]:
    held = webcert._read(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {*held.get_values_for_type(x509.DNSName), *map(str, held.get_values_for_type(x509.IPAddress))}


def own(folder: Path, passphrase: bytes | None = None, now: datetime = NOW) -> tuple[Path, Path]:
    """A certificate that another one vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in ("node.example", "an authority")]
    made = x509.CertificateBuilder(named[1], named[0], key.public_key(), 7, now, now + timedelta(days=90))
    certificate = made.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    sealing = (
        serialization.BestAvailableEncryption(passphrase) if passphrase is not None else serialization.NoEncryption()
    )
    files = folder / "own.crt", folder / "own.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing))
    files[1].chmod(0o600)
    return files


def test_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "web.pem"
    first = webcert.prepare(path, ["192.0.2.7", "node.example"], ["192.0.2.8"], NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    assert first.server.minimum_version == ssl.TLSVersion.TLSv1_3
    assert not first.lasting
    assert names_of(path) >= {"192.0.2.7", "192.0.2.8", "node.example", "localhost", "127.0.0.1", "::1"}
    assert first.shown.count(":") == 31
    again = webcert.prepare(path, ["192.0.2.7"], ["192.0.2.99"], NOW + timedelta(days=700))
    assert again.fingerprint == first.fingerprint
    made = webcert._read(path)
    assert made.not_valid_after_utc - made.not_valid_before_utc < timedelta(days=825)


@pytest.mark.parametrize("moment", [NOW + timedelta(days=771), NOW + timedelta(days=5000), NOW - timedelta(days=3)])
def test_made_anew_before_it_ends_and_after_the_clock_was_wrong(tmp_path: Path, moment: datetime) -> None:
    path = tmp_path / "web.pem"
    first = webcert.prepare(path, [], [], NOW)
    later = webcert.prepare(path, [], [], moment)
    assert later.fingerprint != first.fingerprint
    assert later.ends > moment


def test_made_anew_for_a_name_it_does_not_hold(tmp_path: Path) -> None:
    path = tmp_path / "web.pem"
    first = webcert.prepare(path, ["a.example"], [], NOW)
    assert webcert.prepare(path, ["b.example"], [], NOW).fingerprint != first.fingerprint
    assert {"a.example", "b.example"} <= names_of(path)
    both = webcert.prepare(path, ["b.example"], [], NOW)
    assert webcert.prepare(path, ["a.example"], [], NOW).fingerprint == both.fingerprint


def test_a_broken_one_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "web.pem"
    path.write_bytes(b"no certificate")
    with pytest.raises(KeyFileError, match="no certificate") as caught:
        webcert.prepare(path, [], [], NOW)
    assert "rm " in caught.value.remedy
    path.write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(KeyFileError):
        webcert.prepare(path, [], [], NOW)


def test_the_owners_own(tmp_path: Path) -> None:
    certificate, key = own(tmp_path)
    found = webcert.serving(tmp_path / "web.pem", "*", ["node.example:443"], certificate, key, NOW)
    assert found.lasting
    assert not (tmp_path / "web.pem").exists()
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    both.chmod(0o600)
    assert webcert.load(both).fingerprint == found.fingerprint


def test_mistakes_with_the_owners_own_are_named(tmp_path: Path) -> None:
    certificate, key = own(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    sealed = own(other, b"passphrase")[1]
    cases: list[tuple[Path, Path | None, str]] = [
        (tmp_path / "none.crt", key, "cannot be read"),
        (certificate, tmp_path / "none.key", "cannot be read"),
        (certificate, None, "no certificate with its key|can be read by everybody"),
        (key, key, "no certificate"),
        (certificate, sealed, "encrypted"),
        (tmp_path, key, "cannot be read|no file"),
    ]
    for given, with_key, part in cases:
        with pytest.raises(KeyFileError, match=part) as caught:
            webcert.load(given, with_key)
        assert caught.value.remedy
    with pytest.raises(KeyFileError, match="not that of the certificate"):
        webcert.load(certificate, _another_key(tmp_path))
    key.chmod(0o644)
    with pytest.raises(KeyFileError, match="everybody") as caught:
        webcert.load(certificate, key)
    assert "chmod 600" in caught.value.remedy


def _another_key(folder: Path) -> Path:
    place = folder / "another"
    place.mkdir()
    return own(place)[1]
