"""What do the adapter's tests share? An adapter against a scripted server, checked at every use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccnode.mind.prompt_types import Prompt, PromptMessage, system_text
from ccnode.models.anthropic_adapter import STREAM_BYTES_MAX, AnthropicAdapter
from ccnode.models.base import Delta, Finished, ModelError, Notice, Usage
from ccnode.models.keys import ApiKey
from tests.models.wire_server import WireServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.models.anthropic_endpoint import Capabilities, Timeouts
    from tests.models.wire_server import Reply

KEY = "sk-ant-test-0123456789-SECRET"
QUESTION = "what colour is the zanzibar heron"
PROMPT = Prompt(system_text("You are Aletheia."), messages=(PromptMessage("user", QUESTION),))
NOW = 1_800_000_000.0


class Book:
    """An account that notes what it is told, and says what a call costs: a micro-dollar a token."""

    def __init__(self, refuse: ModelError | None = None) -> None:
        self.refuse = refuse
        self.asked: list[tuple[str, ...]] = []
        self.booked: list[tuple[tuple[str, ...], Usage]] = []
        self.aside: list[int] = []

    def check(self, models: tuple[str, ...], at_most: Usage) -> int:
        self.asked.append(models)
        if self.refuse is not None:
            raise self.refuse
        assert at_most.estimated
        self.aside.append(len(self.aside) + 1)
        return self.aside[-1]

    def release(self, aside: int) -> None:
        self.aside.remove(aside)

    def spent(self, models: tuple[str, ...], usage: Usage, estimate: Usage) -> int | None:
        assert estimate.estimated
        self.booked.append((models, usage))
        return (usage.prompt_tokens or 0) + (usage.output_tokens or 0)


class Node:
    """An adapter against a server, with a sleep that only notes how long it would have been."""

    def __init__(
        self,
        server: WireServer,
        *,
        timeouts: Timeouts | None = None,
        bytes_max: int = STREAM_BYTES_MAX,
        can: Capabilities | None = None,
        user_id: str = "",
        book: Book | None = None,
    ) -> None:
        self.slept: list[float] = []
        self.told: list[Notice] = []
        self.on_sleep: Callable[[], None] = lambda: None
        self.adapter = AnthropicAdapter(
            ApiKey(KEY),
            base_url=server.base_url,
            can=can,
            user_id=user_id,
            account=book,
            timeouts=timeouts,
            sleep=self._sleep,
            wall_clock=lambda: NOW,
            chance=lambda: 0.0,
            stream_bytes_max=bytes_max,
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.on_sleep()

    async def ask(self, prompt: Prompt = PROMPT) -> tuple[str, Finished]:
        """The whole reply; checks the order of pieces on the way."""
        items = [item async for item in self.adapter.stream(prompt, status=self.told.append)]
        *pieces, last = items
        assert isinstance(last, Finished)
        assert pieces
        return "".join(piece.text for piece in pieces if isinstance(piece, Delta)), last

    async def fail(self, prompt: Prompt = PROMPT) -> tuple[str, ModelError]:
        """The text that came and the error that ended it; checks that the error gives nothing away."""
        text: list[str] = []

        async def drain() -> None:
            async for item in self.adapter.stream(prompt, status=self.told.append):
                assert isinstance(item, Delta)
                text.append(item.text)

        with pytest.raises(ModelError) as caught:
            await drain()
        error = caught.value
        shown = f"{error} {error!r} {error.remedy}"
        assert KEY not in shown
        assert "zanzibar" not in shown
        assert error.remedy
        # The SDK's exceptions hold the request with its key, so none may hang on.
        assert error.__context__ is None
        assert error.__cause__ is None
        return "".join(text), error


async def asked(*script: Reply, prompt: Prompt = PROMPT) -> tuple[str, Finished]:
    async with WireServer(*script) as server:
        node = Node(server)
        try:
            return await node.ask(prompt)
        finally:
            await node.adapter.close()


async def failed(*script: Reply, timeouts: Timeouts | None = None) -> tuple[str, ModelError, Node, WireServer]:
    async with WireServer(*script) as server:
        node = Node(server, timeouts=timeouts)
        text, error = await node.fail()
        await node.adapter.close()
        return text, error, node, server
