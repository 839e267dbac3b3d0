"""How do the messages of a source become a tree of turns? Whatever is left out is passed through, and is counted.

Messages arrive in any order, each naming the one before it. A message that gives no turn hands its place on: what
followed it follows what came before it. Parents that run in a circle, are missing or are said twice break nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.exchange import words
from ccnode.exchange.model import Conversation, Left, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.exchange.model import Role, Unit

# What one conversation may take in memory, by a measure that is the same everywhere: a text's characters (four bytes
# each, unless all are ASCII), and so much for each message and each turn.
WEIGHT_MAX: Final = 72 * 1024 * 1024
MESSAGE_WEIGHT: Final = 600
TURN_WEIGHT: Final = 300

TOO_LONG: Final = "longer than one message may be (1 MiB)"
TOO_HEAVY: Final = "its conversation is larger than this program takes at once"
SHORTENED: Final = "lacks parts: the whole is larger than this program takes at once"
TWICE: Final = "its id stands twice in its conversation"
CIRCLE: Final = "it is said to follow a message that follows it; it stands at a beginning now"


@dataclass(slots=True)
class Piece:
    """What one message says in one breath: becomes a turn."""

    role: Role
    text: str
    said_ms: int | None = None
    model: str | None = None
    attachments: tuple[str, ...] = ()


class Tree:
    """Gathers one conversation."""

    def __init__(self) -> None:
        self._parents: dict[str, str | None] = {}
        self._pieces: dict[str, Sequence[Piece]] = {}
        self._left: dict[tuple[str, Unit], list[object]] = {}
        self._weight = 0
        self.full = False  # from then on nothing more is taken

    def __contains__(self, message: str) -> bool:
        return message in self._parents

    def add(self, message: str, parent: str | None, pieces: Sequence[Piece]) -> None:
        """Take a message. Without `pieces` it is only passed through; the caller has said why by `leave`."""
        if message in self._parents:
            self.leave(message, TWICE)
            return
        kept = []
        weight = MESSAGE_WEIGHT
        for piece in pieces:
            if words.fits(piece.text):
                weight += TURN_WEIGHT + _weight(piece.text)
                kept.append(piece)
            else:
                self.leave(message, TOO_LONG, unit="message" if len(pieces) == 1 else "part")
        self.full = self.full or self._weight + weight > WEIGHT_MAX
        if self.full:
            self.leave(message, TOO_HEAVY)
            return
        self._weight += weight
        self._parents[message] = parent
        if kept:
            self._pieces[message] = kept

    def grow(self, piece: Piece, text: str) -> bool:
        """Let a piece that was added say more, if it may."""
        joined = f"{piece.text}\n\n{text}"
        more = _weight(joined) - _weight(piece.text)
        if self._weight + more > WEIGHT_MAX or not words.fits(joined):
            return False
        self._weight += more
        piece.text = joined
        return True

    def leave(self, message: str, why: str, count: int = 1, unit: Unit = "message") -> None:
        """Count something that is left out, and remember the first place where that was."""
        tally = self._left.setdefault((why, unit), [message, 0])
        tally[1] = int(tally[1]) + count  # type: ignore[call-overload]

    def finish(
        self, conversation: str | None, title: str | None, said_ms: int | None, current: str | None
    ) -> Conversation:
        """The conversation with its turns in order. `current`: the message at which the shown branch ends."""
        turns: list[Turn] = []
        tails: dict[str, str | None] = {}
        for message in self._parents:
            if message not in tails:
                self._place(message, tails, turns)
        named = conversation or _hash(title, said_ms, turns)
        left = [
            Left(named if count != 1 else f"{named}/{first}", why, int(count), unit)  # type: ignore[call-overload]
            for (why, unit), (first, count) in self._left.items()
        ]
        return Conversation(named, title, said_ms, turns, tails.get(current) if current is not None else None, left)

    def _place(self, message: str, tails: dict[str, str | None], turns: list[Turn]) -> None:
        """Append a message's turns, and before them those of the messages before it that have none yet."""
        waiting = [message]
        parent = self._parents[message]
        if parent is not None and parent not in tails and parent in self._parents:
            met = {message}
            while parent is not None and parent not in tails and parent in self._parents:
                if parent in met:
                    self.leave(waiting[-1], CIRCLE, unit="part")
                    break
                met.add(parent)
                waiting.append(parent)
                parent = self._parents[parent]
        while waiting:
            placed = waiting.pop()
            before = self._parents[placed]
            tail = tails.get(before) if before is not None else None
            for number, piece in enumerate(self._pieces.get(placed, ())):
                name = placed if number == 0 else self._other_name(placed, number + 1)
                turns.append(Turn(name, tail, piece.role, piece.text, piece.said_ms, piece.model, piece.attachments))
                tail = name
            tails[placed] = tail

    def _other_name(self, message: str, number: int) -> str:
        """The id of a message's second, third... turn: like no other message's."""
        name = f"{message}#{number}"
        while name in self._parents:
            name += "#"
        return name


def _weight(text: str) -> int:
    return len(text) if text.isascii() else 4 * len(text)


def _hash(title: str | None, said_ms: int | None, turns: list[Turn]) -> str:
    """An id for a conversation that has none: the same for the same contents."""
    digest = hashlib.sha256(repr((title, said_ms)).encode())
    for turn in turns:
        digest.update(repr((turn.id, turn.parent, turn.role, turn.said_ms)).encode())
        digest.update(turn.text.encode())
    return f"sha256:{digest.hexdigest()}"
