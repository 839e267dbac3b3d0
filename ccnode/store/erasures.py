"""What was ordered to be forgotten, by whose word, and which nodes have answered? Receipts beside the list of nodes.

Every node of the owner carries orders out and says so on its own chain. Whoever has not said so yet may hold the words
still; a node that was removed or let down, or whose key was revoked, may keep them for ever.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from ccnode.clock import iso
from ccnode.store import orders, voices
from ccnode.store.backup_list import list_backups
from ccnode.store.errors import Conflict, NotFound, translated
from ccnode.store.ledger import connect
from ccnode.store.voices import OURS
from ccnode_crypto.erasure import RULE_MS
from ccnode_crypto.keys import node_id
from ccnode_protocol import hlc, records
from ccnode_protocol.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode.store.home import Home
    from ccnode.store.orders import Coverage, Order, Query

OVERDUE_MS: Final = 7 * 24 * 3600 * 1000
LISTED_MAX: Final = 200
DIGITS_MIN: Final = 4
HOUR_MS: Final = 3_600_000
REMEDY: Final = "see: ccnode erasure list"
_RECEIPTS: Final = "SELECT e.meta, c.node, e.time FROM entries e JOIN chains c ON c.id = e.chain WHERE e.kind = 22"
# Whoever joined is nothing yet, and let down by nobody.
_PEERS: Final = (
    "SELECT node, name, CASE WHEN standing = 'known' AND tier IN (0, 4) THEN 'core' ELSE standing END, seen_ms"
    " FROM peers"
)
_TARGET: Final = (
    "SELECT e.kind, e.time, e.meta, e.digest, c.node FROM entries e JOIN chains c ON c.id = e.chain WHERE e.digest = ?"
)

Authority = Literal["owner", "node", "before the rule", "none"]
Standing = Literal["this node", "core", "let down", "removed", "revoked"]
State = Literal["taken back", "no authority", "waiting", "unanswered", "answered"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a node has said to an order. `done_ms`, `bodies`: of its receipt, if any; `seen_ms`: seen last."""

    node: bytes
    name: str
    standing: Standing
    done_ms: int | None
    bodies: int | None
    seen_ms: int | None

    @property
    def owes(self) -> bool:
        """Whether its receipt is still to come."""
        return self.done_ms is None and self.standing in ("this node", "core")

    def form(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "node_id": node_id(self.node),
            "name": self.name,
            "standing": self.standing,
            "answered": iso(self.done_ms) if self.done_ms is not None else None,
            "bodies": self.bodies,
            "seen": iso(self.seen_ms) if self.seen_ms is not None else None,
            "owes": self.owes,
        }


@dataclass(frozen=True, slots=True)
class Erasure:
    """An order of ours, and what became of it. `state` holds for the moment that was asked about."""

    order: Order
    authority: Authority
    state: State
    answers: tuple[Answer, ...] = field(default=())

    @property
    def owing(self) -> list[Answer]:
        """The nodes that still have to answer."""
        return [one for one in self.answers if one.owes] if self.state == "unanswered" else []

    def form(self) -> dict[str, Any]:
        """As JSON has it, without the copies."""
        order = self.order
        return {
            "order": order.digest.hex(),
            "session": order.kept_as.hex() if order.kept_as is not None else None,
            "message": order.message.hex() if order.message is not None else None,
            "given": iso(hlc.to_ms(order.time)),
            "given_by": node_id(order.node),
            "due": iso(order.due_ms),
            "authority": self.authority,
            "state": self.state,
            "answers": [one.form() for one in self.answers],
            "owing": len(self.owing),
        }


def read(run: Query, own: bytes, now_ms: int, wanted: str | None = None, most: int = LISTED_MAX) -> list[Erasure]:
    """The orders of our own voice, newest first, or (`wanted`, the beginning of a digest in hex) those of that name.

    Raises:
        sqlite3.Error: they cannot be read.
    """
    known = voices.load(run)
    given = orders.load_orders(run, known)
    covered = orders.coverage(run, now_ms)
    receipts = _receipts(run, known.ours)
    nodes = _nodes(run, own)
    found: list[Erasure] = []
    for order in sorted(given, key=lambda one: (one.time, one.digest), reverse=True):
        if order.voice != OURS or (wanted is not None and not order.digest.hex().startswith(wanted)):
            continue
        authority = _authority(run, order, covered)
        if authority is None and wanted is None:
            continue  # a note goes with its source: that is shown by the order for the source
        answers = [_answer(one, receipts.get((order.digest, one[0]))) for one in nodes]
        found.append(_erasure(order, authority or "none", answers, now_ms))
        if len(found) >= most:
            break
    return found


def _authority(run: Query, order: Order, covered: Coverage) -> Authority | None:
    """By whose word it is; None where it only says what follows from another."""
    if order.owner is not None:
        return "owner" if order.reach is not None else "none"
    target = next(iter(run(_TARGET, (order.message,))), None) if order.message is not None else None
    if target is not None and not _reaches(order, target):
        return None if covered.covers(*target) else "none"
    if order.reach is None:
        return "none"
    return "before the rule" if order.reach.named is None and hlc.to_ms(order.time) < RULE_MS else "node"


def _reaches(order: Order, target: Iterable[Any]) -> bool:
    kind, time, _, digest, node = target
    return order.reach is not None and kind in orders.NAMED_KINDS and order.reach.holds(node, time, digest)


