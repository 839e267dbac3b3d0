"""Which replies say again what a person told in their conversation, and is out of memory since?

A reply that cites a message, or was seen to use what was recalled of it, names it among its sources, and is left out
with it (memory.left_out). What the conversation itself told needs no citing; so here each reply is held against the
messages before it that are out of memory now: where it says one of them again (mind/echoes.py), and nothing that is
still remembered of that conversation told the same, it is left out as well. It comes back when the message does.

Once the words of a message are erased, nothing can be held against them. So what erases them marks the replies that
say them again as disabled, on the record: every node of the owner heeds that, whoever comes later too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.later import later
from ccnode.store import views
from ccnode.store.transaction import view
from ccnode_protocol import records
from ccnode_protocol.records import Mark, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ccnode.mind import echoes
    from ccnode.mind.echoes import Heard
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import View
else:
    echoes = later("ccnode.mind.echoes")  # with its tables, which no start needs

HISTORY: Final = 200  # messages before a reply that its prompt could hold
HIDDEN_MAX: Final = 2_000  # the newest messages out of memory that are looked for, of each kind
ROWS_MAX: Final = 20_000  # messages that one look walks through
FORKS_MAX: Final = 16
AT_ONCE: Final = 500
TEXTS_AT_ONCE: Final = 16  # each may have a megabyte

_DISABLED: Final = f"SELECT id FROM marks WHERE mark = {int(Mark.DISABLED)} ORDER BY time DESC LIMIT {HIDDEN_MAX}"
_FORGOTTEN: Final = f"SELECT id FROM marks WHERE due_ms IS NOT NULL ORDER BY time DESC LIMIT {HIDDEN_MAX}"
_HIDDEN: Final = (
    f"SELECT m.id, m.session, m.depth FROM (SELECT * FROM ({_DISABLED}) UNION SELECT * FROM ({_FORGOTTEN})) k"
    " CROSS JOIN messages m ON m.id = k.id WHERE m.role = 0 AND m.depth IS NOT NULL"
)
_ANY_ORDER: Final = f"SELECT 1 FROM session_events WHERE kind = {int(records.Kind.FORGET_ORDERED)} LIMIT 1"
_REPLIES: Final = (
    "SELECT m.id, e.digest, m.session, m.parent_id FROM entries e JOIN messages m ON m.id = e.id"
    " WHERE e.digest IN ({marks}) AND m.role = 1 AND m.parent_id IS NOT NULL"
)
_FORKED: Final = (
    "SELECT s.session, s.due_ms IS NOT NULL, m.session FROM sessions s LEFT JOIN entries e ON e.digest = s.parent"
    " LEFT JOIN messages m ON m.id = e.id WHERE s.session IN ({marks})"
)
_UP: Final = (
    "WITH RECURSIVE up (id, parent_id, session, role) AS ("
    " SELECT id, parent_id, session, role FROM messages WHERE id IN ({marks}) UNION"
    " SELECT m.id, m.parent_id, m.session, m.role FROM messages m JOIN up ON m.id = up.parent_id"
    f" WHERE m.depth >= ? LIMIT {ROWS_MAX}) SELECT * FROM up"
)
_DOWN: Final = (
    "WITH RECURSIVE down (id) AS (SELECT id FROM messages WHERE id IN ({marks}) UNION"
    " SELECT m.id FROM messages m JOIN down ON m.parent_id = down.id WHERE m.depth <= ?"
    f" LIMIT {ROWS_MAX}) SELECT m.id FROM down JOIN messages m ON m.id = down.id WHERE m.role = 1"
)
_DEEPEST: Final = "SELECT coalesce(max(depth), 0) FROM messages WHERE id IN ({marks})"
_PLACES: Final = "SELECT id, parent_id, session, role FROM messages WHERE id IN ({marks})"


@dataclass(frozen=True, slots=True)
class _Turn:
    parent: int | None
    session: bytes
    role: int


class _Texts:
    """The words of messages, each read once; nothing of them outlives one look."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}
        self._heard: dict[int, Heard] = {}

    def read(self, numbers: Iterable[int]) -> View[None]:
        missing = [number for number in dict.fromkeys(numbers) if number not in self._known]
        for at in range(0, len(missing), TEXTS_AT_ONCE):
            some = missing[at : at + TEXTS_AT_ONCE]
            rows = yield f"SELECT id, sealed FROM entries WHERE id IN ({_marks(some)})", some
            self._known |= {
                number: (views.text_of(sealed, "text") or "")[: echoes.CHARS_MAX] for number, sealed in rows
            }

    def of(self, number: int) -> str:
        return self._known.get(number, "")

    def heard(self, number: int) -> Heard:
        if number not in self._heard:
            self._heard[number] = echoes.heard([self.of(number)])
        return self._heard[number]


