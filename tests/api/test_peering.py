"""What can be asked about other nodes, and what is refused before the node hears of it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccnode.api.peer_ports import OwnersWord, Wish
from ccnode.store.errors import Conflict
from ccnode_crypto.certificate import certify, revoke
from ccnode_crypto.keys import SigningKey
from tests.api.fake_peers import CODE, WORDS, identifier, link, peer

if TYPE_CHECKING:
    from tests.api.rig import Rig

OWNER = SigningKey(bytes(range(32)))


def last(rig: Rig) -> tuple[Any, ...]:
    """What the node was asked last."""
    return rig.node.calls[-1]


async def test_peers_are_listed_by_standing(rig: Rig) -> None:
    rig.node.peers.kept = [peer(2), peer(3, standing="pending", link=link()), peer(4, standing="removed")]
    answer = (await rig.ask("GET", "/api/v1/peers")).value
    assert [one["node_id"] for one in answer["peers"]] == [identifier(2)]
    assert [one["link"]["words"] for one in answer["pending"]] == [WORDS]
    assert [one["node_id"] for one in answer["removed"]] == [identifier(4)]
    one = await rig.ask("GET", f"/api/v1/peers/{identifier(2)[:8]}")
    assert one.value["peer"]["name"] == "node 2"
    assert (await rig.ask("GET", "/api/v1/peers/nobody")).status == 404


async def test_a_peer_is_added_accepted_trusted_and_removed(rig: Rig) -> None:
    added = await rig.ask("POST", "/api/v1/peers", {"peer": "192.0.2.7:8101", "tier": "sandbox-out"})
    assert added.status == 201
    assert added.value["peer"]["standing"] == "pending"
    assert last(rig) == ("peers.add", "192.0.2.7:8101", Wish("sandbox-out"), ())
    name = added.value["peer"]["node_id"]
    body: dict[str, Any] = {"tier": "sandbox", "words": " Amber-bottle canyon  DWARF "}
    assert (await rig.ask("POST", f"/api/v1/peers/{name}/accept", body)).value["peer"]["tier"] == "sandbox"
    assert last(rig) == ("peers.accept", name, Wish("sandbox", tuple(WORDS)))
    paper = certify(OWNER, SigningKey(bytes([9]) * 32).public.raw, 5)
    word = {"certificate": {"body": paper.body.hex(), "signature": paper.signature.hex()}}
    await rig.ask("PUT", f"/api/v1/peers/{name}/tier", {"tier": "core", **word})
    assert last(rig) == ("peers.retier", name, "core", OwnersWord(None, paper))
    assert (await rig.ask("POST", f"/api/v1/peers/{name}/ping")).value["peer"]["link"]["round_trip_ms"] == 4
    assert (await rig.ask("DELETE", f"/api/v1/peers/{name}")).value["peer"]["standing"] == "removed"


async def test_invitations_are_made_listed_and_withdrawn(rig: Rig) -> None:
    made = await rig.ask("POST", "/api/v1/invitations", {"tier": "core", "passphrase": "secret words"})
    assert made.status == 201
    assert made.value["invitation"]["code"] == CODE
    assert last(rig) == ("peers.invite", "core", 86_400, None, OwnersWord("secret words"))
    listed = (await rig.ask("GET", "/api/v1/invitations")).value["invitations"]
    assert "code" not in listed[0]
    name = listed[0]["id"]
    assert (await rig.ask("DELETE", f"/api/v1/invitations/{name}")).value == {"invitations": []}
    assert (await rig.ask("DELETE", f"/api/v1/invitations/{name}")).status == 404
    joined = await rig.ask("POST", "/api/v1/join", {"code": CODE})
    assert joined.value["peer"]["how"] == "joined"
    assert last(rig) == ("peers.join", CODE, None)
    await rig.ask("POST", "/api/v1/join", {"code": CODE, "tier": "core"})
    assert last(rig) == ("peers.join", CODE, "core")


async def test_the_federation_is_told_switched_and_swept(rig: Rig) -> None:
    assert (await rig.ask("GET", "/api/v1/federation")).value["state"] == "on"
    assert (await rig.ask("POST", "/api/v1/federation/stop", {})).value["state"] == "off"
    assert (await rig.ask("POST", "/api/v1/federation/start", {})).value["state"] == "on"
    assert (await rig.ask("GET", "/api/v1/federation/discovered")).value == {"discovered": []}
    begun = await rig.ask("POST", "/api/v1/federation/sweep", {"subnet": "192.0.2.0/24"})
    assert (begun.status, begun.value["sweep"]["state"]) == (202, "running")
    assert (await rig.ask("DELETE", "/api/v1/federation/sweep")).value["sweep"]["state"] == "cancelled"


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/api/v1/peers", {"peer": "x", "tier": "friend"}, "tier"),
        ("POST", "/api/v1/peers", {"peer": ""}, "peer"),
        ("POST", "/api/v1/peers", {"peer": "x" * 201}, "peer"),
        ("POST", "/api/v1/peers", {"peer": "x", "addresses": ["a"] * 9}, "addresses"),
        ("POST", "/api/v1/peers", {"peer": "x", "certificate": {"body": "zz", "signature": "00"}}, "certificate"),
        ("POST", "/api/v1/peers", {"peer": "x", "certificate": {"body": "00", "signature": "00" * 64}}, "certificate"),
        ("POST", "/api/v1/peers/a/accept", {"confirmed": "yes"}, "confirmed"),
        ("POST", "/api/v1/peers/a/accept", {"words": "x" * 101}, "words"),
        ("PUT", "/api/v1/peers/a/tier", {}, "tier"),
        ("POST", "/api/v1/invitations", {"lasts_s": 5}, "lasts_s"),
        ("POST", "/api/v1/invitations", {"lasts_s": 8 * 86_400}, "lasts_s"),
        ("POST", "/api/v1/join", {"code": "a" * 2000}, "code"),
        ("POST", "/api/v1/join", {}, "code"),
        ("POST", "/api/v1/join", {"code": "a", "tier": "friend"}, "tier"),
        ("POST", "/api/v1/federation/sweep", {"subnet": "x" * 65}, "subnet"),
        ("POST", "/api/v1/federation/start", {"now": True}, "now"),
    ],
)
async def test_what_is_wrong_is_named(rig: Rig, method: str, path: str, body: dict[str, Any], field: str) -> None:
    answer = await rig.ask(method, path, body)
    assert answer.status == 400
    assert answer.error["message"].startswith(field)
    assert not [call for call in rig.node.calls if str(call[0]).startswith("peers.")]


async def test_what_the_node_refuses_is_told(rig: Rig) -> None:
    rig.node.refuse["peers.join"] = Conflict("the code has expired", remedy="ask for a new one")
    answer = await rig.ask("POST", "/api/v1/join", {"code": CODE})
    assert (answer.status, answer.error["remedy"]) == (409, "ask for a new one")


async def test_a_peer_is_asked(rig: Rig) -> None:
    rig.node.peers.kept = [peer(2)]
    answer = await rig.ask("POST", f"/api/v1/peers/{identifier(2)}/ask", {"what": "consensus"})
    assert answer.value["answer"] == {"what": "consensus", "consensus": None}
    assert last(rig) == ("peers.ask", identifier(2), "consensus")
    for wrong in ({}, {"what": "everything"}, {"what": "heads", "more": 1}):
        assert (await rig.ask("POST", f"/api/v1/peers/{identifier(2)}/ask", wrong)).status == 400


async def test_a_removed_node_of_ours_comes_with_the_owners_revocation(rig: Rig) -> None:
    rig.node.peers.kept = [peer(2)]
    paper = revoke(OWNER, SigningKey(b"n" * 32).public.raw, 5, ())
    said = {"body": paper.body.hex(), "signature": paper.signature.hex()}
    path = f"/api/v1/peers/{identifier(2)}"
    for wrong in ({**said, "signature": "00" * 64}, {**said, "body": "00"}, {**said, "body": "zz"}, "x"):
        assert (await rig.ask("DELETE", path, {"revocation": wrong})).status == 400
    assert (await rig.ask("DELETE", path, {"revocation": said})).status == 200
    assert rig.node.peers.revocations == [paper]
