"""How does a node come to be? Keys, certificate, profile, first entries, made so that a kill leaves no half of one.

Everything is made in a folder inside the data directory and then moved out of it, the profile last: a directory with a
profile is whole. A later attempt clears what an interrupted one left, and only that: the folder marks it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from ccnode.cli.errors import NOT_FOUND, CliError
from ccnode.cli.owner_key import seed_of
from ccnode.clock import iso
from ccnode.mind import plate
from ccnode.store import owner, platefile, plates
from ccnode.store.home import DirectoryLock, Home, read_private, write_private
from ccnode.store.ledger import Ledger, Ports
from ccnode_crypto import keys
from ccnode_crypto.certificate import Certificate, certify
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROFILE_SCHEMA: Final = 1
NAME_CHARS_MAX: Final = 64
STAGE: Final = ".init-partial"
# What may stand in a directory before a node is made in it.
PLATE: Final = "consciousnessPlate.md"
BEFORE: Final = frozenset({"config.toml", "backups", "logs", "daemon.lock", "lost+found", PLATE, STAGE})
# What making a node puts there, in the order in which it is moved into place.
MADE: Final = (
    "ledger.sqlite",
    "ledger.head",
    "backup.key",
    "api.token",
    "owner.key",
    "owner.key.age",
    "node.key",
    "node.json",
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person chose. `passphrase` "" leaves the owner key to file permissions; None days keep all."""

    name: str
    passphrase: str = field(default="", repr=False)
    retention_days: int | None = None
    owner_seed: bytes | None = field(default=None, repr=False)  # of an owner that exists already
    kit: bool = False
    assistant: str | None = field(default=None, repr=False)  # what the first plate calls it; None: as the node


@dataclass(frozen=True, slots=True)
class Identity:
    """What was made, with the two secrets that the recovery kit shows; its repr shows neither."""

    name: str
    node_id: str
    owner_id: str
    created: str
    guard: Literal["passphrase", "file permissions"]
    recovery_code: str
    backup_key: str

    def __repr__(self) -> str:
        return f"Identity(node_id={self.node_id})"


def checked_name(text: str) -> str:
    """A node's name as it may be. Raises ValueError saying what is wrong."""
    name = text.strip()
    if not name or len(name) > NAME_CHARS_MAX:
        raise ValueError(f"a name has 1 to {NAME_CHARS_MAX} characters")
    if not name.isprintable():
        raise ValueError("a name has no line breaks or control characters")
    return name


def check_place(home: Home) -> None:
    """See that a node can be made here, before anything is asked or touched.

    Raises:
        CliError: there is one already, or pieces of one, or something else (exit 5).
    """
    if home.profile.exists():
        raise CliError(
            f"there is a node in {home.root} already",
            code="exists",
            remedy="use it (ccnode status), or choose another place with --data-dir",
            exit_code=NOT_FOUND,
        )
    present = {path.name for path in home.root.iterdir()} if home.root.is_dir() else set()
    interrupted = STAGE in present
    pieces = present & set(MADE)
    if pieces and not interrupted:
        raise CliError(
            f"{home.root} holds pieces of a node without node.json: {', '.join(sorted(pieces))}",
            code="incomplete",
            remedy="restore a backup (ccnode backup restore), or move them away",
            exit_code=NOT_FOUND,
        )
    strange = {name for name in present - BEFORE - set(MADE) if not name.endswith(".partial")}
    if strange:
        raise CliError(
            f"{home.root} holds other files: {', '.join(sorted(strange)[:5])}",
            code="not_empty",
            remedy="choose an empty or new folder with --data-dir",
            exit_code=NOT_FOUND,
        )


def make_identity(
    home: Home,
    wishes: Wishes,
    *,
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    chance: Callable[[int], bytes] = secrets.token_bytes,
) -> Identity:
    """Make a node in its data directory.

    Raises:
        CliError: the place is taken.
        StoreError: it cannot be written, or another process holds it.
    """
    check_place(home)
    home.make()
    lock = DirectoryLock(home)
    try:
        check_place(home)  # what another process did before the lock was ours
        home.root.chmod(0o700)
        _clear(home)
        own = own_plate(home)
        stage = Home(home.root / STAGE)
        stage.root.mkdir(mode=0o700)
        identity = _make(stage, wishes, own, now_ms, chance)
        if own is None:  # the person's own is left as it is
            text = plate.starting(wishes.assistant or wishes.name)
            platefile.write(stage, text)  # by which a later attempt knows the other as ours
            platefile.write(home, text)
        for name in MADE:
            if (stage.root / name).exists():
                (stage.root / name).replace(home.root / name)
        _sync(home.root)
        shutil.rmtree(stage.root)
    finally:
        lock.write({})
        lock.release()
    return identity


