"""Is a prompt that was thought about while its question was being recorded the one that it would be afterwards?"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import memory, views
from ccnode.store import turns as jobs
from ccnode.store.search import Searcher
from ccnode_protocol.records import Mark
from tests.daemon.test_prompting import say
from tests.daemon.test_turns import gather

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.store.transaction import Transaction
    from tests.daemon.conftest import Rig

ASKED = "When does the ferry leave?"


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that memory was searched for."""
    asked: list[str] = []
    recall_at = Searcher.recall_at

    def noting(searcher: Searcher, question: str, *rest: Any, **more: Any) -> Any:
        found = recall_at(searcher, question, *rest, **more)
        asked.append(question)
        return found

    monkeypatch.setattr(Searcher, "recall_at", noting)
    return asked


async def told(rig: Rig) -> bytes:
    """Something to be recalled: the digest of its message."""
    session = await rig.open_session()
    return bytes.fromhex((await say(rig, session, "My ferry to Naxos leaves on Thursday.")).user_message_id)


async def ask_behind(rig: Rig, session: bytes, looked: list[str], change: Callable[[Transaction], object]) -> list[Any]:
    """Ask while the writer is busy with a change, which it makes only when the prompt was thought about."""
    go = threading.Event()

    def job(tx: Transaction) -> None:
        go.wait(30)
        change(tx)

    busy = asyncio.ensure_future(rig.ledger.append(job))
    asked = asyncio.ensure_future(gather(rig.turns.say(session, ASKED, None)))
    async with asyncio.timeout(20):
        while ASKED not in looked:  # noqa: ASYNC110  # it does not call back
            await asyncio.sleep(0.01)
    assert len(rig.model.prompts) == 1  # the one of what was told
    assert await rig.readers.run(views.branch(session)) == []
    go.set()
    await busy
    return await asked


async def test_nothing_reaches_the_model_before_the_question_is_recorded(rig: Rig, looked: list[str]) -> None:
    await told(rig)
    session = await rig.open_session()
    await ask_behind(rig, session, looked, lambda _: None)
    assert [one.content for one in rig.model.prompts[-1].recalled] == ["My ferry to Naxos leaves on Thursday."]
    assert rig.model.prompts[-1].messages[-1].content == ASKED
    assert looked.count(ASKED) == 1  # what was foreseen held


async def test_what_was_recorded_in_between_counts(rig: Rig, looked: list[str]) -> None:
    ferry = await told(rig)
    session = await rig.open_session()
    await ask_behind(rig, session, looked, memory.mark(ferry, Mark.DISABLED))
    assert rig.model.prompts[-1].recalled == ()
    assert looked.count(ASKED) == 2


async def test_the_prompt_is_the_one_that_is_made_of_the_recorded_question(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ccnode.daemon.prompting import Foreseen

    await told(rig)
    prompts = []
    for holds in (True, False):
        session = await rig.open_session("A journey")
        await say(rig, session, "I am packing.")
        if not holds:
            monkeypatch.setattr(Foreseen, "holds", lambda *_: False)
        await say(rig, session, ASKED)
        prompts.append(rig.model.prompts[-1])
    foreseen, afterwards = prompts
    assert foreseen.recalled[0].content == afterwards.recalled[0].content == "My ferry to Naxos leaves on Thursday."
    assert [(one.role, one.content) for one in foreseen.messages] == [
        (one.role, one.content) for one in afterwards.messages
    ]
    assert foreseen.system == afterwards.system


async def test_a_question_that_is_refused_leaves_nothing_behind(rig: Rig) -> None:
    await told(rig)
    session = await rig.open_session()
    await rig.ledger.append(jobs.end(session))
    with pytest.raises(Exception, match="ended"):
        await gather(rig.turns.say(session, ASKED, None))
    assert len(rig.model.prompts) == 1
