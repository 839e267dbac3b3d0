"""Is the simulation worth its name? The same seed plays the same world, and worlds are as unkind as they should be."""

from __future__ import annotations

from tests.simulation.play import play


def test_a_seed_plays_the_same_world_again() -> None:
    first, second = play(7), play(7)
    assert first.trace == second.trace
    assert first.judge.digests == second.judge.digests


def test_worlds_meet_with_every_kind_of_accident() -> None:
    accidents = {
        "a process or a machine ends within a transaction": "stopped",
        "a copy meets its original": "takes a new key",
        "the disk is full": "failed: the disk is full",
        "the disk reports errors": "failed: the disk reports an error",
        "the end of the log is lost": "the database ends at entry",
        "an old copy is put back": "put back on",
        "someone is refused": "refused: ",
    }
    for seed in range(40):
        story = "\n".join(play(seed).trace)
        accidents = {what: words for what, words in accidents.items() if words not in story}
        if not accidents:
            break
    assert list(accidents) == []
