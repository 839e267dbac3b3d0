"""What do the session logs of Claude Code say? One JSON a line, each naming the line before it.

    line:    type, uuid, parentUuid, sessionId, timestamp, message {role, id, model, content}, isSidechain, isMeta, ...
    titles:  {type: custom-title | ai-title | summary}
    beside:  progress, file-history-snapshot, queue-operation, ... (notes; some are links in the chain of parents)

One file is one conversation. A reply is written as a line for each block, all with one message id, and each tool's
answer follows the line that called it; so a reply with several calls looks like branches. Here its lines and their
answers stand in a row, as they are shown. What a helper said in a conversation of its own (a "sidechain"), and what the
program put in without showing it, is left out and counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ccnode.exchange import blocks, reading, words
from ccnode.exchange.model import Left
from ccnode.exchange.tree import Piece, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccnode.exchange.files import Text
    from ccnode.exchange.model import Conversation, Format

SIDECHAIN: Final = "is said between the program and a helper, not in the conversation"
META: Final = "is put in by the program, and not shown"
EMPTY: Final = "is empty"
NOTHING: Final = "holds no message"
NO_LINE: Final = "is no line of a log"
TOO_MANY: Final = "stands after more damaged lines than are worth naming"
DAMAGED_MAX: Final = 20  # lines of one file that are named each

MESSAGE_TYPES: Final = frozenset({"user", "assistant"})
KNOWN_TYPES: Final = MESSAGE_TYPES | {"system", "summary", "attachment", "progress", "file-history-snapshot"}
_TITLES: Final = {"custom-title": ("customTitle", 3), "ai-title": ("aiTitle", 2), "summary": ("summary", 1)}

_REMINDER: Final = re.compile(r"\s*<system-reminder>.*</system-reminder>\s*", re.S)
_COMMAND: Final = re.compile(r"<command-name>([^<]{1,200})</command-name>")
_ARGUMENTS: Final = re.compile(r"<command-args>(.*?)</command-args>", re.S)
_SHELL: Final = re.compile(r"\s*<bash-input>(.*)</bash-input>\s*", re.S)
_OUTPUT: Final = re.compile(r"<(local-command-|bash-)(stdout|stderr)>(.*?)</\1\2>", re.S)


class ClaudeCodeSource(reading.PartsSource):
    """The Source for session logs of Claude Code."""

    format: Format = "claude-code"

    def _conversations(self, text: Text) -> Iterator[Conversation]:
        log = _Log()
        damaged = 0
        for offset, line, problem in reading.Lines(text):
            if problem is None and isinstance(line, dict) and isinstance(line.get("type"), str):
                log.take(line, f"byte {offset}")
                continue
            damaged += 1
            if damaged <= DAMAGED_MAX:
                self.left.append(Left(f"{text.name}, byte {offset}", problem or NO_LINE))
        if damaged > DAMAGED_MAX:
            self.left.append(Left(text.name, TOO_MANY, damaged - DAMAGED_MAX))
        if log.said:
            yield log.finish()
        elif log.aside:  # the whole file is a helper's
            self.left.append(Left(text.name, SIDECHAIN, log.aside))
        else:
            self.left.append(Left(text.name, NOTHING, unit="file"))


class _Log:
    """Takes the lines of one file. `said`: messages of the conversation so far; `aside`: of helpers."""

    def __init__(self) -> None:
        self._tree = Tree()
        self._replies = _Replies(self._tree)
        self.said = 0
        self.aside = 0
        self._last: str | None = None
        self._session: str | None = None
        self._opened: int | None = None
        self._titles: dict[int, object] = {}
        self._notes = 0

    def take(self, line: dict[str, Any], where: str) -> None:
        """Take one line of the log."""
        kind = line["type"]
        if kind in _TITLES:
            self._title(kind, line)
            return
        name = words.identifier(line.get("uuid"))
        if line.get("isSidechain") is True:
            if kind in MESSAGE_TYPES:
                self.aside += 1
                self._tree.leave(name or where, SIDECHAIN)
            return
        if name is None and kind not in MESSAGE_TYPES:
            self._notes += 1
            return
        name = name or where
        self._session = self._session or words.identifier(line.get("sessionId"))
        if name in self._tree or self._tree.full:
            self.said += kind in MESSAGE_TYPES
            self._tree.add(name, None, ())  # which counts it
            return
        pieces = self._pieces(name, line)
        counts = kind in MESSAGE_TYPES or bool(pieces)
        parent = words.identifier(line.get("parentUuid")) or words.identifier(line.get("logicalParentUuid"))
        self._tree.add(name, *self._replies.place(name, parent, line, pieces))
        if counts:
            self.said += 1
            self._last = name

    def finish(self) -> Conversation:
        """The conversation of this file."""
        if self._notes:
            self._tree.leave("notes", blocks.NOTES, self._notes, "part")
        title = self._titles[max(self._titles)] if self._titles else None
        return self._tree.finish(self._session, words.title(title), self._opened, self._last)

    def _title(self, kind: str, line: dict[str, Any]) -> None:
        name, rank = _TITLES[kind]
        # A summary may be of another file's conversation: then the line that it names is not here.
        if kind != "summary" or (words.identifier(line.get("leafUuid")) or "") in self._tree:
            self._titles[rank] = line.get(name)

    # --- what a line says ---

    def _pieces(self, name: str, line: dict[str, Any]) -> list[Piece]:
        kind = line["type"]
        said_ms = words.iso(line.get("timestamp"))
        self._opened = self._opened or said_ms
        message = line.get("message")
        if kind in MESSAGE_TYPES and isinstance(message, dict):
            if line.get("isMeta") is True:
                self._tree.leave(name, META)
                return []
            return self._said(name, line, message, said_ms)
        if kind in MESSAGE_TYPES:
            self._tree.leave(name, NO_LINE)
            return []
        text = _beside(kind, line)
        pieces = [] if text is None else _typed(text, "user" if kind == "attachment" else "system", said_ms)
        self._notes += not pieces
        return pieces

    def _said(self, name: str, line: dict[str, Any], message: dict[str, Any], said_ms: int | None) -> list[Piece]:
        content = message.get("content")
        if not isinstance(content, (str, list)):
            self._tree.leave(name, EMPTY)
            return []
        if line["type"] == "assistant":
            model = words.model(message.get("model"))
            read = blocks.read(content, "assistant", said_ms, model if model != "<synthetic>" else None)
        elif line.get("isCompactSummary") is True:
            read = blocks.read(content, "system", said_ms, None)  # written by the program, though shown as the user's
        elif isinstance(content, str):
            read = blocks.Read(_typed(content, "user", said_ms))
        else:
            shown = [block for block in content if not _reminder(block)]
            if len(shown) < len(content):
                self._tree.leave(name, META, len(content) - len(shown), "part")
            read = blocks.read(shown, "user", said_ms, None)
        if read.names and not read.pieces:
            read.pieces.append(Piece("user" if line["type"] == "user" else "assistant", "", said_ms))
        if read.names:
            read.pieces[0].attachments = words.attachments(read.names)
        for why, count in read.left.items():
            self._tree.leave(name, why, count, "part")
        if not read.pieces and not read.left:
            self._tree.leave(name, EMPTY)
        return read.pieces


class _Replies:
    """Puts the lines of one reply, and the answers to its calls, into a row: that is how they are shown."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._of: dict[str, _Reply] = {}

    def place(
        self, name: str, parent: str | None, line: dict[str, Any], pieces: list[Piece]
    ) -> tuple[str | None, list[Piece]]:
        """Which line this one follows, and what it says beyond the turn before it."""
        message = line.get("message")
        message = message if isinstance(message, dict) else {}
        before = self._of.get(parent) if parent is not None else None
        said = words.identifier(message.get("id")) if line["type"] == "assistant" else None
        if before is not None and self._belongs(before, line, said, message, pieces):
            parent, before.newest = before.newest, name
            self._of[name] = before
            return parent, self._grow(before, pieces)
        if before is not None:
            before.open = None  # a text that goes on after this is not read by who goes on here
            parent = before.newest
        if said is not None:
            self._of[name] = _Reply(said, name, pieces[-1] if pieces and pieces[-1].role == "assistant" else None)
        return parent, pieces

    def _belongs(
        self, reply: _Reply, line: dict[str, Any], said: str | None, message: dict[str, Any], pieces: list[Piece]
    ) -> bool:
        if line["type"] == "assistant":
            return said == reply.id
        if line["type"] == "user":
            content = message.get("content")
            return isinstance(content, list) and any(
                isinstance(block, dict) and block.get("type") == "tool_result" for block in content
            )
        return not pieces  # a note, which others may name as the line before them

    def _grow(self, reply: _Reply, pieces: list[Piece]) -> list[Piece]:
        """Let a text that goes on in this line go on in its turn too."""
        if not pieces:
            return pieces
        if reply.open is not None and pieces[0].role == "assistant" and not pieces[0].attachments:
            pieces = pieces[1:] if self._tree.grow(reply.open, pieces[0].text) else pieces
        if pieces:
            reply.open = pieces[-1] if pieces[-1].role == "assistant" else None
        return pieces


