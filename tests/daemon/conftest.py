"""A whole node in the test's own process: real ledger, readers, index and search; only the model is scripted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from ccnode import clock
from ccnode.daemon.turns import Turns
from ccnode.models.base import Delta, Finished, ModelError, Notice
from ccnode.store import turns as jobs
from ccnode.store.ledger import Ledger, Ports
from ccnode.store.readers import Readers
from ccnode.store.search import Searcher
from ccnode_crypto.keys import SigningKey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from ccnode.mind.prompt_types import Prompt


@dataclass
class ScriptedModel:
    """Says the script's pieces; an exception in it is raised, an event is waited for, a callable is called."""

    script: list[str | Exception | asyncio.Event] = field(default_factory=lambda: ["Hello", " there"])
    prompts: list[Prompt] = field(default_factory=list)
    closed: int = 0
    cites: bool = True

    @property
    def name(self) -> str:
        return "scripted/1"

    async def stream(
        self, prompt: Prompt, *, status: Callable[[Notice], None] | None = None
    ) -> AsyncIterator[Delta | Finished]:
        self.prompts.append(prompt)
        try:
            for step in list(self.script):
                if isinstance(step, asyncio.Event):
                    await step.wait()
                elif isinstance(step, Exception):
                    raise step
                else:
                    yield Delta(step)
            sources = tuple(found.message_id for found in prompt.recalled[:1]) if self.cites else ()
            yield Finished(self.name, "end", output_tokens=2, sources=sources)
        finally:
            self.closed += 1

    async def close(self) -> None:
        pass


@dataclass
class Rig:
    """What a test needs of a node."""

    ledger: Ledger
    readers: Readers
    turns: Turns
    model: ScriptedModel
    ledger_path: Path

    async def open_session(self, title: str = "talk") -> bytes:
        return await self.ledger.append(jobs.open_session(title, None))


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    ledger = Ledger(tmp_path / "ledger.sqlite", SigningKey(clock.chance(32)), Ports(clock.now_ms, clock.chance))
    readers = Readers(tmp_path / "ledger.sqlite")
    searcher = Searcher(tmp_path / "index.sqlite", tmp_path / "ledger.sqlite")
    model = ScriptedModel()
    turns = Turns(ledger, readers, searcher, lambda: model)
    yield Rig(ledger, readers, turns, model, tmp_path / "ledger.sqlite")
    await turns.close()
    await readers.close()
    searcher.close()
    ledger.close()


__all__ = ["ModelError", "Rig", "ScriptedModel"]
