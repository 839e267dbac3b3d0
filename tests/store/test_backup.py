"""Is a backup complete, encrypted, checked, and put back without losing anything?"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyrage
import pytest

from ccnode.store import audit, backup, backup_format, backup_signing, ledger, staging
from ccnode.store.errors import Conflict, DirectoryInUse, NotFound, StoreCorrupt, StoreError, StoreFull
from ccnode.store.home import DirectoryLock, Home, write_private
from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import SigningKey, node_id, owner_id, to_text
from tests.store.support import START_MS, Node, fields, reader, talk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "the badger sleeps at noon"
NOW = datetime(2026, 3, 2, 10, 11, 12, tzinfo=UTC)


@dataclass
class Place:
    home: Home
    node: Node
    identity: str


def make_home(root: Path, seed: int = 1) -> Place:
    home = Home(root)
    home.make()
    node, identity, owner = Node(home.ledger, seed), pyrage.x25519.Identity.generate(), SigningKey(b"o" * 32)
    certificate = certify(owner, node.key.public.raw, START_MS)
    profile = {
        "schema": 1,
        "name": "Dachs & Söhne",
        "node_id": node_id(node.key.public.raw),
        "owner_id": owner_id(owner.public.raw),
        "certificate": {"body": certificate.body.hex(), "signature": certificate.signature.hex()},
    }
    home.profile.write_text(json.dumps(profile))
    home.config.write_text("[api]\nport = 8000\n")
    write_private(home.node_key, to_text("recovery", node.key.seed).encode())
    write_private(home.owner_key, to_text("recovery", owner.seed).encode())
    write_private(home.backup_key, str(identity).encode())
    return Place(home, node, str(identity))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = make_home(tmp_path / "one")
    ledger = made.node.open()
    talk(ledger, 1, 10, SECRET)
    ledger.close()
    return made


def test_create_and_verify(place: Place) -> None:
    steps: list[tuple[int, int]] = []
    made = backup.create(place.home, now=NOW, progress=lambda done, total: steps.append((done, total)))
    assert made.path.name == "ccnode-dachs-s-hne-20260302T101112Z.age"
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.bytes == made.path.stat().st_size
    assert made.sha256 == backup_format.digest_of(made.path)
    assert steps[-1][0] == steps[-1][1]
    checked = backup.verify(made.path, place.identity)
    assert checked.ok
    assert checked.report.entries == made.entries == checked.manifest["entries"]
    assert checked.manifest["heads"] == made.heads
    assert [item.name for item in place.home.backups.iterdir()] == [made.path.name]


def test_only_the_key_reads_it_and_no_key_is_in_it(place: Place, tmp_path: Path) -> None:
    made = backup.create(place.home)
    assert SECRET.encode() not in made.path.read_bytes()
    folder = tmp_path / "unpacked"
    folder.mkdir()
    backup_format.unpack(made.path, place.identity, folder)
    assert sorted(item.name for item in folder.iterdir()) == [
        "MANIFEST.json", "config.toml", "ledger.sqlite", "node.json",
    ]  # fmt: skip
    inside = b"".join(item.read_bytes() for item in folder.iterdir())
    assert SECRET.encode() in inside
    for secret in (place.home.node_key, place.home.owner_key, place.home.backup_key):
        assert secret.read_bytes() not in inside
    assert place.node.key.seed not in inside


def test_wrong_key_is_said_before_anything_is_read(place: Place, tmp_path: Path) -> None:
    made = backup.create(place.home)
    other = str(pyrage.x25519.Identity.generate())
    with pytest.raises(StoreError, match="not encrypted to this key") as caught:
        backup.verify(made.path, other)
    assert not isinstance(caught.value, StoreCorrupt)
    with pytest.raises(StoreError, match="not a backup key"):
        backup.verify(made.path, "AGE-SECRET-KEY-1NONSENSE")
    target = Home(tmp_path / "two")
    with pytest.raises(StoreError, match="not encrypted to this key"):
        backup.restore(made.path, other, target)
    assert [item.name for item in target.root.iterdir()] == ["daemon.lock"]


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.6, 0.999])
def test_damage_and_truncation_are_named(place: Place, share: float, tmp_path: Path) -> None:
    made = backup.create(place.home)
    whole = made.path.read_bytes()
    at = int(share * (len(whole) - 1))
    damaged = tmp_path / "damaged.age"
    damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
    with pytest.raises(StoreError, match=r"damaged\.age"):
        backup.verify(damaged, place.identity)
    damaged.write_bytes(whole[:at])
    with pytest.raises(StoreCorrupt, match=r"damaged\.age"):
        backup.verify(damaged, place.identity)
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith(".")] == []


def test_every_other_recipient_can_be_named(place: Place, tmp_path: Path) -> None:
    mine, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    output = tmp_path / "out.age"
    made = backup.create(place.home, output=output, recipients=[str(mine.to_public()), str(other.to_public())])
    assert made.path == output
    assert backup.verify(output, str(mine)).ok
    assert backup.verify(output, str(other)).ok
    with pytest.raises(StoreError, match="not encrypted"):
        backup.verify(output, place.identity)
    with pytest.raises(Conflict, match="exists"):
        backup.create(place.home, output=output)
    with pytest.raises(StoreError, match="recipient"):
        backup.create(place.home, recipients=["age1nonsense"])
    with pytest.raises(StoreError, match="at least one"):
        backup.create(place.home, recipients=[])
    with pytest.raises(NotFound, match="no folder"):
        backup.create(place.home, output=tmp_path / "missing" / "out.age")


def test_no_ledger(tmp_path: Path) -> None:
    empty = make_home(tmp_path / "empty")
    with pytest.raises(NotFound, match="no ledger"):
        backup.create(empty.home)
    with pytest.raises(StoreError, match="no file"):
        backup.verify(tmp_path / "nothing.age", empty.identity)


def test_consistent_while_the_writer_goes_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "PAGES_A_STEP", 3)
    open_ledger, stop = place.node.open(), threading.Event()

    def write() -> None:
        session = 100
        while not stop.is_set():
            session += 1
            talk(open_ledger, session, 3)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backup.create(place.home, now=NOW + timedelta(seconds=count)) for count in range(5)]
    finally:
        stop.set()
        writer.join()
        open_ledger.close()
    for one in made:
        checked = backup.verify(one.path, place.identity)
        assert checked.ok
    assert made[-1].entries > made[0].entries


def test_restore_into_a_new_directory(place: Place, tmp_path: Path) -> None:
    made = backup.create(place.home)
    target = Home(tmp_path / "two")
    restored = backup.restore(made.path, place.identity, target)
    assert restored.report.ok
    assert restored.replaced is None
    assert restored.profile
    assert not restored.has_node_key
    assert sorted(item.name for item in target.root.iterdir()) == [
        "config.toml", "daemon.lock", "ledger.head", "ledger.sqlite", "node.json",
    ]  # fmt: skip
    assert target.ledger.stat().st_mode & 0o777 == 0o600
    report = audit.verify(reader(target.ledger), target)
    assert report.ok
    assert ledger.lost_end(target.ledger, reader(target.ledger)) is None
    other = Node(target.ledger, seed=9).open()  # another node key goes on, and names the old one's head
    talk(other, 7, 2)
    other.close()
    assert audit.verify(reader(target.ledger)).ok


def test_restore_keeps_what_is_there(place: Place, tmp_path: Path) -> None:
    made = backup.create(place.home)
    later = place.node.open()
    talk(later, 2, 5, "later words")
    later.close()
    before = audit.verify(reader(place.home.ledger))
    key, config = place.home.node_key.read_bytes(), place.home.config.read_bytes()
    with pytest.raises(Conflict, match="not empty"):
        backup.restore(made.path, place.identity, place.home)
    restored = backup.restore(made.path, place.identity, place.home, replace=True)
    assert restored.has_node_key
    assert restored.replaced is not None
    assert (place.home.node_key.read_bytes(), place.home.config.read_bytes()) == (key, config)
    moved = audit.verify(reader(restored.replaced / "ledger.sqlite"))
    assert moved.ok
    assert moved.entries == before.entries
    now = audit.verify(reader(place.home.ledger), place.home)
    assert now.ok
    assert now.entries == made.entries
    assert "replaced" in {copy.kind for copy in backup.list_backups(place.home)}


def test_restore_beside_another_nodes_key(place: Place, tmp_path: Path) -> None:
    made = backup.create(place.home)
    other = make_home(tmp_path / "two", seed=5)
    other.home.profile.unlink()
    other.home.config.unlink()
    restored = backup.restore(made.path, place.identity, other.home)
    assert not restored.profile  # it names the other node's key
    assert restored.has_node_key
    assert not other.home.profile.exists()


def test_restore_refuses_a_directory_in_use(place: Place) -> None:
    made = backup.create(place.home)
    lock = DirectoryLock(place.home)
    with pytest.raises(DirectoryInUse):
        backup.restore(made.path, place.identity, place.home, replace=True)
    lock.release()


def test_restore_refuses_what_does_not_verify(place: Place, tmp_path: Path) -> None:
    raw = sqlite3.connect(place.home.ledger)
    raw.execute("UPDATE entries SET meta = meta || x'00' WHERE seq = 3")
    raw.commit()
    raw.close()
    made = backup.create(place.home)
    checked = backup.verify(made.path, place.identity)
    assert not checked.ok
    assert (3, "meta") in fields(checked.report)
    target = Home(tmp_path / "two")
    with pytest.raises(StoreCorrupt, match="problems"):
        backup.restore(made.path, place.identity, target)
    assert not target.ledger.exists()
    assert not backup.restore(made.path, place.identity, target, anyway=True).report.ok
    assert target.ledger.exists()


def test_a_damaged_ledger_is_not_backed_up(place: Place) -> None:
    data = bytearray(place.home.ledger.read_bytes())
    for page in range(2, len(data) // 4096, 2):
        data[page * 4096 : page * 4096 + 200] = os.urandom(200)
    place.home.ledger.write_bytes(data)
    with pytest.raises(StoreCorrupt):
        backup.create(place.home)
    assert list(place.home.backups.iterdir()) == []


def test_archives_made_by_others(place: Place, tmp_path: Path) -> None:
    public = pyrage.x25519.Identity.from_str(place.identity).to_public()
    cases = {
        "../../evil": b"x",
        "node.key": b"x",
        "MANIFEST.json": b"[" * 100_000,
        "MANIFEST.json ": b"{}",
    }
    for name, data in cases.items():
        path = tmp_path / "hostile.age"
        with path.open("wb") as file:
            backup_format.write_archive(file, [backup_format.Member(name, data, len(data))], [public], 0)
        with pytest.raises(StoreCorrupt):
            backup.verify(path, place.identity)
    path.write_bytes(pyrage.encrypt(b"not a tar archive at all" * 100, [public]))
    with pytest.raises(StoreCorrupt, match="archive"):
        backup.verify(path, place.identity)
    path.write_bytes(b"")
    with pytest.raises(StoreCorrupt):
        backup.verify(path, place.identity)


def test_two_in_one_second_and_rotation(place: Place) -> None:
    manual = backup.create(place.home, now=NOW)
    again = backup.create(place.home, now=NOW)
    assert again.path.name.endswith("Z-2.age")
    automatic = [
        backup.create(place.home, automatic=True, now=NOW + timedelta(hours=hour)).path for hour in (3, 1, 2, 4)
    ]
    listed = backup.list_backups(place.home)
    assert listed[0].path == automatic[3]
    assert [one.kind for one in listed] == ["automatic"] * 4 + ["manual"] * 2
    assert sorted(backup.rotate(place.home, keep=2)) == sorted([automatic[1], automatic[2]])
    assert {one.path for one in backup.list_backups(place.home)} == {
        manual.path, again.path, automatic[0], automatic[3],
    }  # fmt: skip
    assert backup.rotate(place.home, keep=2) == []


def test_leftovers_of_a_crash_are_removed(place: Place) -> None:
    place.home.backups.mkdir()
    places = [place.home.backups, place.home.root]
    for parent in places:
        stale = parent / f"{staging.PREFIX}crashed"
        stale.mkdir()
        (stale / "ledger.sqlite").write_bytes(SECRET.encode())
    with staging.staging(place.home.backups) as busy:
        made = backup.create(place.home)
        assert busy.exists()
    assert not (place.home.backups / f"{staging.PREFIX}crashed").exists()
    backup.restore(made.path, place.identity, place.home, replace=True)
    assert not [item for parent in places for item in parent.glob(".*")]


def test_full_disk_leaves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = backup_format._HashingWriter.write

    def write(self: backup_format._HashingWriter, data: bytes) -> int:
        if self.size > 50_000:
            self.error = OSError(28, "No space left on device")
            raise self.error
        return real(self, data)

    monkeypatch.setattr(backup_format._HashingWriter, "write", write)
    with pytest.raises(StoreFull, match="full"):
        backup.create(place.home)
    assert list(place.home.backups.iterdir()) == []
    assert audit.verify(reader(place.home.ledger), place.home).ok


# --- who made it ---


def forged(place: Place, made: backup.BackupInfo, to: Path, change: Callable[[dict[str, Any], Path], None]) -> Path:
    """The backup as somebody makes it who knows the public half of the backup key, and has read one backup."""
    folder = to / "forged"
    folder.mkdir()
    manifest = backup_format.unpack(made.path, place.identity, folder)
    change(manifest, folder)
    names = [name for name in ("node.json", "config.toml", "ledger.sqlite") if (folder / name).exists()]
    for name in names:
        manifest["files"][name] = {
            "bytes": (folder / name).stat().st_size,
            "sha256": backup_format.digest_of(folder / name),
        }
    data = json.dumps(manifest).encode()
    members = [backup_format.Member("MANIFEST.json", data, len(data))]
    members += [backup_format.Member(name, folder / name, (folder / name).stat().st_size) for name in names]
    recipient = pyrage.x25519.Identity.from_str(place.identity).to_public()
    path = to / "forged.age"
    with path.open("wb") as file:
        backup_format.write_archive(file, members, [recipient], 0)
    return path


def test_a_backup_says_which_node_made_it(place: Place) -> None:
    made = backup.create(place.home, now=NOW)
    assert backup.verify(made.path, place.identity).signer == place.node.key.public.raw
    place.home.node_key.unlink()
    unsigned = backup.create(place.home, now=NOW)
    checked = backup.verify(unsigned.path, place.identity)
    assert (checked.ok, checked.signer) == (True, None)


def test_a_manifest_that_was_altered_is_refused(place: Place, tmp_path: Path) -> None:
    made = backup.create(place.home, now=NOW)
    other = SigningKey(b"7" * 32)

    def renamed(manifest: dict[str, Any], _: Path) -> None:
        manifest["created"] = "2030-01-01T00:00:00.000Z"

    def cut(manifest: dict[str, Any], folder: Path) -> None:
        with contextlib.closing(sqlite3.connect(folder / "ledger.sqlite")) as connection:
            connection.execute("UPDATE chains SET length = length - 1")
            connection.commit()

    def signed_by_another(manifest: dict[str, Any], _: Path) -> None:
        manifest["created"] = "2030-01-01T00:00:00.000Z"
        message = backup_signing._message(manifest)
        manifest["signed"] = {"node": other.public.raw.hex(), "signature": other.sign("backup", message).hex()}

    def nonsense(manifest: dict[str, Any], _: Path) -> None:
        manifest["signed"] = {"node": 5}

    def bare(manifest: dict[str, Any], _: Path) -> None:
        renamed(manifest, _)
        del manifest["signed"]

    for number, change in enumerate((renamed, cut, signed_by_another, nonsense)):
        place_for = tmp_path / str(number)
        place_for.mkdir()
        path = forged(place, made, place_for, change)
        with pytest.raises(StoreCorrupt, match="signed"):
            backup.verify(path, place.identity)
        with pytest.raises(StoreCorrupt, match="signed"):
            backup.restore(path, place.identity, Home(place_for / "there"))
    (tmp_path / "bare").mkdir()
    assert backup.verify(forged(place, made, tmp_path / "bare", bare), place.identity).signer is None


def test_of_one_second_the_last_made_is_the_newest(place: Place) -> None:
    made = [backup.create(place.home, now=NOW).path for _ in range(11)]
    assert [one.path for one in backup.list_backups(place.home)] == made[::-1]
