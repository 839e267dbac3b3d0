"""Are packets listed, shared and judged as docs/API.md says, and is what is wrong refused by its name?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store.knowledge import Known
from ccnode_protocol.records import Packet, Role, Said
from tests.api.rig import BEARER

if TYPE_CHECKING:
    from tests.api.rig import Rig

KNOWLEDGE = "/api/v1/knowledge"


async def test_packets_are_listed_page_by_page(rig: Rig) -> None:
    for number in range(3):
        rig.node.knowledge.add("waiting" if number else "promoted", f"claim {number}")
    first = (await rig.ask("GET", f"{KNOWLEDGE}?limit=2")).value
    assert [one["text"] for one in first["packets"]] == ["claim 2", "claim 1"]
    assert first["more"] is True
    rest = (await rig.ask("GET", f"{KNOWLEDGE}?limit=2&before={first['next']}")).value
    assert [one["text"] for one in rest["packets"]] == ["claim 0"]
    only = (await rig.ask("GET", f"{KNOWLEDGE}?state=promoted")).value
    assert [one["text"] for one in only["packets"]] == ["claim 0"]
    one = (await rig.ask("GET", f"{KNOWLEDGE}/{first['packets'][0]['packet_id'][:8]}")).value["packet"]
    assert one["text"] == "claim 2"


async def test_a_message_is_shared_and_withdrawn(rig: Rig) -> None:
    session = await rig.node.start_session("cats", None)
    said = rig.node.add(session.id, "user", "Cats are quiet.").digest.hex()
    body = {"message_id": said, "subject": " cats ", "audience": "public", "after": ["ab" * 32]}
    made = await rig.ask("POST", KNOWLEDGE, body)
    assert made.status == 201
    assert (made.value["packet"]["state"], made.value["packet"]["text"]) == ("shared", "Cats are quiet.")
    assert ("knowledge.share", said, "cats", "public", ["ab" * 32]) in rig.node.calls
    named = f"{KNOWLEDGE}/{made.value['packet']['packet_id']}"
    assert (await rig.ask("POST", f"{named}/withdraw", {})).value["packet"]["state"] == "withdrawn"


async def test_a_packet_is_promoted_and_rejected(rig: Rig) -> None:
    one = rig.node.knowledge.add("waiting", "claim", conflicts_with=[{"state": "promoted"}])
    named = f"{KNOWLEDGE}/{one['packet_id']}"
    refused = await rig.ask("POST", f"{named}/promote", {})
    assert (refused.status, refused.value["error"]["code"]) == (409, "conflict")
    assert (await rig.ask("POST", f"{named}/promote", {"despite": True})).value["packet"]["state"] == "promoted"
    assert (await rig.ask("POST", f"{named}/reject", {})).value["packet"]["state"] == "rejected"


async def test_what_is_known_is_found_and_shown_as_the_others(rig: Rig) -> None:
    text = "<script>alert(1)</script> The ferry leaves at noon."
    said = Packet(b"n" * 32, 1, b"s" * 16, text, (Said(b"m" * 32, Role.USER, 0),))
    rig.node.memory.known = [Known(b"p" * 32, "promoted", said, said.node, 1, b"e" * 32, 1 << 16, 1)]
    found = (await rig.ask("GET", "/api/v1/memory?q=ferry")).value
    assert [(one["packet_id"], one["claim"]) for one in found["knowledge"]] == [("70" * 32, text)]
    async with rig.client.get(f"{rig.url}/memory?q=ferry", headers=BEARER) as response:
        page = await response.text()
    assert "The ferry leaves at noon." in page
    assert "<script>alert" not in page
    assert "packet 707070707070 of node" in page
    assert "Nothing was found" not in page


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "?state=known", None, 400),
        ("GET", "?limit=0", None, 400),
        ("GET", "?before=xyz", None, 400),
        ("GET", "/xyz", None, 404),
        ("GET", f"/{'ab' * 32}", None, 404),
        ("POST", "", {}, 400),
        ("POST", "", {"message_id": "ab" * 32, "audience": "core"}, 400),
        ("POST", "", {"message_id": "ab" * 32, "subject": "x" * 201}, 400),
        ("POST", "", {"message_id": "ab" * 32, "subject": "a\x00b"}, 400),
        ("POST", "", {"message_id": "ab" * 32, "after": ["ab" * 32] * 33}, 400),
        ("POST", f"/{'ab' * 32}/promote", {"despite": 1}, 400),
        ("POST", f"/{'ab' * 32}/reject", {"x": 1}, 400),
        ("POST", f"/{'ab' * 32}/withdraw", {}, 404),
    ],
)
async def test_what_is_wrong_is_refused(rig: Rig, method: str, path: str, body: Any, status: int) -> None:
    answer = await rig.ask(method, KNOWLEDGE + path, body)
    assert answer.status == status, answer.value
    assert answer.value["error"]["remedy"]
