"""Which TLS certificate do the owner's other devices see? One made here, or one that the owner has.

One made here is self-signed: a person compares its fingerprint once, so it is kept as long as it serves. It is made
anew 30 days before it ends, and when a name or address is served that it does not hold; then it is compared again.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ccnode.net.certificate import write_key
from ccnode.net.errors import KeyFileError
from ccnode.net.places import ALL, own_addresses

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cryptography import x509

DAYS: Final = 800  # devices of Apple take no certificate for a server that is valid for more than 825
RENEW_DAYS: Final = 30
BEFORE_DAYS: Final = 2  # for devices whose clock is behind
FILE_BYTES_MAX: Final = 1 << 20
NAMES_KEPT: Final = 64
OTHERS_READ: Final = 0o004
_UNSET: Final = "run: ccnode config unset api.certificate, then: ccnode config check"


@dataclass(frozen=True, slots=True)
class Web:
    """How other devices are answered. `fingerprint`: SHA-256 of the certificate (DER).

    `lasting`: somebody else vouches for it, so that a browser may be told to insist on TLS from now on.
    """

    server: ssl.SSLContext
    fingerprint: bytes
    ends: datetime
    lasting: bool

    @property
    def shown(self) -> str:
        """The fingerprint as browsers show it."""
        return shown(self.fingerprint)


def shown(fingerprint: bytes) -> str:
    """A fingerprint as browsers show it: AB:CD:..."""
    return fingerprint.hex(":").upper()


def prepare(path: Path, names: Iterable[str], addresses: Iterable[str], now: datetime) -> Web:
    """The certificate made here, which is made (anew) where that is needed.

    `names`: what it must hold, host names and addresses. `addresses`: what it holds beside that if it is made now.

    Raises:
        KeyFileError: it cannot be read, made or used.
    """
    wanted = tuple(names)
    try:
        found = _read(path)
    except FileNotFoundError:
        found = None
    except (OSError, ValueError) as error:
        remedy = f"remove it, and another is made: rm {path}"
        raise KeyFileError(f"{path} cannot be used: {error}", remedy=remedy) from error
    if found is None or not _serves(found, wanted, now):
        try:
            # What the last one held stays in it: a setting changed to and fro must not change what was compared twice.
            write_key(path, _make(wanted, (*addresses, *sorted(_names(found))[:NAMES_KEPT]), now))
        except OSError as error:
            raise KeyFileError(f"{path} cannot be written: {error.strerror}", remedy="check the disk") from error
    return load(path)


def serving(
    path: Path, host: str, names: Iterable[str], certificate: Path | None, key: Path | None, now: datetime
) -> Web:
    """What other devices are served with on `host` ("*": all addresses) under `names` ("name" or "name:port").

    The owner's certificate where there is one; else the one made here, at `path`. Raises KeyFileError.
    """
    if certificate is not None:
        return load(certificate, key)
    own = [one.ip for one in own_addresses(ALL)]
    wanted = [name.partition(":")[0] for name in names]
    if host != ALL and not ipaddress.ip_address(host.partition("%")[0]).is_unspecified:
        wanted.append(host.partition("%")[0])
    return prepare(path, wanted, own, now)


def load(certificate: Path, key: Path | None = None) -> Web:
    """A certificate that is there, and its key (by default in the same file).

    Raises:
        KeyFileError: one of them is missing, open to others, not PEM, encrypted, or they do not belong together.
    """
    for file in (certificate, key or certificate):
        _check_file(file, secret=file == (key or certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=_no_passphrase)
        read = _read(certificate)
    except _Encrypted as error:
        remedy = "keep it without a passphrase"
        raise KeyFileError(f"the key {key or certificate} is encrypted", remedy=remedy) from error
    except ssl.SSLError as error:
        why = f"it is not PEM, or has no certificate with its key ({error.reason})"
        if error.reason == "KEY_VALUES_MISMATCH":
            why = "the key is not that of the certificate"
        raise KeyFileError(f"{certificate} cannot be used: {why}", remedy=_UNSET) from error
    except (OSError, ValueError) as error:
        raise KeyFileError(f"{certificate} cannot be used: {error}", remedy=_UNSET) from error
    from cryptography.hazmat.primitives.serialization import Encoding

    return Web(
        context,
        sha256(read.public_bytes(Encoding.DER)).digest(),
        read.not_valid_after_utc,
        lasting=read.issuer != read.subject,
    )


class _Encrypted(Exception):
    """A passphrase would be asked for, on a terminal that a daemon does not have."""


def _no_passphrase() -> bytes:
    raise _Encrypted


def _check_file(file: Path, *, secret: bool) -> None:
    """Raises KeyFileError: it cannot be read, or it is secret and everybody can."""
    try:
        facts = file.stat()
        with file.open("rb") as opened:
            opened.read(1)
    except OSError as error:
        raise KeyFileError(f"{file} cannot be read: {error.strerror}", remedy=_UNSET) from error
    if not file.is_file() or facts.st_size > FILE_BYTES_MAX:
        raise KeyFileError(f"{file} is no file with a certificate or key", remedy=_UNSET)
    if secret and facts.st_mode & OTHERS_READ:
        raise KeyFileError(f"the key {file} can be read by everybody", remedy=f"run: chmod 600 {file}")


def _read(path: Path) -> x509.Certificate:
    """The first certificate of the file. Raises OSError, ValueError."""
    from cryptography import x509

    with path.open("rb") as file:
        data = file.read(FILE_BYTES_MAX)
    begin = data.find(b"-----BEGIN CERTIFICATE")
    if begin < 0:
        raise ValueError("it holds no certificate")
    return x509.load_pem_x509_certificate(data[begin:])


def _serves(found: x509.Certificate, wanted: tuple[str, ...], now: datetime) -> bool:
    """Whether it is valid for some time yet, and holds these names."""
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc - timedelta(days=RENEW_DAYS):
        return False
    return _names(found).issuperset(wanted)


def _names(found: x509.Certificate | None) -> set[str]:
    """The host names and addresses that a certificate holds."""
    from cryptography import x509

    if found is None:
        return set()
    try:
        held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {*held.get_values_for_type(x509.DNSName), *map(str, held.get_values_for_type(x509.IPAddress))}


def machine_names() -> tuple[str, ...]:
    """What this machine is called, on its own network too."""
    name = socket.gethostname().lower().rstrip(".")
    short = name.partition(".")[0]
    return tuple(dict.fromkeys(one for one in (name, short, f"{short}.local") if one and one != "localhost"))


def _make(names: tuple[str, ...], addresses: tuple[str, ...], now: datetime) -> bytes:
    """A key (EC P-256) and its certificate, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    held: list[x509.GeneralName] = []
    for one in dict.fromkeys((*names, *machine_names(), "localhost", *addresses, "127.0.0.1", "::1")):
        try:
            held.append(x509.IPAddress(ipaddress.ip_address(one.partition("%")[0])))
        except ValueError:
            if one.isascii():
                held.append(x509.DNSName(one))
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ccnode")])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=BEFORE_DAYS))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName(held), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def moment(ms: int) -> datetime:
    """Milliseconds since 1970 as certificates have moments."""
    return datetime.fromtimestamp(ms // 1000, UTC)
