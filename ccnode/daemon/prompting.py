"""How does a prompt come about? What the database knows and what memory finds, built within a budget, in one thread."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ccnode.core.turns import Answer
from ccnode.later import later
from ccnode.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.mind import context, prompt_types, summaries
    from ccnode.mind.context import Built
    from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled, Summary
    from ccnode.models import base
    from ccnode.models.base import ModelAdapter
    from ccnode.store import ground, prompt_shapes, prompts, search, speakers
    from ccnode.store import turns as jobs
    from ccnode.store.corpus import Moment
    from ccnode.store.ground import Ground
    from ccnode.store.plates import Version
    from ccnode.store.readers import ThreadReader
    from ccnode.store.search import About, Searcher
    from ccnode.store.views import View
else:
    base = later("ccnode.models.base")
    context = later("ccnode.mind.context")
    ground = later("ccnode.store.ground")
    prompt_shapes = later("ccnode.store.prompt_shapes")
    prompt_types = later("ccnode.mind.prompt_types")
    prompts = later("ccnode.store.prompts")
    search = later("ccnode.store.search")
    speakers = later("ccnode.store.speakers")
    summaries = later("ccnode.mind.summaries")


FORESEEN_CHARS_MAX: Final = 1_000_000  # of a conversation that is kept for its next question


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prompt with its account, and what of the ground it stands on the reply has to name."""

    built: Built
    plate: Version | None
    merged: tuple[bytes, ...] = ()


class _Asked(NamedTuple):
    """The ground of a question, and the conversation that ends with it, or where it would follow."""

    known: Ground
    turns: list[PromptMessage]
    extracts: list[Summary]


class _Foreseen(NamedTuple):
    """The ground of the next question of a session, as long as nothing is written."""

    session: bytes
    version: tuple[int, int]
    asked: _Asked


class _Found(NamedTuple):
    """All that there is for a question."""

    known: Ground
    turns: list[PromptMessage]
    extracts: list[Summary]
    recalled: list[Recalled]


class Ahead:
    """A prompt that is made while its question is still being recorded.

    What it is made of is the state before that: what a preview shows.
    """

    def __init__(
        self,
        model: ModelAdapter,
        find: Callable[[], _Found | None],
        finish: Callable[[_Found | None, jobs.Asked], Prepared],
    ) -> None:
        """For `model`. `find` begins at once, in a thread; `finish` follows there, if the question is recorded then."""
        self.model = model
        self._find, self._finish = find, finish
        self._asked: jobs.Asked | None = None
        self.work = asyncio.get_running_loop().run_in_executor(None, self._work)

    def _work(self) -> Prepared | _Found | None:
        # No thread waits for the disk here: there are few, and an import may hold up what is to be recorded.
        found = self._find()
        return self._finish(found, self._asked) if self._asked is not None else found

    def recorded(self, asked: jobs.Asked) -> None:
        """The question is recorded. Where it never is, what was found is of no use, and that is all."""
        self._asked = asked

    async def prepared(self) -> Prepared | None:
        """The prompt; None where the question is not recorded. Raises StoreError."""
        found = await self.work
        if isinstance(found, Prepared):
            return found
        return await asyncio.to_thread(self._finish, found, self._asked) if self._asked is not None else None


