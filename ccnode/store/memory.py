"""What is remembered, and how is that corrected? Memories to page through, marks, and forgetting one message.

A memory is what a person said that states something (mind/memory.py). What is left out of memory (protocol/README.md,
"Marks") is neither recalled nor shown to a model; `left_out` says what that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ccnode.store import echoes, forgetting, knowledge, notes, orders, titles, views
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.transaction import view
from ccnode.store.turns import take_back
from ccnode.store.voices import OUR_NODES, OURS
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import MARKS, Mark, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ccnode.store.forgetting import Word
    from ccnode.store.knowledge import Known
    from ccnode.store.ledger import Job
    from ccnode.store.notes import Note
    from ccnode.store.titles import Title
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import Message, Said, View

Wanted = Literal["pinned", "disabled", "forgetting", "noted"]

LIMIT_MAX: Final = 200
LOOKED_AT: Final = 5_000  # messages that one page looks at, so that it takes a bounded time
ROWS_AT_ONCE: Final = 500
READ_MAX: Final = 1_000  # messages whose words one page reads
FOLLOWED_MAX: Final = 4_000  # messages that are looked at to see what a few replies rest on
DIGESTS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Memory:
    """A message as something that is remembered, with the title of its session.

    `due_ms`: when it, or all of its session, is to be erased, in milliseconds since 1970. `titles`: of a message that
    is to be erased alone, what branches of its conversation are or were called in its words; that stays
    (protocol/README.md, kind 20). `note`: what is remembered instead of its words (notes.py).
    """

    message: Message
    title: str
    due_ms: int | None
    titles: tuple[Title, ...] = ()
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Memories, newest first. `next`: the message after which an older page begins; None where there is none.

    `knowledge`: what other nodes claim and the owner promoted, of a search's first page.
    """

    memories: list[Memory]
    next: bytes | None = None
    knowledge: Sequence[Known] = ()


# --- what there is ---

# First which messages, by an index alone; then what is known of each, one row for one, so that a page ends in time.
_SAID: Final = (
    "SELECT m.id, m.time FROM messages m WHERE m.role = 0 AND {after} ORDER BY m.time DESC, m.id DESC LIMIT ?"
)
_MARKED: Final = (
    "SELECT m.id, m.time FROM marks m WHERE m.mark = {mark} AND {after} ORDER BY m.time DESC, m.id DESC LIMIT ?"
)
_FORGETTING: Final = (
    "SELECT m.id, m.time FROM marks m WHERE m.due_ms IS NOT NULL AND {after} ORDER BY m.time DESC, m.id DESC LIMIT ?"
)
_NOTED: Final = (
    "SELECT DISTINCT m.id, m.time FROM note_sources s CROSS JOIN entries e ON e.digest = s.source"
    " CROSS JOIN messages m ON m.id = e.id WHERE {after} ORDER BY m.time DESC, m.id DESC LIMIT ?"
)
_AFTER: Final = "m.time <= ?1 AND (m.time < ?1 OR m.id < ?2)"
_KNOWN: Final = (
    "SELECT p.id, p.time, e.digest, e.sealed IS NOT NULL, s.voice IS NULL AND s.session IS NOT NULL,"
    " s.due_ms IS NOT NULL, k.due_ms IS NOT NULL, coalesce(k.mark, 0)"
    " FROM ({chosen}) p JOIN messages m ON m.id = p.id JOIN entries e ON e.id = p.id"
    " LEFT JOIN sessions s ON s.session = m.session LEFT JOIN marks k ON k.id = p.id ORDER BY p.time DESC, p.id DESC"
)


