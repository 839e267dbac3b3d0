"""Does everything hold in worlds that nobody thought of? Each seed is one; one that fails says how to replay it."""

from __future__ import annotations

from tests.simulation.play import play


def test_worlds(chunk: range) -> None:
    for seed in chunk:
        play(seed)
