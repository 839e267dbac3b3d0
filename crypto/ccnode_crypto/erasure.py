"""May this content be missing? What an export must show for it: an order to forget, in force, by one who may give it.

The kinds and fields read here are those of ccnode_protocol.records, which stands above this room; a test holds them
equal. An entry whose meta does not hold what its kind asks for has no effect.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode_crypto import canonical
from ccnode_crypto.entry import DIGEST_BYTES, META_BYTES_MAX, Header
from ccnode_crypto.errors import EncodingError

if TYPE_CHECKING:
    from collections.abc import Container

KIND_SESSION_OPENED: Final = 16
KIND_MESSAGE: Final = 17
KIND_SESSION_TITLED: Final = 18
KIND_FORGET_ORDERED: Final = 20
KIND_FORGET_CANCELLED: Final = 21
KIND_NOTE_KEPT: Final = 29
KIND_PACKET_KEPT: Final = 48
ALONE_KINDS: Final = frozenset({KIND_NOTE_KEPT, KIND_PACKET_KEPT})  # of no session
NAMED_KINDS: Final = ALONE_KINDS | {KIND_MESSAGE}  # what an order for one message can name
COVERED_KINDS: Final = NAMED_KINDS | {KIND_SESSION_OPENED, KIND_SESSION_TITLED}
SESSION_BYTES: Final = 16
DUE_MS_MAX: Final = 2**53
CLOCK_COUNTER_BITS: Final = 16  # the rest of a header's time is milliseconds


class Missing(NamedTuple):
    """An entry whose content is not there."""

    digest: bytes
    header: Header
    meta: bytes


class _Order(NamedTuple):
    digest: bytes
    node: bytes
    what: bytes  # the session (16 bytes) or the message (its digest, 32 bytes)
    time: int
    due_ms: int


def _fields(meta: bytes) -> dict[str, canonical.Value]:
    try:
        return canonical.decode_map(meta, size_max=META_BYTES_MAX)
    except EncodingError:
        return {}


def _bytes(fields: dict[str, canonical.Value], name: str, length: int) -> bytes | None:
    value = fields.get(name)
    return value if isinstance(value, bytes) and len(value) == length else None


class Orders:
    """The orders to forget, and what takes them back, found among proven entries."""

    def __init__(self) -> None:
        self._orders: list[_Order] = []
        self._cancelled: defaultdict[bytes, list[tuple[bytes, int]]] = defaultdict(list)

    def take(self, digest: bytes, header: Header, meta: bytes) -> None:
        """Note a proven entry if it orders to forget or takes such an order back."""
        if header.kind == KIND_FORGET_ORDERED:
            fields = _fields(meta)
            # An order for a message is one for nothing else, also where a session stands beside it.
            name, length = ("message", DIGEST_BYTES) if "message" in fields else ("session", SESSION_BYTES)
            what, due_ms = _bytes(fields, name, length), fields.get("due_ms", 0)
            if what is not None and type(due_ms) is int and 0 <= due_ms <= DUE_MS_MAX:
                self._orders.append(_Order(digest, header.chain.node, what, header.time, due_ms))
        elif header.kind == KIND_FORGET_CANCELLED:
            order = _bytes(_fields(meta), "order", DIGEST_BYTES)
            if order is not None:
                self._cancelled[order].append((header.chain.node, header.time >> CLOCK_COUNTER_BITS))

    def coverage(self, now_ms: int, certified: Container[bytes]) -> Coverage:
        """What the orders in force at `now_ms` cover. `certified`: the node keys that one owner vouches for."""
        coverage = Coverage(certified)
        for order in self._orders:
            giver = coverage.voice(order.node)
            is_cancelled = any(
                at_ms < order.due_ms and coverage.voice(node) == giver
                for node, at_ms in self._cancelled.get(order.digest, ())
            )
            if order.due_ms <= now_ms and not is_cancelled:
                coverage.add(order.what, giver, order.time)
        return coverage


class Coverage:
    """Which missing contents are erased.

    Only the entry's own node key, or one that the same owner certified, may order it: else a stranger who passes an
    export on could add a chain of his own that makes what he left out look erased.
    """

    def __init__(self, certified: Container[bytes]) -> None:
        self._certified = certified
        self._until: dict[tuple[bytes, bytes], int] = {}

    def voice(self, node: bytes) -> bytes:
        """Who speaks through a node key: its owner (b""), or where none vouches for it, just that key."""
        return b"" if node in self._certified else node

    def add(self, what: bytes, voice: bytes, time: int) -> None:
        """Cover what this voice recorded of a session, or one message of its (a digest), up to a header time."""
        self._until[what, voice] = max(time, self._until.get((what, voice), 0))

    def covers(self, missing: Missing) -> bool:
        """Whether the content of this entry was to be erased."""
        if missing.header.kind not in COVERED_KINDS or not self._until:
            return False
        voice, time = self.voice(missing.header.chain.node), missing.header.time
        if missing.header.kind in NAMED_KINDS and time <= self._until.get((missing.digest, voice), -1):
            return True
        if missing.header.kind in ALONE_KINDS:
            return False
        session = _bytes(_fields(missing.meta), "session", SESSION_BYTES)
        return session is not None and time <= self._until.get((session, voice), -1)


def missing_predecessor(meta: bytes, known: Container[bytes]) -> bytes | None:
    """The digest of the head that an epoch's first entry names as the one before it, where it is not `known`."""
    match _fields(meta).get("predecessor"):
        case [bytes(), int(), int(), bytes(digest), bytes()] if len(digest) == DIGEST_BYTES and digest not in known:
            return digest
        case _:
            return None
