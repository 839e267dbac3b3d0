"""What does the meta of a usual message say, read at once? The same as field by field, at a fraction of the cost.

Most entries are messages: a node that catches up reads a hundred thousand of them, and each turn of a chat the metas of
all that was said before it. Their metas have few shapes:
canonical bytes of known fields in their one order. What matches here is canonical and keeps to the rules; what does not
(an unknown field, something brought in, a name in other letters) may do so as well, and is read field by field.
"""

from __future__ import annotations

import re
from typing import Final

from ccnode_protocol.records import conversations
from ccnode_protocol.records.conversations import MessageMeta, Role, State

_KEYS: Final = 9  # that the pattern knows
_SOURCE_BYTES: Final = 34  # of each, with the two that tell its length
_DIGEST: Final = rb"\xc4\x20(.{32})"
_META: Final = re.compile(
    rb"([\x81-\x89])(?:\xa3key\xc4\x10(.{16}))?(?:\xa5model([\xa0-\xbf][ -~]{0,31}))?"
    rb"(?:\xa4over" + _DIGEST + rb")?(?:\xa6parent" + _DIGEST + rb")?(?:\xa5plate" + _DIGEST + rb")?"
    rb"(?:\xa4role([\x00-\x03]))?\xa7session\xc4\x10(.{16})"
    rb"(?:\xa7sources([\x91-\x9f](?:\xc4\x20.{32})+))?(?:\xa5state([\x00\x01]))?",
    re.DOTALL,
)


# session, role, parent, key, over, said_ms: fields as in MessageMeta. A plain tuple: a named one costs as much as all
# the rest.
Placed = tuple[bytes, int, bytes | None, bytes | None, bytes | None, int | None]


def placed(meta: MessageMeta) -> Placed:
    """What of a message's meta says where it belongs."""
    return meta.session, int(meta.role), meta.parent, meta.key, meta.over, meta.said_ms


_ROLES: Final = tuple(Role)
_STATES: Final = tuple(State)


def read_message(meta: bytes) -> MessageMeta:
    """What a message's meta says. Raises RemoteError naming the field that is wrong."""
    found = _META.fullmatch(meta)
    if found is not None:
        count, *fields = found.groups()
        key, model, over, parent, plate, role, session, sources, state = fields
        if (
            count[0] & 15 == _KEYS - fields.count(None)
            and (model is None or len(model) == 1 + (model[0] & 31))
            and (sources is None or len(sources) == 1 + _SOURCE_BYTES * (sources[0] & 15))
        ):
            return MessageMeta(
                session,
                _ROLES[role[0]] if role else Role.USER,
                parent,
                key,
                over,
                tuple(sources[at : at + 32] for at in range(3, len(sources), _SOURCE_BYTES)) if sources else (),
                model[1:].decode("ascii") if model else None,
                _STATES[state[0]] if state else State.COMPLETE,
                plate=plate,
            )
    return conversations.read_message(meta)


def read_placed(meta: bytes) -> Placed:
    """Where a message belongs. Raises RemoteError naming the field that is wrong."""
    found = _META.fullmatch(meta)
    if found is not None:
        count, *fields = found.groups()
        key, model, over, parent, _, role, session, sources, _ = fields
        if (
            count[0] & 15 == _KEYS - fields.count(None)
            and (model is None or len(model) == 1 + (model[0] & 31))
            and (sources is None or len(sources) == 1 + _SOURCE_BYTES * (sources[0] & 15))
        ):
            return session, role[0] if role else 0, parent, key, over, None
    return placed(conversations.read_message(meta))
