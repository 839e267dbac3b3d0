"""Which conversations stand in an export that is not taken in as it is? Trees of messages, as of any other program.

A conversation is what hangs together by parents, over all its sessions; its id is the session of its first message, a
turn's id the digest of its message, its time when that was said. What stays in memory is 33 bytes a message, 200 a
session, and one conversation at a time.
"""

from __future__ import annotations

import uuid
from array import array
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from ccnode.exchange.bundle import entry_at, pairs
from ccnode.exchange.files import open_regular
from ccnode.exchange.model import Conversation, ExchangeError, Left, Turn
from ccnode_crypto.entry import SALT_BYTES
from ccnode_crypto.erasure import Missing
from ccnode_protocol import hlc, records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import ROLE_NAMES, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ccnode.exchange.bundle import BundlePlan
    from ccnode.exchange.model import Format, Role
    from ccnode_crypto.bundle import Entry
    from ccnode_protocol.records import MessageMeta

CONVERSATION_BYTES_MAX: Final = 64 * 1024 * 1024
ERASED: Final = "was forgotten by an order"
WITHHELD: Final = "its text was left out by who made the file"
UNREADABLE: Final = "cannot be read"
EMPTY: Final = "says nothing"
TOO_LARGE: Final = f"the conversation has more than {CONVERSATION_BYTES_MAX // 1024 // 1024} MiB"
KNOWN: Final = "is here already, in its own chain"
NO_MESSAGES: Final = "holds no messages"
CARDS: Final = "character cards come one by one: export them where they are, then import the files"
PLATES: Final = "another's plate is not taken over: export it where it is, then import the file"
NOTES: Final = "notes on messages are not taken over: the messages are"
PACKETS: Final = "knowledge packets are not taken over: they go from node to node"
BRANCH_TITLES: Final = "titles of branches are not kept"
TOO_MANY: Final = "branches beyond the number that is followed stand as conversations of their own"
LINKS_MAX: Final = 250_000
_EVENTS: Final = frozenset({Kind.SESSION_OPENED, Kind.SESSION_TITLED})
_NAME_BYTES: Final = 8  # of a digest: enough to find what belongs together; who lies about it gains nothing

Files = tuple[BinaryIO, BinaryIO] | None


class _Index:
    """Which entries stand where, and which sessions hang together. Arrays, since there may be millions.

    An item is a message, or an opening or title. `names`: of messages, the beginning of the digest, else 0.
    """

    def __init__(self) -> None:
        self.sessions: dict[bytes, int] = {}
        self.session = array("I")
        self.headers = array("Q")
        self.bodies = array("Q")
        self.names = array("Q")
        self.too_many = 0
        self._last = array("Q")
        self._links: dict[int, set[int]] = {}
        self._link_count = 0

    def add(self, identifier: bytes, places: tuple[int, int], name: int, parent: bytes | None) -> None:
        """Note an item of a session, and what it follows."""
        number = self.sessions.setdefault(identifier, len(self.sessions))
        if number == len(self._last):
            self._last.append(0)
        self.session.append(number)
        self.headers.append(places[0])
        self.bodies.append(places[1])
        self.names.append(name)
        before = _name(parent) if parent is not None else 0
        if before and before != self._last[number]:
            self._link(before, number)
        if name:
            self._last[number] = name

    def _link(self, name: int, number: int) -> None:
        linked = self._links.get(name)
        if linked is not None and number in linked:
            return
        if self._link_count == LINKS_MAX:
            self.too_many += 1
            return
        self._link_count += 1
        self._links.setdefault(name, set()).add(number)

    def groups(self) -> Iterator[list[int]]:
        """The items of the sessions that hang together, group by group, in the order in which they begin."""
        above = array("I", range(len(self.sessions)))

        def top(number: int) -> int:
            while above[number] != number:
                above[number] = above[above[number]]
                number = above[number]
            return number

        for name, number in zip(self.names, self.session, strict=True):
            for other in self._links.get(name, ()) if name else ():
                first, second = sorted((top(number), top(other)))
                above[second] = first
        self._links.clear()
        ends = array("I", bytes(4 * len(above)))
        for number in self.session:
            ends[top(number)] += 1
        for number in range(1, len(ends)):
            ends[number] += ends[number - 1]
        starts = array("I", [0, *ends[:-1]]) if ends else ends
        filled = array("I", starts)
        order = array("I", bytes(4 * len(self.session)))
        for item, number in enumerate(self.session):
            group = top(number)
            order[filled[group]] = item
            filled[group] += 1
        for start, end in zip(starts, ends, strict=True):
            if end > start:
                yield order[start:end].tolist()


