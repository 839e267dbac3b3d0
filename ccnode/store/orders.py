"""Which contents may be missing? Orders to forget, read from the entries that carry them.

An order covers the openings, messages and titles of its session that were recorded at or before the order itself, or
the content of one message, note or packet, once it is due and was not taken back before that, as far as its authority
goes (ccnode_crypto.erasure.reach): the owner's word reaches all of that, a node key's what it wrote itself, named, not
long before. What it covers takes the notes and packets with it that were made from it. It reaches only what its own
voice wrote
(voices.py), and only its own voice takes it back; the rule is that of ccnode_crypto.erasure, which judges exports. It
is read from headers and metas, which are proven, not from columns.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from ccnode.store import apart, voices
from ccnode_crypto.entry import header_digest, read_header
from ccnode_crypto.erasure import Reach
from ccnode_crypto.errors import CryptoError
from ccnode_protocol import hlc, records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ccnode.store.views import View
    from ccnode.store.voices import Voices
    from ccnode_crypto.entry import Header

    Query = Callable[[str, Sequence[object]], Iterable[Sequence[Any]]]

ALONE_KINDS: Final = frozenset({Kind.NOTE_KEPT, Kind.PACKET_KEPT})  # of no session
NAMED_KINDS: Final = ALONE_KINDS | {Kind.MESSAGE}  # what an order for one message can name
COVERED_KINDS: Final = NAMED_KINDS | {Kind.SESSION_OPENED, Kind.SESSION_TITLED}
_DERIVED: Final = (
    "SELECT e.id, e.digest, e.kind, e.time, c.node, c.audience, t.kind, t.time, t.meta, t.digest, d.node"
    " FROM note_sources s CROSS JOIN entries e ON e.id = s.id >> 5 CROSS JOIN chains c ON c.id = e.chain"
    " CROSS JOIN entries t ON t.digest = s.source CROSS JOIN chains d ON d.id = t.chain ORDER BY s.id"
)
# What of ours was made from what its writer, a sandbox peer, has ordered to be forgotten since.
_DERIVED_APART: Final = (
    "SELECT e.id, e.digest, e.kind, e.time, c.node, c.audience FROM packets p CROSS JOIN note_sources s"
    " ON s.id BETWEEN p.id << 5 AND (p.id << 5) + 31 CROSS JOIN entries t ON t.digest = s.source"
    " CROSS JOIN quarantine q ON q.chain = t.chain CROSS JOIN chains d ON d.id = t.chain"
    " CROSS JOIN apart_orders o ON o.voice = d.node AND o.what = t.digest AND o.time >= t.time"
    f" CROSS JOIN entries e ON e.id = p.id CROSS JOIN chains c ON c.id = e.chain WHERE {apart.STANDS} ORDER BY p.id"
)
# What its own writer ordered to be forgotten: of a packet, which is a copy, however old it is.
_DERIVED_SAID: Final = (
    "SELECT e.id, e.digest, e.kind, e.time, c.node, c.audience FROM packets p CROSS JOIN entries e ON e.id = p.id"
    " CROSS JOIN chains c ON c.id = e.chain CROSS JOIN message_events v ON v.message = e.digest"
    " AND v.target IS NULL AND v.kind = 20 CROSS JOIN entries o ON o.id = v.id CROSS JOIN chains d ON d.id = o.chain"
    " WHERE d.node = c.node AND v.time >= e.time AND v.value <= ? ORDER BY p.id"
)
# Kinds are written out, or the indexes on just these rows would not serve.
_ORDERS: Final = (
    "SELECT e.id, e.header, e.meta FROM session_events s JOIN entries e ON e.id = s.id WHERE s.kind = 20 ORDER BY e.id"
)
_MESSAGE_ORDERS: Final = (
    "SELECT e.id, e.header, e.meta FROM message_events v JOIN entries e ON e.id = v.id WHERE v.kind = 20 ORDER BY e.id"
)
_ANY_GIVEN: Final = (
    "SELECT 1 FROM session_events WHERE kind = 20 UNION ALL SELECT 1 FROM message_events WHERE kind = 20 LIMIT 1"
)
_CANCELLATIONS: Final = "SELECT e.header, e.meta FROM cancellations c JOIN entries e ON e.id = c.id"
_RECEIPTS: Final = (
    "SELECT e.header, e.meta FROM entries e JOIN chains c ON c.id = e.chain"
    " WHERE e.kind = 22 AND c.node IN (SELECT node FROM own_keys)"
)


@dataclass(frozen=True, slots=True)
class Order:
    """One order to forget a session or a message (its digest), by `voice`.

    `session` is the id under which its meta names it; `kept_as` that of the tables. `cancelled`: when it was first
    taken back by who may; `done`: whether this node gave its receipt. `node`: who recorded it; `reach`: how far it
    goes, None where it lacks authority and does nothing. `owner`: who stated it, None where nobody did.
    """

    entry: int
    digest: bytes
    voice: bytes
    session: bytes | None
    message: bytes | None
    time: int
    due_ms: int
    cancelled: int | None = None
    done: bool = False
    node: bytes = b""
    reach: Reach | None = None
    owner: bytes | None = None

    @property
    def kept_as(self) -> bytes | None:
        """The id under which the tables keep the session."""
        return voices.session_of(self.voice, self.session) if self.session is not None else None

    def is_in_force(self, now_ms: int) -> bool:
        """Whether the contents are to be gone by now."""
        return self.due_ms <= now_ms and not self.is_void and self.reach is not None

    @property
    def is_void(self) -> bool:
        """Whether it was taken back. A cancellation recorded after the order was due does nothing."""
        return self.cancelled is not None and hlc.to_ms(self.cancelled) < self.due_ms


class Coverage:
    """Which contents a number of orders covers."""

    def __init__(self, orders: Iterable[Order], known: Voices) -> None:
        self._voices = known
        self._until: dict[tuple[bytes, bytes], int] = {}  # (voice, session or digest of a message) -> time
        self._named: defaultdict[bytes, list[tuple[bytes | None, Reach]]] = defaultdict(list)  # digest -> its session
        for order in orders:
            what, reach = order.message or order.session or b"", order.reach
            if reach is not None and reach.named is None:
                self.add(order.voice, what, reach.until)
            for digest in (reach and reach.named) or ():
                self._named[digest].append((order.session, reach))  # type: ignore[arg-type]  # it names something

    def __bool__(self) -> bool:
        return bool(self._until or self._named)

    def add(self, voice: bytes, what: bytes, time: int) -> None:
        """Cover one more entry of a voice, or a session of its, up to a time."""
        self._until[voice, what] = max(time, self._until.get((voice, what), 0))

    def covers(self, kind: int, time: int, meta: bytes, digest: bytes, node: bytes) -> bool:
        """Whether the content of this entry of a node is covered; `time` is its header's."""
        if kind not in COVERED_KINDS or not self:
            return False
        voice = self._voices.of(node)
        if digest in self._named and self._is_named(kind, time, meta, digest, node):
            return True
        if kind in NAMED_KINDS and time <= self._until.get((voice, digest), -1):
            return True
        if kind in ALONE_KINDS:
            return False
        try:
            session = records.read_message(meta).session if kind == Kind.MESSAGE else records.read_session(meta)[0]
        except RemoteError:
            return False
        return time <= self._until.get((voice, session), -1)

    def _is_named(self, kind: int, time: int, meta: bytes, digest: bytes, node: bytes) -> bool:
        for session, reach in self._named[digest]:
            if not reach.holds(node, time, digest):
                continue
            if session is None:
                if kind in NAMED_KINDS:
                    return True
            elif session == session_of(kind, meta):
                return True
        return False


