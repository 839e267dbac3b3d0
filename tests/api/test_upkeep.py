"""Do audit, proofs, backups and settings answer as docs/API.md says, and refuse what they should?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.fake_upkeep import copy

if TYPE_CHECKING:
    from tests.api.rig import Rig


async def test_an_audit_is_started_once_and_stopped(rig: Rig) -> None:
    before = await rig.ask("GET", "/api/v1/audit")
    assert (before.value["state"], before.value["ok"]) == ("idle", None)
    for _ in range(2):
        begun = await rig.ask("POST", "/api/v1/audit", {})
        assert (begun.status, begun.value["state"]) == (202, "running")
    ended = await rig.ask("DELETE", "/api/v1/audit")
    assert ended.value["state"] == "stopped"


async def test_the_log_has_pages_and_kinds(rig: Rig) -> None:
    first = (await rig.ask("GET", "/api/v1/audit/log?limit=50")).value
    assert (len(first["entries"]), first["more"]) == (50, True)
    rest = (await rig.ask("GET", f"/api/v1/audit/log?limit=200&before={first['entries'][-1]['id']}")).value
    assert (len(rest["entries"]), rest["more"]) == (70, False)
    assert first["entries"][1] == {
        "id": 119,
        "chain": str(rig.node.upkeep.entries[1].chain),
        "seq": 118,
        "kind": "message",
        "digest": "01" * 32,
        "time": "2026-03-02T10:11:12.345Z",
        "content": "present",
    }
    messages = (await rig.ask("GET", "/api/v1/audit/log?kind=message&limit=200")).value["entries"]
    assert {one["kind"] for one in messages} == {"message"}


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "before=0", "before=x", "kind=nonsense", "other=1"])
async def test_a_wrong_page_of_the_log_is_named(rig: Rig, query: str) -> None:
    refused = await rig.ask("GET", f"/api/v1/audit/log?{query}")
    assert refused.status == 400
    assert query.split("=", maxsplit=1)[0] in refused.error["message"]


async def test_a_proof_is_a_download(rig: Rig) -> None:
    async with rig.client.get(
        f"{rig.url}/api/v1/proof/abcdef12", headers={"Authorization": f"Bearer {'x' * 43}"}
    ) as refused:
        assert refused.status == 401
    found = await rig.ask("GET", "/api/v1/proof/abcdef12")
    assert found.headers["Content-Disposition"] == 'attachment; filename="proof-abcdef1200000000.jsonl"'
    assert found.value == {"format": "ccnode/1"}
    assert (await rig.ask("GET", "/api/v1/proof/00ff00")).status == 404
    assert (await rig.ask("GET", "/api/v1/proof/..%2f..%2fnode.key")).status == 404


async def test_backups_are_listed_and_verified(rig: Rig) -> None:
    rig.node.upkeep.copies = [copy("ccnode-home-20260301T080000Z.age")]
    listed = (await rig.ask("GET", "/api/v1/backups")).value
    assert [one["name"] for one in listed["backups"]] == ["ccnode-home-20260301T080000Z.age"]
    begun = await rig.ask("POST", "/api/v1/backups/ccnode-home-20260301T080000Z.age/verify", {})
    assert begun.status == 202
    assert begun.value["backups"][0]["verifying"] is True
    for name in ("nothing.age", "..%2fnode.key", "x" * 300):
        assert (await rig.ask("POST", f"/api/v1/backups/{name}/verify", {})).status == 404


async def test_settings_are_shown_and_some_can_be_changed(rig: Rig) -> None:
    known = {one["key"]: one for one in (await rig.ask("GET", "/api/v1/settings")).value["settings"]}
    assert known["backup.keep"]["value"] == 28
    changed = await rig.ask("PATCH", "/api/v1/settings", {"key": "backup.keep", "value": 7})
    assert {one["key"]: one["value"] for one in changed.value["settings"]}["backup.keep"] == 7
    assert (await rig.ask("PATCH", "/api/v1/settings", {"key": "api.port", "value": 1})).status == 409
    assert (await rig.ask("PATCH", "/api/v1/settings", {"key": "no.such", "value": 1})).status == 404
    assert (await rig.ask("PATCH", "/api/v1/settings", {"key": "backup.keep"})).status == 400


async def test_storage_is_told(rig: Rig) -> None:
    found = (await rig.ask("GET", "/api/v1/storage")).value
    assert found["parts"][0] == {"name": "ledger", "bytes": 5_000_000}
    assert found["free"] > 0