@dataclass(slots=True)
class _Said:
    """One message: what is needed of it. `text` None: `why` says why there is none."""

    digest: bytes
    meta: MessageMeta
    time: int
    text: str | None
    why: str


@dataclass(slots=True)
class _Event:
    """An opening or title of a session. `order`: time and digest, of which the greatest counts."""

    session: bytes
    order: tuple[int, bytes]
    title: str | None
    opens: bool


@dataclass(slots=True)
class _Group:
    """What hangs together."""

    said: list[_Said] = field(default_factory=list)
    events: list[_Event] = field(default_factory=list)


def _name(digest: bytes) -> int:
    return int.from_bytes(digest[:_NAME_BYTES], "big") or 1


class BundleSource:
    """A verified export as a model.Source."""

    format: Format = "bundle"

    def __init__(self, plan: BundlePlan, now_ms: int, known: Callable[[bytes], bool] | None = None) -> None:
        """`known(digest)`: whether an entry is stored here; a conversation of which all is, is not brought in again."""
        self.size = plan.size
        self.left: list[Left] = list(plan.left)
        self._plan = plan
        self._known = known
        self._coverage = plan.coverage(now_ms)
        self._position = 0

    def position(self) -> int:
        """Where the conversation begins that was given last; all of it at the end."""
        return self._position

    def close(self) -> None:
        """Nothing stays open between two conversations that are asked for; see `conversations`."""

    def conversations(self) -> Iterator[Conversation]:
        """The conversations, in the order in which they begin in the file.

        Raises:
            ExchangeError: the file is not the one that was verified.
        """
        self.left = list(self._plan.left)
        index = self._index()
        with ExitStack() as stack:
            files: Files = None
            if self._plan.held is None:
                header_file = stack.enter_context(open_regular(self._plan.path))
                files = (header_file, stack.enter_context(open_regular(self._plan.path)))
            for items in index.groups():
                self._position = index.bodies[items[0]]
                conversation = self._conversation(self._load(files, index, items))
                if conversation is not None:
                    yield conversation
        self._position = self.size

    # --- finding what belongs together ---

    def _index(self) -> _Index:
        index = _Index()
        others: Counter[str] = Counter()
        for header_at, body_at, entry in pairs(self._plan):
            kind, places = entry.header.kind, (header_at, body_at)
            try:
                if kind == Kind.MESSAGE:
                    meta = records.read_message(entry.meta)
                    index.add(meta.session, places, _name(entry.digest), meta.parent)
                elif kind in _EVENTS:
                    session, parent = records.read_session(entry.meta)
                    index.add(session, places, 0, parent)
                elif kind == Kind.CARD_KEPT:
                    others[CARDS] += 1
                elif kind == Kind.PLATE_KEPT:
                    others[PLATES] += 1
                elif kind == Kind.NOTE_KEPT:
                    others[NOTES] += 1
                elif kind == Kind.PACKET_KEPT:
                    others[PACKETS] += 1
            except RemoteError:
                others[UNREADABLE] += kind == Kind.MESSAGE
        name = self._plan.path.name
        found = [
            Left(name, CARDS, others[CARDS], "part"),
            Left(name, PLATES, others[PLATES], "part"),
            Left(name, NOTES, others[NOTES], "part"),
            Left(name, PACKETS, others[PACKETS], "part"),
            Left(name, UNREADABLE, others[UNREADABLE]),
            Left(name, TOO_MANY, index.too_many, "part"),
        ]
        self.left += [left for left in found if left.count]
        return index

    # --- one conversation ---

    def _load(self, files: Files, index: _Index, items: list[int]) -> _Group | None:
        """Its messages, openings and titles; None where they are too large together, which is noted."""
        group, size = _Group(), 0
        for item in items:
            entry = entry_at(self._plan, files, index.headers[item], index.bodies[item])
            size += len(entry.meta) + len(entry.sealed or b"")
            name = index.names[item]
            if size > CONVERSATION_BYTES_MAX:
                count = sum(index.names[each] != 0 for each in items)
                self.left.append(Left(_where(entry), TOO_LARGE, count))
                return None
            kind = entry.header.kind
            if (kind == Kind.MESSAGE) != bool(name) or (name and _name(entry.digest) != name):
                what = f"{self._plan.path.name} was changed while it was read"
                raise ExchangeError(what, "leave the file alone, and import it again")
            if name:
                group.said.append(self._said(entry))
            elif kind in _EVENTS:
                group.events.append(self._event(entry))
        return group

    def _said(self, entry: Entry) -> _Said:
        meta = records.read_message(entry.meta)
        text, why = self._text(entry, "text")
        return _Said(entry.digest, meta, meta.time(entry.header.time), text, why)

    def _text(self, entry: Entry, name: str) -> tuple[str | None, str]:
        """The text of an entry, or why there is none."""
        if self._coverage.covers(Missing(entry.digest, entry.header, entry.meta)):
            return None, ERASED
        if entry.sealed is None:
            return None, WITHHELD
        try:
            text = records.read_text(entry.sealed[SALT_BYTES:], name)
        except RemoteError:
            return None, UNREADABLE
        return (text, "") if text and not text.isspace() else (None, EMPTY)

    def _event(self, entry: Entry) -> _Event:
        session, time = records.read_session(entry.meta)[0], entry.header.time
        opens = entry.header.kind == Kind.SESSION_OPENED
        if opens:
            with suppress(RemoteError):
                time = records.said_time(records.read_said(entry.meta), time)
        return _Event(session, (time, entry.digest), self._text(entry, "title")[0], opens)

    def _conversation(self, group: _Group | None) -> Conversation | None:
        if group is None:
            return None
        said = group.said
        if not said:
            empty = {event.session for event in group.events}
            self.left += [Left(_text_of(session), NO_MESSAGES, 1, "conversation") for session in sorted(empty)]
            return None
        present = {one.digest: one for one in said}
        roots = [one for one in said if one.meta.parent not in present]
        main = min(roots, key=lambda one: (one.time, one.digest)).meta.session
        if self._known is not None and all(self._known(digest) for digest in present):
            self.left.append(Left(_text_of(main), KNOWN, len(said)))
            return None
        conversation = Conversation(_text_of(main), None, None, [])
        stands = _place(conversation, _ordered(said, roots))
        end = _end([one for one in said if one.meta.session == main])
        conversation.current = stands[end.digest] if end is not None else None
        own = [event for event in group.events if event.session == main]
        conversation.title = max(own, key=lambda event: event.order).title if own else None
        conversation.said_ms = min((hlc.to_ms(event.order[0]) for event in own if event.opens), default=None)
        branches = {event.session for event in group.events if event.title is not None} - {main}
        if branches:
            conversation.left.append(Left(conversation.id, BRANCH_TITLES, len(branches), "part"))
        return conversation


