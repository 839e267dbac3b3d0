"""What does a ChatGPT data export say? conversations.json (or -000, -001, ...): trees of messages with a shown branch.

    conversation: title, create_time, mapping {node: {message, parent, children}}, current_node, conversation_id | id
    message:      author {role, name}, content {content_type, ...}, create_time (seconds), recipient, metadata

Shown to the reader are texts, code, and what tools were told and answered. Not shown, and so left out and counted:
nodes without a message, hidden messages, instructions kept for every conversation, thoughts. An assistant's message to
a tool ("recipient" is not "all") is a turn of that tool.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ccnode.exchange import reading, words
from ccnode.exchange.model import Left
from ccnode.exchange.tree import SHORTENED, Piece, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ccnode.exchange.files import Text
    from ccnode.exchange.model import Conversation, Format, Role

MESSAGES: Final = "mapping"

NO_MESSAGE: Final = "has no message in the export: deleted, or a placeholder"
HIDDEN: Final = "is hidden in ChatGPT too"
CONTEXT: Final = "are instructions or memories kept for every conversation, not said in this one"
THOUGHTS: Final = "are the model's thoughts, not its answer"
EMPTY: Final = "is empty"
NO_NODE: Final = "is no message as ChatGPT writes them"
UNKNOWN_ROLE: Final = "is said by nobody this program knows"
UNKNOWN_CONTENT: Final = "is of a kind this program does not know, and has no text"

_ROLES: Final[dict[object, Role]] = {"user": "user", "assistant": "assistant", "system": "system", "tool": "tool"}
_CONTEXT_TYPES: Final = frozenset({"user_editable_context", "model_editable_context"})
_THOUGHT_TYPES: Final = frozenset({"thoughts", "reasoning_recap"})
_POINTERS: Final = {
    "image_asset_pointer": "image",
    "audio_asset_pointer": "audio",
    "video_container_asset_pointer": "video",
    "real_time_user_audio_video_asset_pointer": "audio and video",
}


class ChatGPTSource(reading.PartsSource):
    """The Source for ChatGPT's data exports."""

    format: Format = "chatgpt"

    def _conversations(self, text: Text) -> Iterator[Conversation]:
        cutter = reading.cutter_of(text)
        for number, _ in enumerate(reading.elements(cutter)):
            tree = Tree()
            walked = reading.walk(cutter, MESSAGES, partial(_take, tree))
            if walked is None:
                self.left.append(Left(f"{text.name}: number {number}", reading.NO_CONVERSATION, unit="conversation"))
                continue
            rest, lost = walked
            reading.leave_twice(tree, lost)
            yield tree.finish(
                words.identifier(rest.get("conversation_id")) or words.identifier(rest.get("id")),
                words.title(rest.get("title")),
                words.seconds(rest.get("create_time")),
                words.identifier(rest.get("current_node")),
            )


def _take(tree: Tree, node: str, value: object, short: bool) -> None:  # noqa: FBT001
    """Take one node of the mapping."""
    name = words.identifier(node) or "?"
    if name in tree:
        tree.add(name, None, ())  # which counts it
        return
    if not isinstance(value, dict):
        tree.leave(name, NO_NODE)
        tree.add(name, None, ())
        return
    parent = words.identifier(value.get("parent"))
    message = value.get("message")
    pieces: tuple[Piece, ...] = ()
    if isinstance(message, dict):
        read = _message(message)
        if isinstance(read, str):
            tree.leave(name, read)
        else:
            pieces = (read,)
            if short and words.fits(read.text):
                tree.leave(name, SHORTENED, unit="part")
    elif message is not None:
        tree.leave(name, NO_NODE)
    elif parent is not None:  # the root never has one, and is no message
        tree.leave(name, NO_MESSAGE)
    tree.add(name, parent, pieces)


