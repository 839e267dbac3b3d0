"""Has too much come in this minute? Frames and bytes of each type, and frames of all, on one link in one direction.

Counted in fixed minutes from the link's beginning, so the cost of a link is bounded by two of them, whatever comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode_protocol import frames, limits

if TYPE_CHECKING:
    from ccnode_protocol.limits import Limit

_LATER: Final = -1  # all types that are not known share one account


class Rates:
    """The accounts of one direction. `share`: of a limit, how much is used: one in so many."""

    __slots__ = ("_all", "_from_ms", "_share", "_used")

    def __init__(self, now_ms: int, share: int = 1) -> None:
        self._share = share
        self._from_ms = now_ms
        self._all = 0
        self._used: dict[int, tuple[int, int]] = {}

    def take(self, kind: int, size: int, now_ms: int, *, is_inside: bool = False) -> str | None:
        """Count a frame. What it was too much of, and then it is not counted; or None.

        `is_inside`: it came in another one, which is counted among all already.

        Raises:
            RemoteError: the type is unknown and below 128.
        """
        limit = frames.limit_of(kind)
        self._turn(now_ms)
        account = kind if kind in frames.FORMS else _LATER
        count, used = self._used.get(account, (0, 0))
        over = self._over(limit, count + 1, used + size)
        if over is None:
            self._all += 0 if is_inside else 1
            self._used[account] = (count + 1, used + size)
        return f"{frames.name_of(kind)}: more than {over} a minute" if over else None

    def _over(self, limit: Limit, count: int, used: int) -> str | None:
        if self._all >= limits.COUNT_MINUTE // self._share:
            return f"{limits.COUNT_MINUTE // self._share:,} frames of all types"
        if count > max(1, limit.count_minute // self._share):
            return f"{limit.count_minute // self._share:,} frames"
        if used > max(limit.bytes_max, limit.bytes_minute // self._share):
            return f"{limit.bytes_minute // self._share:,} bytes"
        return None

    def _turn(self, now_ms: int) -> None:
        """Begin a new minute when the last is over."""
        if now_ms >= self.until_ms:
            self._from_ms += (now_ms - self._from_ms) // limits.WINDOW_MS * limits.WINDOW_MS
            self._all = 0
            self._used.clear()

    @property
    def until_ms(self) -> int:
        """When this minute ends."""
        return self._from_ms + limits.WINDOW_MS
