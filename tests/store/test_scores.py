"""Do the arrays that rank say the same as the plainest code that could?"""

from __future__ import annotations

import random

import numpy as np
import pytest

from ccnode.store.ranking import Allowed
from ccnode.store.scores import SAMPLE, SPARSE_MIN, Mask, Scored


def put_in(count: int, among: int, seed: int) -> tuple[list[int], list[float]]:
    """Messages that come in ordered runs, as those of several terms do, and what each run adds; many scores tie."""
    chance = random.Random(seed)
    numbers: list[int] = []
    while len(numbers) < count:
        numbers += sorted(chance.sample(range(among), min(among, chance.randint(1, count))))
    return numbers, [chance.randint(1, 12) / 8 + chance.choice((0.0, chance.random())) for _ in numbers]


def added_up(numbers: list[int], scores: list[float]) -> dict[int, float]:
    total: dict[int, float] = {}
    for number, score in zip(numbers, scores, strict=True):
        total[number] = total.get(number, 0.0) + score
    return total


@pytest.mark.parametrize("count", [1, 5, 300, 3 * SAMPLE])
@pytest.mark.parametrize("times", [1, SPARSE_MIN, 40 * SPARSE_MIN])  # dense, at the border, sparse
def test_what_comes_several_times_scores_the_sum(count: int, times: int) -> None:
    numbers, scores = put_in(count, times * count, count + times)
    found = Scored(np.array(numbers, np.int64), np.array(scores))
    expected = added_up(numbers, scores)
    above, values = found.above(0.0)
    assert above.tolist() == sorted(expected)
    assert values.tolist() == [expected[number] for number in sorted(expected)], "to the last bit"


@pytest.mark.parametrize("count", [3, 200, 2 * SAMPLE + 1, 5 * SAMPLE])
@pytest.mark.parametrize("wanted", [1, 22, 130, 3 * SAMPLE])
@pytest.mark.parametrize(("role", "floor"), [(None, 0.0), (1, 0.0), (1, 1.4), (7, 0.0), (None, 90.0)])
def test_the_best_are_the_best(count: int, wanted: int, role: int | None, floor: float) -> None:
    numbers, scores = put_in(count, 2 * count, count)
    roles = np.array([number * 7 % 3 for number in range(2 * count)], np.uint8)
    found = Scored(np.array(numbers, np.int64), np.array(scores))
    expected = [
        (score, number)
        for number, score in added_up(numbers, scores).items()
        if score > floor and (role is None or roles[number] == role)
    ]
    ranked = found.top(wanted, Mask(Allowed(role), lambda _: roles), floor=floor)
    assert [tuple(one) for one in ranked] == sorted(expected, reverse=True)[:wanted]


def test_nothing_scores_nothing() -> None:
    assert Scored(np.zeros(0, np.int64), np.zeros(0)).top(5) == []
