"""What do the content blocks of Anthropic's messages say? Text in between tool calls; thoughts are not said aloud."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ccnode.exchange import words
from ccnode.exchange.tree import Piece

if TYPE_CHECKING:
    from ccnode.exchange.model import Role

THOUGHTS: Final = "are the model's thoughts, not its answer"
NOTES: Final = "are notes of the program, not said by anybody"
UNKNOWN: Final = "is a block of a kind this program does not know, and has no text"
NO_BLOCK: Final = "is no block"

_THOUGHTS: Final = frozenset({"thinking", "redacted_thinking"})
_NOTES: Final = frozenset({"token_budget", "flag", "tool_reference"})
_CALLS: Final = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
_FILES: Final = frozenset({"image", "document", "file", "audio", "video"})


@dataclass(slots=True)
class Read:
    """What blocks amount to: `pieces` in order, `names` of what came with them, `left` by reason."""

    pieces: list[Piece] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)


def read(content: str | list[Any], role: Role, said_ms: int | None, model: str | None) -> Read:
    """Read a message's content: a text, or a list of blocks. Texts that follow each other are one piece."""
    result = Read()
    texts: list[str] = []

    def close() -> None:
        text = words.storable("\n\n".join(texts)) if texts else ""
        texts.clear()
        if text.strip():
            result.pieces.append(Piece(role, text, said_ms, model))

    for block in [content] if isinstance(content, str) else content:
        kind = block.get("type") if isinstance(block, dict) else None
        if isinstance(block, str) or kind == "text":
            text = block if isinstance(block, str) else block.get("text")
            if isinstance(text, str) and text:
                texts.append(text)
        elif isinstance(kind, str) and (kind in _CALLS or kind.endswith("tool_result")):
            close()
            said = _call(block) if kind in _CALLS else _answer(block, result)
            result.pieces.append(Piece("tool", said, said_ms, model if kind in _CALLS else None))
        elif text := _beside(block, kind, result):
            texts.append(text)
    close()
    return result


def _beside(block: object, kind: object, result: Read) -> str:
    """The text of a block that is neither text nor of a tool; where it has none, it is named or counted."""
    if not isinstance(block, dict) or not isinstance(kind, str):
        result.left[NO_BLOCK] += 1
    elif kind in _THOUGHTS:
        result.left[THOUGHTS] += 1
    elif kind in _NOTES:
        result.left[NOTES] += 1
    elif kind in _FILES:
        result.names.append(file_name(block))
    elif text := _any_text(block):
        return text
    else:
        result.left[UNKNOWN] += 1
    return ""


def file_name(block: dict[str, Any]) -> str:
    """What to call a block that is a file: its name, or its kind and type."""
    for name in ("file_name", "title", "name"):
        if found := words.line(block.get(name)):
            return found
    source = block.get("source")
    media = words.line(source.get("media_type")) if isinstance(source, dict) else ""
    return " ".join(filter(None, (words.line(block.get("type")), f"({media})" if media else "")))


def _call(block: dict[str, Any]) -> str:
    given = block.get("input")
    shown = words.fenced(words.storable(words.as_json(given)), "json") if given not in (None, {}) else ""
    return words.cut("\n\n".join(filter(None, (f"to {words.line(block.get('name')) or 'a tool'}:", shown))))


def _answer(block: dict[str, Any], result: Read) -> str:
    name = words.line(block.get("name"))
    failed = " (failed)" if block.get("is_error") is True else ""
    texts = [f"from {name}{failed}:" if name else f"answer{failed}:"]
    content = block.get("content")
    for inner in content if isinstance(content, list) else [content]:
        if isinstance(inner, str):
            texts.append(inner)
        elif inner is not None:
            kind = inner.get("type") if isinstance(inner, dict) else None
            plain = inner.get("text") if kind == "text" and isinstance(inner, dict) else None
            texts.append(plain if isinstance(plain, str) else _beside(inner, kind, result))
    return words.cut(words.storable("\n\n".join(filter(None, texts))))


def _any_text(block: dict[str, Any]) -> str:
    """The text of a block of any kind, with the title and address of what it is about."""
    found = next((value for name in ("text", "content", "transcript") if isinstance(value := block.get(name), str)), "")
    title, address = words.line(block.get("title"), 300), words.line(block.get("url"), 2000)
    return "\n".join(filter(None, (title, address, found)))
