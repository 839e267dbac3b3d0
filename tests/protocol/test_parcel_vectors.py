"""Does the recorded parcel hold what the specification says? Read by hand, with another decoder."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgpack
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import make_wire
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.sync_index import Index
from ccnode_protocol.tiers import Tier
from ccnode_protocol.unpacking import Unpacking
from tests.protocol.carrying import Opening, read
from tests.protocol.syncing import Party

GIVEN: dict[str, Any] = json.loads((Path(make_wire.VECTORS) / "parcels.json").read_text(encoding="utf-8"))
DATA = bytes.fromhex(GIVEN["parcel"])
RECEIVER = bytes.fromhex(GIVEN["receiver"])


def test_every_byte_is_explained() -> None:
    assert b"".join(bytes.fromhex(field["hex"]) for field in GIVEN["fields"]) == DATA


def test_it_is_as_the_specification_says() -> None:
    at = 16
    assert DATA[:at] == b"ccnode-parcel/1\n"
    records = []
    while True:
        length = int.from_bytes(DATA[at : at + 4], "big")
        records.append(DATA[at + 4 : at + 4 + length])
        at += 4 + length
        if not length:
            break
    header = msgpack.unpackb(records[0])
    assert (header["version"], header["receiver"]) == (1, RECEIVER)
    kinds = [msgpack.unpackb(record)[0] for record in records[1:-1]]
    assert kinds == [
        16,
        35,
        35,
        45,
        37,
        37,
        37,
        40,
    ]  # manifest, rows, proof, runs, contents
    message = b"ccnode/1 parcel\x00" + sha256(DATA[:at]).digest()
    Ed25519PublicKey.from_public_bytes(header["sender"]).verify(DATA[at:], message)


def test_a_receiver_that_has_nothing_holds_it_all() -> None:
    assert [frame.name for frame in read(DATA, RECEIVER)] == [row["name"] for row in GIVEN["frames"]]
    party = Party("b")
    party.index = Index(RECEIVER, bytes(16), {bytes.fromhex(key) for key in GIVEN["certified"]})
    opening = Opening(party, bytes.fromhex(GIVEN["sender"]))
    opening.machine = Unpacking(party.index, bytes.fromhex(GIVEN["sender"]), Tier.CORE)
    told = opening.apply(DATA)
    assert told.tally.new == 4
    assert list(told.tally.restored.values()) == [2]  # it knows nothing of its own


@pytest.mark.parametrize("row", GIVEN["refused"], ids=lambda row: row["name"])
def test_what_is_refused(row: dict[str, str]) -> None:
    with pytest.raises(RemoteError):
        read(bytes.fromhex(row["parcel"]), RECEIVER)
