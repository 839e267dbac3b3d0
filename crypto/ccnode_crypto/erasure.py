"""May this content be missing? What an export must show for it: an order to forget, in force, by one who may give it.

The kinds and fields read here are those of ccnode_protocol.records, which stands above this room; a test holds them
equal. An entry whose meta does not hold what its kind asks for has no effect.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode_crypto import canonical
from ccnode_crypto.entry import DIGEST_BYTES, META_BYTES_MAX, Header
from ccnode_crypto.errors import CryptoError, EncodingError
from ccnode_crypto.statements import ForgetStatement

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

KIND_SESSION_OPENED: Final = 16
KIND_MESSAGE: Final = 17
KIND_SESSION_TITLED: Final = 18
KIND_FORGET_ORDERED: Final = 20
KIND_FORGET_CANCELLED: Final = 21
KIND_NOTE_KEPT: Final = 29
KIND_PACKET_KEPT: Final = 48
ALONE_KINDS: Final = frozenset({KIND_NOTE_KEPT, KIND_PACKET_KEPT})  # of no session
_OURS: Final = b""
NAMED_KINDS: Final = ALONE_KINDS | {KIND_MESSAGE}  # what an order for one message can name
COVERED_KINDS: Final = NAMED_KINDS | {KIND_SESSION_OPENED, KIND_SESSION_TITLED}
SESSION_BYTES: Final = 16
DUE_MS_MAX: Final = 2**53
CLOCK_COUNTER_BITS: Final = 16  # the rest of a header's time is milliseconds
TIME_MAX: Final = 2**64 - 1
BODIES_MAX: Final = 20  # what an order without the owner's statement may name
RECENT_MS: Final = 30 * 24 * 3600 * 1000
# 2026-11-22T00:00:00Z: orders recorded before it had no other authority than their voice, and keep what they did. One
# that is dated back to it reaches nothing that was recorded after it.
RULE_MS: Final = 1_795_305_600_000
STATEMENTS_KEPT: Final = 4_096


class Missing(NamedTuple):
    """An entry whose content is not there."""

    digest: bytes
    header: Header
    meta: bytes


class Reach(NamedTuple):
    """Which of the entries that an order of our own voice is about it may cover: recorded from `since` to `until`.

    `node`: only what this node key wrote; None: whatever the voice wrote. `named`: only these; None: all.
    """

    node: bytes | None
    since: int
    until: int
    named: frozenset[bytes] | None

    def holds(self, node: bytes, time: int, digest: bytes) -> bool:
        """Whether it covers this entry of a node, if the order is about it at all."""
        if not self.since <= time <= self.until or self.node not in (None, node):
            return False
        return self.named is None or digest in self.named


def reach(
    *,
    node: bytes,
    time: int,
    message: bytes | None,
    bodies: Sequence[bytes] | None,
    said: tuple[bytes, int] | None,
    owners: Container[bytes],
) -> Reach | None:
    """How far an order goes that `node` recorded at `time` (a header's); None: it lacks authority, and does nothing.

    `message`, `bodies`: the digests that it names. `said`: who stated it, verified, and when (milliseconds since 1970).
    `owners`: whose statements count. It depends on nothing that arrives later, so that all nodes come to the same.
    """
    if said is not None:
        owner, issued_ms = said
        until = min(((issued_ms + 1) << CLOCK_COUNTER_BITS) - 1, TIME_MAX)
        return Reach(None, 0, until, None) if owner in owners else None
    if bodies is None and time < RULE_MS << CLOCK_COUNTER_BITS:
        return Reach(None, 0, time, None)
    since = max(0, time - (RECENT_MS << CLOCK_COUNTER_BITS))
    if message is not None:
        return Reach(node, since, time, frozenset((message,)))
    return Reach(node, since, time, frozenset(bodies)) if bodies is not None else None


@lru_cache(maxsize=STATEMENTS_KEPT)
def verified(said: ForgetStatement) -> bool:
    """Whether its owner signed the statement. Kept, because orders are judged again and again."""
    try:
        said.verify()
    except CryptoError:
        return False
    return True


class _Order(NamedTuple):
    digest: bytes
    node: bytes
    what: bytes  # the session (16 bytes) or the message (its digest, 32 bytes)
    time: int
    due_ms: int
    bodies: tuple[bytes, ...] | None
    said: tuple[bytes, int] | None


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
                node, time = header.chain.node, header.time
                try:
                    bodies, said = _named(fields), _said(fields, node, what, due_ms)
                except EncodingError:
                    return
                self._orders.append(_Order(digest, node, what, time, due_ms, bodies, said))
        elif header.kind == KIND_FORGET_CANCELLED:
            order = _bytes(_fields(meta), "order", DIGEST_BYTES)
            if order is not None:
                self._cancelled[order].append((header.chain.node, header.time >> CLOCK_COUNTER_BITS))

    def coverage(self, now_ms: int, certified: Container[bytes], owner: bytes | None = None) -> Coverage:
        """What the orders in force at `now_ms` cover. `certified`: the node keys that `owner` vouches for."""
        coverage, owners = Coverage(certified), () if owner is None else (owner,)
        for order in self._orders:
            giver = coverage.voice(order.node)
            is_cancelled = any(
                at_ms < order.due_ms and coverage.voice(node) == giver
                for node, at_ms in self._cancelled.get(order.digest, ())
            )
            if order.due_ms > now_ms or is_cancelled:
                continue
            message = order.what if len(order.what) == DIGEST_BYTES else None
            found: Reach | None = Reach(None, 0, order.time, None)
            if giver == _OURS:
                found = reach(
                    node=order.node, time=order.time, message=message, bodies=order.bodies, said=order.said,
                    owners=owners,
                )  # fmt: skip
            if message is not None:
                # What a note was made from may not be in the file: whoever speaks with its voice says why it is gone.
                coverage.add_note(message, giver, order.time)
            if found is not None:
                coverage.add(order.what, giver, found)
        return coverage


def _named(fields: dict[str, canonical.Value]) -> tuple[bytes, ...] | None:
    """The digests that an order names; None where it has no such field. Raises EncodingError."""
    if "bodies" not in fields:
        return None
    bodies = fields["bodies"]
    if not isinstance(bodies, list) or len(bodies) > BODIES_MAX:
        raise EncodingError(f"bodies: at most {BODIES_MAX} digests are expected")
    named = tuple(digest for digest in bodies if isinstance(digest, bytes) and len(digest) == DIGEST_BYTES)
    if len(named) != len(bodies):
        raise EncodingError(f"bodies: digests of {DIGEST_BYTES} bytes are expected")
    return named


def _said(fields: dict[str, canonical.Value], node: bytes, what: bytes, due_ms: int) -> tuple[bytes, int] | None:
    """Who stated an order, and when; None where it bears no statement. Raises EncodingError where that is void."""
    if not fields.keys() & {"owner", "issued_ms", "signature"}:
        return None
    owner, signature, issued_ms = _bytes(fields, "owner", 32), _bytes(fields, "signature", 64), fields.get("issued_ms")
    if owner is None or signature is None or type(issued_ms) is not int:
        raise EncodingError("owner, issued_ms, signature: a statement is expected")
    session, message = (what, None) if len(what) == SESSION_BYTES else (None, what)
    if not verified(ForgetStatement(owner, node, session, message, issued_ms, due_ms, signature=signature)):
        raise EncodingError("signature: not the owner's")
    return owner, issued_ms


class Coverage:
    """Which missing contents are erased.

    Only the entry's own node key, or one that the same owner certified, may order it: else a stranger who passes an
    export on could add a chain of his own that makes what he left out look erased.
    """

    def __init__(self, certified: Container[bytes]) -> None:
        self._certified = certified
        self._until: dict[tuple[bytes, bytes], int] = {}
        self._notes: dict[tuple[bytes, bytes], int] = {}
        self._named: defaultdict[bytes, list[tuple[bytes, Reach]]] = defaultdict(list)

    def voice(self, node: bytes) -> bytes:
        """Who speaks through a node key: its owner (b""), or where none vouches for it, just that key."""
        return _OURS if node in self._certified else node

    def add(self, what: bytes, voice: bytes, found: Reach) -> None:
        """Cover what this voice recorded of a session, or one message of its (a digest), as far as that goes."""
        if found.named is None:
            self._until[what, voice] = max(found.until, self._until.get((what, voice), 0))
        for digest in found.named or ():
            self._named[digest].append((what, found))

    def add_note(self, note: bytes, voice: bytes, time: int) -> None:
        """Cover one note of this voice (a digest), and nothing else of that name, up to a header time."""
        self._notes[note, voice] = max(time, self._notes.get((note, voice), 0))

    def covers(self, missing: Missing) -> bool:
        """Whether the content of this entry was to be erased."""
        kind, time = missing.header.kind, missing.header.time
        if kind not in COVERED_KINDS:
            return False
        node = missing.header.chain.node
        voice = self.voice(node)
        names = [missing.digest] if kind in NAMED_KINDS else []
        if kind in ALONE_KINDS:
            if time <= self._notes.get((missing.digest, voice), -1):
                return True
        elif (session := _bytes(_fields(missing.meta), "session", SESSION_BYTES)) is not None:
            names.append(session)
        if any(time <= self._until.get((name, voice), -1) for name in names):
            return True
        return voice == _OURS and any(
            what in names and found.holds(node, time, missing.digest)
            for what, found in self._named.get(missing.digest, ())
        )


def missing_predecessor(meta: bytes, known: Container[bytes]) -> bytes | None:
    """The digest of the head that an epoch's first entry names as the one before it, where it is not `known`."""
    match _fields(meta).get("predecessor"):
        case [bytes(), int(), int(), bytes(digest), bytes()] if len(digest) == DIGEST_BYTES and digest not in known:
            return digest
        case _:
            return None
