"""What must every model adapter do? One async stream of pieces, then one closing event, or one error.

ModelError                 the model did not answer; `kind` says why, `remedy` what to do
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ccnode.mind.prompt_types import Prompt

ErrorKind = Literal[
    "authentication",  # key missing, wrong, revoked
    "permission",
    "credit",
    "not_found",  # no such model
    "rate_limit",
    "overloaded",
    "server",
    "network",
    "timeout",
    "bad_request",
    "context_overflow",
    "interrupted",  # the stream broke after text had begun
    "not_configured",
]
StopReason = Literal["end", "max_tokens", "refusal", "stop_sequence", "other"]


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the reply's text, as it comes."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply is complete. `sources` are ids of the recalled messages the reply rests on."""

    model: str
    stop_reason: StopReason
    input_tokens: int | None = None
    output_tokens: int | None = None
    sources: tuple[str, ...] = ()


class ModelError(Exception):
    """The model did not answer. Holds no key and no message content."""

    def __init__(self, kind: ErrorKind, message: str, *, remedy: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.remedy = remedy
        self.retry_after_s = retry_after_s


class Notice(Protocol):
    """Something to tell whoever waits for the reply, such as "rate limit reached, waiting until 08:01:15 UTC"."""

    @property
    def text(self) -> str:
        """One line for a person."""


class ModelAdapter(Protocol):
    """Adapters hold no conversation: everything comes with the prompt."""

    @property
    def name(self) -> str:
        """How replies name their model, as in "embedded/1" or "anthropic/claude-sonnet-5-5"."""

    def stream(
        self, prompt: Prompt, *, status: Callable[[Notice], None] | None = None
    ) -> AsyncIterator[Delta | Finished]:
        """Yield at least one Delta, then exactly one Finished; or raise ModelError. Closing the iterator stops it.

        `status` is told what makes the reply wait.
        """

    async def close(self) -> None:
        """Release sockets; idempotent."""
