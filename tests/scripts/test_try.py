"""Does scripts/try.py set up, repeat, mend and start as promised, whatever the machine has and whatever goes wrong?"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import ANY

import pytest

from tests.scripts.small_checkout import PYTHON, SCRIPTS, SmallCheckout, make_wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

DEADLINE_S = 60.0
TOLD_TO_WAIT = "another set-up is at work here"
LOCKED_UV = Path(sys.executable).with_name("uv")


@pytest.fixture
def checkout(tmp_path: Path) -> SmallCheckout:
    return SmallCheckout.make(tmp_path)


def wait_for(path: Path) -> str:
    """Return the text of a file that another process is about to write."""
    give_up_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < give_up_s:
        with contextlib.suppress(FileNotFoundError):
            if text := path.read_text():
                return text
        time.sleep(0.01)
    raise AssertionError(f"{path.name} did not come")


def read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout
    seen = ""
    for line in process.stdout:
        seen += line
        if text in line:
            return seen
    raise AssertionError(f"it ended without saying {text!r}: {seen}")


@pytest.fixture
def stuck_uv(checkout: SmallCheckout, tmp_path: Path) -> Iterator[Path]:
    """Put a uv on PATH that installs nothing and does not end; yield the file in which it tells its process id."""
    told = tmp_path / "uv-pid"
    checkout.put_program("uv", f"#!/bin/sh\necho $$ > '{told}'\nexec /bin/sleep 1000\n")
    yield told
    if told.exists():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(told.read_text()), signal.SIGKILL)


class TestSetUp:
    def test_makes_a_place_to_run_with_pip(self, checkout: SmallCheckout) -> None:
        status, output = checkout.run("setup")
        assert status == 0, output
        assert checkout.can_import("thing")
        assert not checkout.can_import("pytest")
        assert os.access(checkout.python.with_name("ccnode"), os.X_OK)
        assert next(line for line in output.splitlines() if "done in" in line).startswith("[1/3] making .venv")

    @pytest.mark.skipif(not LOCKED_UV.exists(), reason="uv is not in .venv: python3 scripts/try.py setup --dev")
    def test_makes_the_same_with_uv(self, checkout: SmallCheckout) -> None:
        checkout.put_program("uv", f'#!/bin/sh\nexec "{LOCKED_UV}" "$@"\n')
        status, output = checkout.run("setup", "--dev")
        assert status == 0, output
        assert "with uv ... done" in output
        assert checkout.can_import("thing")
        assert checkout.can_import("pytest")
        assert os.access(checkout.python.with_name("ccnode"), os.X_OK)

    def test_leaves_bytecode_beside_the_sources_whatever_the_environment_says(self, checkout: SmallCheckout) -> None:
        """Without it each start would compile all modules anew: a third of the time it takes."""
        package = checkout.folder / "ccnode"
        package.mkdir()
        (package / "some.py").write_text("")
        (package / "wrong.py").write_text("this is no Python\n")
        assert checkout.run("setup", PYTHONDONTWRITEBYTECODE="1") == (0, ANY)
        assert [path.name.split(".")[0] for path in package.glob("__pycache__/*.pyc")] == ["some"]
        (package / "more.py").write_text("")
        assert checkout.run("setup", PYTHONDONTWRITEBYTECODE="1") == (0, "try: .venv is ready\n")
        assert {path.name.split(".")[0] for path in package.glob("__pycache__/*.pyc")} == {"some", "more"}

    def test_repeats_without_work(self, checkout: SmallCheckout) -> None:
        assert checkout.run("setup", "--dev")[0] == 0
        before = checkout.stamp.stat().st_mtime_ns
        status, output = checkout.run("setup")
        assert (status, output) == (0, "try: .venv is ready\n")
        assert checkout.stamp.stat().st_mtime_ns == before

    def test_follows_a_changed_lock_and_keeps_what_tests_need(self, checkout: SmallCheckout) -> None:
        assert checkout.run("setup", "--dev")[0] == 0
        line = make_wheel(checkout.folder.parent / "wheels", "later", {"later.py": ""})
        for name in ("runtime.txt", "dev.txt"):
            with (checkout.folder / "requirements" / name).open("a") as file:
                file.write(line)
        status, output = checkout.run("setup")
        assert status == 0
        assert "making .venv" not in output
        assert checkout.can_import("later")
        assert json.loads(checkout.stamp.read_text())["profile"] == "dev"

    def test_goes_on_with_pip_where_uv_is_broken(self, checkout: SmallCheckout) -> None:
        checkout.put_program("uv", "#!/bin/sh\necho 'uv: command not found' >&2\nexit 127\n")
        status, output = checkout.run("setup")
        assert status == 0
        assert "try: uv failed with exit code 127" in output
        assert checkout.can_import("thing")

    def test_two_at_once_do_the_work_once(self, checkout: SmallCheckout) -> None:
        with checkout.start("setup") as first, checkout.start("setup") as second:
            outputs = [process.communicate(timeout=100)[0] for process in (first, second)]
        assert [first.returncode, second.returncode] == [0, 0]
        assert "".join(outputs).count("[1/3] making .venv with Python") == 2  # begun and done, by one of them
        assert sum(TOLD_TO_WAIT in output for output in outputs) == 1

    def test_a_moved_checkout_does_not_run_the_old_one(self, checkout: SmallCheckout) -> None:
        assert checkout.run("setup")[0] == 0
        checkout.folder = checkout.folder.rename(checkout.folder.parent / "moved")
        status, output = checkout.run("setup")
        assert status == 0
        assert "making .venv anew" in output
        assert str(checkout.folder) in checkout.python.with_name("ccnode").read_text()

    def test_an_environment_made_by_hand_is_added_to(self, checkout: SmallCheckout) -> None:
        subprocess.run([PYTHON, "-m", "venv", "--without-pip", checkout.folder / ".venv"], check=True)
        (mine,) = checkout.folder.glob(".venv/lib/python*/site-packages")
        (mine / "mine.py").write_text("")
        assert checkout.run("setup")[0] == 0
        assert checkout.can_import("mine, thing")
        assert checkout.run("setup", "--dev")[0] == 0
        assert checkout.can_import("mine, thing, pytest")

    def test_a_broken_environment_is_made_anew(self, checkout: SmallCheckout) -> None:
        assert checkout.run("setup")[0] == 0
        checkout.python.unlink()
        checkout.python.symlink_to("/nowhere/python3")  # as when the system's Python went away
        status, output = checkout.run("setup")
        assert status == 0
        assert "making .venv anew: its interpreter does not run" in output
        assert checkout.can_import("thing")

    def test_a_folder_that_is_no_environment_is_left_alone(self, checkout: SmallCheckout) -> None:
        (checkout.folder / ".venv").mkdir()
        (checkout.folder / ".venv" / "diary.txt").write_text("mine")
        status, output = checkout.run("setup")
        assert status == 1
        assert "move it away" in output
        assert (checkout.folder / ".venv" / "diary.txt").read_text() == "mine"

    def test_settings_of_other_pythons_do_not_leak_in(self, checkout: SmallCheckout, tmp_path: Path) -> None:
        (tmp_path / "thing.py").write_text("raise RuntimeError('the wrong one')\n")
        status, output = checkout.run(
            "setup",
            PYTHONPATH=str(tmp_path),
            PIP_TARGET=str(tmp_path / "elsewhere"),
            PIP_REQUIRE_VIRTUALENV="1",
            PIP_DRY_RUN="1",
            VIRTUAL_ENV=str(tmp_path / "other"),
        )
        assert status == 0, output
        assert checkout.can_import("thing")
        assert not (tmp_path / "elsewhere").exists()


class TestTrouble:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_an_interrupted_set_up_is_begun_again(
        self, checkout: SmallCheckout, stuck_uv: Path, number: signal.Signals
    ) -> None:
        with checkout.start("setup") as process:
            uv = int(wait_for(stuck_uv))
            process.send_signal(number)
            output = process.communicate(timeout=DEADLINE_S)[0]
        assert process.returncode == 128 + number
        assert "set-up was interrupted; the same command begins it again" in output
        assert not checkout.stamp.exists()
        with pytest.raises(ProcessLookupError):  # what it had started ended too
            os.kill(uv, 0)
        checkout.put_program("uv", "#!/bin/sh\nexit 1\n")
        status, output = checkout.run("setup")
        assert status == 0, output
        assert "making .venv anew: the last set-up was cut off" in output
        assert checkout.can_import("thing")

    def test_what_a_killed_set_up_left_running_is_waited_for(self, checkout: SmallCheckout, stuck_uv: Path) -> None:
        with checkout.start("setup") as killed:
            uv = int(wait_for(stuck_uv))
            killed.kill()
            killed.wait(DEADLINE_S)
            checkout.put_program("uv", "#!/bin/sh\nexit 1\n")
            with checkout.start("setup") as second:
                seen = read_until(second, TOLD_TO_WAIT)
                os.kill(uv, signal.SIGKILL)
                output = seen + second.communicate(timeout=100)[0]
        assert second.returncode == 0, output
        assert checkout.can_import("thing")

    def test_a_full_disk_is_named_and_mended_by_the_next_run(self, checkout: SmallCheckout) -> None:
        checkout.put_program("uv", "#!/bin/sh\necho 'error: No space left on device (os error 28)' >&2\nexit 2\n")
        status, output = checkout.run("setup")
        assert status == 1
        assert "the disk is full" in output
        assert "with pip" not in output
        checkout.put_program("uv", "#!/bin/sh\nexit 1\n")
        assert checkout.run("setup")[0] == 0

    def test_a_missing_network_is_named(self, checkout: SmallCheckout) -> None:
        del checkout.environment["PIP_NO_INDEX"], checkout.environment["PIP_FIND_LINKS"]
        # Port 1 of this machine: nobody listens there.
        status, output = checkout.run("setup", PIP_INDEX_URL="http://127.0.0.1:1/simple", PIP_RETRIES="1")
        assert status == 1
        assert "the package index could not be reached" in output
        assert not checkout.stamp.exists()

    def test_a_package_that_is_not_the_locked_one_is_refused(self, checkout: SmallCheckout) -> None:
        make_wheel(checkout.folder.parent / "wheels", "thing", {"thing.py": "number = 'stolen'\n"})
        status, output = checkout.run("setup")
        assert status == 1
        assert "is not the one that was locked" in output
        assert not checkout.can_import("thing")

    def test_an_unknown_argument_is_refused_before_any_work(self, checkout: SmallCheckout) -> None:
        for arguments in (["--fast"], ["start"], ["setup", "--devel"]):
            status, output = checkout.run(*arguments)
            assert status == 2
            assert f"{arguments[-1]}: not understood" in output
        assert not (checkout.folder / ".venv").exists()


class TestRun:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_starts_a_node_and_ends_it_cleanly(self, checkout: SmallCheckout, number: signal.Signals) -> None:
        with checkout.start("--", "--port", "0", PYTHONPATH="/nowhere") as process:
            seen = read_until(process, "node is up")
            process.send_signal(number)
            seen += process.communicate(timeout=DEADLINE_S)[0]
        assert process.returncode == 0
        assert "node ended" in seen
        data = checkout.folder.parent / "data"
        assert f"    CCNODE_DATA_DIR={data} .venv/bin/ccnode chat " in seen
        assert f"    CCNODE_DATA_DIR={data} .venv/bin/ccnode open " in seen
        made = json.loads((data / "node").read_text())
        assert made["arguments"] == ["init", "--yes"]
        run = json.loads((data / "run").read_text())
        assert run["arguments"] == ["run", "--port", "0"]
        assert "PYTHONPATH" not in run["environment"]

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_before_the_node_listens_is_a_clean_end_too(
        self, checkout: SmallCheckout, number: signal.Signals
    ) -> None:
        node = checkout.folder / "small_node.py"
        slow = "import time\nif sys.argv[1] == 'run':\n    print('importing', flush=True)\n    time.sleep(1000)\n"
        node.write_text(node.read_text().replace("\ndef main", f"\n{slow}\ndef main"))
        with checkout.start() as process:
            seen = read_until(process, "importing")
            process.send_signal(number)
            seen += process.communicate(timeout=DEADLINE_S)[0]
        assert process.returncode == 0, seen
        assert "Traceback" not in seen

    def test_a_node_that_is_there_is_taken(self, checkout: SmallCheckout) -> None:
        data = checkout.folder.parent / "data"
        data.mkdir()
        (data / "node").write_text("mine")
        with checkout.start() as process:
            seen = read_until(process, "node is up")
            process.terminate()
        assert "there is a node already" not in seen
        assert (data / "node").read_text() == "mine"

    def test_a_node_that_cannot_be_made_is_an_error(self, checkout: SmallCheckout) -> None:
        status, output = checkout.run(SMALL_NODE_INIT_FAILS="1")
        assert status == 1
        assert "the disk is read-only" in output
        assert not (checkout.folder.parent / "data" / "run").exists()


class TestTest:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["--yes", "-k", "a b"], ["-n", None, "-k", "a b"]),
            (["-n0", "tests/x"], ["-n0", "tests/x"]),
            (["--pdb"], ["--pdb"]),
        ],
    )
    def test_becomes_pytest(self, checkout: SmallCheckout, arguments: list[str], expected: list[str | None]) -> None:
        status, output = checkout.run("test", *arguments, PYTHONOPTIMIZE="2", PYTHONPATH="/nowhere")
        assert status == 3
        told = json.loads(output.splitlines()[-1])
        assert len(told["arguments"]) == len(expected)
        assert all(want in {None, got} for want, got in zip(expected, told["arguments"], strict=True))
        assert Path(told["directory"]) == checkout.folder
        assert not {"PYTHONOPTIMIZE", "PYTHONPATH"} & set(told["environment"])


class TestOtherPythons:
    """A Python that does not fit finds one that does, or says what to install."""

    PRETEND = (
        "import runpy, sys; sys.version_info = (3, 10, 2, 'final', 0); sys.executable = sys.argv[1]; "
        "sys.argv = sys.argv[2:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )

    def run(self, checkout: SmallCheckout, *arguments: str) -> tuple[int, str]:
        """Run try.py as if by an old Python."""
        old = checkout.put_program("old-python", "#!/bin/sh\necho 3.10\n")
        script = str(checkout.folder / "scripts" / "try.py")
        done = subprocess.run(
            [PYTHON, "-c", self.PRETEND, str(old), script, *arguments],
            env=checkout.environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def test_another_one_on_the_path_takes_over(self, checkout: SmallCheckout) -> None:
        checkout.put_program("python3.13", "#!/bin/sh\nexit 127\n")  # pyenv leaves such for versions not chosen
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        name = "python3" if version == "3.13" else f"python{version}"
        checkout.put_program(name, f'#!/bin/sh\nexec "{PYTHON}" "$@"\n')
        status, output = self.run(checkout, "setup")
        assert status == 0, output
        assert checkout.can_import("thing")

    def test_without_one_the_message_says_what_to_install(self, checkout: SmallCheckout) -> None:
        status, output = self.run(checkout, "setup")
        assert status == 1
        assert "ccnode needs Python 3.11, 3.12 or 3.13" in output
        assert "Traceback" not in output

    def test_old_pythons_can_read_the_first_file(self) -> None:
        ast.parse((SCRIPTS / "try.py").read_text(), feature_version=(3, 6))

    def test_help_needs_no_set_up(self, checkout: SmallCheckout) -> None:
        for arguments in (["--help"], ["test", "--help"]):
            status, output = checkout.run(*arguments)
            assert status == 0
            assert "python3 scripts/try.py test" in output
        assert not (checkout.folder / ".venv").exists()


def test_closed_standard_streams_do_no_harm(checkout: SmallCheckout) -> None:
    command = f'exec "{PYTHON}" scripts/try.py setup <&- >&- 2>&-'
    done = subprocess.run(["/bin/sh", "-c", command], cwd=checkout.folder, env=checkout.environment, check=False)
    assert done.returncode == 0
    assert checkout.can_import("thing")
