"""What must the index hold of a message? Its words, and those of the two turns before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ccnode.mind.indexing import index_text
from ccnode.store.views import text_of
from ccnode_protocol.records import ROLE_NAMES, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXTS_MAX: Final = 2_000  # remembered: a message is the context of those after it
# A message with the two turns before it, and its time.
ROWS: Final = (
    "SELECT m.id, m.role, e.sealed, p.id, p.role, pe.sealed, g.id, g.role, ge.sealed, m.time"
    " FROM messages m JOIN entries e ON e.id = m.id"
    " LEFT JOIN messages p ON p.id = m.parent_id LEFT JOIN entries pe ON pe.id = p.id"
    " LEFT JOIN messages g ON g.id = p.parent_id LEFT JOIN entries ge ON ge.id = g.id"
)


@dataclass(frozen=True, slots=True)
class IndexRow:
    """What the index must hold of a message; `text` None where nothing of it may be found (its content is gone)."""

    id: int
    text: str | None
    context: str


class Texts:
    """Makes index rows from rows of `ROWS`; remembers texts, because most messages are the context of two others."""

    def __init__(self) -> None:
        self._known: dict[int, str | None] = {}

    def row(self, row: Sequence[Any]) -> IndexRow:
        """What the index must hold of this message."""
        if len(self._known) >= TEXTS_MAX:
            self._known.clear()
        own, parent, before_that = (self._text(*row[at : at + 3]) for at in (0, 3, 6))
        return IndexRow(row[0], own, " ".join(text for text in (before_that, parent) if text is not None))

    def _text(self, number: int | None, role: int | None, sealed: bytes | None) -> str | None:
        if number is None or role is None or not isinstance(sealed, bytes):
            return None
        if number not in self._known:
            said = text_of(sealed, "text")
            self._known[number] = None if said is None else index_text(ROLE_NAMES[Role(role)], said)
        return self._known[number]
