"""Which seeds are played? `--seeds N`: the first N (a session's option); `--seed K`: that one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pytest

CHUNK_SEEDS: Final = 10  # a test each, so that several cores share them, and each ends well within a test's time


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("ccnode").addoption("--seed", type=int, metavar="K", help="play this one seed (tests/simulation)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "chunk" not in metafunc.fixturenames:
        return
    one = metafunc.config.getoption("--seed", default=None)
    count = int(metafunc.config.getoption("--seeds"))
    chunks = [range(at, min(at + CHUNK_SEEDS, count)) for at in range(0, count, CHUNK_SEEDS)]
    if one is not None:
        chunks = [range(one, one + 1)]
    metafunc.parametrize("chunk", chunks, ids=[f"{chunk.start}-{chunk.stop - 1}" for chunk in chunks])
