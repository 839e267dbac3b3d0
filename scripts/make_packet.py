"""The golden vectors of knowledge packets, for make_wire.py: one with every field, one with few, and what is none."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ccnode_crypto import canonical
from ccnode_crypto.keys import domain
from ccnode_protocol import records
from ccnode_protocol.records import Packet, Role, Said
from make_vectors import NODE, OWNER, TIME_MS, explain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Parts = Callable[[object], list[tuple[bytes, str]]]


def _entry(text: str) -> bytes:
    """A digest that anybody can make again."""
    return sha256(text.encode()).digest()


def _packet() -> Packet:
    said = (Said(_entry("note"), Role.USER, TIME_MS), Said(_entry("message"), Role.ASSISTANT, TIME_MS - 1000))
    text = "The ferry leaves at noon."
    return Packet(NODE.public.raw, 1, bytes(range(16)), text, said, "ferry", (_entry("another packet"),))


def packets(parts_of: Parts) -> dict[str, Any]:
    """Packets, the entries that offer and promote them, and contents that are none."""
    whole = _packet()
    return {
        "about": "Packets, offered by a key of RFC 8032, section 7.1, and what offers nothing. `sources` of a promotion"
        " is the offer's entry, here the digest of a text.",
        "domain": domain("knowledge-packet").hex(),
        "packets": [_row(one, parts_of) for one in (whole, replace(whole, subject="", after=(), audience=2))],
        "refused": list(_refused(whole)),
    }


def _row(packet: Packet, parts_of: Parts) -> dict[str, Any]:
    content = records.pack_packet(packet)
    offer = records.packet_kept(content, [one.entry for one in packet.sources])
    promotion = records.packet_kept(content, [_entry("offer")])
    fields = canonical.decode_map(content, size_max=len(content))
    return {
        "node": packet.node.hex(),
        "audience": packet.audience,
        "content": content.hex(),
        "fields": explain(parts_of(fields)),
        "packet": records.packet_id(content).hex(),
        "offer": offer.meta.hex(),
        "promotion": promotion.meta.hex(),
        "rejection": records.packet_rejected(records.packet_id(content)).meta.hex(),
    }


def _refused(whole: Packet) -> Iterator[dict[str, Any]]:
    """Entries of a node's chain that offer nothing."""
    content = records.pack_packet(whole)
    fields = canonical.decode_map(content, size_max=len(content))
    sources = [one.entry for one in whole.sources]
    changed: dict[str, dict[str, Any]] = {
        "no text": {"text": ""},
        "a text that is too long": {"text": "x" * (records.PACKET_TEXT_BYTES_MAX + 1)},
        "a subject that is too long": {"subject": "x" * (records.SUBJECT_CHARS_MAX + 1)},
        "a chain for core": {"audience": 0},
        "another chain": {"audience": 2},
        "another node": {"node": OWNER.public.raw},
        "a salt that is too short": {"salt": bytes(15)},
        "no source": {"sources": []},
        "other sources than the entry's": {"sources": [[_entry("other"), 0, 0]]},
        "a role that there is not": {"sources": [[sources[0], 4, 0], [sources[1], 0, 0]]},
        "a packet twice that it rests on": {"after": [_entry("a")] * 2},
    }
    for name, change in changed.items():
        other = canonical.encode(fields | change)
        meta = canonical.encode({"packet": records.packet_id(other), "sources": sources})
        yield {"name": name, "content": other.hex(), "offer": meta.hex()}
    wrong = canonical.encode({"packet": sha256(content).digest(), "sources": sources})
    yield {"name": "another identifier", "content": content.hex(), "offer": wrong.hex()}
