"""Does the model that answers pass only as the assistant of the plate, and is nothing of it ever remembered?"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from ccnode import clock
from ccnode.api.errors import ApiError
from ccnode.daemon import validating
from ccnode.daemon.validating import Validating
from ccnode.mind import answering
from ccnode.mind.plate import ASKED_ABOUT, starting
from ccnode.mind.prompt_types import Prompt, PromptMessage, system_text
from ccnode.models.base import Delta, Finished, ModelError
from ccnode.models.embedded import EmbeddedModel
from ccnode.store import memory, plates, validations, views
from ccnode.store import turns as jobs
from ccnode.store.errors import Conflict, NotFound
from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import records
from ccnode_protocol.records import Mark
from tests.daemon.test_turns import gather
from tests.models.anthropic_node import Node
from tests.models.wire_server import WireServer, answer, failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aiohttp import web

    from ccnode.models.base import ModelAdapter, Notice
    from tests.daemon.conftest import Rig

OWNER = SigningKey(b"owner" + bytes(27))
OLD = starting("Ada")
NEW = (
    OLD.replace("Ada", "Grace").replace("curious", "bold").replace("**owner**, one person", "**admiral**, at sea")
    .replace("**useful** and **truthful**", "**fast**")
)  # fmt: skip


async def keep(rig: Rig, text: str) -> None:
    """Make a text the plate, by the word of this node's owner."""
    paper = certify(OWNER, rig.ledger.chains.key.public.raw, 0)
    await rig.ledger.append(lambda tx: tx.append(records.node_certified(paper.body, paper.signature)))
    current = await rig.readers.run(plates.plate_in_force())
    last = await rig.readers.run(plates.last_issued())
    await rig.ledger.append(plates.keep(plates.stated(OWNER, text, current, last, 5), text))


class Answering:
    """Says to each question what `answer` gives; notes the prompts."""

    name = "scripted/2"

    def __init__(self, answer: Callable[[Prompt, int], str | Exception]) -> None:
        self.answer = answer
        self.prompts: list[Prompt] = []
        self.closed = 0

    async def stream(
        self,
        prompt: Prompt,
        *,
        status: Callable[[Notice], None] | None = None,
    ) -> AsyncIterator[Delta | Finished]:
        self.prompts.append(prompt)
        said = self.answer(prompt, len(self.prompts))
        try:
            if isinstance(said, Exception):
                raise said
            for at in range(0, len(said), 7):
                yield Delta(said[at : at + 7])
                await asyncio.sleep(0)
            yield Finished(self.name, "end")
        finally:
            self.closed += 1

    async def close(self) -> None:
        pass


def from_plate(text: str) -> Callable[[Prompt, int], str]:
    """A model that knows one plate, whatever it is given."""
    return lambda prompt, _: answering.reply_to(Prompt(system_text(text), prompt.messages[-1:], prompt.recalled)).text


def checking(rig: Rig, model: ModelAdapter) -> Validating:
    return Validating(rig.readers, lambda: model)


async def recorded(rig: Rig) -> tuple[int, int]:
    counts = await rig.readers.run(views.statistics())
    return counts.entries, counts.messages


async def test_the_offline_model_passes_with_the_first_plate(rig: Rig) -> None:
    await keep(rig, OLD)
    before = await recorded(rig)
    found = await checking(rig, EmbeddedModel()).run()
    assert (found["passed"], found["error"], found["model"]) == (True, None, "embedded/1")
    assert found["plate"]["version"] == 1
    assert [one["question"] for one in found["attempts"][0]["answers"]] == list(ASKED_ABOUT)
    assert found["attempts"][0]["right"] == 6
    assert await recorded(rig) == before  # nothing of it is remembered
    json.dumps(found)


async def test_the_fourth_question_is_about_what_was_truly_said(rig: Rig) -> None:
    await keep(rig, OLD)
    session = await rig.open_session()
    await gather(rig.turns.say(session, "My ferry to Naxos leaves on Thursday.", None))
    found = await checking(rig, EmbeddedModel()).run()
    fourth = found["attempts"][0]["answers"][3]
    assert fourth["passed"]
    assert set(fourth["found"]) == {"ferry", "naxos", "leaves", "thursday"}
    liar = Answering(lambda prompt, _: "The beginning." if "breakthrough" in prompt.messages[-1].content else "hm")
    found = await checking(rig, liar).run()
    assert not found["attempts"][0]["answers"][3]["passed"]
    assert [len(prompt.recalled) for prompt in liar.prompts[:6]].count(1) == 1