@dataclass(slots=True)
class _Reply:
    """A reply: its message id, its newest line, and the piece of text that the next line may continue."""

    id: str
    newest: str
    open: Piece | None


def _reminder(block: object) -> bool:
    text = block.get("text") if isinstance(block, dict) else None
    return isinstance(text, str) and text.lstrip().startswith("<system-reminder>") and bool(_REMINDER.fullmatch(text))


def _beside(kind: str, line: dict[str, Any]) -> str | None:
    """What is shown of a line that is neither the user's nor the assistant's; None where nothing is."""
    if kind == "system":
        content = line.get("content")
        return content if isinstance(content, str) and content.strip() and line.get("isMeta") is not True else None
    if kind == "attachment":
        inner = line.get("attachment")
        if isinstance(inner, dict) and inner.get("type") == "queued_command":  # typed while the assistant was at work
            prompt = inner.get("prompt")
            return prompt if isinstance(prompt, str) and prompt.strip() else None
    return None


def _typed(text: str, role: Any, said_ms: int | None) -> list[Piece]:  # noqa: ANN401 - a Role
    """What was typed: words, a command (shown as it was typed), or what a command printed."""
    if "<" in text[:200]:
        if (command := _COMMAND.search(text)) is not None:
            arguments = _ARGUMENTS.search(text)
            given = f"{command[1]} {arguments[1] if arguments else ''}".strip()
            return [Piece("user", words.storable(given if given.startswith("/") else f"/{given}"), said_ms)]
        if (shell := _SHELL.fullmatch(text)) is not None:
            return [Piece("user", words.storable(f"! {shell[1].strip()}"), said_ms)]
        if printed := [found[3].strip("\n") for found in _OUTPUT.finditer(text)]:
            shown = words.storable("\n".join(filter(None, printed)))
            return [Piece("tool", words.cut(words.fenced(shown)), said_ms)] if shown.strip() else []
    text = words.storable(text)
    return [Piece(role, text, said_ms)] if text.strip() else []
