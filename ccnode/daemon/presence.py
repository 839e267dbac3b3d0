"""Is another node on this machine signing with our key? Each running daemon leaves its presence where others look.

A file named after the node key is locked while the daemon lives; the kernel frees the lock with the process. What to do
about a meeting is decided in core/identity.py. Copies on other machines are met over the network, by the same rule.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from ccnode.core.identity import Presence
from ccnode.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping


def meeting_place(environment: Mapping[str, str]) -> Path:
    """The folder of this user's daemons: in XDG_RUNTIME_DIR, else one of our own in /tmp."""
    runtime = environment.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir():
        return Path(runtime) / "ccnode" / "nodes"
    return Path("/tmp") / f"ccnode-{os.getuid()}" / "nodes"  # noqa: S108  # ours alone: checked in `claim`


def _make_private(folder: Path) -> None:
    """Make the folder and its parent for this user only. Raises StoreError where someone else made them first."""
    for each in (folder.parent, folder):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = each.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
            raise StoreError(f"{each} belongs to someone else", remedy="remove it, or set XDG_RUNTIME_DIR")


class Claim:
    """A held presence; released with `release` or with the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Let others have the key's place."""
        os.close(self._descriptor)


def claim(folder: Path, mine: Presence) -> Claim | Presence:
    """Hold the place of our key, or return the presence of the living node that holds it already.

    Raises:
        StoreError: the folder belongs to someone else.
        OSError: it cannot be made.
    """
    _make_private(folder)
    path = folder / mine.node.hex()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        data = os.pread(descriptor, 4096, 0)
        os.close(descriptor)
        return _read(mine, data)
    data = json.dumps({"epoch": mine.epoch.hex(), "started_ms": mine.started_ms}).encode()
    os.pwrite(descriptor, data, 0)
    os.ftruncate(descriptor, len(data))
    return Claim(descriptor)


def _read(mine: Presence, data: bytes) -> Presence:
    """What the other wrote; one that is still writing started before us all the same."""
    try:
        facts = json.loads(data)
        return Presence(mine.node, bytes.fromhex(facts["epoch"]), int(facts["started_ms"]))
    except (ValueError, KeyError, TypeError):
        return Presence(mine.node, b"", 0)