async def test_what_is_left_out_of_memory_is_not_shown(rig: Rig) -> None:
    await keep(rig, OLD)
    session = await rig.open_session()
    await gather(rig.turns.say(session, "My ferry to Naxos leaves on Thursday.", None))
    question = (await rig.readers.run(views.branch(session)))[0]
    await rig.ledger.append(memory.mark(question.digest, Mark.DISABLED))
    model = Answering(from_plate(OLD))
    assert (await checking(rig, model).run())["passed"]
    assert not any(prompt.recalled for prompt in model.prompts)


@pytest.mark.parametrize("how", ["disabled", "forgotten"])
async def test_what_is_forgotten_later_is_gone_from_what_was_answered(rig: Rig, how: str) -> None:
    """The page went on showing the words until the node was started anew."""
    await keep(rig, OLD)
    session = await rig.open_session()
    await gather(rig.turns.say(session, "My ferry to Naxos leaves on Thursday.", None))
    question = (await rig.readers.run(views.branch(session)))[0]
    checks = checking(rig, EmbeddedModel())
    found = await checks.run()
    assert "Naxos" in str(await checks.last())
    if how == "disabled":
        await rig.ledger.append(memory.mark(question.digest, Mark.DISABLED))
    else:
        await rig.ledger.append(jobs.forget(session, clock.now_ms()))
    after = await checks.last()
    assert after is not None
    assert "naxos" not in str(after).casefold()
    assert [one["passed"] for one in after["attempts"][0]["answers"]] == [True] * 6
    assert after["time"] == found["time"]
    assert await checks.last() == after


async def test_questions_are_asked_side_by_side_under_the_plate(rig: Rig) -> None:
    await keep(rig, OLD)
    waiting, all_there = 0, asyncio.Event()

    class Patient(Answering):
        async def stream(self, prompt: Prompt, **named: Any) -> AsyncIterator[Delta | Finished]:
            nonlocal waiting
            waiting += 1
            if waiting == 6:
                all_there.set()
            await all_there.wait()
            async for event in super().stream(prompt, **named):
                yield event

    model = Patient(from_plate(OLD))
    assert (await checking(rig, model).run())["passed"]
    assert {prompt.system[0].text for prompt in model.prompts} == {OLD}
    assert all(prompt.system[0].stable and len(prompt.messages) == 1 for prompt in model.prompts)


async def test_it_is_asked_anew_at_most_three_times(rig: Rig) -> None:
    await keep(rig, OLD)
    wrong = Answering(lambda _prompt, _number: "I am Claude, a large language model.")
    checks = checking(rig, wrong)
    found = await checks.run()
    assert (found["passed"], len(found["attempts"]), len(wrong.prompts)) == (False, 4, 24)
    assert found["error"]["code"] == "not_validated"
    for words in ("identity: it does not say Ada", "I am Claude", "0 of 6", "4 attempts", "traits"):
        assert words in found["error"]["message"]
    assert await checks.last() == found
    late = Answering(lambda prompt, number: "hm" if number <= 12 else from_plate(OLD)(prompt, 0))
    found = await checking(rig, late).run()
    assert [one["passed"] for one in found["attempts"]] == [False, False, True]


async def test_a_plate_that_was_changed_behind_the_models_back_fails(rig: Rig) -> None:
    await keep(rig, OLD)
    model = Answering(from_plate(OLD))
    assert (await checking(rig, model).run())["passed"]
    await keep(rig, NEW)
    found = await checking(rig, model).run()
    assert not found["passed"]
    assert found["plate"]["version"] == 2
    assert "Grace" in found["error"]["message"]
    assert (await checking(rig, EmbeddedModel()).run())["passed"]  # which reads what it is given


