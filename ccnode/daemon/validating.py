"""Does the model that answers pass as the assistant of the plate? Six questions side by side, never remembered.

Nothing of it becomes an entry, so nothing can be recalled of it: the last result lives in this process, and without
what was answered from memory beside the ledger. The fourth question is judged by what is truly stored, which is put
before the model as recalled memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog

from ccnode import clock
from ccnode.api.errors import ApiError
from ccnode.later import later
from ccnode.models.base import Finished, ModelError
from ccnode.store import memory, notes, plates, speakers, views
from ccnode.store.errors import Conflict, NotFound, StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ccnode.mind import context, prompt_types, validation
    from ccnode.mind import plate as minds
    from ccnode.mind.prompt_types import Recalled
    from ccnode.mind.validation import Probe, Verdict
    from ccnode.models.base import ModelAdapter
    from ccnode.store import plate_shapes, validations
    from ccnode.store.ledger import Job
    from ccnode.store.readers import Readers
    from ccnode.store.views import View

    Append = Callable[[Job[None]], Awaitable[None]]
else:
    context = later("ccnode.mind.context")
    minds = later("ccnode.mind.plate")
    plate_shapes = later("ccnode.store.plate_shapes")
    prompt_types = later("ccnode.mind.prompt_types")
    validation = later("ccnode.mind.validation")
    validations = later("ccnode.store.validations")

log = structlog.get_logger()

MEMORIES: Final = 5  # of what was said last, so many are put before the model for the fourth question
MEMORY_CHARS_MAX: Final = 1_000
FORMER_BYTES_MAX: Final = 4 * 1024 * 1024  # of the plate's earlier texts, with which the answers are compared
ANSWER_S: Final = 120.0
OUTPUT_TOKENS: Final = 600
# What asking again does not mend: these end a validation at once.
_HOPELESS: Final = frozenset({"authentication", "permission", "credit", "not_found", "not_configured", "budget"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """The six answers of a model that was started anew."""

    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        """Whether these are the plate's own answers."""
        return validation.passes(self.verdicts)


class Validating:
    """Asks the model that is in use now. One validation at a time."""

    def __init__(self, readers: Readers, model: Callable[[], ModelAdapter], append: Append | None = None) -> None:
        """`append` keeps the last result over a restart; without it, it goes with this object."""
        self._readers = readers
        self._model = model
        self._append = append
        self._running = False
        self._last: dict[str, Any] | None = None
        self._told: tuple[bytes, ...] = ()  # digests of what was put before the model in the last one

    async def last(self) -> dict[str, Any] | None:
        """The last validation: this process's own, else what an earlier one kept of its. Raises StoreError.

        Once something that was put before the model is not to be remembered any more, what it said of that is let go.
        """
        gone: set[bytes] = await self._readers.run(memory.left_out(self._told)) if self._told else set()
        if gone:
            self._told = ()
            self._last = validations.without_memories(self._last) if self._last is not None else None
        return self._last if self._last is not None else await self._readers.run(validations.last())

    async def run(self) -> dict[str, Any]:
        """What POST /api/v1/plate/validate gives.

        Raises:
            NotFound: there is no plate. Conflict: a validation runs. ApiError: the model cannot be asked at all.
        """
        if self._running:
            raise Conflict("a validation is running", remedy="wait for it")
        self._running = True
        try:
            return await self.check(self._model())
        except ModelError as error:
            raise ApiError(502, error.kind, str(error), error.remedy) from error
        finally:
            self._running = False

    async def check(self, model: ModelAdapter) -> dict[str, Any]:
        """The same of a model that is spawned, beside whatever other validation runs. Raises StoreError, ModelError."""
        recalled = await self._readers.run(_last_said())
        found = await self._run(model, recalled)
        self._last, self._told = found, tuple(bytes.fromhex(each.message_id) for each in recalled)
        if self._append is not None:
            try:
                await self._append(validations.keep(found, clock.now_ms()))
            except StoreError as error:  # it is scratch, and the model has answered
                log.warning("validation_not_kept", error=str(error))
        return found

    async def _run(self, model: ModelAdapter, recalled: list[Recalled]) -> dict[str, Any]:
        began = clock.elapsed_s()
        current = await self._readers.run(plates.plate_in_force())
        if current is None or current.text is None:
            raise NotFound("there is no plate to compare with", remedy="make one: ccnode plate edit")
        said = tuple(each.content for each in recalled)
        facts = validation.Facts(validation.topics(said), said)
        probes = validation.questions(minds.parse(current.text), facts)
        earlier = await self._readers.run(plates.former(current, FORMER_BYTES_MAX))
        former = await asyncio.to_thread(_former, earlier, facts, probes)
        attempts: list[Attempt] = []
        while len(attempts) < validation.ATTEMPTS_MAX and not (attempts and attempts[-1].passed):
            attempt = await self._attempt(model, current.text, probes, recalled)
            attempts.append(await asyncio.to_thread(_compared, attempt, former))
        passed = attempts[-1].passed
        return {
            "passed": passed,
            "plate": {"version": current.version, "digest": current.plate.hex()},
            "model": model.name,
            "time": clock.iso(clock.now_ms()),
            "took_ms": round((clock.elapsed_s() - began) * 1000),
            "attempts": [_attempt_form(each) for each in attempts],
            "error": None if passed else _error(attempts),
        }

    async def _attempt(
        self, model: ModelAdapter, plate: str, probes: tuple[Probe, ...], recalled: list[Recalled]
    ) -> Attempt:
        """Each question in a conversation of its own, as if it were the first."""
        asked = [_ask(model, plate, probe, probes, recalled) for probe in probes]
        answered = await asyncio.gather(*asked, return_exceptions=True)
        for each in answered:
            if isinstance(each, BaseException):
                raise each
        return Attempt(tuple(each for each in answered if not isinstance(each, BaseException)))


