"""What must the API be told before it can serve? Plain values; the daemon reads the settings and hands them over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccnode_protocol.records import TEXT_BYTES_MAX

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.home import Home


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of everything that comes from outside. Times are seconds, sizes bytes."""

    body_bytes_max: int = 2 * 1024 * 1024
    text_bytes_max: int = TEXT_BYTES_MAX
    json_depth_max: int = 32
    connections_max: int = 256
    sockets_max: int = 64
    pending_forms_max: int = 64  # forms that wait for one slow reader before it is let go
    bad_frames_max: int = 20
    header_timeout_s: float = 30.0  # for the head of a request, and between requests of one connection
    body_timeout_s: float = 30.0
    send_timeout_s: float = 30.0
    heartbeat_s: float = 30.0
    linger_s: float = 2.0  # reading on after an early answer, so that the client gets to see it
    stop_grace_s: float = 10.0
    link_valid_s: float = 600.0
    links_max: int = 16
    signin_valid_s: float = 30 * 86_400.0
    signins_max: int = 64
    failures_max: int = 20  # wrong tokens within `failures_window_s`, then 429 instead of 401
    failures_window_s: float = 60.0


@dataclass(frozen=True, slots=True)
class OutwardLimits:
    """The bounds of what other devices may cost. Times are seconds, sizes bytes.

    An IPv6 network of 64 bits counts as one address. To look at a password takes some tenths of a second and 64 MiB, so
    one is looked at at a time. Strangers together have `tries_max` tries and get another each `try_every_s`; an address
    that has signed in before does not share these. An address has `free_tries`; each wrong one after that doubles its
    wait, up to `wait_max_s`.
    """

    handshakes_max: int = 64  # the oldest of the busiest address makes room
    handshakes_each: int = 16
    handshake_s: float = 10.0
    connections_max: int = 128  # the oldest that has not signed in makes room
    connections_each: int = 48
    body_bytes_max: int = 4096  # of a sign-in
    body_timeout_s: float = 10.0
    free_tries: int = 3
    wait_max_s: float = 900.0
    forget_s: float = 86_400.0
    tries_max: int = 20
    try_every_s: float = 3.0
    addresses_max: int = 4096
    look_s: float = 1.0
    addresses_s: float = 5.0
    certificate_s: float = 60.0


@dataclass(frozen=True, slots=True)
class OutwardSettings:
    """Where other devices are served, over TLS, and to whom: those who know the password that `home` holds.

    `host` is an address of this machine, or "*" for all; that it is beyond loopback is not asked here, so that tests
    can be served on 127.0.0.2. `names`: further host names ("name" or "name:port"). `certificate`, `key`: the owner's
    own; without them one is made.
    """

    home: Home
    host: str
    port: int = 8443
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    limits: OutwardLimits = field(default_factory=OutwardLimits)


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Where to serve and to whom.

    `port` 0 takes a free one. `socket` None serves no local socket. `token` is the bearer token for programs. `hosts`
    are further values of the Host header ("name" or "name:port") under which a proxy of the owner reaches the node.
    `outward` None serves no other device.
    """

    token: str
    socket: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    hosts: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    outward: OutwardSettings | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a token too short to be a secret."""
        if len(self.token) < 32:  # noqa: PLR2004  # 43 characters are what `init` writes
            raise ValueError("the API token must have 32 characters or more")

    def __repr__(self) -> str:
        return f"ApiSettings(host={self.host!r}, port={self.port}, socket={self.socket}, hosts={self.hosts})"
