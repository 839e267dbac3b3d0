"""Does the simulation find what is wrong? It finds each planted bug within the seeds that are played by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulation.checks import Violation
from tests.simulation.plants import PLANTS
from tests.simulation.play import play

if TYPE_CHECKING:
    from tests.simulation.plants import Plant

SEEDS = 200  # the default of --seeds: what a plain run of the tests would find


def violation(seed: int, plant: Plant) -> Violation | None:
    """What goes wrong in the seed's world with the bug in it."""
    try:
        play(seed, plant.machine_class)
    except Violation as found:
        return found
    return None


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_bug_is_found(name: str) -> None:
    plant = PLANTS[name]
    with plant.planted():
        results = ((seed, violation(seed, plant)) for seed in range(SEEDS))
        seed, found = next((pair for pair in results if pair[1]), (0, None))
        assert found is not None, f"{SEEDS} worlds did not show it"
        assert found.kind in plant.kinds
        assert f"--seed {seed}" in str(found)
        assert str(violation(seed, plant)) == str(found), "the seed replays it"
