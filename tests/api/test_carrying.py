"""What can be done with bundles that are carried between nodes, and what is refused before the node hears of it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.fake_peers import identifier, peer
from tests.api.rig import BEARER

if TYPE_CHECKING:
    from tests.api.rig import Rig

OCTETS = {**BEARER, "Content-Type": "application/octet-stream"}
TO = "age1" + "q" * 58
KEY = "AGE-SECRET-KEY-1" + "Q" * 58


async def test_one_is_made_and_fetched(rig: Rig) -> None:
    rig.node.peers.kept = [peer(2)]
    path = f"/api/v1/peers/{identifier(2)}/bundle"
    made = await rig.ask("POST", path, {"since": "2026-03-02T10:11:12Z", "recipient": TO})
    assert (made.status, made.value["bundle"]["state"]) == (202, "running")
    assert rig.node.calls[-1] == ("peers.make_bundle", identifier(2), 1772446272000, False, TO)
    assert (await rig.ask("GET", "/api/v1/bundles/c0ffee")).value["bundle"]["kind"] == "create"
    async with rig.client.get(rig.url + "/api/v1/bundles/c0ffee/file", headers=BEARER) as file:
        assert (file.status, file.content_type, await file.read()) == (200, "application/octet-stream", b"abc")
    assert (await rig.ask("DELETE", "/api/v1/bundles/c0ffee")).status == 200
    assert (await rig.ask("GET", "/api/v1/bundles/other")).status == 404
    for wrong in ({"recipient": "age2x"}, {"since": "yesterday"}, {"full": 1}, {"more": 1}):
        assert (await rig.ask("POST", path, wrong)).status == 400


async def test_one_is_sent_and_applied(rig: Rig) -> None:
    async with rig.client.post(rig.url + "/api/v1/bundles", data=b"sealed", headers=OCTETS) as response:
        taken: dict[str, Any] = await response.json()
    assert (response.status, taken["bundle"]["bytes"]) == (201, 6)
    assert ("bundles.take_in", b"sealed", 6) in rig.node.calls
    applied = await rig.ask("POST", "/api/v1/bundles/c0ffee/apply", {"identity": KEY, "dry_run": True})
    assert applied.status == 202
    assert ("bundles.apply", "c0ffee", KEY, True) in rig.node.calls
    assert (await rig.ask("POST", "/api/v1/bundles/c0ffee/apply", {"identity": "nothing"})).status == 400


@pytest.mark.parametrize("headers", [{**BEARER, "Content-Type": "text/plain"}, {**OCTETS, "Content-Encoding": "gzip"}])
async def test_what_is_not_a_file_is_refused(rig: Rig, headers: dict[str, str]) -> None:
    async with rig.client.post(rig.url + "/api/v1/bundles", data=b"sealed", headers=headers) as response:
        assert response.status == 415