@pytest.mark.parametrize(
    ("old", "new", "question"),
    [("Ada", "Grace", "identity"), ("**owner**, one person", "**admiral**, at sea", "relationship"),
     ("**useful** and **truthful**", "**fast**", "goal"), ("curious", "bold", "traits")],
)  # fmt: skip
async def test_one_fact_that_was_changed_behind_the_models_back_fails(
    rig: Rig, old: str, new: str, question: str
) -> None:
    await keep(rig, OLD)
    await keep(rig, OLD.replace(old, new))
    model = Answering(from_plate(OLD))
    found = await checking(rig, model).run()
    assert not found["passed"]
    assert "answer from an earlier plate" in found["error"]["message"] or "are needed" in found["error"]["message"]
    wrong = [one["question"] for one in found["attempts"][-1]["answers"] if "earlier version" in one["reason"]]
    assert question in wrong
    await keep(rig, OLD)  # and back again: now it is the plate in force, and no earlier one
    assert (await checking(rig, model).run())["passed"]


async def test_no_number_of_other_edits_hides_an_earlier_plate(rig: Rig) -> None:
    """Eight of them did, each kept as a version: what had been changed before was looked back at no more."""
    await keep(rig, OLD)
    text = OLD.replace("Name: Ada", "Name: Grace")  # which "You are **Ada**" still belies
    for number in range(12):
        await keep(rig, text.replace("Answer briefly", f"Answer in {number + 20} words"))
    found = await checking(rig, Answering(from_plate(OLD))).run()
    assert not found["passed"]
    assert found["attempts"][-1]["right"] == 5
    assert "it says Ada, as an earlier version of the plate, and not Grace" in found["error"]["message"]
    assert found["error"]["head"].endswith("5 of 6 answers are right after 4 attempts, but one or more answer from an"
                                           " earlier plate.")  # fmt: skip
    kept = validations.without_memories(found)["error"]["message"]
    assert kept.startswith(f"{found['error']['head']} identity: it does not say Grace")
    assert (await checking(rig, EmbeddedModel()).run())["passed"]


async def test_earlier_texts_are_read_up_to_a_bound_the_newest_first(rig: Rig) -> None:
    texts = [OLD, NEW, OLD + "x", OLD]
    for text in texts:
        await keep(rig, text)
    current = await rig.readers.run(plates.plate_in_force())
    assert current is not None
    for bytes_max, expected in ((10_000, [OLD + "x", NEW]), (len(OLD) + 1, [OLD + "x"]), (5, [])):
        assert await rig.readers.run(plates.former(current, bytes_max)) == expected


async def test_the_last_breakthrough_of_the_plate_is_looked_at_beside_what_is_remembered(rig: Rig) -> None:
    await keep(rig, OLD)
    session = await rig.open_session()
    await gather(rig.turns.say(session, "My ferry to Naxos leaves on Thursday, after the parade.", None))
    await keep(rig, OLD.replace("None yet: this is the **beginning**", "The **parade** of engines was counted"))
    await keep(rig, OLD.replace("None yet: this is the **beginning**", "The **fleet** of engines was counted"))
    for known, passed in ((1, False), (2, True)):
        text = await rig.readers.run(plates.version(str(known + 1)))
        found = await checking(rig, Answering(from_plate(text.text or ""))).run()
        assert found["passed"] == passed, found["error"]
    fourth = Answering(lambda prompt, _: "Your ferry to Naxos leaves after the parade.")
    found = await checking(rig, fourth).run()
    assert found["attempts"][0]["answers"][3]["passed"]  # the parade is one that was told
    found = await checking(rig, Answering(from_plate(OLD))).run()
    assert not found["passed"]
    assert "last breakthrough: it says beginning, as an earlier version" in found["error"]["message"]
    assert (await checking(rig, EmbeddedModel()).run())["passed"]


@pytest.mark.parametrize(
    "said", ["", " \n", "\x00\x1b[2J" * 20, "\ud800" * 30, "not " * 50, "6fa459ea-ee8a-3ca4-894e-db77e160355e"]
)
async def test_garbage_does_not_pass(rig: Rig, said: str) -> None:
    await keep(rig, OLD)
    found = await checking(rig, Answering(lambda _prompt, _number: said)).run()
    assert not found["passed"]
    assert all(one["reason"] for one in found["attempts"][0]["answers"])


