"""Are the golden vectors what the code gives, what RFC 8032 and the specification say, and is every byte explained?"""

from __future__ import annotations

import base64
import io
import json
import struct
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

import make_vectors
import verify_export
from ccnode_crypto import bundle, canonical
from ccnode_crypto.certificate import read_certificate, read_revocation
from ccnode_crypto.entry import ChainId, skip_position
from ccnode_crypto.errors import EncodingError
from ccnode_crypto.keys import PublicKey, SigningKey, from_text
from ccnode_crypto.proof import ForkProof, ForkSide, SignedHead, path_positions, verify_path
from ccnode_crypto.statements import verify_statement

VECTORS = Path(make_vectors.VECTORS)


def load(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def verify(public: bytes, domain: bytes, message: bytes, signature: str) -> None:
    """By the primitive alone: raises unless the signature verifies."""
    Ed25519PublicKey.from_public_bytes(public).verify(unhex(signature), domain + message)


@pytest.mark.parametrize(("path", "text"), list(make_vectors.made()), ids=lambda item: getattr(item, "name", ""))
def test_the_files_are_what_the_code_gives(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run python scripts/make_vectors.py"


def test_there_are_no_other_files() -> None:
    assert {path.stem for path in VECTORS.iterdir()} == set(make_vectors.FILES)


def explained(value: Any, found: list[tuple[str, list[Any]]]) -> list[tuple[str, list[Any]]]:
    """Every (hexadecimal value, fields) pair in a file."""
    if isinstance(value, dict):
        for name, about in (("fields", ("header", "message", "body", "signed")), ("sealed_fields", ("sealed",))):
            if name in value:
                found += [(value[key], value[name]) for key in about if key in value]
        for item in value.values():
            explained(item, found)
    elif isinstance(value, list):
        for item in value:
            explained(item, found)
    return found


@pytest.mark.parametrize("name", ["chain", "keys", "papers"])
def test_every_byte_is_explained(name: str) -> None:
    pairs = explained(load(name), [])
    assert len(pairs) >= 2
    for whole, fields in pairs:
        assert "".join(field["hex"] for field in fields) == whole
        offset = 0
        for field in fields:
            assert (field["offset"], field["length"]) == (offset, len(field["hex"]) // 2)
            assert field["meaning"]
            offset += field["length"]


def test_the_keys_of_rfc_8032_sign_as_it_says() -> None:
    for row in load("keys")["rfc8032"]:
        key = Ed25519PrivateKey.from_private_bytes(unhex(row["seed"]))
        assert key.public_key().public_bytes_raw().hex() == row["public"]
        assert key.sign(unhex(row["message"])).hex() == row["signature"]
        assert SigningKey(unhex(row["seed"])).public.raw.hex() == row["public"]


def test_domains_by_the_primitive_alone() -> None:
    keys = load("keys")
    public = unhex(keys["rfc8032"][1]["public"])
    for row in keys["domains"]:
        assert unhex(row["signed"]) == b"ccnode/1 " + row["purpose"].encode() + b"\0" + b"ccnode"
        verify(public, b"", unhex(row["signed"]), row["signature"])


def test_identifiers_by_hashlib_alone() -> None:
    for row in load("keys")["identifiers"]:
        raw = unhex(row["raw"])
        check = sha256(b"ccnode/1 id " + row["kind"].encode() + b"\0" + raw).digest()[:3]
        assert base64.b32encode(raw + check).decode().lower() == row["text"]
        assert row["grouped"].replace("-", "").lower() == row["text"]
        assert from_text(row["kind"], row["grouped"]) == raw


def test_encodings() -> None:
    vectors = load("encodings")
    for row in vectors["accepted"]:
        value = row["value"]
        if isinstance(value, dict) and set(value) == {"bytes"}:
            value = unhex(value["bytes"])
        assert canonical.encode(value).hex() == row["hex"], row["name"]
        assert canonical.decode(unhex(row["hex"]), size_max=100) == value, row["name"]
    for row in vectors["refused"]:
        with pytest.raises(EncodingError):
            canonical.decode(unhex(row["hex"]), size_max=100)


def test_certificate_and_revocation() -> None:
    vectors, keys = load("papers"), load("keys")["rfc8032"]
    owner = unhex(keys[0]["public"])
    for name, purpose in (("certificate", b"owner-certificate"), ("revocation", b"owner-revocation")):
        row = vectors[name]
        assert unhex(row["domain"]) == b"ccnode/1 " + purpose + b"\0"
        verify(owner, unhex(row["domain"]), unhex(row["body"]), row["signature"])
    paper, end = vectors["certificate"], vectors["revocation"]
    assert read_certificate(unhex(paper["body"]), unhex(paper["signature"])).node.hex() == keys[1]["public"]
    assert read_revocation(unhex(end["body"]), unhex(end["signature"])).last_good[0].seq == 2


def test_statements() -> None:
    vectors, owner = load("statements"), unhex(load("keys")["rfc8032"][0]["public"])
    assert unhex(vectors["domain"]) == b"ccnode/1 owner-statement plate\0"
    before = None
    for row, text in zip(vectors["statements"], vectors["texts"], strict=True):
        verify(owner, unhex(vectors["domain"]), unhex(row["body"]), row["signature"])
        fields = verify_statement(PublicKey(owner), "plate", unhex(row["body"]), unhex(row["signature"]))
        assert fields["plate"] == sha256(text.encode()).digest()
        assert fields["previous"] == before
        before = fields["plate"]


def test_the_chain_by_hashlib_and_struct_alone() -> None:
    vectors = load("chain")
    node = unhex(load("keys")["rfc8032"][1]["public"])
    digests: list[bytes] = []
    for seq, entry in enumerate(vectors["entries"]):
        meta, sealed = unhex(entry["meta"]), entry["sealed"]
        skip = digests[0] if seq else bytes(32)
        before = digests[-1] if seq else bytes(32)
        given = unhex(entry["header"])
        if sealed is None:
            body, length = given[146:178], int.from_bytes(given[194:198], "big")
        else:
            body = sha256(unhex(sealed)).digest() if sealed else bytes(32)
            length = len(sealed) // 2 - 32 if sealed else 0
        time = 1_700_000_000_000 + seq * 1000 << 16 | seq
        kind = 17 if seq else 1
        header = struct.pack(
            ">BB16s32s32s32s32s32sQQIH",
            1,
            0,
            bytes(range(16)),
            node,
            before,
            skip,
            sha256(meta).digest(),
            body,
            seq,
            time,
            length,
            kind,
        )
        assert header == given
        digests.append(sha256(header).digest())
        assert digests[-1].hex() == entry["digest"]
    head = vectors["head"]
    message = b"\x01\x00" + bytes(range(16)) + node + (2).to_bytes(8, "big") + digests[2]
    assert message.hex() == head["message"]
    verify(node, b"ccnode/1 head\0", message, head["signature"])


def test_skips_and_paths() -> None:
    vectors = load("skips")
    for seq, position in vectors["skip_positions"]:
        assert skip_position(seq) == position
    for row in vectors["paths"]:
        assert path_positions(row["head"], row["target"]) == row["positions"]


def chain_of(vectors: Any) -> ChainId:
    chain = vectors["chain"]
    return ChainId(unhex(chain["node"]), unhex(chain["epoch"]), chain["audience"])


def head_of(chain: ChainId, row: Any) -> SignedHead:
    return SignedHead(chain, row["seq"], unhex(row["digest"]), unhex(row["signature"]))


def test_path_and_fork() -> None:
    vectors = load("proofs")
    chain, path = chain_of(vectors), vectors["path"]
    assert verify_path(head_of(chain, path["head"]), [unhex(header) for header in path["headers"]]).seq == 5
    sides = [
        ForkSide(head_of(chain, side["head"]), tuple(unhex(header) for header in side["headers"]))
        for side in vectors["fork"]["sides"]
    ]
    assert ForkProof(*sides).verify() == (chain, vectors["fork"]["position"])


def test_the_export() -> None:
    vectors = load("export")
    lines = [line + "\n" for line in vectors["lines"]]
    found = bundle.read(lines)
    expected = vectors["proves"]
    counts = {"headers": len(found.headers), "bodies": found.bodies, "withheld": len(found.withheld)}
    assert {name: expected[name] for name in counts} == counts
    end = json.loads(lines[-1])
    assert end["sha256"] == sha256("".join(lines[:-1]).encode()).hexdigest()


@pytest.mark.parametrize("name", ["forgetting", "authority"])
def test_what_is_erased_and_what_is_withheld(name: str) -> None:
    vectors = load(name)
    lines = [line + "\n" for line in vectors["lines"]]
    found = bundle.read(lines)
    assert {digest.hex() for digest in found.erased} == set(vectors["proves"]["erased"])
    assert {digest.hex() for digest in found.withheld} == set(vectors["proves"]["withheld"])
    checker = verify_export.verify(io.BytesIO("".join(lines).encode()))
    assert (checker["ok"], checker["erased"], checker["withheld"]) == (True, len(found.erased), len(found.withheld))
    assert (len(found.erased), len(found.withheld)) == {"forgetting": (2, 3), "authority": (3, 4)}[name]
