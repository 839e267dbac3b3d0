"""Whom do core nodes introduce to each other? What this node says of others in its manifest, and what it was told.

An introduction is a hint: who is introduced must be certified by our owner, and prove its key like anybody else. What
peers say of others is kept in memory only, for they say it again on each link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.core import pairing
from ccnode_protocol import limits
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ccnode.core.pairing import Row

Introduced = tuple[tuple[bytes, str], ...]
BYTES_MAX: Final = 2_000  # of a manifest, which has 4,096, and of which all else takes less than the half


class Introductions:
    """What each peer said last. `own`: this node's key, which needs no introduction."""

    def __init__(self, own: bytes) -> None:
        self._own = own
        self._heard: dict[bytes, Introduced] = {}
        self.saying: Introduced = ()

    def hear(self, peer: bytes, said: Introduced) -> None:
        """These are core to this peer."""
        self._heard[peer] = said

    def is_news(self, core: Iterable[tuple[bytes, str]]) -> bool:
        """These, with their addresses, are core here: whether others are to be told something new."""
        chosen: list[tuple[bytes, str]] = []
        room = BYTES_MAX
        for node, address in sorted(core):
            room -= len(node) + len(address) + 8  # and what says which is which
            if room >= 0 and len(chosen) < limits.INTRODUCED_MAX:
                chosen.append((node, address))
        before, self.saying = self.saying, tuple(chosen)
        return self.saying != before

    def to(self, reader: bytes) -> Introduced:
        """What a core peer is told."""
        return tuple(one for one in self.saying if one[0] != reader)

    def new(
        self,
        row_of: Callable[[bytes], Row | None],
        tier_of: Callable[[bytes], Tier],
        certified: Callable[[bytes], bool],
    ) -> dict[bytes, list[str]]:
        """Who is to be a core peer by what core peers say now, and where each may be reached."""
        found: dict[bytes, list[str]] = {}
        for peer, said in self._heard.items():
            if tier_of(peer) is not Tier.CORE:
                continue
            for node, address in said:
                if node != self._own and pairing.introduced(row_of(node), certified=certified(node)) is not None:
                    found.setdefault(node, []).extend([address] if address else [])
        return found
