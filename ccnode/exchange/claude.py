"""What does a Claude data export say? conversations.json: lists of messages, each a list of blocks.

    conversation: uuid, name, created_at, chat_messages, current_leaf_message_uuid (in downloads of one conversation)
    message:      uuid, sender (human | assistant), content [blocks], text, parent_message_uuid, created_at,
                  attachments [{file_name, extracted_content}], files [{file_name}]
    block:        text | thinking | tool_use | tool_result | token_budget | ...

A message that calls tools in between becomes several turns, in the order of its blocks. Where messages do not name the
one before them (older exports), they follow each other in the order of the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ccnode.exchange import blocks, reading, words
from ccnode.exchange.model import Left
from ccnode.exchange.tree import SHORTENED, Piece, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccnode.exchange.files import Text
    from ccnode.exchange.model import Conversation, Format, Role

MESSAGES: Final = "chat_messages"
NO_PARENT: Final = "00000000-0000-4000-8000-000000000000"  # what the first message names as the one before it

EMPTY: Final = "is empty"
NO_MESSAGE: Final = "is no message as Claude writes them"
UNKNOWN_SENDER: Final = "is said by nobody this program knows"

_ROLES: Final[dict[object, Role]] = {
    "human": "user",
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "tool": "tool",
}


class ClaudeSource(reading.PartsSource):
    """The Source for Claude's data exports."""

    format: Format = "claude"

    def _conversations(self, text: Text) -> Iterator[Conversation]:
        cutter = reading.cutter_of(text)
        for number, _ in enumerate(reading.elements(cutter)):
            taken = _Messages()
            walked = reading.walk(cutter, MESSAGES, taken.take)
            if walked is None:
                self.left.append(Left(f"{text.name}: number {number}", reading.NO_CONVERSATION, unit="conversation"))
                continue
            rest, lost = walked
            reading.leave_twice(taken.tree, lost)
            current = words.identifier(rest.get("current_leaf_message_uuid"))
            yield taken.tree.finish(
                words.identifier(rest.get("uuid")),
                words.title(rest.get("name")),
                words.iso(rest.get("created_at")),
                taken.last if current is None and not taken.branches else current,
            )


class _Messages:
    """Takes a conversation's messages in the order of the list. `last`: the newest one's id."""

    def __init__(self) -> None:
        self.tree = Tree()
        self.last: str | None = None
        self.branches = False
        self._parents: set[str | None] = set()

    def take(self, number: str, message: object, short: bool) -> None:  # noqa: FBT001
        if not isinstance(message, dict):
            self.tree.leave(number, NO_MESSAGE)
            return
        name = words.identifier(message.get("uuid")) or f"number {number}"
        if name in self.tree:
            self.tree.add(name, None, ())  # which counts it
            return
        parent = self._parent(message)
        pieces = self._pieces(name, message, short)
        self.tree.add(name, parent, pieces)
        self.last = name

    def _parent(self, message: dict[str, Any]) -> str | None:
        if "parent_message_uuid" in message:
            parent = words.identifier(message["parent_message_uuid"])
            parent = None if parent == NO_PARENT else parent
        else:
            parent = self.last
        self.branches = self.branches or parent in self._parents
        self._parents.add(parent)
        return parent

    def _pieces(self, name: str, message: dict[str, Any], short: bool) -> list[Piece]:  # noqa: FBT001
        sender = message.get("sender", message.get("role"))
        role = _ROLES.get(sender) if isinstance(sender, str) else None
        if role is None:
            self.tree.leave(name, UNKNOWN_SENDER)
            return []
        said_ms = words.iso(message.get("created_at"))
        model = words.model(message.get("model")) if role == "assistant" else None
        content = message.get("content")
        read = blocks.read(content if isinstance(content, (list, str)) else [], role, said_ms, model)
        if not any(piece.text for piece in read.pieces) and (text := message.get("text")) and not read.pieces:
            # The oldest exports have the text here only.
            read.pieces.extend(blocks.read(text if isinstance(text, str) else "", role, said_ms, model).pieces)
        names = [*read.names, *_files(message)]
        if names and not read.pieces:
            read.pieces.append(Piece(role, "", said_ms, model))
        if names:
            read.pieces[0].attachments = words.attachments(names)
        for why, count in read.left.items():
            self.tree.leave(name, why, count, "part")
        if not read.pieces:
            self.tree.leave(name, EMPTY)
        elif short and all(words.fits(piece.text) for piece in read.pieces):
            self.tree.leave(name, SHORTENED, unit="part")
        return read.pieces


def _files(message: dict[str, Any]) -> list[str]:
    """What was attached to a message: names, and the size of what was pasted."""
    names = []
    for listed in ("attachments", "files", "files_v2"):
        items = message.get(listed)
        for item in items[: 2 * words.ATTACHMENTS_MAX] if isinstance(items, list) else ():
            if not isinstance(item, dict):
                continue
            name = words.line(item.get("file_name"))
            pasted = item.get("extracted_content")
            if not name and isinstance(pasted, str):
                name = f"pasted text of {len(pasted)} characters"
            names.append(name or words.line(item.get("file_kind")) or "file")
    return names
