"""How do the decisions of core become entries? Ledger jobs: read the facts, decide, append, in one transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from ccnode.core import turns
from ccnode.store import orders, views
from ccnode.store.errors import Conflict
from ccnode.store.transaction import view
from ccnode_protocol import hlc, records
from ccnode_protocol.records import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccnode.store.forgetting import Word
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Appended, Transaction

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question is recorded: by this job (`fresh`), or before, and then perhaps with its answer.

    `seq`: its depth from the root, from 1; 0 where it has no place yet. `follows`: the message that a fresh one is said
    after, if any.
    """

    question: bytes
    fresh: bool
    answer: bytes | None = None
    seq: int = field(default=0, compare=False)
    follows: bytes | None = field(default=None, compare=False)


def ours(tx: Transaction, session: bytes) -> views.Session:
    """A session that can be changed. Raises NotFound, and Conflict for a stranger's."""
    known = view(tx, views.session(session))
    _check_ours(known)
    return known


def _check_ours(known: views.Session | views.Standing) -> None:
    if known.foreign:
        raise Conflict("that conversation is another's", remedy="begin a branch of it: ccnode session fork")


def read_facts(tx: Transaction, session: bytes) -> turns.Facts:
    """What core must know of a session to answer its last question. Raises NotFound, and Conflict for a stranger's."""
    facts = _read_standing(tx, session)[0]
    newest = view(tx, views.branch(session, limit=2))
    leaf = newest[-1] if newest else None
    before = newest[-2] if len(newest) > 1 else None
    return replace(facts, leaf=_known(leaf), leaf_parent=_known(before))


def facts_to_ask(tx: Transaction, session: bytes, key: bytes | None) -> turns.Facts:
    """What core must know of a session to take a question: of what was said, only what the question follows.

    Raises NotFound, and Conflict for a stranger's.
    """
    facts, parent = _read_standing(tx, session)
    asked = view(tx, views.by_key(session, key)) if key else None
    answer = view(tx, views.reply_to(asked.id, session)) if asked else None
    return replace(facts, leaf=_end(tx, session, parent), asked=_known(asked), answer=answer)


def _read_standing(tx: Transaction, session: bytes) -> tuple[turns.Facts, bytes | None]:
    """Whether a session goes on, and the message that it branches from."""
    known = view(tx, views.standing(session))
    _check_ours(known)
    ended, to_be_forgotten = known.ended is not None, known.due_ms is not None
    return turns.Facts(session, ended=ended, to_be_forgotten=to_be_forgotten), known.parent


def _end(tx: Transaction, session: bytes, parent: bytes | None) -> turns.Known | None:
    """The newest message of a session, or the one that it branches from, without its words."""
    leaf = view(tx, views.leaf_of(session))
    if leaf is not None:
        _, role, _, digest = leaf
        return turns.Known(digest, Role(role))
    sql = "SELECT m.role FROM entries e JOIN messages m ON m.id = e.id WHERE e.digest = ?"
    rows = tx.query(sql, (parent,)) if parent is not None else []
    return turns.Known(parent, Role(rows[0][0])) if parent is not None and rows else None


def _known(message: views.Message | None) -> turns.Known | None:
    if message is None:
        return None
    role, interrupted = records.ROLES[message.role], message.state == "interrupted"
    return turns.Known(message.digest, role, message.text, interrupted, tuple(message.sources))


def refuse(refused: turns.Refused) -> Conflict:
    """The room's error for a refusal, with its code."""
    error = Conflict(refused.message, remedy=refused.remedy)
    error.code = refused.code
    return error


def _append(tx: Transaction, message: turns.AppendMessage) -> Appended:
    return tx.append(records.message(message.meta, message.text), message.meta)


def asked(tx: Transaction, question: bytes, *, fresh: bool, answer: bytes | None = None) -> Asked:
    """A recorded question, with its place, so that nobody need look that up after the commit."""
    rows = tx.query("SELECT m.depth FROM entries e JOIN messages m ON m.id = e.id WHERE e.digest = ?", (question,))
    return Asked(question, fresh, answer, rows[0][0] or 0)


def ask(session: bytes, text: str, key: bytes | None) -> Job[Asked]:
    """Record a question, once for each key.

    The job raises NotFound, Conflict (with the refusal's code), EncodingError for text that is not valid Unicode.
    """

    def job(tx: Transaction) -> Asked:
        match turns.ask(facts_to_ask(tx, session, key), text, key):
            case turns.Refused() as refused:
                raise refuse(refused)
            case turns.AlreadyAsked(question, answer):
                return asked(tx, question, fresh=False, answer=answer)
            case turns.AppendMessage() as message:
                recorded = asked(tx, _append(tx, message).digest, fresh=True)
                return replace(recorded, follows=message.meta.parent)

    return job


def to_answer(session: bytes, decide: Callable[[turns.Facts], turns.Answer | turns.Refused]) -> Job[turns.Answer]:
    """Which question is to be answered, by core's `resume` or `regenerate`. The job raises NotFound and Conflict."""

    def job(tx: Transaction) -> turns.Answer:
        decided = decide(read_facts(tx, session))
        if isinstance(decided, turns.Refused):
            raise refuse(decided)
        return decided

    return job


