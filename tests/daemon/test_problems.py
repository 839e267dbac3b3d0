"""Is a new problem told once, and one that stays not again?"""

from __future__ import annotations

from ccnode.daemon.problems import Problems


def test_a_new_problem_is_told_once() -> None:
    told: list[str] = []
    problems = Problems()
    problems["disk"] = "full"  # nobody asked yet
    problems.on_new = told.append
    problems["disk"] = "full"
    problems["index"] = problems["index"] = "behind"
    problems["disk"] = "gone"
    problems.pop("index")
    problems["index"] = "behind"
    assert told == ["behind", "gone", "behind"]
    assert problems == {"disk": "gone", "index": "behind"}
