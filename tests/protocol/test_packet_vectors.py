"""Do the golden packets say what the code reads, byte by byte, and is what offers nothing refused?"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

import make_wire
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError

VECTORS: dict[str, Any] = json.loads((Path(make_wire.VECTORS) / "packets.json").read_text("utf-8"))
FLIPS = 10_000


def offered(row: dict[str, Any], content: bytes, meta: bytes) -> records.Packet:
    return records.offered(content, meta, bytes.fromhex(row["node"]), row["audience"])


@pytest.mark.parametrize("row", VECTORS["packets"], ids=lambda row: str(row["audience"]))
def test_a_packet_is_read(row: dict[str, Any]) -> None:
    content, meta = bytes.fromhex(row["content"]), bytes.fromhex(row["offer"])
    assert "".join(field["hex"] for field in row["fields"]) == row["content"]
    assert all(field["meaning"] for field in row["fields"])
    assert sha256(bytes.fromhex(VECTORS["domain"]) + content).hexdigest() == row["packet"]
    packet = offered(row, content, meta)
    assert records.pack_packet(packet) == content
    assert records.read_packet_kept(meta)[1] == tuple(one.entry for one in packet.sources)
    assert records.read_packet_kept(bytes.fromhex(row["promotion"]))[0].hex() == row["packet"]
    assert records.read_packet_rejected(bytes.fromhex(row["rejection"])).hex() == row["packet"]


@pytest.mark.parametrize("row", VECTORS["refused"], ids=lambda row: row["name"])
def test_what_offers_nothing_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(RemoteError):
        offered(VECTORS["packets"][0], bytes.fromhex(row["content"]), bytes.fromhex(row["offer"]))


def test_no_flipped_bit_is_taken() -> None:
    """Of content and meta alike: 10,000 of each, and 0 accepted."""
    row, chance = VECTORS["packets"][0], Random(7)
    content, meta = bytes.fromhex(row["content"]), bytes.fromhex(row["offer"])
    for part in (0, 1):
        for _ in range(FLIPS):
            changed = bytearray((content, meta)[part])
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            parts = (bytes(changed), meta) if part == 0 else (content, bytes(changed))
            try:
                offered(row, *parts)
            except RemoteError:
                continue
            pytest.fail(f"{parts[part].hex()} was taken")
