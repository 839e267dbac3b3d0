"""Which frames bring chains up to date? Types 32 to 63: their forms (their fields as values: sync_values.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from ccnode_crypto.chain import RUN_ENTRIES_MAX
from ccnode_crypto.entry import HEADER_BYTES, META_BYTES_MAX
from ccnode_crypto.proof import PATH_HEADERS_MAX
from ccnode_protocol import limits, sync_values
from ccnode_protocol.forms import Form, exactly, flag, integer, listed, nullable, octets, row
from ccnode_protocol.sync_values import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY: Final = exactly(32)
_DIGEST: Final = exactly(32)
_SIGNATURE: Final = exactly(64)
_EPOCH: Final = exactly(16)
_AUDIENCE: Final = integer(2)
_POSITION: Final = integer()
_CHAIN: Final = row(_KEY, _EPOCH, _AUDIENCE)
_ROW: Final = row(_KEY, _EPOCH, _AUDIENCE, _POSITION, _DIGEST, _POSITION, flag())
_HEADERS: Final = octets(PATH_HEADERS_MAX * HEADER_BYTES, HEADER_BYTES)
_SIDE: Final = row(_POSITION, _DIGEST, _SIGNATURE, _HEADERS)
_SEALED: Final = nullable(octets(limits.SEALED_BYTES_MAX))


MESSAGES: Final[dict[int, type[Message]]] = {each.kind: each for each in get_args(Message)}

FORMS: Final[dict[int, Form]] = {
    sync_values.KNOWN: Form(
        "known",
        limits.KNOWN,
        {"rows": listed(_ROW, limits.ROWS_MAX), "rest": row(_POSITION, _DIGEST), "all": _DIGEST},
    ),
    sync_values.HEADS: Form(
        "heads",
        limits.HEADS,
        {
            "rows": listed(_ROW, limits.ROWS_MAX),
            "rests": listed(row(_KEY, _POSITION, _DIGEST), limits.NODES_MAX),
        },
    ),
    sync_values.LIST: Form("list", limits.ASK, {"node": _KEY, "after": row(_EPOCH, _AUDIENCE)}),
    sync_values.LISTED: Form(
        "listed", limits.LISTED, {"node": _KEY, "rows": listed(_ROW, limits.ROWS_MAX), "more": flag()}
    ),
    sync_values.WANT: Form(
        "want", limits.ASK, {"chain": _CHAIN, "first": _POSITION, "upto": _POSITION, "bare": flag()}
    ),
    sync_values.RUN: Form(
        "run",
        limits.RUN,
        {
            "chain": _CHAIN,
            "first": _POSITION,
            "headers": octets(RUN_ENTRIES_MAX * HEADER_BYTES, HEADER_BYTES),
            "metas": listed(octets(META_BYTES_MAX), RUN_ENTRIES_MAX, 1),
            "sealed": listed(_SEALED, RUN_ENTRIES_MAX, 1),
            "signature": _SIGNATURE,
        },
    ),
    sync_values.END: Form("end", limits.ASK, {"chain": _CHAIN, "next": _POSITION}),
    sync_values.WANT_CONTENTS: Form(
        "want-contents",
        limits.WANT_CONTENTS,
        {
            "chain": _CHAIN,
            "ranges": listed(row(_POSITION, integer(limits.CONTENTS_MAX, 1)), limits.RANGES_MAX, 1),
        },
    ),
    sync_values.CONTENTS: Form(
        "contents",
        limits.CONTENTS,
        {"chain": _CHAIN, "items": listed(row(_POSITION, _SEALED), limits.CONTENTS_MAX)},
    ),
    sync_values.CREDIT: Form("credit", limits.CREDIT, {"bytes": integer(limits.WINDOW_BYTES, 1)}),
    sync_values.WANT_DIGESTS: Form(
        "want-digests", limits.WANT_DIGESTS, {"chain": _CHAIN, "at": listed(_POSITION, limits.DIGESTS_MAX, 1)}
    ),
    sync_values.DIGESTS: Form(
        "digests",
        limits.DIGESTS,
        {"chain": _CHAIN, "found": listed(row(_POSITION, _DIGEST), limits.DIGESTS_MAX)},
    ),
    sync_values.WANT_PATH: Form("want-path", limits.ASK, {"chain": _CHAIN, "seq": _POSITION}),
    sync_values.PATH: Form("path", limits.PATH, {"chain": _CHAIN, "seq": _POSITION, "side": nullable(_SIDE)}),
    sync_values.WANT_FORK: Form("want-fork", limits.ASK, {"chain": _CHAIN}),
    sync_values.FORK: Form("fork", limits.FORK, {"chain": _CHAIN, "sides": row(_SIDE, _SIDE)}),
}


def read(kind: int, body: Mapping[str, Any]) -> Message:
    """The value of a body that is of the type's form. Raises RemoteError where it is none that can be."""
    return MESSAGES[kind].read(body)
