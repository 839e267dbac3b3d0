"""A whole node with the real adapter and SDK, against a server of the true wire format: turns from end to end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import pytest

from ccnode.api.events import Accepted, Failed, Piece, Replied, TurnEvent, Waiting
from ccnode.daemon.costs import Costs
from ccnode.daemon.turns import Turns
from ccnode.mind.context import tokens_said
from ccnode.mind.guidance import CONTINUE, FENCE, RECALL_GUIDANCE
from ccnode.models.anthropic_adapter import AnthropicAdapter
from ccnode.models.prices import price_table
from ccnode.store import prompt_shapes, prompts, views
from ccnode.store.errors import Conflict, StoreError
from ccnode.store.search import Searcher
from tests.models import wire_server as wire
from tests.models.wire_server import Abort, Hold, Reply, WireServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.daemon.conftest import Rig

KEY = "sk-ant-test-0123456789-SECRET"
NOON = 1_795_262_400_000  # 2026-11-21, 12:00 UTC
DAY_MS = 86_400_000


@dataclass
class Claude:
    """A node whose model is a scripted server; its clock stands where the test puts it."""

    rig: Rig
    server: WireServer
    folder: Path
    now_ms: int = NOON
    budget: int = 0
    slept: list[float] = field(default_factory=list)
    hold: asyncio.Event | None = None

    async def __aenter__(self) -> Self:
        self.costs = Costs(self.rig.ledger, self.rig.readers, price_table(), self.budget, lambda: self.now_ms)
        await self.costs.open()
        self.adapter = AnthropicAdapter(
            KEY,
            base_url=self.server.base_url,
            account=self.costs,
            sleep=self._sleep,
            wall_clock=lambda: self.now_ms / 1000,
            chance=lambda: 0.0,
        )
        self.searcher = Searcher(self.folder / "claude-index.sqlite", self.folder / "ledger.sqlite")
        self.turns = Turns(self.rig.ledger, self.rig.readers, self.searcher, lambda: self.adapter)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.turns.close()
        await self.adapter.close()
        await self.costs.close()
        self.searcher.close()

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.hold is not None:
            await self.hold.wait()

    async def say(self, session: bytes, text: str = "Tell me") -> list[TurnEvent]:
        return [event async for event in self.turns.say(session, text, None)]

    async def last(self, session: bytes, text: str = "Tell me") -> Replied | Failed:
        event = (await self.say(session, text))[-1]
        assert isinstance(event, Replied | Failed)
        assert KEY not in repr(event)
        return event


async def test_a_reply_says_what_it_used_and_cost(rig: Rig, tmp_path: Path) -> None:
    async with WireServer(wire.answer("Hel", "lo")) as server, Claude(rig, server, tmp_path) as node:
        replied = await node.last(await rig.open_session())
        facts = await node.costs.describe(7)
    assert isinstance(replied, Replied)
    assert (replied.text, replied.state, replied.model) == ("Hello", "complete", "anthropic/claude-sonnet-5-5")
    used = {name: replied.metrics[name] for name in ("stop_reason", "input_tokens", "output_tokens")}
    assert used == {"stop_reason": "end", "input_tokens": 25, "output_tokens": 15}
    assert replied.metrics["cost_micro_dollars"] == 25 * 2 + 15 * 10
    assert facts["total_micro_dollars"] == 200
    assert server.seen[0].body["max_tokens"] == 16_384


async def test_the_account_shows_all_that_was_sent(rig: Rig, tmp_path: Path) -> None:
    """Each text that the service got is a part of the account, or inside the fence of what is recalled."""
    cut = Reply([*wire.opening("Half"), Abort()])
    async with WireServer(wire.answer("Noted."), cut, wire.answer(" of it.")) as server:
        async with Claude(rig, server, tmp_path) as node:
            await node.last(await rig.open_session(), "My ferry to Naxos leaves on Thursday.")
            session = await rig.open_session()
            await node.last(session, "When does my ferry leave?")
            replied = [event async for event in node.turns.go_on(session)][-1]
        assert isinstance(replied, Replied)
        kept = await rig.readers.run(prompt_shapes.kept(bytes.fromhex(replied.message_id)))
    parts = [part for part in kept["parts"] if part["kind"] not in ("summary", "recalled")]
    shown = [part["text"] for part in parts]
    body = server.seen[-1].body
    texts = [block["text"] for block in body["system"]]
    texts += [block["text"] for message in body["messages"] for block in message["content"]]
    assert [text for text in texts if text not in shown and not text.startswith("BEGIN RECALLED ")] == []
    assert [part["kind"] for part in parts] == ["answering", "guidance", "fence", "question", "begun", "guidance"]
    assert [shown[1], shown[2], shown[5]] == [RECALL_GUIDANCE, FENCE, CONTINUE]
    assert sum(text.startswith("BEGIN RECALLED ") for text in texts) == 1
    assert "recalled" in [part["kind"] for part in kept["parts"]]
    assert kept["tokens"] == sum(part["tokens"] for part in kept["parts"]) >= sum(map(tokens_said, texts))


async def test_an_account_of_before_fences_were_counted_is_shown_as_it_is(rig: Rig, tmp_path: Path) -> None:
    server = WireServer(wire.answer("Noted."), wire.answer("On Thursday."))
    async with server, Claude(rig, server, tmp_path) as node:
        await node.last(await rig.open_session(), "My ferry to Naxos leaves on Thursday.")
        replied = await node.last(await rig.open_session(), "When does my ferry leave?")
    assert isinstance(replied, Replied)
    reply = bytes.fromhex(replied.message_id)
    _, account = await rig.readers.run(prompts.prompt_of(reply))
    now = await rig.readers.run(prompt_shapes.kept(reply))
    (text,) = (part["text"] for part in now["parts"] if part["kind"] == "recalled")
    parts = [
        replace(part, tokens=tokens_said(text)) if part.kind == "recalled" else part
        for part in account.parts
        if part.kind != "fence"
    ]
    before = prompts.pack(replace(account, parts=tuple(parts)))
    await rig.ledger.append(lambda tx: tx.execute("UPDATE prompts SET account = ? WHERE reply = ?", (before, reply)))
    then = await rig.readers.run(prompt_shapes.kept(reply))
    assert then["tokens"] == sum(part.tokens for part in parts) < now["tokens"]
    for shown in (then, now):
        recalled = [part for part in shown["parts"] if part["kind"] == "recalled"]
        assert [(part["text"], part["state"], part["cut"]) for part in recalled] == [(text, "present", False)]


async def test_a_wait_is_told_to_who_asks_and_who_joins_and_can_be_stopped(rig: Rig, tmp_path: Path) -> None:
    limited = wire.failure(429, "rate_limit_error", headers={"retry-after": "90"})
    async with WireServer(limited, wire.answer("no")) as server, Claude(rig, server, tmp_path) as node:
        node.hold = asyncio.Event()
        session = await rig.open_session()
        events = node.turns.say(session, "Hello?", None)
        assert isinstance(await anext(events), Accepted)
        waiting = await anext(events)
        text = "waiting until 12:01:30 UTC because the rate limit is reached (retry 1 of 5)"
        assert waiting == Waiting(text, "rate_limit", 90, NOON + 90_000)
        joined = node.turns.resume(session)
        await anext(joined)
        assert await anext(joined) == waiting
        assert node.turns.stop(session)
        ends = [[event async for event in each][-1] for each in (events, joined)]
        assert len(server.seen) == 1
        for end in ends:
            assert isinstance(end, Failed)
            assert (end.code, end.message) == ("interrupted", "the reply was stopped")
        assert [message.role for message in await rig.readers.run(views.branch(session))] == ["user"]
        node.hold = None
        assert [event async for event in node.turns.resume(session)][-1].__class__ is Replied


async def test_a_wait_that_ends_is_followed_by_the_reply(rig: Rig, tmp_path: Path) -> None:
    script = [wire.failure(529, "overloaded_error"), wire.answer("Here")]
    async with WireServer(*script) as server, Claude(rig, server, tmp_path) as node:
        events = await node.say(await rig.open_session())
    assert [type(event) for event in events] == [Accepted, Waiting, Piece, Replied]
    assert node.slept == [2]


async def test_stopping_a_reply_closes_the_connection_and_keeps_the_words(rig: Rig, tmp_path: Path) -> None:
    endless = Reply([*wire.opening("One, "), Hold(asyncio.Event())])
    async with WireServer(endless) as server, Claude(rig, server, tmp_path) as node:
        session = await rig.open_session()
        events = node.turns.say(session, "Count", None)
        async for event in events:
            if isinstance(event, Piece):
                assert node.turns.stop(session)
        await asyncio.wait_for(server.disconnected.wait(), 30)
        facts = await node.costs.describe(1)
    assert isinstance(event, Replied)
    assert (event.text, event.state) == ("One, ", "interrupted")
    # What was written until then is paid for.
    assert facts["days"][0]["estimated_calls"] == 1
    assert facts["total_micro_dollars"] == 25 * 2 + 2 * 10


@pytest.mark.parametrize("reason", ["max_tokens", "refusal", "model_context_window_exceeded"])
async def test_a_reply_cut_by_its_model_is_kept_as_that_and_continued(rig: Rig, tmp_path: Path, reason: str) -> None:
    script = [wire.answer("Once upon", stop_reason=reason), wire.answer(" a time.")]
    async with WireServer(*script) as server, Claude(rig, server, tmp_path) as node:
        session = await rig.open_session()
        first = await node.last(session)
        assert isinstance(first, Replied)
        assert (first.text, first.state) == ("Once upon", "interrupted")
        assert first.metrics["stop_reason"] == {"model_context_window_exceeded": "context_full"}.get(reason, reason)
        whole = [event async for event in node.turns.go_on(session)][-1]
    assert isinstance(whole, Replied)
    assert (whole.text, whole.state) == ("Once upon a time.", "complete")
    assert [message["role"] for message in server.seen[1].body["messages"]] == ["user", "assistant", "user"]
    assert server.seen[1].body["messages"][1]["content"][0]["text"] == "Once upon"


async def test_a_network_gone_in_the_middle_keeps_the_words(rig: Rig, tmp_path: Path) -> None:
    script = [Reply([*wire.opening("Half "), Abort()]), wire.answer("a story")]
    async with WireServer(*script) as server, Claude(rig, server, tmp_path) as node:
        session = await rig.open_session()
        first = await node.last(session)
        assert isinstance(first, Replied)
        assert (first.text, first.state, first.metrics["stop_reason"]) == ("Half ", "interrupted", "interrupted")
        assert "broke off" in str(first.metrics["reason"])
        whole = [event async for event in node.turns.go_on(session)][-1]
    assert isinstance(whole, Replied)
    assert whole.text == "Half a story"


@pytest.mark.parametrize(
    ("status", "named", "message", "code"),
    [
        (401, "authentication_error", "invalid x-api-key", "authentication"),
        (403, "permission_error", "no", "permission"),
        (402, "billing_error", "x", "credit"),
        (400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", "credit"),
        (404, "not_found_error", "model", "not_found"),
        (400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum", "context_overflow"),
    ],
)
async def test_what_the_owner_must_mend_is_one_sentence_and_one_call(
    rig: Rig, tmp_path: Path, status: int, named: str, message: str, code: str
) -> None:
    async with (
        WireServer(wire.failure(status, named, f"{message} {KEY}")) as server,
        Claude(rig, server, tmp_path) as node,
    ):
        session = await rig.open_session()
        failed = await node.last(session)
        facts = await node.costs.describe(1)
    assert isinstance(failed, Failed)
    assert failed.code == code
    assert failed.remedy
    assert "\n" not in failed.message
    assert len(server.seen) == 1
    assert node.slept == []
    assert facts["days"] == []
    assert (await rig.readers.run(views.session(session))).unanswered


@pytest.mark.parametrize("reason", ["refusal", "end_turn"])
async def test_saying_nothing_is_no_reply(rig: Rig, tmp_path: Path, reason: str) -> None:
    empty = Reply([wire.message_start(), wire.message_delta(reason), wire.message_stop()])
    async with WireServer(empty) as server, Claude(rig, server, tmp_path) as node:
        failed = await node.last(await rig.open_session())
    assert isinstance(failed, Failed)
    assert failed.code == {"refusal": "refusal", "end_turn": "server"}[reason]


@pytest.mark.parametrize("text", [" ", "\n\n \t", "\u2028\u00a0\x0c"])
async def test_white_space_is_no_reply(rig: Rig, tmp_path: Path, text: str) -> None:
    """It was recorded as one, so that the question looked answered and could not be resumed."""
    async with WireServer(wire.answer(text), wire.answer("yes")) as server, Claude(rig, server, tmp_path) as node:
        session = await rig.open_session()
        failed = await node.last(session)
        assert isinstance(failed, Failed)
        assert failed.code == "empty"
        replied = [event async for event in node.turns.resume(session)][-1]
        assert isinstance(replied, Replied)
        assert replied.text == "yes"


async def test_a_reply_without_end_is_kept_up_to_what_can_be(rig: Rig, tmp_path: Path) -> None:
    flood = Reply([*wire.opening(), *[wire.text_delta("la " * 20_000)] * 40])
    async with WireServer(flood) as server, Claude(rig, server, tmp_path) as node:
        replied = await node.last(await rig.open_session())
    assert isinstance(replied, Replied)
    assert replied.state == "interrupted"
    assert 900_000 < len(replied.text) <= 1_048_512


@pytest.mark.parametrize("size", [1000, 600_000])
async def test_a_reply_longer_than_can_be_kept_says_so_and_is_not_continued(
    rig: Rig, tmp_path: Path, size: int
) -> None:
    """It was said to have ended without saying so; the rest was asked for, paid for, and thrown away."""
    said = "\N{SNOWMAN}" * 600_000
    pieces = [said[at : at + size] for at in range(0, len(said), size)]
    async with WireServer(wire.answer(*pieces)) as server, Claude(rig, server, tmp_path) as node:
        session = await rig.open_session()
        events = await node.say(session)
        replied = events[-1]
        assert isinstance(replied, Replied)
        assert (replied.state, replied.metrics["stop_reason"]) == ("interrupted", "too_long")
        assert "longer than can be kept (1,048,512 bytes)" in str(replied.metrics["reason"])
        assert said.startswith(replied.text)
        assert 0 <= 1_048_512 - len(replied.text.encode()) < 3
        assert "".join(event.text for event in events if isinstance(event, Piece)) == replied.text
        with pytest.raises(Conflict, match="as long as one can be"):
            await anext(node.turns.go_on(session))
        assert len(server.seen) == 1


async def test_the_rest_of_a_reply_fills_what_room_there_is(rig: Rig, tmp_path: Path) -> None:
    script = [Reply([*wire.opening("x" * 1_000_000), Abort()]), wire.answer("y" * 100_000)]
    async with WireServer(*script) as server, Claude(rig, server, tmp_path) as node:
        session = await rig.open_session()
        assert isinstance(await node.last(session), Replied)
        replied = [event async for event in node.turns.go_on(session)][-1]
    assert isinstance(replied, Replied)
    assert replied.text == "x" * 1_000_000 + "y" * 48_512
    assert replied.metrics["stop_reason"] == "too_long"


async def test_white_space_longer_than_can_be_kept_is_no_reply(rig: Rig, tmp_path: Path) -> None:
    async with WireServer(wire.answer(" " * 1_048_513)) as server, Claude(rig, server, tmp_path) as node:
        failed = await node.last(await rig.open_session())
    assert isinstance(failed, Failed)
    assert failed.code == "too_long"


# --- the budget ---


async def test_a_budget_stops_before_the_call_and_begins_anew_the_next_day(rig: Rig, tmp_path: Path) -> None:
    async with WireServer(wire.answer("yes")) as server, Claude(rig, server, tmp_path, budget=400) as node:
        session = await rig.open_session()
        assert isinstance(await node.last(session), Replied)
        assert isinstance(await node.last(session), Replied)
        failed = await node.last(session)
        assert isinstance(failed, Failed)
        assert failed.code == "budget"
        assert failed.message == "today's budget of $0.0004 is used up: $0.0004 were spent"
        assert "00:00 UTC" in failed.remedy
        assert len(server.seen) == 2
        facts = await node.costs.describe(1)
        assert (facts["spent_today_micro_dollars"], facts["left_today_micro_dollars"]) == (400, 0)
        assert facts["begins_anew"] == "2026-11-22T00:00:00.000Z"
        node.now_ms += DAY_MS // 2  # midnight
        assert isinstance([event async for event in node.turns.resume(session)][-1], Replied)
        assert [day["day"] for day in (await node.costs.describe(2))["days"]] == ["2026-11-22", "2026-11-21"]
        assert [day["day"] for day in (await node.costs.describe(1))["days"]] == ["2026-11-22"]


@pytest.mark.parametrize("name", wire.WORDLESS)
async def test_answers_without_text_use_the_budget_up_as_well(rig: Rig, tmp_path: Path, name: str) -> None:
    """They were billed by the service and booked by nobody, so that they could be asked for without end."""
    async with WireServer(wire.WORDLESS[name]) as server, Claude(rig, server, tmp_path, budget=600) as node:
        ends = [await node.last(await rig.open_session()) for _ in range(4)]
        facts = await node.costs.describe(1)
    codes = [end.code for end in ends if isinstance(end, Failed)]
    assert len(codes) == 4
    assert (codes[0] == "budget", codes[3] == "budget") == (False, True)
    assert len(server.seen) == 3  # where a context is full, one of them without the older half
    assert (facts["spent_today_micro_dollars"], facts["days"][0]["calls"]) == (600, 3)


async def test_what_was_spent_before_a_restart_counts(rig: Rig, tmp_path: Path) -> None:
    async with WireServer(wire.answer("yes")) as server:
        async with Claude(rig, server, tmp_path, budget=200) as node:
            assert isinstance(await node.last(await rig.open_session()), Replied)
        async with Claude(rig, server, tmp_path, budget=200) as node:
            failed = await node.last(await rig.open_session())
        assert isinstance(failed, Failed)
        assert failed.code == "budget"
        async with Claude(rig, server, tmp_path, budget=200, now_ms=NOON + DAY_MS) as node:
            assert isinstance(await node.last(await rig.open_session()), Replied)
        assert len(server.seen) == 2


async def test_without_a_price_no_budget_can_be_kept_but_replies_come_without_one(rig: Rig, tmp_path: Path) -> None:
    odd = [wire.message_start("claude-of-tomorrow"), wire.block_start(), wire.text_delta("x"), *wire.closing()]
    async with WireServer(Reply(odd)) as server:
        async with Claude(rig, server, tmp_path, now_ms=0) as node:  # long before the first price
            replied = await node.last(await rig.open_session())
            facts = await node.costs.describe(1)
        assert isinstance(replied, Replied)
        assert replied.metrics["cost_micro_dollars"] is None
        [day] = facts["days"]
        assert (day["model"], day["cost_micro_dollars"], day["unpriced_calls"]) == ("claude-of-tomorrow", None, 1)
        async with Claude(rig, server, tmp_path, budget=10**9, now_ms=0) as node:
            failed = await node.last(await rig.open_session())
        assert isinstance(failed, Failed)
        assert failed.code == "budget"
        assert "models.prices" in failed.remedy
        assert len(server.seen) == 1


async def test_calls_side_by_side_do_not_each_go_over_the_budget(rig: Rig, tmp_path: Path) -> None:
    """A race: ten turns at once, each asking before any has paid. One may end above the budget, not all of them."""
    go = asyncio.Event()
    script = Reply([*wire.opening("yes"), Hold(go), *wire.closing()])
    async with WireServer(script) as server, Claude(rig, server, tmp_path, budget=400) as node:
        sessions = [await rig.open_session() for _ in range(10)]
        asked = [asyncio.create_task(node.last(session)) for session in sessions]
        ended = asyncio.as_completed(asked)
        for _ in range(9):
            await next(ended)
        go.set()
        ends = await asyncio.gather(*asked)
        refused = [end for end in ends if isinstance(end, Failed)]
        assert (len(server.seen), len(refused)) == (1, 9)
        assert {(one.code, "are being written" in one.message) for one in refused} == {("budget", True)}
        # What was set aside is free again, and what was spent stays spent.
        session = sessions[[isinstance(end, Failed) for end in ends].index(True)]
        assert isinstance([event async for event in node.turns.resume(session)][-1], Replied)
        assert (await node.costs.describe(1))["spent_today_micro_dollars"] == 400


@pytest.mark.parametrize("how", ["refused", "broken", "stopped"])
async def test_what_was_set_aside_is_free_again_however_a_call_ends(rig: Rig, tmp_path: Path, how: str) -> None:
    first = {
        "refused": wire.failure(401, "authentication_error"),
        "broken": Reply([*wire.opening("a"), Abort()]),
        "stopped": Reply([*wire.opening("a"), Hold(asyncio.Event())]),
    }[how]
    async with WireServer(first, wire.answer("yes")) as server, Claude(rig, server, tmp_path, budget=10_000) as node:
        session = await rig.open_session()
        async for event in node.turns.say(session, "Tell me", None):
            if isinstance(event, Piece) and how == "stopped":
                node.turns.stop(session)
        ends = await asyncio.gather(node.last(await rig.open_session()))
        assert isinstance(ends[0], Replied)


async def test_a_clock_that_jumps_does_not_make_the_budget_new(rig: Rig, tmp_path: Path) -> None:
    """Set forward a day and back again, the clock used to give the whole budget of the day a second time."""
    async with WireServer(wire.answer("yes")) as server, Claude(rig, server, tmp_path, budget=200) as node:
        session = await rig.open_session()
        assert isinstance(await node.last(session), Replied)
        for day in (0, 1, 0, -1, 0, 1, -1, 3650, 0):
            node.now_ms = NOON + day * DAY_MS
            await node.last(await rig.open_session())
        assert len(server.seen) == 4  # one on each of the four days
        by_day = {row["day"]: row["cost_micro_dollars"] for row in (await node.costs.describe(3660))["days"]}
        assert by_day == dict.fromkeys(("2026-11-20", "2026-11-21", "2026-11-22", "2036-11-18"), 200)


async def test_what_cannot_be_written_down_now_is_written_later(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full for a while: what was spent meanwhile was forgotten, and the budget with it."""
    append, full = rig.ledger.append, True

    async def fails(job: Any) -> Any:
        if full and "spending" in job.__qualname__ + job.__module__:
            raise StoreError("the disk is full")
        return await append(job)

    monkeypatch.setattr(rig.ledger, "append", fails)
    async with WireServer(wire.answer("yes")) as server, Claude(rig, server, tmp_path, budget=400) as node:
        session = await rig.open_session()
        assert isinstance(await node.last(session), Replied)
        assert isinstance(await node.last(session), Replied)
        facts = await node.costs.describe(1)
        assert facts["days"] == []
        assert isinstance(await node.last(session), Failed)  # it counts all the same
        full = False
        [row] = (await node.costs.describe(1))["days"]
        assert (row["calls"], row["cost_micro_dollars"]) == (2, 400)
        [row] = (await node.costs.describe(1))["days"]
        assert row["calls"] == 2  # and once