def page(limit: int = 50, *, before: bytes | None = None, wanted: Wanted | None = None) -> View[Page]:
    """Memories of ours, newest first, or (`wanted`) those that are pinned, disabled, to be forgotten, or have a note.

    Those to be forgotten are left out of the first two. Marked messages are shown whoever said them and whatever they
    say. A page may hold fewer than `limit`, or none, and still have a `next`: each looks at a bounded number.

    Raises:
        NotFound: `before` is no message.
    """
    from ccnode.mind.memory import states  # it reads as people do, with tables of words

    limit = max(1, min(limit, LIMIT_MAX))
    at = (views.hlc_limit(None), 2**63 - 1)
    if before is not None:
        at = yield from _place(before)
    chosen = {
        None: _SAID,
        "pinned": _MARKED.replace("{mark}", "1"),
        "disabled": _MARKED.replace("{mark}", "2"),
        "forgetting": _FORGETTING,
        "noted": _NOTED,
    }[wanted].replace("{after}", _AFTER)
    sql = _KNOWN.replace("{chosen}", chosen.replace("LIMIT ?", "LIMIT ?3"))
    found: list[Memory] = []
    sessions: dict[bytes, views.Session] = {}
    looked_at = read = 0
    while True:
        rows = yield sql, (*at, ROWS_AT_ONCE)
        for number, time, digest, *flags in rows:
            at, looked_at = (time, number), looked_at + 1
            if _may_be_shown(wanted, *flags[:4]):
                (message,) = yield from views.messages_by_id([number])
                read += 1
                if message.text is not None and (wanted or message.mark != "none" or states(message.text)):
                    memory = yield from described(message, sessions)
                    if wanted != "noted" or memory.note is not None:
                        found.append(memory)
            if len(found) == limit or looked_at >= LOOKED_AT or read >= READ_MAX:
                return Page(found, digest)
        if len(rows) < ROWS_AT_ONCE:
            return Page(found)


def _place(before: bytes) -> View[tuple[int, int]]:
    rows = yield "SELECT m.time, m.id FROM entries e JOIN messages m ON m.id = e.id WHERE e.digest = ?", (before,)
    if not rows:
        raise NotFound(f"there is no message {before.hex()}", remedy="see: ccnode memory list")
    return rows[0][0], rows[0][1]


def _may_be_shown(wanted: Wanted | None, has_words: int, is_ours: int, session_due: int, due: int) -> bool:
    if not has_words or not is_ours or session_due:
        return False
    return bool(due) == (wanted == "forgetting")


def described(message: Message, sessions: dict[bytes, views.Session]) -> View[Memory]:
    """A message as a memory; `sessions`: those that are known, to which its own is added. Raises NotFound."""
    known = sessions.get(message.session)
    if known is None:
        known = sessions[message.session] = yield from views.session(message.session)
    due_ms = [moment for moment in (message.due_ms, known.due_ms) if moment is not None]
    staying = (yield from titles.saying(message)) if message.due_ms is not None else ()
    note = (yield from notes.known([message.digest])).get(message.digest)
    return Memory(message, known.title, min(due_ms, default=None), staying, note.note if note is not None else None)


def one(digest: bytes) -> View[Memory]:
    """One message, as it is remembered. Raises NotFound."""
    message = yield from views.message(digest)
    return (yield from described(message, {}))


# --- what is left out of memory ---

_RESTS: Final = (
    "SELECT e.digest, e.time, m.role, e.meta, coalesce(k.mark, 0) = 2 OR k.due_ms IS NOT NULL OR s.due_ms IS NOT NULL"
    " FROM entries e JOIN messages m ON m.id = e.id LEFT JOIN marks k ON k.id = m.id"
    " LEFT JOIN sessions s ON s.session = m.session WHERE {which} IN ({marks})"
)


# Whether there is nothing that anything could be left out for: most nodes forget, disable and correct little.
_NOTHING_OUT: Final = (
    f"SELECT NOT EXISTS (SELECT 1 FROM marks WHERE mark = {int(Mark.DISABLED)})"
    " AND NOT EXISTS (SELECT 1 FROM marks WHERE due_ms IS NOT NULL)"
    f" AND NOT EXISTS (SELECT 1 FROM session_events WHERE kind = {int(records.Kind.FORGET_ORDERED)})"
    " AND NOT EXISTS (SELECT 1 FROM notes) AND NOT EXISTS (SELECT 1 FROM packets)"
)


