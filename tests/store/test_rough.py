"""Are rough scores near enough to exact ones that none of the best is missed?"""

from __future__ import annotations

import numpy as np
import pytest

from ccnode.store.impact_form import CONTEXT_WEIGHT, TEXT_WEIGHT, Damaged
from ccnode.store.rough import MARGIN, SPREAD_SHARE, Rough, best_of

BASE, EACH = 0.3, 0.004
SIZE = 4_096


def exact(counts: np.ndarray, lengths: np.ndarray, factors: list[float]) -> np.ndarray:
    """The scores in double precision; `counts`: for each term, text and context, of each message."""
    scores = np.zeros(SIZE)
    for (text, context), factor in zip(counts, factors, strict=True):
        weights = TEXT_WEIGHT * text + CONTEXT_WEIGHT * context
        scores += factor * weights / (weights + BASE + EACH * lengths)
    return scores


@pytest.mark.parametrize("seed", range(8))
def test_scores_are_near_and_none_of_the_best_is_missed(seed: int) -> None:
    chance = np.random.default_rng(seed)
    lengths = chance.integers(1, 3_000, SIZE).astype(np.uint32)
    rough = Rough(lengths, BASE, EACH)
    shares = [0.01, 0.5 / SPREAD_SHARE, 2 / SPREAD_SHARE, 0.99] * 10
    factors = [10.0 ** chance.uniform(-6, 1) for _ in shares]
    counts = np.zeros((len(shares), 2, SIZE))
    for at, share in enumerate(shares):
        docs = np.flatnonzero(chance.random(SIZE) < share)
        counts[at][:, docs] = chance.integers(0, 5, (2, len(docs)))
        large = chance.choice(docs, 3, replace=False)
        large.sort()
        counts[at][:, large] = chance.integers(0, 100_000, (2, 3))
        low = docs.astype(np.uint16)
        if at % 5 == 4:
            text, context = counts[at][:, docs]
            rough.add(low, TEXT_WEIGHT * text + CONTEXT_WEIGHT * context, factors[at])
        else:
            packed = np.minimum(counts[at][:, docs], 15).astype(np.uint8)
            rows = np.stack((large, *counts[at][:, large]), axis=1).astype(np.uint32)
            rough.add_counted(low, packed[0] << 4 | packed[1], rows, factors[at])
    expected = exact(counts, lengths, factors)
    hidden = np.arange(0, SIZE, 97, dtype=np.uint16)
    rough.leave_out(hidden)
    expected[hidden] = 0.0
    places, scores = rough.above(0.0)
    assert places.tolist() == np.flatnonzero(expected > 0).tolist()
    assert scores == pytest.approx(expected[places], rel=MARGIN / 4)
    order = np.argsort(-expected)
    for count in (1, 10, 300):
        floor = expected[order[2 * count]]
        found = places[best_of(scores, count, floor)]
        assert set(order[:count].tolist()) <= set(found.tolist())
        assert len(found) < count + 10


def test_those_that_score_the_same_are_all_among_the_best() -> None:
    rough = Rough(np.full(SIZE, 50, np.uint32), BASE, EACH)
    rough.add_counted(np.arange(SIZE, dtype=np.uint16), np.full(SIZE, 0x21, np.uint8), np.zeros((0, 3), "<u4"), 2.0)
    places, scores = rough.above(0.0)
    assert len(places) == len(best_of(scores, 10, float(scores[0]))) == SIZE


def test_messages_that_there_are_not_are_damage() -> None:
    rough = Rough(np.ones(10, np.uint32), BASE, EACH)
    with pytest.raises(Damaged):
        rough.add(np.array([3, 10], np.uint16), np.ones(2), 1.0)
    with pytest.raises(Damaged):
        rough.leave_out(np.array([10], np.uint16))
