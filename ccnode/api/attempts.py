"""May this address try a password now? Guessing is slowed, for each address and for all; the owner is not locked out.

Strangers share a small stock of tries, so that a thousand addresses cost no more than one. An address that has signed
in before does not draw on it: whoever floods the sign-in cannot keep the owner's phone from it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.api.settings import OutwardLimits

KNOWN_MAX: Final = 64
DOUBLINGS_MAX: Final = 30


@dataclass(slots=True)
class _Address:
    wrong: int = 0
    last: float = 0.0
    until: float = 0.0


class Attempts:
    """Counts tries. Each counts as wrong from its beginning, so that many at once are no more than one by one."""

    def __init__(self, limits: OutwardLimits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits, clock
        self._addresses: OrderedDict[str, _Address] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()
        self._stock = float(limits.tries_max)
        self._filled = clock()

    def begin(self, address: str) -> float:
        """Count a try from an address: 0.0 where it may be made, else the seconds to wait (and it is not counted)."""
        now, limits = self._clock(), self._limits
        seen = self._addresses.get(address)
        if seen is not None and now - seen.last >= limits.forget_s:
            seen = None
        if seen is not None and now < seen.until:
            return seen.until - now
        if address not in self._known:
            self._stock = min(limits.tries_max, self._stock + (now - self._filled) / limits.try_every_s)
            self._filled = now
            if self._stock < 1:
                return (1 - self._stock) * limits.try_every_s
            self._stock -= 1
        seen = seen or _Address()
        seen.wrong += 1
        seen.last = now
        over = seen.wrong - limits.free_tries
        seen.until = now + min(limits.wait_max_s, 2.0 ** min(over, DOUBLINGS_MAX)) if over >= 0 else now
        self._addresses[address] = seen
        self._addresses.move_to_end(address)
        while len(self._addresses) > limits.addresses_max:
            self._addresses.popitem(last=False)
        return 0.0

    def succeeded(self, address: str) -> None:
        """The try was right: the address begins anew, and is known from now on."""
        self._addresses.pop(address, None)
        if address not in self._known:
            self._stock = min(self._limits.tries_max, self._stock + 1)
        self._known[address] = None
        self._known.move_to_end(address)
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)
