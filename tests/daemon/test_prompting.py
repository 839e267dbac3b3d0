"""A prompt that is made while its question is still being recorded, and all that can come between the two."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from ccnode import clock
from ccnode.api.events import Accepted, Replied
from ccnode.core.turns import Answer
from ccnode.daemon import prompting, turns
from ccnode.store import ground, memory, views
from ccnode.store import turns as jobs
from ccnode.store.errors import Conflict, NotFound, StoreBusy
from ccnode.store.index import Index
from ccnode_crypto.errors import EncodingError
from ccnode_protocol.records import Mark
from tests.daemon.conftest import ScriptedModel
from tests.daemon.test_turns import gather, texts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ccnode.store.ledger import Job
    from tests.daemon.conftest import Rig

TOLD = "My sister Nora lives in Lisbon"
ASKED = "Where does my sister live?"


def hold_finding(rig: Rig, patch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """What is found for a question is held back: (it is found, it may go on)."""
    found, go_on, find = threading.Event(), threading.Event(), rig.turns._prompting._find

    def held(*given: Any) -> Any:
        result = find(*given)
        found.set()
        assert go_on.wait(10)
        return result

    patch.setattr(rig.turns._prompting, "_find", held)
    return found, go_on


def before_recording(rig: Rig, patch: pytest.MonkeyPatch, first: Callable[[], Awaitable[None]]) -> None:
    """Something happens between the finding for the next question and its recording; once."""
    append, find, found = rig.ledger.append, rig.turns._prompting._find, threading.Event()
    waits = [True]

    def finding(*given: Any) -> Any:
        try:
            return find(*given)
        finally:
            found.set()

    async def later(job: Job[Any]) -> Any:
        if waits:
            waits.clear()
            assert await asyncio.to_thread(found.wait, 10)
            await first()
        return await append(job)

    patch.setattr(rig.turns._prompting, "_find", finding)
    patch.setattr(rig.ledger, "append", later)


async def test_who_asked_is_told_while_the_prompt_is_still_made(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await rig.open_session()
    _, go_on = hold_finding(rig, monkeypatch)
    events = rig.turns.say(session, "hello", None)
    assert isinstance(await anext(events), Accepted)
    assert not rig.model.prompts
    go_on.set()
    assert isinstance((await gather(events))[-1], Replied)


async def test_it_is_the_prompt_that_is_made_once_the_question_is_recorded(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a memory, a conversation before the question, and one that begins."""
    monkeypatch.setattr(rig.model, "cites", False)
    await gather(rig.turns.say(await rig.open_session(), TOLD, None))
    here = await rig.open_session()
    for text in ("Good morning", ASKED, "And what is my sister's name?"):
        accepted = (await gather(rig.turns.say(here, text, None)))[0]
        assert isinstance(accepted, Accepted)
        answer = Answer(bytes.fromhex(accepted.message_id))
        again = await rig.turns._prompting.prepare(rig.model, answer, rig.turns._output_tokens_max)
        assert rig.model.prompts[-1] == again.built.prompt
    assert [one.content for one in rig.model.prompts[-1].recalled] == [TOLD]
    assert [one.content for one in rig.model.prompts[-1].messages][0::2] == ["Good morning", ASKED, text]


async def test_it_is_what_a_preview_shows(rig: Rig) -> None:
    await gather(rig.turns.say(await rig.open_session(), TOLD, None))
    session = await rig.open_session()
    shown = await rig.turns.preview(ASKED, session)
    await gather(rig.turns.say(session, ASKED, None))
    recalled = [
        [source["message_id"] for source in part["sources"]] for part in shown["parts"] if part["kind"] == "recalled"
    ]
    assert [[one.message_id] for one in rig.model.prompts[-1].recalled] == recalled
    assert recalled


