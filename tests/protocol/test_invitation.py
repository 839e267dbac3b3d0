"""Is a code good once, in time, for who knows its secret, and is a mistyped one found?"""

from __future__ import annotations

import base64
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode_crypto.keys import SigningKey
from ccnode_protocol import limits
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.invitation import (
    Code,
    Invitations,
    Join,
    _check,
    invitation_id,
    join_with,
    read_code,
    write_code,
)
from ccnode_protocol.tiers import Tier

NODE = SigningKey(bytes(32)).public.raw
SECRET, OTHER = b"s" * 16, b"o" * 16
BINDING = b"b" * 32
CODE = Code(NODE, SECRET, 1_700_000_000_000, "192.0.2.1:8101", Tier.SANDBOX_IN)
TIERS = st.sampled_from([tier for tier in Tier if tier is not Tier.UNKNOWN])
ADDRESSES = st.text(st.characters(codec="ascii"), min_size=1, max_size=limits.ADDRESS_CHARS_MAX).filter(
    lambda text: text.isprintable() and " " not in text
)


def made(body: bytes) -> str:
    """A code with these bytes, however wrong, whose end fits."""
    return base64.b32encode(body + _check(body)).decode().rstrip("=")


@given(st.binary(min_size=16, max_size=16), st.integers(0, 2**48 - 1), ADDRESSES, TIERS)
def test_codes_come_back(secret: bytes, expires_ms: int, address: str, tier: Tier) -> None:
    code = Code(NODE, secret, expires_ms, address, tier)
    text = write_code(code)
    assert len(text) * 5 // 4 <= limits.CODE_CHARS_MAX  # there is room for groups of four
    assert read_code(text) == code


def test_people_may_write_it_their_way() -> None:
    text = write_code(CODE)
    grouped = " ".join(text[at : at + 4] for at in range(0, len(text), 4)).upper().replace(" ", "-\n ")
    assert read_code(grouped) == CODE
    assert len(text) < 130


def test_every_mistyped_character_is_found() -> None:
    text, alphabet = write_code(CODE), "abcdefghijklmnopqrstuvwxyz234567"
    for at, right in enumerate(text):
        for wrong in alphabet:
            if wrong != right:
                with pytest.raises(RemoteError, match="mistyped"):
                    read_code(text[:at] + wrong + text[at + 1 :])
        with pytest.raises(RemoteError, match="invitation"):
            read_code(text[:at] + text[at + 1 :])


@given(st.text(max_size=200))
def test_any_text_gives_a_code_or_the_rooms_error(text: str) -> None:
    with pytest.raises(RemoteError, match="invitation"):
        read_code(text)


def test_hostile_codes() -> None:
    good = b"\x02\x02" + NODE + SECRET + bytes(6)
    for body, said in (
        (b"", "mistyped"),
        (b"\x03" + good[1:] + b"host:1", "version 3"),
        (b"\x02", "tier 0"),
        (b"\x02\x00" + good[2:] + b"host:1", "tier 0"),
        (b"\x02\x05" + good[2:] + b"host:1", "tier 5"),
        (good[:-1], "missing"),
        (b"\x01" + good[2:-1], "missing"),
        (b"\x02\x04" + bytes(32) + SECRET + bytes(6) + b"host:1", "small order"),
        (b"\x01" + bytes(32) + SECRET + bytes(6) + b"host:1", "small order"),
        (good, "address"),
        (good + b"\xff\xfe", "invitation"),
        (good + b"a b", "address"),
        (good + "\u202e".encode() + b"1", "address"),
        (good + "\u00e9".encode(), "address"),
        (good + b"\x1b[2J", "address"),
        (good + b"x" * 129, "address"),
    ):
        with pytest.raises(RemoteError, match=said):
            read_code(made(body))
    with pytest.raises(RemoteError, match="at most 512"):
        read_code("a" * 10**6)


