"""What does the API look after in these tests? Audits, backups and settings in memory, by the protocol `Upkeep`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode.store.errors import Conflict, NotFound
from ccnode.store.views import EntryRow
from ccnode_crypto.entry import ChainId
from ccnode_protocol import hlc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

START_MS = 1_772_446_272_345
CHAIN = ChainId(bytes(32), bytes(16), 0)


class FakeUpkeep:
    """Implements `Upkeep`; the tests set what it says."""

    def __init__(self) -> None:
        self.changed: Callable[..., None] = lambda *_what: None
        self.state: dict[str, Any] = {
            "state": "idle",
            "entries_done": 0,
            "entries": 120,
            "started": None,
            "finished": None,
            "error": None,
            "verified": None,
            "ok": None,
            "verified_entries": 0,
            "problems": [],
            "erased": 0,
            "withheld": 0,
            "chains": [chain(own=True, current=True), chain(own=False, epoch="cd" * 16)],
        }
        self.entries = [
            EntryRow(
                120 - index,
                CHAIN,
                119 - index,
                17 if index % 2 else 16,
                bytes([index]) * 32,
                hlc.from_ms(START_MS),
                "present",
            )
            for index in range(120)
        ]
        self.copies: list[dict[str, Any]] = []
        self.known_settings: list[dict[str, Any]] = [
            setting("api.port", 8000),
            setting("backup.every_hours", 6, changeable=True),
            setting("backup.keep", 28, changeable=True),
        ]
        self.config_problems: list[dict[str, str]] = []

    def start_audit(self) -> None:
        if self.state["state"] != "running":
            self.state |= {"state": "running", "entries_done": 0, "started": "2026-03-02T10:11:12.345Z"}
            self.changed("audit")

    async def stop_audit(self) -> None:
        if self.state["state"] == "running":
            self.state["state"] = "stopped"
            self.changed("audit")

    def found(self, problems: Sequence[dict[str, Any]] = ()) -> None:
        """End the verification."""
        told = "2026-03-02T10:12:00.000Z"
        chains = [{**one, "ok": not problems, "verified_length": one["length"]} for one in self.state["chains"]]
        self.state |= {"state": "done", "finished": told, "verified": told, "ok": not problems, "chains": chains}
        self.state |= {"problems": list(problems), "verified_entries": 120, "entries_done": 120}
        self.changed("audit")

    async def audit(self) -> dict[str, Any]:
        return dict(self.state)

    async def log(self, limit: int, before: int | None, kind: int | None) -> Sequence[EntryRow]:
        fit = [one for one in self.entries if (before is None or one.id < before) and kind in {None, one.kind}]
        return fit[:limit]

    async def proof(self, message_id: str) -> tuple[str, bytes]:
        if message_id == "00ff00":
            raise NotFound(f"there is no message {message_id}")
        return message_id.ljust(64, "0"), b'{"format":"ccnode/1"}\n'

    async def backups(self) -> dict[str, Any]:
        return {"folder": "/data/backups", "backups": [dict(one) for one in self.copies]}

    async def verify_backup(self, name: str) -> None:
        for one in self.copies:
            if one["name"] == name:
                one["verifying"] = True
                self.changed("backups")
                return
        raise NotFound("there is no backup of that name", remedy="see: ccnode backup list")

    def describe_settings(self) -> dict[str, Any]:
        return {
            "path": "/data/config.toml",
            "exists": False,
            "problems": self.config_problems,
            "settings": [dict(one) for one in self.known_settings],
        }

    async def change_setting(self, key: str, value: str) -> dict[str, Any]:
        for one in self.known_settings:
            if one["key"] == key:
                if not one["changeable"]:
                    raise Conflict(f"{key} cannot be changed while the node runs")
                one |= {"value": int(value), "origin": "file"}
                self.changed("settings")
                return self.describe_settings()
        raise NotFound("there is no such setting")

    async def storage(self) -> dict[str, Any]:
        sizes = {"ledger": 5_000_000, "index": 2_000_000, "backups": 1_000_000, "copies": 0, "imports": 0}
        parts = [{"name": name, "bytes": size} for name, size in sizes.items()]
        return {"data_dir": "/data", "free": 80_000_000_000, "disk": 500_000_000_000, "parts": parts}


def chain(**more: Any) -> dict[str, Any]:
    """A chain as the audit shows it."""
    return {
        "chain": "1ab2cd:9f00:core",
        "node_id": "1ab2cd3ef4",
        "epoch": "9f" * 16,
        "audience": "core",
        "length": 60,
        "head": "ef" * 32,
        "opened": "2026-03-01T08:00:00.000Z",
        "own": True,
        "current": False,
        "ok": None,
        "verified_length": 0,
        **more,
    }


def copy(name: str, **more: Any) -> dict[str, Any]:
    """A backup as the list shows it."""
    return {
        "name": name,
        "path": f"/data/backups/{name}",
        "kind": "manual",
        "bytes": 123_456,
        "created": "2026-03-01T08:00:00.000Z",
        "encrypted": True,
        "ok": None,
        "verified": None,
        "entries": None,
        "problems": None,
        "verifying": False,
        "done": 0,
        "total": 0,
        "error": None,
        **more,
    }


def setting(key: str, value: object, **more: Any) -> dict[str, Any]:
    """A setting as it is shown."""
    return {
        "key": key,
        "value": value,
        "origin": "default",
        "saved": None,
        "default": value,
        "type": "number",
        "variable": f"CCNODE_{key.upper().replace('.', '__')}",
        "description": "What it is for.",
        "changeable": False,
        **more,
    }
