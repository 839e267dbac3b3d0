"""How does one question become a reply on the terminal? Streams it, stops it on Ctrl-C, repeats it without harm."""

from __future__ import annotations

import re
import signal
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from ccnode.cli.client import Client, Stream, of
from ccnode.cli.errors import FAILED, CliError, Unreachable
from ccnode.cli.folding import Folder, folded, width_of_terminal
from ccnode.cli.text import clean, line

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from ccnode.cli.state import State

TRIES: Final = 3
PAUSE_S: Final = 1.0
SOURCE_CHARS: Final = 100
CUT: Final = {
    "max_tokens": "the reply reached its greatest length (models.output_tokens_max)",
    "context_full": "the conversation and the reply fill all that the model can see",
    "refusal": "the model declined to go on",
}


@dataclass(slots=True)
class Reply:
    """How a turn ended. `sources` are as the daemon gave them."""

    session_id: str
    message_id: str
    user_message_id: str
    text: str
    state: str
    sources: list[dict[str, Any]]
    metrics: dict[str, Any]

    @property
    def broke_off(self) -> str:
        """Why the reply is not whole, and how to get the rest; "" where it is."""
        if self.state == "complete":
            return ""
        reason = self.metrics.get("stop_reason")
        told = str(self.metrics.get("reason") or "the reply was interrupted")
        return CUT.get(reason, told) if isinstance(reason, str) else told

    @property
    def is_full(self) -> bool:
        """Whether it is as long as one can be, so that the rest has to be asked for in a new message."""
        from ccnode.core.turns import is_full

        return is_full(self.text)

    def data(self) -> dict[str, Any]:
        """The reply for programs."""
        return {
            "session_id": self.session_id,
            "message_id": self.message_id,
            "user_message_id": self.user_message_id,
            "reply": self.text,
            "state": self.state,
            "sources": self.sources,
            "metrics": self.metrics,
        }


@dataclass(slots=True)
class Question:
    """A question on its way. The key is made once, so that asking again after a broken connection asks nothing new."""

    session_id: str
    text: str
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


