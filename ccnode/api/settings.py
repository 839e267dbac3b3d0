"""What must the API be told before it can serve? Plain values; the daemon reads the settings and hands them over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccnode_protocol.records import TEXT_BYTES_MAX

if TYPE_CHECKING:
    from pathlib import Path


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
class ApiSettings:
    """Where to serve and to whom.

    `port` 0 takes a free one. `socket` None serves no local socket. `token` is the bearer token for programs. `hosts`
    are further values of the Host header ("name" or "name:port") under which a proxy of the owner reaches the node.
    """

    token: str
    socket: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    hosts: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Raises ValueError for a token too short to be a secret."""
        if len(self.token) < 32:  # noqa: PLR2004  # 43 characters are what `init` writes
            raise ValueError("the API token must have 32 characters or more")

    def __repr__(self) -> str:
        return f"ApiSettings(host={self.host!r}, port={self.port}, socket={self.socket}, hosts={self.hosts})"
