"""What does `ccnode doctor` look at? Each check looks at one thing, changes nothing, and never fails to answer."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sqlite3
import sys
import time
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from ccnode.cli import outward
from ccnode.cli.errors import CliError, explained
from ccnode.cli.text import count, local, size

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ccnode.cli.state import State
    from ccnode.store.home import Home

PYTHONS: Final = ((3, 11), (3, 14))
SQLITE_MIN: Final = (3, 37, 0)
DISK_WARN: Final = 1 << 30
DISK_FAIL: Final = 64 << 20
BACKUP_WARN_S: Final = 3 * 86_400
NEW_S: Final = 86_400
CLOCK_MIN_S: Final = 1_735_689_600  # 2025: earlier than any node of this program
CLOCK_AHEAD_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Check:
    """What one check saw."""

    name: str
    state: Literal["ok", "warn", "fail"]
    message: str
    remedy: str = ""


def all_checks(state: State) -> list[Check]:
    """Every check that makes sense here; those of a node only where there is one."""
    home = state.home
    machine: dict[str, Callable[[], Check]] = {
        "python": _python,
        "sqlite": _sqlite,
        "clock": lambda: _clock(home),
        "disk": lambda: _disk(home),
        "settings": lambda: _settings(home),
        "data directory": lambda: _directory(home),
    }
    found = [_safely(name, check) for name, check in machine.items()]
    if not _there(home):
        return found
    mine: dict[str, Callable[[], Check]] = {
        "node key": lambda: _secret("node key", home.node_key),
        "owner key": lambda: _owner_key(home),
        "backup key": lambda: _secret("backup key", home.backup_key),
        "certificate": lambda: _certificate(home),
        "daemon": lambda: _daemon(state, home),
        "port": lambda: _port(home),
        "other devices": lambda: outward.judged(state, home),
        "other nodes": lambda: _others(state, home),
        "database": lambda: _database(home),
        "forgetting": lambda: _forgetting(home),
        "search index": lambda: _index(home),
        "plate": lambda: _plate(home),
        "conversations": lambda: _unanswered(home),
        "backups": lambda: _backups(home),
        "recovery kit": lambda: _kit(home),
        "model": lambda: _model(state, home),
    }
    return found + [_safely(name, check) for name, check in mine.items()]


def _there(home: Home) -> bool:
    """Whether there is a node, as far as this user may see."""
    try:
        return home.exists()
    except OSError:
        return False


def _safely(name: str, check: Callable[[], Check]) -> Check:
    """A check that cannot look has found something, too."""
    try:
        found = check()
    except Exception as error:
        known = explained(error)
        if known is None:
            raise
        return Check(name, "fail", str(known), known.remedy)
    return replace(found, remedy="") if found.state == "ok" else found


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]:
        return Check("python", "ok", version)
    return Check("python", "warn", f"{version} is not among those that are tested", "use Python 3.11, 3.12 or 3.13")


def _sqlite() -> Check:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SQLITE_MIN:
        return Check("sqlite", "fail", f"{version} is too old", "use a Python with SQLite 3.37 or newer")
    try:
        with contextlib.closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
    except sqlite3.Error:
        return Check("sqlite", "fail", f"{version} has no full-text search (FTS5)", "use another build of Python")
    return Check("sqlite", "ok", f"{version}, with full-text search")


def _clock(home: Home) -> Check:
    now = time.time()
    if now < CLOCK_MIN_S:
        return Check("clock", "fail", f"it shows {local(int(now * 1000))}", "set the machine's clock")
    if _there(home) and home.ledger.exists():
        from ccnode.cli import local as database
        from ccnode.store import views

        newest = database.ask(home, views.entries(1))
        ahead_ms = views.ms_of(newest[0].time) - int(now * 1000) if newest else 0
        if ahead_ms > CLOCK_AHEAD_MS:
            text = f"the newest entry is {ahead_ms // 1000} s in the future: the clock was set back, or was wrong then"
            return Check("clock", "warn", text, "set the machine's clock")
    return Check("clock", "ok", local(int(now * 1000)))


def _disk(home: Home) -> Check:
    place = home.root
    while not place.exists():
        place = place.parent
    if os.statvfs(place).f_flag & os.ST_RDONLY:
        remedy = "mount it for writing, or name another place with --data-dir"
        return Check("disk", "fail", f"is read-only at {place}: nothing new can be kept", remedy)
    free = shutil.disk_usage(place).free
    text = f"{size(free)} are free at {place}"
    if free < DISK_FAIL:
        return Check("disk", "fail", text, "free some space: nothing can be written when the disk is full")
    return Check("disk", "warn" if free < DISK_WARN else "ok", text, "free some space soon")


def _settings(home: Home) -> Check:
    from ccnode import config

    try:
        loaded = config.load(home.config)
    except config.ConfigError as error:
        return Check("settings", "fail", str(error), "see: ccnode config check")
    places = [str(home.config)] if home.config.exists() else []
    if from_environment := sum(origin == "environment" for origin in loaded.origins.values()):
        places.append(f"{from_environment} from the environment")
    return Check("settings", "ok", ", ".join(places) or "all default")


def _directory(home: Home) -> Check:
    if not home.exists() and home.profile.exists():
        return Check("data directory", "fail", f"{home.node_key} is missing", "see what helps: ccnode status")
    if not home.exists():
        return Check("data directory", "fail", f"there is no node in {home.root}", "make one: ccnode init")
    facts = home.root.stat()
    mode = facts.st_mode & 0o777
    if facts.st_uid != os.getuid():
        return Check("data directory", "warn", f"{home.root} belongs to another user", "run as that user")
    if mode & 0o077:
        return Check(
            "data directory", "fail", f"{home.root} is open to others ({mode:04o})", f"run: chmod 700 {home.root}"
        )
    return Check("data directory", "ok", str(home.root))


def _secret(name: str, path: Path) -> Check:
    from ccnode.store.home import read_private

    read_private(path)
    return Check(name, "ok", f"{path}, for this user only")


def _owner_key(home: Home) -> Check:
    from ccnode.store import owner
    from ccnode.store.home import read_private

    guard = owner.guard(home)
    if guard == "absent":
        return Check("owner key", "ok", "is not on this machine")
    if guard == "file permissions":
        read_private(home.owner_key)
        return Check(
            "owner key", "warn", "has no passphrase: file permissions alone guard it",
            "write the recovery kit (ccnode backup kit), then delete owner.key: it is needed rarely",
        )  # fmt: skip
    read_private(home.owner_key_sealed)
    return Check("owner key", "ok", "is encrypted with your passphrase")


def _certificate(home: Home) -> Check:
    from ccnode.cli.identity import read_profile
    from ccnode.store.home import read_private
    from ccnode_crypto import keys
    from ccnode_crypto.certificate import read_certificate
    from ccnode_crypto.errors import CryptoError

    profile = read_profile(home)
    signed = profile.get("certificate")
    if not isinstance(signed, dict):
        return Check(
            "certificate", "warn", "your owner key does not stand behind this node", "run: ccnode init --certify"
        )
    try:
        certificate = read_certificate(bytes.fromhex(signed["body"]), bytes.fromhex(signed["signature"]))
        seed = keys.from_text("recovery", read_private(home.node_key).decode("ascii", "replace"))
    except (CryptoError, ValueError, KeyError, TypeError) as error:
        return Check("certificate", "fail", f"does not verify: {error}", "run: ccnode init --certify")
    if certificate.node != keys.SigningKey(seed).public.raw:
        return Check("certificate", "fail", "is for another node key", "run: ccnode init --certify")
    return Check("certificate", "ok", f"owner {keys.owner_id(certificate.owner)[:12]}...")


def _daemon(state: State, home: Home) -> Check:
    from ccnode.cli.client import Client

    client = Client(home, state.environment)
    if not client.running():
        return Check("daemon", "warn", "does not run", "start it: ccnode run")
    try:
        facts = client.get("/api/v1/status")
    except CliError as error:
        return Check("daemon", "fail", str(error), error.remedy)
    problems = [one.get("message", "") for one in facts.get("problems", []) if isinstance(one, dict)]
    if problems:
        return Check("daemon", "warn", f"{facts.get('state')}: {'; '.join(problems)}", "see: ccnode status")
    return Check("daemon", "ok", f"{facts.get('state')} at {facts.get('api_url')}")


def _port(home: Home) -> Check:
    from ccnode import config
    from ccnode.store.home import is_held

    try:
        api = config.load(home.config).settings.api
    except config.ConfigError:
        return Check("port", "warn", "not checked: the settings are wrong", "see: ccnode config check")
    if api.port == 0 or is_held(home):
        return Check("port", "ok", "a free one is taken" if api.port == 0 else str(api.port))
    if taken := _taken(api.host, api.port):
        return Check("port", "warn", taken, "choose another: ccnode config set api.port 0")
    return Check("port", "ok", f"{api.port} is free")


def _taken(host: str, port: int) -> str:
    """Why a port cannot be had; "" where it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return f"{port} on {host or 'all addresses'} cannot be had: {error.strerror}"
    return ""