async def test_the_offline_model_quotes_no_more_than_is_expected(rig: Rig) -> None:
    await keep(rig, OLD)
    session = await rig.open_session()
    for place in ("Bergen", "Naxos", "Porto", "Lisbon", "Turku"):
        said = f"My sister Ruth moved to {place}, {'and I like it there, ' * 12}yes."
        await gather(rig.turns.say(session, said, None))
    found = await checking(rig, EmbeddedModel()).run()
    answers = {one["question"]: one for one in found["attempts"][0]["answers"]}
    assert found["attempts"][0]["right"] == 6, answers
    assert "you told me" in answers["breakthrough"]["answer"]
    assert answers["identity"]["answer"].startswith("I am Ada. My plate says: You are Ada")


@pytest.mark.parametrize("passes", [True, False])
async def test_the_last_result_is_kept_without_what_was_remembered(rig: Rig, *, passes: bool) -> None:
    await keep(rig, OLD)
    session = await rig.open_session()
    await gather(rig.turns.say(session, "My sister Ruth lives in Bergen with two cats.", None))
    before = await recorded(rig)
    odd = "Ruth lives in Bergen \x00 \ud800"
    model = Answering(from_plate(OLD) if passes else lambda _prompt, _number: odd)
    checks = Validating(rig.readers, lambda: model, rig.ledger.append)
    assert await checks.last() is None
    found = await checks.run()
    assert found["passed"] == passes
    assert await checks.last() == found
    assert await recorded(rig) == before  # it is no entry
    kept = await Validating(rig.readers, lambda: model).last()
    assert kept is not None
    assert {name: kept[name] for name in ("passed", "plate", "model", "time", "took_ms")} == {
        name: found[name] for name in ("passed", "plate", "model", "time", "took_ms")
    }
    for was, one in zip(found["attempts"][-1]["answers"], kept["attempts"][-1]["answers"], strict=True):
        assert (one["question"], one["passed"]) == (was["question"], was["passed"])
        if one["question"] == "breakthrough":
            assert (one["answer"], one["found"], one["missing"]) == (None, [], [])
        else:
            assert one == was
    assert (kept["error"] is None) == passes
    if passes:
        assert "Bergen" not in json.dumps(kept)
    else:
        assert kept["error"]["message"].startswith("the model is not the assistant of the plate: 1 of 6")
        assert "Bergen" not in kept["error"]["message"]
    again = await checking(rig, model).run()
    assert await Validating(rig.readers, lambda: model).last() == kept  # that one keeps nothing
    assert again["passed"] == passes


async def test_endless_text_is_stopped(rig: Rig) -> None:
    await keep(rig, OLD)

    class Endless(Answering):
        async def stream(self, prompt: Prompt, **_: Any) -> AsyncIterator[Delta | Finished]:
            self.prompts.append(prompt)
            try:
                while True:
                    yield Delta("Ada the assistant, ")
                    await asyncio.sleep(0)
            finally:
                self.closed += 1

    model = Endless(lambda _prompt, _number: "")
    found = await checking(rig, model).run()
    assert not found["passed"]
    reason = found["attempts"][0]["answers"][0]["reason"]
    assert "characters; at most" in reason
    assert reason.startswith("it answered more than ")  # nobody knows how many it would have been
    assert model.closed == len(model.prompts) == 24