def _where(entry: Entry) -> str:
    """The session of an entry, as a place in the source."""
    with suppress(RemoteError):
        return _text_of(records.read_session(entry.meta)[0])
    return entry.digest.hex()


def _text_of(session: bytes) -> str:
    return str(uuid.UUID(bytes=session))


def _ordered(said: list[_Said], roots: list[_Said]) -> list[_Said]:
    """Parents before children, siblings by time."""
    children: dict[bytes, list[_Said]] = {}
    for one in said:
        if one.meta.parent is not None:
            children.setdefault(one.meta.parent, []).append(one)
    ordered: list[_Said] = []
    waiting = sorted(roots, key=lambda one: (one.time, one.digest), reverse=True)
    while waiting:
        one = waiting.pop()
        ordered.append(one)
        waiting += sorted(children.get(one.digest, ()), key=lambda each: (each.time, each.digest), reverse=True)
    return ordered


def _place(conversation: Conversation, ordered: list[_Said]) -> dict[bytes, str | None]:
    """Make the turns; what has no text is left, and what follows it follows the one before.

    Returns for each message the turn that it, or the nearest one above it, became.
    """
    stands: dict[bytes, str | None] = {}
    lost: Counter[str] = Counter()
    for one in ordered:
        before = stands.get(one.meta.parent) if one.meta.parent is not None else None
        if one.text is None:
            stands[one.digest] = before
            lost[one.why] += 1
            continue
        stands[one.digest] = one.digest.hex()
        role: Role = ROLE_NAMES[one.meta.role]  # type: ignore[assignment]  # the names are those of the literal
        said_ms = hlc.to_ms(one.time)
        conversation.turns.append(Turn(one.digest.hex(), before, role, one.text, said_ms, one.meta.model))
    conversation.left += [Left(conversation.id, why, count) for why, count in lost.items()]
    return stands


def _end(own: list[_Said]) -> _Said | None:
    """Where a session's branch ends: followed by none of its messages, replaced by none, and of those the newest."""
    followed = {one.meta.parent for one in own} | {one.meta.over for one in own}
    ends = (one for one in own if one.digest not in followed)
    return max(ends, key=lambda one: (one.time, one.digest), default=None)