def _message(message: dict[str, Any]) -> Piece | str:
    """A message's piece, or why it is left out."""
    author, content, metadata = (_dict(message.get(name)) for name in ("author", "content", "metadata"))
    kind = content.get("content_type")
    if kind in _CONTEXT_TYPES:
        return CONTEXT
    if kind in _THOUGHT_TYPES:
        return THOUGHTS
    if metadata.get("is_visually_hidden_from_conversation"):
        return HIDDEN
    role = _ROLES.get(author.get("role")) if isinstance(author.get("role"), str) else None
    if role is None:
        return UNKNOWN_ROLE
    names = _attachments(metadata)
    text, known = _text(content, kind, names)
    text = words.storable(text)
    if not text.strip():
        if not names:
            return EMPTY if known else UNKNOWN_CONTENT
        text = ""
    model = words.model(metadata.get("model_slug")) if role == "assistant" else None
    recipient = message.get("recipient")
    if role == "assistant" and isinstance(recipient, str) and recipient not in ("all", ""):
        role, text = "tool", words.cut(f"to {words.line(recipient)}:\n\n{text}")
    elif role == "tool":
        name = words.line(author.get("name"))
        text = words.cut(f"from {name}:\n\n{text}" if name and text else text)
    return Piece(role, text, words.seconds(message.get("create_time")), model, words.attachments(names))


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _attachments(metadata: dict[str, Any]) -> list[str]:
    listed = metadata.get("attachments")
    if not isinstance(listed, list):
        return []
    return [words.line(_dict(item).get("name")) or "file" for item in listed[: 2 * words.ATTACHMENTS_MAX]]


# --- contents ---


def _text(content: dict[str, Any], kind: object, names: list[str]) -> tuple[str, bool]:
    """The visible text of a message's content, and whether its kind is known; `names` gets what is no text."""
    form = _FORMS.get(kind) if isinstance(kind, str) else None
    if form is not None:
        return form(content, names), True
    # A kind that came up after this was written: its text stands where others have theirs.
    for name in ("text", "result", "content"):
        if _string(content, name):
            return _string(content, name), False
    return _parts(content, names), False


def _string(content: dict[str, Any], name: str) -> str:
    value = content.get(name)
    return value if isinstance(value, str) else ""


def _parts(content: dict[str, Any], names: list[str]) -> str:
    parts = content.get("parts")
    if not isinstance(parts, list):
        return _string(content, "text")
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    texts = []
    named = bool(names)  # an image that is listed as an attachment is not named twice
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            kind = part.get("content_type")
            if isinstance(kind, str) and kind in _POINTERS:
                if not (named and kind == "image_asset_pointer"):
                    names.append(_pointer(part, _POINTERS[kind]))
            else:  # audio_transcription has text, and whatever is new has its text somewhere
                texts.append(_text(part, kind, names)[0] if kind in _INNER else _string(part, "text"))
    return "\n".join(filter(None, texts))


def _pointer(part: dict[str, Any], what: str) -> str:
    width, height = part.get("width"), part.get("height")
    if isinstance(width, int) and isinstance(height, int):
        return f"{what} {width}x{height}"
    return f"{what} ({form})" if (form := words.line(part.get("format"))) else what


def _code(content: dict[str, Any], names: list[str]) -> str:
    text = _string(content, "text") or _parts(content, names)
    return words.fenced(text, content.get("language")) if text.strip() else ""


def _output(content: dict[str, Any], names: list[str]) -> str:
    text = _string(content, "text") or _parts(content, names)
    return words.fenced(text) if text.strip() else ""


def _quote(content: dict[str, Any], names: list[str]) -> str:
    """A web page or file that a tool looked at: its title and address, then what it says."""
    del names
    title, address = words.line(content.get("title"), 300), words.line(content.get("url"), 2000)
    body = _string(content, "text") or _string(content, "snippet")
    return "\n".join(filter(None, (title, address, body)))


def _browsing(content: dict[str, Any], names: list[str]) -> str:
    del names
    return "\n\n".join(filter(None, (_string(content, "summary"), _string(content, "result"))))


def _failure(content: dict[str, Any], names: list[str]) -> str:
    del names
    return ": ".join(filter(None, (words.line(content.get("name")), _string(content, "text"))))


def _screen(content: dict[str, Any], names: list[str]) -> str:
    names.append("picture of a screen")
    return _string(content, "text")


_FORMS: Final[dict[str, Callable[[dict[str, Any], list[str]], str]]] = {
    "text": _parts,
    "multimodal_text": _parts,
    "code": _code,
    "execution_output": _output,
    "tether_quote": _quote,
    "sonic_webpage": _quote,
    "tether_browsing_display": _browsing,
    "tether_browsing_code": _code,
    "system_error": _failure,
    "computer_output": _screen,
}
_INNER: Final = frozenset({"tether_quote", "sonic_webpage", "tether_browsing_display"})
