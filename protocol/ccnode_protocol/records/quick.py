"""What does the meta of a usual message say, read at once? The same as `read_message`, at a tenth of its cost.

Most entries are messages, and a node that catches up reads a hundred thousand of them. Their metas have few shapes:
canonical bytes of known fields in their one order. What matches here is canonical and keeps to the rules; what does not
(an unknown field, something brought in, a name in other letters) may do so as well, and is read field by field.
"""

from __future__ import annotations

import re
from typing import Final

from ccnode_protocol.records.conversations import MessageMeta, read_message

_KEYS: Final = 9  # that the pattern knows
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


def read_placed(meta: bytes) -> Placed:
    """Where a message belongs. Raises RemoteError naming the field that is wrong."""
    found = _META.fullmatch(meta)
    if found is not None:
        count, *fields = found.groups()
        key, model, over, parent, _, role, session, sources, _ = fields
        if (
            count[0] & 15 == _KEYS - fields.count(None)
            and (model is None or len(model) == 1 + (model[0] & 31))
            and (sources is None or len(sources) == 1 + 34 * (sources[0] & 15))
        ):
            return session, role[0] if role else 0, parent, key, over, None
    return placed(read_message(meta))
