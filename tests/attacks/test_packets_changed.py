"""Whoever repeats another's packet, whatever is changed in it: does it ever speak for anybody but them?"""

from __future__ import annotations

from random import Random
from typing import Any

from ccnode_crypto import canonical
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Packet, Role, Said

TRIES = 10_000
AUTHOR, MALLORY = (SigningKey(bytes([number]) * 32).public.raw for number in (1, 2))
SAID = (Said(b"m" * 32, Role.USER, 1_770_000_000_000), Said(b"n" * 32, Role.ASSISTANT, 1))
PACKET = Packet(AUTHOR, 1, b"s" * 16, "The ferry leaves at noon.", SAID, "ferry", (b"p" * 32,))
CONTENT = records.pack_packet(PACKET)
VALUES: list[Any] = [None, 0, 1, 2, -1, 2**63, b"", b"x" * 32, MALLORY, "", "x", [], {}, [[]], [b"m" * 32, 0, 0], True]


def meta_of(content: bytes, sources: list[bytes] | None = None) -> bytes:
    return canonical.encode({"packet": records.packet_id(content), "sources": sources or [one.entry for one in SAID]})


def repeated(content: bytes, meta: bytes) -> Packet | None:
    """What it offers on Mallory's shared chain."""
    try:
        return records.offered(content, meta, MALLORY, 1)
    except RemoteError:
        return None


def test_bytes_changed_under_an_identifier_of_their_own() -> None:
    chance, taken = Random(1), 0
    for _ in range(TRIES):
        changed = bytearray(CONTENT)
        for _ in range(chance.randrange(1, 5)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        taken += repeated(bytes(changed), meta_of(bytes(changed))) is not None
    assert taken == 0


def test_fields_changed_one_by_one() -> None:
    """Only a packet that names Mallory as who offers it is one, and it says so wherever it is shown."""
    fields, taken = canonical.decode_map(CONTENT, size_max=len(CONTENT)), 0
    for name in fields:
        for value in VALUES:
            content = canonical.encode(fields | {name: value})
            for sources in (None, [b"x" * 32], [b"n" * 32, b"m" * 32]):
                packet = repeated(content, meta_of(content, sources))
                assert packet is None or packet.node == MALLORY
                taken += packet is not None
    assert taken == 1


def test_as_it_was_it_is_not_theirs() -> None:
    assert repeated(CONTENT, meta_of(CONTENT)) is None
    assert records.offered(CONTENT, meta_of(CONTENT), AUTHOR, 1) == PACKET
