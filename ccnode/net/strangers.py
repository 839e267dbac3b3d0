"""How much do those who call cost, before anybody knows who they are? Bounds on connections by address, before TLS.

Addresses from which a peer of ours has called lately have places of their own: what strangers do does not keep peers
out. Whatever is refused here is closed at once, unread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.net.addresses import group
from ccnode_protocol import limits

if TYPE_CHECKING:
    from collections.abc import Callable

RESERVED: Final = limits.HALF_OPEN_MAX // 4  # of the half-open connections, those that only proven addresses get
HALF_OPEN_ADDRESS_MAX: Final = 8
MINUTE_ADDRESS_MAX: Final = 30  # connections from one address in a minute
MINUTE_PROVEN_MAX: Final = 600
ADDRESSES_MAX: Final = 4096  # that are counted at once; strangers from more share the last account
PROVEN_MAX: Final = 1024
_OTHERS: Final = "others"


@dataclass(slots=True)
class _Account:
    """One address: connections that are half open, and those of this minute."""

    half_open: int = 0
    count: int = 0


class Slot:
    """A half-open connection; `free` it when its handshake is done or it is gone."""

    __slots__ = ("_account", "_owner")

    def __init__(self, owner: Strangers, account: _Account) -> None:
        self._owner: Strangers | None = owner
        self._account = account

    @property
    def is_held(self) -> bool:
        """Whether it still counts as half open."""
        return self._owner is not None

    def free(self) -> None:
        """Idempotent."""
        if self._owner is not None:
            self._owner.half_open -= 1
            self._account.half_open -= 1
            self._owner = None


class Strangers:
    """Who may begin a handshake. `now_ms`: any clock that does not go back."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._from_ms = now_ms()
        self._accounts: dict[str, _Account] = {}
        self._proven: dict[str, None] = {}
        self.half_open = 0
        self.refused = 0

    def admit(self, host: str) -> Slot | None:
        """A place for a connection from this address; None where it is to be closed unread."""
        self._turn()
        name = group(host)
        is_proven = name in self._proven
        if name not in self._accounts and len(self._accounts) >= ADDRESSES_MAX and not is_proven:
            name = _OTHERS
        account = self._accounts.setdefault(name, _Account())
        account.count += 1
        most = limits.HALF_OPEN_MAX - (0 if is_proven else RESERVED)
        over = account.count > (MINUTE_PROVEN_MAX if is_proven else MINUTE_ADDRESS_MAX)
        if over or self.half_open >= most or account.half_open >= HALF_OPEN_ADDRESS_MAX:
            self.refused += 1
            return None
        self.half_open += 1
        account.half_open += 1
        return Slot(self, account)

    def proved(self, host: str) -> None:
        """A peer that has a tier called from there."""
        name = group(host)
        self._proven.pop(name, None)
        self._proven[name] = None
        if len(self._proven) > PROVEN_MAX:
            del self._proven[next(iter(self._proven))]

    def _turn(self) -> None:
        """Begin a new minute when the last is over."""
        now = self._now_ms()
        if now - self._from_ms >= limits.WINDOW_MS:
            self._from_ms = now
            self._accounts = {name: account for name, account in self._accounts.items() if account.half_open}
            for account in self._accounts.values():
                account.count = account.half_open
