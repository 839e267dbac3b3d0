"""What says otherwise than a packet? Other packets and notes of ours, side by side; which is right a person says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccnode.later import later
from ccnode.store import notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.mind import knowledge
    from ccnode.store.knowledge import Known
    from ccnode.store.views import View
    from ccnode_protocol.records import Packet
else:
    knowledge = later("ccnode.mind.knowledge")


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What speaks of a packet's subject and says something else: another packet, or a note of ours (its digest)."""

    text: str
    packet: Known | None = None
    note: bytes | None = None


def otherwise(one: Known, among: Sequence[Known]) -> View[list[Otherwise]]:
    """What conflicts with a packet: among others that are not rejected, and among what stands of our own notes.

    By its subject, and (packets alone) by the message that it comes from, which needs no subject.
    """
    if one.said is None:
        return []
    others = {
        each.packet: each
        for each in among
        if each.packet != one.packet and each.said is not None and each.state in ("waiting", "promoted", "shared")
    }
    told = {packet: (each.said.subject, each.said.text) for packet, each in others.items() if each.said is not None}
    come_from = {
        packet: (_origin(each.said), each.said.text) for packet, each in others.items() if each.said is not None
    }
    named = knowledge.conflicts(one.said.subject, one.said.text, told)
    again = knowledge.restated(_origin(one.said), one.said.text, come_from)
    found = [
        Otherwise(others[packet].said.text, others[packet])  # type: ignore[union-attr]  # those told have words
        for packet in dict.fromkeys((*named, *again))
    ]
    if not knowledge.normal(one.said.subject):
        return found
    numbers = yield from notes.newest()
    read = yield from notes.texts(numbers)
    near = [number for number in numbers if knowledge.speaks_of(one.said.subject, read.get(number, ""))]
    said = knowledge.normal(one.said.text)
    stands = yield from notes.standing_of(near)
    return found + [Otherwise(each.text, note=each.digest) for each in stands if knowledge.normal(each.text) != said]


def _origin(said: Packet) -> bytes:
    """The entry that its words come from in the end: of a note, the message that this stands for."""
    return said.sources[:2][-1].entry
