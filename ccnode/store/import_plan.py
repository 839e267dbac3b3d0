"""What becomes of a conversation from elsewhere? Which turns are kept, in which session each stands, under which key.

Nothing here reads or writes anything. Session ids and keys follow from the source's own ids alone, so the same source
gives the same ones on every machine and at every repetition: what is there already is known by them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ccnode.exchange.model import Left
from ccnode_protocol.records import MODEL_CHARS_MAX, SAID_MS_MAX, TEXT_BYTES_MAX, TITLE_CHARS_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.exchange.model import Conversation, Turn

ROOT: Final = -1
UTF8_BYTES_MAX: Final = 4  # of one character
WHERE_CHARS_MAX: Final = 120
_PREFIX: Final = b"ccnode import\0"

TOO_LONG: Final = f"longer than {TEXT_BYTES_MAX:,} bytes"
EMPTY: Final = "says nothing"
TWICE: Final = "is there twice"
ORPHAN: Final = "the message before it is missing"
NO_MESSAGES: Final = "holds no messages"
NOTHING_KEPT: Final = "none of its messages can be kept"
ATTACHED: Final = "attachments are not taken along"


class Naming:
    """The ids that a conversation and its turns have here."""

    def __init__(self, origin: str, conversation: str) -> None:
        self._hash = sha256(_PREFIX + origin.encode() + b"\0" + _plain(conversation))

    @property
    def main(self) -> bytes:
        """The session of the branch that its owner saw last."""
        return _uuid8(self._hash.digest())

    def key(self, turn: str) -> bytes:
        """The key of a turn's message."""
        hashed = self._hash.copy()
        hashed.update(b"\0" + _plain(turn))
        return hashed.digest()[:16]

    def branch(self, turn: str) -> bytes:
        """The session of the branch that ends at a turn."""
        return _uuid8(self.key(turn))


def _plain(identifier: str) -> bytes:
    return identifier.replace("\0", "\ufffd").encode("utf-8", "surrogatepass")


def _uuid8(digest: bytes) -> bytes:
    """The first 16 bytes as a UUID of version 8 (RFC 9562: made by a rule of one's own)."""
    value = int.from_bytes(digest[:16], "big") & ~(0xF << 76 | 0x3 << 62) | 0x8 << 76 | 0x2 << 62
    return uuid.UUID(int=value).bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a turn stands already: its message's local number and session."""

    entry: int
    session: bytes


@dataclass(slots=True)
class Kept:
    """The turns of a conversation that can be recorded, parents before children; lists of one item for each.

    `before`: the turn that each follows, ROOT for none. `said`: milliseconds since 1970, where anything says it.
    """

    turns: list[Turn] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    said: list[int | None] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)
    current: int = ROOT
    messages: int = 0  # how many turns there were
    left: list[Left] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """Record a turn in a session; `opens` says that the session begins with it."""

    turn: int
    session: bytes
    opens: bool


def keep(conversation: Conversation, naming: Naming) -> Kept:
    """Choose what can be recorded; of the rest say why it cannot."""
    kept = Kept(messages=len(conversation.turns))
    name = where(conversation.id)
    stands: dict[str, int] = {}  # the source's id -> the kept turn that it, or the nearest one before it, became
    attached = 0
    for turn in _ordered(conversation.turns, kept, name):
        above = stands[turn.parent] if turn.parent is not None else ROOT
        text = fit(turn.text)
        if turn.attachments:
            attached += len(turn.attachments)
            named = _with_attachments(text, turn.attachments)
            text = text if _is_too_long(named) else named  # no word is given up for the name of a picture
        why = _unfit(text)
        if why is not None:
            stands[turn.id] = above
            kept.left.append(Left(where(conversation.id, turn.id), why))
            continue
        stands[turn.id] = len(kept.turns)
        kept.turns.append(turn)
        kept.texts.append(text)
        kept.before.append(above)
        inherited = kept.said[above] if above != ROOT else _moment(conversation.said_ms)
        moment = _moment(turn.said_ms)
        kept.said.append(inherited if moment is None else moment)
        kept.keys.append(naming.key(turn.id))
    if attached:
        kept.left.append(Left(name, ATTACHED, attached, "part"))
    if not kept.messages:
        kept.left.append(Left(name, NO_MESSAGES, 1, "conversation"))
    current = conversation.current
    kept.current = stands.get(current, ROOT) if current is not None else ROOT
    return kept


def where(conversation: str, turn: str | None = None) -> str:
    """A place in the source as a person can find it there."""
    return (conversation if turn is None else f"{conversation}/{turn}")[:WHERE_CHARS_MAX]


