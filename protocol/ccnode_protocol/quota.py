"""How much may a peer that is not of ours put upon this node? Bytes of runs and contents, in a day and in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ccnode_protocol import limits

DAY_MS: Final = 24 * 3_600_000


@dataclass(slots=True)
class Quota:
    """How much is taken from one peer, in bytes of runs and contents: in a day (UTC) and in all. Kept by the caller."""

    day_max: int = limits.QUOTA_DAY_BYTES
    all_max: int = limits.QUOTA_BYTES
    day: int = 0
    day_bytes: int = 0
    all_bytes: int = 0

    def take(self, count: int, now_ms: int) -> bool:
        """Count these bytes, if there is room for them."""
        if self.room(now_ms) < count:
            return False
        self.day_bytes += count
        self.all_bytes += count
        return True

    def room(self, now_ms: int) -> int:
        """How many bytes may still be taken."""
        if now_ms // DAY_MS != self.day:
            self.day, self.day_bytes = now_ms // DAY_MS, 0
        return min(self.day_max - self.day_bytes, self.all_max - self.all_bytes)