def again(messages: Collection[bytes]) -> View[set[bytes]]:
    """Those of these messages (their digests) that are replies which say again what is out of memory."""
    hidden = yield _HIDDEN, ()
    if not hidden and not (yield _ANY_ORDER, ()):
        return set()
    gone: set[bytes] = set()  # sessions that are to be forgotten as a whole, and that others branched from
    replies = []
    for some in _parts(list(messages)):
        replies += yield _REPLIES.replace("{marks}", _marks(some)), some
    ways = yield from _forks({row[2] for row in replies}, gone)
    if not replies or not (hidden or gone):
        return set()
    depths: dict[bytes, int] = {}
    for _, session, depth in hidden:
        depths[session] = min(depth, depths.get(session, depth))
    depths |= dict.fromkeys(gone, 1)
    concerned = [row for row in replies if not depths.keys().isdisjoint(ways[row[2]])]
    if not concerned:
        return set()
    turns: dict[int, _Turn] = {}
    least = min(depths[session] for row in concerned for session in ways[row[2]] & depths.keys())
    for some in _parts([row[0] for row in concerned]):
        rows = yield _UP.replace("{marks}", _marks(some)), (*some, least - HISTORY)
        turns |= {number: _Turn(*rest) for number, *rest in rows}
    names = {number: digest for number, digest, *_ in concerned}
    out = {number for number, *_ in hidden}
    out |= {number for number, turn in turns.items() if turn.session in gone and turn.role == Role.USER}
    found = yield from _saying(names, turns, out)
    return {names[number] for number in found}


def _forks(sessions: set[bytes], gone: set[bytes]) -> View[dict[bytes, set[bytes]]]:
    """For each session those that its branch goes through, itself among them; `gone` gets those to be forgotten."""
    above: dict[bytes, bytes | None] = {}
    level = sessions
    for _ in range(FORKS_MAX):
        rows = []
        for some in _parts(sorted(level)):
            rows += yield _FORKED.replace("{marks}", _marks(some)), some
        above |= {session: parent for session, _, parent in rows}
        gone |= {session for session, due, _ in rows if due}
        level = {parent for _, _, parent in rows if parent is not None and parent not in above}
        if not level:
            break
    ways = {}
    for session in sessions:
        way, at = {session}, above.get(session)
        while at is not None and at not in way:
            way.add(at)
            at = above.get(at)
        ways[session] = way
    return ways


def _saying(replies: Iterable[int], turns: dict[int, _Turn], out: set[int]) -> View[set[int]]:
    """Those of these replies that say again what messages before them told that are out of memory."""
    looked_at: list[tuple[int, list[int], list[int]]] = []
    for reply in replies:
        asked = turns[reply].parent
        before, at = list[int](), asked
        while at is not None and at in turns and len(before) < HISTORY:
            if turns[at].role == Role.USER:
                before.append(at)
            at = turns[at].parent
        unwanted = [number for number in before if number in out]
        if unwanted and asked not in out:  # a reply to what is out of memory is left out with it
            looked_at.append((reply, [number for number in before if number not in out], unwanted))
    texts = _Texts()
    yield from texts.read(number for reply, kept, unwanted in looked_at for number in (reply, *kept, *unwanted))
    found = set[int]()
    for reply, kept, unwanted in looked_at:
        known, said = echoes.together(map(texts.heard, kept)), texts.heard(reply)
        if any(echoes.says_again(texts.of(number), said, known) for number in unwanted):
            found.add(reply)
    return found


def disable_before_erasing(tx: Transaction, messages: Sequence[int]) -> None:
    """Mark as disabled the replies that say again what these messages (their local numbers) tell, and that stay."""
    erased = set(messages)
    replies: set[int] = set()
    for some in _parts(list(messages)):
        deepest = tx.query(_DEEPEST.replace("{marks}", _marks(some)), some)[0][0]
        replies |= {row[0] for row in tx.query(_DOWN.replace("{marks}", _marks(some)), (*some, deepest + HISTORY))}
    replies -= erased
    turns: dict[int, _Turn] = {}
    level: list[int] = sorted(replies)
    while level and len(turns) < ROWS_MAX:
        rows = [row for some in _parts(level) for row in tx.query(_PLACES.replace("{marks}", _marks(some)), some)]
        turns |= {number: _Turn(*rest) for number, *rest in rows}
        level = sorted({parent for _, parent, *_ in rows if parent is not None and parent not in turns})
    for reply in sorted(view(tx, _saying(sorted(replies), turns, erased))):
        known = view(tx, views.messages_by_id([reply]))
        if known and known[0].text is not None and known[0].mark != "disabled":
            tx.append(records.memory_marked(known[0].digest, Mark.DISABLED))


def _parts(items: Sequence[int] | Sequence[bytes]) -> Iterable[Sequence[object]]:
    return (items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE))


def _marks(some: Sequence[object]) -> str:
    return ",".join("?" * len(some))
