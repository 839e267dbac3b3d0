"""How does ChatGPT write a conversation into its export?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ccnode.exchange import chatgpt
from ccnode.exchange.tree import TOO_LONG
from tests.exchange.truth import BEGAN, Said, Truth, sentence, too_long, uid, words

if TYPE_CHECKING:
    import random


class Maker:
    """Makes one conversation."""

    def __init__(self, by: random.Random, *, long: bool = False) -> None:
        self.by = by
        self.long = long
        self.began = BEGAN + by.random() * 1e8
        self.clock = self.began
        self.mapping: dict[str, dict[str, Any]] = {}
        self.tails: dict[str, str | None] = {}
        self.truth = Truth(uid(by), sentence(by, 6), round(self.began * 1000))

    def node(self, parent: str | None, message: dict[str, Any] | None, said: Said | str | None) -> str:
        """Add a node. `said`: its turn, or why it is left out, or None for what is no message at all."""
        name = uid(self.by)
        if message is not None:
            message = {"id": name, **message}
        self.mapping[name] = {"id": name, "message": message, "parent": parent, "children": []}
        before = self.tails[parent] if parent is not None else None
        if parent is not None:
            self.mapping[parent]["children"].append(name)
        if isinstance(said, Said):
            said.parent = before
            self.truth.turns[name] = said
            before = name
        elif said is not None:
            self.truth.left[said, "message"] += 1
        self.tails[name] = before
        return name

    def message(self, role: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
        self.clock += self.by.random() * 100
        metadata = {
            "request_id": uid(self.by),
            "message_type": "next",
            "timestamp_": "absolute",
            "citations": [],
            "content_references": [],
            **more.pop("metadata", {}),
        }
        return {
            "author": {"role": role, "name": more.pop("name", None), "metadata": {}},
            "create_time": self.clock if self.by.random() < 0.95 else None,
            "update_time": None,
            "content": content,
            "status": "finished_successfully",
            "end_turn": True,
            "weight": 1.0,
            "metadata": metadata,
            "recipient": more.pop("recipient", "all"),
            "channel": None,
        }

    def said(self, message: dict[str, Any], role: str, text: str, **more: Any) -> Said:
        at = message["create_time"]
        return Said(None, role, text, None if at is None else round(at * 1000), **more)

    def text(self, parent: str, role: str) -> str:
        raw, stored = words(self.by)
        if self.long and self.by.random() < 0.2:
            raw = too_long(self.by)
            return self.node(parent, self.message(role, {"content_type": "text", "parts": [raw]}), TOO_LONG)
        model = self.by.choice(("gpt-4o", "gpt-5-thinking", "o3")) if role == "assistant" else None
        metadata = {"model_slug": model, "default_model_slug": "auto"} if model else {}
        message = self.message(role, {"content_type": "text", "parts": [raw]}, metadata=metadata)
        return self.node(parent, message, self.said(message, role, stored, model=model))

    def picture(self, parent: str) -> str:
        pointer = {
            "content_type": "image_asset_pointer",
            "asset_pointer": "sediment://file_0000",
            "size_bytes": 48029,
            "width": 640,
            "height": 480,
            "fovea": None,
            "metadata": {"dalle": None},
        }
        listed = self.by.random() < 0.5
        caption = sentence(self.by, 8) if self.by.random() < 0.7 else ""
        files = [{"id": "file_0000", "name": "a cat.png", "mime_type": "image/png", "size": 48029}] if listed else []
        content = {"content_type": "multimodal_text", "parts": [pointer, caption]}
        message = self.message("user", content, metadata={"attachments": files} if listed else {})
        name = "a cat.png" if listed else "image 640x480"
        return self.node(parent, message, self.said(message, "user", caption, attachments=(name,)))

    def voice(self, parent: str) -> str:
        heard = sentence(self.by)
        parts: list[dict[str, Any]] = [
            {"content_type": "audio_transcription", "text": heard, "direction": "in", "decoding_id": None},
            {"content_type": "audio_asset_pointer", "asset_pointer": "sediment://file_1", "format": "wav"},
        ]
        message = self.message("user", {"content_type": "multimodal_text", "parts": parts})
        return self.node(parent, message, self.said(message, "user", heard, attachments=("audio (wav)",)))

    def python(self, parent: str) -> str:
        """A call of the code interpreter and its output."""
        code, output = f"print({self.by.random()})", sentence(self.by)
        message = self.message(
            "assistant",
            {"content_type": "code", "language": "python", "text": code, "response_format_name": None},
            recipient="python",
            metadata={"model_slug": "gpt-4o"},
        )
        said = self.said(message, "tool", f"to python:\n\n```python\n{code}\n```", model="gpt-4o")
        call = self.node(parent, message, said)
        message = self.message("tool", {"content_type": "execution_output", "text": output}, name="python")
        return self.node(call, message, self.said(message, "tool", f"from python:\n\n```\n{output}\n```"))

    def search(self, parent: str) -> str:
        quote = sentence(self.by)
        content: dict[str, Any] = {
            "content_type": "tether_quote",
            "url": "https://example.org/a",
            "domain": "example.org",
        }
        message = self.message("tool", {**content, "text": quote, "title": "A page"}, name="browser")
        said = self.said(message, "tool", f"from browser:\n\nA page\nhttps://example.org/a\n{quote}")
        quoted = self.node(parent, message, said)
        content = {"content_type": "tether_browsing_display", "result": "", "summary": "", "assets": None}
        return self.node(quoted, self.message("tool", content, name="file_search"), chatgpt.EMPTY)

    def failure(self, parent: str) -> str:
        content = {"content_type": "system_error", "name": "AceConnectionException", "text": "it timed out"}
        message = self.message("tool", content, name="python")
        text = "from python:\n\nAceConnectionException: it timed out"
        return self.node(parent, message, self.said(message, "tool", text))

    def thoughts(self, parent: str) -> str:
        content: dict[str, Any] = {"content_type": "thoughts", "source_analysis_msg_id": uid(self.by)}
        content["thoughts"] = [{"summary": "thinking", "content": sentence(self.by), "chunks": [], "finished": True}]
        thought = self.node(parent, self.message("assistant", content), chatgpt.THOUGHTS)
        content = {"content_type": "reasoning_recap", "content": "Thought for 4s"}
        return self.node(thought, self.message("assistant", content), chatgpt.THOUGHTS)

    def lost(self, parent: str) -> str:
        """Nodes that give no turn."""
        kind = self.by.randrange(4)
        if kind == 0:
            return self.node(parent, None, chatgpt.NO_MESSAGE)
        if kind == 1:
            return self.node(parent, self.message("assistant", {"content_type": "text", "parts": [""]}), chatgpt.EMPTY)
        if kind == 2:
            content = {"content_type": "model_editable_context", "model_set_context": "1. likes tea", "parts": None}
            return self.node(parent, self.message("assistant", content), chatgpt.CONTEXT)
        return self.node(
            parent, self.message("critic", {"content_type": "text", "parts": ["hm"]}), chatgpt.UNKNOWN_ROLE
        )

    def later(self, parent: str) -> str:
        """A kind of content that this program has never heard of."""
        raw = sentence(self.by)
        message = self.message("assistant", {"content_type": "hologram", "text": raw})
        return self.node(parent, message, self.said(message, "assistant", raw))

    def begin(self) -> str:
        """What every conversation begins with: a root without a message, and hidden nodes."""
        hidden = {"is_visually_hidden_from_conversation": True}
        at = self.node(None, None, None)
        message = self.message("system", {"content_type": "text", "parts": [""]}, metadata=hidden)
        at = self.node(at, message, chatgpt.HIDDEN)
        if self.by.random() < 0.3:
            content = {"content_type": "user_editable_context", "user_profile": "p", "user_instructions": "i"}
            at = self.node(at, self.message("user", content, metadata=hidden), chatgpt.CONTEXT)
        return at

    def exchange(self, at: str) -> str:
        """A question, perhaps something in between, and an answer."""
        chance = self.by.random
        ask = self.picture if chance() < 0.05 else self.voice if chance() < 0.03 else partial(self.text, role="user")
        asked = at = ask(at)
        for step, likely in (
            (self.thoughts, 0.08),
            (self.python, 0.08),
            (self.search, 0.05),
            (self.failure, 0.02),
            (self.lost, 0.06),
            (self.later, 0.02),
        ):
            if chance() < likely:
                at = step(at)
        at = self.text(at, "assistant")
        while chance() < 0.08:  # regenerated
            at = self.text(asked, "assistant")
        return at

    def make(self) -> tuple[dict[str, Any], Truth]:
        """The conversation as it stands in the export, and what is to be read from it."""
        by = self.by
        exchanges = 0 if by.random() < 0.04 else by.randint(1, 30)
        ways = [self.begin()]
        for _ in range(exchanges):
            at = ways[-1]
            if by.random() < 0.07:  # an earlier question is edited
                at = by.choice(ways)
            ways.append(self.exchange(at))
        current = ways[-1] if by.random() < 0.9 else by.choice(ways)
        self.truth.current = self.tails[current]
        mapping = self.mapping
        if by.random() < 0.2:  # the order of the mapping says nothing
            names = list(mapping)
            by.shuffle(names)
            mapping = {name: mapping[name] for name in names}
        conversation: dict[str, Any] = {
            "title": self.truth.title,
            "create_time": self.began,
            "update_time": self.clock,
            "mapping": mapping,
            "moderation_results": [],
            "current_node": current,
            "plugin_ids": None,
            "conversation_id": self.truth.id,
            "conversation_template_id": None,
            "gizmo_id": None,
            "is_archived": False,
            "safe_urls": [],
            "default_model_slug": "gpt-4o",
            "id": self.truth.id,
        }
        return conversation, self.truth
