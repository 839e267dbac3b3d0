"""Does an owner's statement serve one purpose, one owner and one body, and is every other refused?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode_crypto import canonical, statements
from ccnode_crypto.errors import CryptoError, EncodingError, KeyFormatError, SignatureError
from ccnode_crypto.keys import StatementPurpose, domain
from ccnode_crypto.statements import (
    BaselineStatement,
    PlateStatement,
    next_issued,
    sign_statement,
    state_baseline,
    state_plate,
    verify_statement,
)
from tests.crypto.chains import OTHER, OWNER

BODY = canonical.encode({"version": 1, "what": "this"})
PLATE = state_plate(OWNER, b"p" * 32, b"q" * 32, 1234)
BASELINE = state_baseline(OWNER, b"c" * 32, (0, 500_000, 1_000_000), 2031, 1234)
NAMES = st.from_regex(r"\A[a-z0-9][a-z0-9-]{0,31}\Z")


@given(NAMES, NAMES, st.dictionaries(st.text(max_size=5), st.integers(0, 9), max_size=3))
def test_a_signature_serves_one_name(name: str, other: str, said: dict[str, int]) -> None:
    body = canonical.encode(said)
    signature = sign_statement(OWNER, name, body)
    assert verify_statement(OWNER.public, name, body, signature) == said
    if other != name:
        with pytest.raises(SignatureError):
            verify_statement(OWNER.public, other, body, signature)
    with pytest.raises(SignatureError):
        verify_statement(OTHER.public, name, body, signature)


@pytest.mark.parametrize("name", ["", "Plate", "-plate", "plate\0", "a b", "plate\n", "ä", "x" * 33])
def test_a_name_has_few_characters(name: str) -> None:
    with pytest.raises(EncodingError, match="name"):
        sign_statement(OWNER, name, BODY)
    with pytest.raises(EncodingError, match="name"):
        verify_statement(OWNER.public, name, BODY, b"\0" * 64)


def test_it_passes_for_no_other_paper() -> None:
    signature = sign_statement(OWNER, "certificate", BODY)
    for purpose in ("owner-certificate", "head", "certificate"):
        assert not OWNER.public.verifier(StatementPurpose(purpose))(BODY, signature)
    assert domain("owner-statement certificate") != domain("owner-certificate")


@pytest.mark.parametrize("body", [b"", b"\xc0", canonical.encode([1]), b"\x81\xa1a\xcc\x01", BODY + b"\0"])
def test_what_is_no_canonical_map_is_neither_signed_nor_taken(body: bytes) -> None:
    with pytest.raises(EncodingError):
        sign_statement(OWNER, "plate", body)
    signature = OWNER.sign(statements.purpose_of("plate"), body)
    with pytest.raises(EncodingError):
        verify_statement(OWNER.public, "plate", body, signature)


def test_a_body_is_bounded() -> None:
    with pytest.raises(EncodingError):
        sign_statement(OWNER, "plate", canonical.encode({"x": "y" * statements.STATEMENT_BYTES_MAX}))


@given(st.binary(max_size=200), st.binary(max_size=80))
def test_any_bytes_give_the_rooms_error(body: bytes, signature: bytes) -> None:
    with pytest.raises(CryptoError):
        verify_statement(OWNER.public, "plate", body, signature)


def test_a_plate_verifies_as_it_was_stated() -> None:
    PLATE.verify()
    state_plate(OWNER, b"p" * 32, None, 0).verify()
    assert verify_statement(OWNER.public, "plate", PLATE.body, PLATE.signature) == PLATE.fields


@pytest.mark.parametrize(
    "wrong",
    [
        replace(PLATE, plate=b"r" * 32),
        replace(PLATE, previous=None),
        replace(PLATE, previous=b"r" * 32),
        replace(PLATE, issued_ms=1235),
        replace(PLATE, owner=OTHER.public.raw),
        replace(PLATE, signature=b"\0" * 64),
        replace(PLATE, signature=b""),
    ],
)
def test_a_plate_with_anything_changed_does_not(wrong: PlateStatement) -> None:
    with pytest.raises(SignatureError):
        wrong.verify()


@pytest.mark.parametrize(
    ("field", "value"),
    [("plate", b"p"), ("previous", b""), ("issued_ms", -1), ("issued_ms", 2**53 + 1), ("issued_ms", True)],
)
def test_a_plate_outside_its_bounds_is_refused_though_it_is_signed(field: str, value: object) -> None:
    wrong = replace(PLATE, **{field: value})  # type: ignore[arg-type]  # of any type, as from outside
    signed = replace(wrong, signature=sign_statement(OWNER, "plate", wrong.body))
    with pytest.raises(EncodingError):
        signed.verify()


def test_a_baseline_verifies_as_it_was_stated() -> None:
    BASELINE.verify()
    assert verify_statement(OWNER.public, "baseline", BASELINE.body, BASELINE.signature) == BASELINE.fields


@pytest.mark.parametrize(
    "wrong",
    [
        replace(BASELINE, spec=b"d" * 32),
        replace(BASELINE, values=(0, 500_001, 1_000_000)),
        replace(BASELINE, values=(0, 500_000)),
        replace(BASELINE, words=2032),
        replace(BASELINE, issued_ms=1235),
        replace(BASELINE, owner=OTHER.public.raw),
        replace(BASELINE, signature=b""),
    ],
)
def test_a_baseline_with_anything_changed_does_not(wrong: BaselineStatement) -> None:
    with pytest.raises(SignatureError):
        wrong.verify()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("spec", b"c"),
        ("values", ()),
        ("values", (0,) * 65),
        ("values", (-1,)),
        ("values", (1_000_001,)),
        ("values", (True,)),
        ("words", -1),
        ("issued_ms", 2**53 + 1),
    ],
)
def test_a_baseline_outside_its_bounds_is_refused_though_it_is_signed(field: str, value: object) -> None:
    wrong = replace(BASELINE, **{field: value})  # type: ignore[arg-type]  # of any type, as from outside
    signed = replace(wrong, signature=sign_statement(OWNER, "baseline", wrong.body))
    with pytest.raises(EncodingError):
        signed.verify()


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(KeyFormatError):
        replace(PLATE, owner=b"short").verify()


def test_every_flipped_bit_is_refused() -> None:
    for at in range((len(PLATE.body) + 64) * 8):
        wrong = bytearray(PLATE.body + PLATE.signature)
        wrong[at // 8] ^= 1 << at % 8
        with pytest.raises(CryptoError):
            verify_statement(OWNER.public, "plate", bytes(wrong[:-64]), bytes(wrong[-64:]))


@given(st.integers(0, 2**52), st.none() | st.integers(0, 2**52))
def test_a_new_statement_is_later_than_the_last(now_ms: int, last_ms: int | None) -> None:
    issued = next_issued(now_ms, last_ms)
    assert issued >= now_ms
    assert last_ms is None or issued > last_ms
