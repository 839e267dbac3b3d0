"""What does it take to forget something, and how is it ordered? By the node's own word, or by the owner's.

A node key erases what it wrote itself within the last 30 days, at most 20 contents by one order. All else takes the
owner's statement (protocol/README.md, "Forgetting"): a node that was broken into must not be able to empty the others.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccnode.store import orders
from ccnode.store.errors import Conflict
from ccnode.store.plates import is_our_owner
from ccnode.store.transaction import view
from ccnode.store.voices import OUR_NODES, OUR_OWNERS, OURS
from ccnode_crypto.entry import AUDIENCE_CORE
from ccnode_crypto.erasure import BODIES_MAX, RECENT_MS, verified
from ccnode_crypto.keys import node_id
from ccnode_crypto.statements import ForgetStatement, state_forget
from ccnode_protocol import hlc, records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.store.home import Home
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import Row, View
    from ccnode_crypto.keys import SigningKey

SLACK_MS: Final = 60 * 60 * 1000  # between asking what it takes and ordering it
AHEAD_MS: Final = 24 * 3600 * 1000  # so far may an owner's clock be ahead of ours
_CONTENT: Final = f"(e.sealed IS NULL OR e.sealed != x'') AND c.node IN ({OUR_NODES})"
_OF_SESSION: Final = (
    "FROM (SELECT id FROM messages WHERE session = ?1 UNION ALL"
    " SELECT id FROM session_events WHERE session = ?1 AND kind IN (16, 18)) s CROSS JOIN entries e ON e.id = s.id"
    f" CROSS JOIN chains c ON c.id = e.chain WHERE {_CONTENT}"
)
_OPENED: Final = (
    "SELECT e.time, c.node FROM sessions t JOIN entries e ON e.id = t.opened JOIN chains c ON c.id = e.chain"
    " WHERE t.session = ?"
)
_OF_ENTRY: Final = f"FROM entries e CROSS JOIN chains c ON c.id = e.chain WHERE e.digest = ?1 AND {_CONTENT}"
_CERTIFIERS: Final = (
    "SELECT DISTINCT c.node, coalesce(p.name, '') FROM certified k CROSS JOIN entries e ON e.id = k.id"
    " CROSS JOIN chains c ON c.id = e.chain LEFT JOIN peers p ON p.node = c.node"
    f" WHERE k.node = ? AND c.node != k.node AND k.owner IN ({OUR_OWNERS}) ORDER BY 1"
)
_COUNTED: Final = "SELECT count(*), coalesce(sum(c.node != ?2), 0), min(e.time), max(e.time) "
_NAMES: Final = f"SELECT e.digest {{}} ORDER BY e.time, e.digest LIMIT {BODIES_MAX + 1}"


class OwnerNeeded(Conflict):
    """What is to be forgotten takes the owner's word, and none was given."""

    code = "owner_needed"


@dataclass(frozen=True, slots=True)
class Target:
    """What one order is about: a session (16 bytes), or an entry (its digest); the other is None."""

    session: bytes | None = None
    message: bytes | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """What it takes to forget something.

    `targets`: an order for each. `bodies`: how many contents of ours that covers; `named`: their digests, where the
    owner's word is not needed. `why`: why it is, "" where not. `newest_ms`: when the newest of them was recorded.
    """

    targets: tuple[Target, ...]
    bodies: int
    named: tuple[bytes, ...]
    why: str
    newest_ms: int


@dataclass(frozen=True, slots=True)
class Word:
    """The owner's word, as far as it was given: the key itself, or statements that were made where it is."""

    key: SigningKey | None = None
    statements: tuple[ForgetStatement, ...] = ()


NO_WORD: Final = Word()


@dataclass(frozen=True, slots=True)
class Consent:
    """How a person wants something forgotten: at once or in 24 hours, and with what of the owner's, if any."""

    at_once: bool = False
    passphrase: str | None = field(default=None, repr=False)
    statements: tuple[ForgetStatement, ...] = ()


def for_session(session: bytes, node: bytes, now_ms: int) -> View[Needs]:
    """What it takes that the node with this key orders a session of ours to be forgotten."""
    rows = yield _COUNTED + _OF_SESSION, (session, node)
    counted, named = rows[0], ()
    opened = yield _OPENED, (session,)
    whys = _whys(counted, now_ms)
    if opened and not whys and (opened[0][1] != node or _is_old(opened[0][0], now_ms)):
        whys = "it was begun by another node of yours, or more than 30 days ago"
    if not whys:
        rows = yield _NAMES.format(_OF_SESSION), (session,)
        named = tuple(digest for (digest,) in rows)
    newest = max(counted[3] or 0, opened[0][0] if opened else 0)
    return Needs((Target(session=session),), counted[0], named, whys, hlc.to_ms(newest))