async def test_a_question_that_comes_after_something_else_gets_a_prompt_with_that(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await rig.open_session()
    await gather(rig.turns.say(session, "Good morning", None))
    append = rig.ledger.append

    async def said_meanwhile() -> None:
        await append(jobs.ask(session, TOLD, None))

    before_recording(rig, monkeypatch, said_meanwhile)
    await gather(rig.turns.say(session, ASKED, None))
    assert [one.content for one in rig.model.prompts[-1].messages] == ["Good morning", "Hello there", TOLD, ASKED]


async def test_the_first_question_of_a_session_that_another_took_first(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, append = await rig.open_session(), rig.ledger.append

    async def said_meanwhile() -> None:
        await append(jobs.ask(session, TOLD, None))

    before_recording(rig, monkeypatch, said_meanwhile)
    await gather(rig.turns.say(session, ASKED, None))
    assert [one.content for one in rig.model.prompts[-1].messages] == [TOLD, ASKED]


async def test_what_is_asked_again_with_its_key_is_prepared_anew(rig: Rig) -> None:
    session = await rig.open_session()
    rig.model.script = [StoreBusy("no reply")]
    await gather(rig.turns.say(session, ASKED, "k"))
    rig.model.script = ["Lisbon"]
    assert isinstance((await gather(rig.turns.say(session, ASKED, "k")))[-1], Replied)
    assert [one.content for one in rig.model.prompts[-1].messages] == [ASKED]
    assert await texts(rig, session) == [("user", ASKED), ("assistant", "Lisbon")]


@pytest.mark.parametrize(
    ("text", "error"),
    [("", Conflict), ("   ", Conflict), ("x" * 2**21, Conflict), ("\ud800", EncodingError)],
    ids=["empty", "blank", "too long", "no text"],
)
async def test_what_is_not_recorded_leaves_nothing_behind(rig: Rig, text: str, error: type[Exception]) -> None:
    session = await rig.open_session()
    with pytest.raises(error):
        await gather(rig.turns.say(session, text, None))
    async with asyncio.timeout(10):
        while rig.turns._tasks:  # noqa: ASYNC110  # tasks do not call back
            await asyncio.sleep(0.01)
    assert not rig.model.prompts
    assert await texts(rig, session) == []


async def test_no_such_session(rig: Rig) -> None:
    with pytest.raises(NotFound):
        await gather(rig.turns.say(bytes(16), "hello", None))
    await rig.turns.close()  # which waits for whatever is still being prepared
    assert not rig.turns._tasks


async def test_whoever_goes_while_the_question_is_recorded_holds_no_thread(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, stuck = await rig.open_session(), asyncio.Event()

    async def never(job: Job[Any]) -> Any:
        stuck.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(rig.ledger, "append", never)
    asking = asyncio.create_task(gather(rig.turns.say(session, "hello", None)))
    await stuck.wait()
    asking.cancel()
    async with asyncio.timeout(10):
        while rig.turns._tasks:  # noqa: ASYNC110  # tasks do not call back
            await asyncio.sleep(0.01)


async def test_where_looking_ahead_fails_the_prompt_is_made_as_before(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, find, failed = await rig.open_session(), rig.turns._prompting._find, list[int]()

    def fails_once(*given: Any) -> Any:
        if not failed:
            failed.append(1)
            raise Conflict("the disk was away for a moment")
        return find(*given)

    monkeypatch.setattr(rig.turns._prompting, "_find", fails_once)
    assert isinstance((await gather(rig.turns.say(session, ASKED, None)))[-1], Replied)
    assert [one.content for one in rig.model.prompts[-1].messages] == [ASKED]


async def test_a_model_that_is_changed_meanwhile_gets_a_prompt_of_its_own(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, other = await rig.open_session(), ScriptedModel()
    models = [rig.model, other]
    monkeypatch.setattr(rig.turns, "_model", lambda: models.pop(0) if len(models) > 1 else models[0])
    prepare, asked = rig.turns._prompting.prepare, list[object]()

    async def prepared(model: Any, *given: Any) -> Any:
        asked.append(model)
        return await prepare(model, *given)

    monkeypatch.setattr(rig.turns._prompting, "prepare", prepared)
    assert isinstance((await gather(rig.turns.say(session, ASKED, None)))[-1], Replied)
    assert asked == [other]
    assert len(other.prompts) == 1
    assert not rig.model.prompts


# --- what the next question follows, read before it comes ---


def count_readings(rig: Rig, patch: pytest.MonkeyPatch) -> list[bytes | None]:
    """The sessions whose ground is read, one for each time."""
    read: list[bytes | None] = []
    preview = ground.preview

    def counted(session: bytes | None) -> Any:
        read.append(session)
        return preview(session)

    patch.setattr(ground, "preview", counted)
    return read


def index_anew(rig: Rig) -> None:
    """Make the index, in another file where there was one."""
    path = rig.ledger_path.with_name("index.sqlite")
    if path.exists():
        path.rename(path.with_suffix(".old"))
    index = Index(path, rig.ledger_path, lambda _: None)
    while index.catch_up():
        pass
    index.close()


async def foresee(rig: Rig) -> None:
    """As after a turn, once what follows it is done."""
    index_anew(rig)
    rig.turns.settled()
    async with asyncio.timeout(10):
        while rig.turns._prompting._foreseen is None:  # noqa: ASYNC110 -- it calls nobody back
            await asyncio.sleep(0.005)


async def ask_foreseen(rig: Rig, patch: pytest.MonkeyPatch, session: bytes) -> list[Any]:
    """Ask; it is looked at what the question follows before it is recorded. A busy machine may turn these round."""

    async def nothing_else() -> None:
        pass

    with patch.context() as this_once:
        before_recording(rig, this_once, nothing_else)
        return await gather(rig.turns.say(session, ASKED, None))


async def whole_turn(rig: Rig, session: bytes, text: str) -> None:
    await gather(rig.turns.say(session, text, None))
    await rig.turns.spawning.settled()


async def test_what_the_next_question_follows_is_read_before_it_comes(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await rig.open_session()
    await whole_turn(rig, session, "Good morning")
    read = count_readings(rig, monkeypatch)
    await foresee(rig)
    assert read == [session]
    (accepted, *_) = await ask_foreseen(rig, monkeypatch, session)
    assert read == [session]
    assert isinstance(accepted, Accepted)
    answer = Answer(bytes.fromhex(accepted.message_id))
    again = await rig.turns._prompting.prepare(rig.model, answer, rig.turns._output_tokens_max)
    assert rig.model.prompts[-1] == again.built.prompt
    assert [one.content for one in rig.model.prompts[-1].messages] == ["Good morning", "Hello there", ASKED]


async def test_so_is_what_the_first_question_of_a_new_session_stands_on(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await whole_turn(rig, await rig.open_session(), TOLD)
    session = await rig.open_session()
    index_anew(rig)
    fresh = await rig.turns.preview(ASKED, session)
    read = count_readings(rig, monkeypatch)
    rig.turns.opened(session)
    async with asyncio.timeout(10):
        while rig.turns._prompting._foreseen is None:  # noqa: ASYNC110 -- as above
            await asyncio.sleep(0.005)
    assert await rig.turns.preview(ASKED, session) == fresh
    await ask_foreseen(rig, monkeypatch, session)
    assert read == [session]
    assert [each.content for each in rig.model.prompts[-1].summaries]


async def test_a_preview_is_the_same_with_what_was_read_before(rig: Rig) -> None:
    session = await rig.open_session()
    await whole_turn(rig, session, TOLD)
    fresh = await rig.turns.preview(ASKED, session)
    await foresee(rig)
    assert await rig.turns.preview(ASKED, session) == fresh
    assert await rig.turns.preview(ASKED, None) != fresh


@pytest.mark.parametrize("what", ["said elsewhere", "disabled", "forgotten", "another session", "the index anew"])
async def test_whatever_is_written_has_it_read_anew(rig: Rig, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    session, other = await rig.open_session(), await rig.open_session()
    await whole_turn(rig, session, TOLD)
    await foresee(rig)
    read = count_readings(rig, monkeypatch)
    told = (await rig.readers.run(views.branch(session)))[0].digest
    if what == "said elsewhere":
        await rig.ledger.append(jobs.ask(other, "Good morning", None))
    elif what == "disabled":
        await rig.ledger.append(memory.mark(told, Mark.DISABLED))
    elif what == "forgotten":
        await rig.ledger.append(memory.forget(told, clock.now_ms()))
    elif what == "the index anew":
        index_anew(rig)
    here = other if what == "another session" else session
    await ask_foreseen(rig, monkeypatch, here)
    assert read == [here]
    shown = [one.content for one in rig.model.prompts[-1].messages]
    assert (TOLD in shown) == (what in ("said elsewhere", "the index anew"))


async def test_nothing_of_it_is_kept_once_something_is_erased(rig: Rig) -> None:
    session = await rig.open_session()
    await whole_turn(rig, session, TOLD)
    await foresee(rig)
    rig.turns.forget_read()
    assert rig.turns._prompting._foreseen is None
    assert isinstance((await gather(rig.turns.say(session, ASKED, None)))[-1], Replied)


async def test_nor_of_what_is_just_being_read_then(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await rig.open_session()
    await whole_turn(rig, session, TOLD)
    index_anew(rig)
    prompts, read = rig.turns._prompting, rig.turns._prompting._foresee

    def erased_meanwhile(*given: Any) -> Any:
        found = read(*given)
        assert found is not None
        rig.turns.forget_read()
        return found

    monkeypatch.setattr(prompts, "_foresee", erased_meanwhile)
    await asyncio.to_thread(prompts.foresee, session)
    assert prompts._foreseen is None


async def test_a_conversation_that_is_too_long_is_not_kept(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompting, "FORESEEN_CHARS_MAX", 20)
    session = await rig.open_session()
    await whole_turn(rig, session, TOLD)
    index_anew(rig)
    await asyncio.to_thread(rig.turns._prompting.foresee, session)
    assert rig.turns._prompting._foreseen is None


async def test_nothing_is_read_while_a_reply_is_written_or_before_any_turn(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = count_readings(rig, monkeypatch)
    rig.turns.settled()
    session = await rig.open_session()
    found, go_on = hold_finding(rig, monkeypatch)
    events = rig.turns.say(session, "hello", None)
    await anext(events)
    assert await asyncio.to_thread(found.wait, 10)
    rig.turns._last = session, clock.elapsed_s()
    rig.turns.settled()
    await asyncio.sleep(0.05)
    assert read == [session]  # for the question
    go_on.set()
    await gather(events)


async def test_a_node_at_rest_reads_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await whole_turn(rig, await rig.open_session(), TOLD)
    read = count_readings(rig, monkeypatch)
    monkeypatch.setattr(turns, "FORESEEN_FOR_S", 0.0)
    rig.turns.settled()
    await asyncio.sleep(0.05)
    assert not read


async def test_where_it_cannot_be_read_nothing_is_lost(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await rig.open_session()
    await whole_turn(rig, session, TOLD)

    def fails(_session: bytes) -> None:
        raise StoreBusy("the disk is busy")

    monkeypatch.setattr(rig.turns._prompting, "foresee", fails)
    rig.turns.settled()
    await asyncio.sleep(0.05)
    assert isinstance((await gather(rig.turns.say(session, ASKED, None)))[-1], Replied)
