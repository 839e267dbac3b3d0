"""Fixtures of the command line's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from ccnode.cli.main import main
from tests.cli.helpers import Result, make_node

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.home import Home


class Ccnode(Protocol):
    def __call__(self, *arguments: str) -> Result: ...


@pytest.fixture
def ccnode(capfd: pytest.CaptureFixture[str]) -> Ccnode:
    """Run the command line in this process: quicker, and standard input is no terminal."""

    def run(*arguments: str) -> Result:
        capfd.readouterr()
        code = main(list(arguments))
        captured = capfd.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A node, which the command line finds by itself."""
    made = make_node(tmp_path / "node")
    monkeypatch.setenv("CCNODE_DATA_DIR", str(made.root))
    return made
