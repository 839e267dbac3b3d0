"""Is every test that could not run reported, with its remedy, and counted as failure when asked?"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SUITE = """
import pytest

def test_plain(seeds):
    assert seeds == {seeds}

@pytest.mark.tool("no-such-tool", package="no-such-package")
def test_tool():
    raise AssertionError

@pytest.mark.tool("no-such-tool", package="no-such-package")
@pytest.mark.parametrize("number", [1, 2])
def test_tools(number):
    raise AssertionError

@pytest.mark.tool("sh")
def test_tool_that_is_there():
    pass

@pytest.mark.long
def test_soak():
    raise AssertionError
"""
NOT_RUN = "not run: 3 (tool no-such-tool: sudo apt-get install no-such-package)"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Return a folder with a suite of its own, under the project's conftest and configuration."""
    shutil.copy(CHECKOUT / "tests" / "conftest.py", tmp_path)
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    (tmp_path / "test_suite.py").write_text(SUITE.format(seeds=200))
    return tmp_path


def run_pytest(suite: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_", "COVERAGE_"))}
    kept.pop("CCNODE_TEST_REQUIRE_ALL", None)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", ".", *arguments]
    return subprocess.run(
        command, cwd=suite, env=kept | environment, capture_output=True, text=True, timeout=100, check=False
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_missing_things_are_reported_with_their_remedy(suite: Path, workers: str) -> None:
    done = run_pytest(suite, "-n", workers)
    assert done.returncode == 0, done.stdout + done.stderr
    assert NOT_RUN in done.stdout.splitlines()
    assert "long soaks left out: 1 (python3 scripts/try.py test --long)" in done.stdout.splitlines()
    assert re.search(r"2 passed, 3 skipped.* in [\d.]+s", done.stdout.splitlines()[-1])


@pytest.mark.parametrize("workers", ["0", "2"])
def test_missing_things_fail_the_session_when_all_are_required(suite: Path, workers: str) -> None:
    done = run_pytest(suite, "-n", workers, CCNODE_TEST_REQUIRE_ALL="1")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert NOT_RUN in done.stdout.splitlines()
    assert re.search(r"2 passed, 3 skipped.* in [\d.]+s", done.stdout.splitlines()[-1])


def test_a_skip_without_marker_counts_too(suite: Path) -> None:
    (suite / "test_suite.py").write_text("import pytest\n\ndef test_moody():\n    pytest.skip('not today')\n")
    (suite / "test_module.py").write_text("import pytest\n\npytest.importorskip('no_such_module')\n")
    done = run_pytest(suite, "-n", "2", CCNODE_TEST_REQUIRE_ALL="1")
    assert done.returncode != 0
    assert "not run: 1 (Skipped: not today)" in done.stdout
    assert re.search(r"not run: 1 \(.*could not import 'no_such_module'", done.stdout)


def test_a_whole_suite_passes_when_all_are_required(suite: Path) -> None:
    done = run_pytest(suite, "-k", "plain or there", CCNODE_TEST_REQUIRE_ALL="1")
    assert done.returncode == 0
    assert "not run" not in done.stdout


def test_the_packages_that_are_missing_can_be_listed(suite: Path) -> None:
    needs = suite / "needs"
    done = run_pytest(suite, "--collect-only", "-q", "--needs-file", str(needs))
    assert done.returncode == 0
    assert needs.read_text() == "no-such-package\n"


def test_seeds_and_soaks_can_be_asked_for(suite: Path) -> None:
    (suite / "test_suite.py").write_text(SUITE.format(seeds=7).replace("raise AssertionError", "pass"))
    done = run_pytest(suite, "--seeds", "7", "--long", "-k", "plain or soak")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout.splitlines()[-1]


def test_a_marker_nobody_declared_is_refused(suite: Path) -> None:
    (suite / "test_suite.py").write_text("import pytest\n\n@pytest.mark.brwoser\ndef test_it():\n    pass\n")
    assert run_pytest(suite).returncode != 0
