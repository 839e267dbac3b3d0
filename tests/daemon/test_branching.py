"""Are branches made, answered, compared and brought together in a running node, and is nothing brought in twice?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccnode import clock
from ccnode.api.events import Failed, Replied
from ccnode.models.anthropic_request import build_request
from ccnode.models.embedded import EmbeddedModel
from ccnode.reference import charvec1
from ccnode.store import branching, memory, prompt_shapes, views
from ccnode.store import turns as jobs
from ccnode.store.errors import Conflict
from ccnode_protocol import records

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccnode.api.events import TurnEvent
    from tests.daemon.conftest import Rig


async def final(events: AsyncIterator[TurnEvent]) -> Replied:
    last = [event async for event in events][-1]
    assert isinstance(last, Replied), last
    return last


async def say(rig: Rig, session: bytes, text: str, reply: str) -> Replied:
    rig.model.script = [reply]
    return await final(rig.turns.say(session, text, None))


async def fork(rig: Rig, message_id: str) -> bytes:
    return await rig.ledger.append(jobs.open_session(None, bytes.fromhex(message_id)))


async def merge(rig: Rig, into: bytes, *others: bytes, wish: str | None = None, reply: str = "Both hold.") -> Replied:
    rig.model.script = [reply]
    return await final(rig.turns.merge(into, others, wish))


@pytest.fixture
async def trip(rig: Rig) -> tuple[bytes, bytes, bytes]:
    """A trunk and two branches of it; the second begins within the first one."""
    trunk = await rig.open_session("trip")
    root = await say(rig, trunk, "We go on a trip.", "Where to?")
    await say(rig, trunk, "To the sea, by train.", "By train, good.")
    hills = await fork(rig, root.message_id)
    first = await say(rig, hills, "To the hills, by car.", "By car, fine.")
    lake = await fork(rig, first.user_message_id)  # from a question, which is then answered in both
    rig.model.script = ["A lake is there, too."]
    await final(rig.turns.resume(lake))
    await say(rig, lake, "We stay at the lake.", "Good.")
    return trunk, hills, lake


async def test_a_branch_begins_at_any_message_and_both_are_answered(rig: Rig, trip: tuple[bytes, ...]) -> None:
    trunk, hills, lake = trip
    texts = [[one.text for one in await rig.readers.run(views.branch(session))] for session in trip]
    start = ["We go on a trip.", "Where to?"]
    assert texts[0] == [*start, "To the sea, by train.", "By train, good."]
    assert texts[1] == [*start, "To the hills, by car.", "By car, fine."]
    assert texts[2] == [*start, "To the hills, by car.", "A lake is there, too.", "We stay at the lake.", "Good."]
    found = await rig.readers.run(branching.tree(hills))
    assert len(found.messages) == 9
    assert {head.session.session for head in found.heads} == set(trip)
    empty = await fork(rig, found.messages[-1].digest.hex())  # nothing is said in it yet
    heads = {head.session.session: head.leaf for head in (await rig.readers.run(branching.tree(trunk))).heads}
    assert heads[empty] == heads[lake] == found.messages[-1].digest
    # Going on in one leaves the others as they are.
    await say(rig, hills, "And hike.", "Take boots.")
    again = [[one.text for one in await rig.readers.run(views.branch(session))] for session in (trunk, lake)]
    assert again == [texts[0], texts[2]]


async def test_two_branches_are_compared(rig: Rig, trip: tuple[bytes, ...]) -> None:
    path = rig.ledger_path
    found = branching.compared(path, trip[0], trip[2], charvec1())
    assert [one.text for one in found.parted.common] == ["We go on a trip.", "Where to?"]
    assert (len(found.parted.left), len(found.parted.right)) == (2, 4)
    assert (found.characters.rms, found.characters.ccc) == (None, None)
    assert getattr(found.characters.left, "have", None) == 3
    mild = "Perhaps we could see the small harbour, you and I, because it is near. "
    stern = "Absolutely not! Never. Go, list it: wool, rope, salt and seven apples. "
    for session, word in ((trip[0], mild), (trip[2], stern)):
        await say(rig, session, "Tell me more.", word * 90)
    told = branching.compared(path, trip[0], trip[2], charvec1()).characters
    assert told.rms is not None
    assert told.rms > 0
    assert told.ccc is not None
    assert told.ccc < 1_000_000
    same = branching.compared(path, trip[0], trip[0], charvec1())
    assert same.parted.left == same.parted.right == ()


async def test_branches_are_brought_together(rig: Rig, trip: tuple[bytes, ...]) -> None:
    trunk, hills, lake = trip
    heads = [(await rig.readers.run(views.branch(session)))[-1].digest for session in trip]
    merged = await merge(rig, trunk, hills, lake, wish="Which one is cheaper?")
    prompt = rig.model.prompts[-1]
    assert prompt.messages[-1].content.startswith("Which one is cheaper?")
    said = [one.content for one in prompt.recalled]
    assert said == [
        "To the hills, by car.",  # once, though two branches hold it
        "By car, fine.",
        "A lake is there, too.",
        "We stay at the lake.",
        "Good.",
    ]
    assert "We go on a trip." not in said, "what they share is there already"
    assert [(one.here, len(one.said)) for one in prompt.branches] == [(True, 2), (False, 2), (False, 4)]
    recorded = await rig.readers.run(views.message(bytes.fromhex(merged.message_id)))
    assert recorded.sources[:3] == tuple(heads), "and then what the model cites"
    assert [bytes.fromhex(one.message_id) for one in merged.sources] == list(recorded.sources)
    request = build_request(prompt)
    asked = str(request.messages[-1]["content"])
    assert "(recalled, not instructions)" in asked
    assert "| To the hills, by car." in asked
    assert "hills" not in str(request.system)
    # The others stay as they are; the same heads merge once, in any order, whatever was said in this one since.
    before = await rig.readers.run(views.statistics())
    assert (await merge(rig, trunk, lake, hills)).message_id == merged.message_id
    assert (await rig.readers.run(views.statistics())).messages == before.messages
    await say(rig, trunk, "Then by train.", "By train.")
    assert (await merge(rig, trunk, hills, lake)).message_id == merged.message_id
    await say(rig, lake, "It rains.", "Oh.")
    assert (await merge(rig, trunk, hills, lake)).message_id != merged.message_id


async def test_a_merge_keeps_to_the_budget_of_a_prompt(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig.turns._prompting, "_budget", 4_000)
    monkeypatch.setattr(rig.model, "guided", True, raising=False)
    trunk = await rig.open_session("trip")
    root = await say(rig, trunk, "We go on a trip.", "Where to?")
    await say(rig, trunk, "To the sea. " * 4_200, "By train, good.")
    hills = await fork(rig, root.message_id)
    await say(rig, hills, "To\nthe\nhills. " * 4_200, "By car, fine.")
    merged = await merge(rig, trunk, hills)
    context = await rig.readers.run(prompt_shapes.kept(bytes.fromhex(merged.message_id)))
    assert build_request(rig.model.prompts[-1]).tokens <= context["tokens"] <= context["budget_tokens"] == 4_000
    # Of the other branch the newest is whole, and of what is before it the beginning.
    recalled = [part for part in context["parts"] if part["kind"] == "recalled"]
    assert [part["cut"] for part in recalled] == [True, False]
    assert rig.model.prompts[-1].recalled[0].content.endswith(" [...]")
    assert ("conversation", "budget") in [(one["kind"], one["why"]) for one in context["left_out"]]


async def test_a_merge_that_has_no_reply_yet_is_answered_with_its_branches(rig: Rig, trip: tuple[bytes, ...]) -> None:
    rig.model.script = [""]
    last = [event async for event in rig.turns.merge(trip[0], trip[1:2], None)][-1]
    assert isinstance(last, Failed)
    rig.model.script = ["Here it is."]
    resumed = await final(rig.turns.resume(trip[0]))
    assert [one.content for one in rig.model.prompts[-1].recalled] == ["To the hills, by car.", "By car, fine."]
    heads = [(await rig.readers.run(views.branch(trip[1])))[-1].digest.hex()]
    assert [one.message_id for one in resumed.sources][1:2] == heads
    anew = await final(rig.turns.regenerate(trip[0]))
    assert [one.message_id for one in anew.sources] == [one.message_id for one in resumed.sources]


async def test_what_is_forgotten_or_disabled_is_not_brought_in(rig: Rig, trip: tuple[bytes, ...]) -> None:
    trunk, hills, lake = trip
    path = await rig.readers.run(views.branch(lake))
    stay, good = path[-2], path[-1]
    await rig.ledger.append(memory.forget(stay.digest, clock.now_ms()))
    await rig.ledger.append(memory.mark(path[-3].digest, records.Mark.DISABLED))
    merged = await merge(rig, trunk, lake)
    said = [one.content for one in rig.model.prompts[-1].recalled]
    assert said == ["To the hills, by car."], "a reply to what is forgotten is left out as well"
    recorded = await rig.readers.run(views.message(bytes.fromhex(merged.message_id)))
    assert good.digest not in recorded.sources
    await rig.ledger.append(jobs.forget(hills, clock.now_ms()))
    with pytest.raises(Conflict, match="to be forgotten"):
        await merge(rig, trunk, hills)


async def test_what_cannot_be_brought_together_says_why(rig: Rig, trip: tuple[bytes, ...]) -> None:
    with pytest.raises(Conflict, match="no other branch"):
        await merge(rig, trip[0], trip[0])
    path = await rig.readers.run(views.branch(trip[0]))
    same = await fork(rig, path[1].digest.hex())
    with pytest.raises(Conflict, match="nothing of its own"):
        await merge(rig, trip[0], same)
    assert (await merge(rig, same, trip[0])).state == "complete"  # but much can be brought into it


async def test_the_embedded_model_puts_the_branches_side_by_side(rig: Rig, trip: tuple[bytes, ...]) -> None:
    rig.turns._model = EmbeddedModel
    merged = await merge(rig, trip[0], trip[1])
    assert '"To the hills, by car."' in merged.text
    assert '"To the sea, by train."' in merged.text
    heads = [(await rig.readers.run(views.branch(session))) for session in trip[:2]]
    assert heads[1][-1].digest.hex() in [one.message_id for one in merged.sources]
    assert "Branch 2" in merged.text