def own_plate(home: Home) -> str | None:
    """The plate that the person has put into the directory before, None where there is none.

    Raises:
        CliError: it cannot be kept as it is. StoreError: it cannot be read.
    """
    data = platefile.read_bytes(home)
    if data is None:
        return None
    wrong = plate.errors(plate.lint_file(data))
    if wrong:
        where = f" line {wrong[0].line}" if wrong[0].line else ""
        raise CliError(f"{home.plate}{where}: {wrong[0].message}", code="bad_plate", remedy=wrong[0].remedy)
    return plate.text_of(data)


def _clear(home: Home) -> None:
    """Remove what an interrupted attempt left; nobody has used it, since it has no profile."""
    if not (home.root / STAGE).exists():
        return
    for name in MADE:
        (home.root / name).unlink(missing_ok=True)
    made = platefile.read_bytes(Home(home.root / STAGE))
    if made is not None and made == platefile.read_bytes(home):
        home.plate.unlink()
    shutil.rmtree(home.root / STAGE)


def _make(
    home: Home, wishes: Wishes, own: str | None, now_ms: Callable[[], int], chance: Callable[[int], bytes]
) -> Identity:
    from pyrage import x25519

    node_key = SigningKey(chance(keys.KEY_BYTES))
    owner_key = SigningKey(wishes.owner_seed or chance(keys.KEY_BYTES))
    created_ms = now_ms()
    certificate = certify(owner_key, node_key.public.raw, created_ms)
    code = keys.to_text("recovery", owner_key.seed)
    backup_key = str(x25519.Identity.generate())
    identity = Identity(
        name=wishes.name,
        node_id=keys.node_id(node_key.public.raw),
        owner_id=keys.owner_id(owner_key.public.raw),
        created=iso(created_ms),
        guard="passphrase" if wishes.passphrase else "file permissions",
        recovery_code=keys.grouped(code),
        backup_key=backup_key,
    )
    write_private(home.node_key, f"{keys.to_text('recovery', node_key.seed)}\n".encode())
    _write_owner_key(home, code, wishes.passphrase)
    write_private(home.backup_key, f"{backup_key}\n".encode())
    write_private(home.token, secrets.token_urlsafe(32).encode() + b"\n")
    text = plate.starting(wishes.assistant or wishes.name) if own is None else own
    # An owner who exists has a plate elsewhere, which must not give way to this one: the latest stated is in force.
    stated_ms = 0 if own is None and wishes.owner_seed else created_ms
    first = records.plate_kept(plates.stated(owner_key, text, None, None, stated_ms), text)
    _begin_chain(home, node_key, certificate, wishes.name, first, Ports(now_ms, chance))
    write_private(home.profile, _profile(identity, certificate, wishes))
    return identity


def _write_owner_key(home: Home, code: str, passphrase: str) -> None:
    if not passphrase:
        write_private(home.owner_key, f"{code}\n".encode())
        return
    from pyrage import passphrase as age

    write_private(home.owner_key_sealed, age.encrypt(f"{code}\n".encode(), passphrase))


def _begin_chain(
    home: Home, key: SigningKey, certificate: Certificate, name: str, first: records.Record, ports: Ports
) -> None:
    """Make the ledger; the node's chain starts with who stands behind it, what it is called, and its first plate."""
    ledger = Ledger(home.ledger, key, ports)
    try:
        certified = records.node_certified(certificate.body, certificate.signature)
        named = records.node_named(name)
        ledger.append_sync(lambda tx: (tx.append(certified), tx.append(named), tx.append(first)))
    finally:
        ledger.close()
    for path in home.root.glob("ledger.*"):
        path.chmod(0o600)