def close(reply: turns.Reply, sources: tuple[bytes, ...], state: records.State) -> Job[bytes]:
    """Record the reply and return its digest; where the question has got one meanwhile, return that one's.

    Sources that are no messages or packets here (a model may claim anything) are left out.
    """

    def job(tx: Transaction) -> bytes:
        question = view(tx, views.message(reply.answer.question))
        present = view(tx, views.reply_to(question.id, reply.session))
        if turns.answered_meanwhile(reply.answer, present):
            return present  # type: ignore[return-value]  # it is not None, or it would not be another one
        is_here = (
            "SELECT 1 FROM entries e WHERE e.digest = ? AND (e.id IN (SELECT id FROM messages WHERE id = e.id)"
            " OR e.id IN (SELECT id FROM packets WHERE id = e.id AND rejected = 0))"
        )
        known = [source for source in sources if tx.query(is_here, (source,))]
        return _append(tx, reply.close(known, state)).digest

    return job


def open_session(title: str | None, parent: bytes | None, identifier: bytes | None = None) -> Job[bytes]:
    """Open a session, at the root or as a branch from the message `parent`; return its 16 bytes.

    The job raises NotFound for a parent that is no message, Conflict for one that is to be forgotten.
    """
    session = identifier or uuid.uuid4().bytes

    def job(tx: Transaction) -> bytes:
        if parent is not None:
            origin = view(tx, views.message(parent))
            if view(tx, views.session(origin.session)).due_ms is not None:
                raise Conflict("that message is to be forgotten", remedy="take that back first")
        tx.append(records.session_opened(session, title, parent))
        return session

    return job


def rename(session: bytes, title: str) -> Job[None]:
    """Give a session another title. The job raises NotFound, Conflict."""

    def job(tx: Transaction) -> None:
        if ours(tx, session).title != title:
            tx.append(records.session_titled(session, title))

    return job


def end(session: bytes) -> Job[None]:
    """End a session; ending it twice is ending it once. The job raises NotFound, Conflict."""

    def job(tx: Transaction) -> None:
        if ours(tx, session).ended is None:
            tx.append(records.session_ended(session))

    return job


def forget(session: bytes, now_ms: int, *, at_once: bool = False, word: Word | None = None) -> Job[tuple[bytes, int]]:
    """Order the contents of a session to be erased in 24 hours, or `at_once`; return the order's digest, and when.

    An order in force that reaches all of it is returned as it is, unless it is to be at once now. `word`: the owner's,
    where that is needed. The job raises NotFound, Conflict, OwnerNeeded.
    """
    from ccnode.store import forgetting

    def job(tx: Transaction) -> tuple[bytes, int]:
        known = ours(tx, session)
        if known.due_ms is not None and forgetting.covers_all(tx, session) and not (at_once and known.due_ms > now_ms):
            return order_of(tx, session), known.due_ms
        due_ms = now_ms if at_once else now_ms + records.FORGET_UNDO_MS
        needs = view(tx, forgetting.for_session(session, tx.node, now_ms))
        given = forgetting.order(tx, needs, due_ms, now_ms, word or forgetting.NO_WORD)
        after = view(tx, views.session(session)).due_ms
        if after is None:
            raise Conflict("that conversation is from the future of this machine", remedy="set the clock, or wait")
        return given[0], after

    return job


def order_of(tx: Transaction, session: bytes) -> bytes:
    """The digest of the order to forget that is in force."""
    rows = tx.query("SELECT e.digest FROM sessions s JOIN entries e ON e.id = s.forget WHERE s.session = ?", (session,))
    digest: bytes = rows[0][0]
    return digest


def undo_forget(session: bytes, now_ms: int) -> Job[None]:
    """Take every order to forget the session back: nodes that were apart may have given one each.

    What counts is when the cancellation is recorded, and where the clock was set back a little, that is later than it
    shows: then the order stays, and that is said.

    The job raises NotFound, and Conflict where there is no order, or one was due already.
    """

    def job(tx: Transaction) -> None:
        ours(tx, session)
        given = (order for order in orders.load_orders(tx.query) if order.kept_as == session)
        standing = [order for order in given if order.is_in_force(order.due_ms)]
        if not standing:
            raise Conflict(
                "the session is not to be forgotten", remedy="see which are: ccnode session list --forgotten"
            )
        take_back(tx, standing, now_ms)

    return job


def take_back(tx: Transaction, standing: Sequence[orders.Order], now_ms: int) -> None:
    """Take orders back. Raises Conflict where one was due already, or would be by the time that is recorded."""
    for order in standing:
        in_time = order.due_ms > now_ms
        if not in_time or hlc.to_ms(tx.append(records.forget_cancelled(order.digest)).time) >= order.due_ms:
            raise Conflict("the 24 hours are over: the contents are erased", remedy="restore a backup from before")