def _former(texts: list[str], facts: validation.Facts, probes: tuple[Probe, ...]) -> tuple[Probe, ...]:
    return validation.former(map(minds.parse, texts), facts, probes)


def _compared(attempt: Attempt, former: tuple[Probe, ...]) -> Attempt:
    return Attempt(tuple(validation.compared(each, former) for each in attempt.verdicts))


async def _ask(
    model: ModelAdapter, plate: str, probe: Probe, probes: tuple[Probe, ...], recalled: list[Recalled]
) -> Verdict:
    """Raises ModelError where nothing can be asked of this model."""
    seen = recalled if probe.kind == "breakthrough" else []
    asked = context.Material([prompt_types.PromptMessage("user", probe.text)], plate, recalled=seen)
    prompt = context.build(asked, output_tokens_max=OUTPUT_TOKENS).prompt
    said: list[str] = []
    size, trouble = 0, ""
    stream = model.stream(prompt)
    try:
        async with asyncio.timeout(ANSWER_S), contextlib.aclosing(stream):  # type: ignore[type-var]  # it is a generator
            async for event in stream:
                if isinstance(event, Finished):
                    trouble = "it declined to answer" if event.stop_reason == "refusal" else ""
                    break
                said.append(event.text)
                size += len(event.text)
                if size > probe.chars_max:
                    break  # too long already: nobody needs the rest
    except ModelError as error:
        if error.kind in _HOPELESS:
            raise
        trouble = f"the model failed: {error}"
    except TimeoutError:
        trouble = f"there was no whole answer within {ANSWER_S:.0f} s"
    verdict = validation.judge(probe, "".join(said), probes)
    return validation.failed(verdict, trouble) if trouble else verdict


def _last_said() -> View[list[Recalled]]:
    """What was said last that states something and may be recalled."""
    page = yield from memory.page(4 * MEMORIES)
    found = [each.message for each in page.memories if each.message.mark != "disabled" and each.message.text]
    left_out = yield from memory.left_out(each.digest for each in found)
    kept = [each for each in found if each.digest not in left_out and each.due_ms is None][:MEMORIES]
    kept = yield from notes.worded(kept)
    said = [
        prompt_types.Recalled(
            each.digest.hex(),
            str(uuid.UUID(bytes=each.session)),
            each.role,
            (each.text or "")[:MEMORY_CHARS_MAX],
            views.ms_of(each.time),
            1.0,
            each.mark == "pinned",
        )
        for each in kept
    ]
    return [one for one in (yield from speakers.labelled(said)) if not one.told_by]


def _attempt_form(attempt: Attempt) -> dict[str, Any]:
    count = sum(each.passed for each in attempt.verdicts)
    answers = [plate_shapes.verdict(each) for each in attempt.verdicts]
    return {"passed": attempt.passed, "right": count, "answers": answers}


def _error(attempts: list[Attempt]) -> dict[str, str]:
    """Which questions failed with which answers, the last time; `head` is the message without them."""
    failed = [each for each in attempts[-1].verdicts if not each.passed]
    told = "; ".join(f"{each.probe.title}: {each.reason} ({_shown(each.answer)})" for each in failed)
    right = validation.QUESTIONS - len(failed)
    needed = (
        "but one or more answer from an earlier plate"
        if right >= validation.PASS_MIN
        else f"{validation.PASS_MIN} are needed"
    )
    head = (
        f"the model is not the assistant of the plate: {right} of {validation.QUESTIONS} answers are right"
        f" after {len(attempts)} attempts, {needed}."
    )
    return {
        "code": "not_validated",
        "message": f"{head} {told}",
        "head": head,
        "remedy": "look at the answers; choose another model (ccnode model use), or correct the plate (ccnode plate"
        " edit)",
    }


def _shown(answer: str) -> str:
    line = " ".join(answer[:400].split())
    return f"it answered {line[:160]!r}" if line else "it answered nothing"