@pytest.mark.parametrize(
    "code",
    [
        Code(b"short", SECRET, 0, "a:1", Tier.CORE),
        Code(NODE, b"short", 0, "a:1", Tier.CORE),
        Code(NODE, SECRET, -1, "a:1", Tier.CORE),
        Code(NODE, SECRET, 2**48, "a:1", Tier.CORE),
        Code(NODE, SECRET, 0, "", Tier.CORE),
        Code(NODE, SECRET, 0, "two words", Tier.CORE),
        Code(NODE, SECRET, 0, "\u00e9:1", Tier.CORE),
        Code(NODE, SECRET, 0, "x" * 129, Tier.CORE),
        Code(NODE, SECRET, 0, "a:1", Tier.UNKNOWN),
        Code(NODE, SECRET, 0, "a:1", None),
    ],
)
def test_what_would_be_refused_is_not_written(code: Code) -> None:
    with pytest.raises(LocalError):
        write_code(code)


def test_a_code_of_before_does_not_say_the_tier() -> None:
    code = read_code(made(b"\x01" + NODE + SECRET + (5).to_bytes(6, "big") + b"host:1"))
    assert code == Code(NODE, SECRET, 5, "host:1", None)
    assert code.key == SECRET


def test_what_is_proved_is_bound_to_all_that_the_code_says_but_where() -> None:
    """Whoever alters a code can make its end fit; what is proved then is of no invitation."""
    book = Invitations()
    book.add(CODE.key, Tier.SANDBOX_IN, 1_000, 0)
    others = [replace(CODE, tier=tier) for tier in Tier if tier is not CODE.tier]
    others += [replace(CODE, tier=None), replace(CODE, expires_ms=CODE.expires_ms + 1), replace(CODE, secret=OTHER)]
    others.append(replace(CODE, node=SigningKey(b"m" * 32).public.raw))
    assert len({code.key for code in [CODE, *others]}) == len(others) + 1
    for code in others:
        with pytest.raises(RemoteError, match="never made"):
            book.redeem(join_with(code.key, BINDING), BINDING, 1)
    moved = replace(CODE, address="192.0.2.99:1")
    assert book.redeem(join_with(moved.key, BINDING), BINDING, 1).tier is Tier.SANDBOX_IN


def test_once_and_in_time() -> None:
    book = Invitations()
    book.add(SECRET, Tier.CORE, 1_000, 0)
    book.add(OTHER, Tier.SANDBOX_IN, 2_000, 0)
    assert book.redeem(join_with(SECRET, BINDING), BINDING, 999).tier is Tier.CORE
    with pytest.raises(RemoteError, match="spent"):
        book.redeem(join_with(SECRET, BINDING), BINDING, 999)
    with pytest.raises(RemoteError, match="expired"):
        book.redeem(join_with(OTHER, BINDING), BINDING, 2_000)
    assert book.open_ones == ()


def test_a_proof_that_does_not_fit_spends_nothing() -> None:
    book = Invitations()
    book.add(SECRET, Tier.CORE, 1_000, 0)
    chance = Random(1)
    for number in range(10_000):
        seen = join_with(SECRET, chance.randbytes(32))  # of another handshake
        proof = seen if number % 2 else Join(invitation_id(SECRET), chance.randbytes(32))
        with pytest.raises(RemoteError, match="does not fit"):
            book.redeem(proof, BINDING, 1)
    with pytest.raises(RemoteError, match="does not fit"):
        book.redeem(Join(invitation_id(SECRET), b""), BINDING, 1)
    assert book.redeem(join_with(SECRET, BINDING), BINDING, 1).secret == SECRET


def test_they_are_few_and_short() -> None:
    book = Invitations()
    for number in range(limits.INVITATIONS_MAX):
        book.add(number.to_bytes(16, "big"), Tier.SANDBOX_IN, 10 + number, 0)
    with pytest.raises(LocalError, match="64 invitations are open"):
        book.add(SECRET, Tier.SANDBOX_IN, 100, 0)
    book.add(SECRET, Tier.SANDBOX_IN, 100, 10)  # the first one expired
    assert book.withdraw(invitation_id(SECRET))
    assert not book.withdraw(invitation_id(SECRET))
    for secret, expires_ms in ((b"short", 100), (OTHER, 10), (OTHER, 12 + limits.INVITATION_MS_MAX)):
        with pytest.raises(LocalError, match="at most a week"):
            book.add(secret, Tier.SANDBOX_IN, expires_ms, 11)


def test_they_are_kept_over_a_restart() -> None:
    book = Invitations()
    book.add(SECRET, Tier.CORE, 1_000, 0)
    again = Invitations(book.open_ones)
    assert again.redeem(join_with(SECRET, BINDING), BINDING, 1).tier is Tier.CORE
