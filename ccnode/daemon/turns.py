"""How does a turn run, from the question to the recorded reply? The one direction of a chat message."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ccnode import clock
from ccnode.api.events import Accepted, Failed, Piece, Replied, Source, TurnEvent
from ccnode.core.turns import Answer, Facts, Refused, Reply, go_on, regenerate, resume
from ccnode.daemon.live import LiveTurn, Outcome
from ccnode.daemon.precedence import Precedence
from ccnode.daemon.prompting import Ahead, Prompting
from ccnode.daemon.spawning import Spawning
from ccnode.daemon.validating import Validating
from ccnode.later import later
from ccnode.models.base import Finished, ModelError
from ccnode.store import knowledge, notes, views
from ccnode.store import turns as jobs
from ccnode.store.errors import Conflict, StoreError
from ccnode.store.readers import ThreadReader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from ccnode.mind import context, resting
    from ccnode.mind.prompt_types import Prompt
    from ccnode.models.base import ModelAdapter
    from ccnode.store import behind, branching, prompts, reputations
    from ccnode.store.ledger import Job, Ledger
    from ccnode.store.readers import Readers
    from ccnode.store.search import Searcher
else:
    behind = later("ccnode.store.behind")
    branching = later("ccnode.store.branching")
    context = later("ccnode.mind.context")
    prompts = later("ccnode.store.prompts")
    reputations = later("ccnode.store.reputations")
    resting = later("ccnode.mind.resting")  # with its tables, which no start needs

OUTPUT_TOKENS_MAX: Final = 16_384  # with what a model thinks before it speaks
KEY_BYTES: Final = 16
USED: Final = (
    "stop_reason",
    "input_tokens",
    "output_tokens",
    "cache_creation_tokens",
    "cache_read_tokens",
    "cost_micro_dollars",
)
NOT_ITS: Final = frozenset({"budget", "not_configured", "too_long"})  # errors that say nothing of the model
CITES_ALL: Final = "embedded/"  # the model that cites whatever it quotes
LIVE_MAX: Final = 256  # turns at once; each holds a model's stream
FORESEEN_FOR_S: Final = 600.0  # after a turn: whoever comes later waits 2 ms longer, and a node at rest reads nothing


def key_bytes(key: str | None) -> bytes | None:
    """An idempotency key of any text as the 16 bytes that are recorded."""
    return sha256(key.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES] if key else None


class Turns:
    """Runs turns: one at a time in each session, any number of sessions at once."""

    def __init__(
        self,
        ledger: Ledger,
        readers: Readers,
        searcher: Searcher,
        model: Callable[[], ModelAdapter],
        output_tokens_max: int = OUTPUT_TOKENS_MAX,
        *,
        prompt_tokens_max: int | None = None,
        validate_on_spawn: bool = False,
        precedence: Precedence | None = None,
    ) -> None:
        self._ledger = ledger
        self._precedence = precedence or Precedence()
        self._readers = readers
        self._model = model
        budget = context.BUDGET if prompt_tokens_max is None else prompt_tokens_max
        self._prompting = Prompting(ThreadReader(ledger.path), searcher, budget)
        self.spawning = Spawning(ledger, readers, Validating(readers, model, ledger.append), validate=validate_on_spawn)
        self._output_tokens_max = output_tokens_max
        self._live: dict[bytes, LiveTurn] = {}
        self._starting: dict[bytes, tuple[asyncio.Lock, list[int]]] = {}  # the lock, and who holds or awaits it
        self._tasks: set[asyncio.Future[Any]] = set()
        self._last: tuple[bytes, float] | None = None  # where a turn ended last, or the session opened last; and when

    async def say(self, session: bytes, text: str, key: str | None) -> AsyncIterator[TurnEvent]:
        """See api/ports.py. Raises StoreError before the first event only."""
        digest = key_bytes(key)
        async for event in self._say(session, digest, jobs.ask(session, text, digest), text):
            yield event

    async def merge(self, session: bytes, others: Sequence[bytes], wish: str | None) -> AsyncIterator[TurnEvent]:
        """See api/ports.py. Raises StoreError before the first event only."""
        wanted = await self._readers.run(branching.merge(session, others, wish))
        async for event in self._say(session, wanted.key, branching.ask(wanted)):
            yield event

    async def _say(
        self, session: bytes, digest: bytes | None, ask: Job[jobs.Asked], text: str | None = None
    ) -> AsyncIterator[TurnEvent]:
        """`text`: what is asked, where the prompt is that of any question, and can be made while it is recorded."""
        self._precedence.taken()
        async with self._one_at_a_time(session):
            live = self._live.get(session)
            if live is not None and (digest is None or live.key != digest):
                raise Conflict("a reply is being written in this session", remedy="wait for it, or stop it")
            ahead = self._ahead(session, text) if live is None and text is not None else None
            asked = await self._ledger.append(ask)
            if live is None and asked.answer is None:
                if ahead is not None:
                    ahead.recorded(asked)
                live = self._begin(session, Answer(asked.question), digest, ahead)
        yield Accepted(asked.question.hex(), asked.seq)
        if live is None and asked.answer is not None:
            yield await self._recorded(await self._readers.run(views.message(asked.answer)), asked.question)
            return
        if live is not None:
            async for event in live.listen():
                yield event

    async def resume(self, session: bytes) -> AsyncIterator[TurnEvent]:
        """See api/ports.py. Raises StoreError before the first event only."""
        async for event in self._answer(session, resume):
            yield event

    async def regenerate(self, session: bytes) -> AsyncIterator[TurnEvent]:
        """See api/ports.py. Raises StoreError before the first event only."""
        if session in self._live:
            raise Conflict("a reply is being written in this session", remedy="wait for it, or stop it")
        async for event in self._answer(session, regenerate):
            yield event

    async def go_on(self, session: bytes) -> AsyncIterator[TurnEvent]:
        """See api/ports.py. Raises StoreError before the first event only."""
        if session in self._live:
            raise Conflict("a reply is being written in this session", remedy="wait for it, or stop it")
        async for event in self._answer(session, go_on):
            yield event

    async def _answer(self, session: bytes, decide: Callable[[Facts], Answer | Refused]) -> AsyncIterator[TurnEvent]:
        self._precedence.taken()
        async with self._one_at_a_time(session):
            live = self._live.get(session)
            if live is None:
                answer = await self._ledger.append(jobs.to_answer(session, decide))
                live = self._begin(session, answer, None)
        question = await self._readers.run(views.message(live.question))
        yield Accepted(question.digest.hex(), question.seq)
        async for event in live.listen():
            yield event

    @contextlib.asynccontextmanager
    async def _one_at_a_time(self, session: bytes) -> AsyncIterator[None]:
        """Let one caller at a time look at a session's turn and begin one."""
        lock, callers = self._starting.setdefault(session, (asyncio.Lock(), []))
        callers.append(1)
        try:
            async with lock:
                yield
        finally:
            callers.pop()
            if not callers:
                self._starting.pop(session, None)

    def stop(self, session: bytes) -> bool:
        """Stop the reply that is being written, if one is."""
        live = self._live.get(session)
        if live is not None:
            live.stop()
        return live is not None

    async def close(self) -> None:
        """Stop every reply and wait until what there is of each is recorded."""
        for live in list(self._live.values()):
            live.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=10)
        await self.spawning.close()
        self._prompting.close()

    async def preview(self, text: str, session: bytes | None, *, count: bool = False) -> dict[str, Any]:
        """See api/ports.py. Raises StoreError."""
        return await self._prompting.preview(self._model(), text, session, count=count)

    def opened(self, session: bytes) -> None:
        """Somebody has opened a session, and may ask there next."""
        self._last = session, clock.elapsed_s()
        self.settled()

    def settled(self) -> None:
        """What follows a turn is done for now: what the next question there follows is read, while nobody waits."""
        if self._last is None or self._live:
            return
        session, at = self._last
        if clock.elapsed_s() - at < FORESEEN_FOR_S:
            self._hold(asyncio.create_task(self._foresee(session)))

    def forget_read(self) -> None:
        """Keep nothing of what was read: something of it has been erased."""
        self._prompting.forget_read()

    async def _foresee(self, session: bytes) -> None:
        await self._precedence.given()
        with contextlib.suppress(StoreError):  # where it matters, it is met again
            await asyncio.to_thread(self._prompting.foresee, session)

    def _ahead(self, session: bytes, text: str) -> Ahead | None:
        """The prompt for what is asked, begun before that is recorded; None where there will hardly be a turn."""
        if len(self._live) >= LIVE_MAX or not text.strip():
            return None
        ahead = self._prompting.ahead(self._model(), session, text, self._output_tokens_max)
        self._hold(ahead.work)
        return ahead

    def _hold(self, task: asyncio.Future[Any]) -> None:
        """Keep a task until it is done: `close` waits for it."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _begin(self, session: bytes, answer: Answer, key: bytes | None, ahead: Ahead | None = None) -> LiveTurn:
        if len(self._live) >= LIVE_MAX:
            raise Conflict("too many replies are being written at once", remedy="try again in a moment")
        live = LiveTurn(answer.question, key)
        if answer.begun:
            live.tell(Piece(answer.begun))
        self._live[session] = live
        self._hold(asyncio.create_task(self._run(session, answer, live, ahead)))
        return live

    async def _run(self, session: bytes, answer: Answer, live: LiveTurn, ahead: Ahead | None) -> None:
        """Prompt, model, record. However it ends, the listeners are told and the session is free again."""
        final: Replied | Failed = Failed("internal", "the turn failed", "ask again: the question is kept")
        try:
            final = await self._run_turn(session, answer, live, ahead)
        except StoreError as error:
            final = Failed(error.code, str(error), error.remedy or "the question is kept: resume it")
        finally:
            self._live.pop(session, None)
            self._last = session, clock.elapsed_s()
            live.tell(final)

    async def _run_turn(self, session: bytes, answer: Answer, live: LiveTurn, ahead: Ahead | None) -> Replied | Failed:
        began = clock.elapsed_s()
        # Who asked is told that it is recorded before more is begun: beside a thread that prepares it takes longer.
        await asyncio.sleep(0)
        model = self._model()
        prepared = await ahead.prepared() if ahead is not None and ahead.model is model else None
        if prepared is None:
            prepared = await self._prompting.prepare(model, answer, self._output_tokens_max)
        instance = await self.spawning.instance(session, prepared.plate, model, live)
        if isinstance(instance, Failed):
            return instance
        reply = Reply(session, answer, model.name, instance.plate)
        outcome, state = await live.speak(model, prepared.built.prompt, reply)
        noted = _note(model, outcome, live)
        failed = _failure(outcome, reply)
        if failed is not None:
            if noted is not None:
                with contextlib.suppress(StoreError):  # why there is no reply is what matters
                    await self._ledger.append(noted)
            return failed
        cited = outcome.sources if isinstance(outcome, Finished) else ()
        if not isinstance(outcome, Finished) or not model.name.startswith(CITES_ALL):
            cited = (*cited, *await self._used(prepared.built.prompt, reply.text))
        # Whatever it cites, a merge rests on the heads of its branches.
        sources = (*prepared.merged, *(bytes.fromhex(source) for source in cited))
        built = context.after_shortening(prepared.built) if live.shortened else prepared.built
        account = prompts.account_of(built, model.name, instance.id)
        await self.spawning.settled()
        closed = prompts.keep(jobs.close(reply, sources, state), account, clock.now_ms())
        digest = await self._ledger.append(reputations.also(closed, noted) if noted is not None else closed)
        recorded = await self._readers.run(views.message(digest))
        latency_ms = round((clock.elapsed_s() - began) * 1000)
        metrics = {"latency_ms": latency_ms, "ccc": None, "phi": None, **_ending(outcome)}
        return await self._recorded(recorded, answer.question, metrics)

    async def _used(self, prompt: Prompt, reply: str) -> tuple[str, ...]:
        """The ids of what a reply rests on though it does not cite it."""
        found = await asyncio.to_thread(_look, prompt, reply)
        told: dict[str, list[str] | None] = {}
        for one in found.doubtful:
            with contextlib.suppress(StoreError):  # what cannot be looked up counts
                told[one] = await self._readers.run(behind.texts(bytes.fromhex(one)))
        return await asyncio.to_thread(found.used, told) if told else found.used(told)

    async def _recorded(
        self, message: views.Message, question: bytes, metrics: Mapping[str, int | str | None] | None = None
    ) -> Replied:
        return Replied(
            session_id=str(uuid.UUID(bytes=message.session)),
            message_id=message.digest.hex(),
            user_message_id=question.hex(),
            seq=message.seq,
            text=message.text or "",
            model=message.model or "",
            state=message.state,
            sources=await self._readers.run(_sources(message.sources)),
            metrics=metrics or {},
        )


def _note(model: ModelAdapter, outcome: Outcome, live: LiveTurn) -> Job[None] | None:
    """What the turn says of its model; None where it says nothing, as where that was not asked, or was stopped."""
    if isinstance(outcome, Finished):
        return reputations.note("model", model.name, clock.now_ms(), good=1)
    if live.is_stopped or outcome.kind in NOT_ITS:
        return None
    return reputations.note("model", model.name, clock.now_ms(), bad=1)


def _sources(digests: Sequence[bytes]) -> views.View[tuple[Source, ...]]:
    """What a reply rests on: messages, and knowledge of other nodes. Raises NotFound."""
    standing = yield from notes.standing(digests)
    found: list[Source] = []
    for digest in digests:
        for known in (yield from knowledge.of_entries([digest])):
            found.append(Source(known.packet.hex(), "", known.time, known.words, told_by=known.told_by))
            break
        else:
            one = yield from views.message(digest)
            note = standing[digest].text if digest in standing else None
            session = str(uuid.UUID(bytes=one.session))
            found.append(Source(digest.hex(), session, one.time, one.text or "", note))
    return tuple(found)


def _look(prompt: Prompt, reply: str) -> resting.Found:
    return resting.look(prompt, reply)


def _ending(outcome: Outcome) -> dict[str, int | str | None]:
    """How and why the reply ended, and what it used, as far as that is known."""
    if isinstance(outcome, ModelError):
        return {"stop_reason": outcome.kind, "reason": str(outcome)}
    return {name: getattr(outcome, name) for name in USED}


def _failure(outcome: Outcome, reply: Reply) -> Failed | None:
    """The failure to show, where there is nothing to record; None where there is a reply, whole or in part.

    Of one that is continued, only what is new counts: what there was of it is recorded.
    """
    if isinstance(outcome, ModelError):
        if reply.grown and outcome.kind != "not_configured":
            return None
        return Failed(outcome.kind, str(outcome), outcome.remedy or "the question is kept: resume it")
    if outcome.stop_reason == "refusal" and not reply.grown:
        return Failed("refusal", "the model declined to answer", "ask in another way; the question is kept")
    if not reply.grown:
        return Failed("empty", "the model answered nothing", "the question is kept: resume it")
    return None