class Interrupts:
    """While a reply comes: the first Ctrl-C stops the reply, the second leaves.

    The signal is handled, not raised, so that it never breaks into the middle of a read.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._former: Any = None
        self.pressed = 0

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._former = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        if self._former is not None:
            signal.signal(signal.SIGINT, self._former)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.pressed += 1
        if self.pressed > 1:
            raise KeyboardInterrupt
        threading.Thread(target=self._stop, daemon=True).start()


class Talk:
    """Runs turns against the daemon. With `show`, pieces go to standard output as they come."""

    def __init__(self, state: State, client: Client, *, show: bool) -> None:
        self._state = state
        self._client = client
        self._show = show
        self._folder = Folder(width_of_terminal())

    def start(self, title: str | None = None, parent: str | None = None) -> dict[str, Any]:
        """Open a session; what the daemon says of it."""
        body = {name: value for name, value in (("title", title), ("parent", parent)) if value}
        return self._client.call("POST", "/api/v1/conversation/start", body)

    def ask(self, question: Question) -> Reply:
        """Ask, and ask again where the connection breaks; see `Question`.

        Raises:
            CliError: there is no reply; the question is kept, and its session named in the remedy.
        """
        path = f"/api/v1/conversation/{of(question.session_id)}/message"
        body = {"content": question.text, "idempotency_key": question.key}
        for attempt in range(1, TRIES + 1):
            try:
                return self._run(question.session_id, path, body, question.key)
            except Unreachable:
                if attempt == TRIES or not self._client.running():
                    raise
                self._state.note("the connection broke; asking again")
                time.sleep(PAUSE_S)
        raise AssertionError("the last try returns or raises")

    def resume(self, session_id: str) -> Reply:
        """Have an unanswered question answered. Raises CliError."""
        return self._run(session_id, f"/api/v1/conversation/{of(session_id)}/resume", {}, None)

    def regenerate(self, session_id: str) -> Reply:
        """Another reply to the last question. Raises CliError."""
        return self._run(session_id, f"/api/v1/conversation/{of(session_id)}/regenerate", {}, None)

    def go_on(self, session_id: str) -> Reply:
        """The rest of an interrupted reply, after what there was of it. Raises CliError."""
        return self._run(session_id, f"/api/v1/conversation/{of(session_id)}/continue", {}, None)

    def merge(self, session_id: str, branches: list[str], text: str | None) -> Reply:
        """Bring branches into a session. Raises CliError."""
        body = {"branches": branches, **({"content": text} if text else {})}
        return self._run(session_id, f"/api/v1/conversation/{of(session_id)}/merge", body, None)

    def stop(self, session_id: str) -> None:
        """Have the reply that is being written stopped; what there is of it is kept."""
        try:
            self._client.call("POST", f"/api/v1/conversation/{of(session_id)}/stop", {})
        except CliError as error:
            self._state.note(f"the reply could not be stopped: {error}; Ctrl-C again leaves")

    def _run(self, session_id: str, path: str, body: object, key: str | None) -> Reply:
        with Interrupts(lambda: self.stop(session_id)):
            stream = self._client.stream(path, body, key=key)
            try:
                return self._follow(session_id, stream)
            finally:
                stream.close()

    def _follow(self, session_id: str, stream: Stream) -> Reply:
        shown, question = "", ""
        for form in stream:
            kind = form.get("type")
            if kind == "accepted":
                question = str(form.get("message_id", ""))
            elif kind == "delta":
                piece = str(form.get("content", ""))
                shown += piece
                self._write(piece)
            elif kind == "waiting":
                self._state.note(f"({form.get('message', '')}; Ctrl-C stops)")
                wait_s = form.get("wait_s")
                stream.expect_wait(wait_s if isinstance(wait_s, int | float) else 0.0)
            elif kind == "status":
                self._state.note(str(form.get("message", "")))
            elif kind == "error":
                self._end_line(shown)
                raise self._failed(session_id, form)
            elif kind == "response":
                reply = _reply(session_id, question, form)
                self._complete(shown, reply.text)
                return reply
        self._end_line(shown)
        raise Unreachable("the reply broke off", remedy=f"the question is kept: ccnode chat {session_id}")

    def _failed(self, session_id: str, form: dict[str, Any]) -> CliError:
        # What the daemon says of the question kept is for the page; here it is a command.
        remedy = re.split("the question is kept", str(form.get("remedy", "")), flags=re.IGNORECASE)[0].rstrip(" .:;")
        kept = f"the question is kept: ccnode chat {session_id}"
        return CliError(
            str(form.get("message", "the turn failed")),
            code=str(form.get("code", "failed")),
            remedy=f"{remedy}; {kept}" if remedy else kept,
            exit_code=FAILED,
        )

    def _write(self, text: str) -> None:
        if self._show:
            sys.stdout.write(self._folder.feed(clean(text)))
            sys.stdout.flush()

    def _complete(self, shown: str, text: str) -> None:
        """Write what of the recorded reply has not been seen; where it differs from the pieces, all of it."""
        if text.startswith(shown):
            self._write(text[len(shown) :])
            self._end_line(text)
        else:
            self._end_line(shown)
            self._state.note("recorded was:")
            self._write(text)
            self._end_line(text)

    def _end_line(self, text: str) -> None:
        if text and not text.endswith("\n"):
            self._write("\n")


def _reply(session_id: str, question: str, form: dict[str, Any]) -> Reply:
    sources = form.get("sources")
    metrics = form.get("metrics")
    return Reply(
        session_id=str(form.get("session_id") or session_id),
        message_id=str(form.get("message_id", "")),
        user_message_id=str(form.get("user_message_id") or question),
        text=str(form.get("content", form.get("reply", ""))),
        state=str(form.get("state", "complete")),
        sources=[one for one in sources if isinstance(one, dict)] if isinstance(sources, list) else [],
        metrics=metrics if isinstance(metrics, dict) else {},
    )


def sources_text(sources: list[dict[str, Any]]) -> str:
    """The sources as lines under a reply; "" for none."""
    lines = []
    for one in sources:
        said = str(one.get("time", ""))[:10]
        where = f"{str(one.get('message_id') or one.get('packet_id') or '')[:12]} {said}".strip()
        noted = f" ({one['told_by']})" if one.get("told_by") else " (note)" if one.get("note") else ""
        lines.append(f"  [{where}]{noted} {line(str(one.get('note') or one.get('text') or ''), SOURCE_CHARS)}")
    return folded("\n".join(["Sources:", *map(clean, lines)]), width_of_terminal()) if lines else ""
