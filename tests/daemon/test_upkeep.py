"""Does a node audit itself beside its work, keep what it found, verify backups, and change what can be changed?"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from ccnode import config
from ccnode.daemon import backing
from ccnode.daemon.upkeep import Upkeep
from ccnode.store import backup, backup_checks
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.ledger import connect
from ccnode.store.readers import Readers
from tests.store.support import talk
from tests.store.test_backup import Place, make_home

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def place(tmp_path: Path) -> Place:
    made = make_home(tmp_path / "one")
    ledger = made.node.open()
    talk(ledger, 1, 5, "the badger")
    ledger.close()
    return made


@pytest.fixture
async def upkeep(place: Place) -> AsyncIterator[Upkeep]:
    readers = Readers(place.home.ledger)
    made = Upkeep(place.home, config.load(place.home.config).settings, readers, place.node.key.public.raw)
    yield made
    await made.close()
    await readers.close()


async def ended(upkeep: Upkeep) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (found := await upkeep.audit())["state"] == "running":  # noqa: ASYNC110  # seen from outside only
            await asyncio.sleep(0.02)
    return found


async def verified(upkeep: Upkeep) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (found := (await upkeep.backups())["backups"][0])["verifying"]:  # noqa: ASYNC110  # seen from outside only
            await asyncio.sleep(0.02)
    assert isinstance(found, dict)
    return found


async def test_an_audit_runs_beside_and_is_remembered(place: Place, upkeep: Upkeep) -> None:
    told: list[str] = []
    upkeep.on_change = told.append
    assert (await upkeep.audit())["state"] == "idle"
    upkeep.start_audit()
    upkeep.start_audit()
    found = await ended(upkeep)
    assert (found["state"], found["ok"], found["problems"], found["error"]) == ("done", True, [], None)
    assert found["entries_done"] == found["entries"] == found["verified_entries"] == 12
    [chain] = found["chains"]
    assert (chain["own"], chain["current"], chain["ok"], chain["verified_length"]) == (True, True, True, 12)
    assert "audit" in told
    again = Upkeep(place.home, upkeep.settings, upkeep._readers, place.node.key.public.raw)
    assert (await again.audit())["ok"] is True


async def test_damage_is_named_with_what_to_do(place: Place, upkeep: Upkeep) -> None:
    with sqlite3.connect(place.home.ledger) as connection:
        connection.execute("UPDATE entries SET sealed = sealed || x'41ff' WHERE seq = 4")
        connection.execute("UPDATE messages SET depth = 99 WHERE depth = 2")
    connection.close()
    upkeep.start_audit()
    found = await ended(upkeep)
    assert found["ok"] is False
    by_field = {one["field"]: one for one in found["problems"]}
    assert by_field["content"]["seq"] == 4
    assert by_field["content"]["chain"] == found["chains"][0]["chain"]
    assert "backup restore" in by_field["content"]["remedy"]
    assert "db rebuild" in by_field["messages"]["remedy"]
    json.dumps(found, ensure_ascii=False).encode()


async def test_an_audit_that_cannot_be_made_says_so(place: Place, upkeep: Upkeep) -> None:
    (await upkeep.audit())  # the readers are open
    place.home.ledger.unlink()
    upkeep.start_audit()
    found = await ended(upkeep)
    assert found["state"] == "failed"
    assert found["error"]["message"]
    assert found["ok"] is None


async def test_an_audit_can_be_stopped_and_begun_again(upkeep: Upkeep) -> None:
    upkeep.start_audit()
    await upkeep.stop_audit()
    assert (await upkeep.audit())["state"] == "stopped"
    upkeep.start_audit()
    assert (await ended(upkeep))["ok"] is True


async def test_a_broken_memory_of_the_last_audit_is_none(place: Place, upkeep: Upkeep) -> None:
    upkeep.start_audit()
    await ended(upkeep)
    for text in ("{", "[]", '{"report": 1}', '{"report": {"ok": 1, "entries": "x", "problems": {}, "chains": []}}'):
        (place.home.root / "audit.json").write_text(text)
        again = Upkeep(place.home, upkeep.settings, upkeep._readers, b"")
        assert (await again.audit())["state"] == "idle"


async def test_a_proof_is_what_the_command_line_writes(upkeep: Upkeep) -> None:
    entries = await upkeep.log(10, None, 17)
    message = next(one for one in entries if one.kind_name == "message")
    message_id, data = await upkeep.proof(message.digest.hex()[:10])
    assert message_id == message.digest.hex()
    assert b"badger" in data or b"sealed" in data
    assert len(data.splitlines()) > 3
    with pytest.raises(NotFound):
        await upkeep.proof("ffffffffff")


async def test_a_backup_is_verified_and_that_is_remembered(place: Place, upkeep: Upkeep) -> None:
    made = backup.create(place.home)
    with pytest.raises(NotFound):
        await upkeep.verify_backup("../node.key")
    await upkeep.verify_backup(made.path.name)
    found = await verified(upkeep)
    assert (found["ok"], found["entries"], found["problems"], found["error"]) == (True, 12, 0, None)
    assert not list(place.home.backups.glob(".ccnode-work-*"))
    made.path.write_bytes(made.path.read_bytes()[:-40] + b"x" * 39)
    assert (await upkeep.backups())["backups"][0]["ok"] is None, "it is another file now"
    await upkeep.verify_backup(made.path.name)
    found = await verified(upkeep)
    assert found["ok"] is None
    assert found["error"]["message"]


async def test_a_backup_made_by_itself_is_known_to_verify(place: Place, upkeep: Upkeep) -> None:
    backing.back_up_if_due(place.home, 6, 28)
    [found] = (await upkeep.backups())["backups"]
    assert (found["kind"], found["ok"]) == ("automatic", True)
    (place.home.backups / backup_checks.NAME).write_text('{"x": 1}')
    assert (await upkeep.backups())["backups"][0]["ok"] is None


async def test_settings(place: Place, upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {one["key"]: one for one in upkeep.describe_settings()["settings"]}
    assert (known["api.port"]["value"], known["api.port"]["origin"]) == (8000, "file")
    await upkeep.change_setting("backup.keep", "5")
    assert upkeep.settings.backup.keep == 5
    assert config.load(place.home.config).settings.backup.keep == 5
    for key, value in (("backup.keep", "0"), ("backup.keep", "many"), ("api.port", "1")):
        with pytest.raises(Conflict):
            await upkeep.change_setting(key, value)
    with pytest.raises(NotFound):
        await upkeep.change_setting("no.such", "1")
    place.home.config.write_text("[api]\nport = 8123\n")
    known = {one["key"]: one for one in upkeep.describe_settings()["settings"]}
    assert (known["api.port"]["value"], known["api.port"]["saved"]) == (8000, 8123)
    monkeypatch.setenv("CCNODE_BACKUP__KEEP", "9")
    with pytest.raises(Conflict, match="environment"):
        await upkeep.change_setting("backup.keep", "7")
    monkeypatch.delenv("CCNODE_BACKUP__KEEP")
    place.home.config.write_text("[api]\nnonsense = 1\n")
    assert upkeep.describe_settings()["problems"][0]["key"] == "api.nonsense"
    with pytest.raises(Conflict):
        await upkeep.change_setting("backup.keep", "7")


async def test_storage(place: Place, upkeep: Upkeep) -> None:
    backup.create(place.home)
    found = await upkeep.storage()
    sizes = {one["name"]: one["bytes"] for one in found["parts"]}
    assert sizes["ledger"] > 0
    assert sizes["backups"] > 0
    assert found["free"] > 0


async def test_readers_do_not_wait_for_the_audit(place: Place, upkeep: Upkeep) -> None:
    """The ledger takes entries while it is verified; what is verified is one state of it."""
    ledger = place.node.open()
    upkeep.start_audit()
    talk(ledger, 2, 3)
    ledger.close()
    found = await ended(upkeep)
    assert found["ok"] is True
    assert found["verified_entries"] <= found["entries"]
    connect(place.home.ledger, writable=False).close()
