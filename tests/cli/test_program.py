"""Do the commands that are suggested work as they stand, wherever the program and its data lie?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from ccnode.cli import program
from ccnode.cli.app import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A console script in a virtual environment below the current folder, not on PATH."""
    script = tmp_path / "my check out" / ".venv" / "bin" / "ccnode"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.chdir(script.parents[2])
    monkeypatch.setattr(sys, "argv", [str(script), "run"])
    monkeypatch.setenv("PATH", "/nowhere")
    return script


def test_bare_where_path_holds_it(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(installed.parent))
    assert program.typed() == "ccnode"


@pytest.mark.usefixtures("installed")
def test_relative_below_the_current_folder() -> None:
    assert program.typed() == ".venv/bin/ccnode"


def test_absolute_and_quoted_elsewhere(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    monkeypatch.setattr(sys, "argv", [str(installed)])
    assert program.typed() == f"'{installed}'"
    monkeypatch.chdir(tmp_path.parent)
    (tmp_path / "beside").mkdir()
    monkeypatch.chdir(tmp_path / "beside")
    assert program.typed() == f"'{installed}'"


def test_beside_it(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(installed.parent)
    assert program.typed() == "./ccnode"


@pytest.mark.usefixtures("installed")
def test_bare_under_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [pytest.__file__])
    assert program.typed() == "ccnode"


@pytest.mark.usefixtures("installed")
def test_another_terminal_is_told_the_data_directory(tmp_path: Path) -> None:
    usual = {"XDG_DATA_HOME": str(tmp_path)}
    assert program.elsewhere(tmp_path / "ccnode", usual) == ".venv/bin/ccnode"
    chosen = {**usual, "CCNODE_DATA_DIR": str(tmp_path / "a b")}
    assert program.elsewhere(tmp_path / "a b", chosen) == f".venv/bin/ccnode --data-dir '{tmp_path / 'a b'}'"


def test_only_commands_are_named() -> None:
    def said(text: str) -> str:
        return program.named(text, "bin/ccnode")

    for command in COMMANDS:
        if command != "completion":
            assert said(f"see: ccnode {command} x") == f"see: bin/ccnode {command} x"
    for text in ("ccnode: no daemon runs", "ccnode 0.1.0", "in /srv/ccnode run", "ccnode runs", "x.ccnode run"):
        assert said(text) == text
    assert said(said("`ccnode run`")) == "`bin/ccnode run`"
