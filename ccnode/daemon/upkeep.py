"""What does the owner look after while the node runs? Audits, proofs, backups, settings, and the room on the disk."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
from typing import TYPE_CHECKING, Any, Final

import structlog

from ccnode import clock, config
from ccnode.daemon.checking import Check
from ccnode.store import backup_checks, views
from ccnode.store.errors import Conflict, NotFound, StoreError, translated
from ccnode.store.home import read_private, write_private
from ccnode_crypto.entry import AUDIENCES
from ccnode_crypto.keys import node_id

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ccnode.store.home import Home
    from ccnode.store.readers import Readers
    from ccnode.store.views import Chain, EntryRow, Message

log = structlog.get_logger()
Form = dict[str, Any]

CHANGEABLE: Final = frozenset({"backup.every_hours", "backup.keep"})  # they are read anew each time they are needed
AUDIT_BYTES_MAX: Final = 64 * 1024 * 1024
_AUDIENCES: Final = {number: name for name, number in AUDIENCES.items()}
_NOT_SEEN: Final[Form] = {"verifying": False, "done": 0, "total": 0, "error": None}
IS_BACKUP: Final = frozenset({"manual", "automatic"})


class Upkeep:
    """Answers what ports.Upkeep asks. Lives on the node's event loop; what blocks is done in threads and processes."""

    def __init__(self, home: Home, settings: config.Settings, readers: Readers, own: bytes) -> None:
        self.settings = settings
        self.on_change: Callable[[str], None] = lambda _what: None
        self._home = home
        self._readers = readers
        self._own = own
        self._audit = Check(lambda: self.on_change("audit"))
        self._backup = Check(lambda: self.on_change("backups"))
        self._last = _read_audit(self._audit_file)

    async def close(self) -> None:
        """End the checks that run."""
        await self._audit.stop()
        await self._backup.stop()

    # --- audit ---

    @property
    def _audit_file(self) -> Path:
        return self._home.root / "audit.json"

    def start_audit(self) -> None:
        """Verify the whole ledger, in a process of its own; does nothing where that is being done."""
        self._audit.start([str(self._home.root)], "ledger", self._audited)

    async def stop_audit(self) -> None:
        """End the verification that runs."""
        await self._audit.stop()

    def _audited(self, report: Form) -> None:
        self._last = {"started": self._audit.started_ms, "finished": clock.now_ms(), "report": report}
        try:
            write_private(self._audit_file, json.dumps(self._last).encode())
        except StoreError as error:
            log.warning("audit_not_kept", error=str(error))

    async def audit(self) -> Form:
        """How the verification stands; without one, what the last one found."""
        known = await self._readers.run(views.chains())
        own = await self._readers.run(views.own_nodes())
        check, last = self._audit, self._last
        report: Form = last.get("report", {})
        state = check.state if check.state != "idle" or not last else "done"
        ended = None if check.running else check.finished_ms or last.get("finished")
        return {
            "state": state,
            "entries_done": check.done if check.running else report.get("entries", 0),
            "entries": sum(chain.length for chain in known),
            "started": _iso(check.started_ms or last.get("started")),
            "finished": _iso(ended),
            "error": check.error,
            "verified": _iso(last.get("finished")),
            "ok": report.get("ok"),
            "verified_entries": report.get("entries", 0),
            "problems": report.get("problems", []),
            "erased": report.get("erased", 0),
            "withheld": report.get("withheld", 0),
            "chains": _chain_forms(known, own, self._own, report),
        }

    async def log(self, limit: int, before: int | None, kind: int | None) -> Sequence[EntryRow]:
        """The newest entries, newest first, of all kinds or one."""
        return await self._readers.run(views.entries(limit, before_id=before, kind=kind))

    async def proof(self, message_id: str) -> tuple[str, bytes]:
        """A message's whole id, and the file that proves it."""
        digest = await self._readers.run(views.resolve_message(message_id))
        message = await self._readers.run(views.message(digest))
        return digest.hex(), await asyncio.to_thread(self._prove, message)

    def _prove(self, message: Message) -> bytes:
        import sqlite3

        from ccnode.store.bundles import of_messages
        from ccnode.store.ledger import connect

        connection: sqlite3.Connection = connect(self._home.ledger, writable=False)
        try:
            return b"".join(of_messages(connection, self._home, "message", [message]))
        except sqlite3.Error as error:
            raise translated(error) from error
        finally:
            connection.close()

    # --- backups ---

    async def backups(self) -> Form:
        """The copies of the ledger in the data directory, newest first, and which of them were verified."""
        check = self._backup
        seen = {"verifying": check.running, "done": check.done, "total": check.total, "error": check.error}
        return await asyncio.to_thread(self._backups, check.subject, seen)

    def _backups(self, subject: str, seen: Form) -> Form:
        from ccnode.store.backup_list import list_backups

        known = backup_checks.remembered(self._home)
        listed = []
        for one in list_backups(self._home):
            checked = known.get(one.path.name)
            if checked is not None and checked.bytes != one.bytes:
                checked = None  # another file of that name
            listed.append(
                {
                    "name": one.path.name,
                    "path": str(one.path),
                    "kind": one.kind,
                    "bytes": one.bytes,
                    "created": clock.iso(one.created_ms),
                    "encrypted": one.kind in IS_BACKUP,
                    "ok": checked.ok if checked else None,
                    "verified": clock.iso(checked.checked_ms) if checked else None,
                    "entries": checked.entries if checked else None,
                    "problems": checked.problems if checked else None,
                    **(seen if one.path.name == subject else _NOT_SEEN),
                }
            )
        return {"folder": str(self._home.backups), "backups": listed}

    async def verify_backup(self, name: str) -> None:
        """Decrypt a backup and check all of it, in a process of its own. Raises NotFound, Conflict."""
        listed = (await self.backups())["backups"]
        found = next((one for one in listed if one["name"] == name and one["encrypted"]), None)
        if found is None:
            raise NotFound("there is no backup of that name", remedy="see: ccnode backup list")
        if self._backup.running and self._backup.subject != name:
            raise Conflict(f"{self._backup.subject} is being verified", remedy="wait until that is done")
        path, size = self._home.backups / name, int(found["bytes"])

        def keep(report: Form) -> None:
            checked = backup_checks.Checked(
                report["ok"], clock.now_ms(), report["entries"], len(report["problems"]), size
            )
            try:
                backup_checks.remember(self._home, path, checked)
            except StoreError as error:
                log.warning("check_not_kept", error=str(error))

        self._backup.start([str(self._home.root), str(path)], name, keep)

    # --- settings ---

    def describe_settings(self) -> Form:
        """Every setting: its value in force, where that is from, and what it will be after the next start."""
        problems: Sequence[config.Problem] = ()
        saved: config.Loaded | None = None
        try:
            saved = config.load(self._home.config)
        except config.ConfigError as error:
            problems = error.problems
        in_force = config.Loaded(self.settings, {})
        return {
            "path": str(self._home.config),
            "exists": self._home.config.exists(),
            "problems": [{"where": one.where, "key": one.key, "message": one.message} for one in problems],
            "settings": [_setting_form(one, in_force, saved) for one in config.described()],
        }

    async def change_setting(self, key: str, value: str) -> Form:
        """Set what can be set while the node runs, in the file too; what `describe_settings` then gives.

        Raises:
            NotFound: there is no such setting. Conflict: it does not fit, cannot be set from here, or the environment
            sets it. StoreError: the file cannot be written.
        """
        known = {one.key: one for one in config.described()}
        if key not in known:
            raise NotFound("there is no such setting", remedy="see: ccnode config show")
        if key not in CHANGEABLE:
            raise Conflict(
                f"{key} cannot be changed while the node runs", remedy=f"ccnode config set {key} VALUE, then start anew"
            )
        try:
            if config.load(self._home.config).origins[key] == "environment":
                remedy = f"change it where {known[key].variable} is set"
                raise Conflict(f"{key} is set by the environment, which wins over the file", remedy=remedy)
            text = config.changed(config.read(self._home.config), key, value)
            await asyncio.to_thread(write_private, self._home.config, text.encode())
            loaded = config.load(self._home.config)
        except config.ConfigError as error:
            raise Conflict(str(error), remedy=error.remedy) from error
        section, _, name = key.partition(".")
        part = getattr(self.settings, section).model_copy(update={name: loaded.value(key)})
        self.settings = self.settings.model_copy(update={section: part})
        self.on_change("settings")
        return self.describe_settings()

    # --- room ---

    async def storage(self) -> Form:
        """How much room everything takes, and how much there is."""
        return await asyncio.to_thread(self._storage)

    def _storage(self) -> Form:
        home = self._home
        parts = {
            "ledger": _bytes_of(home.root.glob("ledger.sqlite*")),
            "index": _bytes_of(home.root.glob("index.sqlite*")),
            "backups": _bytes_of(home.backups.glob("*.age")),
            "copies": _bytes_of([*home.backups.glob("before-migration-*"), *home.root.glob("replaced-*/*")]),
            "imports": _bytes_of((home.root / "imports").glob("*")),
        }
        usage = shutil.disk_usage(home.root)
        listed = [{"name": name, "bytes": size} for name, size in parts.items()]
        return {"data_dir": str(home.root), "free": usage.free, "disk": usage.total, "parts": listed}