def _erasure(order: Order, authority: Authority, answers: list[Answer], now_ms: int) -> Erasure:
    if order.is_void:
        return Erasure(order, authority, "taken back")
    if authority == "none":
        return Erasure(order, authority, "no authority")
    if order.due_ms > now_ms:
        return Erasure(order, authority, "waiting", tuple(answers))
    state: State = "unanswered" if any(one.owes for one in answers) else "answered"
    return Erasure(order, authority, state, tuple(answers))


def _receipts(run: Query, ours: frozenset[bytes]) -> dict[tuple[bytes, bytes], tuple[int, int]]:
    """The first receipt of each node of ours for each order: when, and for how many contents."""
    found: dict[tuple[bytes, bytes], tuple[int, int]] = {}
    for meta, node, time in run(_RECEIPTS, ()):
        if node not in ours:
            continue  # whoever is none of ours has nothing of ours to erase
        try:
            order, bodies = records.read_order(meta)
        except RemoteError:
            continue
        said = (hlc.to_ms(time), bodies)
        found[order, node] = min(said, found.get((order, node), said))
    return found


def _nodes(run: Query, own: bytes) -> list[tuple[bytes, str, Standing, int | None]]:
    """Every node of ours that may hold something: its key, name, standing, and when it was last seen."""
    former = {node for (node,) in run("SELECT node FROM own_keys", ())} - {own}
    peers = {node: (name, standing, seen) for node, name, standing, seen in run(_PEERS, ())}
    found: list[tuple[bytes, str, Standing, int | None]] = []
    for node in sorted({own, *voices.certified(run)} - former, key=lambda one: (one != own, one)):
        name, stands, seen = peers.get(node, ("", "", None))
        # Of one that was let down nothing more is taken, its receipts no more than the rest.
        standing: Standing = "removed" if stands == "removed" else "let down" if stands == "known" else "core"
        if voices.revocations(run, node):
            standing = "revoked"
        found.append((node, name, "this node" if node == own else standing, seen))
    return found


def _answer(node: tuple[bytes, str, Standing, int | None], said: tuple[int, int] | None) -> Answer:
    done_ms, bodies = said if said is not None else (None, None)
    return Answer(*node[:3], done_ms, bodies, node[3])


# --- of a data directory ---


def of_home(home: Home, own: bytes, now_ms: int, wanted: str | None = None) -> list[Erasure]:
    """The same, of a data directory; blocks. Raises StoreError."""
    with closing(connect(home.ledger, writable=False)) as connection:
        try:
            connection.execute("BEGIN")
            return read(connection.execute, own, now_ms, wanted)
        except sqlite3.Error as error:
            raise translated(error) from error


def one_of(home: Home, own: bytes, now_ms: int, wanted: str) -> Erasure:
    """The order whose digest begins so. Raises NotFound, Conflict where several do, StoreError."""
    name = wanted.strip().lower()
    if len(name) < DIGITS_MIN or set(name) - set("0123456789abcdef"):
        raise NotFound(f"{wanted[:80]!r} is no order: {DIGITS_MIN} hexadecimal digits or more are", remedy=REMEDY)
    found = of_home(home, own, now_ms, name)
    if not found:
        raise NotFound(f"there is no order to forget {name}", remedy=REMEDY)
    if len(found) > 1:
        raise Conflict(f"{len(found)} orders begin with {name}", remedy=f"give more digits; {REMEDY}")
    return found[0]


def overdue(found: Iterable[Erasure], now_ms: int) -> list[Erasure]:
    """Those that some node has not answered a week after they were due."""
    return [one for one in found if one.owing and one.order.due_ms <= now_ms - OVERDUE_MS]


def problem(home: Home, own: bytes, now_ms: int) -> str:
    """What a person should know: that a node owes a receipt for over a week. "" for nothing. Raises StoreError."""
    return problem_of(of_home(home, own, now_ms), now_ms)


def problem_of(found: Iterable[Erasure], now_ms: int) -> str:
    """The same, of orders that were read."""
    late = overdue(found, now_ms)
    if not late:
        return ""
    names = sorted({one.name or node_id(one.node)[:12] for each in late for one in each.owing})
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004  # so many names fit a line
    what = "1 order" if len(late) == 1 else f"{len(late)} orders"
    return f"{what} to forget not answered for over 7 days by {', '.join(names[:3])}{more}: {REMEDY}"


def copies(home: Home, found: Erasure, every_hours: int, keep: int, now_ms: int) -> list[dict[str, Any]]:
    """The copies on this machine, made before the words were erased here, with when each goes by itself.

    `until` is None for what only a person removes. `every_hours`, `keep`: how automatic backups are made and kept.

    Raises:
        StoreError: they cannot be listed.
    """
    done_ms = next((one.done_ms for one in found.answers if one.standing == "this node"), None)
    forms, place = [], 0
    for one in list_backups(home):
        automatic = one.kind == "automatic"
        place += automatic
        if done_ms is not None and one.created_ms >= done_ms:
            continue
        until = now_ms + max(1, keep - place + 1) * every_hours * HOUR_MS if automatic and every_hours else None
        forms.append(
            {
                "path": str(one.path),
                "kind": one.kind,
                "created": iso(one.created_ms),
                "until": iso(until) if until is not None else None,
            }
        )
    return forms
