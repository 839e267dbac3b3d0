"""How is everything here saved, so that only its owner can read it, and put back whole?

A backup holds the ledger, the profile and the settings, encrypted to the backup key; the node key and the owner key are
never in it. It is made while the daemon runs, from one consistent state, and appears under its name only when complete.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import pyrage

from ccnode import __version__
from ccnode.store import backup_format, backup_signing, migrate
from ccnode.store.backup_format import CONFIG, FORMAT, LEDGER, MANIFEST, PROFILE, Member
from ccnode.store.backup_list import AUTOMATIC_END, TIME_FORMAT, BackupFile, list_backups, rotate
from ccnode.store.backup_restore import Restored, Verified, heads_in, restore, verify
from ccnode.store.errors import Conflict, NotFound, StoreCorrupt, StoreError, disk_error, translated
from ccnode.store.home import read_private
from ccnode.store.ledger import connect
from ccnode.store.staging import clear_leftovers, staging

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.home import Home

__all__ = ["BackupFile", "BackupInfo", "Restored", "Verified", "create", "list_backups", "restore", "rotate", "verify"]

PAGES_A_STEP: Final = 2_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """A backup that was made. `heads`: a dict each with chain, length and head; `sha256`: of the encrypted file."""

    path: Path
    bytes: int
    entries: int
    heads: list[dict[str, Any]]
    sha256: str
    created: str


def create(
    home: Home,
    source: sqlite3.Connection | Path | None = None,
    output: Path | None = None,
    *,
    recipients: Sequence[str] | None = None,
    automatic: bool = False,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> BackupInfo:
    """Make a backup; it blocks, beside readers and writers that go on.

    `source`: a connection that nobody else uses meanwhile, or a path (default: the home's ledger). `output`: a file or
    a folder (default: the home's folder of backups). `recipients`: lines "age1..." (default: the home's backup key).
    `progress(done, total)` counts the pages copied.

    Raises:
        StoreFull, StoreReadOnly: there is no room, or the place cannot be written; nothing is left behind.
        StoreCorrupt: the ledger is damaged.
        Conflict: the output exists. StoreError: the key or a file cannot be read.
    """
    now = now or datetime.now(UTC)
    keys = _recipients(home, recipients)
    profile = _small_file(home.profile)
    facts = _facts(profile)
    try:
        home.backups.mkdir(mode=0o700, parents=True, exist_ok=True)
        clear_leftovers(home.backups)
        target = _target(home, output, facts["name"], now, automatic=automatic)
        with staging(home.backups) as folder:
            copy = folder / LEDGER
            with _opened(home, source) as connection:
                _copy(connection, copy, progress)
            entries, heads = read_heads(copy)
            members = [Member(LEDGER, copy, copy.stat().st_size)]
            for name, data in ((PROFILE, profile), (CONFIG, _small_file(home.config))):
                if data is not None:
                    members.insert(0, Member(name, data, len(data)))
            manifest = {**facts, "format": FORMAT, "version": __version__, "created": _iso(now), "entries": entries,
                        "heads": heads, "files": {member.name: _described(member) for member in members}}  # fmt: skip
            data = json.dumps(backup_signing.sign(manifest, home.node_key), indent=1).encode()
            members.insert(0, Member(MANIFEST, data, len(data)))
            size, digest = _write(target, members, keys, int(now.timestamp()))
    except OSError as error:
        raise disk_error(error, "the backup cannot be written") from error
    except sqlite3.Error as error:
        raise translated(error) from error
    return BackupInfo(target, size, entries, heads, digest, _iso(now))


def _recipients(home: Home, given: Sequence[str] | None) -> list[Any]:
    if given is None:
        return [backup_format.read_identity(read_private(home.backup_key).decode("utf-8", "replace")).to_public()]
    try:
        keys = [pyrage.x25519.Recipient.from_str(text.strip()) for text in given]
    except pyrage.RecipientError as error:
        raise StoreError(f"this is not a backup recipient: {error}", remedy="give lines that begin with age1") from None
    if not keys:
        raise StoreError("a backup needs at least one recipient")
    return keys


def _small_file(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(backup_format.SMALL_BYTES_MAX + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_error(error, f"{path.name} cannot be read") from error
    if len(data) > backup_format.SMALL_BYTES_MAX:
        raise StoreError(f"{path.name} is larger than {backup_format.SMALL_BYTES_MAX} bytes", remedy="make it smaller")
    return data


def _facts(profile: bytes | None) -> dict[str, Any]:
    """What the manifest tells of the node; an unreadable profile is saved all the same."""
    try:
        known = json.loads(profile or b"{}")
    except ValueError:
        known = {}
    known = known if isinstance(known, dict) else {}
    name = known.get("name")
    name = name if isinstance(name, str) else "node"
    return {"name": name, "node_id": known.get("node_id"), "owner_id": known.get("owner_id")}


def _target(home: Home, output: Path | None, name: str, now: datetime, *, automatic: bool) -> Path:
    """Where the backup goes. Raises Conflict where that exists."""
    if output is not None and not output.is_dir():
        if output.exists():
            raise Conflict(f"{output} exists already", remedy="name another file")
        if not output.absolute().parent.is_dir():
            raise NotFound(f"there is no folder {output.absolute().parent}", remedy="make it first")
        return output
    folder = output or home.backups
    clean = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "node"
    stem, end = f"ccnode-{clean}-{now.astimezone(UTC).strftime(TIME_FORMAT)}", AUTOMATIC_END if automatic else ".age"
    target, number = folder / (stem + end), 1
    while target.exists():
        number += 1
        target = folder / f"{stem}-{number}{end}"
    return target


@contextlib.contextmanager
def _opened(home: Home, source: sqlite3.Connection | Path | None) -> Iterator[sqlite3.Connection]:
    if isinstance(source, sqlite3.Connection):
        yield source
        return
    path = source or home.ledger
    if not path.exists():
        raise NotFound(f"there is no ledger at {path}", remedy="run 'ccnode init', or check --data-dir")
    with contextlib.closing(connect(path, writable=False)) as connection:
        yield connection


def _copy(source: sqlite3.Connection, target: Path, progress: Progress | None) -> None:
    """Copy one state of the database, page by page, and let SQLite check the copy."""
    ours = not source.in_transaction
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    copy = sqlite3.connect(target, isolation_level=None)
    try:
        if ours:  # what is committed meanwhile does not make the copying begin anew
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        step = (lambda _, left, total: progress(total - left, total)) if progress else None
        copy.execute("PRAGMA synchronous = OFF")
        source.backup(copy, pages=PAGES_A_STEP, progress=step, sleep=0)
        copy.execute("PRAGMA journal_mode = DELETE")
        verdict = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    finally:
        copy.close()
        if ours and source.in_transaction:
            source.rollback()
    if verdict != "ok":
        raise StoreCorrupt(f"the ledger is damaged: {verdict}", remedy="run 'ccnode audit verify', restore a backup")


def read_heads(path: Path) -> tuple[int, list[dict[str, Any]]]:
    """How many entries a database has, and the heads of its chains as the manifest lists them."""
    with contextlib.closing(connect(path, writable=False)) as connection:
        migrate.check_version(connection, migrate.all_migrations()[-1].number)
        entries = connection.execute("SELECT count(*) FROM entries").fetchone()[0]
        return entries, heads_in(connection)


def _described(member: Member) -> dict[str, Any]:
    source = member.source
    digest = sha256(source).hexdigest() if isinstance(source, bytes) else backup_format.digest_of(source)
    return {"bytes": member.size, "sha256": digest}


def _write(target: Path, members: Sequence[Member], keys: Sequence[Any], mtime: int) -> tuple[int, str]:
    """Write the file under another name, durably, then give it its own."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            written = backup_format.write_archive(file, members, keys, mtime)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    backup_format.sync_folder(target.absolute().parent)
    return written


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
