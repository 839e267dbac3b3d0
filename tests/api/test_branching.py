"""Are branches compared and brought together as docs/API.md says, and is what is wrong refused by its name?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccnode.api.models import BRANCHES_MAX
from ccnode.mind import branches
from ccnode.store.errors import Conflict

if TYPE_CHECKING:
    from tests.api.rig import Rig

API = "/api/v1/conversation"


@pytest.fixture
async def two(rig: Rig) -> tuple[str, str]:
    first = await rig.start("trip")
    root = rig.node.add(first, "user", "We go on a trip.")
    rig.node.add(first, "assistant", "To the sea.")
    second = (await rig.node.start_session(None, root.digest.hex())).id
    rig.node.add(second, "assistant", "To the hills.")
    return first, second


def test_the_api_and_the_mind_take_as_many_branches() -> None:
    assert BRANCHES_MAX == branches.BRANCHES_MAX


async def test_two_branches_are_compared(rig: Rig, two: tuple[str, str]) -> None:
    answer = await rig.ask("GET", f"{API}/{two[0]}/compare?other={two[1][:8]}")
    assert answer.status == 200, answer.value
    value = answer.value
    assert (value["common"], value["rms"], value["ccc"]) == (1, None, None)
    assert value["fork"] == rig.node.paths[two[0]][0].digest.hex()
    assert value["left"]["session"]["session_id"] == two[0]
    assert value["right"]["own"] == [rig.node.paths[two[1]][1].digest.hex()]
    assert value["left"]["character"] == {"have": 3, "need": 1000, "unit": "words"}
    assert (await rig.ask("GET", f"{API}/{two[0]}/compare")).status == 400
    assert (await rig.ask("GET", f"{API}/{two[0]}/compare?other=ffffffff")).status == 404
    assert (await rig.ask("GET", f"{API}/{two[0]}/compare?other=a/b")).status == 400


async def test_branches_are_brought_together(rig: Rig, two: tuple[str, str]) -> None:
    head = rig.node.paths[two[1]][-1].digest.hex()
    answer = await rig.ask("POST", f"{API}/{two[0]}/merge", {"branches": [two[1]], "content": "Which one?"})
    assert answer.status == 200, answer.value
    assert answer.value["reply"] == "You said: Which one?"
    assert [one["message_id"] for one in answer.value["sources"]] == [head]
    lines = await rig.lines(f"{API}/{two[0]}/merge", {"branches": [two[1]], "content": "Which one?"})
    assert (lines[0]["type"], lines[-1]["type"]) == ("accepted", "response")
    assert lines[-1]["message_id"] == answer.value["message_id"], "once"
    wrong: list[dict[str, Any]] = [{"branches": each} for each in ([], "x", ["a b"], ["ab"] * 16)]
    wrong += [{}, {"branches": [two[1]], "content": " "}, {"branches": [two[1]], "other": 1}]
    for body in wrong:
        assert (await rig.ask("POST", f"{API}/{two[0]}/merge", body)).status == 400, body
    rig.node.refuse["merge"] = Conflict("branch x has nothing of its own to bring in", remedy="compare them")
    refused = await rig.ask("POST", f"{API}/{two[0]}/merge", {"branches": [two[1]]})
    assert (refused.status, refused.error["remedy"]) == (409, "compare them")
