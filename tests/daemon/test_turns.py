"""A turn, from the question to the recorded reply, and everything that can come between them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from ccnode import clock
from ccnode.api.events import Accepted, Failed, Piece, Replied, TurnEvent
from ccnode.core.turns import REPLY_BYTES_MAX
from ccnode.mind.measured import FINE
from ccnode.models.base import ModelError
from ccnode.store import behind, memory, reputations, views
from ccnode.store import turns as jobs
from ccnode.store.errors import Conflict, NotFound, StoreBusy
from ccnode_protocol.records import Mark

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.daemon.conftest import Rig


async def gather(events: AsyncIterator[TurnEvent]) -> list[TurnEvent]:
    return [event async for event in events]


async def texts(rig: Rig, session: bytes) -> list[tuple[str, str | None]]:
    return [(message.role, message.text) for message in await rig.readers.run(views.branch(session))]


async def test_a_turn_is_accepted_streamed_and_recorded(rig: Rig) -> None:
    session = await rig.open_session()
    events = await gather(rig.turns.say(session, "Good morning", None))
    assert isinstance(events[0], Accepted)
    assert [event.text for event in events if isinstance(event, Piece)] == ["Hello", " there"]
    last = events[-1]
    assert isinstance(last, Replied)
    assert (last.text, last.state, last.user_message_id) == ("Hello there", "complete", events[0].message_id)
    branch = await rig.readers.run(views.branch(session))
    assert [(m.seq, m.role, m.text) for m in branch] == [(1, "user", "Good morning"), (2, "assistant", "Hello there")]
    assert branch[1].parent == branch[0].digest


async def test_the_question_is_durable_before_the_model_hears_of_it(rig: Rig) -> None:
    session = await rig.open_session()
    hold = asyncio.Event()
    rig.model.script = [hold, "late"]
    events = rig.turns.say(session, "Are you there?", None)
    assert isinstance(await anext(events), Accepted)
    assert await texts(rig, session) == [("user", "Are you there?")]
    assert (await rig.readers.run(views.session(session))).unanswered
    hold.set()
    assert isinstance([event async for event in events][-1], Replied)


async def test_a_retry_with_the_same_key_appends_nothing_and_gives_the_same_reply(rig: Rig) -> None:
    session = await rig.open_session()
    first = (await gather(rig.turns.say(session, "Once", "key-1")))[-1]
    again = (await gather(rig.turns.say(session, "Once", "key-1")))[-1]
    assert isinstance(first, Replied)
    assert isinstance(again, Replied)
    assert first.message_id == again.message_id
    assert len(await texts(rig, session)) == 2
    assert len(rig.model.prompts) == 1


async def test_a_key_is_not_taken_for_another_message(rig: Rig) -> None:
    session = await rig.open_session()
    await gather(rig.turns.say(session, "Once", "key-1"))
    with pytest.raises(Conflict, match="idempotency key"):
        await gather(rig.turns.say(session, "Twice", "key-1"))


async def test_a_retry_while_the_reply_is_written_joins_it(rig: Rig) -> None:
    session = await rig.open_session()
    hold = asyncio.Event()
    rig.model.script = ["first ", hold, "second"]
    one = rig.turns.say(session, "Tell me", "k")
    await anext(one)
    assert isinstance(await anext(one), Piece)
    joined = asyncio.create_task(gather(rig.turns.say(session, "Tell me", "k")))
    await asyncio.sleep(0.05)
    hold.set()
    events = await joined
    assert [event.text for event in events if isinstance(event, Piece)] == ["first ", "second"]
    assert len(rig.model.prompts) == 1
    await gather(one)


async def test_another_message_while_a_reply_is_written_is_refused(rig: Rig) -> None:
    session = await rig.open_session()
    hold = asyncio.Event()
    rig.model.script = [hold, "done"]
    one = rig.turns.say(session, "First", None)
    await anext(one)
    with pytest.raises(Conflict, match="being written"):
        await gather(rig.turns.say(session, "Second", None))
    hold.set()
    await gather(one)
    assert len(await texts(rig, session)) == 2


async def test_sessions_do_not_wait_for_each_other(rig: Rig) -> None:
    one, two = await rig.open_session(), await rig.open_session()
    hold = asyncio.Event()
    rig.model.script = [hold, "slow"]
    slow = rig.turns.say(one, "Slowly", None)
    await anext(slow)
    rig.model.script = ["quick"]
    assert isinstance((await gather(rig.turns.say(two, "Quickly", None)))[-1], Replied)
    hold.set()
    await gather(slow)


async def test_a_model_that_fails_leaves_an_unanswered_turn_that_can_be_resumed(rig: Rig) -> None:
    session = await rig.open_session()
    rig.model.script = [ModelError("network", "no route", remedy="check the network")]
    failed = (await gather(rig.turns.say(session, "Hello?", "k")))[-1]
    assert failed == Failed("network", "no route", "check the network")
    assert await texts(rig, session) == [("user", "Hello?")]
    assert [m.session for m in await rig.readers.run(views.unanswered())] == [session]
    rig.model.script = ["I am back"]
    assert isinstance((await gather(rig.turns.resume(session)))[-1], Replied)
    assert await texts(rig, session) == [("user", "Hello?"), ("assistant", "I am back")]
    with pytest.raises(Conflict, match="has its answer"):
        await gather(rig.turns.resume(session))


async def test_the_same_key_resumes_an_unanswered_turn(rig: Rig) -> None:
    session = await rig.open_session()
    rig.model.script = [ModelError("network", "no route")]
    await gather(rig.turns.say(session, "Hello?", "k"))
    rig.model.script = ["Here"]
    assert isinstance((await gather(rig.turns.say(session, "Hello?", "k")))[-1], Replied)
    assert await texts(rig, session) == [("user", "Hello?"), ("assistant", "Here")]


async def test_a_reply_that_breaks_off_is_kept_and_marked(rig: Rig) -> None:
    session = await rig.open_session()
    rig.model.script = ["Half of", ModelError("interrupted", "the stream broke")]
    last = (await gather(rig.turns.say(session, "Tell me all", None)))[-1]
    assert isinstance(last, Replied)
    assert (last.state, last.text) == ("interrupted", "Half of")


async def test_a_reply_can_be_stopped_and_what_there_is_stays(rig: Rig) -> None:
    session = await rig.open_session()
    rig.model.script = ["One ", asyncio.Event()]
    events = rig.turns.say(session, "Count", None)
    await anext(events)
    assert isinstance(await anext(events), Piece)
    assert rig.turns.stop(session)
    rest = [event async for event in events]
    assert isinstance(rest[-1], Replied)
    assert (rest[-1].state, rest[-1].text) == ("interrupted", "One ")
    assert rig.model.closed == 1


async def test_what_a_model_did_is_kept_and_only_what_it_did(rig: Rig) -> None:
    session, hold = await rig.open_session(), asyncio.Event()
    await gather(rig.turns.say(session, "one", None))
    rig.model.script = ["half", ModelError("server", "it broke")]
    await gather(rig.turns.say(session, "two", None))
    rig.model.script = [ModelError("overloaded", "busy")]
    await gather(rig.turns.say(session, "three", None))
    rig.model.script = [ModelError("budget", "spent")]
    await gather(rig.turns.say(session, "four", None))
    rig.model.script = ["One ", hold]
    events = rig.turns.say(session, "five", None)
    assert isinstance(await anext(events), Accepted)
    assert isinstance(await anext(events), Piece)
    rig.turns.stop(session)
    await gather(events)
    (known,) = await rig.readers.run(reputations.of("model", clock.now_ms()))
    assert known.name == "scripted/1"
    assert (round(known.reputation.good / FINE), round(known.reputation.bad / FINE)) == (1, 2)


async def test_a_listener_who_leaves_does_not_end_the_turn(rig: Rig) -> None:
    session = await rig.open_session()
    hold = asyncio.Event()
    rig.model.script = ["a", hold, "b"]
    events = rig.turns.say(session, "Go on", None)
    await anext(events)
    await anext(events)
    await events.aclose()  # type: ignore[attr-defined]  # an async generator
    hold.set()
    async with asyncio.timeout(10):
        while len(await texts(rig, session)) < 2:  # what is waited for is in the database  # noqa: ASYNC110  # the database does not call back
            await asyncio.sleep(0.01)
    assert (await texts(rig, session))[1] == ("assistant", "ab")


async def test_regenerating_replaces_the_reply_and_keeps_the_old_one(rig: Rig) -> None:
    session = await rig.open_session()
    await gather(rig.turns.say(session, "A poem", None))
    rig.model.script = ["A better one"]
    replied = (await gather(rig.turns.regenerate(session)))[-1]
    assert isinstance(replied, Replied)
    assert await texts(rig, session) == [("user", "A poem"), ("assistant", "A better one")]
    assert len(await rig.readers.run(views.tree(session))) == 3
    rig.model.script = ["The best"]
    await gather(rig.turns.regenerate(session))
    assert (await texts(rig, session))[1] == ("assistant", "The best")


async def test_a_branch_continues_from_its_message_and_leaves_the_other_alone(rig: Rig) -> None:
    session = await rig.open_session()
    first = (await gather(rig.turns.say(session, "One", None)))[-1]
    await gather(rig.turns.say(session, "Two", None))
    assert isinstance(first, Replied)
    branch = await rig.ledger.append(jobs.open_session("other way", bytes.fromhex(first.message_id)))
    assert [text for _, text in await texts(rig, branch)] == ["One", "Hello there"]
    await gather(rig.turns.say(branch, "Three", None))
    shown = await rig.readers.run(views.branch(branch))
    assert [(m.seq, m.text) for m in shown][2] == (3, "Three")
    assert [text for _, text in await texts(rig, session)] == ["One", "Hello there", "Two", "Hello there"]


async def test_the_model_sees_the_branch_and_what_memory_finds(rig: Rig) -> None:
    told = await rig.open_session()
    await gather(rig.turns.say(told, "My sister Nora lives in Lisbon", None))
    asked = await rig.open_session()
    replied = (await gather(rig.turns.say(asked, "Where does my sister live?", None)))[-1]
    assert [m.content for m in rig.model.prompts[-1].messages] == ["Where does my sister live?"]
    assert rig.model.prompts[-1].recalled[0].content == "My sister Nora lives in Lisbon"
    assert isinstance(replied, Replied)
    assert replied.sources[0].text == "My sister Nora lives in Lisbon"


async def test_what_is_left_out_of_memory_is_left_out_of_the_prompt(rig: Rig) -> None:
    """A disabled message, and what it was answered, are not shown to the model; the question always is."""
    session = await rig.open_session()
    told = (await gather(rig.turns.say(session, "My dog is called Bello.", None)))[0]
    await gather(rig.turns.say(session, "I live in Bern.", None))
    assert isinstance(told, Accepted)
    message = bytes.fromhex(told.message_id)

    async def seen(question: str) -> list[str]:
        rig.model.prompts.clear()
        await gather(rig.turns.say(session, question, None))
        (prompt,) = rig.model.prompts
        assert not [each for each in prompt.recalled if "Bello" in each.content]
        return [each.content for each in prompt.messages]

    assert (await seen("one?"))[:2] == ["My dog is called Bello.", "Hello there"]
    await rig.ledger.append(memory.mark(message, Mark.DISABLED))
    assert (await seen("two?"))[:2] == ["I live in Bern.", "Hello there"]
    await rig.ledger.append(memory.mark(message, Mark.NONE))
    await rig.ledger.append(memory.forget(message, clock.now_ms()))
    assert (await seen("three?"))[:2] == ["I live in Bern.", "Hello there"]
    await rig.ledger.append(memory.undo_forget(message, clock.now_ms()))
    assert (await seen("four?"))[:2] == ["My dog is called Bello.", "Hello there"]

    asked = (await gather(rig.turns.say(session, "five?", None)))[0]
    assert isinstance(asked, Accepted)
    await rig.ledger.append(memory.mark(bytes.fromhex(asked.message_id), Mark.DISABLED))
    rig.model.prompts.clear()
    await gather(rig.turns.regenerate(session))
    assert rig.model.prompts[0].messages[-1].content == "five?"


async def test_what_a_model_says_to_everybody_is_no_source(rig: Rig) -> None:
    rig.model.cites = False
    for greeting in ("Good morning", "Hello there, good morning!", "hi", "I sell insurance in Bern.", "And today?"):
        for text in ("Good morning! How can I help you today?", "Fine.", "That is interesting, please tell me more."):
            rig.model.script = [text]
            replied = (await gather(rig.turns.say(await rig.open_session(), greeting, None)))[-1]
            assert isinstance(replied, Replied)
            assert replied.sources == ()


async def test_what_it_took_from_somebody_is_left_out_with_that(rig: Rig) -> None:
    """The first reply alone is in the prompt of the second, in other words than those of who told it."""
    rig.model.cites = False
    session = await rig.open_session()
    told = (await gather(rig.turns.say(session, "I am allergic to peanuts.", None)))[0]
    assert isinstance(told, Accepted)
    for question in ("Ok?", "Anything for dinner?"):
        rig.model.script = ["Mind that allergy: nothing with nuts, so no satay."]
        first = (await gather(rig.turns.say(session, question, None)))[-1]
    rig.model.script = ["Rice, and no satay: your allergy to nuts."]
    second = (await gather(rig.turns.say(await rig.open_session(), "What do I cook tonight?", None)))[-1]
    assert isinstance(first, Replied)
    assert isinstance(second, Replied)
    assert first.message_id in {source.message_id for source in second.sources}
    reply = bytes.fromhex(second.message_id)
    assert not await rig.readers.run(memory.left_out([reply]))
    await rig.ledger.append(memory.mark(bytes.fromhex(told.message_id), Mark.DISABLED))
    assert await rig.readers.run(memory.left_out([reply])) == {reply}


async def test_what_cannot_be_looked_up_counts(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(reply: bytes) -> Any:
        raise StoreBusy("busy")

    rig.model.cites = False
    rig.model.script = ["Mind the peanuts in the satay."]
    first = (await gather(rig.turns.say(await rig.open_session(), "Peanuts in satay make me ill.", None)))[-1]
    monkeypatch.setattr(behind, "texts", refuse)
    second = (await gather(rig.turns.say(await rig.open_session(), "Dinner?", None)))[-1]
    assert isinstance(first, Replied)
    assert isinstance(second, Replied)
    assert first.message_id in {source.message_id for source in second.sources}


async def test_ended_and_forgotten_sessions_take_no_message(rig: Rig) -> None:
    session = await rig.open_session()
    await gather(rig.turns.say(session, "Hello", None))
    await rig.ledger.append(jobs.end(session))
    with pytest.raises(Conflict, match="has ended"):
        await gather(rig.turns.say(session, "More", None))
    other = await rig.open_session()
    await rig.ledger.append(jobs.forget(other, 1))
    with pytest.raises(Conflict, match="forgotten"):
        await gather(rig.turns.say(other, "More", None))


@pytest.mark.parametrize("text", ["", "   \n"])
async def test_an_empty_message_is_refused(rig: Rig, text: str) -> None:
    session = await rig.open_session()
    with pytest.raises(Conflict, match="empty"):
        await gather(rig.turns.say(session, text, None))


async def test_a_message_that_is_too_long_is_refused(rig: Rig) -> None:
    session = await rig.open_session()
    with pytest.raises(Conflict, match="over"):
        await gather(rig.turns.say(session, "x" * 1_100_000, None))
    assert await texts(rig, session) == []


async def test_no_session_no_turn(rig: Rig) -> None:
    with pytest.raises(NotFound):
        await gather(rig.turns.say(b"\0" * 16, "Hello", None))


async def test_a_model_that_answers_nothing_or_endlessly_or_garbage(rig: Rig) -> None:
    session = await rig.open_session()
    rig.model.script = []
    assert isinstance((await gather(rig.turns.say(session, "Say nothing", None)))[-1], Failed)
    rig.model.script = ["\ud800 lone", "\x00\x1b[31m"]
    garbage = (await gather(rig.turns.resume(session)))[-1]
    assert isinstance(garbage, Replied)
    assert garbage.text == "? lone\x00\x1b[31m"
    rig.model.script = ["y" * 100_000] * 20
    endless = (await gather(rig.turns.say(session, "Never stop", None)))[-1]
    assert isinstance(endless, Replied)
    assert endless.state == "interrupted"
    assert len(endless.text) == REPLY_BYTES_MAX  # as much as fits, also of the last piece


async def test_sources_that_a_model_invents_are_left_out(rig: Rig) -> None:
    from ccnode.core.turns import Answer, Reply
    from ccnode_protocol.records import State

    session = await rig.open_session()
    rig.model.script = [ModelError("network", "gone")]
    accepted = (await gather(rig.turns.say(session, "Hello", None)))[0]
    assert isinstance(accepted, Accepted)
    reply = Reply(session, Answer(bytes.fromhex(accepted.message_id)), "scripted/1")
    reply.add("words")
    digest = await rig.ledger.append(jobs.close(reply, (b"\7" * 32,), State.COMPLETE))
    assert (await rig.readers.run(views.message(digest))).sources == ()


async def test_two_answers_to_one_question_become_one(rig: Rig) -> None:
    from ccnode.core.turns import Answer, Reply
    from ccnode_protocol.records import State

    session = await rig.open_session()
    replied = (await gather(rig.turns.say(session, "Hello", None)))[-1]
    assert isinstance(replied, Replied)
    late = Reply(session, Answer(bytes.fromhex(replied.user_message_id)), "scripted/1")
    late.add("a second answer")
    assert (await rig.ledger.append(jobs.close(late, (), State.COMPLETE))).hex() == replied.message_id
    assert len(await rig.readers.run(views.tree(session))) == 2


async def test_regenerating_in_a_branch_leaves_its_origin_as_it_was(rig: Rig) -> None:
    session = await rig.open_session()
    replied = (await gather(rig.turns.say(session, "A poem", "k")))[-1]
    assert isinstance(replied, Replied)
    branch = await rig.ledger.append(jobs.open_session("other", bytes.fromhex(replied.message_id)))
    rig.model.script = ["Another one"]
    await gather(rig.turns.regenerate(branch))
    assert await texts(rig, branch) == [("user", "A poem"), ("assistant", "Another one")]
    assert await texts(rig, session) == [("user", "A poem"), ("assistant", "Hello there")]
    again = (await gather(rig.turns.say(session, "A poem", "k")))[-1]
    assert isinstance(again, Replied)
    assert again.message_id == replied.message_id


async def test_a_branch_from_a_question_gets_an_answer_of_its_own(rig: Rig) -> None:
    session = await rig.open_session()
    accepted = (await gather(rig.turns.say(session, "A poem", None)))[0]
    assert isinstance(accepted, Accepted)
    branch = await rig.ledger.append(jobs.open_session("other", bytes.fromhex(accepted.message_id)))
    rig.model.script = ["Another one"]
    assert isinstance((await gather(rig.turns.resume(branch)))[-1], Replied)
    assert await texts(rig, branch) == [("user", "A poem"), ("assistant", "Another one")]
    assert await texts(rig, session) == [("user", "A poem"), ("assistant", "Hello there")]


async def test_an_answer_from_the_same_conversation_cites_its_message(rig: Rig) -> None:
    from ccnode.daemon.turns import Turns
    from ccnode.models.embedded import EmbeddedModel

    turns = Turns(rig.ledger, rig.readers, rig.turns._prompting._searcher, EmbeddedModel)
    session = await rig.open_session()
    told = (await gather(turns.say(session, "My sister Nora lives in Lisbon", None)))[0]
    replied = (await gather(turns.say(session, "Where does my sister live?", None)))[-1]
    await turns.close()
    assert isinstance(told, Accepted)
    assert isinstance(replied, Replied)
    assert [source.message_id for source in replied.sources] == [told.message_id]


async def test_whoever_listens_too_late_hears_all_the_same(rig: Rig) -> None:
    session = await rig.open_session()
    events = rig.turns.say(session, "Quickly", None)
    await anext(events)
    async with asyncio.timeout(10):
        while len(await texts(rig, session)) < 2:  # noqa: ASYNC110  # the database does not call back
            await asyncio.sleep(0.01)
    rest = [event async for event in events]
    assert [event.text for event in rest if isinstance(event, Piece)] == ["Hello there"]
    assert isinstance(rest[-1], Replied)
