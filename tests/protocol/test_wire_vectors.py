"""Are the wire's golden vectors what the code gives and the specification says, and is every byte explained?"""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgpack
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

import make_wire
from ccnode_crypto import canonical
from ccnode_protocol import frames
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.invitation import read_code

VECTORS = Path(make_wire.VECTORS)
FRAMES, HANDSHAKE, REPORT = (
    json.loads((VECTORS / f"{name}.json").read_text("utf-8")) for name in ("frames", "handshake", "report")
)


@pytest.mark.parametrize(("path", "text"), list(make_wire.made()), ids=lambda item: getattr(item, "name", ""))
def test_the_files_are_what_the_code_gives(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run python scripts/make_wire.py"


def test_there_are_no_other_files() -> None:
    assert {path.stem for path in VECTORS.iterdir()} == set(make_wire.FILES)


def test_every_byte_is_explained() -> None:
    rows = [(row["frame"], row["fields"]) for row in FRAMES["accepted"] + FRAMES["ignored"] + HANDSHAKE["frames"]]
    rows += [(row["signed"]["message"], row["signed"]["fields"]) for row in HANDSHAKE["frames"][2:]]
    rows += [(row["frame"], row["fields"]) for row in REPORT["frames"]]
    rows += [(said["body"], said["fields"]) for said in (HANDSHAKE["manifest"], REPORT)]
    for whole, fields in rows:
        assert "".join(field["hex"] for field in fields) == whole
        offset = 0
        for field in fields:
            assert (field["offset"], field["length"]) == (offset, len(field["hex"]) // 2)
            assert field["meaning"]
            offset += field["length"]


def test_there_is_every_frame() -> None:
    kinds = [frames.decode(bytes.fromhex(row["frame"])).type for row in FRAMES["accepted"]]
    assert kinds == sorted(frames.FORMS)
    for row in FRAMES["accepted"]:
        frame = frames.decode(bytes.fromhex(row["frame"]))
        assert frames.encode(*frame).hex() == row["frame"]
        assert set(frame.body) == set(frames.FORMS[frame.type].fields)


@pytest.mark.parametrize("row", FRAMES["refused"], ids=lambda row: row["name"])
def test_refused(row: dict[str, str]) -> None:
    with pytest.raises(RemoteError):
        frames.decode(bytes.fromhex(row["hex"]))


def test_later_types_are_ignored() -> None:
    for row in FRAMES["ignored"]:
        assert not frames.decode(bytes.fromhex(row["frame"])).is_known


def test_the_handshake_by_the_specification_alone() -> None:
    """With msgpack, SHA-256, HMAC and Ed25519, and nothing of ours but the canonical order of keys."""

    def domain(purpose: str) -> bytes:
        return b"ccnode/1 " + purpose.encode() + b"\0"

    raw = [bytes.fromhex(row["frame"]) for row in HANDSHAKE["frames"]]
    (one, hello), (two, answer), (three, proof), (four, last) = (msgpack.unpackb(data) for data in raw)
    assert (one, two, three, four) == (1, 2, 3, 4)
    client, server = HANDSHAKE["client"], HANDSHAKE["server"]
    for side, said in ((client, hello), (server, answer)):
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(side["seed"]))
        assert key.public_key().public_bytes_raw() == said["key"] == bytes.fromhex(side["key"])
    assert hello["commitment"] == sha256(domain("link-nonce") + hello["key"] + proof["nonce"]).digest()
    fingerprint = sha256(bytes.fromhex(HANDSHAKE["certificate"])).digest()
    common: dict[str, Any] = {
        "network": "ccnode/1",
        "client": hello["key"],
        "server": answer["key"],
        "client_nonce": proof["nonce"],
        "server_nonce": answer["nonce"],
        "client_versions": hello["versions"],
        "server_versions": answer["versions"],
        "version": max(set(hello["versions"]) & set(answer["versions"])),
        "fingerprint": fingerprint,
    }
    assert answer["version"] == common["version"]
    binding = sha256(domain("link-binding") + canonical.encode(common)).digest()
    assert binding.hex() == HANDSHAKE["binding"]
    for signer, key, said, before in (
        ("client", hello["key"], proof, 2),
        ("server", answer["key"], last, 3),
    ):
        rest = {name: value for name, value in said.items() if name != "signature"}
        seen = b"".join(len(data).to_bytes(4, "big") + data for data in raw[:before])
        digests = {"frames": sha256(seen).digest(), "rest": sha256(canonical.encode(rest)).digest()}
        message = canonical.encode({**common, **digests, "signer": signer})
        Ed25519PublicKey.from_public_bytes(key).verify(said["signature"], domain("link") + message)
    invitation = HANDSHAKE["invitation"]
    terms = bytes([2, invitation["tier"]]) + answer["key"] + bytes.fromhex(invitation["secret"])
    terms += invitation["expires_ms"].to_bytes(6, "big")
    proved = sha256(domain("invitation-key") + terms).digest()[:16]
    assert invitation["key"] == proved.hex()
    assert proof["invitation"] == sha256(domain("invitation-id") + proved).digest()[:16]
    assert proof["invitation"].hex() == invitation["id"]
    assert proof["join"] == hmac.digest(proved, domain("invitation-join") + binding, "sha256")
    code = "".join(field["hex"] for field in invitation["fields"])
    assert code.startswith((terms + invitation["address"].encode()).hex())
    assert base64.b32encode(bytes.fromhex(code)).decode().rstrip("=").lower() == invitation["code"]
    assert read_code(invitation["code"]).key == proved
    unsaid = read_code(invitation["version_1"]["code"])
    assert (unsaid.tier, unsaid.key.hex()) == (None, invitation["secret"])
    said = HANDSHAKE["manifest"]
    signed = domain("peer-manifest") + bytes.fromhex(said["body"])
    Ed25519PublicKey.from_public_bytes(answer["key"]).verify(bytes.fromhex(said["signature"]), signed)


def test_the_report_is_what_the_specification_says() -> None:
    """Mark, sum and signature, made again from the words of the README with plain SHA-256 and Ed25519."""
    body = bytes.fromhex(REPORT["body"])
    said = canonical.decode_map(body, size_max=1024)
    key = Ed25519PublicKey.from_public_bytes(_bytes(said["node"]))
    key.verify(bytes.fromhex(REPORT["signature"]), b"ccnode/1 character-report\x00" + body)
    mark = sha256(body).digest()[:8]
    assert REPORT["mark"] == mark.hex()
    counter = said["counter"]
    assert isinstance(counter, int)
    assert REPORT["sum"] == sha256(_bytes(said["node"]) + counter.to_bytes(8, "big") + mark).hexdigest()
    rumour, answer, whole, lacks = (frames.decode(bytes.fromhex(row["frame"])).body for row in REPORT["frames"])
    assert rumour["reports"] == [[body, bytes.fromhex(REPORT["signature"])]]
    assert rumour["asks"] is True
    assert rumour["sum"] == answer["sum"] == bytes.fromhex(REPORT["sum"])
    assert whole["rows"] == [[said["node"], counter, mark]]
    assert whole["whole"] == [bytes(32), b"\xff" * 32]
    assert lacks["rows"] == [[said["node"], 0, bytes(8)]]


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value
