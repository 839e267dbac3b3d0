"""Does everything hold in federations that nobody thought of? Each seed is one; a failing one says how to replay it."""

from __future__ import annotations

from tests.simulation.federation.play import play


def test_federations(chunk: range) -> None:
    for seed in chunk:
        play(seed)
