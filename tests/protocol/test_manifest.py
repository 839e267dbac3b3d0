"""Does a manifest say what its node meant, to its reader alone, with nothing in it that could harm who is shown it?"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode_crypto import canonical
from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import Purpose, SigningKey
from ccnode_protocol import frames, limits, link_frames
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.manifest import FORM, Manifest, Signed, cleaned, is_news, read_manifest, sign_manifest
from ccnode_protocol.tiers import Tier
from tests.protocol.bodies import TEXT, body_of

KEY, READER, OWNER, OTHER = (SigningKey(bytes([number]) * 32) for number in range(4))
NODE, TO = KEY.public.raw, READER.public.raw
CERTIFICATE = certify(OWNER, NODE, 5)
PLAIN = Manifest(
    NODE,
    TO,
    7,
    "Ada's laptop",
    ("sync", "gossip"),
    (1, 2),
    ("192.0.2.1:8101", "[2001:db8::1]:8101"),
    Tier.CORE,
    CERTIFICATE,
)


def as_frame(fields: dict[str, Any], key: SigningKey = KEY, purpose: Purpose = "peer-manifest") -> dict[str, Any]:
    body = canonical.encode(fields)
    return {"body": body, "signature": key.sign(purpose, body)}


def fields_of(manifest: Manifest = PLAIN) -> dict[str, Any]:
    return dict(canonical.decode_map(sign_manifest(KEY, manifest).body, size_max=9_999))


def test_it_comes_back() -> None:
    signed = sign_manifest(KEY, PLAIN)
    frame = frames.decode(frames.encode(link_frames.MANIFEST, signed.fields()))
    assert read_manifest(frame.body, NODE, TO) == PLAIN
    bare = Manifest(NODE, TO, 0)
    assert read_manifest(sign_manifest(KEY, bare).fields(), NODE, TO) == bare


def test_who_is_introduced_comes_back_and_addresses_are_looked_at() -> None:
    others = ((OTHER.public.raw, "192.0.2.9:8101"), (OWNER.public.raw, ""))
    said = replace(PLAIN, introduces=others)
    assert read_manifest(sign_manifest(KEY, said).fields(), NODE, TO) == said
    odd = fields_of() | {"introduces": [[OTHER.public.raw, "not an\naddress"]]}
    assert read_manifest(as_frame(odd), NODE, TO).introduces == ((OTHER.public.raw, ""),)
    wrongs: list[Any] = [
        [[OTHER.public.raw]],
        [[bytes(31), ""]],
        [[OTHER.public.raw, 1]],
        [OTHER.public.raw],
        [[OTHER.public.raw, ""]] * (limits.INTRODUCED_MAX + 1),
        {},
    ]
    for wrong in wrongs:
        with pytest.raises(RemoteError, match="introduces"):
            read_manifest(as_frame(fields_of() | {"introduces": wrong}), NODE, TO)


def test_fields_of_later_versions_are_kept() -> None:
    later = replace(PLAIN, extra={"colour": "green", "list": [1, None]})
    assert read_manifest(sign_manifest(KEY, later).fields(), NODE, TO) == later


def test_the_largest_fits_its_frame() -> None:
    largest = replace(
        PLAIN,
        sequence=limits.SEQUENCE_MAX,
        name="n" * limits.NAME_CHARS_MAX,
        capabilities=("c" * limits.CAPABILITY_CHARS_MAX,) * limits.CAPABILITIES_MAX,
        versions=(limits.VERSION_MAX,) * limits.VERSIONS_MAX,
        addresses=("a" * limits.ADDRESS_CHARS_MAX,) * limits.ADDRESSES_MAX,
    )
    frames.encode(link_frames.MANIFEST, sign_manifest(KEY, largest).fields())


@given(body_of(FORM))
def test_any_fields_of_the_form_are_read_or_refused(fields: dict[str, Any]) -> None:
    fields |= {"node": NODE, "reader": TO}
    fields.pop("certificate", None)
    fields.pop("certificate_signature", None)
    read = read_manifest(as_frame(fields), NODE, TO)
    assert len(read.name) <= limits.NAME_CHARS_MAX
    assert read.name.isprintable()
    assert all(address.isprintable() for address in read.addresses)
    assert set(read.extra) == set(fields) - set(FORM.fields)


def test_a_flipped_bit() -> None:
    """0 accepted in 10,000, and in every bit there is."""
    signed, chance = sign_manifest(KEY, PLAIN), Random(1)
    whole = signed.body + signed.signature
    for at in [*range(8 * len(whole)), *(chance.randrange(8 * len(whole)) for _ in range(10_000))]:
        out = bytearray(whole)
        out[at // 8] ^= 1 << at % 8
        with pytest.raises(RemoteError):
            read_manifest(Signed(bytes(out[:-64]), bytes(out[-64:])).fields(), NODE, TO)


def test_other_purposes_nodes_and_readers() -> None:
    fields = fields_of()
    purposes: tuple[Purpose, ...] = ("head", "link", "owner-certificate", "owner-revocation")
    for purpose in purposes:
        with pytest.raises(RemoteError, match="does not verify"):
            read_manifest(as_frame(fields, purpose=purpose), NODE, TO)
    with pytest.raises(RemoteError, match="does not verify"):
        read_manifest(as_frame(fields, OTHER), NODE, TO)
    with pytest.raises(RemoteError, match="another"):
        read_manifest(as_frame(fields), NODE, OTHER.public.raw)
    with pytest.raises(RemoteError, match="another"):
        read_manifest(as_frame({**fields, "node": OTHER.public.raw}), NODE, TO)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", 2),
        ("version", True),
        ("sequence", -1),
        ("sequence", 2**53 + 1),
        ("name", "n" * 257),
        ("name", b"bytes"),
        ("capabilities", ["c"] * 33),
        ("capabilities", [1]),
        ("versions", []),
        ("versions", [0]),
        ("addresses", ["a"] * 9),
        ("addresses", ["a" * 129]),
        ("tier", -1),
        ("certificate", b""),
        ("certificate_signature", b"short"),
        ("certificate_signature", bytes(64)),
        ("certificate", None),
        ("certificate", certify(OWNER, TO, 5).body),
    ],
)
def test_refused(name: str, value: object) -> None:
    with pytest.raises(RemoteError, match="manifest"):
        read_manifest(as_frame({**fields_of(), name: value}), NODE, TO)


def test_a_certificate_of_another_node_is_refused() -> None:
    theirs = certify(OWNER, TO, 5)
    fields = {**fields_of(), "certificate": theirs.body, "certificate_signature": theirs.signature}
    with pytest.raises(RemoteError, match="another node's"):
        read_manifest(as_frame(fields), NODE, TO)
    half = fields_of()
    del half["certificate_signature"]
    with pytest.raises(RemoteError, match="belong together"):
        read_manifest(as_frame(half), NODE, TO)


def test_bytes_that_are_no_map() -> None:
    for body in (b"", b"\xc0", b"\x81", canonical.encode([1]), b"\xdf\xff\xff\xff\xff", b"\x91" * 4_000):
        with pytest.raises(RemoteError):
            read_manifest({"body": body, "signature": KEY.sign("peer-manifest", body)}, NODE, TO)
    with pytest.raises(RemoteError):
        read_manifest({"body": 1, "signature": b""}, NODE, TO)


def test_what_is_not_well_formed_is_left_out_and_an_unknown_tier_is_none() -> None:
    said = {
        **fields_of(),
        "addresses": ["good:1", "two words", "\x1b[2Jx", "über:1"],
        "capabilities": ["ok", "a\nb", "ä"],
    }
    read = read_manifest(as_frame({**said, "tier": 99}), NODE, TO)
    assert (read.addresses, read.capabilities, read.tier) == (("good:1",), ("ok",), Tier.UNKNOWN)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("  Ada's \t laptop \n", "Ada's laptop"),
        ("\u202eevil\u2066", "evil"),
        ("a\x00b\x1b[31mc\u200b", "ab[31mc"),
        ("\u00a0\u2003wide\u3000blanks", "wide blanks"),
        ("line\u2028break", "line break"),
        ("e\u0301", "\u00e9"),
        ("\ue000private\U000e0041tag", "privatetag"),
        ("n" * 100, "n" * 64),
        ("n" * 63 + " m", "n" * 63),
        ("\ud800lone", "lone"),
        ("", ""),
    ],
)
def test_cleaned(said: str, shown: str) -> None:
    assert cleaned(said) == shown


@given(st.text())
def test_what_is_cleaned_is_clean(said: str) -> None:
    shown = cleaned(said)
    assert cleaned(shown) == shown
    assert len(shown) <= limits.NAME_CHARS_MAX
    assert shown.isprintable()
    assert not any(unicodedata.category(char)[0] == "C" for char in shown)


def test_only_a_greater_number_is_news() -> None:
    assert is_news(PLAIN, None)
    assert is_news(replace(PLAIN, sequence=8), PLAIN)
    assert not is_news(PLAIN, PLAIN)
    assert not is_news(replace(PLAIN, sequence=6), PLAIN)


def test_what_would_be_refused_is_not_said() -> None:
    for wrong, said in (
        (replace(PLAIN, node=TO), "of itself alone"),
        (replace(PLAIN, reader=b"short"), "reader"),
        (replace(PLAIN, name="a\nb"), "clean its texts"),
        (replace(PLAIN, addresses=("two words",)), "clean its texts"),
        (replace(PLAIN, sequence=-1), "sequence"),
        (replace(PLAIN, certificate=replace(CERTIFICATE, signature=bytes(64))), "certificate"),
        (replace(PLAIN, extra={"x": 1.5}), "float"),  # type: ignore[dict-item]
        (replace(PLAIN, extra={"x": "y" * 5_000}), "about to send"),
    ):
        with pytest.raises(LocalError, match=said):
            sign_manifest(KEY, wrong)


@given(st.dictionaries(TEXT, st.integers(0, 9), max_size=3))
def test_any_map_is_read_or_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(RemoteError):
        read_manifest(as_frame(fields), NODE, TO)