def session_of(kind: int, meta: bytes) -> bytes | None:
    """The session that a content belongs to, as its meta names it; None for those of none."""
    try:
        if kind == Kind.MESSAGE:
            return records.read_message(meta).session
        return records.read_session(meta)[0] if kind in (Kind.SESSION_OPENED, Kind.SESSION_TITLED) else None
    except RemoteError:
        return None


def load_orders(run: Query, known: Voices | None = None) -> list[Order]:
    """Every stored order, oldest first. Entries that do not hold what their kind asks for are passed over.

    `run`: how to ask, Connection.execute or Transaction.query. `known`: whose word counts, where that is at hand.

    Raises:
        sqlite3.Error: they cannot be read.
    """
    known = voices.load(run) if known is None else known
    cancelled: defaultdict[bytes, list[tuple[bytes, int]]] = defaultdict(list)
    for header, meta in run(_CANCELLATIONS, ()):
        if (fields := _proven(header, meta, Kind.FORGET_CANCELLED)) and (order := _order_named(meta)):
            cancelled[order].append((known.of(fields.chain.node), fields.time))
    done = {_order_named(meta) for header, meta in run(_RECEIPTS, ()) if _proven(header, meta, Kind.ERASURE_DONE)}
    orders = []
    for entry, header, meta in sorted([*run(_ORDERS, ()), *run(_MESSAGE_ORDERS, ())], key=itemgetter(0)):
        if not (fields := _proven(header, meta, Kind.FORGET_ORDERED)):
            continue
        node = fields.chain.node
        try:
            named = records.read_forget(meta, node)
        except RemoteError:
            continue
        digest, voice = header_digest(header), known.of(node)
        reach: Reach | None = Reach(None, 0, fields.time, None)
        if voice == voices.OURS:
            reach = named.reach(node, fields.time, known.owners)
        taken_back = min((time for by, time in cancelled.get(digest, ()) if by == voice), default=None)
        is_done = digest in done
        what = (named.session, named.message, fields.time, named.due_ms)
        said = named.said[0] if named.said is not None else None
        orders.append(Order(entry, digest, voice, *what, taken_back, is_done, node, reach, said))
    return orders


