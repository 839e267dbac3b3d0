"""Is anything handed out of a bundle that was altered, cut, made for another, or made to be too much?"""

from __future__ import annotations

import io
import tracemalloc
import zlib
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pyrage
import pytest

from ccnode.store import parcels
from ccnode.store.errors import StoreError
from ccnode.store.parcels import Damaged, NotForUs
from ccnode_crypto.canonical import encode
from ccnode_protocol import limits
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.link_frames import MANIFEST, PACKED
from ccnode_protocol.manifest import Manifest, sign_manifest
from ccnode_protocol.parcel import MAGIC, Header, Writer
from ccnode_protocol.sync_effects import Store
from ccnode_protocol.sync_values import RUN
from tests.attacks.test_sync_changed import MALLORY
from tests.protocol.carrying import NOW_MS, Opening, core, messages, packed, parcel, planned, read
from tests.protocol.syncing import Party

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode_crypto.keys import Purpose

TO = pyrage.x25519.Identity.generate()


@pytest.fixture
def pair() -> tuple[Party, Party]:
    """A sender with one small chain, and a receiver."""
    a, b = Party("a"), Party("b")
    core(a, b)
    a.write(a.chain(), 2)
    return a, b


def sealed(data: bytes) -> bytes:
    out = io.BytesIO()
    pyrage.encrypt_io(io.BytesIO(data), out, [TO.to_public()])
    return out.getvalue()


def opened(path: Path, receiver: bytes) -> None:
    parcels.read(path, str(TO), receiver, lambda _: None, lambda _: None)


def test_every_byte_of_the_file_flipped_and_every_length_of_it(pair: tuple[Party, Party], tmp_path: Path) -> None:
    a, b = pair
    data, path = sealed(parcel(a, b)), tmp_path / "bundle"
    path.write_bytes(data)
    opened(path, b.node)
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
        with pytest.raises((Damaged, NotForUs)) as refused:
            opened(path, b.node)
        assert refused.value.remedy
    for cut in (*range(0, len(data), 100), len(data) - 1):
        path.write_bytes(data[:cut])
        with pytest.raises(Damaged):
            opened(path, b.node)
    path.write_bytes(data + b"\0")
    with pytest.raises(Damaged):
        opened(path, b.node)


def test_anybody_can_encrypt_but_only_the_sender_signs(pair: tuple[Party, Party], tmp_path: Path) -> None:
    a, b = pair
    data, path = parcel(a, b), tmp_path / "bundle"
    for at in range(len(data)):
        path.write_bytes(sealed(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]))
        with pytest.raises(StoreError):
            opened(path, b.node)
    digest = sha256(data[:-64]).digest()
    assert a.key.sign("parcel", digest) == data[-64:]
    others: tuple[Purpose, ...] = ("head", "link", "peer-manifest", "owner-certificate", "owner-revocation")
    for signature in (MALLORY.sign("parcel", digest), *(a.key.sign(purpose, digest) for purpose in others)):
        with pytest.raises(RemoteError, match="does not verify"):
            read(data[:-64] + signature, b.node)


def test_a_run_that_its_author_did_not_sign_is_not_stored(pair: tuple[Party, Party]) -> None:
    a, b = pair
    said = messages(a, planned(a, b.node, None))
    for at, message in enumerate(said):
        if message.kind != RUN:
            continue
        body: dict[str, Any] = message.body()
        headers = bytearray(body["headers"])
        for place in range(190, len(headers), 7):
            changed = bytes(headers[:place]) + bytes([headers[place] ^ 1]) + bytes(headers[place + 1 :])
            opening = Opening(b, a.node)
            try:
                forged = type(message).read({**body, "chain": body["chain"], "headers": changed})
            except RemoteError:
                continue
            with pytest.raises(RemoteError):
                opening.apply(packed(a, b.node, [*said[:at], forged, *said[at + 1 :]]))
            assert not b.shelf.chains


def test_what_inflates_without_end_is_not_held(pair: tuple[Party, Party], tmp_path: Path) -> None:
    a, b = pair
    path, deflater = tmp_path / "bundle", zlib.compressobj(9)
    bomb = b"".join(deflater.compress(bytes(1024 * 1024)) for _ in range(512)) + deflater.flush()
    writer = Writer()
    data = writer.begin(Header(a.node, b.node, 1, NOW_MS, 0))
    data += writer.add(MANIFEST, sign_manifest(a.key, Manifest(a.node, b.node, 1)).fields())
    frame = encode([PACKED, {"type": RUN, "data": bomb}])
    path.write_bytes(sealed(data + len(frame).to_bytes(4, "big") + frame))
    tracemalloc.start()
    try:
        with pytest.raises(Damaged, match="inflates to more"):
            opened(path, b.node)
        assert tracemalloc.get_traced_memory()[1] < 16 * 1024 * 1024
    finally:
        tracemalloc.stop()
    for length in (limits.FRAME_BYTES_MAX + 1, 2**32 - 1):
        path.write_bytes(sealed(data + length.to_bytes(4, "big") + bytes(5_000_000)))
        with pytest.raises(Damaged, match="a record of"):
            opened(path, b.node)
    path.write_bytes(sealed(MAGIC + bytes(1_000_000)))
    with pytest.raises(Damaged):
        opened(path, b.node)


def test_a_head_of_ours_is_not_believed_without_proof(pair: tuple[Party, Party]) -> None:
    a, b = pair
    own = b.chain()
    b.write(own, 3)
    Opening(a, b.node).apply(parcel(b, a))
    said = messages(a, planned(a, b.node, {}))
    b.index.grow(own, 1, bytes(32))  # as if two were lost here
    for message in said:
        body: dict[str, Any] = message.body()
        if "side" not in body:
            continue
        for field in range(4):
            side = list(body["side"])
            value = side[field]
            side[field] = value + 1 if isinstance(value, int) else bytes([value[0] ^ 1]) + value[1:]
            opening = Opening(b, a.node)
            try:
                forged = type(message).read({**body, "side": side})
            except RemoteError:
                continue
            rest = [forged if one is message else one for one in said]
            with pytest.raises(RemoteError):
                opening.apply(packed(a, b.node, rest))
            assert not any(isinstance(effect, Store) for effect in opening.effects)
