"""Who is at the other end of a local socket? The kernel says it, so no secret is needed."""

from __future__ import annotations

import os
import socket
import struct
import sys
from dataclasses import dataclass
from typing import Final

GROUP: Final = "ccnode"
_SO_PEERGROUPS: Final = 59  # Linux 4.13; not named in Python's socket module
_GROUPS_BYTES: Final = 1024  # the most that Python's getsockopt takes
_LOCAL_PEERCRED: Final = 1  # macOS


@dataclass(frozen=True, slots=True)
class Peer:
    """The user and groups of the process that connected."""

    uid: int
    gids: frozenset[int]


def is_local(connection: object) -> bool:
    """Whether a connection came over a Unix socket; the argument is a transport's "socket"."""
    return getattr(connection, "family", None) == socket.AF_UNIX


def peer_of(connection: socket.socket) -> Peer | None:
    """The peer of a Unix socket, None where the kernel does not tell."""
    try:
        if sys.platform == "darwin":
            # struct xucred: version, uid, number of groups, 16 groups
            data = connection.getsockopt(0, _LOCAL_PEERCRED, 76)
            _, uid, count, *groups = struct.unpack("IIh2x16I", data)
            return Peer(uid, frozenset(groups[: max(0, min(count, 16))]))
        data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        _, uid, gid = struct.unpack("3i", data)
        return Peer(uid, frozenset({gid, *_further_groups(connection)}))
    except (OSError, AttributeError, struct.error):
        return None


def _further_groups(connection: socket.socket) -> tuple[int, ...]:
    """A person is usually in group `ccnode` beside their primary group, which is all that SO_PEERCRED tells."""
    try:
        data = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _GROUPS_BYTES)
    except OSError:
        return ()
    return struct.unpack(f"{len(data) // 4}I", data)


def group_id() -> int | None:
    """The number of group `ccnode`, None where there is no such group."""
    import grp

    try:
        return grp.getgrnam(GROUP).gr_gid
    except KeyError:
        return None


def is_owner(peer: Peer | None) -> bool:
    """Whether a peer may do what the owner may: the daemon's own user, root, or a member of group `ccnode`."""
    if peer is None:
        return False
    return peer.uid in (os.getuid(), 0) or group_id() in peer.gids
