"""Is the character shown, paged and its baseline set as docs/API.md says, and is what is wrong refused by its name?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.mind.metric_help import METRIC_HELP
from ccnode.store.owner import WrongPassphrase

if TYPE_CHECKING:
    from ccnode_crypto.statements import BaselineStatement
    from tests.api.rig import Rig

CHARACTER = "/api/v1/character"
BASELINE = f"{CHARACTER}/baseline"
STATEMENT = {
    "owner": "ab" * 32, "spec": "12" * 32, "values": [0, 500_000, 1_000_000], "words": 20_000, "issued_ms": 5,
    "signature": "cd" * 64,
}  # fmt: skip


async def test_there_may_be_nothing_yet(rig: Rig) -> None:
    answer = await rig.ask("GET", CHARACTER)
    assert answer.status == 200
    assert set(answer.value) == {
        "spec", "measured", "character", "drift", "alarm", "relations", "trust", "relied_on", "phi",
        "emergence", "baseline", "proposed",
    }  # fmt: skip
    assert answer.value["character"]["text"] == "not enough text yet (have 0, need 1,000 words)"
    assert answer.value["baseline"] is None
    helped = (await rig.ask("GET", f"{CHARACTER}?help=true&session=last")).value
    assert set(helped["help"]) == set(METRIC_HELP)
    assert rig.node.calls[-1] == ("character.describe", "last", True)
    assert (await rig.ask("GET", f"{CHARACTER}/history")).value == {"measurements": [], "more": False, "next": None}
    assert (await rig.ask("GET", BASELINE)).value["owner_key"] == "file permissions"


async def test_history_is_paged(rig: Rig) -> None:
    rig.node.character.measurements = [{"id": number} for number in (9, 7, 4)]
    first = (await rig.ask("GET", f"{CHARACTER}/history?limit=2")).value
    assert (first["more"], first["next"]) == (True, 7)
    assert (await rig.ask("GET", f"{CHARACTER}/history?limit=2&before=7")).value["measurements"] == [{"id": 4}]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "before=-1", "before=x", "session=", "since=5"])
async def test_a_page_that_is_none_is_refused(rig: Rig, query: str) -> None:
    answer = await rig.ask("GET", f"{CHARACTER}/history?{query}")
    assert answer.status == 400
    assert answer.value["error"]["message"].startswith(query.partition("=")[0])


async def test_the_owner_sets_the_baseline(rig: Rig) -> None:
    refused = await rig.ask("PUT", BASELINE, {"source": "proposed"})
    assert (refused.status, refused.error["code"]) == (409, "nothing_measured")
    calls: list[tuple[Any, ...]] = rig.node.calls
    assert calls[-1] == ("character.set_baseline", "proposed", None)
    taken = await rig.ask("PUT", BASELINE, {"statement": STATEMENT})
    assert (taken.status, taken.value["baseline"]["values"]) == (200, [0.0, 0.5, 1.0])
    said: BaselineStatement = next(call[1] for call in calls if call[0] == "character.take_baseline")
    assert (said.owner, said.spec, said.values) == (b"\xab" * 32, b"\x12" * 32, (0, 500_000, 1_000_000))
    assert (said.words, said.issued_ms, said.signature) == (20_000, 5, b"\xcd" * 64)
    await rig.ask("PUT", BASELINE, {"source": "now", "passphrase": "correct horse"})
    assert ("character.set_baseline", "now", "correct horse") in calls


async def test_a_wrong_passphrase_is_said(rig: Rig) -> None:
    rig.node.refuse["character.set_baseline"] = WrongPassphrase("the passphrase is wrong", remedy="try again")
    answer = await rig.ask("PUT", BASELINE, {"source": "now", "passphrase": "x"})
    assert (answer.status, answer.error["code"]) == (409, "wrong_passphrase")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "source"),
        ({"source": "then"}, "source"),
        ({"source": "now", "statement": STATEMENT}, "source"),
        ({"statement": {}}, "statement"),
        ({"statement": {**STATEMENT, "owner": "ab"}}, "statement.owner"),
        ({"statement": {**STATEMENT, "values": []}}, "statement.values"),
        ({"statement": {**STATEMENT, "values": [0.5]}}, "statement.values"),
        ({"statement": {**STATEMENT, "values": [1_000_001]}}, "statement.values"),
        ({"statement": {**STATEMENT, "values": [0] * 65}}, "statement.values"),
        ({"statement": {**STATEMENT, "words": -1}}, "statement.words"),
        ({"statement": {**STATEMENT, "signature": "g" * 128}}, "statement.signature"),
        ({"source": "now", "passphrase": "p" * 1001}, "passphrase"),
        ({"source": "now", "yes": True}, "yes"),
    ],
)
async def test_what_is_wrong_is_named(rig: Rig, body: dict[str, Any], field: str) -> None:
    answer = await rig.ask("PUT", BASELINE, body)
    assert answer.status == 400
    assert answer.value["error"]["message"].startswith(field)


async def test_a_conversations_line_hears_when_a_reply_was_measured(rig: Rig) -> None:
    session = await rig.start()
    async with asyncio.timeout(20), rig.socket_to(session) as line:
        form = {"type": "metrics", "measured": True, "message_id": "ab" * 32, "ccc": 0.9, "phi": None}
        for listener in rig.node.character.listeners:
            listener("another", {"type": "metrics"})
            listener(session, form)
        assert await line.receive_json() == form


async def test_a_conversations_metrics_have_what_was_measured(rig: Rig) -> None:
    session = await rig.start()
    answer = await rig.ask("GET", f"/api/v1/metrics/conversation/{session}")
    assert answer.status == 200
    assert set(answer.value) >= {"messages", "replies", "ccc", "phi", "measured", "relations", "trust"}
