"""How does Claude Code write the log of a session?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ccnode.exchange import blocks, claude_code
from ccnode.exchange.tree import TOO_LONG
from tests.exchange.truth import BEGAN, Said, Truth, sentence, too_long, uid, words

if TYPE_CHECKING:
    import random

MODEL = "claude-opus-4-5-20251101"


class Maker:
    """Makes one session: lines, each a JSON object."""

    def __init__(self, by: random.Random, *, long: bool = False) -> None:
        self.by = by
        self.long = long
        self.clock = datetime.fromtimestamp(BEGAN + by.randrange(10**8), UTC)
        self.lines: list[dict[str, Any]] = []
        self.tails: dict[str | None, str | None] = {None: None}
        self.truth = Truth(uid(by), None, None)
        self.last: str | None = None  # the line that the next one names as its parent
        self.notes = 0

    def _ms(self) -> int:
        return round(self.clock.timestamp() * 1000)

    def line(self, kind: str, parent: str | None, **more: Any) -> str:
        """Write a line that stands in the chain. It becomes the last one."""
        self.clock += timedelta(milliseconds=self.by.randint(1, 100_000))
        name = uid(self.by)
        if self.truth.said_ms is None:
            self.truth.said_ms = self._ms()
        self.lines.append(
            {
                "parentUuid": parent,
                "isSidechain": False,
                "userType": "external",
                "cwd": "/home/somebody/garden",
                "sessionId": self.truth.id,
                "version": "2.1.29",
                "gitBranch": "main",
                "type": kind,
                **more,
                "uuid": name,
                "timestamp": f"{self.clock:%Y-%m-%dT%H:%M:%S}.{self.clock.microsecond // 1000:03}Z",
            }
        )
        self.last = name
        return name

    def expect(self, name: str, after: str | None, said: list[tuple[str, str]], *, model: str | None = None) -> None:
        """Note what is to be read from a line, after the turn `after`."""
        tail = after
        for number, (role, text) in enumerate(said):
            turn = name if number == 0 else f"{name}#{number + 1}"
            self.truth.turns[turn] = Said(tail, role, text, self._ms(), model)
            tail = turn
        self.tails[name] = tail

    def loose(self, kind: str, **more: Any) -> None:
        """Write a line beside the chain."""
        self.lines.append({"type": kind, **more})
        if kind not in ("custom-title", "ai-title", "summary"):
            self.notes += 1

    def asked(self) -> None:
        raw, stored = words(self.by)
        parent = self.last
        tail = self.tails[parent]
        kind = self.by.random()
        if self.long and self.by.random() < 0.2:
            name = self.line("user", parent, message={"role": "user", "content": too_long(self.by)})
            self.truth.left[TOO_LONG, "message"] += 1
            self.expect(name, tail, [])
        elif kind < 0.8:
            name = self.line("user", parent, message={"role": "user", "content": raw})
            self.expect(name, tail, [("user", stored)])
        elif kind < 0.9:
            content = f"<command-name>/review</command-name>\n<command-args>{sentence(self.by, 3)}</command-args>"
            typed = content.split("<command-args>")[1].removesuffix("</command-args>")
            name = self.line("user", parent, message={"role": "user", "content": content})
            self.expect(name, tail, [("user", f"/review {typed}")])
            name = self.line(
                "user", name, isMeta=True, message={"role": "user", "content": [{"type": "text", "text": "Do it."}]}
            )
            self.truth.left[claude_code.META, "message"] += 1
            self.tails[name] = self.truth_tail()
        else:
            picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGVsbG8="}}
            reminder = {"type": "text", "text": "<system-reminder>be kind</system-reminder>"}
            blocks_ = [{"type": "text", "text": raw}, picture, reminder]
            name = self.line("user", parent, message={"role": "user", "content": blocks_})
            self.truth.left[claude_code.META, "part"] += 1
            self.expect(name, tail, [("user", stored)])
            self.truth.turns[name].attachments = ("image (image/png)",)
        self.loose("file-history-snapshot", messageId=name, snapshot={"messageId": name}, isSnapshotUpdate=False)

    def truth_tail(self) -> str | None:
        return next(reversed(self.truth.turns), None)

    def reply(self) -> None:
        """One reply: thoughts, text, several calls at once, each a line; then the answers; then the end."""
        by = self.by
        message = {"model": MODEL, "id": f"msg_{uid(by)}", "type": "message", "role": "assistant", "stop_reason": None}
        tail = self.tails[self.last]
        if by.random() < 0.4:
            thought = {"type": "thinking", "thinking": sentence(by), "signature": "c2lnbmVk"}
            self.tails[self.line("assistant", self.last, message={**message, "content": [thought]})] = tail
            self.truth.left[blocks.THOUGHTS, "part"] += 1
        raw, stored = words(by)
        name = self.line("assistant", self.last, message={**message, "content": [{"type": "text", "text": raw}]})
        self.expect(name, tail, [("assistant", stored)], model=MODEL)
        if by.random() < 0.1:  # a text goes on in another line
            raw, more = words(by)
            going_on = self.line(
                "assistant", self.last, message={**message, "content": [{"type": "text", "text": raw}]}
            )
            self.truth.turns[name].text += f"\n\n{more}"
            self.tails[going_on] = name
        if by.random() < 0.5:
            self.calls(message)

    def calls(self, message: dict[str, Any]) -> None:
        by = self.by
        called = []
        for _ in range(by.randint(1, 3)):
            call, given = f"toolu_{uid(by)}", {"file_path": sentence(by, 3)}
            block = {"type": "tool_use", "id": call, "name": "Read", "input": given}
            tail = self.tails[self.last]
            name = self.line("assistant", self.last, message={**message, "content": [block]})
            shown = json.dumps(given, indent=1)
            self.expect(name, tail, [("tool", f"to Read:\n\n```json\n{shown}\n```")], model=MODEL)
            called.append((call, name))
            if by.random() < 0.3:
                self.tails[self.line("progress", name, data={"type": "hook_progress"})] = name
                self.notes += 1
        for call, caller in called:
            answer = sentence(by)
            block = {"tool_use_id": call, "type": "tool_result", "content": answer}
            tail = self.tails[self.last]
            name = self.line(
                "user",
                caller,  # not the line before: so parallel calls look like branches
                message={"role": "user", "content": [block]},
                toolUseResult={"stdout": answer},
                sourceToolAssistantUUID=caller,
            )
            self.expect(name, tail, [("tool", f"answer:\n\n{answer}")])

    def helper(self) -> None:
        """What a helper said, in the same file (as older versions wrote it)."""
        kept, parent = self.last, None
        for role in ("user", "assistant"):
            parent = self.line(role, parent, message={"role": role, "content": [{"type": "text", "text": "hm"}]})
            self.lines[-1]["isSidechain"] = True
            self.truth.left[claude_code.SIDECHAIN, "message"] += 1
        self.last = kept

    def compact(self) -> None:
        """The beginning is replaced by a summary; the chain is broken but for one name."""
        tail = self.tails[self.last]
        name = self.line(
            "system",
            None,
            logicalParentUuid=self.last,
            subtype="compact_boundary",
            content="Conversation compacted",
            isMeta=False,
        )
        self.expect(name, tail, [("system", "Conversation compacted")])
        text = sentence(self.by)
        summary = self.line(
            "user",
            name,
            isCompactSummary=True,
            isVisibleInTranscriptOnly=True,
            message={"role": "user", "content": text},
        )
        self.expect(summary, name, [("system", text)])

    def make(self) -> tuple[list[dict[str, Any]], Truth]:
        """The lines of the session, and what is to be read from them."""
        by = self.by
        if by.random() < 0.3:
            self.loose("summary", summary="of another conversation", leafUuid=uid(by))
        ways: list[str | None] = [None]
        for number in range(by.randint(1, 20)):
            if number and by.random() < 0.07:  # gone back to an earlier place
                self.last = by.choice(ways)
            self.asked()
            for _ in range(by.randint(1, 3)):
                self.reply()
            if by.random() < 0.1:
                self.helper()
            if by.random() < 0.1:
                self.tails[self.line("system", self.last, subtype="turn_duration", isMeta=True)] = self.tails[self.last]
                self.notes += 1
            if by.random() < 0.05:
                self.compact()
            ways.append(self.last)
        if by.random() < 0.5:
            self.truth.title = sentence(by, 5)
            self.loose("ai-title", aiTitle="another title", sessionId=self.truth.id)
            self.loose("custom-title", customTitle=self.truth.title, sessionId=self.truth.id)
        self.loose("queue-operation", operation="dequeue", sessionId=self.truth.id)
        self.truth.current = self.tails[self.last]
        if self.notes:
            self.truth.left[blocks.NOTES, "part"] += self.notes
        return self.lines, self.truth
