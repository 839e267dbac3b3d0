"""How do clients see a packet? Its form in JSON, with its sources, what it rests on, and what says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ccnode import clock
from ccnode.store import disputes, knowledge
from ccnode.store.errors import NotFound
from ccnode_crypto.entry import AUDIENCES
from ccnode_crypto.keys import node_id
from ccnode_protocol import hlc
from ccnode_protocol.records import ROLE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ccnode.store.disputes import Otherwise
    from ccnode.store.knowledge import Known, State
    from ccnode.store.views import View

STATES: Final[tuple[State, ...]] = ("waiting", "promoted", "rejected", "shared", "withdrawn")
LIMIT_MAX: Final = 200
_AUDIENCE_NAMES: Final = {number: name for name, number in AUDIENCES.items()}


def listed(limit: int = 50, *, state: State | None = None, before: bytes | None = None) -> View[dict[str, Any]]:
    """The packets of a state, the last that came first; `before`: only those that stand after this one in the list.

    Raises:
        NotFound: `before` is no packet.
    """
    every = yield from knowledge.held()
    chosen = [one for one in every if state is None or one.state == state]
    if before is not None:
        last = next((one for one in every if one.packet == before), None)
        if last is None:
            raise NotFound(f"there is no packet {before.hex()}", remedy="see: ccnode knowledge list")
        chosen = [one for one in chosen if one.arrived < last.arrived]
    page = chosen[: max(1, min(limit, LIMIT_MAX))]
    names = yield from _names()
    forms: list[dict[str, Any]] = []
    for one in page:
        forms += [(yield from _form(one, every, names))]
    more = len(chosen) > len(page)
    return {"packets": forms, "more": more, "next": page[-1].packet.hex() if more and page else None}


def shown(packet: bytes) -> View[dict[str, Any]]:
    """One packet. Raises NotFound."""
    one = yield from knowledge.one(packet)
    every = yield from knowledge.held()
    return (yield from _form(one, every, (yield from _names())))


def brief(one: Known, names: Mapping[bytes, str]) -> dict[str, Any]:
    """A packet without what others say. `time`: when this was recorded here; `claim`: subject and text as one.

    `last_heard`: until when a withdrawal would have been heard here, null where who offers it is ours or never was
    followed; `stale`: that is more than thirty days ago.
    """
    said = one.said
    return {
        "packet_id": one.packet.hex(),
        "state": one.state,
        "subject": said.subject if said is not None else None,
        "text": said.text if said is not None else None,
        "claim": one.words or None,
        "told_by": one.told_by or None,
        "node_id": node_id(one.node) if one.node is not None else None,
        "node_name": names.get(one.node) if one.node is not None else None,
        "audience": _AUDIENCE_NAMES[said.audience] if said is not None else None,
        "time": clock.iso(hlc.to_ms(one.time)),
        "last_heard": clock.iso(one.heard_ms) if one.heard_ms is not None else None,
        "stale": one.is_stale,
        "sources": [
            {"entry": each.entry.hex(), "role": ROLE_NAMES[each.role], "time": clock.iso(each.said_ms)}
            for each in (said.sources if said is not None else ())
        ],
    }


def _form(one: Known, every: Sequence[Known], names: Mapping[bytes, str]) -> View[dict[str, Any]]:
    rests = yield from knowledge.missing(one.said)
    others = yield from disputes.otherwise(one, every)
    return {
        **brief(one, names),
        "after": [{"packet_id": packet.hex(), "state": state or "missing"} for packet, state in rests.items()],
        "conflicts_with": [_other(each, names) for each in others],
    }


def _other(other: Otherwise, names: Mapping[bytes, str]) -> dict[str, Any]:
    """What says otherwise, with its source."""
    if other.packet is None:
        note = other.note.hex() if other.note is not None else None
        return {"note_id": note, "packet_id": None, "state": "note", "text": other.text, "told_by": "a note of yours"}
    one = other.packet
    name = names.get(one.node) if one.node is not None else None
    told_by = one.told_by + (f" ({name})" if name else "")
    return {"note_id": None, "packet_id": one.packet.hex(), "state": one.state, "text": other.text, "told_by": told_by}


def _names() -> View[dict[bytes, str]]:
    """What peers call themselves; cleaned by whoever recorded it."""
    return dict((yield "SELECT node, name FROM peers WHERE name != ''", ()))
