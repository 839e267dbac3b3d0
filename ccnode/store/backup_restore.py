"""Is this backup whole, and how is it put back? Verified first, and the old database moved aside."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ccnode.store import audit, backup_format, backup_signing, erase, index, peers, reports
from ccnode.store.backup_format import CONFIG, LEDGER, PROFILE
from ccnode.store.errors import Conflict, StoreCorrupt, StoreError, disk_error, translated
from ccnode.store.home import DirectoryLock, Home, read_private
from ccnode.store.ledger import connect, marker_path
from ccnode.store.marker import Marker
from ccnode.store.staging import clear_leftovers, staging
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import SigningKey, from_text, node_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LEDGER_FILES: Final = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Verified:
    """A decrypted and checked backup. `manifest`: what it says of itself; `report`: the audit of its ledger.

    `signer`: the key of the node that made it, which is one of those that its ledger was written with; None where the
    manifest is not signed, so that nothing proves who made it.
    """

    path: Path
    manifest: dict[str, Any]
    report: audit.Report
    signer: bytes | None = None

    @property
    def ok(self) -> bool:
        """Whether the chains and tables in it verify."""
        return self.report.ok


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was put back.

    `replaced`: the folder with the database that was there before. `has_node_key`: whether the directory has a node key
    of its own; where it has none, one must be made and certified before the daemon can start. `profile`: whether the
    profile came from the backup. `erased`: contents left out because an order to forget them is due by now.
    """

    path: Path
    manifest: dict[str, Any]
    report: audit.Report
    replaced: Path | None
    has_node_key: bool
    profile: bool
    erased: int


