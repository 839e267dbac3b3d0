"""Does what is remembered in other words take effect in the next prompt, once, with its source, and go with it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode import clock
from ccnode.api.events import Replied
from ccnode.models.embedded import EmbeddedModel
from ccnode.store import memory, notes, prompt_shapes, views
from ccnode_protocol.records import Mark

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccnode.api.events import TurnEvent
    from tests.daemon.conftest import Rig

CAT, LUNA = "My cat is called Mia.", "My cat is called Luna."
ASKED = "What is my cat called?"


async def final(events: AsyncIterator[TurnEvent]) -> Replied:
    last = [event async for event in events][-1]
    assert isinstance(last, Replied), last
    return last


async def shown(rig: Rig, question: str = ASKED) -> list[str]:
    """What a new conversation would be shown beside its question."""
    await final(rig.turns.say(await rig.open_session(), question, None))
    prompt = rig.model.prompts[-1]
    assert len(prompt.messages) == 1
    return [one.content for one in prompt.recalled] + [one.content for one in prompt.summaries]


async def test_the_next_prompt_has_the_note_and_not_the_message(rig: Rig) -> None:
    session = await rig.open_session()
    rig.model.script = ["Mia, noted."]
    told = await final(rig.turns.say(session, CAT, None))
    cat = bytes.fromhex(told.user_message_id)
    await rig.ledger.append(notes.keep(cat, LUNA))
    rig.model.script = ["Luna."]
    seen = await shown(rig)
    assert sum("Luna" in text for text in seen) >= 1
    assert sum(text == LUNA for text in seen) == 1, "recalled once"
    assert not any("Mia" in text for text in seen), "nor the reply that says the former words, nor an extract"
    assert [one.message_id for one in rig.model.prompts[-1].recalled if one.content == LUNA] == [cat.hex()]
    # In its own conversation it stands in the message's place.
    answer = await final(rig.turns.say(session, ASKED, None))
    said = [one.content for one in rig.model.prompts[-1].messages]
    assert said == [LUNA, ASKED]
    assert not any(one.content == LUNA for one in rig.model.prompts[-1].recalled), "not twice"
    # What entered the prompt is shown as it was then, also once it is remembered otherwise.
    await rig.ledger.append(notes.keep(cat, "My cat is called Nero."))
    context = await rig.readers.run(prompt_shapes.kept(bytes.fromhex(answer.message_id)))
    lines = [line for part in context["parts"] for line in part.get("messages", [])]
    assert [line["text"] for line in lines] == [LUNA]


async def test_disabling_and_forgetting_take_effect_in_the_next_prompt(rig: Rig) -> None:
    told = await final(rig.turns.say(await rig.open_session(), CAT, None))
    cat = bytes.fromhex(told.user_message_id)
    note = await rig.ledger.append(notes.keep(cat, LUNA))
    assert LUNA in await shown(rig)
    await rig.ledger.append(memory.mark(cat, Mark.DISABLED))
    assert not {CAT, LUNA}.intersection(await shown(rig))
    await rig.ledger.append(memory.mark(cat, Mark.NONE))
    await rig.ledger.append(memory.forget(cat, clock.now_ms()))
    assert not {CAT, LUNA}.intersection(await shown(rig))
    await rig.ledger.append(memory.undo_forget(cat, clock.now_ms()))
    assert LUNA in await shown(rig)
    await rig.ledger.append(notes.forget(note, clock.now_ms()))
    assert CAT in await shown(rig)
    assert LUNA not in await shown(rig)


async def test_the_embedded_model_says_the_note_and_cites_the_message(rig: Rig) -> None:
    told = await final(rig.turns.say(await rig.open_session(), CAT, None))
    await rig.ledger.append(notes.keep(bytes.fromhex(told.user_message_id), LUNA))
    rig.turns._model = EmbeddedModel
    answer = await final(rig.turns.say(await rig.open_session(), ASKED, None))
    assert "Luna" in answer.text
    assert "Mia" not in answer.text
    assert [one.message_id for one in answer.sources] == [told.user_message_id]
    assert (answer.sources[0].text, answer.sources[0].note) == (CAT, LUNA)
    recorded = await rig.readers.run(views.message(bytes.fromhex(answer.message_id)))
    assert recorded.sources == (bytes.fromhex(told.user_message_id),)
