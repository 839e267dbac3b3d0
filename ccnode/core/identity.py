"""Is this node alone with its key? What a node must do when it meets another that signs with the same one.

An old directory put back, or a copy, opens an epoch of its own, so no position is written twice; but two living nodes
with one key would each claim the other's words. The one that started later takes a new node key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["strangers", "same", "take_new_key", "keep_key"]


@dataclass(frozen=True, slots=True)
class Presence:
    """What a running node says of itself: its key, its epoch, and when it started (milliseconds since 1970)."""

    node: bytes
    epoch: bytes
    started_ms: int


def meet(mine: Presence, other: Presence) -> Verdict:
    """Decide for `mine`. Both sides come to opposite verdicts, because the order of (start, epoch) is total."""
    if mine.node != other.node:
        return "strangers"
    if mine.epoch == other.epoch:
        return "same"
    later = (mine.started_ms, mine.epoch) > (other.started_ms, other.epoch)
    return "take_new_key" if later else "keep_key"