def verify(
    path: Path, identity: str, *, scratch: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> Verified:
    """Decrypt a backup beside itself (or in the folder `scratch`), check digests, pages and chains, and tidy up.

    Raises:
        StoreError: the key is the wrong one, or the file or folder cannot be used; StoreFull, StoreCorrupt likewise.
    """
    parent = scratch or path.absolute().parent
    try:
        clear_leftovers(parent)
        with staging(parent) as folder:
            manifest, report = _unpack_and_audit(path, identity, folder, progress)
            return Verified(path, manifest, report, backup_signing.signer(manifest))
    except OSError as error:
        raise disk_error(error, f"{path.name} cannot be unpacked") from error


def _unpack_and_audit(
    path: Path, identity: str, folder: Path, progress: Callable[[int, int], None] | None
) -> tuple[dict[str, Any], audit.Report]:
    manifest = backup_format.unpack(path, identity, folder)
    copy = Home(folder)
    try:
        with contextlib.closing(connect(copy.ledger, writable=False)) as connection:
            _check_signer(connection, manifest, path.name)
            report = audit.verify(connection, copy, progress=progress)
            heads = heads_in(connection)
    except sqlite3.Error as error:
        raise translated(error) from error
    if heads != manifest["heads"]:
        raise StoreCorrupt(f"{path.name} holds other chains than its manifest names", remedy="use another backup")
    if report.entries != manifest["entries"]:
        raise StoreCorrupt(
            f"{path.name} says {manifest['entries']} entries and holds {report.entries}", remedy="use another backup"
        )
    return manifest, report


def _check_signer(connection: sqlite3.Connection, manifest: dict[str, Any], name: str) -> None:
    """Whoever signed the manifest must have written the ledger. Raises StoreCorrupt, sqlite3.Error."""
    signer = backup_signing.signer(manifest)
    if signer is not None and not connection.execute("SELECT 1 FROM own_keys WHERE node = ?", (signer,)).fetchone():
        what = f"{name} was signed by a node that did not write what is in it"
        raise StoreCorrupt(what, remedy="use another backup")


def heads_in(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """The heads of a database's chains as a manifest lists them. Raises sqlite3.Error."""
    rows = connection.execute("SELECT node, epoch, audience, length, head FROM chains ORDER BY id").fetchall()
    names = ("node", "epoch", "audience", "length", "head")
    plain = [[value.hex() if isinstance(value, bytes) else value for value in row] for row in rows]
    return [dict(zip(names, row, strict=True)) for row in plain]


def restore(
    path: Path,
    identity: str,
    home: Home,
    *,
    replace: bool = False,
    anyway: bool = False,
    now_ms: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Restored:
    """Put a backup back into a data directory that no daemon holds.

    The directory keeps its own keys and settings, where it has them. With `replace`, what is there is moved into a
    folder replaced-<time> first. `anyway` takes a backup whose audit finds problems, too.

    Raises:
        DirectoryInUse: a daemon holds the directory.
        Conflict: the directory is not empty, and `replace` was not given.
        StoreCorrupt: the backup is damaged; nothing was changed. StoreFull, StoreError: likewise.
    """
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    backup_format.read_identity(identity)
    home.make()
    lock = DirectoryLock(home)
    try:
        clear_leftovers(home.root)
        _check_empty(home, replace=replace)
        with staging(home.root) as folder:
            manifest, report = _unpack_and_audit(path, identity, folder, progress)
            if not report.ok and not anyway:
                first = report.problems[0]
                raise StoreCorrupt(
                    f"the ledger in {path.name} has {len(report.problems)} problems, the first: {first.message}",
                    remedy="use another backup",
                )
            erased = _apply_orders(folder / LEDGER, now_ms)
            replaced = _move_aside(home)
            profile = _put_in_place(home, folder)
    except OSError as error:
        raise disk_error(error, "the backup cannot be put back") from error
    except sqlite3.Error as error:
        raise translated(error) from error
    finally:
        lock.release()
    return Restored(path, manifest, report, replaced, home.node_key.exists(), profile, erased)


def _check_empty(home: Home, *, replace: bool) -> None:
    """Keys, backups and logs may be there; anything else is somebody's, and is not touched unasked."""
    kept = {home.node_key, home.owner_key, home.owner_key_sealed, home.backup_key, home.token, home.lock, home.backups,
            home.logs}  # fmt: skip
    others = sorted(item.name for item in home.root.iterdir() if item not in kept)
    if others and not replace:
        raise Conflict(
            f"{home.root} is not empty: it holds {', '.join(others[:5])}",
            remedy="restore into another directory, or let it move the old database aside (--replace)",
        )


def _apply_orders(ledger: Path, now_ms: int) -> int:
    """Erase what an order covers that became due since the backup was made, before anybody can read it.

    And let every peer wait to be accepted again.
    """
    with contextlib.closing(connect(ledger, writable=True)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        erased = erase.drop_contents(connection, now_ms)
        reports.clear(connection)
        peers.doubt(connection, now_ms)  # who was removed since, and which invitation was spent, it cannot know
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    return erased


def _move_aside(home: Home) -> Path | None:
    """Move the old database into a folder of its own; the index, which can be made again, is removed."""
    marker = marker_path(home.ledger)
    old = [home.ledger.with_name(home.ledger.name + suffix) for suffix in _LEDGER_FILES] + [marker]
    old = [path for path in old if path.exists()]
    index.remove(home.index)
    if not old:
        return None
    folder = home.root / f"replaced-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S%fZ')}"
    folder.mkdir(mode=0o700)
    for path in old:
        path.rename(folder / path.name)
    if home.profile.exists():
        shutil.copy2(home.profile, folder / home.profile.name)
    return folder


def _put_in_place(home: Home, folder: Path) -> bool:
    """Move the unpacked files in; return whether the profile was taken from the backup."""
    with contextlib.closing(connect(folder / LEDGER, writable=False)) as connection:
        newest = connection.execute("SELECT id, digest FROM entries ORDER BY id DESC LIMIT 1").fetchone()
    if newest:
        marker = Marker(marker_path(home.ledger))
        marker.write(*newest)
        marker.close()
    if (folder / CONFIG).exists() and not home.config.exists():
        (folder / CONFIG).rename(home.config)
    profile = (folder / PROFILE).exists() and _profile_fits(home, folder / PROFILE)
    if profile:
        (folder / PROFILE).replace(home.profile)
    (folder / LEDGER).rename(home.ledger)
    backup_format.sync_folder(home.root)
    return profile


def _profile_fits(home: Home, profile: Path) -> bool:
    """Whether the backup's profile is this directory's: it has no node key of its own, or that of the profile."""
    if not home.node_key.exists():
        return True
    try:
        key = SigningKey(from_text("recovery", read_private(home.node_key).decode("ascii")))
        return bool(json.loads(profile.read_bytes())["node_id"] == node_id(key.public.raw))
    except (StoreError, CryptoError, ValueError, KeyError, TypeError):
        return False