def _read_audit(path: Path) -> Form:
    """What the last audit found, as it was kept; empty where there was none or it cannot be read."""
    try:
        value = json.loads(read_private(path, size_max=AUDIT_BYTES_MAX))
        report = value["report"]
        fine = isinstance(report["ok"], bool) and isinstance(report["entries"], int)
        fine = fine and isinstance(report["problems"], list) and isinstance(report["chains"], list)
    except (StoreError, ValueError, KeyError, TypeError):
        return {}
    return value if fine else {}


def _chain_forms(known: Sequence[Chain], own: frozenset[bytes], key: bytes, report: Form) -> list[Form]:
    """The chains, each with what the last audit said of it; the newest of our own is still written to."""
    verdicts = {one["chain"]: one for one in report.get("chains", [])}
    ours = [one for one in known if one.chain.node == key]
    forms = []
    for one in known:
        found: Form = verdicts.get(str(one.chain), {})
        forms.append(
            {
                "chain": str(one.chain),
                "node_id": node_id(one.chain.node),
                "epoch": one.chain.epoch.hex(),
                "audience": _AUDIENCES.get(one.chain.audience, str(one.chain.audience)),
                "length": one.length,
                "head": one.head.hex(),
                "opened": clock.iso(views.ms_of(one.opened)),
                "own": one.chain.node in own,
                "current": bool(ours) and one is ours[-1],
                "ok": found.get("ok"),
                "verified_length": found.get("length", 0),
            }
        )
    return forms


def _setting_form(one: config.Described, in_force: config.Loaded, saved: config.Loaded | None) -> Form:
    value = in_force.value(one.key)
    later = saved.value(one.key) if saved is not None else value
    return {
        "key": one.key,
        "value": config.plain(value),
        "origin": (saved.origins[one.key] if saved is not None and later == value else "start"),
        "saved": config.plain(later) if later != value else None,
        "default": config.plain(one.default),
        "type": one.type,
        "variable": one.variable,
        "description": one.description,
        "changeable": one.key in CHANGEABLE,
    }


def _iso(ms: int | None) -> str | None:
    return clock.iso(ms) if ms is not None else None


def _bytes_of(paths: Iterable[Path]) -> int:
    """The sizes of files together; one that goes away meanwhile counts nothing."""
    total = 0
    for path in paths:
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return total
