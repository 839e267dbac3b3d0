"""How does Claude write a conversation into its export?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ccnode.exchange import blocks, claude
from ccnode.exchange.tree import TOO_LONG
from tests.exchange.truth import BEGAN, Said, Truth, sentence, too_long, uid, words

if TYPE_CHECKING:
    import random


class Maker:
    """Makes one conversation."""

    def __init__(self, by: random.Random, *, long: bool = False) -> None:
        self.by = by
        self.long = long
        self.clock = datetime.fromtimestamp(BEGAN + by.randrange(10**8), UTC)
        self.messages: list[dict[str, Any]] = []
        self.tails: dict[str, str | None] = {}
        self.named = by.random() < 0.8  # older exports do not name the message before
        self.truth = Truth(uid(by), sentence(by, 6), self._ms())
        self.opened = self._iso()

    def _ms(self) -> int:
        return round(self.clock.timestamp() * 1000)

    def _iso(self) -> str:
        return f"{self.clock:%Y-%m-%dT%H:%M:%S.%f}Z"

    def add(self, parent: str | None, sender: str, content: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        self.clock += timedelta(milliseconds=self.by.randint(1, 100_000))
        message = {
            "uuid": uid(self.by),
            "text": "\n\n".join(block["text"] for block in content if block["type"] == "text"),
            "content": content,
            "sender": sender,
            "created_at": self._iso(),
            "updated_at": self._iso(),
            "attachments": more.get("attachments", []),
            "files": more.get("files", []),
        }
        if self.named:
            message["parent_message_uuid"] = parent or claude.NO_PARENT
        if more.get("old"):  # the oldest exports had no blocks
            del message["content"]
        self.messages.append(message)
        return message

    def expect(self, message: dict[str, Any], parent: str | None, said: list[tuple[str, str]], *names: str) -> str:
        """Note what is to be read from a message: (role, text) of each turn."""
        name = str(message["uuid"])
        tail = self.tails[parent] if parent is not None else None
        for number, (role, text) in enumerate(said):
            turn = name if number == 0 else f"{name}#{number + 1}"
            self.truth.turns[turn] = Said(tail, role, text, self._ms(), None, names if number == 0 else ())
            tail = turn
        self.tails[name] = tail
        return name

    def block(self, text: str) -> dict[str, Any]:
        return {
            "start_timestamp": self._iso(),
            "stop_timestamp": self._iso(),
            "flags": None,
            "type": "text",
            "text": text,
            "citations": [],
        }

    def plain(self, parent: str | None, sender: str) -> str:
        raw, stored = words(self.by)
        role = "user" if sender == "human" else "assistant"
        if self.long and self.by.random() < 0.2:
            message = self.add(parent, sender, [self.block(too_long(self.by))])
            self.truth.left[TOO_LONG, "message"] += 1
            return self.expect(message, parent, [])
        message = self.add(parent, sender, [self.block(raw)], old=self.by.random() < 0.1)
        return self.expect(message, parent, [(role, stored)])

    def attached(self, parent: str | None) -> str:
        text = sentence(self.by) if self.by.random() < 0.8 else ""
        pasted = sentence(self.by, 300)
        attachments = [
            {"file_name": "notes.txt", "file_size": 12, "file_type": "txt", "extracted_content": "some notes"},
            {"file_name": "", "file_size": len(pasted), "file_type": "txt", "extracted_content": pasted},
        ]
        files = [{"file_name": "plan.pdf"}]
        message = self.add(parent, "human", [self.block(text)], attachments=attachments, files=files)
        names = ("notes.txt", f"pasted text of {len(pasted)} characters", "plan.pdf")
        return self.expect(message, parent, [("user", text)], *names)

    def tools(self, parent: str | None) -> str:
        """A message with thoughts, text, a call, its answer, and text again."""
        before, after, found = sentence(self.by), sentence(self.by), sentence(self.by)
        query = {"query": sentence(self.by, 5)}
        content: list[dict[str, Any]] = [
            {"type": "thinking", "thinking": sentence(self.by), "summaries": [], "cut_off": False},
            self.block(before),
            {"type": "tool_use", "name": "web_search", "input": query, "message": "Searching the web"},
            {
                "type": "tool_result",
                "name": "web_search",
                "content": [{"type": "knowledge", "title": "A page", "url": "https://example.org", "text": found}],
                "is_error": False,
            },
            {"type": "token_budget"},
            self.block(after),
        ]
        message = self.add(parent, "assistant", content)
        shown = json.dumps(query, indent=1)
        self.truth.left[blocks.THOUGHTS, "part"] += 1
        self.truth.left[blocks.NOTES, "part"] += 1
        said = [
            ("assistant", before),
            ("tool", f"to web_search:\n\n```json\n{shown}\n```"),
            ("tool", f"from web_search:\n\nA page\nhttps://example.org\n{found}"),
            ("assistant", after),
        ]
        return self.expect(message, parent, said)

    def empty(self, parent: str | None) -> str:
        message = self.add(parent, "assistant", [self.block("")])
        self.truth.left[claude.EMPTY, "message"] += 1
        return self.expect(message, parent, [])

    def exchange(self, at: str | None) -> str:
        chance = self.by.random
        asked = self.attached(at) if chance() < 0.1 else self.plain(at, "human")
        if chance() < 0.05:
            asked = self.empty(asked)
        answered = self.tools(asked) if chance() < 0.15 else self.plain(asked, "assistant")
        while self.named and chance() < 0.08:  # regenerated
            answered = self.plain(asked, "assistant")
        return answered

    def make(self) -> tuple[dict[str, Any], Truth]:
        """The conversation as it stands in the export, and what is to be read from it."""
        by = self.by
        ways: list[str | None] = [None]
        for _ in range(0 if by.random() < 0.04 else by.randint(1, 25)):
            edited = self.named and by.random() < 0.07
            ways.append(self.exchange(by.choice(ways) if edited else ways[-1]))
        conversation = {
            "uuid": self.truth.id,
            "name": self.truth.title,
            "summary": "",
            "created_at": self.opened,
            "updated_at": self._iso(),
            "account": {"uuid": uid(by)},
            "chat_messages": self.messages,
        }
        shown = [name for name in ways if name is not None]
        if shown and by.random() < 0.5:  # downloads of one conversation say which branch is shown
            current = by.choice(shown)
            conversation["current_leaf_message_uuid"] = current
            self.truth.current = self.tails[current]
        elif shown:
            parents = [message.get("parent_message_uuid", number) for number, message in enumerate(self.messages)]
            if len(set(parents)) == len(parents):
                self.truth.current = self.tails[str(self.messages[-1]["uuid"])]
        return conversation, self.truth