def _ordered(turns: Sequence[Turn], kept: Kept, name: str) -> list[Turn]:
    """The turns, parents first; what has no way up to a root, or comes twice, is left.

    Readers give them in this order. One that does not must not make a message disappear, or us go round in circles.
    """
    seen: set[str] = set()
    waiting: dict[str, list[Turn]] = {}
    ordered: list[Turn] = []
    every: set[str] = set()
    for turn in turns:
        if turn.id in every:
            kept.left.append(Left(where(name, turn.id), TWICE))
            continue
        every.add(turn.id)
        if turn.parent is not None and turn.parent not in seen:
            waiting.setdefault(turn.parent, []).append(turn)
            continue
        ready = [turn]
        while ready:
            first = ready.pop()
            seen.add(first.id)
            ordered.append(first)
            if waiting:
                ready += reversed(waiting.pop(first.id, []))
    for turn in (turn for those in waiting.values() for turn in those):
        kept.left.append(Left(where(name, turn.id), ORPHAN))
    return ordered


def fit(text: str) -> str:
    """The text as it can be kept: valid Unicode, and no NUL, which other programs cut texts at."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:  # halves of characters; two that belong together become one
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def title_of(conversation: Conversation) -> str | None:
    """The title on one line, cut to what a title may have."""
    return fit(" ".join((conversation.title or "").split()))[:TITLE_CHARS_MAX].rstrip() or None


def model_of(turn: Turn) -> str | None:
    """The model's name, cut to what may stand there."""
    return fit(turn.model)[:MODEL_CHARS_MAX] if turn.model else None


def opened_ms(conversation: Conversation, kept: Kept) -> int | None:
    """When the conversation began, as far as anything says it."""
    given = _moment(conversation.said_ms)
    return given if given is not None else next((said for said in kept.said if said is not None), None)


def _moment(ms: int | None) -> int | None:
    return ms if ms is not None and 0 <= ms <= SAID_MS_MAX else None


def _with_attachments(text: str, attachments: Sequence[str]) -> str:
    lines = (f"[left out: {' '.join(fit(each).split())}]" for each in attachments)
    return "\n".join([text, *lines] if text.strip() else lines)


def _unfit(text: str) -> str | None:
    """Why a text cannot be a message; None where it can."""
    if not text or text.isspace():
        return EMPTY
    return TOO_LONG if _is_too_long(text) else None


def _is_too_long(text: str) -> bool:
    return len(text) * UTF8_BYTES_MAX > TEXT_BYTES_MAX and len(text.encode()) > TEXT_BYTES_MAX


def candidates(naming: Naming, kept: Kept) -> list[bytes]:
    """Every session in which a turn of this conversation may stand already."""
    return [naming.main, *(_uuid8(key) for key in kept.keys)]


def arrange(kept: Kept, naming: Naming, known: Sequence[Place | None]) -> list[Step]:
    """Say in which session each turn that is not known yet is to be recorded, parents before children.

    The way to the current turn is the main session, every other leaf a session of its own that begins where it leaves
    what is placed already. A branch that grew since an earlier import goes on in the session it has.
    """
    count = len(kept.turns)
    sessions: list[bytes | None] = [place.session if place else None for place in known]
    has_child = [False] * count
    for above in kept.before:
        if above != ROOT:
            has_child[above] = True
    # The sessions in which a turn is followed already: there, another that follows it is another branch.
    followed: set[tuple[int, bytes]] = {
        (above, session)
        for above, session in zip(kept.before, sessions, strict=True)
        if above != ROOT and session is not None
    }
    main = naming.main
    opened = {session for session in sessions if session is not None}
    current = kept.current if kept.current != ROOT else _newest_leaf(kept, has_child)
    steps: list[Step] = []

    def place(path: list[int], session: bytes) -> None:
        for turn in path:
            steps.append(Step(turn, session, session not in opened))
            opened.add(session)
            sessions[turn] = session
            if kept.before[turn] != ROOT:
                followed.add((kept.before[turn], session))

    place(_way(kept, sessions, current), main)
    leaves = (turn for turn, inner in enumerate(has_child) if not inner)
    # Then what stands above turns that were recorded without it, when the source still lacked it.
    for leaf in (*leaves, *reversed(range(count))):
        if sessions[leaf] is not None:
            continue
        path = _way(kept, sessions, leaf)
        anchor = kept.before[path[0]]
        held = known[anchor] if anchor != ROOT else None
        goes_on = held is not None and held.session != main and (anchor, held.session) not in followed
        place(path, held.session if goes_on and held is not None else _uuid8(kept.keys[leaf]))
    return steps


def _way(kept: Kept, sessions: Sequence[bytes | None], leaf: int) -> list[int]:
    """The turns down to `leaf` that have no session yet, the topmost first."""
    way = []
    while leaf != ROOT and sessions[leaf] is None:
        way.append(leaf)
        leaf = kept.before[leaf]
    way.reverse()
    return way


def _newest_leaf(kept: Kept, has_child: Sequence[bool]) -> int:
    """Where nothing says which branch was shown: the one in which something was said last."""
    leaves = (turn for turn, inner in enumerate(has_child) if not inner)
    return max(leaves, key=lambda turn: (kept.said[turn] or 0, turn), default=ROOT)
