"""Are certificates and revocations read as they were signed, and no others?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode_crypto import canonical
from ccnode_crypto.certificate import (
    REVOCATION_BYTES_MAX,
    LastGood,
    certify,
    read_certificate,
    read_revocation,
    revoke,
)
from ccnode_crypto.errors import CryptoError, EncodingError, KeyFormatError, SignatureError
from tests.crypto.chains import EPOCH, KEY, OTHER, OWNER

NODE = KEY.public.raw
CERTIFICATE = certify(OWNER, NODE, 1234)
LAST = LastGood(EPOCH, 0, 7, b"d" * 32)
REVOCATION = revoke(OWNER, NODE, 1234, (LAST,))
PLAIN: dict[str, Any] = {"version": 1, "owner": OWNER.public.raw, "node": NODE, "issued_ms": 1234}


def test_they_are_read_as_they_were_signed() -> None:
    assert read_certificate(CERTIFICATE.body, CERTIFICATE.signature) == CERTIFICATE
    assert read_revocation(REVOCATION.body, REVOCATION.signature) == REVOCATION
    assert revoke(OWNER, NODE, 1, ()).last_good == ()


def test_every_flipped_bit_is_refused() -> None:
    for read, paper in ((read_certificate, CERTIFICATE), (read_revocation, REVOCATION)):
        body, signature = paper.body, paper.signature
        for bit in range((len(body) + 64) * 8):
            wrong = bytearray(body + signature)
            wrong[bit // 8] ^= 1 << bit % 8
            with pytest.raises(CryptoError):
                read(bytes(wrong[: len(body)]), bytes(wrong[len(body) :]))


def test_one_never_passes_for_the_other() -> None:
    with pytest.raises(EncodingError):
        read_revocation(CERTIFICATE.body, CERTIFICATE.signature)
    with pytest.raises(EncodingError):
        read_certificate(REVOCATION.body, REVOCATION.signature)
    for purpose in ("head", "owner-revocation"):
        with pytest.raises(SignatureError):
            read_certificate(CERTIFICATE.body, OWNER.sign(purpose, CERTIFICATE.body))
    with pytest.raises(SignatureError):
        read_certificate(CERTIFICATE.body, OTHER.sign("owner-certificate", CERTIFICATE.body))


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"owner": b"short"},
        {"owner": "text"},
        {"node": b"short"},
        {"node": None},
        {"issued_ms": True},
        {"issued_ms": "1"},
        {"more": 1},
        {"more": b"x" * 600},
    ],
)
def test_an_owner_who_signs_something_else_is_refused(change: dict[str, Any]) -> None:
    body = canonical.encode({**PLAIN, **change})
    with pytest.raises((EncodingError, KeyFormatError)):
        read_certificate(body, OWNER.sign("owner-certificate", body))
    body = canonical.encode({**PLAIN, "last_good": [], **change})
    with pytest.raises((EncodingError, KeyFormatError)):
        read_revocation(body, OWNER.sign("owner-revocation", body))


@pytest.mark.parametrize(
    "rows",
    [
        None,
        1,
        [1],
        [[]],
        [[EPOCH, 0, 7]],
        [[EPOCH, 0, 7, b"d" * 31]],
        [[EPOCH[:3], 0, 7, b"d" * 32]],
        [[EPOCH, 3, 7, b"d" * 32]],
        [[EPOCH, True, 7, b"d" * 32]],
        [[EPOCH, 0, True, b"d" * 32]],
        [[EPOCH, 0, -1, b"d" * 32]],
        [["text", 0, 7, b"d" * 32]],
    ],
)
def test_rows_that_are_none_are_refused(rows: object) -> None:
    body = canonical.encode({**PLAIN, "last_good": rows})
    with pytest.raises(EncodingError):
        read_revocation(body, OWNER.sign("owner-revocation", body))


def test_what_could_not_be_read_is_not_signed() -> None:
    with pytest.raises(KeyFormatError):
        certify(OWNER, b"short", 1)
    with pytest.raises(KeyFormatError):
        revoke(OWNER, b"short", 1, ())
    with pytest.raises(EncodingError, match=str(REVOCATION_BYTES_MAX)):
        revoke(OWNER, NODE, 1, (LAST,) * 100)


@given(st.binary(max_size=600), st.binary(max_size=70))
def test_any_bytes_give_the_rooms_error(body: bytes, signature: bytes) -> None:
    for read in (read_certificate, read_revocation):
        with pytest.raises(CryptoError):
            read(body, signature)