def for_entries(digests: Sequence[bytes], node: bytes, now_ms: int) -> View[Needs]:
    """The same of messages, or of the versions of a note: an order for each."""
    found: list[Row] = []
    for digest in digests:
        found += yield _COUNTED + _OF_ENTRY, (digest, node)
    there = [row for row in found if row[0]]
    whys = next((why for row in there if (why := _whys(row, now_ms))), "")
    if len(there) > BODIES_MAX:
        whys = _too_many(len(there))
    newest = hlc.to_ms(max((row[3] for row in there), default=0))
    return Needs(tuple(Target(message=digest) for digest in digests), len(there), tuple(digests), whys, newest)


def _whys(counted: Row, now_ms: int) -> str:
    bodies, others, oldest, _ = counted
    if bodies > BODIES_MAX:
        return _too_many(bodies)
    if others:
        return f"{others} of its contents were written by another node of yours" if bodies > 1 else (
            "it was written by another node of yours"
        )  # fmt: skip
    return "it was written more than 30 days ago" if oldest is not None and _is_old(oldest, now_ms) else ""


def _too_many(bodies: int) -> str:
    return f"it has {bodies} contents, more than the {BODIES_MAX} that a node may erase by itself"


def _is_old(time: int, now_ms: int) -> bool:
    return hlc.to_ms(time) < now_ms - RECENT_MS + SLACK_MS


def certifiers(node: bytes) -> View[list[tuple[bytes, str]]]:
    """The nodes that recorded our owner's certificate for this one, with their names: where the owner key was used."""
    rows = yield _CERTIFIERS, (node,)
    return [(row[0], row[1]) for row in rows]


def where(home: Home, node: bytes) -> str:
    """On which node to forget it instead, for people; blocks. Raises StoreError."""
    from ccnode.store import views
    from ccnode.store.ledger import connect  # late: it stands above

    with closing(connect(home.ledger, writable=False)) as connection:
        found = views.run(connection, certifiers(node))
    names = [f"{name} ({node_id(key)[:12]})" if name else node_id(key)[:12] for key, name in found]
    return f"do it on the node that certified this one: {' or '.join(names)}" if names else "do it where it is"


def states(key: SigningKey, needs: Needs, node: bytes, now_ms: int, due_ms: int) -> tuple[ForgetStatement, ...]:
    """The owner's statements that are needed, for the node with this key to record."""
    issued_ms = max(now_ms, needs.newest_ms)
    return tuple(state_forget(key, node, one.session, one.message, issued_ms, due_ms) for one in needs.targets)


def order(
    tx: Transaction, needs: Needs, due_ms: int, now_ms: int, word: Word, audience: int = AUDIENCE_CORE
) -> list[bytes]:
    """Append the orders, to the chain for an audience; return their digests.

    Raises:
        OwnerNeeded: it takes the owner's word. Conflict: what was given is not that.
    """
    if not needs.why:
        return [tx.append(_own(one, needs, due_ms), audience=audience).digest for one in needs.targets]
    given = word.statements
    if word.key is not None:
        given = states(word.key, needs, tx.node, now_ms, due_ms)
    if not given:
        raise OwnerNeeded(
            f"to forget that takes the owner key: {needs.why}",
            remedy="in a terminal, 'ccnode session forget' or 'ccnode memory forget' asks for the owner's passphrase",
        )
    made = {Target(said.session, said.message): said for said in given}
    for one in needs.targets:
        if one not in made:
            raise Conflict("the owner's statement is about something else", remedy="try again")
        _check(tx, made[one], needs, now_ms)
    return [tx.append(records.forget_stated(made[one]), audience=audience).digest for one in needs.targets]


def _own(one: Target, needs: Needs, due_ms: int) -> records.Record:
    if one.message is not None:
        return records.message_forget_ordered(one.message, due_ms)
    return records.forget_ordered(one.session or b"", due_ms, needs.named)


def _check(tx: Transaction, said: ForgetStatement, needs: Needs, now_ms: int) -> None:
    if not view(tx, is_our_owner(said.owner)):
        raise Conflict("that is not the owner key of this node", remedy="see: ccnode doctor")
    if said.node != tx.node or not verified(said):
        raise Conflict("the owner's statement was not made for this node", remedy="try again")
    if said.issued_ms < needs.newest_ms:
        raise Conflict("something was said there meanwhile", remedy="try again")
    if said.issued_ms > max(now_ms, needs.newest_ms) + AHEAD_MS or said.due_ms > said.issued_ms + 2 * AHEAD_MS:
        raise Conflict(
            "the owner's statement is from the future of this machine", remedy="set the clock, then try again"
        )


def covers_all(tx: Transaction, session: bytes) -> bool:
    """Whether the orders that stand for a session of ours reach all of its contents that are here."""
    given = orders.load_orders(tx.query)
    standing = [one for one in given if one.session == session and one.voice == OURS and one.is_in_force(one.due_ms)]
    if any(one.reach is not None and one.reach.named is None for one in standing):
        return True
    named = {digest for one in standing if one.reach is not None for digest in one.reach.named or ()}
    here = tx.query(f"{_NAMES.format(_OF_SESSION + ' AND e.sealed IS NOT NULL')}", (session,))
    return len(here) <= BODIES_MAX and {digest for (digest,) in here} <= named
