"""Which branches has a conversation, where do they end, and what is it that a merge brings together?

A merge is a turn like any other: its question names the heads of the branches (that of its own session first) as its
`sources`, so a question that waits for its reply still knows what it is about, and its reply rests on these heads.
Forgotten or disabled messages are never among what is brought together.
"""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.core import turns
from ccnode.mind import branches
from ccnode.mind.prompt_types import Branch, Recalled
from ccnode.store import memory, notes, paging, views
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.ledger import connect
from ccnode.store.turns import Asked, asked, facts_to_ask, refuse
from ccnode_protocol import hlc, records
from ccnode_protocol.records import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ccnode.mind.charvec import Reference
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import Message, Session, View

TEXT_CHARS: Final = 400  # of each message in a tree, which shows how it begins
OWN_MAX: Final = 400  # of the messages that a branch has of its own, the newest; more no prompt has room for
_NAMED: Final = "SELECT s.session FROM sessions s WHERE s.parent IN ({marks}) AND s.voice IS NULL ORDER BY s.session"
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Head:
    """A session of a conversation and the message at which its branch ends now, None where that is empty."""

    session: Session
    leaf: bytes | None


@dataclass(frozen=True, slots=True)
class Tree:
    """A conversation: every message, parents before children, and where its sessions end."""

    session: Session
    messages: Sequence[Message]
    heads: Sequence[Head]


@dataclass(frozen=True, slots=True)
class Merge:
    """What is to be brought together: sessions, the heads that stand for them (the own one first), and the key."""

    session: bytes
    heads: tuple[bytes, ...]
    key: bytes
    text: str


