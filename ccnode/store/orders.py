"""Which contents may be missing? Orders to forget, read from the entries that carry them.

An order covers the openings, messages and titles of its session that were recorded at or before the order itself, once
it is due and was not taken back before that. It is read from headers and metas, which are proven, not from columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ccnode_crypto.entry import header_digest, read_header
from ccnode_crypto.errors import CryptoError
from ccnode_protocol import hlc, records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Query = Callable[[str, Sequence[object]], Iterable[Sequence[Any]]]

COVERED_KINDS: Final = frozenset({Kind.SESSION_OPENED, Kind.MESSAGE, Kind.SESSION_TITLED})
# Kinds are written out, or the indexes on just these rows would not serve.
_ORDERS: Final = (
    "SELECT e.id, e.header, e.meta FROM session_events s JOIN entries e ON e.id = s.id WHERE s.kind = 20 ORDER BY e.id"
)
_CANCELLATIONS: Final = "SELECT e.header, e.meta FROM cancellations c JOIN entries e ON e.id = c.id"
_RECEIPTS: Final = (
    "SELECT e.header, e.meta FROM entries e JOIN chains c ON c.id = e.chain"
    " WHERE e.kind = 22 AND c.node IN (SELECT node FROM own_keys)"
)


@dataclass(frozen=True, slots=True)
class Order:
    """One order to forget. `cancelled`: when it was first taken back; `done`: whether this node gave its receipt."""

    entry: int
    digest: bytes
    session: bytes
    time: int
    due_ms: int
    cancelled: int | None = None
    done: bool = False

    def is_in_force(self, now_ms: int) -> bool:
        """Whether the contents are to be gone by now. A cancellation recorded after the order was due is void."""
        in_time = self.cancelled is not None and hlc.to_ms(self.cancelled) < self.due_ms
        return self.due_ms <= now_ms and not in_time


class Coverage:
    """Which contents a number of orders covers."""

    def __init__(self, orders: Iterable[Order]) -> None:
        self._until: dict[bytes, int] = {}
        for order in orders:
            self._until[order.session] = max(order.time, self._until.get(order.session, 0))

    def __bool__(self) -> bool:
        return bool(self._until)

    def covers(self, kind: int, time: int, meta: bytes) -> bool:
        """Whether the content of an entry with this kind, header time and meta is covered."""
        if kind not in COVERED_KINDS or not self._until:
            return False
        try:
            session = records.read_message(meta).session if kind == Kind.MESSAGE else records.read_session(meta)[0]
        except RemoteError:
            return False
        return time <= self._until.get(session, -1)


def load_orders(run: Query) -> list[Order]:
    """Every stored order, oldest first. Entries that do not hold what their kind asks for are passed over.

    `run`: how to ask, Connection.execute or Transaction.query.

    Raises:
        sqlite3.Error: they cannot be read.
    """
    cancelled: dict[bytes, int] = {}
    for header, meta in run(_CANCELLATIONS, ()):
        if (found := _proven(header, meta, Kind.FORGET_CANCELLED)) and (order := _order_named(meta)):
            cancelled[order] = min(found[1], cancelled.get(order, found[1]))
    done = {_order_named(meta) for header, meta in run(_RECEIPTS, ()) if _proven(header, meta, Kind.ERASURE_DONE)}
    orders = []
    for entry, header, meta in run(_ORDERS, ()):
        if not (found := _proven(header, meta, Kind.FORGET_ORDERED)):
            continue
        digest, time = found
        try:
            order = records.read_forget(meta)
        except RemoteError:
            continue
        if order.session is None:
            continue
        done_here = digest in done
        orders.append(Order(entry, digest, order.session, time, order.due_ms, cancelled.get(digest), done_here))
    return orders


def _proven(header: object, meta: object, kind: Kind) -> tuple[bytes, int] | None:
    """The digest and time of an entry, where its header says that it is of this kind."""
    if not isinstance(header, bytes) or not isinstance(meta, bytes):
        return None
    try:
        fields = read_header(header)
    except CryptoError:
        return None
    return (header_digest(header), fields.time) if fields.kind == kind else None


def _order_named(meta: bytes) -> bytes | None:
    try:
        return records.read_order(meta)[0]
    except RemoteError:
        return None


def coverage(orders: Sequence[Order], now_ms: int) -> Coverage:
    """What the orders in force at `now_ms` cover."""
    return Coverage(order for order in orders if order.is_in_force(now_ms))
