"""Is there one instance for each conversation, plate and model, and does its row say what became of it?"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from ccnode import clock
from ccnode.api.events import Failed, Piece, Replied, Waiting
from ccnode.daemon.turns import Turns
from ccnode.models.base import ModelError
from ccnode.store import instances, views
from ccnode.store import turns as jobs
from ccnode.store.instances import IDLE_MS, Instance, Validation
from tests.daemon.test_turns import gather
from tests.daemon.test_validating import NEW, OLD, Answering, Assistant, from_plate, keep
from tests.models.anthropic_node import Node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccnode.api.events import TurnEvent
    from ccnode.models.base import ModelAdapter
    from tests.daemon.conftest import Rig


async def listed(rig: Rig) -> list[Instance]:
    await rig.turns.spawning.settled()
    return await rig.readers.run(instances.instances())


async def forms(rig: Rig, **named: Any) -> dict[str, Any]:
    await rig.turns.spawning.settled()
    found = await rig.readers.run(instances.forms(50, clock.now_ms(), **named))
    json.dumps(found)
    return found


async def say(rig: Rig, session: bytes, text: str = "hello") -> TurnEvent:
    return (await gather(rig.turns.say(session, text, None)))[-1]


async def test_the_first_reply_spawns_an_instance_and_later_ones_are_its_own(rig: Rig) -> None:
    await keep(rig, OLD)
    session, other = await rig.open_session(), await rig.open_session()
    assert await listed(rig) == []
    await say(rig, session)
    (first,) = await listed(rig)
    await say(rig, session)
    await say(rig, other)
    newest, again = await listed(rig)
    assert (again.id, again.session, again.replies, newest.session) == (first.id, session, 2, other)
    assert again.heartbeat_ms >= first.heartbeat_ms >= first.spawned_ms
    branch = await rig.readers.run(views.branch(session))
    assert (first.plate, first.model) == (branch[-1].plate, "scripted/1")
    found = await forms(rig)
    assert found["counts"] == {"active": 2, "idle": 0, "terminated": 0, "failed": 0}
    assert [one["plate"]["version"] for one in found["instances"]] == [1, 1]
    assert [one["validation"] for one in found["instances"]] == [None, None]


async def test_another_plate_is_another_instance(rig: Rig) -> None:
    session = await rig.open_session()
    await say(rig, session)
    await keep(rig, OLD)
    await say(rig, session)
    now, before = await listed(rig)
    assert (now.why, before.why) == (None, "replaced")
    assert before.ended_ms is not None
    assert (before.plate, now.plate) == (None, (await rig.readers.run(views.branch(session)))[-1].plate)


async def test_it_is_idle_after_a_while_and_ends_with_its_conversation(rig: Rig) -> None:
    session = await rig.open_session()
    await say(rig, session)
    (one,) = await listed(rig)
    assert one.status(one.heartbeat_ms + IDLE_MS - 1) == "active"
    assert one.status(one.heartbeat_ms + IDLE_MS) == "idle"
    rig.turns.spawning.ended(session)
    await rig.ledger.append(instances.with_end(jobs.end(session), session, clock.now_ms()))
    (one,) = await listed(rig)
    assert (one.status(clock.now_ms()), one.why) == ("terminated", "ended")
    assert (await forms(rig, living=True))["instances"] == []


async def test_a_node_that_stops_ends_them_and_one_that_was_killed_is_tidied_up_after(rig: Rig) -> None:
    session = await rig.open_session()
    await say(rig, session)
    assert (await forms(rig, running=False))["instances"][0]["why"] == "lost"
    await rig.turns.spawning.close()
    (one,) = await listed(rig)
    assert one.why == "stopped"
    now_ms = clock.now_ms()
    left = Instance(b"i" * 16, session, None, "m", now_ms - 1000, now_ms - 500)
    await rig.ledger.append(instances.spawn(left))
    entries = (await rig.readers.run(views.statistics())).entries
    assert await rig.readers.run(instances.any_living())
    await rig.ledger.append(instances.end_all("lost", clock.now_ms()))
    found = {each.id: each for each in await listed(rig)}
    assert (found[left.id].why, found[left.id].ended_ms) == ("lost", left.heartbeat_ms)
    assert (await rig.readers.run(views.statistics())).entries == entries  # none of it is a record
    await say(rig, session)
    assert (await listed(rig))[0].why is None


# --- asked the six questions ---


@pytest.fixture
async def checked(rig: Rig) -> AsyncIterator[list[ModelAdapter]]:
    """Turns that validate on spawn; put the model into the list."""
    models: list[ModelAdapter] = []
    searcher = rig.turns._prompting._searcher
    await rig.turns.close()
    rig.turns = Turns(rig.ledger, rig.readers, searcher, lambda: models[-1], validate_on_spawn=True)
    yield models
    await rig.turns.close()


async def test_a_model_that_passes_answers_and_is_asked_once(rig: Rig, checked: list[ModelAdapter]) -> None:
    await keep(rig, OLD)
    model = Answering(from_plate(OLD))
    checked.append(model)
    session = await rig.open_session()
    events = await gather(rig.turns.say(session, "Who are you?", None))
    assert isinstance(events[1], Waiting)
    assert events[1].reason == "validation"
    assert isinstance(events[-1], Replied)
    assert len(model.prompts) == 6 + 1
    await say(rig, session, "Who are you?")
    assert len(model.prompts) == 6 + 2
    (one,) = await listed(rig)
    assert one.validation == Validation(6, 1, passed=True)
    assert (await forms(rig))["instances"][0]["validation"] == {"passed": True, "right": 6, "attempts": 1}
    assert await rig.turns.spawning.validating.last() is not None
    counts = await rig.readers.run(views.statistics())
    assert counts.messages == 4  # nothing of the six questions is remembered


async def test_a_model_that_fails_gives_no_reply_but_the_reason(rig: Rig, checked: list[ModelAdapter]) -> None:
    await keep(rig, NEW)
    checked.append(Answering(lambda _prompt, _number: "I am Claude, a large language model."))
    session = await rig.open_session()
    events = await gather(rig.turns.say(session, "Who are you?", None))
    failed = events[-1]
    assert isinstance(failed, Failed)
    assert failed.code == "not_validated"
    assert "0 of 6" in failed.message
    assert "Grace" in failed.message
    assert "the question is kept" in failed.remedy
    assert not any(isinstance(event, Piece) for event in events)
    (one,) = await listed(rig)
    assert (one.status(clock.now_ms()), one.validation) == ("failed", Validation(0, 4, passed=False))
    checked.append(Answering(from_plate(NEW)))
    assert isinstance((await gather(rig.turns.resume(session)))[-1], Replied)


async def test_a_key_that_is_wrong_is_one_clear_sentence(rig: Rig, checked: list[ModelAdapter]) -> None:
    await keep(rig, OLD)
    checked.append(Answering(lambda _prompt, _number: ModelError("authentication", "the key is wrong", remedy="mend")))
    failed = await say(rig, await rig.open_session())
    assert failed == Failed("authentication", "the key is wrong", "mend")
    assert await listed(rig) == []


async def test_without_a_plate_there_is_nothing_to_ask(rig: Rig, checked: list[ModelAdapter]) -> None:
    model = Answering(lambda _prompt, _number: "hm")
    checked.append(model)
    assert isinstance(await say(rig, await rig.open_session()), Replied)
    assert len(model.prompts) == 1


async def test_a_turn_that_is_stopped_while_it_is_asked_ends_at_once(rig: Rig, checked: list[ModelAdapter]) -> None:
    await keep(rig, OLD)
    asked, closed = asyncio.Event(), []

    class Silent(Answering):
        async def stream(self, *_: Any, **__: Any) -> Any:
            try:
                asked.set()
                await asyncio.Event().wait()
                yield
            finally:
                closed.append(1)

    checked.append(Silent(lambda _prompt, _number: ""))
    session = await rig.open_session()
    turn = asyncio.create_task(gather(rig.turns.say(session, "hello", None)))
    await asked.wait()
    assert rig.turns.stop(session)
    failed = (await turn)[-1]
    assert isinstance(failed, Failed)
    assert failed.code == "interrupted"
    assert len(closed) == 6
    assert await listed(rig) == []


async def test_two_conversations_are_asked_side_by_side(rig: Rig, checked: list[ModelAdapter]) -> None:
    await keep(rig, OLD)
    checked.append(Answering(from_plate(OLD)))
    sessions = [await rig.open_session() for _ in range(3)]
    ends = await asyncio.gather(*(say(rig, session, "Who are you?") for session in sessions))
    assert all(isinstance(end, Replied) for end in ends)
    assert len(await listed(rig)) == 3


async def test_over_the_wire(rig: Rig, checked: list[ModelAdapter]) -> None:
    await keep(rig, OLD)
    async with Assistant(OLD) as server:
        node = Node(server)
        checked.append(node.adapter)
        assert isinstance(await say(rig, await rig.open_session(), "Who are you?"), Replied)
        await keep(rig, NEW)  # the model goes on as it was: it is found out at the next spawn
        failed = await say(rig, await rig.open_session(), "Who are you?")
        await node.adapter.close()
    assert isinstance(failed, Failed)
    assert "Grace" in failed.message
    assert len(server.seen) == 6 + 1 + 24
