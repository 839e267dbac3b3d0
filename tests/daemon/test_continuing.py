"""Is a reply that broke off kept, and continued to one whole reply in its place?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccnode.api.events import Accepted, Failed, Piece, Replied, TurnEvent
from ccnode.core import turns as core
from ccnode.core.turns import Answer, Facts, Known, Refused, Reply
from ccnode.models.base import ModelError
from ccnode.store import turns as jobs
from ccnode.store import views
from ccnode.store.errors import Conflict
from ccnode_protocol.records import Role, State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.daemon.conftest import Rig

BROKEN = ModelError("interrupted", "the stream broke", remedy="have it continued")


async def gather(events: AsyncIterator[TurnEvent]) -> list[TurnEvent]:
    return [event async for event in events]


async def broken_off(rig: Rig, text: str = "Half of", question: str = "Tell me all") -> tuple[bytes, Replied]:
    session = await rig.open_session()
    rig.model.script = [text, BROKEN]
    replied = (await gather(rig.turns.say(session, question, None)))[-1]
    assert isinstance(replied, Replied)
    assert replied.state == "interrupted"
    return session, replied


async def texts(rig: Rig, session: bytes) -> list[tuple[str, str | None, str]]:
    return [(message.role, message.text, message.state) for message in await rig.readers.run(views.branch(session))]


async def test_the_rest_comes_after_what_there_was_and_takes_its_place(rig: Rig) -> None:
    session, first = await broken_off(rig)
    assert (first.metrics["stop_reason"], first.metrics["reason"]) == ("interrupted", "the stream broke")
    rig.model.script = [" the", " story."]
    events = await gather(rig.turns.go_on(session))
    assert isinstance(events[0], Accepted)
    assert events[0].message_id == first.user_message_id
    assert "".join(event.text for event in events if isinstance(event, Piece)) == "Half of the story."
    last = events[-1]
    assert isinstance(last, Replied)
    assert (last.text, last.state, last.metrics["stop_reason"]) == ("Half of the story.", "complete", "end")
    assert await texts(rig, session) == [
        ("user", "Tell me all", "complete"),
        ("assistant", "Half of the story.", "complete"),
    ]
    prompt = rig.model.prompts[-1]
    assert prompt.continues == "Half of"
    assert [message.content for message in prompt.messages] == ["Tell me all"]
    tree = await rig.readers.run(views.tree(session))
    assert [message.text for message in tree] == ["Tell me all", "Half of", "Half of the story."]


async def test_a_rest_that_breaks_off_too_is_kept_and_can_be_continued_again(rig: Rig) -> None:
    session, _ = await broken_off(rig)
    rig.model.script = [" the", BROKEN]
    second = (await gather(rig.turns.go_on(session)))[-1]
    assert isinstance(second, Replied)
    assert (second.text, second.state) == ("Half of the", "interrupted")
    rig.model.script = [" end."]
    third = (await gather(rig.turns.go_on(session)))[-1]
    assert isinstance(third, Replied)
    assert (third.text, third.state) == ("Half of the end.", "complete")
    assert rig.model.prompts[-1].continues == "Half of the"


@pytest.mark.parametrize("script", [[ModelError("network", "no route", remedy="check it")], []])
async def test_a_rest_that_does_not_come_leaves_everything_as_it_was(rig: Rig, script: list[str | Exception]) -> None:
    session, _ = await broken_off(rig)
    before = await texts(rig, session)
    rig.model.script = list(script)
    failed = (await gather(rig.turns.go_on(session)))[-1]
    assert isinstance(failed, Failed)
    assert await texts(rig, session) == before
    rig.model.script = [" it."]
    assert isinstance((await gather(rig.turns.go_on(session)))[-1], Replied)


async def test_a_rest_that_is_stopped_keeps_what_is_new(rig: Rig) -> None:
    session, _ = await broken_off(rig)
    rig.model.script = [" the", asyncio.Event()]
    events = rig.turns.go_on(session)
    async for event in events:
        if isinstance(event, Piece) and event.text.endswith(" the"):
            assert rig.turns.stop(session)
    assert (await texts(rig, session))[-1] == ("assistant", "Half of the", "interrupted")


async def test_what_the_first_part_rests_on_the_whole_rests_on(rig: Rig) -> None:
    told = await rig.open_session()
    await gather(rig.turns.say(told, "My sister Nora lives in Lisbon", None))
    question = await rig.open_session()
    replied = (await gather(rig.turns.say(question, "Where does my sister live?", None)))[-1]
    assert isinstance(replied, Replied)
    [source] = replied.sources
    answer = Answer(b"q" * 32, over=b"r" * 32, begun="x", sources=(bytes.fromhex(source.message_id),))
    closed = Reply(question, answer, "m").close([b"s" * 32], State.COMPLETE)
    assert closed.meta.sources == (bytes.fromhex(source.message_id), b"s" * 32)
    assert closed.text == "x"


async def test_only_a_last_reply_that_was_interrupted_is_continued(rig: Rig) -> None:
    session = await rig.open_session()
    with pytest.raises(Conflict, match="no reply to continue"):
        await gather(rig.turns.go_on(session))
    rig.model.script = ["Whole."]
    await gather(rig.turns.say(session, "Speak", None))
    with pytest.raises(Conflict, match="came to its end") as caught:
        await gather(rig.turns.go_on(session))
    assert caught.value.code == "nothing_to_continue"
    rig.model.script = [ModelError("network", "gone")]
    await gather(rig.turns.say(session, "And?", None))
    with pytest.raises(Conflict, match="no reply to continue"):
        await gather(rig.turns.go_on(session))
    ended, _ = await broken_off(rig)
    await rig.ledger.append(jobs.end(ended))
    with pytest.raises(Conflict, match="has ended"):
        await gather(rig.turns.go_on(ended))


async def test_one_reply_at_a_time_is_continued(rig: Rig) -> None:
    session, _ = await broken_off(rig)
    hold = asyncio.Event()
    rig.model.script = [" the", hold, " end"]
    events = rig.turns.go_on(session)
    await anext(events)
    with pytest.raises(Conflict, match="being written"):
        await gather(rig.turns.go_on(session))
    hold.set()
    assert isinstance((await gather(events))[-1], Replied)
    assert len(rig.model.prompts) == 2


def known(role: Role, text: str | None = "x", *, interrupted: bool = False) -> Known:
    return Known(b"1" * 32, role, text, interrupted)


@pytest.mark.parametrize(
    ("text", "code"), [(None, "nothing_to_continue"), ("x" * core.REPLY_BYTES_MAX, "too_long"), ("x", None)]
)
def test_erased_and_full_replies_are_not_continued(text: str | None, code: str | None) -> None:
    leaf = known(Role.ASSISTANT, text, interrupted=True)
    decided = core.go_on(Facts(b"s" * 16, leaf=leaf, leaf_parent=known(Role.USER)))
    if code is None:
        assert decided == Answer(b"1" * 32, over=b"1" * 32, begun="x")
    else:
        assert isinstance(decided, Refused)
        assert decided.code == code


def test_what_others_brought_in_is_not_continued() -> None:
    leaf = known(Role.ASSISTANT, interrupted=True)
    assert isinstance(core.go_on(Facts(b"s" * 16, leaf=leaf, leaf_parent=known(Role.TOOL))), Refused)
