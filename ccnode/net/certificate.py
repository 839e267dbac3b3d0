"""Which TLS key does this node answer with? One made once, self-signed; who we are is proven inside (handshake.py)."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode.net.errors import KeyFileError

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "federation.pem"
MODE: Final = 0o600
_REMEDY: Final = "remove {path}; the next start makes another (links do not depend on it)"
_FROM: Final = datetime(2020, 1, 1, tzinfo=UTC)  # of no meaning here, and it tells nobody when this node was made
_UNTIL: Final = datetime(9999, 12, 31, tzinfo=UTC)


class Tls(NamedTuple):
    """How to answer and how to call. `fingerprint`: SHA-256 of our certificate (DER)."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    fingerprint: bytes


def prepare(path: Path) -> Tls:
    """Read the key and certificate from the file, which is made where it is missing.

    Raises:
        KeyFileError: it cannot be read, made or used.
    """
    try:
        try:
            made = path.read_bytes()
        except FileNotFoundError:
            made = _make()
            write_key(path, made)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.minimum_version = ssl.TLSVersion.TLSv1_3
        server.num_tickets = 0  # nothing is resumed: each handshake is signed over its own connection
        server.load_cert_chain(path)
        der = ssl.PEM_cert_to_DER_cert(made[made.index(b"-----BEGIN CERTIFICATE") :].decode("ascii"))
    except OSError as error:  # an ssl.SSLError is one
        remedy = _REMEDY.format(path=path) if isinstance(error, ssl.SSLError) else "mend the folder's permissions"
        raise KeyFileError(f"the key {path} of links cannot be used: {error}", remedy=remedy) from error
    except ValueError as error:
        raise KeyFileError(f"{path} holds no certificate", remedy=_REMEDY.format(path=path)) from error
    return Tls(server, calling(), sha256(der).digest())


def calling() -> ssl.SSLContext:
    """How to call: TLS 1.3, whatever certificate is shown; the handshake inside is bound to it."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.minimum_version = ssl.TLSVersion.TLSv1_3
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    return client


def _make() -> bytes:
    """A key (EC P-256) and its certificate, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ccnode")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def write_key(path: Path, made: bytes) -> None:
    """Write it beside and rename it, so that no half of a file is ever read; readable by the owner alone throughout."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
