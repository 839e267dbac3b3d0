"""Do keys sign for one purpose only, and are identifiers read as they were written, and no others?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode_crypto import keys
from ccnode_crypto.errors import CryptoError, KeyFormatError, SignatureError
from ccnode_crypto.keys import IdKind, PublicKey, Purpose, SigningKey, from_text, grouped, to_text
from tests.crypto.chains import KEY, OTHER

KINDS: tuple[IdKind, ...] = ("node", "owner", "recovery")
PURPOSES: tuple[Purpose, ...] = (
    "head", "owner-certificate", "owner-revocation", "link", "peer-manifest", "character-report", "parcel",
)  # fmt: skip
RAW = st.binary(min_size=32, max_size=32)


@given(st.binary(max_size=200), st.sampled_from(PURPOSES), st.sampled_from(PURPOSES))
def test_a_signature_serves_one_purpose(message: bytes, purpose: Purpose, other: Purpose) -> None:
    signature = KEY.sign(purpose, message)
    assert KEY.public.verifier(other)(message, signature) == (purpose == other)
    assert not OTHER.public.verifier(purpose)(message, signature)


def test_no_domain_is_the_beginning_of_another() -> None:
    domains = [keys.domain(purpose) for purpose in (*PURPOSES, *(f"id {kind}" for kind in KINDS))]
    assert not any(one != other and one.startswith(other) for one in domains for other in domains)


@given(st.binary(max_size=100))
def test_any_signature_is_right_or_wrong(signature: bytes) -> None:
    with pytest.raises(SignatureError, match="head signature"):
        KEY.public.verify("head", b"message", signature)


@given(st.binary(max_size=64))
def test_any_bytes_are_a_key_or_the_rooms_error(raw: bytes) -> None:
    try:
        key = PublicKey(raw)
    except KeyFormatError:
        assert len(raw) != 32
        return
    assert not key.verifier("head")(b"", bytes(64))


@given(st.binary(max_size=40))
def test_a_seed_has_32_bytes(seed: bytes) -> None:
    if len(seed) == 32:
        assert SigningKey(seed).seed == seed
    else:
        with pytest.raises(KeyFormatError):
            SigningKey(seed)


@given(RAW, st.sampled_from(KINDS))
def test_identifiers_are_read_as_they_were_written(raw: bytes, kind: IdKind) -> None:
    text = to_text(kind, raw)
    assert len(text) == keys.TEXT_LENGTH
    for form in (text, grouped(text), text.upper(), f"  {grouped(text)}\n", " ".join(text)[:112]):
        if "".join(form.split()).replace("-", "").lower() == text:
            assert from_text(kind, form) == raw


@given(RAW, st.integers(0, 55), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_mistyped_character_is_found(raw: bytes, at: int, letter: str) -> None:
    text = to_text("node", raw)
    wrong = text[:at] + letter + text[at + 1 :]
    if wrong != text:
        with pytest.raises(KeyFormatError):
            from_text("node", wrong)


@given(RAW, st.sampled_from(KINDS), st.sampled_from(KINDS))
def test_kinds_are_told_apart(raw: bytes, kind: IdKind, other: IdKind) -> None:
    if kind != other:
        with pytest.raises(KeyFormatError, match="another kind"):
            from_text(other, to_text(kind, raw))


@given(st.text(max_size=120))
def test_any_text_is_an_identifier_or_the_rooms_error(text: str) -> None:
    with pytest.raises(CryptoError):
        from_text("node", text)


def test_keys_show_no_secret() -> None:
    assert KEY.seed.hex()[:8] not in repr(KEY)
    assert repr(KEY.public).startswith("PublicKey(")
    assert KEY.public == PublicKey(KEY.public.raw)
    assert len({KEY.public, PublicKey(KEY.public.raw), OTHER.public}) == 2
    assert keys.node_id(KEY.public.raw) == to_text("node", KEY.public.raw)


@pytest.mark.parametrize("top_bit", [0, 0x80])
@pytest.mark.parametrize("y", sorted(keys._SMALL_ORDER))
def test_a_key_whose_signatures_fit_anything_is_refused(y: int, top_bit: int) -> None:
    raw = bytearray(y.to_bytes(32, "little"))
    raw[31] |= top_bit
    with pytest.raises(KeyFormatError, match="small order"):
        PublicKey(bytes(raw))