def left_out(messages: Iterable[bytes], numbers: Sequence[int] = ()) -> View[set[bytes]]:
    """Which of these messages (their digests) are left out of memory: themselves, or as replies that rest on such.

    A reply rests on its question and its sources. Where that leads too far, the reply is left out as well; and where
    something else stands for one of them now than when the reply was given (notes.py): it would bring that back. So
    would one that cites a packet which is not known any more (knowledge.py), or that says again what its conversation
    told and is left out (echoes.py).

    `numbers`: the local numbers of the messages, where they are known: they are found sooner by these.
    """
    asked = list(dict.fromkeys(messages))
    if not asked or (yield _NOTHING_OUT, ())[0][0]:
        return set()
    out: dict[bytes, bool] = {}
    rests: dict[bytes, tuple[bytes, ...]] = {}
    given: dict[bytes, int] = {}
    noted: dict[bytes, notes.Known] = {}
    replies: list[bytes] = []
    level = asked
    sought, which = list[bytes | int](numbers or level), "m.id" if numbers else "e.digest"
    while level and len(out) < FOLLOWED_MAX:
        for at in range(0, len(sought), DIGESTS_AT_ONCE):
            some = sought[at : at + DIGESTS_AT_ONCE]
            rows = yield _RESTS.replace("{which}", which).replace("{marks}", ",".join("?" * len(some))), some
            for digest, time, role, meta, directly in rows:
                out[digest] = bool(directly)
                rests[digest], given[digest] = _rests_on(role, meta), time
                if role == Role.ASSISTANT:
                    replies.append(digest)
        found = yield from notes.known(level)
        noted |= found
        out |= {digest: True for digest, one in found.items() if digest in out and one.disabled}
        below = [digest for above in level for digest in rests.get(above, ())]
        level = [digest for digest in dict.fromkeys(below) if digest not in out]
        sought, which = list[bytes | int](level), "e.digest"
    out |= dict.fromkeys(level, True)  # not followed to its end

    void = yield from knowledge.void(source for sources in rests.values() for source in sources)
    out |= dict.fromkeys(void, True)
    out |= dict.fromkeys((yield from echoes.again([digest for digest in replies if not out[digest]])), True)

    def changed_since(source: bytes, reply: bytes) -> bool:
        return source in noted and noted[source].at(given[reply]) != noted[source].now

    changed = True
    while changed:  # a message names only earlier ones, so this ends; mostly after one round, from the earliest on
        changed = False
        for digest, sources in reversed(rests.items()):
            if not out[digest] and any(out.get(source, False) or changed_since(source, digest) for source in sources):
                out[digest] = changed = True
    return {digest for digest in asked if out.get(digest, False)}


def left_out_among(shown: Sequence[Said], judged: Collection[int]) -> View[set[bytes]]:
    """The same for messages of which some (`judged`, by their numbers) are known not to be hidden themselves.

    Of these, replies alone may rest on what is left out; others are left out by nothing but a note.
    """
    if (yield _NOTHING_OUT, ())[0][0]:
        return set()
    free = [one.digest for one in shown if one.role != "assistant" and one.id in judged]
    known = yield from notes.known(free)
    settled = set(free)
    rest = [one for one in shown if one.digest not in settled]
    out = yield from left_out([one.digest for one in rest], [one.id for one in rest])
    return out | {digest for digest, one in known.items() if one.disabled}


def _rests_on(role: int, meta: bytes) -> tuple[bytes, ...]:
    """What a reply rests on; nothing for any other message."""
    if role != Role.ASSISTANT:
        return ()
    try:
        said = records.read_message(meta)
    except RemoteError:
        return ()
    return (*said.sources, said.parent) if said.parent else said.sources


# --- correcting it ---