@pytest.mark.parametrize("count", [-1, 10**9 + 1, 2**53 - 1, 2**63, 10**400, 1.5, "x", None, [1], {"a": 1}])
async def test_a_count_that_nobody_can_believe_neither_breaks_nor_uses_up_the_account(
    rig: Rig, tmp_path: Path, count: object
) -> None:
    """Negative, huge, missing and of other types; with a budget, what is not counted is booked by an estimate."""
    usage = {"input_tokens": count, "output_tokens": count, "cache_creation_input_tokens": count,
             "cache_read_input_tokens": count, "cache_creation": {"ephemeral_5m_input_tokens": count}}  # fmt: skip
    start = wire.event(
        "message_start", {"type": "message_start", "message": {"model": "claude-sonnet-5-5", "usage": usage}}
    )
    end = wire.event("message_delta", {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage})
    script = Reply([start, wire.block_start(), wire.text_delta("yes"), end, wire.message_stop()])
    async with WireServer(script) as server:
        async with Claude(rig, server, tmp_path) as node:
            replied = await node.last(await rig.open_session())
            assert isinstance(replied, Replied)
            assert replied.metrics["cost_micro_dollars"] is None
            [row] = (await node.costs.describe(1))["days"]
            assert (row["cost_micro_dollars"], row["unpriced_calls"]) == (None, 1)
        async with Claude(rig, server, tmp_path, budget=10_000) as node:
            assert isinstance(await node.last(await rig.open_session()), Replied)
            facts = await node.costs.describe(1)
            [row] = facts["days"]
            assert (row["unpriced_calls"], row["estimated_calls"]) == (1, 1)
            assert 0 < facts["spent_today_micro_dollars"] < 10_000


async def test_calls_side_by_side_are_all_booked(rig: Rig, tmp_path: Path) -> None:
    async with WireServer(wire.answer("yes")) as server, Claude(rig, server, tmp_path) as node:
        sessions = [await rig.open_session() for _ in range(10)]
        ends = await asyncio.gather(*(node.last(session) for session in sessions))
        facts = await node.costs.describe(1)
    assert all(isinstance(end, Replied) for end in ends)
    [day] = facts["days"]
    assert (day["calls"], day["input_tokens"], day["output_tokens"]) == (10, 250, 150)
    assert (day["cost_micro_dollars"], facts["spent_today_micro_dollars"]) == (2000, 2000)
