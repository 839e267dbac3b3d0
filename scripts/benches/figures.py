"""What does a benchmark report? A figure beside its yardstick; and where it may write."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Figure:
    """One row: what was measured, the yardstick beside it, their ratio, and whether the target holds.

    `at_most`: whether the ratio is to stay below the target, or to reach it.
    """

    name: str
    value: float
    yardstick: float
    unit: str
    ratio: float
    target: float
    at_most: bool
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the target is met."""
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target


def figure(
    name: str, value: float, yardstick: float, unit: str, target: float, *, at_most: bool, **notes: Any
) -> Figure:
    """A figure whose ratio is value to yardstick."""
    return Figure(name, value, yardstick, unit, value / yardstick, target, at_most, notes)


def quantile(times: list[float], share: float) -> float:
    """The value below which that share of the times lies."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on the disk that holds the checkout: /tmp is often memory, where a sync costs nothing."""
    base = Path(os.environ.get("CCNODE_BENCH_DIR", ROOT / ".bench"))
    base.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def timed(work: Callable[[], Any]) -> float:
    """The seconds that it takes, by the clock on the wall."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