def _others(state: State, home: Home) -> Check:
    """Whether other nodes are met, or could be."""
    from ccnode import config
    from ccnode.cli.client import Client

    name, client = "other nodes", Client(home, state.environment)
    try:
        wanted = config.load(home.config).settings.federation
    except config.ConfigError:
        return Check(name, "warn", "not checked: the settings are wrong", "see: ccnode config check")
    if client.running():
        facts = client.get("/api/v1/federation")
        problems = "; ".join(str(one.get("message")) for one in facts.get("problems") or [])
        where = ", ".join(facts.get("addresses") or []) or "nowhere"
        text = f"{facts.get('state')}, {count(len(facts.get('links') or []), 'link')}, reached at {where}"
        return Check(name, "warn" if problems else "ok", problems or text, "see: ccnode federation status")
    if not wanted.enabled:
        return Check(name, "ok", "none are met: federation.enabled is false")
    if wanted.port and (taken := _taken("" if wanted.host == "*" else wanted.host, wanted.port)):
        return Check(name, "warn", taken, "choose another: ccnode config set federation.port")
    return Check(
        name, "ok", f"are met on {f'port {wanted.port}' if wanted.port else 'a free port'} once the daemon runs"
    )


def _database(home: Home) -> Check:
    from ccnode.cli import local as database
    from ccnode.store.ledger import lost_end

    with database.opened(home) as connection:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        lost = lost_end(home.ledger, connection)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    if verdict != "ok":
        return Check("database", "fail", f"is damaged: {verdict}", "run: ccnode audit verify; then restore a backup")
    if lost:
        return Check("database", "fail", lost, "restore the newest backup: ccnode backup list")
    return Check("database", "ok", f"schema {version}; `ccnode audit verify` checks every signature")


