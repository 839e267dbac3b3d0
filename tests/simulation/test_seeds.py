"""Does everything hold in worlds that nobody thought of? Each seed is one; one that fails says how to replay it."""

from __future__ import annotations

from tests.simulation.play import play


def test_worlds(chunk: range) -> None:
    for seed in chunk:
        play(seed)


def test_a_seed_plays_the_same_world_again() -> None:
    first, second = play(7), play(7)
    assert first.trace == second.trace
    assert first.judge.digests == second.judge.digests
