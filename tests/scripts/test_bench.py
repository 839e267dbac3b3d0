"""Does scripts/bench.py measure what .venv holds, whichever Python starts it, and say what is missing?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.scripts.small_checkout import SCRIPTS, SmallCheckout

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = str(getattr(sys, "_base_executable", sys.executable))
# Stands for a benchmark: it tells by what it was run, and has no figures.
BENCH = """
import os, sys

def bench_append():
    print(os.path.realpath(sys.prefix))
    return []
"""


@pytest.fixture
def checkout(tmp_path: Path) -> SmallCheckout:
    made = SmallCheckout.make(tmp_path)
    shutil.copy(SCRIPTS / "bench.py", made.folder / "scripts")
    (made.folder / "scripts" / "benches").mkdir()
    (made.folder / "scripts" / "benches" / "ledger.py").write_text(BENCH)
    # No ccnode stands beside it, whatever the machine has installed.
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", tmp_path / "other"], check=True)
    return made


def set_up(checkout: SmallCheckout) -> Path:
    """Make a .venv in which the program stands; return its folder."""
    folder = checkout.folder / ".venv"
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", folder], check=True)
    (folder / "bin" / "ccnode").touch()
    return folder


def run(checkout: SmallCheckout, python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "scripts/bench.py", *arguments],
        cwd=checkout.folder,
        env=checkout.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("started_by", ["other", "my checkout/.venv"])
def test_it_runs_with_what_the_checkout_holds(checkout: SmallCheckout, tmp_path: Path, started_by: str) -> None:
    folder = set_up(checkout)
    done = run(checkout, tmp_path / started_by / "bin" / "python", "append")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{folder.resolve()}\n", "")


def test_without_a_set_up_it_says_in_one_line_what_makes_one(checkout: SmallCheckout, tmp_path: Path) -> None:
    done = run(checkout, tmp_path / "other" / "bin" / "python", "append")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("bench: ccnode is not set up for ")
    assert done.stderr.endswith("; this sets it up: python3 scripts/try.py setup\n")
    assert done.stderr.count("\n") == 1


def test_without_a_set_up_another_environment_with_ccnode_serves(checkout: SmallCheckout, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "bin" / "ccnode").touch()
    done = run(checkout, other / "bin" / "python", "append")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{other.resolve()}\n", "")


def test_a_broken_set_up_is_entered_once(checkout: SmallCheckout, tmp_path: Path) -> None:
    folder = set_up(checkout)
    (folder / "pyvenv.cfg").unlink()
    done = run(checkout, tmp_path / "other" / "bin" / "python", "append")
    assert done.returncode in {0, 2}
    assert "Traceback" not in done.stderr


def test_help_needs_no_set_up(checkout: SmallCheckout, tmp_path: Path) -> None:
    done = run(checkout, tmp_path / "other" / "bin" / "python", "--help")
    assert done.returncode == 0
    assert "append" in done.stdout