def _forgetting(home: Home) -> Check:
    """Whether every node of the owner has erased what was ordered to be forgotten."""
    from ccnode.cli.forgetting import own_node
    from ccnode.store import erasures

    now_ms = time.time_ns() // 1_000_000
    found = erasures.of_home(home, own_node(home), now_ms)
    if told := erasures.problem_of(found, now_ms):
        return Check("forgetting", "warn", told, "start those nodes, or remove them (they may keep a copy)")
    owing = sum(bool(one.owing) for one in found)
    text = f"{count(len(found), 'order')}, {owing} not answered by every node" if owing else count(len(found), "order")
    return Check("forgetting", "ok", text)


def _index(home: Home) -> Check:
    from ccnode.cli.commands.db import index_progress as progress

    found = progress(home)
    if found is None:
        return Check("search index", "warn", "has to be made anew", "start the daemon: it does that by itself")
    behind = found["behind"]
    text = f"{count(behind, 'message')} behind" if behind else "is complete"
    return Check("search index", "ok", text)


def _plate(home: Home) -> Check:
    from ccnode.cli.plates import NO_PLATE, file_of, in_force
    from ccnode.mind.plate import lint
    from ccnode.store import views
    from ccnode.store.plate_shapes import FILE_REMEDY

    current = in_force(home)
    if current is None:
        return Check("plate", "warn", "there is none: the assistant has no name and no character of its own", NO_PLATE)
    found = file_of(home, current)
    if found.standing == "unreadable":
        return Check("plate", "warn", f"{home.plate.name} cannot be taken: {found.problem}", "see: ccnode plate lint")
    if found.standing == "differs":
        return Check("plate", "warn", f"{home.plate.name} is not version {current.version}, in force", FILE_REMEDY)
    flaws = lint(current.text or "")
    if flaws:
        return Check("plate", "warn", f"version {current.version}: {flaws[0].message}", "see: ccnode plate lint")
    return Check("plate", "ok", f"version {current.version}, kept on {local(views.ms_of(current.time))}")


def _unanswered(home: Home) -> Check:
    from ccnode.cli import local as database
    from ccnode.store import views

    waiting = database.ask(home, views.unanswered())
    if not waiting:
        return Check("conversations", "ok", "no question waits for an answer")
    text = f"{count(len(waiting), 'question')} without an answer"
    return Check("conversations", "warn", text, f"go on: ccnode chat {uuid.UUID(bytes=waiting[0].session)}")


def _backups(home: Home) -> Check:
    from ccnode.store import backup

    found = [one for one in backup.list_backups(home) if one.kind in {"manual", "automatic"}]
    now_s = time.time()
    if not found:
        young = now_s - home.profile.stat().st_mtime < NEW_S
        return Check("backups", "ok" if young else "warn", "there is none yet", "make one: ccnode backup create")
    age_s = now_s - found[0].created_ms / 1000
    old = age_s > BACKUP_WARN_S
    text = f"the newest of {len(found)} is of {local(found[0].created_ms)}"
    return Check("backups", "warn" if old else "ok", text, "make one: ccnode backup create; keep a copy elsewhere")


def _kit(home: Home) -> Check:
    from ccnode.cli.kit import MADE

    if (home.root / MADE).exists():
        return Check("recovery kit", "ok", "was written; is the paper where you would find it, and the file deleted?")
    return Check("recovery kit", "warn", "was never written", "write it, print it, delete the file: ccnode backup kit")


def _model(state: State, home: Home) -> Check:
    from ccnode.cli.client import Client
    from ccnode.cli.commands.model import chosen

    client = Client(home, state.environment)
    if client.running():
        with contextlib.suppress(CliError):
            facts: dict[str, Any] = client.get("/api/v1/model")
            problem = facts.get("problem") or facts.get("warning")
            return Check(
                "model", "warn" if problem else "ok", str(problem or facts.get("current")), "see: ccnode model use"
            )
    adapter, model = chosen(home)
    if adapter == "anthropic" and model:
        from datetime import UTC, datetime

        from ccnode.models.retirement import retirement_warning

        if warning := retirement_warning(model, datetime.now(UTC).date()):
            return Check("model", "warn", warning, "see: ccnode model use --help")
    return Check("model", "ok", f"{adapter}/{model}" if model else adapter)
