"""Where does a node keep its files? The data directory: its layout, its lock and its permissions."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from ccnode.store.errors import DirectoryInUse, StoreError, StoreReadOnly

SOCKET_PATH_MAX: Final = 100  # of the 108 bytes that the kernel gives a socket's name
SECRET_MODE: Final = 0o600
LOCK_TRIES: Final = 20  # `is_held` holds the lock for an instant, and a start must not take that for a daemon
LOCK_WAIT_S: Final = 0.01
# Never through a link: what the lock file holds would be written over some other file.
_LOCK_FLAGS: Final = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW


@dataclass(frozen=True, slots=True)
class Home:
    """The data directory of one node."""

    root: Path

    @property
    def ledger(self) -> Path:
        """The database: record and projections."""
        return self.root / "ledger.sqlite"

    @property
    def index(self) -> Path:
        """The full-text index; can be deleted, and is made again."""
        return self.root / "index.sqlite"

    @property
    def node_key(self) -> Path:
        """The node's secret: never leaves the machine, never in a backup."""
        return self.root / "node.key"

    @property
    def owner_key(self) -> Path:
        """The owner's secret, guarded by file permissions alone."""
        return self.root / "owner.key"

    @property
    def owner_key_sealed(self) -> Path:
        """The owner's secret, encrypted (age) with the owner's passphrase."""
        return self.root / "owner.key.age"

    @property
    def backup_key(self) -> Path:
        """The age identity that backups are encrypted to; the recovery kit holds a copy."""
        return self.root / "backup.key"

    @property
    def profile(self) -> Path:
        """Public facts about the node as JSON: name, owner, certificate."""
        return self.root / "node.json"

    @property
    def config(self) -> Path:
        """The settings, as TOML."""
        return self.root / "config.toml"

    @property
    def plate(self) -> Path:
        """Who the assistant is, as Markdown, for its owner to edit."""
        return self.root / "consciousnessPlate.md"

    @property
    def backups(self) -> Path:
        """The folder of backups."""
        return self.root / "backups"

    @property
    def token(self) -> Path:
        """The bearer token for programs on this machine."""
        return self.root / "api.token"

    @property
    def password(self) -> Path:
        """The hash of the password for other devices; never in a backup."""
        return self.root / "web.password"

    @property
    def web_key(self) -> Path:
        """The TLS key and certificate for other devices; never in a backup."""
        return self.root / "web.pem"

    @property
    def lock(self) -> Path:
        """Held by the daemon; holds its process id and addresses as JSON."""
        return self.root / "daemon.lock"

    @property
    def logs(self) -> Path:
        """The folder of log files."""
        return self.root / "logs"

    def exists(self) -> bool:
        """Whether a node was made here."""
        return self.profile.exists() and self.node_key.exists()

    def socket(self, environment: dict[str, str]) -> Path:
        """The daemon's local socket: in XDG_RUNTIME_DIR, else in the directory, else (a long path) in /tmp by user."""
        name = sha256(os.fsencode(self.root.resolve())).hexdigest()[:16] + ".sock"
        runtime = environment.get("XDG_RUNTIME_DIR")
        if runtime and Path(runtime).is_dir():
            return Path(runtime) / "ccnode" / name
        inside = self.root / "daemon.sock"
        if len(os.fsencode(inside)) <= SOCKET_PATH_MAX:
            return inside
        return Path("/tmp") / f"ccnode-{os.getuid()}" / name  # noqa: S108  # a folder of our own, checked before use

    def make(self) -> None:
        """Create the directory, for this user only. Raises StoreReadOnly."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreReadOnly(
                f"the data directory {self.root} cannot be made: {error.strerror}",
                remedy="choose another with --data-dir, or mend the permissions",
            ) from error


def default_root(environment: dict[str, str]) -> Path:
    """CCNODE_DATA_DIR, else $XDG_DATA_HOME/ccnode, else ~/.local/share/ccnode."""
    if chosen := environment.get("CCNODE_DATA_DIR"):
        return Path(chosen).expanduser().absolute()
    base = environment.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "ccnode"


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only this user may read, durably, and never half. Raises StoreReadOnly."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, SECRET_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StoreReadOnly(f"{path.name} cannot be written: {error.strerror}", remedy="check the disk") from error


def read_private(path: Path, *, size_max: int = 65_536) -> bytes:
    """Read a secret file, refusing one that others may read.

    Raises:
        StoreError: it is missing, too large, or readable by others (the remedy is in the error).
    """
    try:
        # Looked at once it is open, so that it cannot be exchanged in between. O_NONBLOCK: a FIFO must not hang us.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise StoreError(f"{path} is not a regular file", remedy="restore the file, or run 'ccnode init'")
            if mode & 0o077:
                raise StoreError(
                    f"{path} can be read by others (mode {mode & 0o777:04o})", remedy=f"run: chmod 600 {path}"
                )
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(size_max + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise StoreError(f"{path} is missing", remedy="run 'ccnode init', or restore the file") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}", remedy="mend its owner or permissions") from error
    if len(data) > size_max:
        raise StoreError(f"{path} is larger than {size_max} bytes: not a key file")
    return data


class DirectoryLock:
    """Holds a data directory for one daemon. The kernel releases it with the process, however that ends."""

    def __init__(self, home: Home) -> None:
        """Hold it, or refuse.

        Raises:
            DirectoryInUse: another process holds it. StoreReadOnly: it cannot be held.
            StoreError: others may write into it, and so could put their own files in the place of its keys.
        """
        if home.root.is_dir() and (mode := home.root.stat().st_mode & 0o777) & 0o022:
            raise StoreError(
                f"others may write into {home.root} (mode {mode:04o})", remedy=f"run: chmod 700 {home.root}"
            )
        try:
            self._descriptor = os.open(home.lock, _LOCK_FLAGS | os.O_CREAT, SECRET_MODE)
        except OSError as error:
            raise StoreReadOnly(f"{home.lock} cannot be opened: {error.strerror}", remedy="check the disk") from error
        if not _taken(self._descriptor):
            os.close(self._descriptor)
            pid = (read_lock(home) or {}).get("pid")
            raise DirectoryInUse(
                f"the data directory {home.root} is held by process {pid or 'unknown'}",
                pid=pid if isinstance(pid, int) else None,
                remedy="stop it first: ccnode stop",
            )
        self.write({"pid": os.getpid()})

    def write(self, facts: dict[str, object]) -> None:
        """Replace what the lock file says; `pid` should stay in it."""
        data = json.dumps(facts).encode()
        os.pwrite(self._descriptor, data, 0)
        os.ftruncate(self._descriptor, len(data))

    def release(self) -> None:
        """Give the directory free."""
        os.close(self._descriptor)


def _taken(descriptor: int) -> bool:
    """Whether the lock could be had; one that is held only for an instant is waited for."""
    for attempt in range(LOCK_TRIES):
        if attempt:
            time.sleep(LOCK_WAIT_S)
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    return False


def read_lock(home: Home) -> dict[str, object] | None:
    """What the daemon's lock file says, whether or not that daemon still lives; None where there is none."""
    try:
        value = json.loads(home.lock.read_bytes()[:65_536])
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def is_held(home: Home) -> bool:
    """Whether a living process holds the directory."""
    try:
        descriptor = os.open(home.lock, _LOCK_FLAGS)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