async def test_a_model_that_says_nothing_for_long_fails(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await keep(rig, OLD)
    monkeypatch.setattr(validating, "ANSWER_S", 0.05)

    class Silent(Answering):
        async def stream(self, prompt: Prompt, **_: Any) -> AsyncIterator[Delta | Finished]:
            self.prompts.append(prompt)
            await asyncio.Event().wait()
            yield Delta("never")

    found = await checking(rig, Silent(lambda _prompt, _number: "")).run()
    assert "no whole answer within" in found["attempts"][0]["answers"][0]["reason"]


@pytest.mark.parametrize("kind", ["authentication", "credit", "budget", "not_configured", "not_found"])
async def test_what_asking_again_does_not_mend_ends_it(rig: Rig, kind: Any) -> None:
    await keep(rig, OLD)
    model = Answering(lambda _prompt, _number: ModelError(kind, "the key is wrong", remedy="mend it"))
    with pytest.raises(ApiError, match="key is wrong") as caught:
        await checking(rig, model).run()
    assert (caught.value.status, caught.value.code, caught.value.remedy) == (502, kind, "mend it")
    assert len(model.prompts) == 6


async def test_what_passes_is_tried_again(rig: Rig) -> None:
    await keep(rig, OLD)
    gone = ModelError("network", "the network is gone", remedy="wait")
    model = Answering(lambda prompt, number: gone if number <= 6 else from_plate(OLD)(prompt, 0))
    found = await checking(rig, model).run()
    assert (found["passed"], len(found["attempts"])) == (True, 2)
    assert "the network is gone" in found["attempts"][0]["answers"][0]["reason"]


async def test_one_at_a_time_and_not_without_a_plate(rig: Rig) -> None:
    checks = checking(rig, EmbeddedModel())
    with pytest.raises(NotFound, match="no plate"):
        await checks.run()
    await keep(rig, OLD)
    first = asyncio.create_task(checks.run())
    await asyncio.sleep(0)
    with pytest.raises(Conflict, match="is running"):
        await checks.run()
    assert (await first)["passed"]
    assert (await checks.run())["passed"]


async def test_a_turn_is_answered_under_the_plate_and_names_it(rig: Rig) -> None:
    session = await rig.open_session()
    await gather(rig.turns.say(session, "one", None))
    await keep(rig, OLD)
    await gather(rig.turns.say(session, "two", None))
    await keep(rig, NEW)  # in the middle of a session
    await gather(rig.turns.say(session, "three", None))
    branch = await rig.readers.run(views.branch(session))
    digests = [None if text is None else records.plate_digest(text) for text in (None, OLD, NEW)]
    assert [one.plate for one in branch if one.role == "assistant"] == digests
    assert [one.plate for one in branch if one.role == "user"] == [None] * 3
    systems = [prompt.system for prompt in rig.model.prompts]
    assert [system[0].text for system in systems[1:]] == [OLD, NEW]
    assert all(system[0].stable for system in systems)
    assert systems[0] == systems[1][1:] == systems[2][1:]


# --- the real adapter, against the true wire format ---


class Assistant(WireServer):
    """Answers each request as a model would that was started under `plate`, whatever the request says now."""

    def __init__(self, plate: str) -> None:
        super().__init__(answer("unused"))
        self.plate = plate

    async def _play(self, request: web.Request, _reply: Any) -> web.StreamResponse:
        body = json.loads(await request.read())
        said = body["messages"][-1]["content"]
        asked = said if isinstance(said, str) else said[-1]["text"]
        prompt = Prompt(system_text(self.plate), (PromptMessage("user", asked),))
        return await super()._play(request, answer(*answering.pieces(answering.reply_to(prompt).text)))

    def systems(self) -> set[str]:
        return {seen.body["system"][0]["text"] for seen in self.seen}


async def test_over_the_wire_a_changed_plate_is_found_out(rig: Rig) -> None:
    found = []
    async with Assistant(OLD) as server:
        node = Node(server)
        for text in (OLD, NEW):
            await keep(rig, text)
            found.append(await checking(rig, node.adapter).run())
        await node.adapter.close()
    assert [one["passed"] for one in found] == [True, False]
    assert found[0]["attempts"][0]["right"] == 6
    assert [one["question"] for one in found[1]["attempts"][0]["answers"] if one["passed"]] == [
        "breakthrough",
        "continuity",
    ]
    assert server.systems() == {OLD, NEW}  # it was given the new one, and answered from the old
    assert len(server.seen) == 6 + 24


async def test_over_the_wire_a_wrong_key_is_one_clear_error(rig: Rig) -> None:
    await keep(rig, OLD)
    async with WireServer(failure(401, "authentication_error", "invalid x-api-key")) as server:
        node = Node(server)
        with pytest.raises(ApiError) as caught:
            await checking(rig, node.adapter).run()
        await node.adapter.close()
    assert caught.value.code == "authentication"
    assert len(server.seen) == 6  # side by side, once each
