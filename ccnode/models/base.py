"""What must every model adapter do? One async stream of pieces, then one closing event, or one error.

ModelError                 the model did not answer; `kind` says why, `remedy` what to do
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

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
    "too_long",  # there is more of the reply than can be kept
    "budget",  # what may be spent in a day is spent
]
StopReason = Literal["end", "max_tokens", "refusal", "stop_sequence", "context_full", "other"]


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the reply's text, as it comes."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of one call, as they are billed; None: the service did not say.

    `input_tokens` are those neither written to the service's cache nor read from it. `estimated`: the call was broken
    off before the service said what it had written, so `output_tokens` are reckoned from the text.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    cache_read_tokens: int = 0
    estimated: bool = False

    @property
    def cache_creation_tokens(self) -> int:
        """All that was written to the cache."""
        return self.cache_write_5m_tokens + self.cache_write_1h_tokens

    @property
    def prompt_tokens(self) -> int | None:
        """The whole prompt, from wherever it was read."""
        if self.input_tokens is None:
            return None
        return self.input_tokens + self.cache_creation_tokens + self.cache_read_tokens


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply is complete. `sources` are ids of the recalled messages the reply rests on.

    `input_tokens` count the whole prompt; of them `cache_creation_tokens` were written to the service's cache and
    `cache_read_tokens` read from it. `cost_micro_dollars`: None where it is not known, which is not 0.
    """

    model: str
    stop_reason: StopReason
    input_tokens: int | None = None
    output_tokens: int | None = None
    sources: tuple[str, ...] = ()
    cache_creation_tokens: int | None = None
    cache_read_tokens: int | None = None
    cost_micro_dollars: int | None = None


class ModelError(Exception):
    """The model did not answer. Holds no key and no message content."""

    def __init__(self, kind: ErrorKind, message: str, *, remedy: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.remedy = remedy
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell whoever waits for the reply: `text` is one line for a person.

    Where it is a wait, it lasts `wait_s` seconds, until `until_ms` (milliseconds since 1970), because of `reason`;
    the `retry`th attempt of at most `retries_max` for that reason follows.
    """

    text: str
    reason: ErrorKind
    wait_s: float | None = None
    until_ms: int | None = None
    retry: int = 0
    retries_max: int = 0


class Account(Protocol):
    """Who pays: asked before each call, told after it. All return at once."""

    def check(self, models: tuple[str, ...], at_most: Usage) -> int:
        """Set aside what a call of a model of these names can cost; the micro-dollars that are to be released after it.

        Raises ModelError("budget") where it may not be paid for now.
        """

    def spent(self, models: tuple[str, ...], usage: Usage, estimate: Usage) -> int | None:
        """Book a call; its cost in micro-dollars, None where that is not known. Of the names the first known counts.

        `estimate`: reckoned from the texts, for what the service did not count.
        """

    def release(self, aside: int) -> None:
        """The call has ended: what was set aside for it is free again."""


@runtime_checkable
class Compares(Protocol):
    """An adapter that can compare meanings, and wants what is recalled for it ranked by them."""

    def likeness(self, question: str, texts: Sequence[str]) -> Mapping[str, float] | None:
        """How alike in meaning each text is to the question, in [-1, 1]; None if that is not known here."""


@runtime_checkable
class Counts(Protocol):
    """An adapter whose service can say how many tokens a prompt has."""

    async def count_tokens(self, prompt: Prompt) -> int | None:
        """As the service counts them; None where it does not. Raises ModelError."""


class ModelAdapter(Protocol):
    """Adapters hold no conversation: everything comes with the prompt."""

    @property
    def name(self) -> str:
        """How replies name their model, as in "embedded/1" or "anthropic/claude-sonnet-5-5"."""

    def stream(
        self, prompt: Prompt, *, status: Callable[[Notice], None] | None = None
    ) -> AsyncIterator[Delta | Finished]:
        """Yield at least one Delta, then exactly one Finished; or raise ModelError. Closing the iterator stops it.

        `status` is told what makes the reply wait. Of a reply that `prompt.continues`, only the rest is yielded.
        """

    async def close(self) -> None:
        """Release sockets; idempotent."""