class Prompting:
    """Builds prompts. The same database and the same question give the same prompt."""

    def __init__(self, reader: ThreadReader, searcher: Searcher, budget: int) -> None:
        """`budget`: tokens of a prompt, as mind/context.py estimates them."""
        self._reader = reader
        self._searcher = searcher
        self._budget = budget
        self._foreseen: _Foreseen | None = None
        self._forgotten = 0  # how often all that was foreseen was to be forgotten

    async def prepare(self, model: ModelAdapter, answer: Answer, output_tokens_max: int) -> Prepared:
        """The prompt for the reply to a recorded question. Raises StoreError."""
        return await asyncio.to_thread(self._prepare, model, answer, output_tokens_max)

    def _prepare(self, model: ModelAdapter, answer: Answer, output_tokens_max: int) -> Prepared:
        found = self._find(model, lambda moment: moment.ask(_asked(ground.of_question(answer.question))))
        known = found.known
        begun_id = answer.over.hex() if answer.begun and answer.over is not None else ""
        material = _material(model, found, answer.begun, begun_id)
        merged = tuple(known.question.sources) if known.merging and known.question is not None else ()
        return Prepared(context.build(material, self._budget, output_tokens_max), known.plate, merged)

    def ahead(self, model: ModelAdapter, session: bytes, text: str, output_tokens_max: int) -> Ahead:
        """Begin with the prompt for a question that is about to be recorded."""
        return Ahead(
            model,
            partial(self._find_ahead, model, session, text),
            partial(self._finish, model, output_tokens_max),
        )

    def _find_ahead(self, model: ModelAdapter, session: bytes, text: str) -> _Found | None:
        try:
            return self._find(model, partial(self._next, session), text)
        except StoreError:  # where it matters, it is met again
            return None

    def _finish(self, model: ModelAdapter, output_tokens_max: int, found: _Found | None, asked: jobs.Asked) -> Prepared:
        """The prompt for a question that is recorded, of what was found before, if it follows just that."""
        before = found.known.history[-1].digest if found is not None and found.known.history else None
        if found is None or not asked.fresh or asked.follows != before:
            return self._prepare(model, Answer(asked.question), output_tokens_max)
        turns = [*found.turns[:-1], replace(found.turns[-1], message_id=asked.question.hex())]
        built = context.build(_material(model, found._replace(turns=turns)), self._budget, output_tokens_max)
        return Prepared(built, found.known.plate)

    async def preview(
        self, model: ModelAdapter, text: str, session: bytes | None, *, count: bool = False
    ) -> dict[str, Any]:
        """What would enter the prompt for a text, as JSON; nothing is recorded, no model answers. Raises StoreError.

        With `count` the model's service is asked how many tokens that is: it is shown the prompt.
        """
        prompt, form = await asyncio.to_thread(self._preview, model, text, session)
        return form | await _counted(model, prompt) if count else form

    def _preview(self, model: ModelAdapter, text: str, session: bytes | None) -> tuple[Prompt, dict[str, Any]]:
        found = self._find(model, partial(self._next, session), text)
        built = context.build(_material(model, found), self._budget)
        return built.prompt, self._reader.ask(prompt_shapes.form(prompts.account_of(built, model.name), text))

    def foresee(self, session: bytes) -> None:
        """Read what the next question of a session will follow, while nobody waits for that. Raises StoreError."""
        before = self._forgotten
        found = self._searcher.at_once(lambda moment: self._foresee(moment, session))
        # What was erased meanwhile may have been read before that.
        self._foreseen = found if self._forgotten == before else None

    def forget_read(self) -> None:
        """Keep nothing of what was foreseen, or is just being."""
        self._forgotten += 1
        self._foreseen = None

    def _foresee(self, moment: Moment, session: bytes) -> _Foreseen | None:
        if moment.version is None:
            return None
        asked = self._next(session, moment)
        chars = sum(len(each.content) for each in asked.turns)
        return _Foreseen(session, moment.version, asked) if chars <= FORESEEN_CHARS_MAX else None

    def _next(self, session: bytes | None, moment: Moment) -> _Asked:
        """What the next question of a session follows."""
        known = self._foreseen
        if known is not None and (known.session, known.version) == (session, moment.version):
            return known.asked
        return moment.ask(_asked(ground.preview(session)))

    def _find(self, model: ModelAdapter, read: Callable[[Moment], _Asked], text: str | None = None) -> _Found:
        """What there is for a question; `text`: its words, where it is not recorded. Raises StoreError."""

        def whole(moment: Moment) -> _Asked:
            asked = read(moment)
            if text is None:
                return asked
            return asked._replace(turns=[*asked.turns, prompt_types.PromptMessage("user", text)])

        # Only a model that answers by what comes first waits for meanings to be compared; another weighs for itself.
        compare = getattr(model, "likeness", None)
        asked, recalled = self._searcher.recall_for(whole, _about, compare=compare)
        return _Found(*asked, self._reader.ask(speakers.labelled(recalled)))

    def close(self) -> None:
        """Close what reads. Idempotent."""
        self._reader.close()


def _asked(view: View[Ground]) -> View[_Asked]:
    known = yield from view
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
    extracts = (summaries.summarize(each) for each in known.before)
    return _Asked(known, turns, [each for each in extracts if each is not None])


def _about(asked: _Asked) -> About | None:
    """What memory is asked for a question; nothing for one that brings branches together."""
    known, turns, _ = asked
    if known.merging:
        return None
    apart = [*(each.id for each in known.history), *known.answers]
    return search.About(turns[-1].content, turns[:-1], apart)


def _material(model: ModelAdapter, found: _Found, begun: str = "", begun_id: str = "") -> context.Material:
    known = found.known
    asked = known.question.digest if known.question is not None else b""
    plate = known.plate if known.plate is not None and known.plate.text is not None else None
    gone = (each for each in known.history if not each.text and each.digest != asked)
    return context.Material(
        history=found.turns,
        plate=plate.text if plate is not None else None,
        plate_id=plate.plate.hex() if plate is not None else "",
        recalled=found.recalled,
        summaries=found.extracts,
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


async def _counted(model: ModelAdapter, prompt: Prompt) -> dict[str, Any]:
    """How many tokens the model's service counts, or why it does not."""
    try:
        tokens = await model.count_tokens(prompt) if isinstance(model, base.Counts) else None
    except base.ModelError as error:
        return {"counted_tokens": None, "not_counted": str(error)}
    why = None if tokens is not None else "the model that answers has no service that counts them"
    return {"counted_tokens": tokens, "not_counted": why}