def tree(session: bytes) -> View[Tree]:
    """The conversation that a session belongs to, as a tree; of long texts the beginnings. Raises NotFound."""
    known, messages = yield from paging.outline(session, TEXT_CHARS)
    names = dict.fromkeys([session, *(message.session for message in messages)])
    digests = [message.digest for message in messages]
    for at in range(0, len(digests), _AT_ONCE):
        some = digests[at : at + _AT_ONCE]
        rows = yield _NAMED.format(marks=",".join("?" * len(some))), some
        names |= dict.fromkeys(row[0] for row in rows)
    heads = []
    for name in names:
        try:
            of = yield from views.session(name)
        except NotFound:
            continue  # its opening has not arrived yet
        if of.due_ms is None or name == session:
            newest = yield from views.branch(name, limit=1)
            heads.append(Head(of, newest[-1].digest if newest else None))
    return Tree(known, messages, sorted(heads, key=lambda head: (head.session.opened, head.session.session)))


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sessions' branches beside each other, and the character of what is each one's own."""

    left: Session
    right: Session
    parted: branches.Comparison[Message]
    characters: branches.Characters


def compared(ledger: Path, left: bytes, right: bytes, reference: Reference) -> Compared:
    """Compare two branches; blocks for as long as it takes to read and measure them.

    Only what this assistant said counts for its character: nothing that was brought in, and nothing that is left out of
    memory.

    Raises:
        StoreError: there is no such session, or it cannot be read.
    """
    with contextlib.closing(connect(ledger, writable=False)) as connection:
        sessions = [views.run(connection, views.session(one)) for one in (left, right)]
        found = branches.compare(*(views.run(connection, views.branch(one)) for one in (left, right)))
        texts = [views.run(connection, _replies(own)) for own in (found.left, found.right)]
    return Compared(sessions[0], sessions[1], found, branches.characters(texts[0], texts[1], reference))


def _replies(own: Sequence[Message]) -> View[list[str]]:
    said = [one for one in own if one.role == "assistant" and one.origin is None and one.text]
    gone = yield from memory.left_out(one.digest for one in said)
    return [one.text or "" for one in said if one.digest not in gone]


# --- bringing together ---


def merge(into: bytes, others: Sequence[bytes], wish: str | None = None) -> View[Merge]:
    """What it takes to bring other branches into a session.

    Raises:
        NotFound: there is no such session.
        Conflict: there is nothing to bring together: no other branch, too many, one to be forgotten, or of a stranger;
            or one that has nothing of its own that may be used.
    """
    chosen = [other for other in dict.fromkeys(others) if other != into]
    if not chosen:
        raise Conflict("there is no other branch to bring in", remedy="name two or more: ccnode session tree")
    if len(chosen) >= branches.BRANCHES_MAX:
        raise Conflict(f"at most {branches.BRANCHES_MAX} branches are brought together at once", remedy="name fewer")
    way = yield from _way(into)
    heads = []
    for other in chosen:
        own = yield from _own((yield from _way(other)), set(way))
        if not own:
            name = str(uuid.UUID(bytes=other))[:8]
            remedy = "see what it holds: ccnode session compare"
            raise Conflict(f"branch {name} has nothing of its own to bring in", remedy=remedy)
        heads.append(own[-1].digest)
    mine = yield from _own(way, set())
    text = branches.question(len(heads), wish)
    own_head = (mine[-1].digest,) if mine else ()
    return Merge(into, (*own_head, *heads), branches.merge_key(into, heads), text)


def ask(wanted: Merge) -> Job[Asked]:
    """Record the consolidating question, once for the same heads. The job raises NotFound, Conflict."""

    def job(tx: Transaction) -> Asked:
        facts = facts_to_ask(tx, wanted.session, wanted.key)
        if facts.asked is not None:
            return asked(tx, facts.asked.digest, fresh=False, answer=facts.answer)
        match turns.ask(facts, wanted.text, wanted.key, wanted.heads):
            case turns.AppendMessage(meta, text):
                return asked(tx, tx.append(records.message(meta, text), meta).digest, fresh=True)
            case turns.AlreadyAsked(question, answer):
                return asked(tx, question, fresh=False, answer=answer)
            case turns.Refused() as refused:
                raise refuse(refused)

    return job


def merged(question: Message) -> View[list[Branch]]:
    """The branches that a question asks to bring together, its own first; none where it asks no such thing.

    Each with what it has of its own and may be used now, at most the newest `OWN_MAX`; a prompt takes what it has room
    for.
    """
    if question.role != "user" or not question.sources:
        return []
    here = (yield from paging.way_to(question.parent_id)) if question.parent_id is not None else []
    others: list[Branch] = []
    shared = len(here)
    for head in question.sources:
        try:
            known = yield from views.message(head)
            session = yield from views.session(known.session)
        except NotFound:
            continue
        way = yield from paging.way_to(known.id)
        if known.id in here or session.due_ms is not None or session.foreign:
            continue
        shared = min(shared, sum(1 for one, other in zip(here, way, strict=False) if one == other))
        own = yield from _own(way, set(here))
        others.append(Branch(session.id, head.hex(), _recalled((yield from notes.worded(own)))))
    if not others:
        return []
    mine = yield from _own(here[shared:], set())
    name, leaf = str(uuid.UUID(bytes=question.session)), (question.parent or b"").hex()
    said = _recalled((yield from notes.worded(mine)))
    return [Branch(name, leaf, said, here=True), *others]


def _way(session: bytes) -> View[list[int]]:
    """The local numbers of a session's branch, from the root on. Raises NotFound, Conflict."""
    known = yield from views.session(session)
    if known.foreign:
        raise Conflict("that conversation is another's", remedy="begin a branch of it: ccnode session fork")
    if known.due_ms is not None:
        raise Conflict("that conversation is to be forgotten", remedy="take that back: ccnode session forget --undo")
    return (yield from paging.numbers_of(known))


def _own(way: Sequence[int], shared: set[int]) -> View[list[Message]]:
    """What a branch has beside what it shares, as far as it may be used; the newest of it, oldest first."""
    numbers = [number for number in way if number not in shared][-OWN_MAX:]
    found: list[Message] = []
    for at in range(0, len(numbers), _AT_ONCE):
        found += yield from views.messages_by_id(numbers[at : at + _AT_ONCE])
    gone = yield from memory.left_out(message.digest for message in found)
    return [message for message in found if message.text and message.digest not in gone]


def _recalled(messages: Sequence[Message]) -> tuple[Recalled, ...]:
    return tuple(
        Recalled(
            message.digest.hex(),
            str(uuid.UUID(bytes=message.session)),
            message.role,
            message.text or "",
            hlc.to_ms(message.time),
            1.0,
            message.mark == "pinned",
        )
        for message in messages
        if records.ROLES[message.role] in (Role.USER, Role.ASSISTANT)
    )
