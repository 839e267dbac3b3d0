"""Are prompts and instances told as docs/API.md says, and is what is wrong refused by its name?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store.errors import NotFound

if TYPE_CHECKING:
    from tests.api.rig import Rig

PREVIEW = "/api/v1/context/preview"
INSTANCES = "/api/v1/admin/instances"


async def test_what_entered_the_prompt_of_a_message(rig: Rig) -> None:
    session = await rig.node.start_session("cats", None)
    message = rig.node.add(session.id, "assistant", "Noted.")
    digest = message.digest.hex()
    for name in (digest, digest[:8], digest[:8].upper()):
        answer = await rig.ask("GET", f"/api/v1/message/{name}/context")
        assert (answer.status, answer.value["context"]["message_id"]) == (200, digest)
    for name in ("abcde", "g" * 8, "a" * 65):
        answer = await rig.ask("GET", f"/api/v1/message/{name}/context")
        assert (answer.status, answer.error["code"]) == (404, "not_found")


async def test_what_is_not_kept_is_not_found(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(_message_id: str) -> dict[str, Any]:
        raise NotFound("what entered the prompt of that message is not kept", remedy="it is kept for some days")

    monkeypatch.setattr(rig.node, "prompt_of", gone)
    answer = await rig.ask("GET", f"/api/v1/message/{'a' * 64}/context")
    assert (answer.status, answer.error["remedy"]) == (404, "it is kept for some days")


async def test_a_preview(rig: Rig) -> None:
    answer = await rig.ask("POST", PREVIEW, {"content": "Where is Tom?"})
    assert answer.status == 200
    assert answer.value["context"] == {"parts": [{"kind": "question", "text": "Where is Tom?"}], "session": None}
    answer = await rig.ask("POST", PREVIEW, {"content": "Where is Tom?", "session_id": "last"})
    assert answer.value["context"]["session"] == "last"
    answer = await rig.ask("POST", PREVIEW, {"content": "Where is Tom?", "count": True})
    assert answer.value["context"]["counted_tokens"] == 7


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "content"),
        ({"content": " "}, "content"),
        ({"content": 7}, "content"),
        ({"content": "x\0y"}, "content"),
        ({"content": "x", "session_id": "a/b"}, "session_id"),
        ({"content": "x", "model": "y"}, "model"),
        ({"content": "x", "count": "yes"}, "count"),
    ],
)
async def test_a_wrong_preview_is_refused_by_its_field(rig: Rig, body: dict[str, Any], field: str) -> None:
    answer = await rig.ask("POST", PREVIEW, body)
    assert answer.status == 400
    assert field in answer.error["message"]


async def test_instances(rig: Rig) -> None:
    assert (await rig.ask("GET", INSTANCES)).value == {"instances": [], "counts": {}, "limit": 50, "living": False}
    answer = await rig.ask("GET", f"{INSTANCES}?limit=3&living=true")
    assert (answer.value["limit"], answer.value["living"]) == (3, True)
    for query in ("limit=0", "limit=x", "living=perhaps", "state=idle"):
        assert (await rig.ask("GET", f"{INSTANCES}?{query}")).status == 400


async def test_neither_is_for_strangers(rig: Rig) -> None:
    for method, path in (("GET", INSTANCES), ("POST", PREVIEW), ("GET", f"/api/v1/message/{'a' * 64}/context")):
        assert (await rig.ask(method, path, {} if method == "POST" else None, headers={})).status == 401
