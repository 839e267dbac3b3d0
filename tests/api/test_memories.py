"""Is memory listed, searched, marked and forgotten as docs/API.md says, and is what is wrong refused by its name?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store.errors import Conflict

if TYPE_CHECKING:
    from ccnode.store.views import Message
    from tests.api.rig import Rig

MEMORY = "/api/v1/memory"
DUE = "2026-03-03T10:11:12.345Z"


@pytest.fixture
async def said(rig: Rig) -> list[Message]:
    """Five things said, with replies; ids of their own."""
    session = await rig.node.start_session("cats", None)
    messages = []
    for number in range(5):
        messages.append(rig.node.add(session.id, "user", f"fact {number}"))
        rig.node.add(session.id, "assistant", "Noted.")
    return messages


async def texts(rig: Rig, query: str = "") -> list[str]:
    answer = await rig.ask("GET", MEMORY + query)
    assert answer.status == 200, answer.value
    return [one["text"] for one in answer.value["memories"]]


async def test_what_is_remembered_is_listed_page_by_page(rig: Rig, said: list[Message]) -> None:
    answer = await rig.ask("GET", f"{MEMORY}?limit=2")
    assert answer.value["memories"][0] == {
        "message_id": said[4].digest.hex(),
        "session_id": str(next(iter(rig.node.kept))),
        "title": "cats",
        "role": "user",
        "time": answer.value["memories"][0]["time"],
        "text": "fact 4",
        "mark": "none",
        "due": None,
        "note": None,
    }
    pages = [[one["text"] for one in answer.value["memories"]]]
    while answer.value["more"]:
        assert answer.value["next"]
        answer = await rig.ask("GET", f"{MEMORY}?limit=2&before={answer.value['next']}")
        pages.append([one["text"] for one in answer.value["memories"]])
    assert answer.value["next"] is None
    assert [text for page in pages for text in page] == [f"fact {number}" for number in (4, 3, 2, 1, 0)]


async def test_it_is_searched(rig: Rig, said: list[Message]) -> None:
    assert await texts(rig, "?q=fact%203") == ["fact 3"]
    assert await texts(rig, "?q=fact%203&mark=pinned") == []
    assert await texts(rig, "?q=%20") == await texts(rig)
    assert rig.node.calls[-2][:1] == ("memory.page",)
    first = (await rig.ask("GET", f"{MEMORY}?q=fact&limit=3")).value
    second = (await rig.ask("GET", f"{MEMORY}?q=fact&limit=3&before={first['next']}")).value
    assert [first["more"], second["more"], second["next"]] == [True, False, None]
    assert [one["text"] for one in first["memories"] + second["memories"]] == await texts(rig, "?q=fact")


async def test_it_is_remembered_in_other_words(rig: Rig, said: list[Message]) -> None:
    path = f"{MEMORY}/{said[2].digest.hex()}"
    answer = await rig.ask("PUT", f"{path}/note", {"text": "fact two"})
    assert answer.status == 200, answer.value
    assert (answer.value["memory"]["text"], answer.value["memory"]["note"]) == (
        "fact 2",
        {
            "note_id": "6e" * 32,
            "text": "fact two",
            "time": answer.value["memory"]["time"],
            "sources": [said[2].digest.hex()],
            "versions": 1,
            "due": None,
        },
    )
    assert (await rig.ask("GET", path)).value["memory"]["note"]["text"] == "fact two"
    for body, status in (({}, 400), ({"text": " "}, 400), ({"text": "\0"}, 400), ({"text": "x" * 65_537}, 413)):
        refused = await rig.ask("PUT", f"{path}/note", body)
        assert (refused.status, "text" in refused.error["message"]) == (status, True)
    assert (await rig.ask("PUT", f"{MEMORY}/{'0' * 64}/note", {"text": "x"})).status == 404


async def test_it_is_marked(rig: Rig, said: list[Message]) -> None:
    path = f"{MEMORY}/{said[2].digest.hex()}"
    for mark in ("pinned", "disabled", "none"):
        answer = await rig.ask("PUT", path, {"mark": mark})
        assert (answer.status, answer.value["memory"]["mark"]) == (200, mark)
        assert (await rig.ask("GET", path)).value["memory"]["mark"] == mark
        assert await texts(rig, "?mark=pinned") == (["fact 2"] if mark == "pinned" else [])
    shown = await rig.ask("PUT", path.removesuffix(said[2].digest.hex()[8:]).upper().replace("/API/V1/MEMORY", MEMORY),
                          {"mark": "pinned"})  # fmt: skip
    assert shown.value["memory"]["message_id"] == said[2].digest.hex()  # a beginning will do, in capitals too
    message = (await rig.ask("GET", f"/api/v1/message/{said[2].digest.hex()}")).value["message"]
    assert (message["mark"], message["due"]) == ("pinned", None)


async def test_it_is_forgotten_and_that_is_taken_back(rig: Rig, said: list[Message]) -> None:
    path = f"{MEMORY}/{said[1].digest.hex()}/forget"
    answer = await rig.ask("POST", path)
    assert answer.status == 200
    assert (answer.value["due"], answer.value["order"]) == (DUE, "cd" * 32)
    assert (answer.value["memory"]["text"], answer.value["memory"]["due"]) == ("fact 1", DUE)
    assert "fact 1" not in await texts(rig)
    assert await texts(rig, "?mark=forgetting") == ["fact 1"]
    message = (await rig.ask("GET", f"/api/v1/message/{said[1].digest.hex()}")).value["message"]
    assert message["due"] == DUE
    undone = await rig.ask("DELETE", path)
    assert (undone.value["cancelled"], undone.value["memory"]["due"]) == (True, None)
    assert "fact 1" in await texts(rig)
    again = await rig.ask("DELETE", path)
    assert (again.status, again.error["message"]) == (409, "the message is not to be forgotten")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "word"),
    [
        ("GET", "?limit=0", None, 400, "limit"),
        ("GET", "?limit=201", None, 400, "limit"),
        ("GET", "?mark=none", None, 400, "mark"),
        ("GET", "?before=last", None, 400, "before"),
        ("GET", "?before=" + "ab" * 32, None, 404, ""),
        ("GET", "?offset=1", None, 400, "offset"),
        ("GET", "?q=" + "x" * 2001, None, 400, "q"),
        ("GET", "/xyz", None, 404, ""),
        ("GET", "/ab", None, 404, ""),
        ("GET", "/" + "a" * 65, None, 404, ""),
        ("GET", "/" + "ab" * 32, None, 404, ""),
        ("PUT", "/" + "ab" * 32, {"mark": "pinned"}, 404, ""),
        ("PUT", "/ID", {"mark": "forgetting"}, 400, "mark"),
        ("PUT", "/ID", {"mark": 1}, 400, "mark"),
        ("PUT", "/ID", {}, 400, "mark"),
        ("PUT", "/ID", {"mark": "pinned", "due": 1}, 400, "due"),
        ("POST", "/ID/forget", {"due": 1}, 400, "due"),
        ("POST", "/" + "ab" * 32 + "/forget", {}, 404, ""),
        ("DELETE", "/" + "ab" * 32 + "/forget", None, 404, ""),
        ("PATCH", "/ID", {"mark": "pinned"}, 405, ""),
    ],
)
async def test_what_is_wrong_is_refused(
    rig: Rig, said: list[Message], method: str, path: str, body: Any, status: int, word: str
) -> None:
    answer = await rig.ask(method, MEMORY + path.replace("ID", said[0].digest.hex()), body)
    assert (answer.status, word in answer.error["message"]) == (status, True), answer.value


async def test_it_is_for_the_owner_alone(rig: Rig, said: list[Message]) -> None:
    path = f"{MEMORY}/{said[0].digest.hex()}"
    for method, where in (("GET", MEMORY), ("GET", path), ("PUT", path), ("POST", f"{path}/forget")):
        assert (await rig.ask(method, where, headers={})).status == 401
    assert not [call for call in rig.node.calls if call[0].startswith("memory.")]


async def test_what_the_node_refuses_is_said(rig: Rig, said: list[Message]) -> None:
    rig.node.refuse["memory.forget"] = Conflict("that message is another's", remedy="disable it")
    answer = await rig.ask("POST", f"{MEMORY}/{said[0].digest.hex()}/forget")
    assert (answer.status, answer.error["remedy"]) == (409, "disable it")