def _proven(header: object, meta: object, kind: Kind) -> Header | None:
    """The header's fields, where it says that the entry is of this kind."""
    if not isinstance(header, bytes) or not isinstance(meta, bytes):
        return None
    try:
        fields = read_header(header)
    except CryptoError:
        return None
    return fields if fields.kind == kind else None


@dataclass(frozen=True, slots=True)
class Derived:
    """A note or packet, made from something that is erased. `voice`: whose it is; `node`, `audience`: of its chain."""

    entry: int
    digest: bytes
    kind: int
    time: int
    voice: bytes
    node: bytes
    audience: int


def derived(run: Query, gone: Coverage, known: Voices, now_ms: int) -> list[Derived]:
    """The notes and packets of which a source is covered by orders of who wrote it.

    A note goes with sources of its own voice; a packet of ours also with a stranger's, from whom we took it, and by an
    order of the node that wrote it.

    Raises:
        sqlite3.Error: they cannot be read.
    """
    found: dict[bytes, Derived] = {}
    if gone and _has(run, "note_sources"):  # else a database of before there were notes
        for entry, digest, kind, time, node, audience, of_kind, said, meta, source, author in run(_DERIVED, ()):
            whose = known.of(node)
            may = whose == known.of(author) or (kind == Kind.PACKET_KEPT and whose == voices.OURS)
            if may and gone.covers(of_kind, said, meta, source, author):
                found[digest] = Derived(entry, digest, kind, time, whose, node, audience)
    if _has(run, "packets"):
        for sql in (_DERIVED_APART, _DERIVED_SAID):
            for entry, digest, kind, time, node, audience in run(sql, (now_ms,)):
                if known.of(node) == voices.OURS:
                    found[digest] = Derived(entry, digest, kind, time, voices.OURS, node, audience)
    return list(found.values())


def _has(run: Query, table: str) -> bool:
    return bool(list(run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))))


def _order_named(meta: bytes) -> bytes | None:
    try:
        return records.read_order(meta)[0]
    except RemoteError:
        return None


def coverage(run: Query, now_ms: int) -> Coverage:
    """What the orders in force at `now_ms` cover; `run` as for `load_orders`. Raises sqlite3.Error."""
    known = voices.load(run)
    return covering(run, (order for order in load_orders(run, known) if order.is_in_force(now_ms)), known, now_ms)


def any_given() -> View[bool]:
    """Whether there is any order at all, whatever it is worth."""
    return bool((yield _ANY_GIVEN, ()))


def coverage_until(run: Query, now_ms: int, known: Voices) -> tuple[Coverage, int, int]:
    """The same, and from when until when it holds, as long as no order, note or certificate comes.

    Raises:
        sqlite3.Error: they cannot be read.
    """
    given = load_orders(run, known)
    found = covering(run, (order for order in given if order.is_in_force(now_ms)), known, now_ms)
    times = [order.due_ms for order in given]
    since = max((due_ms for due_ms in times if due_ms <= now_ms), default=0)
    return found, since, min((due_ms for due_ms in times if due_ms > now_ms), default=2**63)


def covering(run: Query, given: Iterable[Order], known: Voices, now_ms: int) -> Coverage:
    """What these orders cover, with what was made from that. Raises sqlite3.Error."""
    found = Coverage(given, known)
    for made in derived(run, found, known, now_ms):
        found.add(made.voice, made.digest, made.time)
    return found
