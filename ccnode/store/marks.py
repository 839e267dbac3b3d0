"""How is each message to be remembered? Its marks and the orders to forget it, folded into one row for each message.

As with sessions, the result does not depend on the order of arrival: what is said of a message that is not here yet
waits for it, and a row is made anew from all that is said of its message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.store.voices import OURS
from ccnode_crypto.erasure import Reach, reach
from ccnode_protocol import hlc
from ccnode_protocol.records import Kind, Mark

if TYPE_CHECKING:
    import sqlite3

    from ccnode.store.voices import Voices

_EVENTS: Final = (
    "SELECT v.id, v.kind, v.time, v.value, e.digest, c.node FROM message_events v JOIN entries e ON e.id = v.id"
    " JOIN chains c ON c.id = e.chain WHERE v.target = ? ORDER BY v.time, e.digest"
)
_MESSAGE: Final = (
    "SELECT m.time, e.time, c.node FROM messages m JOIN entries e ON e.id = m.id JOIN chains c ON c.id = e.chain"
    " WHERE m.id = ?"
)
_TOUCHED: Final = (
    "SELECT DISTINCT v.target FROM message_events v JOIN entries e ON e.id = v.id JOIN chains c ON c.id = e.chain"
    " JOIN entries t ON t.id = v.target JOIN chains d ON d.id = t.chain WHERE c.node = ? OR d.node = ?"
)
_CANCELLATIONS: Final = (
    "SELECT x.time, c.node FROM cancellations x JOIN entries e ON e.id = x.id JOIN chains c ON c.id = e.chain"
    " WHERE x.forget_order = ?"
)

_ANY: Final = b""  # stands for whatever an order names: the event is about just that


class Marks:
    """The tables `message_events` and `marks`, written within the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, entry: int, message: bytes, target: int | None, kind: int, time: int, value: int) -> None:
        """Note what an entry says of a message, whose local number is `target` where it is here."""
        self._connection.execute(
            "INSERT INTO message_events VALUES (?, ?, ?, ?, ?, ?)", (entry, message, target, kind, time, value)
        )

    def arrived(self, target: int, message: bytes) -> bool:
        """A message is here; whether anything was said of it before."""
        sql = "UPDATE message_events SET target = ? WHERE message = ? AND target IS NULL"
        return self._connection.execute(sql, (target, message)).rowcount > 0

    def touched(self, node: bytes) -> set[int]:
        """The messages that a node wrote or said something of."""
        return {target for (target,) in self._connection.execute(_TOUCHED, (node, node))}

    def fold(self, target: int, voices: Voices) -> None:
        """Make the row of a message from all that is said of it: marks of ours, orders of who wrote it."""
        time, recorded, author = self._connection.execute(_MESSAGE, (target,)).fetchone()
        mark, forget, due_ms = int(Mark.NONE), None, None
        for entry, kind, at, value, digest, node in self._connection.execute(_EVENTS, (target,)).fetchall():
            voice = voices.of(node)
            if kind == Kind.MEMORY_MARKED and voice == OURS:
                mark = value
            elif (
                kind == Kind.FORGET_ORDERED
                and voice == voices.of(author)
                and self.may(entry, node, at, voices, (author, recorded), message=True)
                and not self.is_cancelled(digest, node, value, voices)
            ):
                forget, due_ms = entry, value
        if mark or forget is not None:
            row = (target, time, mark, forget, due_ms)
            self._connection.execute("INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?)", row)
        else:
            self._connection.execute("DELETE FROM marks WHERE id = ?", (target,))

    def may(
        self, order: int, node: bytes, at: int, voices: Voices, about: tuple[bytes, int], *, message: bool = False
    ) -> bool:
        """Whether the order that this node recorded at a time has authority; ccnode_crypto.erasure.reach has the rule.

        `about`: who recorded the message, or opened the session, and when: a message later than the order is not meant.
        """
        author, recorded = about
        terms = self._connection.execute("SELECT owner, issued_ms FROM order_terms WHERE id = ?", (order,)).fetchone()
        digest = _ANY if message else None
        found: Reach | None = Reach(None, 0, at, None)
        if voices.of(node) == OURS:
            said = terms if terms is not None and terms[0] is not None else None
            bodies = None if terms is None or said is not None else (_ANY,)
            found = reach(node=node, time=at, message=digest, bodies=bodies, said=said, owners=voices.owners)
        if found is None:
            return False
        # All of a session is forgotten where its opening could be, by whoever may speak for it.
        until = max(recorded, found.until) if not message and found.named is None else found.until
        return found._replace(until=until).holds(author, recorded, _ANY)

    def is_cancelled(self, order: bytes, node: bytes, due_ms: int, voices: Voices) -> bool:
        """Whether the order that this node gave was taken back by its own voice, recorded before it was due."""
        return any(
            hlc.to_ms(time) < due_ms and voices.of(by) == voices.of(node)
            for time, by in self._connection.execute(_CANCELLATIONS, (order,)).fetchall()
        )