_MARKS_BEFORE: Final = (  # of our voice, the newest first
    "SELECT v.value FROM message_events v CROSS JOIN entries e ON e.id = v.id CROSS JOIN chains c ON c.id = e.chain"
    f" WHERE v.target = ? AND v.kind = {int(records.Kind.MEMORY_MARKED)} AND c.node IN ({OUR_NODES})"
    " ORDER BY v.time DESC, e.digest DESC"
)


def mark(message: bytes, wanted: Mark) -> Job[None]:
    """Mark a message, or (Mark.NONE) take its mark away. The job raises NotFound."""

    def job(tx: Transaction) -> None:
        if MARKS[view(tx, views.message(message)).mark] != wanted:
            tx.append(records.memory_marked(message, wanted))

    return job


def enable(message: bytes) -> Job[None]:
    """Have a message recalled again: what is disabled is pinned again where it was; any other mark is taken away.

    The job raises NotFound.
    """

    def job(tx: Transaction) -> None:
        known = view(tx, views.message(message))
        if known.mark == "none":
            return
        before = [mark for (mark,) in tx.query(_MARKS_BEFORE, (known.id,)) if mark != Mark.DISABLED]
        was = Mark(before[0]) if known.mark == "disabled" and before else Mark.NONE
        tx.append(records.memory_marked(message, was))

    return job


def forget(message: bytes, now_ms: int, *, at_once: bool = False, word: Word | None = None) -> Job[tuple[bytes, int]]:
    """Order the content of a message to be erased in 24 hours, or `at_once`; return the order's digest and when.

    An order in force is returned as it is, unless it is to be at once now. `word`: the owner's, where that is needed.
    The job raises OwnerNeeded, NotFound, and Conflict for a stranger's message, whose words
    are not ours to erase, for one whose words are gone, and for one whose time is after that of an order given now.
    """

    def job(tx: Transaction) -> tuple[bytes, int]:
        known = view(tx, views.message(message))
        if known.due_ms is not None and not (at_once and known.due_ms > now_ms):
            sql = "SELECT e.digest FROM marks k JOIN entries e ON e.id = k.forget WHERE k.id = ?"
            return tx.query(sql, (known.id,))[0][0], known.due_ms
        if view(tx, views.session(known.session)).foreign:
            raise Conflict("that message is another's", remedy="have it no longer recalled: ccnode memory disable")
        if known.text is None and not known.altered:
            raise Conflict("the words of that message are gone already", remedy="nothing needs to be done")
        due_ms = now_ms if at_once else now_ms + records.FORGET_UNDO_MS
        needs = view(tx, forgetting.for_entries([message], tx.node, now_ms))
        if needs.why and needs.newest_ms > now_ms:  # it was said by a machine whose clock is ahead of ours
            raise Conflict("that message is from the future of this machine", remedy="set the clock, or wait for it")
        order = forgetting.order(tx, needs, due_ms, now_ms, word or forgetting.NO_WORD)[0]
        after = view(tx, views.message(message)).due_ms
        if after is None:
            raise Conflict("that message is from the future of this machine", remedy="set the clock, or wait for it")
        return order, after

    return job


def undo_forget(message: bytes, now_ms: int) -> Job[None]:
    """Take every order to forget the message back; see turns.undo_forget.

    The job raises NotFound, and Conflict where there is no order, or one was due already.
    """

    def job(tx: Transaction) -> None:
        known = view(tx, views.message(message))
        given = [order for order in orders.load_orders(tx.query) if order.message == message and order.voice == OURS]
        standing = [order for order in given if order.is_in_force(order.due_ms)]
        if not standing:
            raise Conflict("the message is not to be forgotten", remedy=_remedy(tx, known))
        take_back(tx, standing, now_ms)

    return job


def _remedy(tx: Transaction, known: Message) -> str:
    if view(tx, views.session(known.session)).due_ms is None:
        return "nothing needs to be done"
    return "all of its conversation is: ccnode session forget --undo"
