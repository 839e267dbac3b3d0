"""What do the events of one streamed answer add up to?

The SDK builds its event objects without validation, so any attribute can be missing or of any type here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ccnode.mind.quoting import clean
from ccnode.models.anthropic_errors import model_error
from ccnode.models.base import Delta, Finished, ModelError, StopReason, Usage

if TYPE_CHECKING:
    from collections.abc import Callable

_STOP_REASONS: Final[dict[str, StopReason]] = {
    "end_turn": "end",
    "max_tokens": "max_tokens",
    "refusal": "refusal",
    "stop_sequence": "stop_sequence",
    "model_context_window_exceeded": "context_full",
}
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}")
# The densest known text is far below this; only an answer without an end reaches it.
_CHARACTERS_PER_TOKEN_MAX: Final = 64
# About the density of prose in most tokenizers; for answers that break off before they are counted.
_CHARACTERS_PER_TOKEN: Final = 3
_TOKENS_MAX: Final = 10**9  # of one call; more is no count that can be believed, and would use up any budget
_COUNTS: Final = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")


class ReplyReader:
    """Collects one answer: `take` each event, then `finish` when `stopped`."""

    def __init__(self, model: str, output_tokens_max: int) -> None:
        self.began = False
        self.stopped = False
        self._model = model
        self.model = model  # as the service names it, once it has
        self.counted = False  # whether the service has said how much it wrote
        self._characters_max = output_tokens_max * _CHARACTERS_PER_TOKEN_MAX
        self._characters = 0
        self._pieces: list[str] = []
        self._blanks: list[str] = []  # white space that the answer begins with, until something follows it
        self._half = ""
        self._stop_reason = ""
        self._usage: dict[str, int] = {}

    def take(self, event: object) -> str:
        """The text this event adds, often none. Unknown events, thinking and tool use add nothing.

        Raises ModelError when the answer grows far beyond the asked number of tokens.
        """
        kind = getattr(event, "type", None)
        if kind == "content_block_delta":
            delta = getattr(event, "delta", None)
            return self._text(delta) if getattr(delta, "type", None) == "text_delta" else ""
        if kind == "content_block_start":
            block = getattr(event, "content_block", None)
            return self._text(block) if getattr(block, "type", None) == "text" else ""
        if kind == "message_start":
            message = getattr(event, "message", None)
            reported = getattr(message, "model", None)
            if isinstance(reported, str) and _MODEL.fullmatch(reported):
                self.model = reported
            self._count(getattr(message, "usage", None))
        elif kind == "message_delta":
            reason = getattr(getattr(event, "delta", None), "stop_reason", None)
            if isinstance(reason, str):
                self._stop_reason = reason
            # What the beginning said of the output was no count yet.
            self._usage.pop("output_tokens", None)
            self.counted = True
            self._count(getattr(event, "usage", None))
        elif kind == "message_stop":
            self.stopped = True
        return ""

    def finish(self, sources: Callable[[str], tuple[str, ...]]) -> list[Delta | Finished]:
        """What is still to be yielded, ending with Finished; `sources` finds the citations in the whole reply.

        Raises ModelError when the answer holds no text, except for a refusal, which is an answer of its own.
        """
        rest: list[Delta | Finished] = []
        left = self._begun_with(clean(self._half))  # nothing followed; and the first half of a pair without its second
        if left:
            rest.append(Delta(left))
            self._pieces.append(left)
        if not self._pieces:
            if self._stop_reason != "refusal":
                raise self._nothing_said()
            rest.append(Delta(""))
        used = self.usage() or Usage()
        rest.append(
            Finished(
                model=f"anthropic/{self.model}",
                stop_reason=_STOP_REASONS.get(self._stop_reason, "other"),
                input_tokens=used.prompt_tokens,
                output_tokens=self._usage.get("output_tokens"),
                sources=sources("".join(self._pieces)),
                cache_creation_tokens=self._usage.get("cache_creation_input_tokens"),
                cache_read_tokens=self._usage.get("cache_read_input_tokens"),
            )
        )
        return rest

    def usage(self) -> Usage | None:
        """The tokens counted so far; None where the service has said nothing at all."""
        if not (self._usage or self._characters or self.counted):
            return None
        written = self._usage.get("cache_creation_input_tokens", 0)
        short = min(written, self._usage.get("ephemeral_5m_input_tokens", 0))
        output = self._usage.get("output_tokens")
        if not self.counted:
            output = max(output or 0, self.estimate)
        return Usage(
            input_tokens=self._usage.get("input_tokens"),
            output_tokens=output,
            cache_write_5m_tokens=short,
            cache_write_1h_tokens=written - short,  # what we ask for, where the service does not say
            cache_read_tokens=self._usage.get("cache_read_input_tokens", 0),
            estimated=not self.counted,
        )

    @property
    def estimate(self) -> int:
        """The tokens of the text so far, by its length."""
        return -(-self._characters // _CHARACTERS_PER_TOKEN)

    def _text(self, holder: object) -> str:
        text = getattr(holder, "text", None)
        if not isinstance(text, str) or not text:
            return ""
        text = self._half + text
        # JSON may carry one character as two escapes, and a server may split between them.
        self._half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
        text = clean(text.removesuffix(self._half)) if self._half else clean(text)
        if not text:
            return ""
        self._characters += len(text)
        if self._characters > self._characters_max:
            detail = f"an answer of more than {self._characters_max} characters, far more than asked for"
            raise model_error("server", self._model, detail)
        if not self.began and not text.strip():
            # White space alone is nothing said: where the answer breaks off behind it, it may be asked for again.
            self._blanks.append(text)
            return ""
        self.began = True
        text = self._begun_with(text)
        self._pieces.append(text)
        return text

    def _begun_with(self, text: str) -> str:
        """The text, after the white space that was held back for it."""
        text, self._blanks = "".join((*self._blanks, text)), []
        return text

    def _count(self, usage: object) -> None:
        # Counts are cumulative, so a later one replaces an earlier one.
        self._take(usage, _COUNTS)
        self._take(getattr(usage, "cache_creation", None), ("ephemeral_5m_input_tokens",))

    def _take(self, holder: object, names: tuple[str, ...]) -> None:
        for name in names:
            value = getattr(holder, name, None)
            if type(value) is int and 0 <= value <= _TOKENS_MAX:
                self._usage[name] = value

    def _nothing_said(self) -> ModelError:
        if self._stop_reason == "model_context_window_exceeded":
            return model_error("context_overflow", self._model)
        if self._stop_reason == "max_tokens":
            msg = "the reply's token limit was used up before any text was written"
            return ModelError("bad_request", msg, remedy="raise the setting models.output_tokens_max")
        return ModelError("server", "the model answered without any text", remedy="ask again, or in other words")
