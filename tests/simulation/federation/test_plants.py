"""Does the simulation of federations find what is wrong, and meet with every kind of accident?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulation.checks import Violation
from tests.simulation.federation.plants import PLANTS
from tests.simulation.federation.play import play

if TYPE_CHECKING:
    from tests.simulation.federation.plants import Plant

SEEDS = 200  # the default of --seeds: what a plain run of the tests would find


def violation(seed: int) -> Violation | None:
    """What goes wrong in the seed's federation."""
    try:
        play(seed)
    except Violation as found:
        return found
    return None


def found(plant: Plant) -> tuple[int, Violation]:
    """The first seed that shows the bug, and how."""
    for seed in range(SEEDS):
        shown = violation(seed)
        if shown is not None:
            assert shown.kind in plant.kinds
            return seed, shown
    raise AssertionError(f"{SEEDS} federations did not show it")


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_bug_is_found(name: str) -> None:
    plant = PLANTS[name]
    with plant.planted():
        seed, shown = found(plant)
        assert f"--seed {seed}" in str(shown)
        assert str(violation(seed)) == str(shown), "the seed replays it"


def test_a_seed_plays_the_same_federation_again() -> None:
    first, second = play(7), play(7)
    assert first.trace == second.trace
    assert first.judge.written == second.judge.written
    assert first.bytes_sent == second.bytes_sent


def test_federations_meet_with_every_kind_of_accident() -> None:
    accidents = {
        "a link is cut": ": cut ",
        "the network is parted": ": partition ",
        "a node crashes": ": crash ",
        "an old disk is put back": ": put_back ",
        "a node learns that it wrote more than it knows": " learns from ",
        "a machine goes on twice": ": clone ",
        "a node of ours is let down": ": let_down ",
        "a fork is proven": " holds a proof against ",
        "a content that is forged": "content is not what the header names",
        "a claim that nobody signed": "a head of ours that the peer cannot show",
        "a proof that proves nothing": "fork.sides",
        "a peer that does not answer": "no answer",
    }
    for seed in range(SEEDS):
        story = "\n".join(play(seed).trace)
        accidents = {what: words for what, words in accidents.items() if words not in story}
        if not accidents:
            break
    assert list(accidents) == []
