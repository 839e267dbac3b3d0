"""How fast is Phi of 256 vectors of 16 dimensions, and how much faster than solving every bipartition beside it?"""

from __future__ import annotations

import os
import statistics
import time
from typing import TYPE_CHECKING, Any

from benches.figures import Figure, figure

if TYPE_CHECKING:
    from collections.abc import Callable

DIMENSIONS = 16
VECTORS = 256
SEED = 20161206
REPEATS = 15
TARGET_MS = 150
TARGET_TIMES = 50


def bench_phi() -> list[Figure]:
    """Phi of series of several kinds on one core: against 150 ms, and its search against the exhaustive one."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy loads; CPU time counts every thread anyway
    from ccnode.mind.gaussian import Moments, Var1, model, moments
    from ccnode.mind.phi import exhaustive, measure, search

    figures = []
    for name, rows in _series().items():
        covariances = moments(rows)
        var = model(covariances.joint) if isinstance(covariances, Moments) else None
        if not isinstance(var, Var1):
            raise SystemExit(f"{name}: {var or covariances}")
        _, whole = _cpu_ms(lambda: measure(rows), REPEATS)  # noqa: B023
        exact, fast = _cpu_ms(lambda: search(var), REPEATS)  # noqa: B023
        every, slow = _cpu_ms(lambda: exhaustive(var), 1)  # noqa: B023
        if (exact.mask, exact.phi, exact.proven) != (every.mask, every.phi, True):
            raise AssertionError(f"{name}: the exact search says {exact}, the exhaustive one {every}")
        notes = {"phi": round(exact.phi, 6), "solved": [exact.solved, every.solved]}
        figures += [
            figure(f"phi, {name}, to {TARGET_MS} ms", whole, TARGET_MS, "ms of CPU", 1.0, at_most=True),
            figure(f"phi, {name}, exhaustive to exact", slow, fast, "ms of CPU", TARGET_TIMES, at_most=False, **notes),
        ]
    return figures


def _cpu_ms(work: Callable[[], Any], repeats: int) -> tuple[Any, float]:
    """What it gives, and the median of the milliseconds of CPU that it takes."""
    found, times = None, []
    for _ in range(repeats):
        start = time.process_time()
        found = work()
        times.append((time.process_time() - start) * 1e3)
    return found, statistics.median(times)


def _series() -> dict[str, list[list[int]]]:
    """Vectors in millionths: nothing but noise, slow and alike, two parts, and everything driving everything."""
    import numpy as np

    chance = np.random.default_rng(SEED)
    alone, alike = np.eye(DIMENSIONS), np.full((DIMENSIONS, DIMENSIONS), 0.6) + 0.4 * np.eye(DIMENSIONS)
    parts = np.kron(np.eye(2), np.full((DIMENSIONS // 2, DIMENSIONS // 2), 0.9 / (DIMENSIONS // 2)))
    mixed = chance.standard_normal((DIMENSIONS, DIMENSIONS))
    mixed *= 0.8 / np.abs(np.linalg.eigvals(mixed)).max()
    kinds = {
        "noise": (0 * alone, alone),
        "slow": (0.9 * alone, alike),
        "parts": (parts, alone),
        "mixed": (mixed, alike),
    }
    found = {}
    for name, (matrix, noise) in kinds.items():
        factor, at, rows = np.linalg.cholesky(noise), np.zeros(DIMENSIONS), []
        for _ in range(VECTORS + 50):
            at = matrix @ at + factor @ chance.standard_normal(DIMENSIONS)
            rows.append([int(one) for one in np.round(500_000 + 50_000 * at)])
        found[name] = rows[50:]
    return found