def _profile(identity: Identity, certificate: Certificate, wishes: Wishes) -> bytes:
    profile = {
        "schema": PROFILE_SCHEMA,
        "name": identity.name,
        "node_id": identity.node_id,
        "owner_id": identity.owner_id,
        "certificate": _signed(certificate),
        "created": identity.created,
        "retention_days": wishes.retention_days,
    }
    return json.dumps(profile, indent=2).encode() + b"\n"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_profile(home: Home) -> dict[str, object]:
    """The node's profile. Raises CliError where it is damaged."""
    try:
        value = json.loads(home.profile.read_bytes()[:65_536])
    except ValueError as error:
        raise CliError(
            f"{home.profile} is damaged: {error}", code="corrupt", remedy="restore a backup: ccnode backup restore"
        ) from error
    if not isinstance(value, dict):
        raise CliError(f"{home.profile} is damaged", code="corrupt", remedy="restore a backup: ccnode backup restore")
    return value


def adopt(home: Home, code: str | None, source: Home) -> bool:
    """Make a restored directory a node of its own: a new node key, certified where the owner's recovery code is given.

    The owner key is taken over from `source` as it is guarded there. Returns whether the node is certified.

    Raises:
        CliError: the code is of another owner. StoreError: it cannot be written.
    """
    profile = read_profile(home)
    key = SigningKey(secrets.token_bytes(keys.KEY_BYTES))
    certificate = _certificate(profile, key.public.raw, code) if code else None
    profile["former_node_ids"] = [*_former(profile), profile.get("node_id")]
    profile["node_id"] = keys.node_id(key.public.raw)
    profile["certificate"] = _signed(certificate)
    if code and owner.guard(home) == "absent":
        kept = source.owner_key_sealed if owner.guard(source) == "passphrase" else None
        if kept is not None:
            write_private(home.owner_key_sealed, read_private(kept))
        else:
            write_private(home.owner_key, f"{keys.to_text('recovery', seed_of(code))}\n".encode())
    write_private(home.node_key, f"{keys.to_text('recovery', key.seed)}\n".encode())
    _introduce(home, key, certificate, str(profile.get("name", "")))
    write_private(home.profile, json.dumps(profile, indent=2).encode() + b"\n")
    return certificate is not None


def certify_node(home: Home, code: str) -> None:
    """Have the owner stand behind the node key that this directory has. The daemon must not run.

    Raises:
        CliError: the code is of another owner. StoreError: the directory is in use, or cannot be written.
    """
    lock = DirectoryLock(home)
    try:
        profile = read_profile(home)
        seed = keys.from_text("recovery", read_private(home.node_key).decode("ascii", "replace"))
        key = SigningKey(seed)
        certificate = _certificate(profile, key.public.raw, code)
        profile["certificate"] = _signed(certificate)
        _introduce(home, key, certificate, "")
        write_private(home.profile, json.dumps(profile, indent=2).encode() + b"\n")
    finally:
        lock.release()


def _certificate(profile: dict[str, object], node: bytes, code: str) -> Certificate:
    signing = SigningKey(seed_of(code))
    if keys.owner_id(signing.public.raw) != profile.get("owner_id"):
        raise CliError(
            "this recovery code is of another owner", code="wrong_code", remedy="use the kit of this node's owner"
        )
    return certify(signing, node, time.time_ns() // 1_000_000)


def _signed(certificate: Certificate | None) -> dict[str, str] | None:
    if certificate is None:
        return None
    return {"body": certificate.body.hex(), "signature": certificate.signature.hex()}


def _former(profile: dict[str, object]) -> list[object]:
    value = profile.get("former_node_ids")
    return value if isinstance(value, list) else []


def open_ledger(home: Home, key: SigningKey | None = None) -> Ledger:
    """The node's ledger, to append to; the caller holds the directory's lock, and closes it.

    Raises:
        CryptoError: node.key holds no key. StoreError: it cannot be read or opened.
    """
    if key is None:
        key = SigningKey(keys.from_text("recovery", read_private(home.node_key).decode("ascii", "replace")))
    ports = Ports(lambda: time.time_ns() // 1_000_000, secrets.token_bytes)
    return Ledger(home.ledger, key, ports, backups=home.backups)


def _introduce(home: Home, key: SigningKey, certificate: Certificate | None, name: str) -> None:
    ledger = open_ledger(home, key)
    try:
        new = [records.node_named(name)] if name else []
        if certificate is not None:
            new.insert(0, records.node_certified(certificate.body, certificate.signature))
        if new:
            ledger.append_sync(lambda tx: [tx.append(record) for record in new])
    finally:
        ledger.close()
