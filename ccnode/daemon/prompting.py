"""How does a prompt come about? What the database knows and what memory finds, built within a budget, in one thread.

Most of it takes no more than the question's words. So it is done while the question is being recorded (`foresee`),
which waits for the disk; and it counts only where nothing at all was recorded in between. The model gets nothing of it
before the question is recorded.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ccnode.later import later
from ccnode.mind import context
from ccnode.mind.prompt_types import PromptMessage
from ccnode.store import prompts, views
from ccnode.store.errors import StoreError

if TYPE_CHECKING:
    from ccnode.core.turns import Answer
    from ccnode.mind import summaries
    from ccnode.mind.context import Built
    from ccnode.mind.prompt_types import Recalled
    from ccnode.models.base import ModelAdapter
    from ccnode.store import bearing, ground, prompt_shapes
    from ccnode.store.ground import Ground
    from ccnode.store.plates import Version
    from ccnode.store.readers import ThreadReader
    from ccnode.store.search import Searcher
    from ccnode.store.views import Message, View
else:
    bearing = later("ccnode.store.bearing")
    ground = later("ccnode.store.ground")
    prompt_shapes = later("ccnode.store.prompt_shapes")
    summaries = later("ccnode.mind.summaries")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prompt with its account, and what of the ground it stands on the reply has to name."""

    built: Built
    plate: Version | None
    merged: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What there was for a question before it was recorded. `newest`: the newest entry at that time."""

    text: str
    model: ModelAdapter
    newest: int
    ground: Ground
    recalled: list[Recalled]
    character: tuple[str, tuple[str, ...]] | None

    def holds(self, model: ModelAdapter, question: Message, newest: int) -> bool:
        """Whether the same would be found now: nothing was recorded between that and the question."""
        parent = self.ground.history[-1].digest if self.ground.history else None
        return (self.model, self.text, self.newest, parent) == (model, question.text, newest, question.parent)

    def with_question(self, question: Message) -> Ground:
        """The ground for the question that was recorded."""
        return replace(self.ground, question=question, history=[*self.ground.history, question])


@dataclass(frozen=True, slots=True)
class Recorded:
    """A question as it was recorded, the newest entry before it, and what was foreseen of it."""

    question: Message
    newest: int
    foreseen: asyncio.Task[Foreseen | None]


def _before(session: bytes) -> View[tuple[int, Ground, tuple[str, tuple[str, ...]] | None]]:
    newest = yield from views.newest_entry()
    known = yield from ground.preview(session)
    return newest, known, (yield from bearing.current(session))


class Prompting:
    """Builds prompts. The same database and the same question give the same prompt."""

    def __init__(self, reader: ThreadReader, searcher: Searcher, budget: int) -> None:
        """`budget`: tokens of a prompt, as mind/context.py estimates them."""
        self._reader = reader
        self._searcher = searcher
        self._budget = budget

    async def foresee(self, model: ModelAdapter, session: bytes, text: str) -> Foreseen | None:
        """What there is for a question that is being recorded; None where that cannot be told."""
        return await asyncio.to_thread(self._foresee, model, session, text)

    def _foresee(self, model: ModelAdapter, session: bytes, text: str) -> Foreseen | None:
        try:
            newest, known, character = self._reader.ask(_before(session))
            turns = [*_turns(known), PromptMessage("user", text)]
            recalled, seen = self._recall(model, turns, known)
        except (StoreError, UnicodeError):
            return None  # whoever records the question meets the same, and says so
        return Foreseen(text, model, newest, known, recalled, character) if seen in {None, newest} else None

    async def prepare(
        self, model: ModelAdapter, answer: Answer, output_tokens_max: int, recorded: Recorded | None = None
    ) -> Prepared:
        """The prompt for the reply to a recorded question. Raises StoreError."""
        if recorded is not None:
            foreseen = await recorded.foreseen
            if foreseen is not None and foreseen.holds(model, recorded.question, recorded.newest):
                known = foreseen.with_question(recorded.question)
                material = _material(known, _turns(known), foreseen.recalled, foreseen.character)
                return Prepared(context.build(material, self._budget, output_tokens_max), known.plate)
        return await asyncio.to_thread(self._prepare, model, answer, output_tokens_max)

    def _prepare(self, model: ModelAdapter, answer: Answer, output_tokens_max: int) -> Prepared:
        known = self._reader.ask(ground.of_question(answer.question))
        begun_id = answer.over.hex() if answer.begun and answer.over is not None else ""
        material = replace(self._material(model, known, _turns(known)), begun=answer.begun, begun_id=begun_id)
        merged = tuple(known.question.sources) if known.merging and known.question is not None else ()
        return Prepared(context.build(material, self._budget, output_tokens_max), known.plate, merged)

    async def preview(self, model: ModelAdapter, text: str, session: bytes | None) -> dict[str, Any]:
        """What would enter the prompt for a text, as JSON; nothing is recorded, no model answers. Raises StoreError."""
        return await asyncio.to_thread(self._preview, model, text, session)

    def _preview(self, model: ModelAdapter, text: str, session: bytes | None) -> dict[str, Any]:
        known = self._reader.ask(ground.preview(session))
        turns = [*_turns(known), PromptMessage("user", text)]
        built = context.build(self._material(model, known, turns), self._budget)
        return self._reader.ask(prompt_shapes.form(prompts.account_of(built, model.name), text))

    def _material(self, model: ModelAdapter, known: Ground, turns: list[PromptMessage]) -> context.Material:
        """`turns`: those of the ground, and the question where it is not recorded."""
        recalled = [] if known.merging else self._recall(model, turns, known)[0]
        return _material(known, turns, recalled, self._reader.ask(bearing.current(known.session)))

    def _recall(
        self, model: ModelAdapter, turns: list[PromptMessage], known: Ground
    ) -> tuple[list[Recalled], int | None]:
        # Only a model that answers by what comes first waits for meanings to be compared; another weighs for itself.
        compare = getattr(model, "likeness", None)
        exclude = [each.digest for each in known.history]
        return self._searcher.recall_at(turns[-1].content, turns[:-1], exclude=exclude, compare=compare)

    def close(self) -> None:
        """Close what reads. Idempotent."""
        self._reader.close()


def _turns(known: Ground) -> list[PromptMessage]:
    """What was said, as far as it may be shown; the question in any case."""
    asked = known.question.digest if known.question is not None else b""
    return [
        PromptMessage(each.role, each.text or "", each.digest.hex(), pinned=each.mark == "pinned")
        for each in known.history
        if (each.text or each.digest == asked) and each.digest not in known.unremembered
    ]


def _material(
    known: Ground,
    turns: list[PromptMessage],
    recalled: list[Recalled],
    character: tuple[str, tuple[str, ...]] | None,
) -> context.Material:
    asked = known.question.digest if known.question is not None else b""
    plate = known.plate if known.plate is not None and known.plate.text is not None else None
    extracts = (summaries.summarize(each) for each in known.before)
    gone = (each for each in known.history if not each.text and each.digest != asked)
    return context.Material(
        history=turns,
        plate=plate.text if plate is not None else None,
        plate_id=plate.plate.hex() if plate is not None else "",
        recalled=recalled,
        summaries=[each for each in extracts if each is not None],
        character=character[0] if character is not None else "",
        character_ids=character[1] if character is not None else (),
        unremembered=[each.digest.hex() for each in known.history if each.digest in known.unremembered],
        erased=[each.digest.hex() for each in gone if each.digest not in known.unremembered],
        earlier=max(0, known.history[0].seq - 1) if known.history else 0,
        branches=known.merging,
    )
