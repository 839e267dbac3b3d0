"""Who may use the node? Whoever holds the token, a sign-in cookie, or sits at the owner's end of the local socket.

Nothing secret is stored: links and cookies are kept as SHA-256 digests, in memory only, so a restart signs browsers
out. Cookies know no ports: any other server that the owner's browser visits on this machine's loopback gets to see
them, which is why the token for programs never becomes one, and why a cookie may not make links. Sign-ins of other
devices are kept apart (outward.py), so that none made on loopback is of use to another device.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict, deque
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal

from ccnode.api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.api.settings import Limits

SECRET_BYTES: Final = 32
SECRET_CHARS_MAX: Final = 512
Door = Literal["socket", "token", "cookie"]


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()


class Tickets:
    """A bounded set of secrets that expire, kept as digests; the oldest makes room for a new one."""

    def __init__(self, count_max: int, valid_s: float, clock: Callable[[], float]) -> None:
        self._count_max, self._valid_s, self._clock = count_max, valid_s, clock
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def issue(self) -> str:
        """A new secret: 43 characters that may stand in addresses and cookies."""
        self._drop_expired()
        while len(self._until) >= self._count_max:
            self._until.popitem(last=False)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        self._until[_digest(secret)] = self._clock() + self._valid_s
        return secret

    def holds(self, secret: str) -> bool:
        """Whether the secret is valid. It is looked up by digest, so timing tells nothing of use about it."""
        return self.holds_digest(_digest(secret))

    def holds_digest(self, digest: bytes) -> bool:
        """Whether the secret with this digest is valid."""
        until = self._until.get(digest)
        return until is not None and self._clock() < until

    def left_s(self, digest: bytes) -> float:
        """For how long the secret with this digest will be valid; 0 where it is not."""
        until = self._until.get(digest)
        return max(0.0, until - self._clock()) if until is not None else 0.0

    def take(self, secret: str) -> bool:
        """Whether the secret was valid; it is not from now on."""
        until = self._until.pop(_digest(secret), None)
        return until is not None and self._clock() < until

    def clear(self) -> None:
        """Let none be valid any more."""
        self._until.clear()

    def __len__(self) -> int:
        """How many are valid."""
        self._drop_expired()
        return len(self._until)

    def _drop_expired(self) -> None:
        now = self._clock()
        for digest in [digest for digest, until in self._until.items() if until <= now]:
            del self._until[digest]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, by the door through which they came in. `signin`: the digest of the cookie, if it was that."""

    door: Door
    signin: bytes | None = None
    outward: bool = False  # from another device

    @property
    def at_machine(self) -> bool:
        """Whether the caller can read the owner's files anyway (the socket's peer, or who holds the token file)."""
        return self.door != "cookie" and not self.outward


class Failures:
    """Counts failed attempts within a moving window."""

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits, clock
        self._times: deque[float] = deque(maxlen=limits.failures_max)

    def count(self) -> None:
        """Remember a failed attempt. Raises ApiError 429 where there were too many within the window."""
        now, window = self._clock(), self._limits.failures_window_s
        full = len(self._times) == self._times.maxlen
        if full and now - self._times[0] < window:
            raise too_many(window - (now - self._times[0]))
        self._times.append(now)


def too_many(wait_s: float) -> ApiError:
    """429, with how long to wait."""
    wait = max(1, round(wait_s))
    headers = {"Retry-After": str(wait)}
    return ApiError(429, "too_many_attempts", "too many failed attempts", f"wait {wait} s", headers=headers)


class Access:
    """Checks tokens, links and cookies of one server.

    The right token is let in at any time: failed attempts by somebody else on this machine cannot lock the owner out.
    """

    def __init__(self, token: str, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._token = _digest(token)
        self.links = Tickets(limits.links_max, limits.link_valid_s, clock)
        self.signins = Tickets(limits.signins_max, limits.signin_valid_s, clock)
        self._failures = Failures(limits, clock=clock)

    def by_token(self, token: str, outward: Failures | None = None) -> Caller:
        """The caller with this bearer token; `outward` counts the wrong ones of other devices.

        Raises:
            ApiError: 401, or 429 after many wrong ones.
        """
        if len(token) <= SECRET_CHARS_MAX and hmac.compare_digest(_digest(token), self._token):
            return Caller("token", outward=outward is not None)
        (outward or self._failures).count()
        raise ApiError(401, "wrong_token", "the bearer token is wrong", "read it again: its file is in 'ccnode status'")

    def sign_in(self, link: str) -> str:
        """Use up a one-time link; returns the cookie's value. Raises ApiError 401, or 429 after many wrong ones."""
        if len(link) <= SECRET_CHARS_MAX and self.links.take(link):
            return self.signins.issue()
        self._failures.count()
        raise ApiError(
            401, "link_invalid", "this sign-in link was used already or has expired", "get another: ccnode open"
        )


def caller_by(signins: Tickets, value: str, *, outward: bool = False) -> Caller | None:
    """The caller with this sign-in, None where it is none of these."""
    if len(value) > SECRET_CHARS_MAX or not signins.holds(value):
        return None
    return Caller("cookie", _digest(value), outward)
