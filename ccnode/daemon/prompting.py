"""How does a prompt come about? What the database knows and what memory finds, built within a budget, in one thread."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ccnode.later import later

if TYPE_CHECKING:
    from ccnode.core.turns import Answer
    from ccnode.mind import context, prompt_types, summaries
    from ccnode.mind.context import Built
    from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled
    from ccnode.models import base
    from ccnode.models.base import ModelAdapter
    from ccnode.store import ground, prompt_shapes, prompts, speakers
    from ccnode.store.ground import Ground
    from ccnode.store.plates import Version
    from ccnode.store.readers import ThreadReader
    from ccnode.store.search import Searcher
else:
    base = later("ccnode.models.base")
    context = later("ccnode.mind.context")
    ground = later("ccnode.store.ground")
    prompt_shapes = later("ccnode.store.prompt_shapes")
    prompt_types = later("ccnode.mind.prompt_types")
    prompts = later("ccnode.store.prompts")
    speakers = later("ccnode.store.speakers")
    summaries = later("ccnode.mind.summaries")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prompt with its account, and what of the ground it stands on the reply has to name."""

    built: Built
    plate: Version | None
    merged: tuple[bytes, ...] = ()


class Prompting:
    """Builds prompts. The same database and the same question give the same prompt."""

    def __init__(self, reader: ThreadReader, searcher: Searcher, budget: int) -> None:
        """`budget`: tokens of a prompt, as mind/context.py estimates them."""
        self._reader = reader
        self._searcher = searcher
        self._budget = budget

    async def prepare(self, model: ModelAdapter, answer: Answer, output_tokens_max: int) -> Prepared:
        """The prompt for the reply to a recorded question. Raises StoreError."""
        return await asyncio.to_thread(self._prepare, model, answer, output_tokens_max)

    def _prepare(self, model: ModelAdapter, answer: Answer, output_tokens_max: int) -> Prepared:
        known = self._reader.ask(ground.of_question(answer.question))
        begun_id = answer.over.hex() if answer.begun and answer.over is not None else ""
        material = self._material(model, known, None, answer.begun, begun_id)
        merged = tuple(known.question.sources) if known.merging and known.question is not None else ()
        return Prepared(context.build(material, self._budget, output_tokens_max), known.plate, merged)

    async def preview(
        self, model: ModelAdapter, text: str, session: bytes | None, *, count: bool = False
    ) -> dict[str, Any]:
        """What would enter the prompt for a text, as JSON; nothing is recorded, no model answers. Raises StoreError.

        With `count` the model's service is asked how many tokens that is: it is shown the prompt.
        """
        prompt, form = await asyncio.to_thread(self._preview, model, text, session)
        return form | await _counted(model, prompt) if count else form

    def _preview(self, model: ModelAdapter, text: str, session: bytes | None) -> tuple[Prompt, dict[str, Any]]:
        known = self._reader.ask(ground.preview(session))
        built = context.build(self._material(model, known, text), self._budget)
        return built.prompt, self._reader.ask(prompt_shapes.form(prompts.account_of(built, model.name), text))

    def _material(
        self, model: ModelAdapter, known: Ground, text: str | None, begun: str = "", begun_id: str = ""
    ) -> context.Material:
        """`text`: the question, where it is not recorded."""
        asked = known.question.digest if known.question is not None else b""
        turns = [
            prompt_types.PromptMessage(
                each.role if each.role != "user" or each.digest not in known.others else "tool",
                each.text or "",
                each.digest.hex(),
                pinned=each.mark == "pinned",
                told_by=known.others.get(each.digest, ""),
            )
            for each in known.history
            if (each.text or each.digest == asked) and each.digest not in known.unremembered
        ]
        if text is not None:
            turns.append(prompt_types.PromptMessage("user", text))
        apart = [*(each.digest for each in known.history), *known.answers]
        recalled = [] if known.merging else self._recall(model, turns, apart)
        plate = known.plate if known.plate is not None and known.plate.text is not None else None
        extracts = (summaries.summarize(each) for each in known.before)
        gone = (each for each in known.history if not each.text and each.digest != asked)
        return context.Material(
            history=turns,
            plate=plate.text if plate is not None else None,
            plate_id=plate.plate.hex() if plate is not None else "",
            recalled=recalled,
            summaries=[each for each in extracts if each is not None],
            character=known.character[0] if known.character is not None else "",
            character_ids=known.character[1] if known.character is not None else (),
            begun=begun,
            begun_id=begun_id,
            unremembered=[each.digest.hex() for each in known.history if each.digest in known.unremembered],
            erased=[each.digest.hex() for each in gone if each.digest not in known.unremembered],
            earlier=max(0, known.history[0].seq - 1) if known.history else 0,
            branches=known.merging,
            guided=getattr(model, "guided", False),
        )

    def _recall(self, model: ModelAdapter, turns: list[PromptMessage], exclude: list[bytes]) -> list[Recalled]:
        # Only a model that answers by what comes first waits for meanings to be compared; another weighs for itself.
        compare = getattr(model, "likeness", None)
        found = self._searcher.recall(turns[-1].content, turns[:-1], exclude=exclude, compare=compare)
        return self._reader.ask(speakers.labelled(found))

    def close(self) -> None:
        """Close what reads. Idempotent."""
        self._reader.close()


async def _counted(model: ModelAdapter, prompt: Prompt) -> dict[str, Any]:
    """How many tokens the model's service counts, or why it does not."""
    try:
        tokens = await model.count_tokens(prompt) if isinstance(model, base.Counts) else None
    except base.ModelError as error:
        return {"counted_tokens": None, "not_counted": str(error)}
    why = None if tokens is not None else "the model that answers has no service that counts them"
    return {"counted_tokens": tokens, "not_counted": why}
